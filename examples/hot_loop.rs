//! Runs one step of the hot loop over made-up text, again and again, for tools that watch a process from outside:
//! instruction counts (`benches/instructions.sh`), profilers.
//!
//! ```text
//! cargo run --release --example hot_loop -- STEP [PASSES [KERNEL [SCRIPT]]]
//! ```
//! where STEP is `nothing`, `split_whitespace`, `tokens`, `tokens_shingles`, `signature`, `simhash` or `winnow`. Prints the bytes
//! looked at and a checksum.

#![allow(clippy::print_stdout, reason = "what it looked at is its answer")]

use std::env;
use std::error::Error;

#[path = "../testdata/generator/mod.rs"]
mod generator;

use generator::{Script, Settings, generate};
use wirecopy::kernel::Kernel;
use wirecopy::shingle::shingle_on;
use wirecopy::sketch::{Fingerprint, Sketcher, Winnower, simhash_on};
use wirecopy::text::{Tokens, tokenize};

/// The defaults of a scan.
const SHINGLE_TOKENS: usize = 5;
const RUN_TOKENS: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let step = argument(0).ok_or("which step?")?;
    let passes: usize = argument(1).unwrap_or("1").parse()?;
    let kernel: Kernel = argument(2).map_or(Ok(Kernel::best()), str::parse)?;
    let script = match argument(3) {
        None | Some("english") => Script::English,
        Some("arabic") => Script::Arabic,
        Some("japanese") => Script::Japanese,
        Some(other) => return Err(format!("no script is called {other:?}").into()),
    };
    let texts: Vec<String> = generate(&Settings { bytes: 2_000_000, script, ..Settings::default() })
        .into_iter()
        .map(|article| article.text)
        .collect();
    let mut run = Loop::on(kernel);
    let mut sum: u64 = 0;
    for _ in 0..passes {
        for text in &texts {
            sum = sum.wrapping_mul(31).wrapping_add(run.step(step, text)?);
        }
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{step} on {kernel:?}: {} bytes, checksum {sum:016x}", bytes * passes);
    Ok(())
}

/// The buffers of a thread.
struct Loop {
    kernel: Kernel,
    tokens: Tokens,
    shingles: Vec<u64>,
    sketcher: Sketcher,
    winnower: Winnower,
    fingerprints: Vec<Fingerprint>,
}

impl Loop {
    fn on(kernel: Kernel) -> Self {
        Loop {
            kernel,
            tokens: Tokens::on(kernel),
            shingles: Vec::new(),
            sketcher: Sketcher::new(0).on(kernel),
            winnower: Winnower::for_runs_of(RUN_TOKENS).on(kernel),
            fingerprints: Vec::new(),
        }
    }

    fn step(&mut self, step: &str, text: &str) -> Result<u64, String> {
        match step {
            "nothing" => return Ok(0),
            "split_whitespace" => return Ok(text.split_whitespace().count() as u64),
            _ => tokenize(text, 0, &mut self.tokens),
        }
        if step == "tokens" {
            return Ok(self.tokens.hashes().last().copied().unwrap_or(0));
        }
        if step == "winnow" {
            self.winnower.winnow(self.tokens.hashes(), &mut self.fingerprints);
            return Ok(self.fingerprints.last().map_or(0, |fingerprint| fingerprint.hash));
        }
        shingle_on(self.kernel, self.tokens.hashes(), SHINGLE_TOKENS, &mut self.shingles);
        match step {
            "tokens_shingles" => Ok(self.shingles.last().copied().unwrap_or(0)),
            "signature" => Ok(self.sketcher.sketch(&self.shingles).map_or(0, |slots| u64::from(slots[0]))),
            "simhash" => Ok(simhash_on(self.kernel, &self.shingles)),
            _ => Err(format!("no step is called {step:?}")),
        }
    }
}
