//! Cut: a span of an article that goes, and why.
//!
//! What goes because the article says it twice is told by [`crate::repeats::Repeats::cut`], what goes because others hold it by
//! `shared`; both are [`Cut`]s here, which become rows of the ledger.

use std::ops::Range;

use crate::repeats::{self, RepeatKind};
use crate::text;

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

impl From<repeats::Cut> for Cut {
    fn from(cut: repeats::Cut) -> Cut {
        let repeats::Cut { bytes, held_by, kind, words, similarity } = cut;
        Cut { bytes, kept: held_by, why: Why::Repeat(kind), words, similarity }
    }
}

/// A text without the spans that go.
pub(super) fn without(text: &str, cuts: &[Cut]) -> String {
    text::without(text, cuts.iter().map(|cut| &cut.bytes))
}
