//! Scratch: tables that may outgrow memory.
//!
//! In: rows of fixed width, appended ([`RowsWriter`]) or to be sorted ([`Sorter`]). Out: the same rows as one slice
//! ([`Rows`]), or one after the other in order ([`Sorted`]). The idea: a table is held in memory until it is larger than
//! its share of the run's bound; from then on it grows in a temporary file, which is mapped when it is complete. Pages of
//! a mapped file are the system's to keep or to drop, so a table on disk costs no memory that the run must answer for,
//! and whoever reads it sees a slice either way.
//!
//! - The files have no name from the first moment on (`tempfile_in`): whatever ends the process, nothing is left behind.
//! - Sorting is by runs: what fits is sorted and written, and the runs are merged when they are read.
//! - Nothing here shows in what is found: a table has the same rows in the same order wherever it stands.
//! - Rows are written as they stand in memory; the files are of no use to another process or machine.

mod rows;
mod sorter;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::error::Error;

pub use rows::{Rows, RowsWriter};
pub use sorter::{Merge, Runs, Sorted, Sorter};

/// What a table can hold: plain numbers without padding.
pub trait Row: FromBytes + IntoBytes + Immutable + KnownLayout + Copy + Send + Sync + 'static {}

impl<T: FromBytes + IntoBytes + Immutable + KnownLayout + Copy + Send + Sync + 'static> Row for T {}

/// Where tables go that do not fit into memory, and how large one may become before it does not.
#[derive(Clone, Debug)]
pub struct Scratch {
    folder: PathBuf,
    held_bytes: u64,
    written: Arc<AtomicU64>,
}

impl Scratch {
    /// Tables stay in memory, whatever their size.
    pub fn unneeded() -> Scratch {
        Scratch { folder: PathBuf::new(), held_bytes: u64::MAX, written: Arc::default() }
    }

    /// Tables of more than `held_bytes` go to nameless files in `folder`.
    pub fn in_folder(folder: &Path, held_bytes: u64) -> Scratch {
        Scratch { folder: folder.to_owned(), held_bytes, written: Arc::default() }
    }

    /// The same place, for tables that may hold another number of bytes.
    #[must_use]
    pub fn holding(&self, held_bytes: u64) -> Scratch {
        Scratch { held_bytes, ..self.clone() }
    }

    /// Bytes written to temporary files so far, for this table and all others of the run.
    pub fn written_bytes(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// How many rows of type `T` a table may hold in memory; one at least.
    fn most_held<T>(&self) -> usize {
        let rows = self.held_bytes / size_of::<T>().max(1) as u64;
        usize::try_from(rows).unwrap_or(usize::MAX).max(1)
    }

    fn file(&self) -> Result<File, Error> {
        tempfile::tempfile_in(&self.folder).map_err(|source| self.failed(&source))
    }

    fn write<T: Row>(&self, mut file: &File, rows: &[T]) -> Result<(), Error> {
        let bytes = rows.as_bytes();
        file.write_all(bytes).map_err(|source| self.failed(&source))?;
        self.written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    fn failed(&self, source: &io::Error) -> Error {
        // The nameless file's own name would only confuse.
        let source = source.raw_os_error().map_or_else(|| source.kind().into(), io::Error::from_raw_os_error);
        Error::WriteTemporary { folder: self.folder.clone(), source }
    }
}
