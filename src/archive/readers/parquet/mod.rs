//! Parquet.
//!
//! In: a file of which any range can be read. Out: a record a row, by the columns that a rule may ask for; the others
//! are not read. The idea: `footer` tells where the columns of each row group are, `pages` unpacks their pages under
//! bounds of its own, the crate `parquet` decodes them to Arrow, and `cells` writes the rows down. Row groups are read side
//! by side. Of files that are mapped, texts in pages that are not packed are left where they stand.
//!
//! It guarantees: rows are numbered as they stand in the file, whatever could be read of it; a row group that cannot
//! be read is a problem, with the byte where it was met, and the others are read; memory is bounded for any bytes: a
//! footer, and for each thread and column some pages. It reads every compression but LZO, which has no
//! well-kept crate, no encrypted files, and no columns in other files. Lists and maps are left out.
//!
//! - `thrift`: the encoding of all that is no page · `footer` · `header`, `pages`: of one column · `unpack`: compressions

mod footer;
mod header;
mod pages;
mod thrift;
mod unpack;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, FieldRef, Fields};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema};
use parquet::basic::Compression;
use parquet::column::page::{PageIterator, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};

use rayon::prelude::*;

use super::super::columns::{self, Unreadable};
use super::super::fields::ColumnInfo;
use super::super::sink::{Sink, Stop};
use super::{Reader, Takes, Whole, cells};
use crate::problem::ProblemKind;
use footer::{Chunk, Footer, Group};
use pages::{BATCH_ROWS, Column, Copies, OneChunk, Pages};

/// Parquet files.
pub(super) const PARQUET: Reader = Reader {
    name: "Parquet",
    told_by: "PAR1",
    endings: &["parquet", "pq"],
    begins: |head| head.starts_with(MAGIC),
    has_magic: true,
    in_any_encoding: false,
    takes: Takes::Whole(read),
};

const MAGIC: &[u8] = b"PAR1";
/// The footer's length and the magic.
const TAIL_BYTES: u64 = 8;
/// The largest footer that is read: it stands in memory, and that of ten thousand columns in fifty row groups is
/// smaller.
const MOST_FOOTER_BYTES: u64 = 64 << 20;
/// Pages are unpacked up to this size, or twice the largest record where that is more. Writers make pages of 1 MiB, some
/// of 100 MB.
const LEAST_MOST_PAGE: u64 = 128 << 20;

/// The largest footer of which the crate makes all that it says, some thirty bytes of each.
const MOST_FOOTER_AT_ONCE: u64 = 8 << 20;
/// Values of one row group that a column may have which holds several a row: one row may have them all.
const MOST_REPEATED: u64 = 64 << 20;

fn read(whole: &Whole, sink: &mut Sink<'_>) -> std::result::Result<(), Stop> {
    let bytes = footer_bytes(whole)?;
    let footer = Footer::read(&bytes, |name| sink.wants(name)).map_err(Stop::Damaged)?;
    let columns = footer.columns.iter().map(|(name, unread)| ColumnInfo { name, unread: *unread });
    sink.columns_are(&columns.collect::<Vec<_>>(), "");
    let rows = Rows::of(whole, &footer, &bytes, sink.max_record())
        .map_err(|error| Stop::Damaged(error.to_string()))?;
    let in_groups = footer.rows_of_groups();
    if u64::try_from(footer.rows) != Ok(in_groups) {
        let message = format!(
            "its footer says that it has {} rows, and those of its row groups are {in_groups}; what they hold is read",
            footer.rows
        );
        sink.problem(None, ProblemKind::UnreadableFile, message);
    }
    let left_out = leave_out(whole, &footer, sink);
    let groups = footer.groups.iter().enumerate().filter(|(number, _)| !left_out.contains(number));
    let groups: Vec<(usize, &Group)> = groups.collect();
    sink.parallel(&groups, |&(number, group), sink| rows.read_group(number, group, sink))
}

/// Where the file is to be written anew, the row groups that cannot be, for a column that no rule asks for is damaged there: they are told
/// and not read, so that nobody counts on them.
fn leave_out(whole: &Whole, footer: &Footer, sink: &mut Sink<'_>) -> BTreeSet<usize> {
    if !sink.keeps_columns() {
        return BTreeSet::new();
    }
    let columns = columns::Columns::of(whole.clone()).ok();
    let Some(columns) = columns.filter(|columns| columns.row_groups().len() == footer.groups.len()) else {
        return BTreeSet::new();
    };
    let asked = &footer.leaves;
    let leaves: Vec<usize> =
        (0..columns.leaves()).filter(|leaf| asked.binary_search(leaf).is_err()).collect();
    let check = |(number, group): (usize, &Group)| {
        let checked = columns.check(number, &leaves);
        sink.has_gone_through(share(whole, group.rows, footer.rows_of_groups()) / 2);
        Some((number, checked.err()?))
    };
    let groups: Vec<(usize, &Group)> = footer.groups.iter().enumerate().collect();
    let bad: Vec<(usize, Unreadable)> = groups.into_par_iter().filter_map(check).collect();
    for (number, Unreadable { column, why, byte }) in &bad {
        let Group { first_row, rows, .. } = footer.groups[*number];
        let message = format!(
            "row group {} of {} cannot be written back: column {column}: {why}; {rows} rows from record {first_row} on are left out, but of an output that is named .jsonl",
            number + 1,
            footer.groups.len()
        );
        sink.problem(*byte, ProblemKind::UnreadableFile, message);
    }
    let left_out: BTreeSet<usize> = bad.into_iter().map(|(number, _)| number).collect();
    sink.leaves_out(left_out.clone());
    left_out
}

/// About as many bytes of a file as so many rows have of its rows.
fn share(whole: &Whole, rows: u64, of: u64) -> u64 {
    let share = u128::from(whole.len()) * u128::from(rows) / u128::from(of.max(1));
    u64::try_from(share).unwrap_or(u64::MAX)
}

fn footer_bytes(whole: &Whole) -> std::result::Result<Vec<u8>, Stop> {
    let damaged = |what: &str| Stop::Damaged(what.to_owned());
    let length = whole.len();
    let end =
        length.checked_sub(TAIL_BYTES).filter(|end| *end >= 4).ok_or_else(|| damaged("it is cut short"))?;
    let tail = whole.fetch(end..length)?;
    let (footer_length, magic) = tail.split_first_chunk().ok_or_else(|| damaged("it is cut short"))?;
    if magic != MAGIC {
        return Err(damaged(if magic == b"PARE" {
            "its footer is encrypted"
        } else {
            "it does not end as Parquet does: it is cut, or was not finished"
        }));
    }
    let footer_length = u64::from(u32::from_le_bytes(*footer_length));
    if footer_length > MOST_FOOTER_BYTES {
        return Err(damaged("its footer says that it is larger than 64 MiB"));
    }
    let begin = end.checked_sub(footer_length).filter(|begin| *begin >= 4);
    let begin = begin.ok_or_else(|| damaged("its footer says that it is longer than the file"))?;
    Ok(whole.fetch(begin..end)?.into_owned())
}

/// The footer of a file as the crate knows it; it was walked before, so that the crate can be given it.
///
/// # Errors
/// What is wrong with it, in words.
pub(in crate::archive) fn metadata(whole: &Whole) -> std::result::Result<ParquetMetaData, String> {
    let bytes = footer_bytes(whole).map_err(|stop| stop.to_string())?;
    if bytes.len() as u64 > MOST_FOOTER_AT_ONCE {
        return Err("its footer is large".into());
    }
    let footer = Footer::read(&bytes, |_| false)?;
    if u64::try_from(footer.rows) != Ok(footer.rows_of_groups()) {
        return Err("its row groups do not have the rows that its footer tells of".into());
    }
    ParquetMetaDataReader::decode_metadata(&bytes).map_err(|error| error.to_string())
}

/// Whether a column has more values in a row group than are read where it is written anew.
pub(in crate::archive) fn has_too_many(column: &ColumnChunkMetaData) -> bool {
    column.column_descr().max_rep_level() > 0
        && u64::try_from(column.num_values()).is_ok_and(|values| values > MOST_REPEATED)
}

/// The pages of any column of any type, and how many rows of it may be read at a time; `place`: where the page is that was read last.
///
/// # Errors
/// What cannot be of it.
pub(in crate::archive) fn pages(
    whole: &Whole,
    column: &ColumnChunkMetaData,
    place: &Arc<AtomicU64>,
) -> std::result::Result<(Box<dyn PageReader>, u64), String> {
    let leaf = column.column_descr();
    let unsigned = |number: i64| u64::try_from(number).map_err(|error| error.to_string());
    let begin = unsigned(column.data_page_offset())?;
    let dictionary = column.dictionary_page_offset().and_then(|begin| u64::try_from(begin).ok());
    let chunk = Chunk {
        codec: codec(column.compression()),
        values: unsigned(column.num_values())?,
        begin: dictionary.filter(|dictionary| (4..begin).contains(dictionary)).unwrap_or(begin),
        bytes: unsigned(column.compressed_size())?,
    };
    if has_too_many(column) {
        return Err("a column has more values than are written anew".into());
    }
    let column = Column {
        whole: whole.clone(),
        chunk,
        physical: leaf.physical_type(),
        fixed_bytes: u64::try_from(leaf.type_length()).unwrap_or(0),
        levels: usize::from(leaf.max_def_level() > 0) + usize::from(leaf.max_rep_level() > 0),
        most_page: LEAST_MOST_PAGE,
        place: Arc::clone(place),
        copies: None,
    };
    let rows = Pages::new(column.clone())?.survey()?;
    Ok((Box::new(Pages::new(column)?), rows))
}

/// As the format numbers it.
fn codec(compression: Compression) -> i64 {
    match compression {
        Compression::UNCOMPRESSED => 0,
        Compression::SNAPPY => 1,
        Compression::GZIP(_) => 2,
        Compression::LZO => 3,
        Compression::BROTLI(_) => 4,
        Compression::LZ4 => 5,
        Compression::ZSTD(_) => 6,
        Compression::LZ4_RAW => 7,
    }
}

/// What all row groups of a file have in common.
struct Rows<'f> {
    whole: &'f Whole,
    footer: &'f Footer,
    bytes: &'f [u8],
    levels: FieldLevels,
    metadata: ParquetMetaData,
    most_page: u64,
    /// Rows of all row groups.
    in_all: u64,
}

impl<'f> Rows<'f> {
    fn of(whole: &'f Whole, footer: &'f Footer, bytes: &'f [u8], max_record: u64) -> Result<Self> {
        let schema = &footer.schema;
        // Views are cut out of pages: a value that stands in a thousand rows is in memory once.
        let views = as_views(parquet_to_arrow_schema(schema, None)?.fields());
        let levels = parquet_to_arrow_field_levels(schema, ProjectionMask::all(), Some(&views))?;
        let metadata = FileMetaData::new(2, 0, None, None, Arc::clone(schema), None);
        let metadata = ParquetMetaData::new(metadata, Vec::new());
        let most_page = LEAST_MOST_PAGE.max(max_record.saturating_mul(2));
        let in_all = footer.rows_of_groups();
        Ok(Rows { whole, footer, bytes, levels, metadata, most_page, in_all })
    }

    fn read_group(&self, number: usize, group: &Group, sink: &mut Sink<'_>) -> std::result::Result<(), Stop> {
        let place = Arc::new(AtomicU64::new(0));
        let copies = sink.texts_stand().then(Arc::<Copies>::default);
        let place_of = |text: &[u8]| copies.as_ref()?.place_of(text);
        let mut next = group.first_row;
        let end = group.first_row + group.rows;
        let why = match self
            .columns(group, &place, copies.as_ref())
            .and_then(|columns| columns.reader(&self.levels))
        {
            // Rows that have no column of use are records without text.
            Ok(None) => loop {
                if next == end {
                    return Ok(());
                }
                sink.row(super::super::sink::At { ordinal: next, byte: None }, &[])?;
                next += 1;
            },
            Ok(Some(mut reader)) => loop {
                if next == end {
                    return Ok(());
                }
                match Sink::catch(|| reader.next()) {
                    Ok(Some(Ok(batch))) => {
                        let rows = put(&batch, next, end, &place_of, sink)?;
                        next += rows;
                        let bytes = share(self.whole, rows, self.in_all);
                        sink.has_gone_through(if sink.keeps_columns() { bytes / 2 } else { bytes });
                    }
                    Ok(Some(Err(error))) => break error.to_string(),
                    Ok(None) => break "it has fewer rows than it says".into(),
                    Err(panic) => break format!("its reader failed ({panic})"),
                }
            },
            Err(why) => why,
        };
        let (all, missing) = (self.footer.groups.len(), end - next);
        let message = format!(
            "row group {} of {all} cannot be read on: {why}; {missing} rows from record {next} on are not in the report",
            number + 1
        );
        let byte = Some(place.load(Ordering::Relaxed)).filter(|byte| *byte > 0);
        sink.problem(byte, ProblemKind::UnreadableFile, message);
        Ok(())
    }

    fn columns(
        &self,
        group: &Group,
        place: &Arc<AtomicU64>,
        copies: Option<&Arc<Copies>>,
    ) -> std::result::Result<Columns<'_>, String> {
        let chunks = self.footer.chunks(self.bytes, group)?;
        let columns = chunks.into_iter().zip(self.footer.schema.columns()).map(|(chunk, leaf)| Column {
            whole: self.whole.clone(),
            chunk,
            physical: leaf.physical_type(),
            fixed_bytes: u64::try_from(leaf.type_length()).unwrap_or(0),
            levels: usize::from(leaf.max_def_level() > 0),
            most_page: self.most_page,
            place: Arc::clone(place),
            copies: copies.cloned(),
        });
        Ok(Columns { leaves: columns.collect(), rows: group.rows, metadata: &self.metadata })
    }
}

/// Puts the rows of a batch, but none from `end` on; how many that were.
fn put(
    batch: &RecordBatch,
    next: u64,
    end: u64,
    place_of: &dyn Fn(&[u8]) -> Option<u64>,
    sink: &mut Sink<'_>,
) -> std::result::Result<u64, Stop> {
    let rows = (batch.num_rows() as u64).min(end - next);
    let batch = batch.slice(0, usize::try_from(rows).expect("not more than the batch has"));
    cells::put_batch(&batch, next, Some(place_of), sink)?;
    Ok(rows)
}

fn as_views(fields: &Fields) -> Fields {
    let view = |field: &FieldRef| -> Field {
        let kind = match field.data_type() {
            DataType::Binary => DataType::BinaryView,
            DataType::Struct(members) => DataType::Struct(as_views(members)),
            other => other.clone(),
        };
        field.as_ref().clone().with_data_type(kind)
    };
    fields.iter().map(view).collect()
}

/// The columns of one row group, as the crate asks for them.
struct Columns<'f> {
    leaves: Vec<Column>,
    rows: u64,
    metadata: &'f ParquetMetaData,
}

impl Columns<'_> {
    /// `None` if there are no columns.
    fn reader(&self, levels: &FieldLevels) -> std::result::Result<Option<ParquetRecordBatchReader>, String> {
        if self.leaves.is_empty() {
            return Ok(None);
        }
        let mut rows = BATCH_ROWS.min(self.rows.max(1));
        for column in &self.leaves {
            rows = rows.min(Pages::new(column.clone())?.survey()?);
        }
        let rows = usize::try_from(rows).expect("batches are small");
        let reader = ParquetRecordBatchReader::try_new_with_row_groups(levels, self, rows, None);
        reader.map(Some).map_err(|error| error.to_string())
    }
}

impl RowGroups for Columns<'_> {
    fn num_rows(&self) -> usize {
        usize::try_from(self.rows).unwrap_or(usize::MAX)
    }

    fn column_chunks(&self, column: usize) -> Result<Box<dyn PageIterator>> {
        let pages = Pages::new(self.leaves[column].clone()).map_err(ParquetError::General)?;
        Ok(Box::new(OneChunk(Some(Box::new(pages)))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups().iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}
