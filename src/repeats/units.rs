//! Units: what of one repeat may go, by rules that stand in `docs/method.md` ("Cuts").
//!
//! In: a repeat. Out: the tokens that go, whole paragraphs or sentences, and the tokens that say the same and stay; nothing if
//! both stay. Why each rule is there is told at its constant or test.

use std::collections::BTreeSet;
use std::ops::Range;

use super::bounds::{asks, is_whole, line_from, prose, told, touched, whole_paragraphs, whole_sentences};
use super::{Repeat, RepeatKind, View, facts};
use crate::text::ends_like_a_sentence;

/// A paragraph that stands twice without being an echo goes from so many words on, those of a run: shorter lines (steps of
/// recipes, entries of lists) stand twice for a reason.
const LEAST_WORDS: u32 = super::MIN_RUN_WORDS;

/// A sentence among sentences goes from so many words on: "Slightly more has been requested for 2013.", said of two things,
/// has eight and no other mark of being meant.
const LEAST_SENTENCE_WORDS: u32 = 9;

/// "IRVINE, Calif., May 31, 2019 /PRNewswire-PRWeb/ --" has seven words.
const DATELINE_WORDS: u32 = 10;

/// Sentences inside a paragraph are cut from so many words on: what is shorter is a quotation or a figure of speech.
const LEAST_INLINE_WORDS: u32 = super::runs::LONG_RUN_WORDS;

/// Least similarity of what is cut: what differs between both is lost.
const LEAST_ALIKE: f64 = 0.8;

/// One in so many words of a body captured twice may be said nowhere in what stays: it may have been corrected in between.
const NEW_WORDS: usize = 10;

/// What may go of a repeat.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unit {
    /// The tokens that go.
    pub(super) goes: Range<usize>,
    /// The tokens that say the same and stay.
    pub(super) stays: Range<usize>,
}

impl Unit {
    /// Whether it is the first standing that goes.
    pub(super) fn is_first(&self) -> bool {
        self.goes.start < self.stays.start
    }
}

/// What may go of a repeat; `None` if both standings stay.
pub(super) fn unit(view: View<'_>, repeat: &Repeat) -> Option<Unit> {
    if repeat.kind == RepeatKind::Label || repeat.similarity < LEAST_ALIKE {
        return None;
    }
    let (first, again) = (view.tokens.in_bytes(&repeat.first), view.tokens.in_bytes(&repeat.again));
    let captured = repeat.kind == RepeatKind::DoubleCapture;
    let is_set_above =
        repeat.kind == RepeatKind::LeadEcho && is_set_above_its_paragraph(view, &first, &again);
    let unit = if is_set_above {
        Unit { goes: first, stays: again }
    } else {
        Unit { goes: of_second(view, repeat, &first, &again)?, stays: first }
    };
    let meant = match repeat.kind {
        RepeatKind::Other => asks(told(view, &unit.goes)),
        // A list of five days has much of the first in each, and every word may count.
        RepeatKind::DoubleCapture => repeat.similarity < 1.0 && 2 * prose(view, &unit.goes) < unit.goes.len(),
        _ => false,
    };
    (!meant && says(view, &unit, captured)).then_some(unit)
}

/// Whether a lead of whole sentences is a paragraph of its own, and then begins a longer one, but for a dateline.
fn is_set_above_its_paragraph(view: View<'_>, first: &Range<usize>, again: &Range<usize>) -> bool {
    let within = &view.paragraphs[touched(view, again)];
    let before = within.first().map_or(again.start, |paragraph| paragraph.start)..again.start;
    let begin = view.tokens.span(again.start).begin as usize;
    // "Untimely: The founder of … has died": a caption, and no body.
    let is_caption = || view.text[view.tokens.bytes(before.clone()).start..begin].contains([':', '：']);
    is_whole(view, first)
        && !is_whole(view, again)
        && prose(view, first) == first.len()
        && view.tokens.words(before.clone()) <= DATELINE_WORDS
        && (before.is_empty() || !is_caption())
}

/// The tokens of a repeat's second standing that may go.
fn of_second(
    view: View<'_>,
    repeat: &Repeat,
    first: &Range<usize>,
    again: &Range<usize>,
) -> Option<Range<usize>> {
    let words = |span: &Range<usize>| view.tokens.words(span.clone());
    let paragraphs = whole_paragraphs(view, again);
    let sentences = whole_sentences(view, again);
    let captured = repeat.kind == RepeatKind::DoubleCapture;
    let least_inline = if captured { LEAST_WORDS } else { LEAST_INLINE_WORDS };
    // Of a paragraph from which a quote was pulled, and set above it, nothing goes.
    let inline = repeat.kind != RepeatKind::PullQuote && sentences.len() > paragraphs.len();
    if inline && words(&sentences) >= least_inline {
        return Some(sentences);
    }
    let echo = !matches!(repeat.kind, RepeatKind::PullQuote | RepeatKind::Other);
    let long = || longest_paragraph(view, &paragraphs) >= LEAST_WORDS;
    let among = || repeat.similarity >= 1.0 && are_sentences_among_sentences(view, first, again);
    if !paragraphs.is_empty() && (echo || long() || among()) {
        return Some(paragraphs);
    }
    (captured && sentences.is_empty() && words(again) >= LEAST_INLINE_WORDS).then_some(again.clone())
}

/// Whether what stands twice, equal, are sentences that stand among sentences both times: paragraphs of
/// [`LEAST_SENTENCE_WORDS`] that end like one, ask nothing and tell no numbers (two things may cost the same), are no entries
/// of a list and nobody's turn to speak, with such paragraphs around them, if with any.
pub(super) fn are_sentences_among_sentences(
    view: View<'_>,
    first: &Range<usize>,
    again: &Range<usize>,
) -> bool {
    let is_sentence = |paragraph: &Range<usize>| {
        let line = line_from(view, view.tokens.bytes(paragraph.clone()));
        view.tokens.words(paragraph.clone()) >= LEAST_SENTENCE_WORDS
            && ends_like_a_sentence(line)
            && !asks(line)
    };
    let is_plain = |paragraph: &Range<usize>| {
        let said = &view.text[view.tokens.bytes(paragraph.clone())];
        !facts::has_number(view, paragraph)
            && !said.contains([':', '：'])
            && !opens_an_entry(view, paragraph.start)
    };
    let around = |span: &Range<usize>| {
        let within = touched(view, span);
        within.start.saturating_sub(1)..(within.end + 1).min(view.paragraphs.len())
    };
    is_whole(view, first)
        && is_whole(view, again)
        && view.paragraphs[touched(view, again)].iter().all(is_plain)
        && [first, again].into_iter().all(|span| view.paragraphs[around(span)].iter().all(is_sentence))
}

/// Whether a paragraph that begins with that token begins with a dash, a dot or another mark that is no quote or bracket.
fn opens_an_entry(view: View<'_>, token: usize) -> bool {
    let from = token.checked_sub(1).map_or(0, |before| view.tokens.span(before).end as usize);
    let before = &view.text[from..view.tokens.span(token).begin as usize];
    let quotes = ['"', '\'', '“', '”', '‘', '’', '«', '»', '„', '「', '『', '(', '（', '[', '¿', '¡'];
    let line = before.rsplit(['\n', '\r']).next().unwrap_or(before);
    line.chars().any(|c| !c.is_whitespace() && !quotes.contains(&c))
}

/// The length of the longest paragraph in a span of whole paragraphs, in words.
fn longest_paragraph(view: View<'_>, span: &Range<usize>) -> u32 {
    let within = view.paragraphs[touched(view, span)].iter();
    within.map(|paragraph| view.tokens.words(paragraph.clone())).max().unwrap_or(0)
}

/// Whether what stays says what goes: every word of it, or every number and nearly all words.
fn says(view: View<'_>, unit: &Unit, nearly: bool) -> bool {
    let hashes = view.tokens.hashes();
    if hashes[unit.stays.clone()] == hashes[unit.goes.clone()] {
        return true;
    }
    let said: BTreeSet<u64> = hashes[unit.stays.clone()].iter().copied().collect();
    let new: Vec<usize> = unit.goes.clone().filter(|&token| !said.contains(&hashes[token])).collect();
    let few = if nearly { NEW_WORDS * new.len() <= unit.goes.len() } else { new.is_empty() };
    few && !new.iter().any(|&token| facts::has_number(view, &(token..token + 1)))
}
