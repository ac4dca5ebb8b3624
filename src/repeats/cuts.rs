//! Cuts: which bytes of a text may go so that a reader misses nothing.
//!
//! In: a text and its repeats. Out: byte ranges to cut, each with the repeat it comes from.
//!
//! Not every repeat may be cut: a phrase quoted twice stands inside two sentences, and without it one of them is
//! broken. So what is cut of a second span are whole *units*:
//!
//! 1. The **paragraphs** that lie in it whole, with the line breaks behind them; of a repeat that is `other` or a pull
//!    quote, if one of them has [`LEAST_WORDS`] words.
//! 2. If the **sentences** that lie in it whole reach further and have [`LEAST_INLINE_WORDS`] words ([`LEAST_WORDS`] in a
//!    double capture), these.
//! 3. A double capture of [`LEAST_INLINE_WORDS`] words that holds no whole sentence (text without marks) is cut as it is, at **words**.
//!
//! Labels are never cut, nor what resembles its twin by less than [`LEAST_ALIKE`]. Bounds lie between characters always:
//! at the edges of paragraphs, tokens and what stands between two tokens.
//!
//! Since kinds depend on what else stands in the article, a cut may make another repeat ripe for cutting.
//! [`Repeats::cut`] goes on until nothing is left to be cut: cutting again changes nothing. Each round costs one search of
//! what is left, at most [`MOST_ROUNDS`]; real texts settle in two or three. A text that does not is left as it was, so
//! that cutting it again also changes nothing.

use std::ops::Range;

use super::{Repeat, RepeatKind, Repeats, View};
use crate::text::{Tokens, tokenize};

/// A paragraph that stands twice without being an echo goes from so many words on, those of a run: shorter lines (steps of
/// recipes, entries of lists) stand twice for a reason.
const LEAST_WORDS: u32 = super::MIN_RUN_WORDS;

/// Sentences inside a paragraph are cut from so many words on: what is shorter is a quotation or a figure of speech.
const LEAST_INLINE_WORDS: u32 = super::runs::LONG_RUN_WORDS;

/// Least similarity of what is cut: what differs between both is lost.
const LEAST_ALIKE: f64 = 0.8;

/// Rounds after which a text is given up, and left as it was.
const MOST_ROUNDS: usize = 16;

/// A stretch that was cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// Its bytes in the text as it was given. Ascending from cut to cut, never overlapping.
    pub bytes: Range<usize>,
    /// Bytes of the earlier span that holds it, in the text as it was given. Parts of it may have been cut themselves, for
    /// a still earlier span that holds them.
    pub held_by: Range<usize>,
    /// What the repeat is.
    pub kind: RepeatKind,
    /// How alike both are, as in [`Repeat::similarity`].
    pub similarity: f64,
}

impl Repeats {
    /// What may be cut of a text so that one copy of everything stays; cutting what is left again gives nothing.
    pub fn cut(&mut self, text: &str) -> Vec<Cut> {
        let mut tokens = Tokens::on(self.kernel);
        let mut paragraphs = std::mem::take(&mut self.paragraphs);
        // What is left of the text, and where each of its pieces stood: (byte in `left`, byte in `text`).
        let mut left = text.to_owned();
        let mut pieces = vec![(0, 0)];
        let mut all: Vec<Cut> = Vec::new();
        let mut settled = false;
        for _ in 0..MOST_ROUNDS {
            tokenize(&left, 0, &mut tokens);
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

/// What may be cut of a text at once, by its repeats. Ascending, never overlapping, never touching what
/// no second span touches but the marks and blanks behind it.
pub(super) fn cuts(text: &str, tokens: &Tokens, paragraphs: &[Range<usize>], repeats: &[Repeat]) -> Vec<Cut> {
    let token_paragraphs: Vec<Range<usize>> = match repeats {
        [] => return Vec::new(),
        _ => paragraphs
            .iter()
            .map(|bytes| tokens.in_bytes(bytes))
            .filter(|tokens| !tokens.is_empty())
            .collect(),
    };
    let view = View { text, tokens, paragraphs: &token_paragraphs };
    let mut cuts: Vec<Cut> = Vec::new();
    for repeat in repeats {
        let Some(span) = unit(view, repeat) else { continue };
        if is_reworded(&cuts, &repeat.first) {
            continue; // the next round tells
        }
        let free = cuts.last().map_or(0, |cut| cut.bytes.end);
        let bytes = spread(view, paragraphs, &span);
        let bytes = bytes.start.max(free)..bytes.end;
        if !bytes.is_empty() {
            let (held_by, kind) = (repeat.first.clone(), repeat.kind);
            cuts.push(Cut { bytes, held_by, kind, similarity: repeat.similarity });
        }
    }
    cuts
}

/// Whether a span lies in what was cut for a twin that is not its equal: then the twin need not hold it.
fn is_reworded(cuts: &[Cut], span: &Range<usize>) -> bool {
    let from = cuts.partition_point(|cut| cut.bytes.end <= span.start);
    cuts[from..].iter().take_while(|cut| cut.bytes.start < span.end).any(|cut| cut.similarity < 1.0)
}

/// The tokens of a repeat's second span that may be cut.
fn unit(view: View<'_>, repeat: &Repeat) -> Option<Range<usize>> {
    if repeat.kind == RepeatKind::Label || repeat.similarity < LEAST_ALIKE {
        return None;
    }
    let span = view.tokens.in_bytes(&repeat.again);
    let words = |span: &Range<usize>| view.tokens.words(span.clone());
    let paragraphs = whole_paragraphs(view, &span);
    let sentences = whole_sentences(view, &span);
    let captured = repeat.kind == RepeatKind::DoubleCapture;
    let least_inline = if captured { LEAST_WORDS } else { LEAST_INLINE_WORDS };
    if sentences.len() > paragraphs.len() && words(&sentences) >= least_inline {
        return Some(sentences);
    }
    let echo = !matches!(repeat.kind, RepeatKind::PullQuote | RepeatKind::Other);
    if !paragraphs.is_empty() && (echo || longest_paragraph(view, &paragraphs) >= LEAST_WORDS) {
        return Some(paragraphs);
    }
    (captured && sentences.is_empty() && words(&span) >= LEAST_INLINE_WORDS).then_some(span)
}

/// The tokens of all paragraphs that lie in a span whole; an empty range if none does.
fn whole_paragraphs(view: View<'_>, span: &Range<usize>) -> Range<usize> {
    let from = view.paragraphs.partition_point(|paragraph| paragraph.start < span.start);
    let to = view.paragraphs.partition_point(|paragraph| paragraph.end <= span.end);
    if from < to { view.paragraphs[from].start..view.paragraphs[to - 1].end } else { span.start..span.start }
}

/// The length of the longest paragraph in a span of whole paragraphs, in words.
fn longest_paragraph(view: View<'_>, span: &Range<usize>) -> u32 {
    let from = view.paragraphs.partition_point(|paragraph| paragraph.start < span.start);
    let within = view.paragraphs[from..].iter().take_while(|paragraph| paragraph.end <= span.end);
    within.map(|paragraph| view.tokens.words(paragraph.clone())).max().unwrap_or(0)
}

/// The tokens of all sentences that lie in a span whole; an empty range if none does.
fn whole_sentences(view: View<'_>, span: &Range<usize>) -> Range<usize> {
    // Every bound between sentences in or at the span is looked at once.
    let mut bounds = (span.start..=span.end).filter(|&token| begins_sentence(view, token));
    let first = bounds.next();
    let last = bounds.next_back();
    match (first, last) {
        (Some(first), Some(last)) => first..last,
        _ => span.start..span.start,
    }
}

/// Whether a sentence begins with that token, or the text ends before it.
pub(super) fn begins_sentence(view: View<'_>, token: usize) -> bool {
    if token == 0 || token == view.tokens.len() {
        return true;
    }
    if view.paragraphs.binary_search_by_key(&token, |paragraph| paragraph.start).is_ok() {
        return true;
    }
    let (before, next) = (view.tokens.bytes(token - 1..token), view.tokens.bytes(token..token + 1));
    let between = &view.text[before.end..next.start];
    if between.contains(['。', '！', '？', '।', '॥', '。', '။', '។', '።', '۔', '؟']) {
        return true;
    }
    let Some(mark) = between.find(['.', '!', '?', '…']) else {
        return false;
    };
    let behind = between[mark..].trim_start_matches(|c: char| !c.is_whitespace());
    // "U.S. Senate", "Dr. Who", "Inc. says": initials and abbreviations are short and begin with a capital, or are one letter.
    let word = &view.text[before];
    let abbreviates = between[mark..].starts_with('.')
        && word.chars().nth(ABBREVIATION_LETTERS).is_none()
        && !word.contains(char::is_numeric)
        && (word.starts_with(char::is_uppercase) || word.chars().nth(1).is_none());
    let starts_low = view.text[next].starts_with(char::is_lowercase);
    !behind.is_empty() && !abbreviates && !starts_low
}

/// Words of so many letters before a full stop may be abbreviations (Sept. has one more and is rare).
const ABBREVIATION_LETTERS: usize = 3;

/// The bytes that go when those tokens go: from where their unit begins to where the next one begins, so that no
/// marks or blanks are left of it.
fn spread(view: View<'_>, paragraphs: &[Range<usize>], span: &Range<usize>) -> Range<usize> {
    let bytes = view.tokens.bytes(span.clone());
    let first = paragraphs.partition_point(|paragraph| paragraph.end <= bytes.start);
    let last = paragraphs.partition_point(|paragraph| paragraph.start < bytes.end).saturating_sub(1);
    let begins = view.paragraphs.binary_search_by_key(&span.start, |paragraph| paragraph.start).is_ok();
    let ends = view.paragraphs.binary_search_by_key(&span.end, |paragraph| paragraph.end).is_ok();
    let (mut begin, mut end) = (bytes.start, bytes.end);
    if begins && let Some(paragraph) = paragraphs.get(first) {
        begin = paragraph.start.min(begin);
    } else if span.start > 0 {
        begin = opening(view, span.start);
    }
    if ends && let Some(paragraph) = paragraphs.get(last) {
        end = paragraph.end.max(end);
        if begins {
            // Whole paragraphs go with the line breaks behind them; at the end of a text, with those before.
            match paragraphs.get(last + 1) {
                Some(next) => end = next.start,
                None => begin = first.checked_sub(1).map_or(begin, |before| paragraphs[before].end),
            }
        }
    } else if span.end < view.tokens.len() {
        end = opening(view, span.end);
    }
    begin..end.max(begin)
}

/// Where the sentence that begins with that token begins, its opening marks included: behind the last blank
/// before it, or behind the mark that ends the sentence before.
fn opening(view: View<'_>, token: usize) -> usize {
    let (before, next) = (view.tokens.span(token - 1).end as usize, view.tokens.span(token).begin as usize);
    let between = &view.text[before..next];
    let closes =
        |c: char| c.is_whitespace() || matches!(c, '。' | '！' | '？' | '।' | '」' | '』' | '）' | '”');
    between.char_indices().rev().find(|&(_, c)| closes(c)).map_or(next, |(at, c)| before + at + c.len_utf8())
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
        all.extend(stood(pieces, &cut.bytes).into_iter().map(|bytes| Cut {
            bytes,
            held_by: held_by.clone(),
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
            }
            _ => merged.push(cut),
        }
    }
    merged
}

/// What is left of a text without those cuts.
pub fn kept(text: &str, cuts: &[Cut]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for cut in cuts {
        kept.push_str(&text[at..cut.bytes.start]);
        at = cut.bytes.end;
    }
    kept.push_str(&text[at..]);
    kept
}
