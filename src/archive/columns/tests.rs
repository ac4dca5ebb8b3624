//! Files of every type and nesting, without some rows and back.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::ZstdLevel;
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::record::Row;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::*;
use crate::archive::readers::columnar_tests::codecs;

const SCHEMA: &str = "
message news {
    required boolean yes;
    optional int32 day (DATE);
    required int64 number;
    optional int96 old;
    required float single;
    optional double exact;
    optional binary text (STRING);
    required fixed_len_byte_array(3) three;
    optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
    optional group deep { optional group deeper { optional int32 n; repeated binary any; } }
    optional binary blob;
}";

/// What a row holds, told by one number.
fn text_of(row: i64) -> Option<String> {
    (row % 5 != 3).then(|| {
        format!("Text of {row}, ünlike all others. {}", "x".repeat(usize::try_from(row % 7).expect("small")))
    })
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: &[i16],
    repetitions: &[i16],
) {
    let mut column = group.next_column().expect("memory").expect("a column");
    let some = |levels: &[i16]| (!levels.is_empty()).then(|| levels.to_vec());
    column
        .typed::<T>()
        .write_batch(values, some(levels).as_deref(), some(repetitions).as_deref())
        .expect("memory");
    column.close().expect("memory");
}

fn group(writer: &mut SerializedFileWriter<Vec<u8>>, rows: Range<i64>) {
    let mut group = writer.next_row_group().expect("memory");
    let group_ = &mut group;
    let all: Vec<i64> = rows.collect();
    // Of each optional column every fifth value is missing.
    let some: Vec<i64> = all.iter().copied().filter(|row| row % 5 != 3).collect();
    let levels: Vec<i16> = all.iter().map(|row| i16::from(row % 5 != 3)).collect();
    let small = |row: &i64| i32::try_from(*row).expect("small");
    column::<BoolType>(group_, &all.iter().map(|row| row % 2 == 0).collect::<Vec<_>>(), &[], &[]);
    column::<Int32Type>(group_, &some.iter().map(small).collect::<Vec<_>>(), &levels, &[]);
    column::<Int64Type>(group_, &all, &[], &[]);
    let old = |row: &i64| Int96::from(vec![u32::try_from(*row).expect("small"), 7, u32::MAX]);
    column::<Int96Type>(group_, &some.iter().map(old).collect::<Vec<_>>(), &levels, &[]);
    let single = |row: &i64| if row % 2 == 0 { f32::NAN } else { -0.0 };
    column::<FloatType>(group_, &all.iter().map(single).collect::<Vec<_>>(), &[], &[]);
    column::<DoubleType>(
        group_,
        &some.iter().map(|row| 0.1 + f64::from(small(row))).collect::<Vec<_>>(),
        &levels,
        &[],
    );
    let text = |row: &i64| ByteArray::from(text_of(*row).expect("some").into_bytes());
    column::<ByteArrayType>(group_, &some.iter().map(text).collect::<Vec<_>>(), &levels, &[]);
    let three =
        |row: &i64| FixedLenByteArray::from(vec![b'a', 0xFF, u8::try_from(row % 256).expect("small")]);
    column::<FixedLenByteArrayType>(group_, &all.iter().map(three).collect::<Vec<_>>(), &[], &[]);
    let (mut tags, mut levels_, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    for row in &all {
        // No list, an empty one, one of a null, one of three.
        let of_row: &[i16] = match row % 4 {
            0 => &[0],
            1 => &[1],
            2 => &[2],
            _ => &[3, 2, 3],
        };
        for (level, at) in of_row.iter().zip(0..) {
            levels_.push(*level);
            repetitions.push(i16::from(at > 0));
            if *level == 3 {
                tags.push(ByteArray::from(format!("tag {row} {at}").into_bytes()));
            }
        }
    }
    column::<ByteArrayType>(group_, &tags, &levels_, &repetitions);
    let depth = |row: &i64| i16::try_from(row % 4).expect("small");
    let n: Vec<i32> = all.iter().filter(|row| depth(row) == 3).map(small).collect();
    column::<Int32Type>(group_, &n, &all.iter().map(depth).collect::<Vec<_>>(), &[]);
    let (mut any, mut levels_, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    for row in &all {
        let most = depth(row).min(2);
        let count = if most == 2 { row % 3 } else { 0 };
        for at in 0..count.max(1) {
            levels_.push(if count > 0 { 3 } else { most });
            repetitions.push(i16::from(at > 0));
            if count > 0 {
                any.push(ByteArray::from(vec![0xC3, u8::try_from(at).expect("small")]));
            }
        }
    }
    column::<ByteArrayType>(group_, &any, &levels_, &repetitions);
    let blob = |row: &i64| ByteArray::from(vec![0xFF, u8::try_from(row % 256).expect("small")]);
    column::<ByteArrayType>(group_, &some.iter().map(blob).collect::<Vec<_>>(), &levels, &[]);
    group.close().expect("memory");
}

fn file(groups: &[i64], compression: Compression) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_dictionary_enabled(compression != Compression::UNCOMPRESSED)
        .set_data_page_row_count_limit(3)
        .set_write_batch_size(2)
        .set_key_value_metadata(Some(vec![KeyValue::new("who".to_owned(), "test".to_owned())]))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("memory");
    let mut before = 0;
    for rows in groups {
        group(&mut writer, before..before + rows);
        before += rows;
    }
    writer.into_inner().expect("memory")
}

fn opened(bytes: &[u8]) -> Columns {
    let file = tempfile::tempfile().expect("a temporary file");
    (&file).write_all(bytes).expect("written");
    Columns::open(file).expect("Parquet")
}

/// All rows, as the crate's own reader of rows tells them.
fn rows(bytes: &[u8]) -> Vec<Row> {
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes)).expect("Parquet");
    reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row")).collect()
}

fn without(row: &Row, column: &str) -> String {
    let fields = row.get_column_iter().filter(|(name, _)| *name != column);
    fields.fold(String::new(), |told, (name, field)| told + name + &format!(" {field}, "))
}

/// Takes rows out and cuts texts, as told for each row, and brings all back.
fn check(groups: &[i64], compression: Compression, taken: &dyn Fn(i64) -> bool, cut: &dyn Fn(i64) -> bool) {
    let whole = file(groups, compression);
    let folder = std::env::temp_dir();
    let columns = opened(&whole);
    let mut rewriting = columns.rewrite(Vec::new(), &folder).expect("begun");
    let (mut before, mut ledger) = (0, Vec::new());
    // "of" and the number, and the letters at the end, which may be none.
    let spans =
        |text: &str| vec![5..text.find(',').expect("a comma"), text.rfind(' ').expect("blanks")..text.len()];
    for (number, rows) in groups.iter().enumerate() {
        let mut changes = Vec::new();
        for row in 0..*rows {
            let at = row.unsigned_abs();
            match text_of(before + row) {
                _ if taken(before + row) => changes.push((at, Change::Take)),
                Some(text) if cut(before + row) => {
                    changes.push((at, Change::Text("text".into(), TextEdit::Cut(spans(&text)))));
                }
                _ => {}
            }
        }
        rewriting.group(Some(number), rows.unsigned_abs(), &changes).expect("written");
        let gone = changes.iter().filter(|(_, change)| *change == Change::Take).count();
        let cells: Vec<Value> = (0..gone).map(|row| rewriting.cells(row).expect("held")).collect();
        ledger.push((changes, cells));
        rewriting.let_go();
        before += rows;
    }
    let (cleaned, hash) = rewriting.finish().expect("written");
    let left = rows(&cleaned);
    let expect: Vec<Row> =
        rows(&whole).into_iter().zip(0..).filter(|(_, row)| !taken(*row)).map(|(row, _)| row).collect();
    assert_eq!(left.len(), expect.len());
    for (left, expect) in left.iter().zip(&expect) {
        assert_eq!(without(left, "text"), without(expect, "text"));
    }
    let metadata = |bytes: &[u8]| opened(bytes).metadata;
    let (was, is) = (metadata(&whole), metadata(&cleaned));
    assert_eq!(is.file_metadata().schema_descr(), was.file_metadata().schema_descr());
    assert_eq!(is.file_metadata().key_value_metadata(), was.file_metadata().key_value_metadata());
    let codecs = |group: &RowGroupMetaData| -> Vec<Compression> {
        group.columns().iter().map(ColumnChunkMetaData::compression).collect()
    };
    assert!(is.row_groups().iter().all(|group| codecs(group) == codecs(was.row_group(0))));

    let columns = opened(&cleaned);
    let mut rewriting = columns.rewrite(Vec::new(), &folder).expect("begun");
    let (mut from, mut before) = (0, 0);
    for (rows, (changes, cells)) in groups.iter().zip(&ledger) {
        for cells in cells {
            rewriting.hold(cells).expect("held").expect("of this file");
        }
        let back = |(row, change): &(u64, Change)| {
            let text = text_of(before + i64::try_from(*row).expect("small"));
            let change = match change {
                Change::Text(name, TextEdit::Cut(spans)) => {
                    let text = text.expect("a text");
                    let fill = |span: &Range<usize>| (span.start, text[span.clone()].to_owned());
                    Change::Text(name.clone(), TextEdit::Fill(spans.iter().map(fill).collect()))
                }
                _ => Change::Put,
            };
            (*row, change)
        };
        let stays = cells.len() < usize::try_from(*rows).expect("small");
        let changes: Vec<(u64, Change)> = changes.iter().map(back).collect();
        rewriting.group(stays.then_some(from), rows.unsigned_abs(), &changes).expect("written");
        rewriting.let_go();
        from += usize::from(stays);
        before += rows;
    }
    let (back, hash_back) = rewriting.finish().expect("written");
    assert_eq!(hash_back, hash);
    let told = |bytes: &[u8]| rows(bytes).iter().map(|row| without(row, "")).collect::<Vec<_>>();
    assert_eq!(told(&back), told(&whole));
}

#[test]
fn rows_of_all_types_go_and_come_back_in_all_compressions() {
    for compression in codecs() {
        check(&[40, 9, 1], compression, &|row| row % 3 == 1, &|row| row % 2 == 0);
    }
}

#[test]
fn row_groups_and_files_that_become_empty_go_and_come_back() {
    check(&[4, 5, 6], Compression::SNAPPY, &|row| (4..9).contains(&row), &|_| false);
    check(&[4, 5], Compression::SNAPPY, &|_| true, &|_| false);
    check(&[], Compression::SNAPPY, &|_| true, &|_| false);
    check(&[3000], Compression::SNAPPY, &|row| row % 1000 == 0, &|row| row > 2990);
}

#[test]
fn what_is_none_of_a_file_is_refused() {
    let whole = file(&[5], Compression::SNAPPY);
    let columns = opened(&whole);
    let refused = |rows: u64, changes: &[(u64, Change)]| {
        let mut rewriting = columns.rewrite(Vec::new(), &std::env::temp_dir()).expect("begun");
        rewriting.group(Some(0), rows, changes).is_err()
    };
    assert!(!refused(5, &[]));
    assert!(refused(4, &[]) && refused(6, &[]) && refused(6, &[(0, Change::Put)]));
    let cut = |row, span: Range<usize>| (row, Change::Text("text".into(), TextEdit::Cut(vec![span])));
    assert!(!refused(5, &[cut(0, 0..1)]));
    assert!(refused(5, &[cut(3, 0..1)]), "no text is there");
    assert!(refused(5, &[cut(0, 0..1000)]), "no such place is there");
    let mut rewriting = columns.rewrite(Vec::new(), &std::env::temp_dir()).expect("begun");
    assert!(rewriting.hold(&serde_json::json!([1, 2])).expect("held").is_none());
    assert!(Columns::open(tempfile::tempfile().expect("a file")).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn any_rows_go_and_come_back(groups in prop::collection::vec(1_i64..30, 1..4), taken in prop::collection::vec(any::<bool>(), 90), cut in prop::collection::vec(any::<bool>(), 90)) {
        let of = |told: &[bool], row: i64| told[usize::try_from(row).expect("small")];
        check(&groups, Compression::SNAPPY, &|row| of(&taken, row), &|row| of(&cut, row));
    }

    #[test]
    fn damage_is_told_and_nothing_more(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = file(&[20, 5], Compression::SNAPPY);
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let damaged = tempfile::tempfile().expect("a temporary file");
        (&damaged).write_all(&bytes).expect("written");
        if let Ok(columns) = Columns::open(damaged) {
            let mut rewriting = columns.rewrite(io::sink(), &std::env::temp_dir()).expect("begun");
            for (number, rows) in columns.row_groups().into_iter().enumerate() {
                if rewriting.group(Some(number), rows, &[(1, Change::Take)]).is_err() {
                    break;
                }
            }
        }
    }
}

/// Where two columns have one name the first is read as the text: the other stays whole.
#[test]
fn of_columns_of_one_name_the_first_is_cut() {
    let schema = "message twins { required binary text (STRING); required binary text (STRING); }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).expect("memory");
    let mut group = writer.next_row_group().expect("memory");
    for _ in 0..2 {
        let mut column = group.next_column().expect("memory").expect("a column");
        let text = ByteArray::from("said twice, said twice");
        column.typed::<ByteArrayType>().write_batch(&[text], None, None).expect("memory");
        column.close().expect("memory");
    }
    group.close().expect("memory");
    let columns = opened(&writer.into_inner().expect("memory"));
    let mut rewriting = columns.rewrite(Vec::new(), &std::env::temp_dir()).expect("begun");
    let cut = Change::Text("text".into(), TextEdit::Cut(std::iter::once(10..22).collect()));
    rewriting.group(Some(0), 1, &[(0, cut)]).expect("written");
    let (cleaned, _) = rewriting.finish().expect("written");
    // The crate's reader of rows knows columns by name, so it cannot tell them.
    let reader = SerializedFileReader::new(Bytes::from(cleaned)).expect("Parquet");
    let group = reader.get_row_group(0).expect("a row group");
    let text = |column: usize| {
        let mut texts = Vec::new();
        let reader = group.get_column_reader(column).expect("a column");
        let mut reader = parquet::column::reader::get_typed_column_reader::<ByteArrayType>(reader);
        reader.read_records(1, None, None, &mut texts).expect("a text");
        texts[0].as_utf8().expect("text").to_owned()
    };
    assert_eq!([text(0), text(1)], ["said twice", "said twice, said twice"]);
}

/// What can be read of a damaged file: of each row group, whether a check says so and whether it can be written.
fn readable(bytes: &[u8]) -> Vec<[bool; 2]> {
    let file = tempfile::tempfile().expect("a temporary file");
    (&file).write_all(bytes).expect("written");
    let Ok(columns) = Columns::open(file) else { return Vec::new() };
    let leaves: Vec<usize> = (0..columns.leaves()).collect();
    let of_group = |(number, rows): (usize, u64)| {
        let mut rewriting = columns.rewrite(Vec::new(), &std::env::temp_dir()).expect("begun");
        let written = rewriting.group(Some(number), rows, &[]).and_then(|()| rewriting.finish());
        [columns.check(number, &leaves).is_ok(), written.is_ok()]
    };
    columns.row_groups().into_iter().enumerate().map(of_group).collect()
}

#[test]
fn a_check_tells_the_column_and_the_byte() {
    let whole = file(&[7, 9], Compression::SNAPPY);
    assert_eq!(readable(&whole), [[true; 2]; 2]);
    let columns = opened(&whole);
    let column = columns.metadata.row_group(1).column(7);
    let begin = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
    let at = usize::try_from(begin).expect("small");
    let mut damaged = whole.clone();
    damaged[at..at + 8].fill(0xFF);
    assert_eq!(readable(&damaged), [[true; 2], [false; 2]]);
    let columns = opened(&damaged);
    let all: Vec<usize> = (0..columns.leaves()).collect();
    assert!(columns.check(0, &all).is_ok());
    let Unreadable { column, byte, .. } = columns.check(1, &all).expect_err("damaged");
    assert_eq!((&*column, byte), ("three", Some(begin.unsigned_abs())));
    // Other columns can be read.
    let others: Vec<usize> = all.into_iter().filter(|leaf| *leaf != 7).collect();
    assert!(columns.check(1, &others).is_ok());
}

proptest! {
    #[test]
    fn what_passes_the_check_can_be_written(
        zstd: bool,
        edits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let compression = if zstd { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED };
        let mut bytes = file(&[8, 5, 8], compression);
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for [checked, written] in readable(&bytes) {
            prop_assert_eq!(checked, written);
        }
    }
}
