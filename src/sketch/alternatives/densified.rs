//! One-permutation hashing with optimal densification.
//!
//! In: the shingle hashes of one article. Out: a [`Signature`]; two articles agree in a slot with a chance equal to
//! their resemblance (A. Shrivastava, "Optimal Densification for Fast and Accurate Minwise Hashing", ICML 2017,
//! algorithm 1).
//!
//! Every shingle is thrown once, into one slot of its choice, and each slot keeps the smallest hash it met. A slot that
//! stayed empty borrows: it asks slot after slot, in an order of its own, until it finds one that was filled, and takes
//! what that one holds. The order is that of a 2-universal hash of (slot, attempt), the same for every article, so that
//! two articles whose slot is empty ask the same donors. A borrowed value has its top bit set: it cannot agree with one
//! that fell where it stands.
//!
//! Slots that borrow from the same donor agree together. That is the price: unbiased for every size, but the fewer
//! shingles, the more variance.

use crate::kernel::{Kernel, Lanes, Task};
use crate::sketch::minhash::{SLOTS, Signature, stir};

/// log2 of [`SLOTS`].
const SLOT_BITS: u32 = SLOTS.trailing_zeros();

/// What a slot holds that no shingle fell into: above every value.
const EMPTY: u32 = u32::MAX;

/// The top bit of what was borrowed.
const BORROWED: u32 = 1 << 31;

/// Makes signatures by one permutation and borrowing; allocates nothing.
#[derive(Clone, Debug)]
pub struct Densified {
    seed: u64,
    kernel: Kernel,
}

impl Densified {
    /// A sketcher whose signatures can be compared with those of the same `seed`, on the best kernel.
    pub fn new(seed: u64) -> Self {
        Densified { seed, kernel: Kernel::best() }
    }

    /// The same on a kernel of your choice.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Densified { kernel, ..self }
    }

    /// The signature of a set of shingles; `None` for no shingles. Expected time O(n + k·k/n) for n under k, else
    /// O(n + k); no allocation.
    pub fn sketch(&self, shingles: &[u64]) -> Option<Signature> {
        if shingles.is_empty() {
            return None;
        }
        Some(self.kernel.run(Densify { shingles, seed: self.seed }))
    }
}

struct Densify<'s> {
    shingles: &'s [u64],
    seed: u64,
}

impl Task for Densify<'_> {
    type Output = Signature;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> Signature {
        let Densify { shingles, seed } = self;
        let mut thrown = [EMPTY; SLOTS];
        for &shingle in shingles {
            let (slot, value) = throw(shingle, seed);
            thrown[slot] = value.min(thrown[slot]);
        }
        let donors = Donors::new(seed);
        let mut signature = thrown;
        for (slot, value) in signature.iter_mut().enumerate() {
            if *value == EMPTY {
                let mut hash = donors.hash(slot, 1);
                while thrown[slot_of(hash)] == EMPTY {
                    // The hash is linear: the next attempt is a step away.
                    hash = hash.wrapping_add(donors.step());
                }
                *value = thrown[slot_of(hash)] | BORROWED;
            }
        }
        signature
    }
}

/// Where a shingle falls, and the value it leaves there, of 31 bits.
#[inline(always)]
fn throw(shingle: u64, seed: u64) -> (usize, u32) {
    let hash = shingle ^ seed;
    (slot_of(hash), u32::try_from((hash & 0xFFFF_FFFF) >> 1).expect("31 bits"))
}

/// The slot that the top bits of a hash choose.
#[inline(always)]
fn slot_of(hash: u64) -> usize {
    (hash >> (64 - SLOT_BITS)) as usize
}

/// Whom an empty slot asks: a 2-universal hash of the slot and the attempt, by multiply-shift with a random factor and
/// term of 64 bits (M. Dietzfelbinger, "Universal hashing and k-wise independent random variables via integer arithmetic
/// without primes", STACS 1996).
#[derive(Clone, Copy)]
struct Donors {
    factor: u64,
    term: u64,
}

impl Donors {
    #[inline(always)]
    fn new(seed: u64) -> Self {
        Donors { factor: stir(seed ^ 0x9E37_79B9_7F4A_7C15) | 1, term: stir(seed ^ 0x3C6E_F372_FE94_F82A) }
    }

    /// The hash whose top bits are the donor.
    #[inline(always)]
    fn hash(self, slot: usize, attempt: u64) -> u64 {
        (attempt << SLOT_BITS | slot as u64).wrapping_mul(self.factor).wrapping_add(self.term)
    }

    /// How far the hashes of an attempt and the next one are apart.
    #[inline(always)]
    fn step(self) -> u64 {
        self.factor << SLOT_BITS
    }
}

/// The signature as defined: slot by slot, attempt by attempt. The judge of [`Densified::sketch`].
pub fn densified_by_definition(shingles: &[u64], seed: u64) -> Option<Signature> {
    if shingles.is_empty() {
        return None;
    }
    let fallen = |slot| {
        let thrown = shingles.iter().map(|&shingle| throw(shingle, seed));
        thrown.filter(|&(to, _)| to == slot).map(|(_, value)| value).min()
    };
    let donors = Donors::new(seed);
    Some(std::array::from_fn(|slot| {
        fallen(slot).unwrap_or_else(|| {
            let asked = (1..).map(|attempt| fallen(slot_of(donors.hash(slot, attempt))));
            asked.flatten().next().unwrap_or(0) | BORROWED
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::estimates::check_every_count;

    #[test]
    fn every_count_of_shingles_up_to_300() {
        check_every_count(densified_by_definition, |kernel, seed, shingles| {
            Densified::new(seed).on(kernel).sketch(shingles)
        });
    }

    #[test]
    fn one_shingle_fills_every_slot() {
        for seed in 0..50 {
            let signature = Densified::new(seed).sketch(&[stir(seed)]).expect("some");
            let native: Vec<u32> = signature.into_iter().filter(|value| value & BORROWED == 0).collect();
            assert_eq!(native.len(), 1);
            assert!(signature.iter().all(|value| value & !BORROWED == native[0]));
        }
    }
}
