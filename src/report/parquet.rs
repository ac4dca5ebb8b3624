//! A table as Parquet.
//!
//! In: rows. Out: a file with the columns and the order of the JSON Lines, typed (`columns`), compressed with zstd.
//!
//! It guarantees: the same bytes for the same rows, whatever the threads or the machine (nothing here depends on
//! time, and no Arrow schema is put into the file: the Parquet types say all); memory that does not grow with the
//! table: a batch of rows and one row group, both bounded, beside the largest row.
//!
//! Source: <https://parquet.apache.org/docs/file-format/>.

use std::io::{self, Write};

use arrow_array::builder::StructBuilder;
use arrow_array::{Array, RecordBatch, StructArray};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::columns::Cell;
use crate::archive::system_error;

/// Rows are handed over so many at a time, or so many bytes: enough that the work a batch does not show, little beside
/// what else a run holds.
const BATCH_ROWS: usize = 4096;
const BATCH_BYTES: usize = 1 << 20;

/// A row group is closed when it will have about so many bytes: readers want large ones (they skip and share work by
/// them), but it stands in memory until then.
const ROW_GROUP_BYTES: usize = 16 << 20;

/// The same for rows: what readers take in parallel (DuckDB by 122,880 rows a thread) where rows are small.
const ROW_GROUP_ROWS: usize = 122_880;

/// Writes all `rows`. `told` hears of every batch how many rows it had.
pub(super) fn write<R: Cell>(
    file: &mut (impl Write + Send),
    rows: impl Iterator<Item = R>,
    mut told: impl FnMut(u64),
) -> io::Result<()> {
    let DataType::Struct(fields) = R::data_type() else { unreachable!("a row has columns") };
    let properties = WriterProperties::builder()
        .set_created_by(concat!("wirecopy version ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(file, Schema::new(fields.clone()).into(), options)
        .map_err(system_error)?;
    let mut batch = StructBuilder::from_fields(fields, 0);
    let (mut held, mut bytes) = (0, 0);
    let mut rows = rows.peekable();
    while let Some(row) = rows.next() {
        bytes += row.put(&mut batch);
        held += 1;
        if held == BATCH_ROWS || bytes >= BATCH_BYTES || rows.peek().is_none() {
            hand_over(&mut writer, batch.finish())?;
            told(held as u64);
            (held, bytes) = (0, 0);
        }
    }
    writer.close().map_err(system_error)?;
    Ok(())
}

fn hand_over(writer: &mut ArrowWriter<impl Write + Send>, batch: StructArray) -> io::Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    writer.write(&RecordBatch::from(batch)).map_err(system_error)?;
    if writer.memory_size().max(writer.in_progress_size()) >= ROW_GROUP_BYTES {
        writer.flush().map_err(system_error)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use parquet::file::metadata::RowGroupMetaData;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::super::rows::MatchRow;
    use super::*;

    fn check(names: impl Iterator<Item = String>, expect_rows: &[i64]) {
        let mut told = 0;
        let mut file = Vec::new();
        let rows = names.map(|name| MatchRow {
            a: name.into(),
            b: "b".into(),
            resemblance: 0.5.into(),
            containment_a: 0.5.into(),
            containment_b: 0.5.into(),
            same_outlet: false,
            score: 0.5.into(),
            rule: "resemblance",
        });
        write(&mut file, rows, |rows| told += rows).expect("memory takes it");
        let file = SerializedFileReader::new(bytes::Bytes::from(file)).expect("it is Parquet");
        let groups = file.metadata().row_groups();
        let rows: Vec<i64> = groups.iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, expect_rows);
        assert_eq!(told, rows.iter().sum::<i64>().unsigned_abs());
    }

    /// A name that zstd can halve and no more.
    fn name(number: u64, bytes: usize) -> String {
        let mut name = String::with_capacity(bytes + 16);
        for part in 0_u64.. {
            if name.len() >= bytes {
                break;
            }
            let hash = xxhash_rust::xxh3::xxh3_64_with_seed(&part.to_le_bytes(), number);
            write!(name, "{hash:016x}").expect("text takes it");
        }
        name
    }

    #[test]
    fn row_groups_end_by_rows_where_rows_are_small_and_by_bytes_where_they_are_large() {
        check((0..0).map(|row| name(row, 16)), &[]);
        check((0..1).map(|row| name(row, 16)), &[1]);
        check((0..122_881).map(|row| name(row % 7, 16)), &[122_880, 1]);
        check((0..40).map(|row| name(row, 1 << 20)), &[32, 8]);
    }
}
