//! Tables that grow at their end.

use std::fs::File;
use std::ops::Deref;

use memmap2::Mmap;
use zerocopy::FromBytes;

use super::{Row, Scratch};
use crate::archive::map_file;
use crate::error::Error;

/// A complete table, in memory or in a mapped temporary file: a slice of its rows either way.
#[derive(Debug)]
pub struct Rows<T>(Store<T>);

#[derive(Debug)]
enum Store<T> {
    Held(Vec<T>),
    Mapped(Mmap),
}

impl<T: Row> Rows<T> {
    /// Whether the table is in memory.
    pub fn is_held(&self) -> bool {
        matches!(self.0, Store::Held(_))
    }

    /// The rows, if they are in memory; else the table.
    pub(super) fn into_held(self) -> Result<Vec<T>, Rows<T>> {
        match self.0 {
            Store::Held(rows) => Ok(rows),
            mapped @ Store::Mapped(_) => Err(Rows(mapped)),
        }
    }

    /// The rows of a complete file, which holds nothing else.
    pub(super) fn of_file(scratch: &Scratch, file: &File) -> Result<Rows<T>, Error> {
        Ok(Rows(Store::Mapped(map_file(file).map_err(|source| scratch.failed(&source))?)))
    }
}

impl<T> From<Vec<T>> for Rows<T> {
    fn from(rows: Vec<T>) -> Self {
        Rows(Store::Held(rows))
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Row> Deref for Rows<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Store::Held(rows) => rows,
            Store::Mapped(map) => {
                <[T]>::ref_from_bytes(map).expect("a map begins at a page, and whole rows were written")
            }
        }
    }
}

/// Rows gathered before they are written to a file that has begun: few calls to the system, and little memory.
const GATHERED_BYTES: usize = 256 * 1024;

/// A table that is being written.
#[derive(Debug)]
pub struct RowsWriter<T> {
    scratch: Scratch,
    /// All rows, or those that are not in the file yet.
    held: Vec<T>,
    file: Option<File>,
    in_file: usize,
}

impl<T: Row> RowsWriter<T> {
    /// An empty table that may hold as much as `scratch` says.
    pub fn new(scratch: &Scratch) -> Self {
        RowsWriter { scratch: scratch.clone(), held: Vec::new(), file: None, in_file: 0 }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.in_file + self.held.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends a row.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    #[inline]
    pub fn push(&mut self, row: T) -> Result<(), Error> {
        self.push_all(std::slice::from_ref(&row))
    }

    /// Appends rows; the first of them gets the number [`RowsWriter::len`] told before.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    #[inline]
    pub fn push_all(&mut self, rows: &[T]) -> Result<(), Error> {
        let most = match self.file {
            None => self.scratch.most_held::<T>(),
            Some(_) => GATHERED_BYTES / size_of::<T>(),
        };
        if self.held.len() + rows.len() > most {
            return self.write(rows);
        }
        self.held.extend_from_slice(rows);
        Ok(())
    }

    /// Takes rows over: as [`RowsWriter::push_all`], without a copy where the table is empty and has room for them.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn take(&mut self, rows: Vec<T>) -> Result<(), Error> {
        if self.is_empty() && rows.len() <= self.scratch.most_held::<T>() {
            self.held = rows;
            return Ok(());
        }
        self.push_all(&rows)
    }

    /// The complete table.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn finish(mut self) -> Result<Rows<T>, Error> {
        if self.file.is_none() {
            return Ok(self.held.into());
        }
        self.write(&[])?;
        match &self.file {
            Some(file) => Rows::of_file(&self.scratch, file),
            None => Ok(self.held.into()),
        }
    }

    fn write(&mut self, rows: &[T]) -> Result<(), Error> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.scratch.file()?,
        };
        let held = std::mem::take(&mut self.held);
        for part in [&held[..], rows] {
            self.scratch.write(&file, part)?;
            self.in_file += part.len();
        }
        self.file = Some(file);
        // What was gathered is reused; what was the whole table in memory is given back.
        if held.capacity() * size_of::<T>() <= 2 * GATHERED_BYTES {
            self.held = held;
            self.held.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn a_table_on_disk_is_the_table_in_memory(
            parts in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..300), 0..20),
            held_bytes in 0_u64..20_000,
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let scratch = Scratch::in_folder(folder.path(), held_bytes);
            let mut writer = RowsWriter::new(&scratch);
            for (part, rows) in parts.iter().enumerate() {
                prop_assert_eq!(writer.len(), parts[..part].iter().map(Vec::len).sum::<usize>());
                writer.push_all(rows).expect("there is room");
            }
            let table = writer.finish().expect("there is room");
            let all = parts.concat();
            prop_assert_eq!(&table[..], &all[..]);
            prop_assert_eq!(table.is_held(), (8 * all.len() as u64) <= held_bytes.max(8));
            prop_assert_eq!(scratch.written_bytes(), if table.is_held() { 0 } else { 8 * all.len() as u64 });
            let left = std::fs::read_dir(folder.path()).expect("a folder").count();
            prop_assert_eq!(left, 0, "the files have no names");
        }
    }
}
