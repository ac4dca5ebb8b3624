//! Tables: separated values as they were written, kept so that they can be written back.
//!
//! In: the bytes of a table, noted while its reader takes them ([`Noting`]). Out: a [`Table`], which gives the row that
//! begins at a byte, and where that row writes its text. The idea: the reader tells where each row begins; everything else
//! (quotes, the order of columns, line ends, what stands around rows) stays as it is because nobody writes it anew.
//!
//! It guarantees: text taken out between two places leaves a row that reads as before in all else. A text is only located
//! where its field is plain: quoted from begin to end, or without any quotes, and UTF-8; of all others `None` is said. It does
//! not keep tables of other encodings than UTF-8, nor more of a packed one than a file may unpack to.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use csv_core::ReadRecordResult;
use memchr::{memchr, memchr3};

use super::readers::{front, with_parser};
use super::record::strip_mark;
use super::sink::{Allowance, Stop};
use super::spool::{Extent, Writer};
use super::written::{Escapes, WrittenText};

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    extent: Extent,
    separator: u8,
    /// Names of the columns, as its reader has them.
    columns: Vec<String>,
}

/// How much is looked at for the end of a row, at first.
const ROW_BYTES: u64 = 16 << 10;

/// The longest head whose columns are known, in bytes: 100,000 columns of 40 bytes.
const MOST_HEAD_BYTES: u64 = 4 << 20;

impl Table {
    /// # Errors
    /// What the operating system says.
    pub(super) fn new(extent: Extent) -> io::Result<Table> {
        let head = extent.fetch(0..extent.bytes.min(MOST_HEAD_BYTES))?;
        let head = strip_mark(&head);
        let (front, separator) = front(head);
        let blanks = head[front..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let mut columns = Vec::new();
        let mut at = front + blanks;
        while let Some(field) = Field::at(head, at, separator) {
            let name = field.read(head);
            columns.push(String::from_utf8_lossy(&name).trim().to_owned());
            if head.get(field.end) != Some(&separator) {
                break;
            }
            at = field.end + 1;
        }
        Ok(Table { extent, separator, columns })
    }

    /// Whether tabs separate its values.
    pub(super) fn has_tabs(&self) -> bool {
        self.separator == b'\t'
    }

    /// How many bytes it has.
    pub(super) fn bytes(&self) -> u64 {
        self.extent.bytes
    }

    /// # Errors
    /// What the operating system says.
    pub(super) fn fetch(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        self.extent.fetch(range)
    }

    /// The row that begins at `begin`, with the line ends behind it.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn row(&self, begin: u64) -> io::Result<Vec<u8>> {
        let left = self.extent.bytes.saturating_sub(begin);
        let mut most = ROW_BYTES;
        loop {
            let looked_at = self.extent.fetch(begin..begin + most.min(left))?;
            if let Some(length) = length_of_row(&looked_at, self.separator, most >= left) {
                return Ok(looked_at[..length].to_vec());
            }
            most *= 2;
        }
    }

    /// Where `row` writes `text`, which the column of this name holds.
    pub(super) fn written_text(&self, row: &[u8], column: &str, text: &str) -> Option<WrittenText> {
        let column = self.columns.iter().position(|name| name == column)?;
        let mut at = 0;
        for _ in 0..column {
            let field = Field::at(row, at, self.separator)?;
            if row.get(field.end) != Some(&self.separator) {
                return None;
            }
            at = field.end + 1;
        }
        let field = Field::at(row, at, self.separator)?;
        let escapes = if field.is_quoted { Escapes::Doubled } else { Escapes::None };
        let is_plain = field.is_quoted || memchr(b'"', &row[field.held.clone()]).is_none();
        (is_plain && *field.read(row) == *text.as_bytes())
            .then_some(WrittenText { bytes: field.held, escapes })
    }
}

/// How long the first row is, line ends included; `None` if more bytes are needed to tell.
fn length_of_row(bytes: &[u8], separator: u8, is_all: bool) -> Option<usize> {
    with_parser(separator, |parser| length_by(parser, bytes, is_all))
}

fn length_by(parser: &mut csv_core::Reader, bytes: &[u8], is_all: bool) -> Option<usize> {
    let (mut fields, mut ends) = ([0; 4096], [0; 64]);
    let mut at = 0;
    loop {
        let (result, read, ..) = parser.read_record(&bytes[at..], &mut fields, &mut ends);
        at += read;
        match result {
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {}
            ReadRecordResult::InputEmpty if is_all => return Some(bytes.len()),
            ReadRecordResult::InputEmpty => return None,
            ReadRecordResult::End => return Some(at),
            ReadRecordResult::Record => break,
        }
    }
    let blanks = bytes[at..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    (at + blanks < bytes.len() || is_all).then_some(at + blanks)
}

/// A field of a row.
struct Field {
    /// What it holds, without its quotes.
    held: Range<usize>,
    is_quoted: bool,
    /// Where the separator or line end behind it stands.
    end: usize,
}

impl Field {
    /// The field that begins at `at`; `None` where quotes stand in no usual way.
    fn at(row: &[u8], at: usize, separator: u8) -> Option<Field> {
        let rest = row.get(at..)?;
        if rest.first() != Some(&b'"') {
            let end = at + memchr3(separator, b'\r', b'\n', rest).unwrap_or(rest.len());
            return Some(Field { held: at..end, is_quoted: false, end });
        }
        let mut quote = at + 1;
        loop {
            quote += memchr(b'"', &row[quote..])?;
            match row.get(quote + 1) {
                Some(b'"') => quote += 2,
                None | Some(b'\r' | b'\n') => break,
                Some(next) if *next == separator => break,
                Some(_) => return None,
            }
        }
        Some(Field { held: at + 1..quote, is_quoted: true, end: quote + 1 })
    }

    fn read<'r>(&self, row: &'r [u8]) -> Cow<'r, [u8]> {
        let held = &row[self.held.clone()];
        if !self.is_quoted || memchr(b'"', held).is_none() {
            return Cow::Borrowed(held);
        }
        let mut single = Vec::with_capacity(held.len());
        let mut skip = false;
        for &byte in held {
            skip = byte == b'"' && !skip;
            if !skip {
                single.push(byte);
            }
        }
        Cow::Owned(single)
    }
}

/// Notes what is read.
pub(super) struct Noting<'r, 's> {
    stream: &'r mut dyn Read,
    /// `None` once there is more than may be noted.
    notes: Option<Writer<'s>>,
    allowance: &'r Allowance<'r>,
    failed: Option<io::Error>,
}

impl<'r, 's> Noting<'r, 's> {
    /// `allowance`: how much may be noted. A table with more is read all the same, and not kept.
    pub(super) fn new(stream: &'r mut dyn Read, notes: Writer<'s>, allowance: &'r Allowance<'r>) -> Self {
        Noting { stream, notes: Some(notes), allowance, failed: None }
    }

    /// The table that was read, if it could be kept.
    pub(super) fn finish(self) -> Result<Option<Table>, Stop> {
        if let Some(error) = self.failed {
            return Err(Stop::Temporary(error));
        }
        let Some(notes) = self.notes else { return Ok(None) };
        let extent = notes.finish().map_err(Stop::Temporary)?;
        Table::new(extent).map(Some).map_err(Stop::Temporary)
    }
}

impl Read for Noting<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(into)?;
        if self.allowance.take(read as u64).is_err() {
            self.notes = None;
        }
        if let Some(notes) = &mut self.notes
            && let Err(error) = notes.write(&into[..read])
        {
            self.failed = Some(error);
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::spool::Spools;
    use super::*;
    use proptest::prelude::*;

    fn table(bytes: &[u8]) -> Table {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let spools = Spools::new(folder.path());
        let mut writer = spools.writer().expect("a spool");
        writer.write(bytes).expect("written");
        Table::new(writer.finish().expect("finished")).expect("read")
    }

    /// Takes `cut` of the text out of the row behind the first line.
    fn check(bytes: &str, text: &str, cut: Range<usize>, expect: Option<&str>) {
        let (head, rows) = bytes.split_at(bytes.find('\n').expect("a head") + 1);
        check_behind(head, rows, text, cut, expect);
    }

    fn check_behind(head: &str, rows: &str, text: &str, cut: Range<usize>, expect: Option<&str>) {
        let bytes = [head, rows].concat();
        let table = table(bytes.as_bytes());
        let begin = head.len();
        let row = table.row(begin as u64).expect("read");
        assert!(bytes.as_bytes()[begin..].starts_with(&row), "{bytes}");
        let written = table.written_text(&row, "text", text);
        let cut = written.map(|written| {
            let places = written.places(&row, &[cut.start, cut.end]);
            String::from_utf8([&row[..places[0]], &row[places[1]..]].concat()).expect("UTF-8")
        });
        assert_eq!(cut.as_deref(), expect, "{bytes}");
    }

    #[test]
    fn text_is_taken_out_of_the_field_that_holds_it() {
        check("id,text\n1,one two\n2,x\n", "one two", 3..7, Some("1,one\n"));
        check("id,text\r\n1,one two\r\n\r\n2,x", "one two", 3..7, Some("1,one\r\n\r\n"));
        check(
            "\u{FEFF}id;\"text\";x\n1;\"a \"\"b\"\"\nc, d\";\"2\"",
            "a \"b\"\nc, d",
            2..6,
            Some("1;\"a c, d\";\"2\""),
        );
        check_behind("sep=,\r\nid;x,text\r\n", "1,one two\n2,x\n", "one two", 3..7, Some("1,one\n"));
        check("text\tid\n\"one\"\"\"\t\"\"\n", "one\"", 2..4, Some("\"on\"\t\"\"\n"));
        check("id,text\n1,one \"two\" three\n", "one \"two\" three", 0..4, None);
        check("id,text\n1,\"one\"two\n", "onetwo", 0..3, None);
        check("id,text\n1\n", "one", 0..1, None);
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_crate(rows in prop::collection::vec(prop::collection::vec("[a\"\r\n,é ]{0,4}", 1..4), 1..6), long: bool) {
            let long = if long { "x".repeat(40_000) } else { String::new() };
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            writer.write_record(["text", "id"]).expect("memory");
            for row in &rows {
                writer.write_record(row.iter().map(|field| format!("{long}{field}'"))).expect("memory");
            }
            let bytes = writer.into_inner().expect("memory");
            let table = table(&bytes);
            let mut at = bytes.iter().position(|&byte| byte == b'\n').expect("a head") + 1;
            for row in &rows {
                let written = table.row(at as u64).expect("read");
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&written[..]);
                let read = reader.records().next().expect("a row").expect("UTF-8");
                let text = format!("{long}{}'", row[0]);
                prop_assert_eq!(read.get(0), Some(&*text));
                prop_assert_eq!(read.len(), row.len());
                let found = table.written_text(&written, "text", &text).expect("plain");
                let places = found.places(&written, &[0, text.len() - 1]);
                let left = [&written[..places[0]], &written[places[1]..]].concat();
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&left[..]);
                let read = reader.records().next().expect("a row").expect("UTF-8");
                prop_assert_eq!(read.get(0), Some("'"));
                at += written.len();
            }
            prop_assert_eq!(at, bytes.len());
        }
    }
}
