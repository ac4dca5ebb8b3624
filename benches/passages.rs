//! Passages between articles, and repeats within one. What a figure means: `README.md` beside this file.

mod support;

use criterion::{Criterion, SamplingMode};
use support::generator::{big_article, one_sentence, one_story};
use support::{SEED, Script, Shelf, archive, bytes_of, one_thread, sized, texts};
use wirecopy::candidates::Postings;
use wirecopy::repeats::Repeats;
use wirecopy::text::{Tokens, paragraphs, tokenize};

fn main() {
    let mut criterion = support::criterion();
    between_articles(&mut criterion);
    within_an_article(&mut criterion);
    criterion.final_summary();
}

fn between_articles(criterion: &mut Criterion) {
    let threads = one_thread();
    let twice = |text: String| Shelf::of_texts(vec![text.clone(), text]);
    let inputs = [
        ("archive", Shelf::of(&archive(Script::English, sized(10_000_000, 50_000)))),
        ("archive_arabic", Shelf::of(&archive(Script::Arabic, sized(2_000_000, 20_000)))),
        ("archive_japanese", Shelf::of(&archive(Script::Japanese, sized(2_000_000, 20_000)))),
        ("one_story_5000", Shelf::of(&one_story(sized(5_000, 50), 1))),
        ("one_story_20000", Shelf::of(&one_story(sized(20_000, 100), 1))),
        ("one_sentence_1000_twice", twice(one_sentence(sized(1_000, 10)))),
        ("one_sentence_4000_twice", twice(one_sentence(sized(4_000, 40)))),
        ("one_sentence_50_in_500", Shelf::of_texts(vec![one_sentence(sized(50, 5)); sized(500, 20)])),
        ("big_article_twice", twice(big_article(sized(10_000_000, 50_000), 1))),
    ];
    let mut group = criterion.benchmark_group("passages");
    group.sampling_mode(SamplingMode::Flat);
    for (name, shelf) in inputs {
        let postings = Postings::group(&shelf.postings);
        group.throughput(shelf.bytes());
        group.bench_function(name, |bencher| {
            bencher.iter(|| threads.install(|| shelf.find_passages(&postings)));
        });
    }
    group.finish();
}

fn within_an_article(criterion: &mut Criterion) {
    // A line that stands above every paragraph, each of which stands once.
    let label = |times: usize| {
        let times = sized(times, times / 100);
        let body = big_article(400 * times, 1);
        body.lines().take(times).flat_map(|line| ["Impact:", line]).collect::<Vec<_>>().join("\n")
    };
    // Nine words of which the numbers differ: near one another, and never repeats.
    let table = |times: usize| {
        let row = |row: usize| format!("Row {row} of the table has the number {}.", row * row);
        (0..sized(times, times / 100)).map(row).collect::<Vec<_>>().join("\n")
    };
    let inputs = [
        ("archive", texts(&archive(Script::English, sized(2_000_000, 20_000)))),
        ("archive_japanese", texts(&archive(Script::Japanese, sized(2_000_000, 20_000)))),
        ("big_article", vec![big_article(sized(10_000_000, 50_000), 1)]),
        ("captured_twice", vec![vec![big_article(sized(2_000_000, 20_000), 1); 2].join("\n")]),
        ("one_sentence_5000", vec![one_sentence(sized(5_000, 50))]),
        ("one_sentence_20000", vec![one_sentence(sized(20_000, 200))]),
        ("label_5000", vec![label(5_000)]),
        ("label_20000", vec![label(20_000)]),
        ("table_5000", vec![table(5_000)]),
        ("table_20000", vec![table(20_000)]),
    ];
    let mut group = criterion.benchmark_group("repeats");
    group.sampling_mode(SamplingMode::Flat);
    for (name, texts) in inputs {
        let prepared: Vec<_> = texts
            .iter()
            .map(|text| {
                let mut tokens = Tokens::default();
                tokenize(text, SEED, &mut tokens);
                (text, tokens, paragraphs(text))
            })
            .collect();
        let mut repeats = Repeats::default();
        group.throughput(bytes_of(&texts));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                prepared
                    .iter()
                    .map(|(text, tokens, paragraphs)| repeats.find(text, tokens, paragraphs).len())
                    .sum::<usize>()
            });
        });
    }
    group.finish();
}
