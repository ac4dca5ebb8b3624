//! Extend: from seeds to passages.
//!
//! In: the fingerprints that a target shares with one source. Out: alignments of both texts that are long enough. Seeds that
//! cannot belong to a passage are told without reading either text: one without a second one beside it ([`Search::extend`],
//! `has_company`), and those from which nothing long enough grows on the outlines. The rest is grown on the tokens.

use std::ops::Range;

use super::choose::choose;
use super::outline::Outline;
use super::search::{Link, Search, Work};
use super::texts::Shelf;
use crate::candidates::{Posting, Use};
use crate::verify::{Alignment, Block, Bridging, Window, align};

/// How many places of a fingerprint within one source are tried as seeds: a text that repeats itself has
/// many, and those that matter are covered by the first passages that grow.
const PLACES: usize = 4;

impl Search<'_, '_> {
    /// Grows the seeds that a target shares with `source`, and appends what is long enough.
    pub(super) fn extend(&self, work: &mut Work<'_>, source: u32, links: &[Link], texts: &mut Shelf<'_>) {
        let mut seeds: Vec<(usize, usize)> = Vec::with_capacity(links.len());
        for (_, seed) in links {
            let twins = self.twins(*seed, source);
            let twins = twins.filter(|twin| self.has_company(*seed, source, *twin, work));
            seeds.extend(twins.map(|twin| (seed.position as usize, twin as usize)));
        }
        self.extend_from(work, source, &seeds, texts);
    }

    /// Grows seeds, as places in target and source that ascend in the target, and appends what is long enough.
    pub(super) fn extend_from(
        &self,
        work: &mut Work<'_>,
        source: u32,
        seeds: &[(usize, usize)],
        texts: &mut Shelf<'_>,
    ) {
        if !self.may_grow(work.outline, Outline::of((self.holdings.outline_of)(source)), seeds) {
            return; // neither text need be read
        }
        let (of_target, source_text) = (work.prepared(texts), texts.get(source));
        let target_tokens = of_target.tokens();
        let is_unspaced = |token| target_tokens.is_unspaced(token);
        let hashes = (target_tokens.hashes(), source_text.tokens().hashes());
        // What is known of the source, so that one span of the target stays one row.
        let of_source = work.found.extract_if(.., |(of, _)| *of == source);
        let mut grown: Vec<Alignment> = of_source.map(|(_, alignment)| alignment).collect();
        self.grow(hashes.0, hashes.1, is_unspaced, seeds, |alignment| {
            grown.push(alignment);
            false
        });
        let long_enough =
            |part: &Alignment| part.agreeing_half_words(target_tokens) >= 2 * self.limits.min_words;
        work.found.extend(choose(grown, long_enough).into_iter().map(|alignment| (source, alignment)));
    }

    /// Whether a passage of the least length grows from one of the seeds, as far as outlines can tell.
    fn may_grow(&self, target: Outline<'_>, source: Outline<'_>, seeds: &[(usize, usize)]) -> bool {
        self.grow(
            target.0,
            source.0,
            |token| target.is_unspaced(token),
            seeds,
            |alignment| {
                let blocks = alignment.blocks().iter();
                let agreeing: u32 =
                    blocks.map(|block| target.half_words(block.target..block.target + block.length)).sum();
                agreeing >= 2 * self.limits.min_words
            },
        )
    }

    /// Grows seeds that ascend in the target, except those that lie in what grew already, until `enough` says so, and
    /// returns whether it did.
    fn grow<T: Copy + PartialEq>(
        &self,
        target: &[T],
        source: &[T],
        is_unspaced: impl Fn(usize) -> bool,
        seeds: &[(usize, usize)],
        mut enough: impl FnMut(Alignment) -> bool,
    ) -> bool {
        let window = Window { target: 0..target.len(), source: 0..source.len() };
        // Seeds ascend in the target, so a passage that ends before this seed cannot cover a later one.
        let mut around: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        for &(begin, twin) in seeds {
            around.retain(|(in_target, _)| in_target.end > begin);
            let known = around.iter().any(|(t, s)| t.contains(&begin) && s.contains(&twin));
            if known || begin >= target.len() {
                continue;
            }
            let bridging = if is_unspaced(begin) { Bridging::CHARACTERS } else { Bridging::WORDS };
            let seed = Block { target: begin, source: twin, length: self.limits.width };
            if let Some(alignment) = align(target, source, seed, &window, bridging) {
                around.push((alignment.target(), alignment.source()));
                if enough(alignment) {
                    return true;
                }
            }
        }
        false
    }

    /// The first places in a source of what a target uses.
    pub(super) fn twins(&self, seed: Use, source: u32) -> impl Iterator<Item = u32> + '_ {
        let only = seed.only_twin(source);
        let looked_up = only.is_none().then(|| self.places(seed.group, source));
        only.into_iter().chain(looked_up.into_iter().flatten().map(|place| place.position))
    }

    /// The first places of a fingerprint in one source.
    fn places(&self, group: u32, source: u32) -> impl Iterator<Item = &Posting> {
        let members = self.postings.members(group);
        let first = members.partition_point(|posting| posting.article < source);
        members[first..].iter().take_while(move |posting| posting.article == source).take(PLACES)
    }

    /// Whether a seed can belong to a passage at all, told without reading the source. Winnowing gives a
    /// shared run of `width + 2·window − 1` tokens at least two fingerprints, so a seed without a second
    /// one beside it in both texts lies in a shorter run. Among words such a run may still be a passage;
    /// among characters of unspaced scripts, of which a passage holds twice as many and eight in a row
    /// are common, it is too short.
    fn has_company(&self, seed: Use, source: u32, twin: u32, work: &Work<'_>) -> bool {
        let (target, uses) = (work.outline, work.uses);
        let (begin, end) = (seed.position as usize, seed.position as usize + self.limits.width);
        let longest = self.limits.width + 2 * self.limits.window - 2;
        let mut runs =
            (end.saturating_sub(longest)..=begin).map(|run| run..(run + longest).min(target.len()));
        if runs.any(|run| target.half_words(run) >= 2 * self.limits.min_words) {
            return true;
        }
        let reach = 2 * self.limits.min_words as usize;
        let around = begin.saturating_sub(reach)..end + reach;
        let first = uses.partition_point(|other| (other.position as usize) < around.start);
        let near = uses[first..].iter().take_while(|other| (other.position as usize) < around.end);
        let shift = |target: u32, source: u32| i64::from(target) - i64::from(source);
        near.filter(|other| other.position != seed.position).any(|other| {
            self.twins(*other, source).any(|place| {
                let apart = shift(other.position, place) - shift(seed.position, twin);
                apart.unsigned_abs() <= Bridging::CHARACTERS.max_gap as u64
            })
        })
    }
}
