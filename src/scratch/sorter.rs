//! Sorting what may not fit: sorted runs, and their merge.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::ops::Range;

use rayon::prelude::*;

use super::{Row, Rows, RowsWriter, Scratch};
use crate::error::Error;

/// Takes rows in any order.
#[derive(Debug)]
pub struct Sorter<T> {
    scratch: Scratch,
    held: Vec<T>,
    file: Option<File>,
    /// Where each run stands in the file, in rows.
    runs: Vec<Range<usize>>,
}

/// All rows, to be had in ascending order.
#[derive(Debug)]
pub enum Sorted<T> {
    /// In memory, sorted.
    Held(Vec<T>),
    /// On disk, as runs.
    Runs(Runs<T>),
}

/// Sorted runs in one file.
#[derive(Debug)]
pub struct Runs<T> {
    rows: Rows<T>,
    runs: Vec<Range<usize>>,
}

impl<T: Row + Ord> Sorter<T> {
    /// Holds as many rows in memory as `scratch` says.
    pub fn new(scratch: &Scratch) -> Self {
        Sorter { scratch: scratch.clone(), held: Vec::new(), file: None, runs: Vec::new() }
    }

    /// How many more rows can be added before a run is written; one at least. Whoever makes rows in parallel makes so
    /// many at a time.
    pub fn room(&self) -> usize {
        (self.scratch.most_held::<T>() - self.held.len()).max(1)
    }

    /// Adds rows.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn add(&mut self, rows: Vec<T>) -> Result<(), Error> {
        if self.held.is_empty() {
            self.held = rows;
        } else {
            self.held.extend_from_slice(&rows);
        }
        if self.held.len() >= self.scratch.most_held::<T>() { self.write_run() } else { Ok(()) }
    }

    /// Adds rows that are made one after the other.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn extend(&mut self, rows: impl IntoIterator<Item = T>) -> Result<(), Error> {
        let mut rows = rows.into_iter();
        loop {
            let before = self.held.len();
            self.held.extend(rows.by_ref().take(self.scratch.most_held::<T>() - before));
            if self.held.len() < self.scratch.most_held::<T>() {
                return Ok(());
            }
            self.write_run()?;
        }
    }

    /// Sorts what is in memory: O(n log n), in parallel.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn finish(mut self) -> Result<Sorted<T>, Error> {
        if self.file.is_some() && !self.held.is_empty() {
            self.write_run()?;
        }
        let Some(file) = &self.file else {
            self.held.par_sort_unstable();
            return Ok(Sorted::Held(self.held));
        };
        let rows = Rows::of_file(&self.scratch, file)?;
        Ok(Sorted::Runs(Runs { rows, runs: self.runs }))
    }

    fn write_run(&mut self) -> Result<(), Error> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.scratch.file()?,
        };
        self.held.par_sort_unstable();
        self.scratch.write(&file, &self.held)?;
        let begin = self.runs.last().map_or(0, |run| run.end);
        self.runs.push(begin..begin + self.held.len());
        self.held.clear();
        self.file = Some(file);
        Ok(())
    }
}

impl<T: Row + Ord> Sorted<T> {
    /// Sorts a table.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn of(table: Rows<T>, scratch: &Scratch) -> Result<Sorted<T>, Error> {
        let mut sorter = Sorter::new(scratch);
        match table.into_held() {
            Ok(rows) => sorter.held = rows,
            Err(table) => sorter.extend(table.iter().copied())?,
        }
        sorter.finish()
    }

    /// All rows in one table, in order.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn into_rows(self, scratch: &Scratch) -> Result<Rows<T>, Error> {
        match self {
            Sorted::Held(rows) => Ok(rows.into()),
            Sorted::Runs(runs) => {
                let mut writer = RowsWriter::new(scratch);
                for row in runs.merge() {
                    writer.push(row)?;
                }
                writer.finish()
            }
        }
    }
}

impl<T: Row + Ord> Runs<T> {
    /// All rows in order; O(n log runs).
    pub fn merge(&self) -> Merge<'_, T> {
        let mut heads = BinaryHeap::with_capacity(self.runs.len());
        for run in &self.runs {
            if let Some((&first, rest)) = self.rows[run.clone()].split_first() {
                heads.push(Reverse(Head { first, rest }));
            }
        }
        Merge { heads }
    }
}

/// Walks sorted runs in one order.
#[derive(Debug)]
pub struct Merge<'a, T> {
    heads: BinaryHeap<Reverse<Head<'a, T>>>,
}

/// What is left of a run.
#[derive(Debug)]
struct Head<'a, T> {
    first: T,
    rest: &'a [T],
}

impl<T: Ord> PartialEq for Head<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.first == other.first
    }
}

impl<T: Ord> Eq for Head<'_, T> {}

impl<T: Ord> PartialOrd for Head<'_, T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Ord> Ord for Head<'_, T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.first.cmp(&other.first)
    }
}

impl<T: Row + Ord> Iterator for Merge<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let mut least = self.heads.peek_mut()?;
        let row = least.0.first;
        if let Some((&first, rest)) = least.0.rest.split_first() {
            least.0 = Head { first, rest };
        } else {
            PeekMut::pop(least);
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn sorting_by_runs_is_sorting(
            parts in prop::collection::vec(prop::collection::vec(0_u32..500, 0..200), 0..12),
            held_bytes in 0_u64..3000,
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let scratch = Scratch::in_folder(folder.path(), held_bytes);
            let (mut added, mut extended) = (Sorter::new(&scratch), Sorter::new(&scratch));
            for part in &parts {
                added.add(part.clone()).expect("there is room");
                extended.extend(part.iter().copied()).expect("there is room");
            }
            let mut expect = parts.concat();
            expect.sort_unstable();
            for sorter in [added, extended] {
                let rows = sorter.finish().and_then(|sorted| sorted.into_rows(&scratch)).expect("there is room");
                prop_assert_eq!(&rows[..], &expect[..]);
            }
        }
    }
}
