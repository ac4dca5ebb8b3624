//! Columns: a Parquet file written anew without some of its rows and with less in some of its texts, and the way back.
//!
//! In: a file whose rows were read without a problem, and what becomes of its rows ([`Change`]). Out: a file with the same
//! schema and metadata, row group by row group, its columns compressed as they were. The idea: nothing is made of the
//! values. Each column is passed through as the format holds it, as levels and values; a row that goes leaves
//! a gap in every column, whatever its type and however it is nested. Texts alone are looked into.
//!
//! It guarantees: levels and values of what stays, in every column, are what they were; with what is held of rows and texts that went,
//! they come back, which a hash of all levels and values proves. Pages are read within the bounds of their reader. It does not keep: how values are encoded in pages, where pages end,
//! bloom filters, the note of an order; statistics are made anew. Memory: of one column some records, a page, a dictionary; what is
//! held of the rows of one group stands in a temporary file.
//!
//! - `cell`: a value · `pass`: one column of one row group · `held`: cells of rows that go, by column and then by row

mod cell;
mod held;
mod pass;

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::basic::{Compression, Encoding};
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::{
    BoolType, ByteArrayType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type, Int96Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::ColumnDescriptor;
use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

use super::readers::{self, Whole};
use super::sink::Sink;
use held::Held;
use pass::Pass;

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It goes; its cells are held.
    Take,
    /// It comes back, with the cells that are held.
    Put,
    /// The text in this column changes.
    Text(String, TextEdit),
}

/// How a text changes, in the order of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TextEdit {
    /// These bytes go.
    Cut(Vec<Range<usize>>),
    /// At these bytes of what it becomes, this comes back.
    Fill(Vec<(usize, String)>),
}

/// Why a file cannot be written anew.
#[derive(Debug)]
pub(crate) enum Failed {
    Reading(io::Error),
    Writing(io::Error),
    Temporary(io::Error),
}

/// A Parquet file.
pub(crate) struct Columns {
    whole: Whole,
    metadata: ParquetMetaData,
}

/// A Parquet file under way.
pub(crate) struct Rewriting<'c, W: Write + Send> {
    from: &'c Columns,
    to: SerializedFileWriter<W>,
    held: Held,
    hash: Xxh3,
}

impl Columns {
    /// # Errors
    /// A file that is no Parquet, or that cannot be written anew.
    pub(crate) fn open(file: File) -> io::Result<Columns> {
        Columns::of(Whole::new(file, false)?)
    }

    /// # Errors
    /// As [`Columns::open`].
    pub(super) fn of(whole: Whole) -> io::Result<Columns> {
        let metadata =
            Sink::catch(|| readers::metadata(&whole)).and_then(|read| read).map_err(io::Error::other)?;
        let leaves = metadata.file_metadata().schema_descr().num_columns();
        let can_be_written = metadata.row_groups().iter().all(|group| {
            group.num_columns() == leaves
                && group.columns().iter().all(|column| {
                    column.compression() != Compression::LZO
                        && column.file_path().is_none()
                        && !readers::has_too_many(column)
                })
        });
        if can_be_written { Ok(Columns { whole, metadata }) } else { Err(io::ErrorKind::Unsupported.into()) }
    }

    /// How many columns it has, those within others counted.
    pub(super) fn leaves(&self) -> usize {
        self.metadata.file_metadata().schema_descr().num_columns()
    }

    /// How many rows each row group has.
    pub(crate) fn row_groups(&self) -> Vec<u64> {
        let groups = self.metadata.row_groups().iter();
        groups.map(|group| group.num_rows().unsigned_abs()).collect()
    }

    /// Begins a file with the same schema. What is held of rows that go stands in `temp_dir`.
    pub(crate) fn rewrite<W: Write + Send>(
        &self,
        out: W,
        temp_dir: &Path,
    ) -> Result<Rewriting<'_, W>, Failed> {
        let metadata = &self.metadata;
        let schema = metadata.file_metadata().schema_descr();
        let to = SerializedFileWriter::new(out, schema.root_schema_ptr(), Arc::new(properties(metadata)));
        let to = to.map_err(|error| Failed::Writing(system_error(error)))?;
        let held = Held::new(temp_dir, schema.num_columns()).map_err(Failed::Temporary)?;
        Ok(Rewriting { from: self, to, held, hash: Xxh3::new() })
    }
}

/// What the file says of how its columns are written, as far as it can be done again.
fn properties(metadata: &ParquetMetaData) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("wirecopy version ", env!("CARGO_PKG_VERSION")).into())
        .set_key_value_metadata(metadata.file_metadata().key_value_metadata().cloned());
    // Row groups of one file are written by one writer.
    let columns = metadata.row_groups().first().map_or(&[][..], |group| group.columns());
    for column in columns {
        let path = column.column_path();
        let has_dictionary = column
            .encodings()
            .any(|encoding| encoding == Encoding::RLE_DICTIONARY || encoding as i32 == PLAIN_DICTIONARY);
        properties = properties
            .set_column_compression(path.clone(), column.compression())
            .set_column_dictionary_enabled(path.clone(), has_dictionary);
    }
    properties.build()
}

/// The older name of the same encoding, which the crate warns of.
const PLAIN_DICTIONARY: i32 = 2;

impl<W: Write + Send> Rewriting<'_, W> {
    /// Writes a row group anew: it has `rows` rows where none is gone, and `changes` name the rows that change, from 0,
    /// ascending. `from`: which row group of the file is read; `None` if all rows come back. One that is left without
    /// rows is not written.
    pub(crate) fn group(
        &mut self,
        from: Option<usize>,
        rows: u64,
        changes: &[(u64, Change)],
    ) -> Result<(), Failed> {
        let Rewriting { from: columns, to, held, hash } = self;
        let done = Sink::catch(|| columns.pass(from, to, rows, changes, held, hash));
        done.unwrap_or_else(|panic| Err(Failed::Reading(io::Error::other(panic))))
    }

    /// The cells of the row that went as the `number`th of its group.
    pub(crate) fn cells(&mut self, number: usize) -> Result<Value, Failed> {
        self.held.cells(number).map_err(Failed::Temporary)
    }

    /// Holds the cells of the next row that comes back; `None` if they are none of this file.
    pub(crate) fn hold(&mut self, cells: &Value) -> Result<Option<()>, Failed> {
        self.held.hold(cells).map_err(Failed::Temporary)
    }

    /// Forgets what is held: another row group begins.
    pub(crate) fn let_go(&mut self) {
        self.held.clear();
    }

    /// Ends the file: what it was written to, and the hash of all levels and values where none is gone.
    pub(crate) fn finish(self) -> Result<(W, u128), Failed> {
        let out = self.to.into_inner().map_err(|error| Failed::Writing(system_error(error)))?;
        Ok((out, self.hash.digest128()))
    }
}

impl Columns {
    fn pass<W: Write + Send>(
        &self,
        from: Option<usize>,
        to: &mut SerializedFileWriter<W>,
        rows: u64,
        changes: &[(u64, Change)],
        held: &mut Held,
        hash: &mut Xxh3,
    ) -> Result<(), Failed> {
        let writing = |error| Failed::Writing(system_error(error));
        let gone = changes.iter().filter(|(_, change)| *change == Change::Take).count() as u64;
        let group = from.map(|number| self.metadata.row_group(number));
        let mut new = if gone < rows { Some(to.next_row_group().map_err(writing)?) } else { None };
        let schema = self.metadata.file_metadata().schema_descr();
        let mut named = Vec::new();
        for (leaf, column) in schema.columns().iter().enumerate() {
            // Of columns of one name the first counts, as it does where rows are read.
            let name = text_column(column).filter(|name| !named.contains(name));
            named.extend(name);
            let reader = group.map(|group| self.reader(group, leaf, &Arc::default())).transpose()?;
            let mut writer = match &mut new {
                Some(new) => new.next_column().map_err(writing)?,
                None => None,
            };
            let pass = Pass { column, name, leaf, rows, changes, held: Some(&mut *held), hash: &mut *hash };
            run(pass, reader, writer.as_mut())?;
            if let Some(writer) = writer {
                writer.close().map_err(writing)?;
            }
        }
        match new {
            Some(new) => new.close().map(drop).map_err(writing),
            None => Ok(()),
        }
    }
}

/// Why a row group cannot be written again.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) column: String,
    pub(super) why: String,
    /// Where the page is at which that was met, if one was.
    pub(super) byte: Option<u64>,
}

impl Columns {
    /// Reads these columns of a row group to their end, as they are where it is written anew: whether that can be.
    pub(super) fn check(&self, group: usize, leaves: &[usize]) -> Result<(), Unreadable> {
        let group = self.metadata.row_group(group);
        for &leaf in leaves {
            let column = group.column(leaf).column_descr();
            let (place, mut hash) = (Arc::new(AtomicU64::new(0)), Xxh3::new());
            let read = Sink::catch(|| {
                let reader = self.reader(group, leaf, &place)?;
                let rows = group.num_rows().unsigned_abs();
                let pass = Pass { column, name: None, leaf, rows, changes: &[], held: None, hash: &mut hash };
                run(pass, Some(reader), None)
            });
            let why = match read {
                Ok(Ok(())) => continue,
                Ok(Err(Failed::Reading(error) | Failed::Writing(error) | Failed::Temporary(error))) => {
                    error.to_string()
                }
                Err(panic) => format!("its reader failed ({panic})"),
            };
            let byte = Some(place.load(Ordering::Relaxed)).filter(|byte| *byte > 0);
            return Err(Unreadable { column: column.path().string(), why, byte });
        }
        Ok(())
    }

    /// The values of a column, and how many rows of it may be read at a time; `place`: where its last page is.
    fn reader(
        &self,
        group: &RowGroupMetaData,
        leaf: usize,
        place: &Arc<AtomicU64>,
    ) -> Result<(ColumnReader, u64), Failed> {
        let column = group.column(leaf);
        let pages = readers::pages(&self.whole, column, place);
        let (pages, most) = pages.map_err(|why| Failed::Reading(io::Error::other(why)))?;
        Ok((get_column_reader(column.column_descr_ptr(), pages), most))
    }
}

/// Passes a column of any type on.
fn run(
    mut pass: Pass<'_>,
    from: Option<(ColumnReader, u64)>,
    to: Option<&mut SerializedColumnWriter<'_>>,
) -> Result<(), Failed> {
    match pass.column.physical_type() {
        parquet::basic::Type::BOOLEAN => pass.run::<BoolType>(from, to),
        parquet::basic::Type::INT32 => pass.run::<Int32Type>(from, to),
        parquet::basic::Type::INT64 => pass.run::<Int64Type>(from, to),
        parquet::basic::Type::INT96 => pass.run::<Int96Type>(from, to),
        parquet::basic::Type::FLOAT => pass.run::<FloatType>(from, to),
        parquet::basic::Type::DOUBLE => pass.run::<DoubleType>(from, to),
        parquet::basic::Type::BYTE_ARRAY => pass.run::<ByteArrayType>(from, to),
        parquet::basic::Type::FIXED_LEN_BYTE_ARRAY => pass.run::<FixedLenByteArrayType>(from, to),
    }
}

/// The name of a column whose cells may be texts that change: those within others never are.
fn text_column(column: &ColumnDescriptor) -> Option<&str> {
    match column.path().parts() {
        [name] if column.max_rep_level() == 0 => Some(name),
        _ => None,
    }
}

/// What the operating system said, where it is that: a full disk is told as such.
pub(crate) fn system_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(source) => io::Error::other(source),
        },
        error => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests;
