//! The vocabulary of the hot loops: what they need beyond loops that the compiler turns into vectors by itself.

use std::fmt::Debug;

/// What the bytes of a block are, a bit for each byte, the first in the lowest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bytes {
    /// ASCII letters and digits.
    pub(crate) alphanumeric: u64,
    /// Bytes of characters beyond ASCII.
    pub(crate) beyond_ascii: u64,
}

/// Operations on whole blocks, one implementation an instruction set. A value exists only where the set may be used.
///
/// Every method is `#[inline(always)]`, so that it becomes part of the loop that is compiled for the set.
pub(crate) trait Lanes: Copy + Debug {
    /// Tells the bytes of a block apart.
    fn bytes(self, block: &[u8; 64]) -> Bytes;

    /// Writes `base` plus the position of each one bit, ascending, to the front of `positions`, whose other elements
    /// may change. At most 32 bits are one.
    fn positions(self, bits: u64, base: u32, positions: &mut [u32; 32]);

    /// Which of the bytes are not zero, the first in the lowest bit.
    fn not_zero(self, bytes: &[u8; 32]) -> u32;
}

/// The form for every machine: eight bytes in one number at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

impl Lanes for Portable {
    #[inline(always)]
    fn bytes(self, block: &[u8; 64]) -> Bytes {
        let mut bytes = Bytes { alphanumeric: 0, beyond_ascii: 0 };
        for (eight, shift) in block.as_chunks::<8>().0.iter().zip((0..64).step_by(8)) {
            let word = u64::from_le_bytes(*eight);
            bytes.alphanumeric |= top_bits(alphanumeric(word)) << shift;
            bytes.beyond_ascii |= top_bits(word & each(0x80)) << shift;
        }
        bytes
    }

    #[inline(always)]
    fn positions(self, bits: u64, base: u32, positions: &mut [u32; 32]) {
        positions_one_by_one(bits, base, positions);
    }

    #[inline(always)]
    fn not_zero(self, bytes: &[u8; 32]) -> u32 {
        let mut bits = 0;
        for (eight, shift) in bytes.as_chunks::<8>().0.iter().zip((0..32).step_by(8)) {
            let word = u64::from_le_bytes(*eight);
            // Adding 127 to seven bits reaches the top bit unless all are zero.
            let not_zero = (((word & each(0x7F)) + each(0x7F)) | word) & each(0x80);
            bits |= top_bits(not_zero) << shift;
        }
        u32::try_from(bits).expect("32 bits were set at most")
    }
}

/// Positions by counting trailing zeros. In groups, so that a block costs a branch or two and not one a bit: eight
/// without asking, which suits text with words of seven letters, then what is left.
#[inline(always)]
pub(super) fn positions_one_by_one(mut bits: u64, base: u32, positions: &mut [u32; 32]) {
    debug_assert!(bits.count_ones() <= 32);
    let count = bits.count_ones() as usize;
    let mut next = |position: &mut u32| {
        *position = base.wrapping_add(bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
    };
    positions[..8].iter_mut().for_each(&mut next);
    if count > 8 {
        positions[8..16].iter_mut().for_each(&mut next);
    }
    if count > 16 {
        positions[16..].iter_mut().for_each(&mut next);
    }
}

/// A byte in each of the eight bytes of a number.
pub(crate) const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The top bit of every lane that holds an ASCII letter or digit.
#[inline(always)]
const fn alphanumeric(word: u64) -> u64 {
    let low = word & each(0x7F);
    let cased = low | each(0x20);
    // The top bit of a lane tells that it is at least `from`; lanes hold 7 bits, so nothing is carried over.
    let letter = (cased + each(0x80 - b'a')) & !(cased + each(0x80 - (b'z' + 1)));
    let digit = (low + each(0x80 - b'0')) & !(low + each(0x80 - (b'9' + 1)));
    (letter | digit) & !word & each(0x80)
}

/// The top bits of the eight lanes, gathered in the lowest byte; all other bits are zero.
#[inline(always)]
const fn top_bits(word: u64) -> u64 {
    // Lane k holds bit 8k + 7; the factor moves it to bit 56 + k and lets no two meet.
    (word >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::super::{Kernel, Task};
    use super::*;
    use proptest::prelude::*;

    struct All<'b>(&'b [u8; 64]);

    impl Task for All<'_> {
        type Output = (Bytes, u32, Vec<u32>);

        fn run<L: Lanes>(self, lanes: L) -> Self::Output {
            let bytes = lanes.bytes(self.0);
            let every_other = bytes.alphanumeric & 0x5555_5555_5555_5555;
            let mut positions = [0; 32];
            lanes.positions(every_other, 1000, &mut positions);
            let first = self.0.first_chunk::<32>().expect("32 of 64");
            (bytes, lanes.not_zero(first), positions[..every_other.count_ones() as usize].to_vec())
        }
    }

    fn check(block: [u8; 64]) {
        let bits = |is: fn(u8) -> bool| {
            block.iter().rev().fold(0_u64, |bits, &byte| bits << 1 | u64::from(is(byte)))
        };
        let bytes = Bytes {
            alphanumeric: bits(|byte| byte.is_ascii_alphanumeric()),
            beyond_ascii: bits(|byte| !byte.is_ascii()),
        };
        let not_zero = u32::try_from(bits(|byte| byte != 0) & 0xFFFF_FFFF).expect("masked");
        let positions =
            (0..64).step_by(2).filter(|at| bytes.alphanumeric >> at & 1 == 1).map(|at| 1000 + at).collect();
        let expect = (bytes, not_zero, positions);
        for kernel in Kernel::all() {
            assert_eq!(kernel.run(All(&block)), expect, "{kernel:?} {block:?}");
        }
    }

    #[test]
    fn every_byte_at_every_place() {
        for byte in 0..=255 {
            for at in 0..64 {
                for around in [0, b' ', b'a', 0xFF] {
                    let mut block = [around; 64];
                    block[at] = byte;
                    check(block);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_block(block in prop::array::uniform32(any::<u8>()), more in prop::array::uniform32(0x20_u8..0x7F)) {
            let whole: Vec<u8> = block.into_iter().chain(more).collect();
            check(whole.try_into().expect("64 bytes"));
        }
    }
}
