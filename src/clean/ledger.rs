//! Ledger: what cleaning took out, row by row, and the bytes themselves.
//!
//! A ledger is JSON Lines. First a [`Head`], which says what was asked for; then a [`Row`] for every stretch of bytes that was
//! taken out or put in, in the order of the files and of their bytes; last an [`End`], which has the files with length and
//! hash before and after, the number of rows, and a hash of all bytes of the ledger before it. A ledger without its end, or
//! with another hash, was cut or changed, and is refused ([`Checked::open`]).
//!
//! Offsets are those of the archive before cleaning. What was taken out stands in `removed` as text, or in `removed_hex`
//! where it is no UTF-8.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::archive::{Compression, hex, unhex};
use crate::error::Error;

/// The version of the ledger's format.
pub const LEDGER: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub struct Head {
    /// The version of the format; also what a ledger is known by.
    pub wirecopy_ledger: u32,
    /// The version of the program.
    pub wirecopy: String,
    /// `remove`, or `mark`.
    pub mode: String,
    /// As `--keep` takes it.
    pub keep: String,
    /// What goes.
    pub remove: Vec<String>,
    /// The least resemblance.
    pub threshold: f64,
    /// Whether the cleaned archive is a folder.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_folder: bool,
}

/// A stretch of bytes that was taken out, or put in.
#[derive(Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "docs/output.md has the columns")]
pub struct Row<'a> {
    pub what: Cow<'a, str>,
    pub path: Cow<'a, str>,
    pub record: u64,
    pub byte: u64,
    pub bytes: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub inserted: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlet: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survivor: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survivor_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub survivor_outlet: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resemblance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub similarity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_bytes: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_bytes: Option<[usize; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<serde_json::Value>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A file before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanedFile {
    /// As typed, plus the walked part.
    pub path: String,
    /// Where it is in a folder of cleaned files.
    pub name: String,
    /// Its name in a folder before, where that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_before: Option<String>,
    /// The format that it was of, where JSON Lines stand for its records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Of a file that was written anew, column by column: its rows and cells before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<ColumnsBefore>,
    /// How it was compressed, the outermost first. Lengths and hashes are those of what it unpacks to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compression: Vec<Compression>,
    /// How the cleaned file is compressed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cleaned_compression: Vec<Compression>,
    /// Whether anything of it is left: a text file that goes leaves no file.
    pub is_left: bool,
    /// Its length before; of a file of columns that of the lines that stand for its rows.
    pub bytes: u64,
    /// Its hash before: 128 bits of XXH3, hexadecimal.
    pub xxh3: String,
    /// Its length after.
    pub cleaned_bytes: u64,
    /// Its hash after.
    pub cleaned_xxh3: String,
}

/// What a file of columns held before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnsBefore {
    /// How many rows each row group had.
    pub row_groups: Vec<u64>,
    /// Row groups, from 0, that could not be read: they are not in the cleaned file, and do not come back.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left_out: BTreeSet<usize>,
    /// A hash of all levels and values, column by column.
    pub xxh3: String,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
pub struct End {
    /// The files, in the order in which they were read.
    pub files: Vec<CleanedFile>,
    /// How many rows stand before.
    pub rows: u64,
    /// A hash of all bytes before this line.
    pub ledger_xxh3: String,
}

/// Largest stretch in one row; a longer one is several.
pub(super) const MOST_IN_ROW: usize = 4 << 20;

impl Row<'_> {
    /// Puts in what was taken out.
    pub(super) fn hold(&mut self, bytes: &[u8]) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.removed = Some(Cow::Owned(text.to_owned())),
            Err(_) => self.removed_hex = Some(hex(bytes)),
        }
    }

    /// What was taken out; `None` if that is no hexadecimal text or has another length.
    pub(super) fn held(&self) -> Option<Cow<'_, [u8]>> {
        let held = match (&self.removed, &self.removed_hex) {
            (Some(text), None) => Cow::Borrowed(text.as_bytes()),
            (None, Some(hex)) => Cow::Owned(unhex(hex)?),
            _ => return None,
        };
        (held.len() as u64 == self.bytes).then_some(held)
    }
}

/// Writes a ledger.
pub(super) struct Writer<W> {
    out: Hashing<W>,
    rows: u64,
}

/// Hashes what passes.
pub(super) struct Hashing<W> {
    pub(super) inner: W,
    pub(super) hash: Xxh3,
    pub(super) bytes: u64,
}

impl<W> Hashing<W> {
    pub(super) fn new(inner: W) -> Self {
        Hashing { inner, hash: Xxh3::new(), bytes: 0 }
    }

    /// Notes bytes that stay where they are.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(super) fn digest(&self) -> String {
        format!("{:032x}", self.hash.digest128())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_all(bytes)?;
        self.update(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Writer<W> {
    pub(super) fn begin(out: W, head: &Head) -> io::Result<Self> {
        let mut writer = Writer { out: Hashing::new(out), rows: 0 };
        writer.line(head)?;
        Ok(writer)
    }

    pub(super) fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        self.rows += 1;
        self.line(row)
    }

    pub(super) fn end(mut self, files: Vec<CleanedFile>) -> io::Result<u64> {
        let end = End { files, rows: self.rows, ledger_xxh3: self.out.digest() };
        self.line(&end)?;
        self.out.flush()?;
        Ok(self.rows)
    }

    /// In one piece, so that hashing sees long stretches.
    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut written = serde_json::to_vec(line)?;
        written.push(b'\n');
        self.out.write_all(&written)
    }
}

/// A ledger that was looked through and is whole.
#[derive(Debug)]
pub(super) struct Checked {
    path: PathBuf,
    rows: BufReader<File>,
    left: u64,
    line: Vec<u8>,
    pub(super) head: Head,
    pub(super) end: End,
}

impl Checked {
    /// Opens a ledger and looks through all of it.
    ///
    /// # Errors
    /// [`Error::UseLedger`].
    pub(super) fn open(path: &Path) -> Result<Checked, Error> {
        let unusable = |why: String| Error::UseLedger { path: path.to_owned(), why };
        let unread = |error: io::Error| unusable(format!("it cannot be read: {error}"));
        let mut file = BufReader::new(File::open(path).map_err(unread)?);
        let mut line = Vec::new();
        file.read_until(b'\n', &mut line).map_err(unread)?;
        let head: Head = serde_json::from_slice(&line).map_err(|_| unusable("it is no ledger".into()))?;
        if head.wirecopy_ledger != LEDGER {
            return Err(unusable(format!("it is of format {}, and {LEDGER} is known", head.wirecopy_ledger)));
        }
        let begin = line.len() as u64;
        let mut hash = Xxh3::new();
        let mut lines = 0_u64;
        loop {
            hash.update(&line);
            let before = hash.digest128();
            let mut next = Vec::with_capacity(line.capacity().min(1 << 16));
            let read = file.read_until(b'\n', &mut next).map_err(unread)?;
            if read == 0 {
                return Err(unusable("it was cut: its last line is missing".into()));
            }
            if let Ok(end) = serde_json::from_slice::<End>(&next) {
                let more = !file.fill_buf().map_err(unread)?.is_empty();
                if end.rows != lines
                    || end.ledger_xxh3 != format!("{before:032x}")
                    || more
                    || !next.ends_with(b"\n")
                {
                    return Err(unusable(
                        "it is not as it was written: lines are missing or were changed".into(),
                    ));
                }
                file.seek(SeekFrom::Start(begin)).map_err(unread)?;
                return Ok(Checked { path: path.to_owned(), rows: file, left: end.rows, line, head, end });
            }
            lines += 1;
            line = next;
        }
    }

    /// The next row.
    pub(super) fn next(&mut self) -> Result<Option<Row<'static>>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        self.line.clear();
        let read = self.rows.read_until(b'\n', &mut self.line);
        read.map_err(|error| self.unusable(format!("it cannot be read: {error}")))?;
        let row = serde_json::from_slice(&self.line);
        row.map(Some).map_err(|error| self.unusable(format!("a row cannot be read: {error}")))
    }

    pub(super) fn is_another(&self, path: &Path, file: &CleanedFile) -> Error {
        let path = path.display();
        self.unusable(format!(
            "{path} is not what the cleaning of {} wrote: it is another archive, or was changed since",
            file.path
        ))
    }

    pub(super) fn unusable(&self, why: String) -> Error {
        Error::UseLedger { path: self.path.clone(), why }
    }
}
