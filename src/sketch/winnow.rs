//! Winnowing: few fingerprints, and no shared run escapes.
//!
//! In: token hashes. Out: fingerprints (hash of a shingle, and where it begins). Of every `window`
//! consecutive shingles of `width` tokens the smallest hash is kept; two texts that share a run of
//! `width + window − 1` tokens share all the shingles of one window, hence its minimum: at least one common
//! fingerprint is *guaranteed* (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for
//! Document Fingerprinting", SIGMOD 2003, section 3; the choice among equal hashes is their *robust
//! winnowing*, section 5.1: keep the one chosen for the window before, else the rightmost). About
//! 2/(window+1) of the shingles are kept.
//!
//! Sliding the window along the text takes a branch per shingle that no processor can foresee. Here every shingle is
//! asked at once whether it is the least of *some* window that holds it:
//!
//! ```text
//! least(i) = min of key(i), …, key(i+window-1)        most(p) = max of least(p-window+1), …, least(p)
//! p is a candidate  ⇔  most(p) = key(p)
//! ```
//!
//! for no window that holds `p` has a least key above its own. (Erosion, then dilation, in the words of image
//! processing.) Both are found by widening windows threefold a step, which are loops over vectors. Keys are the upper
//! halves of the hashes: half as much to compare, and what is least by hash is least by key. Where no two candidates of
//! a window have the same key, every window has one candidate for its minimum and all candidates are chosen; else,
//! which is rare outside of text that repeats itself, the list of candidates is gone through once more, by the whole
//! hash and the robust choice.

use std::ops::RangeInclusive;

use crate::kernel::{Kernel, Lanes, Task};
use crate::shingle::{shingle_by_definition, shingle_on};

/// A winnowed shingle: its hash, and the token it begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// Hash of the shingle.
    pub hash: u64,
    /// Index of the shingle's first token.
    pub position: u32,
}

/// Shingles of 8 tokens are rarely stock phrases; see design and `docs/method.md`.
const PREFERRED_WIDTH: usize = 8;

/// The shortest runs that can be asked for, in words: below it, everything is shared with everything.
const MIN_RUN_WORDS: RangeInclusive<usize> = 4..=10_000;

/// Chooses fingerprints; holds the scratch buffers.
#[derive(Clone, Debug)]
pub struct Winnower {
    width: usize,
    window: usize,
    kernel: Kernel,
    shingles: Vec<u64>,
    extremes: Vec<i32>,
}

impl Winnower {
    /// A winnower that guarantees a common fingerprint for every shared run of `run` tokens or more, on the best
    /// kernel.
    ///
    /// # Panics
    /// If `run` is under 4.
    pub fn for_runs_of(run: usize) -> Self {
        assert!(run >= *MIN_RUN_WORDS.start(), "runs under four words are shared by chance");
        let width = PREFERRED_WIDTH.min(run / 2);
        Winnower {
            width,
            window: run - width + 1,
            kernel: Kernel::best(),
            shingles: Vec::new(),
            extremes: Vec::new(),
        }
    }

    /// The same on a kernel of your choice.
    #[must_use]
    pub fn on(self, kernel: Kernel) -> Self {
        Winnower { kernel, ..self }
    }

    /// Tokens in a fingerprinted shingle.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Shingles in a window.
    pub fn window(&self) -> usize {
        self.window
    }

    /// Appends the fingerprints of a text to `fingerprints` (cleared first), ascending by position. A text
    /// with fewer shingles than a window gives its smallest; one with fewer tokens than a shingle gives
    /// none. Expected time O(n log `window`), no allocation once the buffers have grown.
    pub fn winnow(&mut self, tokens: &[u64], fingerprints: &mut Vec<Fingerprint>) {
        fingerprints.clear();
        if tokens.len() < self.width {
            return;
        }
        shingle_on(self.kernel, tokens, self.width, &mut self.shingles);
        let (shingles, extremes) = (&self.shingles[..], &mut self.extremes);
        let window = self.window.min(shingles.len());
        self.kernel.run(Candidates { shingles, window, extremes, kept: fingerprints });
        let tied = |pair: &[Fingerprint]| {
            key(pair[0].hash) == key(pair[1].hash)
                && ((pair[1].position - pair[0].position) as usize) < window
        };
        if fingerprints.windows(2).any(tied) {
            choose(fingerprints, window, shingles.len());
        }
    }
}

/// What minima are looked for by: the upper half of the hash, as a signed number of the same order, which is what
/// every instruction set can compare.
#[inline(always)]
fn key(hash: u64) -> i32 {
    i32::try_from(hash.cast_signed() >> 32).expect("32 bits") ^ i32::MIN
}

/// Numbers that are looked at side by side.
const SIDE_BY_SIDE: usize = 32;

/// Finds all shingles whose key is the least of a window.
struct Candidates<'s, 'c> {
    shingles: &'s [u64],
    window: usize,
    extremes: &'c mut Vec<i32>,
    kept: &'c mut Vec<Fingerprint>,
}

impl Task for Candidates<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Candidates { shingles, window, extremes, kept } = self;
        // Near the ends of the text fewer windows hold a shingle. In place of those that are missing stand numbers
        // that are never the most.
        let beside = window - 1;
        extremes.clear();
        extremes.resize(beside, i32::MIN);
        extremes.extend(shingles.iter().map(|&hash| key(hash)));
        extremes.resize(beside + shingles.len() + SIDE_BY_SIDE, i32::MIN);
        widen(&mut extremes[beside..], shingles.len(), window, i32::min);
        extremes[shingles.len()..].fill(i32::MIN);
        widen(extremes, shingles.len() + beside, window, i32::max);

        let (blocks, rest) = shingles.as_chunks();
        let mut last = [0; SIDE_BY_SIDE];
        last[..rest.len()].copy_from_slice(rest);
        let (most, _) = extremes.as_chunks::<SIDE_BY_SIDE>();
        for ((block, most), base) in blocks.iter().chain([&last]).zip(most).zip((0..).step_by(SIDE_BY_SIDE)) {
            let mut is_most = [0; SIDE_BY_SIDE];
            for j in 0..SIDE_BY_SIDE {
                is_most[j] = u8::from(key(block[j]) == most[j]);
            }
            let mut bits = u64::from(lanes.not_zero(&is_most));
            if base + SIDE_BY_SIDE > shingles.len() {
                bits &= (1 << (shingles.len() - base)) - 1;
            }
            append(lanes, bits, base, shingles, kept);
        }
    }
}

/// Appends the shingles that the bits stand for, the first for the one at `base`.
#[inline(always)]
fn append<L: Lanes>(lanes: L, bits: u64, base: usize, shingles: &[u64], candidates: &mut Vec<Fingerprint>) {
    let mut positions = [0; SIDE_BY_SIDE];
    lanes.positions(bits, u32::try_from(base).expect("a text holds under 2^31 tokens"), &mut positions);
    let some = &positions[..bits.count_ones() as usize];
    candidates
        .extend(some.iter().map(|&position| Fingerprint { hash: shingles[position as usize], position }));
}

/// Makes of each of the first `count` numbers the extreme of the `width` numbers that begin with it, where there are
/// as many. Leaves anything in the [`SIDE_BY_SIDE`] numbers behind them.
#[inline(always)]
fn widen(numbers: &mut [i32], count: usize, width: usize, extreme: impl Fn(i32, i32) -> i32) {
    let mut done = 1;
    while done < width {
        // Three windows stand for one of up to three times the width; they may overlap.
        let far = (2 * done).min(width - done);
        let near = done.min(far);
        done += far;
        // Ascending: what stands further on has not been overwritten when it is read.
        for at in (0..=count - done).step_by(SIDE_BY_SIDE) {
            let block = |from: usize| -> [i32; SIDE_BY_SIDE] {
                *numbers[from..].first_chunk().expect("numbers are left behind the last")
            };
            let (mut here, near, far) = (block(at), block(at + near), block(at + far));
            for j in 0..SIDE_BY_SIDE {
                here[j] = extreme(here[j], extreme(near[j], far[j]));
            }
            numbers[at..at + SIDE_BY_SIDE].copy_from_slice(&here);
        }
    }
}

/// Leaves those candidates that robust winnowing chooses, of a text of so many shingles. Linear, unless many keys are
/// equal and their hashes are not.
fn choose(candidates: &mut Vec<Fingerprint>, window: usize, shingles: usize) {
    let (mut chosen, mut next) = (0, 0);
    let mut before: Option<Fingerprint> = None;
    while let Some(at) = next_chosen(&candidates[next..], before, window, shingles) {
        let fingerprint = candidates[next + at];
        before = Some(fingerprint);
        candidates[chosen] = fingerprint;
        (chosen, next) = (chosen + 1, next + at + 1);
    }
    candidates.truncate(chosen);
}

/// Which of the candidates behind it is chosen after `before`: the first that is smaller and enters before it has left
/// the window, else the rightmost of the smallest in the window that it has just left, if there is one.
fn next_chosen(
    candidates: &[Fingerprint],
    before: Option<Fingerprint>,
    window: usize,
    shingles: usize,
) -> Option<usize> {
    let end = before.map_or(window, |before| before.position as usize + 1 + window);
    let leaves = end <= shingles;
    let mut least: Option<(usize, u64)> = None;
    for (at, candidate) in candidates.iter().enumerate() {
        if candidate.position as usize >= end {
            break;
        }
        if before.is_some_and(|before| candidate.hash < before.hash) {
            return Some(at);
        }
        match least {
            // A candidate of larger key is the least of a window without any before it; so nothing behind it and in
            // the window of those is smaller than they are.
            Some((_, least)) if key(candidate.hash) > key(least) => break,
            Some((_, least)) if candidate.hash > least => {}
            _ => least = Some((at, candidate.hash)),
        }
    }
    least.filter(|_| leaves).map(|(at, _)| at)
}

/// Robust winnowing as the paper states it, window by window: the judge of [`Winnower::winnow`].
pub fn winnow_by_definition(tokens: &[u64], width: usize, window: usize) -> Vec<Fingerprint> {
    if tokens.len() < width {
        return Vec::new();
    }
    let shingles = shingle_by_definition(tokens, width);
    choose_by_definition(&shingles, window.min(shingles.len()))
}

fn choose_by_definition(shingles: &[u64], window: usize) -> Vec<Fingerprint> {
    let mut chosen: Vec<usize> = Vec::new();
    for begin in 0..=shingles.len() - window {
        let here = begin..begin + window;
        let least = shingles[here.clone()].iter().min().copied().unwrap_or(0);
        let stays = chosen.last().is_some_and(|last| here.contains(last) && shingles[*last] == least);
        if !stays {
            chosen.extend(here.rev().find(|&at| shingles[at] == least));
        }
    }
    let position = |at| u32::try_from(at).expect("a text holds under 2^31 tokens");
    chosen.into_iter().map(|at| Fingerprint { hash: shingles[at], position: position(at) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fingerprints(tokens: &[u64], run: usize) -> Vec<Fingerprint> {
        let mut fingerprints = Vec::new();
        Winnower::for_runs_of(run).winnow(tokens, &mut fingerprints);
        fingerprints
    }

    fn check(tokens: &[u64], run: usize) {
        let mut fingerprints = Vec::new();
        let mut winnower = Winnower::for_runs_of(run);
        let expect = winnow_by_definition(tokens, winnower.width(), winnower.window());
        for kernel in Kernel::all() {
            winnower = winnower.on(kernel);
            winnower.winnow(tokens, &mut fingerprints);
            assert_eq!(fingerprints, expect, "{} tokens, runs of {run}, {kernel:?}", tokens.len());
        }
    }

    fn stirred(count: u64) -> Vec<u64> {
        (0..count).map(|i| xxhash_rust::xxh3::xxh3_64(&i.to_le_bytes())).collect()
    }

    #[test]
    fn every_count_of_tokens_up_to_300() {
        let tokens = stirred(300);
        for count in 0..=tokens.len() {
            for run in [4, 16, 17, 100] {
                check(&tokens[..count], run);
            }
        }
    }

    #[test]
    fn every_window_up_to_300() {
        let tokens = stirred(310);
        for run in 4..=300 {
            check(&tokens, run);
        }
    }

    #[test]
    fn the_longest_windows() {
        let tokens = stirred(10_100);
        check(&tokens, 10_000);
        check(&tokens[..9_000], 10_000);
        check(&tokens[..200].repeat(51), 10_000);
    }

    #[test]
    fn one_word_repeated_is_thinned_in_every_length() {
        for count in 0..=100 {
            check(&vec![5; count], 16);
        }
    }

    #[test]
    fn the_default_run_of_16_gives_8_and_9() {
        let winnower = Winnower::for_runs_of(16);
        assert_eq!((winnower.width(), winnower.window()), (8, 9));
    }

    #[test]
    fn one_word_repeated_keeps_few() {
        let kept = fingerprints(&vec![5; 10_000], 16).len();
        assert!(kept <= 10_000 / 9 + 1, "{kept}");
    }

    proptest! {
        #[test]
        fn sliding_is_the_definition(
            tokens in prop::collection::vec(0_u64..6, 0..120), // few values: many ties
            run in 4_usize..24,
        ) {
            check(&tokens, run);
        }

        #[test]
        fn passages_that_repeat_within_a_window_are_the_definition(
            phrase in prop::collection::vec(any::<u64>(), 1..12),
            before in prop::collection::vec(any::<u64>(), 0..40),
            times in 1_usize..12,
            after in prop::collection::vec(any::<u64>(), 0..40),
            run in 4_usize..40,
        ) {
            check(&[before, phrase.repeat(times), after].concat(), run);
        }

        #[test]
        fn hashes_of_equal_keys_are_told_apart(
            hashes in prop::collection::vec(prop::array::uniform2(0_u32..3), 1..80),
            window in 1_usize..12,
        ) {
            // Shingles of 64 bits hardly ever share their upper halves: here they are made to.
            let shingles: Vec<u64> =
                hashes.iter().map(|[key, low]| u64::from(*key) << 32 | u64::from(*low)).collect();
            let window = window.min(shingles.len());
            let expect = choose_by_definition(&shingles, window);
            for kernel in Kernel::all() {
                let (mut extremes, mut candidates) = (Vec::new(), Vec::new());
                let (extremes, out) = (&mut extremes, &mut candidates);
                kernel.run(Candidates { shingles: &shingles, window, extremes, kept: out });
                choose(&mut candidates, window, shingles.len());
                prop_assert_eq!(&candidates, &expect, "{:?}", kernel);
            }
        }

        #[test]
        fn every_shared_run_has_a_common_fingerprint(
            shared in prop::collection::vec(0_u64..50, 16..40),
            before in prop::collection::vec(0_u64..50, 0..60),
            after in prop::collection::vec(0_u64..50, 0..60),
            other in prop::collection::vec(0_u64..50, 0..60),
        ) {
            let a = [before, shared.clone(), other.clone()].concat();
            let b = [other, shared, after].concat();
            let of_b: Vec<u64> = fingerprints(&b, 16).iter().map(|f| f.hash).collect();
            prop_assert!(fingerprints(&a, 16).iter().any(|f| of_b.contains(&f.hash)));
        }
    }
}
