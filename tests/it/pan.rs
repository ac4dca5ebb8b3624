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
use std::process::Command;

use serde_json::{Value, json};

use wirecopy::eval::{Aligned, Case, Measures};

use crate::judging::range;
use crate::support::{Report, Scan, shared, skipped, string};

/// A pair of documents: their names, the true cases, and what was detected.
#[derive(Clone, Debug, Default)]
struct Judged {
    names: [String; 2],
    kind: String,
    cases: Vec<Case>,
    detections: Vec<Case>,
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

/// The measures of the room `eval`, which knows documents by number.
fn measures_of(pairs: &[Judged]) -> Measures {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let aligned: Vec<Aligned> = pairs
        .iter()
        .map(|pair| {
            let documents = pair.names.each_ref().map(|name| {
                let next = u32::try_from(numbers.len()).unwrap();
                *numbers.entry(name).or_insert(next)
            });
            Aligned { documents, cases: pair.cases.clone(), detections: pair.detections.clone() }
        })
        .collect();
    Measures::of(&aligned)
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
        let m = measures_of(&pairs);
        let detections: usize = pairs.iter().map(|pair| pair.detections.len()).sum();
        let _ = writeln!(
            std::io::stderr(),
            "{what:26} {kind:3} {:5} pairs {detections:5} detections: plagdet {:.4} (precision {:.4}, recall {:.4}, \
             granularity {:.4}), macro {:.4}",
            pairs.len(),
            m.plagdet,
            m.precision,
            m.recall,
            m.granularity,
            m.macro_plagdet,
        );
        measures.insert(kind, m);
    }
    measures
}

fn check(corpus: &Corpus, args: &[&str], least: &[(&str, f64)]) {
    let (_, pairs) = corpus.detected(args);
    let measures = by_kind(&args.join(" "), &pairs);
    for (kind, score) in least {
        assert!(measures[*kind].plagdet >= *score, "{args:?}: {kind} stands at {:?}", measures[*kind]);
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
