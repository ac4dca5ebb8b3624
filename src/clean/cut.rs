//! Cut: what of one article goes because it stands there a second time.
//!
//! In: a text. Out: the spans that go, each with the span that says the same and stays, and the text as it stands after
//! them. The idea: repeats are found ([`crate::repeats`]), cut, and looked for again in what is left, until nothing is cut
//! any more. So cutting the result again cuts nothing, which is what makes cleaning twice the same as cleaning once.
//!
//! Rules, in this order:
//! 1. Labels stay. So does what is no heading, lead, caption or pulled quote if it is short ([`SHORT_WORDS`]) or not all
//!    sentences, or asks: an answer, a chorus, the same price under two things, the same question to two people may be
//!    meant. So does a good part of the text that is mostly no prose and stands again with changes: a plan for two days.
//! 2. Of two standings the later goes; but where the first is whole paragraphs and the later stands inside one (a quote
//!    pulled from the body and set above it), the first goes, unless the body was captured twice.
//! 3. What goes is cut at paragraph bounds, else at sentence bounds; at word bounds only where a body captured twice has
//!    no sentences ([`super::bounds`]). Where less than half of the repeat could go that way, all of it stays.
//! 4. What goes must be said by what stays, every word of it; of a body captured twice, which may have been corrected in
//!    between, every number and all but a tenth of the words.
//!
//! Guarantee: each round, what stays of a repeat is cut by nothing else of that round; so one copy of everything is left. Never
//! inside a character. A text in which [`MOST_ROUNDS`] rounds do not come to an end is left whole. Linear in the text for
//! each round; a sentence that stands 100,000 times is halved by each.

use std::collections::BTreeSet;
use std::ops::Range;

use super::bounds::{Divided, Paragraph};
use crate::kernel::Kernel;
use crate::repeats::{Repeat, RepeatKind, Repeats};
use crate::text::{Paragraphs, Tokens, tokenize};

/// Rounds after which a text is given up: each halves what stands again and again, so that a text under 2 GiB is done by 32.
const MOST_ROUNDS: usize = 40;

/// Repeats that agree in less are two ways to say a thing.
const LEAST_SIMILARITY: f64 = 0.8;

/// One in so many words of a body captured twice may be said nowhere in what stays.
const NEW_WORDS: usize = 10;

/// A repeat of fewer words that is none of the named kinds may be meant: "Slightly more has been requested for 2013", of two
/// things, has eight.
const SHORT_WORDS: u32 = 9;

/// A span that goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Its bytes in the article's text.
    pub bytes: Range<usize>,
    /// Bytes, from the first to the last, of what says the same and stays: in this article, or in the holder.
    pub kept: Range<usize>,
    /// Why it goes.
    pub why: Why,
    /// Words of what goes; 0 for further pieces of it, where an earlier cut stands between.
    pub words: u32,
    /// How much both agree, from 0 to 1.
    pub similarity: f64,
}

/// Why a span goes, and who holds it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The article says it twice.
    Repeat(RepeatKind),
    /// It is stock, and stands in that article too.
    Boilerplate(u32),
    /// That article of another outlet had it first.
    Copy(u32),
}

impl Why {
    /// The name in the ledger, the kind of repeat, and the article that holds it.
    pub(super) fn told(self) -> (&'static str, Option<&'static str>, Option<u32>) {
        match self {
            Why::Repeat(kind) => ("repeat", Some(kind.name()), None),
            Why::Boilerplate(holder) => ("boilerplate", None, Some(holder)),
            Why::Copy(holder) => ("copy", None, Some(holder)),
        }
    }
}

/// Cuts one text after the other; keeps buffers.
#[derive(Debug)]
pub(super) struct Cutter {
    seed: u64,
    tokens: Tokens,
    paragraphs: Paragraphs,
    repeats: Repeats,
}

impl Cutter {
    pub(super) fn new(kernel: Kernel, seed: u64) -> Cutter {
        Cutter {
            seed,
            tokens: Tokens::on(kernel),
            paragraphs: Paragraphs::on(kernel),
            repeats: Repeats::on(kernel),
        }
    }

    /// The spans that go, ascending and apart; empty if nothing does.
    pub(super) fn cut(&mut self, text: &str) -> Vec<Cut> {
        let mut left = Left::all_of(text);
        let mut cuts: Vec<Cut> = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let now = left.text(text);
            let round = self.round(&now);
            if round.is_empty() {
                cuts.sort_by_key(|cut| cut.bytes.start);
                return cuts;
            }
            for cut in &round {
                let kept = left.original(&cut.kept);
                let kept =
                    kept.first().map_or(0, |first| first.start)..kept.last().map_or(0, |last| last.end);
                let mut words = cut.words;
                cuts.extend(left.original(&cut.bytes).into_iter().map(|bytes| Cut {
                    bytes,
                    kept: kept.clone(),
                    words: std::mem::take(&mut words),
                    ..cut.clone()
                }));
            }
            left.take_out(round.iter().map(|cut| &cut.bytes));
        }
        Vec::new()
    }

    /// What one look at a text takes out of it: ascending, apart.
    fn round(&mut self, text: &str) -> Vec<Cut> {
        tokenize(text, self.seed, &mut self.tokens);
        let paragraphs = self.paragraphs.of(text);
        let repeats = self.repeats.find(text, &self.tokens, paragraphs);
        if repeats.is_empty() {
            return Vec::new();
        }
        let paragraphs = Paragraph::all(paragraphs, &self.tokens);
        let divided = Divided { text, tokens: &self.tokens, paragraphs: &paragraphs };
        let mut wanted: Vec<Cut> = repeats.iter().filter_map(|repeat| wanted(divided, repeat)).collect();
        // The largest first: where copies stand in copies, that takes the fewest rounds.
        wanted.sort_by_key(|cut| (std::cmp::Reverse(cut.bytes.len()), cut.bytes.start));
        let (mut gone, mut kept) = (Spans::default(), Spans::default());
        let mut cuts: Vec<Cut> = Vec::new();
        for cut in wanted {
            if !gone.meets(&cut.bytes) && !gone.meets(&cut.kept) && !kept.meets(&cut.bytes) {
                gone.add(&cut.bytes);
                kept.add(&cut.kept);
                cuts.push(cut);
            }
        }
        cuts.sort_by_key(|cut| cut.bytes.start);
        cuts
    }
}

/// What of a repeat is to go, and what stays of it; `None` if both stay.
fn wanted(divided: Divided<'_>, repeat: &Repeat) -> Option<Cut> {
    let double = repeat.kind == RepeatKind::DoubleCapture;
    let short = repeat.kind == RepeatKind::Other && repeat.words < SHORT_WORDS;
    if repeat.kind == RepeatKind::Label || short || repeat.similarity < LEAST_SIMILARITY {
        return None;
    }
    let (first, again) = (divided.tokens.in_bytes(&repeat.first), divided.tokens.in_bytes(&repeat.again));
    let lifted = !double && divided.is_whole(&first) && !divided.is_whole(&again);
    let (goes, stays) = if lifted { (first, again) } else { (again, first) };
    let sentences = divided.whole_sentences(&goes).filter(|sentences| 2 * sentences.len() >= goes.len());
    let goes = match sentences {
        Some(sentences) => sentences,
        None if double => goes,
        None => return None,
    };
    let prose = divided.prose(&goes);
    let meant = match repeat.kind {
        RepeatKind::Other => prose < goes.len() || divided.asks(&goes),
        // A list of five days has much of the first in each, and every word may count.
        RepeatKind::DoubleCapture => repeat.similarity < 1.0 && 2 * prose < goes.len(),
        _ => false,
    };
    if meant || !says(divided, &stays, &goes, double) {
        return None;
    }
    let bytes = divided.bytes(&goes);
    let kept = divided.tokens.bytes(stays);
    // Blanks and marks around what goes may reach into what stays beside it.
    let bytes = if bytes.start < kept.start {
        bytes.start..bytes.end.min(kept.start)
    } else {
        bytes.start.max(kept.end)..bytes.end
    };
    (!bytes.is_empty()).then_some(Cut {
        bytes,
        kept,
        why: Why::Repeat(repeat.kind),
        words: divided.tokens.words(goes),
        similarity: repeat.similarity,
    })
}

/// Whether what stays says what goes: every word of it, or every number and nearly all words.
fn says(divided: Divided<'_>, stays: &Range<usize>, goes: &Range<usize>, nearly: bool) -> bool {
    let hashes = divided.tokens.hashes();
    let said: BTreeSet<u64> = hashes[stays.clone()].iter().copied().collect();
    let new: Vec<usize> = goes.clone().filter(|&token| !said.contains(&hashes[token])).collect();
    let is_number =
        |token: &usize| divided.text[divided.tokens.bytes(*token..token + 1)].contains(char::is_numeric);
    let few = if nearly { NEW_WORDS * new.len() <= goes.len() } else { new.is_empty() };
    few && !new.iter().any(is_number)
}

/// Spans that do not meet each other, or that do.
#[derive(Debug, Default)]
struct Spans(BTreeSet<(usize, usize)>, usize);

impl Spans {
    fn add(&mut self, span: &Range<usize>) {
        self.1 = self.1.max(span.len());
        self.0.insert((span.start, span.end));
    }

    /// Whether one of them has a byte in common with `span`.
    fn meets(&self, span: &Range<usize>) -> bool {
        // None is longer than the longest, so that none that begins further before reaches here.
        let from = (span.start.saturating_sub(self.1), 0);
        self.0.range(from..(span.end, 0)).any(|&(start, end)| start < span.end && span.start < end)
    }
}

/// What is left of a text: ranges of it, ascending, each with how much is left before it.
struct Left(Vec<(usize, Range<usize>)>);

impl Left {
    fn all_of(text: &str) -> Left {
        Left(vec![(0, 0..text.len())])
    }

    fn text(&self, of: &str) -> String {
        self.0.iter().map(|(_, range)| &of[range.clone()]).collect()
    }

    /// The ranges of the whole text that a range of what is left stands for.
    fn original(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        let first = self.0.partition_point(|(before, piece)| before + piece.len() <= range.start);
        let met = self.0[first..].iter().take_while(|(before, _)| *before < range.end);
        met.map(|(before, piece)| {
            let begin = range.start.max(*before) - before;
            let end = range.end.min(before + piece.len()) - before;
            piece.start + begin..piece.start + end
        })
        .collect()
    }

    /// Takes ranges of what is left out of it; they ascend.
    fn take_out<'r>(&mut self, ranges: impl Iterator<Item = &'r Range<usize>>) {
        let gone: Vec<Range<usize>> = ranges.flat_map(|range| self.original(range)).collect();
        let mut gone = gone.into_iter().peekable();
        let mut left: Vec<(usize, Range<usize>)> = Vec::new();
        let mut before = 0;
        let mut add = |range: Range<usize>| {
            if !range.is_empty() {
                left.push((before, range.clone()));
                before += range.len();
            }
        };
        for (_, piece) in &self.0 {
            let mut at = piece.start;
            while let Some(out) = gone.next_if(|out| out.start < piece.end) {
                add(at..out.start);
                at = out.end;
            }
            add(at..piece.end);
        }
        self.0 = left;
    }
}

/// A text without the spans that go.
pub(super) fn without(text: &str, cuts: &[Cut]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for cut in cuts {
        left.push_str(&text[at..cut.bytes.start]);
        at = cut.bytes.end;
    }
    left.push_str(&text[at..]);
    left
}

#[cfg(test)]
#[path = "cut_tests.rs"]
mod tests;
