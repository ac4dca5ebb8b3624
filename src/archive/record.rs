//! From the bytes of one record to an article, repairing what can be repaired.
//!
//! In: bytes, copied from the map only where they must be. Out: the article's text and what is known of it,
//! or why there is none, and the problems met. A pure function of the bytes: later acts call it again to get
//! the same text back.
//!
//! A line of JSON Lines is read by [`JsonReader`](super::json::JsonReader); what stands here defines what it says, and
//! reads what is unusual.

use std::borrow::Cow;

use encoding_rs::Encoding;
use serde_json::Value;

use super::dates::PublishedAt;
use super::encoding;
use super::fields::{Chosen, FieldOverrides, Fields, Published, TextField, recognise, text_missing};
use super::json::Unescaped;
use crate::problem::ProblemKind;
use crate::text::MAX_TEXT_BYTES;

/// What one record says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record<'a> {
    /// The text, as it stands in the record, after repairs. Never blank.
    pub text: Cow<'a, str>,
    /// The record's own id.
    pub id: Option<Cow<'a, str>>,
    /// Who published it.
    pub outlet: Option<Cow<'a, str>>,
    /// Its headline.
    pub title: Option<Cow<'a, str>>,
    /// Where it was found.
    pub url: Option<Cow<'a, str>>,
    /// When it was published.
    pub published: Option<PublishedAt>,
    /// Which fields all that was read from.
    pub chosen: Chosen,
}

/// What became of a record's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// An article with a text.
    Article(Box<Record<'a>>),
    /// The text field is there and empty or null: counted as skipped, no problem.
    Empty,
    /// No article could be had; the reason is the last of the problems.
    Rejected,
}

/// A problem without its place: kind and message.
pub type Finding = (ProblemKind, String);

impl Record<'_> {
    /// The same, borrowing nothing.
    pub fn into_owned(self) -> Record<'static> {
        let owned = |part: Cow<'_, str>| Cow::Owned(part.into_owned());
        Record {
            text: owned(self.text),
            id: self.id.map(owned),
            outlet: self.outlet.map(owned),
            title: self.title.map(owned),
            url: self.url.map(owned),
            published: self.published,
            chosen: self.chosen,
        }
    }
}

impl Outcome<'_> {
    /// The same, borrowing nothing.
    pub fn into_owned(self) -> Outcome<'static> {
        match self {
            Outcome::Article(record) => Outcome::Article(Box::new(record.into_owned())),
            Outcome::Empty => Outcome::Empty,
            Outcome::Rejected => Outcome::Rejected,
        }
    }
}

/// Reads a line of JSON Lines by building its whole value: slow, and the judge of what
/// [`JsonReader`](super::json::JsonReader) says.
pub fn read_json_by_definition(line: &[u8], overrides: &FieldOverrides) -> (Outcome<'static>, Vec<Finding>) {
    let mut findings = Vec::new();
    let text = decode(line, &mut findings);
    let value = match parse(&text, &mut findings) {
        Ok(value) => value,
        Err(finding) => {
            findings.push(finding);
            return (Outcome::Rejected, findings);
        }
    };
    let Value::Object(object) = value else {
        let message = format!("the record is {}, not an object", type_name(&value));
        findings.push((ProblemKind::InvalidJson, message));
        return (Outcome::Rejected, findings);
    };
    let unused = Unescaped { of: None, buffer: &mut String::new() }; // a value that was built has no escapes
    let (outcome, findings) = outcome_of(recognise(&object, overrides), findings, unused);
    (outcome.into_owned(), findings)
}

/// What becomes of a record with these fields. A text with escapes is read into the buffer, unless it is there.
pub(super) fn outcome_of<'a>(
    fields: Fields<'a>,
    mut findings: Vec<Finding>,
    unescaped: Unescaped<'a>,
) -> (Outcome<'a>, Vec<Finding>) {
    let text = match fields.text {
        TextField::Found(text) => text.read_with(unescaped),
        TextField::Empty => return (Outcome::Empty, findings),
        TextField::Missing => {
            // The reader of a table knows all of its columns, and may have said it.
            let says_it =
                |(kind, _): &Finding| matches!(kind, ProblemKind::TextMissing | ProblemKind::TextNotString);
            if !findings.iter().any(says_it) {
                findings.push(text_missing(fields.here.as_deref().unwrap_or("none")));
            }
            return (Outcome::Rejected, findings);
        }
        TextField::NotString(met) => {
            findings.push((
                ProblemKind::TextNotString,
                format!("the text field is of type {met}, not a string (name another with --text-field)"),
            ));
            return (Outcome::Rejected, findings);
        }
    };
    if text.len() > MAX_TEXT_BYTES {
        findings.push(too_long());
        return (Outcome::Rejected, findings);
    }
    let published = match fields.published {
        Published::None => None,
        Published::Ok(at) => Some(at),
        Published::Bad(bad) => {
            findings.push((ProblemKind::BadDate, bad.to_string()));
            None
        }
    };
    let record = Record {
        text: Cow::Borrowed(text),
        id: fields.id,
        outlet: fields.outlet,
        title: fields.title,
        url: fields.url,
        published,
        chosen: fields.chosen,
    };
    (Outcome::Article(Box::new(record)), findings)
}

/// Reads a whole file as one text, in whatever encoding it is.
pub fn read_text(bytes: &[u8]) -> (Outcome<'_>, Vec<Finding>) {
    let mut findings = Vec::new();
    let (text, encoding, replaced) = encoding::decode(bytes);
    if replaced {
        let name = encoding.map_or("UTF-8", Encoding::name);
        findings.push((ProblemKind::InvalidUtf8, format!("not all of it is {name}; replaced with U+FFFD")));
    }
    if text.trim().is_empty() {
        return (Outcome::Empty, findings);
    }
    if text.len() > MAX_TEXT_BYTES {
        findings.push(too_long());
        return (Outcome::Rejected, findings);
    }
    (Outcome::Article(Box::new(Record { text, ..Record::default() })), findings)
}

/// Repairing can make a text three times as long as its bytes.
fn too_long() -> Finding {
    let message = format!("the text is longer than {MAX_TEXT_BYTES} bytes after repairs");
    (ProblemKind::RecordTooLarge, message)
}

/// The bytes without a byte-order mark at their start.
pub fn strip_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

fn decode<'b>(bytes: &'b [u8], findings: &mut Vec<Finding>) -> Cow<'b, str> {
    let (text, wrong) = lossy(bytes);
    findings.extend(wrong.map(|at| no_utf8(at, "the record")));
    text
}

/// Bytes as text, what is no UTF-8 replaced; and where that begins, if anywhere.
pub(super) fn lossy(bytes: &[u8]) -> (Cow<'_, str>, Option<usize>) {
    match String::from_utf8_lossy(bytes) {
        text @ Cow::Borrowed(_) => (text, None),
        text @ Cow::Owned(_) => {
            (text, Some(bytes.utf8_chunks().next().map_or(0, |chunk| chunk.valid().len())))
        }
    }
}

/// A part of a record is no UTF-8 from its byte `at` on.
pub(super) fn no_utf8(at: usize, part: &str) -> Finding {
    (ProblemKind::InvalidUtf8, format!("not UTF-8 from byte {at} of {part} on; replaced with U+FFFD"))
}

fn parse(text: &str, findings: &mut Vec<Finding>) -> Result<Value, Finding> {
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let invalid = |error: serde_json::Error| {
        // A record is one line: only the column tells anything.
        let message = error.to_string();
        let what = match message.split(" at line ").next().unwrap_or(&message) {
            "recursion limit exceeded" => "nested deeper than 127 levels",
            "number out of range" => "a number no computer holds (write it as a string)",
            "key must be a string" => "a key that is no string in double quotes",
            what => what,
        };
        (ProblemKind::InvalidJson, format!("no valid JSON: {what}, at byte {} of the record", error.column()))
    };
    let repaired = repair(text);
    if repaired.surrogates + repaired.numbers == 0 {
        return Err(invalid(error));
    }
    let value = serde_json::from_str(&repaired.text).map_err(invalid)?;
    if repaired.surrogates > 0 {
        let message = format!("{} lone surrogate escapes replaced with U+FFFD", repaired.surrogates);
        findings.push((ProblemKind::LoneSurrogate, message));
    }
    if repaired.numbers > 0 {
        let message = format!("{} NaN or Infinity read as null", repaired.numbers);
        findings.push((ProblemKind::NotANumber, message));
    }
    Ok(value)
}

struct Repaired {
    text: String,
    surrogates: usize,
    numbers: usize,
}

/// Replaces what strict JSON forbids and common producers write: escapes of half a surrogate pair, and
/// Python's `NaN`, `Infinity` and `-Infinity` outside strings.
fn repair(text: &str) -> Repaired {
    let mut repaired = Repaired { text: String::with_capacity(text.len()), surrogates: 0, numbers: 0 };
    let mut rest = text;
    let mut in_string = false;
    while let Some(character) = rest.chars().next() {
        let mut taken = character.len_utf8();
        let mut written = None;
        if in_string && character == '\\' {
            (taken, written) = match (escaped_unit(rest), rest.get(6..).and_then(escaped_unit)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, None),
                (Some(0xD800..=0xDFFF), _) => (6, Some("\\ufffd")),
                (Some(_), _) => (6, None),
                (None, _) => (1 + rest[1..].chars().next().map_or(0, char::len_utf8), None),
            };
            repaired.surrogates += usize::from(written.is_some());
        } else if character == '"' {
            in_string = !in_string;
        } else if !in_string
            && let Some(name) = ["NaN", "Infinity", "-Infinity"].iter().find(|name| rest.starts_with(**name))
        {
            (taken, written) = (name.len(), Some("null"));
            repaired.numbers += 1;
        }
        repaired.text.push_str(written.unwrap_or(&rest[..taken]));
        rest = &rest[taken..];
    }
    repaired
}

/// The UTF-16 unit of a `\uXXXX` escape at the start of `text`.
fn escaped_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &[u8], expect_text: Option<&str>, expect_kinds: &[ProblemKind]) {
        let (outcome, findings) = read_json_by_definition(line, &FieldOverrides::default());
        let text = match &outcome {
            Outcome::Article(record) => Some(&*record.text),
            Outcome::Empty => Some(""),
            Outcome::Rejected => None,
        };
        assert_eq!(text, expect_text, "{}", String::from_utf8_lossy(line));
        let kinds: Vec<ProblemKind> = findings.iter().map(|f| f.0).collect();
        assert_eq!(kinds, expect_kinds, "{findings:?}");
    }

    #[test]
    fn records_good_and_bad() {
        check(br#"{"text":"a b"}"#, Some("a b"), &[]);
        check(br#"{"text":""}"#, Some(""), &[]);
        check(br#"{"text":" \n "}"#, Some(""), &[]);
        check(br#"{"id":1}"#, None, &[ProblemKind::TextMissing]);
        check(br#"{"text":null}"#, Some(""), &[]);
        check(br#"{"text":NaN}"#, Some(""), &[ProblemKind::NotANumber]);
        check(br#"{"text":5}"#, None, &[ProblemKind::TextNotString]);
        check(br#"{"text":"a"#, None, &[ProblemKind::InvalidJson]);
        check(br#"{"text":"a"} x"#, None, &[ProblemKind::InvalidJson]);
        check(br#"["text"]"#, None, &[ProblemKind::InvalidJson]);
        check(b"{\"text\":\"caf\xE9 x\"}", Some("caf\u{FFFD} x"), &[ProblemKind::InvalidUtf8]);
        check(br#"{"text":"a","date":"the day before"}"#, Some("a"), &[ProblemKind::BadDate]);
    }

    #[test]
    fn half_pairs_and_nan_are_repaired() {
        check(br#"{"text":"a \ud800 b"}"#, Some("a \u{FFFD} b"), &[ProblemKind::LoneSurrogate]);
        check(
            br#"{"text":"a \udc00\ud83d\ude00\\ud800"}"#,
            Some("a \u{FFFD}😀\\ud800"),
            &[ProblemKind::LoneSurrogate],
        );
        check(
            br#"{"text":"NaN \"NaN","x":NaN,"y":[-Infinity]}"#,
            Some("NaN \"NaN"),
            &[ProblemKind::NotANumber],
        );
        check("{\"text\":\"漢\\ud800\\".as_bytes(), None, &[ProblemKind::InvalidJson]);
    }

    #[test]
    fn deep_nesting_is_a_problem_and_no_crash() {
        let deep = format!("{{\"text\":\"a\",\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        check(deep.as_bytes(), None, &[ProblemKind::InvalidJson]);
    }
}
