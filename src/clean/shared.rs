//! Shared: spans that go because another article that stays holds them: stock text, and what was copied.
//!
//! In: passages between articles, what goes already, and the articles' texts. Out: further cuts. A span goes only if the
//! article that had it first stays, and stays whole where it stands; only whole sentences and paragraphs go; and nothing goes
//! from an article of which no word would be left. Targets are taken in canonical order, and sources stand before
//! their targets in it, so that what a source loses is known when its targets are looked at.
//!
//! Not guaranteed here, as it is for repeats and near-duplicates: that a second cleaning finds nothing. What is left of
//! texts from which copies were taken may itself stand twice.

use std::collections::BTreeMap;
use std::ops::Range;

use super::bounds::{Divided, Paragraph};
use super::cut::{Cut, Why, without};
use super::input::Shared;
use crate::settings::Settings;
use crate::text::{Tokens, paragraphs, tokenize};

/// Adds to `cuts` (by article) what goes of `shared` (by target). `goes` tells articles that go; `text` gives the text of an
/// article that can be edited in place.
pub(super) fn cut_shared(
    shared: &[Shared],
    settings: &Settings,
    goes: &dyn Fn(u32) -> bool,
    text: &dyn Fn(u32) -> Option<String>,
    cuts: &mut BTreeMap<u32, Vec<Cut>>,
) {
    let mut tokens = Tokens::on(settings.kernel);
    for of_target in shared.chunk_by(|a, b| a.target == b.target) {
        let target = of_target[0].target;
        if goes(target) {
            continue;
        }
        let held: Vec<&Shared> = of_target
            .iter()
            .filter(|passage| !goes(passage.source) && !meets(cuts.get(&passage.source), &passage.source_bytes))
            .collect();
        let Some(text) = text(target).filter(|_| !held.is_empty()) else { continue };
        tokenize(&text, settings.seed, &mut tokens);
        let divided_into = Paragraph::all(&paragraphs(&text), &tokens);
        let divided = Divided { text: &text, tokens: &tokens, paragraphs: &divided_into };
        let mut own = cuts.get(&target).cloned().unwrap_or_default();
        let before = own.len();
        for passage in held {
            let Some(span) = divided.whole_sentences(&tokens.in_bytes(&passage.target_bytes)) else { continue };
            let bytes = divided.bytes(&span);
            if meets(Some(&own), &bytes) {
                continue;
            }
            own.push(Cut {
                bytes,
                kept: passage.source_bytes.clone(),
                why: if passage.is_stock { Why::Boilerplate(passage.source) } else { Why::Copy(passage.source) },
                words: tokens.words(span),
                similarity: passage.similarity,
            });
            own.sort_by_key(|cut| cut.bytes.start);
        }
        let mut left = Tokens::on(settings.kernel);
        tokenize(&without(&text, &own), settings.seed, &mut left);
        if own.len() > before && !left.is_empty() {
            cuts.insert(target, own);
        }
    }
}

fn meets(cuts: Option<&Vec<Cut>>, span: &Range<usize>) -> bool {
    cuts.into_iter().flatten().any(|cut| cut.bytes.start < span.end && span.start < cut.bytes.end)
}
