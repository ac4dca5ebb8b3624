//! The catalogue: all articles in canonical order, with the names that reports use.
//!
//! Canonical order is by time (a date alone stands at the end of its day, missing times last), own id, hash of the text, then outlet, title and URL;
//! only articles that are alike in all of that fall back on where they stood. An article's number in this
//! order is what every later act works with: "earlier" is "smaller number", and nothing depends on the order
//! of files or records.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::details::{self, Details};
use super::stores::NO_OUTLET;
use crate::archive::dates::PublishedAt;
use crate::archive::{Archive, Place};
use crate::problem::{Problem, ProblemKind};
use crate::scratch::Rows;

/// One article: what is asked of it again and again. Names, repeats and credits are its [`Details`]. Of all that a run
/// keeps, this alone is in memory for every article whatever the bound, so it is small: 128 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Article {
    /// Where its record is.
    pub place: Place,
    /// The record's number in its file, from 1.
    pub record: u64,
    /// When it was published.
    pub published: Option<PublishedAt>,
    /// 128-bit XXH3 of the text.
    pub text_hash: u128,
    /// The same of all token hashes.
    pub(super) all_tokens_hash: u128,
    /// Length in words; 0 for a text without tokens.
    pub words: u32,
    /// Words of it that stand in the text a second time, labels not counted.
    pub repeated_words: u32,
    /// How many repeats it has.
    pub repeats: u32,
    /// How many sources it names.
    pub credits: u32,
    /// Number of its outlet's name; [`NO_OUTLET`] if it is not known.
    pub(super) outlet: u32,
    /// Where its signature is; [`crate::candidates::NO_SIGNATURE`] if it has none.
    pub(super) signature: u32,
    /// Where its fingerprints begin, and how many there are.
    pub(super) fingerprints: usize,
    pub(super) fingerprint_count: u32,
    /// Where its details begin.
    pub(super) details: usize,
}

const _: () = assert!(size_of::<Article>() == 128, "every byte here is a byte of memory an article");

impl Article {
    /// 128-bit XXH3 of all token hashes; `None` for a text without tokens.
    pub fn token_hash(&self) -> Option<u128> {
        (self.words > 0).then_some(self.all_tokens_hash)
    }
}

/// All articles, in canonical order.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The articles; an article's number is its index.
    pub articles: Vec<Article>,
    named_by_ref: Vec<bool>,
    /// Names of outlets, ascending.
    outlets: Vec<String>,
    details: Rows<u8>,
}

impl Catalogue {
    /// Orders articles, and tells ids that several of them have. `outlets` are the names that articles give the number
    /// of, in any order.
    pub(super) fn of(
        mut articles: Vec<Article>,
        outlets: Vec<String>,
        details: Rows<u8>,
        archive: &Archive,
    ) -> (Catalogue, Vec<Problem>) {
        let outlets = number_by_name(&mut articles, outlets);
        articles.par_sort_unstable_by(|a, b| canonical(a, b, &details));
        let own_id = |article: u32| details::own_id(&details[articles[article as usize].details..]);
        // Equal ids have equal hashes: those are sorted, and the few ids that share one are looked at.
        let numbered = (0..u32::try_from(articles.len()).expect("the pipeline numbers articles in 32 bits"))
            .into_par_iter();
        let mut by_id: Vec<(u64, u32)> =
            numbered.filter_map(|article| Some((xxh3_64(own_id(article)?), article))).collect();
        by_id.par_sort_unstable();
        let sources: BTreeSet<&[u8]> =
            archive.sources().iter().map(|source| source.name.as_bytes()).collect();
        // An id that could be the ref of another article must not name two things.
        let like_a_ref = |id: &[u8]| {
            let colon = memchr::memrchr(b':', id);
            colon.is_some_and(|at| id[at + 1..].iter().all(u8::is_ascii_digit) && sources.contains(&id[..at]))
        };
        let mut named_by_ref: Vec<bool> = articles
            .par_iter()
            .map(|article| details::own_id(&details[article.details..]).is_none_or(like_a_ref))
            .collect();
        let mut shared: Vec<(&[u8], Vec<u32>)> = Vec::new();
        for alike in by_id.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            let mut alike: Vec<(&[u8], u32)> =
                alike.iter().filter_map(|&(_, article)| Some((own_id(article)?, article))).collect();
            alike.sort_unstable();
            let same = alike.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
            shared.extend(same.map(|same| (same[0].0, same.iter().map(|&(_, article)| article).collect())));
        }
        shared.sort_unstable();
        let mut problems = Vec::new();
        for (id, same) in shared {
            for &article in &same {
                named_by_ref[article as usize] = true;
            }
            let second = &articles[same[1] as usize];
            problems.push(Problem {
                path: archive.sources()[second.place.source as usize].name.clone(),
                record: Some(second.record),
                byte: archive.byte_of(second.place),
                kind: ProblemKind::DuplicateId,
                message: format!(
                    "{} articles have the id {:?}; all are kept, and named by ref",
                    same.len(),
                    String::from_utf8_lossy(id)
                ),
            });
        }
        (Catalogue { articles, named_by_ref, outlets, details }, problems)
    }

    /// How many articles there are.
    pub fn len(&self) -> usize {
        self.articles.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.articles.is_empty()
    }

    /// The article of that number.
    pub fn article(&self, number: u32) -> &Article {
        &self.articles[number as usize]
    }

    /// `FILE:RECORD`.
    pub fn reference(&self, number: u32, archive: &Archive) -> String {
        let article = self.article(number);
        format!("{}:{}", archive.sources()[article.place.source as usize].name, article.record)
    }

    /// How every table names the article: its own id, or `FILE:RECORD` where it has none or shares it.
    pub fn name(&self, number: u32, archive: &Archive) -> Cow<'_, str> {
        let own_id = if self.named_by_ref[number as usize] { None } else { self.details(number).own_id };
        own_id.map_or_else(|| self.reference(number, archive).into(), Cow::Borrowed)
    }

    /// The article's own id, title, URL, repeats and credits.
    pub fn details(&self, number: u32) -> Details<'_> {
        details::unpack(&self.details[self.article(number).details..])
    }

    /// Two bytes for each token: see `passages::outline`.
    pub(super) fn outline(&self, number: u32) -> &[u8] {
        details::outline_before(&self.details, self.article(number).details)
    }

    /// Who published the article.
    pub fn outlet(&self, number: u32) -> Option<&str> {
        self.outlets.get(self.article(number).outlet as usize).map(String::as_str)
    }

    /// The names of all outlets, ascending.
    pub fn outlets(&self) -> &[String] {
        &self.outlets
    }

    /// The place of the article's outlet among [`Catalogue::outlets`], if it is known.
    pub fn known_outlet(&self, number: u32) -> Option<u32> {
        let outlet = self.article(number).outlet;
        (outlet != NO_OUTLET).then_some(outlet)
    }

    /// A number for the article's outlet; articles of unknown outlet have one each.
    pub fn outlet_number(&self, number: u32) -> u64 {
        match self.article(number).outlet {
            NO_OUTLET => self.outlets.len() as u64 + u64::from(number),
            outlet => u64::from(outlet),
        }
    }

    /// Whether two articles were published within so many days of each other. Where a time is missing that is
    /// not known, and they are not.
    pub fn within(&self, days: Option<f64>, a: u32, b: u32) -> bool {
        let Some(days) = days else { return true };
        let (Some(a), Some(b)) = (self.article(a).published, self.article(b).published) else { return false };
        #[allow(clippy::cast_precision_loss, reason = "seconds of a few centuries are exact in an f64")]
        let apart = a.known_by().abs_diff(b.known_by()) as f64;
        apart <= days * 86_400.0
    }

    /// The first article that lies [`Catalogue::within`] so many days before `number`; `number` itself if none does.
    /// Logarithmic time: times ascend in canonical order, missing ones last.
    pub fn first_within(&self, days: Option<f64>, number: u32) -> u32 {
        if days.is_none() {
            return 0;
        }
        let (mut low, mut high) = (0, number);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.within(days, middle, number) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low
    }
}

fn canonical(a: &Article, b: &Article, details: &[u8]) -> Ordering {
    let missing_last = |article: &Article| {
        let published = article.published;
        (published.is_none(), published.map(PublishedAt::known_by), published)
    };
    let id = |article: &Article| {
        let id = details::own_id(&details[article.details..]);
        (id.is_none(), id)
    };
    // No outlet before all outlets, as no title before all titles.
    let outlet = |article: &Article| article.outlet.wrapping_add(1);
    let title_and_url = |article: &Article| details::title_and_url(&details[article.details..]);
    missing_last(a)
        .cmp(&missing_last(b))
        .then_with(|| id(a).cmp(&id(b)))
        .then_with(|| a.text_hash.cmp(&b.text_hash))
        .then_with(|| outlet(a).cmp(&outlet(b)))
        .then_with(|| title_and_url(a).cmp(&title_and_url(b)))
        .then_with(|| (a.place.source, a.place.begin).cmp(&(b.place.source, b.place.begin)))
}

/// Numbers outlets by the order of their names, which are returned in it.
fn number_by_name(articles: &mut [Article], names: Vec<String>) -> Vec<String> {
    let mut ordered: Vec<(String, u32)> = names.into_iter().zip(0..).collect();
    ordered.sort_unstable();
    let mut rank = vec![0; ordered.len()];
    for ((_, number), place) in ordered.iter().zip(0..) {
        rank[*number as usize] = place;
    }
    for article in articles.iter_mut().filter(|article| article.outlet != NO_OUTLET) {
        article.outlet = rank[article.outlet as usize];
    }
    ordered.into_iter().map(|(name, _)| name).collect()
}
