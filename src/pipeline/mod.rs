//! The whole journey of a scan, on one screen.
//!
//! [`scan`] goes from arguments to findings: act 1 examines every article alone (`read`, `examine`), the
//! catalogue puts them in canonical order, act 2 joins them into stories and passages. Writing the report is
//! the caller's next step ([`crate::report`]).

mod catalogue;
mod examine;
mod read;
mod usage;

use xxhash_rust::xxh3::xxh3_128;

use crate::archive::Archive;
use crate::candidates::{BandPlan, Posting, Postings};
use crate::error::Error;
use crate::passages::{Copied, Holdings, Limits, Linking, Prepared, TooMany, passages};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::shingle::shingle_on;
use crate::sketch::{Signature, Winnower};
use crate::stories::{Duplicates, Funnel, PairsError, Sets, Story, all_pairs, editions, stories};
use crate::verify::{Overlap, ShingleSet};
use crate::watch::{Phase, Watch};

pub use catalogue::{Article, Catalogue};
pub use examine::{Examined, FoundRepeat};
pub use read::{Counts, Mapping};
pub use usage::{PhaseUsage, Stopwatch, peak_memory_bytes};

/// Everything a scan found.
#[derive(Debug)]
pub struct Findings {
    /// What was read.
    pub archive: Archive,
    /// The articles, in canonical order.
    pub catalogue: Catalogue,
    /// Stories of two articles or more, by first member; empty if near-duplicates were not looked for.
    pub stories: Vec<Story>,
    /// Every matching pair, if asked for.
    pub pairs: Option<Vec<(u32, u32, Overlap)>>,
    /// Articles with passages, ascending.
    pub copied: Vec<Copied>,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// What became of the records.
    pub counts: Counts,
    /// Records met in each source.
    pub records: Vec<u64>,
    /// Which fields were read.
    pub mapping: Mapping,
    /// How signatures were cut.
    pub plan: BandPlan,
    /// Pairs seen by each stage of the search for near-duplicates.
    pub pair_funnel: Funnel,
    /// Fingerprints, and groups of them that articles share.
    pub passage_funnel: PassageFunnel,
    /// Time and CPU time of each phase.
    pub usage: Vec<PhaseUsage>,
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
    let (archive, mut problems) = Archive::open(arguments, settings.read.clone())?;
    stop_if_strict(settings, &problems)?;

    watch.begin(Phase::Read, archive.bytes());
    let mut read = read::read(&archive, settings, watch)?;
    problems.append(&mut read.problems);
    if u32::try_from(read.articles.len()).is_err() {
        return Err(Error::TooManyArticles);
    }
    let (mut catalogue, mut shared_ids) = Catalogue::of(read.articles, &archive);
    problems.append(&mut shared_ids);
    stop_if_strict(settings, &problems)?;
    watch.end();
    stopwatch.lap(Phase::Read);

    let plan = BandPlan::for_recall(settings.threshold, settings.recall);
    let mut similar = Similar::default();
    if settings.searches.duplicates {
        similar = find_stories(&archive, &mut catalogue, settings, plan, watch)?;
        stopwatch.lap(Phase::Stories);
    }
    let (mut copied, mut passage_funnel) = (Vec::new(), PassageFunnel::default());
    if settings.searches.passages {
        (copied, passage_funnel) = find_passages(&archive, &mut catalogue, settings, watch)?;
        stopwatch.lap(Phase::Passages);
    }
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
        stories: similar.stories,
        pairs: similar.pairs,
        copied,
        problems,
        counts: read.counts,
        records: read.records,
        mapping: read.mapping,
        plan,
        pair_funnel: similar.funnel,
        passage_funnel,
        usage: stopwatch.laps(),
    })
}

/// What searching for near-duplicates gave.
#[derive(Debug, Default)]
struct Similar {
    stories: Vec<Story>,
    pairs: Option<Vec<(u32, u32, Overlap)>>,
    funnel: Funnel,
}

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

fn find_stories(
    archive: &Archive,
    catalogue: &mut Catalogue,
    settings: &Settings,
    plan: BandPlan,
    watch: &dyn Watch,
) -> Result<Similar, Error> {
    let signatures: Vec<Option<Signature>> = catalogue
        .articles
        .iter_mut()
        .map(|article| article.examined.signature.take().map(|boxed| *boxed))
        .collect();
    // Where links are bound in time, an article without one is linked to nothing.
    let bound = settings.within_days.is_some();
    let token_hash =
        |article: &Article| article.examined.token_hash.filter(|_| !bound || article.published.is_some());
    let token_hashes: Vec<Option<u128>> = catalogue.articles.iter().map(token_hash).collect();
    let catalogue = &*catalogue;
    let make = |article: u32| {
        let prepared = prepared(archive, catalogue, settings, article);
        let mut shingles = Vec::new();
        shingle_on(settings.kernel, prepared.tokens().hashes(), settings.shingle_tokens, &mut shingles);
        ShingleSet::from_shingles(&shingles)
    };
    let sets = Sets::new(&make);
    let duplicates = Duplicates {
        signatures: &signatures,
        plan,
        threshold: settings.threshold,
        least_agreeing: BandPlan::least_agreeing(settings.threshold, settings.recall),
        sets: &sets,
        linkable: &|a, b| catalogue.within(settings.within_days, a, b),
    };
    let rounds = if settings.all_pairs { 2 } else { 1 };
    watch.begin(Phase::Stories, rounds * plan.bands() as u64);
    let advance = || watch.advance(1);
    let editions = editions(&token_hashes, bound);
    let (stories, funnel) = stories(&duplicates, &editions, &advance);
    let pairs = settings
        .all_pairs
        .then(|| all_pairs(&duplicates, &editions, settings.max_pairs, &advance))
        .transpose();
    watch.end();
    let (pairs, all_funnel) = match pairs {
        Ok(Some((pairs, funnel))) => (Some(pairs), Some(funnel)),
        Ok(None) => (None, None),
        Err(PairsError) => {
            let largest = stories.iter().rev().max_by_key(|story| story.members.len());
            let blame = largest.map_or("no story".into(), |story| {
                let name = catalogue.name(story.representative, archive);
                format!("the story of {name} with {} articles", story.members.len())
            });
            return Err(Error::TooManyPairs { limit: settings.max_pairs, what: "matches", blame });
        }
    };
    Ok(Similar { stories, pairs, funnel: all_funnel.unwrap_or(funnel) })
}

fn find_passages(
    archive: &Archive,
    catalogue: &mut Catalogue,
    settings: &Settings,
    watch: &dyn Watch,
) -> Result<(Vec<Copied>, PassageFunnel), Error> {
    let total = catalogue.articles.iter().map(|article| article.examined.fingerprints.len()).sum();
    let mut postings = Vec::with_capacity(total);
    for (article, number) in catalogue.articles.iter_mut().zip(0..) {
        let fingerprints = std::mem::take(&mut article.examined.fingerprints);
        postings.extend(fingerprints.iter().map(|fingerprint| Posting {
            hash: fingerprint.hash,
            article: number,
            position: fingerprint.position,
        }));
    }
    let fingerprints = postings.len() as u64;
    let postings = Postings::group(postings);
    let articles = postings.articles().len() as u64;
    let funnel = PassageFunnel { fingerprints, shared: postings.groups() as u64, articles };
    let catalogue = &*catalogue;
    let holdings = Holdings {
        prepare: &|article| prepared(archive, catalogue, settings, article),
        outlet_of: &|article| catalogue.outlet_number(article),
        since: &|article| catalogue.first_within(settings.within_days, article),
    };
    let winnower = Winnower::for_runs_of(settings.min_passage_words as usize);
    let limits = Limits {
        width: winnower.width(),
        window: winnower.window(),
        min_words: settings.min_passage_words,
        linking: if settings.all_pairs { Linking::All } else { Linking::Earliest },
        max_passages: if settings.all_pairs { settings.max_pairs } else { u64::MAX },
    };
    watch.begin(Phase::Passages, articles);
    let copied = passages(&postings, holdings, limits, &|done| watch.advance(done));
    watch.end();
    let copied = copied.map_err(|TooMany| {
        let largest = postings.largest_group();
        let blame = largest.map_or("no text".into(), |(first, articles)| {
            format!("text of {} that stands in {articles} articles", catalogue.name(first, archive))
        });
        Error::TooManyPairs { limit: settings.max_pairs, what: "passages", blame }
    })?;
    Ok((copied, funnel))
}

/// Reads an article again. A text that is no longer the one that was examined counts as empty, so that
/// offsets never point beyond it; the change is told at the end of the run.
fn prepared(archive: &Archive, catalogue: &Catalogue, settings: &Settings, article: u32) -> Prepared {
    let article = catalogue.article(article);
    let text = archive.text_at(article.place);
    let unchanged = xxh3_128(text.as_bytes()) == article.examined.text_hash;
    Prepared::on(settings.kernel, if unchanged { text } else { String::new() }, settings.seed)
}
