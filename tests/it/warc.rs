//! Web archives: the public suites of `../shared/data/warc` by a table of what is expected of each file, skipped, loudly,
//! where they, `tar` or `zstd` are not there; and archives and folders of pages made here.

use std::process::Command;

use crate::support::{Scan, number, shared, skipped, string};

/// A file of the suites: articles, records without a text, records of other kinds, and the problems (kind and record, 0 for the file as a whole).
type Expected = (&'static str, u64, u64, u64, &'static [(&'static str, u64)]);

/// All files of the suites of jwarc, warcio, the Internet Archive's Heritrix and web archive commons.
const SUITES: [Expected; 32] = [
    // ARC came before WARC.
    ("small-arcs-and-warcs/IAH-20080430204825-00000-blackbook-truncated.arc", 2, 0, 7, &[]),
    ("small-arcs-and-warcs/IAH-20080430204825-00000-blackbook-truncated.arc.gz", 2, 0, 7, &[]),
    ("small-arcs-and-warcs/IAH-20080430204825-00000-blackbook-truncated.warc", 2, 0, 21, &[]),
    ("small-arcs-and-warcs/IAH-20080430204825-00000-blackbook-truncated.warc.gz", 2, 0, 21, &[]),
    ("small-arcs-and-warcs/IAH-urls-wget.warc.gz", 2, 0, 34, &[]),
    // Documents of office programs, texts and forms: no page in them.
    ("src/test/resources/warc/example.docs.warc.gz", 0, 0, 21, &[]),
    ("src/test/resources/warc/example.pdf.warc.gz", 1, 0, 75, &[]),
    ("src/test/resources/warc/example.txt.warc.gz", 0, 0, 6, &[]),
    // Three pages hold bytes that are wrong in the encoding they name.
    (
        "src/test/resources/warc/example.warc.gz",
        93,
        1,
        728,
        &[("invalid-utf8", 332), ("invalid-utf8", 475), ("invalid-utf8", 634)],
    ),
    ("src/test/resources/warc/issue-493.warc", 3, 1, 28, &[]),
    ("src/test/resources/warc/issue-514.warc", 1, 0, 7, &[]),
    ("test-resources/org/netpreserve/jwarc/cc.warc.gz", 1, 0, 0, &[]),
    ("test-resources/org/netpreserve/jwarc/gzip_extra_sl.warc.gz", 0, 0, 1, &[]),
    // Lengths that are no numbers.
    ("test/data/bad.arc", 0, 0, 0, &[("damaged-record", 0), ("damaged-record", 0)]),
    // Chunked, says the header, and is not.
    ("test/data/example-bad-non-chunked.warc.gz", 1, 0, 5, &[]),
    ("test/data/example-bad.warc.gz.bad", 1, 0, 5, &[]),
    ("test/data/example-digest.warc", 0, 0, 4, &[]),
    ("test/data/example-iana.org-chunked.warc", 1, 0, 2, &[]),
    ("test/data/example-resource.warc.gz", 1, 0, 2, &[]),
    ("test/data/example-space-in-target-uri.warc.gz", 0, 0, 2, &[]),
    // Line feeds where the length counts two bytes a line end.
    ("test/data/example-space-in-url.arc", 0, 0, 1, &[("damaged-record", 2)]),
    // Two bytes more than it says.
    ("test/data/example-trunc.warc", 1, 0, 3, &[("wrong-length", 3)]),
    ("test/data/example-wget-bad-target-uri.warc.gz", 1, 0, 5, &[]),
    // A byte less than its HTTP header says.
    ("test/data/example-wrong-chunks.warc.gz", 1, 0, 1, &[("damaged-record", 1)]),
    ("test/data/example.arc", 1, 0, 1, &[]),
    ("test/data/example.arc.gz", 1, 0, 1, &[]),
    ("test/data/example.warc", 1, 0, 5, &[]),
    ("test/data/example.warc.gz", 1, 0, 5, &[]),
    ("test/data/post-test.warc.gz", 0, 0, 6, &[]),
    ("wikipedia-sopa-blackout-2012/wikipedia-blackout/sopa-wikipedia-homepage.warc.gz", 1, 0, 163, &[]),
    ("wikipedia-sopa-blackout-2012/wikipedia-post-blackout/main-page.warc.gz", 1, 0, 150, &[]),
    ("wikipedia-sopa-blackout-2012/wikipedia-post-blackout/post-blackout.warc.gz", 1, 0, 116, &[]),
];

#[test]
fn every_file_of_the_public_suites_is_read_to_its_end_or_refused_with_a_reason() {
    let Some(packed) = shared("data/warc/warc.tar.zst") else { return };
    let scan = Scan::new();
    let unpack = Command::new("sh")
        .args(["-c", "zstd -dc --long=24 \"$0\" | tar x -C \"$1\""])
        .arg(&packed)
        .arg(scan.path(""))
        .status();
    if !unpack.is_ok_and(|status| status.success()) {
        return skipped("zstd or tar could not unpack the suites of web archives");
    }
    for (name, articles, empty, others, problems) in SUITES {
        let status = if problems.is_empty() { 0 } else { 3 };
        let run = scan.scan(&[name, "--only", "duplicates"]).ends_with(status);
        let report = run.report;
        let counts = ["kept", "skipped", "other_records"].map(|name| report.count(name));
        assert_eq!(counts, [articles, empty, others], "{name}");
        let told: Vec<(String, u64)> = report
            .table("problems")
            .iter()
            .map(|row| (string(row, "kind").to_owned(), row["record"].as_u64().unwrap_or(0)))
            .collect();
        let expect: Vec<(String, u64)> =
            problems.iter().map(|&(kind, record)| (kind.to_owned(), record)).collect();
        assert_eq!(told, expect, "{name}");
    }
}

#[test]
fn records_that_hold_no_page_are_counted_apart_and_shown() {
    let scan = Scan::new();
    let record = |kind: &str, content: &str| {
        format!(
            "WARC/1.1\r\nWARC-Type: {kind}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{content}\r\n\r\n",
            content.len()
        )
    };
    let kinds = ["warcinfo", "request", "conversion", "metadata", "conversion"];
    scan.write("a.wet", kinds.map(|kind| record(kind, SENTENCES[0])).concat());
    scan.write("b.jsonl", r#"{"text":"a line"}"#);
    let run = scan.scan(&["a.wet", "b.jsonl"]).ends_with(0);
    let counts = ["read", "kept", "other_records"].map(|name| run.report.count(name));
    assert_eq!(counts, [3, 3, 3]);
    let inputs = &run.report.run()["inputs"];
    let others = [0, 1].map(|input: usize| number(&inputs[input], "other_records"));
    assert_eq!(others, [3, 0]);
    assert!(run.stdout.contains("3 other records of web archives hold no page or text"), "{}", run.stdout);
}

const SENTENCES: [&str; 6] = [
    "Engineers closed the outer harbour wall on Tuesday after divers found a crack beneath the waterline.",
    "The ferry and some forty fishing boats must stay in port until the county has looked at the damage.",
    "Repairs are expected to take three weeks if the weather holds, the harbour master told reporters.",
    "A crane barge was due to arrive from the neighbouring port on Thursday evening with steel plates.",
    "The fishing cooperative put its losses at eighteen thousand crowns a day and asked for help.",
    "Nobody was hurt, and the lifeboat can still leave through the inner gate at high water.",
];

fn page(url: &str, date: &str, sentences: &[&str]) -> String {
    let paragraphs = format!("<p>{}</p>", sentences.join("</p>\n<p>"));
    format!(
        "<!DOCTYPE html><html><head><title>Crack in wall</title><link rel=canonical href={url}>\
         <meta property=article:published_time content={date}></head><body><nav><a href=/>Home</a></nav>\
         <article><h1>Crack in wall</h1>{paragraphs}</article><footer>All rights reserved</footer></body></html>"
    )
}

#[test]
fn a_folder_of_pages_gives_the_rows_that_a_web_archive_of_them_gives() {
    let scan = Scan::new();
    let pages = [
        (
            "https://www.northwire.example/1",
            page("https://www.northwire.example/1", "2025-05-06T11:40:00Z", &SENTENCES),
        ),
        (
            "https://herald.example/wall",
            page("https://herald.example/wall", "2025-05-07T05:30:00Z", &SENTENCES[..5]),
        ),
    ];
    let mut records = Vec::new();
    for ((url, page), name) in pages.iter().zip(["pages/a.html", "pages/b.htm"]) {
        scan.write(name, page);
        let content = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
        records.push(format!(
            "WARC/1.1\r\nWARC-Type: response\r\nWARC-Date: 2025-06-01T00:00:00Z\r\nWARC-Target-URI: {url}\r\n\
             Content-Type: application/http;msgtype=response\r\nContent-Length: {}\r\n\r\n{content}\r\n\r\n",
            content.len()
        ));
    }
    scan.write("a.warc", records.concat());
    let rows = |name: &str| -> Vec<(String, String, String, String, u64)> {
        let report = scan.scan(&[name]).ends_with(0).report;
        assert_eq!(report.table("stories").len(), 1, "{name}: one story of two versions");
        let passages = report.table("passages");
        assert_eq!(passages.len(), 1, "{name}");
        assert_eq!(string(&passages[0], "source_outlet"), "northwire.example", "{name}");
        let row = |row: &serde_json::Value| {
            let column = |name: &str| string(row, name).to_owned();
            (column("outlet"), column("published_at"), column("title"), column("url"), number(row, "words"))
        };
        report.table("articles").iter().map(row).collect()
    };
    let expect = rows("a.warc");
    assert_eq!(rows("pages"), expect);
    assert_eq!(expect[0].0, "northwire.example");
    assert_eq!(expect[1].1, "2025-05-07T05:30:00Z");
}
