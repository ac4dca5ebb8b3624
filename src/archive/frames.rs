//! Frames: records of any format, in the form in which they stand in a spool.
//!
//! In: a record as a reader gave it (where it stood, what was wrong with it, its fields as they are). Out: the same,
//! borrowed from the bytes, without any parsing to speak of. The idea: a header of fixed width, then findings, then the kinds and
//! lengths of all fields, then their names and values behind each other, so that all of them are judged at once to be UTF-8; a JSON
//! object stands as it was written. Which field is the text, the title
//! and so on is decided when a frame is read, by the rules of [`fields`](super::fields), as for any other record.
//!
//! A text that stands in a mapped file just as it is need not stand in the spool too: then the frame is *short*, it says where
//! the text is. Nobody reads a short frame: [`lengthen`] makes it the frame that would have been written otherwise, byte for byte,
//! so that places apart nothing shows which it was.
//!
//! A spool is of no use to another process, so the form has no version.

use std::ops::Range;

use super::fields::{Lookup, Noun, has_capital, is_recased};
use super::json::{JsonNumber, JsonObject, JsonText, JsonValue, Shape, Shapes};
use super::record::Finding;
use crate::problem::ProblemKind;

/// A value as a reader met it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, written as in JSON.
    Number(&'a str),
    /// A text.
    Text(&'a str),
    /// A text that nobody has looked at: whether it is UTF-8 is asked of all values of a frame at once, when they stand behind each other.
    Bytes(&'a [u8]),
    /// An object, as valid JSON.
    Object(&'a str),
    /// A text that stands in the file as it is. For files whose map is kept ([`Sink::texts_stand`](super::sink::Sink)), and
    /// for valid UTF-8 of [`LEAST_STANDING`] bytes alone.
    Standing(Standing),
}

/// A shorter text is copied: fetching it from its file would cost more.
pub(super) const LEAST_STANDING: usize = 256;

/// Where a text stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) begin: u64,
    pub(super) bytes: u32,
}

impl Value<'_> {
    /// How many bytes it has.
    pub(super) fn bytes(self) -> usize {
        match self {
            Value::Null | Value::Bool => 0,
            Value::Number(written) | Value::Text(written) | Value::Object(written) => written.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Standing(standing) => standing.bytes as usize,
        }
    }
}

/// What a frame says of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// Fields by name; `--text-field` and its like apply.
    Row(&'a [(&'a str, Value<'a>)]),
    /// Nouns that the reader found by itself, under usual names (`text`, `title`, …); `--text-field` and its like do
    /// not apply, as they do not to text files.
    Page(&'a [(&'a str, Value<'a>)]),
    /// An object of JSON, as it was written.
    Json(&'a [u8]),
    /// No article could be had.
    Rejected,
}

/// How many bytes a header has.
pub(super) const HEADER_BYTES: usize = 32;

/// A header: where its record stood, and how long the frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes after the header.
    pub(super) bytes: u64,
    /// Number of the record in its file, from 1.
    pub(super) ordinal: u64,
    /// Where the record began, in bytes, where that is known.
    pub(super) byte: Option<u64>,
    /// Whether it is short.
    pub(super) is_short: bool,
    kind: u8,
    findings: u8,
    fields: u16,
}

/// A frame, borrowed.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) findings: Vec<Finding>,
    pub(super) content: Content<'a>,
}

/// The body of a frame that is read.
#[derive(Debug)]
pub(super) enum Content<'a> {
    /// Fields; whether the user's own names of fields apply.
    Fields(Fields<'a>, bool),
    Json(&'a [u8]),
    Rejected,
}

/// The fields of a frame.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    named: Vec<(&'a str, JsonValue<'a>)>,
    /// Of fields without a shape.
    any_case: bool,
    /// A bit for each length of a name: nearly all names of the tables are no field, and most are told by their length. All bits
    /// where that was not worked out.
    lengths: u64,
    /// Which fields may hold which noun, if that was worked out for fields of these names.
    shape: Option<&'a Shape>,
}

const ROW: u8 = 0;
const PAGE: u8 = 1;
const JSON: u8 = 2;
const REJECTED: u8 = 3;

const LENGTH_BYTES: usize = 4;
/// What is said of a field before all names and values: kind, length of its name, length of its value.
const FIELD_BYTES: usize = 1 + 2 * LENGTH_BYTES;
// Kinds of fields.
const TEXT: u8 = 3;
const STANDING: u8 = 6;
/// What stands in place of a text that is not there: where it begins.
const STANDING_BYTES: usize = 8;
/// Bytes in front of a finding: kind, length of its message.
const FINDING_BYTES: usize = 1 + LENGTH_BYTES;

/// Appends a frame. Lengths must fit into 32 bits, the number of fields into 16, that of findings into 8: the sink sees
/// to that. Returns how many bytes longer it would be if its texts stood in it; `None`, and nothing is appended, where a
/// [`Value::Bytes`] is no UTF-8.
pub(super) fn write(
    ordinal: u64,
    byte: Option<u64>,
    findings: &[Finding],
    body: Body<'_>,
    into: &mut Vec<u8>,
) -> Option<u64> {
    let begin = into.len();
    let (mut elsewhere, mut is_short, mut has_bytes) = (0, false, false);
    into.extend_from_slice(&[0; HEADER_BYTES]);
    for (kind, message) in findings {
        into.push(code_of(*kind));
        into.extend_from_slice(&narrow(message.len()));
        into.extend_from_slice(message.as_bytes());
    }
    let (kind, fields): (u8, &[(&str, Value<'_>)]) = match body {
        Body::Row(fields) => (ROW, fields),
        Body::Page(fields) => (PAGE, fields),
        Body::Json(_) => (JSON, &[]),
        Body::Rejected => (REJECTED, &[]),
    };
    for (name, value) in fields {
        let kind = match *value {
            Value::Null => 0,
            Value::Bool => 1,
            Value::Number(_) => 2,
            Value::Text(_) => TEXT,
            Value::Bytes(_) => {
                has_bytes = true;
                TEXT
            }
            Value::Object(_) => 5,
            Value::Standing(standing) => {
                is_short = true;
                elsewhere += u64::from(standing.bytes).saturating_sub(STANDING_BYTES as u64);
                STANDING
            }
        };
        let mut front = [kind; FIELD_BYTES];
        front[1..=LENGTH_BYTES].copy_from_slice(&narrow(name.len()));
        front[1 + LENGTH_BYTES..].copy_from_slice(&narrow(value.bytes()));
        into.extend_from_slice(&front);
    }
    // Where names and values begin that nobody has looked at.
    let (mut are_texts, mut unjudged) = (true, into.len());
    let is_text = |bytes: &[u8]| !has_bytes || simdutf8::basic::from_utf8(bytes).is_ok();
    for (name, value) in fields {
        into.extend_from_slice(name.as_bytes());
        match value {
            Value::Null | Value::Bool => {}
            Value::Number(written) | Value::Text(written) | Value::Object(written) => {
                into.extend_from_slice(written.as_bytes());
            }
            Value::Bytes(bytes) => {
                // No character may reach from one value into the next.
                are_texts &= bytes.first().is_none_or(|byte| byte & 0xC0 != 0x80);
                into.extend_from_slice(bytes);
            }
            Value::Standing(standing) => {
                are_texts &= is_text(&into[unjudged..]);
                into.extend_from_slice(&standing.begin.to_le_bytes());
                unjudged = into.len();
            }
        }
    }
    if !are_texts || !is_text(&into[unjudged..]) {
        into.truncate(begin);
        return None;
    }
    if let Body::Json(json) = body {
        into.extend_from_slice(json);
    }
    let bytes = (into.len() - begin - HEADER_BYTES) as u64;
    let header = &mut into[begin..begin + HEADER_BYTES];
    header[..8].copy_from_slice(&bytes.to_le_bytes());
    header[8..16].copy_from_slice(&ordinal.to_le_bytes());
    header[16..24].copy_from_slice(&byte.unwrap_or(u64::MAX).to_le_bytes());
    header[24] = kind;
    header[25] = u8::try_from(findings.len()).expect("the sink bounds findings");
    let count = u16::try_from(fields.len()).expect("the sink bounds fields");
    header[26..28].copy_from_slice(&count.to_le_bytes());
    header[28] = u8::from(is_short);
    Some(elsewhere)
}

/// Writes a short frame into `into`, which is emptied first, as it would be with its texts; `fetch` appends the bytes of
/// the file at a place. `None` if it is no frame, or a text cannot be fetched.
pub(super) fn lengthen(
    short: &[u8],
    into: &mut Vec<u8>,
    mut fetch: impl FnMut(Range<u64>, &mut Vec<u8>) -> Option<()>,
) -> Option<()> {
    let header = header(short)?;
    into.clear();
    let mut rest = short.get(HEADER_BYTES..)?.get(..usize::try_from(header.bytes).ok()?)?;
    for _ in 0..header.findings {
        rest = rest.get(FINDING_BYTES..)?.get(length(rest.get(1..)?)?..)?;
    }
    into.extend_from_slice(&short[..HEADER_BYTES + usize::try_from(header.bytes).ok()? - rest.len()]);
    let (fronts, mut rest) = rest.split_at_checked(usize::from(header.fields) * FIELD_BYTES)?;
    for front in fronts.chunks_exact(FIELD_BYTES) {
        into.push(if front[0] == STANDING { TEXT } else { front[0] });
        into.extend_from_slice(&front[1..]);
    }
    for front in fronts.chunks_exact(FIELD_BYTES) {
        let (name, after) = rest.split_at_checked(length(&front[1..])?)?;
        let bytes = length(&front[1 + LENGTH_BYTES..])?;
        into.extend_from_slice(name);
        if front[0] == STANDING {
            let (place, after) = after.split_first_chunk::<STANDING_BYTES>()?;
            let begin = u64::from_le_bytes(*place);
            fetch(begin..begin.checked_add(bytes as u64)?, into)?;
            rest = after;
        } else {
            let (value, after) = after.split_at_checked(bytes)?;
            into.extend_from_slice(value);
            rest = after;
        }
    }
    let bytes = (into.len() - HEADER_BYTES) as u64;
    into[..8].copy_from_slice(&bytes.to_le_bytes());
    into[28] = 0;
    Some(())
}

/// Reads a header; `None` where there are too few bytes.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let wide = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
    let byte = wide(16)?;
    Some(Header {
        bytes: wide(0)?,
        ordinal: wide(8)?,
        byte: (byte != u64::MAX).then_some(byte),
        is_short: *bytes.get(28)? != 0,
        kind: *bytes.get(24)?,
        findings: *bytes.get(25)?,
        fields: u16::from_le_bytes(bytes.get(26..28)?.try_into().ok()?),
    })
}

/// Reads a frame as [`read`] does; what is worked out for its list of names is kept for the next.
pub(super) fn read_like_others<'a>(bytes: &'a [u8], shapes: &'a mut Shapes) -> Option<Frame<'a>> {
    let mut frame = parts(bytes)?;
    if let Content::Fields(fields, _) = &mut frame.content {
        fields.shape = shapes.shape_of_keys(fields.named.iter().map(|&(name, _)| name));
        if fields.shape.is_none() {
            fields.work_out_names();
        }
    }
    Some(frame)
}

/// Reads a frame; `None` if it is none (the spool is damaged).
pub(super) fn read(bytes: &[u8]) -> Option<Frame<'_>> {
    let mut frame = parts(bytes)?;
    if let Content::Fields(fields, _) = &mut frame.content {
        fields.work_out_names();
    }
    Some(frame)
}

/// A frame taken apart; of fields nothing else is known yet.
fn parts(bytes: &[u8]) -> Option<Frame<'_>> {
    let header = header(bytes)?;
    let bytes = bytes.get(HEADER_BYTES..)?.get(..usize::try_from(header.bytes).ok()?)?;
    let mut rest = Rest { bytes, at: 0 };
    let mut findings = Vec::new();
    for _ in 0..header.findings {
        let front = rest.front::<FINDING_BYTES>()?;
        let message = rest.text(length(&front[1..])?)?.ok()?;
        findings.push((kind_of(front[0])?, message.to_owned()));
    }
    let content = match header.kind {
        JSON => Content::Json(&bytes[rest.at..]),
        REJECTED => Content::Rejected,
        kind => Content::Fields(Fields::read(bytes.get(rest.at..)?, header.fields)?, kind == ROW),
    };
    Some(Frame { findings, content })
}

/// What of a frame is not read yet.
struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Rest<'a> {
    /// The next bytes; `None` if there are too few.
    fn front<const BYTES: usize>(&mut self) -> Option<&'a [u8; BYTES]> {
        let front = self.bytes.get(self.at..)?.first_chunk()?;
        self.at += BYTES;
        Some(front)
    }

    /// The next bytes as text; an error if they are none.
    fn text(&mut self, bytes: usize) -> Option<Result<&'a str, NoText>> {
        let range = self.at..self.at.checked_add(bytes)?;
        self.at = range.end;
        Some(simdutf8::basic::from_utf8(self.bytes.get(range)?).map_err(|_| NoText))
    }
}

/// Bytes that are no UTF-8.
struct NoText;

#[inline]
fn length(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.first_chunk()?)).ok()
}

#[inline]
fn narrow(length: usize) -> [u8; LENGTH_BYTES] {
    u32::try_from(length).expect("the sink bounds lengths").to_le_bytes()
}

/// Kinds are numbered by their place in the list of all.
fn code_of(kind: ProblemKind) -> u8 {
    let place = ProblemKind::ALL.iter().position(|&other| other == kind);
    u8::try_from(place.expect("every kind is in the list")).expect("there are few kinds")
}

fn kind_of(code: u8) -> Option<ProblemKind> {
    ProblemKind::ALL.get(usize::from(code)).copied()
}

impl<'a> Fields<'a> {
    fn read(rest: &'a [u8], count: u16) -> Option<Self> {
        let (fronts, bytes) = rest.split_at_checked(usize::from(count) * FIELD_BYTES)?;
        let all = simdutf8::basic::from_utf8(bytes).ok();
        let mut rest = Rest { bytes, at: 0 };
        let mut next =
            |length: usize| match all.and_then(|all| all.get(rest.at..rest.at.checked_add(length)?)) {
                Some(text) => {
                    rest.at += length;
                    Some(Ok(text))
                }
                None => rest.text(length),
            };
        let mut named = Vec::with_capacity(usize::from(count));
        for front in fronts.chunks_exact(FIELD_BYTES) {
            let name = next(length(&front[1..])?)?.ok()?;
            // Only a file that changed under the run has a text that is none: the change is told at the end.
            let value = next(length(&front[1 + LENGTH_BYTES..])?)?.unwrap_or_default();
            let value = match front[0] {
                0 => JsonValue::Null,
                1 => JsonValue::Bool,
                2 => JsonValue::Number(JsonNumber::Written(value)),
                TEXT => JsonValue::Text(JsonText::plain(value)),
                _ => JsonValue::Object(JsonObject::Written(value)),
            };
            named.push((name, value));
        }
        Some(Fields { named, any_case: false, lengths: u64::MAX, shape: None })
    }

    /// What look-ups need to know of names that have no shape.
    fn work_out_names(&mut self) {
        self.any_case = self.named.iter().any(|(name, _)| has_capital(name));
        self.lengths = self.named.iter().fold(0, |lengths, (name, _)| lengths | length_bit(name));
        if self.any_case {
            // Of names that differ in case alone, the smaller first, as in JSON.
            self.named.sort_by_key(|&(name, _)| name);
        }
    }
}

impl<'a> Fields<'a> {
    /// The name of the field that holds this very text.
    pub(super) fn name_of(&self, text: JsonText<'a>) -> Option<&'a str> {
        let written = text.as_written().0;
        let is = |value: &JsonValue<'a>| {
            value.as_text().is_some_and(|other| std::ptr::eq(other.as_written().0, written))
        };
        self.named.iter().find(|(_, value)| is(value)).map(|&(name, _)| name)
    }
}

/// The last bit is for all that are longer.
fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}

impl<'a> Lookup<'a> for Fields<'a> {
    fn names(&self) -> Vec<&str> {
        self.named.iter().map(|&(name, _)| name).collect()
    }

    fn get(&self, key: &str) -> Option<JsonValue<'a>> {
        if self.lengths & length_bit(key) == 0 {
            return None;
        }
        self.named.iter().find(|(name, _)| *name == key).map(|&(_, value)| value)
    }

    fn first_usual<T>(
        &self,
        noun: Noun,
        mut judge: impl FnMut(&'static str, JsonValue<'a>) -> Option<T>,
    ) -> Option<T> {
        if let Some(shape) = self.shape {
            return shape.candidates(noun).iter().find_map(|candidate| {
                let (_, value) = self.named[usize::from(candidate.member)];
                let value = match candidate.inside {
                    None => value,
                    Some(path) => value.as_object()?.look_up(path)?,
                };
                judge(candidate.name, value)
            });
        }
        let names = noun.names();
        let exact = |name: &'static str| {
            let inside = || {
                let (first, rest) = name.split_once('.')?;
                self.get(first)?.as_object()?.look_up(rest)
            };
            self.get(name).or_else(inside)
        };
        for &name in names {
            if let Some(judged) = exact(name).and_then(|value| judge(name, value)) {
                return Some(judged);
            }
        }
        if !self.any_case {
            return None;
        }
        for &name in names {
            for &(key, value) in &self.named {
                if is_recased(key, name)
                    && let Some(judged) = judge(name, value)
                {
                    return Some(judged);
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_nobody_has_looked_at_are_texts_or_nothing_is_written() {
        let long = "é".repeat(200);
        let samples: [&[u8]; 7] = [b"", b"a", "é".as_bytes(), b"\xC3", b"\xA9", b"\xFFb", long.as_bytes()];
        let standing = Value::Standing(Standing { begin: 0xFF, bytes: 300 });
        let mut values: Vec<Value<'_>> = samples.iter().map(|sample| Value::Bytes(sample)).collect();
        values.extend([Value::Null, Value::Number("1"), Value::Text("é"), standing]);
        for number in 0..values.len().pow(3) {
            let triple =
                [1, values.len(), values.len().pow(2)].map(|step| values[number / step % values.len()]);
            let fields = [("", triple[0]), ("text", triple[1]), ("", triple[2])];
            let mut frame = b"before".to_vec();
            let written = write(1, None, &[], Body::Row(&fields), &mut frame);
            assert_eq!(written.is_some(), triple.into_iter().all(is_text), "{fields:?}");
            if written.is_none() {
                assert_eq!(frame, b"before");
            } else if !triple.contains(&standing) {
                let frame = parts(&frame[b"before".len()..]).expect("a frame");
                let Content::Fields(read, _) = frame.content else { panic!("a row") };
                let read = read.named.into_iter().map(|(_, value)| value);
                assert_eq!(format!("{:?}", read.collect::<Vec<_>>()), format!("{:?}", triple.map(as_read)));
            }
        }
    }

    fn is_text(value: Value<'_>) -> bool {
        !matches!(value, Value::Bytes(bytes) if str::from_utf8(bytes).is_err())
    }

    fn as_read(value: Value<'_>) -> JsonValue<'_> {
        match value {
            Value::Bytes(bytes) => JsonValue::Text(JsonText::plain(str::from_utf8(bytes).expect("a text"))),
            Value::Number(written) => JsonValue::Number(JsonNumber::Written(written)),
            Value::Text(text) => JsonValue::Text(JsonText::plain(text)),
            _ => JsonValue::Null,
        }
    }
}
