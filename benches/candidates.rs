//! Buckets, postings, and stories made of them. What a figure means: `README.md` beside this file.

mod support;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use support::generator::{Rng, big_article, identical, one_story};
use support::{Script, Shelf, archive, one_thread, sized};
use wirecopy::candidates::{BandPlan, Postings, Signatures, buckets};
use wirecopy::scratch::Scratch;
use wirecopy::sketch::{SLOTS, Signature};

fn main() {
    let mut criterion = support::criterion();
    of_signatures(&mut criterion);
    of_postings(&mut criterion);
    of_stories(&mut criterion);
    criterion.final_summary();
}

/// All bands of signatures of which one in ten stands twice; the rest have nothing in common.
fn of_signatures(criterion: &mut Criterion) {
    let plan = BandPlan::for_recall(0.8, 0.999);
    let threads = one_thread();
    let mut group = criterion.benchmark_group("candidates");
    for articles in [10_000, 100_000] {
        let articles = sized(articles, articles / 100);
        let mut rng = Rng::new(1);
        let mut signatures: Vec<Option<Signature>> = Vec::with_capacity(articles);
        for article in 0..articles {
            let again = (article % 10 == 9).then(|| signatures[rng.below(article)]).flatten();
            let random = |_| u32::try_from(rng.below(1 << 31)).expect("31 bits fit");
            signatures.push(Some(again.unwrap_or_else(|| [0; SLOTS].map(random))));
        }
        let signatures = Signatures::from(signatures);
        let scratch = Scratch::unneeded();
        let numbers: Vec<u32> = (0..).take(articles).collect();
        group.throughput(Throughput::Elements(articles as u64));
        group.bench_function(BenchmarkId::new("buckets", articles), |bencher| {
            bencher.iter(|| {
                threads.install(|| {
                    (0..plan.bands())
                        .map(|band| {
                            let buckets = buckets(plan, band, &numbers, &signatures, &scratch);
                            buckets.expect("nothing is written to disk").shared().len()
                        })
                        .sum::<usize>()
                })
            });
        });
    }
    group.finish();
}

fn of_postings(criterion: &mut Criterion) {
    let threads = one_thread();
    let mut group = criterion.benchmark_group("candidates");
    let archives = [
        ("archive", archive(Script::English, sized(10_000_000, 50_000))),
        ("one_story", one_story(sized(5_000, 50), 1)),
    ];
    for (name, articles) in archives {
        let shelf = Shelf::of(&articles);
        group.throughput(shelf.bytes());
        group.bench_function(BenchmarkId::new("postings", name), |bencher| {
            bencher.iter(|| threads.install(|| Postings::group(&shelf.postings)));
        });
    }
    group.finish();
}

fn of_stories(criterion: &mut Criterion) {
    let threads = one_thread();
    let mut group = criterion.benchmark_group("stories");
    group.sampling_mode(SamplingMode::Flat);
    let story = |copies: usize| Shelf::of(&one_story(sized(copies, copies / 100), 1));
    // A frame with other contents, resemblance about 0.6: under the threshold, so that nobody joins anybody and
    // every bucket fills with leaders.
    let frame = |copies: usize| {
        let common = big_article(1_500, 1);
        let own = |seed: u64| format!("{common}\n{}", big_article(500, seed));
        Shelf::of_texts((2..).map(own).take(sized(copies, copies / 20)).collect())
    };
    let inputs = [
        ("archive", Shelf::of(&archive(Script::English, sized(10_000_000, 50_000)))),
        ("one_story_2000", story(2_000)),
        ("one_story_4000", story(4_000)),
        ("one_story_8000", story(8_000)),
        ("identical_20000", Shelf::of(&identical(sized(20_000, 100)))),
        ("one_frame_200", frame(200)),
        ("one_frame_400", frame(400)),
        ("one_frame_800", frame(800)),
    ];
    for (name, shelf) in inputs {
        group.throughput(shelf.bytes());
        group.bench_function(name, |bencher| {
            bencher.iter(|| threads.install(|| shelf.find_stories(0.8)));
        });
    }
    group.finish();
}
