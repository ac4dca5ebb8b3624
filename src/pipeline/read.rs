//! Reading: all pieces of an archive side by side, and the books of what became of each record.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::catalogue::Article;
use super::examine::Examiner;
use crate::archive::fields::{Chosen, FieldOverrides, Name};
use crate::archive::record::{Outcome, Record};
use crate::archive::{Archive, Met, Piece};
use crate::error::Error;
use crate::problem::Problem;
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
    pub(super) articles: Vec<Article>,
    pub(super) problems: Vec<Problem>,
    pub(super) counts: Counts,
    pub(super) mapping: Mapping,
    /// Records met in each source.
    pub(super) records: Vec<u64>,
}

/// What one piece gave; record numbers count from the piece's begin.
#[derive(Debug, Default)]
struct PieceRead {
    read: Read,
    lines: u64,
    broken: bool,
}

/// Reads and examines every record.
///
/// # Errors
/// The first problem, with [`Settings::strict`].
pub(super) fn read(archive: &Archive, settings: &Settings, watch: &dyn Watch) -> Result<Read, Error> {
    let (pieces, problems) = archive.pieces();
    let first_bad = AtomicUsize::new(usize::MAX);
    let parts: Vec<PieceRead> = pieces
        .par_iter()
        .enumerate()
        .map_init(
            || Examiner::new(settings),
            |examiner, (number, piece)| {
                if settings.strict && number > first_bad.load(Ordering::Relaxed) {
                    return PieceRead::default();
                }
                let part = read_piece(archive, piece, examiner, &settings.read.fields);
                if !part.read.problems.is_empty() {
                    first_bad.fetch_min(number, Ordering::Relaxed);
                }
                watch.advance(piece.bytes());
                part
            },
        )
        .collect();
    let mut all = Read { problems, records: vec![0; archive.sources().len()], ..Read::default() };
    let mut lines_before = 0;
    let mut source = None;
    let mut broken = false;
    for (part, piece) in parts.into_iter().zip(&pieces) {
        if source != Some(piece.source()) {
            (source, lines_before, broken) = (Some(piece.source()), 0, false);
        }
        if broken {
            // Numbers after an unreadable part would be wrong; the file is a problem already, its rest is not
            // taken.
            continue;
        }
        broken = part.broken;
        all.add(part.read, piece, lines_before);
        lines_before += part.lines;
    }
    match all.problems.first() {
        Some(problem) if settings.strict => Err(Error::Strict { problem: problem.clone() }),
        _ => Ok(all),
    }
}

impl Read {
    fn add(&mut self, part: Read, piece: &Piece, lines_before: u64) {
        self.articles.extend(
            part.articles
                .into_iter()
                .map(|article| Article { record: article.record + lines_before, ..article }),
        );
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
        for (noun, names) in part.mapping {
            let all = self.mapping.entry(noun).or_default();
            for (name, count) in names {
                *all.entry(name).or_default() += count;
            }
        }
    }
}

fn read_piece(
    archive: &Archive,
    piece: &Piece,
    examiner: &mut Examiner<'_>,
    overrides: &FieldOverrides,
) -> PieceRead {
    let name = &archive.sources()[piece.source() as usize].name;
    let mut part = PieceRead::default();
    let mut chosen: BTreeMap<Chosen, u64> = BTreeMap::new();
    let read = &mut part.read;
    let lines = archive.read_piece(piece, |met: Met<'_>| {
        let record = met.number + 1;
        read.counts.read += 1;
        read.problems.extend(met.findings.into_iter().map(|(kind, message)| Problem {
            path: name.clone(),
            record: Some(record),
            byte: Some(met.place.begin),
            kind,
            message,
        }));
        match met.outcome {
            Outcome::Empty => read.counts.skipped += 1,
            Outcome::Rejected => read.counts.rejected += 1,
            Outcome::Article(found) => {
                read.counts.kept += 1;
                read.counts.undated += u64::from(found.published.is_none());
                *chosen.entry(found.chosen).or_default() += 1;
                let alone = examiner.examine(&found);
                let Record { id, outlet, title, url, published, .. } = *found;
                read.articles.push(Article {
                    place: met.place,
                    record,
                    own_id: id,
                    outlet,
                    title,
                    url,
                    published,
                    examined: alone,
                });
            }
        }
    });
    for (chosen, count) in chosen {
        for (noun, name) in chosen.by_noun() {
            let name = match name {
                Name::Override => overrides.path(noun).unwrap_or_default().to_owned(),
                usual => usual.to_string(),
            };
            *read.mapping.entry(noun).or_default().entry(name).or_default() += count;
        }
    }
    match lines {
        Ok(lines) => part.lines = lines,
        Err(problem) => {
            part.broken = true;
            read.problems.push(problem);
        }
    }
    part
}
