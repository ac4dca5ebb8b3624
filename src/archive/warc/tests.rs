//! Web archives, as a scan sees them.

use std::borrow::Cow;
use std::io::Write;

use super::header::Head;
use super::{Met, Splitter};
use crate::archive::readers::tests::{Seen, check_standing, read, read_with};
use crate::archive::record::Outcome;
use crate::archive::{Archive, ReadSettings};
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;

const SENTENCE: &str =
    "The council voted on Tuesday to close the old harbour bridge for repairs until next spring.";

fn record(kind: &str, headers: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2020-05-06T07:08:09Z\r\n\
         WARC-Target-URI: https://www.wire.example/a\r\nContent-Length: {}\r\n{headers}\r\n",
        content.len()
    );
    [head.as_bytes(), content, b"\r\n\r\n"].concat()
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let content = [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat();
    record("response", "Content-Type: application/http; msgtype=response\r\n", &content)
}

fn page(number: u32) -> Vec<u8> {
    format!("<html><body><article><p>{number}. {}</p></article></body></html>", [SENTENCE; 4].join(" "))
        .into_bytes()
}

fn html(number: u32) -> Vec<u8> {
    answer("200 OK\r\nContent-Type: text/html; charset=utf-8", &page(number))
}

fn wet(text: &str) -> Vec<u8> {
    record("conversion", "Content-Type: text/plain\r\n", text.as_bytes())
}

/// Numbers of records, the begin of their texts (`None` where rejected) and what is wrong with them; problems of the file.
fn summary(seen: &[Seen], problems: &[Problem]) -> Vec<String> {
    let told = seen.iter().map(|seen| {
        let text = seen.text().map(|text| text.split(' ').next().unwrap_or_default());
        let kinds: Vec<_> = seen.kinds.iter().map(|kind| kind.name()).collect();
        format!("{} {} {}", seen.ordinal, text.unwrap_or("-"), kinds.join(" ")).trim_end().to_owned()
    });
    let file = problems.iter().map(|problem| format!("{}: {:?}", problem.kind.name(), problem.byte));
    told.chain(file).collect()
}

fn check(parts: &[Vec<u8>], expect: &[&str]) {
    let (seen, problems) = read("a.warc", &parts.concat());
    assert_eq!(summary(&seen, &problems), expect, "{}", String::from_utf8_lossy(&parts.concat()));
}

#[test]
fn pages_and_texts_are_articles_and_the_rest_is_numbered_alone() {
    let info = record("warcinfo", "Content-Type: application/warc-fields\r\n", b"software: x\r\n");
    let request =
        record("request", "Content-Type: application/http; msgtype=request\r\n", b"GET / HTTP/1.0\r\n\r\n");
    let revisit =
        record("revisit", "Content-Type: application/http; msgtype=response\r\n", b"HTTP/1.1 200 OK\r\n\r\n");
    let picture = answer("200 OK\r\nContent-Type: image/png", b"\x89PNG");
    let error = answer("404 Not Found\r\nContent-Type: text/html", &page(9));
    let resource = record("resource", "Content-Type: text/html\r\n", &page(8));
    let log = String::from_utf8(record("resource", "Content-Type: text/plain\r\n", b"log of a crawl"))
        .expect("ASCII")
        .replace("https://www.wire.example/a", "metadata://gnu.org/x")
        .into_bytes();
    let parts = [info, request, html(1), revisit, picture, error, resource, log, wet("text"), wet("")];
    check(&parts, &["3 1.", "7 8.", "9 text", "10"]);
}

#[test]
fn records_that_say_little_of_themselves_are_judged_by_what_they_hold() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    let answered = record(
        "response",
        "Content-Type: application/http; msgtype=response\r\n",
        &[interim.as_bytes(), &page(2)].concat(),
    );
    let no_type = answer("200 OK\r\nContent-Type: ; charset=utf-8", &page(3));
    let endless = answer("103 Early Hints", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(40).as_bytes());
    let parts = [
        record("conversion", "", b"text of it"),
        answered,
        no_type,
        record("conversion", "", &page(4)),
        endless,
    ];
    check(&parts, &["1 text", "2 2.", "3 3.", "4 4."]);
}

#[test]
fn an_article_has_the_nouns_of_its_record_and_its_page() {
    let dated = String::from_utf8(page(1)).expect("ASCII").replace(
        "<body>",
        "<head><title>Bridge</title><meta property=article:published_time content=2020-01-02T03:04:05Z>\
         <link rel=canonical href=https://other.example/></head><body>",
    );
    let id = "WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: text/html\r\n";
    let (seen, problems) =
        read("a.warc", &[record("resource", id, dated.as_bytes()), html(2), wet("a\r\nb  c\n")].concat());
    assert_eq!(problems, []);
    let nouns = |seen: &Seen| {
        let record = seen.article();
        let date = record.published.map(|at| at.to_string());
        let owned = |part: &Option<Cow<'_, str>>| part.as_deref().map(str::to_owned);
        (owned(&record.id), owned(&record.outlet), owned(&record.url), owned(&record.title), date)
    };
    let some = |text: &str| Some(text.to_owned());
    let url = some("https://www.wire.example/a");
    let outlet = some("wire.example");
    let times = ["2020-01-02T03:04:05Z", "2020-05-06T07:08:09Z"];
    let expect = (some("urn:uuid:1"), outlet.clone(), url.clone(), some("Bridge"), some(times[0]));
    assert_eq!(nouns(&seen[0]), expect);
    assert_eq!(nouns(&seen[2]), (None, outlet, url, None, some(times[1])));
    assert_eq!(seen[2].text(), Some("a\r\nb  c\n"), "WET is taken as it is");
}

#[test]
fn bodies_are_unpacked_and_decoded() {
    let russian = "Жители города сообщили о закрытии моста через реку. ".repeat(8);
    let body = format!("<html><body><article><p>{russian}</p></article></body></html>");
    let bytes = encoding_rs::WINDOWS_1251.encode(&body).0;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&bytes).expect("to memory");
    let gzip = packer.finish().expect("to memory");
    let chunk = [format!("{:x}\r\n", gzip.len()).as_bytes(), &gzip, b"\r\n0\r\n\r\n"].concat();
    let head = "200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked";
    check(&[answer(head, &chunk), answer(head, b"\x1F\x8Brubbish")], &["1 Жители", "2 - damaged-record"]);
}

#[test]
fn a_page_whose_body_is_damaged_is_kept_as_far_as_it_goes_and_told() {
    let pack = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).expect("to memory");
        packer.finish().expect("to memory")
    };
    let (whole, gzip) = (page(1), pack(&page(1)));
    let html = "200 OK\r\nContent-Type: text/html";
    let cut = answer(&format!("{html}\r\nContent-Encoding: gzip"), &gzip[..gzip.len() - 12]);
    let short = answer(&format!("{html}\r\nContent-Length: {}", whole.len() + 1), &whole);
    let marked = record(
        "response",
        "Content-Type: application/http; msgtype=response\r\nWARC-Truncated: length\r\n",
        &[format!("HTTP/1.1 {html}\r\n\r\n").as_bytes(), &whole].concat(),
    );
    let nothing = answer(&format!("{html}\r\nContent-Length: 99"), b"<html>");
    let unsaid = answer(html, &gzip);
    let resource = record("resource", "Content-Type: text/html\r\n", &gzip);
    let told = |number: u32| format!("{number} 1. damaged-record");
    check(
        &[cut, short, marked, nothing, unsaid, resource],
        &[&told(1), &told(2), &told(3), "4 - damaged-record", "5 1.", "6 1."],
    );
    // The same in the older format.
    let body = [format!("HTTP/1.1 {html}\r\nContent-Length: {}\r\n\r\n", whole.len() + 1).as_bytes(), &whole]
        .concat();
    let line = format!("http://a/ 1.2.3.4 20140216050221 text/html {}\n", body.len());
    let described = "filedesc://a 0.0.0.0 20140216050221 text/plain 4\n1 0\n\n";
    let (seen, problems) = read("a.arc", &[described.as_bytes(), line.as_bytes(), &body].concat());
    assert_eq!(summary(&seen, &problems), ["2 1. damaged-record"]);
}

#[test]
fn a_wrong_length_costs_nothing() {
    for wrong in ["1", "999", "100000000000", "x", "-5", ""] {
        let bad = String::from_utf8(wet("bad length")).expect("ASCII");
        let bad = bad.replace("Content-Length: 10\r\n", &format!("Content-Length: {wrong}\r\n")).into_bytes();
        let expect = match wrong {
            "100000000000" => ["1 a", "2 - record-too-large", "3 b", "4 c"],
            _ => ["1 a", "2 bad wrong-length", "3 b", "4 c"],
        };
        check(&[wet("a"), bad, wet("b"), wet("c")], &expect);
    }
    let without =
        String::from_utf8(wet("last")).expect("ASCII").replace("Content-Length: 4\r\n", "").into_bytes();
    check(&[wet("a"), without], &["1 a", "2 last wrong-length"]);
}

#[test]
fn a_wrong_length_of_the_last_record_costs_nothing_and_what_is_cut_is_told() {
    let text = "last words of all\n\nand more";
    for wrong in ["0", "3", "20", "999"] {
        let length = format!("Content-Length: {}\r\n", text.len());
        let said = format!("Content-Length: {wrong}\r\n");
        let bad = String::from_utf8(wet(text)).expect("ASCII").replace(&length, &said).into_bytes();
        let bytes = [wet("a"), bad.clone()].concat();
        let (seen, problems) = read("a.warc", &bytes);
        assert_eq!(summary(&seen, &problems), ["1 a", "2 last wrong-length"], "{wrong}");
        assert_eq!(seen[1].text(), Some(text), "{wrong}");
        // Of a map and however a stream arrives the same.
        let mut of_map = Splitter::of_map(&bytes, 600_000);
        let expect: Vec<Met<'_>> = std::iter::from_fn(|| of_map.next()).collect();
        let mut stream = &bytes[..];
        let mut splitter = Splitter::new(&mut stream, 600_000, None);
        assert!(std::iter::from_fn(|| splitter.next()).eq(expect), "{wrong}");
        // Without the line breaks that end a record it was cut, if its length says more.
        let cut = &bytes[..bytes.len() - 3];
        let (seen, problems) = read("a.warc", cut);
        let expect = if wrong == "999" { "2 - damaged-record" } else { "2 last wrong-length" };
        assert_eq!(summary(&seen, &problems)[1], expect, "{wrong}");
        // Not more than a record may have.
        let settings = ReadSettings { max_record: 20, ..Settings::default().read };
        let (seen, problems) = read_with("a.warc", &bytes, settings);
        assert!(!summary(&seen, &problems)[1].starts_with("2 last words of all"), "{wrong}");
    }
}

#[test]
fn rubbish_between_records_costs_itself() {
    let begin = wet("a").len() as u64;
    check(
        &[wet("a"), b"rubbish\r\nWARC/ more\r\n\r\n".to_vec(), wet("b")],
        &["1 a", "2 b", &format!("damaged-record: Some({begin})")],
    );
    check(
        &[wet("a"), b"\n\n\r\n".to_vec(), wet("b"), b"\0\0".to_vec()],
        &["1 a", "2 b", &format!("damaged-record: Some({})", 2 * begin + 4)],
    );
    check(&[wet("a"), b"WARC/1.0\r\nno end".to_vec()], &["1 a", &format!("damaged-record: Some({begin})")]);
    check(
        &[wet("holds\r\n\r\nWARC/1.0\r\nWARC-Type: conversion\r\n\r\nanother"), wet("b")],
        &["1 holds\r\n\r\nWARC/1.0\r\nWARC-Type:", "2 b"],
    );
}

#[test]
fn an_archive_that_is_cut_anywhere_gives_what_was_whole() {
    let whole = [wet("first text"), html(2), wet("third")].concat();
    let ends = [wet("first text").len(), wet("first text").len() + html(2).len(), whole.len()];
    for end in 9..whole.len() {
        let (seen, _) = read("a.warc", &whole[..end]);
        let texts: Vec<_> = seen.iter().filter_map(Seen::text).filter(|text| !text.is_empty()).collect();
        // Without the line breaks behind it a record is whole.
        let least = ends.iter().filter(|&&whole| whole - 4 <= end).count();
        assert_eq!(texts.len(), least, "{end}: {texts:?}");
        for (seen, number) in seen.iter().zip(1..) {
            assert_eq!(seen.ordinal, number);
            // A cut behind the header of an answer looks like the end of a record whose length is wrong.
            let is_told = |kind| seen.kinds.contains(&kind);
            let is_cut = is_told(ProblemKind::DamagedRecord) || is_told(ProblemKind::WrongLength);
            assert_eq!(seen.text().is_none_or(str::is_empty), is_cut, "{end}");
        }
    }
}

#[test]
fn records_that_are_too_large_are_passed_over() {
    let settings = ReadSettings { max_record: 1000, ..Settings::default().read };
    let bytes = [wet("a"), wet(&"long ".repeat(400)), wet("b")].concat();
    let (seen, problems) = read_with("a.warc", &bytes, settings);
    assert_eq!(summary(&seen, &problems), ["1 a", "2 - record-too-large", "3 b"]);
}

#[test]
fn records_packed_one_by_one_are_read() {
    let gzip = |bytes: &[u8]| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).expect("to memory");
        packer.finish().expect("to memory")
    };
    let parts: Vec<Vec<u8>> = [wet("a"), html(2), wet("c")].iter().map(|part| gzip(part)).collect();
    let (seen, problems) = read("a.warc.gz", &parts.concat());
    assert_eq!(summary(&seen, &problems), ["1 a", "2 2.", "3 c"]);
    // With a dictionary in front, as the format for zstd has it.
    let dictionary = [wet("a"), html(2)].concat();
    let mut packer = zstd::bulk::Compressor::with_dictionary(3, &dictionary).expect("a dictionary");
    let length = u32::try_from(dictionary.len()).expect("small").to_le_bytes();
    let mut bytes = [&[0x5D, 0x2A, 0x4D, 0x18][..], &length, &dictionary].concat();
    for part in [wet("a"), html(2), wet("c")] {
        bytes.extend(packer.compress(&part).expect("to memory"));
    }
    let (seen, problems) = read("a.warc.zst", &bytes);
    assert_eq!(summary(&seen, &problems), ["1 a", "2 2.", "3 c"]);
}

/// All that a splitter gives, however the stream is cut into reads.
#[test]
fn how_the_stream_arrives_does_not_show() {
    struct Drops<'b>(&'b [u8], usize);
    impl std::io::Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let length = into.len().min(self.1).min(self.0.len());
            into[..length].copy_from_slice(&self.0[..length]);
            self.0 = &self.0[length..];
            Ok(length)
        }
    }
    let wrong =
        String::from_utf8(wet("bad length")).expect("ASCII").replace("Length: 10", "Length: 4").into_bytes();
    let bytes = [
        wet("a"),
        wrong,
        wet("c"),
        b"rubbish".to_vec(),
        wet(&"long ".repeat(100_000)),
        html(2),
        b"WARC/1.0\r\nx".to_vec(),
    ]
    .concat();
    let mut of_map = Splitter::of_map(&bytes, 600_000);
    let expect: Vec<Met<'_>> = std::iter::from_fn(|| of_map.next()).collect();
    assert_eq!(expect.len(), 7);
    for size in [7, 64, 4096, 100_003, usize::MAX] {
        let mut stream = Drops(&bytes, size);
        let mut splitter = Splitter::new(&mut stream, 600_000, None);
        let all: Vec<Met<'_>> = std::iter::from_fn(|| splitter.next()).collect();
        assert!(all == expect, "reads of {size} bytes");
    }
}

#[test]
fn a_last_record_that_is_a_header_alone_and_says_no_length_is_read() {
    let header = "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\n\r\n";
    check(&[wet("Whole text"), header.as_bytes().to_vec()], &["1 Whole", "2  wrong-length"]);
    check(&[wet("Whole text"), header.replace("conversion", "request").into_bytes()], &["1 Whole"]);
}

#[test]
fn texts_that_are_left_where_they_stand_read_as_if_they_were_copied() {
    let mut parts = vec![record("warcinfo", "Content-Type: application/warc-fields\r\n", b"software: x\r\n")];
    for number in 0..160_usize {
        parts.push(wet(&format!("{number}: {}", "Häfen — 港 🚢 and ships. ".repeat(number * number % 131))));
    }
    let marked = format!("\u{FEFF}marked {}", "and long ".repeat(50));
    parts.insert(40, wet(&marked));
    let windows = [&b"caf\xE9 \xE0 la carte "[..]; 40].concat();
    parts.insert(50, record("conversion", "Content-Type: text/plain; charset=windows-1252\r\n", &windows));
    parts.insert(60, html(60));
    parts.insert(61, b"rubbish between records\r\n".to_vec());
    let wrong = String::from_utf8(wet(&"A wrong length. ".repeat(60))).expect("ASCII");
    parts.insert(70, wrong.replace("Content-Length: 960", "Content-Length: 700").into_bytes());
    parts.insert(80, wrong.replace("Content-Length: 960\r\n", "").into_bytes());
    parts.insert(90, wrong.replace("Content-Length: 960", "Content-Length: 200000000").into_bytes());
    let settings = Settings::default().read;
    check_standing("a.wet", &parts.concat(), &settings);
    check_standing("a.wet", &parts.concat(), &ReadSettings { max_record: 1500, ..settings.clone() });
    check_standing("a.wet", &parts.concat(), &ReadSettings { max_unpacked: Some(200_000), ..settings });
}

#[test]
fn a_file_that_changes_under_the_run_gives_no_text_and_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.wet");
    let bytes = [SENTENCE; 50].map(|sentence| wet(&[sentence; 60].join(" "))).concat();
    std::fs::write(&path, &bytes).expect("written");
    let arguments = [path.to_str().expect("UTF-8").to_owned()];
    let (archive, problems) = Archive::open(&arguments, Settings::default().read).expect("opened");
    assert!(problems.is_empty() && archive.sources()[0].has_texts());
    // Clocks of files tick a few hundred times a second.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).expect("opened");
    file.write_all(&vec![0xFF; bytes.len()]).expect("written");
    let mut seen = 0;
    for piece in &archive.pieces().0 {
        let read = archive.read_piece(piece, |met| {
            assert_eq!((met.outcome, archive.text_at(met.place)), (Outcome::Empty, String::new()));
            seen += 1;
        });
        read.expect("frames are there");
    }
    assert_eq!((seen, archive.changed().len()), (50, 1));
}

proptest::proptest! {
    #[test]
    fn a_page_may_be_where_a_header_says_one_of_three_things(
        header in "(WARC-Type: |WARC-|Type: |res|text/|text|/|x|html|\\+xml|a|\r\n){0,12}",
    ) {
        let says = ["WARC-Type: res", "text/html", "xhtml+xml"].iter().any(|look| header.contains(look));
        let raw = super::Raw::new(1, 0, header.as_bytes().into(), Head::of_line(header.len()));
        proptest::prop_assert_eq!(raw.may_hold_page(), says);
    }
}
