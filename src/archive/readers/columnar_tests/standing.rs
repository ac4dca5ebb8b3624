//! Texts that are left where they stand in the file.

use super::*;

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
