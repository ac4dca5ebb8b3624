//! Archives in Parquet and Arrow: the rows of their JSON Lines, whoever wrote them, and no more memory than stated.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, StructArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::Field;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Map, Value};

use crate::formats::{gzip, records, rows};
use crate::support::{Scan, article, skipped, testdata};

/// Records as columns of text.
pub(crate) fn columns(records: &[Map<String, Value>]) -> RecordBatch {
    let names: BTreeSet<&String> = records.iter().flat_map(Map::keys).collect();
    let column = |name: &&String| -> (String, ArrayRef) {
        let values = records.iter().map(|record| record.get(*name).and_then(Value::as_str));
        ((*name).clone(), Arc::new(values.collect::<StringArray>()))
    };
    RecordBatch::try_from_iter(names.iter().map(column)).unwrap()
}

pub(crate) fn parquet(table: &RecordBatch, compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(7))
        .set_data_page_row_count_limit(3)
        .set_write_batch_size(1)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
    writer.write(table).unwrap();
    writer.into_inner().unwrap()
}

pub(crate) fn arrow(table: &RecordBatch, compression: Option<CompressionType>) -> [Vec<u8>; 2] {
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let parts = || (0..table.num_rows()).step_by(7).map(|at| table.slice(at, 7.min(table.num_rows() - at)));
    let mut file = FileWriter::try_new_with_options(Vec::new(), &table.schema(), options.clone()).unwrap();
    parts().for_each(|part| file.write(&part).unwrap());
    let mut stream = StreamWriter::try_new_with_options(Vec::new(), &table.schema(), options).unwrap();
    parts().for_each(|part| stream.write(&part).unwrap());
    [file.into_inner().unwrap(), stream.into_inner().unwrap()]
}

#[test]
fn an_archive_in_columns_gives_the_rows_of_its_json_lines() {
    for language in ["english", "spanish", "japanese"] {
        let lines = fs::read(testdata(&format!("sample/archive/{language}.jsonl"))).unwrap();
        let scan = Scan::of("a.jsonl", &lines);
        let expect = scan.scan_to("expect", &["a.jsonl"]);
        let table = columns(&records(&lines));
        let mut forms: Vec<(String, Vec<u8>)> = vec![];
        for codec in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(GzipLevel::default()),
            Compression::LZ4,
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            forms.push((format!("{}.parquet", forms.len()), parquet(&table, codec)));
        }
        forms.push(("packed.parquet.gz".into(), gzip(&forms[0].1)));
        for compression in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
            let [file, stream] = arrow(&table, compression);
            forms.push((format!("{}.arrow", forms.len()), file));
            forms.push((format!("{}.arrows", forms.len()), stream));
        }
        // Other languages tell nothing of compressions.
        let some = if language == "english" { 1 } else { 4 };
        for (name, content) in forms.into_iter().step_by(some) {
            scan.write(&name, &content);
            let report = scan.scan_to("report", &[&name]);
            assert_eq!(rows(&report), rows(&expect), "{language}, {name}");
            let places = |report: &crate::support::Report, file: &str| -> Vec<String> {
                let articles = report.table("articles");
                articles.iter().map(|row| row["ref"].as_str().unwrap().replace(file, "")).collect()
            };
            assert_eq!(places(&report, &name), places(&expect, "a.jsonl"), "{language}, {name}");
            if language != "english" {
                continue;
            }
            let unmapped = scan.scan_to("report", &["--no-mmap", "--threads", "1", &name]);
            assert_eq!(rows(&unmapped), rows(&expect), "{language}, {name}, read");
            let piped = scan.fed(&["scan", "-q", "-o", "report", "-"], &content).ends_with(0);
            assert_eq!(rows(&piped.report), rows(&expect), "{language}, {name}, piped");
        }
    }
}

#[test]
fn fields_named_by_the_user_reach_into_structs() {
    let text = |words: &str| -> ArrayRef { Arc::new(StringArray::from(vec![words; 3])) };
    let member = |name: &str| Arc::new(Field::new(name, arrow_schema::DataType::Utf8, true));
    let inner = StructArray::from(vec![(member("plain"), text("Words of the inner text."))]);
    let inner_field = Arc::new(Field::new("main", inner.data_type().clone(), true));
    let outer = StructArray::from(vec![
        (inner_field, Arc::new(inner) as ArrayRef),
        (member("other"), text("Not these.")),
    ]);
    let columns: [(&str, ArrayRef); 2] = [("doc", Arc::new(outer)), ("text", text("Nor these."))];
    let table = RecordBatch::try_from_iter(columns).unwrap();
    let [file, _] = arrow(&table, None);
    for (name, content) in [("a.parquet", parquet(&table, Compression::SNAPPY)), ("a.arrow", file)] {
        let scan = Scan::of(name, content);
        let report = scan.scan_to("report", &["--text-field", "doc.main.plain", name]);
        let words: Vec<Value> = report.table("articles").iter().map(|row| row["words"].clone()).collect();
        assert_eq!(words, [5, 5, 5], "{name}");
    }
}

#[test]
fn a_damaged_file_of_columns_is_a_problem_and_the_rest_is_read() {
    let scan = Scan::of("in/good.jsonl", article("good", 1));
    for (name, content) in [
        ("table.parquet", &b"PAR1\x15\x04words"[..]),
        ("short.parquet", b"PAR1"),
        ("encrypted.parquet", b"PAR1 and something that is encrypted\x08\0\0\0PARE"),
        ("footer.parquet", b"PAR1 and a footer that is too long\xFF\xFF\xFF\x00PAR1"),
        ("table.arrow", b"ARROW1\0\0\xFF\xFF\xFF\xFF\x08\0\0\0nonsense"),
        ("empty.arrow", b"ARROW1\0\0"),
    ] {
        scan.write(&format!("in/{name}"), content);
        let run = scan.scan(&["in"]).ends_with(3);
        assert_eq!(run.problem_kinds(), ["unreadable-file"], "{name}");
        assert_eq!(run.report.table("problems")[0]["path"], format!("in/{name}"));
        assert_eq!(run.report.count("kept"), 1, "{name}");
        fs::remove_file(scan.path(&format!("in/{name}"))).unwrap();
    }
}

/// A value of 1 MiB in 300 rows is one value in the file, and would be 300 MiB.
#[test]
fn a_value_that_stands_in_every_row_takes_no_more_memory_than_one() {
    let text: String = "Words and more. ".repeat(1 << 16);
    let values: ArrayRef = Arc::new(StringArray::from(vec![text.as_str()]));
    let keys = arrow_array::Int32Array::from(vec![0; 300]);
    let bomb: ArrayRef = Arc::new(arrow_array::DictionaryArray::new(keys, values));
    let table = RecordBatch::try_from_iter([("text", bomb)]).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_page_size_limit(64 << 20)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), table.schema(), Some(properties)).unwrap();
    writer.write(&table).unwrap();
    let file = writer.into_inner().unwrap();
    assert!(file.len() < 100_000, "a bomb of {} bytes", file.len());
    let scan = Scan::of("a.parquet", file);
    let run = scan.scan(&["--only", "duplicates", "--max-unpacked", "16MiB", "a.parquet"]).ends_with(3);
    assert_eq!(run.problem_kinds(), ["unpacked-too-large"]);
    let peak = run.report.run()["peak_memory_bytes"].as_u64().unwrap();
    assert!(peak < 200 << 20, "{peak} bytes");
}

const WRITERS: &str = "
import sys
import duckdb, pandas
import pyarrow, pyarrow.feather
folder = sys.argv[1]
lines = folder + '/a.jsonl'
duckdb.execute(f\"COPY (SELECT * FROM read_json('{lines}', format='newline_delimited', convert_strings_to_integers=false)) TO '{folder}/duckdb.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048)\")
frame = pandas.read_json(lines, lines=True, dtype=False)
frame['published_at'] = pandas.to_datetime(frame['published_at'], format='ISO8601', utc=True)
assert str(frame.published_at.dtype).startswith('datetime64')
frame.to_parquet(folder + '/pandas.parquet')
frame['outlet'] = frame['outlet'].astype('category')
frame.to_parquet(folder + '/categories.parquet', compression='gzip')
frame.to_feather(folder + '/pandas.feather')
table = pyarrow.Table.from_pandas(frame, preserve_index=False)
pyarrow.feather.write_feather(table, folder + '/chunks.feather', compression='zstd', chunksize=5)
import pyarrow.parquet
pyarrow.parquet.write_table(table, folder + '/delta.parquet', use_dictionary=False, data_page_version='2.0', column_encoding={'text': 'DELTA_BYTE_ARRAY', 'title': 'DELTA_LENGTH_BYTE_ARRAY'}, compression='lz4')
pyarrow.parquet.write_table(table, folder + '/brotli.parquet', compression='brotli', row_group_size=9)
";

#[test]
fn what_duckdb_pandas_and_pyarrow_write_is_read() {
    let python = std::env::var("WIRECOPY_PYTHON").unwrap_or_else(|_| "python3".into());
    let there = Command::new(&python).args(["-c", "import duckdb, pandas, pyarrow"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return skipped("Parquet by DuckDB and pandas: `pip install duckdb pandas pyarrow`");
    }
    // A column of times makes midnight of a date alone.
    let timed = |line: &&str| line.contains("Z\"");
    let sample = String::from_utf8(crate::formats::sample()).unwrap();
    let scan = Scan::of("a.jsonl", sample.split_inclusive('\n').filter(timed).collect::<String>());
    let expect = rows(&scan.scan_to("expect", &["a.jsonl"]));
    let folder = scan.path("");
    let output = Command::new(&python).args(["-c", WRITERS, &folder.display().to_string()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written =
        scan.names().into_iter().filter(|name| name.contains(".parquet") || name.contains(".feather"));
    let mut files = 0;
    for name in written {
        for (found, expect) in rows(&scan.scan_to("report", &[&name])).iter().zip(&expect) {
            assert_eq!(found, expect, "{name}");
        }
        files += 1;
    }
    assert_eq!(files, 7);
}

/// Bytes that mean the largest numbers there are, in the encodings of footers and page headers.
const LARGE: [&[u8]; 4] = [
    b"\xFF\xFF\xFF\xFF\x0F",
    b"\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01",
    b"\xFF\xFF\xFF\x7F",
    b"\x80\x80\x80\x80\x08",
];

/// Under a bound of address space that an allocation by the word of a header would break.
#[test]
fn a_thousand_damaged_files_are_told_and_none_is_believed() {
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/columnar");
    let mut seeds: Vec<_> = fs::read_dir(seeds).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let scan = Scan::of("in/good.jsonl", article("good", 1));
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for number in 0..1000 {
        let seed = &seeds[number % seeds.len()];
        let mut bytes = fs::read(seed).unwrap();
        for _ in 0..=random(3) {
            // Most often where the footer is, which says where all is.
            let length = bytes.len();
            let at = if random(3) == 0 { random(length) } else { length - 1 - random(length.min(700)) };
            match random(3) {
                0 => bytes[at] ^= 1 << random(8),
                1 => bytes[at] = 0xFF,
                _ => {
                    let large = LARGE[random(LARGE.len())];
                    let end = bytes.len().min(at + if random(2) == 0 { large.len() } else { 1 });
                    bytes.splice(at..end, large.iter().copied());
                }
            }
        }
        let ending = if seed.to_string_lossy().contains("arrow") { "arrow" } else { "parquet" };
        scan.write(&format!("in/{number:04}.{ending}"), bytes);
    }
    let mut command = Command::new("sh");
    command.current_dir(scan.path("")).args(["-c", "ulimit -v 2000000 && exec \"$0\" \"$@\""]);
    command.arg(assert_cmd::cargo::cargo_bin!("wirecopy"));
    command.args(["scan", "-q", "--only", "duplicates", "--threads", "2", "-o", "report", "in"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert_eq!(said, "", "what is caught is told in the report alone");
    let report = scan.report("report");
    assert!(report.count("kept") > 100, "{} articles: some of them still hold theirs", report.count("kept"));
    let kinds: BTreeSet<String> =
        report.table("problems").iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect();
    assert!(kinds.contains("unreadable-file"), "{kinds:?}");
}
