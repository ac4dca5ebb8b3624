//! What Parquet and Arrow have in common in tests: one table written in every way that the crates know, read back, cut and
//! damaged. The judge is the table itself.

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

fn check(what: &str, name: &str, bytes: &[u8]) {
    for mapped in [true, false] {
        let (found, problems) = read(name, bytes, &ReadSettings { mapped, ..settings() });
        assert_eq!(problems, [], "{what}");
        assert_eq!(found, expected(), "{what}");
    }
}

const KINDS: [DataType; 4] = [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View, DataType::Binary];

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

#[test]
fn a_table_is_read_whatever_its_compression_and_its_types_of_text() {
    let codecs = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    for kind in KINDS.iter().chain([&dictionary()]) {
        for codec in codecs {
            let properties = WriterProperties::builder().set_compression(codec).build();
            check(&format!("{codec:?}, {kind}"), "a.parquet", &parquet(&table(kind), properties));
        }
        for compression in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
            for (is_stream, name) in [(false, "a.arrow"), (true, "a.arrows")] {
                check(
                    &format!("{compression:?}, {kind}"),
                    name,
                    &arrow(&table(kind), compression, is_stream),
                );
            }
        }
    }
}

#[test]
fn a_table_is_read_whatever_its_encodings_and_pages() {
    let encodings = [Encoding::PLAIN, Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY];
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for encoding in encodings {
            for rows_of_a_page in [1, 3, 100] {
                let properties = WriterProperties::builder()
                    .set_writer_version(version)
                    .set_compression(Compression::SNAPPY)
                    .set_dictionary_enabled(rows_of_a_page == 3)
                    .set_column_encoding(ColumnPath::from("text"), encoding)
                    .set_column_encoding(ColumnPath::from("title"), encoding)
                    .set_column_encoding(ColumnPath::from("id"), Encoding::DELTA_BINARY_PACKED)
                    .set_data_page_row_count_limit(rows_of_a_page)
                    .set_write_batch_size(1)
                    .build();
                let what = format!("{version:?}, {encoding}, {rows_of_a_page}");
                check(&what, "a.parquet", &parquet(&table(&DataType::Utf8), properties));
            }
        }
    }
}

/// One column, one row: what it becomes as the date, the id and the text of an article.
fn check_value(column: ArrayRef, expect_date: &str, expect_id: &str, expect_kinds: &[ProblemKind]) {
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["A text."]));
    let columns = [("date", Arc::clone(&column)), ("id", column), ("text", texts)];
    let table = RecordBatch::try_from_iter(columns).expect("all have one row");
    let forms = [
        ("a.parquet", parquet(&table, WriterProperties::default())),
        ("a.arrow", arrow(&table, None, false)),
    ];
    for (name, bytes) in forms {
        let (found, problems) = read(name, &bytes, &settings());
        let expect = format!("A text. | {expect_id} |  | {expect_date} | ");
        assert_eq!(found.into_values().collect::<Vec<_>>(), [expect], "{name}");
        let kinds: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, expect_kinds, "{name}: {problems:?}");
    }
}

#[test]
fn numbers_times_and_days_are_what_they_would_be_in_json() {
    let (time, bad) = ("2018-07-15T11:54:28Z", [ProblemKind::BadDate]);
    check_value(Arc::new(Date32Array::from(vec![17_727])), "2018-07-15", "2018-07-15", &[]);
    check_value(
        Arc::new(TimestampNanosecondArray::from(vec![1_531_655_668_000_000_000]).with_timezone("+02:00")),
        time,
        time,
        &[],
    );
    check_value(Arc::new(Int64Array::from(vec![1_531_655_668])), time, "1531655668", &[]);
    check_value(Arc::new(Float64Array::from(vec![f64::NAN])), "", "", &[]);
    check_value(Arc::new(BooleanArray::from(vec![true])), "", "", &[]);
    check_value(Arc::new(StringArray::from(vec![None::<&str>])), "", "", &[]);
    check_value(Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX])), "", "9223372036854775807", &bad);
    let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"2018-07-15 \xFF"]));
    check_value(bytes, "", "2018-07-15 \u{FFFD}", &[ProblemKind::InvalidUtf8, ProblemKind::BadDate]);
}

#[test]
fn a_text_that_is_no_utf_8_costs_itself_alone() {
    let long = |row: usize| text(row).repeat(20);
    for kind in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
        let rows: Vec<String> = (0..3000).map(|row| long(row % ROWS)).collect();
        let texts: ArrayRef = match kind {
            DataType::Utf8 => Arc::new(StringArray::from(rows)),
            DataType::LargeUtf8 => Arc::new(LargeStringArray::from(rows)),
            _ => Arc::new(StringViewArray::from_iter_values(rows)),
        };
        let table = RecordBatch::try_from_iter([("text", texts)]).expect("one column");
        let files = [
            ("a.arrow", arrow(&table, None, false)),
            ("a.parquet", parquet(&table, WriterProperties::builder().set_dictionary_enabled(false).build())),
        ];
        for (name, mut bytes) in files {
            let place = bytes.windows(34).position(|window| window == &long(2).as_bytes()[..34]);
            // Views hold the first four bytes too.
            bytes[place.expect("it stands there as it is") + 9] = 0xFF;
            for mapped in [true, false] {
                let (found, problems) = read(name, &bytes, &ReadSettings { mapped, ..settings() });
                let kinds: Vec<_> = problems.iter().map(|problem| (problem.record, problem.kind)).collect();
                assert_eq!(kinds, [(Some(3), ProblemKind::InvalidUtf8)], "{kind} {name}");
                assert_eq!(found.len(), 3000, "{kind} {name}");
                assert!(
                    found[&3].starts_with("Engineers\u{FFFD}closed") && found[&15].starts_with(&long(2)),
                    "{kind} {name}"
                );
            }
        }
    }
}

#[test]
fn ten_thousand_columns_and_missing_ones_are_no_obstacle() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let mut columns: Vec<(String, ArrayRef)> =
        (0..10_000).map(|column| (format!("column{column}"), Arc::clone(&numbers))).collect();
    columns.push(("body".into(), Arc::new(StringArray::from(vec!["One text.", ""]))));
    let table = RecordBatch::try_from_iter(columns).expect("all have two rows");
    for (name, bytes) in
        [("a.parquet", parquet(&table, WriterProperties::default())), ("a.arrow", arrow(&table, None, true))]
    {
        let (found, problems) = read(name, &bytes, &settings());
        assert_eq!((found.len(), problems), (1, vec![]), "{name}");
    }
    let without_text = table.project(&[0, 1]).expect("they are there");
    for (name, bytes) in [
        ("a.parquet", parquet(&without_text, WriterProperties::default())),
        ("a.arrow", arrow(&without_text, None, false)),
    ] {
        let (found, problems) = read(name, &bytes, &settings());
        let kinds: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
        assert_eq!((found.len(), kinds), (0, vec![ProblemKind::TextMissing; 2]), "{name}");
    }
}

#[test]
fn large_texts_are_read_a_few_at_a_time_and_too_large_ones_are_told() {
    let large: Vec<String> = (0..40_u64).map(|row| row.to_string().repeat(200_000)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![("text", Arc::new(StringArray::from(large)))];
    let table = RecordBatch::try_from_iter(columns).expect("one column");
    let settings = ReadSettings { max_record: 300_000, ..settings() };
    for bytes in [parquet(&table, WriterProperties::default()), arrow(&table, None, true)] {
        let (found, problems) = read("unnamed", &bytes, &settings);
        assert_eq!(found.len(), 10);
        assert!(
            problems.len() == 30
                && problems.iter().all(|problem| problem.kind == ProblemKind::RecordTooLarge)
        );
    }
}

/// Texts of all lengths, with some that are missing, and characters of all lengths.
#[test]
fn texts_that_are_left_where_they_stand_read_as_if_they_were_copied() {
    let text = |row: usize| {
        (row % 7 != 3).then(|| format!("{row}: {}", "Häfen — 港 🚢 and ships. ".repeat(row * row % 97)))
    };
    let rows = || 0..400_usize;
    let table = |is_large: bool, other: DataType| {
        let texts = |text: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
            let texts = rows().map(text);
            if is_large {
                Arc::new(texts.collect::<LargeStringArray>())
            } else {
                Arc::new(texts.collect::<StringArray>())
            }
        };
        let title = rows().map(|row| (row % 5 != 1).then(|| format!("Title {row}"))).collect::<StringArray>();
        let title = arrow_cast_to(&title, &other);
        let seconds = (1_735_718_400..).take(400);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("body", texts(&|row| Some(format!("The other text of {row}, {}", "again ".repeat(row % 120))))),
            ("title", title),
            (
                "published_at",
                Arc::new(TimestampMicrosecondArray::from_iter_values(
                    seconds.map(|second| second * 1_000_000),
                )),
            ),
            ("id", texts(&|row| Some(format!("id-{row}")))),
            ("text", texts(&text)),
        ];
        RecordBatch::try_from_iter(columns).expect("all columns have as many rows")
    };
    for (is_large, other) in [(false, DataType::Utf8), (true, DataType::Binary), (false, dictionary())] {
        let table = table(is_large, other);
        for (is_stream, name) in [(false, "a.arrow"), (true, "a.arrows")] {
            let bytes = arrow(&table, None, is_stream);
            check_standing(name, &bytes, &settings());
            check_standing(
                name,
                &bytes,
                &ReadSettings { max_record: 1500, max_unpacked: Some(200_000), ..settings() },
            );
        }
        // Views, which the crate cuts out of pages: plain ones, and those of dictionaries.
        for (version, has_dictionary) in
            [(WriterVersion::PARQUET_1_0, false), (WriterVersion::PARQUET_2_0, true)]
        {
            let properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_encoding(Encoding::PLAIN)
                .set_dictionary_enabled(has_dictionary)
                .set_data_page_size_limit(40_000)
                .set_write_batch_size(16);
            check_standing("a.parquet", &parquet(&table, properties.build()), &settings());
        }
    }
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

/// Pages of all sorts, several in a row group, with levels, nothing, short and long texts in them; the judge is the table itself,
/// and the copying way.
#[test]
fn texts_are_left_in_pages_that_are_not_packed_and_in_no_others() {
    let rows = || 0..300_usize;
    // One text in three stands in the dictionary for others too.
    let text = |row: usize| {
        let other = if row.is_multiple_of(3) { row % 30 } else { row };
        (row % 7 != 3).then(|| letters(other, other * other % 97 * 40))
    };
    let title = |row: usize| (row % 5 != 1).then(|| letters(row + 1000, row % 400));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("title", Arc::new(rows().map(title).collect::<StringArray>())),
        ("id", Arc::new(Int64Array::from_iter_values(0..300))),
        ("text", Arc::new(rows().map(text).collect::<StringArray>())),
    ];
    let table = RecordBatch::try_from_iter(columns).expect("all columns have as many rows");
    let expect: BTreeMap<u64, String> = rows()
        .filter_map(|row| Some((row, text(row).filter(|text| !text.is_empty())?)))
        .map(|(row, text)| {
            (row as u64 + 1, format!("{text} | {row} |  |  | {}", title(row).unwrap_or_default()))
        })
        .collect();
    assert!(expect.len() > 200);
    let encodings = [Encoding::PLAIN, Encoding::DELTA_LENGTH_BYTE_ARRAY, Encoding::DELTA_BYTE_ARRAY];
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for encoding in encodings {
            for (codec, rows_of_group, has_dictionary) in [
                (Compression::UNCOMPRESSED, 300, false),
                (Compression::UNCOMPRESSED, 120, true),
                (Compression::SNAPPY, 300, false),
                (Compression::SNAPPY, 120, true),
            ] {
                let properties = WriterProperties::builder()
                    .set_writer_version(version)
                    .set_compression(codec)
                    .set_dictionary_enabled(has_dictionary)
                    .set_column_encoding(ColumnPath::from("title"), encoding)
                    .set_column_encoding(ColumnPath::from("text"), encoding)
                    .set_data_page_size_limit(20_000)
                    .set_write_batch_size(8)
                    .build();
                let bytes = parquet_in_groups(rows_of_group, &table, properties);
                let what = format!("{version:?}, {encoding}, {codec:?}, {has_dictionary}");
                let may_stand = has_dictionary || encoding != Encoding::DELTA_BYTE_ARRAY;
                // The second version leaves values as they are that a codec would make more of, but not dictionaries.
                let is_left = match (version, codec) {
                    (_, Compression::UNCOMPRESSED) => may_stand,
                    (WriterVersion::PARQUET_2_0, _) => !has_dictionary && encoding == Encoding::PLAIN,
                    _ => false,
                };
                assert_eq!(check_alike(&what, "a.parquet", &bytes, &settings()), is_left, "{what}");
                let (found, problems) = read("a.parquet", &bytes, &settings());
                let kinds: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
                assert_eq!(kinds, [], "{what}: a row without a text is empty");
                assert!(found == expect, "{what}");
            }
        }
    }
}

#[test]
fn a_text_that_changes_where_it_stands_is_what_stands_there_or_nothing_and_is_told() {
    let texts: Vec<String> = (0..60).map(|row| letters(row, 8000)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![("text", Arc::new(StringArray::from(texts.clone())))];
    let table = RecordBatch::try_from_iter(columns).expect("one column");
    let plain = WriterProperties::builder().set_dictionary_enabled(false).build();
    for (name, bytes) in
        [("a.parquet", parquet_in_groups(60, &table, plain)), ("a.arrow", arrow(&table, None, false))]
    {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).expect("written");
        let arguments = [path.to_str().expect("UTF-8").to_owned()];
        let (archive, problems) = Archive::open(&arguments, settings()).expect("opened");
        assert!(problems.is_empty() && archive.sources()[0].has_texts(), "{name}: {problems:?}");
        // Clocks of files tick a few hundred times a second.
        std::thread::sleep(std::time::Duration::from_millis(50));
        let file = std::fs::OpenOptions::new().write(true).open(&path).expect("opened");
        let place_of = |text: &str| {
            memchr::memmem::find(&bytes, text.as_bytes()).expect("it stands there as it is") as u64
        };
        file.write_all_at(b"\xFF", place_of(&texts[7]) + 100).expect("written");
        file.write_all_at(b"Other words", place_of(&texts[9])).expect("written");
        let mut seen = Vec::new();
        for piece in &archive.pieces().0 {
            let read = archive.read_piece(piece, |met| {
                let text = match met.outcome {
                    Outcome::Article(article) => article.text.into_owned(),
                    _ => String::new(),
                };
                assert_eq!(archive.text_at(met.place), text);
                seen.push(text);
            });
            read.expect("frames are there");
        }
        let mut expect = texts.clone();
        expect[7].clear();
        expect[9].replace_range(..11, "Other words");
        assert!(seen == expect, "{name}");
        assert_eq!(archive.changed().len(), 1, "{name}");
    }
}

#[test]
fn what_follows_a_stream_or_file_is_read_on_or_told() {
    let table = table(&DataType::Utf8);
    let (file, stream) = (arrow(&table, None, false), arrow(&table, None, true));
    // Without the mark that it ends.
    let open = stream[..stream.len() - 8].to_vec();
    let other: Vec<(&str, ArrayRef)> = vec![("body", Arc::new(StringArray::from(vec!["Another schema"; 2])))];
    let other = RecordBatch::try_from_iter(other).expect("a column");
    let mut expect = expected();
    for (row, said) in expected() {
        expect.insert(ROWS as u64 + row, said);
    }
    for row in [1, 2] {
        expect.insert(2 * ROWS as u64 + row, "Another schema |  |  |  | ".to_owned());
    }
    for (name, first, second) in [
        ("a.arrow", &file, &file),
        ("a.arrow", &file, &stream),
        ("a.arrows", &stream, &file),
        ("a.arrows", &stream, &stream),
        ("a.arrows", &open, &open),
    ] {
        for last in [arrow(&other, None, true), arrow(&other, None, false)] {
            let bytes = [&first[..], second, &last].concat();
            for mapped in [true, false] {
                let read_as = ReadSettings { mapped, ..settings() };
                let (found, problems) = read(name, &bytes, &read_as);
                assert_eq!(problems, [], "{name}");
                assert!(found == expect, "{name}: {found:?}");
                for junk in [&b"\n"[..], b"junk of some length that is no message ARROW1"] {
                    let (found, problems) = read(name, &[&bytes[..], junk].concat(), &read_as);
                    assert!(found == expect, "{name}: {found:?}");
                    let told: Vec<_> = problems.iter().map(|problem| (problem.kind, problem.byte)).collect();
                    assert_eq!(told, [(ProblemKind::UnreadableFile, Some(bytes.len() as u64))], "{name}");
                }
                let (found, problems) = read(name, &[&bytes[..], &last[..20]].concat(), &read_as);
                assert_eq!((found == expect, problems.len()), (true, 1), "{name}: {problems:?}");
            }
        }
    }
    // A file of which all but the end of the footer is there.
    let (found, problems) = read("a.arrow", &file[..file.len() - 1], &settings());
    assert_eq!((found, problems.len()), (expected(), 1));
}

#[test]
fn a_text_that_is_null_is_empty_in_every_format_and_a_list_is_said_to_be_one() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("text", Arc::new(StringArray::from(vec![Some("a"), None, None]))),
        ("body", Arc::new(StringArray::from(vec![None, None, Some("c")]))),
    ];
    let table = RecordBatch::try_from_iter(columns).expect("three columns");
    let lines = br#"{"id":1,"text":"a","body":null}
{"id":2,"text":null,"body":null}
{"id":3,"text":null,"body":"c"}
"#;
    let mut expect = BTreeMap::new();
    for (row, text) in [(1, "a"), (3, "c")] {
        expect.insert(row, format!("{text} | {row} |  |  | "));
    }
    for (name, bytes) in [
        ("a.parquet", parquet(&table, WriterProperties::builder().build())),
        ("a.arrow", arrow(&table, None, false)),
        ("a.jsonl", lines.to_vec()),
        ("a.csv", b"id,text,body\n1,a,\n2,,\n3,,c\n".to_vec()),
    ] {
        assert_eq!(read(name, &bytes, &settings()), (expect.clone(), Vec::new()), "{name}");
        let mut named = settings();
        named.fields.text = Some("text".into());
        let (found, problems) = read(name, &bytes, &named);
        assert_eq!((found.keys().collect::<Vec<_>>(), problems), (vec![&1], Vec::new()), "{name}");
    }
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in 0..3 {
        lists.values().append_value(format!("Line {row}"));
        lists.append(true);
    }
    let columns: Vec<(&str, ArrayRef)> =
        vec![("id", Arc::new(Int64Array::from(vec![1, 2, 3]))), ("lines", Arc::new(lists.finish()))];
    let table = RecordBatch::try_from_iter(columns).expect("two columns");
    let mut named = settings();
    named.fields.text = Some("lines".into());
    for (name, bytes) in [
        ("a.parquet", parquet(&table, WriterProperties::builder().build())),
        ("a.arrow", arrow(&table, None, false)),
    ] {
        let told = |settings| -> Vec<ProblemKind> {
            read(name, &bytes, settings).1.iter().map(|problem| problem.kind).collect()
        };
        assert_eq!(told(&named), [ProblemKind::TextNotString; 3], "{name}");
        assert_eq!(told(&settings()), [ProblemKind::TextMissing; 3], "{name}");
    }
}

#[test]
fn numbers_are_written_as_json_writes_them_in_every_format() {
    let ids = |values: ArrayRef, expect: &[&str; 3]| {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
        let kind = values.data_type().clone();
        let table = RecordBatch::try_from_iter(vec![("id", values), ("text", text)]).expect("two columns");
        let expect: BTreeMap<u64, String> = (1..)
            .zip(["a", "b", "c"].iter().zip(expect))
            .map(|(row, (text, id))| (row, format!("{text} | {id} |  |  | ")))
            .collect();
        for (name, bytes) in [
            ("a.parquet", parquet(&table, WriterProperties::builder().build())),
            ("a.arrow", arrow(&table, None, false)),
        ] {
            assert_eq!(read(name, &bytes, &settings()), (expect.clone(), Vec::new()), "{kind} in {name}");
        }
    };
    ids(Arc::new(Float64Array::from(vec![Some(45.0), Some(-0.25), None])), &["45.0", "-0.25", ""]);
    ids(Arc::new(Float32Array::from(vec![45.0, 0.1, 1e9])), &["45.0", "0.1", "1000000000.0"]);
    // Too wide for an integer: fixed bytes in Parquet.
    let wide = |first, precision, scale| {
        let values = Decimal128Array::from(vec![Some(first), Some(-45), None]);
        values.with_precision_and_scale(precision, scale).expect("it fits")
    };
    ids(Arc::new(wide(9_007_199_254_740_993, 38, 0)), &["9007199254740993", "-45", ""]);
    ids(Arc::new(wide(12_345, 25, 2)), &["123.45", "-0.45", ""]);
    let widest =
        Decimal256Array::from(vec![i256::from_i128(9_007_199_254_740_993), i256::from_i128(-45), i256::ZERO]);
    let widest = widest.with_precision_and_scale(76, 0).expect("it fits");
    ids(Arc::new(widest), &["9007199254740993", "-45", "0"]);
    let bytes = [[0x0F_u8; 16], [0xF0; 16], *b"0123456789abcdef"];
    let fixed = FixedSizeBinaryArray::try_from_iter(bytes.into_iter()).expect("of one length");
    ids(
        Arc::new(fixed),
        &[
            "0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f",
            "f0f0f0f0-f0f0-f0f0-f0f0-f0f0f0f0f0f0",
            "30313233-3435-3637-3839-616263646566",
        ],
    );
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

fn small() -> Vec<(&'static str, Vec<u8>)> {
    let table = table(&DataType::Utf8);
    let snappy = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    vec![
        ("a.parquet", parquet(&table, snappy)),
        ("a.arrow", arrow(&table, Some(CompressionType::LZ4_FRAME), false)),
        ("a.arrows", arrow(&table, None, true)),
    ]
}

#[test]
fn a_file_cut_anywhere_gives_what_stands_before_the_cut() {
    let expect = expected();
    for (name, bytes) in small() {
        let mut most = 0;
        for cut in (5..bytes.len()).step_by(5) {
            let (found, problems) = read(name, &bytes[..cut], &settings());
            assert!(found.iter().all(|(row, said)| expect.get(row) == Some(said)), "{name} cut at {cut}");
            assert!(found.len() == ROWS || !problems.is_empty() || name == "a.arrows", "{name} cut at {cut}");
            assert!(found.len() >= most || name == "a.parquet", "{name} cut at {cut}");
            most = found.len();
        }
    }
}

#[test]
fn flipped_bytes_end_no_run_and_lose_no_row_in_silence() {
    for (name, bytes) in small() {
        for at in (8..bytes.len()).step_by(7) {
            let flip = if at % 2 == 0 { 0xFF } else { 1 << (at % 8) };
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            // A flipped byte may turn one value into another, an id, a count of rows: but what is missing is told.
            let (found, problems) = read(name, &damaged, &settings());
            let told = found.len() >= ROWS || !problems.is_empty();
            assert!(told, "{name}: byte {at} ^ {flip}: {} rows and no problem", found.len());
        }
    }
}

#[test]
fn a_broken_row_group_among_good_ones_is_told_and_the_others_are_read() {
    let expect = expected();
    for (name, mut bytes) in small().into_iter().take(2) {
        let finder: &[u8] = if name == "a.parquet" { b"harbour wall 4" } else { b"\x04\x22\x4D\x18" };
        let places: Vec<usize> = memchr::memmem::find_iter(&bytes, finder).collect();
        // In the second row group (the footer names the text once more), in the second batch.
        let at = if name == "a.parquet" { places[0] } else { places[places.len() / 2] };
        let broken = if name == "a.parquet" { at - 40..at } else { at..at + 4 };
        bytes[broken].fill(0xEE);
        let (found, problems) = read(name, &bytes, &settings());
        let good: Vec<u64> =
            found.iter().filter(|(row, said)| expect.get(row) == Some(said)).map(|(row, _)| *row).collect();
        assert_eq!(good, [1, 2, 3, 4, 9, 10, 11, 12], "{name}: {problems:?}");
        assert_eq!(problems.len(), 1, "{name}: {problems:?}");
        let problem = &problems[0];
        assert_eq!(problem.kind, ProblemKind::UnreadableFile);
        assert!(problem.byte.is_some_and(|byte| byte > 0 && byte < at as u64), "{problem:?}");
    }
}
