//! What the benches share: settings, made-up archives held in memory, and the sizes that suit a bench or a
//! test.
#![allow(dead_code, reason = "each bench uses a part")]
#![allow(unreachable_pub, reason = "the benches that include this have no outside")]

use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use rayon::{ThreadPool, ThreadPoolBuilder};
use wirecopy::candidates::{BandPlan, Posting, Postings, Signatures};
use wirecopy::passages::{Copies, Holdings, Limits, Linking, Prepared, outline, passages};
use wirecopy::scratch::Scratch;
use wirecopy::shingle::shingle;
use wirecopy::sketch::{Signature, Sketcher, Winnower};
use wirecopy::stories::{Duplicates, Kept, Story, editions, stories};
use wirecopy::text::{Tokens, tokenize};
use wirecopy::verify::{Compared, Rule, ShingleSet};
use xxhash_rust::xxh3::xxh3_128;

#[path = "../../testdata/generator/mod.rs"]
pub mod generator;

use generator::Article;
pub use generator::Script;

/// The defaults of a scan: recall of bands, tokens in a shingle, words in the shortest passage.
pub const RECALL: f64 = 0.999;
pub const SHINGLE_TOKENS: usize = 5;
pub const MIN_PASSAGE_WORDS: u32 = 16;
pub const SEED: u64 = 0;

/// Ten samples of about a tenth of a second: enough to see a change of some percent, and all benches end
/// within minutes. Options on the command line win.
pub fn criterion() -> Criterion {
    Criterion::default()
        .without_plots()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .nresamples(5_000)
        .configure_from_args()
}

/// CPU time, of the kernel's part too: unpacking writes a temporary file, and what that costs is no waiting.
pub struct CpuTime;

impl CpuTime {
    fn now() -> Duration {
        let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the system knows");
        let time = |time: TimeVal| {
            let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
            Duration::from_micros(micros.try_into().expect("time is positive"))
        };
        time(usage.user_time()) + time(usage.system_time())
    }
}

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        Self::now()
    }

    fn end(&self, begun: Duration) -> Duration {
        Self::now().saturating_sub(begun)
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

/// Whether every bench is run just once, to see that it works (`cargo bench -- --test`, `cargo test
/// --benches`).
pub fn as_test() -> bool {
    let given = |flag: &str| std::env::args().any(|argument| argument == flag);
    !given("--bench") || given("--test")
}

/// A size: of the bench, or of its test, which also runs unoptimised.
pub fn sized(bench: usize, test: usize) -> usize {
    if as_test() { test } else { bench }
}

/// An archive of the generator's default settings (three articles in ten copy another), of about so many
/// bytes.
pub fn archive(script: Script, bytes: usize) -> Vec<Article> {
    generator::generate(&generator::Settings { bytes, script, ..generator::Settings::default() })
}

/// The texts of articles.
pub fn texts(articles: &[Article]) -> Vec<String> {
    articles.iter().map(|article| article.text.clone()).collect()
}

/// Bytes of all texts.
pub fn bytes_of(texts: &[String]) -> Throughput {
    Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum())
}

/// Token hashes of each text.
pub fn token_hashes(texts: &[String]) -> Vec<Vec<u64>> {
    let mut tokens = Tokens::default();
    let hashes = texts.iter().map(|text| {
        tokenize(text, SEED, &mut tokens);
        tokens.hashes().to_vec()
    });
    hashes.collect()
}

/// Threads of our own instead of Rayon's, so that a figure is CPU time, whatever the machine.
pub fn one_thread() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be started")
}

/// An archive as act 2 sees it: texts in memory, sketches made. Articles stand in canonical order, as the
/// generator gives them.
pub struct Shelf {
    pub texts: Vec<String>,
    outlets: Vec<u64>,
    outlines: Vec<Vec<u8>>,
    counts: Vec<u32>,
    signatures: Vec<Option<Signature>>,
    token_hashes: Vec<Option<u128>>,
    pub postings: Vec<Posting>,
}

fn outline_of(text: &str) -> Vec<u8> {
    let (mut tokens, mut bytes) = (Tokens::default(), Vec::new());
    tokenize(text, SEED, &mut tokens);
    outline(&tokens, &mut bytes);
    bytes
}

impl Shelf {
    /// Sketches articles as a scan would.
    pub fn of(articles: &[Article]) -> Shelf {
        let mut outlets: Vec<&str> = articles.iter().map(|article| article.outlet.as_str()).collect();
        let names = {
            let mut names = outlets.clone();
            names.sort_unstable();
            names.dedup();
            names
        };
        let number = |name: &str| names.binary_search(&name).expect("all names are there") as u64;
        let outlets = outlets.drain(..).map(number).collect();
        Self::with_outlets(texts(articles), outlets)
    }

    /// Sketches texts, each of an outlet of its own.
    pub fn of_texts(texts: Vec<String>) -> Shelf {
        let outlets = (0..texts.len() as u64).collect();
        Self::with_outlets(texts, outlets)
    }

    fn with_outlets(texts: Vec<String>, outlets: Vec<u64>) -> Shelf {
        let sketcher = Sketcher::new(SEED);
        let mut winnower = winnower();
        let (mut shingles, mut fingerprints, mut counts) = (Vec::new(), Vec::new(), Vec::new());
        let (mut signatures, mut wholes, mut postings) = (Vec::new(), Vec::new(), Vec::new());
        for (hashes, article) in token_hashes(&texts).iter().zip(0..) {
            shingle(hashes, SHINGLE_TOKENS, &mut shingles);
            signatures.push(sketcher.sketch(&shingles));
            let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect();
            wholes.push((!hashes.is_empty()).then(|| xxh3_128(&bytes)));
            winnower.winnow(hashes, &mut fingerprints);
            counts.push(u32::try_from(fingerprints.len()).expect("a text under 2 GiB holds fewer"));
            postings.extend(fingerprints.iter().map(|fingerprint| Posting {
                hash: fingerprint.hash,
                article,
                position: fingerprint.position,
            }));
        }
        let outlines = texts.iter().map(|text| outline_of(text)).collect();
        Shelf { texts, outlets, outlines, counts, signatures, token_hashes: wholes, postings }
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> Throughput {
        bytes_of(&self.texts)
    }

    /// Near-duplicates into stories, from signatures on; sets are made of the text again, as in a scan.
    pub fn find_stories(&self, threshold: f64) -> Vec<Story> {
        let make = |article: u32| {
            let (mut tokens, mut shingles) = (Tokens::default(), Vec::new());
            tokenize(&self.texts[article as usize], SEED, &mut tokens);
            shingle(tokens.hashes(), SHINGLE_TOKENS, &mut shingles);
            Compared::from(ShingleSet::from_shingles(&shingles))
        };
        let compared = Kept::compared(&make, u64::MAX, false);
        let plan = BandPlan::for_recall(threshold, RECALL);
        let signatures = Signatures::from(self.signatures.clone());
        let scratch = Scratch::unneeded();
        let duplicates = Duplicates {
            signatures: &signatures,
            plan,
            rule: Rule::Resemblance(threshold),
            look_twice: None,
            least_agreeing: BandPlan::least_agreeing(threshold, RECALL),
            surely_agreeing: BandPlan::least_agreeing(threshold, RECALL),
            compared: &compared,
            linkable: &|_, _| true,
            frames: None,
            scratch: &scratch,
        };
        let editions = editions(self.token_hashes.iter().copied(), false);
        stories(&duplicates, &editions, &|| ()).expect("nothing is written to disk").stories
    }

    /// Passages, from grouped postings on; texts are tokenized again, as in a scan.
    pub fn find_passages(&self, postings: &Postings) -> Copies {
        let scratch = Scratch::unneeded();
        let holdings = Holdings {
            prepare: &|article| Prepared::new(self.texts[article as usize].clone(), SEED),
            outline_of: &|article| &self.outlines[article as usize],
            outlet_of: &|article| self.outlets[article as usize],
            unknown_outlet: u64::MAX,
            fingerprints_of: &|article| self.counts[article as usize],
            since: &|_| 0,
            shelf_bytes: u64::MAX,
            scratch: &scratch,
        };
        let limits = Limits {
            width: winnower().width(),
            window: winnower().window(),
            min_words: MIN_PASSAGE_WORDS,
            linking: Linking::Earliest,
            max_passages: u64::MAX,
        };
        passages(postings, holdings, limits, &|_| ()).expect("there is no limit")
    }
}

/// A winnower of the default passage length.
pub fn winnower() -> Winnower {
    Winnower::for_runs_of(MIN_PASSAGE_WORDS as usize)
}
