//! From token hashes to shingles. What a figure means: `README.md` beside this file.

mod support;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use support::{Script, archive, bytes_of, sized, texts, token_hashes};
use wirecopy::shingle::{shingle, shingle_by_definition};

fn main() {
    let mut criterion = support::criterion();
    shingles(&mut criterion);
    criterion.final_summary();
}

fn shingles(criterion: &mut Criterion) {
    let texts = texts(&archive(Script::English, sized(2_000_000, 20_000)));
    let articles = token_hashes(&texts);
    let mut group = criterion.benchmark_group("shingle");
    group.throughput(bytes_of(&texts));
    let mut shingles = Vec::new();
    for width in [5, 8] {
        group.bench_function(BenchmarkId::new("rolling", width), |bencher| {
            bencher.iter(|| {
                for tokens in &articles {
                    shingle(tokens, width, &mut shingles);
                    black_box(&shingles);
                }
            });
        });
        group.bench_function(BenchmarkId::new("by_definition", width), |bencher| {
            bencher.iter(|| {
                for tokens in &articles {
                    black_box(shingle_by_definition(tokens, width));
                }
            });
        });
    }
    group.finish();
}
