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
//! 4. **Choose** (`choose`): per pair one row for a span of the target.
//! 5. **Name**: what is mostly stock is boilerplate, whoever had it first.
//!
//! Linear in the uses of a fingerprint, however many articles print it. With [`Linking::All`], every earlier
//! article is linked, same-outlet ones too, which is quadratic and limited by the caller.
//!
//! Guarantee: every run of [`Limits::min_words`] words that a target shares with the earliest article of
//! another outlet holding the run's winnowed fingerprints is found; see `docs/method.md`, "What passage
//! search can miss".

mod choose;
mod loose;
mod outline;
mod row;
mod texts;

use std::ops::Range;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::candidates::{Heads, Holders, Posting, Postings, Stock, Target, Use, Uses};
use crate::error::Error;
use crate::scratch::{Rows, RowsWriter, Scratch};
use crate::text::CharOffsets;
use crate::verify::{Alignment, Block, Bridging, Window, align};
use choose::choose;
pub use loose::loose_passages;
use outline::Outline;
pub use outline::outline;
use row::PassageRow;
pub use texts::Prepared;
use texts::Shelf;

/// How many earlier holders of a fingerprint are tried.
pub const DEPTH: usize = 8;

/// How many places of a fingerprint within one source are tried as seeds: a text that repeats itself has
/// many, and those that matter are covered by the first passages that grow.
const PLACES: usize = 4;

/// With links bound in time: how many holders within the window are looked through for those of other outlets.
const WALKED: usize = 256;

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
    /// Both are of one outlet.
    Revision,
    /// A line that stands under many texts that have nothing to do with one another: most of the passage's fingerprints
    /// are [`Stock`].
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

    /// The passages of a target, by place.
    pub fn passages_of(&self, target: &Copied) -> impl Iterator<Item = Passage> {
        self.rows[target.first..][..target.count as usize].iter().map(Passage::from)
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
    let gathering = Gathering::new(holdings, limits);
    let search = Search { postings, heads: &heads, stock: &stock, holdings, limits };
    let targets: Result<Vec<Option<Copied>>, PassagesError> = targets
        .into_par_iter()
        .with_min_len(8)
        .map_init(
            || Shelf::new(holdings.prepare, holdings.shelf_bytes),
            |texts, target| {
                let (found, copied_words) = search.target(&target, uses.of_target(&target), texts);
                advance(1);
                gathering.add(target.article, copied_words, &found)
            },
        )
        .collect();
    gathering.finish(targets?)
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
        found: &[PassageRow],
    ) -> Result<Option<Copied>, PassagesError> {
        if found.is_empty() {
            return Ok(None);
        }
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let first = rows.len();
        if (first + found.len()) as u64 > self.most {
            return Err(PassagesError::TooMany);
        }
        rows.push_all(found)?;
        let count = u32::try_from(found.len()).map_err(|_| PassagesError::TooMany)?;
        Ok(Some(Copied { article, copied_words, first, count }))
    }

    fn finish(self, targets: Vec<Option<Copied>>) -> Result<Copies, PassagesError> {
        let mut targets: Vec<Copied> = targets.into_iter().flatten().collect();
        targets.par_sort_unstable_by_key(|target| target.article);
        let rows = self.rows.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Copies { targets, rows: rows.finish()? })
    }
}

struct Search<'a, 'h> {
    postings: &'a Postings,
    heads: &'a Heads,
    stock: &'a Stock,
    holdings: Holdings<'h>,
    limits: Limits,
}

/// A target at work.
struct Work<'a> {
    target: u32,
    /// Its uses, by position.
    uses: &'a [Use],
    outline: Outline<'a>,
    /// Its text and tokens, once they are asked for.
    prepared: Option<Rc<Prepared>>,
    /// What was found, with its source.
    found: Vec<(u32, Alignment)>,
}

/// A seed: a use, and the source it is linked to.
type Link = (u32, Use);

impl Work<'_> {
    fn prepared(&mut self, texts: &Shelf<'_>) -> Rc<Prepared> {
        Rc::clone(self.prepared.get_or_insert_with(|| texts.target(self.target)))
    }
}

impl Search<'_, '_> {
    /// The passages of one target, by place, and how many words of it they cover.
    fn target(&self, target: &Target, uses: &[Use], texts: &mut Shelf<'_>) -> (Vec<PassageRow>, u32) {
        let outline = Outline::of((self.holdings.outline_of)(target.article));
        let mut work = Work { target: target.article, uses, outline, prepared: None, found: Vec::new() };
        match self.limits.linking {
            Linking::All => self.link_all(&mut work, texts),
            Linking::Earliest => self.link_earliest(&mut work, texts),
        }
        self.report(&mut work, texts)
    }

    /// Rounds of tries: in round `k` what is not covered yet is linked to its `k`-th holder.
    fn link_earliest(&self, work: &mut Work<'_>, texts: &mut Shelf<'_>) {
        let since = (self.holdings.since)(work.target);
        let mut open: Vec<Use> = work.uses.to_vec();
        for round in 0..DEPTH {
            let mut links: Vec<Link> = Vec::with_capacity(open.len());
            // What has no source in this round has none in the next.
            open.retain(|seed| {
                let source = match round {
                    0 if since == 0 => seed.source(),
                    _ => self.source(work.target, seed.group, round, since),
                };
                links.extend(source.map(|source| (source, *seed)));
                source.is_some()
            });
            if links.is_empty() {
                return;
            }
            self.extend_all(work, links, texts);
            let covered = cover(work.found.iter().map(|(_, alignment)| alignment.target()));
            open.retain(|seed| {
                let begin = seed.position as usize;
                let around = covered.partition_point(|range| range.end < begin + self.limits.width);
                covered.get(around).is_none_or(|range| range.start > begin)
            });
        }
    }

    fn link_all(&self, work: &mut Work<'_>, texts: &mut Shelf<'_>) {
        let since = (self.holdings.since)(work.target);
        let mut links: Vec<Link> = Vec::new();
        for seed in work.uses {
            let sources = self.sources(work.target, self.holders(seed.group, since));
            links.extend(sources.map(|source| (source, *seed)));
        }
        self.extend_all(work, links, texts);
    }

    /// Extends seeds source by source, each source's by position.
    fn extend_all(&self, work: &mut Work<'_>, mut links: Vec<Link>, texts: &mut Shelf<'_>) {
        links.sort_unstable();
        for links in links.chunk_by(|a, b| a.0 == b.0) {
            self.extend(work, links[0].0, links, texts);
        }
    }

    /// Those of `holders` (ascending, none before the time window) that `target` can have from.
    fn sources<'s>(
        &'s self,
        target: u32,
        holders: impl Iterator<Item = u32> + 's,
    ) -> impl Iterator<Item = u32> + 's {
        let own = (self.holdings.outlet_of)(target);
        let any = self.limits.linking == Linking::All;
        holders
            .take_while(move |&source| source < target)
            .filter(move |&source| any || (self.holdings.outlet_of)(source) != own)
    }

    /// The articles that hold a fingerprint, from `since` on, ascending.
    fn holders(&self, group: u32, since: u32) -> impl Iterator<Item = u32> + '_ {
        let members = self.postings.members(group);
        let mut rest = &members[members.partition_point(|posting| posting.article < since)..];
        // Stepped over, not walked: a text of one word for ever holds one fingerprint very often.
        std::iter::from_fn(move || {
            let article = rest.first()?.article;
            let one = rest.get(1).is_none_or(|next| next.article != article);
            let own = if one { 1 } else { rest.partition_point(|posting| posting.article == article) };
            rest = &rest[own..];
            Some(article)
        })
    }

    /// The `round`-th holder of another outlet that `target` can have a fingerprint from.
    fn source(&self, target: u32, group: u32, round: usize, since: u32) -> Option<u32> {
        let members = self.postings.members(group);
        if members.len() < round + 2 {
            return None; // the target is a member too
        }
        if since == 0 {
            return self.sources(target, self.heads.of(group, members)).nth(round);
        }
        // Heads are the first of all time; within a window the holders are walked, so many of them.
        self.sources(target, self.holders(group, since).take(WALKED)).nth(round)
    }

    /// Grows the seeds that a target shares with `source`, and appends what is long enough.
    fn extend(&self, work: &mut Work<'_>, source: u32, links: &[Link], texts: &mut Shelf<'_>) {
        let mut seeds: Vec<(usize, usize)> = Vec::with_capacity(links.len());
        for (_, seed) in links {
            let twins = self.twins(*seed, source);
            let twins = twins.filter(|twin| self.has_company(*seed, source, *twin, work));
            seeds.extend(twins.map(|twin| (seed.position as usize, twin as usize)));
        }
        if !self.may_grow(work.outline, Outline::of((self.holdings.outline_of)(source)), &seeds) {
            return; // neither text need be read
        }
        let (of_target, of_source) = (work.prepared(texts), texts.get(source));
        let target_tokens = of_target.tokens();
        let is_unspaced = |token| target_tokens.is_unspaced(token);
        let hashes = (target_tokens.hashes(), of_source.tokens().hashes());
        let mut grown: Vec<Alignment> = Vec::new();
        self.grow(hashes.0, hashes.1, is_unspaced, &seeds, |alignment| {
            grown.push(alignment);
            false
        });
        let long_enough =
            |part: &Alignment| part.agreeing_half_words(target_tokens) >= 2 * self.limits.min_words;
        work.found.extend(choose(grown, long_enough).into_iter().map(|alignment| (source, alignment)));
    }

    /// Whether a passage of the least length grows from one of the seeds, as far as outlines can tell.
    fn may_grow(&self, target: Outline<'_>, source: Outline<'_>, seeds: &[(usize, usize)]) -> bool {
        self.grow(
            target.0,
            source.0,
            |token| target.is_unspaced(token),
            seeds,
            |alignment| {
                let blocks = alignment.blocks().iter();
                let agreeing: u32 =
                    blocks.map(|block| target.half_words(block.target..block.target + block.length)).sum();
                agreeing >= 2 * self.limits.min_words
            },
        )
    }

    /// Grows seeds that ascend in the target, except those that lie in what grew already, until `enough` says so, and
    /// returns whether it did.
    fn grow<T: Copy + PartialEq>(
        &self,
        target: &[T],
        source: &[T],
        is_unspaced: impl Fn(usize) -> bool,
        seeds: &[(usize, usize)],
        mut enough: impl FnMut(Alignment) -> bool,
    ) -> bool {
        let window = Window { target: 0..target.len(), source: 0..source.len() };
        // Seeds ascend in the target, so a passage that ends before this seed cannot cover a later one.
        let mut around: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        for &(begin, twin) in seeds {
            around.retain(|(in_target, _)| in_target.end > begin);
            let known = around.iter().any(|(t, s)| t.contains(&begin) && s.contains(&twin));
            if known || begin >= target.len() {
                continue;
            }
            let bridging = if is_unspaced(begin) { Bridging::CHARACTERS } else { Bridging::WORDS };
            let seed = Block { target: begin, source: twin, length: self.limits.width };
            if let Some(alignment) = align(target, source, seed, &window, bridging) {
                around.push((alignment.target(), alignment.source()));
                if enough(alignment) {
                    return true;
                }
            }
        }
        false
    }

    /// The first places in a source of what a target uses.
    fn twins(&self, seed: Use, source: u32) -> impl Iterator<Item = u32> + '_ {
        let only = seed.only_twin(source);
        let looked_up = only.is_none().then(|| self.places(seed.group, source));
        only.into_iter().chain(looked_up.into_iter().flatten().map(|place| place.position))
    }

    /// The first places of a fingerprint in one source.
    fn places(&self, group: u32, source: u32) -> impl Iterator<Item = &Posting> {
        let members = self.postings.members(group);
        let first = members.partition_point(|posting| posting.article < source);
        members[first..].iter().take_while(move |posting| posting.article == source).take(PLACES)
    }

    /// Whether a seed can belong to a passage at all, told without reading the source. Winnowing gives a
    /// shared run of `width + 2·window − 1` tokens at least two fingerprints, so a seed without a second
    /// one beside it in both texts lies in a shorter run. Among words such a run may still be a passage;
    /// among characters of unspaced scripts, of which a passage holds twice as many and eight in a row
    /// are common, it is too short.
    fn has_company(&self, seed: Use, source: u32, twin: u32, work: &Work<'_>) -> bool {
        let (target, uses) = (work.outline, work.uses);
        let (begin, end) = (seed.position as usize, seed.position as usize + self.limits.width);
        let longest = self.limits.width + 2 * self.limits.window - 2;
        let mut runs =
            (end.saturating_sub(longest)..=begin).map(|run| run..(run + longest).min(target.len()));
        if runs.any(|run| target.half_words(run) >= 2 * self.limits.min_words) {
            return true;
        }
        let reach = 2 * self.limits.min_words as usize;
        let around = begin.saturating_sub(reach)..end + reach;
        let first = uses.partition_point(|other| (other.position as usize) < around.start);
        let near = uses[first..].iter().take_while(|other| (other.position as usize) < around.end);
        let shift = |target: u32, source: u32| i64::from(target) - i64::from(source);
        near.filter(|other| other.position != seed.position).any(|other| {
            self.twins(*other, source).any(|place| {
                let apart = shift(other.position, place) - shift(seed.position, twin);
                apart.unsigned_abs() <= Bridging::CHARACTERS.max_gap as u64
            })
        })
    }

    /// Whether at least half of the shared fingerprints in a span of the target are stock.
    fn is_stock(&self, span: Range<usize>, uses: &[Use]) -> bool {
        let first = uses.partition_point(|used| (used.position as usize) < span.start);
        let inside =
            uses[first..].iter().take_while(|used| used.position as usize + self.limits.width <= span.end);
        let (mut all, mut stock) = (0, 0);
        for used in inside {
            all += 1;
            stock += usize::from(self.stock.holds(used.group));
        }
        all > 0 && 2 * stock >= all
    }

    fn report(&self, work: &mut Work<'_>, texts: &mut Shelf<'_>) -> (Vec<PassageRow>, u32) {
        if work.found.is_empty() {
            return (Vec::new(), 0);
        }
        let of_target = work.prepared(texts);
        let Work { target, ref found, .. } = *work;
        let offsets = CharOffsets::of(of_target.text());
        let own = (self.holdings.outlet_of)(target);
        let mut passages: Vec<Passage> = Vec::with_capacity(found.len());
        // Stable: those of one source stay in the order they were found in.
        let mut by_source: Vec<&(u32, Alignment)> = found.iter().collect();
        by_source.sort_by_key(|(source, _)| *source);
        let mut copied = Vec::new();
        for alignments in by_source.chunk_by(|a, b| a.0 == b.0) {
            let source = alignments[0].0;
            let of_source = texts.get(source);
            let source_offsets = CharOffsets::of(of_source.text());
            let same_outlet = (self.holdings.outlet_of)(source) == own;
            for (_, alignment) in alignments {
                let bytes = of_target.tokens().bytes(alignment.target());
                let kind = match same_outlet {
                    _ if self.is_stock(alignment.target(), work.uses) => PassageKind::Boilerplate,
                    true => PassageKind::Revision,
                    false => PassageKind::Copy,
                };
                if kind == PassageKind::Copy {
                    copied.push(alignment.target());
                }
                passages.push(Passage {
                    target,
                    source,
                    target_span: Span::new(bytes, &offsets),
                    source_span: Span::new(of_source.tokens().bytes(alignment.source()), &source_offsets),
                    words: of_target.tokens().words(alignment.target()),
                    similarity: alignment.similarity(),
                    kind,
                    seed: Seeding::Exact,
                });
            }
        }
        passages.sort_by(|a, b| {
            let key = |p: &Passage| {
                (p.target_span.bytes.start, p.source, p.source_span.bytes.start, p.target_span.bytes.end)
            };
            key(a).cmp(&key(b))
        });
        let halves: u32 =
            cover(copied.into_iter()).into_iter().map(|range| of_target.tokens().half_words(range)).sum();
        (passages.iter().map(PassageRow::from).collect(), halves.div_ceil(2))
    }
}

/// The union of ranges, as disjoint ascending ranges.
pub(crate) fn cover(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = ranges.collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut union: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match union.last_mut() {
            Some(open) if range.start <= open.end => open.end = open.end.max(range.end),
            _ => union.push(range),
        }
    }
    union
}

#[cfg(test)]
mod tests;
