//! The fast reader against the definition, on records made to hurt.

mod form;
mod members;
mod random;
mod strings;

use super::*;

/// Reads a line as the definition does, with a fresh reader and with one that has read other lines; tells whether the
/// walk took it.
#[track_caller]
fn check_told(line: &[u8], overrides: &FieldOverrides) -> bool {
    let expect = read_json_by_definition(line, overrides);
    let expect_text = match &expect.0 {
        Outcome::Article(record) => Some(record.text.clone().into_owned()),
        Outcome::Empty | Outcome::Rejected => None,
    };
    let shown = String::from_utf8_lossy(line);
    let mut reader = JsonReader::default();
    // The second time the keys are expected and the text is unescaped on the way; after another record they are not.
    for _ in 0..2 {
        assert_eq!(reader.read(line, overrides), expect, "{shown}");
    }
    let other = br#"{"text":"x\ny","id":3}"#;
    assert!(matches!(reader.read(other, &FieldOverrides::default()).0, Outcome::Article(_)));
    for _ in 0..2 {
        assert_eq!(reader.read_text(line, overrides).as_deref(), expect_text.as_deref(), "{shown}");
    }
    assert_eq!(reader.read(line, overrides), expect, "{shown}");
    let JsonReader { mut members, mut shapes, mut text } = reader;
    Walked::of(line, &mut members, &mut shapes, &mut text).is_some()
}

/// A line that the walk takes.
#[track_caller]
fn check_fast(line: impl AsRef<[u8]>) {
    let line = line.as_ref();
    assert!(check_told(line, &FieldOverrides::default()), "not walked: {}", String::from_utf8_lossy(line));
}

/// A line that is left to the definition.
#[track_caller]
fn check_left(line: impl AsRef<[u8]>) {
    let line = line.as_ref();
    assert!(!check_told(line, &FieldOverrides::default()), "walked: {}", String::from_utf8_lossy(line));
}

fn text_of(line: &str) -> String {
    match JsonReader::default().read(line.as_bytes(), &FieldOverrides::default()).0 {
        Outcome::Article(record) => record.text.into_owned(),
        other => panic!("no article but {other:?}: {line}"),
    }
}
