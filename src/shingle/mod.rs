//! Shingles: every `w` consecutive tokens as one number.
//!
//! In: token hashes. Out: one 64-bit hash per shingle, in text order, repeats kept. The hash is a polynomial
//! over the token hashes, modulo 2^64, stirred at the end:
//!
//! ```text
//! shingle(i) = stir( t[i]·B^(w-1) + t[i+1]·B^(w-2) + … + t[i+w-1] )
//! ```
//!
//! a rolling hash (Karp and Rabin 1987: the next shingle follows from the last by what leaves and what enters), summed here
//! another way. Token hashes are already uniform 64-bit numbers (XXH3), and `B` is odd, so two
//! different shingles collide with a chance of about 2^-64. Order matters: `a b` and `b a` differ.
//!
//! A text of fewer than `w` tokens, but at least one, has a single shingle: the polynomial of all its tokens.
//! Such texts are near-duplicates only of texts with exactly the same tokens. A text without tokens has none.
//!
//! Shingle sets as the base of resemblance: A. Broder, "On the resemblance and containment of documents",
//! Compression and Complexity of Sequences 1997, section 2.

use crate::kernel::{Kernel, Lanes, Task};

/// The base of the polynomial: the first 64-bit prime of XXH64, odd and with mixed bits.
const BASE: u64 = 0x9E37_79B1_85EB_CA87;

/// Appends the shingles of `width` consecutive tokens to `shingles` (cleared first), on the best kernel. Linear time,
/// no allocation once the buffer has grown.
///
/// # Panics
/// If `width` is 0.
#[inline]
pub fn shingle(tokens: &[u64], width: usize, shingles: &mut Vec<u64>) {
    shingle_on(Kernel::best(), tokens, width, shingles);
}

/// [`shingle`] on a kernel of your choice.
///
/// # Panics
/// If `width` is 0.
#[inline]
pub fn shingle_on(kernel: Kernel, tokens: &[u64], width: usize, shingles: &mut Vec<u64>) {
    assert!(width > 0, "a shingle holds at least one token");
    shingles.clear();
    if tokens.is_empty() {
        return;
    }
    kernel.run(Sum { tokens, width: width.min(tokens.len()), shingles });
}

/// Sums the polynomials of all shingles at once, by doubling their width:
///
/// ```text
/// h[2k](i) = h[k](i)·B^k + h[k](i+k)        h[2k+1](i) = h[2k](i)·B + t[i+2k]
/// ```
///
/// The binary digits of the width say which steps are taken: three for 5 or 8, each one product and one sum per
/// shingle. No shingle waits for the one before it, as in rolling, so that each step is a loop over vectors.
struct Sum<'t, 's> {
    tokens: &'t [u64],
    width: usize,
    shingles: &'s mut Vec<u64>,
}

impl Task for Sum<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let Sum { tokens, width, shingles } = self;
        shingles.extend_from_slice(tokens);
        let mut done = 1;
        for digit in (0..width.ilog2()).rev() {
            double(shingles, tokens.len() - 2 * done + 1, done);
            done *= 2;
            if width >> digit & 1 == 1 {
                let entering = &tokens[done..];
                for (sum, &token) in shingles.iter_mut().zip(entering) {
                    *sum = step(*sum, token);
                }
                done += 1;
            }
        }
        shingles.truncate(tokens.len() - width + 1);
        for shingle in shingles {
            *shingle = stir(*shingle);
        }
    }
}

/// Sums that are doubled side by side: some vectors of the widest kind.
const SIDE_BY_SIDE: usize = 32;

/// Makes of the first sums of `width` tokens `count` sums of twice as many.
#[inline(always)]
fn double(sums: &mut [u64], count: usize, width: usize) {
    let factor = power(width);
    let doubled = |sum: u64, further: u64| sum.wrapping_mul(factor).wrapping_add(further);
    let mut at = 0;
    // Ascending: what stands further on has not been overwritten when it is read.
    while at + SIDE_BY_SIDE <= count {
        let further: [u64; SIDE_BY_SIDE] = *sums[at + width..].first_chunk().expect("within the sums");
        let here: &mut [u64; SIDE_BY_SIDE] = sums[at..].first_chunk_mut().expect("within the sums");
        for (sum, further) in here.iter_mut().zip(further) {
            *sum = doubled(*sum, further);
        }
        at += SIDE_BY_SIDE;
    }
    for at in at..count {
        sums[at] = doubled(sums[at], sums[at + width]);
    }
}

/// The shingles as the definition reads: each summed anew. The judge of [`shingle`].
pub fn shingle_by_definition(tokens: &[u64], width: usize) -> Vec<u64> {
    let width = width.min(tokens.len()).max(1);
    tokens.windows(width).map(|window| stir(window.iter().fold(0, |sum, &token| step(sum, token)))).collect()
}

#[inline(always)]
fn step(sum: u64, token: u64) -> u64 {
    sum.wrapping_mul(BASE).wrapping_add(token)
}

fn power(exponent: usize) -> u64 {
    (0..exponent).fold(1, |power: u64, _| power.wrapping_mul(BASE))
}

/// A bijection that spreads every input bit over all output bits (the finisher of XXH64), so that any bits
/// of a shingle may serve as a bucket number.
#[inline(always)]
fn stir(mut sum: u64) -> u64 {
    sum ^= sum >> 33;
    sum = sum.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    sum ^= sum >> 29;
    sum = sum.wrapping_mul(0x1656_67B1_9E37_79F9);
    sum ^ (sum >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn short_texts_have_one_shingle_and_empty_ones_none() {
        let mut shingles = vec![1, 2, 3];
        shingle(&[], 5, &mut shingles);
        assert!(shingles.is_empty());
        shingle(&[7, 8], 5, &mut shingles);
        assert_eq!(shingles, shingle_by_definition(&[7, 8], 5));
        assert_eq!(shingles.len(), 1);
    }

    #[test]
    fn order_of_tokens_matters() {
        assert_ne!(shingle_by_definition(&[1, 2], 2), shingle_by_definition(&[2, 1], 2));
    }

    #[test]
    fn every_count_of_tokens_up_to_300() {
        let tokens: Vec<u64> = (0..300_u64).map(|i| stir(i + 1)).collect();
        for count in 0..=300 {
            for width in [1, 2, 3, 5, 8] {
                let expect = shingle_by_definition(&tokens[..count], width);
                for kernel in Kernel::all() {
                    let mut shingles = Vec::new();
                    shingle_on(kernel, &tokens[..count], width, &mut shingles);
                    assert_eq!(shingles, expect, "{count} tokens, width {width}, {kernel:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn all_ways_are_the_definition(
            tokens in prop::collection::vec(any::<u64>(), 1..150),
            width in 1_usize..70,
        ) {
            let expect = shingle_by_definition(&tokens, width);
            let mut shingles = Vec::new();
            for kernel in Kernel::all() {
                shingle_on(kernel, &tokens, width, &mut shingles);
                prop_assert_eq!(&shingles, &expect, "{:?}", kernel);
            }
        }
    }
}
