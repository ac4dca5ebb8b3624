//! Winnowing: few fingerprints, and no shared run escapes.
//!
//! In: token hashes. Out: fingerprints (hash of a shingle, and where it begins). Of every `window`
//! consecutive shingles of `width` tokens the smallest hash is kept; two texts that share a run of
//! `width + window − 1` tokens share all the shingles of one window, hence its minimum: at least one common
//! fingerprint is *guaranteed* (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for
//! Document Fingerprinting", SIGMOD 2003, section 3; the choice among equal hashes is their *robust
//! winnowing*, section 5.1: keep the one chosen for the window before, else the rightmost). About
//! 2/(window+1) of the shingles are kept.

use std::ops::RangeInclusive;

use crate::shingle::{shingle, shingle_by_definition};

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
    shingles: Vec<u64>,
}

impl Winnower {
    /// A winnower that guarantees a common fingerprint for every shared run of `run` tokens or more.
    ///
    /// # Panics
    /// If `run` is under 4.
    pub fn for_runs_of(run: usize) -> Self {
        assert!(run >= *MIN_RUN_WORDS.start(), "runs under four words are shared by chance");
        let width = PREFERRED_WIDTH.min(run / 2);
        Winnower { width, window: run - width + 1, shingles: Vec::new() }
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
    /// none. Expected linear time.
    pub fn winnow(&mut self, tokens: &[u64], fingerprints: &mut Vec<Fingerprint>) {
        fingerprints.clear();
        if tokens.len() < self.width {
            return;
        }
        shingle(tokens, self.width, &mut self.shingles);
        let shingles = &self.shingles[..];
        let window = self.window.min(shingles.len());
        let mut chosen = rightmost_minimum(shingles, 0, window);
        keep(shingles, chosen, fingerprints);
        for end in window + 1..=shingles.len() {
            let (begin, newest) = (end - window, end - 1);
            let next = if chosen < begin {
                rightmost_minimum(shingles, begin, end)
            } else if shingles[newest] < shingles[chosen] {
                newest
            } else {
                continue; // robust: among equals the one chosen before stays
            };
            chosen = next;
            keep(shingles, chosen, fingerprints);
        }
    }
}

fn keep(shingles: &[u64], chosen: usize, fingerprints: &mut Vec<Fingerprint>) {
    let position = u32::try_from(chosen).expect("a text holds under 2^31 tokens");
    fingerprints.push(Fingerprint { hash: shingles[chosen], position });
}

fn rightmost_minimum(shingles: &[u64], begin: usize, end: usize) -> usize {
    let mut best = begin;
    for at in begin + 1..end {
        if shingles[at] <= shingles[best] {
            best = at;
        }
    }
    best
}

/// Robust winnowing as the paper states it, window by window: the judge of [`Winnower::winnow`].
pub fn winnow_by_definition(tokens: &[u64], width: usize, window: usize) -> Vec<Fingerprint> {
    if tokens.len() < width {
        return Vec::new();
    }
    let shingles = shingle_by_definition(tokens, width);
    let window = window.min(shingles.len());
    let mut chosen: Vec<usize> = Vec::new();
    for begin in 0..=shingles.len() - window {
        let here = begin..begin + window;
        let least = shingles[here.clone()].iter().min().copied().unwrap_or(0);
        let stays = chosen.last().is_some_and(|last| here.contains(last) && shingles[*last] == least);
        if !stays {
            chosen.extend(here.rev().find(|&at| shingles[at] == least));
        }
    }
    let mut fingerprints = Vec::new();
    for at in chosen {
        keep(&shingles, at, &mut fingerprints);
    }
    fingerprints
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
            let winnower = Winnower::for_runs_of(run);
            prop_assert_eq!(fingerprints(&tokens, run), winnow_by_definition(&tokens, winnower.width(), winnower.window()));
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
