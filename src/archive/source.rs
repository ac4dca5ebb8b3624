//! One input file: where its bytes are, and how they are fetched.
//!
//! Large files are mapped; small ones, and all with `--no-mmap`, are read where they stand. Either way a
//! reader asks for ranges and gets bytes, and later acts fetch a single record again instead of keeping its
//! text.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use super::map;

/// How a file is cut into records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON object a line.
    JsonLines,
    /// The whole file is the text of one article.
    Text,
}

/// One input file, opened or ready to be.
#[derive(Debug)]
pub struct Source {
    /// The file as reports name it: as typed, plus the part that was walked; `-` for standard input.
    pub name: String,
    /// How it is cut into records.
    pub format: Format,
    /// Its size when the run began.
    pub bytes: u64,
    modified: (i64, i64),
    path: PathBuf,
    store: Store,
}

#[derive(Debug)]
enum Store {
    Mapped(Mmap),
    /// Kept open: spooled streams, which have no name to open again.
    Open(File),
    /// Opened for each fetch: there may be more files than file descriptors.
    Closed,
}

impl Source {
    /// Opens the file at `path`. `mapped` asks for a map where that pays.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn open(name: String, path: &Path, format: Format, mapped: bool) -> io::Result<Source> {
        Self::of_file(name, path, File::open(path)?, format, mapped)
    }

    /// A stream spooled into `file`, which has no name any more.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn spooled(name: String, file: File, format: Format, mapped: bool) -> io::Result<Source> {
        let mut source = Self::of_file(name, Path::new(""), file, format, mapped)?;
        if let Store::Closed = source.store {
            unreachable!("of_file keeps nameless files open: {}", source.name);
        }
        source.modified = (0, 0);
        Ok(source)
    }

    fn of_file(name: String, path: &Path, file: File, format: Format, mapped: bool) -> io::Result<Source> {
        let metadata = file.metadata()?;
        let large = metadata.len() >= map::MIN_MAPPED_BYTES;
        let nameless = path.as_os_str().is_empty();
        let map = if mapped && large { map::map(&file).ok() } else { None };
        let store = match map {
            Some(map) => Store::Mapped(map),
            None if nameless => Store::Open(file),
            None => Store::Closed,
        };
        Ok(Source {
            name,
            format,
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            path: path.to_owned(),
            store,
        })
    }

    /// Bytes that were fetched, as nobody else can change them: those of a map are copied into `own` first.
    pub(super) fn unshared<'b>(&self, bytes: &'b [u8], own: &'b mut Vec<u8>) -> &'b [u8] {
        if !matches!(self.store, Store::Mapped(_)) {
            return bytes;
        }
        own.clear();
        own.extend_from_slice(bytes);
        own
    }

    /// The bytes of `range`, borrowed from the map or read. The range must lie inside the file as it was
    /// opened.
    ///
    /// # Errors
    /// What the operating system says; `UnexpectedEof` where the file became shorter.
    pub fn fetch(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        if let Store::Mapped(map) = &self.store {
            let begin = usize::try_from(range.start).map_err(io::Error::other)?;
            return map
                .get(begin..begin + length)
                .map(Cow::Borrowed)
                .ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0; length];
        self.with_file(|file| file.read_exact_at(&mut bytes, range.start))?;
        Ok(Cow::Owned(bytes))
    }

    /// The file's path; `None` for a stream.
    pub fn path(&self) -> Option<&Path> {
        (!self.path.as_os_str().is_empty()).then_some(&*self.path)
    }

    /// Whether the file is no longer the one that was opened: other size or time of change, or gone.
    pub fn changed(&self) -> bool {
        if self.path.as_os_str().is_empty() {
            return false;
        }
        std::fs::metadata(&self.path)
            .map_or(true, |now| now.len() != self.bytes || (now.mtime(), now.mtime_nsec()) != self.modified)
    }

    fn with_file<T>(&self, act: impl FnOnce(&File) -> io::Result<T>) -> io::Result<T> {
        match &self.store {
            Store::Open(file) => act(file),
            Store::Closed | Store::Mapped(_) => act(&File::open(&self.path)?),
        }
    }
}
