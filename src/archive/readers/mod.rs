//! Readers: from the bytes of a format to records.
//!
//! In: the bytes of a file, as a stream or whole. Out: records, findings and problems, put into a
//! [`Sink`]. The files of an archive are read side by side, each once; what is found stands in a spool
//! from then on, so a reader need not be fast twice and later acts know no formats.
//!
//! # To add a format
//! 1. A file here with `pub(super) const NAME: Reader` and a function of the type of [`Takes`].
//! 2. A line in [`ALL`], before readers whose looks are less telling.
//! 3. Its line in `foreign` (`detect.rs`) goes, if it has one; a row in `docs/formats.md`; tests through
//!    `readers::tests::read`.
//!
//! What a reader does and need not do:
//! - it numbers records from 1 in the order of the file ([`At`](super::sink::At)), leaving out numbers where that is how
//!   the format counts, and gives the byte at which each begins, where that means something;
//! - it gives fields as they are, under their own names (`Sink::row`): which is the text, which the date is decided by
//!   `fields.rs`. Only formats without fields (`Sink::page`) name nouns themselves. Texts that it has not looked at it gives as
//!   bytes: what of them is no UTF-8 is replaced by the sink, and told;
//! - it holds one record at a time, and no more of it than `Sink::max_record`;
//! - it returns `Err(Stop::Damaged(…))`, or `?` on an `io::Error` of its input, where it cannot read on. It need not
//!   catch panics, but may do so record by record with `Sink::catch`;
//! - where it takes a whole file it says how far it is (`Sink::has_gone_through`): of streams that is counted;
//! - it spreads work over threads with `Sink::parallel`, never by threads of its own.

mod arrow;
mod cells;
#[cfg(test)]
pub(super) mod columnar_tests;
mod csv;
mod html;
mod json;
mod parquet;
mod warc;
mod wrapped;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use memmap2::Mmap;

use super::sink::{Sink, Stop};
pub(super) use csv::{front, with_parser};
pub(super) use parquet::{has_too_many, metadata, pages};

/// A format that is read.
#[derive(Debug)]
pub(super) struct Reader {
    /// Its name, for people.
    pub(super) name: &'static str,
    /// How it is told where no name does, for people.
    pub(super) told_by: &'static str,
    /// Endings of names that promise it, in lower case.
    pub(super) endings: &'static [&'static str],
    /// Whether bytes begin as this format does. They are the first few thousand, once as they are and once without mark
    /// and blanks.
    pub(super) begins: fn(&[u8]) -> bool,
    /// Whether `begins` cannot err: then it is asked even where a name says `.txt`.
    pub(super) has_magic: bool,
    /// Whether it is text that may be in any encoding; then it is given as UTF-8.
    pub(super) in_any_encoding: bool,
    /// What is read.
    pub(super) takes: Takes,
}

/// How a reader takes its bytes.
#[derive(Debug)]
pub(super) enum Takes {
    /// One after the other, unpacked on the way.
    Stream(fn(&mut dyn Read, &mut Sink<'_>) -> Result<(), Stop>),
    /// Any range at any time: packed files are unpacked into a temporary file first.
    Whole(fn(&Whole, &mut Sink<'_>) -> Result<(), Stop>),
    /// As a stream; or, of a file that is mapped for as long as the archive is read, all of it: then texts may be left where
    /// they stand ([`Value::Standing`](super::frames::Value)). Others may change the bytes of a map at any time: what is
    /// derived from them is copied out first.
    StreamOrMap(
        fn(&mut dyn Read, &mut Sink<'_>) -> Result<(), Stop>,
        fn(&[u8], &mut Sink<'_>) -> Result<(), Stop>,
    ),
}

/// Readers are told apart by name.
impl PartialEq for Reader {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Reader {}

impl Reader {
    /// Whether what it reads is a table of separated values.
    pub(super) fn is_table(&self) -> bool {
        *self == csv::CSV
    }

    /// Whether what it reads are columns that can be written anew.
    pub(super) fn is_columns(&self) -> bool {
        *self == parquet::PARQUET
    }
}

/// All readers, the most telling looks first.
pub(super) const ALL: &[&Reader] = &[
    &parquet::PARQUET,
    &arrow::ARROW,
    &warc::WARC,
    &warc::ARC,
    &html::HTML,
    &wrapped::WRAPPED,
    &json::JSON,
    &csv::CSV,
];

/// Reads what comes next; 0 at the end of the stream.
fn next(stream: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// A file of which any range can be read, by several threads at a time.
///
/// Clones read the same file.
#[derive(Clone, Debug)]
pub(super) struct Whole {
    file: Arc<File>,
    map: Option<Arc<Mmap>>,
    bytes: u64,
}

impl Whole {
    /// # Errors
    /// What the operating system says.
    pub(super) fn new(file: File, mapped: bool) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        let map = if mapped && bytes > 0 { super::map::map(&file).ok().map(Arc::new) } else { None };
        Ok(Whole { file: Arc::new(file), map, bytes })
    }

    /// The map, if it is mapped.
    pub(super) fn map(&self) -> Option<Arc<Mmap>> {
        self.map.clone()
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.bytes
    }

    /// The bytes of `range`, borrowed from the map or read.
    ///
    /// # Errors
    /// `UnexpectedEof` where the range does not lie inside; what the operating system says.
    pub(super) fn fetch(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        if range.start > range.end || range.end > self.bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        if let Some(map) = &self.map {
            let begin = usize::try_from(range.start).map_err(io::Error::other)?;
            let bytes = map.get(begin..begin + length);
            return bytes.map(Cow::Borrowed).ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, range.start)?;
        Ok(Cow::Owned(bytes))
    }
}

#[cfg(test)]
pub(super) mod tests;
