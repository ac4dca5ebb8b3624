//! From lines of JSON Lines to records with their text. What a figure means: `README.md` beside this file.

mod support;

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use memchr::memchr_iter;
use serde::Deserialize;
use serde_json::Value;
use support::generator::to_json_lines;
use support::{Script, archive, sized};
use wirecopy::archive::fields::FieldOverrides;
use wirecopy::archive::json::JsonReader;
use wirecopy::archive::record::Outcome;

fn main() {
    let mut criterion = support::criterion();
    jsonl(&mut criterion);
    criterion.final_summary();
}

/// What a program declares that knows its archive: the members that an article is made of, strings borrowed where
/// they have no escapes.
#[derive(Deserialize)]
struct Declared<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    outlet: Cow<'a, str>,
    #[serde(borrow)]
    published_at: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

fn jsonl(criterion: &mut Criterion) {
    // Mostly English, and what is dear to a reader: characters of two and three bytes, and texts of which every
    // character outside ASCII is escaped, as Python writes them.
    let mut file = to_json_lines(&archive(Script::English, sized(6_000_000, 20_000)));
    file.push_str(&to_json_lines(&archive(Script::Arabic, sized(1_000_000, 10_000))));
    file.push_str(&to_json_lines(&archive(Script::Japanese, sized(1_000_000, 10_000))));
    file.push_str(&in_ascii(&to_json_lines(&archive(Script::English, sized(1_000_000, 10_000)))));
    let file = file.into_bytes();
    let lines: Vec<&[u8]> = file.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end).collect();

    let mut group = criterion.benchmark_group("jsonl");
    group.throughput(Throughput::Bytes(file.len() as u64));
    // The floor of all: to find the lines, and nothing in them.
    group.bench_function("floor_memchr_lines", |bencher| {
        bencher.iter(|| memchr_iter(b'\n', &file).fold(0, |sum, end| sum ^ end));
    });
    // What it costs to build a value.
    group.bench_function("floor_serde_json", |bencher| {
        bencher.iter(|| {
            for line in &lines {
                let value: Value = serde_json::from_slice(line).expect("the generator writes JSON");
                black_box(value.get("text").and_then(Value::as_str).expect("a record has a text"));
            }
        });
    });
    // What it costs a program that declares its members, and so knows nothing of other archives.
    group.bench_function("floor_serde_json_borrowed", |bencher| {
        bencher.iter(|| {
            for line in &lines {
                let record: Declared<'_> = serde_json::from_slice(line).expect("the generator writes JSON");
                let short = [&record.id, &record.outlet, &record.published_at, &record.url, &record.title];
                black_box((short.map(|member| member.len()), record.text.as_bytes()));
            }
        });
    });
    let overrides = FieldOverrides::default();
    group.bench_function("read_text", |bencher| {
        let mut reader = JsonReader::default();
        bencher.iter(|| {
            for line in &lines {
                let (Outcome::Article(record), _) = reader.read(line, &overrides) else {
                    panic!("the generator writes articles");
                };
                black_box(record.text.as_bytes());
            }
        });
    });
    group.finish();
}

/// The same JSON with all characters outside ASCII escaped.
fn in_ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            out.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    out
}
