//! gzip: the members of a file, one after the other, and on behind damage where what follows can be told for sure.
//!
//! In: packed bytes. Out: what they hold, and [`Gaps`]. The idea: web archives are packed record by record, each a member of
//! its own. Where one is damaged, the next is looked for that begins a record: three bytes of magic at which unpacking gives
//! `WARC/`, or in ARC a whole line of the kind that begins its records. Damage is met late, at times inside the members that
//! follow, so the last packed bytes are kept, and looked through from the damaged member on. In place of what is missing stand two
//! line breaks, so that what follows begins a line.
//!
//! It guarantees: of a web archive packed record by record a damaged member costs itself, and is told; all other files end
//! with an error at the damage, as do web archives behind which no record can be found. Bounds: memory for a few times
//! [`KEPT_BYTES`]; all bytes are gone through three times at most, however a file is made; [`MOST_TRIES`], [`MOST_GAPS`].
//!
//! Source: RFC 1952 (2.2: members; 2.3: header).

use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use flate2::bufread::GzDecoder;
use memchr::memmem;

use super::warc::begins_arc_record;

/// So much of what was unpacked last is kept in packed form: a damaged member runs into the next ones by a stored block (64 KiB)
/// or until a code makes no sense, which is sooner.
const KEPT_BYTES: usize = 256 << 10;
/// Enough of a member to unpack its first bytes: its header, names and tables of codes.
const BEGIN_BYTES: usize = 4 << 10;
/// How often bytes that look like a member may turn out to be none. By chance it happens once in 16 MiB.
const MOST_TRIES: u32 = 10_000;
/// How many gaps a file may have: a list of more is of no use to anybody.
const MOST_GAPS: usize = 10_000;

const MAGIC: [u8; 3] = [0x1F, 0x8B, 8];
/// How much of a member is unpacked to tell whether it begins a record: the line of ARC has a URL in it.
const LINE_BYTES: u64 = 4 << 10;
/// What stands for a gap.
const BREAKS: &[u8] = b"\r\n\r\n";

/// Archives whose records are packed one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Warc,
    Arc,
}

impl Kind {
    const ALL: [Kind; 2] = [Kind::Warc, Kind::Arc];
    /// As many bytes as tell them.
    const MOST: usize = 11;

    /// How a file begins.
    fn magic(self) -> &'static [u8] {
        match self {
            Kind::Warc => b"WARC/",
            Kind::Arc => b"filedesc://",
        }
    }

    /// Whether a file may be of this kind that begins with these bytes, as far as they go.
    fn may_begin(self, head: &[u8]) -> bool {
        head.iter().zip(self.magic()).all(|(byte, expect)| byte == expect)
    }

    /// Whether a record begins with these bytes, the first of a member.
    fn begins_record(self, bytes: &[u8]) -> bool {
        match self {
            Kind::Warc => bytes.starts_with(self.magic()),
            Kind::Arc => begins_arc_record(bytes),
        }
    }
}

/// A stretch of a file that could not be unpacked, though what follows could.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// From the begin of the damaged member to the begin of the next that is read, in the packed file.
    pub(super) packed: Range<u64>,
    /// What the damaged member gave, in the unpacked stream; the line breaks follow. Empty if it gave nothing.
    pub(super) unpacked: Range<u64>,
    /// What was wrong.
    pub(super) why: String,
}

/// The gaps of one file so far, in order.
#[derive(Debug, Default)]
pub(super) struct Gaps(Mutex<Vec<Gap>>);

impl Gaps {
    /// None yet.
    pub(super) const fn none() -> Gaps {
        Gaps(Mutex::new(Vec::new()))
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Gap> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first gap behind `begin`, as [`Gap::unpacked`].
    pub(super) fn behind(&self, begin: u64) -> Option<Range<u64>> {
        let gaps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = gaps.partition_point(|gap| gap.unpacked.end <= begin);
        gaps.get(first).map(|gap| gap.unpacked.clone())
    }

    fn push(&self, gap: Gap) -> io::Result<()> {
        let mut gaps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gaps.len() == MOST_GAPS {
            let message = format!("damaged in more than {MOST_GAPS} places");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        gaps.push(gap);
        Ok(())
    }
}

/// The members of a gzip file, one after the other. Zeros behind the last are padding, as of tapes.
pub(super) struct Members<'g, R> {
    /// `None` behind the last. The same decoder for all: a record is soon unpacked, and its memory costs.
    member: Option<GzDecoder<Reel<R>>>,
    gaps: &'g Gaps,
    /// The first bytes that were given.
    head: Vec<u8>,
    /// What the file is, where a record behind damage told it.
    kind: Option<Kind>,
    given: u64,
    /// `given` when the member began.
    before: u64,
    /// What is left to give of the line breaks that stand for a gap.
    breaks: &'static [u8],
}

impl<'g, R: BufRead> Members<'g, R> {
    pub(super) fn new(packed: R, gaps: &'g Gaps) -> Self {
        let member = Some(GzDecoder::new(Reel(Some(Tape::new(packed)))));
        Members { member, gaps, head: Vec::new(), kind: None, given: 0, before: 0, breaks: &[] }
    }

    /// Whether the file may be an archive of this kind, as far as is known.
    fn may_be(&self, kind: Kind) -> bool {
        self.kind.map_or_else(|| kind.may_begin(&self.head), |known| known == kind)
    }

    /// Whether the file is a web archive, or may be one as far as is known.
    fn may_go_on(&self) -> bool {
        Kind::ALL.into_iter().any(|kind| self.may_be(kind))
    }

    fn gave(&mut self, bytes: &[u8]) -> usize {
        self.given += bytes.len() as u64;
        let wanted = Kind::MOST - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(wanted)]);
        bytes.len()
    }

    /// Goes on at the next member if there is one.
    fn next_member(&mut self) -> io::Result<()> {
        let keeps = self.may_go_on();
        let Some(mut member) = self.member.take() else { return Ok(()) };
        let Some(mut rest) = member.get_mut().0.take() else { return Ok(()) };
        rest.begin(keeps);
        self.before = self.given;
        match at_another_member(&mut rest) {
            Ok(true) => {
                member.reset(Reel(Some(rest)));
                self.member = Some(member);
            }
            Ok(false) => {}
            Err(error) => self.pass(rest, error)?,
        }
        Ok(())
    }

    /// Goes on at the next member that begins a record, behind one that is damaged.
    fn pass(&mut self, mut rest: Tape<R>, why: io::Error) -> io::Result<()> {
        let damage = [io::ErrorKind::InvalidInput, io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
        let begin = rest.member;
        if !self.may_go_on() || !damage.contains(&why.kind()) {
            return Err(why);
        }
        let Some(kind) = rest.find_record(|kind| self.may_be(kind)) else { return Err(why) };
        self.kind = Some(kind);
        let packed = begin..rest.position();
        self.gaps.push(Gap { packed, unpacked: self.before..self.given, why: why.to_string() })?;
        if self.given > 0 {
            self.breaks = BREAKS;
        }
        rest.begin(true);
        self.before = self.given + self.breaks.len() as u64;
        self.member = Some(GzDecoder::new(Reel(Some(rest))));
        Ok(())
    }
}

impl<R: BufRead> Read for Members<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.breaks.is_empty() {
                let read = self.breaks.read(into)?;
                return Ok(self.gave(&into[..read]));
            }
            let Some(member) = &mut self.member else { return Ok(0) };
            match member.read(into) {
                Ok(0) => self.next_member()?,
                Ok(read) => return Ok(self.gave(&into[..read])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
                Err(error) => {
                    let damaged = self.member.take().and_then(|member| member.into_inner().0);
                    self.pass(damaged.expect("it was read"), error)?;
                }
            }
        }
    }
}

/// Whether another member begins, behind zeros perhaps.
fn at_another_member(rest: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = rest.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        match bytes.iter().position(|&byte| byte != 0) {
            Some(0) if bytes[0] == MAGIC[0] => return Ok(true),
            Some(0) => {
                let message = "bytes behind the last gzip member that are none";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            zeros => {
                let zeros = zeros.unwrap_or(bytes.len());
                rest.consume(zeros);
            }
        }
    }
}

/// Packed bytes, the last of which can be read again.
struct Tape<R> {
    inner: R,
    /// Bytes that were taken out of `inner`; those from `at` on are read before it goes on.
    kept: Vec<u8>,
    at: usize,
    /// Where in `kept` the member begins, or what is left of it.
    from: usize,
    keeps: bool,
    /// Bytes taken out of `inner`.
    taken: u64,
    /// Where the member begins in the file.
    member: u64,
    /// Bytes that were read again.
    again: u64,
    tries: u32,
}

impl<R: BufRead> Tape<R> {
    fn new(inner: R) -> Self {
        Tape { inner, kept: Vec::new(), at: 0, from: 0, keeps: true, taken: 0, member: 0, again: 0, tries: 0 }
    }

    /// Where in the file the next byte stands.
    fn position(&self) -> u64 {
        self.taken - (self.kept.len() - self.at) as u64
    }

    /// A member begins here; `keeps`: it may be gone through again.
    fn begin(&mut self, keeps: bool) {
        self.member = self.position();
        self.keeps = keeps;
        self.from = self.at;
        self.forget();
    }

    /// Lets go of bytes that are not needed any more, so that each is moved a few times at most.
    fn forget(&mut self) {
        if self.at - self.from > 2 * KEPT_BYTES {
            self.from = self.at - KEPT_BYTES;
        }
        if self.from == self.kept.len() {
            self.kept.clear();
            (self.from, self.at) = (0, 0);
        } else if self.from > KEPT_BYTES {
            self.kept.drain(..self.from);
            (self.from, self.at) = (0, self.at - self.from);
        }
    }

    /// Has so many bytes at hand from `at` on; `false` if there are no more.
    fn pull(&mut self, wanted: usize) -> bool {
        while self.kept.len() - self.at < wanted {
            let read = match self.inner.fill_buf() {
                Ok(bytes) => {
                    self.kept.extend_from_slice(bytes);
                    bytes.len()
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => 0,
            };
            if read == 0 {
                return false;
            }
            self.inner.consume(read);
            self.taken += read as u64;
        }
        true
    }

    /// Goes to the next member that begins a record of a kind that the file may be of; of which. What was read of the damaged one is
    /// looked through once more, unless that has been done with more bytes than the file has so far.
    fn find_record(&mut self, may_be: impl Fn(Kind) -> bool) -> Option<Kind> {
        let behind = self.at - self.from;
        if self.again + behind as u64 <= self.taken + KEPT_BYTES as u64 {
            self.again += behind as u64;
            self.at = self.from + usize::from(behind > 0);
        }
        loop {
            let more = self.pull(BEGIN_BYTES);
            match memmem::find(&self.kept[self.at..], &MAGIC) {
                Some(found) => {
                    self.at += found;
                    self.pull(BEGIN_BYTES);
                    let end = self.kept.len().min(self.at + BEGIN_BYTES);
                    let kind = begins_record(&self.kept[self.at..end], &may_be);
                    if kind.is_some() {
                        return kind;
                    }
                    self.tries += 1;
                    if self.tries == MOST_TRIES {
                        return None;
                    }
                    self.at += 1;
                }
                None if more => self.at = self.kept.len() - (MAGIC.len() - 1),
                None => return None,
            }
            self.from = self.at;
            self.forget();
        }
    }
}

impl<R: BufRead> Read for Tape<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Tape<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at < self.kept.len() { Ok(&self.kept[self.at..]) } else { self.inner.fill_buf() }
    }

    fn consume(&mut self, bytes: usize) {
        if self.at < self.kept.len() {
            self.at += bytes;
            return;
        }
        if self.keeps
            && let Ok(ready) = self.inner.fill_buf()
        {
            self.kept.extend_from_slice(&ready[..bytes]);
            self.at = self.kept.len();
            self.forget();
        }
        self.inner.consume(bytes);
        self.taken += bytes as u64;
    }
}

/// Holds the tape for a decoder, from which it is taken between members.
struct Reel<R>(Option<Tape<R>>);

impl<R: BufRead> Read for Reel<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(0), |tape| tape.read(into))
    }
}

impl<R: BufRead> BufRead for Reel<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.as_mut().map_or(Ok(&[]), Tape::fill_buf)
    }

    fn consume(&mut self, bytes: usize) {
        if let Some(tape) = &mut self.0 {
            tape.consume(bytes);
        }
    }
}

/// Whether a member begins here, with a record of such a kind in it. As little is unpacked as tells: there may be damage behind it.
fn begins_record(bytes: &[u8], may_be: impl Fn(Kind) -> bool) -> Option<Kind> {
    let mut member = GzDecoder::new(bytes).take(LINE_BYTES);
    let (mut first, mut step) = (Vec::new(), [0; 64]);
    loop {
        let magic = Kind::Warc.magic().len();
        let most = if first.len() < magic { magic - first.len() } else { step.len() };
        let read = member.read(&mut step[..most]).unwrap_or(0);
        first.extend_from_slice(&step[..read]);
        let begins = |kind: &Kind| may_be(*kind) && kind.begins_record(&first);
        let kind = Kind::ALL.into_iter().find(begins);
        let may_be_line = may_be(Kind::Arc) && !first.contains(&b'\n');
        if kind.is_some() || read == 0 || first.len() >= magic && !may_be_line {
            return kind;
        }
    }
}

#[cfg(test)]
mod tests;
