//! The pages of one column in one row group.
//!
//! In: where a chunk stands in a file. Out: its pages, one after the other, unpacked, to the crate that decodes them. The
//! crate has a reader of pages too, which allocates what page headers say before it looks whether that can be; here
//! a page is believed only as far as its chunk goes and up to a stated size, and what a decoder would allocate by its
//! word alone (the values of a dictionary, the lengths of delta encodings) is checked against the bytes first.
//!
//! [`Pages::survey`] walks the headers alone and tells how many rows may be read at a time, so that a batch never holds
//! more than some pages whatever the rows are like.
//!
//! Source: <https://github.com/apache/parquet-format>, `src/main/thrift/parquet.thrift` and `Encodings.md`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use parquet::basic::Type as Physical;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

use super::super::Whole;
use super::footer::Chunk;
use super::header::{DATA, DATA_V2, DELTA_BINARY, DELTA_BYTE_ARRAY, DELTA_LENGTH, DICTIONARY, Header, RLE};
use super::thrift::{Bad, Walk};
use super::unpack::Unpacker;
use crate::archive::frames::LEAST_STANDING;

/// About how many bytes of a batch one column may hold, beside the pages at its edges: what was unpacked for it should still be in
/// the processor's cache when its rows are written down.
const BATCH_BYTES: u64 = 1 << 20;
/// The same of values of which only the longest that they can be is known.
const MOST_BATCH_BYTES: u64 = 32 << 20;
/// Rows of a batch: enough that what a batch costs does not show.
pub(super) const BATCH_ROWS: u64 = 1024;
/// A header is looked for in so many bytes first, and in so many at most: it may hold a least and a greatest value.
const HEADER_BYTES: u64 = 1 << 10;
const MOST_HEADER_BYTES: u64 = 16 << 20;
/// Values of a page in a delta encoding, for which its decoder allocates.
const MOST_DELTA_VALUES: u64 = 1 << 24;

/// Sequences of levels that a page may hold.
pub(super) const MOST_LEVELS: usize = 2;

/// A column of a row group, to be read.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) whole: Whole,
    pub(super) chunk: Chunk,
    pub(super) physical: Physical,
    /// How many bytes a value of fixed bytes has.
    pub(super) fixed_bytes: u64,
    /// How many sequences of levels pages hold: one where values may be missing, two where they may be several.
    pub(super) levels: usize,
    /// The largest page that is unpacked.
    pub(super) most_page: u64,
    /// Where the page is that was read last, for the message if it cannot be decoded.
    pub(super) place: Arc<AtomicU64>,
    /// Takes note of pages that stand in the file as they are.
    pub(super) copies: Option<Arc<Copies>>,
}

/// Where pages stand in the file that are not packed, by where their copies are in memory: the crate hands out values as parts of
/// these copies, so that a text tells where it stands. Of copies that are still there: each takes its entry away with it.
#[derive(Debug, Default)]
pub(super) struct Copies(Mutex<BTreeMap<usize, (usize, u64)>>);

/// A copy of bytes that stand in the file.
struct Noted {
    bytes: Bytes,
    copies: Arc<Copies>,
}

impl Copies {
    /// Takes note of a copy of the bytes at `place`.
    fn noted(copies: &Arc<Copies>, bytes: Bytes, place: u64) -> Bytes {
        copies.all().insert(bytes.as_ptr().addr(), (bytes.len(), place));
        Bytes::from_owner(Noted { bytes, copies: Arc::clone(copies) })
    }

    /// Where bytes stand in the file, if they are part of a copy.
    pub(super) fn place_of(&self, bytes: &[u8]) -> Option<u64> {
        let at = bytes.as_ptr().addr();
        let all = self.all();
        let (begin, (length, place)) = all.range(..=at).next_back()?;
        let within = at - begin;
        (within + bytes.len() <= *length).then(|| place + within as u64)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<usize, (usize, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<[u8]> for Noted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.copies.all().remove(&self.bytes.as_ptr().addr());
    }
}

/// Reads pages.
pub(super) struct Pages {
    column: Column,
    unpacker: Unpacker,
    at: u64,
    values: u64,
    /// The header that was peeked at, and where its page begins.
    peeked: Option<(Header, u64)>,
}

impl Pages {
    /// # Errors
    /// What cannot be of the chunk.
    pub(super) fn new(column: Column) -> std::result::Result<Pages, String> {
        let Chunk { begin, bytes, codec, .. } = column.chunk;
        if begin.checked_add(bytes).is_none_or(|end| end > column.whole.len()) {
            return Err(format!("a column from byte {begin} on has {bytes} bytes, which is beyond the end"));
        }
        Ok(Pages { unpacker: Unpacker::new(codec)?, at: begin, values: 0, peeked: None, column })
    }

    /// Rows that may be read at a time.
    ///
    /// # Errors
    /// What cannot be of a page.
    pub(super) fn survey(mut self) -> std::result::Result<u64, String> {
        let mut rows = BATCH_ROWS;
        while let Some((header, body)) = self.header()? {
            self.pass(&header, body);
            if header.kind != DICTIONARY {
                // Values that share their beginnings may each be as long as all of the page.
                let (value, most) = if header.encoding == DELTA_BYTE_ARRAY {
                    (header.unpacked, MOST_BATCH_BYTES)
                } else {
                    (header.unpacked.div_ceil(header.values.max(1)), BATCH_BYTES)
                };
                rows = rows.min(most / value.max(1));
            }
        }
        Ok(rows.max(1))
    }

    /// The next header that is of use, and where its page begins.
    fn header(&mut self) -> std::result::Result<Option<(Header, u64)>, String> {
        if let Some(peeked) = self.peeked {
            return Ok(Some(peeked));
        }
        let end = self.column.chunk.begin + self.column.chunk.bytes;
        while self.at < end && self.values < self.column.chunk.values {
            let begin = self.at;
            self.column.place.store(begin, Ordering::Relaxed);
            let told = |what: &str| format!("the page at byte {begin} {what}");
            let (header, length) = self.read_header(end).map_err(|bad| match bad {
                Bad::Ended => told("has a header that does not end"),
                Bad::Wrong => told("has no valid header"),
            })?;
            let body = begin + length;
            if header.packed > end - body {
                return Err(told(&format!(
                    "says that it has {} bytes, which is beyond its column",
                    header.packed
                )));
            }
            if !matches!(header.kind, DATA | DICTIONARY | DATA_V2) {
                self.at = body + header.packed;
                continue;
            }
            // Levels that repeat stand in few bytes, and each takes memory.
            if self.column.levels == MOST_LEVELS && header.values > self.column.chunk.values - self.values {
                return Err(told("has more values than its column"));
            }
            if header.unpacked > self.column.most_page {
                return Err(told(&format!(
                    "unpacks to {} bytes; {} at most are read (twice --max-record, and 128 MiB at least)",
                    header.unpacked, self.column.most_page
                )));
            }
            self.peeked = Some((header, body));
            return Ok(self.peeked);
        }
        Ok(None)
    }

    fn read_header(&self, end: u64) -> std::result::Result<(Header, u64), Bad> {
        let mut looked = HEADER_BYTES;
        loop {
            let until = (self.at + looked).min(end);
            // A file that became shorter has no header there.
            let bytes = self.column.whole.fetch(self.at..until).map_err(|_| Bad::Ended)?;
            match Header::read(&bytes) {
                Err(Bad::Ended) if until < end && looked < MOST_HEADER_BYTES => looked *= 16,
                read => return read,
            }
        }
    }

    fn pass(&mut self, header: &Header, body: u64) {
        self.at = body + header.packed;
        if header.kind != DICTIONARY {
            self.values += header.values;
        }
        self.peeked = None;
    }

    fn page(&mut self) -> std::result::Result<Option<Page>, String> {
        let Some((header, body)) = self.header()? else { return Ok(None) };
        let told = |what: String| format!("the page at byte {}: {what}", self.at);
        let packed = self.column.whole.fetch(body..body + header.packed);
        // Copied, for nobody else may change what a decoder looks at.
        let packed = packed.map_err(|error| told(error.to_string()))?.into_owned();
        let buffer = self.unpacker.page(packed, &header).map_err(told)?;
        self.column.check(&header, &buffer).map_err(told)?;
        let stands = self.unpacker.is_none() || !header.stands_packed;
        let buffer = match &self.column.copies {
            Some(copies) if stands && buffer.len() >= LEAST_STANDING => Copies::noted(copies, buffer, body),
            _ => buffer,
        };
        let page = header.page(buffer).map_err(told)?;
        self.pass(&header, body);
        Ok(Some(page))
    }
}

impl Unpacker {
    /// Levels of the second version stand in front and are never packed.
    fn page(&mut self, packed: Vec<u8>, header: &Header) -> std::result::Result<Bytes, String> {
        let size = usize::try_from(header.unpacked).map_err(|error| error.to_string())?;
        let levels = header.levels[0] + header.levels[1];
        let levels = usize::try_from(levels).ok().filter(|levels| *levels <= size.min(packed.len()));
        let levels = levels.ok_or("its levels are longer than it is")?;
        if self.is_none() || !header.stands_packed {
            let as_long = packed.len() == size;
            return if as_long {
                Ok(packed.into())
            } else {
                Err(format!("it has {} bytes and not {size}", packed.len()))
            };
        }
        let mut unpacked = Vec::with_capacity(size);
        unpacked.extend_from_slice(&packed[..levels]);
        // A page without values has nothing behind its levels.
        if size > levels {
            self.unpack(&packed[levels..], size - levels, &mut unpacked)?;
        }
        Ok(unpacked.into())
    }
}

impl Column {
    /// Whether what a decoder allocates by the word of a page can be.
    fn check(&self, header: &Header, page: &[u8]) -> std::result::Result<(), String> {
        if header.kind == DICTIONARY {
            let width = match self.physical {
                Physical::BOOLEAN => return Err("it is a dictionary of booleans".into()),
                Physical::INT64 | Physical::DOUBLE => 8,
                Physical::INT96 => 12,
                Physical::FIXED_LEN_BYTE_ARRAY => self.fixed_bytes.max(1),
                Physical::INT32 | Physical::FLOAT | Physical::BYTE_ARRAY => 4,
            };
            let fits = header.values <= page.len() as u64 / width;
            return if fits {
                Ok(())
            } else {
                Err("it is a dictionary of more values than it has bytes for".into())
            };
        }
        if !matches!(header.encoding, DELTA_BINARY | DELTA_LENGTH | DELTA_BYTE_ARRAY) {
            return Ok(());
        }
        let wrong = || "its delta encoding is damaged".to_owned();
        let mut begin = usize::try_from(header.levels[0] + header.levels[1]).map_err(|_| wrong())?;
        if header.kind == DATA {
            if header.level_encodings[..self.levels].iter().any(|encoding| *encoding != RLE) {
                return Err("its levels are in an encoding that goes with no delta encoding".into());
            }
            for _ in 0..self.levels {
                let (length, _) = page.get(begin..).and_then(<[u8]>::split_first_chunk).ok_or_else(wrong)?;
                begin += 4 + u32::from_le_bytes(*length) as usize;
            }
        }
        let values = page.get(begin..).ok_or_else(wrong)?;
        // A page of nulls alone has no values at all.
        if values.is_empty() {
            return Ok(());
        }
        let most = header.values.min(MOST_DELTA_VALUES);
        let length = delta_bytes(values, most).ok_or_else(wrong)?;
        if header.encoding == DELTA_BYTE_ARRAY {
            delta_bytes(&values[length..], most).ok_or_else(wrong)?;
        }
        Ok(())
    }
}

/// How many bytes a sequence of integers in `DELTA_BINARY_PACKED` has; `None` if it is none, or of more values than that.
fn delta_bytes(bytes: &[u8], most_values: u64) -> Option<usize> {
    /// Values of a block; writers use 128.
    const MOST_BLOCK: u64 = 1 << 16;
    let mut walk = Walk::new(bytes);
    let block = walk.varint().ok().filter(|block| (128..=MOST_BLOCK).contains(block))?;
    let parts = walk.varint().ok().filter(|parts| (1..=block / 32).contains(parts) && block % parts == 0)?;
    let values = walk.varint().ok().filter(|values| *values <= most_values)?;
    walk.integer().ok()?;
    let mut at = walk.at();
    let mut left = values.saturating_sub(1);
    while left > 0 {
        let mut walk = Walk::new(bytes.get(at..)?);
        walk.integer().ok()?;
        at += walk.at();
        let widths = bytes.get(at..at + usize::try_from(parts).ok()?)?;
        at += widths.len();
        for &width in widths {
            // Widths behind the last value mean nothing.
            if left > 0 {
                at += usize::try_from(u64::from(width) * (block / parts) / 8).ok()?;
                left = left.saturating_sub(block / parts);
            }
        }
    }
    Some(at.min(bytes.len()))
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Result<Page>> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.page().map_err(ParquetError::General)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        let header = self.header().map_err(ParquetError::General)?;
        Ok(header.map(|(header, _)| header.metadata()))
    }

    fn skip_next_page(&mut self) -> Result<()> {
        if let Some((header, body)) = self.header().map_err(ParquetError::General)? {
            self.pass(&header, body);
        }
        Ok(())
    }
}

/// The pages of a column as the crate asks for them: one chunk, once.
pub(super) struct OneChunk(pub(super) Option<Box<Pages>>);

impl Iterator for OneChunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let pages: Box<dyn PageReader> = self.0.take()?;
        Some(Ok(pages))
    }
}

impl parquet::column::page::PageIterator for OneChunk {}
