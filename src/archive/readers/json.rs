//! JSON that is no object a line: arrays of objects, printed-out objects, objects one behind the other.
//!
//! In: a stream. Out: each object as it was written, without the blanks between its parts, as one record. The idea: to
//! know where a value ends, only strings and brackets need to be understood; what the value says is read as a line of
//! JSON Lines is, later. An array may be larger than memory: one element is held at a time.
//!
//! It guarantees: the elements of outer arrays and the values outside them are the records, in order, each with the
//! byte at which it begins; a value that is no object is a record that is rejected; an element that is broken inside
//! but closes its brackets costs itself alone. Of files of
//! [`wrapped`](super::wrapped) lists the elements are the records, and what stands around them is passed.

use std::io::Read;

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::wrapped::begin_of_list;
use super::{Reader, Takes};
use crate::archive::sink::{At, Sink, Stop};

pub(super) const JSON: Reader = Reader {
    name: "JSON",
    told_by: "an array of objects, an object over several lines, or several on the first line",
    endings: &[],
    begins,
    has_magic: false,
    in_any_encoding: false,
    takes: Takes::Stream(read),
};

/// Whether JSON begins that goes on beyond its first line, or has several values in it. A first line that is a bad
/// record, alone, is no reason to read the rest as anything but lines.
fn begins(start: &[u8]) -> bool {
    let (line, rest) = start.split_at(memchr::memchr(b'\n', start).unwrap_or(start.len()));
    let inside = |bracket: u8| start.strip_prefix(&[bracket]).map(<[u8]>::trim_ascii_start);
    let alone = || !rest.is_empty() && serde_json::from_slice::<IgnoredAny>(line).is_ok();
    if let Some(mut inside) = inside(b'[') {
        while let Some(rest) = inside.strip_prefix(b"null")
            && let Some(rest) = rest.trim_ascii_start().strip_prefix(b",")
        {
            inside = rest.trim_ascii_start();
        }
        // Anything else than objects in brackets is text more often than not.
        let nothing = rest.is_empty() && matches!(inside, b"" | b"]");
        return nothing || inside.first() == Some(&b'{') && !alone();
    }
    let Some(inside) = inside(b'{') else { return false };
    if !matches!(inside.first(), Some(b'"' | b'}')) {
        return false;
    }
    let next = rest.trim_ascii_start().first().copied();
    let goes_on = match line.trim_ascii_end().last() {
        Some(b'{' | b',') => matches!(next, Some(b'"' | b'}')),
        Some(b'[') => matches!(next, Some(b'"' | b']')) || matches!(rest, [b'\n', b' ' | b'\t', ..]),
        _ => false,
    };
    let mut values = serde_json::Deserializer::from_slice(line).into_iter::<IgnoredAny>();
    let another = matches!(values.next(), Some(Ok(_)))
        && line[values.byte_offset()..].trim_ascii_start().first() == Some(&b'{');
    goes_on || another
}

/// How much is read at a time.
const READ_BYTES: usize = 128 << 10;

fn read(stream: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), Stop> {
    split(stream, sink, false)
}

/// The same for objects around lists.
pub(super) fn read_wrapped(stream: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), Stop> {
    split(stream, sink, true)
}

fn split(stream: &mut dyn Read, sink: &mut Sink<'_>, wrapped: bool) -> Result<(), Stop> {
    let mut splitter = Splitter { wrapped, ..Splitter::new(sink.max_record()) };
    let mut buffer = vec![0; READ_BYTES];
    let mut at = 0;
    loop {
        let read = super::next(stream, &mut buffer)?;
        if read == 0 {
            return splitter.end(sink);
        }
        splitter.take(&buffer[..read], at, sink)?;
        at += read as u64;
    }
}

/// Where in a value the splitter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Between values.
    Nothing,
    /// In an object or array, outside strings.
    Brackets,
    /// In a string.
    Text,
    /// In a string, behind a backslash.
    Escape,
    /// In a number, a word, or rubbish.
    Word,
}

/// What values stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outer {
    /// Nothing: they stand one behind the other.
    Nothing,
    /// An array, or the list that an object is wrapped around.
    Array,
    /// What is left of such an object, which is passed.
    RestOfObject,
}

struct Splitter {
    max_record: usize,
    within: Within,
    outer: Outer,
    /// Open brackets of the value.
    depth: u64,
    /// The value so far; no longer added to when it is too large.
    value: Vec<u8>,
    too_large: bool,
    begin: u64,
    ordinal: u64,
    /// Whether objects outside arrays may be wrapped around a list.
    wrapped: bool,
    /// No list was met in the object yet.
    unlisted: bool,
    /// Objects that are open around the array.
    around: u64,
}

impl Splitter {
    fn new(max_record: u64) -> Self {
        Splitter {
            max_record: usize::try_from(max_record).unwrap_or(usize::MAX),
            within: Within::Nothing,
            outer: Outer::Nothing,
            depth: 0,
            value: Vec::new(),
            too_large: false,
            begin: 0,
            ordinal: 0,
            wrapped: false,
            unlisted: false,
            around: 0,
        }
    }

    /// The next bytes, the first of which stands at `offset`.
    fn take(&mut self, bytes: &[u8], offset: u64, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            match self.within {
                Within::Nothing => {
                    at += 1;
                    self.between(rest[0], offset + at as u64 - 1);
                    // A bracket or quote belongs to the value that it begins.
                    if self.within == Within::Word {
                        at -= 1;
                    }
                }
                Within::Escape => {
                    self.keep(&rest[..1]);
                    self.within = Within::Text;
                    at += 1;
                }
                Within::Text => {
                    let end = memchr2(b'"', b'\\', rest);
                    let taken = end.map_or(rest.len(), |end| end + 1);
                    self.keep(&rest[..taken]);
                    at += taken;
                    match end.map(|end| rest[end]) {
                        Some(b'\\') => self.within = Within::Escape,
                        Some(_) if self.depth == 0 => self.close(sink)?,
                        Some(_) => self.within = Within::Brackets,
                        None => {}
                    }
                }
                Within::Brackets => {
                    let plain = |byte: &u8| {
                        !matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b' ' | b'\n' | b'\r' | b'\t')
                    };
                    let run = rest.iter().position(|byte| !plain(byte)).unwrap_or(rest.len());
                    self.keep(&rest[..run]);
                    at += run;
                    let Some(&byte) = rest.get(run) else { continue };
                    at += 1;
                    if byte.is_ascii_whitespace() {
                        self.blank();
                        continue;
                    }
                    self.keep(&[byte]);
                    match byte {
                        b'"' => self.within = Within::Text,
                        b'[' if self.opens_list() => {}
                        b'{' | b'[' => self.depth += 1,
                        _ => {
                            self.depth -= 1;
                            if self.depth == 0 {
                                self.close(sink)?;
                            }
                        }
                    }
                }
                Within::Word => {
                    let ends = |byte: &u8| {
                        matches!(byte, b',' | b']' | b'}' | b'{' | b'[' | b'"') || byte.is_ascii_whitespace()
                    };
                    // The first byte belongs to the word whatever it is, so that every step takes one.
                    let from = usize::from(self.value.is_empty() && !self.too_large);
                    let run = rest[from..].iter().position(ends).map_or(rest.len(), |run| run + from);
                    self.keep(&rest[..run]);
                    at += run;
                    if run < rest.len() {
                        self.close(sink)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A byte between values.
    fn between(&mut self, byte: u8, at: u64) {
        match byte {
            // 1E stands in front of each value in RFC 7464.
            b' ' | b'\n' | b'\r' | b'\t' | b',' | 0x1E => return,
            // The mark of UTF-8, in front of the first value.
            0xEF | 0xBB | 0xBF if at < 3 => return,
            b'[' if self.outer == Outer::Nothing => {
                self.outer = Outer::Array;
                return;
            }
            b']' if self.outer == Outer::Array => {
                self.outer = Outer::Nothing;
                if self.around > 0 {
                    (self.depth, self.around) = (self.around, 0);
                    (self.within, self.outer) = (Within::Brackets, Outer::RestOfObject);
                }
                return;
            }
            _ => {}
        }
        self.begin = at;
        self.within = match byte {
            b'{' | b'[' => {
                self.depth = 1;
                self.unlisted = self.wrapped && self.outer == Outer::Nothing;
                self.keep(&[byte]);
                Within::Brackets
            }
            b'"' => {
                self.keep(&[byte]);
                Within::Text
            }
            _ => Within::Word,
        };
    }

    /// Goes into a list, if the bracket that was kept last opens the one that the value is wrapped around.
    fn opens_list(&mut self) -> bool {
        let first = std::mem::take(&mut self.unlisted);
        if !first || begin_of_list(&self.value) != Some(self.value.len()) {
            return false;
        }
        self.value.clear();
        (self.around, self.depth) = (self.depth, 0);
        (self.within, self.outer) = (Within::Nothing, Outer::Array);
        true
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.too_large || self.outer == Outer::RestOfObject {
            return;
        }
        if self.value.len() + bytes.len() > self.max_record {
            self.too_large = true;
            self.value = Vec::new();
            return;
        }
        self.value.extend_from_slice(bytes);
    }

    /// Blanks between the parts of a value are left out, unless they keep two words from becoming one.
    fn blank(&mut self) {
        let joins = |byte: &u8| matches!(byte, b',' | b':' | b'{' | b'[' | b'}' | b']' | b'"' | b' ');
        if self.value.last().is_some_and(|last| !joins(last)) {
            self.keep(b" ");
        }
    }

    fn close(&mut self, sink: &mut Sink<'_>) -> Result<(), Stop> {
        if self.outer == Outer::RestOfObject {
            (self.within, self.outer) = (Within::Nothing, Outer::Nothing);
            return Ok(());
        }
        self.ordinal += 1;
        let at = At { ordinal: self.ordinal, byte: Some(self.begin) };
        let given = if self.too_large { sink.too_large(at) } else { sink.json(at, &self.value) };
        self.value.clear();
        self.too_large = false;
        self.depth = 0;
        self.within = Within::Nothing;
        given
    }

    fn end(mut self, sink: &mut Sink<'_>) -> Result<(), Stop> {
        if self.within == Within::Word {
            self.close(sink)?;
        }
        let inside = match (self.within, self.outer) {
            (Within::Nothing, Outer::Nothing) => return Ok(()),
            (_, Outer::RestOfObject) => "behind its list".to_owned(),
            (Within::Nothing, Outer::Array) => "before its array is closed".to_owned(),
            _ => format!("inside the record that begins at byte {}", self.begin),
        };
        Err(Stop::Damaged(format!("the file ends {inside}")))
    }
}
