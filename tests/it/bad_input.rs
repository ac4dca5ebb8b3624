//! Broken, odd and hostile inputs, outputs in the way, exit statuses, and the books.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use serde_json::{Value, json};

use crate::formats::gzip;
use crate::support::{Run, Scan, TABLES, article, make_pipe, number, skipped, string, text};

/// Joins lines, each with its end.
fn lines(records: &[&[u8]]) -> Vec<u8> {
    records.iter().flat_map(|record| [record, b"\n".as_slice()].concat()).collect()
}

/// Scans `records` as lines of `a.jsonl`.
fn scan_lines(records: &[&[u8]]) -> Run {
    Scan::of("a.jsonl", lines(records)).scan(&["a.jsonl"])
}

/// Scans one bad record between two good ones, and returns the row of its only problem: of that kind, at its
/// place, and met by `--strict` with status 4 and no report. `kept` says whether the record is an article all
/// the same.
fn check_bad(record: &[u8], kind: &str, kept: bool) -> Value {
    let (first, last) = (article("first", 1), article("last", 2));
    let archive = lines(&[first.as_bytes(), record, last.as_bytes()]);
    let scan = Scan::of("folder/a.jsonl", &archive);
    let shown = String::from_utf8_lossy(&record[..record.len().min(100)]).into_owned();

    let strict = scan.scan(&["folder", "--strict"]).ends_with(4);
    assert!(!strict.report.is_there(), "{shown}");
    assert!(strict.stderr.contains("folder/a.jsonl:2"), "{shown}: {}", strict.stderr);
    assert_eq!(scan.names(), ["folder"], "{shown}");

    let run = scan.scan(&["folder"]).ends_with(3);
    let problems = run.report.table("problems");
    assert_eq!(problems.len(), 1, "{shown}: {problems:?}");
    let problem = problems[0].clone();
    assert_eq!(string(&problem, "kind"), kind, "{shown}");
    assert_eq!(string(&problem, "path"), "folder/a.jsonl", "{shown}");
    assert_eq!(problem["record"], 2, "{shown}");
    assert_eq!(problem["byte"], first.len() + 1, "{shown}");
    assert!(!string(&problem, "message").is_empty());
    assert_eq!(run.report.run()["problems"], json!({ kind: 1 }), "{shown}");
    assert_eq!(run.report.count("read"), 3, "{shown}");
    assert_eq!(run.report.count("rejected"), u64::from(!kept), "{shown}");
    assert_eq!(run.report.table("articles").len(), 2 + usize::from(kept), "{shown}");

    // Tolerated, the same report is no reason for a status.
    let tolerated = scan.scan(&["folder", "--max-problems", "1"]).ends_with(0);
    assert_eq!(tolerated.report.count("problems"), 1);
    problem
}

// Records.

#[test]
fn invalid_json_is_a_problem() {
    for record in [
        &b"not json"[..],
        b"{\"id\":\"x\",\"text\":\"cut off",
        b"{\"id\":\"x\",\"text\":\"a b\"} and more",
        b"[\"text\"]",
        b"\"text\"",
        b"null",
        b"{\"id\":\"x\",\"text\":\"a\x00b\"}",
        b"{\"id\":\"x\" \"text\":\"a\"}",
        b"{",
        b"\x00\x00\x00",
    ] {
        check_bad(record, "invalid-json", false);
    }
}

#[test]
fn invalid_utf8_is_repaired_and_counted() {
    let record =
        [br#"{"id":"x","title":"caf"#, &b"\xE9"[..], br#" x","text":"wrong "#, b"\xFF\xC3", br#" bytes"}"#]
            .concat();
    check_bad(&record, "invalid-utf8", true);
    let run = scan_lines(&[&record]);
    let row = &run.report.table("articles")[0];
    assert_eq!(string(row, "title"), "caf\u{FFFD} x");
    assert_eq!(number(row, "words"), 2);
}

#[test]
fn lone_surrogates_are_repaired_and_counted() {
    for escape in ["\\ud800", "\\uDFFF", "\\udc00\\ud800", "\\ud83d\\u0041", "\\ud800\\ud83d\\ude00"] {
        let record = format!(r#"{{"id":"x","title":"a {escape} b","text":"some words {escape} here"}}"#);
        check_bad(record.as_bytes(), "lone-surrogate", true);
        let run = scan_lines(&[record.as_bytes()]);
        let title = string(&run.report.table("articles")[0], "title").to_owned();
        assert!(title.starts_with("a \u{FFFD}") && title.ends_with(" b"), "{title:?}");
    }
    // A whole pair is no problem.
    let whole = scan_lines(&[br#"{"id":"x","title":"a \ud83d\ude00 b","text":"some words"}"#]).ends_with(0);
    assert_eq!(string(&whole.report.table("articles")[0], "title"), "a 😀 b");
}

#[test]
fn a_missing_text_is_a_problem() {
    check_bad(br#"{"id":"x","title":"no text at all"}"#, "text-missing", false);
    check_bad(b"{}", "text-missing", false);
    let run = scan_lines(&[br#"{"id":"x","title":"no text at all","line\nend":1}"#]);
    let message = string(&run.report.table("problems")[0], "message").to_owned();
    assert!(message.ends_with("fields here: id, line\\nend, title"), "{message}");
}

#[test]
fn a_text_that_is_no_string_is_a_problem() {
    for value in ["5", "1.5e3", "true", "[\"a\",\"b\"]", "{\"a\":\"b\"}"] {
        let record = format!(r#"{{"id":"x","text":{value}}}"#);
        check_bad(record.as_bytes(), "text-not-string", false);
    }
}

#[test]
fn a_date_that_cannot_be_read_is_a_problem_and_the_article_stays() {
    check_bad(br#"{"id":"x","published_at":"the day before","text":"some words"}"#, "bad-date", true);
    let run = scan_lines(&[
        br#"{"id":"x","text":"some words"}"#,
        br#"{"id":"y","published_at":null,"text":"other words"}"#,
    ]);
    let run = run.ends_with(0);
    assert_eq!(run.report.count("undated"), 2, "a missing date is counted, not a problem");
}

#[test]
fn nesting_100_000_deep_is_a_problem_and_no_crash() {
    let deep =
        |open: &str, close: &str| [open.repeat(100_000), "1".to_owned(), close.repeat(100_000)].concat();
    let (arrays, objects) = (deep("[", "]"), deep("{\"a\":", "}"));
    for record in [
        format!(r#"{{"id":"x","text":"some words","extra":{arrays}}}"#),
        format!(r#"{{"id":"x","text":"some words","extra":{objects}}}"#),
        format!(r#"{{"id":"x","text":{arrays}}}"#),
        arrays,
        objects,
        "[".repeat(100_000),
    ] {
        check_bad(record.as_bytes(), "invalid-json", false);
    }
}

#[test]
fn a_record_over_the_limit_is_a_problem() {
    let long = json!({"id": "long", "text": text(7).repeat(40)}).to_string();
    let scan = Scan::of(
        "a.jsonl",
        lines(&[article("first", 1).as_bytes(), long.as_bytes(), article("last", 2).as_bytes()]),
    );
    let limit = long.len().to_string();
    scan.scan(&["a.jsonl", "--max-record", &limit]).ends_with(0);
    let limit = (long.len() - 1).to_string();
    for how in [&["--no-mmap"][..], &[]] {
        let run = scan.scan(&[&["a.jsonl", "--max-record", &limit], how].concat()).ends_with(3);
        assert_eq!(run.problem_kinds(), ["record-too-large"]);
        assert_eq!(run.report.table("problems")[0]["record"], 2);
        assert_eq!(run.report.count("rejected"), 1);
        assert_eq!(run.report.count("kept"), 2);
        let last = &run.report.articles()["last"];
        assert_eq!(string(last, "ref"), "a.jsonl:3", "the lines after it keep their numbers");
    }
    let strict = scan.scan(&["a.jsonl", "--max-record", &limit, "--strict"]).ends_with(4);
    assert!(strict.stderr.contains("a.jsonl:2:"), "{}", strict.stderr);

    scan.write("texts/long.txt", text(8).repeat(20));
    scan.write("texts/short.txt", text(9));
    let run = scan.scan(&["texts", "--max-record", "4KiB"]).ends_with(3);
    assert_eq!(run.problem_kinds(), ["record-too-large"]);
    assert_eq!(string(&run.report.table("problems")[0], "path"), "texts/long.txt");
    assert_eq!(run.report.count("kept"), 1);
}

#[test]
fn the_usual_limit_of_a_record_is_64_mib() {
    use std::io::{Seek, SeekFrom, Write};
    let scan = Scan::of("a.jsonl", article("first", 1) + "\n");
    let mut file = fs::OpenOptions::new().append(true).open(scan.path("a.jsonl")).unwrap();
    let begin = file.seek(SeekFrom::End(0)).unwrap();
    // A hole of zeros, which costs no disk.
    file.set_len(begin + (64 << 20) + 1).unwrap();
    file.write_all(format!("\n{}\n", article("last", 2)).as_bytes()).unwrap();
    let run = scan.scan(&["a.jsonl"]).ends_with(3);
    assert_eq!(run.problem_kinds(), ["record-too-large"]);
    assert_eq!(run.report.count("kept"), 2);
}

#[test]
fn articles_of_one_id_are_kept_and_named_by_ref_in_every_table() {
    let body = format!("{}\n{}", text(1), text(1));
    let record = |id: &str, day: u64| {
        json!({
            "id": id, "outlet": format!("o{day}.example"), "published_at": format!("2025-01-0{day}"), "text": body,
        })
        .to_string()
    };
    let scan = Scan::of("in/a.jsonl", [record("same", 1), record("own", 2)].join("\n"));
    scan.write("in/b.jsonl", [record("same", 3), record("same", 4)].join("\n"));
    let run = scan.scan(&["in", "--all-pairs"]).ends_with(3);
    let problems = run.report.table("problems");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(string(&problems[0], "kind"), "duplicate-id");
    assert!(string(&problems[0], "message").contains("same"), "{problems:?}");
    assert_eq!(run.report.count("kept"), 4);
    assert_eq!(run.report.count("rejected"), 0);

    let expect = ["in/a.jsonl:1", "in/b.jsonl:1", "in/b.jsonl:2", "own"];
    let names = |rows: Vec<Value>, keys: &[&str]| -> Vec<String> {
        let mut names: Vec<String> =
            rows.iter().flat_map(|row| keys.iter().map(|key| string(row, key).to_owned())).collect();
        names.sort();
        names.dedup();
        names
    };
    let report = &run.report;
    assert_eq!(names(report.table("articles"), &["id"]), expect);
    assert_eq!(names(report.table("matches"), &["a", "b"]), expect);
    assert_eq!(names(report.table("passages"), &["target", "source"]), expect);
    assert_eq!(names(report.table("repeats"), &["article"]), expect);
    let stories = report.table("stories");
    assert_eq!(stories.len(), 1);
    assert_eq!(names(stories[0]["members"].as_array().unwrap().clone(), &["id"]), expect);
    assert_eq!(string(&stories[0], "representative"), "in/a.jsonl:1");
    assert_eq!(string(&stories[0], "origin"), "in/a.jsonl:1");

    let strict = scan.scan(&["in", "--strict"]).ends_with(4);
    assert!(strict.stderr.contains("same"), "{}", strict.stderr);
}

#[test]
fn strict_tells_the_first_problem_of_the_archive() {
    // Several pieces, so that threads race.
    let mut archive: Vec<String> = (0..600)
        .map(|n| {
            article(&format!("a{n}"), n)
                .replace("\"text\":\"", &format!("\"text\":\"{} ", "filler ".repeat(700)))
        })
        .collect();
    archive[70] = "{\"id\":1}".into();
    archive[300] = "broken".into();
    archive[599] = "broken".into();
    let scan = Scan::of("a.jsonl", archive.join("\n"));
    for threads in ["1", "2", "4", "4", "4"] {
        let run = scan.scan(&["a.jsonl", "--strict", "--threads", threads]).ends_with(4);
        assert!(run.stderr.contains("a.jsonl:71:"), "{}", run.stderr);
        assert_eq!(scan.names(), ["a.jsonl"]);
    }
}

#[test]
fn strict_leaves_an_earlier_report_as_it_is() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    let before = scan.scan(&["a.jsonl"]).ends_with(0).report.files();
    scan.write("a.jsonl", "broken");
    let run = scan.scan(&["a.jsonl", "--strict"]).ends_with(4);
    assert_eq!(run.report.files(), before);
    assert_eq!(run.report.count("kept"), 1);
}

// Normal, however odd.

#[test]
fn empty_inputs_are_normal() {
    let scan = Scan::of("empty.jsonl", "");
    scan.write("mark.jsonl", "\u{FEFF}");
    scan.write("blank.jsonl", "\n \n\r\n\t\n");
    scan.write("empty.txt", "");
    fs::create_dir(scan.path("folder")).unwrap();
    fs::create_dir_all(scan.path("folders/in/folders")).unwrap();
    for (input, read) in [
        ("empty.jsonl", 0),
        ("mark.jsonl", 0),
        ("blank.jsonl", 0),
        ("empty.txt", 1),
        ("folder", 0),
        ("folders", 0),
    ] {
        let run = scan.scan(&[input]).ends_with(0);
        assert_eq!(run.report.count("read"), read, "{input}");
        assert_eq!(run.report.count("skipped"), read, "{input}");
        for table in TABLES {
            assert!(run.report.table(table).is_empty(), "{input}: {table}");
        }
    }
    let run = scan.fed(&["scan", "-o", "report", "-"], b"").ends_with(0);
    assert_eq!(run.report.count("read"), 0);
}

#[test]
fn empty_texts_are_skipped_and_counted() {
    let run = scan_lines(&[
        br#"{"id":"a","text":""}"#,
        br#"{"id":"b","text":" \n\t\u3000"}"#,
        article("c", 1).as_bytes(),
    ])
    .ends_with(0);
    assert_eq!(run.report.count("read"), 3);
    assert_eq!(run.report.count("skipped"), 2);
    assert_eq!(run.report.count("kept"), 1);
    assert!(run.problem_kinds().is_empty());
}

#[test]
fn a_text_without_words_is_an_article_that_matches_nothing() {
    let run = scan_lines(&[
        br#"{"id":"a","text":"..."}"#,
        br#"{"id":"b","text":"..."}"#,
        br#"{"id":"c","text":"!?"}"#,
    ]);
    let run = run.ends_with(0);
    assert_eq!(run.report.count("kept"), 3);
    assert!(run.report.table("stories").is_empty());
    assert!(run.report.table("matches").is_empty());
}

#[test]
fn line_ends_and_marks_change_nothing() {
    let records: Vec<String> =
        (1..20).chain(1..3).zip(0..).map(|(n, id)| article(&format!("a{id}"), n)).collect();
    let plain = Scan::of("a.jsonl", records.join("\n") + "\n").scan(&["a.jsonl"]).ends_with(0).report.files();
    let variants = [
        records.join("\n"),
        records.join("\r\n") + "\r\n",
        records.join("\r\n"),
        format!("\u{FEFF}{}\n", records.join("\n")),
        format!("\u{FEFF}{}", records.join("\r\n")),
        format!(" \t{} \n", records.join(" \n \t")),
    ];
    for variant in variants {
        let run = Scan::of("a.jsonl", &variant).scan(&["a.jsonl"]).ends_with(0);
        assert_eq!(run.report.files(), plain, "{:?}", &variant[..20]);
    }
    // A text file's mark is no part of its text.
    let bare = Scan::of("a.txt", text(1)).scan(&["a.txt"]).ends_with(0).report.files();
    let marked = Scan::of("a.txt", format!("\u{FEFF}{}", text(1))).scan(&["a.txt"]).ends_with(0);
    assert_eq!(marked.report.files()["articles.jsonl"], bare["articles.jsonl"]);
}

#[test]
fn blank_lines_are_no_records_and_count_as_lines() {
    let (first, last) = (article("first", 1), article("last", 2));
    let run = scan_lines(&[b"", first.as_bytes(), b"", b" \t ", b"\r", last.as_bytes(), b""]).ends_with(0);
    assert_eq!(run.report.count("read"), 2);
    let articles = run.report.articles();
    assert_eq!(string(&articles["first"], "ref"), "a.jsonl:2");
    assert_eq!(string(&articles["last"], "ref"), "a.jsonl:6");
}

#[test]
fn an_input_named_twice_is_read_once() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    let run = scan.scan(&["in", "in/a.jsonl", "./in"]).ends_with(0);
    assert_eq!(run.report.count("read"), 1);
    assert_eq!(number(&run.report.run()["files"], "repeated"), 2);
}

// Files.

#[test]
fn a_named_argument_that_is_not_there_ends_before_any_work() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    for args in [
        &["missing.jsonl"][..],
        &["a.jsonl", "missing.jsonl"],
        &["missing.jsonl", "-"],
        &["a.jsonl/missing.jsonl"],
    ] {
        let run = scan.scan(args).ends_with(4);
        assert!(run.stderr.contains("missing.jsonl"), "{}", run.stderr);
        assert!(run.stdout.is_empty());
        assert_eq!(scan.names(), ["a.jsonl"], "something was written");
    }
}

#[test]
fn a_link_to_nothing_named_as_archive_is_not_there() {
    let scan = Scan::new();
    symlink("nowhere", scan.path("link.jsonl")).unwrap();
    let run = scan.scan(&["link.jsonl"]).ends_with(4);
    assert!(run.stderr.contains("link.jsonl"), "{}", run.stderr);
    assert_eq!(scan.names(), ["link.jsonl"]);
}

#[test]
fn special_files_in_a_folder_are_skipped_and_counted() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    scan.write("elsewhere/b.jsonl", article("b", 2));
    make_pipe(&scan.path("in/pipe.jsonl"));
    let _socket = UnixListener::bind(scan.path("in/socket.jsonl")).unwrap();
    symlink("a.jsonl", scan.path("in/link.jsonl")).unwrap();
    symlink("nowhere", scan.path("in/broken.jsonl")).unwrap();
    symlink("../elsewhere", scan.path("in/folder")).unwrap();
    symlink(".", scan.path("in/loop")).unwrap();
    let run = scan.scan(&["in"]).ends_with(0);
    assert_eq!(run.report.count("read"), 1);
    let files = &run.report.run()["files"];
    assert_eq!(number(files, "special"), 6, "{files}");
    assert_eq!(number(files, "read"), 1, "{files}");
    assert!(run.stdout.contains("6 links or devices"), "{}", run.stdout);
}

#[test]
fn a_socket_named_as_archive_is_unusable() {
    let scan = Scan::new();
    let _socket = UnixListener::bind(scan.path("socket.jsonl")).unwrap();
    let run = scan.scan(&["socket.jsonl"]).ends_with(4);
    assert!(run.stderr.contains("socket.jsonl"), "{}", run.stderr);
}

#[test]
fn an_unreadable_file_in_a_folder_is_a_problem() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    scan.write("in/closed.jsonl", article("b", 2));
    scan.write("in/closed/c.jsonl", article("c", 3));
    for closed in ["in/closed.jsonl", "in/closed"] {
        fs::set_permissions(scan.path(closed), fs::Permissions::from_mode(0o000)).unwrap();
    }
    let able = fs::File::open(scan.path("in/closed.jsonl")).is_ok();
    if !able {
        let run = scan.scan(&["in"]).ends_with(3);
        assert_eq!(run.problem_kinds(), ["unreadable-file", "unreadable-file"]);
        assert_eq!(run.report.count("kept"), 1);
        assert_eq!(number(&run.report.run()["files"], "unreadable"), 2);
        let named = scan.scan(&["in/closed.jsonl"]).ends_with(4);
        assert!(named.stderr.contains("in/closed.jsonl"), "{}", named.stderr);
    }
    fs::set_permissions(scan.path("in/closed"), fs::Permissions::from_mode(0o700)).unwrap();
    if able {
        skipped("files without permissions: this user may read them");
    }
}

#[test]
fn a_broken_compressed_file_in_a_folder_is_a_problem() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    scan.write("in/b.jsonl", b"\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03not really");
    let run = scan.scan(&["in"]).ends_with(3);
    let problems = run.report.table("problems");
    assert_eq!(run.problem_kinds(), ["unreadable-file"]);
    assert_eq!(string(&problems[0], "path"), "in/b.jsonl");
    assert!(string(&problems[0], "message").contains("gzip"), "{problems:?}");
    assert_eq!(run.report.count("kept"), 1);
    scan.scan(&["in", "--strict"]).ends_with(4);
}

#[test]
fn a_file_that_vanishes_from_a_folder_is_a_problem() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    scan.write("in/b.jsonl", article("b", 2));
    let run =
        scan.scan_while(&["pipe", "in"], || fs::remove_file(scan.path("in/b.jsonl")).unwrap()).ends_with(3);
    let problems = run.report.table("problems");
    assert_eq!(run.problem_kinds(), ["unreadable-file"], "{problems:?}");
    assert_eq!(string(&problems[0], "path"), "in/b.jsonl");
    assert_eq!(run.report.articles().into_keys().collect::<Vec<_>>(), ["a", "from-the-pipe"]);
    assert_eq!(number(&run.report.run()["files"], "unreadable"), 1);
}

/// A file large enough to be mapped, and to be read in several pieces.
fn large_file() -> Scan {
    let records: Vec<String> = (0..3_500).map(|n| article(&format!("a{n}"), n)).collect();
    let scan = Scan::of("large.jsonl", records.join("\n"));
    assert!(fs::metadata(scan.path("large.jsonl")).unwrap().len() > 1 << 20);
    scan
}

fn cut(scan: &Scan, bytes: u64) {
    fs::OpenOptions::new().write(true).open(scan.path("large.jsonl")).unwrap().set_len(bytes).unwrap();
}

#[test]
fn a_file_cut_while_it_is_mapped_ends_the_run_with_a_message() {
    for bytes in [0, 100_000] {
        let scan = large_file();
        let run = scan.scan_while(&["large.jsonl", "pipe"], || cut(&scan, bytes)).ends_with(4);
        assert!(run.stderr.contains("cut short") && run.stderr.contains("--no-mmap"), "{}", run.stderr);
        assert!(!scan.names().iter().any(|name| name.ends_with(".partial")), "{:?}", scan.names());
        assert!(!run.report.is_there());
    }
}

#[test]
fn a_file_cut_while_it_is_read_is_a_problem() {
    let scan = large_file();
    let run = scan.scan_while(&["large.jsonl", "pipe", "--no-mmap"], || cut(&scan, 100_000)).ends_with(3);
    let problems = run.report.table("problems");
    assert!(problems.iter().all(|row| string(row, "path") == "large.jsonl"), "{problems:?}");
    assert!(!problems.is_empty());
    assert!(run.report.articles().contains_key("from-the-pipe"));
    run.report.count("read");
}

#[test]
fn a_file_that_changes_while_it_is_read_is_a_problem() {
    for how in ["--no-mmap", "--quiet"] {
        let scan = large_file();
        let append = || {
            use std::io::Write;
            let mut file = fs::OpenOptions::new().append(true).open(scan.path("large.jsonl")).unwrap();
            file.write_all(b"\nmore").unwrap();
        };
        let run = scan.scan_while(&["large.jsonl", "pipe", how], append).ends_with(3);
        assert_eq!(run.problem_kinds(), ["input-changed"], "{how}");
        assert_eq!(string(&run.report.table("problems")[0], "path"), "large.jsonl");
    }
}

#[test]
fn files_of_other_formats_in_a_folder_are_ignored_and_counted() {
    let scan = Scan::of("in/a.jsonl", article("a", 1));
    for other in ["in/picture.png", "in/.hidden.jsonl", "in/README", "in/a.jsonl~"] {
        scan.write(other, "whatever");
    }
    scan.write("in/log.gz", gzip(b"GET / 200\nGET /a 404\n"));
    scan.write("in/b.jsonl.bak.gz", gzip(article("b", 2).as_bytes()));
    let run = scan.scan(&["in"]).ends_with(0);
    assert_eq!(run.report.count("read"), 1);
    assert_eq!(number(&run.report.run()["files"], "ignored"), 6);
}

#[test]
fn packed_files_in_a_folder_whose_names_say_no_more_are_told_by_what_they_hold() {
    let scan = Scan::new();
    let record = article("a", 1);
    scan.write("in/dump.gz", gzip(record.as_bytes()));
    scan.write("in/DUMP-2025-11.gz", gzip(b"id,text\n1,\"One boat sank, and nobody was hurt.\"\n"));
    scan.write("in/crawl.2020.zst", crate::formats::zstd(format!("[{}]", article("c", 3)).as_bytes()));
    let run = scan.scan(&["in"]).ends_with(0);
    assert_eq!(run.report.count("kept"), 3);
    let formats: Vec<String> = run.report.run()["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| string(input, "format").to_owned())
        .collect();
    assert_eq!(formats, ["CSV", "JSON", "JSON Lines"]);
}

// Outputs.

#[test]
fn a_folder_that_holds_something_else_is_refused() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    scan.write("report/thesis.txt", "three years of work");
    let run = scan.scan(&["a.jsonl"]).ends_with(2);
    assert!(run.stderr.contains("thesis.txt") && run.stderr.contains("--force"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(scan.path("report/thesis.txt")).unwrap(), "three years of work");
    assert_eq!(scan.names(), ["a.jsonl", "report"]);
    // Another program's run.json does not make it a report.
    scan.write("report/run.json", "{\"command\": \"npm run wirecopy\"}");
    scan.scan(&["a.jsonl"]).ends_with(2);

    let run = scan.scan(&["a.jsonl", "--force"]).ends_with(0);
    assert_eq!(run.report.count("kept"), 1);
    assert!(!scan.path("report/thesis.txt").exists(), "a report is all that stands there");
    assert_eq!(scan.names(), ["a.jsonl", "report"]);
}

#[test]
fn a_report_that_somebody_put_something_into_is_refused() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    scan.scan(&["a.jsonl"]).ends_with(0);
    scan.write("report/notes.md", "what I found");
    let run = scan.scan(&["a.jsonl"]).ends_with(2);
    assert!(run.stderr.contains("notes.md"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(scan.path("report/notes.md")).unwrap(), "what I found");
}

#[test]
fn an_empty_folder_is_taken_and_an_earlier_report_is_replaced() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    fs::create_dir(scan.path("report")).unwrap();
    scan.scan(&["a.jsonl"]).ends_with(0);
    scan.write("a.jsonl", [article("b", 2), article("c", 3)].join("\n"));
    let run = scan.scan(&["a.jsonl"]).ends_with(0);
    assert_eq!(run.report.articles().into_keys().collect::<Vec<_>>(), ["b", "c"]);
    let tables: Vec<String> = run.report.files().into_keys().collect();
    let mut expect = TABLES.map(|table| format!("{table}.jsonl"));
    expect.sort();
    assert_eq!(tables, expect);
    assert_eq!(scan.names(), ["a.jsonl", "report"], "nothing is left behind");
}

#[test]
fn a_report_on_an_input_is_refused_even_by_force() {
    let scan = Scan::of("in/deep/a.jsonl", article("a", 1));
    symlink("in", scan.path("link")).unwrap();
    for (input, out) in [
        ("in", "in"),
        ("in", "./in/"),
        ("in", "link"),
        ("link", "in"),
        ("in/deep", "in"),
        ("in/deep/a.jsonl", "in"),
        ("in/deep/a.jsonl", "in/deep/a.jsonl"),
        ("in", "in/deep/.."),
        ("in", "."),
    ] {
        for force in [&["--force"][..], &[]] {
            let run = scan.wirecopy(&[&["scan", input, "-o", out], force].concat()).ends_with(2);
            assert!(run.stderr.contains(input), "{input} {out}: {}", run.stderr);
            assert_eq!(scan.names(), ["in", "link"], "{input} {out}");
            assert_eq!(fs::read_to_string(scan.path("in/deep/a.jsonl")).unwrap(), article("a", 1));
        }
    }
}

#[test]
fn a_report_inside_the_folder_that_is_scanned_is_not_read_the_next_time() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    let first = scan.scan(&["."]).ends_with(0).report.files();
    let second = scan.scan(&["."]).ends_with(0);
    assert_eq!(second.report.files(), first);
    assert_eq!(second.report.count("read"), 1);
    assert_eq!(scan.names(), ["a.jsonl", "report"]);
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_work_starts() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    for out in ["a.txt/report", "/proc/report", "/dev/null/report"] {
        scan.write("a.txt", "a file");
        let run = scan.wirecopy(&["scan", "a.jsonl", "-o", out]).ends_with(5);
        assert!(run.stderr.contains(out), "{}", run.stderr);
        assert_eq!(scan.names(), ["a.jsonl", "a.txt"], "{out}");
    }
    // A file in the very place: refused, one way or the other, and left alone.
    let run = scan.wirecopy(&["scan", "a.jsonl", "-o", "a.txt"]);
    assert!(matches!(run.status, Some(2 | 5)), "{:?}: {}", run.status, run.stderr);
    assert_eq!(fs::read_to_string(scan.path("a.txt")).unwrap(), "a file");
}

#[test]
fn a_closed_stdout_ends_quietly() {
    let scan = Scan::of("a.jsonl", [article("a", 1), article("b", 2)].join("\n"));
    for args in [
        &["scan", "-o", "report", "a.jsonl"][..],
        &["scan", "-o", "report", "a.jsonl", "--json"],
        &["--help"],
        &["scan", "--help"],
        &["completions", "bash"],
    ] {
        let run = scan.with_closed_stdout(args).ends_with(0);
        assert_eq!(run.stderr, "", "{args:?}");
    }
    assert_eq!(scan.report("report").count("kept"), 2);
}

// The books.

#[test]
fn the_books_balance_on_a_messy_archive() {
    let (good, twin) = (article("good", 1), article("good", 2));
    let scan = Scan::of(
        "in/a.jsonl",
        lines(&[
            good.as_bytes(),
            b"",
            b"broken",
            b"{\"id\":\"x\"}",
            b"{\"id\":\"x\",\"text\":7}",
            b"{\"id\":\"x\",\"text\":\"\"}",
            b"{\"id\":\"x\",\"text\":\"half \\ud800 a pair\",\"date\":\"yesterday\"}",
            b"{\"id\":\"y\",\"text\":\"not \xFF utf\"}",
            twin.as_bytes(),
        ]),
    );
    scan.write("in/b.jsonl", "");
    scan.write("in/c.txt", text(3));
    scan.write("in/d.txt", "  \n");
    scan.write("in/e.jsonl", b"\x28\xB5\x2F\xFD zstd");
    make_pipe(&scan.path("in/f.jsonl"));
    let run = scan.scan(&["in"]).ends_with(3);
    let report = &run.report;
    let counted = ["read", "kept", "removed", "rejected", "skipped"].map(|name| report.count(name));
    assert_eq!(counted, [10, 5, 0, 3, 2]);
    assert_eq!(report.table("articles").len(), 5);
    assert_eq!(
        report.run()["problems"],
        json!({
            "bad-date": 1, "duplicate-id": 1, "invalid-json": 1, "invalid-utf8": 1, "lone-surrogate": 1, "text-missing": 1,
            "text-not-string": 1, "unreadable-file": 1,
        })
    );
    let rows = report.table("problems");
    assert_eq!(rows.len() as u64, report.count("problems"));
    // Printed, too.
    let books = "5 articles kept of 10 records read (2 skipped, 3 rejected, 0 removed)";
    assert!(run.stdout.contains(books), "{}", run.stdout);
    assert!(run.stdout.contains("8 problems"), "{}", run.stdout);
    let inputs = report.run()["inputs"].clone();
    let records: Vec<(&str, u64)> = inputs
        .as_array()
        .unwrap()
        .iter()
        .map(|input| (string(input, "path"), number(input, "records")))
        .collect();
    assert_eq!(records, [("in/a.jsonl", 8), ("in/b.jsonl", 0), ("in/c.txt", 1), ("in/d.txt", 1)]);
}

#[test]
fn problems_up_to_a_limit_are_no_reason_for_a_status() {
    let mut records: Vec<String> = (0..17).map(|n| article(&format!("a{n}"), n)).collect();
    records.extend(["broken".into(), "broken".into(), "broken".into()]);
    let scan = Scan::of("a.jsonl", records.join("\n"));
    for (limit, status) in [
        ("2", 3),
        ("3", 0),
        ("100", 0),
        ("0.14", 3),
        ("0.15", 0),
        ("14%", 3),
        ("15%", 0),
        ("0", 3),
        ("1.0", 0),
    ] {
        let run = scan.scan(&["a.jsonl", "--max-problems", limit]).ends_with(status);
        assert_eq!(run.report.count("problems"), 3, "{limit}");
    }
    scan.scan(&["a.jsonl", "--max-problems", "100", "--strict"]).ends_with(4);
}

#[test]
fn formats_that_are_not_read_are_refused_and_the_rest_is_read() {
    let scan = Scan::of("in/good.jsonl", article("a", 1));
    let foreign: [(&str, &[u8]); 4] = [
        ("old.feather", b"FEA1\0\0\0\0\x07\0\0\0"),
        ("feed.xml", b"<?xml version=\"1.0\"?><rss>words</rss>"),
        ("page.pdf", b"%PDF-1.4 words"),
        ("binary", b"\x7FELF\0\0\0"),
    ];
    for (name, content) in foreign {
        scan.write(name, content);
        let run = scan.scan(&["in", name]).ends_with(3);
        assert_eq!(run.problem_kinds(), ["unsupported-format"], "{name}");
        let problem = &run.report.table("problems")[0];
        assert_eq!(problem["path"], name);
        assert!(problem["message"].as_str().unwrap().contains("first"), "says what to do: {problem}");
        assert_eq!(run.report.count("kept"), 1, "{name}");
    }
}

#[test]
fn a_first_line_that_is_a_bad_record_costs_only_itself() {
    for first in ["[1,2]", "[{\"text\":\"words\"}]", "{", "{\"text\":"] {
        let scan = Scan::of("a.jsonl", [first, &article("a", 1)].join("\n"));
        let run = scan.scan(&["a.jsonl"]).ends_with(3);
        assert_eq!((run.report.count("rejected"), run.report.count("kept")), (1, 1), "{first}");
    }
}

#[test]
fn a_stray_nul_costs_one_record_and_no_file() {
    for name in ["a.jsonl", "archive"] {
        let scan = Scan::of(name, ["{\"text\":\"wo\0rds\"}", &article("a", 1)].join("\n"));
        let run = scan.scan(&[name]).ends_with(3);
        assert_eq!((run.report.count("rejected"), run.report.count("kept")), (1, 1), "{name}");
        assert_eq!(run.problem_kinds(), ["invalid-json"], "{name}");
    }
}

#[test]
fn interruptions_leave_nothing_behind_and_have_their_status() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let scan = Scan::of("a.jsonl", article("a", 1));
        // The run waits for a pipe that nobody writes to, with its working folder already there.
        let mut command = scan.command(&["scan", "a.jsonl", "-", "-o", "report"]);
        command.stdin(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        let begun = std::time::Instant::now();
        while scan.names().len() < 2 {
            assert!(begun.elapsed().as_secs() < 60, "no working folder appears");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        // The handler is set right after the folder is made.
        std::thread::sleep(std::time::Duration::from_millis(300));
        // Waiting closes stdin, and a run that gets to its end may publish before it hears the signal.
        let stdin = child.stdin.take();
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(status));
        drop(stdin);
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
        assert!(said.contains("nothing was published"), "{said}");
        assert_eq!(scan.names(), ["a.jsonl"]);
    }
}
