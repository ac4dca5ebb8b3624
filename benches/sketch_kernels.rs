//! Every sketch on every instruction set, by the length of articles. What a figure means: `README.md` beside this file.

mod support;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Throughput};
use support::generator::big_article;
use support::{SEED, SHINGLE_TOKENS, sized, winnower};
use wirecopy::kernel::Kernel;
use wirecopy::shingle::shingle;
use wirecopy::sketch::alternatives::{Densified, Permutations};
use wirecopy::sketch::{Sketcher, simhash_on};
use wirecopy::text::{Tokens, tokenize};

/// Shingles in all articles of one size together, so that the sizes compare.
const SHINGLES: usize = 100_000;

fn main() {
    let mut criterion = support::criterion();
    let wanted = sized(SHINGLES, 1_000);
    // Over seven bytes a word, so there are words enough.
    let text = big_article(8 * (wanted + SHINGLE_TOKENS), 1);
    let mut tokens = Tokens::default();
    tokenize(&text, SEED, &mut tokens);
    let tokens = tokens.hashes();
    let mut shingles = Vec::new();
    shingle(tokens, SHINGLE_TOKENS, &mut shingles);
    shingles.truncate(wanted);

    let mut group = criterion.benchmark_group("sketch_kernels");
    group.throughput(Throughput::Elements(wanted as u64));
    for kernel in Kernel::all() {
        for size in [8, 50, 500, 5_000, SHINGLES] {
            let fss = Sketcher::new(SEED).on(kernel);
            time(&mut group, "fss", kernel, size, shingles.chunks(size), |article| fss.sketch(article));
            let permutations = Permutations::new(SEED).on(kernel);
            time(&mut group, "permutations", kernel, size, shingles.chunks(size), |article| {
                permutations.sketch(article)
            });
            let densified = Densified::new(SEED).on(kernel);
            time(&mut group, "densified", kernel, size, shingles.chunks(size), |article| {
                densified.sketch(article)
            });
            time(&mut group, "simhash", kernel, size, shingles.chunks(size), |article| {
                simhash_on(kernel, article)
            });
            let mut winnower = winnower().on(kernel);
            let (mut fingerprints, more) = (Vec::new(), winnower.width() - 1);
            // Articles that give as many shingles; some tokens belong to two.
            let articles =
                (0..wanted).step_by(size).map(|at| &tokens[at..tokens.len().min(at + size + more)]);
            time(&mut group, "winnow", kernel, size, articles, |article| {
                winnower.winnow(article, &mut fingerprints);
                fingerprints.len()
            });
        }
    }
    group.finish();
    criterion.final_summary();
}

/// Times a sketch of all articles.
fn time<'a, T>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    sketch: &str,
    kernel: Kernel,
    size: usize,
    articles: impl Iterator<Item = &'a [u64]>,
    mut of: impl FnMut(&[u64]) -> T,
) {
    let articles: Vec<&[u64]> = articles.collect();
    let id = BenchmarkId::new(format!("{sketch}/{}", kernel.name()), size);
    group.bench_function(id, |bencher| {
        bencher.iter(|| {
            for article in &articles {
                black_box(of(article));
            }
        });
    });
}
