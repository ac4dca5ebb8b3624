//! Lines: a record of any format as a line of JSON Lines.
//!
//! In: a frame, as a reader left it in its spool. Out: what a cleaned archive holds in the record's place where its format
//! is not written back. An object of JSON stands as it was, but for blanks between its parts; of all other records what was
//! recognised: `id`, `url`, `outlet`, `date`, `title`, `text`, in this order, null where there is none.
//!
//! It guarantees: the line is a pure function of the frame; it is read again as the record was: same text, byte for byte,
//! same id, URL, outlet, title and time. It does not hold what no rule asks for (other columns, headers, markup), nor a date
//! that could not be read, which is a problem of the scan.

use std::borrow::Cow;

use serde::Serialize;

use super::fields::{FieldOverrides, Published, TextField, find_nouns};
use super::frames::{self, Content};
use super::json::JsonReader;
use super::written::WrittenText;
use super::{Format, frames::Fields};

#[derive(Serialize)]
struct Line<'a> {
    id: Option<Cow<'a, str>>,
    url: Option<Cow<'a, str>>,
    outlet: Option<Cow<'a, str>>,
    date: Option<String>,
    title: Option<Cow<'a, str>>,
    text: Option<Cow<'a, str>>,
}

/// The record as a line, without a line end; `None` where the frame holds nothing of it.
pub(super) fn line_of(frame: &[u8], overrides: &FieldOverrides) -> Option<Vec<u8>> {
    match frames::read(frame)?.content {
        Content::Rejected => None,
        Content::Json(object) => Some(object.to_vec()),
        Content::Fields(fields, named) => Some(recognised(&fields, named, overrides)),
    }
}

fn recognised(fields: &Fields<'_>, named: bool, overrides: &FieldOverrides) -> Vec<u8> {
    let none = FieldOverrides::default();
    let found = find_nouns(fields, if named { overrides } else { &none });
    let line = Line {
        id: found.id,
        url: found.url,
        outlet: found.outlet,
        date: match found.published {
            Published::Ok(at) => Some(at.to_string()),
            Published::None | Published::Bad(_) => None,
        },
        title: found.title,
        text: match found.text {
            TextField::Found(text) => Some(text.read()),
            TextField::Empty => Some(Cow::Borrowed("")),
            TextField::Missing | TextField::NotString(_) => None,
        },
    };
    serde_json::to_vec(&line).expect("plain strings")
}

/// Where the line of this frame writes its text.
pub(super) fn written_text(frame: &[u8], line: &[u8], overrides: &FieldOverrides) -> Option<WrittenText> {
    let none = FieldOverrides::default();
    let overrides = match frames::read(frame)?.content {
        Content::Rejected => return None,
        Content::Json(_) => overrides,
        // The line has names of our own.
        Content::Fields(..) => &none,
    };
    WrittenText::of(Format::JsonLines, line, false, overrides, &mut JsonReader::default())
}

#[cfg(test)]
mod tests {
    use super::super::frames::{Body, Value};
    use super::super::record::Outcome;
    use super::*;

    fn frame(body: Body<'_>) -> Vec<u8> {
        let mut frame = Vec::new();
        frames::write(7, None, &[], body, &mut frame);
        frame
    }

    fn check(body: Body<'_>, overrides: &FieldOverrides, expect: Option<&str>) {
        let line = line_of(&frame(body), overrides);
        assert_eq!(line.as_deref().map(String::from_utf8_lossy).as_deref(), expect);
        let Some(line) = line else { return };
        let written = written_text(&frame(body), &line, overrides);
        let Some(written) = written else { return };
        let held = String::from_utf8_lossy(&line[written.bytes.clone()]).into_owned();
        let text: String = serde_json::from_str(&format!("\"{held}\"")).expect("a string of JSON");
        let mut reader = JsonReader::default();
        let overrides = if matches!(body, Body::Json(_)) { overrides } else { &NONE };
        let (Outcome::Article(again), _) = reader.read(&line, overrides) else {
            panic!("no article: {line:?}")
        };
        assert_eq!(again.text, text);
    }

    const NONE: FieldOverrides =
        FieldOverrides { text: None, id: None, title: None, outlet: None, url: None, date: None };

    #[test]
    fn a_row_becomes_what_was_recognised_of_it_and_json_stays() {
        let row = [
            ("body", Value::Text("one \"two\"\nthree")),
            ("published_at", Value::Text("2 May 2025 10:00 +0200")),
            ("url", Value::Text("https://www.paper.example/a")),
            ("id", Value::Number("12")),
        ];
        let expect = r#"{"id":"12","url":"https://www.paper.example/a","outlet":"paper.example","date":"2025-05-02T08:00:00Z","title":null,"text":"one \"two\"\nthree"}"#;
        check(Body::Row(&row), &NONE, Some(expect));
        check(Body::Page(&row), &NONE, Some(expect));
        let named = FieldOverrides { text: Some("url".into()), ..NONE };
        let other = expect.replace(r#""one \"two\"\nthree""#, r#""https://www.paper.example/a""#);
        check(Body::Row(&row), &named, Some(&other));
        check(
            Body::Row(&[("text", Value::Text(" "))]),
            &NONE,
            Some(r#"{"id":null,"url":null,"outlet":null,"date":null,"title":null,"text":""}"#),
        );
        check(
            Body::Row(&[("id", Value::Text("x"))]),
            &NONE,
            Some(r#"{"id":"x","url":null,"outlet":null,"date":null,"title":null,"text":null}"#),
        );
        check(
            Body::Json(br#"{"x":[1.50],"text":"\u00e9 b"}"#),
            &NONE,
            Some(r#"{"x":[1.50],"text":"\u00e9 b"}"#),
        );
        check(Body::Json(br#"{"x":1"#), &NONE, Some(r#"{"x":1"#));
        check(Body::Rejected, &NONE, None);
    }
}
