//! Further: holders beyond those that are tried one by one.
//!
//! In: the passages that targets were found to have, and the windows they ask for (`across`): runs of the least length that
//! none of the first holders of their fingerprint holds. Out: further passages, of the earliest holders.
//!
//! The idea: many targets may ask of one group, and the group may be large: a formula that thousands of articles go on from in their
//! own way, a story whose two hundredth print changed a word that others took over. So asks are gathered, and each group is
//! walked once for all of them. Whatever of its members stands in a window that is asked for becomes a posting under the
//! window's hash; these are postings like any others: each article is linked to the earliest of another outlet, and the seeds grow as
//! all seeds do.
//!
//! Guarantee: linear in the members of a group (times the places a window may have around its fingerprint), however many
//! articles ask; the order of work never shows. Does not: look again at a source that is known to have a passage.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::across::holds;
use super::outline::Outline;
use super::row::PassageRow;
use super::search::{Search, WALKED, holders, in_order};
use super::texts::Shelf;
use super::{Copied, Copies, Gathering, Holdings, Passage, PassagesError};
use crate::candidates::{Posting, Postings, Target, Use, Uses};
use crate::error::Error;
use crate::scratch::{RowsWriter, Scratch, Sorted};

/// A window that some article asks for: how it is told from others, and where it stands by a fingerprint that it holds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub(super) struct Ask {
    /// The group of the fingerprint.
    group: u32,
    /// So many tokens the window begins before the fingerprint.
    before: u32,
    hash: u64,
}

impl Ask {
    pub(super) fn new(group: u32, before: usize, hash: u64) -> Ask {
        Ask { group, before: u32::try_from(before).expect("texts are under 2 GiB"), hash }
    }
}

/// What is asked for, gathered while targets are at work.
pub(super) struct Asks(Mutex<RowsWriter<Ask>>);

/// Groups that are walked between two writes of what was found.
const STRETCH: usize = 1 << 12;

/// How many holders of a window are looked at in the texts: where tens of thousands go on from a run each in its own way, some
/// of their tokens look alike in outlines, and that must cost each of them the same.
const LOOKED_AT: usize = 2;

impl Asks {
    pub(super) fn new(scratch: &Scratch) -> Asks {
        Asks(Mutex::new(RowsWriter::new(scratch)))
    }

    pub(super) fn add(&self, asks: &[Ask]) -> Result<(), Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_all(asks)
    }

    /// Where each window that is asked for stands, in whatever article, as postings.
    fn answers(self, search: &Search<'_, '_>, scratch: &Scratch) -> Result<Postings, Error> {
        let asks = self.0.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        let asks = Sorted::of(asks, scratch)?.into_rows(scratch)?;
        let groups: Vec<&[Ask]> = asks.chunk_by(|a, b| a.group == b.group).collect();
        let mut answers = RowsWriter::new(scratch);
        for stretch in groups.chunks(STRETCH) {
            let found: Vec<Vec<Posting>> = stretch.par_iter().map(|asks| search.answer(asks)).collect();
            found.iter().try_for_each(|found| answers.push_all(found))?;
        }
        let answers = answers.finish()?;
        Postings::of(answers.len(), || answers.iter().copied(), scratch, scratch)
    }
}

/// Adds to what was `found` the passages of those who are the first to hold a window that was asked for. `uses` are those of
/// shared fingerprints.
pub(super) fn with_further(
    found: &Copies,
    search: &Search<'_, '_>,
    uses: &Uses,
    asks: Asks,
) -> Result<Copies, PassagesError> {
    let Holdings { outlet_of, scratch, prepare, shelf_bytes, .. } = search.holdings;
    let shared = asks.answers(search, scratch)?;
    let windows = Uses::of(&shared, outlet_of, false, scratch)?;
    let (askers, using) = (windows.targets(), uses.targets());
    let of = |targets: &[Target], article: u32| {
        targets.binary_search_by_key(&article, |target| target.article).ok().map(|at| targets[at])
    };
    let found_of = |article: u32| found.targets.binary_search_by_key(&article, |copied| copied.article);
    let none = |article: u32| Copied { article, copied_words: 0, first: 0, count: 0 };
    let first_found = askers.iter().filter(|asking| found_of(asking.article).is_err());
    let first_found = first_found.map(|asking| (Some(*asking), none(asking.article)));
    let known = found.targets.iter().map(|copied| (of(&askers, copied.article), *copied));
    let mut work: Vec<(Option<Target>, Copied)> = first_found.chain(known).collect();
    // As in the first search: those of one source together.
    work.sort_unstable_by_key(|(asking, copied)| (asking.map(|asking| asking.main_source), copied.article));
    let gathering = Gathering::new(search.holdings, search.limits);
    let all: Result<Vec<Option<Copied>>, PassagesError> = work
        .into_par_iter()
        .with_min_len(8)
        .map_init(
            || Shelf::new(prepare, shelf_bytes),
            |texts, (asking, copied)| {
                let rows = found.rows_of(&copied);
                let more = asking.and_then(|asking| {
                    let of_asking = Asking {
                        target: asking.article,
                        uses: of(&using, asking.article).map_or(&[], |own| uses.of_target(&own)),
                        windows: windows.of_target(&asking),
                    };
                    let known: Vec<Passage> = rows.iter().map(Passage::from).collect();
                    search.further(&of_asking, &known, &shared, texts)
                });
                match more {
                    Some((all, copied_words)) => {
                        gathering.add(copied.article, copied_words, all.iter().map(PassageRow::from))
                    }
                    None => gathering.add(copied.article, copied.copied_words, rows.iter().copied()),
                }
            },
        )
        .collect();
    gathering.finish(all?)
}

/// A target that asked.
struct Asking<'a> {
    target: u32,
    /// Its uses of shared fingerprints.
    uses: &'a [Use],
    /// The windows it asked for that others hold, by position.
    windows: &'a [Use],
}

impl Search<'_, '_> {
    /// Adds to the passages of a target those of the first holders of windows that it asked for; `None` if there is none.
    /// `shared` are the windows that several hold.
    fn further(
        &self,
        asking: &Asking<'_>,
        known: &[Passage],
        shared: &Postings,
        texts: &mut Shelf<'_>,
    ) -> Option<(Vec<Passage>, u32)> {
        let since = (self.holdings.since)(asking.target);
        let mut work = self.work(asking.target, asking.uses);
        let mut seeds: Vec<(u32, (usize, usize))> = Vec::new();
        for window in asking.windows {
            let members = shared.members(window.group);
            let first = match since {
                0 => window.source(),
                _ => self.walked_source(asking.target, members, 0, since),
            };
            let run = self.run_at(work.outline, window.position as usize);
            let next = self.sources(asking.target, holders(members, since).take(WALKED)).skip(1);
            for source in first.into_iter().chain(next).take(if first.is_some() { LOOKED_AT } else { 0 }) {
                if known.iter().any(|known| known.source == source) {
                    break;
                }
                let twin = members[members.partition_point(|posting| posting.article < source)].position;
                let places = (window.position as usize, twin as usize);
                if holds(&mut work, source, places, run, texts) {
                    seeds.push((source, places));
                    break;
                }
            }
        }
        seeds.sort_unstable();
        seeds.dedup();
        for of_source in seeds.chunk_by(|a, b| a.0 == b.0) {
            let places: Vec<(usize, usize)> = of_source.iter().map(|&(_, places)| places).collect();
            self.extend_from(&mut work, of_source[0].0, &places, texts);
        }
        if work.found.is_empty() {
            return None;
        }
        let mut passages = self.report(&mut work, texts);
        passages.extend_from_slice(known);
        Some(in_order(passages, work.prepared(texts).tokens()))
    }

    /// Where windows stand that are asked for by one group.
    fn answer(&self, asks: &[Ask]) -> Vec<Posting> {
        let by_place: Vec<&[Ask]> = asks.chunk_by(|a, b| a.before == b.before).collect();
        let mut answers = Vec::new();
        for &Posting { article, position, .. } in self.postings.members(asks[0].group) {
            let outline = Outline::of((self.holdings.outline_of)(article));
            let run = self.run_at(outline, position as usize);
            let inside = |asks: &&&[Ask]| {
                asks[0].before <= position && (position - asks[0].before) as usize + run <= outline.len()
            };
            // The window that begins furthest before the fingerprint, to the one that ends furthest behind.
            let (Some(last), Some(first)) =
                (by_place.iter().find(inside), by_place.iter().rev().find(inside))
            else {
                continue;
            };
            let first = position - first[0].before;
            let windows =
                Windows::of(outline, first as usize..(position - last[0].before) as usize + run, run);
            for asks in by_place.iter().filter(inside) {
                let begin = position - asks[0].before;
                let hash = windows.hash((begin - first) as usize);
                if asks.binary_search_by_key(&hash, |ask| ask.hash).is_ok() {
                    answers.push(Posting { hash, article, position: begin });
                }
            }
        }
        answers
    }
}

/// Hashes of windows that follow one another. That two windows are equal is told by their tokens, when they grow.
pub(super) struct Windows {
    /// Of each beginning of the span, the sum of its marks as digits of a number.
    sums: Vec<u64>,
    run: usize,
    /// The weight of the digit before a window.
    weight: u64,
}

/// The base of these numbers: odd, and no small one.
const BASE: u64 = 0x9E37_79B9_7F4A_7C15;

impl Windows {
    /// The windows of `run` tokens in a span.
    pub(super) fn of(outline: Outline<'_>, span: Range<usize>, run: usize) -> Windows {
        let digits = outline.0[span].iter().map(|&mark| u64::from(u16::from_le_bytes(mark)) + 1);
        // Made for each article that is asked, so with room for all at once.
        let mut sums = Vec::with_capacity(digits.len() + 1);
        let mut sum = 0_u64;
        sums.push(sum);
        sums.extend(digits.map(|digit| {
            sum = sum.wrapping_mul(BASE).wrapping_add(digit);
            sum
        }));
        let power = u32::try_from(run).expect("a window is no longer than a text");
        Windows { sums, run, weight: BASE.wrapping_pow(power) }
    }

    /// Of the window that begins so many tokens after the begin of the span.
    fn hash(&self, begin: usize) -> u64 {
        let sum = self.sums[begin + self.run].wrapping_sub(self.sums[begin].wrapping_mul(self.weight));
        // The lower bits of a sum know little of the first digits; postings are dealt out by the upper, sieved by the lower.
        (sum ^ sum >> 32).wrapping_mul(BASE).rotate_left(32)
    }

    /// Of all windows.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.sums.len() - self.run).map(|begin| self.hash(begin))
    }
}
