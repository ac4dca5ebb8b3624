//! What became of articles by how they were made: repeats found, copies found, origins told, relations named.
//!
//! In: articles of which truth tells more, and a report. Out: [`RepeatsFound`], [`OriginsFound`] and a [`KindRow`] for each
//! way of making. Linear but for sorting.

use std::collections::BTreeMap;

use serde::Serialize;

use super::estimate::{Estimate, Resampling, Sums, count, estimates, f1, ratio};
use super::report::Report;
use super::spans::common;
use super::truth::KnownArticle;
use crate::text::union;

/// How right repeats are, on articles whose repeats truth tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepeatsFound {
    /// Articles whose repeats are known; many have none.
    pub articles: usize,
    /// Repeats that truth has.
    pub repeats: usize,
    /// Share of true repeats of whose second span at least half is found.
    pub found: Estimate,
    /// Characters of second spans that are true, of those found.
    pub precision: Estimate,
    /// Characters of second spans that are found, of the true ones.
    pub recall: Estimate,
    /// Their harmonic mean.
    pub f1: Estimate,
}

pub(super) fn repeats(articles: &[KnownArticle], report: &Report, how: Resampling) -> Option<RepeatsFound> {
    let known: Vec<_> =
        articles.iter().filter_map(|known| Some((known.article, known.repeats.as_ref()?))).collect();
    if known.is_empty() {
        return None;
    }
    let unit = |(article, planted): &(u32, &Vec<std::ops::Range<usize>>)| -> Sums<5> {
        let found = union(report.repeats_of(*article));
        let planted_union = union((*planted).clone());
        let length = |spans: &[std::ops::Range<usize>]| spans.iter().map(ExactSizeIterator::len).sum();
        let half =
            |span: &&std::ops::Range<usize>| 2 * common(&union(vec![(*span).clone()]), &found) >= span.len();
        [
            count(common(&planted_union, &found)),
            count(length(&found)),
            count(length(&planted_union)),
            count(planted.iter().filter(half).count()),
            count(planted.len()),
        ]
    };
    let units: Vec<Sums<5>> = known.iter().map(unit).collect();
    let [found, precision, recall, f1] =
        estimates(&[units], how, |[both, is_found, is_true, halves, all]| {
            [
                ratio(*halves, *all),
                ratio(*both, *is_found),
                ratio(*both, *is_true),
                f1(*both, *is_found, *is_true),
            ]
        });
    let all = known.iter().map(|(_, planted)| planted.len()).sum();
    Some(RepeatsFound { articles: known.len(), repeats: all, found, precision, recall, f1 })
}

/// How right origins are, on true stories whose one origin truth tells and which the report has in a story.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OriginsFound {
    /// True stories of two articles and more, with one origin in the report.
    pub stories: usize,
    /// Those whose origin the report has in a story.
    pub in_a_story: usize,
    /// Those whose story names it as origin.
    pub right: usize,
    /// right / `in_a_story`.
    pub accuracy: Estimate,
}

pub(super) fn origins(articles: &[KnownArticle], report: &Report, how: Resampling) -> Option<OriginsFound> {
    let mut stories: BTreeMap<&str, Vec<&KnownArticle>> = BTreeMap::new();
    for known in articles {
        if let Some(story) = &known.story {
            stories.entry(story).or_default().push(known);
        }
    }
    let origin = |members: &Vec<&KnownArticle>| {
        let mut first = members.iter().filter(|known| known.origin == Some(true)).map(|known| known.article);
        first.next().filter(|_| members.len() > 1 && first.next().is_none())
    };
    let known: Vec<u32> = stories.values().filter_map(origin).collect();
    if known.is_empty() {
        return None;
    }
    let told = |article: &u32| {
        let story = report.story[*article as usize]?;
        Some(report.origins[story as usize] == Some(*article))
    };
    let told: Vec<bool> = known.iter().filter_map(told).collect();
    let units: Vec<Sums<2>> = told.iter().map(|right| [f64::from(u8::from(*right)), 1.0]).collect();
    let [accuracy] = estimates(&[units], how, |[right, all]| [ratio(*right, *all)]);
    let right = told.iter().filter(|right| **right).count();
    Some(OriginsFound { stories: known.len(), in_a_story: told.len(), right, accuracy })
}

/// Articles that were made in one way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindRow {
    /// The way, as truth names it.
    pub kind: String,
    /// Articles made so.
    pub articles: usize,
    /// Those made from another article of the report, in its true story: to be found as near-duplicates.
    pub copies: usize,
    /// Share of the copies that the report calls near-duplicates of the article they were made from, or of another of the
    /// true story.
    pub found: Estimate,
    /// Those made from another article, whether or not in its story: to be found as sharing text.
    pub derived: usize,
    /// Share of them that `relations` links to that article, or to another of its true story.
    pub linked: Estimate,
    /// Articles by `relation` of the report; `none` where it has none.
    pub relations: BTreeMap<String, usize>,
}

pub(super) fn kinds(articles: &[KnownArticle], report: &Report, how: Resampling) -> Vec<KindRow> {
    let story_of: BTreeMap<u32, &str> =
        articles.iter().filter_map(|known| Some((known.article, known.story.as_deref()?))).collect();
    let mut members: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    // Whether a found story holds an article of a true one, and how many: two are company.
    let mut company: BTreeMap<(u32, &str), usize> = BTreeMap::new();
    for (&article, &story) in &story_of {
        members.entry(story).or_default().push(article);
        if let Some(found) = report.story[article as usize] {
            *company.entry((found, story)).or_default() += 1;
        }
    }
    let mut by_kind: BTreeMap<&str, Vec<&KnownArticle>> = BTreeMap::new();
    for known in articles {
        if let Some(kind) = &known.kind {
            by_kind.entry(kind).or_default().push(known);
        }
    }
    let is_copy = |known: &&&KnownArticle| {
        known.parent.is_some_and(|parent| known.story.as_deref() == story_of.get(&parent).copied())
    };
    let is_found = |known: &KnownArticle| {
        let in_company = || {
            let found = report.story[known.article as usize]?;
            Some(*company.get(&(found, known.story.as_deref()?))? > 1)
        };
        known.parent.is_some_and(|parent| report.alike(known.article, parent)) || in_company() == Some(true)
    };
    let is_linked = |known: &KnownArticle| {
        let Some(parent) = known.parent else { return false };
        let of_parent = story_of.get(&parent).copied();
        let kin =
            |other: u32| other == parent || of_parent.is_some() && story_of.get(&other).copied() == of_parent;
        report.sources(known.article).any(kin) || report.coverage(known.article, parent) > 0.0
    };
    let share = |yes: Vec<bool>| {
        let units: Vec<Sums<2>> = yes.iter().map(|yes| [f64::from(u8::from(*yes)), 1.0]).collect();
        let [share] = estimates(&[units], how, |[yes, all]| [ratio(*yes, *all)]);
        share
    };
    let row = |(kind, of_kind): (&str, Vec<&KnownArticle>)| {
        let found: Vec<bool> = of_kind.iter().filter(is_copy).map(|known| is_found(known)).collect();
        let derived = of_kind.iter().filter(|known| known.parent.is_some());
        let linked: Vec<bool> = derived.map(|known| is_linked(known)).collect();
        let mut relations: BTreeMap<String, usize> = BTreeMap::new();
        for known in &of_kind {
            let relation = report.relation[known.article as usize].as_deref().unwrap_or("none");
            *relations.entry(relation.to_owned()).or_default() += 1;
        }
        KindRow {
            kind: kind.to_owned(),
            articles: of_kind.len(),
            copies: found.len(),
            found: share(found),
            derived: linked.len(),
            linked: share(linked),
            relations,
        }
    };
    by_kind.into_iter().map(row).collect()
}
