//! Seeded draws: numbers that look random and are the same on every machine.
//!
//! In: a seed. Out: as many 64-bit numbers as are asked for. `SplitMix64` (G. Steele, D. Lea, C. Flood, "Fast Splittable
//! Pseudorandom Number Generators", OOPSLA 2014). Good enough to sample and to resample with; no cryptography.

/// A stream of draws.
#[derive(Clone, Debug)]
pub(crate) struct Draws(u64);

impl Draws {
    /// A stream of its own for each seed and purpose, so that one more draw here moves nothing there.
    pub(crate) fn new(seed: u64, purpose: &str) -> Draws {
        Draws(xxhash_rust::xxh3::xxh3_64_with_seed(purpose.as_bytes(), seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is above 0. The bias of the product is under `bound` / 2^64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let product = u128::from(self.next()) * bound as u128;
        usize::try_from(product >> 64).expect("below a usize")
    }

    /// Puts `items` into an order drawn anew.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_the_paper() {
        // The first numbers of the reference implementation for seed 1234567.
        let mut draws = Draws(1_234_567);
        let expect = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!([draws.next(), draws.next(), draws.next()], expect);
    }

    #[test]
    fn draws_are_even_and_a_shuffle_loses_nothing() {
        let mut draws = Draws::new(7, "test");
        let mut counts = [0; 5];
        (0..50_000).for_each(|_| counts[draws.below(5)] += 1);
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
        let mut items: Vec<u32> = (0..100).collect();
        draws.shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}
