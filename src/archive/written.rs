//! Where a record writes its text, so that a piece of it can be taken out and every other byte stays.
//!
//! In: the bytes of a record. Out: a [`WrittenText`], which tells for any place in the text the byte of the record that it
//! is written at; and a [`MarkPlace`], where one more member can be put into an object.
//!
//! Guarantee: taking out the bytes between two places takes out exactly the text between them, escapes as a whole, and
//! leaves a record that reads as before in all else. Only plain records have such places: JSON that is walked
//! without repairs and without its definition (see `json`), and text files that are UTF-8. Of all others `None` is said, and
//! whoever edits leaves them whole.

use std::ops::Range;

use super::fields::FieldOverrides;
use super::json::{JsonReader, escaped_length};
use super::record::strip_mark;
use super::source::Format;

/// Where the text of a record is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenText {
    /// Bytes of the record; of a JSON string without its quotes.
    pub bytes: Range<usize>,
    pub(super) escapes: Escapes,
}

/// How characters are written that cannot stand for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// All stand for themselves.
    None,
    /// As in strings of JSON.
    Json,
    /// Quotes twice, as in tables.
    Doubled,
}

/// Where a member can be put into an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkPlace {
    /// Bytes of the record that give way: the value that the key has already, else none, before the closing brace.
    pub bytes: Range<usize>,
    /// Whether the key is there already.
    pub is_there: bool,
    /// Whether members stand before the place.
    pub after_members: bool,
}

impl WrittenText {
    /// Finds the text of a record; `None` where it cannot be edited in place. `at_start`: the record begins its file, where
    /// a byte-order mark may stand.
    pub(super) fn of(
        format: Format,
        record: &[u8],
        at_start: bool,
        overrides: &FieldOverrides,
        reader: &mut JsonReader,
    ) -> Option<WrittenText> {
        let content = if at_start { strip_mark(record) } else { record };
        let begin = record.len() - content.len();
        match format {
            Format::JsonLines => {
                let (within, has_escapes) = reader.locate_text(content, overrides)?;
                let escapes = if has_escapes { Escapes::Json } else { Escapes::None };
                Some(WrittenText { bytes: begin + within.start..begin + within.end, escapes })
            }
            Format::Text => {
                std::str::from_utf8(content).ok()?;
                Some(WrittenText { bytes: begin..record.len(), escapes: Escapes::None })
            }
            Format::Records => None, // what stands for them is a line: see `lined`
        }
    }

    /// The bytes of `record` at which places of its text are written; `places` ascend. Linear in the text.
    pub fn places(&self, record: &[u8], places: &[usize]) -> Vec<usize> {
        let escape = match self.escapes {
            Escapes::None => return places.iter().map(|place| self.bytes.start + place).collect(),
            Escapes::Json => b'\\',
            Escapes::Doubled => b'"',
        };
        let written = &record[self.bytes.clone()];
        let mut found = Vec::with_capacity(places.len());
        let (mut at, mut said) = (0, 0);
        let mut wanted = places.iter().copied().peekable();
        while let Some(place) = wanted.peek().copied() {
            let next = memchr::memchr(escape, &written[at..]).unwrap_or(written.len() - at);
            if place <= said + next {
                found.push(self.bytes.start + at + (place - said));
                wanted.next();
                continue;
            }
            (at, said) = (at + next, said + next);
            let doubled = (at < written.len()).then_some((2, 1));
            let next = if self.escapes == Escapes::Json { escaped_length(&written[at..]) } else { doubled };
            let Some((length, character_bytes)) = next else {
                break; // no place lies beyond the text
            };
            (at, said) = (at + length, said + character_bytes);
        }
        found
    }
}

impl MarkPlace {
    /// Finds where the member `key` is or can be put; `None` where the record is no plain object.
    pub(super) fn of(record: &[u8], at_start: bool, key: &str, reader: &mut JsonReader) -> Option<MarkPlace> {
        let content = if at_start { strip_mark(record) } else { record };
        let begin = record.len() - content.len();
        let (standing, members) = reader.locate_member(content, key)?;
        let is_there = standing.is_some();
        let close = content.iter().rposition(|&byte| byte == b'}')?;
        let within = standing.unwrap_or(close..close);
        Some(MarkPlace {
            bytes: begin + within.start..begin + within.end,
            is_there,
            after_members: members > 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::record::Outcome;
    use proptest::prelude::*;

    fn read(record: &[u8]) -> Option<String> {
        match JsonReader::default().read(record, &FieldOverrides::default()).0 {
            Outcome::Article(article) => Some(article.text.into_owned()),
            Outcome::Empty | Outcome::Rejected => None,
        }
    }

    fn check(record: &str, cut: Range<usize>, expect: Option<&str>) {
        let mut reader = JsonReader::default();
        let bytes = record.as_bytes();
        let found = WrittenText::of(Format::JsonLines, bytes, true, &FieldOverrides::default(), &mut reader);
        let edited = found.map(|written| {
            let places = written.places(bytes, &[cut.start, cut.end]);
            format!("{}{}", &record[..places[0]], &record[places[1]..])
        });
        assert_eq!(edited.as_deref(), expect, "{record}");
    }

    #[test]
    fn text_is_taken_out_where_it_is_written() {
        check(
            r#"{"id":1,"text":"one two three","x":[]}"#,
            3..7,
            Some(r#"{"id":1,"text":"one three","x":[]}"#),
        );
        check(r#"{"text":"a\n\ud83d\ude00b\u00e9c"}"#, 2..6, Some(r#"{"text":"a\nb\u00e9c"}"#));
        check(r#"{"text":"a\n\ud83d\ude00b\u00e9c"}"#, 6..9, Some(r#"{"text":"a\n\ud83d\ude00c"}"#));
        check(
            r#"{"fields":{"bodyText":"one \"two\" three"}}"#,
            4..10,
            Some(r#"{"fields":{"bodyText":"one three"}}"#),
        );
        check("\u{FEFF}{\"text\":\"one two\"}", 3..7, Some("\u{FEFF}{\"text\":\"one\"}"));
        check(r#"{"text":"one two","text":"one two"}"#, 3..7, None);
        check(r#"{"text":"one \ud800 two"}"#, 3..7, None);
    }

    fn check_mark(record: &str, expect: &str) {
        let place =
            MarkPlace::of(record.as_bytes(), true, "mark", &mut JsonReader::default()).expect("plain");
        let key = match (place.is_there, place.after_members) {
            (true, _) => "",
            (false, true) => ",\"mark\":",
            (false, false) => "\"mark\":",
        };
        let (before, after) = (&record[..place.bytes.start], &record[place.bytes.end..]);
        assert_eq!(format!("{before}{key}1{after}"), expect);
    }

    #[test]
    fn a_member_is_put_last_or_in_the_place_of_its_like() {
        check_mark(r#"{"a":{"b":2}} "#, r#"{"a":{"b":2},"mark":1} "#);
        check_mark("{ }", r#"{ "mark":1}"#);
        check_mark(r#"{"mark" : "old","a":1}"#, r#"{"mark" : 1,"a":1}"#);
        check_mark(r#"{"mark":{"x":[]}}"#, r#"{"mark":1}"#);
    }

    proptest! {
        #[test]
        fn what_is_taken_out_is_what_was_meant(text in "[a-z\"\\\\\n\u{e9}\u{1F600}漢]{1,40}", from: usize, to: usize, ascii: bool) {
            let mut written = serde_json::to_string(&text).expect("a string");
            if ascii {
                let escaped = |c: char| -> String {
                    let mut units = [0; 2];
                    let written: Vec<String> =
                        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect();
                    written.concat()
                };
                written = written.chars().map(|c| if c.is_ascii() { c.to_string() } else { escaped(c) }).collect();
            }
            let record = format!("{{\"id\":7,\"text\":{written}}}");
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (from, to) = (places[from % places.len()], places[to % places.len()]);
            let (from, to) = (from.min(to), from.max(to));
            let bytes = record.as_bytes();
            let found = WrittenText::of(Format::JsonLines, bytes, false, &FieldOverrides::default(), &mut JsonReader::default());
            if let Some(found) = found {
                let raw = found.places(bytes, &[from, to]);
                let edited = [&bytes[..raw[0]], &bytes[raw[1]..]].concat();
                let expect = format!("{}{}", &text[..from], &text[to..]);
                prop_assert_eq!(read(&edited), Some(expect).filter(|text| !text.trim().is_empty()));
            } else {
                prop_assert!(text.trim().is_empty());
            }
        }
    }
}
