//! A cheap first test: which of these hashes may stand twice?
//!
//! In: what an article has hashes of, fingerprints or paragraphs. Out: those left whose hash may equal another's. Each hash
//! sets a bit; of n hashes in 128 n bits fewer than n/256 pairs meet on one by chance. Most articles say nothing twice, and
//! then nothing is left to be sorted.

/// Tests one list after the other; keeps its buffers.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    once: Vec<u64>,
    twice: Vec<u64>,
}

impl Seen {
    /// Drops, in order, all items whose hash certainly stands once.
    pub(super) fn keep_repeated<T>(&mut self, items: &mut Vec<T>, hash: impl Fn(&T) -> u64) {
        let words = (2 * items.len()).next_power_of_two();
        for bits in [&mut self.once, &mut self.twice] {
            bits.clear();
            bits.resize(words, 0);
        }
        #[allow(clippy::cast_possible_truncation, reason = "only the low bits are wanted")]
        let place = |item: &T| ((hash(item) >> 6) as usize & (words - 1), 1 << (hash(item) & 63));
        let mut met = 0;
        for item in &*items {
            let (word, bit) = place(item);
            let again = self.once[word] & bit;
            self.once[word] |= bit;
            self.twice[word] |= again;
            met |= again;
        }
        if met == 0 {
            items.clear();
        } else {
            items.retain(|item| {
                let (word, bit) = place(item);
                self.twice[word] & bit != 0
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_stands_twice_is_kept_in_order(hashes in prop::collection::vec(0_u64..5000, 0..60)) {
            let mut kept = hashes.clone();
            Seen::default().keep_repeated(&mut kept, |&hash| hash);
            let stands_twice = |hash: &u64| hashes.iter().filter(|other| *other == hash).count() > 1;
            let twice = |hashes: &[u64]| -> Vec<u64> { hashes.iter().copied().filter(stands_twice).collect() };
            prop_assert_eq!(twice(&kept), twice(&hashes));
            prop_assert!(kept.len() <= hashes.len());
        }
    }
}
