//! Shared: spans that go because another article that stays holds them: stock text, and what was copied.
//!
//! In: passages between articles, what goes already, and the articles' texts. Out: further cuts.
//!
//! *Stock* is a paragraph of [`STOCK_WORDS`] words and more that stands, token for token, in [`MANY`] articles of one outlet
//! and more that stay: footers, invitations, terms ([`stock`]). The first of these articles holds it for the others.
//! *Copies* are the passages that the scan names so. A span goes only if the article that had it first stays, and stays whole where it stands; only whole sentences and paragraphs go; and nothing goes
//! from an article of which no word would be left. Targets are taken in canonical order, and sources stand before
//! their targets in it, so that what a source loses is known when its targets are looked at.
//!
//! Not guaranteed here, as it is for repeats and near-duplicates: that a second cleaning finds nothing. What is left of
//! texts from which copies were taken may itself stand twice.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::cut::{Cut, Why, without};
use super::input::Shared;
use crate::repeats::sentences_within;
use crate::settings::Settings;
use crate::text::{Tokens, paragraphs, tokenize};

/// Articles of one outlet that make a paragraph stock: as many as passages ask for.
const MANY: usize = 10;

/// A shorter paragraph may be a label, a byline or an answer.
const STOCK_WORDS: u32 = 8;

/// Stock of all articles, by target. `outlet` tells the known outlet of an article that stays, else `None`. Each text is read twice;
/// 16 bytes are held for each paragraph of the archive.
pub(super) fn stock(
    articles: u32,
    settings: &Settings,
    outlet: &(dyn Fn(u32) -> Option<u32> + Sync),
    text: &(dyn Fn(u32) -> String + Sync),
) -> Vec<Shared> {
    let of_article = |tokens: &mut Tokens, article: u32| -> Vec<(u128, Range<usize>)> {
        let Some(outlet) = outlet(article) else { return Vec::new() };
        let text = text(article);
        tokenize(&text, settings.seed, tokens);
        let long = |paragraph: &Range<usize>| tokens.words(tokens.in_bytes(paragraph)) >= STOCK_WORDS;
        let keyed = |paragraph: Range<usize>| {
            let mut said = outlet.to_le_bytes().to_vec();
            let hashes = &tokens.hashes()[tokens.in_bytes(&paragraph)];
            said.extend(hashes.iter().flat_map(|hash| hash.to_le_bytes()));
            (xxh3_128(&said), paragraph)
        };
        paragraphs(&text).into_iter().filter(long).map(keyed).collect()
    };
    let new = || Tokens::on(settings.kernel);
    let mut keys: Vec<u128> = (0..articles)
        .into_par_iter()
        .map_init(new, |tokens, article| {
            let mut keys: Vec<u128> = of_article(tokens, article).into_iter().map(|(key, _)| key).collect();
            keys.sort_unstable();
            keys.dedup();
            keys
        })
        .flatten_iter()
        .collect();
    keys.par_sort_unstable();
    let stock: Vec<u128> =
        keys.chunk_by(|a, b| a == b).filter(|same| same.len() >= MANY).map(|same| same[0]).collect();
    drop(keys);
    let standing: Vec<(u32, u128, Range<usize>)> = (0..articles)
        .into_par_iter()
        .map_init(new, |tokens, article| {
            let mut own = of_article(tokens, article);
            own.retain(|(key, _)| stock.binary_search(key).is_ok());
            own.into_iter().map(move |(key, bytes)| (article, key, bytes)).collect::<Vec<_>>()
        })
        .flatten_iter()
        .collect();
    let mut holders: HashMap<u128, (u32, Range<usize>)> = HashMap::new();
    let mut shared = Vec::new();
    for (target, key, target_bytes) in standing {
        let (source, source_bytes) =
            holders.entry(key).or_insert_with(|| (target, target_bytes.clone())).clone();
        if source != target {
            shared.push(Shared {
                target,
                source,
                target_bytes,
                source_bytes,
                similarity: 1.0,
                is_stock: true,
            });
        }
    }
    shared
}

/// Adds to `cuts` (by article) what goes of `shared` (by target). `goes` tells articles that go; `text_of` gives the text of an
/// article that can be edited in place. What goes is said by what stays, word for word.
pub(super) fn cut_shared(
    shared: &[Shared],
    settings: &Settings,
    goes: &dyn Fn(u32) -> bool,
    text_of: &dyn Fn(u32) -> Option<String>,
    cuts: &mut BTreeMap<u32, Vec<Cut>>,
) {
    let (mut tokens, mut others) = (Tokens::on(settings.kernel), Tokens::on(settings.kernel));
    for of_target in shared.chunk_by(|a, b| a.target == b.target) {
        let target = of_target[0].target;
        if goes(target) {
            continue;
        }
        let held: Vec<&Shared> = of_target
            .iter()
            .filter(|passage| {
                !goes(passage.source) && !meets(cuts.get(&passage.source), &passage.source_bytes)
            })
            .collect();
        let Some(text) = text_of(target).filter(|_| !held.is_empty()) else { continue };
        tokenize(&text, settings.seed, &mut tokens);
        let paragraphs = paragraphs(&text);
        let mut own = cuts.get(&target).cloned().unwrap_or_default();
        let before = own.len();
        for passage in held {
            let sentences = sentences_within(&text, &tokens, &paragraphs, &passage.target_bytes);
            let Some((bytes, words)) = sentences else { continue };
            if meets(Some(&own), &bytes) {
                continue;
            }
            let gone = &tokens.hashes()[tokens.in_bytes(&bytes)];
            let is_said = |kept: &str| {
                tokenize(kept, settings.seed, &mut others);
                says(others.hashes(), gone)
            };
            let source = text_of(passage.source);
            let kept = source.as_ref().and_then(|source| source.get(passage.source_bytes.clone()));
            if !kept.is_some_and(is_said) {
                continue;
            }
            own.push(Cut {
                bytes,
                kept: passage.source_bytes.clone(),
                why: if passage.is_stock {
                    Why::Boilerplate(passage.source)
                } else {
                    Why::Copy(passage.source)
                },
                words,
                similarity: passage.similarity,
            });
            own.sort_by_key(|cut| cut.bytes.start);
        }
        tokenize(&without(&text, &own), settings.seed, &mut others);
        if own.len() > before && !others.is_empty() {
            cuts.insert(target, own);
        }
    }
}

/// Whether the tokens of what stays hold all of what goes in the same order, numbers among them: a passage bridges small edits,
/// and an edit may be what matters. Linear.
fn says(kept: &[u64], gone: &[u64]) -> bool {
    let mut rest = kept.iter();
    gone.iter().all(|token| rest.any(|other| other == token))
}

fn meets(cuts: Option<&Vec<Cut>>, span: &Range<usize>) -> bool {
    cuts.into_iter().flatten().any(|cut| cut.bytes.start < span.end && span.start < cut.bytes.end)
}
