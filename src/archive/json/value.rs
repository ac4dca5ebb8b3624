//! JSON values as the rules of [`fields`](super::super::fields) look at them: parsed, or still as they are written.
//!
//! What is written has passed the walk, so that reading it cannot fail. Everything here is cheap to copy; nothing is
//! unescaped or parsed before it is asked for.

use std::borrow::Cow;

use memchr::memchr;
use serde_json::{Map, Number, Value};

use super::scan;

/// A JSON value.
#[derive(Clone, Copy, Debug)]
pub enum JsonValue<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number(JsonNumber<'a>),
    /// A string.
    Text(JsonText<'a>),
    /// An array, into which no rule looks.
    Array,
    /// An object.
    Object(JsonObject<'a>),
}

/// A number.
#[derive(Clone, Copy, Debug)]
pub enum JsonNumber<'a> {
    /// As `serde_json` read it.
    Parsed(&'a Number),
    /// As it is written.
    Written(&'a str),
}

/// A string, as it reads or with its escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonText<'a> {
    written: &'a str,
    escaped: bool,
}

/// A buffer for what a string says, and which string it holds already: the very one, not one that is equal.
#[derive(Debug)]
pub(in super::super) struct Unescaped<'a> {
    pub(in super::super) of: Option<&'a str>,
    pub(in super::super) buffer: &'a mut String,
}

/// An object.
#[derive(Clone, Copy, Debug)]
pub enum JsonObject<'a> {
    /// As `serde_json` read it.
    Parsed(&'a Map<String, Value>),
    /// As it is written, with its braces.
    Written(&'a str),
}

impl<'a> From<&'a Value> for JsonValue<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => JsonValue::Null,
            Value::Bool(_) => JsonValue::Bool,
            Value::Number(number) => JsonValue::Number(JsonNumber::Parsed(number)),
            Value::String(text) => JsonValue::Text(JsonText { written: text, escaped: false }),
            Value::Array(_) => JsonValue::Array,
            Value::Object(members) => JsonValue::Object(JsonObject::Parsed(members)),
        }
    }
}

impl<'a> JsonValue<'a> {
    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        matches!(self, JsonValue::Null)
    }

    /// The object that it is.
    pub fn as_object(self) -> Option<JsonObject<'a>> {
        match self {
            JsonValue::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The string that it is.
    pub fn as_text(self) -> Option<JsonText<'a>> {
        match self {
            JsonValue::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl JsonNumber<'_> {
    /// The number.
    pub fn read(self) -> Option<Number> {
        match self {
            JsonNumber::Parsed(number) => Some(number.clone()),
            JsonNumber::Written(written) => serde_json::from_str(written).ok(),
        }
    }
}

impl<'a> JsonText<'a> {
    /// A string that says what it is: nothing in it is an escape.
    pub(in super::super) fn plain(text: &'a str) -> Self {
        JsonText { written: text, escaped: false }
    }

    /// A string without its quotes; `escaped` if there is a backslash in it.
    pub(super) fn written(written: &'a str, escaped: bool) -> Self {
        JsonText { written, escaped }
    }

    /// The string as it is written, without its quotes, and whether there is a backslash in it.
    pub(in crate::archive) fn as_written(self) -> (&'a str, bool) {
        (self.written, self.escaped)
    }

    /// What it says, borrowed where there are no escapes.
    pub fn read(self) -> Cow<'a, str> {
        if !self.escaped {
            return Cow::Borrowed(self.written);
        }
        let mut text = String::new();
        unescape(self.written, &mut text);
        Cow::Owned(text)
    }

    /// What it says, borrowed from the record or from the buffer.
    pub(in super::super) fn read_with(self, unescaped: Unescaped<'a>) -> &'a str {
        let Unescaped { of, buffer } = unescaped;
        if !self.escaped {
            return self.written;
        }
        if !of.is_some_and(|of| std::ptr::eq(of, self.written)) {
            buffer.clear();
            unescape(self.written, buffer);
        }
        buffer
    }

    /// Whether it says nothing but blanks. Looks no further than the first character that is none.
    pub fn is_blank(self) -> bool {
        let mut rest = self.written.trim_start();
        while self.escaped
            && let Some(escaped) = rest.strip_prefix('\\')
        {
            match escape(escaped.as_bytes()) {
                Some((character, length)) if character.is_whitespace() => {
                    rest = escaped[length..].trim_start();
                }
                _ => return false,
            }
        }
        rest.is_empty()
    }
}

impl<'a> JsonObject<'a> {
    /// The value of a key.
    pub fn get(self, key: &str) -> Option<JsonValue<'a>> {
        match self {
            JsonObject::Parsed(members) => members.get(key).map(JsonValue::from),
            JsonObject::Written(written) => scan::get(written, key),
        }
    }

    /// The value under a key, else under a dotted path: at each object the whole rest of the path is tried as a
    /// key before its first part is.
    pub fn look_up(self, path: &str) -> Option<JsonValue<'a>> {
        let mut object = self;
        let mut path = path;
        loop {
            if let Some(value) = object.get(path) {
                return Some(value);
            }
            let (first, rest) = path.split_once('.')?;
            object = object.get(first)?.as_object()?;
            path = rest;
        }
    }
}

/// Appends what a string says. What stands between escapes is copied at once.
fn unescape(written: &str, text: &mut String) {
    text.reserve(written.len());
    let mut rest = written;
    while let Some(at) = memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        let (character, length) =
            escape(&rest.as_bytes()[at + 1..]).expect("escapes were checked when the string was found");
        text.push(character);
        rest = &rest[at + 1 + length..];
    }
    text.push_str(rest);
}

/// How long the escape is that `bytes` begin with, backslash included, and how many bytes of UTF-8 it says.
pub(in super::super) fn escaped_length(bytes: &[u8]) -> Option<(usize, usize)> {
    let (character, length) = escape(bytes.strip_prefix(b"\\")?)?;
    Some((1 + length, character.len_utf8()))
}

/// The character that stands behind a backslash, and how many bytes say so. `None` for what is no escape, and for half
/// a surrogate pair.
#[inline]
pub(super) fn escape(bytes: &[u8]) -> Option<(char, usize)> {
    let character = match *bytes.first()? {
        b'n' => '\n',
        same @ (b'"' | b'\\' | b'/') => char::from(same),
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return escaped_unit(&bytes[1..]),
        _ => return None,
    };
    Some((character, 1))
}

/// The same behind `\u`.
fn escaped_unit(bytes: &[u8]) -> Option<(char, usize)> {
    let first = unit(bytes)?;
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first)?, 5)); // the second half of a pair alone is no character
    }
    let second = unit(bytes[4..].strip_prefix(b"\\u")?).filter(|second| (0xDC00..0xE000).contains(second))?;
    let character = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))?;
    Some((character, 11))
}

/// Four hexadecimal digits.
fn unit(bytes: &[u8]) -> Option<u32> {
    bytes.get(..4)?.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
}
