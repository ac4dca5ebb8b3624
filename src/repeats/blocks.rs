//! Paragraphs that stand again: those too short to be runs, and those with too many edits.
//!
//! Walks the paragraphs in order. One that equals an earlier paragraph (token for token) is its repeat; if
//! the paragraph before it was a repeat too, of the one before that, both are one block. A paragraph that
//! equals none may nearly repeat an earlier one (`near`).
//!
//! Equal paragraphs are found by sorting their hashes, and compared token by token.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::near::Near;
use super::seen::Seen;
use super::{Twin, View};

/// Appends repeats of whole paragraphs that `twins` (runs, ascending) do not hold yet.
pub(super) fn find(view: View<'_>, seen: &mut Seen, near: &mut Near, twins: &mut Vec<Twin>) {
    if view.paragraphs.len() < 2 {
        return;
    }
    let taken: Vec<Range<usize>> = twins.iter().map(|twin| twin.again.clone()).collect();
    let equals = equals(view, seen, &taken);
    near.start(view);
    let mut found: Vec<Twin> = Vec::new();
    let mut next_equal = equals.iter().peekable();
    // The last repeat and the paragraphs it ended with: (again, first).
    let mut open: Option<(usize, usize)> = None;
    for (number, paragraph) in view.paragraphs.iter().enumerate() {
        let equal = next_equal.next_if(|&&(again, _)| again == number).map(|&(_, first)| first);
        if is_taken(paragraph, &taken) {
            open = None;
            continue;
        }
        let after_open = open.filter(|&(again, _)| again + 1 == number).map(|(_, first)| first + 1);
        let goes_on = after_open.filter(|&first| {
            let limit = found.last().map_or(0, |block| block.again.start);
            let twin = &view.paragraphs[first];
            twin.end <= limit && is_equal(view, twin, paragraph)
        });
        let exact = goes_on.or(equal).map(|first| (first, 1.0));
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
    }
    twins.extend(found);
}

/// Paragraphs that equal an earlier one, ascending, each with the first such; those in `taken` are passed over.
fn equals(view: View<'_>, seen: &mut Seen, taken: &[Range<usize>]) -> Vec<(usize, usize)> {
    let hash =
        |paragraph: &Range<usize>| xxh3_64(bytemuck::cast_slice(&view.tokens.hashes()[paragraph.clone()]));
    let mut hashes: Vec<(u64, usize)> =
        view.paragraphs.iter().enumerate().map(|(number, paragraph)| (hash(paragraph), number)).collect();
    seen.keep_repeated(&mut hashes, |&(hash, _)| hash);
    hashes.sort_unstable();
    let mut equals = Vec::new();
    for group in hashes.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let mut free = group
            .iter()
            .map(|&(_, number)| number)
            .filter(|&number| !is_taken(&view.paragraphs[number], taken));
        let Some(first) = free.next() else { continue };
        let same = |&again: &usize| is_equal(view, &view.paragraphs[first], &view.paragraphs[again]);
        equals.extend(free.filter(same).map(|again| (again, first)));
    }
    equals.sort_unstable();
    equals
}

fn is_equal(view: View<'_>, a: &Range<usize>, b: &Range<usize>) -> bool {
    view.tokens.hashes()[a.clone()] == view.tokens.hashes()[b.clone()]
}

/// Whether any part of a paragraph lies in a run that is a repeat already.
fn is_taken(paragraph: &Range<usize>, taken: &[Range<usize>]) -> bool {
    let first = taken.partition_point(|range| range.end <= paragraph.start);
    taken.get(first).is_some_and(|range| range.start < paragraph.end)
}
