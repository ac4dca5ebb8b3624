//! Paragraphs that stand again: those too short to be runs, and those with too many edits.
//!
//! Walks the paragraphs in order. One that equals an earlier paragraph (token for token) is its repeat; if the
//! paragraph before it was a repeat too, of the one before that, both are one block. A paragraph that equals none, but shares most of its
//! word pairs with an earlier one and has the same numbers, is a near-repeat.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Twin, View};
use crate::shingle::shingle;
use crate::text::Tokens;
use crate::verify::ShingleSet;

/// Near-repeats are told from this many words on: below it, one changed word changes most pairs.
const MIN_NEAR_WORDS: u32 = 8;

/// Least resemblance, over pairs of words, of a near-repeat: one changed word in ten leaves 0.64.
const NEAR: f64 = 0.6;

/// How many earlier paragraphs a word pair proposes: stock phrases stand in many.
const PROPOSALS: usize = 4;

/// Appends repeats of whole paragraphs that `twins` (runs, ascending) do not hold yet.
pub(super) fn find(view: View<'_>, twins: &mut Vec<Twin>) {
    let taken: Vec<Range<usize>> = twins.iter().map(|twin| twin.again.clone()).collect();
    let mut found: Vec<Twin> = Vec::new();
    let mut seen: BTreeMap<&[u64], usize> = BTreeMap::new();
    let mut near = Near::default();
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
        match exact.or_else(|| near.find(view, paragraph)) {
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
            None => {
                open = None;
                near.remember(view, paragraph, number);
            }
        }
        seen.entry(hashes).or_insert(number);
    }
    twins.extend(found);
}

/// Whether most of a paragraph lies in a run that is a repeat already.
fn is_taken(paragraph: &Range<usize>, taken: &[Range<usize>]) -> bool {
    let first = taken.partition_point(|range| range.end <= paragraph.start);
    taken[first..].iter().take_while(|range| range.start < paragraph.end).any(|range| {
        let common = range.end.min(paragraph.end) - range.start.max(paragraph.start);
        common > 0
    })
}

/// Paragraphs seen so far, by their pairs of words.
#[derive(Debug, Default)]
struct Near {
    by_pair: BTreeMap<u64, Vec<usize>>,
    pairs: Vec<u64>,
}

impl Near {
    fn find(&mut self, view: View<'_>, paragraph: &Range<usize>) -> Option<(usize, f64)> {
        if view.tokens.words(paragraph.clone()) < MIN_NEAR_WORDS {
            return None;
        }
        shingle(&view.tokens.hashes()[paragraph.clone()], 2, &mut self.pairs);
        let mut proposals: BTreeMap<usize, usize> = BTreeMap::new();
        for earlier in self.pairs.iter().filter_map(|pair| self.by_pair.get(pair)).flatten() {
            *proposals.entry(*earlier).or_default() += 1;
        }
        let own = ShingleSet::from_shingles(self.pairs.clone());
        let mut best: Option<(usize, f64)> = None;
        for (&earlier, &shared) in &proposals {
            if 3 * shared < own.len() {
                continue;
            }
            let twin = &view.paragraphs[earlier];
            let resemblance = own.overlap(&pairs_of(view.tokens, twin)).resemblance();
            let better = best.is_none_or(|(_, so_far)| resemblance > so_far);
            if resemblance >= NEAR && better && same_numbers(view, twin, paragraph) {
                best = Some((earlier, resemblance));
            }
        }
        best
    }

    fn remember(&mut self, view: View<'_>, paragraph: &Range<usize>, number: usize) {
        if view.tokens.words(paragraph.clone()) < MIN_NEAR_WORDS {
            return;
        }
        shingle(&view.tokens.hashes()[paragraph.clone()], 2, &mut self.pairs);
        for &pair in &self.pairs {
            let paragraphs = self.by_pair.entry(pair).or_default();
            if paragraphs.len() < PROPOSALS && paragraphs.last() != Some(&number) {
                paragraphs.push(number);
            }
        }
    }
}

fn pairs_of(tokens: &Tokens, paragraph: &Range<usize>) -> ShingleSet {
    let mut pairs = Vec::new();
    shingle(&tokens.hashes()[paragraph.clone()], 2, &mut pairs);
    ShingleSet::from_shingles(pairs)
}

/// Two texts that differ in a number say different things.
fn same_numbers(view: View<'_>, a: &Range<usize>, b: &Range<usize>) -> bool {
    let numbers = |paragraph: &Range<usize>| -> Vec<u64> {
        let spans =
            view.tokens.spans()[paragraph.clone()].iter().zip(&view.tokens.hashes()[paragraph.clone()]);
        let mut numbers: Vec<u64> = spans
            .filter(|(span, _)| view.text[span.begin as usize..span.end as usize].contains(char::is_numeric))
            .map(|(_, &hash)| hash)
            .collect();
        numbers.sort_unstable();
        numbers
    };
    numbers(a) == numbers(b)
}
