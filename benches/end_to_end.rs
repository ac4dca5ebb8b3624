//! A whole scan, from a file to a report folder. What a figure means: `README.md` beside this file.

mod support;

use std::fs;

use criterion::{Criterion, SamplingMode, Throughput};
use support::generator::to_json_lines;
use support::{Script, archive, sized};
use wirecopy::report::{self, Destination};
use wirecopy::{Searches, Settings, Unwatched, scan};

fn main() {
    let mut criterion = support::criterion();
    end_to_end(&mut criterion);
    criterion.final_summary();
}

fn end_to_end(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (input, output) = (folder.path().join("archive.jsonl"), folder.path().join("report"));
    let lines = to_json_lines(&archive(Script::English, sized(10_000_000, 50_000)));
    fs::write(&input, &lines).expect("the temporary folder can be written");
    let arguments = [input.display().to_string()];
    let only = |searches: &str| searches.parse::<Searches>().expect("the names are known");
    let one = Settings { threads: 1, ..Settings::default() };
    let runs = [
        ("scan/one_thread", one.clone()),
        ("scan/all_threads", Settings { threads: 0, ..one.clone() }),
        ("only_duplicates/one_thread", Settings { searches: only("duplicates"), ..one.clone() }),
        ("only_passages/one_thread", Settings { searches: only("passages"), ..one.clone() }),
        ("only_repeats/one_thread", Settings { searches: only("repeats"), ..one }),
    ];
    let mut group = criterion.benchmark_group("end_to_end");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Bytes(lines.len() as u64));
    for (name, settings) in runs {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let destination = Destination::claim(&output, false, &arguments).expect("the place is free");
                let findings = scan(&arguments, &settings, &Unwatched).expect("the archive can be read");
                let run = report::write(&findings, &settings, &[], &destination, &Unwatched)
                    .expect("the report can be written");
                destination.publish().expect("the report can be moved to its place");
                run
            });
        });
    }
    group.finish();
}
