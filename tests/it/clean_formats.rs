//! `wirecopy clean` on everything that `scan` reads: packed archives stay packed, tables stay tables, all others become JSON
//! Lines; what goes is the same in every form, and comes back.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::columnar::{columns, parquet};
use crate::formats::{bzip2, gzip, records, sample, table, xz, zstd};
use crate::support::{Run, Scan, article, number, string, text};

/// Cleans `from` into `to`, with the ledger `ledger`.
fn clean(scan: &Scan, from: &str, to: &str, args: &[&str]) -> Value {
    let run = scan
        .wirecopy(&[&["clean", from, "-o", to, "--ledger", "ledger", "--force", "--json"], args].concat());
    counts(&run.ends_with(0))
}

/// The summary, whose counts must balance.
fn counts(run: &Run) -> Value {
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    let [read, kept, removed, rejected, skipped] =
        ["read", "kept", "removed", "rejected", "skipped"].map(|name| number(&summary["counts"], name));
    assert_eq!(read, kept + removed + rejected + skipped, "{summary}");
    summary
}

fn bytes(scan: &Scan, name: &str) -> Vec<u8> {
    fs::read(scan.path(name)).unwrap()
}

fn string_of<'v>(record: &'v serde_json::Map<String, Value>, key: &str) -> &'v str {
    record[key].as_str().unwrap()
}

/// What the rows of a ledger say, without bytes and places.
fn told(scan: &Scan) -> Vec<Value> {
    let text = fs::read_to_string(scan.path("ledger")).unwrap();
    let mut rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    rows.remove(0);
    rows.pop();
    for row in &mut rows {
        for place in ["path", "record", "byte", "bytes", "removed", "removed_hex", "survivor_ref"] {
            row.as_object_mut().unwrap().remove(place);
        }
    }
    rows
}

fn unpacked(packed: &[u8], ending: &str) -> Vec<u8> {
    use std::io::Read;
    let mut bytes = Vec::new();
    match ending {
        "gz" => flate2::read::MultiGzDecoder::new(packed).read_to_end(&mut bytes),
        "bz2" => bzip2::read::BzDecoder::new(packed).read_to_end(&mut bytes),
        "xz" => liblzma::read::XzDecoder::new(packed).read_to_end(&mut bytes),
        "zst" => zstd::stream::copy_decode(packed, &mut bytes).map(|()| 0),
        _ => {
            bytes.extend_from_slice(packed);
            Ok(0)
        }
    }
    .unwrap();
    bytes
}

#[test]
fn a_packed_archive_stays_packed_and_holds_what_the_plain_one_holds() {
    let scan = Scan::of("a.jsonl", sample());
    clean(&scan, "a.jsonl", "plain", &[]);
    let (expect, rows) = (bytes(&scan, "plain"), told(&scan));
    assert!(!rows.is_empty() && expect.len() < sample().len());
    for (ending, pack) in [("gz", gzip as fn(&[u8]) -> Vec<u8>), ("zst", zstd), ("bz2", bzip2), ("xz", xz)] {
        let name = format!("a.jsonl.{ending}");
        scan.write(&name, pack(&sample()));
        // A name that says nothing: as the input is.
        clean(&scan, &name, "out", &[]);
        assert_eq!(unpacked(&bytes(&scan, "out"), ending), expect, "{ending}");
        assert_eq!(told(&scan), rows, "{ending}");
        scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out", "-o", "back"]).ends_with(0);
        assert_eq!(unpacked(&bytes(&scan, "back"), ending), sample(), "{ending}");
        // A cleaned file that was unpacked since is taken as well, and a name says how it is packed.
        scan.wirecopy(&["clean", "-q", "--undo", "ledger", "plain", "-o", "back.jsonl.zst"]).ends_with(0);
        assert_eq!(unpacked(&bytes(&scan, "back.jsonl.zst"), "zst"), sample(), "{ending}");
        clean(&scan, &name, "out.jsonl.gz", &[]);
        assert_eq!(unpacked(&bytes(&scan, "out.jsonl.gz"), "gz"), expect, "{ending}");
        // Named as a format alone, it is not packed.
        clean(&scan, &name, "out.jsonl", &[]);
        assert_eq!(bytes(&scan, "out.jsonl"), expect, "{ending}");
        clean(&scan, "a.jsonl", "named", &["--compress", "xz"]);
        assert_eq!(unpacked(&bytes(&scan, "named"), "xz"), expect, "{ending}");
        clean(&scan, &name, "again", &["--threads", "3", "--no-mmap"]);
        assert_eq!(bytes(&scan, "again"), bytes(&scan, "out"), "{ending}: the same bytes from run to run");
        clean(&scan, "out", "twice", &[]);
        assert_eq!(bytes(&scan, "twice"), bytes(&scan, "out"), "{ending}: cleaning twice is cleaning once");
        // In a pipe.
        let mut command = scan.command(&["clean", "-", "-q", "--ledger", "piped", "--force"]);
        command.stdin(Stdio::from(fs::File::open(scan.path(&name)).unwrap()));
        let piped = command.output().unwrap();
        assert_eq!(piped.stdout, bytes(&scan, "out"), "{ending}");
    }
}

#[test]
fn a_table_keeps_every_byte_but_what_goes() {
    let twice = format!("{}\n\n{}\n\n{}\n\n{}", text(1), text(2), text(1), text(2));
    let once = format!("{}\n\n{}", text(1), text(2));
    let quoted = |text: &str| format!("\"{}\n\nand \"\"so\"\" on\"", text.replace('"', "\"\""));
    let head = "\u{FEFF}n;\"id\";published_at;outlet;body;n\r\n";
    let row = |id: &str, day: u32, body: &str| {
        format!("1.50;\"{id}\";2025-01-0{day};{id}.example;{body};\" x \"\"y\"\"\"\r\n")
    };
    let last = row("last", 5, &quoted(&text(9)));
    let table = [
        head,
        &row("twice", 1, &quoted(&format!("{}\n\n{twice}", text(7)))),
        "\r\n",
        &row("first", 2, &text(3).replace(['"', '\n', ';'], " ")),
        &row("copy", 3, &quoted(&text(3).replace(['"', '\n', ';'], " "))),
        &row("empty", 3, ""),
        last.trim_end(),
    ]
    .concat();
    let expect = [
        head,
        &row("twice", 1, &quoted(&format!("{}\n\n{once}", text(7)))),
        "\r\n",
        &row("first", 2, &text(3).replace(['"', '\n', ';'], " ")),
        &row("empty", 3, ""),
        last.trim_end(),
    ]
    .concat();
    let scan = Scan::of("a.csv", &table);
    let summary = clean(&scan, "a.csv", "out.csv", &[]);
    assert_eq!(summary["counts"]["skipped"], 1);
    assert_eq!(summary["as_json_lines"], json!({}));
    // Whatever blanks stand between paragraphs, the words and all other fields are these.
    let plain = |bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(plain(&bytes(&scan, "out.csv")), plain(expect.as_bytes()));
    assert!(bytes(&scan, "out.csv").starts_with(head.as_bytes()));
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.csv", "-o", "back.csv"]).ends_with(0);
    assert!(bytes(&scan, "back.csv") == table.as_bytes());
    let cleaned = bytes(&scan, "out.csv");
    clean(&scan, "out.csv", "again.csv", &[]);
    assert!(bytes(&scan, "again.csv") == cleaned, "cleaning twice is cleaning once");
    // From a report, in a pipe, and packed, it is the same.
    scan.scan_to("report", &["a.csv"]);
    clean(&scan, "a.csv", "reported.csv", &["--report", "report"]);
    assert!(bytes(&scan, "reported.csv") == cleaned);
    let piped = scan.fed(&["clean", "-", "-q", "--ledger", "piped"], table.as_bytes()).ends_with(0);
    assert!(piped.stdout.as_bytes() == cleaned);
    scan.write("a.csv.gz", gzip(table.as_bytes()));
    clean(&scan, "a.csv.gz", "packed", &[]);
    assert!(unpacked(&bytes(&scan, "packed"), "gz") == cleaned);
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "packed", "-o", "back.csv", "--compress", "none"])
        .ends_with(0);
    assert!(bytes(&scan, "back.csv") == table.as_bytes());
}

#[test]
fn a_table_that_ends_inside_quotes_loses_nothing() {
    let row = |n: u64| format!("{n},\"{}\"\n", text(n).replace('"', ""));
    let rows = [row(1), row(2), row(3)].concat();
    let table = format!("id,text\n{rows}1,\"{}\"\n9,\"open\nto the end\n", text(1).replace('"', ""));
    let scan = Scan::of("a.csv", &table);
    let args = ["clean", "a.csv", "-o", "out.csv", "--ledger", "ledger", "-q"];
    scan.wirecopy(&args).ends_with(3);
    assert_eq!(bytes(&scan, "out.csv"), format!("id,text\n{rows}9,\"open\nto the end\n").as_bytes());
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.csv", "-o", "back.csv"]).ends_with(0);
    assert!(bytes(&scan, "back.csv") == table.as_bytes());
}

/// The sample in a form that is not written back.
fn check_lines(name: &str, archive: &[u8]) {
    let scan = Scan::of("a.jsonl", sample());
    clean(&scan, "a.jsonl", "plain", &[]);
    let (rows, plain) = (told(&scan), records(&bytes(&scan, "plain")));
    scan.write(name, archive);
    let summary = clean(&scan, name, "out.jsonl", &["--compress", "none"]);
    assert_eq!(summary["as_json_lines"].as_object().unwrap().len(), 1, "{name}");
    let lines = records(&bytes(&scan, "out.jsonl"));
    assert_eq!(lines.len(), plain.len(), "{name}");
    for (line, expect) in lines.iter().zip(&plain) {
        assert_eq!((&line["id"], &line["text"]), (&expect["id"], &expect["text"]), "{name}");
    }
    assert_eq!(told(&scan), rows, "{name}");
    scan.wirecopy(&[
        "clean",
        "-q",
        "--undo",
        "ledger",
        "out.jsonl",
        "-o",
        "back.jsonl",
        "--compress",
        "none",
    ])
    .ends_with(0);
    let back = records(&bytes(&scan, "back.jsonl"));
    let ids = |records: &[serde_json::Map<String, Value>]| -> Vec<Value> {
        records.iter().map(|record| record["id"].clone()).collect()
    };
    assert_eq!(ids(&back), ids(&records(&sample())), "{name}");
    clean(&scan, name, "packed.jsonl.gz", &[]);
    clean(&scan, "packed.jsonl.gz", "again.gz", &[]);
    assert!(
        bytes(&scan, "again.gz") == bytes(&scan, "packed.jsonl.gz"),
        "{name}: cleaning twice is cleaning once"
    );
    clean(&scan, name, "marked.jsonl", &["--mark", "--compress", "none"]);
    let marked = records(&bytes(&scan, "marked.jsonl"));
    assert_eq!(marked.len(), records(&sample()).len(), "{name}");
    let actions: BTreeSet<&str> =
        marked.iter().map(|record| record["wirecopy"]["action"].as_str().unwrap()).collect();
    assert_eq!(actions, BTreeSet::from(["cut", "keep", "remove"]), "{name}");
}

#[test]
fn what_cannot_be_written_back_becomes_json_lines_with_the_same_articles() {
    let all = records(&sample());
    check_lines("a.json", &serde_json::to_vec_pretty(&all).unwrap());
    check_lines("a.json.gz", &gzip(&serde_json::to_vec_pretty(&all).unwrap()));
    // Parquet of which lines are asked for.
    check_lines("a.parquet", &parquet(&columns(&all), ::parquet::basic::Compression::SNAPPY));
    check_lines("a.parquet.gz", &gzip(&parquet(&columns(&all), ::parquet::basic::Compression::SNAPPY)));
    // A table that is marked, or in another encoding.
    let utf16: Vec<u8> =
        String::from_utf8(table(&all, b',')).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_lines("a.csv", &[b"\xFF\xFE", &utf16[..]].concat());
}

/// The rows of a Parquet file, as the crate's own reader tells them.
fn rows_of(parquet: &[u8]) -> Vec<String> {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(parquet)).unwrap();
    reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect()
}

#[test]
fn parquet_stays_parquet_with_all_its_columns_and_rows_come_back() {
    let scan = Scan::of("a.jsonl", sample());
    clean(&scan, "a.jsonl", "plain.jsonl", &[]);
    let (mut rows, plain) = (told(&scan), records(&bytes(&scan, "plain.jsonl")));
    let mut all = records(&sample());
    for (number, record) in all.iter_mut().enumerate() {
        record.insert("nobody asks".into(), json!(format!("for {number}")));
    }
    let whole =
        parquet(&columns(&all), ::parquet::basic::Compression::ZSTD(::parquet::basic::ZstdLevel::default()));
    scan.write("a.parquet", &whole);
    let summary = clean(&scan, "a.parquet", "out.parquet", &[]);
    assert_eq!(summary["as_json_lines"], json!({}));
    let mut seen = told(&scan);
    let cells = seen.iter().filter(|row| row["what"] == "cells").count();
    seen.retain(|row| row["what"] != "cells");
    let cut = seen.iter().filter(|row| row.get("column").is_some()).count();
    assert!(cells > 5 && cut > 0, "{cells} rows went, {cut} texts were cut");
    for row in &mut seen {
        let column = row.as_object_mut().unwrap().remove("column");
        assert!(column.is_none_or(|column| column == "text"), "{row}");
    }
    assert_eq!(seen, rows, "the ledger tells what it tells of lines");
    rows.clear();
    let left = rows_of(&bytes(&scan, "out.parquet"));
    assert_eq!(left.len(), plain.len());
    for (row, record) in left.iter().zip(&plain) {
        assert!(
            row.contains(&format!("id: \"{}\"", string_of(record, "id")))
                && row.contains("nobody asks: \"for "),
            "{row}"
        );
        assert!(row.contains(string_of(record, "text")), "{row}");
    }
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.parquet", "-o", "back.parquet"]).ends_with(0);
    assert_eq!(rows_of(&bytes(&scan, "back.parquet")), rows_of(&whole));
    let cleaned = bytes(&scan, "out.parquet");
    for args in [&["--threads", "1", "--no-mmap"][..], &["--threads", "3"]] {
        clean(&scan, "a.parquet", "again.parquet", args);
        assert!(bytes(&scan, "again.parquet") == cleaned, "the same bytes from run to run");
    }
    scan.scan_to("report", &["a.parquet"]);
    clean(&scan, "a.parquet", "reported.parquet", &["--report", "report"]);
    assert!(bytes(&scan, "reported.parquet") == cleaned);
    clean(&scan, "out.parquet", "twice.parquet", &[]);
    assert_eq!(rows_of(&bytes(&scan, "twice.parquet")), left, "cleaning twice is cleaning once");
    // To standard output, and packed.
    let piped = scan.command(&["clean", "a.parquet", "-q", "--ledger", "piped"]).output().unwrap();
    assert!(piped.stdout == cleaned);
    clean(&scan, "a.parquet", "out.parquet.gz", &[]);
    assert!(unpacked(&bytes(&scan, "out.parquet.gz"), "gz") == cleaned);
    scan.wirecopy(&[
        "clean",
        "-q",
        "--undo",
        "ledger",
        "out.parquet.gz",
        "-o",
        "back.parquet",
        "--compress",
        "none",
    ])
    .ends_with(0);
    assert_eq!(rows_of(&bytes(&scan, "back.parquet")), rows_of(&whole));
    // Another archive, or a changed one, is refused.
    clean(&scan, "a.parquet", "out.parquet", &[]);
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "a.parquet", "-o", "never.parquet"]).ends_with(4);
    let mut changed = bytes(&scan, "out.parquet");
    changed[100] ^= 1;
    scan.write("changed.parquet", &changed);
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "changed.parquet", "-o", "never.parquet"])
        .ends_with(4);
    assert!(!scan.path("never.parquet").exists());
}

#[test]
fn a_row_group_in_which_a_column_is_damaged_is_left_out_and_the_rest_is_cleaned() {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    let mut all = records(&sample());
    for (number, record) in all.iter_mut().enumerate() {
        record.insert("nobody asks".into(), json!(format!("for {number}")));
    }
    let whole = parquet(&columns(&all), ::parquet::basic::Compression::SNAPPY);
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(&whole)).unwrap();
    let groups = reader.metadata().row_groups();
    let last = groups.len() - 1;
    let mut damaged = whole.clone();
    for group in [1, last] {
        let mut columns = groups[group].columns().iter();
        let column = columns.find(|column| column.column_path().string() == "nobody asks").unwrap();
        let at = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        damaged[usize::try_from(at).unwrap()..][..8].fill(0xFF);
    }
    let rows_in = |group: usize| usize::try_from(groups[group].num_rows()).unwrap();
    let left = [&all[..rows_in(0)], &all[2 * rows_in(0)..all.len() - rows_in(last)]].concat();
    let scan = Scan::of("left.parquet", parquet(&columns(&left), ::parquet::basic::Compression::SNAPPY));
    clean(&scan, "left.parquet", "expect.parquet", &[]);
    let gone = told(&scan);
    scan.write("a.parquet", &damaged);
    for more in [&[][..], &["--no-mmap", "--threads", "1"]] {
        let args = ["clean", "a.parquet", "-o", "out.parquet", "--ledger", "ledger", "--force", "--json"];
        let summary = counts(&scan.wirecopy(&[&args[..], more].concat()).ends_with(3));
        let problems = summary["left_out"].as_array().unwrap();
        assert_eq!((problems.len(), &summary["counts"]["problems"]), (2, &json!(2)), "{summary}");
        let said =
            format!("a.parquet: row group 2 of {} cannot be written back: column nobody asks: ", last + 1);
        assert!(problems[0].as_str().unwrap().starts_with(&said), "{problems:?}");
        assert_eq!(rows_of(&bytes(&scan, "out.parquet")), rows_of(&bytes(&scan, "expect.parquet")));
        assert_eq!(told(&scan), gone);
        let undo = ["clean", "-q", "--undo", "ledger", "out.parquet", "-o", "back.parquet"];
        scan.wirecopy(&undo).ends_with(0);
        assert_eq!(rows_of(&bytes(&scan, "back.parquet")), rows_of(&bytes(&scan, "left.parquet")));
    }
    let run =
        scan.wirecopy(&["clean", "a.parquet", "-o", "x.parquet", "--ledger", "l", "--strict"]).ends_with(4);
    assert!(run.stderr.contains("nobody asks"), "{}", run.stderr);
    // A scan reads no such column, nor does a cleaning to lines.
    scan.scan(&["-q", "a.parquet"]).ends_with(0);
    let args = ["clean", "a.parquet", "--report", "report", "--ledger", "l", "-q", "-o"];
    let run = scan.wirecopy(&[&args[..], &["x.parquet"]].concat()).ends_with(4);
    assert!(run.stderr.contains("without --report"), "{}", run.stderr);
    scan.wirecopy(&[&args[..], &["x.jsonl"]].concat()).ends_with(0);
    let summary = clean(&scan, "a.parquet", "out.jsonl", &[]);
    assert_eq!(number(&summary["counts"], "read"), all.len() as u64);
}

#[test]
fn parquet_without_texts_or_without_what_stays_is_written_back() {
    let record = |id: &str, text: Option<&str>| {
        let Value::Object(record) = json!({"id": id, "text": text, "x": "kept"}) else { unreachable!() };
        record
    };
    let (one, other, long) = (text(1), text(2), text(3).repeat(20));
    let all = [
        record("first", Some(&one)),
        record("long", Some(&long)),
        record("null", None),
        record("empty", Some("")),
        record("copy", Some(&one)),
        record("other", Some(&other)),
    ];
    let whole = parquet(&columns(&all), ::parquet::basic::Compression::LZ4_RAW);
    let scan = Scan::of("a.parquet", &whole);
    let args = ["clean", "a.parquet", "-o", "out.parquet", "--ledger", "ledger", "--json", "--force"];
    let most = (2 * one.len()).to_string();
    let args = [&args[..], &["--max-record", &most]].concat();
    let summary = counts(&scan.wirecopy(&args).ends_with(3));
    assert_eq!((&summary["counts"]["rejected"], &summary["counts"]["skipped"]), (&json!(1), &json!(2)));
    let rows = rows_of(&whole);
    assert_eq!(rows_of(&bytes(&scan, "out.parquet")), &rows[2..]);
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.parquet", "-o", "back.parquet"]).ends_with(0);
    assert_eq!(rows_of(&bytes(&scan, "back.parquet")), rows);
    // No row stays.
    scan.write("a.parquet", parquet(&columns(&all[1..2]), ::parquet::basic::Compression::SNAPPY));
    scan.wirecopy(&args).ends_with(3);
    assert!(rows_of(&bytes(&scan, "out.parquet")).is_empty());
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.parquet", "-o", "back.parquet"]).ends_with(0);
    assert_eq!(rows_of(&bytes(&scan, "back.parquet")), rows[1..2]);
}

#[test]
fn a_folder_of_one_file_comes_back_as_a_folder_and_a_report_is_never_written_into() {
    let lines = [article("a", 1), article("b", 1), article("c", 2)].join("\n");
    let scan = Scan::of("in/a.jsonl", &lines);
    clean(&scan, "in", "out", &[]);
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out", "-o", "back"]).ends_with(0);
    assert!(bytes(&scan, "back/a.jsonl") == lines.as_bytes());
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out/a.jsonl", "-o", "back.jsonl"]).ends_with(0);
    assert!(bytes(&scan, "back.jsonl") == lines.as_bytes());
    let piped = scan
        .command(&["clean", "in/a.jsonl", "-q", "-o", "/dev/stdout", "--ledger", "piped"])
        .output()
        .unwrap();
    assert!(piped.status.success() && piped.stdout == bytes(&scan, "out/a.jsonl"));
    scan.scan_to("report", &["in"]);
    let table = bytes(&scan, "report/articles.jsonl");
    for place in
        [["-o", "report/articles.jsonl", "--ledger", "l"], ["-o", "new", "--ledger", "report/articles.jsonl"]]
    {
        let args = ["clean", "in/a.jsonl", "--report", "report", "--force", "-q"];
        scan.wirecopy(&[&args[..], &place].concat()).ends_with(2);
        assert!(bytes(&scan, "report/articles.jsonl") == table, "{place:?}");
    }
}

#[test]
fn objects_of_json_keep_fields_that_nobody_asks_for() {
    let object = r#"{ "n" : 1.50e+1, "text": "one \u00e9 two", "x": {"a": [1, 2]} }"#;
    let scan = Scan::of("a.json", format!("[\n {object},\n {object},\n {{\"x\": 1}}\n]"));
    let args = ["clean", "a.json", "-o", "out.jsonl", "--ledger", "ledger", "--json"];
    let summary = counts(&scan.wirecopy(&args).ends_with(3));
    assert_eq!(summary["counts"]["rejected"], 1);
    let line = r#"{"n":1.50e+1,"text":"one \u00e9 two","x":{"a":[1,2]}}"#;
    assert_eq!(bytes(&scan, "out.jsonl"), format!("{line}\n").as_bytes());
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.jsonl", "-o", "back.jsonl"]).ends_with(0);
    assert_eq!(bytes(&scan, "back.jsonl"), format!("{line}\n{line}\n{{\"x\":1}}\n").as_bytes());
    let rows = told(&scan);
    assert_eq!(string(rows.last().unwrap(), "what"), "rejected");
}

#[test]
fn a_folder_of_all_forms_keeps_its_names_and_comes_back() {
    let scan = Scan::new();
    let page = |title: &str, text: &str| {
        format!(
            "<!DOCTYPE html><html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{}</p></article></body></html>",
            text.replace('\n', "</p><p>")
        )
    };
    scan.write("in/a.jsonl.gz", gzip((article("a", 1) + "\n" + &article("b", 2) + "\n").as_bytes()));
    scan.write(
        "in/b/c.csv",
        format!("id,text\nc,\"{}\"\nd,\"{}\"\n", text(3).replace('"', ""), text(1).replace('"', "")),
    );
    scan.write("in/page.html", page("One", &text(5)));
    scan.write("in/same.html", page("One", &text(5)));
    let args = ["clean", "in", "-o", "out", "--ledger", "ledger", "--json", "--compress", "zstd"];
    let summary = counts(&scan.wirecopy(&args).ends_with(0));
    assert_eq!(summary["as_json_lines"], json!({"HTML": 2}));
    assert_eq!(number(&summary["counts"], "removed"), 2, "{summary}");
    let names = |folder: &str| -> Vec<String> {
        let found =
            Command::new("find").args([".", "-type", "f"]).current_dir(scan.path(folder)).output().unwrap();
        let mut names: Vec<String> =
            String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect();
        names.sort();
        names
    };
    let left = names("out");
    assert_eq!(left[..2], ["./a.jsonl.zst", "./b/c.csv.zst"]);
    assert!(left.len() == 3 && left[2].ends_with("e.html.jsonl.zst"), "{left:?}");
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out", "-o", "back"]).ends_with(0);
    assert_eq!(names("back"), ["./a.jsonl.gz", "./b/c.csv", "./page.html.jsonl", "./same.html.jsonl"]);
    assert!(bytes(&scan, "back/b/c.csv") == bytes(&scan, "in/b/c.csv"));
    assert!(
        unpacked(&bytes(&scan, "back/a.jsonl.gz"), "gz") == unpacked(&bytes(&scan, "in/a.jsonl.gz"), "gz")
    );
}

#[test]
fn bombs_and_cut_files_are_told_and_what_could_be_read_is_cleaned() {
    let lines: String = (0..40).map(|n| article(&format!("a{n}"), n % 30) + "\n").collect();
    let scan = Scan::of("whole.jsonl", &lines);
    let packed = gzip(lines.as_bytes());
    scan.write("cut.jsonl.gz", &packed[..packed.len() - 9]);
    scan.write("bomb.csv.gz", gzip(format!("id,text,x\n1,one,\n2,two,{}\n", "0".repeat(1 << 20)).as_bytes()));
    let args = ["clean", "cut.jsonl.gz", "-o", "out.jsonl.gz", "--ledger", "ledger", "--json"];
    let summary = counts(&scan.wirecopy(&args).ends_with(3));
    assert_eq!(number(&summary["counts"], "removed"), 10);
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "out.jsonl.gz", "-o", "back", "--compress", "none"])
        .ends_with(0);
    assert!(lines.as_bytes().starts_with(&bytes(&scan, "back")));
    let args = ["clean", "bomb.csv.gz", "--ledger", "bombed", "--max-unpacked", "64KiB", "-q", "-o"];
    // Its rows are read as a scan reads them, but so much of it is not kept: the name of a table will not do.
    let run = scan.wirecopy(&[&args[..], &["out.csv"]].concat()).ends_with(2);
    assert!(run.stderr.contains("JSON Lines would be written; name it out.jsonl"), "{}", run.stderr);
    assert!(!scan.path("out.csv").exists() && !scan.path("bombed").exists());
    scan.wirecopy(&[&args[..], &["out"]].concat()).ends_with(0);
    let left = records(&unpacked(&bytes(&scan, "out"), "gz"));
    assert_eq!(left.iter().map(|record| string_of(record, "text")).collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn no_file_is_written_under_the_name_of_another_format() {
    let all = records(&sample());
    let scan = Scan::of("a.jsonl", sample());
    scan.write("a.json", serde_json::to_vec(&all).unwrap());
    scan.write("a.csv", table(&all, b','));
    scan.write("a.tsv.gz", gzip(&table(&all, b'\t')));
    scan.write("a.parquet", parquet(&columns(&all), ::parquet::basic::Compression::SNAPPY));
    scan.write("a.txt", text(1));
    let tail = ["--ledger", "ledger", "--force", "-q"];
    let before = scan.names();
    for (from, to, instead) in [
        ("a.parquet", "x.csv", "x.parquet, or x.jsonl for JSON Lines"),
        ("a.parquet", "x.json.gz", "x.parquet.gz, or x.jsonl.gz for JSON Lines"),
        ("a.jsonl", "e.parquet", "e.jsonl"),
        ("a.jsonl", "e.csv.zst", "e.jsonl.zst"),
        ("a.json", "e.json", "e.jsonl"),
        ("a.csv", "e.parquet", "e.csv, or e.jsonl for JSON Lines"),
        ("a.tsv.gz", "e.csv", "e.tsv, or e.jsonl for JSON Lines"),
        ("a.txt", "e.jsonl", "e.txt"),
    ] {
        let run = scan.wirecopy(&[&["clean", from, "-o", to][..], &tail].concat()).ends_with(2);
        assert!(run.stderr.ends_with(&format!("; name it {instead}\n")), "{from} {to}: {}", run.stderr);
        assert_eq!(scan.names(), before, "{from} {to}");
    }
    // It is told before the archive is read: this one cannot be read to its end.
    scan.write("cut.csv.gz", &gzip(&table(&all, b','))[..6000]);
    let strict = ["clean", "cut.csv.gz", "--strict", "-o"];
    scan.wirecopy(&[&strict[..], &["x.txt"], &tail].concat()).ends_with(2);
    scan.wirecopy(&[&strict[..], &["x.csv"], &tail].concat()).ends_with(4);
    // Of a pipe it is told before anything is written.
    let piped = scan.fed(&[&["clean", "-", "-o", "x.jsonl.txt"][..], &tail].concat(), &sample());
    assert!(
        piped.ends_with(2).stderr.contains("text, and JSON Lines would be written; name it x.jsonl.jsonl")
    );
    assert!(!scan.path("ledger").exists() && !scan.path("x.jsonl.txt").exists());
    // Nor is a compression.
    for (args, instead) in [
        (["x.jsonl.gz", "--compress", "none"], "x.jsonl"),
        (["x.jsonl", "--compress", "xz"], "x.jsonl.xz"),
        (["x.gz", "--compress", "zstd"], "x.zst"),
    ] {
        let run = scan.wirecopy(&[&["clean", "a.jsonl", "-o"][..], &args, &tail].concat()).ends_with(2);
        assert!(run.stderr.ends_with(&format!("; name it {instead}\n")), "{args:?}: {}", run.stderr);
    }
    // What fits, or says nothing, goes on.
    for (from, to) in [
        ("a.parquet", "x.pq"),
        ("a.parquet", "x.jsonl"),
        ("a.jsonl", "x.json"),
        ("a.tsv.gz", "x.tab"),
        ("a.tsv.gz", "x.ndjson"),
        ("a.csv", "x.out"),
        ("a.txt", "x.text"),
    ] {
        scan.wirecopy(&[&["clean", from, "-o", to][..], &tail].concat()).ends_with(0);
    }
    assert!(bytes(&scan, "x.tab").contains(&b'\t'));
    // What is given back keeps to its name too.
    clean(&scan, "a.parquet", "x.parquet", &[]);
    let undo = ["clean", "-q", "--undo", "ledger", "x.parquet", "-o"];
    scan.wirecopy(&[&undo[..], &["back.csv"]].concat()).ends_with(2);
    scan.wirecopy(&[&undo[..], &["back.parquet"]].concat()).ends_with(0);
    clean(&scan, "a.tsv.gz", "x.tsv", &[]);
    let undo = ["clean", "-q", "--undo", "ledger", "x.tsv", "-o"];
    scan.wirecopy(&[&undo[..], &["back.jsonl"]].concat()).ends_with(2);
    scan.wirecopy(&[&undo[..], &["back.tsv"]].concat()).ends_with(0);
    assert!(bytes(&scan, "back.tsv") == table(&all, b'\t'));
}

#[test]
fn a_name_with_a_slash_is_a_folder_for_one_file_too() {
    let scan = Scan::of("a.csv.gz", gzip(&table(&records(&sample()), b',')));
    clean(&scan, "a.csv.gz", "new/", &[]);
    let cleaned = unpacked(&bytes(&scan, "new/a.csv.gz"), "gz");
    scan.wirecopy(&["clean", "-q", "--undo", "ledger", "new/a.csv.gz", "-o", "back/"]).ends_with(0);
    assert!(unpacked(&bytes(&scan, "back/a.csv.gz"), "gz") == table(&records(&sample()), b','));
    let run = scan.wirecopy(&["clean", "a.csv.gz", "-o", "ledger/", "--ledger", "l"]).ends_with(2);
    assert!(run.stderr.contains("a folder is needed"), "{}", run.stderr);
    // A name as of lines is that of a folder too, and of a pipe it is told what came through it.
    clean(&scan, "a.csv.gz", "x.jsonl/", &[]);
    assert!(unpacked(&bytes(&scan, "x.jsonl/a.csv.gz"), "gz") == cleaned);
    let args = ["clean", "-", "-q", "-o", "piped/", "--ledger", "l"];
    scan.fed(&args, &table(&records(&sample()), b',')).ends_with(0);
    assert!(bytes(&scan, "piped/stdin.csv") == cleaned);
}

#[test]
fn of_what_cannot_be_read_at_all_no_file_is_written() {
    let scan = Scan::of("a.parquet", "PAR1 and no more");
    scan.write("a.jsonl.gz", &gzip(b"{}")[..9]);
    for (from, to) in [("a.parquet", "x.parquet"), ("a.jsonl.gz", "x.jsonl.gz"), ("a.jsonl.gz", "-")] {
        let run = scan.wirecopy(&["clean", from, "-o", to, "--ledger", "ledger"]).ends_with(4);
        assert!(run.stderr.contains("nothing of the archive can be read: a."), "{}", run.stderr);
        assert_eq!(scan.names(), ["a.jsonl.gz", "a.parquet"]);
    }
}
