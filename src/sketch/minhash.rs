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

use crate::kernel::{Kernel, Lanes, Task};

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
    kernel: Kernel,
}

impl Sketcher {
    /// A sketcher whose signatures can be compared with those of the same `seed`, on the best kernel.
    pub fn new(seed: u64) -> Self {
        Sketcher { seed, kernel: Kernel::best() }
    }

    /// The same on a kernel of your choice.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Sketcher { kernel, ..self }
    }

    /// The signature of a set of shingles; `None` for no shingles. Expected time O(n + k log k), no
    /// allocation.
    pub fn sketch(&self, shingles: &[u64]) -> Option<Signature> {
        if shingles.is_empty() {
            return None;
        }
        Some(self.kernel.run(Sketch { shingles, seed: self.seed }))
    }
}

/// What a slot holds that no shingle fell into yet: above every value.
const EMPTY: u32 = u32::MAX;

/// Shingles that are thrown side by side once most slots are filled.
const SIDE_BY_SIDE: usize = 32;

struct Sketch<'s> {
    shingles: &'s [u64],
    seed: u64,
}

impl Task for Sketch<'_> {
    type Output = Signature;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Signature {
        let Sketch { shingles, seed } = self;
        let mut signature = [EMPTY; SLOTS];
        for &shingle in shingles {
            let (slot, value) = throw(shingle, 0, seed);
            signature[slot] = value.min(signature[slot]);
        }
        let empty = empty_slots(lanes, &signature);
        if empty != 0 {
            let mut later = Later { lanes, seed, signature: &mut signature, empty };
            later.round(shingles, 1, |shingle| hash_of_round(shingle, 1, seed));
            if shingles.len() > SIDE_BY_SIDE / 2 {
                later.rounds_of_many(shingles);
            } else {
                later.rounds_of_few(shingles);
            }
            later.slot_by_slot(shingles);
        }
        signature
    }
}

/// The rounds after the first. Few of what is thrown falls into a slot that is still empty, so all is looked at in
/// vectors, and only what falls so one by one.
struct Later<'s, L> {
    lanes: L,
    seed: u64,
    signature: &'s mut Signature,
    /// The slots that no earlier round filled, a bit each.
    empty: u128,
}

/// Throws that are kept for later one by one; a bound on the stack, not on what is thrown.
const KEPT: usize = 256;

impl<L: Lanes> Later<'_, L> {
    #[inline(always)]
    fn rounds_of_many(&mut self, shingles: &[u64]) {
        let seed = self.seed;
        for round in 2..SLOTS {
            if self.empty == 0 {
                return;
            }
            self.round(shingles, round, |shingle| rehash(shingle, round as u64, seed));
        }
    }

    /// One round of all shingles.
    #[inline(always)]
    fn round(&mut self, shingles: &[u64], round: usize, hash: impl Fn(u64) -> u64) {
        let empty = Slots::of(self.empty);
        let mut filled = 0;
        for some in shingles.chunks(KEPT) {
            let mut hits = [0; KEPT + SIDE_BY_SIDE];
            let mut count = 0;
            let (blocks, rest) = some.as_chunks::<SIDE_BY_SIDE>();
            let mut last = [0; SIDE_BY_SIDE];
            for (to, from) in last.iter_mut().zip(rest) {
                *to = *from;
            }
            for (block, base) in blocks.iter().chain([&last]).zip((0..).step_by(SIDE_BY_SIDE)) {
                let falls: [u8; SIDE_BY_SIDE] = std::array::from_fn(|j| empty.chosen_by(hash(block[j])));
                let left = some.len() - base;
                let within = if left < SIDE_BY_SIDE { (1 << left) - 1 } else { u32::MAX };
                let falls = self.lanes.not_zero(&falls) & within;
                let to = hits[count..].first_chunk_mut().expect("room for one more block");
                self.lanes.positions(u64::from(falls), u32::try_from(base).unwrap_or(0), to);
                count += falls.count_ones() as usize;
            }
            for &hit in &hits[..count] {
                let (slot, value) = thrown(hash(some[hit as usize]), round as u64);
                self.signature[slot] = value.min(self.signature[slot]);
                filled |= 1 << slot;
            }
        }
        self.empty &= !filled;
    }

    /// Of few shingles several rounds are thrown side by side. That a slot filled in one of them is thrown at again in the
    /// next changes nothing: values of an earlier round are smaller.
    #[inline(always)]
    fn rounds_of_few(&mut self, shingles: &[u64]) {
        let at_once = SIDE_BY_SIDE / shingles.len();
        let (mut some, mut rounds) = ([0; SIDE_BY_SIDE], [u64::MAX; SIDE_BY_SIDE]);
        for (lane, j) in (0..at_once * shingles.len()).zip(0..) {
            some[lane] = shingles[lane % shingles.len()];
            rounds[lane] = 2 + j / shingles.len() as u64;
        }
        let seed = self.seed;
        while self.empty != 0 && rounds[0] < SLOTS as u64 {
            let empty = Slots::of(self.empty);
            let falls: [u8; SIDE_BY_SIDE] = std::array::from_fn(|lane| {
                let in_round = u8::from(rounds[lane] < SLOTS as u64);
                empty.chosen_by(rehash(some[lane], rounds[lane], seed)) & in_round
            });
            let mut filled = 0;
            let mut hits = self.lanes.not_zero(&falls);
            while hits != 0 {
                let lane = hits.trailing_zeros() as usize;
                hits &= hits - 1;
                let (slot, value) = thrown(rehash(some[lane], rounds[lane], seed), rounds[lane]);
                self.signature[slot] = value.min(self.signature[slot]);
                filled |= 1 << slot;
            }
            self.empty &= !filled;
            for round in &mut rounds {
                *round = round.saturating_add(at_once as u64);
            }
        }
    }

    /// What is still empty is filled slot by slot.
    #[inline(always)]
    fn slot_by_slot(&mut self, shingles: &[u64]) {
        while self.empty != 0 {
            let slot = self.empty.trailing_zeros() as usize;
            self.empty &= self.empty - 1;
            let values = shingles.iter().map(|&shingle| throw(shingle, SLOTS + slot, self.seed).1);
            self.signature[slot] = values.min().unwrap_or(EMPTY);
        }
    }
}

/// Slots, a bit each, in a form that many hashes can be held against at once.
#[derive(Clone, Copy)]
struct Slots {
    low: u64,
    /// Where the upper half differs from the lower.
    differ: u64,
}

impl Slots {
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
    fn of(slots: u128) -> Self {
        Slots { low: slots as u64, differ: slots as u64 ^ (slots >> 64) as u64 }
    }

    /// One if a hash chooses one of them. Arithmetic alone, so that the compiler makes vectors of it.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "one bit is left")]
    fn chosen_by(self, hash: u64) -> u8 {
        let slot = hash >> (64 - SLOT_BITS);
        let half = self.low ^ (self.differ & (slot >> 6).wrapping_neg());
        (half >> (slot & 63) & 1) as u8
    }
}

/// A bit for each slot that is empty.
#[inline(always)]
fn empty_slots<L: Lanes>(lanes: L, signature: &Signature) -> u128 {
    let mut empty = 0;
    for (some, shift) in signature.as_chunks::<SIDE_BY_SIDE>().0.iter().zip((0..).step_by(SIDE_BY_SIDE)) {
        let flags = some.map(|value| u8::from(value == EMPTY));
        empty |= u128::from(lanes.not_zero(&flags)) << shift;
    }
    empty
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
#[inline(always)]
fn throw(shingle: u64, round: usize, seed: u64) -> (usize, u32) {
    thrown(hash_of_round(shingle, round, seed), round as u64)
}

/// [`throw`] from the hash of the round on.
#[inline(always)]
fn thrown(hash: u64, round: u64) -> (usize, u32) {
    let last_round = SLOTS as u64;
    let slot = if round < last_round { hash >> (64 - SLOT_BITS) } else { round - last_round };
    let slot = usize::try_from(slot).expect("one of 128");
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
#[inline(always)]
fn hash_of_round(shingle: u64, round: usize, seed: u64) -> u64 {
    match round {
        0 => shingle ^ seed,
        // 7 + 18 bits: enough for the two or three slots of a common article that come to this round.
        1 => {
            let between = (shingle ^ seed) << SLOT_BITS;
            (between & 0xFE00_0000_0000_0000) | (((between >> 39) & 0x3_FFFF) << 14)
        }
        _ => rehash(shingle, round as u64, seed),
    }
}

/// A fresh uniform hash of the shingle for every round (the stirring of `SplitMix64`).
#[inline(always)]
fn rehash(shingle: u64, round: u64, seed: u64) -> u64 {
    let mut x = shingle ^ seed.wrapping_add(round.wrapping_mul(0x9E37_79B9_7F4A_7C15));
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

    #[test]
    fn every_count_of_shingles_up_to_300() {
        let shingles: Vec<u64> = (0..300).map(|i| rehash(i, 0, 1)).collect();
        for count in 1..=shingles.len() {
            let expect = signature_by_definition(&shingles[..count], 5);
            for kernel in Kernel::all() {
                assert_eq!(
                    Sketcher::new(5).on(kernel).sketch(&shingles[..count]),
                    expect,
                    "{count} {kernel:?}"
                );
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn sketching_is_the_definition(shingles in prop::collection::vec(any::<u64>(), 1..400), seed: u64) {
            let expect = signature_by_definition(&shingles, seed);
            for kernel in Kernel::all() {
                prop_assert_eq!(Sketcher::new(seed).on(kernel).sketch(&shingles), expect, "{:?}", kernel);
            }
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
