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
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_dropped_room_is_used_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let spools = Spools::new(folder.path());
        let mut extents = Vec::new();
        for (number, length) in [(1, 10), (2, 600_000), (3, 0), (4, 262_144), (5, 7)] {
            let mut writer = spools.writer().expect("a spool");
            writer.write(&vec![number; length / 2]).expect("written");
            writer.write(&vec![number; length - length / 2]).expect("written");
            writer.write(b"too much").expect("written");
            writer.cut(length as u64).expect("cut");
            assert_eq!(writer.len(), length as u64);
            extents.push((number, length, writer.finish().expect("finished")));
            let mut dropped = spools.writer().expect("a spool");
            dropped.write(b"given up").expect("written");
        }
        let mut taken = spools.writer().expect("a spool");
        let mut stream: &[u8] = &vec![9; 300_000];
        while taken.take(&mut stream).expect("written").expect("read") > 0 {}
        extents.push((9, 300_000, taken.finish().expect("finished")));
        // Blocks end where they do, whatever is appended.
        let mut appended = spools.writer().expect("a spool");
        let mut length = 0;
        for more in [262_143, 1, 100, 262_144, 0, 700_000, 65, 300_000] {
            appended.append(|buffer| buffer.resize(buffer.len() + more, 10)).expect("written");
            appended.write(&vec![10; more / 3]).expect("written");
            length += more + more / 3;
            assert_eq!(appended.len(), length as u64);
            let (at, written) = (appended.at, appended.written);
            assert!(written == 0 || (at + written).is_multiple_of(BLOCK_BYTES as u64), "{at} {written}");
        }
        extents.push((10, length, appended.finish().expect("finished")));
        for mapped in [false, true] {
            if mapped {
                spools.map();
            }
            for (number, length, extent) in &extents {
                let bytes = extent.fetch(0..*length as u64).expect("read");
                let range = 0..*length as u64;
                assert_eq!(extent.mapped(range.clone()), mapped.then_some(&*bytes));
                assert_eq!(extent.mapped(1..range.end + 1), None);
                assert!(bytes.len() == *length && bytes.iter().all(|byte| byte == number), "{number}");
                assert!(extent.fetch(1..*length as u64 + 1).is_err());
            }
        }
        assert_eq!(spools.all.lock().expect("no panic").len(), 1);
    }

    /// What is done to a writer, with a size.
    #[derive(Clone, Debug)]
    enum Done {
        Write(usize),
        Append(usize),
        /// All of a stream that fails at its end, or does not.
        Take(usize, bool),
        Cut(usize),
        Tail(usize),
        Finish,
        Drop,
    }

    fn done() -> impl Strategy<Value = Done> {
        let size = || prop_oneof![0..300_usize, BLOCK_BYTES - 2..BLOCK_BYTES + 3, 0..3 * BLOCK_BYTES];
        prop_oneof![
            size().prop_map(Done::Write),
            size().prop_map(Done::Append),
            (size(), any::<bool>()).prop_map(|(size, fails)| Done::Take(size, fails)),
            size().prop_map(Done::Cut),
            size().prop_map(Done::Tail),
            Just(Done::Finish),
            Just(Done::Drop),
        ]
    }

    struct Failing;

    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::InvalidData.into())
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        /// The judge is a vector. No two stretches of bytes are alike.
        #[test]
        fn whatever_is_done_to_writers_gives_the_bytes_that_were_given(
            all in proptest::collection::vec((0..2_usize, done()), 1..25),
        ) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let spools = Spools::new(folder.path());
            let mut number = 0_u32;
            let mut bytes = |size: usize| -> Vec<u8> {
                let numbers = (0..size.div_ceil(4)).flat_map(|_| {
                    number += 1;
                    number.to_le_bytes()
                });
                numbers.take(size).collect()
            };
            let mut open = [const { None }; 2];
            let mut extents = Vec::new();
            for (which, done) in all {
                let (mut writer, mut model) =
                    open[which].take().unwrap_or_else(|| (spools.writer().expect("a spool"), Vec::new()));
                match done {
                    Done::Write(size) => {
                        let more = bytes(size);
                        writer.write(&more).expect("written");
                        model.extend(more);
                    }
                    Done::Append(size) => {
                        let more = bytes(size);
                        writer.append(|buffer| buffer.extend_from_slice(&more)).expect("written");
                        model.extend(more);
                    }
                    Done::Take(size, fails) => {
                        let more = bytes(size);
                        let mut stream: Box<dyn Read> =
                            if fails { Box::new((&*more).chain(Failing)) } else { Box::new(&*more) };
                        let ended = loop {
                            match writer.take(&mut stream).expect("written") {
                                Ok(0) => break false,
                                Ok(_) => {}
                                Err(_) => break true,
                            }
                        };
                        prop_assert_eq!(ended, fails);
                        drop(stream);
                        model.extend(more);
                    }
                    Done::Cut(size) => {
                        writer.cut(size as u64).expect("cut");
                        model.truncate(size);
                    }
                    Done::Tail(size) => {
                        let tail = writer.tail(size as u64).expect("read");
                        prop_assert!(tail == model[model.len().saturating_sub(size)..]);
                    }
                    Done::Finish => {
                        extents.push((writer.finish().expect("finished"), model));
                        continue;
                    }
                    Done::Drop => continue,
                }
                prop_assert_eq!(writer.len(), model.len() as u64);
                prop_assert!(writer.buffer.len() < writer.block_left());
                open[which] = Some((writer, model));
            }
            for (writer, model) in open.into_iter().flatten() {
                extents.push((writer.finish().expect("finished"), model));
            }
            for (extent, model) in extents {
                prop_assert!(*extent.fetch(0..extent.bytes).expect("read") == *model);
            }
        }
    }
}
