//! `wirecopy eval`, `wirecopy plant`: reports held against truth, and truth made of one's own articles.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Run, Scan, article, number, share, shared, string, testdata, text};

/// Three articles that say the same, one of them later, and two others; scanned.
fn scanned() -> Scan {
    let copy = |id: &str, outlet: &str, date: &str| {
        json!({ "id": id, "outlet": outlet, "published_at": date, "text": text(1) }).to_string()
    };
    let lines = [
        copy("first", "one.example", "2025-01-01T08:00:00Z"),
        copy("second", "two.example", "2025-01-01T09:00:00Z"),
        copy("third", "three.example", "2025-01-01T10:00:00Z"),
        article("other", 7),
        article("another", 8),
    ];
    let scan = Scan::of("a.jsonl", lines.join("\n"));
    scan.scan_to("report", &["a.jsonl"]);
    scan
}

fn eval(scan: &Scan, truth: &str, args: &[&str]) -> Run {
    scan.write("truth", truth);
    scan.wirecopy(&[&["eval", "report", "truth"], args].concat())
}

fn evaluated(scan: &Scan, truth: &str, args: &[&str]) -> Value {
    let run = eval(scan, truth, &[args, &["--json"]].concat()).ends_with(0);
    serde_json::from_str(&run.stdout).unwrap()
}

#[track_caller]
fn close(value: &Value, path: &str, expect: f64) {
    let is = value.pointer(path).and_then(Value::as_f64);
    assert!(is.is_some_and(|is| (is - expect).abs() < 1e-9), "{path} should be {expect}: {value}");
}

#[test]
fn judged_pairs_are_counted_as_by_hand() {
    let scan = scanned();
    let truth = "a\tb\tlabel\nfirst\tsecond\t1\nsecond\tthird\t0\nfirst\tother\t2\nother\tanother\t0\n";
    let found = evaluated(&scan, truth, &[]);
    close(&found, "/pairs/precision/value", 0.5);
    close(&found, "/pairs/recall/value", 0.5);
    assert_eq!(found["pairs"]["grades"].as_array().unwrap().len(), 3);
    assert_eq!(found["stories"], Value::Null);
    // The same by words, and by a higher bound.
    let words = truth.replace("\t0", "\tnon").replace("\t1", "\tlight").replace("\t2", "\tcut");
    let by_words = evaluated(&scan, &words, &["--grades", "non,light,cut"]);
    assert_eq!(by_words["pairs"], found["pairs"]);
    let strict = evaluated(&scan, truth, &["--least-grade", "2"]);
    close(&strict, "/pairs/recall/value", 0.0);
}

#[test]
fn stories_and_origins_are_counted_as_by_hand() {
    let scan = scanned();
    let rows = ["first\ts\tyes", "second\ts\tno", "third\tt\tno", "other\tt\tyes", "another\tu\tyes"];
    let found = evaluated(&scan, &format!("article\tstory\torigin\n{}\n", rows.join("\n")), &[]);
    // True pairs: first-second, third-other. Found: the three pairs of the copies.
    close(&found, "/stories/pair_precision/value", 1.0 / 3.0);
    close(&found, "/stories/pair_recall/value", 0.5);
    assert_eq!(found["origins"]["stories"], 2);
    assert_eq!(found["origins"]["in_a_story"], 1);
    close(&found, "/origins/accuracy/value", 1.0);
}

#[test]
fn passages_and_repeats_are_counted_by_characters() {
    let scan = scanned();
    let length = text(1).chars().count();
    let half = length / 2;
    let row = json!({ "id": "second", "story": "s", "parent": "first", "mode": "made",
        "passages": [{ "source": "first", "source_chars": [0, half], "target_chars": [0, half] }], "repeats": [] });
    let found = evaluated(&scan, &row.to_string(), &[]);
    let row = &found["passages"][0];
    assert_eq!(row["kind"], Value::Null);
    assert_eq!((number(row, "cases"), number(row, "detections")), (1, 1));
    assert!((share(row, "precision") - 0.5).abs() < 0.02, "{row}");
    assert!(share(row, "recall") > 0.98, "{row}");
    // Half of it as the corpora of PAN have it.
    let pan = json!({ "susp": "second", "src": "first", "kind": "x", "spans": [[0, half, 0, half]] });
    let again = evaluated(&scan, &pan.to_string(), &[]);
    assert_eq!(again["passages"][0]["plagdet"], row["plagdet"]);
    assert_eq!(found["repeats"]["articles"], 1);
    assert_eq!(found["kinds"][0]["kind"], "made");
    assert_eq!(found["kinds"][0]["relations"]["reprint"], 1);
}

#[test]
fn truth_that_names_unknown_articles_is_told() {
    let scan = scanned();
    let truth = "a\tb\tlabel\nfirst\tsecond\t1\nfirst\tnobody\t1\n";
    let run = eval(&scan, truth, &[]).ends_with(0);
    assert!(
        run.stdout.contains("1 row names an article that the report does not have: nobody"),
        "{}",
        run.stdout
    );
    assert_eq!(evaluated(&scan, truth, &[])["truth"]["unknown_rows"], 1);
}

#[test]
fn truth_that_says_nothing_is_refused_with_its_line() {
    let scan = scanned();
    for (truth, why) in [
        ("", "it holds no row"),
        ("a\tb\tlabel\n", "a header and no row"),
        ("a\tc\tlabel\nfirst\tsecond\t1\n", "line 1: the columns are a, c, label"),
        ("a\tb\tlabel\nfirst\tsecond\n", "line 2: 2 columns, and the header has 3"),
        ("a\tb\tlabel\nfirst\tsecond\tmaybe\n", "--grades"),
        ("a\tb\tlabel\nfirst\tsecond\t\n", "no row has a label"),
        ("a\tb\tlabel\nnobody\tnothing\t1\n", "has none of its articles: it names nobody, nothing"),
        ("{\"a\": 1}\n", "line 1: it names neither two articles nor one"),
        ("{\"id\": \"first\"\n", "line 1"),
        ("{\"id\": \"first\", \"passages\": [[1]]}\n", "is no passage"),
        ("{\"susp\": \"first\", \"src\": \"second\", \"spans\": [[1, -2, 3, 4]]}\n", "is no [target begin"),
        (
            "{\"susp\": \"first\", \"src\": \"second\", \"spans\": [[0, 18446744073709551615, 0, 1]]}\n",
            "is no [target begin",
        ),
        ("a\tb\tlabel\tstratum\tstratum_pairs\nfirst\tsecond\t1\ts\tNaN\n", "line 2: a stratum"),
    ] {
        let run = eval(&scan, truth, &[]).ends_with(4);
        assert!(run.stderr.contains(why), "{truth:?}: {}", run.stderr);
    }
    scan.write("truth", b"\xFF\xFE");
    assert!(scan.wirecopy(&["eval", "report", "truth"]).ends_with(4).stderr.contains("not UTF-8"));
    assert!(scan.wirecopy(&["eval", "nowhere", "truth"]).ends_with(4).stderr.contains("no report"));
}

#[test]
fn what_was_not_searched_is_not_judged() {
    let scan = scanned();
    scan.scan_to("report", &["a.jsonl", "--only", "passages"]);
    let found = evaluated(&scan, "a\tb\tlabel\nfirst\tsecond\t1\n", &[]);
    assert_eq!(found["pairs"], Value::Null);
}

#[test]
fn the_sample_archive_is_judged_by_its_own_truth() {
    let scan = Scan::new();
    let archive = testdata("sample/archive");
    scan.scan_to("report", &[archive.to_str().unwrap()]);
    let truth = fs::read_to_string(testdata("sample/truth.jsonl")).unwrap();
    let found = evaluated(&scan, &truth, &[]);
    // The truth names the letter by its file, the report by the file as typed.
    assert_eq!(found["truth"]["unknown_rows"], 1);
    for path in ["/repeats/recall/value", "/passages/0/recall", "/stories/homogeneity/value"] {
        assert!(found.pointer(path).unwrap().as_f64().unwrap() > 0.9, "{path}: {found}");
    }
    // Intervals hold what they are of, and the same seed gives the same ones.
    assert_eq!(evaluated(&scan, &truth, &[]), found);
    assert_ne!(evaluated(&scan, &truth, &["--seed", "1"]), found);
    let rand = &found["stories"]["adjusted_rand"];
    assert!(
        share(rand, "low") <= share(rand, "value") && share(rand, "value") <= share(rand, "high"),
        "{rand}"
    );
}

/// The kinds of copies in an evaluation, and the share of them that was found.
fn found_kinds(found: &Value, what: &str) -> Vec<(String, f64)> {
    // Sources, and those of another story, have no share.
    let rows = found["kinds"].as_array().unwrap().iter().filter(|row| !row[what]["value"].is_null());
    rows.map(|row| (string(row, "kind").to_owned(), share(&row[what], "value"))).collect()
}

#[test]
fn planted_copies_are_found_by_scan_and_told_by_eval() {
    let long = |number: u64| {
        let mut record: Value = serde_json::from_str(&article(&format!("n{number}"), number)).unwrap();
        record["text"] = crate::generator::big_article(1_500, 5_000 + number).into();
        record.to_string()
    };
    let archive: Vec<String> = (0..120).map(long).collect();
    let scan = Scan::of("a.jsonl", archive.join("\n"));
    let kinds = "verbatim,words-2,typography,repeat,quoted,cut";
    let plant = |out: &str, input: &str, seed: &str| {
        scan.wirecopy(&["plant", input, "-o", out, "--each", "15", "--kinds", kinds, "--seed", seed])
            .ends_with(0)
    };
    plant("planted", "a.jsonl", "0");
    let files =
        |out: &str| ["archive.jsonl", "truth.jsonl"].map(|name| fs::read(scan.path(out).join(name)).unwrap());
    // Another order of records moves neither copies nor truth.
    let turned: Vec<&str> = archive.iter().rev().map(String::as_str).collect();
    scan.write("b.jsonl", turned.join("\n"));
    plant("turned", "b.jsonl", "0");
    plant("other", "a.jsonl", "1");
    assert_eq!(files("planted")[1], files("turned")[1]);
    assert_ne!(files("planted")[1], files("other")[1]);

    scan.scan_to("report", &["planted/archive.jsonl"]);
    let run = scan.wirecopy(&["eval", "report", "planted/truth.jsonl", "--json"]).ends_with(0);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(found["truth"]["unknown_rows"], 0);
    for (kind, found) in found_kinds(&found, "found") {
        let all = ["verbatim", "words-02", "typography", "repeat"].contains(&kind.as_str());
        assert!(!all || found >= 0.99, "{kind}: {found}");
    }
    for (kind, linked) in found_kinds(&found, "linked") {
        assert!(linked > 0.99, "{kind}: {linked}");
    }
    let repeats = |measure: &str| found["repeats"][measure]["value"].as_f64().unwrap();
    assert!(repeats("found") > 0.99 && repeats("recall") > 0.95, "{}", found["repeats"]);
    // The two files are not replaced, and no input is.
    let again = scan.wirecopy(&["plant", "a.jsonl", "-o", "planted"]).ends_with(2);
    assert!(again.stderr.contains("archive.jsonl"), "{}", again.stderr);
    scan.wirecopy(&["plant", "planted/archive.jsonl", "-o", "planted", "--force"]).ends_with(2);
}

#[test]
fn articles_without_an_id_of_their_own_are_planted_by_their_place() {
    let record = |number: u64| {
        let text = crate::generator::big_article(1_500, 9_000 + number);
        if number.is_multiple_of(2) { json!({ "id": "same", "text": text }) } else { json!({ "text": text }) }
            .to_string()
    };
    let scan = Scan::of("a.jsonl", (0..10).map(record).collect::<Vec<_>>().join("\n"));
    scan.wirecopy(&["plant", "a.jsonl", "-o", "planted", "--kinds", "verbatim"]).ends_with(0);
    scan.scan_to("report", &["planted/archive.jsonl"]);
    let run = scan.wirecopy(&["eval", "report", "planted/truth.jsonl", "--json"]).ends_with(0);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(found["truth"]["unknown_rows"], 0);
    for (kind, found) in found_kinds(&found, "found") {
        assert!(found >= 1.0, "{kind}: {found}");
    }
}

#[test]
fn an_archive_without_long_articles_plants_nothing_and_says_so() {
    let scan = Scan::of("a.jsonl", article("short", 1));
    let run = scan.wirecopy(&["plant", "a.jsonl", "-o", "planted"]).ends_with(0);
    assert!(run.stdout.contains("0 copies planted among 1 article"), "{}", run.stdout);
}

#[test]
fn labels_of_people_in_their_own_form_are_read() {
    let Some(folder) = shared("data/webis_ecir20") else { return };
    let labels = fs::read_to_string(folder.join("labels.tsv")).unwrap();
    let ids: std::collections::BTreeSet<&str> =
        labels.lines().skip(1).flat_map(|row| row.split('\t').take(2)).collect();
    let lines: Vec<String> = ids.iter().zip(0..).map(|(id, number)| article(id, number)).collect();
    let scan = Scan::of("a.jsonl", lines.join("\n"));
    scan.scan_to("report", &["a.jsonl"]);
    let found = evaluated(&scan, &labels, &[]);
    assert_eq!(number(&found["pairs"], "judged"), 238);
    assert_eq!(number(&found["pairs"], "alike"), 120);
    assert_eq!(found["pairs"]["grades"].as_array().unwrap().len(), 4);
}

#[test]
fn a_sheet_that_is_filled_in_gives_precision() {
    let scan = scanned();
    scan.wirecopy(&["sample", "report", "-o", "sheet"]).ends_with(0);
    let sheet = fs::read_to_string(scan.path("sheet/sheet.tsv")).unwrap();
    assert_eq!(sheet.lines().count(), 3, "{sheet}");
    let page = fs::read_to_string(scan.path("sheet/pairs.txt")).unwrap();
    assert!(page.contains("Pair 2") && page.contains(text(1).lines().next().unwrap()), "{page}");
    // As it is it says nothing.
    assert!(eval(&scan, &sheet, &[]).ends_with(4).stderr.contains("no row has a label"));
    let filled: Vec<String> =
        sheet.lines().zip(["", "1", "0"]).map(|(row, label)| format!("{row}{label}")).collect();
    let found = evaluated(&scan, &filled.join("\n"), &[]);
    close(&found, "/pairs/precision/value", 0.5);
    assert_eq!(found["pairs"]["strata"][0]["stratum"], "1");
    // It is not written over; and where the archive is gone, its texts are.
    scan.wirecopy(&["sample", "report", "-o", "sheet"]).ends_with(2);
    fs::remove_file(scan.path("a.jsonl")).unwrap();
    scan.wirecopy(&["sample", "report", "-o", "sheet", "--force"]).ends_with(4);
    assert!(scan.wirecopy(&["sample", "report", "--to", "0.5"]).ends_with(2).stderr.contains("no pair"));
}
