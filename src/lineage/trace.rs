//! Trace: from passages and stories to relations, origins and outlets.
//!
//! In: what act 2 found, and what is known of articles. Out: a [`Lineage`]. Target by target:
//!
//! 1. **Pairs.** The passages of a target are grouped by source; the union of a pair's spans gives the coverage of both.
//!    Members of a story between which there is no passage get their coverage from the shingles they share.
//! 2. **Kinds** (`relations`), and how sure it is that the source was first (`origins`).
//! 3. **Words.** Each copied word of the target is counted for one source, the earliest of those it stands in; so an
//!    outlet's words add up (`outlets`).
//!
//! No text is read: where spans of one pair overlap, and in a source that is not copied letter by letter, words are
//! shared out by characters. Guarantee: the words counted for the sources of a target are its copied words. Linear but
//! for sorting; relations and pairs of outlets go to disk where they do not fit into memory.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use super::origins::{Credited, Origin, Told, confidence, order, origin};
use super::outlets::{OWN, OutletPair, Taken, Tally, UNKNOWN};
use super::relations::{Basis, Coverage, Relation, RelationKind, RelationRow, is_composite};
use crate::archive::dates::PublishedAt;
use crate::error::Error;
use crate::passages::{Copied, Copies, Passage, PassageKind};
use crate::scratch::{Rows, RowsWriter, Scratch};
use crate::stories::Found;
use crate::verify::Nearness;

/// What tracing needs to know of the archive. Articles are numbered in canonical order.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// How many articles there are.
    pub articles: usize,
    /// How many known outlets there are.
    pub outlets: usize,
    /// Whether passages were looked for: else nothing is known of outlets.
    pub passages: bool,
    /// Words of an article.
    pub words_of: &'a (dyn Fn(u32) -> u32 + Sync),
    /// When it was published.
    pub published: &'a (dyn Fn(u32) -> Option<PublishedAt> + Sync),
    /// The number of its outlet, below `outlets`; `None` if that is not known.
    pub outlet_of: &'a (dyn Fn(u32) -> Option<u32> + Sync),
    /// Whether the first article credits the outlet of the second.
    pub credits_outlet: &'a (dyn Fn(u32, u32) -> bool + Sync),
    /// Whether both articles credit one name.
    pub credit_alike: &'a (dyn Fn(u32, u32) -> bool + Sync),
    /// The shingle hashes of an article's text, in order.
    pub shingles: &'a (dyn Fn(u32) -> Vec<u64> + Sync),
    /// Where what does not fit into memory goes.
    pub scratch: &'a Scratch,
}

impl std::fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Facts").field("articles", &self.articles).finish_non_exhaustive()
    }
}

/// Where articles have their text from.
#[derive(Debug, Default)]
pub struct Lineage {
    relations: Rows<RelationRow>,
    /// The origin of each story.
    pub origins: Vec<Option<Origin>>,
    /// Outlet by outlet; empty if passages were not looked for.
    pub outlets: Rows<OutletPair>,
}

impl Lineage {
    /// All relations, by target, then by source.
    pub fn relations(&self) -> impl ExactSizeIterator<Item = Relation> + '_ {
        self.relations.iter().map(Relation::from)
    }

    /// What `target` is to `source`, if they share text.
    pub fn relation(&self, target: u32, source: u32) -> Option<Relation> {
        let key = (target, source);
        let at = self.relations.binary_search_by_key(&key, |row| (row.target, row.source)).ok()?;
        Some(Relation::from(&self.relations[at]))
    }

    /// The relations of which an article is the target, by source.
    pub fn relations_of(&self, target: u32) -> impl Iterator<Item = Relation> + '_ {
        let first = self.relations.partition_point(|row| row.target < target);
        self.relations[first..].iter().take_while(move |row| row.target == target).map(Relation::from)
    }

    /// What an article is to its main source: the one that covers most of it, of equals the earliest.
    pub fn main_relation(&self, target: u32) -> Option<Relation> {
        self.relations_of(target)
            .reduce(|best, next| if next.coverage.of_target > best.coverage.of_target { next } else { best })
    }
}

/// A pair of near-duplicates, or an article and its frame.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_field_names, reason = "it is what the pair is")]
struct Near {
    target: u32,
    source: u32,
    /// How near the target (`a`) is to the source (`b`).
    near: Nearness,
    is_template: bool,
}

/// Targets that are looked at in parallel before their rows are written.
const BATCH: usize = 4096;

/// Finds relations, origins and outlets.
///
/// # Errors
/// [`Error::WriteTemporary`].
pub fn trace(facts: Facts<'_>, found: &Found, copies: &Copies) -> Result<Lineage, Error> {
    let near = near_pairs(found);
    let story_of = stories_by_article(facts.articles, found);
    let mut relations = RowsWriter::new(facts.scratch);
    let mut tally = Tally::new(facts.outlets, facts.scratch);
    let mut copied_words = vec![0; if facts.passages { facts.articles } else { 0 }];
    let work = targets(copies.targets(), &near);
    for batch in work.chunks(BATCH) {
        let traced: Vec<Traced> = batch
            .par_iter()
            .map(|work| {
                let passages = work.copied.iter().flat_map(|copied| copies.passages_of(copied)).collect();
                target(facts, *work, passages, &story_of)
            })
            .collect();
        for (work, traced) in batch.iter().zip(traced) {
            let rows: Vec<RelationRow> = traced.relations.iter().map(RelationRow::from).collect();
            relations.push_all(&rows)?;
            tally.taken(traced.taken)?;
            if let Some(of) = work.copied {
                copied_words[of.article as usize] = of.copied_words;
            }
        }
    }
    for (copied, article) in copied_words.into_iter().zip(0_u32..) {
        let words = (facts.words_of)(article);
        tally.article((facts.outlet_of)(article).unwrap_or(UNKNOWN), words, copied.min(words));
    }
    let origins = found.stories.par_iter().map(|story| {
        let members: Vec<u32> = story.members.iter().map(|member| member.article).collect();
        let outlet = |member| match (facts.outlet_of)(member) {
            Some(outlet) => u64::from(outlet),
            None => u64::from(UNKNOWN) + 1 + u64::from(member),
        };
        let told = Told {
            published: &facts.published,
            credits: &facts.credits_outlet,
            outlet: &outlet,
            words: &facts.words_of,
            shingles: &facts.shingles,
        };
        origin(&members, told)
    });
    Ok(Lineage {
        relations: relations.finish()?,
        origins: origins.collect(),
        outlets: tally.finish(facts.scratch)?,
    })
}

/// Pairs that need no passage: every member with its representative, and templates with their frame. Sorted.
fn near_pairs(found: &Found) -> Vec<Near> {
    let pair = |article: u32, other: u32, near: Nearness, is_template| {
        if article > other {
            Near { target: article, source: other, near, is_template }
        } else {
            Near { target: other, source: article, near: near.swapped(), is_template }
        }
    };
    let of_stories = found.stories.iter().flat_map(|story| {
        let others = story.members.iter().filter(|member| member.article != story.representative);
        others.map(|member| pair(member.article, story.representative, member.near, false))
    });
    let templates = found.templates.iter().map(|it| pair(it.article, it.frame, it.overlap.into(), true));
    let mut near: Vec<Near> = of_stories.chain(templates).collect();
    near.sort_unstable_by_key(|near| (near.target, near.source, !near.is_template));
    near.dedup_by_key(|near| (near.target, near.source));
    near
}

const NO_STORY: u32 = u32::MAX;

fn stories_by_article(articles: usize, found: &Found) -> Vec<u32> {
    if found.stories.is_empty() {
        return Vec::new();
    }
    let mut story_of = vec![NO_STORY; articles];
    for (story, number) in found.stories.iter().zip(0..) {
        for member in &story.members {
            story_of[member.article as usize] = number;
        }
    }
    story_of
}

/// A target, its passages, and the near pairs in which it is the later.
#[derive(Clone, Copy, Debug)]
struct Work<'a> {
    target: u32,
    copied: Option<&'a Copied>,
    near: &'a [Near],
}

/// Targets of passages and of near pairs, ascending.
fn targets<'a>(copied: &'a [Copied], near: &'a [Near]) -> Vec<Work<'a>> {
    let mut copied = copied.iter().peekable();
    let mut near = near.chunk_by(|a, b| a.target == b.target).peekable();
    let mut work = Vec::new();
    loop {
        let next = match (copied.peek(), near.peek()) {
            (Some(copied), Some(near)) => copied.article.min(near[0].target),
            (Some(copied), None) => copied.article,
            (None, Some(near)) => near[0].target,
            (None, None) => return work,
        };
        work.push(Work {
            target: next,
            copied: copied.next_if(|copied| copied.article == next),
            near: near.next_if(|near| near[0].target == next).unwrap_or_default(),
        });
    }
}

/// What is known of one target.
struct Traced {
    /// By source.
    relations: Vec<Relation>,
    taken: Vec<Taken>,
}

fn target(facts: Facts<'_>, work: Work<'_>, passages: Vec<Passage>, story_of: &[u32]) -> Traced {
    let target = work.target;
    let words = (facts.words_of)(target);
    let mut by_source: BTreeMap<u32, Vec<Passage>> = BTreeMap::new();
    for passage in passages {
        // What the target's outlet had before the source is not from there.
        let is_from_source = match passage.kind {
            PassageKind::Copy => true,
            PassageKind::Revision => is_one_outlet(facts, target, passage.source),
            PassageKind::Boilerplate => false,
        };
        if is_from_source {
            by_source.entry(passage.source).or_default().push(passage);
        }
    }
    let mut relations: Vec<Relation> =
        by_source.iter().map(|(&source, passages)| by_passages(facts, target, source, passages)).collect();
    let mut taken = Vec::new();
    if let Some(copied) = work.copied {
        let counted = attributed(&by_source, copied.copied_words);
        let from_others = |relation: &&Relation| relation.kind != RelationKind::Revision;
        let shares = relations.iter().filter(from_others).map(|relation| relation.coverage.of_target);
        if is_composite(share(copied.copied_words, words), shares) {
            for relation in &mut relations {
                if relation.kind != RelationKind::Revision
                    && counted.get(&relation.source).is_some_and(|&own| own > 0)
                {
                    relation.kind = RelationKind::Composite;
                }
            }
        }
        taken = by_outlet(facts, target, &relations, &counted);
    }
    let story = |article: u32| story_of.get(article as usize).copied().unwrap_or(NO_STORY);
    let is_linked = relations.iter().any(|relation| story(relation.source) == story(target));
    for near in work.near {
        let known = relations.iter().position(|relation| relation.source == near.source);
        // Of another outlet, an article that has passages in its story is related to their source.
        let is_related = near.is_template || !is_linked || is_one_outlet(facts, target, near.source);
        if let Some(at) = known {
            if near.is_template {
                relations[at].kind = RelationKind::Template;
            }
        } else if is_related {
            relations.push(by_shingles(facts, near));
        }
    }
    relations.sort_unstable_by_key(|relation| relation.source);
    Traced { relations, taken }
}

fn is_one_outlet(facts: Facts<'_>, a: u32, b: u32) -> bool {
    let [a, b] = [a, b].map(|article| (facts.outlet_of)(article));
    a.is_some() && a == b
}

fn by_passages(facts: Facts<'_>, target: u32, source: u32, passages: &[Passage]) -> Relation {
    let on_target = |passage: &Passage| (passage.target_span.chars.clone(), u64::from(passage.words));
    // Tokens that agree are as long on both sides; else words go by characters.
    let in_twin = |passage: &Passage| {
        let chars = passage.source_span.chars.clone();
        let of_target = passage.target_span.chars.len();
        let verbatim = passage.similarity >= 1.0 || of_target == 0;
        let words = u64::from(passage.words);
        (chars.clone(), if verbatim { words } else { prorated(words, chars.len(), of_target) })
    };
    let (target_words, of_target) = ((facts.words_of)(target), union_words(passages.iter().map(on_target)));
    let (source_words, of_source) = ((facts.words_of)(source), union_words(passages.iter().map(in_twin)));
    let (coverage, similarity) = Coverage::of_passages(
        share(narrow(of_target), target_words),
        share(narrow(of_source), source_words),
        passages.iter().map(|passage| (passage.words, passage.similarity)),
    );
    let kind = if is_one_outlet(facts, target, source) { RelationKind::Revision } else { coverage.kind() };
    let counted = Counted {
        coverage,
        basis: Basis::Passages,
        passages: narrow(passages.len() as u64),
        words: narrow(of_target).min(target_words),
        similarity,
    };
    related(facts, target, source, kind, counted)
}

fn by_shingles(facts: Facts<'_>, near: &Near) -> Relation {
    let Near { target, source, near, is_template } = *near;
    let coverage = Coverage { of_target: near.of_a(), of_source: near.of_b(), longest: 0 };
    let kind = if is_template {
        RelationKind::Template
    } else if is_one_outlet(facts, target, source) {
        RelationKind::Revision
    } else {
        coverage.kind()
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
    let words = (coverage.of_target * f64::from((facts.words_of)(target))).round() as u32;
    let similarity = near.score();
    let basis = if near.aligned.is_some() { Basis::Aligned } else { Basis::Shingles };
    let counted = Counted { coverage, basis, passages: 0, words, similarity };
    related(facts, target, source, kind, counted)
}

/// What of a relation is counted.
#[derive(Clone, Copy)]
struct Counted {
    coverage: Coverage,
    basis: Basis,
    passages: u32,
    words: u32,
    similarity: f64,
}

fn related(facts: Facts<'_>, target: u32, source: u32, kind: RelationKind, counted: Counted) -> Relation {
    let Counted { coverage, basis, passages, words, similarity } = counted;
    let told = order((facts.published)(source), (facts.published)(target));
    let one_outlet = is_one_outlet(facts, target, source);
    let names = |one, other| !one_outlet && (facts.credits_outlet)(one, other);
    let credits = Credited { source: names(target, source), target: names(source, target) };
    let (confidence, tie) = confidence(told, credits, Some(kind));
    Relation {
        target,
        source,
        kind,
        coverage,
        basis,
        passages,
        words,
        similarity,
        credited: credits.source || (!one_outlet && (facts.credit_alike)(target, source)),
        order: told,
        confidence,
        tie,
    }
}

/// Words of the union of spans, each with its words: where they overlap, by characters.
fn union_words(spans: impl Iterator<Item = (Range<usize>, u64)>) -> u64 {
    let mut spans: Vec<(Range<usize>, u64)> = spans.collect();
    spans.sort_unstable_by_key(|(span, _)| (span.start, span.end));
    let (mut end, mut sum) = (0, 0);
    for (span, words) in spans {
        let new = span.end.saturating_sub(span.start.max(end));
        sum += prorated(words, new, span.len());
        end = end.max(span.end);
    }
    sum
}

/// The words of a part of a span; rounded to the next.
fn prorated(words: u64, part: usize, whole: usize) -> u64 {
    if part == whole || whole == 0 {
        return words;
    }
    (words * part as u64 + whole as u64 / 2) / whole as u64
}

/// Of the copied words of a target, those counted for each source: a word counts for the earliest that it stands in.
/// Together they are `copied_words`; what rounding leaves goes to the last.
fn attributed(by_source: &BTreeMap<u32, Vec<Passage>>, copied_words: u32) -> BTreeMap<u32, u32> {
    let mut free = Free::default();
    let mut left = u64::from(copied_words);
    let mut counted = BTreeMap::new();
    for (&source, passages) in by_source {
        for passage in passages.iter().filter(|passage| passage.kind == PassageKind::Copy) {
            let chars = &passage.target_span.chars;
            let new = free.take(chars.clone());
            let words = prorated(u64::from(passage.words), new, chars.len()).min(left);
            left -= words;
            *counted.entry(source).or_insert(0) += narrow(words);
        }
    }
    if let Some(mut last) = counted.last_entry() {
        *last.get_mut() += narrow(left);
    }
    counted
}

/// The characters of a text that no source has taken yet.
#[derive(Default)]
struct Free {
    /// Disjoint spans that are taken, by where they begin.
    taken: BTreeMap<usize, usize>,
}

impl Free {
    /// Takes a span, and tells how many of its characters were free. Each span taken is merged once: O(log n), in the
    /// mean.
    fn take(&mut self, span: Range<usize>) -> usize {
        let (mut begin, mut end) = (span.start, span.end);
        let mut known = 0;
        while let Some((&at, &until)) = self.taken.range(..=end).next_back() {
            if until < begin {
                break;
            }
            known += until.min(span.end).saturating_sub(at.max(span.start));
            (begin, end) = (begin.min(at), end.max(until));
            self.taken.remove(&at);
        }
        self.taken.insert(begin, end);
        span.len() - known
    }
}

/// What a target has from each outlet. The lag is that of the source with most words, of equals the earliest.
fn by_outlet(
    facts: Facts<'_>,
    target: u32,
    relations: &[Relation],
    counted: &BTreeMap<u32, u32>,
) -> Vec<Taken> {
    struct From {
        words: u32,
        credited: u32,
        most: u32,
        lag: Option<i64>,
    }
    let mut from: BTreeMap<u32, From> = BTreeMap::new();
    for relation in relations {
        let words = counted.get(&relation.source).copied().unwrap_or(0);
        if words == 0 {
            continue;
        }
        let outlet = (facts.outlet_of)(relation.source).unwrap_or(UNKNOWN);
        let sum = from.entry(outlet).or_insert(From { words: 0, credited: 0, most: 0, lag: None });
        sum.words += words;
        sum.credited += if relation.credited { words } else { 0 };
        if words > sum.most {
            (sum.most, sum.lag) = (words, relation.order.lag);
        }
    }
    let outlet = (facts.outlet_of)(target).unwrap_or(UNKNOWN);
    debug_assert!(outlet != OWN, "no outlet has that number");
    from.into_iter()
        .map(|(source, sum)| Taken::new(outlet, source, sum.lag, sum.words, sum.credited))
        .collect()
}

fn narrow(words: u64) -> u32 {
    u32::try_from(words).unwrap_or(u32::MAX)
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part.min(whole)) / f64::from(whole) }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
