//! Where the records of a web archive begin and end.
//!
//! In: its bytes, unpacked, as a stream or as a map. Out: [`Met`]: records with their bytes, records that are cut off or too large, and
//! rubbish between them. The idea: a record is a header, a blank line, as many bytes as `Content-Length` says, and two line breaks.
//! Where no record or end follows there, the length is wrong: then the record goes up to the next line that begins a
//! record behind a line break, the last one to the end. So one bad length costs nothing, and rubbish costs itself. An archive that ends
//! before a length does, and not with the two line breaks that end a record, was cut there.
//!
//! Where a damaged part of the file was passed over ([`Gaps`]), the record that it breaks off is told as broken, and what else that
//! part gave is left out.
//!
//! It guarantees: linear time; memory for the largest record that is taken and a header; every byte belongs to a
//! record or is told as rubbish, except line breaks and what a gap is told for. A record whose length is right may hold another archive.
//!
//! References: ISO 28500, sections 4 and 5.2.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::MAX_HEADER;
use super::ahead::{Ahead, READ_BYTES};
use super::arc::Version;
use super::header::{Fields, Head};
use crate::archive::gzip::Gaps;

/// What stands next in a web archive.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::archive) enum Met<'b> {
    /// A record.
    Record(Raw<'b>),
    /// A record that ends before its length does: so many bytes of it are there, so many it says.
    CutOff { number: u64, byte: u64, there: u64, says: u64 },
    /// A record in a part of the file that could not be unpacked to its end.
    Broken { number: u64, byte: u64 },
    /// A record larger than is taken.
    TooLarge { number: u64, byte: u64 },
    /// Bytes that belong to no record.
    Rubbish { byte: u64, bytes: u64 },
}

/// A record's bytes.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::archive) struct Raw<'b> {
    /// Its number in the archive, from 1, with all kinds of records counted.
    pub(in crate::archive) number: u64,
    /// Where it begins.
    pub(in crate::archive) byte: u64,
    /// What is wrong with its length.
    pub(in crate::archive) wrong_length: Option<String>,
    /// In ARC, which fields the line has that begins it, where that is known.
    pub(super) version: Option<Version>,
    /// Borrowed from the map of a file, which others may change at any time: what is derived from them is copied first.
    bytes: Cow<'b, [u8]>,
    head: Head,
}

impl<'b> Raw<'b> {
    /// A record of these bytes, which begin with this header.
    pub(super) fn new(number: u64, byte: u64, bytes: Cow<'b, [u8]>, head: Head) -> Raw<'b> {
        Raw { number, byte, wrong_length: None, version: None, bytes, head }
    }

    pub(super) fn of_version(self, version: Option<Version>) -> Raw<'b> {
        Raw { version, ..self }
    }
}

impl Raw<'_> {
    /// Its header, with the line that names the version.
    pub(super) fn header(&self) -> &[u8] {
        &self.bytes[..self.head.bytes]
    }

    /// The same; of a map a copy.
    pub(in crate::archive) fn header_copied(&self) -> Cow<'_, [u8]> {
        match self.bytes {
            Cow::Borrowed(_) => Cow::Owned(self.header().to_vec()),
            Cow::Owned(_) => Cow::Borrowed(self.header()),
        }
    }

    /// What its header says, of which `header` are the bytes, or a copy.
    pub(super) fn fields<'h>(&self, header: &'h [u8]) -> Option<Fields<'h>> {
        self.head.fields(header)
    }

    /// What it holds.
    pub(super) fn content(&self) -> &[u8] {
        &self.bytes[self.head.bytes..]
    }

    /// The same; of a map a copy.
    pub(super) fn content_copied(&self) -> Cow<'_, [u8]> {
        match self.bytes {
            Cow::Borrowed(_) => Cow::Owned(self.content().to_vec()),
            Cow::Owned(_) => Cow::Borrowed(self.content()),
        }
    }

    /// Where what it holds begins in the file, if its bytes are those of a map.
    pub(in crate::archive) fn stands_at(&self) -> Option<u64> {
        matches!(self.bytes, Cow::Borrowed(_)).then_some(self.byte + self.head.bytes as u64)
    }

    /// Whether there may be a page in it, by its looks: nothing else takes time.
    pub(in crate::archive) fn may_hold_page(&self) -> bool {
        static ANSWER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("WARC-Type: res"));
        static HTML: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("html"));
        let header = self.header();
        let is_type = |at| match &header[..at] {
            [.., b't', b'e', b'x', b't', b'/'] => true,
            [.., b'x'] => header[at..].starts_with(b"html+xml"),
            _ => false,
        };
        HTML.find_iter(header).any(is_type) || ANSWER.find(header).is_some()
    }

    /// How many bytes it has.
    pub(in crate::archive) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Cuts a stream into records.
pub(in crate::archive) struct Splitter<'r> {
    ahead: Ahead<'r>,
    number: u64,
    max_record: usize,
    gaps: Option<&'r Gaps>,
    /// What was met behind a record before that was given.
    pending: Option<Met<'r>>,
}

impl<'r> Splitter<'r> {
    /// `max_record`: bytes of a record that are taken, its header aside. `gaps`: of the stream; a record that one breaks off is
    /// of no use.
    pub(in crate::archive) fn new(stream: &'r mut dyn Read, max_record: u64, gaps: Option<&'r Gaps>) -> Self {
        Self::over(Ahead::of_stream(stream), max_record, gaps)
    }

    /// Of the bytes of a map.
    pub(in crate::archive) fn of_map(bytes: &'r [u8], max_record: u64) -> Self {
        Self::over(Ahead::of_map(bytes), max_record, None)
    }

    fn over(ahead: Ahead<'r>, max_record: u64, gaps: Option<&'r Gaps>) -> Self {
        Splitter { ahead, number: 0, max_record: most_taken(max_record), gaps, pending: None }
    }

    /// How many bytes of a map were looked at; `None` of a stream.
    pub(in crate::archive) fn read_of_map(&self) -> Option<u64> {
        self.ahead.read_of_map()
    }

    /// Why the stream could not be read to its end.
    pub(in crate::archive) fn failed(self) -> Option<io::Error> {
        self.ahead.failed()
    }

    /// What stands next; nothing at the end.
    pub(in crate::archive) fn next(&mut self) -> Option<Met<'r>> {
        loop {
            let met = match self.pending.take() {
                Some(met) => met,
                None => self.next_of_all()?,
            };
            match met {
                Met::Record(raw) => return Some(self.unless_broken(raw)),
                // What a damaged member gave is told with it.
                Met::Rubbish { byte, .. }
                    if self.gap(byte, self.ahead.position()).is_some_and(|gap| gap.start <= byte) => {}
                met => return Some(met),
            }
        }
    }

    /// A record, unless a gap breaks it off, or it stands in a damaged member: that is known once the next record is met.
    fn unless_broken(&mut self, raw: Raw<'r>) -> Met<'r> {
        let Raw { number, byte, .. } = raw;
        let end = byte + raw.len() as u64;
        self.pass_blanks();
        self.ahead.fill(LOOK_AHEAD);
        let rest = self.ahead.rest();
        if self.gaps.is_some() && !rest.is_empty() && !begins_record(rest) {
            self.pending = Some(self.rubbish(self.ahead.position()));
        }
        match self.gap(byte, self.ahead.position()) {
            Some(gap) if gap.start < end || raw.wrong_length.is_some() => Met::Broken { number, byte },
            _ => Met::Record(raw),
        }
    }

    /// The first gap of the stream behind `begin`, if it is not behind `end`.
    fn gap(&self, begin: u64, end: u64) -> Option<Range<u64>> {
        self.gaps?.behind(begin).filter(|gap| gap.end <= end)
    }

    /// Goes to the next byte that is not blank, if there is one.
    fn pass_blanks(&mut self) -> Option<()> {
        loop {
            self.ahead.fill(1);
            let at_hand = self.ahead.rest().len();
            let blank = at_hand - self.ahead.rest().trim_ascii_start().len();
            if at_hand == 0 {
                return None;
            }
            self.ahead.pass(blank);
            if blank < at_hand {
                return Some(());
            }
        }
    }

    fn next_of_all(&mut self) -> Option<Met<'r>> {
        self.pass_blanks()?;
        self.ahead.fill(MAX_HEADER);
        let byte = self.ahead.position();
        let rest = self.ahead.rest();
        let head = if begins_record(rest) { Head::of(rest) } else { None };
        let Some(head) = head else { return Some(self.rubbish(byte)) };
        let (header, says) = (head.bytes, head.length(rest));
        self.number += 1;
        let number = self.number;
        let length =
            says.and_then(|says| usize::try_from(says).ok()).filter(|length| *length <= self.max_record);
        if says.is_some() && length.is_none() {
            self.ahead.pass(header);
            self.pass(next_record);
            return Some(Met::TooLarge { number, byte });
        }
        let end = header + length.unwrap_or(0);
        self.ahead.fill(end + LOOK_AHEAD);
        let rest = self.ahead.rest();
        let whole = length.is_some() && rest.len() >= end && ends_here(&rest[end..]);
        if whole && self.gap(byte, byte + end as u64 - 1).is_none() {
            let raw = Raw::new(number, byte, self.ahead.take(end), head);
            return Some(Met::Record(raw));
        }
        // The length is wrong, or the stream ends here.
        let most = header + self.max_record;
        let found = self.find_record(header, most);
        let rest = self.ahead.rest();
        let Some(next) = found else {
            let ends_as_records_do = rest.len() >= end || rest[header..].ends_with(b"\r\n\r\n");
            if let Some(says) = says
                && ends_as_records_do
                && self.ahead.has_ended()
                && rest.len() <= most
                && self.gap(byte, byte + rest.len() as u64).is_none()
            {
                let (all, content) = (rest.len(), without_line_breaks(&rest[header..]).len());
                let bytes = self.ahead.take(header + content);
                self.ahead.pass(all - header - content);
                let wrong_length =
                    Some(format!("says that it has {says} bytes; up to the end there are {content}"));
                return Some(Met::Record(Raw { wrong_length, ..Raw::new(number, byte, bytes, head) }));
            }
            if rest.len() < end {
                let met = Met::CutOff {
                    number,
                    byte,
                    there: (rest.len() - header) as u64,
                    says: says.unwrap_or(0),
                };
                self.ahead.pass(rest.len());
                return Some(met);
            }
            if self.ahead.has_ended() && length.is_some() {
                // The last record, and a gap behind it or more than a record may have: what its length leaves over is rubbish.
                let raw = Raw::new(number, byte, self.ahead.take(end), head);
                return Some(Met::Record(raw));
            }
            if !self.ahead.has_ended() {
                self.ahead.pass(header);
                self.pass(next_record);
                return Some(Met::TooLarge { number, byte });
            }
            let (all, taken) = (rest.len(), header + rest[header..].trim_ascii_end().len());
            let bytes = self.ahead.take(taken);
            self.ahead.pass(all - taken);
            return Some(Met::Record(Raw {
                wrong_length: Some(none_said()),
                ..Raw::new(number, byte, bytes, head)
            }));
        };
        let content = without_line_breaks(&rest[header..next]);
        let wrong_length = says.map_or_else(none_said, |says| {
            format!("says that it has {says} bytes; up to the next record there are {}", content.len())
        });
        let taken = header + content.len();
        let bytes = self.ahead.take(taken);
        self.ahead.pass(next - taken);
        Some(Met::Record(Raw { wrong_length: Some(wrong_length), ..Raw::new(number, byte, bytes, head) }))
    }

    /// Passes over what is no record.
    fn rubbish(&mut self, byte: u64) -> Met<'r> {
        self.ahead.pass(1);
        self.pass(next_version);
        Met::Rubbish { byte, bytes: self.ahead.position() - byte }
    }

    /// Goes to the next record, or to the end, without holding what is passed.
    fn pass(&mut self, next: fn(&[u8]) -> Option<usize>) {
        loop {
            self.ahead.fill(READ_BYTES);
            if let Some(next) = next(self.ahead.rest()) {
                self.ahead.pass(next);
                return;
            }
            if self.ahead.has_ended() {
                self.ahead.pass(self.ahead.rest().len());
                return;
            }
            // A line that begins a record may stand across the edge.
            self.ahead.pass(self.ahead.rest().len().saturating_sub(LOOK_AHEAD));
        }
    }

    /// Where the next record begins, from `from` on, if within `most` bytes; both count from the record at hand.
    fn find_record(&mut self, from: usize, most: usize) -> Option<usize> {
        let mut from = from.saturating_sub(1);
        let mut wanted = from + READ_BYTES;
        loop {
            self.ahead.fill(wanted.min(most));
            let rest = self.ahead.rest();
            if let Some(next) = rest.get(from..).and_then(next_record) {
                return Some(from + next);
            }
            if self.ahead.has_ended() || wanted >= most {
                return None;
            }
            from = from.max(rest.len().saturating_sub(LOOK_AHEAD));
            wanted = wanted.saturating_mul(2);
        }
    }
}

/// So many bytes of a record are taken: it must fit into memory with what tells that it ends.
pub(super) fn most_taken(max_record: u64) -> usize {
    usize::try_from(max_record).unwrap_or(usize::MAX).min(u32::MAX as usize)
}

/// How many bytes tell whether a record begins: line breaks and a version.
const LOOK_AHEAD: usize = 32;

/// Whether bytes begin as a record does.
fn begins_record(bytes: &[u8]) -> bool {
    matches!(bytes, [b'W', b'A', b'R', b'C', b'/', b'0'..=b'9', b'.', b'0'..=b'9', ..])
        && bytes[8..].iter().take(2).find(|byte| !byte.is_ascii_digit()).is_none_or(u8::is_ascii_whitespace)
}

/// Whether a record may end before these bytes: what follows is another, the end, or line breaks as they stand between
/// records.
fn ends_here(bytes: &[u8]) -> bool {
    let rest = bytes.trim_ascii_start();
    rest.is_empty() || begins_record(rest) || bytes.starts_with(b"\r\n\r\n") || bytes.starts_with(b"\n\n")
}

/// Where a line begins a record, behind a line break.
fn next_record(bytes: &[u8]) -> Option<usize> {
    let mut found = memchr::memmem::find_iter(bytes, b"\nWARC/").map(|at| at + 1);
    found.find(|&at| begins_record(&bytes[at..]))
}

/// Where a record begins behind rubbish, which need not end with a line break.
fn next_version(bytes: &[u8]) -> Option<usize> {
    let mut found = memchr::memmem::find_iter(bytes, b"WARC/");
    found.find(|&at| begins_record(&bytes[at..]))
}

fn none_said() -> String {
    "does not say how long it is; read up to the next record".to_owned()
}

/// Content without the two line breaks behind it.
fn without_line_breaks(content: &[u8]) -> &[u8] {
    let mut rest = content;
    for _ in 0..2 {
        rest = rest.strip_suffix(b"\r\n").or(rest.strip_suffix(b"\n")).unwrap_or(rest);
    }
    rest
}
