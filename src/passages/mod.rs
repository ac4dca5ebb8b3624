//! Passages: text that stands in two articles, with the place in both.
//!
//! In: shared fingerprints ([`Postings`]) and a way to get an article's text. Out: [`Passage`]s, each a span
//! of a later article (the target) and its twin in an earlier one (the source). For every target:
//!
//! 1. **Link.** Each of its shared fingerprints points to the earliest article of another outlet that holds
//!    it.
//! 2. **Extend.** From these seeds the passage is grown on the tokens of both texts, over small edits
//!    (`verify`).
//! 3. **Second tries.** A fingerprint that no passage of the minimum length came to cover points to the
//!    next-earliest article, up to [`DEPTH`] of them: the earliest holder may share just the eight words.
//! 4. **Across** (`across`, `further`). Every run of the minimum length gets its earliest holder, also where it goes on from
//!    a passage that was found.
//! 5. **Choose** (`choose`): per pair one row for a span of the target.
//! 6. **Name**: what is mostly stock is boilerplate, whoever had it first.
//!
//! Linear in the uses of a fingerprint, however many articles print it. With [`Linking::All`], every earlier
//! article is linked, same-outlet ones too, which is quadratic and limited by the caller.
//!
//! Guarantee: of every run of [`Limits::min_words`] words in a target, the earliest article of another outlet that holds it
//! is a source; see `docs/method.md`, "What passage search can miss".

mod across;
mod choose;
mod extend;
mod further;
mod held;
mod loose;
mod outline;
mod row;
mod search;
mod texts;

use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::candidates::{Heads, Holders, Postings, Uses};
use crate::error::Error;
use crate::scratch::{Rows, RowsWriter, Scratch};
use crate::text::CharOffsets;
use further::{Asks, with_further};
pub use loose::loose_passages;
pub use outline::outline;
use row::PassageRow;
use search::Search;
pub use texts::Prepared;
use texts::Shelf;

/// How many earlier holders of a fingerprint are tried.
pub const DEPTH: usize = 8;

/// Which articles are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linking {
    /// Each target to the earliest holder of another outlet.
    Earliest,
    /// Each target to every earlier holder, of its own outlet too.
    All,
}

/// What counts as a passage.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Tokens in a fingerprinted shingle.
    pub width: usize,
    /// Shingles in a window of winnowing.
    pub window: usize,
    /// The shortest passage, in words.
    pub min_words: u32,
    /// Which articles are linked.
    pub linking: Linking,
    /// How many passages there may be at most.
    pub max_passages: u64,
}

/// What passage search needs to know of the archive. Articles are numbered in canonical order.
#[derive(Clone, Copy)]
pub struct Holdings<'a> {
    /// Text and tokens of an article, made anew.
    pub prepare: &'a (dyn Fn(u32) -> Prepared + Sync),
    /// The [`outline()`] of an article.
    pub outline_of: &'a (dyn Fn(u32) -> &'a [u8] + Sync),
    /// A number for each outlet; articles of unknown outlet have one of their own.
    pub outlet_of: &'a (dyn Fn(u32) -> u64 + Sync),
    /// Numbers of outlets from here on stand for an article of unknown outlet.
    pub unknown_outlet: u64,
    /// How many winnowed fingerprints an article has.
    pub fingerprints_of: &'a (dyn Fn(u32) -> u32 + Sync),
    /// The first article that lies close enough in time to be a source of this one: 0 where links are not bound in
    /// time, the article itself where none is.
    pub since: &'a (dyn Fn(u32) -> u32 + Sync),
    /// Bytes of texts and tokens that one thread may keep at hand.
    pub shelf_bytes: u64,
    /// Where what does not fit into memory goes.
    pub scratch: &'a Scratch,
}

impl std::fmt::Debug for Holdings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Holdings").finish_non_exhaustive()
    }
}

/// What a shared span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PassageKind {
    /// Source and target are of different outlets (or of unknown ones).
    Copy,
    /// Both are of one outlet, or the target's outlet had it before the source.
    Revision,
    /// A line that stands under many texts that have nothing to do with one another: most of the passage's fingerprints
    /// are [stock](crate::candidates::Stock).
    Boilerplate,
}

impl PassageKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            PassageKind::Copy => "copy",
            PassageKind::Revision => "revision",
            PassageKind::Boilerplate => "boilerplate",
        }
    }
}

/// What a passage was found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seeding {
    /// A run of words that both hold.
    Exact,
    /// Sentences that share rare words.
    Loose,
}

impl Seeding {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Seeding::Exact => "exact",
            Seeding::Loose => "loose",
        }
    }
}

/// A span of the target and its twin in the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// The later article.
    pub target: u32,
    /// The earlier article.
    pub source: u32,
    /// Where it stands in the target, in bytes and in characters.
    pub target_span: Span,
    /// Where it stands in the source.
    pub source_span: Span,
    /// Length in the target, in words.
    pub words: u32,
    /// Tokens that agree, as a share of the longer span's; of a loose one the cosine of its weighted words.
    pub similarity: f64,
    /// What it is.
    pub kind: PassageKind,
    /// What it was found by.
    pub seed: Seeding,
}

/// A span in bytes and in characters, both `[begin, end)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// UTF-8 bytes.
    pub bytes: Range<usize>,
    /// Unicode scalar values.
    pub chars: Range<usize>,
}

impl Span {
    /// The span of `bytes` in the text that `offsets` was made of.
    pub fn new(bytes: Range<usize>, offsets: &CharOffsets<'_>) -> Span {
        let chars = offsets.chars(&bytes);
        Span { bytes, chars }
    }
}

/// What was found in one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The target.
    pub article: u32,
    /// Words of it that stand in at least one passage of kind copy.
    pub copied_words: u32,
    /// Where its passages are in the table.
    first: usize,
    count: u32,
}

#[cfg(test)]
impl Copied {
    /// What was found in one target, for tests of those who read it.
    pub(crate) fn of(article: u32, copied_words: u32) -> Copied {
        Copied { article, copied_words, first: 0, count: 0 }
    }
}

/// All passages, target by target.
#[derive(Debug, Default)]
pub struct Copies {
    targets: Vec<Copied>,
    rows: Rows<PassageRow>,
    cut_walks: u64,
}

impl Copies {
    /// Articles with passages, ascending.
    pub fn targets(&self) -> &[Copied] {
        &self.targets
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How often holders of a text were not all looked through, for there are too many: of a seed with links bound in
    /// time, of an article in loose search.
    pub fn cut_walks(&self) -> u64 {
        self.cut_walks
    }

    /// The passages of a target, by place.
    pub fn passages_of(&self, target: &Copied) -> impl Iterator<Item = Passage> {
        self.rows_of(target).iter().map(Passage::from)
    }

    fn rows_of(&self, target: &Copied) -> &[PassageRow] {
        &self.rows[target.first..][..target.count as usize]
    }
}

/// Why passages could not all be listed.
#[derive(Debug)]
pub enum PassagesError {
    /// There are more than [`Limits::max_passages`].
    TooMany,
    /// They could not be put on disk.
    Scratch(Error),
}

impl From<Error> for PassagesError {
    fn from(error: Error) -> Self {
        PassagesError::Scratch(error)
    }
}

/// Finds the passages of all articles. `advance` is told how many more targets are done.
///
/// # Errors
/// If there are too many, or they could not be put on disk.
pub fn passages(
    postings: &Postings,
    holdings: Holdings<'_>,
    limits: Limits,
    advance: &(dyn Fn(u64) + Sync),
) -> Result<Copies, PassagesError> {
    let heads = match limits.linking {
        Linking::Earliest => postings.heads(DEPTH, &holdings.outlet_of, holdings.scratch)?,
        Linking::All => Heads::default(),
    };
    let all = limits.linking == Linking::All;
    let uses = Uses::of(postings, &holdings.outlet_of, all, holdings.scratch)?;
    let mut targets = uses.targets();
    advance(postings.articles() - targets.len() as u64);
    // Targets of one source follow one another, so that most sources are read once. The order shows nowhere.
    targets.sort_unstable_by_key(|target| (target.main_source, target.article));
    let holders = Holders {
        outlet_of: holdings.outlet_of,
        unknown: holdings.unknown_outlet,
        fingerprints_of: holdings.fingerprints_of,
    };
    let stock = postings.stock(holders, holdings.scratch)?;
    let search =
        Search { postings, heads: &heads, stock: &stock, holdings, limits, cut_walks: AtomicU64::new(0) };
    let asks = Asks::new(holdings.scratch);
    let gathering = Gathering::new(holdings, limits);
    let found: Result<Vec<Option<Copied>>, PassagesError> = targets
        .into_par_iter()
        .with_min_len(8)
        .map_init(
            || Shelf::new(holdings.prepare, holdings.shelf_bytes),
            |texts, target| {
                let uses = uses.of_target(&target);
                let (found, copied_words) = search.target(&target, uses, &asks, texts)?;
                advance(1);
                gathering.add(target.article, copied_words, found.iter().map(PassageRow::from))
            },
        )
        .collect();
    let found = gathering.finish(found?)?;
    let found = if all { found } else { with_further(&found, &search, &uses, asks)? };
    Ok(Copies { cut_walks: search.cut_walks.into_inner(), ..found })
}

/// The table of passages while targets are at work. Rows come in the order of work; each target knows its own.
struct Gathering {
    rows: Mutex<RowsWriter<PassageRow>>,
    most: u64,
}

impl Gathering {
    fn new(holdings: Holdings<'_>, limits: Limits) -> Gathering {
        Gathering { rows: Mutex::new(RowsWriter::new(holdings.scratch)), most: limits.max_passages }
    }

    /// Adds the passages of one target, if there are any.
    fn add(
        &self,
        article: u32,
        copied_words: u32,
        found: impl ExactSizeIterator<Item = PassageRow>,
    ) -> Result<Option<Copied>, PassagesError> {
        if found.len() == 0 {
            return Ok(None);
        }
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let first = rows.len();
        if (first + found.len()) as u64 > self.most {
            return Err(PassagesError::TooMany);
        }
        let count = u32::try_from(found.len()).map_err(|_| PassagesError::TooMany)?;
        found.into_iter().try_for_each(|row| rows.push(row))?;
        Ok(Some(Copied { article, copied_words, first, count }))
    }

    fn finish(self, targets: Vec<Option<Copied>>) -> Result<Copies, PassagesError> {
        let mut targets: Vec<Copied> = targets.into_iter().flatten().collect();
        targets.par_sort_unstable_by_key(|target| target.article);
        let rows = self.rows.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Copies { targets, rows: rows.finish()?, cut_walks: 0 })
    }
}

#[cfg(test)]
mod tests;
