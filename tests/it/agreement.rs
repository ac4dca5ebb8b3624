//! What fast code must agree on with its definition, for any bytes at all; no tests. The fuzz targets of `fuzz/` and
//! the tests of `corpora` call the same functions.

use std::cell::RefCell;

use tempfile::TempDir;
use wirecopy::archive::Archive;
use wirecopy::archive::fields::FieldOverrides;
use wirecopy::archive::json::JsonReader;
use wirecopy::archive::record::{Outcome, read_json_by_definition};
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

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a temporary folder");
}

/// A file of columns, whatever it holds, is read or told: no panic, records in order, each text the same when it is
/// read again. Behind a `!` the file is read and not mapped.
///
/// # Panics
/// If it is not so.
pub(crate) fn columnar(data: &[u8]) {
    let (data, mapped) = match data.strip_prefix(b"!") {
        Some(data) => (data, false),
        None => (data, true),
    };
    FOLDER.with(|folder| {
        let path = folder.path().join("archive");
        std::fs::write(&path, data).expect("the temporary folder takes it");
        let mut settings = Settings::default().read;
        (settings.mapped, settings.max_record, settings.max_unpacked) = (mapped, 1 << 20, Some(4 << 20));
        let arguments = [path.display().to_string()];
        let (archive, _) = Archive::open(&arguments, settings).expect("the file is there");
        let mut before = 0;
        for piece in archive.pieces().0 {
            let mut last = None;
            let lines = archive.read_piece(&piece, |met| {
                assert!(last.is_none_or(|last| last < met.number), "{last:?}, then {}", met.number);
                last = Some(met.number);
                if let Outcome::Article(record) = met.outcome {
                    assert_eq!(archive.text_at(met.place), record.text);
                }
            });
            let lines = lines.expect("a temporary file can be read");
            assert!(last.is_none_or(|last| last < lines), "record {last:?} of {lines}");
            before += lines;
        }
        assert!(before <= i64::MAX.unsigned_abs());
    });
}
