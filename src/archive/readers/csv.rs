//! Tables of separated values: CSV, TSV, and their cousins with semicolons and bars.
//!
//! In: a stream. Out: a record for each row, with the fields of the header's names. The idea: `csv-core` cuts rows into
//! fields (quotes, line breaks in quotes, doubled quotes) in one pass over buffers of ours, which is how a row that never
//! ends can be passed over without holding it; which columns can matter is worked out once, from the header.
//!
//! It guarantees: memory for one row of `--max-record` at most; rows are numbered from 1, the header is none; a row with
//! too few or too many fields is kept and told; of columns of one name the first counts. The separator is the one that
//! stands most often in the header, unless a line in front of it says which (`sep=;`, as Excel has it). It does not read tables without a header, nor escapes other than doubled quotes.
//!
//! Sources: RFC 4180; Python's `csv` for what is read beyond it.

use std::cell::RefCell;
use std::io::Read;

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::{Reader, Takes};
use crate::archive::fields::{ColumnInfo, name_articles};
use crate::archive::frames::Value;
use crate::archive::sink::{At, Sink, Stop};
use crate::problem::ProblemKind;

pub(super) const CSV: Reader = Reader {
    name: "CSV",
    told_by: "a first line that names the text and another field, between commas, tabs, semicolons or bars",
    endings: &["csv", "tsv", "tab"],
    begins,
    has_magic: false,
    in_any_encoding: true,
    takes: Takes::Stream(read),
};

/// Whether the first line is a header that names a text and something else. Other tables are told by their name alone.
fn begins(start: &[u8]) -> bool {
    let (front, separator) = front(start);
    let start = &start[front..];
    let Some(end) = start.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else { return false };
    let Ok(line) = std::str::from_utf8(&start[..end]) else { return false };
    let separator = char::from(separator);
    let names: Vec<&str> = line.split(separator).map(|name| name.trim().trim_matches('"')).collect();
    name_articles(&names)
}

/// Separators, the likelier first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How many bytes stand in front of the header, and the separator: a first line may tell it, else it is told by the header.
pub(in crate::archive) fn front(head: &[u8]) -> (usize, u8) {
    let told = || {
        let (separator, rest) = head.strip_prefix(b"sep=").or(head.strip_prefix(b"SEP="))?.split_first()?;
        let line_end = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return None,
        };
        let may_be = *separator == b'\t' || separator.is_ascii_punctuation() && *separator != b'"';
        may_be.then_some((b"sep=;".len() + line_end, *separator))
    };
    told().unwrap_or_else(|| (0, separator(head)))
}

/// The separator that stands most often outside quotes on the first line.
fn separator(head: &[u8]) -> u8 {
    let mut counts = [0_usize; SEPARATORS.len()];
    let mut quoted = false;
    for &byte in head.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(place) = SEPARATORS.iter().position(|&separator| separator == byte) {
                    counts[place] += 1;
                }
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    counts.iter().position(|&count| count == most).map_or(b',', |place| SEPARATORS[place])
}

thread_local! {
    /// Parsers that nobody uses, and their separators: to build one takes longer than to read a short table. (A clone would not
    /// do: in csv-core 0.1.13 it has lost which bytes are which.)
    static IDLE: RefCell<Vec<(u8, csv_core::Reader)>> = const { RefCell::new(Vec::new()) };
}

/// Has `parse` use a parser of rows with this separator.
pub(in crate::archive) fn with_parser<T>(separator: u8, parse: impl FnOnce(&mut csv_core::Reader) -> T) -> T {
    let idle = IDLE.with_borrow_mut(|idle| {
        let place = idle.iter().position(|(of, _)| *of == separator)?;
        Some(idle.swap_remove(place).1)
    });
    let mut parser = idle.unwrap_or_else(|| ReaderBuilder::new().delimiter(separator).build());
    parser.reset();
    let parsed = parse(&mut parser);
    IDLE.with_borrow_mut(|idle| idle.push((separator, parser)));
    parsed
}

/// How much is read at a time; the header must begin to show its separator in it.
const READ_BYTES: usize = 128 << 10;
/// Columns that are cut apart; in a row with more, the rest is left out.
const MOST_COLUMNS: usize = 100_000;

fn read(stream: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut buffer = vec![0; READ_BYTES];
    let mut filled = super::next(stream, &mut buffer)?;
    let mut begin = if buffer[..filled].starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let (front, separator) = front(&buffer[begin..filled]);
    begin += front;
    with_parser(separator, |parser| {
        let mut rows = Rows::new(parser, begin as u64, sink.max_record());
        let mut columns = None;
        loop {
            let mut bytes = &buffer[begin..filled];
            let at_end = filled == 0;
            while let Some(row) = rows.next(&mut bytes, at_end) {
                match &columns {
                    None => columns = Some(Columns::of(&row, sink)),
                    Some(columns) => columns.give(&row, sink)?,
                }
            }
            if at_end {
                return match rows.unclosed {
                    Some(begin) => Err(Stop::Damaged(format!(
                        "the file ends inside quotes, in the row that begins at byte {begin}"
                    ))),
                    None => Ok(()),
                };
            }
            (begin, filled) = (0, super::next(stream, &mut buffer)?);
        }
    })
}

/// Cuts a stream into rows.
struct Rows<'p> {
    parser: &'p mut csv_core::Reader,
    /// Fields of the row, one behind the other, and where each ends.
    fields: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    columns: usize,
    too_large: bool,
    /// Quotes in the row: an odd number at the end of the file is an open one.
    quotes: usize,
    most_bytes: usize,
    /// Where the stream is, and where the row began.
    at: u64,
    begin: Option<u64>,
    ordinal: u64,
    /// Where the row begins in whose quotes the file ended.
    unclosed: Option<u64>,
}

/// A row.
struct Row<'r> {
    fields: &'r [u8],
    ends: &'r [usize],
    too_large: bool,
    begin: u64,
    ordinal: u64,
}

impl Row<'_> {
    fn field(&self, column: usize) -> Option<&[u8]> {
        let begin = if column == 0 { 0 } else { *self.ends.get(column - 1)? };
        self.fields.get(begin..*self.ends.get(column)?)
    }
}

impl<'p> Rows<'p> {
    /// Of a stream from its byte `at` on.
    fn new(parser: &'p mut csv_core::Reader, at: u64, max_record: u64) -> Self {
        Rows {
            parser,
            fields: vec![0; 64 << 10],
            ends: vec![0; 64],
            filled: 0,
            columns: 0,
            too_large: false,
            quotes: 0,
            most_bytes: usize::try_from(max_record).unwrap_or(usize::MAX),
            at,
            begin: None,
            ordinal: 0,
            unclosed: None,
        }
    }

    /// The next row that ends in `bytes`, which are used up as far as they were read; at the end of the file the last
    /// row without a line end.
    fn next(&mut self, bytes: &mut &[u8], at_end: bool) -> Option<Row<'_>> {
        loop {
            if self.begin.is_none() {
                // Line ends in front of a row belong to the one before, or to none.
                let blanks = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
                *bytes = &bytes[blanks..];
                self.at += blanks as u64;
                if bytes.is_empty() {
                    return None;
                }
                self.begin = Some(self.at);
            }
            if bytes.is_empty() && !at_end {
                return None;
            }
            let (result, read, written, ended) = self.parser.read_record(
                bytes,
                &mut self.fields[self.filled..],
                &mut self.ends[self.columns..],
            );
            self.quotes += memchr::memchr_iter(b'"', &bytes[..read]).count();
            *bytes = &bytes[read..];
            self.at += read as u64;
            self.filled += written;
            self.columns += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.filled > self.most_bytes => {
                    self.too_large = true;
                    self.filled = 0;
                }
                ReadRecordResult::OutputFull => {
                    let more = (2 * self.fields.len()).min(self.most_bytes.saturating_add(1));
                    self.fields.resize(more.max(self.filled + 1), 0);
                }
                ReadRecordResult::OutputEndsFull if self.columns >= MOST_COLUMNS => {
                    self.too_large = true;
                    self.columns = 0;
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::End => return None,
                ReadRecordResult::Record => {
                    let begin = self.begin.take().expect("set above");
                    let (filled, columns) = (self.filled, self.columns);
                    let too_large = self.too_large || filled > self.most_bytes;
                    let open = at_end && self.quotes % 2 == 1;
                    (self.filled, self.columns, self.quotes, self.too_large) = (0, 0, 0, false);
                    if open {
                        self.unclosed = Some(begin);
                        return None;
                    }
                    self.ordinal += 1;
                    let fields = if too_large { &[] } else { &self.fields[..filled] };
                    let ends = if too_large { &[] } else { &self.ends[..columns] };
                    return Some(Row { fields, ends, too_large, begin, ordinal: self.ordinal });
                }
            }
        }
    }
}

/// What the header says.
struct Columns {
    /// The columns that can matter: where, and their names.
    wanted: Vec<(usize, String)>,
    count: usize,
}

impl Columns {
    fn of(header: &Row<'_>, sink: &mut Sink<'_>) -> Columns {
        let mut wanted: Vec<(usize, String)> = Vec::new();
        let name_of = |column| {
            let name = String::from_utf8_lossy(header.field(column).unwrap_or_default());
            name.trim().to_owned()
        };
        let names: Vec<String> = (0..header.ends.len()).map(name_of).collect();
        for (column, name) in names.iter().enumerate() {
            if sink.wants(name) && !wanted.iter().any(|(_, other)| other == name) {
                wanted.push((column, name.clone()));
            }
        }
        let columns: Vec<ColumnInfo<'_>> =
            names.iter().map(|name| ColumnInfo { name, unread: None }).collect();
        sink.columns_are(&columns, " (a table must name its columns on its first line)");
        if header.too_large {
            let message = "the header is larger than a record may be; its columns are not known".into();
            sink.problem(Some(header.begin), ProblemKind::RecordTooLarge, message);
        }
        Columns { wanted, count: header.ends.len() }
    }

    fn give<'c>(&'c self, row: &'c Row<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
        // The header is a row, and no record.
        let at = At { ordinal: row.ordinal - 1, byte: Some(row.begin) };
        if row.too_large {
            return sink.too_large(at);
        }
        if row.ends.len() != self.count {
            let message = format!("the row has {} fields, the header {}", row.ends.len(), self.count);
            sink.finding(ProblemKind::RaggedRow, message);
        }
        let field = |(column, name): &'c (usize, String)| Some((&**name, Value::Bytes(row.field(*column)?)));
        let fields: Vec<(&str, Value<'_>)> = self.wanted.iter().filter_map(field).collect();
        sink.row(at, &fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_is_used_again_as_if_it_were_new() {
        let first_of = |separator: u8, bytes: &[u8]| {
            let (mut fields, mut ends) = ([0; 16], [0; 4]);
            with_parser(separator, |parser| {
                // Another in between gets one of its own.
                assert_eq!(with_parser(separator, |other| other.line()), 1);
                let (result, read, written, ended) = parser.read_record(bytes, &mut fields, &mut ends);
                let row = (result, read, fields[..written].to_vec(), ends[..ended].to_vec());
                let mut new = ReaderBuilder::new().delimiter(separator).build();
                let (result, read, written, ended) = new.read_record(bytes, &mut fields, &mut ends);
                assert_eq!(row, (result, read, fields[..written].to_vec(), ends[..ended].to_vec()));
                row.3.len()
            })
        };
        assert_eq!(first_of(b';', b"\xEF\xBB\xBFa,b;c\n"), 2);
        assert_eq!(first_of(b';', b"a;\"not closed;"), 1);
        assert_eq!(first_of(b';', b"a,b;c;\"d\"\"e\"\n"), 3);
        assert_eq!(first_of(b',', b"a,b;c\n"), 2);
        assert_eq!(first_of(b';', b"\xEF\xBB\xBFa,b;c\n"), 2);
    }
}
