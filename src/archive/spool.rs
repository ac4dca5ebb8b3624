//! Spools: where unpacked archives stand while a run reads them again and again.
//!
//! In: bytes, written once, one contiguous [`Extent`] a source (or a part of one). Out: the same bytes, by range. The
//! idea: a spool is a temporary file without a name, shared by many sources, one written by one writer at a time; as
//! many spools are made as there are writers at once. So thousands of packed files cost neither file descriptors nor
//! maps, and whatever ends the process, nothing is left behind.
//!
//! It guarantees: what was written is read back, mapped or not; a writer that is dropped gives its room to the next. It
//! does not free the room of single sources.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use memmap2::Mmap;

use super::map;

/// How much is written at a time: few system calls, and no more than a cache holds. Inside an extent writing begins and ends at
/// multiples of it in the file, so the system keeps the file in large parts instead of page by page, which is cheaper to write, to map and
/// to give back (`docs/decisions/0013-unpacked-once.md`).
const BLOCK_BYTES: usize = 256 << 10;

/// All spools of an archive.
#[derive(Debug)]
pub(super) struct Spools {
    folder: PathBuf,
    all: Mutex<Vec<Arc<SpoolFile>>>,
    /// Those that nobody writes, and where each ends.
    free: Mutex<Vec<(Arc<SpoolFile>, u64)>>,
}

/// A temporary file without a name.
#[derive(Debug)]
struct SpoolFile {
    file: File,
    map: OnceLock<Mmap>,
}

/// A stretch of a spool.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    spool: Arc<SpoolFile>,
    at: u64,
    /// How many bytes it has.
    pub(super) bytes: u64,
}

/// Writes one extent.
#[derive(Debug)]
pub(super) struct Writer<'s> {
    spools: &'s Spools,
    spool: Arc<SpoolFile>,
    /// Where the extent begins.
    at: u64,
    /// Bytes of it that are in the file.
    written: u64,
    /// Bytes that follow; between calls less than the block has room for.
    buffer: Vec<u8>,
    finished: bool,
}

impl Spools {
    pub(super) fn new(folder: &Path) -> Self {
        Spools { folder: folder.to_owned(), all: Mutex::default(), free: Mutex::default() }
    }

    /// A writer of a new extent.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn writer(&self) -> io::Result<Writer<'_>> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (spool, at) = if let Some(free) = free {
            free
        } else {
            let file = tempfile::tempfile_in(&self.folder)?;
            let spool = Arc::new(SpoolFile { file, map: OnceLock::new() });
            self.all.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&spool));
            (spool, 0)
        };
        Ok(Writer { spools: self, spool, at, written: 0, buffer: Vec::new(), finished: false })
    }

    /// Maps all spools: nothing is written any more. One that cannot be mapped is read.
    pub(super) fn map(&self) {
        for spool in self.all.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let bytes = spool.file.metadata().map_or(0, |metadata| metadata.len());
            if bytes >= map::MIN_MAPPED_BYTES
                && let Ok(map) = map::map(&spool.file)
            {
                let _ = spool.map.set(map);
            }
        }
    }
}

impl Extent {
    /// The bytes of `range`, which must lie inside.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn fetch(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        if range.end > self.bytes {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if self.spool.map.get().is_some() {
            return self.mapped(range).map(Cow::Borrowed).ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        let begin = self.at + range.start;
        let mut bytes = vec![0; length];
        self.spool.file.read_exact_at(&mut bytes, begin)?;
        Ok(Cow::Owned(bytes))
    }

    /// The bytes of `range`, if they lie inside and are mapped: nothing is read.
    pub(super) fn mapped(&self, range: Range<u64>) -> Option<&[u8]> {
        let map = self.spool.map.get().filter(|_| range.end <= self.bytes)?;
        let begin = usize::try_from(self.at + range.start).ok()?;
        map.get(begin..usize::try_from(self.at + range.end).ok()?)
    }
}

impl Writer<'_> {
    /// Bytes of the extent so far.
    pub(super) fn len(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (first, rest) =
            bytes.split_at(bytes.len().min(self.block_left().saturating_sub(self.buffer.len())));
        self.buffer.extend_from_slice(first);
        self.flush_blocks()?;
        let (blocks, rest) = rest.split_at(rest.len() / BLOCK_BYTES * BLOCK_BYTES);
        self.spool.file.write_all_at(blocks, self.at + self.written)?;
        self.written += blocks.len() as u64;
        self.buffer.extend_from_slice(rest);
        Ok(())
    }

    /// Appends what `write` appends to the buffer: so nothing is written twice.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn append<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> io::Result<T> {
        let written = write(&mut self.buffer);
        self.flush_blocks()?;
        Ok(written)
    }

    /// Appends the next bytes of `stream`, a block at most; returns how many, 0 at its end.
    ///
    /// # Errors
    /// Outside: what writing says. Inside: what reading says.
    pub(super) fn take(&mut self, stream: &mut dyn Read) -> io::Result<io::Result<usize>> {
        let (before, left) = (self.buffer.len(), self.block_left());
        self.buffer.resize(left, 0);
        let mut filled = before;
        let mut failed = None;
        while filled < left {
            match stream.read(&mut self.buffer[filled..]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        self.buffer.truncate(filled);
        self.flush_blocks()?;
        match failed {
            Some(error) => Ok(Err(error)),
            None => Ok(Ok(filled - before)),
        }
    }

    /// Takes back everything after the first `bytes`.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.flush()?;
        self.written = self.written.min(bytes);
        Ok(())
    }

    /// The last bytes, `most` at most.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn tail(&mut self, most: u64) -> io::Result<Vec<u8>> {
        self.flush()?;
        let begin = self.written.saturating_sub(most);
        let mut bytes = vec![0; usize::try_from(self.written - begin).map_err(io::Error::other)?];
        self.spool.file.read_exact_at(&mut bytes, self.at + begin)?;
        Ok(bytes)
    }

    /// The extent that was written.
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn finish(mut self) -> io::Result<Extent> {
        self.flush()?;
        self.finished = true;
        Ok(Extent { spool: Arc::clone(&self.spool), at: self.at, bytes: self.written })
    }

    /// How many bytes of the block of the file that is written are not in the file.
    fn block_left(&self) -> usize {
        let block = BLOCK_BYTES as u64;
        usize::try_from(block - (self.at + self.written) % block).expect("a block is small")
    }

    /// Writes the blocks that are full.
    fn flush_blocks(&mut self) -> io::Result<()> {
        let left = self.block_left();
        if self.buffer.len() >= left {
            let full = left + (self.buffer.len() - left) / BLOCK_BYTES * BLOCK_BYTES;
            self.write_first(full)?;
            self.buffer.shrink_to(2 * BLOCK_BYTES);
        }
        Ok(())
    }

    /// Writes all.
    fn flush(&mut self) -> io::Result<()> {
        self.write_first(self.buffer.len())
    }

    fn write_first(&mut self, bytes: usize) -> io::Result<()> {
        self.spool.file.write_all_at(&self.buffer[..bytes], self.at + self.written)?;
        self.written += bytes as u64;
        self.buffer.drain(..bytes);
        Ok(())
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        let end = self.at + if self.finished { self.written } else { 0 };
        let mut free = self.spools.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push((Arc::clone(&self.spool), end));
    }
}

#[cfg(test)]
mod tests;
