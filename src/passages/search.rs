//! Search: the passages of one target.
//!
//! In: a target's uses of shared fingerprints. Out: its passages, as rows. Seeds are linked to a source in rounds, extended
//! (`extend`), and what was found is named and measured.

use std::ops::Range;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::further::Asks;
use super::held::Held;
use super::outline::Outline;
use super::texts::{Prepared, Shelf};
use super::{DEPTH, Holdings, Limits, Linking, Passage, PassageKind, PassagesError, Seeding, Span};
use crate::candidates::{Heads, Posting, Postings, Stock, Target, Use};
use crate::text::{CharOffsets, Tokens, union};
use crate::verify::Alignment;

/// With links bound in time: how many holders within the window are looked through for those of other outlets.
pub(super) const WALKED: usize = 256;

pub(super) struct Search<'a, 'h> {
    pub(super) postings: &'a Postings,
    pub(super) heads: &'a Heads,
    pub(super) stock: &'a Stock,
    pub(super) holdings: Holdings<'h>,
    pub(super) limits: Limits,
    /// Seeds of which more than [`WALKED`] holders stand within the time window, and none of them was a source.
    pub(super) cut_walks: AtomicU64,
}

/// A target at work.
pub(super) struct Work<'a> {
    pub(super) target: u32,
    /// Its uses, by position.
    pub(super) uses: &'a [Use],
    pub(super) outline: Outline<'a>,
    /// Its text and tokens, once they are asked for.
    prepared: Option<Rc<Prepared>>,
    /// What was found, with its source.
    pub(super) found: Vec<(u32, Alignment)>,
    /// Where it is held word for word by those.
    held: Held,
}

/// A seed: a use, and the source it is linked to.
pub(super) type Link = (u32, Use);

impl Work<'_> {
    pub(super) fn prepared(&mut self, texts: &Shelf<'_>) -> Rc<Prepared> {
        Rc::clone(self.prepared.get_or_insert_with(|| texts.target(self.target)))
    }
}

impl Search<'_, '_> {
    /// The passages of one target, by place, and how many words of it they cover.
    pub(super) fn target(
        &self,
        target: &Target,
        uses: &[Use],
        asks: &Asks,
        texts: &mut Shelf<'_>,
    ) -> Result<(Vec<Passage>, u32), PassagesError> {
        let mut work = self.work(target.article, uses);
        match self.limits.linking {
            Linking::All => self.link_all(&mut work, texts),
            Linking::Earliest => {
                self.link_earliest(&mut work, texts);
                asks.add(&self.link_across(&mut work, texts))?;
            }
        }
        if work.found.is_empty() {
            return Ok((Vec::new(), 0));
        }
        let prepared = work.prepared(texts);
        Ok(in_order(self.report(&mut work, texts), prepared.tokens()))
    }

    /// A target before anything was found in it.
    pub(super) fn work<'w>(&'w self, target: u32, uses: &'w [Use]) -> Work<'w> {
        let outline = Outline::of((self.holdings.outline_of)(target));
        Work { target, uses, outline, prepared: None, found: Vec::new(), held: Held::default() }
    }

    /// Rounds of tries: in round `k` what is not covered yet is linked to its `k`-th holder.
    fn link_earliest(&self, work: &mut Work<'_>, texts: &mut Shelf<'_>) {
        let since = (self.holdings.since)(work.target);
        let mut open: Vec<Use> = work.uses.to_vec();
        for round in 0..DEPTH {
            let mut links: Vec<Link> = Vec::with_capacity(open.len());
            // What has no source in this round has none in the next.
            open.retain(|seed| {
                let source = match round {
                    0 if since == 0 => seed.source(),
                    _ => self.source(work.target, seed.group, round, since),
                };
                links.extend(source.map(|source| (source, *seed)));
                source.is_some()
            });
            if links.is_empty() {
                return;
            }
            self.extend_all(work, links, texts);
            let covered = union(work.found.iter().map(|(_, alignment)| alignment.target()));
            open.retain(|seed| {
                let begin = seed.position as usize;
                let around = covered.partition_point(|range| range.end < begin + self.limits.width);
                covered.get(around).is_none_or(|range| range.start > begin)
            });
        }
    }

    fn link_all(&self, work: &mut Work<'_>, texts: &mut Shelf<'_>) {
        let since = (self.holdings.since)(work.target);
        let mut links: Vec<Link> = Vec::new();
        for seed in work.uses {
            let sources = self.sources(work.target, holders(self.postings.members(seed.group), since));
            links.extend(sources.map(|source| (source, *seed)));
        }
        self.extend_all(work, links, texts);
    }

    /// Extends seeds source by source, each source's by position.
    fn extend_all(&self, work: &mut Work<'_>, mut links: Vec<Link>, texts: &mut Shelf<'_>) {
        links.sort_unstable();
        for links in links.chunk_by(|a, b| a.0 == b.0) {
            let source = links[0].0;
            if self.limits.linking == Linking::All {
                self.extend(work, source, links, texts);
                continue;
            }
            let width = self.limits.width;
            let is_new = |link: &&Link| {
                let begin = link.1.position as usize;
                !work.held.holds(&(begin..begin + width))
            };
            let new: Vec<Link> = links.iter().filter(is_new).copied().collect();
            if !new.is_empty() {
                self.extend(work, source, &new, texts);
                // What was found of a source stands last.
                let last = work.found.iter().rev().take_while(|(of, _)| *of == source);
                last.for_each(|(_, alignment)| work.held.add(alignment));
            }
        }
    }

    /// Those of `holders` (ascending, none before the time window) that `target` can have from.
    pub(super) fn sources(
        &self,
        target: u32,
        holders: impl Iterator<Item = u32>,
    ) -> impl Iterator<Item = u32> {
        let own = (self.holdings.outlet_of)(target);
        let any = self.limits.linking == Linking::All;
        holders
            .take_while(move |&source| source < target)
            .filter(move |&source| any || (self.holdings.outlet_of)(source) != own)
    }

    /// The `round`-th holder of another outlet that `target` can have a fingerprint from.
    fn source(&self, target: u32, group: u32, round: usize, since: u32) -> Option<u32> {
        let members = self.postings.members(group);
        if members.len() < round + 2 {
            return None; // the target is a member too
        }
        if since == 0 {
            return self.sources(target, self.heads.of(group, members)).nth(round);
        }
        // Heads are the first of all time; within a window the holders are walked.
        self.walked_source(target, members, round, since)
    }

    /// The first holders of another outlet that `target` can have a fingerprint from.
    pub(super) fn holders_for(&self, target: u32, group: u32, since: u32) -> impl Iterator<Item = u32> {
        let members = self.postings.members(group);
        let of_all_time = (since == 0).then(|| self.heads.of(group, members));
        let within = (since != 0).then(|| holders(members, since).take(WALKED));
        self.sources(target, of_all_time.into_iter().flatten().chain(within.into_iter().flatten()))
    }

    /// The `round`-th of the articles of a group, from `since` on, that `target` can have from; so many of them are walked.
    pub(super) fn walked_source(
        &self,
        target: u32,
        members: &[Posting],
        round: usize,
        since: u32,
    ) -> Option<u32> {
        let mut walked = 0;
        let earlier = holders(members, since).take_while(|&source| source < target).take(WALKED);
        let found = self.sources(target, earlier.inspect(|_| walked += 1)).nth(round);
        if found.is_none() && walked == WALKED {
            self.cut_walks.fetch_add(1, Ordering::Relaxed);
        }
        found
    }

    /// Whether at least half of the shared fingerprints in a span of the target are what `is` says.
    fn mostly(&self, span: Range<usize>, uses: &[Use], is: impl Fn(&Use) -> bool) -> bool {
        let first = uses.partition_point(|used| (used.position as usize) < span.start);
        let inside =
            uses[first..].iter().take_while(|used| used.position as usize + self.limits.width <= span.end);
        let (mut all, mut counted) = (0, 0);
        for used in inside {
            all += 1;
            counted += usize::from(is(used));
        }
        all > 0 && 2 * counted >= all
    }

    /// What was found, named and measured.
    pub(super) fn report(&self, work: &mut Work<'_>, texts: &mut Shelf<'_>) -> Vec<Passage> {
        if work.found.is_empty() {
            return Vec::new();
        }
        let of_target = work.prepared(texts);
        let Work { target, ref found, .. } = *work;
        let offsets = CharOffsets::of(of_target.text());
        let own = (self.holdings.outlet_of)(target);
        let mut passages: Vec<Passage> = Vec::with_capacity(found.len());
        // Stable: those of one source stay in the order they were found in.
        let mut by_source: Vec<&(u32, Alignment)> = found.iter().collect();
        by_source.sort_by_key(|(source, _)| *source);
        for alignments in by_source.chunk_by(|a, b| a.0 == b.0) {
            let source = alignments[0].0;
            let of_source = texts.get(source);
            let source_offsets = CharOffsets::of(of_source.text());
            let same_outlet = (self.holdings.outlet_of)(source) == own;
            for (_, alignment) in alignments {
                let bytes = of_target.tokens().bytes(alignment.target());
                let is_stock = |used: &Use| self.stock.holds(used.group);
                let kind = match same_outlet {
                    _ if self.mostly(alignment.target(), work.uses, is_stock) => PassageKind::Boilerplate,
                    true => PassageKind::Revision,
                    false if self.mostly(alignment.target(), work.uses, Use::own_before) => {
                        PassageKind::Revision
                    }
                    false => PassageKind::Copy,
                };
                passages.push(Passage {
                    target,
                    source,
                    target_span: Span::new(bytes, &offsets),
                    source_span: Span::new(of_source.tokens().bytes(alignment.source()), &source_offsets),
                    words: of_target.tokens().words(alignment.target()),
                    similarity: alignment.similarity(),
                    kind,
                    seed: Seeding::Exact,
                });
            }
        }
        passages
    }
}

/// The articles of a group, from `since` on, ascending.
pub(super) fn holders(members: &[Posting], since: u32) -> impl Iterator<Item = u32> + '_ {
    let mut rest = &members[members.partition_point(|posting| posting.article < since)..];
    // Stepped over, not walked: a text of one word for ever holds one fingerprint very often.
    std::iter::from_fn(move || {
        let article = rest.first()?.article;
        let one = rest.get(1).is_none_or(|next| next.article != article);
        let own = if one { 1 } else { rest.partition_point(|posting| posting.article == article) };
        rest = &rest[own..];
        Some(article)
    })
}

/// Puts the passages of one target in order, by place, and tells how many of its words those of kind copy cover.
pub(super) fn in_order(mut passages: Vec<Passage>, tokens: &Tokens) -> (Vec<Passage>, u32) {
    passages.sort_by_key(|p| {
        (p.target_span.bytes.start, p.source, p.source_span.bytes.start, p.target_span.bytes.end)
    });
    let of_others = passages.iter().filter(|passage| passage.kind == PassageKind::Copy);
    let copied = union(of_others.map(|passage| tokens.in_bytes(&passage.target_span.bytes)));
    let halves: u32 = copied.into_iter().map(|range| tokens.half_words(range)).sum();
    (passages, halves.div_ceil(2))
}
