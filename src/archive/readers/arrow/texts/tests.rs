use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BinaryArray, DictionaryArray, Int64Array, LargeBinaryArray, RecordBatch, StringArray,
    StructArray,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::{DataType, Field};

use super::{Buffers, MOST_TEXTS};
use crate::archive::ReadSettings;
use crate::archive::fields::NOUNS;
use crate::archive::readers::columnar_tests::{letters, read, settings};
use crate::problem::{Problem, ProblemKind};

const CODECS: [CompressionType; 2] = [CompressionType::LZ4_FRAME, CompressionType::ZSTD];

/// One batch.
fn packed(columns: &[(&str, ArrayRef)], codec: Option<CompressionType>) -> Vec<u8> {
    let table = RecordBatch::try_from_iter(columns.to_vec()).expect("all columns have as many rows");
    let options = IpcWriteOptions::default().try_with_compression(codec).expect("it is known");
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &table.schema(), options).expect("a schema");
    writer.write(&table).expect("memory takes it");
    writer.into_inner().expect("memory takes it")
}

fn text(row: usize) -> String {
    format!("{row}: the harbour of Häfen was closed on day {}. ", row * row % 977).repeat(1 + row % 40)
}

/// Where the last packed buffer begins, with its length.
fn last_buffer(bytes: &[u8], codec: CompressionType) -> usize {
    let magic: &[u8] = if codec == CompressionType::ZSTD { b"\x28\xB5\x2F\xFD" } else { b"\x04\x22\x4D\x18" };
    memchr::memmem::rfind(bytes, magic).expect("a packed buffer") - 8
}

#[test]
fn texts_that_are_unpacked_as_rows_pass_read_as_the_crate_unpacks_them() {
    const ROWS: usize = 500;
    // In the middle of a character, at its end, alone, in two columns at a time; and pieces of one character in two columns.
    let bad: [&[u8]; 6] = ["ä".as_bytes(), b"\xC3", b"\xA4", b"\xFF", b"", b"\xE6\xB8"];
    let bytes = |row: usize, shift: usize| -> Option<Vec<u8>> {
        let end = if row.is_multiple_of(3) { bad[(row / 3 + shift) % bad.len()] } else { b"" };
        (row % 11 != shift).then(|| [text(row + shift).as_bytes(), end].concat())
    };
    let title: ArrayRef = Arc::new((0..ROWS).map(|row| bytes(row, 0)).collect::<BinaryArray>());
    let texts: ArrayRef = Arc::new((0..ROWS).map(|row| bytes(row, 1)).collect::<LargeBinaryArray>());
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..500));
    let outlets: ArrayRef = Arc::new(
        ["a.example", "b.example"].into_iter().cycle().take(ROWS).collect::<DictionaryArray<Int32Type>>(),
    );
    // No codec makes less of these: they stand as they are among packed buffers. And nothing at all.
    let plain: ArrayRef = Arc::new((0..ROWS).map(|row| Some(letters(row, 20))).collect::<StringArray>());
    let empty: ArrayRef = Arc::new((0..ROWS).map(|_| Some("")).collect::<StringArray>());
    let inside: ArrayRef = Arc::new(StructArray::from(vec![(
        Arc::new(Field::new("date", DataType::Utf8, false)),
        Arc::new((0..ROWS).map(|row| Some(format!("2024-01-{:02}", 1 + row % 28))).collect::<StringArray>())
            as ArrayRef,
    )]));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("title", title),
        ("id", numbers),
        ("text", texts),
        ("source", outlets),
        ("url", plain),
        ("section", empty),
        ("metadata", inside),
    ];
    let backwards: Vec<(&str, ArrayRef)> = columns.iter().rev().cloned().collect();
    let bounded = ReadSettings { max_record: 1000, ..settings() };
    let allowed = ReadSettings { max_unpacked: Some(200_000), ..settings() };
    for columns in [columns, backwards] {
        for settings in [settings(), bounded.clone(), allowed.clone()] {
            let (expect, problems) = read("a.arrow", &packed(&columns, None), &settings);
            assert!(expect.len() > 80 && problems.len() > 20, "{} {}", expect.len(), problems.len());
            // What is wrong with a text that is too large anyway is not unpacked to be told.
            let told = |problems: Vec<_>| -> Vec<_> {
                let large = |record| {
                    problems.iter().any(|problem: &Problem| {
                        problem.record == record && problem.kind == ProblemKind::RecordTooLarge
                    })
                };
                let tells = |problem: &&Problem| {
                    problem.kind == ProblemKind::RecordTooLarge || !large(problem.record)
                };
                // Packed files are shorter.
                let placeless = |problem: &Problem| Problem { byte: None, ..problem.clone() };
                problems.iter().filter(tells).map(placeless).collect()
            };
            let problems = told(problems);
            for codec in CODECS {
                let bytes = packed(&columns, Some(codec));
                for mapped in [true, false] {
                    let (found, also) = read("a.arrow", &bytes, &ReadSettings { mapped, ..settings.clone() });
                    assert!(found == expect, "{codec:?} {mapped}");
                    assert_eq!(told(also), problems, "{codec:?} {mapped}");
                }
            }
        }
    }
}

#[test]
fn a_table_of_more_texts_than_are_unpacked_side_by_side_reads_the_same() {
    let names: Vec<&str> = NOUNS.iter().flat_map(|noun| noun.names()).copied().collect();
    let column = |shift: usize| -> ArrayRef {
        Arc::new((0..30).map(|row| Some(text(row + shift))).collect::<StringArray>())
    };
    for count in [MOST_TEXTS, MOST_TEXTS + 1] {
        let columns: Vec<(&str, ArrayRef)> =
            names.iter().enumerate().map(|(shift, name)| (*name, column(shift))).take(count).collect();
        let expect = read("a.arrow", &packed(&columns, None), &settings());
        assert_eq!((columns.len(), expect.0.len()), (count, 30));
        for codec in CODECS {
            assert!(
                read("a.arrow", &packed(&columns, Some(codec)), &settings()) == expect,
                "{count} {codec:?}"
            );
        }
    }
}

#[test]
fn rows_before_a_damaged_block_are_read() {
    const ROWS: usize = 20_000;
    let texts: ArrayRef = Arc::new((0..ROWS).map(|row| Some(text(row))).collect::<StringArray>());
    let columns = [("text", texts)];
    let whole = read("a.arrow", &packed(&columns, None), &settings()).0;
    for codec in CODECS {
        let mut bytes = packed(&columns, Some(codec));
        let middle = bytes.len() / 2;
        bytes[middle..middle + 200].fill(0);
        for mapped in [true, false] {
            let (found, problems) = read("a.arrow", &bytes, &ReadSettings { mapped, ..settings() });
            let read_to = found.len() as u64;
            match codec {
                CompressionType::LZ4_FRAME => {
                    assert!((1000..ROWS - 1000).contains(&found.len()), "{} rows", found.len());
                }
                // Only its end tells whether a frame is what it was.
                _ => assert_eq!(read_to, 0),
            }
            assert!(
                found.iter().all(|(row, said)| *row <= read_to && whole.get(row) == Some(said)),
                "{codec:?}"
            );
            let [problem] = &problems[..] else { panic!("{codec:?}: {problems:?}") };
            assert_eq!(problem.kind, ProblemKind::UnreadableFile);
            let told = format!(
                "; {} rows from record {} on are not in the report",
                ROWS as u64 - read_to,
                read_to + 1
            );
            assert!(problem.message.ends_with(&told), "{}: {told}", problem.message);
        }
    }
}

#[test]
fn a_flipped_bit_moves_no_text_into_another_row() {
    let text = |row: usize| {
        format!("{row}: harbour {} closed on day {}. ", row * 7 % 89, row * row % 977).repeat(1 + row % 9)
    };
    let texts: ArrayRef = Arc::new((0..1500).map(|row| Some(text(row))).collect::<StringArray>());
    for codec in CODECS {
        let bytes = packed(&[("text", Arc::clone(&texts))], Some(codec));
        let values = last_buffer(&bytes, codec);
        let mut told = 0;
        for step in 0..150 {
            let mut flipped = bytes.clone();
            flipped[values + 16 + step * 97 % 10_000] ^= 1 << (step % 7);
            let (found, problems) = read("a.arrow", &flipped, &settings());
            told += problems.len();
            // A letter may be another one, here and wherever it was copied to; but no row is longer or shorter.
            for (row, said) in found {
                let expect = text(usize::try_from(row).expect("few") - 1);
                let said = said.strip_suffix(" |  |  |  | ").expect("nothing else");
                assert_eq!(said.len(), expect.len(), "{codec:?}, step {step}, row {row}");
            }
        }
        assert!(told > 50, "{codec:?}: {told}");
    }
}

#[test]
fn a_buffer_that_unpacks_to_more_or_less_than_it_says_is_told() {
    let texts: ArrayRef = Arc::new((0..50).map(|row| Some(text(row))).collect::<StringArray>());
    for codec in CODECS {
        let bytes = packed(&[("text", Arc::clone(&texts))], Some(codec));
        let values = last_buffer(&bytes, codec);
        for change in [-1_i64, 1, 1000, i64::MAX / 2] {
            let mut wrong = bytes.clone();
            let size = i64::from_le_bytes(wrong[values..values + 8].try_into().expect("eight"));
            wrong[values..values + 8].copy_from_slice(&size.wrapping_add(change).to_le_bytes());
            let (found, problems) = read("a.arrow", &wrong, &settings());
            let [problem] = &problems[..] else { panic!("{codec:?} {change}: {problems:?}") };
            assert_eq!((found.len(), problem.kind), (0, ProblemKind::UnreadableFile), "{codec:?} {change}");
        }
    }
}

#[test]
fn buffers_are_unpacked_as_the_crate_unpacks_them() {
    let check = |codec, body: &[u8], expect: Option<&[u8]>| {
        let buffers = Buffers { body, codec: Some(codec), places: Vec::new() };
        let all = 0..body.len();
        let bytes = expect.map_or(1, <[u8]>::len);
        assert_eq!(buffers.first(&all, bytes).as_deref(), expect);
        assert_eq!(buffers.first(&all, bytes + 1), None);
    };
    let said = |size: i64, packed: &[u8]| [&size.to_le_bytes()[..], packed].concat();
    for codec in CODECS {
        check(codec, &[], Some(b""));
        // Nothing, whatever stands behind the length.
        check(codec, &said(0, b""), Some(b""));
        check(codec, &said(0, b"rubbish"), Some(b""));
        check(codec, &said(-1, b"as it is"), Some(b"as it is"));
        check(codec, &said(8, b"rubbish"), None);
        check(codec, &said(-2, b"rubbish"), None);
        check(codec, b"short", None);
    }
    let frame = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("memory takes it");
    let two = [frame("two "), frame("frames")].concat();
    check(CompressionType::ZSTD, &said(10, &two), Some(b"two frames"));
    check(CompressionType::ZSTD, &said(9, &two), None);
    check(CompressionType::ZSTD, &said(11, &two), None);
    check(CompressionType::ZSTD, &said(10, &two[..two.len() - 1]), None);
}

#[test]
fn a_batch_that_says_too_much_is_for_the_crate() {
    // Zeros become nearly nothing: 64 columns of 20 MiB in a file of some 100 kB.
    let zeros: ArrayRef = Arc::new(StringArray::from(vec!["\0".repeat(20 << 20)]));
    let columns: Vec<(&str, ArrayRef)> = (0..64).map(|_| ("text", Arc::clone(&zeros))).collect();
    let schema = arrow_schema::Schema::new(
        columns
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type().clone(), false))
            .collect::<Vec<_>>(),
    );
    let table =
        RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, column)| column).collect());
    let table = table.expect("one row");
    let options =
        IpcWriteOptions::default().try_with_compression(Some(CompressionType::ZSTD)).expect("known");
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &table.schema(), options).expect("a schema");
    writer.write(&table).expect("memory takes it");
    let bytes = writer.into_inner().expect("memory takes it");
    let (found, problems) = read("a.arrow", &bytes, &settings());
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert!(found.is_empty() && problem.message.contains("it unpacks to"), "{}", problem.message);
}
