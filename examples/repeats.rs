//! What articles say twice, and how fast that is found: reads JSON Lines whose records hold `text`.
//!
//! ```text
//! cargo run --release --example repeats -- tokens|repeats|cut|list FILE [PASSES]
//! ```
//! `tokens` cuts every text into tokens and paragraphs, `repeats` finds its repeats on top of that: the difference of the
//! seconds that are printed, of the loop alone, is what repeats cost. `cut` finds what may be cut. `list` prints a line of
//! JSON for each article that says something twice: its repeats, and what would be cut, in bytes of its text.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what it looked at is its answer")]

use std::env;
use std::error::Error;
use std::time::Instant;

use serde_json::{Value, json};
use wirecopy::repeats::{Cut, Repeat, Repeats};
use wirecopy::text::{Paragraphs, Tokens, tokenize};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [step, file, rest @ ..] = &arguments[..] else { return Err("which step, of which file?".into()) };
    let passes: usize = rest.first().map_or(Ok(1), |passes| passes.parse())?;
    let articles: Vec<(String, String)> = std::fs::read_to_string(file)?
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|record| Some((record["id"].to_string(), record["text"].as_str()?.to_owned())))
        .collect();
    let bytes: usize = articles.iter().map(|(_, text)| text.len()).sum();
    let (mut tokens, mut paragraphs, mut repeats) =
        (Tokens::default(), Paragraphs::default(), Repeats::default());
    let begin = Instant::now();
    let mut found = 0;
    for _ in 0..passes {
        for (id, text) in &articles {
            match step.as_str() {
                "tokens" | "repeats" | "list" => {
                    tokenize(text, 0, &mut tokens);
                    let paragraphs = paragraphs.of(text);
                    if step == "tokens" {
                        continue;
                    }
                    let all = repeats.find(text, &tokens, paragraphs);
                    found += all.len();
                    if step == "list" && !all.is_empty() {
                        println!("{}", row(id, &all, &repeats.cut(text, 0)));
                    }
                }
                "cut" => found += repeats.cut(text, 0).len(),
                other => return Err(format!("no step is called {other:?}").into()),
            }
        }
    }
    eprintln!("{step}: {} bytes, {found} repeats, {:?}", bytes * passes, begin.elapsed());
    Ok(())
}

fn row(id: &str, repeats: &[Repeat], cuts: &[Cut]) -> Value {
    let repeats: Vec<Value> = repeats
        .iter()
        .map(|repeat| {
            json!({
                "first": [repeat.first.start, repeat.first.end],
                "again": [repeat.again.start, repeat.again.end],
                "kind": repeat.kind.name(),
                "words": repeat.words,
                "similarity": repeat.similarity,
            })
        })
        .collect();
    let cuts: Vec<Value> = cuts
        .iter()
        .map(|cut| {
            json!({
                "bytes": [cut.bytes.start, cut.bytes.end],
                "held_by": [cut.held_by.start, cut.held_by.end],
                "kind": cut.kind.name(),
                "words": cut.words,
            })
        })
        .collect();
    json!({ "id": id.trim_matches('"'), "repeats": repeats, "cuts": cuts })
}
