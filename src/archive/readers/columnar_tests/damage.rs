//! What is cut, changed, or followed by something else.

use super::*;

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
        for cut in 5..bytes.len() {
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
