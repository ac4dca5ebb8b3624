//! The catalogue: all articles in canonical order, with the names that reports use.
//!
//! Canonical order is by time (a date alone stands at the end of its day, missing times last), own id, hash of the text, then outlet, title and URL;
//! only articles that are alike in all of that fall back on where they stood. An article's number in this
//! order is what every later act works with: "earlier" is "smaller number", and nothing depends on the order
//! of files or records.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::archive::dates::PublishedAt;
use crate::archive::{Archive, Place};
use crate::pipeline::examine::Examined;
use crate::problem::{Problem, ProblemKind};

/// One article as the report tells it.
#[derive(Clone, Debug)]
pub struct Article {
    /// Where its record is.
    pub place: Place,
    /// The record's number in its file, from 1.
    pub record: u64,
    /// The record's own id.
    pub own_id: Option<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Where it was found.
    pub url: Option<String>,
    /// When it was published.
    pub published: Option<PublishedAt>,
    /// What it says.
    pub examined: Examined,
}

/// All articles, in canonical order.
#[derive(Debug)]
pub struct Catalogue {
    /// The articles; an article's number is its index.
    pub articles: Vec<Article>,
    named_by_ref: Vec<bool>,
    outlets: Vec<u64>,
}

impl Catalogue {
    /// Orders articles, and tells ids that several of them have.
    pub fn of(mut articles: Vec<Article>, archive: &Archive) -> (Catalogue, Vec<Problem>) {
        articles.sort_by(canonical);
        let mut by_id: Vec<(&str, usize)> = articles
            .iter()
            .enumerate()
            .filter_map(|(i, article)| Some((article.own_id.as_deref()?, i)))
            .collect();
        by_id.sort_unstable();
        let mut named_by_ref: Vec<bool> = articles.iter().map(|article| article.own_id.is_none()).collect();
        let sources: BTreeSet<&str> = archive.sources().iter().map(|source| source.name.as_str()).collect();
        let mut problems = Vec::new();
        for &(id, article) in &by_id {
            // An id that could be the ref of another article must not name two things.
            let place = id.rsplit_once(':').filter(|(_, record)| record.bytes().all(|b| b.is_ascii_digit()));
            named_by_ref[article] |= place.is_some_and(|(file, _)| sources.contains(file));
        }
        for same in by_id.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            for &(_, article) in same {
                named_by_ref[article] = true;
            }
            let second = &articles[same[1].1];
            problems.push(Problem {
                path: archive.sources()[second.place.source as usize].name.clone(),
                record: Some(second.record),
                byte: Some(second.place.begin),
                kind: ProblemKind::DuplicateId,
                message: format!(
                    "{} articles have the id {:?}; all are kept, and named by ref",
                    same.len(),
                    same[0].0
                ),
            });
        }
        let outlets = number_outlets(&articles);
        (Catalogue { articles, named_by_ref, outlets }, problems)
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
    pub fn name(&self, number: u32, archive: &Archive) -> String {
        match &self.article(number).own_id {
            Some(id) if !self.named_by_ref[number as usize] => id.clone(),
            _ => self.reference(number, archive),
        }
    }

    /// A number for the article's outlet; articles of unknown outlet have one each.
    pub fn outlet_number(&self, number: u32) -> u64 {
        self.outlets[number as usize]
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

fn canonical(a: &Article, b: &Article) -> Ordering {
    let missing_last = |article: &Article| {
        let published = article.published;
        (published.is_none(), published.map(PublishedAt::known_by), published)
    };
    missing_last(a)
        .cmp(&missing_last(b))
        .then_with(|| (a.own_id.is_none(), &a.own_id).cmp(&(b.own_id.is_none(), &b.own_id)))
        .then_with(|| a.examined.text_hash.cmp(&b.examined.text_hash))
        .then_with(|| (&a.outlet, &a.title, &a.url).cmp(&(&b.outlet, &b.title, &b.url)))
        .then_with(|| (a.place.source, a.place.begin).cmp(&(b.place.source, b.place.begin)))
}

fn number_outlets(articles: &[Article]) -> Vec<u64> {
    let mut names: Vec<&str> = articles.iter().filter_map(|article| article.outlet.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    let unknown = names.len()..;
    let number = |(article, own): (&Article, usize)| match &article.outlet {
        Some(name) => names.binary_search(&name.as_str()).unwrap_or(own),
        None => own,
    };
    articles.iter().zip(unknown).map(number).map(|number| number as u64).collect()
}
