//! What readers give, through the archive: as a scan sees it.

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
