//! Apply: writes a cleaned archive and its ledger. The only writer of archives.
//!
//! In: an [`Input`], a [`Plan`], where the archive and the ledger go. Out: both, written and not yet published, and what was
//! written ([`Written`]). Every file is copied from its begin to its end, without the stretches that go; each of these is a row
//! of the ledger. Of a file that is neither JSON Lines nor text, lines that stand for its records are copied instead, as if it
//! had held them; files of columns are written anew (`columns`). A file that changed under the run is an error, and nothing is published then.

use std::borrow::Cow;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

use serde::Serialize;

use super::edits::{Edit, Item, items, rejected_row};
use super::input::Input;
use super::ledger::{CleanedFile, Hashing, Head, LEDGER, MOST_IN_ROW, Row, Writer};
use super::names::names;
use super::new_file::NewFile;
use super::out::Destination;
use super::places::unwritable;
use super::plan::{Options, Plan};
use crate::archive::record::Outcome;
use crate::archive::{Compression, Form, Format, Met, Piece, Source};
use crate::error::Error;
use crate::problem::Problem;
use crate::watch::{Extent, Phase, Watch};

/// How much of a file is copied at a time.
const COPIED_BYTES: u64 = 1 << 20;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Files of the cleaned archive.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Bytes that were written.
    pub cleaned_bytes: u64,
    /// Rows of the ledger.
    pub ledger_rows: u64,
    /// How a single file is compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<Compression>,
    /// With `mark`: articles whose record has no place for a mark.
    pub unmarked: u64,
}

/// Writes the cleaned archive and the ledger; `mark` annotates instead. `arguments` are those that named the archive.
///
/// # Errors
/// [`Error::WriteOutput`], [`Error::ReadInput`], [`Error::ArchiveChanged`], [`Error::OutputInTheWay`], [`Error::OutputMisnamed`], [`Error::NothingRead`].
#[allow(
    clippy::too_many_arguments,
    reason = "what is read, what is asked for, where it goes, and who looks on"
)]
pub fn apply(
    input: &Input,
    arguments: &[String],
    plan: &Plan,
    options: &Options,
    mark: bool,
    destination: &mut Destination,
    ledger: &mut NewFile,
    watch: &dyn Watch,
) -> Result<Written, Error> {
    destination.refuse_sources(&input.archive)?;
    ledger.refuse_sources(&input.archive)?;
    let sources = input.archive.sources();
    let names = names(sources, arguments, destination)?;
    if !destination.is_folder() && sources.len() > 1 {
        let why = "cannot take several files; name a folder with --out".to_owned();
        return Err(Error::OutputInTheWay { path: destination.name().into(), why });
    }
    // An empty file is none of any format but lines.
    if !destination.is_folder()
        && sources.is_empty()
        && let Some(problem) = input.problems.first()
    {
        return Err(Error::NothingRead { problem: problem.clone() });
    }
    for source in sources {
        destination.refuse_form(Form::of_source(source), &source.name)?;
    }
    let (articles, bytes) = (Some(input.catalogue.len() as u64), input.archive.bytes());
    watch.begin(Phase::Clean, Extent { steps: bytes, articles, bytes });
    let head = Head {
        wirecopy_ledger: LEDGER,
        wirecopy: env!("CARGO_PKG_VERSION").into(),
        mode: if mark { "mark" } else { "remove" }.into(),
        keep: options.keep.name(),
        remove: options.remove.names().into_iter().map(str::to_owned).collect(),
        threshold: options.threshold,
        is_folder: destination.is_folder(),
    };
    let place = ledger.place().to_owned();
    let ledger_failed = |source| unwritable(&place, source);
    let mut rows = Writer::begin(ledger.writer(), &head).map_err(ledger_failed)?;
    let items = items(input, plan, mark);
    let mut rest = &items[..];
    let mut written = Written::default();
    let mut files = Vec::with_capacity(sources.len());
    let (pieces, _) = input.archive.pieces();
    for ((source, names), number) in sources.iter().zip(names).zip(0..) {
        let own;
        (own, rest) = rest.split_at(rest.partition_point(|item| item.source == number));
        let mut file = Cleaning { input, source, rows: &mut rows, ledger: &place, watch, unmarked: 0 };
        // A text file whose article goes leaves no file, nor does a page.
        let single = source.format == Format::Text || source.format_name() == "HTML";
        let goes = single && !mark && own.iter().any(Item::takes_all);
        let pieces = pieces.iter().filter(|piece| piece.source() == number);
        let pieces: Vec<&Piece> = pieces.filter(|_| source.format == Format::Records).collect();
        let cleaned = if goes {
            file.clean(own, &pieces, Hashing::new(std::io::sink()), Path::new(&names.cleaned))?.1
        } else {
            let path = destination.name();
            let out = destination.open(&names.cleaned, &names.cleaned_packing)?;
            let (out, cleaned) = file.clean(own, &pieces, Hashing::new(out), Path::new(&path))?;
            out.finish().map_err(|source| unwritable(Path::new(&path), source))?;
            cleaned
        };
        written.compression = names.cleaned_packing.first().copied().filter(|_| !destination.is_folder());
        written.unmarked += file.unmarked;
        written.files += u64::from(!goes);
        written.bytes += cleaned.bytes;
        written.cleaned_bytes += cleaned.cleaned_bytes;
        files.push(CleanedFile {
            path: source.name.clone(),
            name_before: (names.before != names.cleaned).then_some(names.before),
            name: names.cleaned,
            is_left: !goes,
            format: source.is_told_as_lines().then(|| source.format_name().to_owned()),
            compression: names.packing,
            cleaned_compression: names.cleaned_packing,
            ..cleaned
        });
    }
    written.ledger_rows = rows.end(files).map_err(ledger_failed)?;
    ledger.sync()?;
    if let Some(problem) = input.archive.changed().into_iter().next() {
        return Err(Error::ArchiveChanged { input: problem.path, why: problem.message });
    }
    watch.end();
    Ok(written)
}

/// One file under way.
pub(super) struct Cleaning<'a, W> {
    pub(super) input: &'a Input,
    pub(super) source: &'a Source,
    pub(super) rows: &'a mut Writer<W>,
    pub(super) ledger: &'a Path,
    watch: &'a dyn Watch,
    unmarked: u64,
}

impl<W: Write> Cleaning<'_, W> {
    /// Copies the file without what goes; `path` is where it goes to. `pieces`: of a file for which lines stand.
    fn clean<O: Write + Send>(
        &mut self,
        items: &[Item<'_>],
        pieces: &[&Piece],
        mut out: Hashing<O>,
        path: &Path,
    ) -> Result<(O, CleanedFile), Error> {
        let mut before = Hashing::new(std::io::sink());
        let mut columns = None;
        if self.source.is_columns() {
            let (written, was) = self.clean_columns(items, pieces, &mut before, out, path)?;
            (out, columns) = (written, Some(was));
        } else if self.source.format == Format::Records {
            self.clean_lines(items, pieces, &mut before, &mut out, path)?;
        } else {
            self.clean_in_place(items, &mut before, &mut out, path)?;
        }
        let file = CleanedFile {
            bytes: before.bytes,
            xxh3: before.digest(),
            cleaned_bytes: out.bytes,
            cleaned_xxh3: out.digest(),
            columns,
            ..CleanedFile::default()
        };
        Ok((out.inner, file))
    }

    fn clean_in_place(
        &mut self,
        items: &[Item<'_>],
        before: &mut Hashing<std::io::Sink>,
        out: &mut Hashing<impl Write>,
        path: &Path,
    ) -> Result<(), Error> {
        let mut at = 0;
        let source = self.source;
        for item in items {
            let edits = item.edits(self.input)?;
            self.unmarked += u64::from(edits.is_empty());
            for Edit { bytes, insert, row } in edits {
                self.copy(at..bytes.start, before, out, path)?;
                out.write_all(&insert).map_err(|source| unwritable(path, source))?;
                at = bytes.end;
                self.take_out(row, bytes, |range| fetch(source, range), before)?;
            }
        }
        self.copy(at..source.bytes, before, out, path)
    }

    /// The same, of lines that stand for records, made one after the other.
    fn clean_lines(
        &mut self,
        items: &[Item<'_>],
        pieces: &[&Piece],
        before: &mut Hashing<std::io::Sink>,
        out: &mut Hashing<impl Write>,
        path: &Path,
    ) -> Result<(), Error> {
        let mut items = items.iter().peekable();
        let mut records = 0;
        for piece in pieces {
            let mut failed = None;
            let read = self.input.archive.read_piece(piece, |met| {
                if failed.is_none() {
                    let item = items.next_if(|item| item.begin == met.place.begin);
                    let gone = self.copy_table(met.byte, before, out, path);
                    failed =
                        gone.and_then(|()| self.clean_line(&met, records, item, before, out, path)).err();
                }
            });
            if let Some(error) = failed {
                return Err(error);
            }
            let changed =
                |problem: Problem| Error::ArchiveChanged { input: problem.path, why: problem.message };
            records += read.map_err(changed)?;
        }
        self.copy_table(self.source.table_bytes(), before, out, path)
    }

    /// Copies what stands in a table from where it was copied up to `end`: its head, and what is no row.
    fn copy_table(
        &mut self,
        end: Option<u64>,
        before: &mut Hashing<std::io::Sink>,
        out: &mut Hashing<impl Write>,
        path: &Path,
    ) -> Result<(), Error> {
        let Some(end) = end.filter(|_| self.source.table_bytes().is_some()) else { return Ok(()) };
        let failed = |error| Error::ReadInput { name: self.source.name.clone(), source: error };
        while before.bytes < end {
            let bytes = self.source.fetch_table(before.bytes..end.min(before.bytes + COPIED_BYTES));
            let bytes = bytes.map_err(failed)?;
            before.update(&bytes);
            out.write_all(&bytes).map_err(|source| unwritable(path, source))?;
        }
        Ok(())
    }

    pub(super) fn clean_line(
        &mut self,
        met: &Met<'_>,
        records: u64,
        item: Option<&Item<'_>>,
        before: &mut Hashing<std::io::Sink>,
        out: &mut Hashing<impl Write>,
        path: &Path,
    ) -> Result<(), Error> {
        let source = self.source;
        let failed = |error| Error::ReadInput { name: source.name.clone(), source: error };
        let mut line = self.input.archive.record_at(met.place).map_err(failed)?;
        if !line.is_empty() && source.is_told_as_lines() {
            line.push(b'\n');
        }
        let within = |range: Range<u64>| {
            let index = |at: u64| usize::try_from(at).expect("within a line");
            Ok(Cow::Borrowed(&line[index(range.start)..index(range.end)]))
        };
        let length = line.len() as u64;
        if met.outcome == Outcome::Rejected {
            // Whatever is asked for: what stands for it may be no line of its own.
            let row = rejected_row(&source.name, records + met.number + 1, &met.findings);
            return self.take_out(row, 0..length, within, before);
        }
        let begin = met.place.begin;
        let unwritable = |source| unwritable(path, source);
        let copy = |range, before: &mut Hashing<_>, out: &mut Hashing<_>| {
            let bytes = within(range)?;
            before.update(&bytes);
            out.write_all(&bytes).map_err(unwritable)
        };
        let mut at = 0;
        if let Some(item) = item {
            let edits = item.edits(self.input)?;
            self.unmarked += u64::from(edits.is_empty());
            for Edit { bytes, insert, row } in edits {
                let bytes = bytes.start - begin..bytes.end - begin;
                copy(at..bytes.start, before, out)?;
                out.write_all(&insert).map_err(unwritable)?;
                at = bytes.end;
                self.take_out(row, bytes, within, before)?;
            }
        }
        copy(at..length, before, out)?;
        self.watch.advance(met.place.bytes);
        Ok(())
    }

    fn copy(
        &self,
        range: Range<u64>,
        before: &mut Hashing<std::io::Sink>,
        out: &mut Hashing<impl Write>,
        path: &Path,
    ) -> Result<(), Error> {
        let mut at = range.start;
        while at < range.end {
            let end = range.end.min(at + COPIED_BYTES);
            let bytes = fetch(self.source, at..end)?;
            before.update(&bytes);
            out.write_all(&bytes).map_err(|source| unwritable(path, source))?;
            self.watch.advance(end - at);
            at = end;
        }
        Ok(())
    }

    /// Writes the rows of a stretch that goes: one, unless it is long.
    fn take_out<'b>(
        &mut self,
        mut row: Row<'_>,
        bytes: Range<u64>,
        fetch: impl Fn(Range<u64>) -> Result<Cow<'b, [u8]>, Error>,
        before: &mut Hashing<std::io::Sink>,
    ) -> Result<(), Error> {
        let mut at = bytes.start;
        loop {
            let mut end = bytes.end.min(at + MOST_IN_ROW as u64);
            let mut held = fetch(at..end)?.into_owned();
            if end < bytes.end
                && let Err(error) = std::str::from_utf8(&held)
                && error.error_len().is_none()
            {
                // A character is never torn.
                held.truncate(error.valid_up_to());
                end = at + held.len() as u64;
            }
            (row.byte, row.bytes) = (before.bytes, held.len() as u64);
            before.update(&held);
            (row.removed, row.removed_hex) = (None, None);
            row.hold(&held);
            self.rows.row(&row).map_err(|source| unwritable(self.ledger, source))?;
            self.watch.advance(end - at);
            at = end;
            if at == bytes.end {
                return Ok(());
            }
            row = Row { inserted: 0, ..row };
        }
    }
}

fn fetch(source: &Source, range: Range<u64>) -> Result<Cow<'_, [u8]>, Error> {
    source.fetch(range).map_err(|error| Error::ReadInput { name: source.name.clone(), source: error })
}
