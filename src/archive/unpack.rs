//! Unpacking: from a packed file, or a stream, to a source that can be read again and again.
//!
//! In: a file that is not read where it stands (compressed, or of a format with a reader), a stream, or bytes in memory. Out: a
//! [`Source`] whose bytes are in a spool, and problems. The idea: what the bytes are is asked again after each
//! unpacking ([`kind_of`]), so that anything may be compressed; the last layer is either copied (lines, text) or read
//! by its reader.
//!
//! It guarantees: each file is unpacked once; memory stays small whatever the file says; a file unpacks to
//! [`LEAST_ALLOWED`] and [`MOST_EXPANSION`] times its size at most, unless the user allowed otherwise; of a damaged file
//! all records before the damage are read, and the damage is one problem. The disk being full ends the run.

use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use encoding_rs::Encoding;
use memmap2::Mmap;
use rayon::prelude::*;
use serde::de::IgnoredAny;

use super::ReadSettings;
use super::columns::Columns;
use super::compression::{Compression, Limits};
use super::detect::{HEAD_BYTES, Kind, MOST_NESTED, head_of, is_archive, kind_of};
use super::encoding::{self, Decoded};
use super::gzip::Gaps;
use super::map::MIN_MAPPED_BYTES;
use super::members;
use super::readers::{Reader, Takes, Whole};
use super::sink::{Allowance, FileProblem, Given, Sink, Stop};
use super::source::{Format, Origin, Source};
use super::spool::{Extent, Spools};
use super::streams::{Consumed, Counted, Part, Peeked};
use super::table::Noting;
use crate::error::Error;
use crate::problem::{Problem, ProblemKind};
use crate::watch::{Unwatched, Watch};

/// How many times its size a file may unpack to. News packs to a fifth, copies of one article to a hundredth; a bomb
/// to a thousandth and less.
pub(super) const MOST_EXPANSION: u64 = 100;
/// And so much in any case: small files of like lines may expand further and do no harm.
pub(super) const LEAST_ALLOWED: u64 = 256 << 20;

/// What is unpacked.
#[derive(Debug)]
pub(super) struct Packed {
    /// As reports name it.
    pub(super) name: String,
    pub(super) input: Input,
    /// Whether a map of the file may be kept, so that texts are left where they stand.
    pub(super) may_stay: bool,
    /// How many bytes the file has; `None` of a stream.
    pub(super) size: Option<u64>,
}

/// Where the bytes come from.
#[derive(Debug)]
pub(super) enum Input {
    File(PathBuf),
    /// Read once and never looked at again. `None`: standard input.
    Stream(Option<PathBuf>),
    Memory(Vec<u8>),
}

/// What unpacking gave.
#[derive(Debug)]
pub(super) struct Unpacked {
    /// `None` if nothing of the file can be read.
    pub(super) source: Option<Source>,
    pub(super) problems: Vec<Problem>,
}

/// Unpacks one file.
///
/// # Errors
/// What ends a run: the spool cannot be written; a stream cannot be taken in.
pub(super) fn unpack(
    packed: &Packed,
    limits: &Limits,
    settings: &ReadSettings,
    spools: &Spools,
    watch: &dyn Watch,
) -> Result<Unpacked, Error> {
    let consumed = Consumed::new(packed.size, watch);
    let unpacked = unpack_counted(packed, limits, settings, spools, &consumed);
    if !limits.were_passed() {
        consumed.end();
    }
    unpacked
}

fn unpack_counted(
    packed: &Packed,
    limits: &Limits,
    settings: &ReadSettings,
    spools: &Spools,
    consumed: &Consumed<'_>,
) -> Result<Unpacked, Error> {
    let input: io::Result<(Box<dyn Read + '_>, _)> = match &packed.input {
        Input::File(path) => File::open(path).and_then(|file| {
            let again = (file.metadata()?, file.try_clone()?);
            Ok((Box::new(file) as Box<dyn Read>, Some(again)))
        }),
        Input::Stream(None) => Ok((Box::new(io::stdin().lock()), None)),
        Input::Stream(Some(path)) => File::open(path).map(|file| (Box::new(file) as Box<dyn Read>, None)),
        Input::Memory(bytes) => Ok((Box::new(&bytes[..]), None)),
    };
    let (stream, file) = match input {
        Ok(input) => input,
        Err(source) if packed.is_stream() => {
            return Err(Error::SpoolInput { name: packed.name.clone(), source });
        }
        Err(error) => return Ok(packed.unreadable(&error)),
    };
    let gaps = Gaps::default();
    let run = Run {
        packed,
        limits,
        settings,
        spools,
        file,
        allowance: Allowance::new(settings.max_unpacked, consumed),
        consumed,
        gaps: &gaps,
    };
    match run.side_by_side() {
        Some((given, origin)) => run.outcome(given, Format::JsonLines, origin),
        None => run.unpack(stream),
    }
}

impl Packed {
    fn is_stream(&self) -> bool {
        matches!(self.input, Input::Stream(_))
    }

    fn unreadable(&self, error: &io::Error) -> Unpacked {
        let message = format!("cannot be read: {error}; nothing of it is in the report");
        self.refused(ProblemKind::UnreadableFile, None, message)
    }

    fn refused(&self, kind: ProblemKind, byte: Option<u64>, message: String) -> Unpacked {
        let problem = Problem { path: self.name.clone(), record: None, byte, kind, message };
        Unpacked { source: None, problems: vec![problem] }
    }
}

/// The unpacking of one file.
struct Run<'s> {
    packed: &'s Packed,
    limits: &'s Limits,
    settings: &'s ReadSettings,
    spools: &'s Spools,
    /// The file again, for readers that need the whole of it, if it is one.
    file: Option<(Metadata, File)>,
    allowance: Allowance<'s>,
    /// How much of the file was read.
    consumed: &'s Consumed<'s>,
    /// Where unpacking went on behind damage.
    gaps: &'s Gaps,
}

impl Run<'_> {
    fn unpack(self, stream: Box<dyn Read + '_>) -> Result<Unpacked, Error> {
        let inner = BufReader::with_capacity(READ_BYTES, stream);
        let counted = Counted { inner, consumed: self.consumed };
        let mut stream: Box<dyn BufRead + '_> = Box::new(counted);
        let mut origin = Origin::default();
        let (kind, mut stream) = loop {
            let peeked = Peeked::at_head(stream);
            match kind_of(&self.packed.name, peeked.head.get_ref()) {
                Kind::Packed(compression) if origin.packing.len() < MOST_NESTED => {
                    origin.packing.push(compression);
                    stream = match compression.unpack(peeked, self.limits, self.gaps) {
                        Ok(unpacked) => Box::new(BufReader::with_capacity(READ_BYTES, unpacked)),
                        Err(error) => return Ok(self.packed.unreadable(&error)),
                    };
                }
                Kind::Packed(_) => {
                    let message =
                        format!("is compressed more than {MOST_NESTED} times over; decompress it first");
                    return Ok(self.packed.refused(ProblemKind::UnsupportedFormat, None, message));
                }
                Kind::Wide(encoding) if origin.encoding.is_none() => {
                    origin.encoding = Some(encoding.name());
                    stream = decoded(peeked, encoding);
                }
                Kind::Records(reader) if reader.in_any_encoding && origin.encoding.is_none() => {
                    let peeked = Peeked::at(Box::new(peeked), GUESSED_BY_BYTES);
                    let Some(encoding) = encoding::of(peeked.head.get_ref()) else {
                        break (Kind::Records(reader), peeked);
                    };
                    origin.encoding = Some(encoding.name());
                    let decoded = Peeked::at(decoded(peeked, encoding), 0);
                    break (Kind::Records(reader), decoded);
                }
                kind => break (kind, peeked),
            }
        };
        match kind {
            Kind::Packed(_) => unreachable!("the loop goes on, or refuses"),
            // Bytes that decode to what looks like UTF-16 once more.
            Kind::Wide(_) => Ok(self.packed.refused(
                ProblemKind::UnsupportedFormat,
                None,
                "a binary file is not read yet; make it JSON Lines first, one object a line".into(),
            )),
            Kind::Foreign(what, hint) => {
                let message = format!("{what} is not read yet; {hint}");
                Ok(self.packed.refused(ProblemKind::UnsupportedFormat, None, message))
            }
            Kind::Plain(format) => {
                // A stream whose name says nothing is lines, whatever its first line is.
                let nameless = self.packed.is_stream() && !is_archive(&self.packed.name);
                let format = if nameless { Format::JsonLines } else { format };
                let copied = self.copy(&mut stream, format, &origin);
                self.outcome(copied, format, origin)
            }
            Kind::Records(reader) => {
                origin.format = Some(reader.name);
                let given = self.read(reader, &mut stream, &origin);
                self.outcome(given, Format::Records, origin)
            }
        }
    }

    /// Lines in a file of many members, unpacked side by side. `None` for what is no such file, and for one in which
    /// anything is wrong: it is unpacked from its begin, where all before the damage is found.
    fn side_by_side(&self) -> Option<(Result<Given, Stop>, Origin)> {
        let (metadata, file) = self.file.as_ref()?;
        if metadata.len() < LEAST_SIDE_BY_SIDE {
            return None;
        }
        let whole = Whole::new(file.try_clone().ok()?, self.settings.mapped).ok()?;
        let compression = Compression::of(&whole.fetch(0..HEAD_BYTES.min(whole.len())).ok()?)?;
        let parts = members::parts(&whole, compression).ok()??;
        let mut head = Vec::new();
        let mut first = compression.unpack(Part::new(&whole, &parts[0]), self.limits, self.gaps).ok()?;
        head_of(&mut first, &mut head).ok()?;
        if !matches!(kind_of(&self.packed.name, &head), Kind::Plain(Format::JsonLines)) {
            return None;
        }
        let size = Consumed::new(None, &Unwatched);
        size.is_at_hand(whole.len());
        let allowance = Allowance::new(self.settings.max_unpacked, &size);
        let unpack_part = |part: &Range<u64>| -> Result<Extent, Stop> {
            let mut stream = compression.unpack(Part::new(&whole, part), self.limits, self.gaps)?;
            let mut writer = self.spools.writer().map_err(Stop::Temporary)?;
            loop {
                match writer.take(&mut stream).map_err(Stop::Temporary)?? {
                    0 => {
                        self.consumed.go_through(part.end - part.start);
                        return writer.finish().map_err(Stop::Temporary);
                    }
                    more => allowance.take(more as u64)?,
                }
            }
        };
        let given = match parts.par_iter().map(unpack_part).collect::<Result<Vec<Extent>, Stop>>() {
            Ok(extents) => {
                let bytes = extents.iter().map(|extent| extent.bytes).sum();
                Ok(Given { extents, bytes, ..Given::default() })
            }
            Err(Stop::Temporary(error)) => Err(Stop::Temporary(error)),
            Err(_) => return None,
        };
        self.consumed.is_at_hand(whole.len());
        Some((given, Origin { packing: vec![compression], ..Origin::default() }))
    }

    /// Lines and text, as they are.
    fn copy(&self, stream: &mut dyn Read, format: Format, origin: &Origin) -> Result<Given, Stop> {
        let mut writer = self.spools.writer().map_err(Stop::Temporary)?;
        let mut given = Given::default();
        let most = if format == Format::Text { self.settings.max_record } else { u64::MAX };
        while writer.len() <= most {
            let stop = match writer.take(stream).map_err(Stop::Temporary)? {
                Ok(0) => break,
                // A stream that is not compressed is as long as it is.
                Ok(_) if origin.packing.is_empty() => continue,
                Ok(more) => match self.allowance.take(more as u64) {
                    Ok(()) => continue,
                    Err(stop) => stop,
                },
                Err(error) if self.packed.is_stream() && origin.packing.is_empty() => {
                    return Err(Stop::Input(error));
                }
                Err(error) => error.into(),
            };
            if format == Format::JsonLines {
                // A line that was cut is no record, but the last may be whole and lack its end alone.
                let tail = writer.tail(self.settings.max_record).map_err(Stop::Temporary)?;
                let line = memchr::memrchr(b'\n', &tail).map_or(&tail[..], |end| &tail[end + 1..]);
                if serde_json::from_slice::<IgnoredAny>(line).is_err() {
                    let whole = writer.len() - line.len() as u64;
                    writer.cut(whole).map_err(Stop::Temporary)?;
                }
            }
            given.note(&stop);
            break;
        }
        let extent = writer.finish().map_err(Stop::Temporary)?;
        given.bytes = extent.bytes;
        given.extents.push(extent);
        Ok(given)
    }

    fn read(&self, reader: &'static Reader, stream: &mut dyn Read, origin: &Origin) -> Result<Given, Stop> {
        let mut sink = Sink::new(self.settings, self.spools, &self.allowance)?;
        sink.has_gaps(self.gaps);
        if origin.encoding.is_some() {
            sink.places_are_unknown();
        }
        let (mut table, mut texts, mut columns) = (None, None, false);
        match reader.takes {
            Takes::Stream(read)
                if self.settings.keep_tables && reader.is_table() && origin.encoding.is_none() =>
            {
                let allowance = Allowance::new(self.settings.max_unpacked, self.consumed);
                let notes = self.spools.writer().map_err(Stop::Temporary)?;
                let mut noting = Noting::new(stream, notes, &allowance);
                sink.run(|sink| read(&mut noting, sink))?;
                table = noting.finish()?;
            }
            Takes::Stream(read) => sink.run(|sink| read(stream, sink))?,
            Takes::Whole(read) => {
                let whole = match self.plain(origin)? {
                    Some(whole) => {
                        self.consumed.is_at_hand(whole.len());
                        columns = self.settings.keep_tables && reader.is_columns();
                        whole
                    }
                    None => Whole::new(self.whole(stream)?, self.settings.mapped)?,
                };
                texts = self.let_texts_stand(&whole, origin, &mut sink);
                if columns {
                    sink.keep_columns();
                }
                sink.run(|sink| read(&whole, sink))?;
                columns = columns && self.can_be_written_anew();
            }
            Takes::StreamOrMap(read, read_map) => {
                if let Some(whole) = self.plain(origin)? {
                    texts = self.let_texts_stand(&whole, origin, &mut sink);
                }
                match &texts {
                    Some(map) => sink.run(|sink| read_map(map, sink))?,
                    None => sink.run(|sink| read(stream, sink))?,
                }
            }
        }
        let given = sink.finish()?;
        // Of what cannot be read to its end nothing can be written but what was read. A row group that is left out is a problem.
        let columns = columns && given.problems.len() == given.left_out.len();
        Ok(Given { table, texts, columns, ..given })
    }

    /// Whether the crate that writes such files can open this one.
    fn can_be_written_anew(&self) -> bool {
        let again = self.file.as_ref().and_then(|(_, file)| file.try_clone().ok());
        again.is_some_and(|file| Columns::open(file).is_ok())
    }

    /// The file, if its bytes are those that its reader takes.
    fn plain(&self, origin: &Origin) -> io::Result<Option<Whole>> {
        match &self.file {
            Some((_, file)) if origin.packing.is_empty() && origin.encoding.is_none() => {
                Whole::new(file.try_clone()?, self.settings.mapped).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The map of the file, if texts may be left there.
    fn let_texts_stand(&self, whole: &Whole, origin: &Origin, sink: &mut Sink<'_>) -> Option<Arc<Mmap>> {
        let is_file = origin.packing.is_empty() && origin.encoding.is_none() && self.file.is_some();
        let stays = is_file && self.packed.may_stay && whole.len() >= MIN_MAPPED_BYTES;
        let map = if stays { whole.map() } else { None };
        if map.is_some() {
            sink.let_texts_stand();
        }
        map
    }

    /// The unpacked bytes as a file: what cannot be unpacked to its end is of no use to a reader of whole files.
    fn whole(&self, stream: &mut dyn Read) -> Result<File, Stop> {
        let file = tempfile::tempfile_in(&self.settings.temp_dir).map_err(Stop::Temporary)?;
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = match stream.read(&mut buffer) {
                Ok(0) => return Ok(file),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            self.allowance.take(read as u64)?;
            io::Write::write_all(&mut &file, &buffer[..read]).map_err(Stop::Temporary)?;
        }
    }

    fn outcome(
        self,
        given: Result<Given, Stop>,
        format: Format,
        mut origin: Origin,
    ) -> Result<Unpacked, Error> {
        let consumed = self.consumed.bytes();
        origin.packed_bytes = consumed;
        let name = &self.packed.name;
        let given = match given {
            Ok(given) => given,
            Err(Stop::Temporary(source)) => {
                return Err(Error::WriteTemporary { folder: self.settings.temp_dir.clone(), source });
            }
            Err(Stop::Input(source)) => return Err(Error::SpoolInput { name: name.clone(), source }),
            Err(stop) => {
                let mut given = Given::default();
                given.note(&stop);
                given
            }
        };
        let told = |problem: FileProblem| Problem {
            path: name.clone(),
            record: None,
            byte: Some(problem.byte.unwrap_or(consumed)),
            kind: problem.kind,
            message: match origin.packing.last() {
                Some(compression) => format!("{} ({})", problem.message, compression.name()),
                None => problem.message,
            },
        };
        let problems: Vec<Problem> = given.problems.iter().cloned().map(told).collect();
        if given.bytes == 0 && !problems.is_empty() {
            return Ok(Unpacked { source: None, problems });
        }
        let file = match (&self.packed.input, &self.file) {
            (Input::File(path), Some((metadata, _))) => Some((&**path, metadata)),
            _ => None,
        };
        let source = Source::unpacked(name.clone(), file, format, given, origin);
        Ok(Unpacked { source: Some(source), problems })
    }
}

impl Given {
    fn note(&mut self, stop: &Stop) {
        let (kind, message) = stop.told();
        self.problems.push(FileProblem { byte: None, kind, message });
    }
}

/// How much of a table is looked at to guess its encoding.
const GUESSED_BY_BYTES: u64 = 256 << 10;

fn decoded<'r>(stream: impl BufRead + 'r, encoding: &'static Encoding) -> Box<dyn BufRead + 'r> {
    Box::new(BufReader::with_capacity(READ_BYTES, Decoded::new(stream, encoding)))
}

/// How much is read at a time.
pub(super) const READ_BYTES: usize = 64 << 10;

/// A smaller file would give no two parts.
const LEAST_SIDE_BY_SIDE: u64 = 2 << 20;
