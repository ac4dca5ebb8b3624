//! Passages: precision, recall, granularity and plagdet (M. Potthast, B. Stein, A. Barrón-Cedeño, P. Rosso, "An Evaluation
//! Framework for Plagiarism Detection", COLING 2010).
//!
//! In: pairs of documents with their true passages and what was detected between them. Out: [`Measures`]. A detection is
//! one of a case where both meet in both documents. *Micro* counts characters of all cases, each character of a document
//! once; *macro* is the mean over cases (recall) and over detections (precision). Quadratic in the passages of one pair.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::estimate::{Estimate, Resampling, Sums, count, estimates};
use super::report::Report;
use super::spans::{common, length};
use super::truth::AlignedPair;
use crate::text::union;

/// Copied text: where it stands in the target and in the source, in characters.
pub type Case = [Range<usize>; 2];

/// A pair of documents: their numbers, the true cases, and what was detected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aligned {
    /// The target and the source.
    pub documents: [u32; 2],
    /// What was copied.
    pub cases: Vec<Case>,
    /// What was found.
    pub detections: Vec<Case>,
}

/// The measures of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measures {
    /// Micro precision.
    pub precision: f64,
    /// Micro recall.
    pub recall: f64,
    /// Macro precision.
    pub macro_precision: f64,
    /// Macro recall.
    pub macro_recall: f64,
    /// Detections a detected case: 1 is best.
    pub granularity: f64,
    /// F1 of the micro measures over log2(1 + granularity).
    pub plagdet: f64,
    /// The same of the macro measures.
    pub macro_plagdet: f64,
}

impl Measures {
    /// Of all pairs together. Where nothing was to find, recall is 1; where nothing was found, precision is.
    pub fn of(pairs: &[Aligned]) -> Measures {
        // Characters of both documents: of cases, of detections, of what both have in common where they meet.
        let mut spans: [BTreeMap<u32, Vec<Range<usize>>>; 3] = [const { BTreeMap::new() }; 3];
        let (mut recalls, mut precisions) = (Vec::new(), Vec::new());
        let (mut found, mut meetings) = (0, 0);
        for pair in pairs {
            let mut note = |which: usize, case: &Case| {
                for (document, span) in pair.documents.iter().zip(case) {
                    spans[which].entry(*document).or_default().push(span.clone());
                }
            };
            pair.cases.iter().for_each(|case| note(0, case));
            pair.detections.iter().for_each(|detection| note(1, detection));
            for case in &pair.cases {
                let common = common_with(case, &pair.detections);
                for part in &common {
                    note(2, part);
                }
                found += usize::from(!common.is_empty());
                meetings += common.len();
                recalls.push(share(case, &common));
            }
            precisions.extend(pair.detections.iter().map(|one| share(one, &common_with(one, &pair.cases))));
        }
        let [of_cases, of_detections, common] = spans.map(|by| by.into_values().map(length).sum::<usize>());
        let part = |of: usize| if of == 0 { 1.0 } else { count(common) / count(of) };
        let mean = |shares: &[f64]| match shares {
            [] => 1.0,
            shares => shares.iter().sum::<f64>() / count(shares.len()),
        };
        let granularity = if found == 0 { 1.0 } else { count(meetings) / count(found) };
        let (precision, recall) = (part(of_detections), part(of_cases));
        let (macro_precision, macro_recall) = (mean(&precisions), mean(&recalls));
        Measures {
            precision,
            recall,
            macro_precision,
            macro_recall,
            granularity,
            plagdet: plagdet(precision, recall, granularity),
            macro_plagdet: plagdet(macro_precision, macro_recall, granularity),
        }
    }
}

fn plagdet(precision: f64, recall: f64, granularity: f64) -> f64 {
    let sum = precision + recall;
    if sum == 0.0 { 0.0 } else { 2.0 * precision * recall / sum / (1.0 + granularity).log2() }
}

/// The parts of `one` inside those of `others` that meet it in both documents.
fn common_with(one: &Case, others: &[Case]) -> Vec<Case> {
    let cut = |a: &Range<usize>, b: &Range<usize>| a.start.max(b.start)..a.end.min(b.end);
    let parts = others.iter().map(|other| [cut(&one[0], &other[0]), cut(&one[1], &other[1])]);
    parts.filter(|part| part.iter().all(|range| range.start < range.end)).collect()
}

/// The share of a case's characters, in both documents, that is in `parts`; an empty case is found.
fn share(case: &Case, parts: &[Case]) -> f64 {
    let inside = [0, 1].map(|side| length(parts.iter().map(|part| part[side].clone()).collect()));
    let whole = case[0].len() + case[1].len();
    if whole == 0 { 1.0 } else { count(inside[0] + inside[1]) / count(whole) }
}

/// How right a report's passages are on pairs whose passages are known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PassagesFound {
    /// What kind of case it is; null for all.
    pub kind: Option<String>,
    /// Pairs whose passages are known.
    pub pairs: usize,
    /// Passages in them.
    pub cases: usize,
    /// Passages that the report has between them.
    pub detections: usize,
    /// The measures on them.
    #[serde(flatten)]
    pub measures: Measures,
    /// The interval of plagdet; resamples draw pairs and count a character once a pair.
    pub plagdet_interval: [f64; 2],
    /// Share of the characters of the targets' cases that stand in passages from any article: an archive links to the
    /// earliest holder, which need not be the one that truth names.
    pub from_anywhere: Estimate,
}

/// All pairs, then those of each kind that truth names.
pub(super) fn judge(pairs: &[AlignedPair], report: &Report, how: Resampling) -> Vec<PassagesFound> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let mut kinds: BTreeMap<Option<&str>, Vec<&AlignedPair>> = BTreeMap::new();
    kinds.insert(None, pairs.iter().collect());
    for pair in pairs.iter().filter(|pair| pair.kind.is_some()) {
        kinds.entry(pair.kind.as_deref()).or_default().push(pair);
    }
    kinds.into_iter().map(|(kind, pairs)| of_kind(kind, &pairs, report, how)).collect()
}

fn of_kind(kind: Option<&str>, pairs: &[&AlignedPair], report: &Report, how: Resampling) -> PassagesFound {
    let aligned: Vec<Aligned> = pairs
        .iter()
        .map(|pair| Aligned {
            documents: [pair.pair.0, pair.pair.1],
            cases: pair.cases.clone(),
            detections: report.passages_between(pair.pair.0, pair.pair.1),
        })
        .collect();
    let units: Vec<Sums<7>> =
        aligned.iter().zip(pairs).map(|(aligned, pair)| sums_of(aligned, pair, report)).collect();
    let [interval, from_anywhere] = estimates(&[units], how, |sums| {
        let [of_cases, of_detections, common, found, meetings, covered, targets] = *sums;
        let part = |of: f64| if of == 0.0 { 1.0 } else { common / of };
        let granularity = if found == 0.0 { 1.0 } else { meetings / found };
        [plagdet(part(of_detections), part(of_cases), granularity), covered / targets]
    });
    PassagesFound {
        kind: kind.map(str::to_owned),
        pairs: pairs.len(),
        cases: aligned.iter().map(|pair| pair.cases.len()).sum(),
        detections: aligned.iter().map(|pair| pair.detections.len()).sum(),
        measures: Measures::of(&aligned),
        plagdet_interval: [interval.low, interval.high],
        from_anywhere,
    }
}

/// What a pair adds: characters of cases, of detections, of both; cases found, meetings; characters of the target's cases
/// that are found from anywhere, and all of them.
fn sums_of(aligned: &Aligned, pair: &AlignedPair, report: &Report) -> Sums<7> {
    let characters = |cases: &[Case]| {
        count([0, 1].map(|side| length(cases.iter().map(|case| case[side].clone()).collect())).iter().sum())
    };
    let meetings: Vec<Vec<Case>> =
        aligned.cases.iter().map(|case| common_with(case, &aligned.detections)).collect();
    let target = union(pair.cases.iter().map(|case| case[0].clone()));
    let found = union(report.passages_of(pair.pair.0).map(|found| found.spans[0].clone()));
    [
        characters(&aligned.cases),
        characters(&aligned.detections),
        characters(&meetings.concat()),
        count(meetings.iter().filter(|parts| !parts.is_empty()).count()),
        count(meetings.iter().map(Vec::len).sum()),
        count(common(&target, &found)),
        count(target.iter().map(ExactSizeIterator::len).sum()),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn pair(cases: &[Case], detections: &[Case]) -> Aligned {
        Aligned { documents: [0, 1], cases: cases.to_vec(), detections: detections.to_vec() }
    }

    fn check(pairs: &[Aligned], precision: f64, recall: f64, granularity: f64, score: f64) {
        let found = Measures::of(pairs);
        for (is, expect) in [
            (found.precision, precision),
            (found.recall, recall),
            (found.granularity, granularity),
            (found.plagdet, score),
        ] {
            assert!((is - expect).abs() < 1e-9, "{found:?}: {is} is not {expect}");
        }
    }

    #[test]
    fn measures_are_those_of_the_paper() {
        // Nothing to find and nothing found; all found.
        check(&[pair(&[], &[])], 1.0, 1.0, 1.0, 1.0);
        check(&[pair(&[[10..20, 0..10]], &[[10..20, 0..10]])], 1.0, 1.0, 1.0, 1.0);
        // Half of it; twice as much.
        check(&[pair(&[[10..20, 0..10]], &[[10..15, 0..5]])], 1.0, 0.5, 1.0, 2.0 / 3.0);
        check(&[pair(&[[10..20, 0..10]], &[[10..30, 0..20]])], 0.5, 1.0, 1.0, 2.0 / 3.0);
        // In two pieces: 1 / log2(1 + 2).
        let pieces = [[10..15, 0..5], [15..20, 5..10]];
        check(&[pair(&[[10..20, 0..10]], &pieces)], 1.0, 1.0, 2.0, 1.0 / 3.0_f64.log2());
        // The right place with the wrong source place is no detection of it; nor is something where nothing is.
        check(&[pair(&[[10..20, 0..10]], &[[10..20, 50..60]])], 0.0, 0.0, 1.0, 0.0);
        check(&[pair(&[], &[[10..20, 50..60]])], 0.0, 1.0, 1.0, 0.0);
        // Micro counts characters, macro cases: 10 and 90 characters a side, the long one found.
        let pairs = [pair(&[[0..10, 0..10], [100..190, 100..190]], &[[100..190, 100..190]])];
        check(&pairs, 1.0, 0.9, 1.0, 1.8 / 1.9);
        assert!((Measures::of(&pairs).macro_recall - 0.5).abs() < 1e-9);
    }

    /// Micro precision and recall by sets of (document, character).
    fn by_definition(pairs: &[Aligned]) -> (f64, f64) {
        let [mut cases, mut detections, mut both] = [const { BTreeSet::new() }; 3];
        let characters = |pair: &Aligned, case: &Case| -> BTreeSet<(u32, usize)> {
            let of = |side: usize| case[side].clone().map(move |at| (pair.documents[side], at));
            of(0).chain(of(1)).collect()
        };
        for pair in pairs {
            for detection in &pair.detections {
                detections.extend(characters(pair, detection));
            }
            for case in &pair.cases {
                let of_case = characters(pair, case);
                for detection in &pair.detections {
                    let of_detection = characters(pair, detection);
                    let common: Vec<_> = of_case.intersection(&of_detection).copied().collect();
                    if pair.documents.iter().all(|document| common.iter().any(|(of, _)| of == document)) {
                        both.extend(common);
                    }
                }
                cases.extend(of_case);
            }
        }
        let part = |of: usize| if of == 0 { 1.0 } else { count(both.len()) / count(of) };
        (part(detections.len()), part(cases.len()))
    }

    fn cases() -> impl Strategy<Value = Vec<Case>> {
        let case = (0_usize..40, 1_usize..15, 0_usize..40, 1_usize..15);
        prop::collection::vec(case.prop_map(|(a, n, b, m)| [a..a + n, b..b + m]), 0..4)
    }

    proptest! {
        #[test]
        fn micro_measures_count_each_character_once(all in prop::collection::vec(((0_u32..3), (3_u32..5), cases(), cases()), 0..4)) {
            let pairs: Vec<Aligned> = all
                .into_iter()
                .map(|(target, source, cases, detections)| Aligned { documents: [target, source], cases, detections })
                .collect();
            let (found, (precision, recall)) = (Measures::of(&pairs), by_definition(&pairs));
            prop_assert!((found.precision - precision).abs() < 1e-12 && (found.recall - recall).abs() < 1e-12);
        }
    }
}
