//! From files of all formats to records with their text, beside the bare crates. What a figure means: `README.md` beside
//! this file.

mod support;

use std::fs;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use criterion::{Criterion, Throughput};
use serde_json::{Map, Value};
use support::generator::to_json_lines;
use support::{CpuTime, Script, archive, sized};
use wirecopy::Settings;
use wirecopy::archive::Archive;
use wirecopy::archive::record::Outcome;

fn main() {
    let mut criterion = support::criterion().with_measurement(CpuTime);
    formats(&mut criterion);
    criterion.final_summary();
}

/// What the bare crates make of a file: the sum of the lengths of all texts.
type Bare = fn(&Path) -> usize;

fn formats(criterion: &mut Criterion<CpuTime>) {
    let mut lines = to_json_lines(&archive(Script::English, sized(6_000_000, 20_000)));
    lines.push_str(&to_json_lines(&archive(Script::Arabic, sized(2_000_000, 10_000))));
    let records: Vec<Map<String, Value>> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let array = serde_json::to_vec_pretty(&records).expect("JSON");
    let forms: [(&str, Vec<u8>, Bare); 7] = [
        ("plain.jsonl", lines.clone().into_bytes(), |path| of_lines(open(path))),
        ("packed.jsonl.gz", gzip(lines.as_bytes()), |path| {
            of_lines(flate2::read::MultiGzDecoder::new(open(path)))
        }),
        ("packed.jsonl.zst", zstd::encode_all(lines.as_bytes(), 3).expect("in memory"), |path| {
            of_lines(zstd::Decoder::new(open(path)).expect("zstd"))
        }),
        ("packed.jsonl.bz2", bzip2(lines.as_bytes()), |path| {
            of_lines(bzip2::read::MultiBzDecoder::new(open(path)))
        }),
        ("packed.jsonl.xz", xz(lines.as_bytes()), |path| {
            of_lines(liblzma::read::XzDecoder::new_multi_decoder(open(path)))
        }),
        ("array.json", array, |path| {
            let values: Vec<Value> = serde_json::from_reader(BufReader::new(open(path))).expect("JSON");
            values.iter().map(text_length).sum()
        }),
        ("table.csv", table(&records), |path| {
            let mut reader = csv::Reader::from_reader(open(path));
            let column = reader.headers().expect("a header").iter().position(|name| name == "text");
            let column = column.expect("a column of texts");
            let mut sum = 0;
            let mut row = csv::StringRecord::new();
            while reader.read_record(&mut row).expect("a row") {
                sum += row[column].len();
                black_box(&row);
            }
            sum
        }),
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut group = criterion.benchmark_group("formats");
    group.throughput(Throughput::Bytes(lines.len() as u64));
    for (name, content, bare) in forms {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("written");
        assert_eq!(ours(&path), bare(&path), "{name}: the same texts");
        group.bench_function(format!("{name}/bare"), |bencher| bencher.iter(|| bare(&path)));
        group.bench_function(format!("{name}/ours"), |bencher| bencher.iter(|| ours(&path)));
    }
    group.finish();
}

fn ours(path: &Path) -> usize {
    let name = path.to_str().expect("UTF-8").to_owned();
    let (archive, problems) = Archive::open(&[name], Settings::default().read).expect("opened");
    assert!(problems.is_empty(), "{problems:?}");
    let mut sum = 0;
    for piece in &archive.pieces().0 {
        let read = archive.read_piece(piece, |met| match met.outcome {
            Outcome::Article(record) => sum += record.text.len(),
            Outcome::Empty | Outcome::Rejected => panic!("the generator writes articles"),
        });
        read.expect("read");
    }
    sum
}

fn open(path: &Path) -> fs::File {
    fs::File::open(path).expect("opened")
}

/// A value for each line.
fn of_lines(stream: impl Read) -> usize {
    let mut reader = BufReader::with_capacity(1 << 16, stream);
    let (mut line, mut sum) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut line).expect("read") > 0 {
        sum += text_length(&serde_json::from_slice(&line).expect("JSON"));
        line.clear();
    }
    sum
}

fn text_length(value: &Value) -> usize {
    value["text"].as_str().expect("a record has a text").len()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("in memory");
    packer.finish().expect("in memory")
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    packer.write_all(bytes).expect("in memory");
    packer.finish().expect("in memory")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 3);
    packer.write_all(bytes).expect("in memory");
    packer.finish().expect("in memory")
}

fn table(records: &[Map<String, Value>]) -> Vec<u8> {
    let columns: Vec<&String> = records[0].keys().collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns).expect("in memory");
    for record in records {
        let fields =
            columns.iter().map(|column| record.get(*column).and_then(Value::as_str).unwrap_or_default());
        writer.write_record(fields).expect("in memory");
    }
    writer.into_inner().expect("in memory")
}
