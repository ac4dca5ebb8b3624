//! Kinds: what a repeat is, by rules that stand in `docs/method.md` ("Kinds of repeats") in this order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::bounds::{asks, line_from};
use super::furniture::{Phrases, is_furniture};
use super::units::are_sentences_among_sentences;
use super::{Repeat, Twin, View, facts};
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
    /// A short line that stands above or beside several things ("Impact:", a question put to several people, the cells of a
    /// table, a refrain); it means something each time, and is never cut.
    Label,
    /// What a site prints around bodies ("Read more", "Share this article").
    Boilerplate,
    /// None of these.
    Other,
}

impl RepeatKind {
    /// All kinds.
    pub const ALL: [RepeatKind; 8] = [
        RepeatKind::DoubleCapture,
        RepeatKind::HeadingEcho,
        RepeatKind::LeadEcho,
        RepeatKind::PullQuote,
        RepeatKind::Caption,
        RepeatKind::Label,
        RepeatKind::Boilerplate,
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
            RepeatKind::Boilerplate => "boilerplate",
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
/// Words a paragraph, on average, from which a block is prose; menus, tables and lists have fewer.
const PROSE_WORDS: u32 = 10;
/// Headings are short; so are labels, and shorter still.
const HEADING_WORDS: u32 = 20;
const LABEL_WORDS: u32 = 6;
/// A heading stands above a text of so many words.
const BELOW_HEADING_WORDS: u32 = 8;
/// A lead is a paragraph of this many words at most, from this many on.
const LEAD_WORDS: std::ops::RangeInclusive<u32> = 8..=100;
/// At the top: before it there is room for a title and a dateline, between it and its echo for a byline, a
/// share bar, a caption; so many words.
const BEFORE_TOP_WORDS: u32 = 40;
const WITHIN_TOP_WORDS: u32 = 60;
/// A lifted sentence, a caption or furniture is no longer than this.
const LIFTED_WORDS: u32 = 60;
/// A question that is put to several people is no longer than this.
const QUESTION_WORDS: u32 = 40;
/// Lines of fewer words may stand twice because two things are alike ("Slightly more has been asked for next year."):
/// they say something each time.
const LINE_WORDS: u32 = 12;
/// Shorter paragraphs that stand twice and are none of the above mean nothing ("Yes.").
const MIN_LINE_WORDS: u32 = 4;
/// Furniture may stand any number of times in a row; from so many on a short line is furniture whatever it says.
const IN_A_ROW: usize = 3;
/// Rows of a table have a number in every two words, lists of quantities over several lines one in six; prose has fewer.
const NUMBERS_IN_ROWS: usize = 2;
const NUMBERS_IN_LISTS: usize = 6;
/// Wide gaps from which a span is taken for a table.
const GAPS: usize = 2;
/// Colons from which a short span is taken for the fields of a form.
const FIELDS: usize = 3;
/// What captions say.
const CAPTION_MARKS: [&str; 24] = [
    "photo",
    "photos",
    "photograph",
    "image",
    "picture",
    "pictured",
    "getty",
    "getty images",
    "reuters/",
    "(ap",
    "ap/",
    "via ap",
    "afp",
    "©",
    "foto",
    "bild",
    "imagen",
    "写真",
    "画像",
    "صورة",
    "фото",
    "图片",
    "사진",
    "ภาพ",
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
            // Lines that are nearly alike are two entries of one list.
            if kind == RepeatKind::Label && twin.similarity < 1.0 {
                return None;
            }
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
    let whole = first.whole && again.whole;
    let single = first.paragraphs.len() == 1 && again.paragraphs.len() == 1;
    let paragraphs = again.paragraphs.len();
    if !long && is_one_in(NUMBERS_IN_ROWS, view, &twin.again) {
        return None;
    }
    let numbers = if paragraphs > 1 { NUMBERS_IN_LISTS } else { NUMBERS_IN_ROWS };
    let table = is_one_in(numbers, view, &twin.again)
        || [&twin.first, &twin.again].into_iter().any(|span| is_set_in_columns(view, span));
    let ends = end_of_line(view, twin);
    let like_a_sentence = ends_like_a_sentence(ends);
    if whole && words <= LIFTED_WORDS {
        let lines = || view.paragraphs[again.paragraphs.clone()].iter();
        let furniture = lines().any(|line| is_furniture(&view.text[view.tokens.bytes(line.clone())]));
        // A price above "Buy now" is none.
        if furniture && !lines().any(|line| is_one_in(NUMBERS_IN_ROWS, view, line)) {
            return Some(RepeatKind::Boilerplate);
        }
    }
    if long && share >= MOST {
        return Some(RepeatKind::DoubleCapture);
    }
    let heading = words <= HEADING_WORDS && whole && !like_a_sentence;
    let adjacent = twin.first.end == twin.again.start;
    let before = view.tokens.words(0..twin.first.start);
    let between = view.tokens.words(twin.first.end..twin.again.start);
    let at_the_top = before <= BEFORE_TOP_WORDS && between <= WITHIN_TOP_WORDS;
    if heading && at_the_top && adjacent {
        return Some(RepeatKind::HeadingEcho);
    }
    if heading && single && standing >= IN_A_ROW && follows_itself(view, &again) {
        return Some(RepeatKind::Boilerplate);
    }
    if heading && adjacent {
        let echoes = twin.similarity >= 1.0 && again.stands_above(view, BELOW_HEADING_WORDS);
        return Some(if echoes { RepeatKind::HeadingEcho } else { RepeatKind::Label });
    }
    let colon = ends.trim_end().ends_with([':', '：']);
    if whole && words <= LABEL_WORDS && (colon || standing >= 3 && words > 1) {
        return Some(RepeatKind::Label);
    }
    if heading && at_the_top {
        return Some(RepeatKind::HeadingEcho);
    }
    if single && first.begins && at_the_top && LEAD_WORDS.contains(&words) {
        return Some(RepeatKind::LeadEcho);
    }
    let prose = words >= PROSE_WORDS.saturating_mul(u32::try_from(paragraphs).unwrap_or(u32::MAX)) && !table;
    if long && prose && (share >= MUCH || (paragraphs >= BLOCK.0 && words >= BLOCK.1)) {
        return Some(RepeatKind::DoubleCapture);
    }
    if (MIN_LINE_WORDS..=LIFTED_WORDS).contains(&words) {
        let said = view.text[view.tokens.bytes(twin.again.clone())].to_lowercase();
        if speaks_of_pictures(&said) {
            if whole {
                return Some(RepeatKind::Caption);
            }
            if words < super::runs::LONG_RUN_WORDS {
                return None; // captions of several pictures of one event end alike
            }
        }
    }
    if whole && single && words <= QUESTION_WORDS && asks(ends) {
        return Some(RepeatKind::Label);
    }
    if single && words <= LIFTED_WORDS && words >= *LEAD_WORDS.start() && first.whole != again.whole {
        return Some(RepeatKind::PullQuote);
    }
    let mut lines = view.paragraphs[again.paragraphs.clone()].iter();
    let list = paragraphs > 1 && !prose;
    let short = whole && lines.all(|line| view.tokens.words(line.clone()) < LINE_WORDS);
    let among = || twin.similarity >= 1.0 && are_sentences_among_sentences(view, &twin.first, &twin.again);
    if table || list || short && !among() {
        return (words >= MIN_LINE_WORDS).then_some(RepeatKind::Label);
    }
    Some(RepeatKind::Other)
}

/// Where a span stands among the paragraphs.
struct Place {
    /// Which it touches.
    paragraphs: Range<usize>,
    /// Whether it begins where a paragraph begins.
    begins: bool,
    /// Whether it also ends where a paragraph ends.
    whole: bool,
}

impl Place {
    fn of(view: View<'_>, tokens: &Range<usize>) -> Place {
        let from = view.paragraphs.partition_point(|p| p.end <= tokens.start);
        let to = view.paragraphs.partition_point(|p| p.start < tokens.end).max(from);
        let begins = view.paragraphs.get(from).is_some_and(|p| p.start == tokens.start);
        let ends =
            to.checked_sub(1).and_then(|last| view.paragraphs.get(last)).is_some_and(|p| p.end == tokens.end);
        Place { paragraphs: from..to, begins, whole: begins && ends }
    }

    /// Whether the next paragraph is a text: a sentence, or so many words.
    fn stands_above(&self, view: View<'_>, words: u32) -> bool {
        view.paragraphs.get(self.paragraphs.end).is_some_and(|next| {
            view.tokens.words(next.clone()) >= words
                || ends_like_a_sentence(line_from(view, view.tokens.bytes(next.clone())))
        })
    }
}

/// Whether a lower-case text says what captions say.
fn speaks_of_pictures(said: &str) -> bool {
    static FINDER: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&CAPTION_MARKS));
    FINDER.stand_in(said)
}

/// Whether the paragraph before the second span is a copy of it. (The first span, or an earlier repeat of it.)
fn follows_itself(view: View<'_>, again: &Place) -> bool {
    let hashes = |paragraph: usize| &view.tokens.hashes()[view.paragraphs[paragraph].clone()];
    let here = again.paragraphs.start;
    here.checked_sub(1).is_some_and(|before| hashes(before) == hashes(here))
}

/// Whether at least one in so many tokens holds a digit.
fn is_one_in(numbers: usize, view: View<'_>, span: &Range<usize>) -> bool {
    let is_number = |token: &usize| facts::is_number(&view.text[view.tokens.bytes(*token..token + 1)]);
    numbers * span.clone().filter(is_number).count() >= span.len()
}

/// Whether a span is set in columns or fields: [`GAPS`] times and more stand a tab or three blanks in it, or, in a short one,
/// [`FIELDS`] colons.
fn is_set_in_columns(view: View<'_>, span: &Range<usize>) -> bool {
    let text = &view.text[view.tokens.bytes(span.clone())];
    let short = view.tokens.words(span.clone()) < super::runs::LONG_RUN_WORDS;
    text.matches('\t').count() + text.matches("   ").count() >= GAPS
        || short && text.matches([':', '：']).count() >= FIELDS
}

/// The second span with the rest of the line in which it ends.
fn end_of_line<'a>(view: View<'a>, twin: &Twin) -> &'a str {
    line_from(view, view.tokens.bytes(twin.again.clone()))
}
