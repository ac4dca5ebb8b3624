//! Lists of articles inside an object: `{"status":"ok","articles":[{…},…]}`, as news APIs answer.
//!
//! In: the begin of an object. Out: where in it the list begins whose elements are the records. The idea: around the list
//! stand a few members that say how many there are and where to go on; an article has a text of its own. So the first list
//! counts, if it has one of a few names ([`LISTS`]), begins with an object that has a title or text, and if no text stands
//! before it. It may stand in an object of the object (`response.results`).
//!
//! It guarantees: only the first [`HEAD_BYTES`] are looked at. It does not know an article whose text follows behind a list
//! of other titled things of such a name; files with the text in front are not concerned.
//!
//! Sources: the answers of `NewsAPI`, Webz.io, Event Registry, the Guardian, the New York Times and GDELT.

use super::json::read_wrapped;
use super::{Reader, Takes};
use crate::archive::fields::Noun;

pub(super) const WRAPPED: Reader = Reader {
    name: "JSON, a list in an object",
    told_by: "an object whose first list is called `articles`, `posts`, `results` or the like and holds objects with a title or text",
    endings: &[],
    begins,
    has_magic: false,
    in_any_encoding: false,
    takes: Takes::Stream(read_wrapped),
};

fn begins(start: &[u8]) -> bool {
    start.starts_with(b"{") && begin_of_list(start).is_some_and(|begin| holds_articles(&start[begin..]))
}

/// How much of an object is looked at: as much as a file is told by.
const HEAD_BYTES: usize = 4 << 10;

/// Names of lists.
const LISTS: &[&str] = &[
    "articles", // NewsAPI, NewsCatcher, GDELT, GNews
    "posts",    // Webz.io
    "results",  // Guardian, Event Registry, NewsData
    "docs",     // New York Times
    "data",     // mediastack, TheNewsAPI
    "stories",  // Media Cloud
    "news",     // World News API, Currents
    "items",    // JSON Feed
    "documents",
];

/// Objects in objects around a list.
const MOST_AROUND: usize = 2;

/// Where the first list of the object that begins here holds its first element; `None` if it is none of articles.
pub(super) fn begin_of_list(bytes: &[u8]) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(HEAD_BYTES)];
    let mut parts = Parts { bytes, at: 0 };
    let mut around = 0;
    let mut key: Option<&[u8]> = None;
    loop {
        match parts.next()? {
            Part::Text(text) if key.is_none() => key = Some(text),
            Part::Mark(b':') => {
                if is_named(key?, Noun::Text.names()) {
                    return None;
                }
            }
            Part::Text(_) | Part::Word => {}
            Part::Mark(b',') => key = None,
            Part::Mark(b'{') if around < MOST_AROUND && (around == 0 || key.is_some()) => {
                around += 1;
                key = None;
            }
            // An object before the list: its members are passed, and the next member of the outer one follows.
            Part::Mark(b'}') if around > 1 => around -= 1,
            Part::Mark(b'[') if around > 0 => {
                return is_named(key?, LISTS).then_some(parts.at);
            }
            Part::Mark(_) => return None,
        }
    }
}

/// Whether the first element is an object with a title or text, as far as it can be seen.
fn holds_articles(bytes: &[u8]) -> bool {
    let mut parts = Parts { bytes: &bytes[..bytes.len().min(HEAD_BYTES)], at: 0 };
    let (mut depth, mut last) = (0_u32, None);
    while let Some(part) = parts.next() {
        match part {
            Part::Mark(b'{' | b'[') => depth += 1,
            Part::Mark(b'}' | b']') => depth = depth.saturating_sub(1),
            Part::Mark(b':') if depth == 1 => {
                let names = [Noun::Text.names(), Noun::Title.names()].concat();
                if last.is_some_and(|key| is_named(key, &names)) {
                    return true;
                }
            }
            Part::Text(text) => last = Some(text),
            Part::Mark(_) | Part::Word => {}
        }
        if depth == 0 {
            return false;
        }
    }
    false
}

/// Whether a key is one of the names, or what one of them begins with (`fields` of `fields.bodyText`).
fn is_named(key: &[u8], names: &[&str]) -> bool {
    names
        .iter()
        .any(|name| name.split('.').next().is_some_and(|first| key.eq_ignore_ascii_case(first.as_bytes())))
}

/// A part of JSON.
enum Part<'a> {
    /// A string, as it is written.
    Text(&'a [u8]),
    /// A bracket, comma or colon.
    Mark(u8),
    /// A number or literal.
    Word,
}

struct Parts<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Parts<'a> {
    /// The next part; `None` at the end, also inside a part.
    fn next(&mut self) -> Option<Part<'a>> {
        let rest = &self.bytes[self.at..];
        self.at += rest.len() - rest.trim_ascii_start().len();
        let rest = &self.bytes[self.at..];
        match *rest.first()? {
            b'"' => {
                let mut end = 1;
                while *rest.get(end)? != b'"' {
                    end += if rest[end] == b'\\' { 2 } else { 1 };
                }
                self.at += end + 1;
                Some(Part::Text(&rest[1..end]))
            }
            mark @ (b'{' | b'}' | b'[' | b']' | b',' | b':') => {
                self.at += 1;
                Some(Part::Mark(mark))
            }
            _ => {
                let marks = |byte: &u8| byte.is_ascii_whitespace() || b"{}[],:\"".contains(byte);
                self.at += rest.iter().position(marks)?;
                Some(Part::Word)
            }
        }
    }
}
