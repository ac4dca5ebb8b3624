//! Loose: passages that were rewritten lightly, found by their rare words instead of their runs of words.
//!
//! In: the articles and the passages that exact search found ([`Copies`]). Out: the same with rewritten passages among
//! them ([`Seeding::Loose`]). For every article (the target):
//!
//! 1. **Candidates** (`candidates`). Earlier articles that share at least [`LEAST_SHARED`] pairs of rare words, each pair
//!    from one sentence, those that share most first, [`MOST_SOURCES`] of them at most.
//! 2. **Weigh and grow** (`sentences`, `weigh`, `grow`). Sentences that are alike, grown to stretches that are.
//! 3. **Merge.** A stretch that exact passages nearly cover adds nothing and is left out; else exact passages of the
//!    same two articles inside it are taken up in it. Linked to the earliest, a span of the target has one source: the
//!    stretch with the most likeness, of equals that of the earlier source.
//!
//! Guarantees: the same bytes whatever the threads or the order of files; linear in the uses of a pair of words; bounded
//! on any text (the first 2,000 sentences of an article, 60 words a sentence, 8 seeds a sentence, 64 turns of
//! splitting, 64 sources a target). Does not: promise to find any one passage, look at order of words, or cut at words:
//! edges are edges of sentences. `docs/quality.md` says how well that does.
//!
//! Sources: see `weigh`.

mod candidates;
mod grow;
mod sentences;
mod weigh;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::search::in_order;
use super::texts::Shelf;
use super::{
    Copied, Copies, DEPTH, Gathering, Holdings, Limits, Linking, Passage, PassageKind, PassageRow,
    PassagesError, Seeding, Span,
};
use crate::candidates::{Heads, Postings, Target, Uses};
use crate::text::{CharOffsets, union};
use grow::{Stretch, overlap, stretches};
use sentences::sentences;
use weigh::Sentences;

/// Shared pairs of rare words that make a candidate: one alone is often chance.
const LEAST_SHARED: usize = 2;

/// Sources that a target is compared with, those with the most shared pairs first.
const MOST_SOURCES: usize = 64;

/// Holders of a pair of words that are looked through for a target where all are linked or links are bound in time.
const WALKED: usize = 256;

/// The shortest rewritten passage, in words of either text, where shorter exact ones are asked for: below it, what two
/// reports of one event share anyway looks the same.
const LEAST_WORDS: u32 = 25;

/// Share of a stretch that exact passages may cover before it adds nothing.
const KNOWN: f64 = 0.8;

/// Adds rewritten passages of articles `0..count` to those that exact search found.
///
/// # Errors
/// If there are too many, or they could not be put on disk.
pub fn loose_passages(
    exact: &Copies,
    count: u32,
    holdings: Holdings<'_>,
    limits: Limits,
) -> Result<Copies, PassagesError> {
    let postings = candidates::shared_pairs(count, holdings.prepare, holdings.scratch)?;
    let heads = match limits.linking {
        Linking::Earliest => postings.heads(DEPTH, &holdings.outlet_of, holdings.scratch)?,
        Linking::All => Heads::default(),
    };
    let all = limits.linking == Linking::All;
    let uses = Uses::of(&postings, holdings.outlet_of, all, holdings.scratch)?;
    let sharing = uses.targets();
    let search = Search {
        exact,
        postings: &postings,
        uses: &uses,
        sharing: &sharing,
        heads: &heads,
        holdings,
        limits,
        cut_walks: AtomicU64::new(exact.cut_walks),
    };
    let gathering = Gathering::new(holdings, limits);
    let targets: Result<Vec<Option<Copied>>, PassagesError> = (0..count)
        .into_par_iter()
        .with_min_len(8)
        .map_init(
            || Shelf::new(holdings.prepare, holdings.shelf_bytes),
            |texts, target| {
                let (found, copied_words) = search.target(target, texts);
                gathering.add(target, copied_words, found.iter().map(PassageRow::from))
            },
        )
        .collect();
    let found = gathering.finish(targets?)?;
    Ok(Copies { cut_walks: search.cut_walks.into_inner(), ..found })
}

struct Search<'s, 'h> {
    exact: &'s Copies,
    postings: &'s Postings,
    uses: &'s Uses,
    /// Articles that share pairs of rare words, ascending.
    sharing: &'s [Target],
    heads: &'s Heads,
    holdings: Holdings<'h>,
    limits: Limits,
    /// Those of exact search, and targets that share more than was looked at.
    cut_walks: AtomicU64,
}

impl Search<'_, '_> {
    /// The passages of one target, exact and rewritten, by place, and how many words of it they cover.
    fn target(&self, target: u32, texts: &mut Shelf<'_>) -> (Vec<Passage>, u32) {
        let known = self.exact.targets.binary_search_by_key(&target, |copied| copied.article).ok();
        let known = known.map(|at| self.exact.targets[at]);
        let mut passages: Vec<Passage> =
            known.map_or_else(Vec::new, |copied| self.exact.passages_of(&copied).collect());
        let found = self.stretches(target, &passages, texts);
        if found.is_empty() {
            return (passages, known.map_or(0, |copied| copied.copied_words));
        }
        let of_target = texts.get(target);
        let offsets = CharOffsets::of(of_target.text());
        let own = (self.holdings.outlet_of)(target);
        for (source, stretch) in found {
            let of_source = texts.get(source);
            let bytes = [of_target.tokens().bytes(stretch.target), of_source.tokens().bytes(stretch.source)];
            let [bytes, twin_bytes] = take_up(&mut passages, source, &bytes);
            passages.push(Passage {
                target,
                source,
                words: of_target.tokens().words(of_target.tokens().in_bytes(&bytes)),
                target_span: Span::new(bytes, &offsets),
                source_span: Span::new(twin_bytes, &CharOffsets::of(of_source.text())),
                similarity: stretch.similarity,
                kind: if (self.holdings.outlet_of)(source) == own {
                    PassageKind::Revision
                } else {
                    PassageKind::Copy
                },
                seed: Seeding::Loose,
            });
        }
        in_order(passages, of_target.tokens())
    }

    /// What was rewritten from whom: the best first, of equals that of the earlier source.
    fn stretches(&self, target: u32, exact: &[Passage], texts: &mut Shelf<'_>) -> Vec<(u32, Stretch)> {
        let sources = self.sources(target);
        if sources.is_empty() {
            return Vec::new();
        }
        let of_target = texts.get(target);
        let in_target = sentences(of_target.text(), of_target.tokens());
        let all = self.limits.linking == Linking::All;
        let mut found: Vec<(u32, Stretch)> = Vec::new();
        for source in sources {
            let of_source = texts.get(source);
            let in_source = sentences(of_source.text(), of_source.tokens());
            let least = self.limits.min_words.max(LEAST_WORDS);
            let more = stretches(
                Sentences { tokens: of_target.tokens(), ranges: &in_target },
                Sentences { tokens: of_source.tokens(), ranges: &in_source },
                least,
            );
            found.extend(more.into_iter().map(|stretch| (source, stretch)));
        }
        let covered = |source: u32, range: &Range<usize>| {
            let passages = exact.iter().filter(|passage| !all || passage.source == source);
            let ranges = passages.map(|passage| of_target.tokens().in_bytes(&passage.target_span.bytes));
            let inside = ranges.filter(|known| overlap(known, range));
            union(inside.map(|known| known.start.max(range.start)..known.end.min(range.end)))
                .iter()
                .map(Range::len)
                .sum::<usize>()
        };
        found.retain(|(source, stretch)| !nearly(covered(*source, &stretch.target), stretch.target.len()));
        if all {
            return found;
        }
        found.sort_by(|(a, x), (b, y)| y.score.total_cmp(&x.score).then(a.cmp(b)));
        let mut chosen: Vec<(u32, Stretch)> = Vec::new();
        for (source, stretch) in found {
            if !chosen.iter().any(|(_, other)| overlap(&other.target, &stretch.target)) {
                chosen.push((source, stretch));
            }
        }
        chosen
    }

    /// The earlier articles that share the most pairs of rare words.
    fn sources(&self, target: u32) -> Vec<u32> {
        let own = (self.holdings.outlet_of)(target);
        let since = (self.holdings.since)(target);
        let any = self.limits.linking == Linking::All;
        let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
        let mut cut = false;
        let pairs = self.sharing.binary_search_by_key(&target, |sharing| sharing.article);
        for pair in pairs.map_or(&[][..], |at| self.uses.of_target(&self.sharing[at])) {
            let members = self.postings.members(pair.group);
            let mut met = |holders: &mut dyn Iterator<Item = u32>, most: usize| {
                for source in holders
                    .take_while(|&source| source < target)
                    .filter(|&source| any || (self.holdings.outlet_of)(source) != own)
                    .take(most)
                {
                    *shared.entry(source).or_default() += 1;
                }
            };
            if any || since > 0 {
                // The first of all time may lie before the window, so the holders within it are walked.
                let first = members.partition_point(|posting| posting.article < since);
                let held = members[first..].partition_point(|posting| posting.article < target);
                cut |= held > WALKED;
                met(&mut members[first..].iter().map(|posting| posting.article).take(WALKED), WALKED);
            } else {
                met(&mut self.heads.of(pair.group, members), DEPTH);
            }
        }
        let mut sources: Vec<(u32, usize)> =
            shared.into_iter().filter(|&(_, count)| count >= LEAST_SHARED).collect();
        sources.sort_by_key(|&(source, count)| (std::cmp::Reverse(count), source));
        cut |= sources.len() > MOST_SOURCES;
        sources.truncate(MOST_SOURCES);
        self.cut_walks.fetch_add(u64::from(cut), Ordering::Relaxed);
        sources.into_iter().map(|(source, _)| source).collect()
    }
}

/// Removes the exact passages of one source that lie in both spans at least in part, and widens the spans by them.
fn take_up(passages: &mut Vec<Passage>, source: u32, spans: &[Range<usize>; 2]) -> [Range<usize>; 2] {
    let [mut target, mut twin] = spans.clone();
    passages.retain(|passage| {
        let inside = passage.seed == Seeding::Exact
            && passage.source == source
            && overlap(&passage.target_span.bytes, &spans[0])
            && overlap(&passage.source_span.bytes, &spans[1]);
        if inside {
            for (span, known) in [(&mut target, &passage.target_span), (&mut twin, &passage.source_span)] {
                *span = span.start.min(known.bytes.start)..span.end.max(known.bytes.end);
            }
        }
        !inside
    });
    [target, twin]
}

#[allow(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^52")]
fn nearly(covered: usize, of: usize) -> bool {
    covered as f64 >= KNOWN * of as f64
}

#[cfg(test)]
mod tests;
