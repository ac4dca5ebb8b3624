//! The whole journey of a scan, on one screen.
//!
//! [`scan`] goes from arguments to findings: act 1 examines every article alone (`read`, `examine`), the
//! catalogue puts them in canonical order, act 2 joins them into stories and passages. Writing the report is
//! the caller's next step ([`crate::report`]).

mod catalogue;
mod details;
mod examine;
mod lineage;
mod memory;
mod pool;
mod read;
mod stores;
mod usage;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use crate::archive::Archive;
use crate::candidates::{BandPlan, Posting, Postings, Signatures};
use crate::error::Error;
use crate::lineage::Lineage;
use crate::lineage::pages::{FEWEST_MEMBERS, Headed, LOOKED_AT, is_page};
use crate::passages::{Copies, Holdings, Limits, Linking, PassagesError, Prepared, loose_passages, passages};
use crate::problem::Problem;
use crate::scratch::{Rows, Scratch};
use crate::settings::Settings;
use crate::shingle::shingle_on;
use crate::sketch::{Fingerprint, Winnower};
use crate::stories::{
    Duplicates, Found, Frames, Kept, Member, Pair, PairsError, Story, all_pairs, editions, stories,
};
use crate::text::{Tokens, tokenize};
use crate::verify::{Compared, Facts, Glance, Glances, Overlap, Printed, Rule, ShingleSet, look_twice};
use crate::watch::{Extent, Phase, Watch};
use memory::Bound;
pub(crate) use memory::default_bound;
use pool::Pool;
use stores::{NO_OUTLET, Stored, StoredFingerprint};

pub use catalogue::{Article, Catalogue};
pub use details::Details;
pub use examine::FoundRepeat;
pub use read::{Counts, Mapping};
pub use usage::{PhaseUsage, PrivateMemory, Stopwatch, peak_memory_bytes};

/// Everything a scan found.
#[derive(Debug)]
pub struct Findings {
    /// What was read.
    pub archive: Archive,
    /// The articles, in canonical order.
    pub catalogue: Catalogue,
    /// Stories, what the search for them saw, and the buckets that were put in order; empty if near-duplicates were not
    /// looked for.
    pub duplicates: Found,
    /// For each story, whether it is a page, such as a bot wall, that stands under other articles' headlines.
    pub pages: Vec<bool>,
    /// The signatures of all articles, if they are to be kept ([`Settings::keep_signatures`]).
    pub signatures: Option<Signatures>,
    /// Every matching pair, if asked for.
    pub pairs: Option<Rows<Pair>>,
    /// Passages, target by target.
    pub copied: Copies,
    /// Relations, origins and outlets.
    pub lineage: Lineage,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// What became of the records.
    pub counts: Counts,
    /// Records met in each source.
    pub records: Vec<u64>,
    /// A hash of the bytes of each source: 128 bits, XXH3 of the XXH3 of its pieces.
    pub hashes: Vec<u128>,
    /// Which fields were read.
    pub mapping: Mapping,
    /// How signatures were cut.
    pub plan: BandPlan,
    /// Fingerprints, and groups of them that articles share.
    pub passage_funnel: PassageFunnel,
    /// Time and CPU time of each phase.
    pub usage: Vec<PhaseUsage>,
    /// What the run takes and may take.
    pub memory: MemoryUsage,
}

/// What a run may have of memory, what it took, and what it put on disk instead.
#[derive(Debug)]
pub struct MemoryUsage {
    /// The bound of private memory, in bytes.
    pub bound_bytes: u64,
    /// Private memory; watched until the findings are dropped.
    pub private: PrivateMemory,
    /// Bytes written to temporary files.
    pub spilled_bytes: u64,
}

/// What passage search saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassageFunnel {
    /// Winnowed fingerprints of all articles.
    pub fingerprints: u64,
    /// Groups of one fingerprint in two articles or more.
    pub shared: u64,
    /// Articles that hold one of them.
    pub articles: u64,
    /// How often holders of a text were not all looked through: see [`Copies::cut_walks`].
    pub cut_walks: u64,
}

/// Reads archives and finds repeats, near-duplicates, stories and passages.
///
/// # Errors
/// Inputs that cannot be opened; limits passed; the first problem, with [`Settings::strict`]. Bad records are
/// rows of [`Findings::problems`].
pub fn scan(arguments: &[String], settings: &Settings, watch: &dyn Watch) -> Result<Findings, Error> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(settings.threads).build();
    let threads = threads.map_err(|source| Error::StartThreads { threads: settings.threads, source })?;
    threads.install(|| scan_here(arguments, settings, watch))
}

fn scan_here(arguments: &[String], settings: &Settings, watch: &dyn Watch) -> Result<Findings, Error> {
    let mut stopwatch = Stopwatch::start();
    let private = PrivateMemory::watch();
    let threads = rayon::current_num_threads();
    Bound::new(settings.memory, 0, threads).check(0, 0, 0)?;
    let (archive, mut problems) = Archive::open_watched(arguments, settings.read.clone(), watch)?;
    stop_if_strict(settings, &problems)?;
    let bound = Bound::new(settings.memory, archive.sources().len(), threads);
    bound.check(0, 0, 0)?;
    let scratch = Scratch::in_folder(&settings.read.temp_dir, bound.part(STORE_PART));
    let extent = |steps, articles| Extent { steps, articles, bytes: archive.bytes() };

    watch.begin(Phase::Read, extent(archive.bytes(), None));
    let mut read = read::read(&archive, settings, &bound, &scratch, watch)?;
    problems.append(&mut read.problems);
    let Stored { articles, signatures, fingerprints, details, outlets } = read.stored;
    if u32::try_from(articles.len()).is_err() {
        return Err(Error::TooManyArticles);
    }
    let (catalogue, mut shared_ids) = Catalogue::of(articles, outlets, details, &archive);
    problems.append(&mut shared_ids);
    stop_if_strict(settings, &problems)?;
    watch.end();
    stopwatch.lap(Phase::Read);

    let articles = Some(catalogue.len() as u64);
    let run = Run { archive: &archive, catalogue: &catalogue, settings, bound: &bound, scratch: &scratch };
    let plan = BandPlan::for_recall(settings.rule.least(), settings.recall);
    let (mut found, mut pairs) = (Found::default(), None);
    let mut kept_signatures = None;
    if settings.searches.duplicates {
        let rounds = if settings.all_pairs { 2 } else { 1 };
        watch.begin(Phase::Stories, extent(rounds * plan.bands() as u64, articles));
        let places = catalogue.articles.iter().map(|article| article.signature).collect();
        let signatures = Signatures::new(signatures, places);
        (found, pairs) = run.find_stories(&signatures, plan, &|| watch.advance(1))?;
        kept_signatures = settings.keep_signatures.then_some(signatures);
        watch.end();
        stopwatch.lap(Phase::Stories);
    }
    let pages = run.pages(&found.stories);
    let (mut copied, mut passage_funnel) = (Copies::default(), PassageFunnel::default());
    if settings.searches.passages {
        let begin = |targets| watch.begin(Phase::Passages, extent(targets, articles));
        (copied, passage_funnel) = run.find_passages(fingerprints, &begin, &|done| watch.advance(done))?;
        watch.end();
        stopwatch.lap(Phase::Passages);
    }
    watch.begin(Phase::Lineage, extent(catalogue.len() as u64, articles));
    let lineage = run.trace_lineage(&found, &copied)?;
    watch.advance(catalogue.len() as u64);
    watch.end();
    stopwatch.lap(Phase::Lineage);
    problems.extend(archive.changed());
    stop_if_strict(settings, &problems)?;
    // Sorted so that the rows stay in place when records move to another file or line.
    problems.sort_by(|a, b| {
        (a.kind, &a.message, &a.path, a.record, a.byte).cmp(&(b.kind, &b.message, &b.path, b.record, b.byte))
    });
    balance(read.counts, &catalogue)?;
    Ok(Findings {
        archive,
        catalogue,
        duplicates: found,
        pages,
        signatures: kept_signatures,
        pairs,
        copied,
        lineage,
        problems,
        counts: read.counts,
        records: read.records,
        hashes: read.hashes,
        mapping: read.mapping,
        plan,
        passage_funnel,
        usage: stopwatch.laps(),
        memory: MemoryUsage { bound_bytes: bound.bytes(), private, spilled_bytes: scratch.written_bytes() },
    })
}

// The parts of the bound that tables and caches may have: see `docs/decisions/0010-memory.md` for the sums.

/// A table that reading fills, of which there are three, or that a search makes, of which there are up to six.
const STORE_PART: u64 = 32;
/// Rows that are sorted at a time.
const SORT_PART: u64 = 16;
/// What is compared of articles, at hand.
const COMPARED_PART: u64 = 8;
/// Texts and tokens at hand, of all threads.
const SHELVES_PART: u64 = 8;

fn stop_if_strict(settings: &Settings, problems: &[Problem]) -> Result<(), Error> {
    match problems.first() {
        Some(problem) if settings.strict => Err(Error::Strict { problem: problem.clone() }),
        _ => Ok(()),
    }
}

fn balance(counts: Counts, catalogue: &Catalogue) -> Result<(), Error> {
    let Counts { read, kept, removed, rejected, skipped, .. } = counts;
    if read == kept + removed + rejected + skipped && kept == catalogue.len() as u64 {
        return Ok(());
    }
    Err(Error::Unbalanced { read, kept, rejected, skipped })
}

/// What the searches of act 2 have in common.
#[derive(Clone, Copy)]
struct Run<'a> {
    archive: &'a Archive,
    catalogue: &'a Catalogue,
    settings: &'a Settings,
    bound: &'a Bound,
    scratch: &'a Scratch,
}

impl Run<'_> {
    fn find_stories(
        &self,
        signatures: &Signatures,
        plan: BandPlan,
        advance: &(dyn Fn() + Sync),
    ) -> Result<(Found, Option<Rows<Pair>>), Error> {
        let Run { catalogue, settings, .. } = *self;
        // Where links are bound in time, an article without one is linked to nothing.
        let bound = settings.within_days.is_some();
        let token_hash =
            |article: &Article| article.token_hash().filter(|_| !bound || article.published.is_some());
        let editions = editions(catalogue.articles.iter().map(token_hash), bound);
        let buffers = Pool::new(|| (Tokens::on(settings.kernel), Vec::new(), Vec::new()));
        let glances = (settings.rule == Rule::Edited).then(|| Glances::new(settings.seed));
        let make = |article: u32| {
            buffers.with(|(tokens, shingles, places)| {
                let glance = self.with_text(article, |text| {
                    tokenize(text, settings.seed, tokens);
                    glances.as_ref().map(|glances| glances.of(text, tokens))
                });
                shingle_on(settings.kernel, tokens.hashes(), settings.shingle_tokens, shingles);
                Compared { set: ShingleSet::sorted_on(places, shingles), glance: glance.unwrap_or_default() }
            })
        };
        let compared = Kept::compared(&make, self.bound.part(COMPARED_PART), glances.is_some());
        let facts = |article: u32| {
            let text = self.text(article);
            buffers.with(|(tokens, ..)| {
                tokenize(&text, settings.seed, tokens);
                Facts::of(text, tokens)
            })
        };
        let frames = Frames { outlet_of: &|article| catalogue.outlet_number(article), facts: &facts };
        let look_twice = |(a, of_a): (u32, &Glance), (b, of_b): (u32, &Glance), overlap: Overlap| {
            let printed = || {
                let known = |article: u32| catalogue.outlet(article).is_some();
                if frames.print_both(editions.articles_like(a), editions.articles_like(b)) {
                    Printed::ByOne
                } else if known(a) && known(b) {
                    Printed::ByTwo
                } else {
                    Printed::Unknown
                }
            };
            look_twice([of_a, of_b], overlap, printed, |side| facts([a, b][side]))
        };
        let duplicates = Duplicates {
            signatures,
            plan,
            rule: settings.rule,
            least_agreeing: BandPlan::least_agreeing(settings.rule.least(), settings.recall),
            surely_agreeing: BandPlan::least_agreeing(settings.rule.sure(), settings.recall),
            compared: &compared,
            linkable: &|a, b| catalogue.within(settings.within_days, a, b),
            frames: Some(frames),
            look_twice: Some(&look_twice),
            scratch: &self.scratch.holding(self.bound.part(SORT_PART)),
        };
        let mut found = stories(&duplicates, &editions, advance)?;
        if !settings.all_pairs {
            return Ok((found, None));
        }
        match all_pairs(&duplicates, &editions, settings.max_pairs, advance) {
            Ok((pairs, funnel)) => {
                found.funnel = funnel;
                Ok((found, Some(pairs)))
            }
            Err(PairsError::Scratch(error)) => Err(error),
            Err(PairsError::TooMany) => {
                let largest = found.stories.iter().rev().max_by_key(|story| story.members.len());
                let blame = largest.map_or("no story".into(), |story| {
                    let name = catalogue.name(story.representative, self.archive);
                    format!("the story of {name} with {} articles", story.members.len())
                });
                Err(Error::TooManyPairs { limit: settings.max_pairs, what: "matches", blame })
            }
        }
    }

    /// Which stories are pages that stand under other articles' headlines.
    fn pages(&self, stories: &[Story]) -> Vec<bool> {
        let Run { catalogue, settings, .. } = *self;
        let headed = |member: &Member| {
            let details = catalogue.details(member.article);
            Headed { title: details.title, url: details.url, outlet: catalogue.outlet_number(member.article) }
        };
        let is_page = |story: &Story| {
            let members: Vec<Headed<'_>> = story.members.iter().take(LOOKED_AT).map(headed).collect();
            members.len() >= FEWEST_MEMBERS
                && self.with_text(story.representative, |text| is_page(text, &members, settings.seed))
        };
        stories.par_iter().map(is_page).collect()
    }

    /// `begin` is told how many articles are looked through.
    fn find_passages(
        &self,
        fingerprints: Rows<StoredFingerprint>,
        begin: &dyn Fn(u64),
        advance: &(dyn Fn(u64) + Sync),
    ) -> Result<(Copies, PassageFunnel), Error> {
        let Run { catalogue, settings, scratch, .. } = *self;
        let total = fingerprints.len() as u64;
        let postings = self.postings(&fingerprints)?;
        drop(fingerprints);
        let articles = postings.articles();
        let mut funnel =
            PassageFunnel { fingerprints: total, shared: postings.groups() as u64, articles, cut_walks: 0 };
        let threads = rayon::current_num_threads() as u64;
        // Asked for again and again: four bytes an article are at hand where 128 are not.
        let outlets: Vec<u32> = catalogue.articles.iter().map(|article| article.outlet).collect();
        let holdings = Holdings {
            prepare: &|article| self.prepared(article),
            outline_of: &|article| catalogue.outline(article),
            outlet_of: &|article| match outlets[article as usize] {
                NO_OUTLET => u64::from(NO_OUTLET) + u64::from(article),
                outlet => u64::from(outlet),
            },
            unknown_outlet: u64::from(NO_OUTLET),
            fingerprints_of: &|article| catalogue.article(article).fingerprint_count,
            since: &|article| catalogue.first_within(settings.within_days, article),
            shelf_bytes: self.bound.part(SHELVES_PART * threads),
            scratch,
        };
        let winnower = Winnower::for_runs_of(settings.min_passage_words as usize);
        let limits = Limits {
            width: winnower.width(),
            window: winnower.window(),
            min_words: settings.min_passage_words,
            linking: if settings.all_pairs { Linking::All } else { Linking::Earliest },
            max_passages: if settings.all_pairs { settings.max_pairs } else { u64::MAX },
        };
        begin(articles);
        let mut copied = passages(&postings, holdings, limits, advance);
        if let (true, Ok(exact)) = (settings.loose, &copied) {
            let count = u32::try_from(catalogue.len()).map_err(|_| Error::TooManyArticles)?;
            copied = loose_passages(exact, count, holdings, limits);
        }
        let copied = copied.map_err(|error| match error {
            PassagesError::Scratch(error) => error,
            PassagesError::TooMany => {
                let largest = postings.largest_group();
                let blame = largest.map_or("no text".into(), |(first, articles)| {
                    let name = catalogue.name(first, self.archive);
                    format!("text of {name} that stands in {articles} articles")
                });
                Error::TooManyPairs { limit: settings.max_pairs, what: "passages", blame }
            }
        })?;
        funnel.cut_walks = copied.cut_walks();
        Ok((copied, funnel))
    }

    fn postings(&self, fingerprints: &Rows<StoredFingerprint>) -> Result<Postings, Error> {
        let all = &fingerprints[..];
        // Walked as they were stored: a canonical walk would jump through a table that no cache holds. Postings are put
        // in order afterwards. Not all that was read is an article: see `read`.
        let of_article =
            |(article, number): (&Article, u32)| (article.fingerprints, article.fingerprint_count, number);
        let mut stored: Vec<_> = self.catalogue.articles.iter().zip(0..).map(of_article).collect();
        stored.par_sort_unstable();
        let walk = || {
            stored.iter().flat_map(|&(begin, count, article)| {
                all[begin..][..count as usize].iter().map(move |stored| {
                    let Fingerprint { hash, position } = stored.into();
                    Posting { hash, article, position }
                })
            })
        };
        let count = stored.iter().map(|&(_, count, _)| count as usize).sum();
        Postings::of(count, walk, &self.scratch.holding(self.bound.part(SORT_PART)), self.scratch)
    }

    fn prepared(&self, article: u32) -> Prepared {
        Prepared::on(self.settings.kernel, self.text(article), self.settings.seed)
    }

    fn text(&self, article: u32) -> String {
        self.with_text(article, str::to_owned)
    }

    /// Reads an article again. A text that is no longer the one that was examined counts as empty, so that
    /// offsets never point beyond it; the change is told at the end of the run.
    fn with_text<R>(&self, article: u32, work: impl FnOnce(&str) -> R) -> R {
        let article = self.catalogue.article(article);
        self.archive.with_text_at(article.place, |text| {
            let unchanged = xxh3_128(text.as_bytes()) == article.text_hash;
            work(if unchanged { text } else { "" })
        })
    }
}
