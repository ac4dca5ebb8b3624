//! The archives of `../shared`, as the first issue's "Shows" asks. Every test is skipped, loudly, where they
//! are not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use wirecopy::repeats::{Repeats, kept};

use crate::generator::judge;
use crate::judging::{
    Pairs, Texts, check_passages, check_repeats, check_stories, covered, range, ratio, spans_by,
};
use crate::support::{Report, Scan, number, share, shared, skipped, string};

fn seeds() -> Option<(PathBuf, Report)> {
    let folder = shared("data/seeds")?;
    let report = Scan::new().scan_to("report", &[folder.to_str().unwrap()]);
    Some((folder, report))
}

/// The rows about the page whose file name begins so.
fn of_page(rows: &[Value], key: &str, page: &str) -> Vec<Value> {
    rows.iter().filter(|row| string(row, key).contains(&format!("/{page}_"))).cloned().collect()
}

/// The text of the page whose file name begins so.
fn page_text(folder: &std::path::Path, page: &str) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut found = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(page));
    std::fs::read_to_string(found.next().unwrap().path()).unwrap()
}

#[test]
fn seeds_001_is_a_double_capture_with_its_credit() {
    let Some((folder, report)) = seeds() else { return };
    let repeats = of_page(&report.table("repeats"), "article", "001");
    assert_eq!(repeats.len(), 1, "{repeats:?}");
    assert_eq!(repeats[0]["kind"], "double-capture");
    // Some 880 words, as blanks part them; the engine's tokens are a few more.
    let text = page_text(&folder, "001");
    let words = text[range(&repeats[0]["again_bytes"])].split_whitespace().count();
    assert!((860..=900).contains(&words), "{words} words");
    assert!((860..=930).contains(&number(&repeats[0], "words")), "{}", repeats[0]);
    let article = &of_page(&report.table("articles"), "id", "001")[0];
    let credits = article["credits"].as_array().unwrap();
    assert_eq!(credits.len(), 1, "{credits:?}");
    assert_eq!(string(&credits[0], "name"), "www.aljazeera.com");
}

#[test]
fn seeds_000_has_four_heading_echoes_and_a_lead_echo() {
    let Some((folder, report)) = seeds() else { return };
    let text = page_text(&folder, "000");
    let repeats = of_page(&report.table("repeats"), "article", "000");
    let of_kind = |kind: &str| -> Vec<&str> {
        let rows = repeats.iter().filter(|row| row["kind"] == kind);
        rows.map(|row| &text[range(&row["again_bytes"])]).collect()
    };
    assert_eq!(of_kind("heading-echo").len(), 4, "{repeats:?}");
    for heading in ["Background and Context", "Key Developments", "Stakeholders and Impact"] {
        assert!(of_kind("heading-echo").contains(&heading), "{repeats:?}");
    }
    let leads = of_kind("lead-echo");
    assert_eq!(leads.len(), 1, "{repeats:?}");
    assert!(leads[0].starts_with("MOSCOW (Sputnik)"), "{leads:?}");
    for row in repeats.iter().filter(|row| string(row, "kind").ends_with("echo")) {
        assert_ne!(&text[range(&row["again_bytes"])], "Impact", "{row}");
    }
    // A label is no echo; where it is listed, it is as a label.
    let impact = repeats.iter().filter(|row| &text[range(&row["again_bytes"])] == "Impact");
    assert!(impact.into_iter().all(|row| row["kind"] == "label"), "{repeats:?}");
    assert!(repeats.iter().all(|row| row["kind"] != "double-capture"), "{repeats:?}");
}

#[test]
fn seeds_do_not_match() {
    let Some((folder, report)) = seeds() else { return };
    assert_eq!(report.count("kept"), 5);
    assert!(report.table("matches").is_empty());
    assert!(report.table("stories").is_empty());
    let all = Scan::new().scan_to("report", &[folder.to_str().unwrap(), "--all-pairs"]);
    assert!(all.table("matches").is_empty());
}

/// Those records of a packed archive that are asked for, ready to be scanned.
fn unpacked(name: &str, keep: impl FnMut(&Value) -> bool) -> Option<(Scan, Vec<Value>)> {
    let path = shared(&format!("data/{name}/articles.jsonl.zst"))?;
    let mut decoder = zstd::Decoder::new(std::fs::File::open(path).unwrap()).unwrap();
    decoder.window_log_max(24).unwrap();
    let mut text = String::new();
    decoder.read_to_string(&mut text).unwrap();
    let records = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let records: Vec<Value> = records.filter(keep).collect();
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    Some((Scan::of("a.jsonl", lines.join("\n")), records))
}

/// Numbers of a thousand and more, as a text prints them: 88,500.
fn sums(text: &str) -> BTreeSet<&str> {
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != ',');
    numbers.map(|number| number.trim_matches(',')).filter(|number| number.contains(',')).collect()
}

#[test]
fn senators_forms_for_other_towns_are_templates() {
    let senators = ["Dewine", "Schumer"];
    let Some((scan, records)) = unpacked("senate", |row| senators.contains(&string(row, "outlet"))) else {
        return;
    };
    let texts: BTreeMap<&str, &str> =
        records.iter().map(|row| (string(row, "id"), string(row, "text"))).collect();
    let report = scan.scan_to("report", &["a.jsonl", "--only", "duplicates"]);
    assert!(report.count("templates") > 400, "{} templates", report.count("templates"));
    for story in report.table("stories") {
        assert!(share(&story, "cohesion") >= 0.34, "{story}");
        let representative = sums(texts[string(&story, "representative")]);
        for member in story["members"].as_array().unwrap() {
            let own = sums(texts[string(member, "id")]);
            let both = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| a.difference(b).next().is_some();
            assert!(!(both(&own, &representative) && both(&representative, &own)), "other sums: {member}");
        }
    }
}

#[test]
fn the_bot_wall_is_one_story_and_marked() {
    let Some((scan, _)) = unpacked("coaid", |_| true) else { return };
    let report = scan.scan_to("report", &["a.jsonl", "--only", "duplicates", "--max-problems", "9"]);
    let walls: Vec<Value> =
        report.table("stories").into_iter().filter(|story| number(story, "size") == 732).collect();
    assert_eq!(walls.len(), 1, "all 732 in one story");
    assert_eq!(walls[0]["boilerplate"], true);
    // The largest of the others: ten versions of one leaflet.
    let unmarked = report.table("stories").into_iter().filter(|story| story["boilerplate"] == false);
    assert!(unmarked.map(|story| number(&story, "size")).max().unwrap() <= 10);
}

/// A Python with numpy: `$WIRECOPY_PYTHON`, or `python3`.
fn python() -> Option<String> {
    let python = std::env::var("WIRECOPY_PYTHON").unwrap_or_else(|_| "python3".into());
    let works = Command::new(&python).args(["-c", "import numpy"]).output();
    if works.is_ok_and(|done| done.status.success()) {
        return Some(python);
    }
    skipped(&format!(
        "gen_corpus.py needs a Python with numpy, and {python} has none (name one in WIRECOPY_PYTHON)"
    ));
    None
}

/// Ten megabytes of `gen_corpus.py`.
struct Corpus {
    scan: Scan,
    texts: Texts,
    truth: Vec<Value>,
}

impl Corpus {
    fn generated(python: &str, generator: &std::path::Path, seed: u64) -> Corpus {
        let scan = Scan::new();
        let mut command = Command::new(python);
        command.arg(generator).args(["--bytes", "10000000", "--seed", &seed.to_string()]);
        command.arg("--out").arg(scan.path("a.jsonl")).arg("--truth").arg(scan.path("truth.jsonl"));
        let done = command.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let rows = |name: &str| -> Vec<Value> {
            let text = std::fs::read_to_string(scan.path(name)).unwrap();
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        };
        let records = rows("a.jsonl");
        let texts = Texts::new(
            records.iter().map(|row| (string(row, "id").to_owned(), string(row, "text").to_owned())),
        );
        let truth = rows("truth.jsonl");
        Corpus { scan, texts, truth }
    }
}

#[test]
fn generated_archives_of_ten_megabytes() {
    let Some(generator) = shared("tools/gen_corpus.py") else { return };
    let Some(python) = python() else { return };
    let mut pairs = Pairs::default();
    let mut quotations = (0, 0);
    for seed in [1, 2] {
        let corpus = Corpus::generated(&python, &generator, seed);
        let sets = corpus.texts.sets();
        let how = ["a.jsonl", "--only", "duplicates", "--threshold", "0.8", "--all-pairs"];
        pairs.add(&corpus.scan.scan_to("pairs", &how), &corpus.texts, &sets, 0.8);

        let report = corpus.scan.scan_to("report", &["a.jsonl"]);
        check_stories(&report, &corpus.texts, &sets, 0.34);
        check_passages(&report, &corpus.texts);
        check_repeats(&report, &corpus.texts);
        let (found, planted) = quotations_covered(&corpus, &report);
        quotations = (quotations.0 + found, quotations.1 + planted);
        check_planted_repeats(&corpus, &report);
    }
    assert!(pairs.true_ones > 10_000, "{pairs:?}");
    assert!(pairs.recall() >= 0.999, "recall {}: {pairs:?}", pairs.recall());
    let (found, planted) = quotations;
    assert!(planted > 10_000, "{planted} characters");
    assert!(ratio(found, planted) >= 0.99, "{found} of {planted} characters of quotations");
}

/// Characters of planted quotations that are covered, and that there are, where they are long enough to be
/// promised.
fn quotations_covered(corpus: &Corpus, report: &Report) -> (usize, usize) {
    let spans = spans_by(&report.table("passages"), "target", "target_chars");
    let (mut found, mut planted) = (0, 0);
    for (row, text) in corpus.truth.iter().zip(&corpus.texts.texts) {
        for passage in row["passages"].as_array().unwrap() {
            let place = |at: usize| usize::try_from(passage[at].as_u64().unwrap()).unwrap();
            let span = place(3)..place(4);
            let quoted: String = text.chars().skip(span.start).take(span.len()).collect();
            if judge::words(&quoted).len() < 16 {
                continue;
            }
            let id = string(row, "id");
            found += covered(&span, spans.get(id).map_or(&[], Vec::as_slice));
            planted += span.len();
        }
    }
    (found, planted)
}

/// Every paragraph that stands again is found.
fn check_planted_repeats(corpus: &Corpus, report: &Report) {
    let spans = spans_by(&report.table("repeats"), "article", "again_chars");
    let mut count = 0;
    for (row, text) in corpus.truth.iter().zip(&corpus.texts.texts) {
        let mut begin = 0;
        let paragraphs: Vec<std::ops::Range<usize>> = text
            .split('\n')
            .map(|paragraph| {
                let span = begin..begin + paragraph.chars().count();
                begin = span.end + 1;
                span
            })
            .collect();
        for repeat in row["repeats"].as_array().unwrap() {
            let again = &paragraphs[usize::try_from(repeat[0].as_u64().unwrap()).unwrap()];
            let id = string(row, "id");
            let share = ratio(covered(again, spans.get(id).map_or(&[], Vec::as_slice)), again.len());
            assert!(share > 0.9, "{share} of {again:?} in {id}");
            count += 1;
        }
    }
    assert!(count > 50, "{count} repeats");
}

#[test]
fn cutting_repeats_again_changes_nothing_and_true_bodies_hardly_change() {
    // (archive, one article in so many, articles of which something may be cut)
    for (name, every, changed) in
        [("aeb", 1, 0..=4), ("basil", 1, 0..=0), ("provenance_scrapes", 4, 50..=400)]
    {
        let mut at = 0;
        let some = |_: &Value| {
            at += 1;
            at % every == 0
        };
        let Some((_, records)) = unpacked(name, some) else { return };
        let mut repeats = Repeats::default();
        let mut cut = 0;
        for record in &records {
            let text = string(record, "text");
            let cuts = repeats.cut(text, 0);
            cut += usize::from(!cuts.is_empty());
            let left = kept(text, &cuts);
            assert_eq!(repeats.cut(&left, 0), [], "{name}: {}", record["id"]);
        }
        assert!(changed.contains(&cut), "{name}: {cut} of {} articles change", records.len());
    }
}
