//! Streams that unpacking is made of: a part of a file, a stream whose first bytes were looked at, one that counts, and its count.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::detect::head_of;
use super::readers::Whole;
use super::unpack::READ_BYTES;
use crate::watch::Watch;

/// A part of a file, as a stream.
pub(super) struct Part<'w> {
    file: &'w Whole,
    range: Range<u64>,
    /// Bytes at the begin of `range`, and how many of them were taken.
    ready: Cow<'w, [u8]>,
    taken: usize,
}

impl<'w> Part<'w> {
    pub(super) fn new(file: &'w Whole, range: &Range<u64>) -> Self {
        Part { file, range: range.clone(), ready: Cow::default(), taken: 0 }
    }
}

impl Read for Part<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Part<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.ready.len() {
            let end = self.range.end.min(self.range.start + READ_BYTES as u64);
            self.ready = self.file.fetch(self.range.start..end)?;
            self.range.start = end;
            self.taken = 0;
        }
        Ok(&self.ready[self.taken..])
    }

    fn consume(&mut self, bytes: usize) {
        self.taken += bytes;
    }
}

/// A stream whose first bytes were looked at.
pub(super) struct Peeked<'r> {
    pub(super) head: io::Cursor<Vec<u8>>,
    /// What went wrong while they were read; told when they are used up.
    error: Option<io::Error>,
    rest: Box<dyn BufRead + 'r>,
}

impl<'r> Peeked<'r> {
    /// As much is looked at as tells what the stream is.
    pub(super) fn at_head(mut rest: Box<dyn BufRead + 'r>) -> Self {
        let mut head = Vec::new();
        let error = head_of(&mut rest, &mut head).err();
        Peeked { head: io::Cursor::new(head), error, rest }
    }

    pub(super) fn at(mut rest: Box<dyn BufRead + 'r>, bytes: u64) -> Self {
        let mut head = Vec::new();
        let error = rest.by_ref().take(bytes).read_to_end(&mut head).err();
        Peeked { head: io::Cursor::new(head), error, rest }
    }
}

impl Read for Peeked<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.head.read(into)? {
            0 if !into.is_empty() => match self.error.take() {
                Some(error) => Err(error),
                None => self.rest.read(into),
            },
            read => Ok(read),
        }
    }
}

impl BufRead for Peeked<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.head.position() < self.head.get_ref().len() as u64 {
            return self.head.fill_buf();
        }
        match self.error.take() {
            Some(error) => Err(error),
            None => self.rest.fill_buf(),
        }
    }

    fn consume(&mut self, bytes: usize) {
        if self.head.position() < self.head.get_ref().len() as u64 {
            self.head.consume(bytes);
        } else {
            self.rest.consume(bytes);
        }
    }
}

/// How much of a packed file was read: what it may unpack to goes by that, and who looks on is told.
pub(super) struct Consumed<'w> {
    bytes: AtomicU64,
    /// How much of the file who looks on was told to be done, which is never more than it has.
    told: AtomicU64,
    size: Option<u64>,
    watch: &'w dyn Watch,
}

/// Who looks on is told of so many bytes at a time.
const TOLD_BYTES: u64 = 64 << 10;

impl<'w> Consumed<'w> {
    /// `size`: of the file; `None` of a stream.
    pub(super) fn new(size: Option<u64>, watch: &'w dyn Watch) -> Self {
        Consumed { bytes: AtomicU64::new(0), told: AtomicU64::new(0), size, watch }
    }

    /// Bytes of the file that were read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// So many more bytes were read.
    pub(super) fn add(&self, bytes: u64) {
        self.tell(self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes);
    }

    /// All before this byte was read.
    pub(super) fn reach(&self, byte: u64) {
        self.bytes.store(byte, Ordering::Relaxed);
        self.tell(byte);
    }

    /// Of a file of so many bytes any may be read at any time: what is made of it is told by [`Consumed::go_through`].
    pub(super) fn is_at_hand(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    /// So many more bytes of a file that is at hand are done.
    pub(super) fn go_through(&self, bytes: u64) {
        let more = |told: u64| told.saturating_add(bytes).min(self.size.unwrap_or(u64::MAX));
        let told = self.told.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |told| Some(more(told)));
        let (Ok(told) | Err(told)) = told;
        if more(told) > told {
            self.watch.advance(more(told) - told);
        }
    }

    /// The file is done, whatever of it was read.
    pub(super) fn end(&self) {
        self.tell_up_to(self.size.unwrap_or(self.bytes()));
    }

    fn tell(&self, bytes: u64) {
        if bytes >= self.told.load(Ordering::Relaxed).saturating_add(TOLD_BYTES) {
            self.tell_up_to(self.size.map_or(bytes, |size| bytes.min(size)));
        }
    }

    fn tell_up_to(&self, bytes: u64) {
        let told = self.told.fetch_max(bytes, Ordering::Relaxed);
        if bytes > told {
            self.watch.advance(bytes - told);
        }
    }
}

/// Counts what is taken out of it.
pub(super) struct Counted<'c, R> {
    pub(super) inner: R,
    pub(super) consumed: &'c Consumed<'c>,
}

impl<R: BufRead> Read for Counted<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.consumed.add(read as u64);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.consumed.add(bytes as u64);
        self.inner.consume(bytes);
    }
}
