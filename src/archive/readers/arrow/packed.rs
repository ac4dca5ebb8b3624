//! Packed buffers of Arrow.
//!
//! In: a buffer of a batch that is packed. Out: what it holds; or `None`, where anything is unusual or wrong: then the crate reads the
//! batch, and says what is wrong. The idea: the crate unpacks LZ4 frame by frame into a buffer and copies what comes from there; here
//! each block is unpacked to where it belongs.
//!
//! It guarantees: what it gives is what the crate would give. Frames with sums over what they hold are left to the crate.
//!
//! Source: <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>.

use arrow_ipc::CompressionType;
use lz4_flex::block::{decompress_into, decompress_into_with_dict};
use xxhash_rust::xxh32::xxh32;

use super::{MOST_BATCH_BYTES, check_lz4};

/// Unpacks the buffers of one batch.
pub(super) struct Unpacking {
    codec: CompressionType,
    zstd: Option<zstd::bulk::Decompressor<'static>>,
    /// A copy of the packed bytes: of a map others may change them.
    packed: Vec<u8>,
    /// How many bytes there were so far.
    all: u64,
}

impl Unpacking {
    pub(super) fn new(codec: CompressionType) -> Self {
        Unpacking { codec, zstd: None, packed: Vec::new(), all: 0 }
    }

    /// What a buffer holds.
    pub(super) fn unpack(&mut self, buffer: &[u8]) -> Option<Vec<u8>> {
        if buffer.is_empty() {
            return Some(Vec::new());
        }
        let (size, packed) = buffer.split_first_chunk()?;
        // -1: it stands as it is.
        let size = match i64::from_le_bytes(*size) {
            -1 => None,
            size => Some(u64::try_from(size).ok()?),
        };
        self.all = self.all.saturating_add(size.unwrap_or(packed.len() as u64));
        if self.all > MOST_BATCH_BYTES {
            return None;
        }
        let size = match size {
            None => return Some(packed.to_vec()),
            Some(0) => return Some(Vec::new()),
            Some(size) => usize::try_from(size).ok()?,
        };
        self.packed.clear();
        self.packed.extend_from_slice(packed);
        match self.codec {
            CompressionType::LZ4_FRAME => unpack_lz4(&self.packed, size),
            CompressionType::ZSTD => {
                if self.zstd.is_none() {
                    self.zstd = zstd::bulk::Decompressor::new().ok();
                }
                let unpacked = self.zstd.as_mut()?.decompress(&self.packed, size).ok()?;
                (unpacked.len() == size).then_some(unpacked)
            }
            _ => None,
        }
    }
}

/// How far back a block may refer.
const WINDOW_BYTES: usize = 64 << 10;

/// Flags of a frame: blocks do not refer to others; a sum follows each block; its size follows; a sum follows the last block; a
/// dictionary is needed.
const INDEPENDENT: u8 = 0x20;
const BLOCK_SUMS: u8 = 0x10;
const SIZE: u8 = 0x08;
const SUM: u8 = 0x04;
const DICTIONARY: u8 = 0x01;

/// What a frame holds, which is `size` bytes.
fn unpack_lz4(frame: &[u8], size: usize) -> Option<Vec<u8>> {
    check_lz4(frame, size as u64).ok()?;
    let descriptor = frame.get(4..)?;
    let (flags, block) = (*descriptor.first()?, *descriptor.get(1)?);
    // Version 1, and no bits that mean nothing yet.
    if flags & (0xC0 | 0x02) != 0x40 || block & 0x8F != 0 || flags & (BLOCK_SUMS | SUM | DICTIONARY) != 0 {
        return None;
    }
    let sized = if flags & SIZE != 0 { 8 } else { 0 };
    let (descriptor, rest) = descriptor.split_at_checked(2 + sized)?;
    let (sum, mut rest) = rest.split_first()?;
    let said = descriptor[2..].first_chunk().map(|size| u64::from_le_bytes(*size));
    if said.is_some_and(|said| said != size as u64) || xxh32(descriptor, 0).to_le_bytes()[1] != *sum {
        return None;
    }
    let most = 1 << (8 + 2 * ((block >> 4) & 7));
    let mut unpacked = Vec::new();
    unpacked.try_reserve_exact(size).ok()?;
    loop {
        let (length, blocks) = rest.split_first_chunk()?;
        let length = u32::from_le_bytes(*length);
        if length == 0 {
            return (unpacked.len() == size).then_some(unpacked);
        }
        let (packed, after) = blocks.split_at_checked((length & 0x7FFF_FFFF) as usize)?;
        rest = after;
        let begin = unpacked.len();
        // The highest bit: it stands as it is.
        if length >> 31 == 1 {
            if packed.len() > most.min(size - begin) {
                return None;
            }
            unpacked.extend_from_slice(packed);
            continue;
        }
        unpacked.resize(size.min(begin + most), 0);
        let (before, into) = unpacked.split_at_mut(begin);
        let found = if flags & INDEPENDENT != 0 || before.is_empty() {
            decompress_into(packed, into)
        } else {
            let window = &before[before.len().saturating_sub(WINDOW_BYTES)..];
            decompress_into_with_dict(packed, into, window)
        };
        unpacked.truncate(begin + found.ok()?);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use lz4_flex::frame::{BlockMode, BlockSize, FrameDecoder, FrameEncoder, FrameInfo};

    use super::*;

    fn packed(text: &[u8], info: FrameInfo) -> Vec<u8> {
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(text).expect("in memory");
        encoder.finish().expect("in memory")
    }

    /// By the crate: it gives what it can and says whether that was all.
    fn by_definition(frame: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut unpacked = Vec::new();
        FrameDecoder::new(frame).take(size as u64 + 1).read_to_end(&mut unpacked).ok()?;
        (unpacked.len() == size).then_some(unpacked)
    }

    #[test]
    fn frames_hold_what_the_crate_says() {
        let mut seed = 1_u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_le_bytes()[3]
        };
        let mut text = b"Engineers closed the outer harbour wall. ".repeat(9000);
        text.extend((0..200_000).map(|_| noise()));
        text.extend(b"The council met again, and said what it had said. ".repeat(5000));
        for mode in [BlockMode::Independent, BlockMode::Linked] {
            for block in [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max1MB] {
                let info = || FrameInfo::new().block_mode(mode).block_size(block);
                for length in [1, 100, 64 << 10, (64 << 10) + 1, 300_000, text.len()] {
                    let text = &text[..length];
                    let frame = packed(text, info());
                    assert_eq!(
                        unpack_lz4(&frame, length).as_deref(),
                        Some(text),
                        "{mode:?} {block:?} {length}"
                    );
                    assert_eq!(unpack_lz4(&frame, length + 1), None);
                    assert_eq!(unpack_lz4(&frame, length - 1), None);
                    let sized = packed(text, info().content_size(Some(length as u64)));
                    assert_eq!(unpack_lz4(&sized, length).as_deref(), Some(text));
                    // Left to the crate.
                    assert_eq!(unpack_lz4(&packed(text, info().content_checksum(true)), length), None);
                }
            }
        }
    }

    #[test]
    fn what_is_damaged_gives_nothing_that_the_crate_would_not_give() {
        let text = b"Rain fell on the harbour, and on the town behind it. ".repeat(60);
        for mode in [BlockMode::Independent, BlockMode::Linked] {
            let frame = packed(&text, FrameInfo::new().block_mode(mode));
            let (mut same, mut none) = (0, 0);
            for place in 0..frame.len() {
                for change in [1, 0x20, 0x80, 0xFF] {
                    let mut damaged = frame.clone();
                    damaged[place] ^= change;
                    match unpack_lz4(&damaged, text.len()) {
                        Some(unpacked) => {
                            assert_eq!(
                                Some(unpacked),
                                by_definition(&damaged, text.len()),
                                "{place} {change}"
                            );
                            same += 1;
                        }
                        None => none += 1,
                    }
                }
                assert_eq!(unpack_lz4(&frame[..place], text.len()), None);
            }
            assert!(same > 0 && none > 0, "{same} {none}");
        }
    }
}
