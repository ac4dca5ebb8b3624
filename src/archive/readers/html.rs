//! HTML: a page a file.
//!
//! In: the bytes of a page. Out: one record, with what [`html`](crate::archive::html) finds in it: text, title, date, and the address
//! that the page gives itself, from which the outlet follows; where it gives none, the site's name is the outlet.
//!
//! It guarantees: one record a file, whatever is in it.

use std::io::Read;

use super::{Reader, Takes};
use crate::archive::frames::Value;
use crate::archive::html::{Refused, charset, read_page, room_of_page};
use crate::archive::sink::{At, Sink, Stop};
use crate::problem::ProblemKind;

pub(super) const HTML: Reader = Reader {
    name: "HTML",
    told_by: "a document type, `<html>`, `<head>` or `<body>` in front",
    endings: &["html", "htm", "xhtml"],
    begins,
    has_magic: false,
    in_any_encoding: false,
    takes: Takes::Stream(read),
};

/// Whether a page begins: a document type or a root, behind comments and an XML declaration.
fn begins(start: &[u8]) -> bool {
    let mut rest = start.trim_ascii_start();
    loop {
        let behind = if rest.starts_with(b"<!--") {
            memchr::memmem::find(rest, b"-->").map(|end| end + 3)
        } else if rest.starts_with(b"<?xml") {
            memchr::memmem::find(rest, b"?>").map(|end| end + 2)
        } else {
            None
        };
        let Some(behind) = behind else { break };
        rest = rest[behind..].trim_ascii_start();
    }
    let begins = |tag: &&[u8]| {
        rest.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
            && !rest.get(tag.len()).is_some_and(u8::is_ascii_alphanumeric)
    };
    [&b"<!doctype html"[..], b"<html", b"<head", b"<body"].iter().any(begins)
}

fn read(stream: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let at = At { ordinal: 1, byte: Some(0) };
    let mut bytes = Vec::new();
    stream.take(sink.max_record().saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > sink.max_record() {
        return sink.too_large(at);
    }
    let room = sink.room(room_of_page(bytes.len()));
    let page = read_page(&bytes, None, None);
    drop(room);
    let page = match page {
        Ok(page) => page,
        Err(refused @ Refused::TooLarge) => {
            return sink.rejected(at, ProblemKind::RecordTooLarge, refused.to_string());
        }
        Err(refused) => return sink.rejected(at, ProblemKind::DamagedRecord, refused.to_string()),
    };
    if page.replaced {
        let (kind, message) = charset::replaced();
        sink.finding(kind, message);
    }
    let site = if page.url.is_none() { page.site } else { None };
    let mut nouns = vec![("text", Value::Text(&page.text))];
    let named = [
        ("canonical_url", &page.url),
        ("title", &page.title),
        (page.published_in.unwrap_or("date"), &page.published),
        ("site_name", &site),
    ];
    nouns.extend(named.iter().filter_map(|(name, value)| Some((*name, Value::Text(value.as_deref()?)))));
    sink.page(at, &nouns)
}
