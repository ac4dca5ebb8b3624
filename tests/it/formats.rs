//! One archive in every form that is read gives one report; packed, damaged and hostile files cost what they hold and
//! no more.

use std::fs;
use std::io::Write;
use std::process::Command;

use serde_json::{Map, Value};

use crate::columnar::{arrow, columns, parquet};
use crate::support::{Report, Scan, TABLES, article, number, string, testdata, text};

/// The English articles of the sample archive, as lines.
pub(crate) fn sample() -> Vec<u8> {
    fs::read(testdata("sample/archive/english.jsonl")).unwrap()
}

pub(crate) fn records(lines: &[u8]) -> Vec<Map<String, Value>> {
    lines
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

pub(crate) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 2);
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// The texts of the records as a web archive of texts.
pub(crate) fn wet(records: &[Map<String, Value>]) -> Vec<u8> {
    let record = |record: &Map<String, Value>| {
        let text = record["text"].as_str().unwrap();
        let head = "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length";
        format!("{head}: {}\r\n\r\n{text}\r\n\r\n", text.len()).into_bytes()
    };
    records.iter().flat_map(record).collect()
}

/// The records as a table, columns in the order of their names.
pub(crate) fn table(records: &[Map<String, Value>], separator: u8) -> Vec<u8> {
    let mut columns: Vec<&String> = records.iter().flat_map(Map::keys).collect();
    columns.sort();
    columns.dedup();
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    writer.write_record(&columns).unwrap();
    for record in records {
        let field = |column: &&String| match record.get(*column) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        writer.write_record(columns.iter().map(field)).unwrap();
    }
    writer.into_inner().unwrap()
}

/// All tables, without what names the place of a record.
pub(crate) fn rows(report: &Report) -> Vec<(&'static str, Vec<Value>)> {
    fn placeless(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for place in ["ref", "path", "record", "byte"] {
                    members.remove(place);
                }
                members.values_mut().for_each(placeless);
            }
            Value::Array(elements) => elements.iter_mut().for_each(placeless),
            _ => {}
        }
    }
    let mut tables: Vec<_> = TABLES.into_iter().map(|name| (name, report.table(name))).collect();
    tables.iter_mut().flat_map(|(_, rows)| rows).for_each(placeless);
    tables
}

#[test]
fn one_archive_in_any_form_gives_the_same_rows() {
    let lines = sample();
    let records = records(&lines);
    let half = lines.len() / 2;
    let parts = |pack: fn(&[u8]) -> Vec<u8>| [pack(&lines[..half]), pack(&lines[half..])].concat();
    let printed: String =
        records.iter().map(|record| serde_json::to_string_pretty(record).unwrap()).collect();
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("a.jsonl.gz", gzip(&lines)),
        ("members.jsonl.gz", parts(gzip)),
        ("a.jsonl.zst", zstd(&lines)),
        ("frames.jsonl.zst", parts(zstd)),
        ("a.jsonl.bz2", bzip2(&lines)),
        ("streams.jsonl.bz2", parts(bzip2)),
        ("a.jsonl.xz", xz(&lines)),
        ("streams.jsonl.xz", parts(xz)),
        ("named-otherwise.jsonl", zstd(&lines)),
        ("twice.jsonl.gz.xz", xz(&gzip(&lines))),
        ("array.json", serde_json::to_vec(&records).unwrap()),
        ("printed-array.json", serde_json::to_vec_pretty(&records).unwrap()),
        ("printed.json", printed.clone().into_bytes()),
        ("array.json.bz2", bzip2(&serde_json::to_vec(&records).unwrap())),
        ("a.csv", table(&records, b',')),
        ("semicolons.csv", table(&records, b';')),
        ("a.tsv", table(&records, b'\t')),
        ("a.csv.gz", gzip(&table(&records, b','))),
    ];
    let scan = Scan::of("a.jsonl", &lines);
    let expect = rows(&scan.scan_to("expect", &["a.jsonl"]));
    assert!(
        expect.iter().filter(|(_, rows)| !rows.is_empty()).count() >= 6,
        "an archive that shows something"
    );
    for (name, content) in forms {
        scan.write(&format!("in/{name}"), &content);
        for way in [&[][..], &["--no-mmap", "--threads=1"]] {
            let report = scan.scan_to("report", &[&["in", "--force"], way].concat());
            assert_eq!(rows(&report), expect, "{name} {way:?}");
        }
        fs::remove_file(scan.path(&format!("in/{name}"))).unwrap();
        let piped = scan.fed(&["scan", "-q", "-o", "report", "-"], &content);
        if !name.contains("csv") && !name.contains("tsv") {
            assert_eq!(piped.status, Some(0), "{name}: {}", piped.stderr);
            assert_eq!(rows(&piped.report), expect, "{name} as a stream");
        }
    }
}

#[test]
fn a_damaged_file_among_good_ones_costs_what_follows_the_damage() {
    let lines: String = (0..200).map(|n| article(&format!("a{n}"), n) + "\n").collect();
    let scan = Scan::of("in/good.jsonl", article("good", 1000));
    for (name, packed) in [("a.jsonl.gz", gzip(lines.as_bytes())), ("a.jsonl.bz2", bzip2(lines.as_bytes()))] {
        scan.write(&format!("in/{name}"), &packed[..packed.len() - 5]);
        let run = scan.scan(&["in"]).ends_with(3);
        assert_eq!(run.problem_kinds(), ["unreadable-file"], "{name}");
        let problem = &run.report.table("problems")[0];
        assert_eq!(problem["path"], format!("in/{name}"));
        assert_eq!(problem["byte"], packed.len() - 5, "{problem}");
        fs::remove_file(scan.path(&format!("in/{name}"))).unwrap();
    }
    scan.write("in/a.jsonl.gz", [gzip(lines.as_bytes()), b"rubbish".to_vec()].concat());
    let run = scan.scan(&["in"]).ends_with(3);
    assert_eq!((run.report.count("kept"), run.problem_kinds()), (201, vec!["unreadable-file".to_owned()]));
}

#[test]
fn what_is_read_and_how_fields_are_found_is_told() {
    let scan = Scan::of("a.csv", "id,body,text,Date\n1,words,,2025-01-02\n");
    let told = scan.wirecopy(&["formats"]).ends_with(0).stdout;
    for name in ["JSON Lines", ".csv", "zstd", "articleBody", "--explain"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    let told = scan.wirecopy(&["scan", "--explain", "a.csv"]).ends_with(0).stdout;
    assert!(told.contains("from body: words; passed over: text (blank)"), "{told}");
    assert!(told.contains("from date: 2025-01-02"), "{told}");
    let told = scan.wirecopy(&["scan", "--explain", "a.csv", "--text-field", "text"]).ends_with(0).stdout;
    assert!(told.contains("skipped") && told.contains("(as told)"), "{told}");
    assert_eq!(scan.names(), ["a.csv"], "no report is written");
}

#[test]
fn a_stream_that_says_nothing_is_lines() {
    let lines = format!("no record\n{}\n", article("a", 1));
    let scan = Scan::new();
    let run = scan.fed(&["scan", "-o", "report", "-"], lines.as_bytes()).ends_with(3);
    assert_eq!((run.report.count("kept"), run.report.count("rejected")), (1, 1));
    let run = scan.fed(&["scan", "-o", "report", "-"], &gzip(lines.as_bytes())).ends_with(3);
    assert_eq!((run.report.count("kept"), run.report.count("rejected")), (1, 1));
    let table = scan.fed(&["scan", "-o", "report", "-"], b"id,text\n1,words of a table\n").ends_with(0);
    assert_eq!(table.report.count("kept"), 1);
}

/// A date of a page says in which place it stood: one that was guessed is worth less.
#[test]
fn where_the_date_of_a_page_stands_is_told() {
    let day = "2024-03-05T06:07:08Z";
    let paragraph = "<p>The harbour was closed on Tuesday after the storm, and ships wait outside until it is dredged.</p>";
    for (place, head, body) in [
        (
            "datePublished",
            format!(
                r#"<script type="application/ld+json">{{"@type":"NewsArticle","datePublished":"{day}"}}</script>"#
            ),
            String::new(),
        ),
        (
            "published_time",
            format!(r#"<meta property="article:published_time" content="{day}">"#),
            String::new(),
        ),
        ("datetime", String::new(), format!(r#"<time datetime="{day}">5 March</time>"#)),
        ("date", String::new(), "<p class=\"date\">Published: March 5, 2024</p>".to_owned()),
    ] {
        let body = format!("{body}{}", paragraph.repeat(8));
        let page = format!(
            "<!doctype html><html><head><title>Harbour closed</title>{head}</head><body><article>{body}</article></body></html>"
        );
        let scan = Scan::of("a.html", page);
        let told = scan.wirecopy(&["scan", "--explain", "a.html"]).ends_with(0).stdout;
        let line = told.lines().find(|line| line.trim_start().starts_with("date ")).unwrap_or_default();
        assert!(line.contains(place) && line.contains("2024-03-05"), "{place}: {told}");
        let dates = scan.scan_to("report", &["a.html"]).run()["fields"]["date"].clone();
        assert!(dates.to_string().contains(&format!("\"{place}\"")), "{place}: {dates}");
    }
}

#[test]
fn a_full_disk_for_what_is_unpacked_is_status_5() {
    let lines: String = (0..400).map(|n| article(&format!("a{n}"), n) + "\n").collect();
    let scan = Scan::of("a.jsonl.gz", gzip(lines.repeat(10).as_bytes()));
    scan.write("b.json.xz", xz(format!("[{}]", lines.repeat(10).trim_end().replace('\n', ",")).as_bytes()));
    fs::create_dir(scan.path("scratch")).unwrap();
    let wirecopy = assert_cmd::cargo::cargo_bin!("wirecopy");
    for input in ["a.jsonl.gz", "- < a.jsonl.gz", "b.json.xz"] {
        // Files of more than 512 KiB fail as they would on a full disk.
        let script = format!(
            "trap '' XFSZ; ulimit -f 512; exec '{}' scan {input} -o report --temp-dir scratch",
            wirecopy.display()
        );
        let output = Command::new("bash").arg("-c").arg(script).current_dir(scan.path("")).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{input}: {told}");
        assert!(told.contains("temporary file in scratch"), "{told}");
    }
    assert_eq!(scan.names(), ["a.jsonl.gz", "b.json.xz", "scratch"]);
}

type Pack = fn(&[u8]) -> Vec<u8>;

/// What `run.json` says of the one file `name` holds: bytes, bytes of the file, hash.
fn input(scan: &Scan, name: &str, content: &[u8], args: &[&str]) -> (u64, u64, String) {
    scan.write(name, content);
    let report = scan.scan_to("report", &[&[name, "--force"], args].concat());
    let input = &report.run()["inputs"][0];
    (number(input, "bytes"), number(input, "file_bytes"), string(input, "xxh3").to_owned())
}

/// The hash of bytes that are cut into pieces behind the first line end from each mebibyte on.
fn hash_of_lines(lines: &[u8]) -> String {
    use xxhash_rust::xxh3::{Xxh3, xxh3_128};
    let mut all = Xxh3::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let line_end =
            |from: usize| rest[from..].iter().position(|byte| *byte == b'\n').map(|at| from + at + 1);
        let end = if rest.len() > 1 << 20 { line_end(1 << 20).unwrap_or(rest.len()) } else { rest.len() };
        all.update(&xxh3_128(&rest[..end]).to_le_bytes());
        rest = &rest[end..];
    }
    format!("{:032x}", all.digest128())
}

#[test]
fn bytes_and_hashes_of_lines_and_text_are_those_of_what_the_file_unpacks_to() {
    let scan = Scan::new();
    let short = sample();
    let long: Vec<u8> = (0..5_000).flat_map(|n| (article(&format!("a{n}"), n) + "\n").into_bytes()).collect();
    assert!(long.len() > 2 << 20);
    for (lines, forms) in [(short, 5), (long, 2)] {
        let expect = (lines.len() as u64, hash_of_lines(&lines));
        let packings: [(&str, Pack); 5] = [
            ("a.jsonl", <[u8]>::to_vec),
            ("a.jsonl.gz", gzip),
            ("a.jsonl.zst", zstd),
            ("a.jsonl.bz2", bzip2),
            ("a.jsonl.gz.xz", |lines| xz(&gzip(lines))),
        ];
        for (name, pack) in packings.into_iter().take(forms) {
            let content = pack(&lines);
            for args in [&["--only", "repeats"][..], &["--only", "repeats", "--no-mmap", "--threads", "1"]] {
                let (bytes, file_bytes, hash) = input(&scan, name, &content, args);
                assert_eq!(file_bytes, content.len() as u64, "{name}");
                assert_eq!((bytes, hash), expect, "{name}");
            }
        }
    }
    let text = text(1);
    let expect = (text.len() as u64, hash_of_lines(text.as_bytes()));
    for (name, content) in [("a.txt", text.clone().into_bytes()), ("a.txt.gz", gzip(text.as_bytes()))] {
        let (bytes, file_bytes, hash) = input(&scan, name, &content, &[]);
        assert_eq!((file_bytes, (bytes, hash)), (content.len() as u64, expect.clone()), "{name}");
    }
    // Lines in UTF-16 count as the UTF-8 that they are decoded to.
    let lines = sample();
    let wide: Vec<u8> = std::iter::once(0xFEFF)
        .chain(str::from_utf8(&lines).unwrap().encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (bytes, file_bytes, hash) = input(&scan, "wide.jsonl", &wide, &[]);
    assert_eq!((bytes, hash), (lines.len() as u64, hash_of_lines(&lines)));
    assert_eq!(file_bytes, wide.len() as u64);
}

#[test]
fn bytes_and_hashes_of_other_formats_are_those_of_their_records() {
    let scan = Scan::new();
    let mut all = records(&sample());
    let forms = |all: &[Map<String, Value>]| -> Vec<(&str, Vec<u8>)> {
        let [arrow, _] = arrow(&columns(all), None);
        // Large enough to be mapped, so that texts may be left in the file.
        let many: Vec<Map<String, Value>> = all.iter().cycle().take(200).cloned().collect();
        vec![
            ("a.csv", table(all, b',')),
            ("a.json", serde_json::to_vec_pretty(all).unwrap()),
            ("a.parquet", parquet(&columns(all), ::parquet::basic::Compression::SNAPPY)),
            ("a.arrow", arrow),
            ("a.wet", wet(&many)),
        ]
    };
    let before: Vec<(u64, u64, String)> =
        forms(&all).iter().map(|(name, content)| input(&scan, name, content, &[])).collect();
    for ((name, content), (bytes, file_bytes, hash)) in forms(&all).iter().zip(&before) {
        assert_eq!(*file_bytes, content.len() as u64, "{name}");
        let held: usize = all.iter().map(|record| record["text"].as_str().unwrap().len()).sum();
        assert!(*bytes > held as u64 && *bytes != *file_bytes, "{name}: {bytes} bytes, {held} of texts");
        // Neither how it is read nor how it is packed shows.
        let read = input(&scan, name, content, &["--no-mmap", "--threads", "1"]);
        assert_eq!((read.0, &read.2), (*bytes, hash), "{name}, read");
        let packed = gzip(content);
        let read = input(&scan, &format!("{name}.gz"), &packed, &[]);
        assert_eq!(read, (*bytes, packed.len() as u64, hash.clone()), "{name}, packed");
    }
    // A column that no rule asks for does not show where records have no place of their own; a text does.
    all[0].insert("nobody asks".into(), "anything".into());
    for ((name, content), (bytes, _, hash)) in forms(&all).iter().zip(&before) {
        if ["a.parquet", "a.arrow"].contains(name) {
            let now = input(&scan, name, content, &[]);
            assert_eq!((now.0, &now.2), (*bytes, hash), "{name}");
        }
    }
    all[0].remove("nobody asks");
    let text = all[1]["text"].as_str().unwrap().replacen('e', "a", 1);
    all[1].insert("text".into(), text.into());
    for ((name, content), (bytes, _, hash)) in forms(&all).iter().zip(&before) {
        let now = input(&scan, name, content, &[]);
        assert!(now.0 == *bytes && now.2 != *hash, "{name}");
    }
}
