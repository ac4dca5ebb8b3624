//! Passages on the text alignment corpus of PAN 2013 in `../shared/data/pan13`, by the measures of Potthast, Stein,
//! Barrón-Cedeño and Rosso, "An Evaluation Framework for Plagiarism Detection", COLING 2010. Skipped, loudly, where the
//! corpus or `zstd` is not there.
//!
//! The task is one of pairs: is text of this source in this suspicious document, and where. An archive links a target
//! to the *earliest* holder, so all sources go in as earlier articles of one outlet, all suspicious documents as later
//! ones of another, and `--all-pairs` lists what every pair shares; of these only labelled pairs are counted.
//!
//! One pair in twelve is taken, all with `WIRECOPY_PAN=all`; the table of measures goes to stderr:
//! `WIRECOPY_PAN=all cargo test --release --test it pan`

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::Range;
use std::process::Command;

use serde_json::{Value, json};

use crate::judging::{range, ratio};
use crate::support::{Report, Scan, shared, skipped, string};

/// Copied text: where it stands in the suspicious document and in the source, in characters.
type Case = [Range<usize>; 2];

/// A pair of documents: their names, the true cases, and what was detected.
#[derive(Clone, Debug, Default)]
struct Judged {
    names: [String; 2],
    kind: String,
    cases: Vec<Case>,
    detections: Vec<Case>,
}

/// The measures of the paper.
#[derive(Clone, Copy, Debug)]
struct Measures {
    precision: f64,
    recall: f64,
    macro_precision: f64,
    macro_recall: f64,
    granularity: f64,
}

impl Measures {
    /// Micro: over the characters of all cases, each character of each document once. Macro: means over cases and over
    /// detections.
    fn of(pairs: &[Judged]) -> Measures {
        // Characters of both documents: of cases, of detections, of what both have in common where they meet.
        let mut spans: [BTreeMap<&str, Vec<Range<usize>>>; 3] = [const { BTreeMap::new() }; 3];
        let (mut recalls, mut precisions) = (Vec::new(), Vec::new());
        let (mut found, mut meetings) = (0, 0);
        for pair in pairs {
            let mut note = |which: usize, case: &Case| {
                for (name, span) in pair.names.iter().zip(case) {
                    spans[which].entry(name).or_default().push(span.clone());
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
        let part = |of: usize| if of == 0 { 1.0 } else { ratio(common, of) };
        let mean = |shares: &[f64]| match shares {
            [] => 1.0,
            shares => shares.iter().sum::<f64>() / ratio(shares.len(), 1),
        };
        Measures {
            precision: part(of_detections),
            recall: part(of_cases),
            macro_precision: mean(&precisions),
            macro_recall: mean(&recalls),
            granularity: if found == 0 { 1.0 } else { ratio(meetings, found) },
        }
    }

    fn plagdet(&self) -> f64 {
        plagdet(self.precision, self.recall, self.granularity)
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

/// The share of a case's characters, in both documents, that is in `parts`.
fn share(case: &Case, parts: &[Case]) -> f64 {
    let inside = [0, 1].map(|side| length(parts.iter().map(|part| part[side].clone()).collect()));
    ratio(inside[0] + inside[1], case[0].len() + case[1].len())
}

/// How many characters are in any of the ranges.
fn length(mut ranges: Vec<Range<usize>>) -> usize {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut end = 0;
    let new = ranges.iter().map(|range| {
        let from = range.start.max(end);
        end = end.max(range.end);
        end.saturating_sub(from)
    });
    new.sum()
}

#[test]
fn measures_are_those_of_the_paper() {
    let pair = |cases: &[Case], detections: &[Case]| Judged {
        names: ["a".into(), "b".into()],
        kind: String::new(),
        cases: cases.to_vec(),
        detections: detections.to_vec(),
    };
    let check = |pairs: &[Judged], precision: f64, recall: f64, granularity: f64, score: f64| {
        let found = Measures::of(pairs);
        for (is, expect) in [
            (found.precision, precision),
            (found.recall, recall),
            (found.granularity, granularity),
            (found.plagdet(), score),
        ] {
            assert!((is - expect).abs() < 1e-9, "{found:?}: {is} is not {expect}");
        }
    };
    // Nothing to find and nothing found; all found.
    check(&[pair(&[], &[])], 1.0, 1.0, 1.0, 1.0);
    check(&[pair(&[[10..20, 0..10]], &[[10..20, 0..10]])], 1.0, 1.0, 1.0, 1.0);
    // Half of it; twice as much.
    check(&[pair(&[[10..20, 0..10]], &[[10..15, 0..5]])], 1.0, 0.5, 1.0, 2.0 / 3.0);
    check(&[pair(&[[10..20, 0..10]], &[[10..30, 0..20]])], 0.5, 1.0, 1.0, 2.0 / 3.0);
    // In two pieces: 1 / log2(1 + 2).
    check(
        &[pair(&[[10..20, 0..10]], &[[10..15, 0..5], [15..20, 5..10]])],
        1.0,
        1.0,
        2.0,
        1.0 / 3.0_f64.log2(),
    );
    // The right place with the wrong source place is no detection of it; nor is something where nothing is.
    check(&[pair(&[[10..20, 0..10]], &[[10..20, 50..60]])], 0.0, 0.0, 1.0, 0.0);
    check(&[pair(&[], &[[10..20, 50..60]])], 0.0, 1.0, 1.0, 0.0);
    // Micro counts characters, macro cases: 10 and 90 characters a side, the long one found.
    let pairs = [pair(&[[0..10, 0..10], [100..190, 100..190]], &[[100..190, 100..190]])];
    check(&pairs, 1.0, 0.9, 1.0, 1.8 / 1.9);
    assert!((Measures::of(&pairs).macro_recall - 0.5).abs() < 1e-9);
}

/// The corpus, or a part of it, as an archive.
struct Corpus {
    scan: Scan,
    pairs: Vec<Judged>,
}

impl Corpus {
    fn read() -> Option<Corpus> {
        let folder = shared("data/pan13")?;
        let unpacked =
            Command::new("zstd").args(["-dc", "--long=24"]).arg(folder.join("articles.jsonl.zst")).output();
        let Ok(unpacked) = unpacked else {
            skipped("zstd is not there");
            return None;
        };
        assert!(unpacked.status.success(), "{}", String::from_utf8_lossy(&unpacked.stderr));
        let parse = |line: &str| -> Value { serde_json::from_str(line).unwrap() };
        let all = std::env::var_os("WIRECOPY_PAN").is_some_and(|part| part == "all");
        let labels = std::fs::read_to_string(folder.join("labels.jsonl")).unwrap();
        let pairs: Vec<Judged> =
            labels.lines().step_by(if all { 1 } else { 12 }).map(|line| judged(&parse(line))).collect();
        let taken: BTreeSet<&str> = pairs.iter().flat_map(|pair| &pair.names).map(String::as_str).collect();
        let mut archive = String::new();
        for line in String::from_utf8(unpacked.stdout).unwrap().lines() {
            let record = parse(line);
            let id = string(&record, "id");
            if taken.contains(id) {
                let (outlet, date) =
                    if id.starts_with("source") { ("first", "2010-01-01") } else { ("second", "2012-01-01") };
                let record = json!({ "id": id, "text": record["text"], "outlet": outlet, "date": date });
                archive += &record.to_string();
                archive.push('\n');
            }
        }
        Some(Corpus { scan: Scan::of("pan.jsonl", archive), pairs })
    }

    /// Scans, and puts what was found between the documents of labelled pairs beside the labels.
    fn detected(&self, args: &[&str]) -> (Report, Vec<Judged>) {
        let report = self.scan.scan_to("report", &[&["pan.jsonl", "--only", "passages"], args].concat());
        let mut found: BTreeMap<[String; 2], Vec<Case>> = BTreeMap::new();
        for row in report.table("passages") {
            let names = [string(&row, "target").to_owned(), string(&row, "source").to_owned()];
            found.entry(names).or_default().push([range(&row["target_chars"]), range(&row["source_chars"])]);
        }
        let with = |pair: &Judged| Judged {
            detections: found.get(&pair.names).cloned().unwrap_or_default(),
            ..pair.clone()
        };
        (report, self.pairs.iter().map(with).collect())
    }
}

fn judged(row: &Value) -> Judged {
    let case = |span: &Value| -> Case {
        let at = |at: usize| usize::try_from(span[at].as_u64().unwrap()).unwrap();
        [at(0)..at(0) + at(1), at(2)..at(2) + at(3)]
    };
    Judged {
        names: [string(row, "susp").to_owned(), string(row, "src").to_owned()],
        kind: string(row, "kind")[..2].to_owned(),
        cases: row["spans"].as_array().unwrap().iter().map(case).collect(),
        detections: Vec::new(),
    }
}

/// Measures by kind, `all` among them; also on stderr, past the test harness.
fn by_kind(what: &str, pairs: &[Judged]) -> BTreeMap<String, Measures> {
    let mut kinds: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    for pair in pairs {
        kinds.entry(pair.kind.clone()).or_default().push(pair.clone());
        kinds.entry("all".into()).or_default().push(pair.clone());
    }
    let mut measures = BTreeMap::new();
    for (kind, pairs) in kinds {
        let m = Measures::of(&pairs);
        let detections: usize = pairs.iter().map(|pair| pair.detections.len()).sum();
        let macro_score = plagdet(m.macro_precision, m.macro_recall, m.granularity);
        let _ = writeln!(
            std::io::stderr(),
            "{what:26} {kind:3} {:5} pairs {detections:5} detections: plagdet {:.4} (precision {:.4}, recall {:.4}, \
             granularity {:.4}), macro {macro_score:.4}",
            pairs.len(),
            m.plagdet(),
            m.precision,
            m.recall,
            m.granularity,
        );
        measures.insert(kind, m);
    }
    measures
}

fn check(corpus: &Corpus, args: &[&str], least: &[(&str, f64)]) {
    let (_, pairs) = corpus.detected(args);
    let measures = by_kind(&args.join(" "), &pairs);
    for (kind, score) in least {
        assert!(measures[*kind].plagdet() >= *score, "{args:?}: {kind} stands at {:?}", measures[*kind]);
    }
    let without = pairs.iter().filter(|pair| pair.kind == "01" && !pair.detections.is_empty());
    assert_eq!(without.count(), 0, "{args:?}: unrelated pairs have none");
}

#[test]
fn passages_on_pan_2013() {
    let Some(corpus) = Corpus::read() else { return };
    check(&corpus, &["--all-pairs"], &[("02", 0.99)]);
    // To the earliest holder alone: what another holder had first is not counted for the labelled pair.
    check(&corpus, &[], &[("02", 0.99)]);
    check(&corpus, &["--all-pairs", "--loose"], &[("02", 0.95), ("03", 0.75), ("04", 0.75), ("all", 0.80)]);
    check(&corpus, &["--loose"], &[("02", 0.95), ("03", 0.75), ("all", 0.75)]);
}
