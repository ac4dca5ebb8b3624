//! What must not change a report: threads, the memory map, a second run, standard input, and where records
//! stand.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wirecopy::kernel::Kernel;

use crate::generator::{Article, Script, Settings, generate, shuffled, to_json_lines};
use crate::support::{Report, Scan, TABLES, number, string};

/// An archive with copies, quotations, repeats, and a story that very many print.
fn archive(script: Script, bytes: usize) -> Vec<Article> {
    let settings =
        Settings { bytes, seed: 11, script, giant_stories: 1, giant_copies: 80, ..Settings::default() };
    generate(&settings)
}

fn english() -> Vec<Article> {
    archive(Script::English, 1_500_000)
}

/// Arabic, Japanese and English in one archive.
fn mixed() -> Vec<Article> {
    let prefixed = |(letter, script, bytes)| {
        archive(script, bytes)
            .into_iter()
            .map(move |article: Article| Article { id: format!("{letter}{}", article.id), ..article })
    };
    let parts = [
        ("ar", Script::Arabic, 600_000),
        ("ja", Script::Japanese, 600_000),
        ("en", Script::English, 300_000),
    ];
    parts.into_iter().flat_map(prefixed).collect()
}

/// Records with some that are problems, so that the table of problems has rows.
fn records(articles: &[Article]) -> Vec<String> {
    let mut records: Vec<String> = to_json_lines(articles).lines().map(str::to_owned).collect();
    for (n, bad) in [
        "broken",
        "{\"id\":\"no text\"}",
        "{\"id\":\"half\",\"text\":\"half \\ud800 a pair\"}",
        "{\"id\":\"dated\",\"text\":\"a date\",\"date\":\"some time ago\"}",
        "{\"id\":\"empty\",\"text\":\"\"}",
        "broken, too",
    ]
    .into_iter()
    .enumerate()
    {
        records.insert(records.len() / 7 * n, bad.to_owned());
    }
    records
}

/// Problems must be tolerated for a run to end well.
const TOLERANT: &str = "--max-problems=100";

#[track_caller]
fn assert_same_files(a: &Report, b: &Report, what: &str) {
    let (a, b) = (a.files(), b.files());
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{what}");
    for (name, bytes) in &a {
        assert!(*bytes == b[name], "{what}: {name} differs: {}", first_difference(bytes, &b[name]));
    }
}

fn first_difference(a: &[u8], b: &[u8]) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (a, b) = (text(a), text(b));
    let differing = a.lines().zip(b.lines()).enumerate().find(|(_, (x, y))| x != y);
    match differing {
        Some((line, (x, y))) => format!("line {}\n{x}\n{y}", line + 1),
        None => format!("{} and {} lines", a.lines().count(), b.lines().count()),
    }
}

/// The rows of every table without what says where a record stood.
fn rows_without_places(report: &Report) -> BTreeMap<&'static str, Vec<Value>> {
    let stripped = |mut row: Value| {
        strip(&mut row);
        row
    };
    TABLES.iter().map(|&table| (table, report.table(table).into_iter().map(stripped).collect())).collect()
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for place in ["ref", "path", "record", "byte"] {
                fields.remove(place);
            }
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[track_caller]
fn assert_same_rows(a: &BTreeMap<&str, Vec<Value>>, b: &BTreeMap<&str, Vec<Value>>, what: &str) {
    for (table, rows) in a {
        let others = &b[table];
        for (n, (row, other)) in rows.iter().zip(others).enumerate() {
            assert_eq!(row, other, "{what}: row {} of {table}", n + 1);
        }
        assert_eq!(rows.len(), others.len(), "{what}: rows of {table}");
    }
}

/// Asserts that a report holds something of everything: an empty table cannot differ.
fn assert_rich(report: &Report) {
    for table in ["articles", "stories", "matches", "passages", "repeats"] {
        assert!(report.table(table).len() >= 10, "{table}");
    }
}

#[test]
fn threads_and_the_map_change_nothing() {
    let scan = Scan::of("a.jsonl", records(&english()).join("\n"));
    let base = scan.scan_to("base", &["a.jsonl", TOLERANT, "--threads", "1"]);
    assert_rich(&base);
    assert_eq!(base.table("problems").len(), 5);
    for (out, how) in [
        ("again", &["--threads", "1"][..]),
        ("two", &["--threads", "2"]),
        ("three", &["--threads", "3"]),
        ("many", &["--threads", "17"]),
        ("read", &["--threads", "2", "--no-mmap"]),
        ("default", &[]),
    ] {
        let other = scan.scan_to(out, &[&["a.jsonl", TOLERANT], how].concat());
        assert_same_files(&base, &other, out);
    }
    let all = |out, threads| scan.scan_to(out, &["a.jsonl", TOLERANT, "--all-pairs", "--threads", threads]);
    let base = all("all 1", "1");
    assert_same_files(&base, &all("all 2", "2"), "all pairs, 2 threads");
    assert_same_files(&base, &all("all 3", "3"), "all pairs, 3 threads");
}

#[test]
fn threads_and_the_map_change_nothing_in_other_scripts() {
    let scan = Scan::of("a.jsonl", records(&mixed()).join("\n"));
    let base = scan.scan_to("base", &["a.jsonl", TOLERANT, "--threads", "1"]);
    assert_rich(&base);
    for (out, how) in [
        ("two", &["--threads", "2"][..]),
        ("three", &["--threads", "3"]),
        ("read", &["--threads", "2", "--no-mmap"]),
    ] {
        assert_same_files(&base, &scan.scan_to(out, &[&["a.jsonl", TOLERANT], how].concat()), out);
    }
}

/// Copies with a share of their words changed and sentences in another order: what loose search is for.
fn rewritten() -> Vec<Article> {
    let mut articles = archive(Script::English, 500_000);
    for (n, article) in articles.iter_mut().enumerate().filter(|(n, _)| n % 3 == 0) {
        let sentences: Vec<String> = article.text.split_inclusive(". ").map(str::to_owned).collect();
        let turned = sentences.rchunks(2).flatten();
        let drop_word = |(at, word)| (at % 9 != n % 9).then_some(word);
        let changed = turned.flat_map(|sentence| sentence.split(' ').enumerate().filter_map(drop_word));
        article.text = changed.collect::<Vec<_>>().join(" ");
    }
    articles
}

#[test]
fn loose_search_finds_the_same_whatever_the_threads_and_the_order() {
    let articles = rewritten();
    let scan = Scan::of("a.jsonl", records(&articles).join("\n"));
    let loose = |out, threads, more: &[&str]| {
        scan.scan_to(out, &[&["a.jsonl", TOLERANT, "--loose", "--threads", threads], more].concat())
    };
    let base = loose("base", "1", &[]);
    let seeds = base.table("passages").iter().filter(|row| row["seed"] == "loose").count();
    assert!(seeds >= 10, "{seeds} loose passages");
    assert_same_files(&base, &loose("three", "3", &[]), "loose, 3 threads");
    assert_same_files(&base, &loose("read", "2", &["--no-mmap"]), "loose, not mapped");
    check_shuffled(&records(&articles), &["--loose"]);
}

#[test]
fn the_kernel_changes_nothing() {
    let scan = Scan::of("a.jsonl", records(&mixed()).join("\n"));
    let on = |kernel: Kernel| scan.scan_to(kernel.name(), &["a.jsonl", TOLERANT, "--kernel", kernel.name()]);
    let base = on(Kernel::PORTABLE);
    assert_rich(&base);
    for kernel in Kernel::all() {
        let other = on(kernel);
        assert_eq!(other.run()["settings"]["kernel"], kernel.name());
        assert_same_files(&base, &other, kernel.name());
    }
}

#[test]
fn standard_input_gives_the_same_but_for_names() {
    let archive = records(&english()).join("\n");
    let scan = Scan::of("a.jsonl", &archive);
    let named = scan.scan_to("named", &["a.jsonl", TOLERANT]);
    for how in [&["--no-mmap"][..], &[]] {
        let args = [&["scan", "-q", "-o", "report", "-", TOLERANT], how].concat();
        let piped = scan.fed(&args, archive.as_bytes()).ends_with(0).report;
        assert_same_rows(&rows_without_places(&named), &rows_without_places(&piped), "through a pipe");
        for (row, other) in named.table("articles").iter().zip(piped.table("articles")) {
            assert_eq!(string(row, "ref").replace("a.jsonl", "-"), string(&other, "ref"));
        }
        for (row, other) in named.table("problems").iter().zip(piped.table("problems")) {
            assert_eq!([&row["record"], &row["byte"]], [&other["record"], &other["byte"]]);
        }
    }
}

/// Scans records in one file and, shuffled, in two files of a folder; all rows must be equal and in the same
/// order.
fn check_shuffled(records: &[String], how: &[&str]) -> Report {
    let scan = Scan::of("a.jsonl", records.join("\n"));
    let whole = scan.scan_to("whole", &[&["a.jsonl", TOLERANT, "--threads", "2"], how].concat());
    let expect = rows_without_places(&whole);
    for seed in [1, 2] {
        let mixed = shuffled(records, seed);
        let (some, others) = mixed.split_at(mixed.len() / 3);
        scan.write("folder/z.jsonl", some.join("\n"));
        scan.write("folder/b.jsonl", others.join("\n"));
        let split = scan.scan_to("split", &[&["folder", TOLERANT, "--threads", "2"], how].concat());
        assert_eq!(number(&split.run()["files"], "read"), 2);
        assert_same_rows(&expect, &rows_without_places(&split), &format!("{how:?}, shuffled by {seed}"));
    }
    whole
}

/// The records without the dates, or with other ones.
fn redated(articles: &[Article], date: impl Fn(usize) -> Option<String>) -> Vec<String> {
    let record = |(n, article): (usize, &Article)| {
        json!({
            "id": article.id, "outlet": article.outlet, "published_at": date(n), "title": article.title, "text": article.text,
        })
        .to_string()
    };
    articles.iter().enumerate().map(record).collect()
}

#[test]
fn shuffled_records_in_two_files_give_the_same_rows() {
    let report = check_shuffled(&records(&english()), &[]);
    assert_rich(&report);
}

#[test]
fn shuffled_records_give_the_same_rows_with_all_pairs() {
    let report = check_shuffled(&records(&english()), &["--all-pairs"]);
    assert_rich(&report);
}

#[test]
fn shuffled_records_give_the_same_rows_in_other_scripts() {
    let report = check_shuffled(&records(&mixed()), &[]);
    assert_rich(&report);
}

#[test]
fn shuffled_records_without_dates_give_the_same_rows() {
    let report = check_shuffled(&redated(&english(), |_| None), &[]);
    assert_rich(&report);
    assert_eq!(report.count("undated"), report.count("kept"));
}

#[test]
fn shuffled_records_with_many_equal_dates_give_the_same_rows() {
    // Days alone, times, and none, many of each the same.
    let date = |n: usize| match n % 5 {
        0 => None,
        1 => Some("2025-01-02T00:00:00Z".to_owned()),
        2 => Some("2025-01-02".to_owned()),
        _ => Some(format!("2025-01-0{}", 1 + n % 3)),
    };
    assert_rich(&check_shuffled(&redated(&english(), date), &[]));
    check_shuffled(&redated(&english(), date), &["--all-pairs"]);
}

/// Without ids, tables name articles by where they stand: here each name is replaced by the article's title,
/// of which there are no two.
fn rows_by_title(report: &Report) -> BTreeMap<&'static str, Vec<Value>> {
    let titles: BTreeMap<String, Value> = report
        .table("articles")
        .into_iter()
        .map(|row| (string(&row, "ref").to_owned(), row["title"].clone()))
        .collect();
    let named = |mut row: Value| {
        rename(&mut row, &titles);
        strip(&mut row);
        row
    };
    TABLES.iter().map(|&table| (table, report.table(table).into_iter().map(named).collect())).collect()
}

fn rename(value: &mut Value, titles: &BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, titles)),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, titles)),
        Value::String(name) => {
            if let Some(title) = titles.get(name) {
                *value = title.clone();
            }
        }
        _ => {}
    }
}

#[test]
fn shuffled_records_without_ids_and_dates_give_the_same_rows() {
    let record = |(n, article): (usize, &Article)| {
        json!({"outlet": article.outlet, "title": format!("Title {n}"), "text": article.text}).to_string()
    };
    let records: Vec<String> = english().iter().enumerate().map(record).collect();
    let scan = Scan::of("a.jsonl", records.join("\n"));
    let expect = rows_by_title(&scan.scan_to("whole", &["a.jsonl"]));
    for seed in [1, 2] {
        let mixed = shuffled(&records, seed);
        let (some, others) = mixed.split_at(mixed.len() / 2);
        scan.write("folder/z.jsonl", some.join("\n"));
        scan.write("folder/b.jsonl", others.join("\n"));
        let split = scan.scan_to("split", &["folder"]);
        assert_same_rows(&expect, &rows_by_title(&split), &format!("shuffled by {seed}"));
    }
}
