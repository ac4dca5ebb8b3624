//! Kinds: what a repeat is, by rules that stand in `docs/method.md` ("Kinds of repeats") in this order.

use std::collections::BTreeMap;

use super::{Repeat, Twin, View};
use crate::text::ends_like_a_sentence;

/// What a repeat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepeatKind {
    /// The body, or a good part of it, captured twice.
    DoubleCapture,
    /// A heading that stands twice at once, or a title that stands again near the top.
    HeadingEcho,
    /// The lead repeated near the top.
    LeadEcho,
    /// A sentence of the body lifted into a paragraph of its own, or the other way round.
    PullQuote,
    /// A picture's caption or credit.
    Caption,
    /// A short line that stands above several things ("Impact:"); it means something each time.
    Label,
    /// None of these.
    Other,
}

impl RepeatKind {
    /// All kinds.
    pub const ALL: [RepeatKind; 7] = [
        RepeatKind::DoubleCapture,
        RepeatKind::HeadingEcho,
        RepeatKind::LeadEcho,
        RepeatKind::PullQuote,
        RepeatKind::Caption,
        RepeatKind::Label,
        RepeatKind::Other,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            RepeatKind::DoubleCapture => "double-capture",
            RepeatKind::HeadingEcho => "heading-echo",
            RepeatKind::LeadEcho => "lead-echo",
            RepeatKind::PullQuote => "pull-quote",
            RepeatKind::Caption => "caption",
            RepeatKind::Label => "label",
            RepeatKind::Other => "other",
        }
    }
}

/// Share of the article from which a single repeat is a double capture whatever it looks like.
const MOST: f64 = 0.4;
/// Share from which it is one unless it is a lead echo; two fifths and a quarter: the other half of a body
/// captured twice is half of the article, less what stands around it.
const MUCH: f64 = 0.25;
/// A block of so many paragraphs and words is a double capture in an article of any length.
const BLOCK: (usize, u32) = (3, 100);
/// Headings are short; so are labels, and shorter still.
const HEADING_WORDS: u32 = 16;
const LABEL_WORDS: u32 = 6;
/// A lead is a paragraph of this many words at most, from this many on.
const LEAD_WORDS: std::ops::RangeInclusive<u32> = 8..=100;
/// At the top: before it there is room for a title and a dateline, between it and its echo for a byline, a
/// share bar, a caption; so many words.
const BEFORE_TOP_WORDS: u32 = 40;
const WITHIN_TOP_WORDS: u32 = 60;
/// A lifted sentence, or a caption, is no longer than this.
const LIFTED_WORDS: u32 = 60;
/// Shorter paragraphs that stand twice and are none of the above mean nothing ("Yes.", "Advertisement").
const MIN_OTHER_WORDS: u32 = 4;
/// What captions say.
const CAPTION_MARKS: [&str; 17] = [
    "photo", "image", "picture", "getty", "reuters/", "(ap", "/ap", "afp", "©", "foto", "imagen", "写真",
    "画像", "提供", "صورة", "фото", "图片",
];

/// Gives every twin (sorted by `again`) its kind; drops those that mean nothing.
pub(super) fn name(view: View<'_>, twins: &[Twin]) -> Vec<Repeat> {
    let total = f64::from(view.tokens.half_words(0..view.tokens.len()));
    let mut standing: BTreeMap<usize, usize> = BTreeMap::new();
    for twin in twins {
        *standing.entry(twin.first.start).or_insert(1) += 1;
    }
    twins
        .iter()
        .filter_map(|twin| {
            let kind = kind(view, twin, standing[&twin.first.start], total)?;
            Some(Repeat {
                first: view.tokens.bytes(twin.first.clone()),
                again: view.tokens.bytes(twin.again.clone()),
                words: view.tokens.words(twin.again.clone()),
                similarity: twin.similarity,
                kind,
            })
        })
        .collect()
}

/// `standing`: how often the twin's text stands in the article; `total`: the article's length in half-words.
fn kind(view: View<'_>, twin: &Twin, standing: usize, total: f64) -> Option<RepeatKind> {
    let words = view.tokens.words(twin.again.clone());
    let share = f64::from(view.tokens.half_words(twin.again.clone())) / total;
    let (first, again) = (Place::of(view, &twin.first), Place::of(view, &twin.again));
    let long = words >= super::MIN_RUN_WORDS;
    if long && share >= MOST {
        return Some(RepeatKind::DoubleCapture);
    }
    let heading = words <= HEADING_WORDS
        && first.whole
        && again.whole
        && !ends_like_a_sentence(
            &view.text[view.tokens.bytes(twin.again.clone()).start..line_end(view, twin)],
        );
    let adjacent = twin.first.end == twin.again.start;
    let before = view.tokens.words(0..twin.first.start);
    let between = view.tokens.words(twin.first.end..twin.again.start);
    let at_the_top = before <= BEFORE_TOP_WORDS && between <= WITHIN_TOP_WORDS;
    if heading && adjacent {
        return Some(RepeatKind::HeadingEcho);
    }
    let colon = view.text[view.tokens.bytes(twin.again.clone()).end..].starts_with([':', '：']);
    if first.whole && again.whole && words <= LABEL_WORDS && (colon || standing >= 3) {
        return Some(RepeatKind::Label);
    }
    if heading && at_the_top {
        return Some(RepeatKind::HeadingEcho);
    }
    let single = first.paragraphs == 1 && again.paragraphs == 1;
    if single && first.begins && at_the_top && LEAD_WORDS.contains(&words) {
        return Some(RepeatKind::LeadEcho);
    }
    if long && (share >= MUCH || (again.paragraphs >= BLOCK.0 && words >= BLOCK.1)) {
        return Some(RepeatKind::DoubleCapture);
    }
    if single && words <= LIFTED_WORDS && words >= *LEAD_WORDS.start() && first.whole != again.whole {
        return Some(RepeatKind::PullQuote);
    }
    if first.whole && again.whole && words <= LIFTED_WORDS {
        let said = view.text[view.tokens.bytes(twin.again.clone())].to_lowercase();
        if words >= MIN_OTHER_WORDS && CAPTION_MARKS.iter().any(|mark| said.contains(mark)) {
            return Some(RepeatKind::Caption);
        }
        if words < MIN_OTHER_WORDS {
            return None;
        }
    }
    Some(RepeatKind::Other)
}

/// Where a span stands among the paragraphs.
struct Place {
    /// How many it touches.
    paragraphs: usize,
    /// Whether it begins where a paragraph begins.
    begins: bool,
    /// Whether it also ends where a paragraph ends.
    whole: bool,
}

impl Place {
    fn of(view: View<'_>, tokens: &std::ops::Range<usize>) -> Place {
        let paragraph = view.paragraphs.partition_point(|p| p.end <= tokens.start);
        let after = view.paragraphs.partition_point(|p| p.start < tokens.end);
        let begins = view.paragraphs.get(paragraph).is_some_and(|p| p.start == tokens.start);
        let ends = after
            .checked_sub(1)
            .and_then(|last| view.paragraphs.get(last))
            .is_some_and(|p| p.end == tokens.end);
        Place { paragraphs: after.saturating_sub(paragraph), begins, whole: begins && ends }
    }
}

/// The end of the line in which a twin's second span ends.
fn line_end(view: View<'_>, twin: &Twin) -> usize {
    let end = view.tokens.bytes(twin.again.clone()).end;
    view.text[end..].find(['\n', '\r']).map_or(view.text.len(), |at| end + at)
}
