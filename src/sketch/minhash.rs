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
            for some in shingles.chunks(SIDE_BY_SIDE) {
                Throws::of(some, 1).second_round(lanes, seed, empty, &mut signature);
            }
            empty = empty_slots(lanes, &signature);
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
                throws.later_rounds(lanes, round, seed, empty, &mut signature);
                round += throws.rounds;
                empty = empty_slots(lanes, &signature);
            }
        } else {
            while empty != 0 && round < SLOTS {
                for some in shingles.chunks(SIDE_BY_SIDE) {
                    Throws::of(some, 1).later_rounds(lanes, round, seed, empty, &mut signature);
                }
                round += 1;
                empty = empty_slots(lanes, &signature);
            }
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

/// What is thrown side by side: shingles, each in a round.
struct Throws {
    shingles: [u64; SIDE_BY_SIDE],
    /// How many rounds after the first its round is, and what that adds to the key of the round.
    rounds_later: [u32; SIDE_BY_SIDE],
    keys_later: [u64; SIDE_BY_SIDE],
    rounds: usize,
}

impl Throws {
    /// At most [`SIDE_BY_SIDE`] shingles, in so many rounds if they have room, one at least. What room is left takes
    /// some shingles of the last round again, which changes nothing.
    #[inline(always)]
    fn of(shingles: &[u64], rounds: usize) -> Self {
        let rounds = rounds.min(SIDE_BY_SIDE / shingles.len());
        let mut throws = Throws {
            shingles: [0; SIDE_BY_SIDE],
            rounds_later: [0; SIDE_BY_SIDE],
            keys_later: [0; SIDE_BY_SIDE],
            rounds,
        };
        let mut begin = 0;
        for later in 0.. {
            let end = SIDE_BY_SIDE.min(begin + shingles.len());
            let later = (rounds - 1).min(later);
            throws.shingles[begin..end].copy_from_slice(&shingles[..end - begin]);
            throws.rounds_later[begin..end].fill(number(later));
            throws.keys_later[begin..end].fill(key_of_round(later as u64, 0));
            begin = end;
            if begin == SIDE_BY_SIDE {
                break;
            }
        }
        throws
    }

    /// Throws all in round 1.
    #[inline(always)]
    fn second_round<L: Lanes>(&self, lanes: L, seed: u64, empty: u128, signature: &mut Signature) {
        let mut thrown = Thrown::at(empty);
        for j in 0..SIDE_BY_SIDE {
            thrown.put(j, hash_of_round(self.shingles[j], 1, seed), 1);
        }
        thrown.keep(lanes, signature);
    }

    /// Throws all in rounds from `first` on, which is 2 or later and random to the last.
    #[inline(always)]
    fn later_rounds<L: Lanes>(
        &self,
        lanes: L,
        first: usize,
        seed: u64,
        empty: u128,
        signature: &mut Signature,
    ) {
        let (mut thrown, first) = (Thrown::at(empty), number(first));
        let key = key_of_round(u64::from(first), seed);
        for j in 0..SIDE_BY_SIDE {
            let hash = stir(self.shingles[j] ^ key.wrapping_add(self.keys_later[j]));
            thrown.put(j, hash, first + self.rounds_later[j]);
        }
        thrown.keep(lanes, signature);
    }
}

/// Where what was thrown side by side fell, the values it brings, and whether the slot was empty.
struct Thrown {
    slots: [u8; SIDE_BY_SIDE],
    values: [u32; SIDE_BY_SIDE],
    is_hit: [u8; SIDE_BY_SIDE],
    empty: [u64; 2],
}

impl Thrown {
    #[inline(always)]
    fn at(empty: u128) -> Self {
        #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let empty = [empty as u64, (empty >> 64) as u64];
        Thrown { slots: [0; SIDE_BY_SIDE], values: [0; SIDE_BY_SIDE], is_hit: [0; SIDE_BY_SIDE], empty }
    }

    /// Notes a throw in a round that is not the first.
    #[inline(always)]
    fn put(&mut self, j: usize, hash: u64, round: u32) {
        let slot = hash >> (64 - SLOT_BITS);
        let [low, high] = self.empty;
        // The top bit of the hash tells the half; without a condition, of which the compiler would not make vectors.
        let half = low ^ ((low ^ high) & (hash.cast_signed() >> 63).cast_unsigned());
        self.is_hit[j] = u8::try_from(half >> (slot % 64) & 1).expect("one bit");
        self.slots[j] = u8::try_from(slot).expect("7 bits");
        self.values[j] = later_value_of(hash, round);
    }

    /// Keeps what fell into empty slots.
    #[inline(always)]
    fn keep<L: Lanes>(&self, lanes: L, signature: &mut Signature) {
        let mut keep = |j: usize| {
            let slot = &mut signature[usize::from(self.slots[j]) % SLOTS];
            *slot = self.values[j].min(*slot);
        };
        // While most slots are empty, trying all costs less than branching for each that is to be tried.
        if self.empty[0].count_ones() + self.empty[1].count_ones() > 64 {
            (0..SIDE_BY_SIDE).for_each(keep);
            return;
        }
        let mut hits = 0;
        for (some, shift) in self.is_hit.as_chunks().0.iter().zip((0..).step_by(32)) {
            hits |= u64::from(lanes.not_zero(some)) << shift;
        }
        while hits != 0 {
            keep(hits.trailing_zeros() as usize);
            hits &= hits - 1;
        }
    }
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
    let slot = if round < SLOTS { (hash >> (64 - SLOT_BITS)) as usize } else { round - SLOTS };
    (slot, value_of(hash, number(round)))
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
