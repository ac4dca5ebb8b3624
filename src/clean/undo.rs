//! Undo: gives an archive back as it was before cleaning, byte for byte.
//!
//! In: a ledger, the cleaned archive, where the original goes. Out: the original. The ledger is looked through first (`ledger`);
//! then each cleaned file is read from its begin to its end, and what was taken out is put back where it stood. Length and
//! hash of what is read must be those of the cleaned file, and of what is written those of the original: else it is
//! another archive, or it was changed since, and nothing is published. Compressed files are unpacked on the way, and compressed
//! again as they were; that gives other packed bytes. Files of columns are written anew (`columns`).

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use super::apply::Written;
use super::columns::restore;
use super::ledger::{Checked, CleanedFile, Hashing, Row};
use super::names::renamed;
use super::out::Destination;
use super::places::{unwritable, within};
use crate::archive::{Compression, Form};
use crate::error::Error;
use crate::watch::{Extent, Phase, Watch};

/// How much is copied at a time.
const COPIED_BYTES: usize = 1 << 20;

/// Whether what a ledger gives back is a folder: it is of several files, or of one in a folder, and `cleaned` is that folder.
///
/// # Errors
/// [`Error::UseLedger`].
pub fn gives_folder(ledger: &Path, cleaned: &str) -> Result<bool, Error> {
    let ledger = Checked::open(ledger)?;
    Ok(ledger.end.files.len() > 1 || (ledger.head.is_folder && Path::new(cleaned).is_dir()))
}

/// Writes the archive as it was before the cleaning that `ledger` tells of; `cleaned` is the cleaned file or folder, or `-`.
///
/// # Errors
/// [`Error::UseLedger`] if the ledger is not whole or of another archive; [`Error::OpenInput`], [`Error::ReadInput`],
/// [`Error::WriteOutput`], [`Error::OutputMisnamed`]; [`Error::WriteTemporary`], for files of columns.
pub fn undo(
    ledger: &Path,
    cleaned: &str,
    destination: &mut Destination,
    temp_dir: &Path,
    watch: &dyn Watch,
) -> Result<Written, Error> {
    let mut ledger = Checked::open(ledger)?;
    let files = std::mem::take(&mut ledger.end.files);
    let in_folder = Path::new(cleaned).is_dir();
    if files.len() > 1 && !in_folder {
        return Err(ledger.unusable(format!("it is of {} files, and {cleaned} is no folder", files.len())));
    }
    for file in &files {
        if let Some(form) = form_of(file) {
            destination.refuse_form(form, &file.path)?;
        }
    }
    let bytes = files.iter().map(|file| file.bytes).sum();
    watch.begin(Phase::Clean, Extent { steps: bytes, articles: None, bytes });
    let mut written = Written { ledger_rows: ledger.end.rows, ..Written::default() };
    let mut next = ledger.next()?;
    for file in &files {
        let path = if in_folder { Path::new(cleaned).join(within(&file.name)?) } else { cleaned.into() };
        let failed = |source| Error::OpenInput { path: path.clone(), source };
        let from: Box<dyn Read> = match (file.is_left, cleaned) {
            (false, _) => Box::new(io::empty()),
            (true, "-") => Box::new(io::stdin().lock()),
            (true, _) => Box::new(File::open(&path).map_err(failed)?),
        };
        let from = Box::new(BufReader::with_capacity(COPIED_BYTES, from));
        let from = Compression::unpack_all(from, &file.cleaned_compression);
        let from = from.map_err(|source| Error::ReadInput { name: path.display().to_string(), source })?;
        let place = destination.name();
        let before = file.name_before.as_deref().unwrap_or(&file.name);
        let packing = destination.packing(&file.compression);
        let name = renamed(before, &file.compression, &packing, "");
        let out = destination.open(&name, &packing)?;
        if let Some(columns) = &file.columns {
            let out = restore(
                file,
                columns,
                from,
                &path,
                &mut ledger,
                &mut next,
                out,
                Path::new(&place),
                temp_dir,
            )?;
            out.finish().map_err(|source| unwritable(Path::new(&place), source))?;
            written.files += 1;
            written.bytes += file.bytes;
            written.cleaned_bytes += file.cleaned_bytes;
            watch.advance(file.bytes);
            continue;
        }
        let mut restoring = Restoring {
            from: Hashing::new(from),
            out: Hashing::new(out),
            path: &path,
            place: Path::new(&place),
            watch,
        };
        while let Some(row) = next.take_if(|row| row.path == file.path) {
            restoring.put_back(&row, &ledger)?;
            next = ledger.next()?;
        }
        // One byte more is enough to be another archive, whatever it unpacks to.
        let left = file.bytes.saturating_sub(restoring.out.bytes);
        restoring.copy(left.saturating_add(1), None)?;
        restoring.check(file, &ledger)?;
        restoring.out.inner.finish().map_err(|source| unwritable(Path::new(&place), source))?;
        written.files += 1;
        written.bytes += file.bytes;
        written.cleaned_bytes += file.cleaned_bytes;
    }
    if next.is_some() {
        return Err(ledger.unusable("its rows are not in the order of its files".into()));
    }
    watch.end();
    Ok(written)
}

/// The form in which a file is given back. Of lines, text and tables the ledger does not tell, but the name that they had does mostly.
fn form_of(file: &CleanedFile) -> Option<Form> {
    match (&file.columns, &file.format) {
        (Some(_), _) => Some(Form::Columns),
        (None, Some(_)) => Some(Form::MadeLines),
        (None, None) => Form::of_name(&file.path),
    }
}

/// One file under way.
struct Restoring<'a, R, W> {
    from: Hashing<R>,
    out: Hashing<W>,
    path: &'a Path,
    place: &'a Path,
    watch: &'a dyn Watch,
}

impl<R: Read, W: Write> Restoring<'_, R, W> {
    /// Copies up to where a stretch was, passes over what was put in there, and writes what was taken out.
    fn put_back(&mut self, row: &Row<'_>, ledger: &Checked) -> Result<(), Error> {
        let another =
            || ledger.unusable(format!("{} is not the archive that it was written for", self.path.display()));
        let before = row.byte.checked_sub(self.out.bytes).ok_or_else(another)?;
        self.copy(before, Some(ledger))?;
        self.skip(row.inserted, ledger)?;
        let held = row.held().ok_or_else(|| ledger.unusable("a row does not hold what it says".into()))?;
        self.watch.advance(held.len() as u64);
        self.out.write_all(&held).map_err(|source| unwritable(self.place, source))
    }

    /// Copies so many bytes, or to the end. With a ledger they must be there.
    fn copy(&mut self, bytes: u64, ledger: Option<&Checked>) -> Result<(), Error> {
        let mut left = bytes;
        let mut buffer = vec![0; COPIED_BYTES];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(COPIED_BYTES);
            let read = self.read(&mut buffer[..most])?;
            if read == 0 {
                return ledger.map_or(Ok(()), |ledger| Err(self.too_short(ledger)));
            }
            self.out.write_all(&buffer[..read]).map_err(|source| unwritable(self.place, source))?;
            self.watch.advance(read as u64);
            left -= read as u64;
        }
        Ok(())
    }

    fn skip(&mut self, bytes: u64, ledger: &Checked) -> Result<(), Error> {
        let mut left = bytes;
        let mut buffer = [0; 4096];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let read = self.read(&mut buffer[..most])?;
            if read == 0 {
                return Err(self.too_short(ledger));
            }
            left -= read as u64;
        }
        Ok(())
    }

    fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        let failed = |source| Error::ReadInput { name: self.path.display().to_string(), source };
        let read = self.from.inner.read(into).map_err(failed)?;
        self.from.hash.update(&into[..read]);
        self.from.bytes += read as u64;
        Ok(read)
    }

    fn too_short(&self, ledger: &Checked) -> Error {
        ledger.unusable(format!("{} ends too early: it is another archive, or was cut", self.path.display()))
    }

    fn check(&self, file: &CleanedFile, ledger: &Checked) -> Result<(), Error> {
        if (self.from.bytes, self.from.digest()) != (file.cleaned_bytes, file.cleaned_xxh3.clone()) {
            return Err(ledger.is_another(self.path, file));
        }
        if (self.out.bytes, self.out.digest()) != (file.bytes, file.xxh3.clone()) {
            return Err(ledger.unusable(format!("what it gives back is not {}", file.path)));
        }
        Ok(())
    }
}
