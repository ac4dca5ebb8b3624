//! What fast code must agree on with its definition, for any bytes at all; no tests. The fuzz targets of `fuzz/` and
//! the tests of `corpora` call the same functions.

use std::cell::RefCell;

use wirecopy::archive::fields::FieldOverrides;
use wirecopy::archive::html::read_page;
use wirecopy::archive::json::JsonReader;
use wirecopy::archive::record::{Outcome, read_json_by_definition};
use wirecopy::archive::{Archive, ReadSettings};
use wirecopy::kernel::Kernel;
use wirecopy::text::{Tokens, reference, tokenize};
use wirecopy::{ProblemKind, Settings};

/// The reader of JSON Lines: the same outcome, record, names and findings for each line of `data`, alone and after the
/// lines before. Behind a `!` fields are named by the user.
///
/// # Panics
/// If they do not agree.
pub(crate) fn json_reader(data: &[u8]) {
    let (data, overrides) = match data.strip_prefix(b"!") {
        Some(data) => (data, named()),
        None => (data, FieldOverrides::default()),
    };
    let mut reader = JsonReader::default();
    for line in data.split(|&byte| byte == b'\n') {
        let expect = read_json_by_definition(line, &overrides);
        assert_eq!(reader.read(line, &overrides), expect);
        if expect.1.iter().any(|(kind, _)| *kind == ProblemKind::InvalidJson) {
            continue; // the definition has spoken both times
        }
        // Now the keys are expected.
        assert_eq!(reader.read(line, &overrides), expect);
        let text = reader.read_text(line, &overrides);
        match &expect.0 {
            Outcome::Article(record) => assert_eq!(text.as_deref(), Some(&*record.text)),
            Outcome::Empty | Outcome::Rejected => assert_eq!(text, None),
        }
    }
}

fn named() -> FieldOverrides {
    let path = |path: &str| Some(path.to_owned());
    FieldOverrides {
        text: path("body.a"),
        id: path("source"),
        outlet: path("outlet"),
        date: path("date.$date"),
        title: path("id"),
        url: path("x.y.z"),
    }
}

thread_local! {
    /// Buffers of each kernel, left over from one text to the next as in a scan.
    static TOKENS: RefCell<Vec<Tokens>> = RefCell::new(Kernel::all().into_iter().map(Tokens::on).collect());
}

/// Every kernel cuts a text as the reference does, and gives the same hashes.
///
/// # Panics
/// If it does not.
pub(crate) fn tokenizer(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // The first byte serves as the seed too: hashes depend on it.
    let seed = u64::from(bytes.first().copied().unwrap_or(0)) * 0x0101_0101_0101_0101;
    let expect = reference::tokens(&text);
    TOKENS.with_borrow_mut(|all| {
        for tokens in all {
            tokenize(&text, seed, tokens);
            assert_eq!(tokens.len(), expect.len(), "{tokens:?}");
            for (token, expect) in expect.iter().enumerate() {
                assert_eq!(tokens.bytes(token..token + 1), expect.bytes, "token {token}");
                assert_eq!(tokens.hashes()[token], expect.hash(seed), "token {token}");
                assert_eq!(tokens.is_unspaced(token), expect.unspaced, "token {token}");
            }
        }
    });
}

/// What a file gives: the text of each record (`None`: rejected), and how many problems the file as a whole has.
type Texts = (Vec<Option<String>>, usize);

/// What a file of this name and content gives, read in memory.
pub(crate) fn texts(name: &str, content: &[u8]) -> Texts {
    let opened = Archive::of_bytes(name, content.to_vec(), read_settings());
    let (archive, problems) = opened.expect("the disk is not full");
    (texts_of(&archive), problems.len())
}

/// What a file of this name and content gives, read from the disk.
#[allow(dead_code, reason = "no target asks for it")]
pub(crate) fn texts_of_file(name: &str, content: &[u8]) -> Texts {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("written");
    let opened = Archive::open(&[path.to_str().expect("UTF-8").to_owned()], read_settings());
    let (archive, problems) = opened.expect("the disk is not full");
    (texts_of(&archive), problems.len())
}

fn read_settings() -> ReadSettings {
    ReadSettings { max_record: 1 << 16, max_unpacked: Some(1 << 20), ..Settings::default().read }
}

fn texts_of(archive: &Archive) -> Vec<Option<String>> {
    let mut texts = Vec::new();
    let mut last = 0;
    for piece in &archive.pieces().0 {
        let before = last;
        let records = archive.read_piece(piece, |met| {
            let number = before + met.number + 1;
            assert!(number > last || (number == last && last == 0), "record {number} after {last}");
            last = number;
            assert_eq!(archive.byte_of(met.place), met.byte);
            texts.push(match met.outcome {
                Outcome::Article(record) => {
                    assert_eq!(archive.text_at(met.place), record.text, "as at the first reading");
                    Some(record.text.into_owned())
                }
                Outcome::Empty => Some(String::new()),
                Outcome::Rejected => None,
            });
        });
        last = before + records.expect("a spool can be read");
    }
    texts
}

/// Whether bytes are read a second time: always in tests; of what a fuzzer finds each eighth, by its length, for that it
/// may find more.
#[allow(unexpected_cfgs, reason = "`fuzzing` is set where a fuzzer builds")]
fn are_read_again(data: &[u8]) -> bool {
    !cfg!(fuzzing) || data.len().is_multiple_of(8)
}

/// A table: the rows that the `csv` crate reads, and the texts in their column.
///
/// # Panics
/// If they do not agree.
pub(crate) fn tables(data: &[u8]) {
    let (seen, problems) = texts("a.csv", data);
    // Bytes that are no UTF-8 are decoded, and other separators than commas are told by the header.
    let Ok(text) = std::str::from_utf8(data) else { return };
    let header = text.trim_start_matches(['\u{FEFF}', '\r', '\n']).lines().next().unwrap_or_default();
    if problems > 0 || data.contains(&0) || data.len() > 1 << 15 || header.contains(['\t', ';', '|', '"']) {
        return;
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let Ok(header) = reader.headers() else { return };
    let column = header.iter().position(|name| name.trim() == "text");
    let Some(column) = column else { return };
    if header.iter().any(|name| name.trim() != "text" && !name.trim().chars().all(|c| c.is_ascii_digit())) {
        return; // another column may hold the text
    }
    let expect: Vec<Option<String>> = reader
        .records()
        .map(|row| {
            let row = row.expect("UTF-8, of any length");
            let text = row.get(column)?;
            Some(if text.trim().is_empty() { String::new() } else { text.to_owned() })
        })
        .collect();
    assert_eq!(seen, expect);
}

/// JSON of any shape: the values that `serde_json` finds, one behind the other or in an array.
///
/// # Panics
/// If they do not agree.
pub(crate) fn json_values(data: &[u8]) {
    let (seen, problems) = texts("a.json", data);
    let whole =
        std::str::from_utf8(data).ok().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    if let Some(serde_json::Value::Array(elements)) = whole
        && matches!(elements.first(), Some(serde_json::Value::Object(_)))
        && !data.contains(&b'\n')
    {
        assert_eq!((seen.len(), problems), (elements.len(), 0));
        for (seen, element) in seen.iter().zip(&elements) {
            let line = serde_json::to_vec(element).expect("a value");
            let (outcome, _) = read_json_by_definition(&line, &FieldOverrides::default());
            let text = match outcome {
                Outcome::Article(record) => Some(record.text.into_owned()),
                Outcome::Empty => Some(String::new()),
                Outcome::Rejected => None,
            };
            assert_eq!(*seen, text);
        }
    }
}

/// Packed bytes of any kind, and what is in them: read to an end, the same a second time, and no more records when the
/// file is cut. The first byte says under which name.
///
/// # Panics
/// If that is not so.
pub(crate) fn unpacking(data: &[u8]) {
    const NAMES: [&str; 8] = [
        "a.jsonl.gz",
        "a.jsonl.zst",
        "a.jsonl.bz2",
        "a.jsonl.xz",
        "a.txt",
        "a.csv.gz",
        "a.json.zst",
        "archive",
    ];
    let Some((first, content)) = data.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let whole = texts(name, content);
    if are_read_again(data) {
        assert_eq!(texts(name, content), whole);
    }
}

/// Parquet and Arrow, whatever they hold, are read or told: records in order, each text the same when it is read again.
///
/// # Panics
/// If that is not so.
pub(crate) fn columnar(data: &[u8]) {
    texts("archive", data);
}

/// A page: read to an end, the same a second time, in lines that are none of them empty.
///
/// # Panics
/// If that is not so.
pub(crate) fn pages(data: &[u8]) {
    for charset in [None, Some("windows-1251")] {
        let url = Some("https://wire.example/a");
        let page = read_page(data, charset, url);
        if are_read_again(data) {
            assert_eq!(read_page(data, charset, url), page);
        }
        let page = page.unwrap_or_else(|refused| panic!("{refused}"));
        for line in page.text.split('\n').filter(|_| !page.text.is_empty()) {
            assert!(!line.trim().is_empty() && !line.contains(char::is_control), "{line:?}");
        }
    }
}

/// A web archive: read to an end, the same a second time, with no more records than lines that begin one.
///
/// # Panics
/// If that is not so.
pub(crate) fn web_archives(data: &[u8]) {
    let whole = texts("a.warc", data);
    if are_read_again(data) {
        assert_eq!(texts("a.warc", data), whole);
    }
    if data.starts_with(b"WARC/") {
        let begins = data.windows(5).filter(|window| window == b"WARC/").count();
        assert!(whole.0.len() <= begins, "{} of {begins}", whole.0.len());
    }
}
