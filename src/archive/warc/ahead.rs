//! Ahead: the bytes of an archive from where its reader stands, as many at a time as are wanted.
//!
//! In: a stream, or a map. Out: the bytes that are at hand, and where in the archive they stand. Both readers of web archives cut
//! records out of it.
//!
//! It guarantees: memory for twice what is wanted; bytes are moved as often as more are wanted, so a reader that wants what it
//! takes is linear. Of a map as much is at hand as would be of a stream, so that both give the same.

use std::borrow::Cow;
use std::io::{self, Read};

/// How much is read at a time.
pub(super) const READ_BYTES: usize = 128 << 10;

/// The bytes of an archive.
pub(super) struct Ahead<'r> {
    /// `None` where all bytes are at hand.
    stream: Option<&'r mut dyn Read>,
    buffer: Cow<'r, [u8]>,
    /// How much of the buffer is at hand.
    filled: usize,
    /// Where in the buffer the reader stands.
    at: usize,
    /// Where in the stream the buffer begins.
    base: u64,
    ended: bool,
    failed: Option<io::Error>,
}

impl<'r> Ahead<'r> {
    pub(super) fn of_stream(stream: &'r mut dyn Read) -> Self {
        Self::over(Some(stream), &[])
    }

    /// Of the bytes of a map.
    pub(super) fn of_map(bytes: &'r [u8]) -> Self {
        Self::over(None, bytes)
    }

    fn over(stream: Option<&'r mut dyn Read>, bytes: &'r [u8]) -> Self {
        let buffer = Cow::Borrowed(bytes);
        Ahead { stream, buffer, filled: 0, at: 0, base: 0, ended: false, failed: None }
    }

    /// What is at hand.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.at..self.filled]
    }

    /// Where in the archive it begins.
    pub(super) fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Goes on behind so many bytes of it.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The first bytes of it, as those of a record, behind which it goes on.
    pub(super) fn take(&mut self, bytes: usize) -> Cow<'r, [u8]> {
        let range = self.at..self.at + bytes;
        self.at = range.end;
        match &self.buffer {
            Cow::Borrowed(map) if self.stream.is_none() => Cow::Borrowed(&map[range]),
            buffer => Cow::Owned(buffer[range].to_vec()),
        }
    }

    /// Reads on until `wanted` bytes are at hand, or the archive ends; whether they are.
    pub(super) fn fill(&mut self, wanted: usize) -> bool {
        if self.ended || self.filled - self.at >= wanted {
            return self.filled - self.at >= wanted;
        }
        if self.stream.is_some() && self.at > 0 {
            self.buffer.to_mut().drain(..self.at);
            self.base += self.at as u64;
            self.filled -= self.at;
            self.at = 0;
        }
        while self.filled - self.at < wanted && !self.ended {
            let filled = self.filled - self.at;
            // As much as is wanted, and no more memory than twice what came.
            let more = (wanted - filled).clamp(READ_BYTES, READ_BYTES.max(filled));
            match &mut self.stream {
                Some(stream) => {
                    let buffer = self.buffer.to_mut();
                    self.failed = stream.take(more as u64).read_to_end(buffer).err();
                    self.filled = buffer.len();
                }
                None => self.filled = self.buffer.len().min(self.filled + more),
            }
            self.ended = self.filled - self.at < filled + more;
        }
        self.filled - self.at >= wanted
    }

    /// Whether nothing follows what is at hand.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// How many bytes of a map were looked at; `None` of a stream.
    pub(super) fn read_of_map(&self) -> Option<u64> {
        self.stream.is_none().then_some(self.filled as u64)
    }

    /// Why the stream could not be read to its end.
    pub(super) fn failed(self) -> Option<io::Error> {
        self.failed
    }
}
