//! ASCII words in registers: lower case and hash of up to sixteen bytes, without copying a byte.
//!
//! Eight bytes are looked at as one number. Setting bit 5 of every letter folds them, and XXH3 of up to sixteen bytes
//! is a handful of operations on one or two such numbers (Y. Collet, xxHash specification, "XXH3 algorithm overview",
//! inputs of 1 to 3, 4 to 8 and 9 to 16 bytes). Plain integer arithmetic without a branch, the same on every machine,
//! so that a loop over many words becomes a loop over vectors of them.

use crate::kernel::each;

/// Whether a byte is beyond ASCII.
#[inline(always)]
pub(super) fn is_beyond_ascii(word: u64) -> bool {
    word & each(0x80) != 0
}

/// Letters in lower case; all bytes are ASCII letters or digits, or zero.
#[inline(always)]
pub(super) fn lower_case(word: u64) -> u64 {
    // Letters have bit 6 set, digits do not; bit 5 makes a letter small.
    word | ((word & each(0x40)) >> 1)
}

/// The first `length` bytes (1 to 8), the rest zero.
#[inline(always)]
pub(super) fn first_bytes(word: u64, length: u64) -> u64 {
    word & (u64::MAX >> (64 - 8 * length))
}

/// XXH3-64 with one seed of up to sixteen bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShortXxh3 {
    flip_1_to_3: u64,
    flip_4_to_8: u64,
    flips_9_to_16: [u64; 2],
}

impl ShortXxh3 {
    #[inline(always)]
    pub(super) fn new(seed: u64) -> Self {
        // The constants are words of the default secret of XXH3, at the bytes named.
        const BYTES_0_4: u64 = 0x396C_FEB8 ^ 0xBE4B_A423;
        const BYTES_8_16: u64 = 0x1CAD_21F7_2C81_017C ^ 0xDB97_9083_E96D_D4DE;
        const BYTES_24_32: u64 = 0x1F67_B3B7_A4A4_4072 ^ 0x78E5_C0CC_4EE6_79CB;
        const BYTES_40_48: u64 = 0x2172_FFCC_7DD0_5A82 ^ 0x8E24_43F7_7446_08B8;
        let low_swapped = (seed & 0xFFFF_FFFF).swap_bytes() & !0xFFFF_FFFF;
        ShortXxh3 {
            flip_1_to_3: BYTES_0_4.wrapping_add(seed),
            flip_4_to_8: BYTES_8_16.wrapping_sub(seed ^ low_swapped),
            flips_9_to_16: [BYTES_24_32.wrapping_add(seed), BYTES_40_48.wrapping_sub(seed)],
        }
    }

    /// Of the first `length` bytes (1 to 8) of `word`, whose other bytes are zero. Computes both forms and takes
    /// one: lengths follow no pattern that a branch could be predicted by.
    #[inline(always)]
    pub(super) fn up_to_8(self, word: u64, length: u64) -> u64 {
        let (short, long) = (self.of_1_to_3(word, length), self.of_4_to_8(word, length));
        if length < 4 { short } else { long }
    }

    #[inline(always)]
    fn of_1_to_3(self, word: u64, length: u64) -> u64 {
        // `length` may be out of range where the other form is taken: the masks keep the shifts defined.
        let byte = |at: u64| (word >> ((8 * at) & 63)) & 0xFF;
        let combined = (byte(0) << 16) | (byte(length / 2) << 24) | byte(length - 1) | (length << 8);
        let mut hash = combined ^ self.flip_1_to_3;
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
        hash = (hash ^ (hash >> 29)).wrapping_mul(0x1656_67B1_9E37_79F9);
        hash ^ (hash >> 32)
    }

    #[inline(always)]
    fn of_4_to_8(self, word: u64, length: u64) -> u64 {
        let last_four = (word >> ((length.wrapping_sub(4) << 3) & 63)) & 0xFFFF_FFFF;
        let mut hash = last_four.wrapping_add(word << 32) ^ self.flip_4_to_8;
        hash ^= hash.rotate_left(49) ^ hash.rotate_left(24);
        hash = hash.wrapping_mul(0x9FB2_1C65_1E98_DF25);
        hash ^= (hash >> 35).wrapping_add(length);
        hash = hash.wrapping_mul(0x9FB2_1C65_1E98_DF25);
        hash ^ (hash >> 28)
    }

    /// Of 9 to 16 bytes: the first eight and the last eight, which overlap.
    #[inline(always)]
    pub(super) fn of_9_to_16(self, first: u64, last: u64, length: u64) -> u64 {
        let (low, high) = (first ^ self.flips_9_to_16[0], last ^ self.flips_9_to_16[1]);
        let product = u128::from(low) * u128::from(high);
        #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let folded = product as u64 ^ (product >> 64) as u64;
        let mut hash = length.wrapping_add(low.swap_bytes()).wrapping_add(high).wrapping_add(folded);
        hash = (hash ^ (hash >> 37)).wrapping_mul(0x1656_6791_9E37_79F9);
        hash ^ (hash >> 32)
    }

    /// Of 1 to 16 bytes, given as one number whose other bytes are zero.
    #[inline(always)]
    pub(super) fn up_to_16(self, bytes: u128, length: u64) -> u64 {
        #[allow(clippy::cast_possible_truncation, reason = "the first eight bytes are meant")]
        let first = bytes as u64;
        if length <= 8 {
            self.up_to_8(first, length)
        } else {
            #[allow(clippy::cast_possible_truncation, reason = "eight bytes are left, or the upper are zero")]
            let last = (bytes >> (8 * (length - 8))) as u64;
            self.of_9_to_16(first, last, length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64_with_seed;

    #[test]
    fn what_follows_a_word_is_cut_off() {
        let word = u64::from_le_bytes(*b"abcdefgh");
        for length in 1..=8 {
            let cut = first_bytes(word, length as u64).to_le_bytes();
            assert_eq!((&cut[..length], &cut[length..]), (&b"abcdefgh"[..length], &[0; 8][length..]));
        }
    }

    #[test]
    fn letters_fold_and_digits_stay() {
        for byte in (0..=127_u8).filter(u8::is_ascii_alphanumeric) {
            let word = u64::from_le_bytes([byte, b'5', 0, b'Z', b'a', 0, byte, b'0']);
            assert_eq!(
                lower_case(word).to_le_bytes(),
                word.to_le_bytes().map(|byte| byte.to_ascii_lowercase())
            );
        }
        assert!(is_beyond_ascii(0x8000) && !is_beyond_ascii(0x7F7F));
    }

    proptest! {
        #[test]
        fn hashes_are_those_of_the_crate(bytes in prop::collection::vec(any::<u8>(), 1..17), seed: u64) {
            let hasher = ShortXxh3::new(seed);
            let expect = xxh3_64_with_seed(&bytes, seed);
            let length = bytes.len() as u64;
            let mut padded = [0; 16];
            padded[..bytes.len()].copy_from_slice(&bytes);
            prop_assert_eq!(hasher.up_to_16(u128::from_le_bytes(padded), length), expect);
            if let Some(&first) = bytes.first_chunk::<8>() {
                let last = *bytes.last_chunk::<8>().expect("eight bytes");
                if bytes.len() > 8 {
                    let (first, last) = (u64::from_le_bytes(first), u64::from_le_bytes(last));
                    prop_assert_eq!(hasher.of_9_to_16(first, last, length), expect);
                }
            }
            let word = u64::from_le_bytes(*padded.first_chunk().expect("eight bytes"));
            prop_assert_eq!(hasher.up_to_8(word, length.min(8)), xxh3_64_with_seed(&bytes[..bytes.len().min(8)], seed));
        }
    }
}
