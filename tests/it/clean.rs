//! `wirecopy clean`: what goes and what stays, byte for byte; the ledger and the way back; what is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use wirecopy::repeats::Repeats;
use wirecopy::shingle::shingle;
use wirecopy::text::{Tokens, tokenize};
use wirecopy::verify::ShingleSet;

use crate::generator::{Settings, generate, shuffled, to_json_lines};
use crate::support::{Run, Scan, article, number, share, shared, string, testdata, text};

/// `wirecopy clean in.jsonl -o out.jsonl --ledger ledger ARGS`.
fn clean(scan: &Scan, args: &[&str]) -> Run {
    scan.wirecopy(&[&["clean", "in.jsonl", "-o", "out.jsonl", "--ledger", "ledger"], args].concat())
}

fn read(scan: &Scan, name: &str) -> String {
    fs::read_to_string(scan.path(name)).unwrap()
}

/// The rows of a ledger, without its first and last line.
fn rows(scan: &Scan, name: &str) -> Vec<Value> {
    let all = read(scan, name);
    let lines: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [head, rows @ .., end] = &lines[..] else { panic!("{all}") };
    assert_eq!(head["wirecopy_ledger"], 1);
    assert_eq!(number(end, "rows"), rows.len() as u64);
    rows.to_vec()
}

fn records(jsonl: &str) -> Vec<Value> {
    jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Cleans `archive`; what comes out is as it should be. The cleaned archive.
fn check(archive: impl AsRef<[u8]>, expect: &str) -> Scan {
    let scan = Scan::of("in.jsonl", archive);
    clean(&scan, &["-q", "--max-problems", "100"]).ends_with(0);
    assert_eq!(read(&scan, "out.jsonl"), expect);
    check_back(&scan);
    check_again(&scan);
    scan
}

/// `--undo` gives the bytes back.
fn check_back(scan: &Scan) {
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.jsonl", "-o", "back.jsonl"]).ends_with(0);
    assert!(
        fs::read(scan.path("in.jsonl")).unwrap() == fs::read(scan.path("back.jsonl")).unwrap(),
        "another archive"
    );
}

/// Cleaning again changes no byte.
fn check_again(scan: &Scan) {
    let again = [
        "clean",
        "-q",
        "out.jsonl",
        "-o",
        "again.jsonl",
        "--ledger",
        "again.ledger",
        "--max-problems",
        "100",
    ];
    scan.wirecopy(&again).ends_with(0);
    assert_eq!(rows(scan, "again.ledger"), Vec::<Value>::new());
    assert!(fs::read(scan.path("out.jsonl")).unwrap() == fs::read(scan.path("again.jsonl")).unwrap());
}

fn set(text: &str) -> ShingleSet {
    let (mut tokens, mut shingles) = (Tokens::default(), Vec::new());
    tokenize(text, 0, &mut tokens);
    shingle(tokens.hashes(), 5, &mut shingles);
    ShingleSet::from_shingles(&shingles)
}

#[test]
fn a_record_keeps_every_byte_but_the_span_that_goes() {
    let (lead, body) = (text(1), text(2));
    let [lead, body] = [&lead, &body].map(|text| text.replace('\n', " ").replace('"', "'"));
    let odd = |text: &str| {
        format!("{{ \"n\":1.50e+1 ,\"text\":\"{text}\",\t\"x\":{{\"a\":[1, 2 ]}}, \"id\":\"\\u00e9\"}}\r\n")
    };
    let twice =
        odd(&format!("{lead}\\n\\n{body}\\n\\u00e9\\n\\n{lead}\\r\\n\\r\\n{body}\\nEnd of \\\"it\\\""));
    let once = odd(&format!("{lead}\\n\\n{body}\\n\\u00e9\\n\\nEnd of \\\"it\\\""));
    let scan = check(
        format!("\u{FEFF}{twice}\r\n\n{}", odd("short").trim_end()),
        &format!("\u{FEFF}{once}\r\n\n{}", odd("short").trim_end()),
    );
    let rows = rows(&scan, "ledger");
    assert_eq!(rows.len(), 1);
    assert_eq!((string(&rows[0], "what"), string(&rows[0], "kind")), ("repeat", "double-capture"));
    assert_eq!(string(&rows[0], "removed"), format!("{lead}\\r\\n\\r\\n{body}\\n"));
}

#[test]
fn of_near_duplicates_one_stays_and_the_ledger_says_why() {
    let record = |id: &str, outlet: &str, at: &str, text: &str| {
        json!({"id": id, "outlet": outlet, "published_at": at, "text": text}).to_string() + "\n"
    };
    let changed = text(1).replacen(' ', " just ", 1);
    let late = record("late", "b.example", "2025-02-02T10:00:00Z", &text(1));
    let early = record("early", "a.example", "2025-02-01T10:00:00Z", &changed);
    let undated = json!({"id": "undated", "text": text(1)}).to_string();
    let other = record("other", "a.example", "2025-01-01T10:00:00Z", &text(2));
    let archive = format!("{late}{early}{other}not json\n{{\"id\":\"none\"}}\n{{\"text\":\"\"}}\n{undated}");
    let scan = check(&archive, &format!("{early}{other}{{\"text\":\"\"}}\n"));
    let by_id: BTreeMap<String, Value> = rows(&scan, "ledger")
        .into_iter()
        .filter(|row| row["what"] == "duplicate")
        .map(|row| (string(&row, "id").to_owned(), row))
        .collect();
    assert_eq!(by_id.keys().collect::<Vec<_>>(), ["late", "undated"]);
    let row = &by_id["late"];
    assert_eq!((string(row, "survivor"), string(row, "survivor_ref")), ("early", "in.jsonl:2"));
    assert_eq!((number(row, "record"), number(row, "byte")), (1, 0));
    assert!(share(row, "resemblance") >= 0.8 && share(row, "resemblance") < 1.0);
    assert_eq!(string(row, "removed"), late);
    assert_eq!(by_id["undated"]["reason"], "origin");
    let rejected: Vec<Value> =
        rows(&scan, "ledger").into_iter().filter(|row| row["what"] == "rejected").collect();
    assert_eq!(rejected.len(), 2);
    assert_eq!(
        (string(&rejected[0], "kind"), string(&rejected[0], "removed")),
        ("invalid-json", "not json\n")
    );

    let kept = |keep: &str| {
        clean(&scan, &["-q", "--force", "--max-problems", "9", "--keep", keep]).ends_with(0);
        check_back(&scan);
        records(&read(&scan, "out.jsonl"))
            .iter()
            .filter_map(|r| r["id"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(kept("first"), ["early", "other"]);
    let reasons: Vec<Value> = rows(&scan, "ledger").iter().map(|row| row["reason"].clone()).collect();
    assert_eq!(reasons, [json!("earlier"), Value::Null, Value::Null, json!("dated")]);
    assert_eq!(kept("latest"), ["late", "other"]);
    assert_eq!(kept("longest"), ["early", "other"]);
    assert_eq!(kept("outlets:b.example, nobody.example"), ["late", "other"]);
    let run = clean(&scan, &["--force", "--keep", "outlets:nobody.example"]).ends_with(2);
    assert!(run.stderr.contains("nobody.example"), "{}", run.stderr);
    for wrong in ["outlets:", "oldest"] {
        clean(&scan, &["--force", "--keep", wrong]).ends_with(2);
    }
}

#[test]
fn only_what_is_asked_for_goes() {
    let double =
        json!({"id": "double", "text": format!("{}\n{}\n{}\n{}", text(1), text(2), text(1), text(2))});
    let single = json!({"id": "single", "text": format!("{}\n{}", text(1), text(2))});
    let archive = format!("{double}\n{single}\n");
    let scan = Scan::of("in.jsonl", &archive);
    clean(&scan, &["-q", "--remove", "repeats"]).ends_with(0);
    assert_eq!(records(&read(&scan, "out.jsonl"))[0]["text"], single["text"]);
    assert_eq!(records(&read(&scan, "out.jsonl")).len(), 2);
    check_back(&scan);
    // The judge looks at the text as it stands after repeats are cut, whatever goes.
    clean(&scan, &["-q", "--force", "--remove", "duplicates"]).ends_with(0);
    assert_eq!(read(&scan, "out.jsonl"), format!("{double}\n"));
    check_back(&scan);
    clean(&scan, &["--force", "--remove", "everything"]).ends_with(2);
}

/// Stock text and copies go from where they stand later, and stay where they stood first.
#[test]
fn stock_and_copies_go_where_they_are_asked_for() {
    let record = |n: u64, outlet: &str, more: &str| {
        let at = format!("2025-01-{:02}T08:00:00Z", n + 1);
        json!({"id": format!("r{n}"), "outlet": outlet, "published_at": at, "text": format!("{}\n\n{more}", text(n))})
    };
    let copied = [text(90), text(94), text(95)].map(|text| text.replace('\n', " ")).concat();
    let copying = record(2, "b.example", &copied);
    let quoting = record(3, "d.example", &format!("{}\n\n{}\n\n{}", text(91), text(95), text(92)));
    let source = record(1, "a.example", &format!("{copied}\n\n{}", text(93)));
    let stock = "All rights reserved by this newspaper, whose texts may be neither copied nor kept without a licence that its office in the harbour street sells.";
    let stocked: Vec<Value> =
        (10..22).map(|n| record(n, "c.example", &format!("{}\n\n{stock}", text(n + 40)))).collect();
    let lines: String = [&source, &copying, &quoting]
        .into_iter()
        .chain(&stocked)
        .map(|record| record.to_string() + "\n")
        .collect();
    let scan = Scan::of("in.jsonl", lines);
    let holding = |what: &str| {
        let records = records(&read(&scan, "out.jsonl"));
        records
            .iter()
            .filter(|record| string(record, "text").contains(what))
            .map(|record| string(record, "id").to_owned())
            .collect::<Vec<_>>()
    };
    clean(&scan, &["-q"]).ends_with(0);
    assert_eq!((holding(&copied).len(), holding(stock).len()), (2, 12));
    clean(&scan, &["-q", "--force", "--remove", "copies"]).ends_with(0);
    assert_eq!((holding(&copied), holding(stock).len()), (vec!["r1".to_owned()], 12));
    check_back(&scan);
    let row = &rows(&scan, "ledger")[0];
    assert_eq!((string(row, "what"), string(row, "survivor")), ("copy", "r1"));
    clean(&scan, &["-q", "--force", "--remove", "boilerplate,copies"]).ends_with(0);
    assert_eq!((holding(&copied), holding(stock)), (vec!["r1".to_owned()], vec!["r10".to_owned()]));
    check_back(&scan);
    let direct = read(&scan, "out.jsonl");
    scan.scan(&["in.jsonl", "-q"]).ends_with(0);
    clean(&scan, &["-q", "--force", "--remove", "boilerplate,copies", "--report", "report"]).ends_with(0);
    assert!(read(&scan, "out.jsonl") == direct);
}

#[test]
fn one_form_filled_in_twice_stays_and_what_others_print_of_it_goes() {
    let form = |town: &str, sum: &str| {
        format!(
            "Senator Smith said today that {town} will receive {sum} dollars from the federal fund for rural fire departments, which has given engines, hoses and pumps to hundreds of places since it was set up. The money helps {town} buy a new engine and repair the old house on the square, where volunteers have met every week for as long as anybody can remember."
        )
    };
    let record = |id: &str, outlet: &str, text: String| {
        json!({"id": id, "outlet": outlet, "published_at": "2025-02-02T10:00:00Z", "text": text}).to_string()
            + "\n"
    };
    let (a, b) = (
        record("a", "smith", form("Murfreesboro", "88,500")),
        record("b", "smith", form("Shelbyville", "69,825")),
    );
    let copy = record("c", "herald", form("Shelbyville", "69,825"));
    check(format!("{a}{b}{copy}"), &format!("{a}{b}"));
}

/// All pairs, by the sets themselves: who stays is far from all others that stay, and who goes is close to its survivor.
fn judge_all_pairs(scan: &Scan) {
    let before: BTreeMap<String, String> = texts(&read(scan, "in.jsonl"));
    let after = texts(&read(scan, "out.jsonl"));
    let sets: Vec<(&String, ShingleSet)> = after.iter().map(|(id, text)| (id, set(text))).collect();
    for (at, (id, own)) in sets.iter().enumerate() {
        for (other, others) in &sets[..at] {
            let overlap = own.overlap_from(others, 0.8);
            assert!(
                overlap.is_none_or(|overlap| overlap.common == 0),
                "{id} and {other} both stay: {overlap:?}"
            );
        }
    }
    let sets: BTreeMap<&String, ShingleSet> = sets.into_iter().collect();
    let mut gone = BTreeSet::new();
    for row in rows(scan, "ledger").iter().filter(|row| row["what"] == "duplicate") {
        let id = string(row, "id");
        let survivor = &sets[&string(row, "survivor").to_owned()];
        // The text that went, after its own repeats are cut, is not written down: at least it holds what the sets share.
        let overlap = set(&before[id]).overlap(survivor);
        assert!(overlap.containment_of_b() >= 0.8, "{row}");
        assert!(gone.insert(id.to_owned()) && !after.contains_key(id));
    }
    assert_eq!(before.len(), after.len() + gone.len());
}

fn texts(jsonl: &str) -> BTreeMap<String, String> {
    records(jsonl)
        .iter()
        .map(|record| (string(record, "id").to_owned(), string(record, "text").to_owned()))
        .collect()
}

#[test]
fn planted_families_are_left_once_and_nobody_else_goes() {
    let articles = generate(&Settings {
        bytes: 1_500_000,
        seed: 5,
        giant_stories: 1,
        giant_copies: 60,
        ..Settings::default()
    });
    let scan = Scan::of("in.jsonl", to_json_lines(&articles));
    clean(&scan, &["-q"]).ends_with(0);
    judge_all_pairs(&scan);
    check_back(&scan);
    check_again(&scan);
    let family: BTreeMap<&str, usize> =
        articles.iter().map(|article| (&*article.id, article.truth.family)).collect();
    let rows = rows(&scan, "ledger");
    let duplicates: Vec<&Value> = rows.iter().filter(|row| row["what"] == "duplicate").collect();
    assert!(duplicates.len() > 60, "{}", duplicates.len());
    for row in &duplicates {
        assert_eq!(family[string(row, "id")], family[string(row, "survivor")], "{row}");
    }
}

#[test]
fn neither_threads_nor_the_order_of_records_nor_maps_show() {
    let articles = generate(&Settings { bytes: 600_000, seed: 6, ..Settings::default() });
    let scan = Scan::of("in.jsonl", to_json_lines(&articles));
    let sorted = |name: &str| {
        let text = read(&scan, name);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    clean(&scan, &["-q", "--threads", "1"]).ends_with(0);
    let (bytes, ledger, lines) = (read(&scan, "out.jsonl"), read(&scan, "ledger"), sorted("out.jsonl"));
    clean(&scan, &["-q", "--force", "--threads", "5", "--no-mmap"]).ends_with(0);
    assert!(read(&scan, "out.jsonl") == bytes && read(&scan, "ledger") == ledger);
    // Copies that only their place tells apart: all but one go, whichever stands first.
    let copies: Vec<_> = articles.iter().chain(&articles[..20]).cloned().collect();
    scan.write("in.jsonl", to_json_lines(&shuffled(&copies, 3)));
    clean(&scan, &["-q", "--force", "--max-problems", "100"]).ends_with(0);
    assert!(sorted("out.jsonl") == lines);
}

#[test]
fn a_pipe_goes_in_and_a_pipe_comes_out() {
    let record = json!({"id": "a", "text": text(1)}).to_string() + "\n";
    let copy = json!({"id": "b", "text": text(1)}).to_string() + "\n";
    let scan = Scan::new();
    let run = scan.fed(&["clean", "-", "--json"], format!("{record}{copy}").as_bytes()).ends_with(0);
    assert_eq!(run.stdout, record);
    let summary: Value = serde_json::from_str(&run.stderr).unwrap();
    let counts = &summary["counts"];
    assert_eq!((number(counts, "read"), number(counts, "kept"), number(counts, "removed")), (2, 1, 1));
    assert_eq!(scan.names(), ["wirecopy-ledger.jsonl"]);
    // An earlier ledger is never overwritten unasked.
    let run = scan.fed(&["clean", "-"], record.as_bytes()).ends_with(2);
    assert!(run.stderr.contains("--force") && run.stdout.is_empty(), "{}", run.stderr);
    let back =
        scan.fed(&["clean", "--undo", "wirecopy-ledger.jsonl", "-", "-q"], record.as_bytes()).ends_with(0);
    assert_eq!(back.stdout, format!("{record}{copy}"));
}

#[test]
fn a_folder_goes_into_a_folder_and_back() {
    let scan = Scan::new();
    scan.write("in/a.jsonl", json!({"id": "a", "published_at": "2025-01-01", "text": text(1)}).to_string());
    scan.write("in/deep/b.jsonl", json!({"id": "b", "text": text(2)}).to_string() + "\n");
    scan.write("in/copy.txt", text(1));
    scan.write("in/double.txt", format!("\u{FEFF}{0}\r\n{1}\r\n{0}\r\n{1}\r\n", text(3), text(4)));
    scan.wirecopy(&["clean", "in", "-o", "out", "--ledger", "ledger", "-q"]).ends_with(0);
    assert_eq!(read(&scan, "out/double.txt"), format!("\u{FEFF}{}\r\n{}\r\n", text(3), text(4)));
    assert!(!scan.path("out/copy.txt").exists() && scan.path("out/deep/b.jsonl").exists());
    scan.wirecopy(&["clean", "--undo", "ledger", "out", "-o", "back", "-q"]).ends_with(0);
    for name in ["a.jsonl", "deep/b.jsonl", "copy.txt", "double.txt"] {
        assert!(read(&scan, &format!("in/{name}")) == read(&scan, &format!("back/{name}")), "{name}");
    }
    // A folder that holds something, a file for several inputs, and standard output are refused.
    scan.wirecopy(&["clean", "in", "-o", "out", "--ledger", "l2"]).ends_with(2);
    scan.wirecopy(&["clean", "in", "-o", "ledger", "--ledger", "l2"]).ends_with(2);
    scan.wirecopy(&["clean", "in", "--ledger", "l2"]).ends_with(2);
    scan.write("other/a.jsonl", "{\"text\":\"x\"}");
    let run =
        scan.wirecopy(&["clean", "in/a.jsonl", "other/a.jsonl", "-o", "new", "--ledger", "l2"]).ends_with(2);
    assert!(run.stderr.contains("both go to a.jsonl"), "{}", run.stderr);
    assert_eq!(scan.names(), ["back", "in", "ledger", "other", "out"]);
}

#[test]
fn an_output_that_is_an_input_is_refused_by_whatever_name() {
    let scan = Scan::of("in.jsonl", json!({"text": text(1)}).to_string());
    std::os::unix::fs::symlink("in.jsonl", scan.path("link.jsonl")).unwrap();
    fs::hard_link(scan.path("in.jsonl"), scan.path("hard.jsonl")).unwrap();
    let before = (scan.names(), read(&scan, "in.jsonl"));
    for out in ["in.jsonl", "link.jsonl", "hard.jsonl", "./in.jsonl"] {
        let run = scan.wirecopy(&["clean", "in.jsonl", "-o", out, "--ledger", "ledger"]).ends_with(2);
        assert!(run.stderr.contains("is, or holds, the input"), "{}", run.stderr);
        scan.wirecopy(&["clean", "in.jsonl", "-o", "new.jsonl", "--ledger", out, "--force"]).ends_with(2);
    }
    scan.wirecopy(&["clean", ".", "-o", "sub", "--ledger", "/dev/null"]).ends_with(2);
    scan.wirecopy(&["clean", ".", "-o", "/dev/null/x", "--ledger", "ledger"]).ends_with(2);
    scan.wirecopy(&["clean", "in.jsonl", "-o", "one", "--ledger", "one"]).ends_with(2);
    assert_eq!((scan.names(), read(&scan, "in.jsonl")), before);
    // In a folder that is walked, by a hard link from outside.
    let other = Scan::new();
    other.write("in/a.jsonl", json!({"text": text(1)}).to_string());
    fs::hard_link(other.path("in/a.jsonl"), other.path("hard.ledger")).unwrap();
    other.wirecopy(&["clean", "in", "-o", "out", "--ledger", "hard.ledger", "--force"]).ends_with(2);
    assert_eq!(other.names(), ["hard.ledger", "in"]);
}

#[test]
fn a_full_disk_publishes_nothing_and_says_so() {
    let long: String = (0..400).map(|n| json!({"id": n, "text": text(n)}).to_string() + "\n").collect();
    let scan = Scan::of("in.jsonl", &long);
    scan.write("out.jsonl", "the old one");
    for args in [["-o", "/dev/full", "--ledger", "ledger"], ["-o", "out.jsonl", "--ledger", "/dev/full"]] {
        let run = scan.wirecopy(&[&["clean", "in.jsonl"][..], &args].concat()).ends_with(5);
        assert!(run.stderr.contains("No space left") && run.stderr.contains("/dev/full"), "{}", run.stderr);
        assert_eq!(scan.names(), ["in.jsonl", "out.jsonl"]);
    }
    let run = scan.wirecopy(&["clean", "in.jsonl", "-o", "missing/out.jsonl"]).ends_with(5);
    assert!(run.stderr.contains("missing"), "{}", run.stderr);
    assert_eq!(read(&scan, "out.jsonl"), "the old one");
}

#[test]
fn no_outlet_loses_more_than_it_may() {
    let record = |id: u32, outlet: &str, text: String| {
        json!({"id": id, "outlet": outlet, "text": text}).to_string() + "\n"
    };
    let archive: String =
        (0..4).map(|n| record(n, "a.example", text(1))).chain([record(9, "b.example", text(2))]).collect();
    let scan = Scan::of("in.jsonl", archive);
    let run = clean(&scan, &["--max-removed", "0.7"]).ends_with(9);
    assert!(run.stderr.contains("a.example would lose 3 of 4"), "{}", run.stderr);
    assert_eq!(scan.names(), ["in.jsonl"]);
    let run = scan.wirecopy(&["clean", "in.jsonl", "--dry-run"]).ends_with(0);
    assert!(
        run.stdout.contains("a.example: 3 of 4 articles removed")
            && run.stdout.contains("nothing was written")
    );
    assert_eq!(scan.names(), ["in.jsonl"]);
    clean(&scan, &["-q", "--max-removed", "75%"]).ends_with(0);
}

#[test]
fn marking_removes_nothing_and_marking_again_changes_nothing() {
    let plain = json!({"id": "a", "text": text(1)}).to_string();
    let copy = r#"{"wirecopy":"mine","id":"b","text":"TEXT"}"#.replace("TEXT", &text(1).replace('\n', "\\n"));
    let twice = json!({"id": "c", "text": format!("{0}\n{1}\n{0}\n{1}", text(2), text(3))}).to_string();
    let archive = format!("{plain}\n{copy}\n{twice}\n{{\"text\":\"\"}}\nbad\n");
    let scan = Scan::of("in.jsonl", &archive);
    clean(&scan, &["-q", "--mark", "--max-problems", "1"]).ends_with(0);
    let marked = read(&scan, "out.jsonl");
    let lines: Vec<&str> = marked.lines().collect();
    assert_eq!(lines[0], plain.replace('}', ",\"wirecopy\":{\"action\":\"keep\"}}"));
    let mark = serde_json::from_str::<Value>(lines[1]).unwrap()["wirecopy"].clone();
    assert_eq!(mark, json!({"action": "remove", "survivor": "a", "resemblance": 1.0, "reason": "tie"}));
    let mark = serde_json::from_str::<Value>(lines[2]).unwrap()["wirecopy"].clone();
    assert_eq!((string(&mark, "action"), string(&mark["cuts"][0], "kind")), ("cut", "double-capture"));
    assert_eq!(lines[3..], ["{\"text\":\"\"}", "bad"]);
    check_back(&scan);
    scan.write("in.jsonl", &marked);
    clean(&scan, &["-q", "--mark", "--force", "--max-problems", "1"]).ends_with(0);
    assert!(read(&scan, "out.jsonl") == marked);
    check_back(&scan);
}

#[test]
fn a_ledger_that_is_cut_or_of_another_archive_is_refused() {
    let archive =
        |n: u64| format!("{}\n{}\n", json!({"id": 1, "text": text(n)}), json!({"id": 2, "text": text(n)}));
    let scan = Scan::of("in.jsonl", archive(1));
    clean(&scan, &["-q"]).ends_with(0);
    let ledger = read(&scan, "ledger");
    let refused = |ledger: &str, cleaned: &str, says: &str| {
        scan.write("other.ledger", ledger);
        scan.write("cleaned.jsonl", cleaned);
        let run = scan
            .wirecopy(&["clean", "--undo", "other.ledger", "cleaned.jsonl", "-o", "back.jsonl"])
            .ends_with(4);
        assert!(run.stderr.contains(says), "{} does not say {says}", run.stderr);
        assert!(!scan.path("back.jsonl").exists());
    };
    let cleaned = read(&scan, "out.jsonl");
    let lines: Vec<&str> = ledger.split_inclusive('\n').collect();
    refused(&ledger[..ledger.len() - 5], &cleaned, "was cut");
    refused(&lines[..2].concat(), &cleaned, "was cut");
    refused(&[lines[0], lines[2]].concat(), &cleaned, "missing or were changed");
    refused(&ledger.replace("\"record\":2", "\"record\":3"), &cleaned, "missing or were changed");
    refused("", &cleaned, "is no ledger");
    refused(&archive(1), &cleaned, "is no ledger");
    refused(&ledger, &archive(2), "another archive");
    refused(&ledger, &cleaned[..cleaned.len() - 9], "another archive");
    refused(&ledger, &format!("{cleaned}\n"), "another archive");
    refused(&ledger, "", "another archive");
    scan.wirecopy(&["clean", "--undo", "nowhere", "out.jsonl"]).ends_with(4);
}

#[test]
fn a_report_is_gone_on_from_unless_the_archive_changed() {
    let articles = generate(&Settings { bytes: 400_000, seed: 8, ..Settings::default() });
    let scan = Scan::of("in.jsonl", to_json_lines(&articles).replace("\"text\":", "\"body\":"));
    scan.scan(&["in.jsonl", "-q", "--only", "repeats,duplicates", "--text-field", "body"]).ends_with(0);
    clean(&scan, &["-q", "--text-field", "body"]).ends_with(0);
    let direct = (read(&scan, "out.jsonl"), read(&scan, "ledger"));
    let by_report = |args: &[&str]| clean(&scan, &[&["-q", "--force", "--report", "report"], args].concat());
    by_report(&[]).ends_with(0);
    assert!((read(&scan, "out.jsonl"), read(&scan, "ledger")) == direct);
    // Longer, of the same length, gone; and a report that lacks what is needed.
    let original = read(&scan, "in.jsonl");
    for changed in
        [format!("{original}\n"), original.replacen("outlet", "Outlet", 1), original.replacen('e', "i", 1)]
    {
        scan.write("in.jsonl", &changed);
        scan.write("out.jsonl", "the old one");
        let run = by_report(&[]).ends_with(4);
        assert!(run.stderr.contains("changed since it was scanned"), "{}", run.stderr);
        assert_eq!(read(&scan, "out.jsonl"), "the old one");
    }
    scan.write("in.jsonl", &original);
    by_report(&["--seed", "1"]).ends_with(2);
    scan.scan(&["in.jsonl", "-q", "--only", "duplicates", "--text-field", "body"]).ends_with(0);
    let run = by_report(&[]).ends_with(4);
    assert!(run.stderr.contains("did not look for repeats"), "{}", run.stderr);
    scan.write("report/run.json", "{}");
    by_report(&[]).ends_with(4);
    scan.wirecopy(&["clean", "in.jsonl", "--report", "nowhere"]).ends_with(4);
}

#[test]
fn interrupted_nothing_is_left() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    use std::io::Write;
    let scan = Scan::new();
    let mut command = scan.command(&["clean", "-", "-o", "out.jsonl", "--ledger", "ledger"]);
    let piped = std::process::Stdio::piped;
    let mut child = command.stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{}", json!({"text": text(1)})).unwrap();
    let begun = std::time::Instant::now();
    // The places are claimed, and handlers stand right after, long before the pipe ends.
    while scan.names().len() < 2 {
        assert!(begun.elapsed().as_secs() < 60);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(scan.names(), Vec::<String>::new());
    drop(input);
}

#[test]
fn help_mentions_every_option_of_clean() {
    let run = Scan::new().wirecopy(&["clean", "--help"]).ends_with(0);
    for option in [
        "--out",
        "--report",
        "--keep",
        "--remove",
        "--mark",
        "--ledger",
        "--undo",
        "--max-removed",
        "--dry-run",
        "--force",
        "--json",
        "--quiet",
        "--threshold",
        "Examples:",
        "Exit status:",
        "[default: origin]",
    ] {
        assert!(run.stdout.contains(option), "{option}");
    }
}

#[test]
fn the_sample_is_left_with_one_of_each_and_given_back() {
    let scan = Scan::new();
    let archive = testdata("sample/archive");
    let run = scan
        .wirecopy(&["clean", archive.to_str().unwrap(), "-o", "out", "--ledger", "ledger", "--json"])
        .ends_with(0);
    let counts = &serde_json::from_str::<Value>(&run.stdout).unwrap()["counts"];
    let of = |name| number(counts, name);
    assert_eq!((of("read"), of("kept"), of("removed"), of("rejected")), (83, 68, 15, 0));
    scan.wirecopy(&["clean", "--undo", "ledger", "out", "-o", "back", "-q"]).ends_with(0);
    for name in ["english.jsonl", "japanese.jsonl", "spanish.jsonl", "notes/harbour-letter.txt"] {
        assert!(
            fs::read(archive.join(name)).unwrap() == fs::read(scan.path("back").join(name)).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn what_is_cut_of_an_article_is_what_the_rule_of_repeats_says() {
    let scan = Scan::new();
    let mut expect = Vec::new();
    let mut repeats = Repeats::default();
    for name in ["english.jsonl", "japanese.jsonl", "spanish.jsonl"] {
        let archive = fs::read_to_string(testdata("sample/archive").join(name)).unwrap();
        for record in records(&archive) {
            let text =
                ["text", "body", "content", "maintext"].iter().find_map(|field| record[field].as_str());
            let cuts = repeats.cut(text.unwrap_or_default(), 0);
            expect.extend(cuts.into_iter().map(|cut| (cut.bytes.start, cut.bytes.end, cut.kind.name())));
        }
        scan.write(&format!("in/{name}"), archive);
    }
    scan.wirecopy(&["clean", "in", "-o", "out", "--ledger", "ledger", "-q", "--remove", "repeats"])
        .ends_with(0);
    let place = |row: &Value, at: usize| usize::try_from(row["text_bytes"][at].as_u64().unwrap()).unwrap();
    let rows = rows(&scan, "ledger");
    let found: Vec<_> = rows.iter().map(|row| (place(row, 0), place(row, 1), string(row, "kind"))).collect();
    assert!(found.len() > 5, "{found:?}");
    assert_eq!(found, expect);
}

/// Two scraped pages with headings twice, a lead twice, a label, and a body twice.
#[test]
fn the_seeds_are_left_with_one_of_each_heading_and_all_labels() {
    let Some(seeds) = shared("data/seeds") else { return };
    let scan = Scan::new();
    scan.wirecopy(&["clean", seeds.to_str().unwrap(), "-o", "out", "--ledger", "ledger", "-q"]).ends_with(0);
    let read = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let count = |text: &str, line: &str| text.lines().filter(|own| own.trim() == line).count();
    let (before, after) =
        (read(&seeds, "000_3f5b5fa1d9406361.txt"), read(&scan.path("out"), "000_3f5b5fa1d9406361.txt"));
    for heading in
        ["Background and Context", "Key Developments", "Stakeholders and Impact", "Data and Evidence"]
    {
        assert_eq!((count(&before, heading), count(&after, heading)), (2, 1), "{heading}");
    }
    let labels = |text: &str| text.lines().filter(|line| line.starts_with("Impact:")).count();
    assert!(labels(&before) > 1 && labels(&after) == labels(&before));
    let after = read(&scan.path("out"), "001_696ac180aec13849.txt");
    assert_eq!(after.matches("(Source:www.aljazeera.com)").count(), 1);
    assert_eq!(after.matches("Steve Witkoff, a real estate magnate-turned-diplomat").count(), 1);
    assert_eq!(after.matches("U.S. special envoy Steve Witkoff met Russian President").count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Random archives, good and bad records, in any order: the books balance, the bytes come back, a second cleaning finds
    /// nothing.
    #[test]
    fn any_archive_comes_back_byte_for_byte(
        lines in prop::collection::vec((0_usize..9, 0_u64..4, "[a-z\"\\\\é漢\u{1F600} ]{0,12}"), 0..12),
        ends in prop::collection::vec(0_usize..3, 12),
        mark: bool,
        marked: bool,
    ) {
        let record = |&(form, n, ref extra): &(usize, u64, String)| -> Vec<u8> {
            let (one, two) = (text(n), text(n + 1));
            match form {
                0 => json!({"id": extra, "text": one}).to_string().into_bytes(),
                1 => json!({"text": format!("{one} {extra}"), "outlet": "a.example"}).to_string().into_bytes(),
                2 | 3 => json!({"text": format!("{extra}{one}\n\n{two}\n{extra}\n{one}\n\n{two}"), "n": n}).to_string().into_bytes(),
                4 => format!("{{\"text\":\"{}\",\"text\":\"\"}}", one.replace('\n', " ")).into_bytes(),
                5 => b"{\"text\":\"\xFF\xFE lost\"".to_vec(),
                6 => format!("{{\"text\":{},\"x\":\"\\ud800\"}}", json!(format!("{one}\n{two}\n{one}\n{two}"))).into_bytes(),
                7 => b" \t".to_vec(),
                _ => format!("{{\"id\":{n},\"text\":\" \"}} ").into_bytes(),
            }
        };
        let mut archive = if marked { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        for (line, end) in lines.iter().zip(&ends) {
            archive.extend(record(line));
            archive.extend_from_slice([&b"\n"[..], b"\r\n", b"\n\n"][*end]);
        }
        if marked {
            archive.truncate(archive.trim_ascii_end().len());
        }
        let scan = Scan::of("in.jsonl", &archive);
        let args: &[&str] = if mark { &["--json", "--max-problems", "100", "--mark"] } else { &["--json", "--max-problems", "100"] };
        let run = clean(&scan, args).ends_with(0);
        let summary: Value = serde_json::from_str(&run.stdout).unwrap();
        let counts = &summary["counts"];
        let of = |name| number(counts, name);
        prop_assert_eq!(of("read"), of("kept") + of("removed") + of("rejected") + of("skipped"));
        check_back(&scan);
        if !mark {
            scan.wirecopy(&["clean", "-q", "out.jsonl", "-o", "again.jsonl", "--ledger", "again.ledger", "--max-problems", "100"]).ends_with(0);
            prop_assert!(fs::read(scan.path("out.jsonl")).unwrap() == fs::read(scan.path("again.jsonl")).unwrap());
        }
    }
}

/// An article of `outlet`, published on this day of May.
fn dated(id: &str, outlet: &str, day: u32, text: &str) -> String {
    json!({"id": id, "outlet": outlet, "date": format!("2025-05-{day:02}"), "text": text}).to_string()
}

#[test]
fn a_copy_with_another_number_stays() {
    let said = |dead: u32| {
        let same = crate::generator::big_article(3, 80);
        format!("{same} The storm killed {dead} people in the old port on Monday, the mayor said. {same}")
    };
    let own = crate::generator::big_article(7, 200);
    let lines = |dead| {
        [dated("a", "a.com", 1, &said(12)), dated("b", "b.com", 2, &format!("{own}\n\n{}", said(dead)))]
            .join("\n")
    };
    for (dead, stays) in [(12, false), (15, true)] {
        let scan = Scan::of("a.jsonl", lines(dead));
        let _ = scan.wirecopy(&["clean", "a.jsonl", "-o", "o.jsonl", "--remove", "copies"]).ends_with(0);
        let cleaned = fs::read_to_string(scan.path("o.jsonl")).unwrap();
        let kept = cleaned.lines().nth(1).is_some_and(|line| line.contains(&format!("killed {dead} people")));
        assert_eq!(kept, stays, "{dead}: {cleaned}");
    }
}

#[test]
fn an_empty_folder_is_filled_and_stays_the_folder_it_is() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    fs::create_dir(scan.path("out")).unwrap();
    let before = fs::metadata(scan.path("out")).unwrap().ino();
    scan.wirecopy(&["clean", "in", "-o", "out"]).ends_with(0);
    assert_eq!(fs::metadata(scan.path("out")).unwrap().ino(), before);
    let names: Vec<String> = fs::read_dir(scan.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["a.jsonl"]);
}

#[test]
fn an_output_inside_an_input_is_refused_through_links_and_missing_folders() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    std::os::unix::fs::symlink("in", scan.path("link")).unwrap();
    for out in ["link/new/deep/out", "other/../in/out", "in/new/out"] {
        scan.wirecopy(&["clean", "in", "-o", out]).ends_with(2);
    }
    let names: Vec<_> =
        fs::read_dir(scan.path("in")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.jsonl"]);
}

#[test]
fn marks_are_not_written_over_the_text() {
    let record = json!({"id": "a", "wirecopy": crate::generator::big_article(1, 50)}).to_string();
    let scan = Scan::of("a.jsonl", record);
    scan.wirecopy(&["clean", "a.jsonl", "-o", "o.jsonl", "--mark", "--text-field", "wirecopy"]).ends_with(2);
}
