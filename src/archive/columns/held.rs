//! Held: cells of rows that go or come back. Columns are passed one after the other and a ledger has rows, so they stand in
//! a temporary file in between, from where both orders can be had.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use serde_json::Value;

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Held {
    file: File,
    written: u64,
    buffer: Vec<u8>,
    /// Where the cells of each column stand, by row.
    places: Vec<Vec<(u64, usize)>>,
}

impl Held {
    pub(super) fn new(temp_dir: &Path, columns: usize) -> io::Result<Held> {
        let file = tempfile::tempfile_in(temp_dir)?;
        Ok(Held { file, written: 0, buffer: Vec::new(), places: vec![Vec::new(); columns] })
    }

    pub(super) fn clear(&mut self) {
        self.written = 0;
        self.buffer.clear();
        self.places.iter_mut().for_each(Vec::clear);
    }

    /// Takes the cell of the next row in this column.
    pub(super) fn put(&mut self, column: usize, cell: &Value) -> io::Result<()> {
        let begin = self.buffer.len();
        serde_json::to_writer(&mut self.buffer, cell)?;
        self.places[column].push((self.written + begin as u64, self.buffer.len() - begin));
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    /// The cell of the `number`th row; `None` if there is none.
    pub(super) fn get(&mut self, column: usize, number: usize) -> io::Result<Option<Value>> {
        self.flush()?;
        let Some(&(at, length)) = self.places[column].get(number) else { return Ok(None) };
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// All cells of a row, by column.
    pub(super) fn cells(&mut self, number: usize) -> io::Result<Value> {
        let cells = (0..self.places.len()).map(|column| Ok(self.get(column, number)?.unwrap_or_default()));
        cells.collect::<io::Result<Vec<Value>>>().map(Value::Array)
    }

    /// Takes all cells of the next row; `None` if they are not as many as there are columns.
    pub(super) fn hold(&mut self, cells: &Value) -> io::Result<Option<()>> {
        let Some(cells) = cells.as_array().filter(|cells| cells.len() == self.places.len()) else {
            return Ok(None);
        };
        for (column, cell) in cells.iter().enumerate() {
            self.put(column, cell)?;
        }
        Ok(Some(()))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.buffer, self.written)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}
