//! The longest run of tokens that stands in both texts.
//!
//! In: two token sequences, and the length of a run that is known to be shared. Out: a [`Block`], or `None` where they share no token: of the longest runs the first in the
//! target, then the first in the source.
//!
//! The idea: if a run of `n` tokens is shared, so are runs of fewer; so its length is found by doubling and halving. Whether one of `n`
//! is shared is told by the hashes of all windows of `n` tokens, in a polynomial modulo 2^61 − 1 over prefix sums
//! (Karp and Rabin 1987). Modulo 2^64 would do for random text, but words in the order of Thue and Morse make that collide
//! whatever the base; here two windows collide with a chance of about n / 2^61, and what is returned is compared
//! token by token. O(n log² n).

use crate::verify::Block;

/// A prime for which reducing is cheap.
const PRIME: u64 = (1 << 61) - 1;

/// Below the prime, with mixed bits: from the fractional part of the golden ratio.
const BASE: u64 = 0x1E37_79B9_7F4A_7C15;

/// The longest common run. One of `known` tokens is known to be shared, from where the search goes on: mostly it is the
/// longest already.
pub(super) fn longest_common_run(target: &[u64], source: &[u64], known: usize) -> Option<Block> {
    let (prefixes, of_source) = (Prefixes::of(target), Prefixes::of(source));
    let mut places = Vec::with_capacity(source.len());
    let mut shared = |length: usize| first_shared(&prefixes, &of_source, target, source, length, &mut places);
    let most = target.len().min(source.len());
    let mut low = known.clamp(1, most.max(1));
    let mut best = shared(low)?;
    // In steps that double, until one goes too far.
    let (mut high, mut step) = (most + 1, 1);
    while low < most {
        let next = (low + step).min(most);
        let Some(found) = shared(next) else {
            high = next;
            break;
        };
        (low, best, step) = (next, found, 2 * step);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match shared(middle) {
            Some(found) => (low, best) = (middle, found),
            None => high = middle,
        }
    }
    Some(best)
}

/// The first window of the target, of so many tokens, that stands in the source too.
fn first_shared(
    of_target: &Prefixes,
    of_source: &Prefixes,
    target: &[u64],
    source: &[u64],
    length: usize,
    places: &mut Vec<(u64, u32)>,
) -> Option<Block> {
    let power = power(length);
    places.clear();
    places.extend((0_u32..).zip(of_source.windows(length, power)).map(|(at, hash)| (hash, at)));
    places.sort_unstable();
    of_target.windows(length, power).enumerate().find_map(|(at, hash)| {
        let first = places.partition_point(|place| place.0 < hash);
        let twin = places.get(first).filter(|place| place.0 == hash)?.1 as usize;
        let equal = target[at..at + length] == source[twin..twin + length];
        equal.then_some(Block { target: at, source: twin, length })
    })
}

/// Hashes of all beginnings of a sequence.
struct Prefixes(Vec<u64>);

impl Prefixes {
    fn of(tokens: &[u64]) -> Self {
        let mut sums = Vec::with_capacity(tokens.len() + 1);
        sums.push(0);
        let mut sum = 0;
        for &token in tokens {
            sum = add(times(sum, BASE), token % PRIME);
            sums.push(sum);
        }
        Prefixes(sums)
    }

    /// The hashes of all windows of so many tokens, by place.
    fn windows(&self, length: usize, power: u64) -> impl Iterator<Item = u64> + '_ {
        let ends = self.0.get(length..).unwrap_or_default();
        ends.iter().zip(&self.0).map(move |(&end, &begin)| add(end, PRIME - times(begin, power)))
    }
}

/// `BASE` to the power of `length`.
fn power(mut length: usize) -> u64 {
    let (mut power, mut square) = (1, BASE);
    while length > 0 {
        if length % 2 == 1 {
            power = times(power, square);
        }
        square = times(square, square);
        length /= 2;
    }
    power
}

fn add(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    u64::try_from(product % u128::from(PRIME)).expect("below the prime")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every start in both: the judge.
    fn by_definition(target: &[u64], source: &[u64]) -> Option<Block> {
        let mut best: Option<Block> = None;
        for t in 0..target.len() {
            for s in 0..source.len() {
                let length = target[t..].iter().zip(&source[s..]).take_while(|(a, b)| a == b).count();
                if length > best.map_or(0, |best| best.length) {
                    best = Some(Block { target: t, source: s, length });
                }
            }
        }
        best
    }

    #[test]
    fn words_in_the_order_of_thue_and_morse_do_not_deceive() {
        let word = |i: u32, flip: u32| u64::from((i.count_ones() + flip) % 2) * 0x1234_5678_9ABC_DEF1 + 7;
        let sequence = |flip| (0..2048).map(|i| word(i, flip)).collect::<Vec<u64>>();
        let found = longest_common_run(&sequence(0), &sequence(1), 1).expect("they share words");
        assert_eq!(Some(found), by_definition(&sequence(0), &sequence(1)));
    }

    proptest! {
        #[test]
        fn the_longest_run_is_the_longest(
            target in prop::collection::vec(0_u64..3, 0..40),
            source in prop::collection::vec(0_u64..3, 0..40),
        ) {
            let expect = by_definition(&target, &source);
            for known in [0, 1, expect.map_or(0, |run| run.length), expect.map_or(0, |run| run.length / 2)] {
                prop_assert_eq!(longest_common_run(&target, &source, known), expect);
            }
        }
    }
}
