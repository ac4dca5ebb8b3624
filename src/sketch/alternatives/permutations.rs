//! Classic MinHash: the least of all shingles under each of [`SLOTS`] permutations.
//!
//! In: the shingle hashes of one article. Out: a [`Signature`]; two articles agree in a slot with a chance equal to
//! their resemblance (A. Broder, M. Charikar, A. Frieze, M. Mitzenmacher, "Min-Wise Independent Permutations", STOC
//! 1998).
//!
//! The permutations are linear, `x → a·x + b` modulo 2^32 with an odd `a` of its own for every slot, over the lower 32
//! bits of the shingle, in which the seed is mixed. A shingle is a stirred hash, so that all 32-bit numbers are alike to
//! every slot and each slot's minimum is a uniform choice; what such a simple family could cost is independence
//! *between* slots, hence variance, and that is measured (`estimates.rs`). Different shingles of equal lower halves
//! count as one: of 100,000 shingles one pair.
//!
//! A multiplication, an addition and a minimum per shingle and slot: half of the slots at a time, so that their minima
//! stay in registers.

use crate::kernel::{Kernel, Lanes, Task};
use crate::sketch::minhash::{SLOTS, Signature, stir};

/// Slots whose minima are kept in registers.
const BLOCK: usize = 64;

/// Makes signatures by as many permutations as there are slots; allocates nothing.
#[derive(Clone, Debug)]
pub struct Permutations {
    factors: [u32; SLOTS],
    terms: [u32; SLOTS],
    seed: u64,
    kernel: Kernel,
}

impl Permutations {
    /// A sketcher whose signatures can be compared with those of the same `seed`, on the best kernel.
    pub fn new(seed: u64) -> Self {
        let [factors, terms] = [0, 1].map(|part| std::array::from_fn(|slot| parameters(slot, seed)[part]));
        Permutations { factors, terms, seed, kernel: Kernel::best() }
    }

    /// The same on a kernel of your choice.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Permutations { kernel, ..self }
    }

    /// The signature of a set of shingles; `None` for no shingles. Time O(n k), no allocation.
    pub fn sketch(&self, shingles: &[u64]) -> Option<Signature> {
        if shingles.is_empty() {
            return None;
        }
        Some(self.kernel.run(Permute { shingles, by: self }))
    }
}

struct Permute<'s> {
    shingles: &'s [u64],
    by: &'s Permutations,
}

impl Task for Permute<'_> {
    type Output = Signature;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> Signature {
        let Permute { shingles, by } = self;
        let mut signature = [u32::MAX; SLOTS];
        let (factors, terms) = (by.factors.as_chunks::<BLOCK>().0, by.terms.as_chunks::<BLOCK>().0);
        for ((slots, factors), terms) in
            signature.as_chunks_mut::<BLOCK>().0.iter_mut().zip(factors).zip(terms)
        {
            let mut least = *slots;
            for &shingle in shingles {
                let x = lower_half(shingle, by.seed);
                for j in 0..BLOCK {
                    least[j] = least[j].min(permuted(x, factors[j], terms[j]));
                }
            }
            *slots = least;
        }
        signature
    }
}

#[inline(always)]
fn lower_half(shingle: u64, seed: u64) -> u32 {
    u32::try_from((shingle ^ seed) & 0xFFFF_FFFF).expect("masked to 32 bits")
}

#[inline(always)]
fn permuted(x: u32, factor: u32, term: u32) -> u32 {
    x.wrapping_mul(factor).wrapping_add(term)
}

/// The factor, which is odd, and the term of a slot.
fn parameters(slot: usize, seed: u64) -> [u32; 2] {
    let random = stir(seed.wrapping_add((slot as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let (low, high) = (random & 0xFFFF_FFFF, random >> 32);
    [low | 1, high].map(|half| u32::try_from(half).expect("half of 64 bits"))
}

/// The signature as defined: slot by slot. The judge of [`Permutations::sketch`].
pub fn permutations_by_definition(shingles: &[u64], seed: u64) -> Option<Signature> {
    if shingles.is_empty() {
        return None;
    }
    Some(std::array::from_fn(|slot| {
        let [factor, term] = parameters(slot, seed);
        let values = shingles.iter().map(|&shingle| permuted(lower_half(shingle, seed), factor, term));
        values.min().unwrap_or(u32::MAX)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sketch::estimates::check_every_count;

    #[test]
    fn every_count_of_shingles_up_to_300() {
        check_every_count(permutations_by_definition, |kernel, seed, shingles| {
            Permutations::new(seed).on(kernel).sketch(shingles)
        });
    }
}
