//! Stories as a whole: how the report's grouping of articles agrees with the true one.
//!
//! In: true stories of articles and a report. Out: [`StoriesFound`]. Only articles whose story truth tells count; an article
//! that the report has in no story is a group of its own.
//!
//! Pairs within groups: precision, recall, F1. Adjusted Rand index (L. Hubert, P. Arabie, "Comparing Partitions", 1985).
//! Homogeneity and completeness (A. Rosenberg, J. Hirschberg, "V-Measure", EMNLP 2007). B-cubed (A. Bagga, B. Baldwin, 1998).
//! All are functions of sums over true stories, so a resample draws stories. Linear but for sorting.

use std::collections::BTreeMap;

use serde::Serialize;

use super::estimate::{Estimate, Resampling, Sums, count, estimates, f1, ratio};
use super::report::Report;
use super::truth::KnownArticle;

/// How right a report's stories are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StoriesFound {
    /// Articles whose story truth tells.
    pub articles: usize,
    /// True stories of two articles and more.
    pub stories: usize,
    /// Stories of two such articles and more in the report.
    pub found: usize,
    /// Pairs of one true story among pairs of one found story.
    pub pair_precision: Estimate,
    /// Pairs of one found story among pairs of one true story.
    pub pair_recall: Estimate,
    /// Their harmonic mean.
    pub pair_f1: Estimate,
    /// 1 where both groupings are the same, 0 as by chance.
    pub adjusted_rand: Estimate,
    /// 1 where each found group is of one true story.
    pub homogeneity: Estimate,
    /// 1 where each true story is in one found group.
    pub completeness: Estimate,
    /// Mean over articles: the share of its found group that is of its true story.
    pub b_cubed_precision: Estimate,
    /// Mean over articles: the share of its true story that is in its found group.
    pub b_cubed_recall: Estimate,
    /// Their harmonic mean.
    pub b_cubed_f1: Estimate,
}

pub(super) fn judge(articles: &[KnownArticle], report: &Report, how: Resampling) -> Option<StoriesFound> {
    let mut of_story: BTreeMap<&str, Vec<Group>> = BTreeMap::new();
    let mut known: Vec<(&str, u32)> =
        articles.iter().filter_map(|known| Some((known.story.as_deref()?, known.article))).collect();
    // An article that stands twice is one.
    known.sort_unstable_by_key(|(_, article)| *article);
    known.dedup_by_key(|(_, article)| *article);
    for &(story, article) in &known {
        let group = report.story[article as usize].map_or(Group::Single(article), Group::Story);
        of_story.entry(story).or_default().push(group);
    }
    if known.is_empty() {
        return None;
    }
    let mut sizes: BTreeMap<Group, usize> = BTreeMap::new();
    for group in of_story.values().flatten() {
        *sizes.entry(*group).or_default() += 1;
    }
    let units: Vec<Sums<10>> = of_story
        .values_mut()
        .map(|groups| {
            groups.sort_unstable();
            sums_of(groups, &sizes)
        })
        .collect();
    let [
        pair_precision,
        pair_recall,
        pair_f1,
        adjusted_rand,
        homogeneity,
        completeness,
        b_cubed_precision,
        b_cubed_recall,
        b_cubed_f1,
    ] = estimates(&[units], how, measures);
    Some(StoriesFound {
        articles: known.len(),
        stories: of_story.values().filter(|groups| groups.len() > 1).count(),
        found: sizes.values().filter(|size| **size > 1).count(),
        pair_precision,
        pair_recall,
        pair_f1,
        adjusted_rand,
        homogeneity,
        completeness,
        b_cubed_precision,
        b_cubed_recall,
        b_cubed_f1,
    })
}

/// Where the report has an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Story(u32),
    Single(u32),
}

fn pairs(size: f64) -> f64 {
    size * (size - 1.0) / 2.0
}

/// What a true story adds. `groups` has the found group of each of its articles, sorted.
fn sums_of(groups: &[Group], sizes: &BTreeMap<Group, usize>) -> Sums<10> {
    let size = count(groups.len());
    let mut sums = [0.0; 10];
    sums[0] = size;
    sums[2] = pairs(size);
    sums[7] = size * size.ln();
    for part in groups.chunk_by(|a, b| a == b) {
        let (common, found) = (count(part.len()), count(sizes[&part[0]]));
        sums[1] += pairs(common);
        // Half a pair for each of its two articles.
        sums[3] += common * (found - 1.0) / 2.0;
        sums[4] += common * common / found;
        sums[5] += common * common / size;
        sums[6] += common * (common / found).ln();
        sums[8] += common * (common / size).ln();
        sums[9] += common * found.ln();
    }
    sums
}

fn measures(sums: &Sums<10>) -> [f64; 9] {
    let [n, right, true_ones, found, precision, recall, given_found, stories, given_true, groups] = *sums;
    let by_chance = ratio(true_ones * found, pairs(n));
    let most = f64::midpoint(true_ones, found);
    // Both groupings are all singles, or all one.
    let rand = if (most - by_chance).abs() < 1e-9 { 1.0 } else { (right - by_chance) / (most - by_chance) };
    let (entropy_true, entropy_found) = (n.ln() - stories / n, n.ln() - groups / n);
    let share = |conditional: f64, entropy: f64| {
        if entropy < 1e-12 { 1.0 } else { 1.0 - (-conditional / n) / entropy }
    };
    let (precision, recall) = (precision / n, recall / n);
    [
        ratio(right, found),
        ratio(right, true_ones),
        f1(right, found, true_ones),
        rand,
        share(given_found, entropy_true),
        share(given_true, entropy_found),
        precision,
        recall,
        2.0 * precision * recall / (precision + recall),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOW: Resampling = Resampling { resamples: 50, seed: 0 };

    fn judged(of: &[(u32, Option<u32>)]) -> StoriesFound {
        let known = |(article, (story, _)): (u32, &(u32, Option<u32>))| KnownArticle {
            article,
            story: Some(story.to_string()),
            ..KnownArticle::default()
        };
        let articles: Vec<KnownArticle> = (0..).zip(of).map(known).collect();
        let report = Report { story: of.iter().map(|(_, found)| *found).collect(), ..Report::default() };
        judge(&articles, &report, HOW).expect("there are articles")
    }

    fn values(found: &StoriesFound) -> [f64; 9] {
        [
            found.pair_precision,
            found.pair_recall,
            found.pair_f1,
            found.adjusted_rand,
            found.homogeneity,
            found.completeness,
            found.b_cubed_precision,
            found.b_cubed_recall,
            found.b_cubed_f1,
        ]
        .map(|estimate| estimate.value)
    }

    #[test]
    fn groupings_by_hand() {
        // True: {0,1,2}, {3,4}. Found: {0,1}, {2,3,4}. Common pairs 01, 34; found 4, true 4, all 10.
        let found = judged(&[(0, Some(0)), (0, Some(0)), (0, Some(1)), (1, Some(1)), (1, Some(1))]);
        assert_eq!((found.articles, found.stories, found.found), (5, 2, 2));
        let b_precision = (1.0 + 1.0 + 1.0 / 3.0 + 2.0 / 3.0 + 2.0 / 3.0) / 5.0;
        let b_recall = (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 1.0 + 1.0) / 5.0;
        let expect = [0.5, 0.5, 0.5, (2.0 - 1.6) / (4.0 - 1.6), f64::NAN, f64::NAN, b_precision, b_recall];
        for (is, expect) in values(&found).into_iter().zip(expect).filter(|(_, expect)| !expect.is_nan()) {
            assert!((is - expect).abs() < 1e-12, "{is} is not {expect}");
        }
    }

    #[test]
    fn the_same_grouping_is_right_in_all() {
        let found = judged(&[(0, Some(0)), (0, Some(0)), (1, None), (2, None)]);
        assert!(values(&found).iter().all(|value| (value - 1.0).abs() < 1e-12), "{found:?}");
    }

    /// By the definitions, pair by pair and article by article.
    fn by_definition(of: &[(u32, Option<u32>)]) -> [f64; 9] {
        let n = of.len();
        let same_true = |i: usize, j: usize| of[i].0 == of[j].0;
        let same_found = |i: usize, j: usize| i == j || of[i].1.is_some() && of[i].1 == of[j].1;
        let [mut right, mut found, mut is, mut all] = [0.0; 4];
        for i in 0..n {
            for j in 0..i {
                all += 1.0;
                right += f64::from(u8::from(same_true(i, j) && same_found(i, j)));
                found += f64::from(u8::from(same_found(i, j)));
                is += f64::from(u8::from(same_true(i, j)));
            }
        }
        let share = |i: usize, a: &dyn Fn(usize, usize) -> bool, b: &dyn Fn(usize, usize) -> bool| {
            let both = (0..n).filter(|&j| a(i, j) && b(i, j)).count();
            count(both) / count((0..n).filter(|&j| b(i, j)).count())
        };
        let mean = |of: &dyn Fn(usize) -> f64| (0..n).map(of).sum::<f64>() / count(n);
        // Entropies as means over articles of the logarithm of the share of their group.
        let size = |i: usize, a: &dyn Fn(usize, usize) -> bool| count((0..n).filter(|&j| a(i, j)).count());
        let entropy = |a: &dyn Fn(usize, usize) -> bool| mean(&|i| -(size(i, a) / count(n)).ln());
        let given = |a: &dyn Fn(usize, usize) -> bool, b: &dyn Fn(usize, usize) -> bool| {
            mean(&|i| -share(i, a, b).ln())
        };
        let part = |given: f64, entropy: f64| if entropy < 1e-12 { 1.0 } else { 1.0 - given / entropy };
        let chance = is * found / all;
        let most = f64::midpoint(is, found);
        let precision = mean(&|i| share(i, &same_true, &same_found));
        let recall = mean(&|i| share(i, &same_found, &same_true));
        [
            right / found,
            right / is,
            2.0 * right / (found + is),
            if (most - chance).abs() < 1e-9 { 1.0 } else { (right - chance) / (most - chance) },
            part(given(&same_true, &same_found), entropy(&same_true)),
            part(given(&same_found, &same_true), entropy(&same_found)),
            precision,
            recall,
            2.0 * precision * recall / (precision + recall),
        ]
    }

    proptest! {
        #[test]
        fn measures_are_those_of_the_definitions(of in prop::collection::vec((0_u32..5, prop::option::of(0_u32..5)), 2..20)) {
            // Stories are numbered without gaps in a report; here numbers only have to fit.
            for (is, expect) in values(&judged(&of)).into_iter().zip(by_definition(&of)) {
                prop_assert!(is.is_nan() && expect.is_nan() || (is - expect).abs() < 1e-9, "{} is not {}", is, expect);
            }
        }
    }
}
