//! Reading: all pieces of an archive side by side, and the books of what became of each record.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use super::examine::Examiner;
use super::memory::Bound;
use super::stores::{Piece as Tables, Stored, Stores};
use crate::archive::fields::{Chosen, FieldOverrides, Name};
use crate::archive::record::Outcome;
use crate::archive::{Archive, Met, Piece};
use crate::error::Error;
use crate::problem::Problem;
use crate::scratch::Scratch;
use crate::settings::Settings;
use crate::watch::Watch;

/// What became of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records met; blank lines are none.
    pub read: u64,
    /// Articles.
    pub kept: u64,
    /// Articles that were taken out: none by a scan.
    pub removed: u64,
    /// Records without a usable text; each is a problem.
    pub rejected: u64,
    /// Records with an empty text.
    pub skipped: u64,
    /// Articles without a date.
    pub undated: u64,
}

/// How often each field was read from each name: noun, then field, then articles.
pub type Mapping = BTreeMap<&'static str, BTreeMap<String, u64>>;

/// What reading gave.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) stored: Stored,
    pub(super) problems: Vec<Problem>,
    pub(super) counts: Counts,
    pub(super) mapping: Mapping,
    /// Records met in each source.
    pub(super) records: Vec<u64>,
    /// A hash of the bytes of each source.
    pub(super) hashes: Vec<u128>,
}

/// What one piece gave beside its tables; record numbers count from the piece's begin.
#[derive(Debug, Default)]
struct Part {
    /// Where its articles are in the table of all.
    articles: Range<usize>,
    problems: Vec<Problem>,
    counts: Counts,
    chosen: Vec<(Chosen, u64)>,
    lines: u64,
    broken: bool,
    hash: u128,
}

/// Reads and examines every record.
///
/// # Errors
/// The first problem, with [`Settings::strict`]; what does not fit into the bound of memory or on disk.
pub(super) fn read(
    archive: &Archive,
    settings: &Settings,
    bound: &Bound,
    scratch: &Scratch,
    watch: &dyn Watch,
) -> Result<Read, Error> {
    let (pieces, problems) = archive.pieces();
    let first_bad = AtomicUsize::new(usize::MAX);
    let done = AtomicU64::new(0);
    let stores = Stores::new(scratch);
    let parts: Result<Vec<Part>, Error> = pieces
        .par_iter()
        .enumerate()
        .map_init(
            || (Examiner::new(settings), Tables::default()),
            |(examiner, tables), (number, piece)| {
                if settings.strict && number > first_bad.load(Ordering::Relaxed) {
                    return Ok(Part::default());
                }
                let mut part = read_piece(archive, piece, examiner, tables);
                if !part.problems.is_empty() {
                    first_bad.fetch_min(number, Ordering::Relaxed);
                }
                part.articles = stores.put(tables)?;
                let done = done.fetch_add(piece.bytes(), Ordering::Relaxed) + piece.bytes();
                bound.check(part.articles.end as u64, done, archive.bytes())?;
                watch.articles(part.counts.kept);
                watch.advance(piece.bytes());
                Ok(part)
            },
        )
        .collect();
    let mut tables = stores.finish()?;
    let mut all = Read { problems, records: vec![0; archive.sources().len()], ..Read::default() };
    let mut hashers: Vec<Xxh3> = archive.sources().iter().map(|_| Xxh3::new()).collect();
    let mut lines_before = 0;
    let mut source = None;
    let mut broken = false;
    let mut dropped = false;
    for (part, piece) in parts?.into_iter().zip(&pieces) {
        if source != Some(piece.source()) {
            (source, lines_before, broken) = (Some(piece.source()), 0, false);
        }
        hashers[piece.source() as usize].update(&part.hash.to_le_bytes());
        let articles = &mut tables.articles[part.articles.clone()];
        if broken {
            // Numbers after an unreadable part would be wrong; the file is a problem already, its rest is not
            // taken.
            for article in articles {
                article.record = DROPPED;
                dropped = true;
            }
            continue;
        }
        broken = part.broken;
        for article in articles {
            article.record += lines_before;
        }
        let lines = part.lines;
        all.add(part, piece, lines_before, &settings.read.fields);
        lines_before += lines;
    }
    if dropped {
        tables.articles.retain(|article| article.record != DROPPED);
    }
    all.hashes = hashers.iter().map(Xxh3::digest128).collect();
    all.stored = tables;
    match all.problems.first() {
        Some(problem) if settings.strict => Err(Error::Strict { problem: problem.clone() }),
        _ => Ok(all),
    }
}

/// The record number of an article that is not taken.
const DROPPED: u64 = u64::MAX;

impl Read {
    fn add(&mut self, part: Part, piece: &Piece, lines_before: u64, overrides: &FieldOverrides) {
        self.problems.extend(part.problems.into_iter().map(|problem| Problem {
            record: problem.record.map(|record| record + lines_before),
            ..problem
        }));
        self.records[piece.source() as usize] += part.counts.read;
        let (sum, more) = (&mut self.counts, part.counts);
        sum.read += more.read;
        sum.kept += more.kept;
        sum.rejected += more.rejected;
        sum.skipped += more.skipped;
        sum.undated += more.undated;
        for (chosen, count) in part.chosen {
            for (noun, name) in chosen.by_noun() {
                let name = match name {
                    Name::Override => overrides.path(noun).unwrap_or_default().to_owned(),
                    usual => usual.to_string(),
                };
                *self.mapping.entry(noun).or_default().entry(name).or_default() += count;
            }
        }
    }
}

fn read_piece(archive: &Archive, piece: &Piece, examiner: &mut Examiner<'_>, tables: &mut Tables) -> Part {
    let name = &archive.sources()[piece.source() as usize].name;
    let mut part = Part::default();
    let mut chosen: BTreeMap<Chosen, u64> = BTreeMap::new();
    let Part { problems, counts, .. } = &mut part;
    let lines = archive.read_piece(piece, |met: Met<'_>| {
        let record = met.number + 1;
        counts.read += 1;
        problems.extend(met.findings.into_iter().map(|(kind, message)| Problem {
            path: name.clone(),
            record: Some(record),
            byte: met.byte,
            kind,
            message,
        }));
        match met.outcome {
            Outcome::Empty => counts.skipped += 1,
            Outcome::Rejected => counts.rejected += 1,
            Outcome::Article(found) => {
                counts.kept += 1;
                counts.undated += u64::from(found.published.is_none());
                *chosen.entry(found.chosen).or_default() += 1;
                examiner.examine(met.place, record, &found, tables);
            }
        }
    });
    part.chosen = chosen.into_iter().collect();
    // A piece that cannot be read is a problem already.
    part.hash = archive.hash_of(piece).unwrap_or_default();
    match lines {
        Ok(lines) => part.lines = lines,
        Err(problem) => {
            part.broken = true;
            part.problems.push(problem);
        }
    }
    part
}
