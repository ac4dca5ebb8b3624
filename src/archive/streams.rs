//! Streams that unpacking is made of: a part of a file, a stream whose first bytes were looked at, one that counts.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::readers::Whole;
use super::unpack::READ_BYTES;

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

/// Counts what is taken out of it.
pub(super) struct Counted<R> {
    pub(super) inner: R,
    pub(super) consumed: Arc<AtomicU64>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.consumed.fetch_add(bytes as u64, Ordering::Relaxed);
        self.inner.consume(bytes);
    }
}
