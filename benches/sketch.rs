//! From shingles to signatures and fingerprints. What a figure means: `README.md` beside this file.

mod support;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use support::generator::big_article;
use support::{SEED, SHINGLE_TOKENS, Script, archive, bytes_of, sized, texts, token_hashes, winnower};
use wirecopy::shingle::shingle;
use wirecopy::sketch::{Sketcher, simhash};
use wirecopy::text::{Tokens, tokenize};

/// Shingles in all articles of one size together, so that the sizes compare.
const SHINGLES: usize = 100_000;

fn main() {
    let mut criterion = support::criterion();
    by_size(&mut criterion);
    of_an_archive(&mut criterion);
    criterion.final_summary();
}

/// Short articles need many rounds before every slot is filled: the cost of a signature depends on the
/// shingles of an article.
fn by_size(criterion: &mut Criterion) {
    let wanted = sized(SHINGLES, 1_000);
    // Over seven bytes a word, so there are words enough.
    let text = big_article(8 * (wanted + SHINGLE_TOKENS), 1);
    let mut tokens = Tokens::default();
    tokenize(&text, SEED, &mut tokens);
    let mut shingles = Vec::new();
    shingle(tokens.hashes(), SHINGLE_TOKENS, &mut shingles);
    shingles.truncate(wanted);
    let sketcher = Sketcher::new(SEED);
    let mut group = criterion.benchmark_group("sketch");
    group.throughput(Throughput::Bytes(tokens.bytes(0..shingles.len()).end as u64));
    for size in [8, 50, 500, 5_000, SHINGLES] {
        group.bench_function(BenchmarkId::new("signature", size), |bencher| {
            bencher.iter(|| {
                for article in shingles.chunks(size) {
                    black_box(sketcher.sketch(article));
                }
            });
        });
    }
    group.finish();
}

fn of_an_archive(criterion: &mut Criterion) {
    let texts = texts(&archive(Script::English, sized(2_000_000, 20_000)));
    let articles = token_hashes(&texts);
    let (mut shingles, mut fingerprints) = (Vec::new(), Vec::new());
    let prepared: Vec<Vec<u64>> = articles
        .iter()
        .map(|hashes| {
            shingle(hashes, SHINGLE_TOKENS, &mut shingles);
            shingles.clone()
        })
        .collect();
    let sketcher = Sketcher::new(SEED);
    let mut winnower = winnower();
    let mut group = criterion.benchmark_group("sketch");
    group.throughput(bytes_of(&texts));
    group.bench_function("signature/archive", |bencher| {
        bencher.iter(|| {
            for shingles in &prepared {
                black_box(sketcher.sketch(shingles));
            }
        });
    });
    group.bench_function("simhash/archive", |bencher| {
        bencher.iter(|| prepared.iter().fold(0, |bits, shingles| bits ^ simhash(shingles)));
    });
    group.bench_function("winnow/archive", |bencher| {
        bencher.iter(|| {
            for hashes in &articles {
                winnower.winnow(hashes, &mut fingerprints);
                black_box(&fingerprints);
            }
        });
    });
    group.finish();
}
