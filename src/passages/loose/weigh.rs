//! Weigh: which sentences of two texts say nearly the same, told by the rare words that they share.
//!
//! In: the sentences of two texts. Out: [`Seed`]s, pairs of sentences that are alike, and the likeness of longer
//! stretches. A word counts by how often it stands in a sentence times ln(sentences of both texts / those that hold
//! it): a word in every sentence counts nothing, a name found twice counts much. Two sentences are alike if the cosine
//! of these weights *and* the share of distinct words in common (Dice) pass [`LIKE`]: the cosine alone would take one
//! rare name for a copy, Dice alone five stop words. Words are token hashes, so any script will do; order is not looked
//! at, so shuffled words are found.
//!
//! Source: Sanchez-Perez, Sidorov, Gelbukh, "A Winning Approach to Text Alignment for Text Reuse Detection at PAN
//! 2014", CLEF 2014, from memory: weights, both thresholds and the two widths of gaps are theirs.

use std::ops::Range;

use crate::text::Tokens;

/// Cosine and Dice that two sentences must pass.
const LIKE: f64 = 0.33;

/// Seeds a sentence may have, the most alike first: a text that repeats itself would have all with all.
const MOST_SEEDS: usize = 8;

/// A text as tokens and sentences.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sentences<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) ranges: &'a [Range<usize>],
}

/// A sentence of the target that is like one of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seed {
    pub(super) target: usize,
    pub(super) source: usize,
    pub(super) cosine: f64,
}

/// The sentences of two texts as weighted words.
#[derive(Debug)]
pub(super) struct Weighed {
    target: Vec<Bag>,
    source: Vec<Bag>,
    words: usize,
}

/// A sentence: its words by number, each once, with weight; and the root of the sum of their squares.
#[derive(Debug)]
struct Bag {
    words: Vec<(usize, f64)>,
    norm: f64,
}

impl Weighed {
    /// Weighs the words of both texts. O(n log n) in their tokens.
    pub(super) fn of(target: Sentences<'_>, source: Sentences<'_>) -> Weighed {
        let distinct = |text: Sentences<'_>| -> Vec<Vec<u64>> {
            let sorted = |range: &Range<usize>| {
                let mut words = text.tokens.hashes()[range.clone()].to_vec();
                words.sort_unstable();
                words
            };
            text.ranges.iter().map(sorted).collect()
        };
        let sentences = [distinct(target), distinct(source)];
        let mut known: Vec<u64> = Vec::new();
        for words in sentences.iter().flatten() {
            known.extend(words.chunk_by(|a, b| a == b).map(|same| same[0]));
        }
        known.sort_unstable();
        let all = count(target.ranges.len() + source.ranges.len());
        let (vocabulary, weights): (Vec<u64>, Vec<f64>) =
            known.chunk_by(|a, b| a == b).map(|same| (same[0], (all / count(same.len())).ln())).unzip();
        let bag = |words: &Vec<u64>| {
            let words: Vec<(usize, f64)> = words
                .chunk_by(|a, b| a == b)
                .map(|same| {
                    let word = vocabulary.binary_search(&same[0]).expect("all words were collected");
                    (word, count(same.len()) * weights[word])
                })
                .collect();
            let norm = dot(&words, &words).sqrt();
            Bag { words, norm }
        };
        let [target, source] = sentences.map(|sentences| sentences.iter().map(bag).collect());
        Weighed { target, source, words: vocabulary.len() }
    }

    /// The pairs of sentences that are alike, by place in the target. A word in k sentences of the source costs k steps
    /// for every sentence of the target that holds it.
    pub(super) fn seeds(&self) -> Vec<Seed> {
        let mut holders: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.words];
        for (place, bag) in self.source.iter().enumerate() {
            for &(word, weight) in &bag.words {
                holders[word].push((place, weight));
            }
        }
        let mut seeds = Vec::new();
        let mut met = vec![(0.0, 0_usize); self.source.len()];
        let mut alike: Vec<Seed> = Vec::new();
        for (target, bag) in self.target.iter().enumerate() {
            met.fill((0.0, 0));
            for &(word, weight) in &bag.words {
                for &(source, other) in &holders[word] {
                    met[source].0 += weight * other;
                    met[source].1 += 1;
                }
            }
            alike.clear();
            alike.extend(met.iter().enumerate().filter_map(|(source, &(product, shared))| {
                let other = &self.source[source];
                let cosine = product / (bag.norm * other.norm);
                let dice = count(2 * shared) / count(bag.words.len() + other.words.len());
                // A norm of 0 makes no number, which is not above anything.
                (cosine > LIKE && dice > LIKE).then_some(Seed { target, source, cosine })
            }));
            alike.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then(a.source.cmp(&b.source)));
            seeds.extend(alike.iter().take(MOST_SEEDS));
        }
        seeds
    }

    /// Cosine of a stretch of the target and one of the source, each taken as one bag of words.
    pub(super) fn cosine(&self, target: Range<usize>, source: Range<usize>) -> f64 {
        let (target, source) = (sum(&self.target[target]), sum(&self.source[source]));
        let norms = (dot(&target, &target) * dot(&source, &source)).sqrt();
        if norms > 0.0 { (dot(&target, &source) / norms).min(1.0) } else { 0.0 }
    }
}

/// Several sentences as one.
fn sum(bags: &[Bag]) -> Vec<(usize, f64)> {
    let mut words: Vec<(usize, f64)> = bags.iter().flat_map(|bag| bag.words.iter().copied()).collect();
    // Stable: weights of one word are added in the order of the text, so that sums are the same every time.
    words.sort_by_key(|&(word, _)| word);
    words.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, same.iter().map(|&(_, w)| w).sum())).collect()
}

fn dot(a: &[(usize, f64)], b: &[(usize, f64)]) -> f64 {
    let (mut i, mut j, mut product) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                product += a[i].1 * b[j].1;
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    product
}

#[allow(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^52")]
fn count(of: usize) -> f64 {
    of as f64
}
