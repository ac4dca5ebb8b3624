//! Main text of HTML pages against their true bodies: the article extraction benchmark in `../shared/data/aeb`. Skipped,
//! loudly, where the set, `tar` or `zstd` is not there.
//!
//! Measures are those of the benchmark (Zyte, 2019): for each page the tokens that the text and the true body share,
//! as a multiset; precision and recall are means over pages, F1 is of these means. The benchmark counts runs of four tokens; both are
//! printed, and single tokens are held to a bound. The table goes to stderr:
//! `cargo test --release --test it extraction -- --nocapture`

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::Value;
use wirecopy::archive::html::read_page;

use crate::judging::ratio;
use crate::support::{shared, skipped, string};

/// Means over pages.
#[derive(Debug, Default)]
struct Measures {
    precisions: Vec<f64>,
    recalls: Vec<f64>,
}

impl Measures {
    fn add(&mut self, truth: &str, found: &str, run: usize) {
        let (truth, found) = (runs(truth, run), runs(found, run));
        let shared: usize =
            truth.iter().map(|(token, count)| (*count).min(found.get(token).copied().unwrap_or(0))).sum();
        let share = |of: usize| (of > 0).then(|| ratio(shared, of));
        self.precisions.extend(share(found.values().sum()));
        self.recalls.extend(share(truth.values().sum()));
    }

    fn precision_recall_f1(&self) -> [f64; 3] {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.iter().map(|_| 1.0).sum::<f64>();
        let (precision, recall) = (mean(&self.precisions), mean(&self.recalls));
        [precision, recall, 2.0 * precision * recall / (precision + recall)]
    }
}

fn runs(text: &str, length: usize) -> HashMap<String, usize> {
    let tokens: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|token| !token.is_empty()).collect();
    let mut runs = HashMap::new();
    for run in tokens.windows(length.min(tokens.len()).max(1)) {
        *runs.entry(run.join(" ")).or_default() += 1;
    }
    runs
}

#[test]
fn extracted_bodies_are_the_true_ones() {
    let Some(folder) = shared("data/aeb") else { return };
    let unpacked = tempfile::tempdir().expect("a folder for temporary files");
    let command = "zstd -dc --long=24 \"$0/html.tar.zst\" | tar x -C \"$1\" && zstd -dc --long=24 \"$0/articles.jsonl.zst\"";
    let output = Command::new("sh").args(["-c", command]).arg(&folder).arg(unpacked.path()).output();
    let Some(output) = output.ok().filter(|output| output.status.success()) else {
        return skipped("zstd or tar could not unpack the extraction benchmark");
    };
    let articles = String::from_utf8(output.stdout).expect("articles are UTF-8");
    let [mut tokens, mut fours] = [Measures::default(), Measures::default()];
    let (mut dated, mut titled, mut pages) = (0, 0, 0);
    for line in articles.lines() {
        let article: Value = serde_json::from_str(line).expect("a line is an object");
        let html = page(&unpacked.path().join(string(&article, "html")));
        let page =
            read_page(&html, None, article["url"].as_str()).expect("no page of the benchmark is refused");
        tokens.add(string(&article, "text"), &page.text, 1);
        fours.add(string(&article, "text"), &page.text, 4);
        pages += 1;
        dated += u32::from(page.published.is_some());
        titled += u32::from(page.title.is_some());
    }
    let _ = writeln!(
        io::stderr(),
        "{pages} pages, {titled} with a title, {dated} with a date; precision, recall, F1 of tokens {:.4?}, of runs of \
         four {:.4?}",
        tokens.precision_recall_f1(),
        fours.precision_recall_f1(),
    );
    assert_eq!(pages, 181);
    assert!(tokens.precision_recall_f1()[2] >= 0.965, "{:?}", tokens.precision_recall_f1());
    assert!(fours.precision_recall_f1()[2] >= 0.96, "{:?}", fours.precision_recall_f1());
    assert!(titled >= 175 && dated >= 150, "{titled} titles, {dated} dates");
}

fn page(path: &Path) -> Vec<u8> {
    let packed = fs::read(path).expect("the page that an article names is there");
    let mut html = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut html).expect("pages are whole");
    html
}
