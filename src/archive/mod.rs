//! Archives: what the user named, as records that can be read in parallel and fetched again.
//!
//! In: file and folder names, or `-`. Out: an [`Archive`] of [`Source`]s, cut into pieces
//! ([`Archive::pieces`]); each piece is read alone ([`Archive::read_piece`]) and gives records or problems.
//! No text is kept: a record is known by its [`Place`], and [`Archive::text_at`] reads it again. Only this
//! room opens inputs.
//!
//! - `walk`: arguments to files · `detect`: what a file is · `source`, `map`: bytes of a file · `lines`: pieces and lines ·
//!   `json`: a line to an article, fast · `record`: bytes to an article, by definition and with repairs
//! - `unpack`: a packed file to a source · `compression`, `gzip`: packed bytes to bytes · `packer`: and back · `readers`: bytes of a format to records
//!   · `sink`, `frames`, `spool`: where these records stand · `room`: who takes much memory waits for others that do
//! - `written`: where a record writes its text · `lined`: a record of any format as a line · `table`: a
//!   table as it was written · `columns`: a Parquet file, written anew · `form`: in what form a file is written, and what names say of it
//! - `html`: a page to its article · `warc`: the records of a web archive, and their payloads
//! - `fields`, `dates`, `outlet`: which field means what

mod columns;
mod compression;
pub mod dates;
mod detect;
mod encoding;
mod explain;
pub mod fields;
mod form;
mod frames;
mod guard;
mod gzip;
mod hex;
pub mod html;
pub mod json;
mod lined;
mod lines;
mod map;
mod members;
mod open;
pub mod outlet;
mod packer;
mod readers;
pub mod record;
mod room;
mod sink;
mod source;
mod spool;
mod streams;
mod table;
mod unpack;
mod walk;
pub mod warc;
mod written;

use std::borrow::Cow;
use std::cell::Cell;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(crate) use columns::{Change, Columns, Failed, Rewriting, TextEdit, system_error};
pub use compression::Compression;
pub use detect::is_named_as_lines;
pub use explain::{Explained, FormatInfo, formats, usual_names};
pub use form::Form;
pub(crate) use form::packing_of_name;
use frames::{Content, HEADER_BYTES};
pub use guard::is_guarded;
pub(crate) use hex::{hex, unhex};
use json::{JsonReader, Shapes, Unescaped};
use lines::{Line, after_line_end, for_each_line, pieces};
pub use map::exit_cleanly_when_cut;
pub(crate) use map::map as map_file;
pub(crate) use packer::Packer;
use record::{Finding, Outcome, Record, outcome_of, read_text, strip_mark};
use sink::Cut;
pub use source::{Format, Origin, Source};
pub use walk::FileCounts;
pub(crate) use walk::{REPORT_MARK, is_report};
pub use written::{MarkPlace, WrittenText};
use xxhash_rust::xxh3::Xxh3;

use crate::problem::{Problem, ProblemKind};
use fields::{FieldOverrides, TextField, find_nouns, find_text};

/// How an archive is opened and read.
#[derive(Clone, Debug)]
pub struct ReadSettings {
    /// Fields that the user named.
    pub fields: FieldOverrides,
    /// Whether large files are mapped.
    pub mapped: bool,
    /// The largest record, in bytes; larger ones are rejected.
    pub max_record: u64,
    /// Where temporary files go.
    pub temp_dir: PathBuf,
    /// How many bytes one packed file may unpack to; `None`: 256 MiB and a hundred times its size.
    pub max_unpacked: Option<u64>,
    /// Bytes of private memory that the run may have ([`Settings::memory`](crate::Settings)): what takes much of it at a time waits for the
    /// rest to be done. `None`: the usual bound.
    pub memory: Option<u64>,
    /// Whether tables of separated values are kept as they are beside what is read of them, and Parquet files looked at, so that
    /// they can be written back.
    pub keep_tables: bool,
}

impl ReadSettings {
    fn too_large(&self) -> Finding {
        let message = format!("larger than {} bytes (--max-record)", self.max_record);
        (ProblemKind::RecordTooLarge, message)
    }
}

/// Everything the user named, opened.
#[derive(Debug)]
pub struct Archive {
    sources: Vec<Source>,
    settings: ReadSettings,
    counts: FileCounts,
}

/// A part of one source that is read alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    source: u32,
    range: Range<u64>,
    bytes: u64,
}

impl Piece {
    /// Index of its source.
    pub fn source(&self) -> u32 {
        self.source
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// The system allows a process some 65,000 maps; files after the first so many are read.
const MOST_MAPPED: usize = 16_384;

/// So much is fetched at a time to be hashed: a piece, unless it holds a long line.
const HASHED_BYTES: u64 = 2 << 20;

/// What a thread keeps for reading records again.
#[derive(Debug, Default)]
struct Rereader {
    reader: JsonReader,
    own: Vec<u8>,
    long: Vec<u8>,
}

/// A buffer for records that is larger is not kept: few records are.
const MOST_KEPT_BYTES: usize = 1 << 20;

/// Where a record's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index of its source.
    pub source: u32,
    /// Where it begins, in bytes.
    pub begin: u64,
    /// How many bytes it has, without its line end.
    pub bytes: u64,
}

/// A record that was met, numbered from 0 within its piece.
#[derive(Debug)]
pub struct Met<'a> {
    /// Number of the line within the piece, from 0.
    pub number: u64,
    /// Where it is.
    pub place: Place,
    /// Where it begins in its file, in bytes (of a compressed file: in what was unpacked), if that is known.
    pub byte: Option<u64>,
    /// What it gave.
    pub outcome: Outcome<'a>,
    /// What was wrong with it.
    pub findings: Vec<Finding>,
}

impl Archive {
    /// The files, in the order in which they are read.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How many files were read, and how many were not.
    pub fn file_counts(&self) -> FileCounts {
        self.counts
    }

    /// All bytes of all files, unpacked.
    pub fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }

    /// The pieces of all files, in order. A file that cannot be cut is a problem and has none.
    pub fn pieces(&self) -> (Vec<Piece>, Vec<Problem>) {
        let (mut all, mut problems) = (Vec::new(), Vec::new());
        for (source, index) in self.sources.iter().zip(0..) {
            let ranges = match source.format {
                Format::JsonLines => pieces(source),
                Format::Text => Ok(std::iter::once(0..source.bytes).collect()),
                Format::Records => {
                    let end = Cut { begin: source.end(), at: source.bytes, before: source.last_record };
                    let ends = source.cuts.iter().skip(1).chain([&end]);
                    all.extend(source.cuts.iter().zip(ends).map(|(cut, end)| Piece {
                        source: index,
                        range: cut.begin..end.begin,
                        bytes: end.at - cut.at,
                    }));
                    continue;
                }
            };
            let piece = |range: Range<u64>| Piece { source: index, bytes: range.end - range.start, range };
            match ranges {
                Ok(ranges) => all.extend(ranges.into_iter().map(piece)),
                Err(error) => problems.push(unreadable(source, &error)),
            }
        }
        (all, problems)
    }

    /// Reads one piece and calls `each` with every record. Returns the number of lines, by which the numbers
    /// of the next piece of the same file are shifted.
    ///
    /// # Errors
    /// A problem that concerns the rest of the piece: the file cannot be read on.
    pub fn read_piece(&self, piece: &Piece, mut each: impl FnMut(Met<'_>)) -> Result<u64, Problem> {
        let source = &self.sources[piece.source as usize];
        let read = match source.format {
            Format::JsonLines => {
                let mut reader = JsonReader::default();
                let mut own = Vec::new();
                for_each_line(source, piece.range.clone(), self.settings.max_record, |number, begin, line| {
                    let (outcome, findings, bytes) = match line {
                        Line::TooLong => (Outcome::Rejected, vec![self.settings.too_large()], 0),
                        Line::Whole(line) => {
                            let content = if begin == 0 { strip_mark(line) } else { line };
                            let content = source.unshared(content, &mut own);
                            if content.iter().all(u8::is_ascii_whitespace) {
                                return;
                            }
                            let (outcome, findings) = reader.read(content, &self.settings.fields);
                            (outcome, findings, line.len() as u64)
                        }
                    };
                    let place = Place { source: piece.source, begin, bytes };
                    each(Met { number, place, byte: Some(begin), outcome, findings });
                })
            }
            Format::Text => self.read_whole(source, piece, each),
            Format::Records => self.read_frames(source, piece, each),
        };
        read.map_err(|error| unreadable(source, &error))
    }

    /// Reads everything, in order, and calls `each` with every article and how reports refer to its record (`FILE:RECORD`);
    /// `problem` with whatever gives none.
    pub fn for_each_article(
        &self,
        mut each: impl FnMut(String, &Record<'_>),
        mut problem: impl FnMut(String),
    ) {
        let (pieces, problems) = self.pieces();
        for met in problems {
            problem(met.to_string());
        }
        let (mut source, mut before) = (None, 0);
        for piece in &pieces {
            if source != Some(piece.source()) {
                (source, before) = (Some(piece.source()), 0);
            }
            let file = &self.sources[piece.source() as usize].name;
            let lines = self.read_piece(piece, |met| {
                let reference = format!("{file}:{}", before + met.number + 1);
                match &met.outcome {
                    Outcome::Article(record) => each(reference, record),
                    Outcome::Empty => {}
                    Outcome::Rejected => {
                        let why = met.findings.last().map_or("no article", |(_, message)| message);
                        problem(format!("{reference}: {why}"));
                    }
                }
            });
            match lines {
                Ok(lines) => before += lines,
                Err(met) => problem(met.to_string()),
            }
        }
    }

    fn read_whole(&self, source: &Source, piece: &Piece, mut each: impl FnMut(Met<'_>)) -> io::Result<u64> {
        let place = Place { source: piece.source, begin: 0, bytes: source.bytes };
        let bytes;
        let (outcome, findings) = if source.bytes > self.settings.max_record {
            (Outcome::Rejected, vec![self.settings.too_large()])
        } else {
            bytes = source.fetch(piece.range.clone())?.into_owned();
            read_text(&bytes)
        };
        each(Met { number: 0, place, byte: Some(0), outcome, findings });
        Ok(1)
    }

    fn read_frames(&self, source: &Source, piece: &Piece, mut each: impl FnMut(Met<'_>)) -> io::Result<u64> {
        let mut reader = JsonReader::default();
        let cut = source.cuts.partition_point(|cut| cut.begin <= piece.range.start);
        let before = source.cuts[..cut].last().map_or(0, |cut| cut.before);
        let next = source.cuts.get(cut).map_or(source.last_record, |cut| cut.before);
        let mut begin = piece.range.start;
        let (mut own, mut shapes) = (Vec::new(), Shapes::default());
        // A map gives all of it at once; what is read is read frame by frame, for a frame may be large.
        let at_hand = source.mapped(piece.range.clone());
        let fetch = |range: Range<u64>| match at_hand {
            Some(bytes) => {
                let within = |at: u64| usize::try_from(at - piece.range.start).ok();
                let bytes =
                    within(range.start).zip(within(range.end)).and_then(|(begin, end)| bytes.get(begin..end));
                bytes.map(Cow::Borrowed).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
            None => source.fetch(range),
        };
        while begin < piece.range.end {
            let head = fetch(begin..piece.range.end.min(begin + HEADER_BYTES as u64))?;
            let header = frames::header(&head).ok_or(io::ErrorKind::InvalidData)?;
            let bytes = HEADER_BYTES as u64 + header.bytes;
            let fetched = source.long(fetch(begin..begin + bytes)?, &mut own)?;
            let frame = frames::read_like_others(&fetched, &mut shapes).ok_or(io::ErrorKind::InvalidData)?;
            let mut findings = frame.findings;
            let mut unused = String::new();
            let outcome = match &frame.content {
                Content::Rejected => Outcome::Rejected,
                Content::Json(json) => {
                    let (outcome, more) = reader.read(json, &self.settings.fields);
                    findings.extend(more);
                    outcome
                }
                Content::Fields(fields, named) => {
                    let none = FieldOverrides::default();
                    let found = find_nouns(fields, if *named { &self.settings.fields } else { &none });
                    let outcome;
                    // No field has escapes.
                    (outcome, findings) =
                        outcome_of(found, findings, Unescaped { of: None, buffer: &mut unused });
                    outcome
                }
            };
            let place = Place { source: piece.source, begin, bytes };
            let number = header.ordinal.saturating_sub(1 + before);
            each(Met { number, place, byte: header.byte, outcome, findings });
            begin += bytes;
        }
        Ok(next.saturating_sub(before))
    }

    /// Where the record at `place` begins in its file, as [`Met::byte`].
    pub fn byte_of(&self, place: Place) -> Option<u64> {
        let source = &self.sources[place.source as usize];
        if source.format != Format::Records {
            return Some(place.begin);
        }
        let head = source.fetch(place.begin..place.begin + HEADER_BYTES as u64).ok()?;
        frames::header(&head)?.byte
    }

    /// The text of the article at `place`, as the first reading gave it. A file that changed under the run gives an
    /// empty text there: the change itself is found and told at the end.
    pub fn text_at(&self, place: Place) -> String {
        self.with_text_at(place, str::to_owned)
    }

    /// Lets `work` see what [`Archive::text_at`] gives, in buffers that the thread uses again.
    pub fn with_text_at<R>(&self, place: Place, work: impl FnOnce(&str) -> R) -> R {
        thread_local! {
            static READER: Cell<Option<Box<Rereader>>> = const { Cell::new(None) };
        }
        let source = &self.sources[place.source as usize];
        let mut kept = READER.take().unwrap_or_default();
        let Rereader { reader, own, long } = &mut *kept;
        let Ok(bytes) = source.record(place.begin..place.begin + place.bytes, long) else {
            return work("");
        };
        let result = match source.format {
            Format::JsonLines => {
                let content = if place.begin == 0 { strip_mark(&bytes) } else { &bytes };
                let text = reader.read_text(source.unshared(content, own), &self.settings.fields);
                work(text.as_deref().unwrap_or_default())
            }
            Format::Text => match read_text(source.unshared(&bytes, own)).0 {
                Outcome::Article(record) => work(&record.text),
                Outcome::Empty | Outcome::Rejected => work(""),
            },
            Format::Records => match frames::read(&bytes).map(|frame| frame.content) {
                Some(Content::Json(json)) => {
                    let text = reader.read_text(json, &self.settings.fields);
                    work(text.as_deref().unwrap_or_default())
                }
                Some(Content::Fields(fields, named)) => {
                    let none = FieldOverrides::default();
                    match find_text(&fields, if named { &self.settings.fields } else { &none }) {
                        TextField::Found(text) => work(&text.read()),
                        _ => work(""),
                    }
                }
                Some(Content::Rejected) | None => work(""),
            },
        };
        drop(bytes);
        reader.let_go();
        if own.capacity().max(long.capacity()) <= MOST_KEPT_BYTES {
            READER.set(Some(kept));
        }
        result
    }

    /// A hash of a piece's bytes, 128 bits of XXH3: what was read just now is hashed at many times the speed of reading.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn hash_of(&self, piece: &Piece) -> io::Result<u128> {
        let source = &self.sources[piece.source as usize];
        let mut hash = Xxh3::new();
        let mut at = piece.range.start;
        let mut own = Vec::new();
        // The hash must not tell whether texts stand elsewhere.
        while source.has_texts() && at < piece.range.end {
            let head = source.fetch(at..piece.range.end.min(at + HEADER_BYTES as u64))?;
            let header = frames::header(&head).ok_or(io::ErrorKind::InvalidData)?;
            let end = at + HEADER_BYTES as u64 + header.bytes;
            hash.update(&source.record(at..end, &mut own)?);
            at = end;
        }
        while at < piece.range.end {
            let end = piece.range.end.min(at + HASHED_BYTES);
            hash.update(&source.fetch(at..end)?);
            at = end;
        }
        Ok(hash.digest128())
    }

    /// Where the line that holds the byte `from` ends, its line end included.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn after_line(&self, source: u32, from: u64) -> io::Result<u64> {
        after_line_end(&self.sources[source as usize], from)
    }

    /// The bytes of the record at `place`, as they stand in the file; of a table that was kept the row with its line ends; of
    /// other [`Format::Records`] the line that stands for it in JSON Lines, empty where nothing of the record is known.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn record_at(&self, place: Place) -> io::Result<Vec<u8>> {
        let source = &self.sources[place.source as usize];
        let mut own = Vec::new();
        let bytes = source.record(place.begin..place.begin + place.bytes, &mut own)?;
        Ok(match source.format {
            Format::JsonLines | Format::Text => bytes.into_owned(),
            Format::Records => match (&source.table, frames::header(&bytes).and_then(|header| header.byte)) {
                (Some(table), Some(begin)) => table.row(begin)?,
                _ => lined::line_of(&bytes, &self.settings.fields).unwrap_or_default(),
            },
        })
    }

    /// Where `record`, what [`Archive::record_at`] says of `place`, writes its text; `None` where that cannot be edited in
    /// place.
    pub fn written_text(&self, place: Place, record: &[u8]) -> Option<WrittenText> {
        let source = &self.sources[place.source as usize];
        let fields = &self.settings.fields;
        if source.format == Format::Records {
            let mut own = Vec::new();
            let frame = source.record(place.begin..place.begin + place.bytes, &mut own).ok()?;
            if source.is_columns() {
                self.text_column_in(&frame)?;
            }
            let Some(table) = &source.table else { return lined::written_text(&frame, record, fields) };
            let Content::Fields(row, _) = frames::read(&frame)?.content else { return None };
            let TextField::Found(text) = find_text(&row, fields) else { return None };
            return table.written_text(record, row.name_of(text)?, &text.read());
        }
        WrittenText::of(source.format, record, place.begin == 0, fields, &mut JsonReader::default())
    }

    /// The name of the column that holds the text of the row at `place`, in a file of columns; `None` if that is no column of
    /// its own, or does not hold the very bytes.
    pub fn text_column(&self, place: Place) -> Option<String> {
        let source = &self.sources[place.source as usize];
        if !source.is_columns() {
            return None;
        }
        let mut own = Vec::new();
        let frame = source.record(place.begin..place.begin + place.bytes, &mut own).ok()?;
        self.text_column_in(&frame)
    }

    fn text_column_in(&self, frame: &[u8]) -> Option<String> {
        let frame = frames::read(frame)?;
        let Content::Fields(row, _) = frame.content else { return None };
        let TextField::Found(text) = find_text(&row, &self.settings.fields) else { return None };
        let as_it_is = frame.findings.iter().all(|(kind, _)| *kind != ProblemKind::InvalidUtf8);
        row.name_of(text).filter(|_| as_it_is).map(str::to_owned)
    }

    /// The folder for temporary files.
    pub(crate) fn temp_dir(&self) -> &Path {
        &self.settings.temp_dir
    }

    /// Where `record`, what [`Archive::record_at`] says of `place`, has the member `key`, or takes it in; `None` where it
    /// cannot.
    pub fn mark_place(&self, place: Place, record: &[u8], key: &str) -> Option<MarkPlace> {
        let source = &self.sources[place.source as usize];
        let at_start = source.format == Format::JsonLines && place.begin == 0;
        match source.format {
            Format::Records if source.table.is_some() => None,
            Format::JsonLines | Format::Records => {
                MarkPlace::of(record, at_start, key, &mut JsonReader::default())
            }
            Format::Text => None,
        }
    }

    /// Files that are no longer what they were when the run began.
    pub fn changed(&self) -> Vec<Problem> {
        let changed = self.sources.iter().filter(|source| source.changed());
        changed
            .map(|source| Problem {
                path: source.name.clone(),
                record: None,
                byte: None,
                kind: ProblemKind::InputChanged,
                message: "changed while it was read; its rows may mix old and new text (run again)".into(),
            })
            .collect()
    }
}

fn unreadable(source: &Source, error: &io::Error) -> Problem {
    Problem {
        path: source.name.clone(),
        record: None,
        byte: None,
        kind: ProblemKind::UnreadableFile,
        message: format!("cannot be read on: {error}; what follows there is not in the report"),
    }
}
