//! WARC and WET, and ARC, which came before: the articles of a web archive.
//!
//! In: its bytes, unpacked, as a stream. Out: a record for each that holds a page or a text ([`warc`](crate::archive::warc)
//! says which), numbered as it stands among all records of the file, with the byte at which it begins in the
//! unpacked stream; rubbish between records is a problem of the file. The idea: cutting into records is quick, taking pages apart
//! is not; so these are gathered and taken apart side by side. Texts of a file that is mapped are left where they stand.
//!
//! It guarantees: the order of the file; memory for [`GATHERED_BYTES`] and the largest record.

use std::io::Read;

use super::{Reader, Takes};
use crate::archive::frames::Value;
use crate::archive::gzip::{Gap, Gaps};
use crate::archive::html::room_of_page;
use crate::archive::sink::{At, Sink, Stop};
use crate::archive::warc::{ArcSplitter, Captured, Met, Raw, Splitter, captured, captured_in_arc};
use crate::problem::ProblemKind;

pub(super) const WARC: Reader = Reader {
    name: "WARC",
    told_by: "`WARC/` in front",
    endings: &["warc", "wet"],
    begins: |start| start.starts_with(b"WARC/"),
    has_magic: true,
    in_any_encoding: false,
    takes: Takes::StreamOrMap(read_stream, read_map),
};

/// How much is gathered before it is taken apart: some seconds of work for one core.
const GATHERED_BYTES: usize = 16 << 20;
/// How much of it one thread takes at a time.
const PART_BYTES: usize = 512 << 10;

pub(super) const ARC: Reader = Reader {
    name: "ARC",
    told_by: "`filedesc://` in front",
    endings: &["arc"],
    begins: |start| start.starts_with(b"filedesc://"),
    has_magic: true,
    in_any_encoding: false,
    takes: Takes::Stream(read_arc),
};

/// What a record holds, if it is an article.
type CapturedBy =
    for<'b> fn(&'b Raw<'_>, &'b [u8], u64) -> Option<Result<Captured<'b>, (ProblemKind, String)>>;

fn read_stream(stream: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let splitter = Splitter::new(stream, sink.max_record(), sink.gaps());
    read(splitter, sink)
}

fn read_map(bytes: &[u8], sink: &mut Sink<'_>) -> Result<(), Stop> {
    read(Splitter::of_map(bytes, sink.max_record()), sink)
}

fn read(mut splitter: Splitter<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut next = |sink: &mut Sink<'_>| {
        let met = splitter.next();
        if let Some(bytes) = splitter.read_of_map() {
            sink.has_read(bytes);
        }
        met
    };
    read_all(&mut next, captured, sink)?;
    splitter.failed().map_or(Ok(()), |error| Err(error.into()))
}

fn read_arc(stream: &mut dyn Read, sink: &mut Sink<'_>) -> Result<(), Stop> {
    let mut splitter = ArcSplitter::new(stream, sink.max_record(), sink.gaps());
    read_all(&mut |_| splitter.next(), captured_in_arc, sink)?;
    splitter.failed().map_or(Ok(()), |error| Err(error.into()))
}

/// Gives all records, and tells the gaps between them, however far that went.
fn read_all<'m>(
    next: &mut dyn FnMut(&mut Sink<'_>) -> Option<Met<'m>>,
    captured: CapturedBy,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let given = give_all(next, captured, sink);
    tell_gaps(sink);
    given
}

fn tell_gaps(sink: &mut Sink<'_>) {
    for Gap { packed, why, .. } in sink.gaps().map(Gaps::all).unwrap_or_default() {
        let bytes = packed.end - packed.start;
        let message =
            format!("{bytes} packed bytes are damaged ({why}) and passed over; the next record is read");
        sink.problem(Some(packed.start), ProblemKind::DamagedRecord, message);
    }
}

fn give_all<'m>(
    next: &mut dyn FnMut(&mut Sink<'_>) -> Option<Met<'m>>,
    captured: CapturedBy,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let give_part = |part: &Vec<Met<'m>>, sink: &mut Sink<'_>| {
        part.iter().try_for_each(|met| give(met, true, captured, sink))
    };
    let mut gathered: Vec<Vec<Met<'m>>> = Vec::new();
    let (mut all, mut part) = (0, 0);
    while let Some(met) = next(sink) {
        if let Met::Rubbish { byte, bytes } = met {
            let message = format!("{bytes} bytes that belong to no record; what follows them is read");
            sink.problem(Some(byte), ProblemKind::DamagedRecord, message);
            continue;
        }
        // Texts take no time: gathering them would.
        if gathered.is_empty() && !matches!(&met, Met::Record(raw) if raw.may_hold_page()) {
            give(&met, false, captured, sink)?;
            continue;
        }
        let bytes = if let Met::Record(raw) = &met { raw.len() } else { 0 };
        if gathered.is_empty() || part >= PART_BYTES {
            gathered.push(Vec::new());
            part = 0;
        }
        part += bytes;
        all += bytes;
        gathered.last_mut().expect("one was pushed if there was none").push(met);
        if all >= GATHERED_BYTES {
            sink.parallel(&gathered, give_part)?;
            gathered.clear();
            (all, part) = (0, 0);
        }
    }
    sink.parallel(&gathered, give_part)
}

/// `may_hold_page`: `false` of what was looked at and holds none.
fn give(met: &Met<'_>, may_hold_page: bool, captured: CapturedBy, sink: &mut Sink<'_>) -> Result<(), Stop> {
    match *met {
        Met::Record(ref raw) => give_record(raw, may_hold_page, captured, sink),
        Met::CutOff { number, byte, there, says } => {
            let message = format!("cut off: {there} of {says} bytes are there");
            sink.rejected(At { ordinal: number, byte: Some(byte) }, ProblemKind::DamagedRecord, message)
        }
        Met::Broken { number, byte } => {
            let message = "the gzip member it stands in is damaged".to_owned();
            sink.rejected(At { ordinal: number, byte: Some(byte) }, ProblemKind::DamagedRecord, message)
        }
        Met::TooLarge { number, byte } => sink.too_large(At { ordinal: number, byte: Some(byte) }),
        Met::Rubbish { .. } => Ok(()),
    }
}

fn give_record(
    raw: &Raw<'_>,
    may_hold_page: bool,
    captured: CapturedBy,
    sink: &mut Sink<'_>,
) -> Result<(), Stop> {
    let at = At { ordinal: raw.number, byte: Some(raw.byte) };
    let max_record = sink.max_record();
    let room = if may_hold_page && raw.may_hold_page() { sink.room(room_of_page(raw.len())) } else { None };
    let header = raw.header_copied();
    let article = Sink::catch(|| captured(raw, &header, max_record));
    drop(room);
    let article = match article {
        Ok(None) => {
            sink.other();
            return Ok(());
        }
        Ok(Some(Ok(article))) => article,
        Ok(Some(Err((kind, message)))) => return sink.rejected(at, kind, message),
        Err(panic) => {
            let message = format!("the reader of this record failed ({panic}); please report this");
            return sink.rejected(at, ProblemKind::DamagedRecord, message);
        }
    };
    for (kind, message) in article.findings {
        sink.finding(kind, message);
    }
    let text = article.standing.map_or(Value::Text(&article.text), Value::Standing);
    // Names that say where a value comes from: of a date, whether it is only that of fetching.
    let date = match &article.published {
        Some((place, published)) => (*place, Some(&**published)),
        None => ("warc-date", article.fetched.as_deref()),
    };
    let named = [
        ("id", article.id.as_deref()),
        ("target_uri", article.url.as_deref()),
        ("title", article.title.as_deref()),
        date,
    ];
    let mut nouns = Vec::with_capacity(1 + named.len());
    nouns.push(("text", text));
    nouns.extend(named.iter().filter_map(|&(name, value)| Some((name, Value::Text(value?)))));
    sink.page(at, &nouns)
}
