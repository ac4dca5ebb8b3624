//! The hot loop from text to signature, step by step, beside two floors. What a figure means: `README.md` beside this
//! file; what was measured: `docs/performance.md`.

mod support;

use std::hint::black_box;

use criterion::BenchmarkGroup;
use criterion::measurement::WallTime;
use support::{SEED, SHINGLE_TOKENS, Script, archive, bytes_of, sized, texts, winnower};
use wirecopy::kernel::Kernel;
use wirecopy::shingle::shingle;
use wirecopy::sketch::{Sketcher, simhash};
use wirecopy::text::{Tokens, count_ascii_words, tokenize};

fn main() {
    let mut criterion = support::criterion();
    for (name, script) in [
        ("text_to_signature", Script::English),
        ("text_to_signature_arabic", Script::Arabic),
        ("text_to_signature_japanese", Script::Japanese),
    ] {
        let texts = texts(&archive(script, sized(8_500_000, 20_000)));
        let mut group = criterion.benchmark_group(name);
        group.throughput(bytes_of(&texts));
        floors(&mut group, &texts);
        steps(&mut group, &texts);
        group.finish();
    }
    criterion.final_summary();
}

/// What it costs to look at the text at all.
fn floors(group: &mut BenchmarkGroup<'_, WallTime>, texts: &[String]) {
    // What nearly every tool pays at least.
    group.bench_function("floor_split_whitespace", |bencher| {
        bencher.iter(|| texts.iter().map(|text| text.split_whitespace().count()).sum::<usize>());
    });
    // The masks of word bounds, and nothing made of them.
    group.bench_function("floor_simd_words", |bencher| {
        bencher.iter(|| {
            texts.iter().map(|text| count_ascii_words(Kernel::best(), text.as_bytes())).sum::<usize>()
        });
    });
}

/// Each step from the text on, buffers reused as in a scan.
fn steps(group: &mut BenchmarkGroup<'_, WallTime>, texts: &[String]) {
    let (mut tokens, mut shingles, mut fingerprints) = (Tokens::default(), Vec::new(), Vec::new());
    group.bench_function("tokens", |bencher| {
        bencher.iter(|| {
            for text in texts {
                tokenize(text, SEED, &mut tokens);
                black_box(tokens.hashes());
            }
        });
    });
    group.bench_function("tokens_shingles", |bencher| {
        bencher.iter(|| {
            for text in texts {
                tokenize(text, SEED, &mut tokens);
                shingle(tokens.hashes(), SHINGLE_TOKENS, &mut shingles);
                black_box(&shingles);
            }
        });
    });
    let sketcher = Sketcher::new(SEED);
    group.bench_function("signature", |bencher| {
        bencher.iter(|| {
            for text in texts {
                tokenize(text, SEED, &mut tokens);
                shingle(tokens.hashes(), SHINGLE_TOKENS, &mut shingles);
                black_box(sketcher.sketch(&shingles));
            }
        });
    });
    group.bench_function("simhash", |bencher| {
        bencher.iter(|| {
            for text in texts {
                tokenize(text, SEED, &mut tokens);
                shingle(tokens.hashes(), SHINGLE_TOKENS, &mut shingles);
                black_box(simhash(&shingles));
            }
        });
    });
    let mut winnower = winnower();
    group.bench_function("winnow", |bencher| {
        bencher.iter(|| {
            for text in texts {
                tokenize(text, SEED, &mut tokens);
                winnower.winnow(tokens.hashes(), &mut fingerprints);
                black_box(&fingerprints);
            }
        });
    });
}
