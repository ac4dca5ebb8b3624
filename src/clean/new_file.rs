//! New file: a file that is claimed before any work and gets its place by one rename.
//!
//! Until it is published, and after any error, whatever stood there before still stands. Dropping it removes what was written.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::places::{in_the_way, refuse_inputs, resolve, unwritable};
use crate::archive::Archive;
use crate::error::Error;

/// Bytes that are gathered before they are written.
pub(super) const BUFFER_BYTES: usize = 1 << 18;

/// A file that is not published yet.
#[derive(Debug)]
pub struct NewFile {
    place: PathBuf,
    /// `None` for a device or pipe, which is written as it is.
    temporary: Option<NamedTempFile>,
    /// `None` once all is written.
    file: Option<File>,
    /// Whether nothing stood at the place when it was claimed.
    is_new: bool,
}

impl NewFile {
    /// Claims the place of a file. `inputs` are the arguments.
    ///
    /// # Errors
    /// As [`Destination::claim`](super::Destination::claim).
    pub fn claim(path: &Path, inputs: &[String]) -> Result<NewFile, Error> {
        let place = resolve(path)?;
        refuse_inputs(path, &place, inputs)?;
        let there = fs::metadata(&place).ok();
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(in_the_way(path, "is a folder".into()));
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = fs::OpenOptions::new().write(true).open(&place);
            let file = file.map_err(|source| unwritable(path, source))?;
            return Ok(NewFile { place, temporary: None, file: Some(file), is_new: false });
        }
        let parent = place.parent().unwrap_or(Path::new("/"));
        let is_new = there.is_none();
        // The usual permissions, which the user's mask narrows; or those of the file that gives way.
        let permissions =
            there.map_or_else(|| fs::Permissions::from_mode(0o666), |there| there.permissions());
        let temporary = tempfile::Builder::new()
            .prefix(".wirecopy-")
            .suffix(".partial")
            .permissions(permissions)
            .tempfile_in(parent)
            // The temporary name would only confuse.
            .map_err(|source| unwritable(path, source.kind().into()))?;
        let file = temporary.as_file().try_clone().map_err(|source| unwritable(path, source))?;
        Ok(NewFile { place, temporary: Some(temporary), file: Some(file), is_new })
    }

    /// Whether something stands at the place that would be lost.
    pub fn replaces(&self) -> bool {
        self.temporary.is_some() && self.place.exists()
    }

    /// Whether it is to be, or to replace, the file at this place.
    pub(super) fn is_at(&self, place: &Path) -> bool {
        self.temporary.is_some() && self.place == place
    }

    /// The place.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// What there is to remove if the run ends early.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        self.temporary.iter().map(|temporary| temporary.path().to_owned()).collect()
    }

    /// Refuses a place that is one of the files that are read, by whatever name.
    ///
    /// # Errors
    /// [`Error::OutputInTheWay`].
    pub fn refuse_sources(&self, archive: &Archive) -> Result<(), Error> {
        let Ok(there) = fs::metadata(&self.place) else { return Ok(()) };
        let is = |path: &Path| {
            fs::metadata(path).is_ok_and(|input| (input.dev(), input.ino()) == (there.dev(), there.ino()))
        };
        match archive.sources().iter().find(|source| source.path().is_some_and(is)) {
            Some(source) => Err(in_the_way(&self.place, format!("is the input {}", source.name))),
            None => Ok(()),
        }
    }

    pub(super) fn writer(&mut self) -> BufWriter<&File> {
        BufWriter::with_capacity(BUFFER_BYTES, self.file.as_ref().expect("open until it is published"))
    }

    /// Sees to it that what was written is on the disk.
    pub(super) fn sync(&self) -> Result<(), Error> {
        match (&self.temporary, &self.file) {
            (Some(_), Some(file)) => file.sync_all().map_err(|source| unwritable(&self.place, source)),
            _ => Ok(()),
        }
    }

    /// Moves what was written to its place. What came there since the place was claimed is not replaced.
    ///
    /// # Errors
    /// [`Error::WriteOutput`].
    pub fn publish(self) -> Result<(), Error> {
        let NewFile { place, temporary, is_new, .. } = self;
        let Some(temporary) = temporary else { return Ok(()) };
        let published = if is_new { temporary.persist_noclobber(&place) } else { temporary.persist(&place) };
        published.map(drop).map_err(|error| unwritable(&place, error.error))
    }

    /// The same, and then `rest`. Where that fails, what stood at the place before stands there again.
    ///
    /// # Errors
    /// [`Error::WriteOutput`], and what `rest` says.
    pub fn publish_before(self, rest: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        if self.temporary.is_none() {
            return rest();
        }
        let (place, is_new) = (self.place.clone(), self.is_new);
        let failed = |source: io::Error| unwritable(&place, source);
        let old = if is_new { None } else { Some(put_aside(&place).map_err(failed)?) };
        match self.publish().and_then(|()| rest()) {
            Ok(()) => Ok(()),
            Err(error) => {
                match old {
                    Some(old) => old.persist(&place).map_err(|error| failed(error.error))?,
                    None => fs::remove_file(&place).map_err(failed)?,
                }
                Err(error)
            }
        }
    }
}

/// A second name for the file at `place`, which goes when it is dropped.
fn put_aside(place: &Path) -> io::Result<TempPath> {
    let parent = place.parent().unwrap_or(Path::new("/"));
    let aside =
        tempfile::Builder::new().prefix(".wirecopy-").suffix(".old").tempfile_in(parent)?.into_temp_path();
    fs::copy(place, &aside)?;
    Ok(aside)
}
