//! Columns: files of columns (Parquet), cleaned and given back.
//!
//! In: what becomes of the rows of a file, or a ledger that says what became of them. Out: the file, written anew row group by row group.
//! The ledger tells of such a file by the lines that stand for its rows, as of any format, and holds beside them, behind what it
//! tells of a row group, a row `cells` for each row of it that went: all its values in all columns. A text that was cut
//! comes back from what was cut out of its line.
//!
//! Row groups in which a column cannot be read were left out when the file was opened: they are passed over both ways.
//!
//! It guarantees: what is given back has the rows and cells that there were, in the same row groups, which a hash of them all proves. It
//! gives other bytes: pages are packed anew.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use super::apply::Cleaning;
use super::edits::Item;
use super::input::Input;
use super::ledger::{Checked, CleanedFile, ColumnsBefore, Hashing, Row};
use super::places::unwritable;
use crate::archive::record::Outcome;
use crate::archive::{Change, Columns, Failed, Piece, Rewriting, Source, TextEdit};
use crate::error::Error;
use crate::problem::Problem;

/// What a row of a ledger is called that holds the cells of a row that went.
const CELLS: &str = "cells";

/// A file that is written anew, and how far.
struct Groups<'c, O: Write + Send> {
    rewriting: Rewriting<'c, O>,
    /// How many rows each row group has.
    sizes: Vec<u64>,
    next: usize,
    /// Rows before the next row group.
    before: u64,
    /// What becomes of its rows.
    changes: Vec<(u64, Change)>,
}

impl<W: Write> Cleaning<'_, W> {
    /// Writes the file anew; its lines go through `before` and nowhere else.
    pub(super) fn clean_columns<O: Write + Send>(
        &mut self,
        items: &[Item<'_>],
        pieces: &[&Piece],
        before: &mut Hashing<io::Sink>,
        out: O,
        path: &Path,
    ) -> Result<(O, ColumnsBefore), Error> {
        let (input, source) = (self.input, self.source);
        let failed = |failed| told(or_as_lines(failed), &source.name, path, input.archive.temp_dir());
        let file = source.path().map_or_else(|| Err(io::ErrorKind::NotFound.into()), File::open);
        let columns = file.and_then(Columns::open).map_err(|error| failed(Failed::Reading(error)))?;
        let mut groups = Groups {
            rewriting: columns.rewrite(out, input.archive.temp_dir()).map_err(failed)?,
            sizes: columns.row_groups(),
            next: 0,
            before: 0,
            changes: Vec::new(),
        };
        let mut lines = Hashing::new(io::sink());
        let mut items = items.iter().peekable();
        let mut records = 0;
        for piece in pieces {
            let mut stopped = Ok(());
            let read = input.archive.read_piece(piece, |met| {
                if stopped.is_err() {
                    return;
                }
                let row = records + met.number;
                let item = items.next_if(|item| item.begin == met.place.begin);
                stopped = self.end_groups(&mut groups, row, path).and_then(|()| {
                    let change = match (&met.outcome, item) {
                        (Outcome::Rejected, _) => Some(Change::Take),
                        (_, item) => item.and_then(|item| item.change(input)),
                    };
                    groups.changes.extend(change.map(|change| (row - groups.before, change)));
                    self.clean_line(&met, records, item, before, &mut lines, path)
                });
            });
            stopped?;
            let changed =
                |problem: Problem| Error::ArchiveChanged { input: problem.path, why: problem.message };
            records += read.map_err(changed)?;
        }
        self.end_groups(&mut groups, u64::MAX, path)?;
        let (out, hash) = groups.rewriting.finish().map_err(failed)?;
        let left_out = source.left_out().clone();
        Ok((out, ColumnsBefore { row_groups: groups.sizes, left_out, xxh3: format!("{hash:032x}") }))
    }

    /// Writes all row groups that end at this row or before it, and what the ledger holds of them.
    fn end_groups<O: Write + Send>(
        &mut self,
        groups: &mut Groups<'_, O>,
        row: u64,
        path: &Path,
    ) -> Result<(), Error> {
        let source = self.source;
        while let Some(&rows) = groups.sizes.get(groups.next)
            && row >= groups.before + rows
        {
            let failed =
                |failed| told(or_as_lines(failed), &source.name, path, self.input.archive.temp_dir());
            let Groups { rewriting, next, before, changes, .. } = groups;
            if source.left_out().contains(next) {
                *before += rows;
                *next += 1;
                continue;
            }
            rewriting.group(Some(*next), rows, changes).map_err(failed)?;
            let gone = changes.iter().filter(|(_, change)| *change == Change::Take);
            for (number, (row, _)) in gone.enumerate() {
                let row = Row {
                    what: CELLS.into(),
                    path: Cow::Borrowed(&source.name),
                    record: *before + row + 1,
                    cells: Some(rewriting.cells(number).map_err(failed)?),
                    ..Row::default()
                };
                self.rows.row(&row).map_err(|source| unwritable(self.ledger, source))?;
            }
            rewriting.let_go();
            changes.clear();
            *before += rows;
            *next += 1;
        }
        Ok(())
    }
}

/// What was left out of files of columns for damage that a scan does not meet: it reads no column that no rule asks for.
pub fn left_out(input: &Input) -> Vec<&Problem> {
    let sources = input.archive.sources().iter().filter(|source| !source.left_out().is_empty());
    let of = |source: &Source| {
        let of_file = |problem: &&Problem| problem.path == source.name && problem.record.is_none();
        input.problems.iter().filter(of_file).collect::<Vec<_>>()
    };
    sources.flat_map(of).collect()
}

/// Gives a file of columns back: `cleaned` is it as it was cleaned, `next` the ledger's next row.
#[allow(
    clippy::too_many_arguments,
    reason = "a file before and after, its ledger, and who may have to be named"
)]
pub(super) fn restore<O: Write + Send>(
    file: &CleanedFile,
    was: &ColumnsBefore,
    cleaned: Box<dyn BufRead>,
    path: &Path,
    ledger: &mut Checked,
    next: &mut Option<Row<'static>>,
    out: O,
    place: &Path,
    temp_dir: &Path,
) -> Result<O, Error> {
    let name = path.display().to_string();
    let failed = |failed| told(failed, &name, place, temp_dir);
    let cleaned = taken_in(cleaned, file, temp_dir).map_err(failed)?;
    let Some(cleaned) = cleaned else { return Err(ledger.is_another(path, file)) };
    let columns = Columns::open(cleaned).map_err(|error| failed(Failed::Reading(error)))?;
    let mut rewriting = columns.rewrite(out, temp_dir).map_err(failed)?;
    let left = columns.row_groups();
    let (mut before, mut group) = (0_u64, 0);
    for (number, &rows) in was.row_groups.iter().enumerate() {
        let odd = |ledger: &Checked| ledger.unusable("its rows are not those of its files".into());
        let end = before.checked_add(rows).ok_or_else(|| odd(ledger))?;
        if was.left_out.contains(&number) {
            before = end;
            continue;
        }
        let mut changes: Vec<(u64, Change)> = Vec::new();
        let mut texts = Texts::default();
        while let Some(row) =
            next.take_if(|row| row.path == file.path && (before..end).contains(&(row.record.wrapping_sub(1))))
        {
            let number = row.record - 1 - before;
            match (&row.cells, &row.column, row.text_bytes) {
                (Some(cells), ..) => {
                    rewriting.hold(cells).map_err(failed)?.ok_or_else(|| odd(ledger))?;
                    changes.push((number, Change::Put));
                }
                (None, Some(column), Some([start, end])) => {
                    let removed = row.removed.as_deref().ok_or_else(|| odd(ledger))?;
                    texts.add(number, column, start..end, removed);
                }
                // The line of a row whose cells follow.
                (None, ..) => {}
            }
            *next = ledger.next()?;
        }
        changes.extend(texts.changes().ok_or_else(|| odd(ledger))?);
        changes.sort_by_key(|(row, _)| *row);
        let back = changes.iter().filter(|(_, change)| *change == Change::Put).count() as u64;
        let stayed = rows.checked_sub(back).ok_or_else(|| odd(ledger))?;
        let from = (stayed > 0).then_some(group);
        if stayed > 0 && left.get(group) != Some(&stayed) {
            return Err(odd(ledger));
        }
        rewriting.group(from, rows, &changes).map_err(failed)?;
        rewriting.let_go();
        group += usize::from(stayed > 0);
        before = end;
    }
    let (out, hash) = rewriting.finish().map_err(failed)?;
    if group != left.len() || format!("{hash:032x}") != was.xxh3 {
        return Err(ledger.unusable(format!("what it gives back is not {}", file.path)));
    }
    Ok(out)
}

/// Texts that were cut, of one row group: row, column, and what was cut out.
#[derive(Default)]
struct Texts(Vec<(u64, String, Spans)>);

/// Places in a text, each with what stood there as its line wrote it.
type Spans = Vec<(Range<usize>, String)>;

impl Texts {
    /// Notes a stretch as it stood in the row's line, or a further part of it.
    fn add(&mut self, row: u64, column: &str, span: Range<usize>, removed: &str) {
        match self.0.last_mut() {
            Some((last, _, spans)) if *last == row => match spans.last_mut() {
                Some((at, text)) if *at == span => text.push_str(removed),
                _ => spans.push((span, removed.to_owned())),
            },
            _ => self.0.push((row, column.to_owned(), vec![(span, removed.to_owned())])),
        }
    }

    /// `None` if a stretch is no text of JSON.
    fn changes(self) -> Option<Vec<(u64, Change)>> {
        let change = |(row, column, spans): (u64, String, Spans)| {
            let text = |(span, removed): (Range<usize>, String)| {
                let text: String = serde_json::from_str(&format!("\"{removed}\"")).ok()?;
                (text.len() == span.len()).then_some((span.start, text))
            };
            let texts: Option<Vec<(usize, String)>> = spans.into_iter().map(text).collect();
            Some((row, Change::Text(column, TextEdit::Fill(texts?))))
        };
        self.0.into_iter().map(change).collect()
    }
}

/// A cleaned file, of which any range can be read; `None` if it is not the one that was written.
fn taken_in(cleaned: Box<dyn BufRead>, file: &CleanedFile, temp_dir: &Path) -> Result<Option<File>, Failed> {
    let mut copy = Hashing::new(tempfile::tempfile_in(temp_dir).map_err(Failed::Temporary)?);
    let mut cleaned = cleaned.take(file.cleaned_bytes.saturating_add(1));
    loop {
        let bytes = match cleaned.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failed::Reading(error)),
        };
        if bytes.is_empty() {
            break;
        }
        copy.write_all(bytes).map_err(Failed::Temporary)?;
        let read = bytes.len();
        cleaned.consume(read);
    }
    if (copy.bytes, copy.digest()) != (file.cleaned_bytes, file.cleaned_xxh3.clone()) {
        return Ok(None);
    }
    copy.inner.seek(SeekFrom::Start(0)).map_err(Failed::Temporary)?;
    Ok(Some(copy.inner))
}

/// A column that no search asks for may be damaged, which is met only where it is written again.
fn or_as_lines(failed: Failed) -> Failed {
    match failed {
        Failed::Reading(source) => Failed::Reading(io::Error::new(
            source.kind(),
            format!("{source}; an output whose name ends with .jsonl takes its articles as JSON Lines"),
        )),
        other => other,
    }
}

fn told(failed: Failed, name: &str, place: &Path, temp_dir: &Path) -> Error {
    match failed {
        Failed::Reading(source) => Error::ReadInput { name: name.to_owned(), source },
        Failed::Writing(source) => unwritable(place, source),
        Failed::Temporary(source) => Error::WriteTemporary { folder: temp_dir.to_owned(), source },
    }
}
