//! The compressions of Parquet's pages.
//!
//! In: the bytes of a page and how long it says it is. Out: exactly so many bytes, or an error. Whatever the bytes say,
//! no more is ever unpacked than that.
//!
//! Source: <https://github.com/apache/parquet-format/blob/master/Compression.md>.

use std::io::{Cursor, Read};

/// Unpacks pages of one column.
pub(super) struct Unpacker {
    codec: Codec,
}

enum Codec {
    None,
    Snappy(snap::raw::Decoder),
    Gzip,
    Brotli,
    Zstd(zstd::bulk::Decompressor<'static>),
    Lz4,
    Lz4Raw,
}

/// What a decoder reads at a time.
const BUFFER_BYTES: usize = 4096;

impl Unpacker {
    /// For a codec as the format numbers it.
    pub(super) fn new(codec: i64) -> Result<Self, String> {
        let codec = match codec {
            0 => Codec::None,
            1 => Codec::Snappy(snap::raw::Decoder::new()),
            2 => Codec::Gzip,
            3 => return Err("it is compressed with LZO, which is not read".into()),
            4 => Codec::Brotli,
            5 => Codec::Lz4,
            6 => Codec::Zstd(zstd::bulk::Decompressor::new().map_err(|error| error.to_string())?),
            7 => Codec::Lz4Raw,
            other => return Err(format!("it is compressed in a way that is not known ({other})")),
        };
        Ok(Unpacker { codec })
    }

    /// Whether pages stand as they are.
    pub(super) fn is_none(&self) -> bool {
        matches!(self.codec, Codec::None)
    }

    /// Appends what `packed` unpacks to, which is `size` bytes.
    pub(super) fn unpack(&mut self, packed: &[u8], size: usize, into: &mut Vec<u8>) -> Result<(), String> {
        let begin = into.len();
        let unpacked = match &mut self.codec {
            Codec::None => {
                into.extend_from_slice(&packed[..packed.len().min(size + 1)]);
                Ok(())
            }
            Codec::Snappy(decoder) => {
                let says = snap::raw::decompress_len(packed).map_err(|error| error.to_string())?;
                if says != size {
                    return Err(format!("it unpacks to {says} bytes and not {size}"));
                }
                into.resize(begin + size, 0);
                decoder.decompress(packed, &mut into[begin..]).map(|_| ()).map_err(|error| error.to_string())
            }
            Codec::Gzip => take(flate2::read::MultiGzDecoder::new(packed), size, into),
            Codec::Brotli => take(brotli::Decompressor::new(packed, BUFFER_BYTES), size, into),
            Codec::Zstd(decoder) => {
                into.reserve_exact(size);
                let mut cursor = Cursor::new(&mut *into);
                cursor.set_position(begin as u64);
                decoder
                    .decompress_to_buffer(packed, &mut cursor)
                    .map(|_| ())
                    .map_err(|error| error.to_string())
            }
            Codec::Lz4Raw => raw(packed, size, into),
            // Three things go by this name: blocks in the frames of Hadoop, frames of LZ4 itself, and bare blocks.
            Codec::Lz4 => hadoop(packed, size, into)
                .or_else(|_| {
                    into.truncate(begin);
                    take(lz4_flex::frame::FrameDecoder::new(packed), size, into).and_then(|()| {
                        if into.len() == begin + size { Ok(()) } else { Err("it is no frame of LZ4".into()) }
                    })
                })
                .or_else(|_| {
                    into.truncate(begin);
                    raw(packed, size, into)
                }),
        };
        unpacked?;
        match into.len() - begin {
            found if found == size => Ok(()),
            found if found < size => Err(format!("it unpacks to {found} bytes and not {size}")),
            _ => Err(format!("it unpacks to more than {size} bytes")),
        }
    }
}

/// Reads all of a stream, but hardly more than `size` bytes.
fn take(stream: impl Read, size: usize, into: &mut Vec<u8>) -> Result<(), String> {
    into.reserve_exact(size);
    stream.take(size as u64 + 1).read_to_end(into).map(|_| ()).map_err(|error| error.to_string())
}

fn raw(packed: &[u8], size: usize, into: &mut Vec<u8>) -> Result<(), String> {
    let begin = into.len();
    into.resize(begin + size, 0);
    let found =
        lz4_flex::block::decompress_into(packed, &mut into[begin..]).map_err(|error| error.to_string())?;
    into.truncate(begin + found);
    Ok(())
}

/// Blocks, each with both its sizes in front, as big-endian 32-bit integers.
fn hadoop(mut packed: &[u8], size: usize, into: &mut Vec<u8>) -> Result<(), String> {
    let begin = into.len();
    let wrong = || "it is no frame of Hadoop".to_owned();
    while !packed.is_empty() {
        let (unpacked_bytes, rest) = packed.split_first_chunk().ok_or_else(wrong)?;
        let (packed_bytes, rest) = rest.split_first_chunk().ok_or_else(wrong)?;
        let unpacked_bytes = u32::from_be_bytes(*unpacked_bytes) as usize;
        let (block, rest) =
            rest.split_at_checked(u32::from_be_bytes(*packed_bytes) as usize).ok_or_else(wrong)?;
        let before = into.len();
        if unpacked_bytes > begin + size - before {
            return Err(wrong());
        }
        raw(block, unpacked_bytes, into)?;
        if into.len() - before != unpacked_bytes {
            return Err(wrong());
        }
        packed = rest;
    }
    if into.len() - begin == size { Ok(()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// The same text in each codec, by number.
    fn packed(text: &[u8]) -> Vec<(i64, Vec<u8>)> {
        let written = "writing to memory does not fail";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).expect(written);
        let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
        frame.write_all(text).expect(written);
        let mut brotli = Vec::new();
        brotli::BrotliCompress(&mut &text[..], &mut brotli, &brotli::enc::BrotliEncoderParams::default())
            .expect(written);
        let block = lz4_flex::block::compress(text);
        let size = |bytes: usize| u32::try_from(bytes).expect("it is short").to_be_bytes();
        let hadoop = [&size(text.len())[..], &size(block.len()), &block].concat();
        vec![
            (0, text.to_vec()),
            (1, snap::raw::Encoder::new().compress_vec(text).expect(written)),
            (2, gzip.finish().expect(written)),
            (4, brotli),
            (5, hadoop),
            (5, frame.finish().expect(written)),
            (5, block.clone()),
            (6, zstd::bulk::compress(text, 1).expect(written)),
            (7, block),
        ]
    }

    fn check(codec: i64, packed: &[u8], size: usize, expect: Option<&[u8]>) {
        let mut into = b"before".to_vec();
        let unpacked = Unpacker::new(codec).expect("it is known").unpack(packed, size, &mut into);
        assert_eq!(unpacked.is_ok(), expect.is_some(), "{codec}: {unpacked:?}");
        if let Some(expect) = expect {
            assert_eq!(into, [b"before", expect].concat(), "{codec}");
        }
        assert!(into.capacity() <= 6 + 2 * size + BUFFER_BYTES, "{codec} took {} bytes", into.capacity());
    }

    #[test]
    fn every_codec_gives_exactly_what_was_promised() {
        let text = "Engineers closed the outer harbour wall. ".repeat(2000);
        let text = text.as_bytes();
        for (codec, packed) in packed(text) {
            check(codec, &packed, text.len(), Some(text));
            check(codec, &packed, text.len() - 1, None);
            check(codec, &packed, text.len() + 1, None);
            // More than a mark at the end.
            check(codec, &packed[..packed.len() - 6], text.len(), None);
            check(codec, b"", 10, None);
            check(codec, b"nonsense, and some more of it", 1000, None);
        }
        assert!(Unpacker::new(3).is_err() && Unpacker::new(8).is_err() && Unpacker::new(-1).is_err());
    }

    #[test]
    fn a_bomb_unpacks_to_no_more_than_it_promised() {
        for (codec, packed) in packed(&vec![0; 4 << 20]) {
            check(codec, &packed, 1000, None);
        }
    }
}
