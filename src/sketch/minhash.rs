//! MinHash signatures by *fast similarity sketching*.
//!
//! In: the shingle hashes of one article. Out: [`SLOTS`] numbers of 32 bits, such that two articles agree in
//! a slot with a chance equal to their resemblance.
//!
//! The idea (S. Dahlgaard, M. Knudsen, M. Thorup, "Fast Similarity Sketching", FOCS 2017, section 2): instead
//! of hashing every shingle once per slot, throw every shingle into one slot of its choice and let each slot
//! keep the smallest hash it met. Slots that stayed empty get another round with fresh hashes, and so on; a
//! slot once filled in an earlier round cannot be changed by a later one. After [`SLOTS`] random rounds the
//! shingles are thrown into slot 0, 1, 2, … in turn, so that every slot is filled at the end. Slot `j` is
//! thus the minimum over all shingles of (round, hash) where the shingle chose `j`, and the rounds after the
//! one that fills the last slot need not be computed: for 500 shingles the first round fills
//! all but two or three of 128 slots, and the second the rest.
//!
//! Unbiased for every size, with the variance of classic MinHash or less, and about one hash per shingle
//! instead of 128. `docs/decisions/0001-signature.md` compares.
//!
//! Guarantees: depends on the *set* of shingles only (order and repeats do not matter); the signature of a
//! union is the slot-wise minimum of the signatures. Which positions of the text are used never matters: no
//! sampling.

/// Slots in a signature. 128 give a standard error of at most 0.044 and bands enough for thresholds from 0.3.
pub const SLOTS: usize = 128;

/// One article's MinHash signature.
pub type Signature = [u32; SLOTS];

/// log2 of [`SLOTS`].
const SLOT_BITS: u32 = SLOTS.trailing_zeros();

/// Makes signatures with one seed; allocates nothing.
#[derive(Clone, Debug)]
pub struct Sketcher {
    seed: u64,
}

impl Sketcher {
    /// A sketcher whose signatures can be compared with those of the same `seed`.
    pub fn new(seed: u64) -> Self {
        Sketcher { seed }
    }

    /// The signature of a set of shingles; `None` for no shingles. Expected time O(n + k log k), no
    /// allocation.
    pub fn sketch(&self, shingles: &[u64]) -> Option<Signature> {
        if shingles.is_empty() {
            return None;
        }
        let mut signature = [EMPTY; SLOTS];
        let mut empty = SLOTS;
        // The first two rounds are named so that the compiler keeps only what they need.
        fill(&mut signature, &mut empty, shingles.iter().map(|&shingle| throw(shingle, 0, self.seed)));
        if empty > 0 {
            fill(&mut signature, &mut empty, shingles.iter().map(|&shingle| throw(shingle, 1, self.seed)));
        }
        for round in 2..2 * SLOTS {
            if empty == 0 {
                break;
            }
            fill(
                &mut signature,
                &mut empty,
                shingles.iter().map(|&shingle| throw(shingle, round, self.seed)),
            );
        }
        Some(signature)
    }
}

/// What a slot holds that no shingle fell into yet: above every value.
const EMPTY: u32 = u32::MAX;

/// Lets what is thrown in one round into the slots, and counts those that are still empty. Slots that were filled in an
/// earlier round keep what they have: it is smaller.
#[inline(always)]
fn fill(signature: &mut Signature, empty: &mut usize, thrown: impl Iterator<Item = (usize, u32)>) {
    for (slot, value) in thrown {
        let kept = &mut signature[slot];
        *empty -= usize::from(*kept == EMPTY);
        *kept = value.min(*kept);
    }
}

/// The signature as defined: every round, every slot, no early end. The judge of [`Sketcher::sketch`].
pub fn signature_by_definition(shingles: &[u64], seed: u64) -> Option<Signature> {
    if shingles.is_empty() {
        return None;
    }
    Some(std::array::from_fn(|j| {
        let thrown = (0..2 * SLOTS).flat_map(|round| shingles.iter().map(move |&s| throw(s, round, seed)));
        thrown.filter(|&(slot, _)| slot == j).map(|(_, value)| value).min().unwrap_or(EMPTY)
    }))
}

/// Where a shingle falls in a round, and the value it leaves there. Values of an earlier round are always smaller: round
/// 0 has 31 bits of hash under a zero bit; later rounds, which only articles of few shingles reach, have a one bit, 8
/// bits of round and 23 of hash.
#[inline]
fn throw(shingle: u64, round: usize, seed: u64) -> (usize, u32) {
    let hash = hash_of_round(shingle, round, seed);
    let slot = if round < SLOTS { (hash >> (64 - SLOT_BITS)) as usize } else { round - SLOTS };
    let low = u32::try_from(hash & 0xFFFF_FFFF).expect("masked to 32 bits");
    let value = if round == 0 {
        low >> 1
    } else {
        let round = u32::try_from(round).expect("there are 256 rounds");
        0x8000_0000 | (round << 23) | (low >> 9)
    };
    // EMPTY marks an empty slot; the very last value of the very last round gives way.
    (slot, value.min(EMPTY - 1))
}

/// The hash of a shingle in a round: its top bits choose the slot, its low bits are the value.
///
/// Shingles are uniform 64-bit numbers already, enough for two rounds: round 0 takes the top 7 bits and the low 32,
/// round 1 what lies between them, so that the rounds nearly all articles end with cost no hashing at all. Bits of
/// different rounds are disjoint, hence independent. Later rounds hash afresh.
#[inline]
fn hash_of_round(shingle: u64, round: usize, seed: u64) -> u64 {
    match round {
        0 => shingle ^ seed,
        // 7 + 18 bits: enough for the two or three slots of a common article that come to this round.
        1 => {
            let between = (shingle ^ seed) << SLOT_BITS;
            (between & 0xFE00_0000_0000_0000) | (((between >> 39) & 0x3_FFFF) << 14)
        }
        _ => rehash(shingle, round, seed),
    }
}

/// A fresh uniform hash of the shingle for every round (the stirring of `SplitMix64`).
#[inline]
fn rehash(shingle: u64, round: usize, seed: u64) -> u64 {
    let mut x = shingle ^ seed.wrapping_add((round as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// In how many slots two signatures agree. The share is an estimate of resemblance, for choosing what to
/// verify.
#[inline]
pub fn agreeing_slots(a: &Signature, b: &Signature) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a == b)).sum()
}

#[cfg(test)]
#[allow(clippy::cast_precision_loss, reason = "counts in tests are small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn sketching_is_the_definition(shingles in prop::collection::vec(any::<u64>(), 1..400), seed: u64) {
            prop_assert_eq!(Sketcher::new(seed).sketch(&shingles), signature_by_definition(&shingles, seed));
        }

        #[test]
        fn a_union_has_the_smaller_of_both(
            a in prop::collection::vec(any::<u64>(), 1..80),
            b in prop::collection::vec(any::<u64>(), 1..2000),
        ) {
            let sketcher = Sketcher::new(0);
            let (of_a, of_b) = (sketcher.sketch(&a).expect("some"), sketcher.sketch(&b).expect("some"));
            let mut both = [a, b].concat();
            both.reverse();
            both.push(both[0]);
            let smaller: Signature = std::array::from_fn(|j| of_a[j].min(of_b[j]));
            prop_assert_eq!(sketcher.sketch(&both), Some(smaller));
        }
    }

    /// Mean and variance of the estimate over many seeds, for two sets of `size` shingles each.
    fn moments(size: u64, shared: u64, seeds: u64) -> (f64, f64, f64) {
        let set = |from: u64, salt: u64| -> Vec<u64> {
            // Shingle hashes are uniform; so are these, and others for every salt.
            (from..from + size)
                .map(|i| xxhash_rust::xxh3::xxh3_64_with_seed(&i.to_le_bytes(), salt))
                .collect()
        };
        let truth = shared as f64 / (2 * size - shared) as f64;
        let (mut sum, mut squares) = (0.0, 0.0);
        for seed in 0..seeds {
            let (a, b) = (set(0, seed), set(size - shared, seed));
            let sketcher = Sketcher::new(seed);
            let (a, b) = (sketcher.sketch(&a).expect("some"), sketcher.sketch(&b).expect("some"));
            let error = f64::from(agreeing_slots(&a, &b)) / SLOTS as f64 - truth;
            sum += error;
            squares += error * error;
        }
        (truth, sum / seeds as f64, squares / seeds as f64)
    }

    #[test]
    fn the_estimate_is_unbiased_and_no_noisier_than_minhash() {
        // Fixed seeds: the figures are the same in every run. The bounds are design.md's (variance at most
        // 1.05 times MinHash's) plus three standard errors of what a test of this many seeds can see.
        for (size, shared, seeds) in [
            (8, 4, 4000),
            (8, 7, 4000),
            (50, 30, 3000),
            (500, 400, 2000),
            (5_000, 2_500, 300),
            (100_000, 90_000, 24),
        ] {
            let (truth, bias, variance) = moments(size, shared, seeds);
            let minhash = truth * (1.0 - truth) / SLOTS as f64;
            let standard_error = (minhash / seeds as f64).sqrt();
            assert!(
                bias.abs() < 3.5 * standard_error,
                "size {size}: bias {bias}, standard error {standard_error}"
            );
            let slack = 1.05 + 3.0 * (2.0 / seeds as f64).sqrt();
            assert!(variance < slack * minhash, "size {size}: variance {variance}, MinHash {minhash}");
        }
    }

    #[test]
    fn later_rounds_never_override_earlier_ones() {
        for round in 0..2 * SLOTS - 1 {
            for shingle in 0..200 {
                let (_, early) = throw(shingle, round, 3);
                let (_, late) = throw(shingle + 1000, round + 1, 3);
                assert!(early < late);
            }
        }
    }
}
