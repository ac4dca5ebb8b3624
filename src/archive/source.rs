//! One input file: where its bytes are, and how they are fetched.
//!
//! Large files are mapped; small ones, and all with `--no-mmap`, are read where they stand. Either way a
//! reader asks for ranges and gets bytes, and later acts fetch a single record again instead of keeping its
//! text. What was unpacked stands in spools, and is fetched from there in the same way; texts that stand in a mapped file as they
//! are may have been left there ([`Source::record`]).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memmap2::Mmap;

use super::compression::Compression;
use super::frames;
use super::map;
use super::sink::{Cut, Given};
use super::spool::Extent;
use super::table::Table;

/// How a file is cut into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    JsonLines,
    /// The whole file is the text of one article.
    Text,
    /// Records of another format, read into a spool.
    Records,
}

/// What an unpacked source was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// How its file was compressed, the outermost first; empty if it was not.
    pub packing: Vec<Compression>,
    /// The encoding it was in, if that was not UTF-8.
    pub encoding: Option<&'static str>,
    /// The format of its records, if they were read by a reader of their own.
    pub format: Option<&'static str>,
    /// Bytes of the packed file that were read.
    pub packed_bytes: u64,
}

/// One input file, opened or ready to be.
#[derive(Debug)]
pub struct Source {
    /// The file as reports name it: as typed, plus the part that was walked; `-` for standard input.
    pub name: String,
    /// How it is cut into records.
    pub format: Format,
    /// How many bytes it has: of the file when the run began, or of what was unpacked (or would have been, had no text been
    /// left where it stands).
    pub bytes: u64,
    /// What it was unpacked from; `None` if it is read where it stands.
    pub origin: Option<Origin>,
    /// Size and time of change of the file when the run began.
    stamp: (u64, i64, i64),
    path: PathBuf,
    store: Store,
    /// Where records can be cut into pieces ([`Format::Records`]).
    pub(super) cuts: Vec<Cut>,
    /// Number of the last record ([`Format::Records`]).
    pub(super) last_record: u64,
    /// Records of kinds that hold no article, such as requests in a web archive: in no other count.
    pub other_records: u64,
    /// As it was written, if that was asked for and can be.
    pub(super) table: Option<Table>,
    /// Its file, if texts were left there ([`Format::Records`]).
    texts: Option<Arc<Mmap>>,
    /// Whether it is a file of columns that can be written anew.
    columns: bool,
    /// Row groups that cannot be.
    left_out: BTreeSet<usize>,
}

#[derive(Debug)]
enum Store {
    Mapped(Mmap),
    /// Opened for each fetch: there may be more files than file descriptors.
    Closed,
    /// In spools; each extent with its begin.
    Spooled(Vec<(u64, Extent)>),
}

impl Source {
    /// Opens the file at `path`. `mapped` asks for a map where that pays.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(name: String, path: &Path, format: Format, mapped: bool) -> io::Result<Source> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let large = metadata.len() >= map::MIN_MAPPED_BYTES;
        let map = if mapped && large { map::map(&file).ok() } else { None };
        Ok(Source {
            name,
            format,
            bytes: metadata.len(),
            origin: None,
            stamp: stamp(&metadata),
            path: path.to_owned(),
            store: map.map_or(Store::Closed, Store::Mapped),
            cuts: Vec::new(),
            last_record: 0,
            other_records: 0,
            table: None,
            texts: None,
            columns: false,
            left_out: BTreeSet::new(),
        })
    }

    /// A source whose bytes are in spools. `file` is the packed file; `None` for a stream, and for bytes in memory.
    pub(super) fn unpacked(
        name: String,
        file: Option<(&Path, &Metadata)>,
        format: Format,
        given: Given,
        origin: Origin,
    ) -> Source {
        let mut begin = 0;
        let placed = |extent: Extent| {
            begin += extent.bytes;
            (begin - extent.bytes, extent)
        };
        Source {
            name,
            format,
            bytes: given.bytes,
            origin: Some(origin),
            stamp: file.map(|(_, metadata)| stamp(metadata)).unwrap_or_default(),
            path: file.map_or_else(PathBuf::new, |(path, _)| path.to_owned()),
            store: Store::Spooled(given.extents.into_iter().map(placed).collect()),
            cuts: given.cuts,
            last_record: given.last,
            other_records: given.others,
            table: given.table,
            texts: given.texts,
            columns: given.columns,
            left_out: given.left_out,
        }
    }

    /// Where its bytes end, as places count them: behind the last frame, where frames may be short, else behind the last byte.
    pub(super) fn end(&self) -> u64 {
        match &self.store {
            Store::Spooled(extents) => extents.last().map_or(0, |(begin, extent)| begin + extent.bytes),
            Store::Mapped(_) | Store::Closed => self.bytes,
        }
    }

    /// Whether texts were left in its file: then frames may be short.
    pub(super) fn has_texts(&self) -> bool {
        self.texts.is_some()
    }

    /// The bytes of the record at `range`. Of frames long ones in any case: a short one is written into `own`, its texts copied
    /// out of the map before anybody looks at them.
    ///
    /// # Errors
    /// What the operating system says; `InvalidData` for what is no frame.
    pub(super) fn record<'b>(&'b self, range: Range<u64>, own: &'b mut Vec<u8>) -> io::Result<Cow<'b, [u8]>> {
        self.long(self.fetch(range)?, own)
    }

    /// A frame that was fetched, as [`Source::record`] gives it.
    ///
    /// # Errors
    /// `InvalidData` for what is no frame.
    pub(super) fn long<'b>(&self, frame: Cow<'b, [u8]>, own: &'b mut Vec<u8>) -> io::Result<Cow<'b, [u8]>> {
        let Some(texts) = &self.texts else { return Ok(frame) };
        if !frames::header(&frame).is_some_and(|header| header.is_short) {
            return Ok(frame);
        }
        let copy = |range: Range<u64>, into: &mut Vec<u8>| {
            let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
            into.extend_from_slice(texts.get(range)?);
            Some(())
        };
        frames::lengthen(&frame, own, copy).ok_or(io::ErrorKind::InvalidData)?;
        Ok(Cow::Borrowed(own))
    }

    /// The name of its format.
    pub fn format_name(&self) -> &'static str {
        let read_by = self.origin.as_ref().and_then(|origin| origin.format);
        read_by.unwrap_or(match self.format {
            Format::JsonLines => "JSON Lines",
            Format::Text => "text",
            Format::Records => "records",
        })
    }

    /// Whether it is of a format that cannot be written back, so that JSON Lines are written instead.
    pub fn is_given_as_lines(&self) -> bool {
        self.is_told_as_lines() && !self.columns
    }

    /// Whether JSON Lines stand for its records where bytes of them are named.
    pub fn is_told_as_lines(&self) -> bool {
        self.format == Format::Records && self.table.is_none()
    }

    /// Whether it is a file of columns (Parquet) that can be written anew without some of its rows.
    pub fn is_columns(&self) -> bool {
        self.columns
    }

    /// Row groups of a file of columns that are damaged, and were not read.
    pub(crate) fn left_out(&self) -> &BTreeSet<usize> {
        &self.left_out
    }

    /// How many bytes the table has, as it was written; `None` of what is no table, or was not kept.
    pub fn table_bytes(&self) -> Option<u64> {
        self.table.as_ref().map(Table::bytes)
    }

    /// Bytes of the table, as it was written.
    ///
    /// # Errors
    /// What the operating system says; `UnexpectedEof` beyond its end.
    pub fn fetch_table(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        self.table.as_ref().ok_or(io::ErrorKind::UnexpectedEof)?.fetch(range)
    }

    /// How many bytes its file has: packed, if it was packed.
    pub fn file_bytes(&self) -> u64 {
        self.origin.as_ref().map_or(self.bytes, |origin| origin.packed_bytes)
    }

    /// Bytes that were fetched, as nobody else can change them: those of a map are copied into `own` first.
    pub(super) fn unshared<'b>(&self, bytes: &'b [u8], own: &'b mut Vec<u8>) -> &'b [u8] {
        if !matches!(self.store, Store::Mapped(_)) {
            return bytes;
        }
        own.clear();
        own.extend_from_slice(bytes);
        own
    }

    /// The bytes of `range`, borrowed from the map or read. The range must lie inside the file as it was
    /// opened.
    ///
    /// # Errors
    /// What the operating system says; `UnexpectedEof` where the file became shorter.
    pub fn fetch(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        match &self.store {
            Store::Mapped(map) => {
                let begin = usize::try_from(range.start).map_err(io::Error::other)?;
                map.get(begin..begin + length)
                    .map(Cow::Borrowed)
                    .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
            Store::Closed => {
                let mut bytes = vec![0; length];
                File::open(&self.path)?.read_exact_at(&mut bytes, range.start)?;
                Ok(Cow::Owned(bytes))
            }
            Store::Spooled(extents) => fetch_from(extents, range),
        }
    }

    /// The bytes of `range`, if they stand in one map of what was unpacked: nothing is read or copied.
    pub(super) fn mapped(&self, range: Range<u64>) -> Option<&[u8]> {
        let Store::Spooled(extents) = &self.store else { return None };
        let (begin, extent) = extents.get(extent_at(extents, range.start))?;
        extent.mapped(range.start.checked_sub(*begin)?..range.end.checked_sub(*begin)?)
    }

    /// The file's path; `None` for a stream, and for bytes in memory.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(&*self.path)
    }

    /// Whether the file is no longer the one that was opened: other size or time of change, or gone.
    pub fn changed(&self) -> bool {
        if self.path.as_os_str().is_empty() {
            return false;
        }
        std::fs::metadata(&self.path).map_or(true, |now| stamp(&now) != self.stamp)
    }
}

fn stamp(metadata: &Metadata) -> (u64, i64, i64) {
    (metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}

/// Which extent holds a byte.
fn extent_at(extents: &[(u64, Extent)], byte: u64) -> usize {
    extents.partition_point(|(begin, extent)| begin + extent.bytes <= byte)
}

/// The bytes of `range`, which may reach over several extents.
fn fetch_from(extents: &[(u64, Extent)], range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
    let first = extent_at(extents, range.start);
    let Some((begin, extent)) = extents.get(first) else {
        return if range.is_empty() { Ok(Cow::default()) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
    };
    if range.end <= begin + extent.bytes {
        return extent.fetch(range.start - begin..range.end - begin);
    }
    let mut bytes = Vec::new();
    for (begin, extent) in &extents[first..] {
        let end = range.end.min(begin + extent.bytes);
        if *begin >= range.end {
            break;
        }
        bytes.extend_from_slice(&extent.fetch(range.start.max(*begin) - begin..end - begin)?);
    }
    if bytes.len() as u64 == range.end - range.start {
        Ok(Cow::Owned(bytes))
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}
