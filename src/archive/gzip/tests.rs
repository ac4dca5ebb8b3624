//! Damage of every kind in one member of a web archive; what follows is judged by what was packed.

use super::*;
use crate::archive::ReadSettings;
use crate::archive::compression::Compression;
use crate::archive::compression::tests::pack;
use crate::archive::readers::tests::{read, read_with};
use crate::problem::ProblemKind;
use crate::settings::Settings;

/// A text of letters that hardly pack, so that members have some length.
fn letters(seed: u64, count: usize) -> String {
    let mut state = seed;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"etaoin srhldc umfg\nwy"[(state >> 33) as usize % 21])
    };
    (0..count).map(|_| letter()).collect()
}

fn record(text: &str) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nContent-Length: {}",
        text.len()
    );
    format!("{head}\r\n\r\n{text}\r\n\r\n").into_bytes()
}

fn member(text: &str) -> Vec<u8> {
    pack(Compression::Gzip, &record(text))
}

/// What is unpacked, and the gaps, or why there is no going on.
fn unpack(packed: &[u8]) -> (Vec<u8>, Vec<Gap>, Option<String>) {
    let (mut bytes, gaps) = (Vec::new(), Gaps::default());
    let failed = Members::new(packed, &gaps).read_to_end(&mut bytes).err();
    (bytes, gaps.all(), failed.map(|error| error.to_string()))
}

/// An archive of three records, the second of which is damaged: the others are read in any case; whether the second is told
/// as damaged.
fn check(texts: [&str; 3], damaged: &[u8]) -> bool {
    let [first, _, last] = texts.map(member);
    check_parts("a.warc.gz", &first, damaged, &last, texts)
}

/// The same of its parts: what stands before the second record, the second, and the third.
fn check_parts(name: &str, before: &[u8], damaged: &[u8], last: &[u8], texts: [&str; 3]) -> bool {
    let (seen, problems) = read(name, &[before, damaged, last].concat());
    let articles: Vec<&str> = seen.iter().filter_map(|seen| seen.text()).collect();
    assert_eq!((articles[0], articles[articles.len() - 1]), (texts[0], texts[2]));
    if problems.is_empty() {
        assert_eq!(articles, texts);
        return false;
    }
    assert_eq!(articles.len(), 2, "{problems:?} {seen:?}");
    let kinds = problems.iter().map(|problem| problem.kind);
    let mut kinds = kinds.chain(seen.iter().flat_map(|seen| seen.kinds.clone()));
    assert!(kinds.all(|kind| kind == ProblemKind::DamagedRecord), "{problems:?} {seen:?}");
    // Only where the damage begins with bytes that pass for padding it is told a little later.
    let byte = problems[problems.len() - 1].byte.expect("known");
    assert!(byte >= before.len() as u64 && byte < (before.len() + damaged.len()) as u64, "{problems:?}");
    true
}

#[test]
fn a_byte_changed_anywhere_in_a_member_costs_that_member_alone() {
    let texts = [&letters(1, 90)[..], &letters(2, 90), &letters(3, 90)];
    let whole = member(texts[1]);
    // What says nothing: whether it is text; time, compressor's flags and system; bits that fill the last byte of codes.
    let idle = |at: usize| at == 3 || (4..10).contains(&at) || at == whole.len() - 9;
    for at in 0..whole.len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut damaged = whole.clone();
            damaged[at] ^= change;
            let told = check(texts, &damaged);
            assert!(told || idle(at), "byte {at} ^ {change}");
        }
    }
}

#[test]
fn bytes_missing_from_a_member_cost_that_member_alone() {
    let texts = [&letters(1, 90)[..], &letters(2, 60), &letters(3, 90)];
    let whole = member(texts[1]);
    for begin in 0..whole.len() {
        for end in [begin + 1, begin + 9, whole.len()].map(|end| end.min(whole.len())) {
            let damaged = [&whole[..begin], &whole[end..]].concat();
            assert!(damaged.is_empty() || check(texts, &damaged), "{begin}..{end}");
        }
    }
}

#[test]
fn a_stored_block_that_swallows_the_members_behind_it_gives_them_back() {
    // It says that it has 65,535 bytes, among which stand whole members.
    let stored =
        [&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 0, 0xFF, 0xFF, 0, 0][..], &record("lost")].concat();
    let texts: Vec<String> = (0..200).map(|seed| letters(seed, 900)).collect();
    let members: Vec<u8> = texts.iter().flat_map(|text| member(text)).collect();
    let (seen, problems) = read("a.warc.gz", &[member("first"), stored, members].concat());
    let articles: Vec<&str> = seen.iter().filter_map(|seen| seen.text()).collect();
    let expect: Vec<&str> = std::iter::once("first").chain(texts.iter().map(String::as_str)).collect();
    assert_eq!(articles, expect);
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn a_gap_is_told_by_its_places_in_both_streams() {
    let (first, second, last) = (member("first"), member(&letters(2, 500)), member("last"));
    let cut = &second[..second.len() - 100];
    let (bytes, gaps, failed) = unpack(&[&first[..], cut, &last[..]].concat());
    assert_eq!(failed, None);
    let [gap] = &gaps[..] else { panic!("{gaps:?}") };
    assert_eq!(gap.packed, first.len() as u64..(first.len() + cut.len()) as u64);
    let [begin, end] = [gap.unpacked.start, gap.unpacked.end].map(|at| usize::try_from(at).expect("small"));
    assert_eq!(&bytes[..begin], record("first"));
    assert!(
        record(&letters(2, 500)).starts_with(&bytes[begin..begin + 150]),
        "what came before the cut is given"
    );
    assert_eq!(&bytes[end..], [BREAKS, &record("last")].concat());
}

#[test]
fn files_that_are_no_web_archives_end_at_the_damage() {
    let mut damaged = pack(Compression::Gzip, b"{\"text\":\"lost\"}\n");
    damaged[12] ^= 0x55;
    let line = pack(Compression::Gzip, b"{\"text\":\"a\"}\n");
    let (bytes, gaps, failed) = unpack(&[&line[..], &damaged, &member("a record")].concat());
    assert!(bytes.starts_with(b"{\"text\":\"a\"}\n") && gaps.is_empty() && failed.is_some(), "{failed:?}");
}

#[test]
fn a_web_archive_whose_end_is_damaged_ends_with_an_error() {
    let last = member(&letters(2, 500));
    for end in 1..last.len() {
        let (bytes, gaps, failed) = unpack(&[&member("first")[..], &last[..end]].concat());
        assert!(bytes.starts_with(&record("first")) && gaps.is_empty() && failed.is_some(), "cut at {end}");
    }
}

#[test]
fn a_file_made_of_members_that_run_into_each_other_is_gone_through_a_few_times_at_most() {
    /// Counts what is read.
    struct Endless(u64, Vec<u8>, usize);
    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let read = (&self.1[self.2..]).read(into)?;
            self.2 += read;
            self.0 += read as u64;
            Ok(read)
        }
    }
    // Each member is a stored block that swallows all that follow and ends with a broken one.
    let member =
        [&[0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 0, 0xFF, 0xFF, 0, 0][..], b"WARC/1.0\r\n\r\n"].concat();
    let packed = member.repeat(200_000);
    let bytes = packed.len() as u64;
    let gaps = Gaps::default();
    let mut members = Members::new(io::BufReader::new(Endless(0, packed, 0)), &gaps);
    // How much is unpacked from stored blocks says how much was gone through.
    let mut given = 0;
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = members.read(&mut buffer) {
        given += read as u64;
    }
    assert!(given <= 4 * bytes + 10 * KEPT_BYTES as u64, "{given} of {bytes}");
    assert!(!gaps.all().is_empty());
}

/// A record of ARC with a page in it, and a line that describes the file.
fn arc(text: &str) -> Vec<u8> {
    let content = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><article><p>{text}</p></article></body></html>"
    );
    let line = format!("http://a.example/ 1.2.3.4 20140216050221 text/html {}", content.len());
    format!("{line}\n{content}\n").into_bytes()
}

const DESCRIPTION: &[u8] = b"filedesc://a.arc 0.0.0.0 20140216050221 text/plain 76\n1 0 LiveWeb Capture\nURL IP-address Archive-date Content-type Archive-length\n\n";

/// The same as [`check`], of records of ARC.
fn check_arc(texts: [&str; 3], damaged: &[u8]) -> bool {
    let packed = |bytes: &[u8]| pack(Compression::Gzip, bytes);
    let before = [packed(DESCRIPTION), packed(&arc(texts[0]))].concat();
    check_parts("a.arc.gz", &before, damaged, &packed(&arc(texts[2])), texts)
}

const SENTENCES: [&str; 3] = [
    "The council voted on Tuesday to close the old harbour bridge for repairs until next spring, the mayor said.",
    "A storm that came in from the north on Friday has cost three farms near the river most of their harvest.",
    "Twelve ships of the coast guard will be painted again this year, which takes a month for each of them.",
];

#[test]
fn a_byte_changed_or_missing_in_a_member_of_arc_costs_that_member_alone() {
    let whole = pack(Compression::Gzip, &arc(SENTENCES[1]));
    let idle = |at: usize| at == 3 || (4..10).contains(&at) || at == whole.len() - 9;
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x81;
        let told = check_arc(SENTENCES, &damaged);
        assert!(told || idle(at), "byte {at}");
        let end = (at + 9).min(whole.len());
        assert!(
            check_arc(SENTENCES, &[&whole[..at], &whole[end..]].concat()) || at == 0 && end == whole.len()
        );
    }
}

#[test]
fn an_arc_whose_description_is_damaged_is_read_behind_it() {
    let packed = |bytes: &[u8]| pack(Compression::Gzip, bytes);
    let mut description = packed(DESCRIPTION);
    description[12] ^= 0x55;
    let mut damaged = packed(&arc(SENTENCES[1]));
    damaged[40] ^= 0x55;
    let parts = [description, packed(&arc(SENTENCES[0])), damaged, packed(&arc(SENTENCES[2]))].concat();
    let (seen, problems) = read("a.arc.gz", &parts);
    let articles: Vec<&str> = seen.iter().filter_map(|seen| seen.text()).collect();
    assert_eq!(articles, [SENTENCES[0], SENTENCES[2]], "{problems:?}");
    assert_eq!(problems.iter().filter(|problem| problem.message.contains("passed over")).count(), 2);
}

#[test]
fn a_record_of_arc_that_is_not_taken_ends_where_a_gap_breaks_it_off() {
    let packed = |bytes: &[u8]| pack(Compression::Gzip, bytes);
    let long = packed(&arc(&letters(1, 300_000)));
    // Its length covers the records behind it.
    let cut = &long[..long.len() / 2];
    let parts = [&packed(DESCRIPTION)[..], cut, &packed(&arc(SENTENCES[2]))].concat();
    let settings = ReadSettings { max_record: 100_000, ..Settings::default().read };
    let (seen, problems) = read_with("a.arc.gz", &parts, settings);
    let told: Vec<(u64, Option<&str>)> = seen.iter().map(|seen| (seen.ordinal, seen.text())).collect();
    assert_eq!(told, [(2, None), (3, Some(SENTENCES[2]))]);
    assert_eq!((problems.len(), &seen[0].kinds[..]), (1, &[ProblemKind::DamagedRecord][..]));
}

/// What is damaged before more is unpacked than may be is told all the same.
#[test]
fn damage_is_told_where_a_file_unpacks_to_too_much() {
    let first = member(SENTENCES[0]);
    let damaged = member(&letters(1, 5_000));
    let many: Vec<u8> = (0..40).flat_map(|seed| member(&letters(seed, 5_000))).collect();
    let parts = [&first[..], &damaged[..damaged.len() / 2], &many].concat();
    let settings = ReadSettings { max_unpacked: Some(100_000), ..Settings::default().read };
    let (seen, problems) = read_with("a.warc.gz", &parts, settings);
    assert!((3..40).contains(&seen.len()), "{}", seen.len());
    let kinds: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::DamagedRecord, ProblemKind::UnpackedTooLarge]);
    assert_eq!(problems[0].byte, Some(first.len() as u64));
}
