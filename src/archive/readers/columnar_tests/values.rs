//! What is read of columns of all types and encodings, of many and of large ones.

use super::*;

fn check(what: &str, name: &str, bytes: &[u8]) {
    for mapped in [true, false] {
        let (found, problems) = read(name, bytes, &ReadSettings { mapped, ..settings() });
        assert_eq!(problems, [], "{what}");
        assert_eq!(found, expected(), "{what}");
    }
}

const KINDS: [DataType; 4] = [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View, DataType::Binary];

#[test]
fn a_table_is_read_whatever_its_compression_and_its_types_of_text() {
    for kind in KINDS.iter().chain([&dictionary()]) {
        for codec in codecs() {
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
