//! Paragraphs that stand again: those too short to be runs, and those with too many edits.
//!
//! Walks the paragraphs in order. One that equals an earlier paragraph (token for token) is its repeat; if
//! the paragraph before it was a repeat too, of the one before that, both are one block. A paragraph that
//! equals none, but shares most of its word pairs with an earlier one and has the same numbers, is a
//! near-repeat.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Twin, View};
use crate::shingle::shingle_on;
use crate::text::Tokens;
use crate::verify::ShingleSet;

/// Near-repeats are told from this many words on: below it, one changed word changes most pairs.
const MIN_NEAR_WORDS: u32 = 8;

/// Least resemblance, over pairs of words, of a near-repeat: one changed word in ten leaves 0.64.
const NEAR: f64 = 0.6;

/// What a near-repeat resembles at most: 1 is said of equal tokens only.
const MOST_NEAR: f64 = 0.99;

/// One in so many of a paragraph's word pairs must stand in one earlier paragraph first, else it is not
/// compared. At a resemblance of 0.6 three quarters are shared; stock phrases that stood elsewhere before
/// leave room.
const LEAST_SHARED: usize = 3;

/// Appends repeats of whole paragraphs that `twins` (runs, ascending) do not hold yet.
pub(super) fn find(view: View<'_>, near: &mut Near, twins: &mut Vec<Twin>) {
    let taken: Vec<Range<usize>> = twins.iter().map(|twin| twin.again.clone()).collect();
    let mut found: Vec<Twin> = Vec::new();
    let mut seen: BTreeMap<&[u64], usize> = BTreeMap::new();
    near.start(view.tokens.len());
    // The last repeat and the paragraphs it ended with: (again, first).
    let mut open: Option<(usize, usize)> = None;
    for (number, paragraph) in view.paragraphs.iter().enumerate() {
        if is_taken(paragraph, &taken) {
            open = None;
            continue;
        }
        let hashes = &view.tokens.hashes()[paragraph.clone()];
        let after_open = open.filter(|&(again, _)| again + 1 == number).map(|(_, first)| first + 1);
        let goes_on = after_open.filter(|&first| {
            let limit = found.last().map_or(0, |block| block.again.start);
            let twin = &view.paragraphs[first];
            twin.end <= limit && view.tokens.hashes()[twin.clone()] == *hashes
        });
        let exact = goes_on.or_else(|| seen.get(hashes).copied()).map(|first| (first, 1.0));
        match exact.or_else(|| near.find(view, paragraph, number)) {
            Some((first, similarity)) => {
                let twin = view.paragraphs[first].clone();
                match found.last_mut() {
                    Some(block) if goes_on.is_some() => {
                        (block.first.end, block.again.end) = (twin.end, paragraph.end);
                    }
                    _ => found.push(Twin { first: twin, again: paragraph.clone(), similarity }),
                }
                open = Some((number, first));
            }
            None => open = None,
        }
        seen.entry(hashes).or_insert(number);
    }
    twins.extend(found);
}

/// Whether any part of a paragraph lies in a run that is a repeat already.
fn is_taken(paragraph: &Range<usize>, taken: &[Range<usize>]) -> bool {
    let first = taken.partition_point(|range| range.end <= paragraph.start);
    taken[first..].iter().take_while(|range| range.start < paragraph.end).any(|range| {
        let common = range.end.min(paragraph.end) - range.start.max(paragraph.start);
        common > 0
    })
}

/// Near-repeats of one article: for every pair of words the first paragraph that has it.
///
/// A table with open addressing, reused from article to article: clearing it is a new stamp. Probing ends
/// after [`PROBES`] slots, so that no text, however made, costs more than a fixed time a word; a pair that
/// finds no place proposes nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    slots: Vec<Slot>,
    stamp: u32,
    pairs: Vec<u64>,
    proposals: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    pair: u64,
    stamp: u32,
    paragraph: u32,
}

const PROBES: usize = 16;

impl Near {
    /// Forgets the last article and makes room for one of so many tokens.
    fn start(&mut self, tokens: usize) {
        let wanted = (2 * tokens).next_power_of_two().max(64);
        if self.slots.len() < wanted || self.stamp == u32::MAX {
            self.slots.clear();
            self.slots.resize(wanted, Slot::default());
            self.stamp = 0;
        }
        self.stamp += 1;
    }

    /// The earlier paragraph that `paragraph` nearly repeats, and their resemblance; then remembers its
    /// pairs.
    fn find(&mut self, view: View<'_>, paragraph: &Range<usize>, number: usize) -> Option<(usize, f64)> {
        if view.tokens.words(paragraph.clone()) < MIN_NEAR_WORDS {
            return None;
        }
        let mut pairs = std::mem::take(&mut self.pairs);
        shingle_on(view.tokens.kernel(), &view.tokens.hashes()[paragraph.clone()], 2, &mut pairs);
        self.proposals.clear();
        let number = u32::try_from(number).expect("a text holds under 2^31 paragraphs");
        for &pair in &pairs {
            if let Some(earlier) = self.first_with(pair, number).filter(|&first| first != number) {
                self.proposals.push(earlier);
            }
        }
        let found = self.verify(view, paragraph, &pairs);
        self.pairs = pairs;
        found
    }

    fn verify(&mut self, view: View<'_>, paragraph: &Range<usize>, pairs: &[u64]) -> Option<(usize, f64)> {
        if LEAST_SHARED * self.proposals.len() < pairs.len() {
            return None;
        }
        self.proposals.sort_unstable();
        let own = ShingleSet::from_shingles(pairs);
        let mut best: Option<(usize, f64)> = None;
        for same in self.proposals.chunk_by(|a, b| a == b) {
            let earlier = same[0] as usize;
            let twin = &view.paragraphs[earlier];
            // Sets whose sizes differ more than NEAR allows cannot resemble each other enough.
            let sizes = (twin.len().min(paragraph.len()), twin.len().max(paragraph.len()));
            if LEAST_SHARED * same.len() < pairs.len() || 2 * sizes.0 < sizes.1 {
                continue;
            }
            let resemblance = own.overlap(&pairs_of(view.tokens, twin)).resemblance();
            // The same pairs in another order are no exact repeat: at least one token is out of place.
            let resemblance = resemblance.min(MOST_NEAR);
            let better = best.is_none_or(|(_, so_far)| resemblance > so_far);
            if resemblance >= NEAR && better && same_numbers(view, twin, paragraph) {
                best = Some((earlier, resemblance));
            }
        }
        best
    }

    /// The first paragraph of this article that had `pair`; `number` if none had.
    fn first_with(&mut self, pair: u64, number: u32) -> Option<u32> {
        let mask = self.slots.len() - 1;
        #[allow(clippy::cast_possible_truncation, reason = "only the low bits are wanted")]
        let home = pair as usize;
        for probe in 0..PROBES {
            let slot = &mut self.slots[home.wrapping_add(probe) & mask];
            if slot.stamp != self.stamp {
                *slot = Slot { pair, stamp: self.stamp, paragraph: number };
                return Some(number);
            }
            if slot.pair == pair {
                return Some(slot.paragraph);
            }
        }
        None
    }
}

fn pairs_of(tokens: &Tokens, paragraph: &Range<usize>) -> ShingleSet {
    let mut pairs = Vec::new();
    shingle_on(tokens.kernel(), &tokens.hashes()[paragraph.clone()], 2, &mut pairs);
    ShingleSet::from_shingles(&pairs)
}

/// Two texts that differ in a number, or in the order of numbers, say different things.
fn same_numbers(view: View<'_>, a: &Range<usize>, b: &Range<usize>) -> bool {
    let numbers = |paragraph: &Range<usize>| -> Vec<u64> {
        let holds_number =
            |token: &usize| view.text[view.tokens.bytes(*token..token + 1)].contains(char::is_numeric);
        paragraph.clone().filter(holds_number).map(|token| view.tokens.hashes()[token]).collect()
    };
    numbers(a) == numbers(b)
}
