//! Where readers put what they find: records, findings and problems.
//!
//! In: what a reader of a format meets, record by record. Out: an extent of a spool with a frame for each record, where
//! it can be cut, and the problems of the file as a whole. The sink sees to all that no reader should have to: a record
//! over `--max-record` becomes a problem, fields that no rule asks for are left out, the file may not unpack to more
//! than it is allowed, and what a reader panics over is a problem.
//!
//! How to write a reader: see [`readers`](super::readers).

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fmt, io};

use memmap2::Mmap;
use rayon::prelude::*;

use super::ReadSettings;
use super::fields::{ColumnInfo, may_matter, without_text};
use super::frames::{self, Body, Value};
use super::guard::guarded;
use super::gzip::Gaps;
use super::record::{Finding, lossy, no_utf8};
use super::room::{Taken, room};
use super::spool::{Extent, Spools, Writer};
use super::streams::Consumed;
use super::table::Table;
use super::unpack::{LEAST_ALLOWED, MOST_EXPANSION};
use crate::problem::ProblemKind;

/// Why a reader cannot go on. What it gave before stays.
#[derive(Debug)]
pub(super) enum Stop {
    /// The file is damaged, cut, or not of the format that it began as.
    Damaged(String),
    /// More came out of the file than it may unpack to.
    TooMuch,
    /// The spool could not be written: the run ends.
    Temporary(io::Error),
    /// A stream could not be read: the run ends.
    Input(io::Error),
}

impl From<io::Error> for Stop {
    /// An error of *reading*; those of writing the spool are [`Stop::Temporary`], made by the sink.
    fn from(error: io::Error) -> Self {
        Stop::Damaged(error.to_string())
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Damaged(why) => f.write_str(why),
            Stop::TooMuch => f.write_str("it unpacks to more than it may"),
            Stop::Temporary(error) | Stop::Input(error) => error.fmt(f),
        }
    }
}

/// Where a record stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    /// Its number, from 1. Numbers rise within a file and may leave some out.
    pub(super) ordinal: u64,
    /// Where it begins in the bytes that the reader was given, where that is known.
    pub(super) byte: Option<u64>,
}

/// A problem of the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileProblem {
    pub(super) byte: Option<u64>,
    pub(super) kind: ProblemKind,
    pub(super) message: String,
}

/// A place where a piece may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Where its first frame begins, in bytes of the extent.
    pub(super) begin: u64,
    /// The same if all texts stood there.
    pub(super) at: u64,
    /// Number of the last record before it.
    pub(super) before: u64,
}

/// What a reader, or one part of it, gave.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) extents: Vec<Extent>,
    pub(super) cuts: Vec<Cut>,
    pub(super) problems: Vec<FileProblem>,
    /// How many bytes there are, with texts that stand in the file; and without.
    pub(super) bytes: u64,
    pub(super) stored: u64,
    pub(super) last: u64,
    /// Records of kinds that hold no article.
    pub(super) others: u64,
    /// As it was written, if that was asked for.
    pub(super) table: Option<Table>,
    /// The file in which texts stand that are in no extent.
    pub(super) texts: Option<Arc<Mmap>>,
    /// Whether its file can be written anew without some of its rows, if that was asked for.
    pub(super) columns: bool,
    /// Row groups that cannot be: each is a problem.
    pub(super) left_out: BTreeSet<usize>,
}

/// How much a file may unpack to, shared by all who unpack it.
pub(super) struct Allowance<'c> {
    /// What the user allowed.
    fixed: Option<u64>,
    /// Of the packed file.
    consumed: &'c Consumed<'c>,
    taken: AtomicU64,
}

impl<'c> Allowance<'c> {
    pub(super) fn new(fixed: Option<u64>, consumed: &'c Consumed<'c>) -> Self {
        Allowance { fixed, consumed, taken: AtomicU64::new(0) }
    }

    /// Takes so many bytes more; an error if that is more than the file may unpack to.
    pub(super) fn take(&self, bytes: u64) -> Result<(), Stop> {
        let taken = self.taken.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if taken > self.most() { Err(Stop::TooMuch) } else { Ok(()) }
    }

    /// How much the file may unpack to, by what was read of it so far.
    fn most(&self) -> u64 {
        let by_size = || LEAST_ALLOWED.saturating_add(self.consumed.bytes().saturating_mul(MOST_EXPANSION));
        self.fixed.unwrap_or_else(by_size)
    }

    fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// As if no more than this had been taken: what was taken beyond it is thrown away.
    fn give_back_to(&self, taken: u64) {
        self.taken.store(taken, Ordering::Relaxed);
    }
}

/// About how large a piece of records is.
const PIECE_BYTES: u64 = 1 << 20;
/// Problems of one file that are told one by one; damage in every block of a file would fill memory otherwise.
const MOST_PROBLEMS: usize = 1000;
/// Findings of one record that are told.
const MOST_FINDINGS: usize = 16;
/// Fields of one record that are kept: the tables name some hundred.
const MOST_FIELDS: usize = 1000;

/// Takes what a reader finds.
pub(super) struct Sink<'s> {
    settings: &'s ReadSettings,
    spools: &'s Spools,
    allowance: &'s Allowance<'s>,
    writer: Writer<'s>,
    findings: Vec<Finding>,
    given: Given,
    /// Bytes before `writer`'s.
    before: u64,
    places_known: bool,
    texts_stand: bool,
    keeps_columns: bool,
    /// What is wrong with every row, for no column can hold a text.
    no_text: Option<Arc<Finding>>,
    gaps: Option<&'s Gaps>,
}

impl fmt::Debug for Sink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").field("given", &self.given).finish_non_exhaustive()
    }
}

impl<'s> Sink<'s> {
    pub(super) fn new(
        settings: &'s ReadSettings,
        spools: &'s Spools,
        allowance: &'s Allowance<'s>,
    ) -> Result<Self, Stop> {
        let writer = spools.writer().map_err(Stop::Temporary)?;
        let (findings, given) = Default::default();
        Ok(Sink {
            settings,
            spools,
            allowance,
            writer,
            findings,
            given,
            before: 0,
            places_known: true,
            texts_stand: false,
            keeps_columns: false,
            no_text: None,
            gaps: None,
        })
    }

    /// From now on texts may be left where they stand: the reader sees the very bytes of a file whose map is kept.
    pub(super) fn let_texts_stand(&mut self) {
        self.texts_stand = true;
    }

    /// Whether a text may be left where it stands ([`Value::Standing`]).
    pub(super) fn texts_stand(&self) -> bool {
        self.texts_stand
    }

    /// The file is to be written anew without some of its rows: what cannot be is left out.
    pub(super) fn keep_columns(&mut self) {
        self.keeps_columns = true;
    }

    /// Whether it is.
    pub(super) fn keeps_columns(&self) -> bool {
        self.keeps_columns
    }

    /// These row groups are left out, each of which was told as a problem.
    pub(super) fn leaves_out(&mut self, groups: BTreeSet<usize>) {
        self.given.left_out = groups;
    }

    /// From now on nobody is told at which byte a record stands: the reader sees other bytes than the file has.
    pub(super) fn places_are_unknown(&mut self) {
        self.places_known = false;
    }

    /// The stream may go on behind damage: there are gaps in it.
    pub(super) fn has_gaps(&mut self, gaps: &'s Gaps) {
        self.gaps = Some(gaps);
    }

    /// So many bytes of the file were read so far: of a map nobody counts them.
    pub(super) fn has_read(&self, bytes: u64) {
        self.allowance.consumed.reach(bytes);
    }

    /// So many more bytes of a file are done of which any may be read at any time: nobody else can tell how far its reader is.
    pub(super) fn has_gone_through(&self, bytes: u64) {
        self.allowance.consumed.go_through(bytes);
    }

    /// The gaps of the stream so far, if it may have any.
    pub(super) fn gaps(&self) -> Option<&'s Gaps> {
        self.gaps
    }

    /// The largest record that is taken, in bytes. Readers must not hold much more of one than this.
    pub(super) fn max_record(&self) -> u64 {
        self.settings.max_record
    }

    /// Room for what takes about so many bytes of memory, as soon as there is.
    pub(super) fn room(&self, bytes: u64) -> Option<Taken<'static>> {
        room(bytes, self.settings.memory)
    }

    /// Whether a field of this name can be asked for at all. Readers of columns leave the others unread.
    pub(super) fn wants(&self, name: &str) -> bool {
        may_matter(name, &self.settings.fields)
    }

    /// Number of the last record that was given; 0 before the first.
    pub(super) fn last(&self) -> u64 {
        self.given.last
    }

    /// Something that is wrong with the next record, which is kept all the same.
    pub(super) fn finding(&mut self, kind: ProblemKind, message: String) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push((kind, message));
        }
    }

    /// A field of the next record is no UTF-8 from byte `at` on; what is none was replaced. Of a record one field is told: the first that
    /// the reader told itself (a member of a struct), else the first.
    pub(super) fn not_text(&mut self, name: &str, at: usize) {
        if !self.findings.iter().any(|(kind, _)| *kind == ProblemKind::InvalidUtf8) {
            let (kind, message) = no_utf8(at, name);
            self.finding(kind, message);
        }
    }

    /// Something that is wrong with the file, from `byte` on.
    pub(super) fn problem(&mut self, byte: Option<u64>, kind: ProblemKind, message: String) {
        if self.given.problems.len() < MOST_PROBLEMS {
            self.given.problems.push(FileProblem { byte, kind, message });
        }
    }

    /// The rows from now on are those of a table with these columns: all, whether they are wanted or not. Where none can hold a
    /// text, its rows tell which there are; `hint`: what may be the matter.
    pub(super) fn columns_are(&mut self, columns: &[ColumnInfo<'_>], hint: &str) {
        let finding = without_text(columns, &self.settings.fields);
        self.no_text = finding.map(|(kind, message)| Arc::new((kind, message + hint)));
    }

    /// A record with named fields: a row of a table. The reader has asked [`Sink::wants`] of every field before.
    pub(super) fn row(&mut self, at: At, fields: &[(&str, Value<'_>)]) -> Result<(), Stop> {
        if let Some(finding) = &self.no_text {
            self.findings.truncate(MOST_FINDINGS - 1);
            self.findings.push(Finding::clone(finding));
        }
        self.put(at, Body::Row(&fields[..fields.len().min(MOST_FIELDS)]))
    }

    /// A record whose nouns the reader found by itself, such as a page of HTML: fields named `text`, `id`, `outlet`,
    /// `date`, `title`, `url`. The user's own names of fields do not apply.
    pub(super) fn page(&mut self, at: At, nouns: &[(&str, Value<'_>)]) -> Result<(), Stop> {
        self.put(at, Body::Page(&nouns[..nouns.len().min(MOST_FIELDS)]))
    }

    /// An object of JSON, valid or not: it is read as a line of JSON Lines is.
    pub(super) fn json(&mut self, at: At, object: &[u8]) -> Result<(), Stop> {
        self.put(at, Body::Json(object))
    }

    /// A record that gives no article, and why.
    pub(super) fn rejected(&mut self, at: At, kind: ProblemKind, message: String) -> Result<(), Stop> {
        self.findings.truncate(MOST_FINDINGS - 1);
        self.findings.push((kind, message));
        self.put(at, Body::Rejected)
    }

    /// A record of a kind that holds no article: it is no record of the archive, and counted apart.
    pub(super) fn other(&mut self) {
        self.given.others += 1;
    }

    /// A record that is larger than `--max-record`. Nothing of it is read, so whether it is UTF-8 is not told.
    pub(super) fn too_large(&mut self, at: At) -> Result<(), Stop> {
        self.findings.retain(|(kind, _)| *kind != ProblemKind::InvalidUtf8);
        let (kind, message) = self.settings.too_large();
        self.rejected(at, kind, message)
    }

    /// Runs `work`, which may panic: then `Err` with what the panic said. For extraction of one record; around whole
    /// readers it is done for you.
    pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
        catch_unwind(AssertUnwindSafe(|| guarded(work))).map_err(|panic| said(&*panic))
    }

    /// Reads parts of a file side by side, such as row groups; what they give stands in the order of `parts`. Numbers of
    /// records must rise from part to part. A part that is damaged is a problem, and the others are read.
    ///
    /// Where all of them give more than the file may unpack to, which of them is cut must not depend on which was quick: then those are
    /// read once more, alone, that were cut or are to be, up to the first that gives too much. So `work` has no effect but on its sink.
    ///
    /// # Errors
    /// [`Stop::TooMuch`] then, and what goes beyond the file.
    pub(super) fn parallel<P: Sync>(
        &mut self,
        parts: &[P],
        work: impl Fn(&P, &mut Sink<'_>) -> Result<(), Stop> + Sync,
    ) -> Result<(), Stop> {
        self.close_extent()?;
        let (settings, spools, allowance) = (self.settings, self.spools, self.allowance);
        let (places_known, texts_stand, keeps_columns) =
            (self.places_known, self.texts_stand, self.keeps_columns);
        let no_text = self.no_text.clone();
        // What a part gave, and whether it was cut there, for that was too much.
        let read = |part: &P| -> Result<(Given, bool), Stop> {
            let fresh = Sink::new(settings, spools, allowance)?;
            let no_text = no_text.clone();
            let mut sink = Sink { places_known, texts_stand, keeps_columns, no_text, ..fresh };
            let was_cut = match sink.run_within(|sink| work(part, sink)) {
                Ok(()) => false,
                Err(Stop::TooMuch) => true,
                Err(stop) => return Err(stop),
            };
            Ok((sink.finish()?, was_cut))
        };
        let mut taken = allowance.taken();
        let first_pass = parts.par_iter().map(read).collect::<Result<Vec<_>, Stop>>()?;
        let is_too_much = first_pass.iter().any(|(_, was_cut)| *was_cut);
        for (part, (mut given, mut was_cut)) in parts.iter().zip(first_pass) {
            if is_too_much && (was_cut || taken.saturating_add(given.bytes) > allowance.most()) {
                allowance.give_back_to(taken);
                (given, was_cut) = read(part)?;
            }
            taken += given.bytes;
            self.append(given);
            if was_cut {
                break;
            }
        }
        if is_too_much { Err(Stop::TooMuch) } else { Ok(()) }
    }

    /// Takes over what a part gave that stands behind all that was given so far.
    fn append(&mut self, part: Given) {
        let (before, bytes) = (self.before, self.given.bytes);
        self.given.cuts.extend(part.cuts.iter().map(|cut| Cut {
            begin: before + cut.begin,
            at: bytes + cut.at,
            // A part does not know the records before it: a cut at its begin is made good here.
            before: if cut.begin == 0 { self.given.last } else { cut.before },
        }));
        self.before += part.stored;
        self.given.bytes += part.bytes;
        self.given.extents.extend(part.extents);
        self.given.last = self.given.last.max(part.last);
        self.given.others += part.others;
        for problem in part.problems {
            self.problem(problem.byte, problem.kind, problem.message);
        }
    }

    /// Runs a reader; damage and panics become problems.
    pub(super) fn run(&mut self, reader: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        match self.run_within(reader) {
            Err(stop @ Stop::TooMuch) => {
                let (kind, message) = stop.told();
                self.problem(None, kind, message);
                Ok(())
            }
            ran => ran,
        }
    }

    /// The same of a part of a file, the whole of which may give too much.
    fn run_within(&mut self, reader: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        let stop = match Self::catch(|| reader(self)) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(stop @ (Stop::TooMuch | Stop::Temporary(_) | Stop::Input(_)))) => return Err(stop),
            Ok(Err(stop)) => stop,
            Err(panic) => {
                Stop::Damaged(format!("the reader of this format failed ({panic}); please report this"))
            }
        };
        let (kind, message) = stop.told();
        self.problem(None, kind, message);
        Ok(())
    }

    /// What was given.
    pub(super) fn finish(mut self) -> Result<Given, Stop> {
        self.close_extent()?;
        self.given.stored = self.before;
        Ok(self.given)
    }

    fn put(&mut self, at: At, body: Body<'_>) -> Result<(), Stop> {
        if self.put_texts(at, body)? {
            return Ok(());
        }
        let (Body::Row(fields) | Body::Page(fields)) = body else {
            unreachable!("values alone are looked at in a frame")
        };
        let mut mended = Vec::with_capacity(fields.len());
        for &(name, value) in fields {
            mended.push(if let Value::Bytes(bytes) = value { Some(self.mend(name, bytes)) } else { None });
        }
        let text_or = |(&(name, value), text)| (name, Option::as_deref(text).map_or(value, Value::Text));
        let fields: Vec<(&str, Value<'_>)> = fields.iter().zip(&mended).map(text_or).collect();
        let body = if matches!(body, Body::Row(_)) { Body::Row(&fields) } else { Body::Page(&fields) };
        self.put_texts(at, body).map(drop)
    }

    /// Bytes as text, and the record told of if they are none.
    fn mend<'b>(&mut self, name: &str, bytes: &'b [u8]) -> Cow<'b, str> {
        let (text, wrong) = lossy(bytes);
        if let Some(at) = wrong {
            self.not_text(name, at);
        }
        text
    }

    /// Whether the record was put: if not, a value that nobody had looked at is no UTF-8.
    fn put_texts(&mut self, at: At, body: Body<'_>) -> Result<bool, Stop> {
        let bytes = match body {
            Body::Row(fields) | Body::Page(fields) => {
                fields.iter().map(|(name, value)| name.len() + value.bytes()).sum()
            }
            Body::Json(json) => json.len(),
            Body::Rejected => 0,
        };
        if bytes as u64 > self.settings.max_record.min(u64::from(u32::MAX)) {
            return self.too_large(at).map(|()| true);
        }
        let byte = at.byte.filter(|_| self.places_known);
        let begin = self.before + self.writer.len();
        let (findings, allowance) = (&self.findings, self.allowance);
        let written = self.writer.append(|buffer| {
            let before = buffer.len();
            let Some(elsewhere) = frames::write(at.ordinal, byte, findings, body, buffer) else {
                return Ok(None);
            };
            let written = (buffer.len() - before) as u64 + elsewhere;
            // Texts that stand elsewhere count too: what is read must not depend on whether a file is mapped.
            allowance.take(written).map(|()| Some(written)).inspect_err(|_| buffer.truncate(before))
        });
        let Some(written) = written.map_err(Stop::Temporary)?? else { return Ok(false) };
        self.findings.clear();
        let all = self.given.bytes;
        if self.given.cuts.last().is_none_or(|last| all - last.at >= PIECE_BYTES) {
            self.given.cuts.push(Cut { begin, at: all, before: self.given.last });
        }
        self.given.bytes += written;
        self.given.last = self.given.last.max(at.ordinal);
        Ok(true)
    }

    fn close_extent(&mut self) -> Result<(), Stop> {
        if self.writer.len() == 0 {
            return Ok(());
        }
        let fresh = self.spools.writer().map_err(Stop::Temporary)?;
        let extent = std::mem::replace(&mut self.writer, fresh).finish().map_err(Stop::Temporary)?;
        self.before += extent.bytes;
        self.given.extents.push(extent);
        Ok(())
    }
}

impl Stop {
    /// As a problem.
    pub(super) fn told(&self) -> (ProblemKind, String) {
        match self {
            Stop::TooMuch => (
                ProblemKind::UnpackedTooLarge,
                "unpacks to more than a file of its size may (allow more with --max-unpacked); what follows is not in the \
                 report"
                    .into(),
            ),
            stop => (
                ProblemKind::UnreadableFile,
                format!("cannot be read on: {stop}; what follows there is not in the report"),
            ),
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests;
