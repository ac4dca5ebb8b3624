//! Shingles: every `w` consecutive tokens as one number.
//!
//! In: token hashes. Out: one 64-bit hash per shingle, in text order, repeats kept. The hash is a polynomial
//! over the token hashes, modulo 2^64, stirred at the end:
//!
//! ```text
//! shingle(i) = stir( t[i]·B^(w-1) + t[i+1]·B^(w-2) + … + t[i+w-1] )
//! ```
//!
//! so that the next shingle follows from the last by two multiplications, an addition and a subtraction
//! (Karp and Rabin 1987). Token hashes are already uniform 64-bit numbers (XXH3), and `B` is odd, so two
//! different shingles collide with a chance of about 2^-64. Order matters: `a b` and `b a` differ.
//!
//! A text of fewer than `w` tokens, but at least one, has a single shingle: the polynomial of all its tokens.
//! Such texts are near-duplicates only of texts with exactly the same tokens. A text without tokens has none.
//!
//! Shingle sets as the base of resemblance: A. Broder, "On the resemblance and containment of documents",
//! Compression and Complexity of Sequences 1997, section 2.

/// The base of the polynomial: the first 64-bit prime of XXH64, odd and with mixed bits.
const BASE: u64 = 0x9E37_79B1_85EB_CA87;

/// Appends the shingles of `width` consecutive tokens to `shingles` (cleared first). Linear time, no
/// allocation once the buffer has grown.
///
/// # Panics
/// If `width` is 0.
pub fn shingle(tokens: &[u64], width: usize, shingles: &mut Vec<u64>) {
    assert!(width > 0, "a shingle holds at least one token");
    shingles.clear();
    if tokens.is_empty() {
        return;
    }
    let first = tokens.len().min(width);
    let mut sum = tokens[..first].iter().fold(0_u64, |sum, &token| step(sum, token));
    shingles.push(stir(sum));
    let oldest = power(width);
    for (&leaves, &enters) in tokens.iter().zip(&tokens[first..]) {
        sum = step(sum, enters).wrapping_sub(leaves.wrapping_mul(oldest));
        shingles.push(stir(sum));
    }
}

/// The shingles as the definition reads: each summed anew. The judge of [`shingle`].
pub fn shingle_by_definition(tokens: &[u64], width: usize) -> Vec<u64> {
    let width = width.min(tokens.len()).max(1);
    tokens.windows(width).map(|window| stir(window.iter().fold(0, |sum, &token| step(sum, token)))).collect()
}

fn step(sum: u64, token: u64) -> u64 {
    sum.wrapping_mul(BASE).wrapping_add(token)
}

fn power(exponent: usize) -> u64 {
    (0..exponent).fold(1, |power: u64, _| power.wrapping_mul(BASE))
}

/// A bijection that spreads every input bit over all output bits (the finisher of XXH64), so that any bits
/// of a shingle may serve as a bucket number.
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

    proptest! {
        #[test]
        fn rolling_is_the_definition(tokens in prop::collection::vec(any::<u64>(), 0..60), width in 1_usize..12) {
            let mut shingles = Vec::new();
            shingle(&tokens, width, &mut shingles);
            prop_assert_eq!(shingles, shingle_by_definition(&tokens, width));
        }
    }
}
