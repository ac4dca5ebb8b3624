//! Packing: bytes on their way into a file, compressed once or several times over.
//!
//! In: bytes, and formats, the outermost first. Out: one stream of each format, which [`Compression`] unpacks to the
//! same bytes. The idea: each layer writes into the one outside of it. The same bytes, formats and version of the program
//! give the same packed bytes: no time, no name of a file and no number of threads goes in.
//!
//! It does not give back the packed bytes that a file had before: nobody can tell with which program and at which level it
//! was packed. Memory: that of the encoder, up to 94 MiB for xz.

use std::io::{self, Write};

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use liblzma::write::XzEncoder;

use super::compression::Compression;

/// What `gzip` and `xz` do without being told; both are the knee of size against time.
const USUAL_LEVEL: u32 = 6;
/// What `bzip2` does without being told: blocks of 900 kB.
const BZIP2_LEVEL: u32 = 9;
/// What `zstd` does without being told.
const ZSTD_LEVEL: i32 = 3;

/// Encoders are given so many bytes at a time, however they come: what some write depends on it.
const BLOCK_BYTES: usize = 128 << 10;

/// Packs what is written, and passes it on.
pub(crate) struct Packer<W: Write> {
    block: Vec<u8>,
    layer: Layer<W>,
}

enum Layer<W: Write> {
    Bare(W),
    Gzip(GzEncoder<Box<Layer<W>>>),
    Zstd(zstd::Encoder<'static, Box<Layer<W>>>),
    Bzip2(BzEncoder<Box<Layer<W>>>),
    Xz(XzEncoder<Box<Layer<W>>>),
}

impl<W: Write> Packer<W> {
    /// Packs in these formats, the outermost first.
    pub(crate) fn new(out: W, packing: &[Compression]) -> io::Result<Self> {
        Ok(Packer { block: Vec::new(), layer: Layer::new(out, packing)? })
    }

    /// Ends all layers; what they were written to.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.layer.write_all(&self.block)?;
        self.layer.finish()
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Layer::Bare(out) = &mut self.layer {
            return out.write(bytes);
        }
        let taken = bytes.len().min(BLOCK_BYTES - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        if self.block.len() == BLOCK_BYTES {
            self.layer.write_all(&self.block)?;
            self.block.clear();
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.layer.write_all(&self.block)?;
        self.block.clear();
        self.layer.flush()
    }
}

impl<W: Write> Layer<W> {
    fn new(out: W, packing: &[Compression]) -> io::Result<Self> {
        packing.iter().try_fold(Layer::Bare(out), |outside, compression| {
            let outside = Box::new(outside);
            Ok(match compression {
                Compression::Gzip => {
                    Layer::Gzip(GzEncoder::new(outside, flate2::Compression::new(USUAL_LEVEL)))
                }
                Compression::Zstd => {
                    let mut encoder = zstd::Encoder::new(outside, ZSTD_LEVEL)?;
                    // As the command does: a damaged file is told from a whole one.
                    encoder.include_checksum(true)?;
                    Layer::Zstd(encoder)
                }
                Compression::Bzip2 => {
                    Layer::Bzip2(BzEncoder::new(outside, bzip2::Compression::new(BZIP2_LEVEL)))
                }
                Compression::Xz => Layer::Xz(XzEncoder::new(outside, USUAL_LEVEL)),
            })
        })
    }

    fn finish(self) -> io::Result<W> {
        let outside = match self {
            Layer::Bare(out) => return Ok(out),
            Layer::Gzip(encoder) => encoder.finish()?,
            Layer::Zstd(encoder) => encoder.finish()?,
            Layer::Bzip2(encoder) => encoder.finish()?,
            Layer::Xz(encoder) => encoder.finish()?,
        };
        outside.finish()
    }
}

impl<W: Write> Write for Layer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Layer::Bare(out) => out.write(bytes),
            Layer::Gzip(encoder) => encoder.write(bytes),
            Layer::Zstd(encoder) => encoder.write(bytes),
            Layer::Bzip2(encoder) => encoder.write(bytes),
            Layer::Xz(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Layer::Bare(out) => out.flush(),
            Layer::Gzip(encoder) => encoder.flush(),
            Layer::Zstd(encoder) => encoder.flush(),
            Layer::Bzip2(encoder) => encoder.flush(),
            Layer::Xz(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::archive::compression::Limits;
    use crate::archive::gzip::Gaps;

    fn check(bytes: &[u8], packing: &[Compression]) {
        let pack = |at_once: usize| {
            let mut packer = Packer::new(Vec::new(), packing).expect("memory");
            for part in bytes.chunks(at_once) {
                packer.write_all(part).expect("memory");
            }
            packer.finish().expect("memory")
        };
        let packed = pack(1 << 20);
        assert!(packed == pack(977), "{packing:?}: it shows how the bytes came");
        let (limits, gaps) = (Limits::default(), Gaps::none());
        let mut unpacked = packed;
        for compression in packing {
            assert_eq!(Compression::of(&unpacked), Some(*compression), "{packing:?}");
            let mut inside = Vec::new();
            let mut stream = compression.unpack(&unpacked[..], &limits, &gaps).expect("a stream");
            stream.read_to_end(&mut inside).expect("whole");
            drop(stream);
            unpacked = inside;
        }
        assert!(unpacked == bytes, "{packing:?}");
    }

    #[test]
    fn what_is_packed_is_unpacked_within_the_small_limits_of_readers() {
        let lines: Vec<u8> =
            (0..200_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        for bytes in [&b""[..], b"a", &lines] {
            check(bytes, &[]);
            for compression in Compression::ALL {
                check(bytes, &[compression]);
            }
            check(bytes, &[Compression::Gzip, Compression::Zstd]);
        }
    }
}
