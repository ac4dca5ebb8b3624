//! Archives: what the user named, as records that can be read in parallel and fetched again.
//!
//! In: file and folder names, or `-`. Out: an [`Archive`] of [`Source`]s, cut into pieces
//! ([`Archive::pieces`]); each piece is read alone ([`Archive::read_piece`]) and gives records or problems.
//! No text is kept: a record is known by its [`Place`], and [`Archive::text_at`] reads it again. Only this
//! room opens inputs.
//!
//! - `walk`: arguments to files · `source`, `map`: bytes of a file · `lines`: pieces and lines · `json`: a line to an
//!   article, fast · `record`: bytes to an article, by definition and with repairs
//! - `fields`, `dates`, `outlet`: which field means what

pub mod dates;
pub mod fields;
pub mod html;
pub mod json;
mod lines;
mod map;
pub mod outlet;
pub mod record;
mod source;
mod walk;

use std::cell::Cell;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::{Path, PathBuf};

use json::JsonReader;
use lines::{Line, for_each_line, pieces};
pub use map::exit_cleanly_when_cut;
pub(crate) use map::map as map_file;
use record::{Finding, Outcome, read_text, strip_mark};
pub use source::{Format, Source};
pub use walk::FileCounts;
use walk::{Found, walk};
pub(crate) use walk::{REPORT_MARK, is_report};

use crate::error::Error;
use crate::problem::{Problem, ProblemKind};
use fields::FieldOverrides;

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
}

impl Piece {
    /// Index of its source.
    pub fn source(&self) -> u32 {
        self.source
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> u64 {
        self.range.end - self.range.start
    }
}

/// The system allows a process some 65,000 maps; files after the first so many are read.
const MOST_MAPPED: usize = 16_384;

/// What a thread keeps for reading records again.
#[derive(Debug, Default)]
struct Rereader {
    reader: JsonReader,
    own: Vec<u8>,
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
    /// What it gave.
    pub outcome: Outcome<'a>,
    /// What was wrong with it.
    pub findings: Vec<Finding>,
}

impl Archive {
    /// Finds and opens everything that `arguments` name; streams are spooled into nameless temporary files.
    ///
    /// # Errors
    /// An argument that is not there or cannot be opened. Files inside a folder that cannot be read are
    /// problems.
    pub fn open(arguments: &[String], settings: ReadSettings) -> Result<(Archive, Vec<Problem>), Error> {
        let mut walked = walk(arguments)?;
        let mut sources = Vec::new();
        for found in std::mem::take(&mut walked.found) {
            match found {
                Found::Stream { name, path } => {
                    let spool = |source: io::Error| match source.kind() {
                        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                            Error::WriteTemporary { folder: settings.temp_dir.clone(), source }
                        }
                        _ => Error::SpoolInput { name: name.clone(), source },
                    };
                    let file = match path {
                        None => spooled(io::stdin().lock(), &settings.temp_dir),
                        Some(path) => File::open(path).and_then(|pipe| spooled(pipe, &settings.temp_dir)),
                    };
                    let source = Source::spooled(
                        name.clone(),
                        file.map_err(spool)?,
                        Format::JsonLines,
                        settings.mapped,
                    );
                    let source = source.map_err(spool)?;
                    let head =
                        source.fetch(0..source.bytes.min(walk::HEAD_BYTES)).map_err(spool)?.into_owned();
                    if !walked.refused(&name, &head) {
                        sources.push(source);
                    }
                }
                Found::File { name, path, format } => {
                    let mapped = settings.mapped && sources.len() < MOST_MAPPED;
                    match Source::open(name.clone(), &path, format, mapped) {
                        Ok(source) => sources.push(source),
                        Err(error) => walked.unreadable(name, &error),
                    }
                }
            }
        }
        let mut counts = walked.counts;
        counts.read = sources.len() as u64;
        Ok((Archive { sources, settings, counts }, walked.problems))
    }

    /// The files, in the order in which they are read.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// How many files were read, and how many were not.
    pub fn file_counts(&self) -> FileCounts {
        self.counts
    }

    /// All bytes of all files.
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
            };
            match ranges {
                Ok(ranges) => all.extend(ranges.into_iter().map(|range| Piece { source: index, range })),
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
                        Line::TooLong => (Outcome::Rejected, vec![self.too_large()], 0),
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
                    each(Met { number, place, outcome, findings });
                })
            }
            Format::Text => self.read_whole(source, piece, each),
        };
        read.map_err(|error| unreadable(source, &error))
    }

    fn read_whole(&self, source: &Source, piece: &Piece, mut each: impl FnMut(Met<'_>)) -> io::Result<u64> {
        let place = Place { source: piece.source, begin: 0, bytes: source.bytes };
        let bytes;
        let (outcome, findings) = if source.bytes > self.settings.max_record {
            (Outcome::Rejected, vec![self.too_large()])
        } else {
            bytes = source.fetch(piece.range.clone())?.into_owned();
            read_text(&bytes)
        };
        each(Met { number: 0, place, outcome, findings });
        Ok(1)
    }

    fn too_large(&self) -> Finding {
        let message = format!("larger than {} bytes (--max-record)", self.settings.max_record);
        (ProblemKind::RecordTooLarge, message)
    }

    /// The text of the article at `place`, as the first reading gave it. A file that changed under the run gives an
    /// empty text there: the change itself is found and told at the end.
    pub fn text_at(&self, place: Place) -> String {
        self.with_text_at(place, str::to_owned)
    }

    /// Lets `work` see what [`Archive::text_at`] gives, in a buffer that the thread uses again.
    pub fn with_text_at<R>(&self, place: Place, work: impl FnOnce(&str) -> R) -> R {
        thread_local! {
            static READER: Cell<Option<Box<Rereader>>> = const { Cell::new(None) };
        }
        let source = &self.sources[place.source as usize];
        let Ok(bytes) = source.fetch(place.begin..place.begin + place.bytes) else {
            return work("");
        };
        match source.format {
            Format::JsonLines => {
                let content = if place.begin == 0 { strip_mark(&bytes) } else { &bytes };
                let mut kept = READER.take().unwrap_or_default();
                let Rereader { reader, own } = &mut *kept;
                let text = reader.read_text(source.unshared(content, own), &self.settings.fields);
                let result = work(text.as_deref().unwrap_or_default());
                reader.let_go();
                if own.capacity() <= MOST_KEPT_BYTES {
                    READER.set(Some(kept));
                }
                result
            }
            Format::Text => match read_text(source.unshared(&bytes, &mut Vec::new())).0 {
                Outcome::Article(record) => work(&record.text),
                Outcome::Empty | Outcome::Rejected => work(""),
            },
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

/// Copies a stream into a temporary file without a name, so that nothing of it can be left behind.
fn spooled(mut stream: impl io::Read, folder: &Path) -> io::Result<File> {
    let mut file = tempfile::tempfile_in(folder)?;
    io::copy(&mut stream, &mut file)?;
    Ok(file)
}
