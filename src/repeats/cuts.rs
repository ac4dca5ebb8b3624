//! Cuts: which bytes of a text may go so that a reader misses nothing.
//!
//! In: a text and its repeats. Out: byte ranges to cut, each with the repeat it comes from.
//!
//! Not every repeat may be cut: a phrase quoted twice stands inside two sentences, and without it one of them is
//! broken. What of a repeat may go, and which of its standings, is told by `units`; which bytes these are, by `bounds`. The
//! rules stand in `docs/method.md` ("Cuts").
//!
//! Since kinds depend on what else stands in the article, a cut may make another repeat ripe for cutting.
//! [`Repeats::cut`] goes on until nothing is left to be cut: cutting again changes nothing. Second standings go first, each
//! held by what stands before it, so that one round cuts whole chains; first ones (a lead set above its paragraph) go where
//! no second one is left to be cut, and only where they meet neither each other nor what holds another. Each round costs one search of
//! what is left, at most [`MOST_ROUNDS`]; real texts settle in two or three. A text that does not is left as it was, so
//! that cutting it again also changes nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use super::bounds::{spread, token_paragraphs};
use super::units::{Unit, unit};
use super::{Repeat, RepeatKind, Repeats, View};
use crate::text::{self, Tokens, tokenize};

/// Rounds after which a text is given up, and left as it was.
const MOST_ROUNDS: usize = 16;

/// A stretch that was cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Its bytes in the text as it was given. Ascending from cut to cut, never overlapping.
    pub bytes: Range<usize>,
    /// Bytes of the span that holds it, in the text as it was given. Parts of it may have been cut themselves, for
    /// another span that holds them.
    pub held_by: Range<usize>,
    /// What the repeat is.
    pub kind: RepeatKind,
    /// Its words; 0 for further pieces of what was cut at once, where an earlier cut stands between.
    pub words: u32,
    /// How alike both are, as in [`Repeat::similarity`].
    pub similarity: f64,
}

impl Repeats {
    /// What may be cut of a text so that one copy of everything stays; cutting what is left again gives nothing. Repeats
    /// are those of a scan with that seed.
    pub fn cut(&mut self, text: &str, seed: u64) -> Vec<Cut> {
        let mut tokens = Tokens::on(self.kernel);
        let mut paragraphs = std::mem::take(&mut self.paragraphs);
        // What is left of the text, and where each of its pieces stood: (byte in `left`, byte in `text`).
        let mut left = text.to_owned();
        let mut pieces = vec![(0, 0)];
        let mut all: Vec<Cut> = Vec::new();
        let mut settled = false;
        for _ in 0..MOST_ROUNDS {
            tokenize(&left, seed, &mut tokens);
            let divided = paragraphs.of(&left);
            let cuts = cuts(&left, &tokens, divided, &self.find(&left, &tokens, divided));
            settled = cuts.is_empty();
            if settled {
                break;
            }
            (left, pieces) = without(&left, &pieces, &cuts, &mut all);
        }
        self.paragraphs = paragraphs;
        if settled { merged(all) } else { Vec::new() }
    }
}

/// What may be cut of a text at once, by its repeats. Ascending, never overlapping.
fn cuts(text: &str, tokens: &Tokens, paragraphs: &[Range<usize>], repeats: &[Repeat]) -> Vec<Cut> {
    if repeats.is_empty() {
        return Vec::new();
    }
    let with_tokens = token_paragraphs(tokens, paragraphs);
    let view = View { text, tokens, paragraphs: &with_tokens };
    let (mut seconds, mut firsts): (Vec<Cut>, Vec<Cut>) = (Vec::new(), Vec::new());
    for repeat in repeats {
        let Some(unit) = unit(view, repeat) else { continue };
        let cut = cut(view, paragraphs, &unit, repeat);
        if unit.is_first() {
            firsts.push(cut);
        } else if !is_reworded(&seconds, &repeat.first) {
            // What is: the next round tells.
            let free = seconds.last().map_or(0, |cut| cut.bytes.end);
            let bytes = cut.bytes.start.max(free)..cut.bytes.end;
            if !bytes.is_empty() {
                seconds.push(Cut { bytes, ..cut });
            }
        }
    }
    if seconds.is_empty() { apart(firsts) } else { closed(paragraphs, seconds) }
}

/// Where several cuts, side by side, take the end of the text, the line breaks before them go too: those behind what stays.
fn closed(paragraphs: &[Range<usize>], mut cuts: Vec<Cut>) -> Vec<Cut> {
    let at_the_end = |cut: &Cut| paragraphs.last().is_some_and(|last| last.end == cut.bytes.end);
    if cuts.last().is_some_and(at_the_end) {
        let apart = |pair: &[Cut]| pair[0].bytes.end < pair[1].bytes.start;
        let first = cuts.windows(2).rposition(apart).map_or(0, |before| before + 1);
        let begin = &mut cuts[first].bytes.start;
        if let Ok(at @ 1..) = paragraphs.binary_search_by_key(begin, |paragraph| paragraph.start) {
            *begin = paragraphs[at - 1].end;
        }
    }
    cuts
}

fn cut(view: View<'_>, paragraphs: &[Range<usize>], unit: &Unit, repeat: &Repeat) -> Cut {
    let held_by = view.tokens.bytes(unit.stays.clone());
    let bytes = spread(view, paragraphs, &unit.goes);
    // Blanks and marks around what goes may reach into what stays beside it.
    let bytes = if unit.is_first() {
        bytes.start..bytes.end.min(held_by.start)
    } else {
        bytes.start.max(held_by.end)..bytes.end
    };
    let words = view.tokens.words(unit.goes.clone());
    Cut { bytes, held_by, kind: repeat.kind, words, similarity: repeat.similarity }
}

/// Those cuts of which none meets another or what holds another. Ascending.
fn apart(mut cuts: Vec<Cut>) -> Vec<Cut> {
    // None of these meets another: so it is enough to look at the last that begins before a span ends.
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    cuts.retain(|cut| {
        let both = [&cut.bytes, &cut.held_by];
        let free = |span: &Range<usize>| {
            taken.range(..span.end).next_back().is_none_or(|(_, &end)| end <= span.start)
        };
        let is_free = !cut.bytes.is_empty() && both.into_iter().all(free);
        if is_free {
            taken.extend(both.map(|span| (span.start, span.end)));
        }
        is_free
    });
    cuts.sort_by_key(|cut| cut.bytes.start);
    cuts
}

/// Whether a span lies in what was cut for a twin that is not its equal: then the twin need not hold it.
fn is_reworded(cuts: &[Cut], span: &Range<usize>) -> bool {
    let from = cuts.partition_point(|cut| cut.bytes.end <= span.start);
    cuts[from..].iter().take_while(|cut| cut.bytes.start < span.end).any(|cut| cut.similarity < 1.0)
}

/// The text without its cuts, where its pieces stood; appends the cuts to `all`, by their place in the text as given.
fn without(
    text: &str,
    pieces: &[(usize, usize)],
    cuts: &[Cut],
    all: &mut Vec<Cut>,
) -> (String, Vec<(usize, usize)>) {
    let mut left = String::with_capacity(text.len());
    let mut kept: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    let end = text.len()..text.len();
    for cut in cuts.iter().map(|cut| &cut.bytes).chain([&end]) {
        for stood in stood(pieces, &(at..cut.start)) {
            kept.push((left.len(), stood.start));
            left.push_str(&text[at..at + stood.len()]);
            at += stood.len();
        }
        at = cut.end;
    }
    for cut in cuts {
        let held = stood(pieces, &cut.held_by);
        let held_by = match (held.first(), held.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => continue,
        };
        // What stood apart goes as several cuts.
        let mut words = cut.words;
        all.extend(stood(pieces, &cut.bytes).into_iter().map(|bytes| Cut {
            bytes,
            held_by: held_by.clone(),
            words: std::mem::take(&mut words),
            ..cut.clone()
        }));
    }
    (left, kept)
}

/// Where bytes of what is left stood in the text as given: one range for each piece they touch.
fn stood(pieces: &[(usize, usize)], bytes: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = bytes.start;
    let mut piece = pieces.partition_point(|&(left, _)| left <= at).saturating_sub(1);
    while at < bytes.end {
        let (left, text) = pieces[piece];
        let end = pieces.get(piece + 1).map_or(bytes.end, |&(next, _)| next.min(bytes.end));
        found.push(text + (at - left)..text + (end - left));
        (at, piece) = (end, piece + 1);
    }
    found
}

/// In order of the text; what touches and is of one kind becomes one.
fn merged(mut cuts: Vec<Cut>) -> Vec<Cut> {
    cuts.sort_by_key(|cut| (cut.bytes.start, cut.bytes.end));
    let mut merged: Vec<Cut> = Vec::with_capacity(cuts.len());
    for cut in cuts {
        match merged.last_mut() {
            Some(open)
                if open.bytes.end == cut.bytes.start
                    && open.kind == cut.kind
                    && open.held_by == cut.held_by =>
            {
                open.bytes.end = cut.bytes.end;
                open.words += cut.words;
            }
            _ => merged.push(cut),
        }
    }
    merged
}

/// What is left of a text without those cuts.
pub fn kept(text: &str, cuts: &[Cut]) -> String {
    text::without(text, cuts.iter().map(|cut| &cut.bytes))
}
