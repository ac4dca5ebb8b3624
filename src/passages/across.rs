//! Across: the earliest holder of every run, whatever was found of it.
//!
//! In: what was found in a target, and its uses of shared fingerprints. Out: further passages, of the articles that were
//! first to hold a run of the least length.
//!
//! The idea: a fingerprint is linked to its first holder, and what a passage covers is not asked for again. But a run that
//! goes one word beyond the passage has its fingerprint within it (winnowing gives every run one), and its earliest holder
//! stands further down in the same group. So what is settled are not fingerprints but *windows*, runs of the least length,
//! each at the least of the shared fingerprints in it. The holders of that are compared with the target on outlines,
//! earliest first, until every window has been met; whoever is the first to hold one from end to end is a source. Inside a
//! verbatim passage the first holder settles all windows of a fingerprint at once. Windows that are open after
//! [`DEPTH`] holders, though more are left, are asked of the whole group (`further`).
//!
//! Guarantee: with `further`, the earliest holder of every window that is of another outlet has a passage, as far as
//! outlines can tell.

use super::further::Ask;
use super::outline::Outline;
use super::search::{Search, Work};
use super::texts::Shelf;
use super::{DEPTH, further};
use crate::candidates::Use;

/// A source that is the first to hold a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct First {
    source: u32,
    /// Where the window begins in target and source.
    places: (usize, usize),
    /// Its tokens.
    run: usize,
}

/// The outline of the source that was compared last: one holder after the other has the same first source.
#[derive(Default)]
struct LastOutline<'a>(Option<(u32, Outline<'a>)>);

impl<'a> LastOutline<'a> {
    fn of(&mut self, search: &Search<'_, 'a>, source: u32) -> Outline<'a> {
        match self.0 {
            Some((last, outline)) if last == source => outline,
            _ => {
                let outline = Outline::of((search.holdings.outline_of)(source));
                self.0 = Some((source, outline));
                outline
            }
        }
    }
}

/// What is gathered over the uses of a target.
#[derive(Default)]
struct Settled<'h> {
    /// Which of the windows at hand nobody is known to hold.
    open: Vec<bool>,
    outlines: LastOutline<'h>,
    verbatim: Verbatim,
    firsts: Vec<First>,
    asks: Vec<Ask>,
}

/// What of a target is known to stand in a source word for word.
#[derive(Default)]
struct Verbatim(Vec<(u32, usize, usize)>);

impl Verbatim {
    fn of(work: &Work<'_>) -> Verbatim {
        let blocks = work.found.iter().flat_map(|(source, alignment)| {
            alignment.blocks().iter().map(|block| (*source, block.target, block.target + block.length))
        });
        let mut blocks: Vec<_> = blocks.collect();
        blocks.sort_unstable();
        Verbatim(blocks)
    }

    /// Whether the stretch that begins last in a source, before these tokens of the target, holds them all.
    fn holds(&self, source: u32, begin: usize, end: usize) -> bool {
        let behind = self.0.partition_point(|&(of, from, _)| (of, from) <= (source, begin));
        behind.checked_sub(1).is_some_and(|at| self.0[at].0 == source && end <= self.0[at].2)
    }
}

impl<'h> Search<'_, 'h> {
    /// Adds the passages of sources that are the first to hold a window, and says which windows are to be asked of more
    /// holders than are tried here.
    pub(super) fn link_across(&self, work: &mut Work<'_>, texts: &mut Shelf<'_>) -> Vec<Ask> {
        let since = (self.holdings.since)(work.target);
        let mut settled = Settled { verbatim: Verbatim::of(work), ..Settled::default() };
        for number in 0..work.uses.len() {
            if let Some(windows) = self.windows_of(work, number) {
                self.settle(work, work.uses[number], since, windows, &mut settled);
            }
        }
        let Settled { mut firsts, asks, .. } = settled;
        firsts.sort_unstable();
        for of_source in firsts.chunk_by(|a, b| a.source == b.source) {
            let source = of_source[0].source;
            let is_known = |first: &&First| {
                let of_source = work.found.iter().filter(|(of, _)| *of == source);
                let mut spans = of_source.map(|(_, alignment)| alignment.target());
                spans.any(|span| span.start <= first.places.0 && first.places.0 + first.run <= span.end)
            };
            let new: Vec<&First> = of_source.iter().filter(|first| !is_known(first)).collect();
            let is_held = |first: &&&First| holds(work, source, first.places, first.run, texts);
            let seeds: Vec<(usize, usize)> = new.iter().filter(is_held).map(|first| first.places).collect();
            if !seeds.is_empty() {
                self.extend_from(work, source, &seeds, texts);
            }
        }
        asks
    }

    /// Where the windows begin that are settled at a use: those that hold its fingerprint, and none of a lesser hash.
    fn windows_of(&self, work: &Work<'_>, number: usize) -> Option<(usize, usize)> {
        let (all, width) = (work.uses, self.limits.width);
        let (used, at) = (all[number], all[number].position as usize);
        let run = self.run_at(work.outline, at);
        // Groups are in the order of their hashes.
        let lesser = |other: &&Use| other.group < used.group;
        let before = all[..number].iter().rev();
        let before = before.take_while(|other| other.position as usize + run >= at + width).find(lesser);
        let behind = all[number + 1..].iter();
        let behind = behind.take_while(|other| other.position as usize + width <= at + run).find(lesser);
        let first = before.map_or(0, |other| other.position as usize + 1);
        let first = first.max((at + width).saturating_sub(run));
        let end = behind.map_or(usize::MAX, |other| other.position as usize + width - 1);
        let end = (end.min(at + run).min(work.outline.len()) + 1).checked_sub(run)?;
        (first < end).then_some((first, end))
    }

    /// Finds out who of the first holders of a fingerprint is the first to hold each of the windows that begin from `begin` to
    /// `end`.
    fn settle(
        &self,
        work: &Work<'_>,
        used: Use,
        since: u32,
        (begin, end): (usize, usize),
        settled: &mut Settled<'h>,
    ) {
        let Settled { open, outlines, verbatim, firsts, asks } = settled;
        let at = used.position as usize;
        let run = self.run_at(work.outline, at);
        let reach = (begin, end - 1 + run);
        let earliest = used.source().filter(|_| since == 0);
        // What the first holder is known to hold from end to end is settled, as nearly all is.
        if earliest.is_some_and(|first| verbatim.holds(first, reach.0, reach.1)) {
            return;
        }
        open.clear();
        open.resize(end - begin, true);
        let mut left = open.len();
        let mut tried = 0;
        let mut compare = |source: u32| {
            tried += 1;
            let of_source = outlines.of(self, source);
            for twin in self.twins(used, source) {
                let agreed = agreed(work.outline, of_source, (at, twin as usize), self.limits.width, reach);
                let met = (agreed.0 - begin)..(agreed.1 + 1).saturating_sub(begin + run);
                let Some(windows) = open.get_mut(met.clone()) else { continue };
                if let Some(first) = windows.iter().position(|open| *open) {
                    let window = begin + met.start + first;
                    let places = (window, twin as usize + window - at);
                    firsts.push(First { source, places, run });
                    left -= windows.iter().filter(|open| **open).count();
                    windows.fill(false);
                }
            }
            left == 0
        };
        // Most are settled by the first, for which the group need not be looked up.
        if earliest.is_some_and(&mut compare) {
            return;
        }
        let rest = self.holders_for(work.target, used.group, since).take(DEPTH);
        if rest.skip(usize::from(earliest.is_some())).any(compare) {
            return;
        }
        if tried == DEPTH {
            let of_target = further::Windows::of(work.outline, reach.0..reach.1, run);
            let left = open.iter().zip(of_target.hashes()).zip(begin..).filter(|((open, _), _)| **open);
            asks.extend(left.map(|((_, hash), window)| Ask::new(used.group, at - window, hash)));
        }
    }

    /// How many tokens are the least length of a passage around a token.
    pub(super) fn run_at(&self, outline: Outline<'_>, token: usize) -> usize {
        let least = self.limits.min_words as usize;
        if outline.is_unspaced(token) { 2 * least } else { least }
    }
}

/// Whether a source holds a window of the target, by the texts: tokens that differ may look alike in outlines.
pub(super) fn holds(
    work: &mut Work<'_>,
    source: u32,
    (window, twin): (usize, usize),
    run: usize,
    texts: &mut Shelf<'_>,
) -> bool {
    let (of_target, of_source) = (work.prepared(texts), texts.get(source));
    let of_target = of_target.tokens().hashes().get(window..window + run);
    of_target.is_some() && of_target == of_source.tokens().hashes().get(twin..twin + run)
}

/// The tokens of the target that agree around a seed, within `reach`.
fn agreed(
    target: Outline<'_>,
    source: Outline<'_>,
    (begin, twin): (usize, usize),
    width: usize,
    reach: (usize, usize),
) -> (usize, usize) {
    let before = (1..=(begin - reach.0).min(twin)).take_while(|&k| target.0[begin - k] == source.0[twin - k]);
    let (end, twin_end) = (begin + width, twin + width);
    let behind = (reach.1 - end).min(source.len().saturating_sub(twin_end));
    let behind = (0..behind).take_while(|&k| target.0[end + k] == source.0[twin_end + k]);
    (begin - before.count(), end + behind.count())
}
