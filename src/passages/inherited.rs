//! Inherited: sources whose edits a target took over.
//!
//! In: the passages that targets were found to have. Out: further passages, of sources that hold what the first ones do not.
//!
//! The idea: fingerprints link a target to the earliest article that holds them, and small edits are bridged. So an article
//! that copied not the first print but one in which a word was changed is linked to the first, unless a fingerprint
//! happens to lie across the changed word. Therefore each article notes where it *departs* from its sources: a few
//! shingles across both edges of every gap that was bridged, and across both ends of a passage. Who first made an edit
//! notes the same shingles as who took it over, and nobody else does. These notes are postings like any others: groups of
//! one shingle, each article linked to the earliest of another outlet; the seeds then grow as all seeds do.
//!
//! Guarantee: linear in the edits, however many articles share one; the order of work never shows. Does not: find who first
//! made an edit that lies so close to another one that no noted shingle is free of it.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::row::PassageRow;
use super::search::{Search, in_order};
use super::texts::Shelf;
use super::{Copied, Copies, Gathering, Holdings, Limits, Passage, PassagesError};
use crate::candidates::{Posting, Postings, Target, Use, Uses};
use crate::error::Error;
use crate::scratch::{RowsWriter, Scratch};
use crate::verify::Alignment;

/// Where articles depart from their sources, noted while targets are at work.
pub(super) struct Departures {
    notes: Mutex<RowsWriter<Posting>>,
    width: usize,
}

impl Departures {
    pub(super) fn new(limits: Limits, scratch: &Scratch) -> Departures {
        Departures { notes: Mutex::new(RowsWriter::new(scratch)), width: limits.width }
    }

    /// Notes where a target with these tokens departs from what was found in it.
    pub(super) fn note<'a>(
        &self,
        target: u32,
        tokens: &[u64],
        found: impl Iterator<Item = &'a Alignment>,
    ) -> Result<(), PassagesError> {
        let mut begins: Vec<usize> = found.flat_map(|alignment| places(alignment, self.width)).collect();
        begins.sort_unstable();
        begins.dedup();
        let noted = begins.into_iter().filter_map(|begin| {
            let shingle = tokens.get(begin..begin + self.width)?;
            let position = u32::try_from(begin).expect("texts are under 2 GiB");
            Some(Posting { hash: hash(shingle), article: target, position })
        });
        let noted: Vec<Posting> = noted.collect();
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push_all(&noted)?;
        Ok(())
    }

    /// The notes that several articles share.
    fn shared(self, scratch: &Scratch) -> Result<Postings, Error> {
        let notes = self.notes.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
        Postings::of(notes.len(), || notes.iter().copied(), scratch, scratch)
    }
}

/// Adds to what was `found` the passages of sources whose edits targets took over. `uses` are those of shared fingerprints.
pub(super) fn with_inherited(
    found: &Copies,
    search: &Search<'_, '_>,
    uses: &Uses,
    departures: Departures,
) -> Result<Copies, PassagesError> {
    let Holdings { outlet_of, scratch, prepare, shelf_bytes, .. } = search.holdings;
    let shared = departures.shared(scratch)?;
    let notes = Uses::of(&shared, outlet_of, false, scratch)?;
    let (noting, using) = (notes.targets(), uses.targets());
    let of = |targets: &[Target], article: u32| {
        targets.binary_search_by_key(&article, |target| target.article).ok().map(|at| targets[at])
    };
    let mut work: Vec<(Option<Target>, Copied)> =
        found.targets.iter().map(|copied| (of(&noting, copied.article), *copied)).collect();
    // As in the first search: those of one source together.
    work.sort_unstable_by_key(|(heir, copied)| (heir.map(|heir| heir.main_source), copied.article));
    let gathering = Gathering::new(search.holdings, search.limits);
    let all: Result<Vec<Option<Copied>>, PassagesError> = work
        .into_par_iter()
        .with_min_len(8)
        .map_init(
            || Shelf::new(prepare, shelf_bytes),
            |texts, (heir, copied)| {
                let rows = found.rows_of(&copied);
                let more = heir.and_then(|heir| {
                    let of_heir = Heir {
                        target: heir.article,
                        uses: of(&using, heir.article).map_or(&[], |own| uses.of_target(&own)),
                        notes: notes.of_target(&heir),
                    };
                    let known: Vec<Passage> = rows.iter().map(Passage::from).collect();
                    search.inherit(&of_heir, &known, &shared, texts)
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

/// What a target took over of the edits of others.
struct Heir<'a> {
    target: u32,
    /// Its uses of shared fingerprints.
    uses: &'a [Use],
    /// Its notes that others share, by position.
    notes: &'a [Use],
}

impl Search<'_, '_> {
    /// Adds to the passages of a target those of sources whose edits it took over; `None` if there is none. `shared` are
    /// the notes of all.
    fn inherit(
        &self,
        heir: &Heir<'_>,
        known: &[Passage],
        shared: &Postings,
        texts: &mut Shelf<'_>,
    ) -> Option<(Vec<Passage>, u32)> {
        let since = (self.holdings.since)(heir.target);
        let mut seeds: Vec<(u32, (usize, usize))> = Vec::new();
        for note in heir.notes {
            let members = shared.members(note.group);
            let source = match since {
                0 => note.source(),
                _ => self.walked_source(heir.target, members, 0, since),
            };
            let Some(source) = source.filter(|&source| known.iter().all(|known| known.source != source))
            else {
                continue;
            };
            let first = members.partition_point(|posting| posting.article < source);
            seeds.push((source, (note.position as usize, members[first].position as usize)));
        }
        seeds.sort_unstable();
        let mut work = self.work(heir.target, heir.uses);
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
}

/// Where the shingles begin that are noted of an alignment. Across the edges where a text ceases to agree three: one that
/// ends there, one that begins, and one whose middle lies there, for another edge may be near on either side. Behind a gap,
/// where it agrees again, one.
fn places(alignment: &Alignment, width: usize) -> Vec<usize> {
    let span = alignment.target();
    let mut begins: Vec<usize> = Vec::new();
    let mut across = |edge: usize, before: &[usize]| {
        begins.extend(before.iter().filter_map(|&before| edge.checked_sub(before)));
    };
    let all = [width - 1, width / 2, 1];
    across(span.start, &all);
    across(span.end, &all);
    for pair in alignment.blocks().windows(2) {
        let (begin, end) = (pair[0].target + pair[0].length, pair[1].target);
        across(begin, &all);
        if end > begin {
            across(end, &[width / 2]);
        }
    }
    begins
}

/// Names a shingle. That two are equal is told by their tokens, when they grow.
fn hash(shingle: &[u64]) -> u64 {
    let mix = |sum: u64, &token: &u64| (sum.rotate_left(29) ^ token).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let sum = shingle.iter().fold(0, mix);
    sum ^ sum >> 32
}
