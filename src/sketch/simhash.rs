//! SimHash: 64 bits whose Hamming distance grows with the angle between two bags of shingles.
//!
//! In: shingle hashes, repeats counted. Out: 64 bits; bit `j` is one where more than half of the shingles
//! have bit `j` set (M. Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002,
//! section 3; G. Manku, A. Jain, A. Das Sarma, "Detecting near-duplicates for web crawling", WWW 2007,
//! section 2).
//!
//! Counting 64 bit positions one by one is 64 additions per shingle. Here the counts are kept *vertically*:
//! plane `p` holds bit `p` of all 64 counters, and adding a shingle is a carry that ripples through the
//! planes, two steps on average.

/// The `SimHash` of shingles; 0 for none. Linear time, no allocation.
pub fn simhash(shingles: &[u64]) -> u64 {
    let mut planes = [0_u64; 64];
    for &shingle in shingles {
        let mut carry = shingle;
        for plane in &mut planes {
            (*plane, carry) = (*plane ^ carry, *plane & carry);
            if carry == 0 {
                break;
            }
        }
    }
    let majority = shingles.len() as u64 / 2;
    (0..64).fold(0, |bits, position| {
        let count = planes.iter().rev().fold(0, |count, plane| (count << 1) | ((plane >> position) & 1));
        bits | (u64::from(count > majority) << position)
    })
}

/// The same with one counter a bit: the judge of [`simhash`].
pub fn simhash_by_definition(shingles: &[u64]) -> u64 {
    (0..64).fold(0, |bits, position| {
        let count = shingles.iter().filter(|&&shingle| (shingle >> position) & 1 == 1).count();
        bits | (u64::from(2 * count > shingles.len()) << position)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn vertical_counting_is_the_definition(shingles in prop::collection::vec(any::<u64>(), 0..300)) {
            prop_assert_eq!(simhash(&shingles), simhash_by_definition(&shingles));
        }
    }

    #[test]
    fn ties_are_zero_bits() {
        assert_eq!(simhash(&[]), 0);
        assert_eq!(simhash(&[u64::MAX, 0]), 0);
        assert_eq!(simhash(&[u64::MAX, 0, u64::MAX]), u64::MAX);
    }
}
