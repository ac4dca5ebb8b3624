//! Grow: from pairs of sentences that are alike to stretches that tell the same.
//!
//! In: two texts as sentences. Out: [`Stretch`]es, none overlapping another in the target. Seeds that lie close to one
//! another in *both* texts are one cluster: seeds are split where more than [`GAP`] sentences of the target lie between
//! two of them, the parts where that is so in the source, and on by turns until nothing splits. A cluster stands if all
//! the text from its first sentence to its last is alike in both ([`WHOLE`]); else it is split again at smaller gaps.
//! A second look with wide gaps ([`GAP_OF_SUMMARY`]) finds a few sentences that sum up a long stretch of the source. Where
//! stretches overlap in the target, the one with the most likeness in its seeds is taken.

use std::ops::Range;

use super::weigh::{Seed, Sentences, Weighed};

/// Sentences without a seed that may lie between two of one cluster.
const GAP: usize = 4;
/// The same when a cluster that is not alike as a whole has been split as far as it may be.
const LEAST_GAP: usize = 2;
/// The same for summaries: what lies between was left out.
const GAP_OF_SUMMARY: usize = 24;
/// A summary is told from so many times more words of the source, and by so many seeds.
const SUMMED_UP: u32 = 3;
const SEEDS_OF_SUMMARY: usize = 3;
/// Cosine of a whole stretch with its twin.
const WHOLE: f64 = 0.34;
/// The same where one seed is all there is: two sentences on one thing, each written alone, reach a third or so.
const LONE: f64 = 0.5;
/// How often a cluster is split by turns: real ones settle in three or four turns; made-up ones could take as many as
/// they have seeds.
const MOST_TURNS: u32 = 64;

/// Tokens of the target that tell what tokens of the source tell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stretch {
    pub(super) target: Range<usize>,
    pub(super) source: Range<usize>,
    /// Cosine of both as a whole.
    pub(super) similarity: f64,
    /// Likeness of its seeds, summed: what decides between stretches.
    pub(super) score: f64,
}

/// Finds the stretches of two texts, of `min_words` words and more in both; by place in the target.
pub(super) fn stretches(target: Sentences<'_>, source: Sentences<'_>, min_words: u32) -> Vec<Stretch> {
    let weighed = Weighed::of(target, source);
    let seeds = weighed.seeds();
    let find = |gap: usize, summary: bool| {
        let mut found: Vec<(Stretch, usize)> = Vec::new();
        let mut open: Vec<(Vec<Seed>, usize)> = vec![(seeds.clone(), gap)];
        while let Some((seeds, gap)) = open.pop() {
            for cluster in clusters(seeds, gap) {
                let [in_target, in_source] =
                    [|seed: &Seed| seed.target, |seed: &Seed| seed.source].map(|place| span(&cluster, place));
                let similarity = weighed.cosine(in_target.clone(), in_source.clone());
                let enough = if cluster.len() == 1 { LONE } else { WHOLE };
                if similarity >= enough {
                    let score = cluster.iter().map(|seed| seed.cosine).sum();
                    let (target, source) = (tokens(target, &in_target), tokens(source, &in_source));
                    found.push((Stretch { target, source, similarity, score }, cluster.len()));
                } else if gap > LEAST_GAP {
                    open.push((cluster, gap - 1));
                }
            }
        }
        found.retain(|(stretch, seeds)| {
            let words = target.tokens.words(stretch.target.clone());
            let twins = source.tokens.words(stretch.source.clone());
            words >= min_words
                && twins >= min_words
                && (!summary || twins / SUMMED_UP >= words && *seeds >= SEEDS_OF_SUMMARY)
        });
        found.into_iter().map(|(stretch, _)| stretch)
    };
    if seeds.is_empty() {
        return Vec::new();
    }
    let mut chosen = without_overlaps(Vec::new(), find(GAP_OF_SUMMARY, true).collect());
    chosen = without_overlaps(chosen, find(GAP, false).collect());
    chosen.sort_by_key(|stretch| stretch.target.start);
    chosen
}

/// Whether two ranges have a token in common.
pub(super) fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Adds to `chosen` those of `more` that overlap nothing in the target, the best first.
fn without_overlaps(mut chosen: Vec<Stretch>, mut more: Vec<Stretch>) -> Vec<Stretch> {
    more.sort_by(|a, b| {
        let place = |s: &Stretch| (s.target.start, s.source.start, s.target.end, s.source.end);
        b.score.total_cmp(&a.score).then_with(|| place(a).cmp(&place(b)))
    });
    for stretch in more {
        if !chosen.iter().any(|other| overlap(&other.target, &stretch.target)) {
            chosen.push(stretch);
        }
    }
    chosen
}

/// From the first sentence of a cluster to its last.
fn span(cluster: &[Seed], place: impl Fn(&Seed) -> usize) -> Range<usize> {
    let first = cluster.iter().map(&place).min().unwrap_or(0);
    first..cluster.iter().map(&place).max().map_or(first, |last| last + 1)
}

fn tokens(text: Sentences<'_>, sentences: &Range<usize>) -> Range<usize> {
    text.ranges[sentences.start].start..text.ranges[sentences.end - 1].end
}

/// Splits seeds by turns in target and source where more than `gap` sentences lie between two.
fn clusters(seeds: Vec<Seed>, gap: usize) -> Vec<Vec<Seed>> {
    let mut done = Vec::new();
    // Seeds, whether to split them in the source, whether they held together in the other text, turns so far.
    let mut open = vec![(seeds, false, false, 0)];
    while let Some((mut seeds, in_source, held, turn)) = open.pop() {
        let place = |seed: &Seed| if in_source { seed.source } else { seed.target };
        seeds.sort_by_key(|seed| (place(seed), seed.target, seed.source));
        let parts: Vec<Vec<Seed>> =
            seeds.chunk_by(|a, b| place(b) - place(a) <= gap + 1).map(<[Seed]>::to_vec).collect();
        let whole = parts.len() == 1;
        for part in parts {
            if whole && held || turn == MOST_TURNS {
                done.push(part);
            } else {
                open.push((part, !in_source, whole, turn + 1));
            }
        }
    }
    done
}
