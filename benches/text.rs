//! From text to tokens, paragraphs and offsets. What a figure means: `README.md` beside this file.

mod support;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use support::{SEED, Script, archive, bytes_of, sized, texts};
use wirecopy::text::{CharOffsets, Tokens, paragraphs, reference, tokenize};

const SCRIPTS: [(&str, Script); 3] =
    [("english", Script::English), ("arabic", Script::Arabic), ("japanese", Script::Japanese)];

fn main() {
    let mut criterion = support::criterion();
    text(&mut criterion);
    criterion.final_summary();
}

fn text(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("text");
    for (name, script) in SCRIPTS {
        let texts = texts(&archive(script, sized(2_000_000, 20_000)));
        group.throughput(bytes_of(&texts));
        // The floor: what it costs to merely look for blanks.
        group.bench_function(BenchmarkId::new("split_whitespace", name), |bencher| {
            bencher.iter(|| texts.iter().map(|text| text.split_whitespace().count()).sum::<usize>());
        });
        let mut tokens = Tokens::default();
        group.bench_function(BenchmarkId::new("tokenize", name), |bencher| {
            bencher.iter(|| {
                for text in &texts {
                    tokenize(text, SEED, &mut tokens);
                    black_box(tokens.hashes());
                }
            });
        });
        group.bench_function(BenchmarkId::new("paragraphs", name), |bencher| {
            bencher.iter(|| texts.iter().map(|text| paragraphs(text).len()).sum::<usize>());
        });
        // As for a report: counted once, then asked for the ends of thirty spans.
        group.bench_function(BenchmarkId::new("char_offsets", name), |bencher| {
            bencher.iter(|| {
                for text in &texts {
                    let offsets = CharOffsets::of(text);
                    for part in 0..30 {
                        let at = text.floor_char_boundary(text.len() * part / 30);
                        black_box(offsets.chars(&(at..text.len())));
                    }
                }
            });
        });
    }
    // The judge, slow on purpose: how slow is worth knowing for whoever tests with it.
    let texts = texts(&archive(Script::English, sized(200_000, 20_000)));
    group.throughput(bytes_of(&texts));
    group.bench_function(BenchmarkId::new("tokenize_by_reference", "english"), |bencher| {
        bencher.iter(|| texts.iter().map(|text| reference::tokens(text).len()).sum::<usize>());
    });
    group.finish();
}
