//! Repeats: what an article says twice.
//!
//! In: one article's text, tokens and paragraphs. Out: [`Repeat`]s: a span that stands first here and again
//! there, with a kind. Scrapers capture bodies twice, headings echo, pull quotes lift sentences, labels stand
//! above every list.
//!
//! 1. **Runs** (`runs`): any 16 words or more that stand again later, whatever the paragraphs, small edits
//!    bridged. A body of 21 paragraphs captured twice is one run.
//! 2. **Paragraphs** (`blocks`, `near`): shorter or more edited paragraphs that stand again, merged where they follow
//!    one another. Neither takes a form that is filled in with other numbers or names for a repeat (`facts`).
//! 3. **Kinds** (`kinds`, `furniture`): what each is, by stated rules; short repeats that mean nothing are dropped there.
//! 4. **Cuts** (`cuts`, `units`, `bounds`): which bytes may go so that one copy of everything stays and no sentence is
//!    broken.
//!
//! Most articles say nothing twice and pass by two cheap tests: whether two fingerprints fall on one bit, whether two
//! paragraphs have one hash.
//!
//! Spans never overlap their own twin, and no two `again` spans overlap, so that cutting all of them leaves
//! one copy of everything. Pure and deterministic. Time is linear in the text but for sorting what stands twice, also for a
//! sentence repeated 100,000 times and for 100,000 lines of which each stands twice. Not found: runs shorter than 16 words
//! that are no whole paragraphs, and what is reworded throughout.

mod blocks;
mod bounds;
mod cuts;
mod facts;
mod furniture;
mod kinds;
mod near;
mod runs;
mod seen;
mod units;

use std::ops::Range;

use crate::kernel::Kernel;
use crate::sketch::{Fingerprint, Winnower};
use crate::text::{Paragraphs, Tokens};
pub use bounds::sentences_within;
pub use cuts::{Cut, kept};
pub use kinds::RepeatKind;

/// The shortest run that is looked for across paragraph bounds, in words.
pub const MIN_RUN_WORDS: u32 = 16;

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
    kernel: Kernel,
    winnower: Winnower,
    fingerprints: Vec<Fingerprint>,
    seen: seen::Seen,
    near: near::Near,
    paragraphs: Paragraphs,
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
            kernel,
            winnower: Winnower::for_runs_of(MIN_RUN_WORDS as usize).on(kernel),
            fingerprints: Vec::new(),
            seen: seen::Seen::default(),
            near: near::Near::default(),
            paragraphs: Paragraphs::on(kernel),
        }
    }

    /// All repeats of one article, by place of their second span. `paragraphs` are byte ranges.
    pub fn find(&mut self, text: &str, tokens: &Tokens, paragraphs: &[Range<usize>]) -> Vec<Repeat> {
        self.winnower.winnow(tokens.hashes(), &mut self.fingerprints);
        self.find_among_own(text, tokens, paragraphs)
    }

    /// The same, for who has the article's fingerprints, winnowed for runs of [`MIN_RUN_WORDS`], at hand.
    pub fn find_by(
        &mut self,
        text: &str,
        tokens: &Tokens,
        paragraphs: &[Range<usize>],
        fingerprints: &[Fingerprint],
    ) -> Vec<Repeat> {
        self.fingerprints.clear();
        self.fingerprints.extend_from_slice(fingerprints);
        self.find_among_own(text, tokens, paragraphs)
    }

    fn find_among_own(&mut self, text: &str, tokens: &Tokens, paragraphs: &[Range<usize>]) -> Vec<Repeat> {
        let paragraphs = bounds::token_paragraphs(tokens, paragraphs);
        let view = View { text, tokens, paragraphs: &paragraphs };
        let width = self.winnower.width();
        let mut twins = runs::find(view, &mut self.seen, &mut self.fingerprints, width);
        blocks::find(view, &mut self.seen, &mut self.near, &mut twins);
        twins.sort_by_key(|twin| (twin.again.start, twin.first.start));
        kinds::name(view, &twins)
    }
}

/// Counts tokens that a search looks at one by one, for the tests that hold it to be linear.
#[cfg(test)]
fn count_work(tokens: usize) {
    WORK.with(|work| work.set(work.get() + tokens as u64));
}

#[cfg(test)]
thread_local! {
    static WORK: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod cut_tests;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
