use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};

use crate::archive::ReadSettings;
use crate::archive::readers::columnar_tests::{read, settings};
use crate::problem::ProblemKind;

const CODECS: [CompressionType; 2] = [CompressionType::LZ4_FRAME, CompressionType::ZSTD];

/// One batch.
fn packed(columns: Vec<(&str, ArrayRef)>, codec: Option<CompressionType>) -> Vec<u8> {
    let table = RecordBatch::try_from_iter(columns).expect("all columns have as many rows");
    let options = IpcWriteOptions::default().try_with_compression(codec).expect("it is known");
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &table.schema(), options).expect("a schema");
    writer.write(&table).expect("memory takes it");
    writer.into_inner().expect("memory takes it")
}

fn text(row: usize) -> String {
    format!("{row}: the harbour of Häfen was closed on day {}. ", row * row % 977).repeat(1 + row % 40)
}

#[test]
fn texts_that_are_unpacked_as_rows_pass_read_as_the_crate_unpacks_them() {
    // In the middle of a character, at its end, alone, in two columns at a time; and pieces of one character in two columns.
    let bad: [&[u8]; 6] = ["ä".as_bytes(), b"\xC3", b"\xA4", b"\xFF", b"", b"\xE6\xB8"];
    let bytes = |row: usize, shift: usize| -> Option<Vec<u8>> {
        let end = if row.is_multiple_of(3) { bad[(row / 3 + shift) % bad.len()] } else { b"" };
        (row % 11 != shift).then(|| [text(row + shift).as_bytes(), end].concat())
    };
    let column = |shift: usize| -> ArrayRef {
        Arc::new((0..500).map(|row| bytes(row, shift)).collect::<BinaryArray>())
    };
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..500));
    let columns = |names: [&'static str; 3]| -> Vec<(&'static str, ArrayRef)> {
        vec![(names[0], column(0)), (names[1], Arc::clone(&numbers)), (names[2], column(1))]
    };
    for names in [["title", "id", "text"], ["text", "id", "title"]] {
        let (expect, problems) = read("a.arrow", &packed(columns(names), None), &settings());
        assert!(expect.len() > 450 && problems.len() > 100, "{} {}", expect.len(), problems.len());
        for codec in CODECS {
            let bytes = packed(columns(names), Some(codec));
            for mapped in [true, false] {
                let found = read("a.arrow", &bytes, &ReadSettings { mapped, ..settings() });
                assert!(found == (expect.clone(), problems.clone()), "{names:?} {codec:?} {mapped}");
            }
        }
    }
}

#[test]
fn rows_before_damage_in_a_batch_are_read() {
    const ROWS: usize = 20_000;
    let texts: ArrayRef = Arc::new((0..ROWS).map(|row| Some(text(row))).collect::<StringArray>());
    let whole = read("a.arrow", &packed(vec![("text", Arc::clone(&texts))], None), &settings()).0;
    for codec in CODECS {
        let mut bytes = packed(vec![("text", Arc::clone(&texts))], Some(codec));
        let middle = bytes.len() / 2;
        bytes[middle..middle + 200].fill(0);
        for mapped in [true, false] {
            let (found, problems) = read("a.arrow", &bytes, &ReadSettings { mapped, ..settings() });
            assert!((1000..ROWS - 1000).contains(&found.len()), "{codec:?}: {} rows", found.len());
            let read_to = found.len() as u64;
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
fn a_buffer_that_unpacks_to_more_or_less_than_it_says_is_told() {
    let texts: ArrayRef = Arc::new((0..50).map(|row| Some(text(row))).collect::<StringArray>());
    for codec in CODECS {
        let bytes = packed(vec![("text", Arc::clone(&texts))], Some(codec));
        let magic: &[u8] =
            if codec == CompressionType::ZSTD { b"\x28\xB5\x2F\xFD" } else { b"\x04\x22\x4D\x18" };
        let places: Vec<usize> = memchr::memmem::find_iter(&bytes, magic).collect();
        let values = places.last().expect("a packed buffer") - 8;
        for change in [-1_i64, 1, 1000, i64::MAX / 2] {
            let mut wrong = bytes.clone();
            let size = i64::from_le_bytes(wrong[values..values + 8].try_into().expect("eight"));
            wrong[values..values + 8].copy_from_slice(&size.wrapping_add(change).to_le_bytes());
            let (_, problems) = read("a.arrow", &wrong, &settings());
            let told = problems.iter().filter(|problem| problem.kind == ProblemKind::UnreadableFile).count();
            assert_eq!(told, 1, "{codec:?} {change}: {problems:?}");
        }
    }
}
