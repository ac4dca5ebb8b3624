//! Repeats: what an article says twice.
//!
//! In: one article's text, tokens and paragraphs. Out: [`Repeat`]s: a span that stands first here and again
//! there, with a kind. Scrapers capture bodies twice, headings echo, pull quotes lift sentences, labels stand
//! above every list.
//!
//! 1. **Runs** (`runs`): any 16 words or more that stand again later, whatever the paragraphs, small edits
//!    bridged. A body of 21 paragraphs captured twice is one run.
//! 2. **Paragraphs** (`short`): shorter or more edited paragraphs that stand again, merged where they follow
//!    one another.
//! 3. **Kinds** (`kinds`): what each is, by stated rules; short repeats that mean nothing are dropped there.
//!
//! Spans never overlap their own twin, and no two `again` spans overlap, so that cutting all of them leaves
//! one copy of everything. Pure and deterministic. Expected time is linear in the text, also for a sentence
//! repeated 100,000 times.

mod kinds;
mod runs;
mod short;

use std::ops::Range;

use crate::kernel::Kernel;
use crate::sketch::{Fingerprint, Winnower};
use crate::text::Tokens;
pub use kinds::RepeatKind;

/// The shortest run that is looked for across paragraph bounds, in words.
const MIN_RUN_WORDS: u32 = 16;

/// A span that stands twice in one article.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// Bytes of the first.
    pub first: Range<usize>,
    /// Bytes of the second; it begins after the first ends.
    pub again: Range<usize>,
    /// Length of the second, in words.
    pub words: u32,
    /// 1 for an exact repeat. For a run the tokens that agree, as a share of the longer span's; for a near-repeat of a
    /// paragraph the resemblance of both over pairs of words.
    pub similarity: f64,
    /// What it is.
    pub kind: RepeatKind,
}

/// A repeat before it has a kind: token ranges.
#[derive(Clone, Debug, PartialEq)]
struct Twin {
    first: Range<usize>,
    again: Range<usize>,
    similarity: f64,
}

/// An article as this room sees it.
#[derive(Clone, Copy, Debug)]
struct View<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    /// Token range of each paragraph that has tokens, ascending.
    paragraphs: &'a [Range<usize>],
}

/// Finds repeats; holds scratch buffers between articles.
#[derive(Clone, Debug)]
pub struct Repeats {
    winnower: Winnower,
    fingerprints: Vec<Fingerprint>,
    near: short::Near,
}

impl Default for Repeats {
    fn default() -> Self {
        Repeats::on(Kernel::best())
    }
}

impl Repeats {
    /// Empty buffers for searching on a kernel of your choice; `default` takes the best.
    pub fn on(kernel: Kernel) -> Self {
        Repeats {
            winnower: Winnower::for_runs_of(MIN_RUN_WORDS as usize).on(kernel),
            fingerprints: Vec::new(),
            near: short::Near::default(),
        }
    }

    /// All repeats of one article, by place of their second span. `paragraphs` are byte ranges.
    pub fn find(&mut self, text: &str, tokens: &Tokens, paragraphs: &[Range<usize>]) -> Vec<Repeat> {
        let paragraphs: Vec<Range<usize>> =
            paragraphs.iter().map(|bytes| tokens.in_bytes(bytes)).filter(|range| !range.is_empty()).collect();
        let view = View { text, tokens, paragraphs: &paragraphs };
        self.winnower.winnow(tokens.hashes(), &mut self.fingerprints);
        let mut twins = runs::find(view, &mut self.fingerprints, self.winnower.width());
        short::find(view, &mut self.near, &mut twins);
        twins.sort_by_key(|twin| (twin.again.start, twin.first.start));
        kinds::name(view, &twins)
    }
}

#[cfg(test)]
mod tests;
