//! Judged pairs: precision, recall and F1, and whether scores follow the grades that people gave.
//!
//! In: judged pairs and a report. Out: [`PairsFound`]. A pair is *found* where the report calls it near-duplicates. Only
//! judged pairs count; a pair of a stratum stands for as many pairs as the stratum has, by how many of it were judged.

use std::collections::BTreeMap;

use serde::Serialize;

use super::estimate::{Estimate, Resampling, count, estimates, f1, ratio};
use super::report::Report;
use super::truth::JudgedPair;

/// How right a report is on judged pairs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairsFound {
    /// Pairs that were judged.
    pub judged: usize,
    /// Those that are near-duplicates by the judgement.
    pub alike: usize,
    /// Those that the report calls so.
    pub found: usize,
    /// Those that both call so.
    pub right: usize,
    /// right / found.
    pub precision: Estimate,
    /// right / alike.
    pub recall: Estimate,
    /// Their harmonic mean.
    pub f1: Estimate,
    /// Spearman's rank correlation of grades with scores; 0 is the score of a pair that was not found.
    pub score_correlation: f64,
    /// The same with the larger share of either article that `relations` has in the other.
    pub coverage_correlation: f64,
    /// Pairs of each grade, ascending.
    pub grades: Vec<Grade>,
    /// Pairs of each stratum, by name; empty where pairs were not drawn from strata.
    pub strata: Vec<Stratum>,
}

/// Pairs of one grade.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grade {
    /// The grade.
    pub grade: f64,
    /// Pairs judged so.
    pub pairs: usize,
    /// Those that the report calls near-duplicates.
    pub found: usize,
    /// Their mean score.
    pub mean_score: f64,
    /// Their mean coverage.
    pub mean_coverage: f64,
}

/// Pairs of one stratum.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stratum {
    /// Its name.
    pub stratum: String,
    /// Pairs judged.
    pub judged: usize,
    /// Near-duplicates among them.
    pub alike: usize,
    /// Near-duplicates / judged.
    pub share: Estimate,
}

pub(super) fn judge(pairs: &[JudgedPair], report: &Report, how: Resampling) -> PairsFound {
    let mut strata: BTreeMap<Option<&str>, Vec<&JudgedPair>> = BTreeMap::new();
    for pair in pairs {
        strata.entry(pair.stratum.as_ref().map(|(name, _)| name.as_str())).or_default().push(pair);
    }
    let weighed: Vec<Vec<[f64; 4]>> = strata
        .values()
        .map(|pairs| {
            let all = pairs[0].stratum.as_ref().map_or(count(pairs.len()), |(_, all)| *all);
            let weight = all / count(pairs.len());
            let unit = |pair: &&JudgedPair| {
                let (is, found) = (pair.alike, report.alike(pair.pair.0, pair.pair.1));
                [is && found, found, is, true].map(|yes| if yes { weight } else { 0.0 })
            };
            pairs.iter().map(unit).collect()
        })
        .collect();
    let [precision, recall, f1] = estimates(&weighed, how, |[right, found, is, _]| {
        [ratio(*right, *found), ratio(*right, *is), f1(*right, *found, *is)]
    });
    let found = |pair: &JudgedPair| report.alike(pair.pair.0, pair.pair.1);
    let score = |pair: &JudgedPair| report.score(pair.pair.0, pair.pair.1);
    let coverage = |pair: &JudgedPair| report.coverage(pair.pair.0, pair.pair.1);
    let grades: Vec<f64> = pairs.iter().map(|pair| pair.grade).collect();
    let correlation =
        |of: &dyn Fn(&JudgedPair) -> f64| spearman(&grades, &pairs.iter().map(of).collect::<Vec<_>>());
    let named = strata.iter().zip(&weighed).filter_map(|((name, pairs), weighed)| {
        let [share] = estimates(std::slice::from_ref(weighed), how, |sums| [ratio(sums[2], sums[3])]);
        let alike = pairs.iter().filter(|pair| pair.alike).count();
        Some(Stratum { stratum: (*name)?.to_owned(), judged: pairs.len(), alike, share })
    });
    PairsFound {
        judged: pairs.len(),
        alike: pairs.iter().filter(|pair| pair.alike).count(),
        found: pairs.iter().filter(|pair| found(pair)).count(),
        right: pairs.iter().filter(|pair| pair.alike && found(pair)).count(),
        precision,
        recall,
        f1,
        score_correlation: correlation(&score),
        coverage_correlation: correlation(&coverage),
        grades: by_grade(pairs, &found, &score, &coverage),
        strata: named.collect(),
    }
}

fn by_grade(
    pairs: &[JudgedPair],
    found: &dyn Fn(&JudgedPair) -> bool,
    score: &dyn Fn(&JudgedPair) -> f64,
    coverage: &dyn Fn(&JudgedPair) -> f64,
) -> Vec<Grade> {
    let mut sorted: Vec<&JudgedPair> = pairs.iter().collect();
    sorted.sort_by(|a, b| a.grade.total_cmp(&b.grade));
    let groups = sorted.chunk_by(|a, b| a.grade.total_cmp(&b.grade).is_eq());
    let grade = |group: &[&JudgedPair]| {
        let mean = |of: &dyn Fn(&JudgedPair) -> f64| {
            group.iter().map(|pair| of(pair)).sum::<f64>() / count(group.len())
        };
        Grade {
            grade: group[0].grade,
            pairs: group.len(),
            found: group.iter().filter(|pair| found(pair)).count(),
            mean_score: mean(score),
            mean_coverage: mean(coverage),
        }
    };
    groups.map(grade).collect()
}

/// Spearman's rank correlation: Pearson's of the ranks, ties sharing their mean rank. Not a number where either side is
/// all one value.
fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = f64::midpoint(count(a.len()), 1.0);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>();
    ratio(product(&a, &b), (product(&a, &a) * product(&b, &b)).sqrt())
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for ties in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let mean = count(before) + f64::midpoint(count(ties.len()), 1.0);
        for &at in ties {
            ranks[at] = mean;
        }
        before += ties.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report of six articles: 0 and 1 are listed, 1 and 2 are in one story without a row.
    fn report() -> Report {
        Report {
            story: vec![None, Some(0), Some(0), None, None, None],
            resemblance: vec![0.0, 1.0, 0.9, 0.0, 0.0, 0.0],
            matches: vec![((0, 1), 0.95)],
            ..Report::default()
        }
    }

    fn pair(a: u32, b: u32, grade: f64) -> JudgedPair {
        JudgedPair { pair: (a, b), grade, alike: grade >= 1.0, stratum: None }
    }

    const HOW: Resampling = Resampling { resamples: 200, seed: 0 };

    #[test]
    fn pairs_by_hand() {
        // Found: (0,1), (1,2). Alike: (0,1), (3,4), (3,5).
        let pairs = [pair(0, 1, 2.0), pair(1, 2, 0.0), pair(3, 4, 1.0), pair(3, 5, 1.0), pair(4, 5, 0.0)];
        let found = judge(&pairs, &report(), HOW);
        assert_eq!((found.judged, found.alike, found.found, found.right), (5, 3, 2, 1));
        let values = [found.precision.value, found.recall.value, found.f1.value];
        for (is, expect) in values.into_iter().zip([0.5, 1.0 / 3.0, 0.4]) {
            assert!((is - expect).abs() < 1e-12, "{is} is not {expect}");
        }
        assert!(found.precision.low <= 0.5 && found.precision.high >= 0.5);
        let grades: Vec<(f64, usize, usize)> =
            found.grades.iter().map(|grade| (grade.grade, grade.pairs, grade.found)).collect();
        assert_eq!(grades, [(0.0, 2, 1), (1.0, 2, 0), (2.0, 1, 1)]);
        assert!((found.grades[0].mean_score - 0.45).abs() < 1e-12);
    }

    #[test]
    fn a_stratum_weighs_by_its_size() {
        // 9 of 10 pairs are of the stratum whose one judged pair is right.
        let of = |a, b, grade, stratum: &str, pairs| JudgedPair {
            stratum: Some((stratum.into(), pairs)),
            ..pair(a, b, grade)
        };
        let pairs = [of(0, 1, 1.0, "high", 9.0), of(1, 2, 0.0, "low", 1.0)];
        let found = judge(&pairs, &report(), HOW);
        assert!((found.precision.value - 0.9).abs() < 1e-12, "{found:?}");
        assert_eq!(found.strata.len(), 2);
    }

    #[test]
    fn rank_correlation_by_hand() {
        let check = |a: &[f64], b: &[f64], expect: f64| {
            let is = spearman(a, b);
            assert!((is - expect).abs() < 1e-12, "{is} is not {expect}");
        };
        check(&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0], 1.0);
        check(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0], -1.0);
        // Ranks 1, 2, 3, 4, 5 and 2, 1, 4, 3, 5: 1 − 6·4 / (5·24).
        check(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 1.0, 4.0, 3.0, 5.0], 0.8);
        // Ranks 1.5, 1.5, 3 and 1, 2.5, 2.5.
        check(&[0.0, 0.0, 1.0], &[0.0, 1.0, 1.0], 0.5);
        assert!(spearman(&[1.0, 1.0], &[0.0, 1.0]).is_nan());
    }
}
