//! The header of a record: where it ends, how long its content is, and the few fields that are asked for.
//!
//! In: the bytes of an archive from where a record begins. Out: [`Head`], and from it and the header [`Fields`]. The idea: where a
//! record ends, and what it is, are told by the same lines, so they are looked at once, and only the places of values are kept: the
//! bytes may be those of a map, which others may change at any time, and values are taken from a copy.
//!
//! Nearly all headers are UTF-8 whose values end with their lines. The others are read by crate `fastwarc`, which says the same
//! of these and takes longer (the judge in the tests).
//!
//! Reference: ISO 28500, section 4.

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;

use fastwarc::warc::header::{HeaderEncoding, HeaderMap};

use super::MAX_HEADER;

/// A field of a header that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Length,
    ContentType,
    Date,
    RecordId,
    TargetUri,
    Truncated,
    Type,
}

/// As headers have them, in the order of [`Name`].
const NAMES: [&str; 7] = [
    "Content-Length",
    "Content-Type",
    "WARC-Date",
    "WARC-Record-ID",
    "WARC-Target-URI",
    "WARC-Truncated",
    "WARC-Type",
];

/// Where the first value of each name begins and ends, or 0: the first line names the version. All lie before [`MAX_HEADER`], for a
/// line break follows each, so two bytes suffice.
type Places = [(u16, u16); NAMES.len()];

/// A header that was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Bytes, with the blank line behind it.
    pub(super) bytes: usize,
    places: Places,
    /// Whether a line begins with a blank, as one does in which the value of the line before goes on.
    is_folded: bool,
}

impl Head {
    /// The header that bytes begin with; `None` if it has more than [`MAX_HEADER`], or does not end.
    pub(super) fn of(bytes: &[u8]) -> Option<Head> {
        let bytes = &bytes[..bytes.len().min(MAX_HEADER)];
        let mut head = Head::default();
        let mut begin = 0;
        for end in memchr::memchr_iter(b'\n', bytes) {
            if begin > 0 {
                head.look_at(bytes, begin..end);
            }
            begin = end + 1;
            let blank_line = match bytes[begin..] {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => continue,
            };
            head.bytes = begin + blank_line;
            return Some(head);
        }
        None
    }

    /// Notes what a line says, which is not the first.
    fn look_at(&mut self, bytes: &[u8], line: Range<usize>) {
        let text = &bytes[line.clone()];
        if text.first().is_some_and(u8::is_ascii_whitespace) {
            self.is_folded = true;
            return;
        }
        let Some(colon) = text.iter().position(|byte| *byte == b':') else { return };
        let Some(place) = place_of(text[..colon].trim_ascii_end()) else { return };
        if self.places[place].0 == 0 {
            // Each is looked at once, and lies within the line whatever is seen there.
            let value = &text[colon + 1..];
            let blanks = value.len() - value.trim_ascii_start().len();
            let bytes = value[blanks..].trim_ascii_end().len();
            let begin = line.start + colon + 1 + blanks;
            self.places[place] = (narrow(begin), narrow(begin + bytes));
        }
    }

    /// A line that is a header by itself, as in ARC, where none of the names stands.
    pub(super) fn of_line(bytes: usize) -> Head {
        Head { bytes, ..Head::default() }
    }

    /// The length of its content that its header says first, if that is one.
    pub(super) fn length(&self, header: &[u8]) -> Option<u64> {
        let (begin, end) = self.places[Name::Length as usize];
        number(header.get(usize::from(begin)..usize::from(end))?)
    }

    /// The fields of its header, whose bytes may have changed since.
    pub(super) fn fields<'h>(&self, header: &'h [u8]) -> Option<Fields<'h>> {
        match simdutf8::basic::from_utf8(header) {
            Ok(text) if !self.is_folded => Some(Fields::Plain(text, self.places)),
            _ => by_crate(header, HeaderEncoding::Unicode).map(Fields::Unusual),
        }
    }
}

/// What a header says.
pub(super) enum Fields<'h> {
    Plain(&'h str, Places),
    Unusual(HeaderMap),
}

impl<'h> Fields<'h> {
    /// The first value of a name.
    pub(super) fn get(&self, name: Name) -> Option<Cow<'h, str>> {
        match self {
            Fields::Plain(text, places) => {
                let (begin, end) = places[name as usize];
                text.get(usize::from(begin)..usize::from(end)).filter(|_| begin > 0).map(Cow::Borrowed)
            }
            Fields::Unusual(header) => {
                header.get(NAMES[name as usize]).map(|value| Cow::Owned(value.into_owned()))
            }
        }
    }
}

/// Which of [`NAMES`] this is. Nearly all are written as there.
fn place_of(name: &[u8]) -> Option<usize> {
    let written_so = NAMES.iter().position(|asked| name == asked.as_bytes());
    written_so.or_else(|| NAMES.iter().position(|asked| name.eq_ignore_ascii_case(asked.as_bytes())))
}

/// Digits, of which each is looked at once: no text is made of bytes that may change.
fn number(digits: &[u8]) -> Option<u64> {
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    let more = |number: u64, digit: &u8| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    };
    digits.first()?;
    digits.iter().try_fold(0, more)
}

fn narrow(place: usize) -> u16 {
    u16::try_from(place).expect("headers are short")
}

/// A header of WARC or HTTP, as the crate reads it.
pub(super) fn by_crate(header: &[u8], encoding: HeaderEncoding) -> Option<HeaderMap> {
    let mut map = HeaderMap::new(encoding);
    map.parse_with_opts(&mut Cursor::new(header.to_vec()), true, MAX_HEADER, true).ok()?;
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Name; NAMES.len()] = [
        Name::Length,
        Name::ContentType,
        Name::Date,
        Name::RecordId,
        Name::TargetUri,
        Name::Truncated,
        Name::Type,
    ];

    #[test]
    fn a_header_ends_behind_its_blank_line_and_its_first_length_counts() {
        let check = |header: &str, expect: Option<(usize, Option<u64>)>| {
            let head = Head::of(header.as_bytes());
            let seen = head.map(|head| (head.bytes, head.length(header.as_bytes())));
            assert_eq!(seen, expect, "{header:?}");
        };
        check("WARC/1.0\r\nA: b\r\n\r\nContent-Length: 9\r\n\r\n", Some((18, None)));
        check("WARC/1.0\nContent-length:\t7 \n\nx", Some((29, Some(7))));
        check("WARC/1.0\nContent-Length : 7\nContent-Length: 8\n\n", Some((47, Some(7))));
        check("WARC/1.0\nContent-Length: +7\n\n", Some((29, Some(7))));
        check("WARC/1.0\nContent-Length: +\n\n", Some((28, None)));
        check("WARC/1.0\nContent-Length:\n\n", Some((26, None)));
        check("WARC/1.0\nContent-Length: 18446744073709551615\n\n", Some((47, Some(u64::MAX))));
        check("WARC/1.0\nContent-Length: 18446744073709551616\n\n", Some((47, None)));
        check("WARC/1.0\nContent-Length: x\nContent-Length: 8\n\n", Some((46, None)));
        check("WARC/1.0\nA: b\n Content-Length: 8\n\n", Some((34, None)));
        check("WARC/1.0\nA: b\n\tc\nContent-Length: 8\n\n", Some((36, Some(8))));
        check("Content-Length: 8\nA: b\n\n", Some((24, None)));
        check("WARC/1.0\r\nA: b\r\n", None);
        let long = |blanks: usize| format!("WARC/1.0\nA: b\nContent-Length: 8{}\n\n", " ".repeat(blanks));
        let bytes = long(0).len();
        check(&long(MAX_HEADER - bytes), Some((MAX_HEADER, Some(8))));
        check(&long(MAX_HEADER - bytes).replace("h: 8 ", "h:  8"), Some((MAX_HEADER, Some(8))));
        check(&long(MAX_HEADER - bytes + 1), None);
        check("", None);
    }

    /// Others may change a file at any time: then values may be any part of it, or none.
    #[test]
    fn a_header_that_changed_since_is_no_harm() {
        let header = "WARC/1.0\nWARC-Date: today\nWARC-Type: response\n\n";
        let head = Head::of(header.as_bytes()).expect("it ends");
        let said = |changed: &[u8]| {
            let fields = head.fields(changed);
            fields.and_then(|fields| Some(fields.get(Name::Type)?.into_owned()))
        };
        assert_eq!(said(header.as_bytes()).as_deref(), Some("response"));
        assert_eq!(said(header.replace("today", "todé").as_bytes()).as_deref(), Some("response"));
        assert_eq!(said(header.replace("today", "").as_bytes()), None);
        assert_eq!(said(header.replace("response", "responsé").as_bytes()), None);
        assert_eq!(said(b""), None);
    }

    proptest::proptest! {
        /// The judge is the crate.
        #[test]
        fn headers_are_read_as_the_crate_reads_them(
            lines in proptest::collection::vec("[ \t]?(WARC-Type|warc-date|content-Type|WARC-Target-URI|WARC-Record-ID|warc-truncated|content-length|[A-Za-z-]{0,4}|é)[ \t]?:?[ <]?[a-zA-Z0-9é:>\r]{0,5} ?\r?", 0..6),
            bad in 0..8,
        ) {
            let mut header = format!("WARC/1.0\r\n{}\r\n\r\n", lines.join("\n")).into_bytes();
            if bad == 0 {
                header.insert(12.min(header.len() - 4), 0xFF);
            }
            let head = Head::of(&header).expect("it ends with a blank line");
            let header = &header[..head.bytes];
            if let Some(fields @ Fields::Plain(..)) = head.fields(header) {
                let judge = by_crate(header, HeaderEncoding::Unicode).expect("a short header");
                for name in ALL {
                    proptest::prop_assert_eq!(fields.get(name), judge.get(NAMES[name as usize]), "{:?}", name);
                }
            }
        }
    }
}
