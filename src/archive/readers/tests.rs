//! What readers give, through the archive: as a scan sees it.

use crate::archive::compression::Compression;
use crate::archive::compression::tests::pack;
use crate::archive::record::{Outcome, Record};
use crate::archive::{Archive, ReadSettings};
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;

/// A record as a scan meets it.
#[derive(Debug, PartialEq)]
pub(in crate::archive) struct Seen {
    pub(in crate::archive) ordinal: u64,
    pub(in crate::archive) byte: Option<u64>,
    pub(in crate::archive) outcome: Outcome<'static>,
    pub(in crate::archive) kinds: Vec<ProblemKind>,
}

impl Seen {
    /// The article; a panic if it is none.
    pub(in crate::archive) fn article(&self) -> &Record<'static> {
        match &self.outcome {
            Outcome::Article(record) => record,
            other => panic!("no article: {other:?}"),
        }
    }

    /// The text; `None` if there is none.
    pub(in crate::archive) fn text(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Article(record) => Some(&record.text),
            Outcome::Empty => Some(""),
            Outcome::Rejected => None,
        }
    }
}

/// Everything that a file of this name and content gives, with the usual settings.
pub(in crate::archive) fn read(name: &str, content: &[u8]) -> (Vec<Seen>, Vec<Problem>) {
    read_with(name, content, Settings::default().read)
}

/// The same with settings of choice. Each text is read again, as later acts do, and must be the same.
pub(in crate::archive) fn read_with(
    name: &str,
    content: &[u8],
    settings: ReadSettings,
) -> (Vec<Seen>, Vec<Problem>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    let (archive, mut problems) =
        Archive::open(&[path.to_str().expect("UTF-8").to_owned()], settings).expect("opened");
    let (pieces, more) = archive.pieces();
    problems.extend(more);
    let (mut seen, mut before) = (Vec::new(), 0);
    for piece in &pieces {
        before += archive
            .read_piece(piece, |met| {
                let outcome = met.outcome.into_owned();
                if let Outcome::Article(record) = &outcome {
                    assert_eq!(archive.text_at(met.place), record.text);
                }
                assert_eq!(archive.byte_of(met.place), met.byte);
                let kinds = met.findings.iter().map(|(kind, _)| *kind).collect();
                seen.push(Seen { ordinal: before + met.number + 1, byte: met.byte, outcome, kinds });
            })
            .expect("spools can be read");
    }
    for problem in &mut problems {
        problem.path = name.to_owned();
    }
    (seen, problems)
}

/// Everything that can be seen of a file: records, problems, pieces with their hashes, records as lines; and whether texts were
/// left in the file.
type Form = (Vec<Seen>, Vec<Problem>, Vec<(u64, u128)>, Vec<Vec<u8>>, u64);

fn form(name: &str, content: &[u8], settings: ReadSettings) -> (Form, bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    let arguments = [path.to_str().expect("UTF-8").to_owned()];
    let (archive, mut problems) = Archive::open(&arguments, settings).expect("opened");
    let (pieces, _) = archive.pieces();
    let (mut seen, mut hashes, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for piece in &pieces {
        let read = archive.read_piece(piece, |met| {
            lines.push(archive.record_at(met.place).expect("it can be read"));
            let outcome = met.outcome.into_owned();
            if let Outcome::Article(record) = &outcome {
                assert_eq!(archive.text_at(met.place), record.text);
            }
            let kinds = met.findings.iter().map(|(kind, _)| *kind).collect();
            seen.push(Seen { ordinal: met.number, byte: met.byte, outcome, kinds });
        });
        read.expect("it can be read");
        hashes.push((piece.bytes(), archive.hash_of(piece).expect("it can be read")));
    }
    for problem in &mut problems {
        problem.path = name.to_owned();
    }
    let stand = archive.sources().iter().any(|source| source.has_texts() && source.end() < source.bytes);
    ((seen, problems, hashes, lines, archive.bytes()), stand)
}

/// A file reads the same whether its texts are left where they stand or copied; whether any are left. The judge copies them.
pub(in crate::archive) fn check_alike(
    what: &str,
    name: &str,
    content: &[u8],
    settings: &ReadSettings,
) -> bool {
    let (form_of_map, stand) = form(name, content, ReadSettings { mapped: true, ..settings.clone() });
    let (expect, none_stand) = form(name, content, ReadSettings { mapped: false, ..settings.clone() });
    assert!(!none_stand, "{name}: {what}");
    assert_eq!(form_of_map.1, expect.1, "{name}: {what}");
    assert!(form_of_map == expect, "{name}: {what}");
    stand
}

/// The same of a file in which texts can be left, also with bytes flipped.
pub(in crate::archive) fn check_standing(name: &str, content: &[u8], settings: &ReadSettings) {
    let stand = check_alike("as it is", name, content, settings);
    assert!(stand, "{name}: large enough to be left where it stands");
    for step in 0..8 {
        let mut damaged = content.to_vec();
        let at = (step * 7919 * 31 + step) % if step % 3 == 0 { 3000 } else { damaged.len() };
        match step % 4 {
            0 => damaged[at] ^= 0xFF,
            1 => damaged[at] = damaged[at].wrapping_add(1),
            2 => damaged.truncate(damaged.len() - at % 30_000),
            _ => damaged[at] ^= 1 << (step % 8),
        }
        check_alike(&format!("step {step}, byte {at}"), name, &damaged, settings);
    }
}

fn texts(name: &str, content: &[u8]) -> Vec<(u64, Option<u64>, Option<String>)> {
    let (seen, problems) = read(name, content);
    assert_eq!(problems, []);
    seen.iter().map(|seen| (seen.ordinal, seen.byte, seen.text().map(str::to_owned))).collect()
}

fn check(name: &str, content: &str, expect: &[(u64, u64, Option<&str>)]) {
    let expect: Vec<_> =
        expect.iter().map(|&(n, byte, text)| (n, Some(byte), text.map(str::to_owned))).collect();
    assert_eq!(texts(name, content.as_bytes()), expect, "{content}");
}

#[test]
fn values_of_json_are_told_apart_wherever_they_stand() {
    check(
        "a.json",
        r#"[{"text":"a"}, {"text":"b]}\""} ,3,{"text":{}}]"#,
        &[(1, 1, Some("a")), (2, 15, Some("b]}\"")), (3, 33, None), (4, 35, None)],
    );
    check(
        "a.json",
        "{\n  \"text\": \"a  b\",\n  \"x\": [1, 2]\n}\n{\n  \"text\": \"c\"\n}",
        &[(1, 0, Some("a  b")), (2, 36, Some("c"))],
    );
    check("a.json", r#"{"text":"a"}{"text":"b"}"#, &[(1, 0, Some("a")), (2, 12, Some("b"))]);
    check("a.json", "[]", &[]);
    check("a.json", r#"[null , null,{"text":"a"}]"#, &[(1, 1, None), (2, 8, None), (3, 13, Some("a"))]);
}

#[test]
fn objects_behind_each_other_are_told_apart_however_long_the_first_is() {
    for (long, is_told) in [(5_000, true), (70_000, true), (900_000, true), (2_000_000, false)] {
        let long = "a".repeat(long);
        let objects = format!("{{\"text\":\"{long}\"}} {{\"text\":\"b\"}}");
        let second = objects.len() as u64 - 12;
        if is_told {
            check("a.json", &objects, &[(1, 0, Some(&long)), (2, second, Some("b"))]);
        } else {
            check("a.json", &objects, &[(1, 0, None)]);
        }
        // Lines stay lines.
        let lines = format!("{{\"text\":\"{long}\"}}\n{{\"text\":\"b\"}} {{\"text\":\"c\"}}\n");
        check("a.json", &lines, &[(1, 0, Some(&long)), (2, second, None)]);
    }
}

#[test]
fn a_list_in_an_object_is_read_as_news_apis_give_it() {
    check(
        "newsapi.json",
        r#"{"status":"ok","totalResults":2,"articles":[{"title":"t","content":"a"},{"content":"b"}]}"#,
        &[(1, 44, Some("a")), (2, 72, Some("b"))],
    );
    check(
        "webz.json",
        "{\"posts\": [\n {\"uuid\": 1, \"title\": \"[\", \"text\": \"a\"}\n], \"next\": \"{]\", \"more\": [{}]}\n",
        &[(1, 13, Some("a"))],
    );
    check(
        "guardian.json",
        r#"{"response":{"status":"ok","results":[{"webTitle":"t","text":"a"}],"pages":[1]},"x":{}}"#,
        &[(1, 38, Some("a"))],
    );
    // Pages of answers, one a line; a list may be empty.
    check(
        "pages.jsonl",
        "{\"meta\":{\"found\":1},\"data\":[{\"title\":\"t\",\"text\":\"a\"}]}\n{\"data\":[]}\n{\"data\":[{\"text\":\"b\"}],\"n\":1}\n",
        &[(1, 28, Some("a")), (2, 76, Some("b"))],
    );
}

#[test]
fn an_object_with_a_text_of_its_own_is_a_record_whatever_lists_it_has() {
    check("a.json", r#"{"text":"a","articles":[{"title":"t","text":"b"}]}"#, &[(1, 0, Some("a"))]);
    check("a.json", r#"{"articles":["b"],"text":"a"}"#, &[(1, 0, Some("a"))]);
    check("a.json", r#"{"tags":[{"title":"b"}],"text":"a"}"#, &[(1, 0, Some("a"))]);
    check("a.json", r#"{"data":[{"id":1}],"text":"a"}"#, &[(1, 0, Some("a"))]);
    check("a.json", r#"[{"articles":[{"text":"b"}],"text":"a"}]"#, &[(1, 1, Some("a"))]);
}

#[test]
fn words_before_an_object_are_no_object() {
    let answer = "They said {\"data\":[{\"title\":\"t\",\"text\":\"a\"}]}\n";
    check("archive", answer, &[(1, 0, Some(answer))]);
}

#[test]
fn a_list_in_an_object_that_is_cut_gives_what_stands_before_the_cut() {
    let whole = r#"{"n":1,"articles":[{"title":"t","text":"a"},{"title":"t","text":"b"}],"next":{"page":2}}"#;
    let seen_of = |end: usize| read("a.json", &whole.as_bytes()[..end]);
    // Before there is a title it looks like a line.
    for end in whole.find("title").expect("is there") + 7..whole.len() {
        let (seen, problems) = seen_of(end);
        let closed = whole[..end].matches("\"}").count();
        assert_eq!((seen.len(), problems.len()), (closed, 1), "cut at {end}: {seen:?} {problems:?}");
    }
    assert_eq!((seen_of(whole.len()).0.len(), seen_of(whole.len()).1), (2, vec![]));
}

#[test]
fn rows_of_tables_keep_line_ends_and_quotes() {
    check(
        "a.csv",
        "id,text\r\n1,\"two\r\nlines, \"\"quoted\"\"\"\r\n\r\n2,\n3,plain",
        &[(1, 9, Some("two\r\nlines, \"quoted\"")), (2, 39, Some("")), (3, 42, Some("plain"))],
    );
    check("a.tsv", "\u{FEFF}text\tid\na, b\t1\n", &[(1, 11, Some("a, b"))]);
}

#[test]
fn tables_and_lines_in_any_encoding_are_read() {
    let table = "id,text\n1,Сегодня в Москве прошла встреча министров\n2,Они обсудили цены на нефть и газ\n";
    let expect = |texts: [&str; 2]| {
        (1..).zip(texts).map(|(n, text)| (n, None, Some(text.to_owned()))).collect::<Vec<_>>()
    };
    let wide: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cyrillic = encoding_rs::WINDOWS_1251.encode(table).0.into_owned();
    for bytes in [wide, cyrillic] {
        let rows = expect(["Сегодня в Москве прошла встреча министров", "Они обсудили цены на нефть и газ"]);
        assert_eq!(texts("a.csv", &bytes), rows);
    }
    let lines: Vec<u8> =
        "\u{FEFF}{\"text\":\"a\"}\n{\"text\":\"é\"}\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let rows = vec![(1, Some(0), Some("a".into())), (2, Some(13), Some("é".into()))];
    assert_eq!(texts("a.jsonl", &lines), rows, "places are those in what was decoded");
}

#[test]
fn a_table_is_known_by_its_header_and_prose_is_no_table() {
    check("archive", "title;text\nA;b\n", &[(1, 11, Some("b"))]);
    check(
        "archive",
        "A title, text and more of it\nA,b\n",
        &[(1, 0, Some("A title, text and more of it\nA,b\n"))],
    );
}

#[test]
fn a_line_in_front_of_a_table_may_tell_its_separator() {
    // The header would tell commas.
    let rows = "id;title, with, commas;text\n1;t;a, b\n";
    for (line, blank) in [("sep=;\n", ""), ("sep=;\r\n", ""), ("SEP=;\n", "\n")] {
        let table = format!("{line}{blank}{rows}");
        let begin = u64::try_from(table.len() - "1;t;a, b\n".len()).expect("a few bytes");
        for mark in ["", "\u{FEFF}"] {
            let begin = begin + mark.len() as u64;
            check("a.csv", &format!("{mark}{table}"), &[(1, begin, Some("a, b"))]);
        }
    }
    check("archive", "sep=;\ntitle;text\nA;b\n", &[(1, 17, Some("b"))]);
    // Columns of these names are columns.
    check("a.csv", "sep=;,text\n1,a\n", &[(1, 11, Some("a"))]);
    check("a.csv", "sep=x\na,text\n", &[(1, 6, None)]);
}

#[test]
fn a_table_without_a_text_is_told_once_a_row() {
    for name in ["a.csv", "a.tsv"] {
        let (seen, problems) = read(name, b"id,body_html\n1,a\n2,b,c\n");
        let kinds: Vec<_> = seen.iter().map(|seen| &seen.kinds[..]).collect();
        let expect: [&[ProblemKind]; 2] =
            [&[ProblemKind::TextMissing], &[ProblemKind::RaggedRow, ProblemKind::TextMissing]];
        assert_eq!(kinds[0], expect[0], "{name}");
        assert!(kinds[1].ends_with(&expect[1][1..]) && problems.is_empty(), "{name}: {kinds:?}");
    }
}

#[test]
fn rows_that_do_not_fit_their_header_are_kept_and_told() {
    let (seen, problems) = read("a.csv", b"id,text,url\n1,short\n2,whole,u\n3,long,u,more\n");
    assert_eq!(problems, []);
    let told: Vec<_> = seen.iter().map(|seen| (seen.text(), seen.kinds.as_slice())).collect();
    let ragged = &[ProblemKind::RaggedRow][..];
    assert_eq!(told, [(Some("short"), ragged), (Some("whole"), &[]), (Some("long"), ragged)]);
}

#[test]
fn ten_thousand_columns_and_rows_without_end_are_bounded() {
    let mut table: String =
        (0..10_000).flat_map(|n| ["c".to_owned(), n.to_string(), ",".to_owned()]).collect();
    table += "text\n";
    table += &"x,".repeat(10_000);
    table += "found\n";
    let (seen, problems) = read("a.csv", table.as_bytes());
    assert_eq!((seen[0].text(), problems), (Some("found"), vec![]));
    let settings = ReadSettings { max_record: 1000, ..Settings::default().read };
    let endless = format!("text\nbefore\n\"{}", "y\n".repeat(100_000));
    let (seen, problems) = read_with("a.csv", endless.as_bytes(), settings.clone());
    assert_eq!(seen.iter().map(Seen::text).collect::<Vec<_>>(), [Some("before")]);
    assert!(problems[0].message.contains("inside quotes, in the row that begins at byte 12"), "{problems:?}");
    let closed = endless + "\"\nafter\n";
    let (seen, _) = read_with("a.csv", closed.as_bytes(), settings.clone());
    assert_eq!(seen.iter().map(Seen::text).collect::<Vec<_>>(), [Some("before"), None, Some("after")]);
    assert_eq!(seen[1].kinds, [ProblemKind::RecordTooLarge]);
    let array = format!("[{{\"text\":\"{}\"}},{{\"text\":\"after\"}}]", "z".repeat(5000));
    let (seen, _) = read_with("a.json", array.as_bytes(), settings);
    assert_eq!(seen.iter().map(Seen::text).collect::<Vec<_>>(), [None, Some("after")]);
}

const LINES: &str =
    "{\"id\":\"1\",\"text\":\"The first of three\"}\n{\"text\":\"\"}\n{\"text\":\"Drittens: schön\"}\n";
const ARRAY: &str =
    "[{\"id\":\"1\",\"text\":\"The [first] of\\ntwo\"},\n  {\"text\": \"Zweitens \\\"schön\\\"\"}]\n";
const TABLE: &str = "id,text\n1,\"The first, of\ntwo\"\n2,\"Zweitens \"\"schön\"\"\"\n";

/// Cuts a file at every byte. `may_shorten`: the format cannot tell that the last record was cut.
fn check_cuts(name: &str, content: &[u8], may_shorten: bool) {
    let (whole, problems) = read(name, content);
    assert!(problems.is_empty() && !whole.is_empty(), "{name}: {problems:?}");
    for end in 0..content.len() {
        let (seen, _) = read(name, &content[..end]);
        assert!(seen.len() <= whole.len(), "{name} cut at {end}: {seen:?}");
        let sure = seen.len().saturating_sub(usize::from(may_shorten));
        assert_eq!(seen[..sure], whole[..sure], "{name} cut at {end}");
    }
}

#[test]
fn files_cut_anywhere_give_the_records_before_the_cut() {
    check_cuts("a.json", ARRAY.as_bytes(), false);
    check_cuts("a.csv", TABLE.as_bytes(), true);
    for packing in Compression::ALL {
        for (name, content) in [("a.jsonl", LINES), ("a.json", ARRAY), ("a.csv", TABLE)] {
            let name = format!("{name}.{}", packing.endings()[0]);
            let twice = [pack(packing, content.as_bytes()), pack(packing, &[])].concat();
            check_cuts(&name, &twice, false);
        }
    }
}

#[test]
fn damage_anywhere_never_gives_more_records_nor_a_panic() {
    for packing in Compression::ALL {
        let content = pack(packing, LINES.as_bytes());
        for at in 0..content.len() {
            let mut damaged = content.clone();
            damaged[at] ^= 0x55;
            let (seen, problems) = read(&format!("a.jsonl.{}", packing.endings()[0]), &damaged);
            assert!(seen.len() <= 3 || !problems.is_empty(), "{} at {at}: {seen:?}", packing.name());
        }
    }
}

#[test]
fn a_bomb_unpacks_to_what_is_allowed_and_no_further() {
    let zeros = vec![b'\n'; 3_000_000];
    let settings = ReadSettings { max_unpacked: Some(1_000_000), ..Settings::default().read };
    for packing in Compression::ALL {
        let lines = [LINES.as_bytes(), &zeros].concat();
        for (name, content) in
            [("a.jsonl", pack(packing, &lines)), ("b.jsonl", pack(packing, &pack(packing, &lines)))]
        {
            let (seen, problems) = read_with(name, &content, settings.clone());
            assert_eq!(seen.len(), 3, "{name} {}", packing.name());
            assert_eq!(
                problems.iter().map(|problem| problem.kind).collect::<Vec<_>>(),
                [ProblemKind::UnpackedTooLarge]
            );
        }
        let thrice = pack(packing, &pack(packing, &pack(packing, LINES.as_bytes())));
        let (seen, problems) = read_with("c.jsonl", &thrice, settings.clone());
        assert_eq!((seen.len(), problems[0].kind), (0, ProblemKind::UnsupportedFormat));
    }
}

#[test]
fn files_of_many_members_and_of_large_windows_are_read_whole() {
    let line = |n: u64| -> String {
        let noise = (1..26).map(|m| (25 * n + m).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string());
        let noise: String = noise.collect();
        format!("{{\"id\":\"{n}\",\"text\":\"{noise}\"}}\n")
    };
    let lines: Vec<String> = (0..14_000).map(line).collect();
    let frames: Vec<u8> =
        lines.chunks(400).flat_map(|chunk| pack(Compression::Zstd, chunk.concat().as_bytes())).collect();
    assert!(frames.len() > 2 << 20, "large enough to be cut: {}", frames.len());
    // Lines end inside frames and go on in the next.
    let all = lines.concat();
    let uneven: Vec<u8> =
        all.as_bytes().chunks(1_000_003).flat_map(|chunk| pack(Compression::Zstd, chunk)).collect();
    let ids = |name: &str, content: &[u8]| {
        let (seen, problems) = read(name, content);
        (seen.iter().map(|seen| (seen.ordinal, seen.byte)).collect::<Vec<_>>(), problems.len())
    };
    let expect = ids("a.jsonl", all.as_bytes());
    assert_eq!((expect.0.len(), expect.1), (14_000, 0));
    assert!(ids("a.zst", &frames) == expect);
    assert!(ids("a.zst", &uneven) == expect);
    let cut = ids("a.zst", &uneven[..uneven.len() - 3]);
    assert!(cut.1 == 1 && cut.0.len() > 10_000 && expect.0.starts_with(&cut.0), "{}", cut.0.len());
    let mut long = zstd::Encoder::new(Vec::new(), 3).expect("an encoder");
    long.set_parameter(zstd::zstd_safe::CParameter::WindowLog(27)).expect("a window");
    std::io::Write::write_all(&mut long, LINES.as_bytes()).expect("in memory");
    assert_eq!(ids("a.zst", &long.finish().expect("in memory")), ids("a.jsonl", LINES.as_bytes()));
}
