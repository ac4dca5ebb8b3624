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

/// Throws that are made side by side: some vectors of the widest kind.
const SIDE_BY_SIDE: usize = 64;

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
        let mut empty = empty_slots(lanes, &signature);
        if empty != 0 {
            let round_1 = |shingle| hash_of_round(shingle, 1, seed);
            empty &= !one_round(lanes, shingles, 1, round_1, empty, &mut signature);
        }
        let mut round = 2;
        if shingles.len() <= SIDE_BY_SIDE {
            // Of few shingles several rounds are thrown side by side. That a slot filled in one round is thrown at
            // again in the next changes nothing: values of an earlier round are smaller.
            let mut throws = Throws::of(shingles, SIDE_BY_SIDE / shingles.len());
            while empty != 0 && round < SLOTS {
                if throws.rounds > SLOTS - round {
                    throws = Throws::of(shingles, SLOTS - round);
                }
                empty &= !throws.throw_from(lanes, round, seed, empty, &mut signature);
                round += throws.rounds;
            }
        }
        while empty != 0 && round < SLOTS {
            let key = key_of_round(round as u64, seed);
            let later = |shingle| stir(shingle ^ key);
            empty &= !one_round(lanes, shingles, number(round), later, empty, &mut signature);
            round += 1;
        }
        // What is still empty is filled slot by slot.
        while empty != 0 {
            let slot = empty.trailing_zeros() as usize;
            empty &= empty - 1;
            let values = shingles.iter().map(|&shingle| throw(shingle, SLOTS + slot, seed).1);
            signature[slot] = values.min().unwrap_or(EMPTY);
        }
        signature
    }
}

/// Throws all shingles in one round at the slots that are `empty`; gives those that it filled.
#[inline(always)]
fn one_round<L: Lanes>(
    lanes: L,
    shingles: &[u64],
    round: u32,
    hash: impl Fn(u64) -> u64,
    empty: u128,
    signature: &mut Signature,
) -> u128 {
    let mut filled = 0;
    let mut some = [shingles[0]; SIDE_BY_SIDE];
    for chunk in shingles.chunks(SIDE_BY_SIDE) {
        // What the last chunk leaves of the one before it is thrown again, which changes nothing.
        some[..chunk.len()].copy_from_slice(chunk);
        let mut hashes = some;
        for hash_or_shingle in &mut hashes {
            *hash_or_shingle = hash(*hash_or_shingle);
        }
        filled |= keep_some(lanes, &hashes, |_| round, empty, signature);
    }
    filled
}

/// What is thrown side by side in several rounds: shingles, each in a round.
struct Throws {
    shingles: [u64; SIDE_BY_SIDE],
    /// How many rounds after the first its round is, and what that adds to the key of the round.
    rounds_later: [u32; SIDE_BY_SIDE],
    keys_later: [u64; SIDE_BY_SIDE],
    rounds: usize,
}

impl Throws {
    /// At most [`SIDE_BY_SIDE`] shingles, in so many rounds if they have room. What room is left takes some shingles
    /// of the last round again, which changes nothing.
    #[inline(always)]
    fn of(shingles: &[u64], rounds: usize) -> Self {
        let rounds = rounds.min(SIDE_BY_SIDE / shingles.len());
        let mut throws = Throws {
            shingles: [0; SIDE_BY_SIDE],
            rounds_later: [0; SIDE_BY_SIDE],
            keys_later: [0; SIDE_BY_SIDE],
            rounds,
        };
        for (row, begin) in (0..SIDE_BY_SIDE).step_by(shingles.len()).enumerate() {
            let end = SIDE_BY_SIDE.min(begin + shingles.len());
            let later = row.min(rounds - 1);
            throws.shingles[begin..end].copy_from_slice(&shingles[..end - begin]);
            throws.rounds_later[begin..end].fill(number(later));
            throws.keys_later[begin..end].fill(key_of_round(later as u64, 0));
        }
        throws
    }

    /// Throws all in rounds from `first` on, which is 2 or later and random to the last, at the slots that are
    /// `empty`; gives those that it filled.
    #[inline(always)]
    fn throw_from<L: Lanes>(
        &self,
        lanes: L,
        first: usize,
        seed: u64,
        empty: u128,
        signature: &mut Signature,
    ) -> u128 {
        let key = key_of_round(first as u64, seed);
        let mut hashes = [0; SIDE_BY_SIDE];
        for ((hash, shingle), later) in hashes.iter_mut().zip(&self.shingles).zip(&self.keys_later) {
            *hash = stir(shingle ^ key.wrapping_add(*later));
        }
        keep_some(lanes, &hashes, |j| number(first) + self.rounds_later[j], empty, signature)
    }
}

/// Keeps what the hashes, each of its round, bring to `empty` slots; gives those that they filled.
#[inline(always)]
fn keep_some<L: Lanes>(
    lanes: L,
    hashes: &[u64; SIDE_BY_SIDE],
    round_of: impl Fn(usize) -> u32,
    empty: u128,
    signature: &mut Signature,
) -> u128 {
    if empty.count_ones() as usize > SLOTS / 2 {
        // While most slots are empty, trying all costs less than branching for each that is to be tried.
        for (j, &hash) in hashes.iter().enumerate() {
            keep(hash, round_of(j), signature);
        }
        return empty & !empty_slots(lanes, signature);
    }
    #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let (low, high) = (empty as u64, (empty >> 64) as u64);
    let mut hits = 0;
    for (&hash, j) in hashes.iter().zip(0..) {
        // The top bit of the hash tells the half; without a condition, of which the compiler would not make vectors.
        let half = low ^ ((low ^ high) & (hash.cast_signed() >> 63).cast_unsigned());
        hits |= (half >> (slot_of(hash) % 64) & 1) << j;
    }
    let mut filled = 0;
    while hits != 0 {
        let j = hits.trailing_zeros() as usize;
        hits &= hits - 1;
        filled |= 1 << slot_of(hashes[j]);
        keep(hashes[j], round_of(j), signature);
    }
    filled
}

/// Keeps what a hash brings in a round that is not the first.
#[inline(always)]
fn keep(hash: u64, round: u32, signature: &mut Signature) {
    let slot = &mut signature[slot_of(hash)];
    *slot = later_value_of(hash, round).min(*slot);
}

/// A bit for each slot that is empty.
#[inline(always)]
fn empty_slots<L: Lanes>(lanes: L, signature: &Signature) -> u128 {
    let mut empty = 0;
    for (some, shift) in signature.as_chunks::<32>().0.iter().zip((0..).step_by(32)) {
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
    let mut signature = [EMPTY; SLOTS];
    for round in 0..2 * SLOTS {
        for &shingle in shingles {
            let (slot, value) = throw(shingle, round, seed);
            signature[slot] = signature[slot].min(value);
        }
    }
    Some(signature)
}

/// Where a shingle falls in a round, and the value it leaves there.
#[inline(always)]
fn throw(shingle: u64, round: usize, seed: u64) -> (usize, u32) {
    let hash = hash_of_round(shingle, round, seed);
    let slot = if round < SLOTS { slot_of(hash) } else { round - SLOTS };
    (slot, value_of(hash, number(round)))
}

/// The slot that a hash chooses.
#[inline(always)]
fn slot_of(hash: u64) -> usize {
    (hash >> (64 - SLOT_BITS)) as usize
}

/// The value that a hash of a round leaves. Values of an earlier round are always smaller: round 0 has 31 bits of hash
/// under a zero bit; later rounds, which only articles of few shingles reach, have a one bit, 8 bits of round and 23 of
/// hash.
#[inline(always)]
fn value_of(hash: u64, round: u32) -> u32 {
    let value = if round == 0 { low_half(hash) >> 1 } else { later_value_of(hash, round) };
    // EMPTY marks an empty slot; the very last value of the very last round gives way.
    value.min(EMPTY - 1)
}

/// The same for rounds 1 to 254.
#[inline(always)]
fn later_value_of(hash: u64, round: u32) -> u32 {
    0x8000_0000 | (round << 23) | (low_half(hash) >> 9)
}

#[inline(always)]
fn low_half(hash: u64) -> u32 {
    u32::try_from(hash & 0xFFFF_FFFF).expect("masked to 32 bits")
}

#[inline(always)]
fn number(round: usize) -> u32 {
    u32::try_from(round).expect("there are 256 rounds")
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

/// A fresh uniform hash of the shingle for every round.
#[inline(always)]
fn rehash(shingle: u64, round: u64, seed: u64) -> u64 {
    stir(shingle ^ key_of_round(round, seed))
}

/// What is mixed into the shingles of a round.
#[inline(always)]
fn key_of_round(round: u64, seed: u64) -> u64 {
    seed.wrapping_add(round.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// The stirring of `SplitMix64`.
#[inline(always)]
pub(super) fn stir(mut x: u64) -> u64 {
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
mod tests {
    use super::*;
    use crate::sketch::estimates::check_every_count;
    use proptest::prelude::*;

    #[test]
    fn every_count_of_shingles_up_to_300() {
        check_every_count(signature_by_definition, |kernel, seed, shingles| {
            Sketcher::new(seed).on(kernel).sketch(shingles)
        });
    }

    #[test]
    fn shingles_that_are_all_the_same_go_through_all_rounds() {
        for count in [1, 2, 63, 64, 65, 130] {
            let expect = signature_by_definition(&[7], 5);
            for kernel in Kernel::all() {
                assert_eq!(Sketcher::new(5).on(kernel).sketch(&vec![7; count]), expect, "{count} {kernel:?}");
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
