//! A cheap first test: may two of these hashes be equal?
//!
//! In: the hashes of an article's fingerprints or paragraphs. Out: no, which is certain; or perhaps. Each hash sets a bit;
//! of n hashes in 128 n bits fewer than n/256 pairs meet on one by chance. Most articles say nothing twice, and then
//! nothing is sorted.

/// Tests one list of hashes after the other; keeps its buffer.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    bits: Vec<u64>,
}

impl Seen {
    /// Whether two of the hashes may be equal.
    pub(super) fn may_repeat(&mut self, hashes: impl ExactSizeIterator<Item = u64>) -> bool {
        let words = (2 * hashes.len()).next_power_of_two();
        self.bits.clear();
        self.bits.resize(words, 0);
        let mut met = 0;
        for hash in hashes {
            #[allow(clippy::cast_possible_truncation, reason = "only the low bits are wanted")]
            let word = &mut self.bits[(hash >> 6) as usize & (words - 1)];
            let bit = 1 << (hash & 63);
            met |= *word & bit;
            *word |= bit;
        }
        met != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_is_certain(mut hashes in prop::collection::vec(0_u64..5000, 0..60)) {
            let may = Seen::default().may_repeat(hashes.iter().copied());
            let count = hashes.len();
            hashes.sort_unstable();
            hashes.dedup();
            prop_assert!(may || hashes.len() == count);
        }
    }
}
