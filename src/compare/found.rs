//! What a comparison finds: the nouns, without the way to them.

use super::numbers::Number;
use crate::lineage::{Credit, RelationKind};
use crate::passages::{PassageKind, Span};
use crate::verify::{Aligned, Nearness, Overlap, Rule, Verified};

/// One of the two articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first one given.
    A,
    /// The second.
    B,
}

impl Side {
    /// `A` or `B`.
    pub fn name(self) -> &'static str {
        match self {
            Side::A => "A",
            Side::B => "B",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }
}

/// How it was decided which article is the source of passages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The source was published earlier.
    Earlier,
    /// The source has a date and the other has none; a scan puts those last.
    OnlyDated,
    /// Both are of one time: the first one given is taken.
    SameTime,
    /// Neither has a date: the first one given is taken.
    Undated,
}

impl Order {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Order::Earlier => "earlier",
            Order::OnlyDated => "only-dated",
            Order::SameTime => "same-time",
            Order::Undated => "undated",
        }
    }
}

/// A value for each of the two.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Both<T> {
    /// Of the first article.
    pub a: T,
    /// Of the second.
    pub b: T,
}

impl<T> Both<T> {
    /// That of one side.
    pub fn of(&self, side: Side) -> &T {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// From what is known by role.
    pub(super) fn from_source(source: Side, of_source: T, of_target: T) -> Both<T> {
        match source {
            Side::A => Both { a: of_source, b: of_target },
            Side::B => Both { a: of_target, b: of_source },
        }
    }
}

/// What is told of one article alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Length in words; a character of an unspaced script counts half.
    pub words: u32,
    /// Length in tokens.
    pub tokens: usize,
    /// Share of its words that stand in passages, small edits that these bridge counted in.
    pub covered: f64,
    /// Words that stand in passages.
    pub covered_words: u32,
    /// Numbers that the other does not hold, each once, by place.
    pub own_numbers: Vec<Number>,
    /// The sources that it names.
    pub credits: Vec<Credit>,
}

/// What two sets of shingles share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtWidth {
    /// Tokens in a shingle.
    pub width: usize,
    /// Shared shingles, those of the first article and of the second.
    pub overlap: Overlap,
}

/// What the signatures say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Slots in which they agree.
    pub agreeing: u32,
    /// All slots.
    pub slots: u32,
}

impl Agreement {
    /// Resemblance as signatures estimate it.
    pub fn estimate(self) -> f64 {
        f64::from(self.agreeing) / f64::from(self.slots)
    }
}

/// A run of tokens that stands in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its length in words.
    pub words: u32,
    /// Its length in tokens.
    pub tokens: usize,
    /// Where it stands.
    pub spans: Both<Span>,
}

/// A place inside a passage where the two texts differ. A side without words there has the empty span between two words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands.
    pub spans: Both<Span>,
    /// How many words of each side.
    pub words: Both<u32>,
}

/// A passage that stands in both.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedPassage {
    /// Where it stands.
    pub spans: Both<Span>,
    /// Its length in the target, in words.
    pub words: u32,
    /// Tokens that agree, as a share of the longer span's.
    pub similarity: f64,
    /// Copy, or revision where both are of one outlet.
    pub kind: PassageKind,
    /// Where the texts differ inside it, by place.
    pub differences: Vec<Difference>,
}

/// Everything that two articles have in common, or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What is told of each alone.
    pub articles: Both<Measured>,
    /// Which is taken as the source of passages.
    pub source: Side,
    /// Why that one.
    pub order: Order,
    /// Seconds between the two times of publication, if both are known (a date alone counts as the end of its day).
    pub lag_seconds: Option<u64>,
    /// Whether both are of one known outlet.
    pub same_outlet: bool,
    /// What the later article is to the source, as a scan of the two tells it; `None` where they share no passage.
    pub relation: Option<RelationKind>,
    /// Whether the texts are the same, byte for byte.
    pub same_text: bool,
    /// Whether all tokens are the same, and there are some.
    pub same_tokens: bool,
    /// Shingles at the width of the settings.
    pub shingles: AtWidth,
    /// The same at one, two and three tokens.
    pub short_shingles: Vec<AtWidth>,
    /// Which pairs are near-duplicates, as set.
    pub rule: Rule,
    /// Tokens in common in one order; `None` where the texts are too long to tell.
    pub aligned: Option<Aligned>,
    /// What the rule says of the two; so does a scan where their signatures meet in a band.
    pub verified: Verified,
    /// What the signatures say; `None` where a text has no tokens.
    pub signature: Option<Agreement>,
    /// Bits of 64 in which the `SimHash`es differ; `None` where a text has no tokens.
    pub simhash_distance: Option<u32>,
    /// The passages, by place in the target.
    pub passages: Vec<SharedPassage>,
    /// The longest run of tokens that stands in both, the first in the target.
    pub longest_run: Option<Run>,
}

impl Comparison {
    /// Whether a scan calls the two near-duplicates, where their signatures meet in a band.
    pub fn near_duplicates(&self) -> bool {
        self.near().is_some()
    }

    /// How near the two are, if the rule calls them near-duplicates.
    pub fn near(&self) -> Option<Nearness> {
        self.verified.near()
    }
}
