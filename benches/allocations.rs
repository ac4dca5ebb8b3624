//! Counts allocations in the hot loop: none per article, once the buffers of a thread have grown. Ends with status 1 if
//! there is one. What a figure means: `README.md` beside this file.
#![allow(clippy::print_stdout, reason = "the table is what this bench is for")]

mod support;

use allocation_counter::measure;
use support::{SEED, SHINGLE_TOKENS, Script, archive, sized, texts, winnower};
use wirecopy::shingle::shingle;
use wirecopy::sketch::{Sketcher, simhash};
use wirecopy::text::{Paragraphs, Tokens, tokenize};

fn main() {
    let mut worst = 0;
    println!("{:<12} {:<10} {:>9} {:>12}", "step", "script", "articles", "allocations");
    for (name, script) in
        [("english", Script::English), ("arabic", Script::Arabic), ("japanese", Script::Japanese)]
    {
        let texts = texts(&archive(script, sized(2_000_000, 50_000)));
        for (step, mut run) in steps() {
            let mut pass = || {
                for text in &texts {
                    run(text);
                }
            };
            // The first pass lets the buffers grow.
            pass();
            let allocations = measure(pass).count_total;
            println!("{step:<12} {name:<10} {:>9} {allocations:>12}", texts.len());
            // Folding by the definition, for marks that compose, goes through a library that allocates.
            worst = worst.max(if script == Script::English { allocations } else { 0 });
        }
    }
    assert!(worst == 0, "the hot loop allocates for English text");
}

type Step = (&'static str, Box<dyn FnMut(&str)>);

fn steps() -> Vec<Step> {
    let (mut tokens, mut shingles, sketcher) = (Tokens::default(), Vec::new(), Sketcher::new(SEED));
    let mut signature = move |text: &str| {
        tokenize(text, SEED, &mut tokens);
        shingle(tokens.hashes(), SHINGLE_TOKENS, &mut shingles);
        (sketcher.sketch(&shingles), simhash(&shingles))
    };
    let (mut winnower, mut fingerprints, mut cut) = (winnower(), Vec::new(), Tokens::default());
    let winnow = move |text: &str| {
        tokenize(text, SEED, &mut cut);
        winnower.winnow(cut.hashes(), &mut fingerprints);
    };
    let mut paragraphs = Paragraphs::default();
    vec![
        (
            "signature",
            Box::new(move |text| {
                std::hint::black_box(signature(text));
            }),
        ),
        ("winnow", Box::new(winnow)),
        (
            "paragraphs",
            Box::new(move |text| {
                std::hint::black_box(paragraphs.of(text).len());
            }),
        ),
    ]
}
