//! ASCII words from loaded registers: where one ends, lower case, and its hash, without copying a byte.
//!
//! Eight bytes are looked at as one number. Range checks on all of them at once tell which are letters or digits;
//! setting bit 5 of every letter folds them; and XXH3 of up to eight bytes is a handful of operations on the number
//! itself (Y. Collet, xxHash specification, "XXH3 algorithm overview", inputs of 1 to 3 and of 4 to 8 bytes). Plain
//! integer arithmetic: the same on every machine.

/// A byte in each of eight lanes.
const fn lanes(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// How many bytes from the first on are ASCII letters or digits; `word` is eight bytes, little-endian.
#[inline(always)]
pub(super) fn leading_alphanumerics(word: u64) -> usize {
    let low = word & lanes(0x7F);
    let cased = low | lanes(0x20);
    // The top bit of a lane tells that it is at least `from`; lanes hold 7 bits, so nothing is carried over.
    let at_least = |lanes_of: u64, from: u8| lanes_of + lanes(0x80 - from);
    let letter = at_least(cased, b'a') & !at_least(cased, b'z' + 1);
    let digit = at_least(low, b'0') & !at_least(low, b'9' + 1);
    let alphanumeric = (letter | digit) & !word & lanes(0x80);
    ((alphanumeric ^ lanes(0x80)).trailing_zeros() / 8) as usize
}

/// Letters in lower case; all bytes are letters or digits, or zero.
#[inline(always)]
pub(super) fn lower_case(word: u64) -> u64 {
    // Letters have bit 6 set, digits do not; bit 5 makes a letter small.
    word | ((word & lanes(0x40)) >> 1)
}

/// The first `length` bytes (1 to 8), the rest zero.
#[inline(always)]
pub(super) fn first_bytes(word: u64, length: usize) -> u64 {
    word & (u64::MAX >> (64 - 8 * length))
}

/// XXH3-64 with `seed` of the first `length` bytes (1 to 8) of `word`, whose other bytes are zero.
#[inline(always)]
pub(super) fn xxh3_of(word: u64, length: usize, seed: u64) -> u64 {
    if length < 4 { xxh3_1_to_3(word, length, seed) } else { xxh3_4_to_8(word, length, seed) }
}

// Words of the default secret of XXH3 that these lengths use.
const SECRET_0_XOR_4: u64 = 0x396C_FEB8 ^ 0xBE4B_A423;
const SECRET_8_XOR_16: u64 = 0x1CAD_21F7_2C81_017C ^ 0xDB97_9083_E96D_D4DE;

#[inline(always)]
fn xxh3_1_to_3(word: u64, length: usize, seed: u64) -> u64 {
    let byte = |at: usize| (word >> (8 * at)) & 0xFF;
    let combined = (byte(0) << 16) | (byte(length / 2) << 24) | byte(length - 1) | ((length as u64) << 8);
    let mut hash = combined ^ SECRET_0_XOR_4.wrapping_add(seed);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    hash = (hash ^ (hash >> 29)).wrapping_mul(0x1656_67B1_9E37_79F9);
    hash ^ (hash >> 32)
}

#[inline(always)]
fn xxh3_4_to_8(word: u64, length: usize, seed: u64) -> u64 {
    let low_half = |number: u64| number & 0xFFFF_FFFF;
    let seed = seed ^ (low_half(seed).swap_bytes() & !0xFFFF_FFFF);
    let (first, last) = (low_half(word), low_half(word >> (8 * (length - 4))));
    let mut hash = last.wrapping_add(first << 32) ^ SECRET_8_XOR_16.wrapping_sub(seed);
    hash ^= hash.rotate_left(49) ^ hash.rotate_left(24);
    hash = hash.wrapping_mul(0x9FB2_1C65_1E98_DF25);
    hash ^= (hash >> 35).wrapping_add(length as u64);
    hash = hash.wrapping_mul(0x9FB2_1C65_1E98_DF25);
    hash ^ (hash >> 28)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64_with_seed;

    #[test]
    fn every_byte_in_every_lane() {
        for lane in 0..8 {
            for byte in 0..=255_u8 {
                let mut bytes = *b"aZ09xYz5";
                bytes[lane] = byte;
                let expect = if byte.is_ascii_alphanumeric() { 8 } else { lane };
                assert_eq!(leading_alphanumerics(u64::from_le_bytes(bytes)), expect, "{byte} in lane {lane}");
                if byte.is_ascii_alphanumeric() {
                    let lower = lower_case(u64::from_le_bytes(bytes)).to_le_bytes();
                    assert_eq!(lower, bytes.map(|b| b.to_ascii_lowercase()));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn the_hash_is_xxh3(bytes: [u8; 8], length in 1_usize..=8, seed: u64) {
            for seed in [seed, 0, 1] {
                let word = first_bytes(u64::from_le_bytes(bytes), length);
                prop_assert_eq!(xxh3_of(word, length, seed), xxh3_64_with_seed(&bytes[..length], seed));
            }
        }
    }
}
