//! What Parquet and Arrow have in common in tests: one table written in every way that the crates know, read back, cut and
//! damaged. The judge is the table itself.

mod damage;
mod standing;
mod values;

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, DictionaryArray,
    FixedSizeBinaryArray, Float32Array, Float64Array, Int64Array, LargeStringArray, RecordBatch, StringArray,
    StringViewArray, StructArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow_buffer::i256;
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::tests::{check_alike, check_standing, read_with};
use crate::archive::record::{Outcome, Record};
use crate::archive::{Archive, ReadSettings};
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;

const ROWS: usize = 12;

/// What is read of a file: the articles by number, the problems.
pub(in crate::archive::readers) fn read(
    name: &str,
    bytes: &[u8],
    settings: &ReadSettings,
) -> (BTreeMap<u64, String>, Vec<Problem>) {
    let (seen, mut problems) = read_with(name, bytes, settings.clone());
    let mut found = BTreeMap::new();
    for record in seen {
        problems.extend(record.kinds.iter().map(|&kind| Problem {
            path: name.to_owned(),
            record: Some(record.ordinal),
            byte: record.byte,
            kind,
            message: String::new(),
        }));
        if let Outcome::Article(article) = record.outcome {
            let Record { text, id, outlet, published, title, .. } = *article;
            let [id, outlet, title] = [id, outlet, title].map(Option::unwrap_or_default);
            let published = published.map(|published| published.to_string()).unwrap_or_default();
            let said = format!("{text} | {id} | {outlet} | {published} | {title}");
            assert!(found.insert(record.ordinal, said).is_none(), "record {} twice", record.ordinal);
        }
    }
    (found, problems)
}

pub(in crate::archive::readers) fn settings() -> ReadSettings {
    Settings::default().read
}

fn text(row: usize) -> String {
    format!(
        "Engineers closed harbour wall {row} at Port Alder — and “{}” after that.",
        "forty boats ".repeat(row)
    )
}

/// What [`read`] says of the rows of [`table`].
fn expected() -> BTreeMap<u64, String> {
    let said = |row: usize| {
        let title = if row % 3 == 1 { String::new() } else { format!("Title {row}") };
        format!(
            "{} | {} | paper{}.example | 2025-01-0{}T08:00:00Z | {title}",
            text(row),
            100 + row,
            row % 2,
            1 + row % 9
        )
    };
    (0..ROWS).map(|row| (row as u64 + 1, said(row))).collect()
}

/// Twelve articles, with columns of `kind` for what is text.
fn table(kind: &DataType) -> RecordBatch {
    let texts = |values: Vec<Option<String>>| -> ArrayRef {
        match kind {
            DataType::Utf8 => Arc::new(StringArray::from(values)),
            DataType::LargeUtf8 => Arc::new(LargeStringArray::from(values)),
            DataType::Utf8View => Arc::new(StringViewArray::from_iter(values)),
            DataType::Binary => {
                let bytes = values.iter().map(|text| text.as_ref().map(String::as_bytes));
                Arc::new(bytes.collect::<BinaryArray>())
            }
            _ => Arc::new(values.iter().map(Option::as_deref).collect::<DictionaryArray<Int32Type>>()),
        }
    };
    let rows = || 0..ROWS;
    let numbers = || 0..i64::try_from(ROWS).expect("a dozen");
    let morning = |row: i64| 1_735_718_400 + 86_400 * (row % 9); // 2025-01-01T08:00:00Z and on
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in rows() {
        for author in 0..row % 3 {
            lists.values().append_value(format!("Author {author}"));
        }
        lists.append(true);
    }
    let member = texts(rows().map(|row| Some(format!("paper{}.example", row % 2))).collect());
    let ranks: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers()));
    let publisher = StructArray::new(
        Fields::from(vec![
            Field::new("rank", DataType::Int64, true),
            Field::new("name", member.data_type().clone(), true),
        ]),
        vec![ranks, member],
        None,
    );
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("noise", Arc::new(Float64Array::from(vec![0.5; ROWS]))),
        ("authors", Arc::new(lists.finish())),
        ("id", Arc::new(Int64Array::from_iter_values(numbers().map(|row| 100 + row)))),
        (
            "published_at",
            Arc::new(TimestampMicrosecondArray::from_iter_values(
                numbers().map(|row| morning(row) * 1_000_000),
            )),
        ),
        ("title", texts(rows().map(|row| (row % 3 != 1).then(|| format!("Title {row}"))).collect())),
        ("publisher", Arc::new(publisher)),
        ("seen", Arc::new(BooleanArray::from(vec![true; ROWS]))),
        ("text", texts(rows().map(|row| Some(text(row))).collect())),
    ];
    RecordBatch::try_from_iter(columns).expect("all columns have as many rows")
}

fn parquet(table: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    parquet_in_groups(4, table, properties)
}

fn parquet_in_groups(rows: usize, table: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, table.schema(), Some(properties)).expect("a schema");
    for begin in (0..table.num_rows()).step_by(rows) {
        writer.write(&table.slice(begin, rows.min(table.num_rows() - begin))).expect("memory takes it");
        writer.flush().expect("memory takes it");
    }
    writer.close().expect("memory takes it");
    file
}

fn arrow(table: &RecordBatch, compression: Option<CompressionType>, is_stream: bool) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).expect("it is known");
    let mut file = Vec::new();
    let parts =
        (0..table.num_rows()).step_by(4).map(|begin| table.slice(begin, 4.min(table.num_rows() - begin)));
    if is_stream {
        let mut writer =
            StreamWriter::try_new_with_options(&mut file, &table.schema(), options).expect("a schema");
        parts.for_each(|part| writer.write(&part).expect("memory takes it"));
        writer.finish().expect("memory takes it");
    } else {
        let mut writer =
            FileWriter::try_new_with_options(&mut file, &table.schema(), options).expect("a schema");
        parts.for_each(|part| writer.write(&part).expect("memory takes it"));
        writer.finish().expect("memory takes it");
    }
    file
}

/// Letters that no codec makes less of.
pub(in crate::archive::readers) fn letters(seed: usize, count: usize) -> String {
    let mut state = seed as u64;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + state.to_le_bytes()[5] % 64)
    };
    (0..count).map(|_| letter()).collect()
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The same texts in a column of another type.
fn arrow_cast_to(texts: &StringArray, kind: &DataType) -> ArrayRef {
    match kind {
        DataType::Binary => {
            Arc::new(texts.iter().map(|text| text.map(str::as_bytes)).collect::<BinaryArray>())
        }
        DataType::Dictionary(..) => Arc::new(texts.iter().collect::<DictionaryArray<Int32Type>>()),
        _ => Arc::new(texts.clone()),
    }
}

/// All compressions of pages.
pub(in crate::archive) fn codecs() -> [Compression; 7] {
    [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ]
}
