//! Comparing two articles: every measure that a scan knows, of one pair.
//!
//! In: two [`Given`] texts with what is known of them, and the [`Settings`] of a scan. Out: a [`Comparison`]: lengths,
//! resemblance and containment at several shingle widths, what the sketches say, the passages with their places in both
//! texts, and what differs.
//!
//! The idea: run the rooms of the engine on an archive of two. The earlier article is the source of passages, as in a
//! scan; articles without a date come last; where time does not tell, the first one given is taken as the source
//! ([`Order`]). Passages are found by [`passages`] with every pair linked, so they are those that
//! `scan --all-pairs` reports for the two. Where the texts differ inside a passage is worked out anew (`differences`).
//!
//! Guarantees: pure function of the two texts and the settings; spans lie inside the texts and end between characters;
//! time is that of the engine, O(n log n) for texts of n tokens. It does not judge who copied from whom: the source is
//! the earlier one, no more. [`Settings::within_days`], the recall and what concerns whole archives play no part.

mod differences;
mod found;
mod numbers;
mod runs;

use std::ops::Range;

use crate::archive::dates::PublishedAt;
use crate::candidates::{Posting, Postings};
use crate::error::Error;
use crate::lineage::{Coverage, RelationKind, credits};
use crate::passages::{Holdings, Limits, Linking, Passage, PassagesError, Prepared, Span, outline, passages};
use crate::scratch::Scratch;
use crate::settings::Settings;
use crate::shingle::shingle_on;
use crate::sketch::{SLOTS, Sketcher, Winnower, agreeing_slots, simhash_on};
use crate::text::{CharOffsets, Tokens, paragraphs, union};
use crate::verify::{
    Aligned, Facts, Glances, Looked, Overlap, Printed, ShingleSet, Verified, aligned_from, look_twice,
};
use differences::{differences, longest_agreeing};
pub use found::{
    Agreement, AtWidth, Both, Comparison, Difference, Measured, Order, Run, SharedPassage, Side,
};
pub use numbers::Number;
use numbers::only_in;
use runs::longest_common_run;

/// Widths, in tokens, at which shingles are compared besides the scan's: single words, pairs and threes show what
/// rewording leaves of a text.
const WIDTHS: [usize; 3] = [1, 2, 3];

/// An article to compare: its text, and what is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The text.
    pub text: &'a str,
    /// When it was published.
    pub published: Option<PublishedAt>,
    /// Who published it.
    pub outlet: Option<&'a str>,
}

/// Compares two articles with the measures of a scan.
///
/// ```
/// use wirecopy::Settings;
/// use wirecopy::compare::{Given, compare};
///
/// let a = "The council met on Monday, at noon as always.";
/// let b = "The council met on Friday, at noon as always.";
/// let given = |text| Given { text, ..Given::default() };
/// let found = compare(given(a), given(b), &Settings { min_passage_words: 4, ..Settings::default() })?;
/// assert_eq!(found.shingles.overlap.common, 0); // no five words in a row
/// assert_eq!(found.passages.len(), 1);
/// let monday = &found.passages[0].differences[0];
/// assert_eq!((&a[monday.spans.a.bytes.clone()], &b[monday.spans.b.bytes.clone()]), ("Monday", "Friday"));
/// # Ok::<(), wirecopy::Error>(())
/// ```
///
/// # Errors
/// If there are more passages than [`Settings::max_pairs`].
///
/// # Panics
/// If a text is longer than [`crate::text::MAX_TEXT_BYTES`]; readers refuse such records.
pub fn compare(a: Given<'_>, b: Given<'_>, settings: &Settings) -> Result<Comparison, Error> {
    let prepared = |given: Given<'_>| Prepared::on(settings.kernel, given.text.to_owned(), settings.seed);
    let texts = Both { a: prepared(a), b: prepared(b) };
    let (source, order) = source(a, b);
    let same_outlet = a.outlet.is_some() && a.outlet == b.outlet;
    let printed = match (a.outlet, b.outlet) {
        (Some(_), Some(_)) if same_outlet => Printed::ByOne,
        (Some(_), Some(_)) => Printed::ByTwo,
        _ => Printed::Unknown,
    };
    let found = find_passages(&texts, source, same_outlet, settings)?;
    let at_width = |width| AtWidth { width, overlap: overlap(&texts, width, settings) };
    let shingles = at_width(settings.shingle_tokens);
    let (signature, simhash_distance) = sketches(&texts, settings).unzip();
    let (target_tokens, source_tokens) = (texts.of(source.other()).tokens(), texts.of(source).tokens());
    let offsets = Both { a: CharOffsets::of(a.text), b: CharOffsets::of(b.text) };
    let mut agreeing = 0;
    let passages: Vec<SharedPassage> = found
        .into_iter()
        .map(|passage| {
            let in_target = target_tokens.in_bytes(&passage.target_span.bytes);
            let in_source = source_tokens.in_bytes(&passage.source_span.bytes);
            let gaps = differences(target_tokens, source_tokens, &in_target, &in_source);
            agreeing = agreeing.max(longest_agreeing(&in_target, &gaps));
            let differences = gaps
                .into_iter()
                .map(|(of_target, of_source)| Difference {
                    words: Both::from_source(
                        source,
                        source_tokens.words(of_source.clone()),
                        target_tokens.words(of_target.clone()),
                    ),
                    spans: Both::from_source(
                        source,
                        span_of(source_tokens, &of_source, offsets.of(source)),
                        span_of(target_tokens, &of_target, offsets.of(source.other())),
                    ),
                })
                .collect();
            SharedPassage {
                spans: Both::from_source(source, passage.source_span, passage.target_span),
                words: passage.words,
                similarity: passage.similarity,
                kind: passage.kind,
                differences,
            }
        })
        .collect();
    let longest_run =
        longest_common_run(target_tokens.hashes(), source_tokens.hashes(), agreeing).map(|run| {
            let (of_target, of_source) =
                (run.target..run.target + run.length, run.source..run.source + run.length);
            Run {
                words: target_tokens.words(of_target.clone()),
                tokens: run.length,
                spans: Both::from_source(
                    source,
                    span_of(source_tokens, &of_source, offsets.of(source)),
                    span_of(target_tokens, &of_target, offsets.of(source.other())),
                ),
            }
        });
    let measured = |side: Side| measured(side, &texts, &passages, offsets.of(side));
    let articles = Both { a: measured(Side::A), b: measured(Side::B) };
    let relation = (!passages.is_empty()).then(|| {
        let (coverage, _) = Coverage::of_passages(
            articles.of(source.other()).covered,
            articles.of(source).covered,
            passages.iter().map(|passage| (passage.words, passage.similarity)),
        );
        if same_outlet { RelationKind::Revision } else { coverage.kind() }
    });
    let verified = verified(&texts, shingles.overlap, settings, printed);
    Ok(Comparison {
        articles,
        relation,
        source,
        order,
        lag_seconds: a.published.zip(b.published).map(|(a, b)| a.known_by().abs_diff(b.known_by())),
        same_outlet,
        same_text: a.text == b.text,
        same_tokens: !target_tokens.is_empty() && target_tokens.hashes() == source_tokens.hashes(),
        shingles,
        short_shingles: WIDTHS.into_iter().map(at_width).collect(),
        rule: settings.rule,
        aligned: aligned(&texts),
        verified,
        signature,
        simhash_distance,
        passages,
        longest_run,
    })
}

/// The source, by the order of a scan as far as it goes by time.
fn source(a: Given<'_>, b: Given<'_>) -> (Side, Order) {
    match (a.published, b.published) {
        (None, None) => (Side::A, Order::Undated),
        (Some(_), None) => (Side::A, Order::OnlyDated),
        (None, Some(_)) => (Side::B, Order::OnlyDated),
        (Some(of_a), Some(of_b)) => {
            let key = |time: PublishedAt| (time.known_by(), time);
            match key(of_a).cmp(&key(of_b)) {
                std::cmp::Ordering::Less => (Side::A, Order::Earlier),
                std::cmp::Ordering::Equal => (Side::A, Order::SameTime),
                std::cmp::Ordering::Greater => (Side::B, Order::Earlier),
            }
        }
    }
}

/// Article 0 is the source, article 1 the target.
fn find_passages(
    texts: &Both<Prepared>,
    source: Side,
    same_outlet: bool,
    settings: &Settings,
) -> Result<Vec<Passage>, Error> {
    let numbered = [texts.of(source), texts.of(source.other())];
    let mut winnower = Winnower::for_runs_of(settings.min_passage_words as usize).on(settings.kernel);
    let (mut postings, mut fingerprints) = (Vec::new(), Vec::new());
    let mut counts = [0, 0];
    let outlines = numbered.map(|text| {
        let mut bytes = Vec::new();
        outline(text.tokens(), &mut bytes);
        bytes
    });
    for (text, article) in numbered.into_iter().zip(0..) {
        winnower.winnow(text.tokens().hashes(), &mut fingerprints);
        counts[article as usize] = u32::try_from(fingerprints.len()).expect("a text under 2 GiB holds fewer");
        let own = fingerprints.iter();
        postings.extend(own.map(|own| Posting { hash: own.hash, article, position: own.position }));
    }
    let holdings = Holdings {
        prepare: &|article| numbered[article as usize].clone(),
        outline_of: &|article| &outlines[article as usize],
        outlet_of: &|article| if same_outlet { 0 } else { u64::from(article) },
        unknown_outlet: u64::MAX,
        fingerprints_of: &|article| counts[article as usize],
        since: &|_| 0,
        shelf_bytes: u64::MAX,
        scratch: &Scratch::unneeded(),
    };
    let limits = Limits {
        width: winnower.width(),
        window: winnower.window(),
        min_words: settings.min_passage_words,
        linking: Linking::All,
        max_passages: settings.max_pairs,
    };
    let copies =
        passages(&Postings::group(&postings), holdings, limits, &|_| ()).map_err(|error| match error {
            PassagesError::Scratch(error) => error,
            PassagesError::TooMany => Error::TooManyPairs {
                limit: settings.max_pairs,
                what: "passages",
                blame: "these two texts".into(),
            },
        })?;
    Ok(copies.targets().iter().flat_map(|target| copies.passages_of(target)).collect())
}

/// Tokens in common in one order, whatever their share.
fn aligned(texts: &Both<Prepared>) -> Option<Aligned> {
    match aligned_from(texts.a.tokens().hashes(), texts.b.tokens().hashes(), 0) {
        Looked::Aligned(aligned) => Some(aligned),
        Looked::Less | Looked::TooLong => None,
    }
}

/// What the rule says of the two.
fn verified(texts: &Both<Prepared>, overlap: Overlap, settings: &Settings, printed: Printed) -> Verified {
    let sides = [&texts.a, &texts.b];
    let facts = |side: usize| Facts::of(sides[side].text().to_owned(), sides[side].tokens());
    let look = || {
        let glances = Glances::new(settings.seed);
        let [a, b] = sides.map(|side| glances.of(side.text(), side.tokens()));
        look_twice([&a, &b], overlap, || printed, facts)
    };
    settings.rule.verify(Some(overlap), look)
}

fn overlap(texts: &Both<Prepared>, width: usize, settings: &Settings) -> Overlap {
    let mut shingles = Vec::new();
    let mut set = |text: &Prepared| {
        shingle_on(settings.kernel, text.tokens().hashes(), width, &mut shingles);
        ShingleSet::from_shingles(&shingles)
    };
    set(&texts.a).overlap(&set(&texts.b))
}

fn sketches(texts: &Both<Prepared>, settings: &Settings) -> Option<(Agreement, u32)> {
    let sketcher = Sketcher::new(settings.seed).on(settings.kernel);
    let mut shingles = Vec::new();
    let mut sketch = |text: &Prepared| {
        shingle_on(settings.kernel, text.tokens().hashes(), settings.shingle_tokens, &mut shingles);
        Some((sketcher.sketch(&shingles)?, simhash_on(settings.kernel, &shingles)))
    };
    let (a, b) = (sketch(&texts.a)?, sketch(&texts.b)?);
    let slots = u32::try_from(SLOTS).expect("a signature has few slots");
    Some((Agreement { agreeing: agreeing_slots(&a.0, &b.0), slots }, (a.1 ^ b.1).count_ones()))
}

fn measured(
    side: Side,
    texts: &Both<Prepared>,
    passages: &[SharedPassage],
    offsets: &CharOffsets<'_>,
) -> Measured {
    let (text, tokens) = (texts.of(side).text(), texts.of(side).tokens());
    let ranges = passages.iter().map(|passage| tokens.in_bytes(&passage.spans.of(side).bytes));
    let half_words = |range| tokens.half_words(range);
    let covered: u32 = union(ranges).into_iter().map(half_words).sum();
    let all = tokens.half_words(0..tokens.len());
    Measured {
        words: tokens.words(0..tokens.len()),
        tokens: tokens.len(),
        covered: if all == 0 { 0.0 } else { f64::from(covered) / f64::from(all) },
        covered_words: covered.div_ceil(2),
        own_numbers: only_in(text, texts.of(side.other()).text(), offsets),
        credits: credits(text, &paragraphs(text)),
    }
}

/// The span of tokens; of none, the place before the token that would follow.
fn span_of(tokens: &Tokens, range: &Range<usize>, offsets: &CharOffsets<'_>) -> Span {
    let bytes = if range.is_empty() {
        let at = match range.start.checked_sub(1) {
            Some(before) => tokens.span(before).end as usize,
            None => 0,
        };
        at..at
    } else {
        tokens.bytes(range.clone())
    };
    Span::new(bytes, offsets)
}

#[cfg(test)]
mod tests;
