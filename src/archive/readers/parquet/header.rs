//! The headers of pages.
//!
//! In: the bytes where a page begins. Out: what its header says, or that it is none; later the page as the crate
//! takes it. Statistics are passed over.

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata};

use super::thrift::{Bad, Kind, Walk};

/// What the header of a page says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    pub(super) kind: i64,
    pub(super) unpacked: u64,
    pub(super) packed: u64,
    pub(super) values: u64,
    pub(super) encoding: i64,
    pub(super) level_encodings: [i64; 2],
    pub(super) nulls: u64,
    pub(super) rows: u64,
    /// Bytes of definition and repetition levels.
    pub(super) levels: [u64; 2],
    pub(super) stands_packed: bool,
}

// Kinds of pages.
pub(super) const DATA: i64 = 0;
pub(super) const DICTIONARY: i64 = 2;
pub(super) const DATA_V2: i64 = 3;

// Encodings that are asked for by name.
pub(super) const RLE: i64 = 3;
pub(super) const DELTA_BINARY: i64 = 5;
pub(super) const DELTA_LENGTH: i64 = 6;
pub(super) const DELTA_BYTE_ARRAY: i64 = 7;

fn encoding(number: i64) -> Result<Encoding, String> {
    Ok(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        RLE => Encoding::RLE,
        #[allow(deprecated, reason = "old files have it")]
        4 => Encoding::BIT_PACKED,
        DELTA_BINARY => Encoding::DELTA_BINARY_PACKED,
        DELTA_LENGTH => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        DELTA_BYTE_ARRAY => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        other => return Err(format!("its encoding is not known ({other})")),
    })
}

/// Sizes are 32-bit integers, and none is negative.
fn size(walk: &mut Walk<'_>) -> Result<u64, Bad> {
    let size = i32::try_from(walk.integer()?).map_err(|_| Bad::Wrong)?;
    u64::try_from(size).map_err(|_| Bad::Wrong)
}

impl Header {
    /// A header, and how many bytes it has.
    pub(super) fn read(bytes: &[u8]) -> Result<(Header, u64), Bad> {
        let mut walk = Walk::new(bytes);
        let mut header = Header { kind: -1, stands_packed: true, ..Header::default() };
        walk.fields(|walk, id, kind| match (id, kind) {
            (1, Kind::Integer) => walk.integer().map(|kind| header.kind = kind),
            (2, Kind::Integer) => size(walk).map(|size| header.unpacked = size),
            (3, Kind::Integer) => size(walk).map(|size| header.packed = size),
            (5 | 7, Kind::Struct) => walk.fields(|walk, id, kind| match (id, kind) {
                (1, Kind::Integer) => size(walk).map(|values| header.values = values),
                (2, Kind::Integer) => walk.integer().map(|encoding| header.encoding = encoding),
                (3, Kind::Integer) => walk.integer().map(|encoding| header.level_encodings[0] = encoding),
                (4, Kind::Integer) => walk.integer().map(|encoding| header.level_encodings[1] = encoding),
                _ => walk.skip(kind),
            }),
            (8, Kind::Struct) => walk.fields(|walk, id, kind| match (id, kind) {
                (1, Kind::Integer) => size(walk).map(|values| header.values = values),
                (2, Kind::Integer) => size(walk).map(|nulls| header.nulls = nulls),
                (3, Kind::Integer) => size(walk).map(|rows| header.rows = rows),
                (4, Kind::Integer) => walk.integer().map(|encoding| header.encoding = encoding),
                (5, Kind::Integer) => size(walk).map(|bytes| header.levels[0] = bytes),
                (6, Kind::Integer) => size(walk).map(|bytes| header.levels[1] = bytes),
                (7, Kind::False) => {
                    header.stands_packed = false;
                    Ok(())
                }
                _ => walk.skip(kind),
            }),
            _ => walk.skip(kind),
        })?;
        if header.kind != DATA_V2 {
            (header.levels, header.stands_packed) = ([0; 2], true);
        }
        Ok((header, walk.at() as u64))
    }

    pub(super) fn page(&self, buf: Bytes) -> Result<Page, String> {
        let narrow = |number: u64| u32::try_from(number).map_err(|error| error.to_string());
        let (num_values, encoding_of_values) = (narrow(self.values)?, encoding(self.encoding)?);
        Ok(match self.kind {
            DICTIONARY => {
                Page::DictionaryPage { buf, num_values, encoding: encoding_of_values, is_sorted: false }
            }
            DATA => Page::DataPage {
                buf,
                num_values,
                encoding: encoding_of_values,
                def_level_encoding: encoding(self.level_encodings[0])?,
                rep_level_encoding: encoding(self.level_encodings[1])?,
                statistics: None,
            },
            _ => Page::DataPageV2 {
                buf,
                num_values,
                encoding: encoding_of_values,
                num_nulls: narrow(self.nulls)?,
                num_rows: narrow(self.rows)?,
                def_levels_byte_len: narrow(self.levels[0])?,
                rep_levels_byte_len: narrow(self.levels[1])?,
                is_compressed: false,
                statistics: None,
            },
        })
    }

    pub(super) fn metadata(&self) -> PageMetadata {
        let counted = |count: u64| usize::try_from(count).ok();
        PageMetadata {
            num_rows: if self.kind == DATA_V2 { counted(self.rows) } else { None },
            num_levels: counted(self.values),
            is_dict: self.kind == DICTIONARY,
        }
    }
}
