//! Where a report goes: checked before any work, filled beside its place, moved there when complete.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::archive::is_report;
use crate::error::Error;

/// The place of a report, and the folder beside it in which it is written. Dropping it without
/// [`Destination::publish`] removes what was written.
#[derive(Debug)]
pub struct Destination {
    place: PathBuf,
    beside: TempDir,
    new: PathBuf,
}

/// Within the temporary folder: the report as it grows, and the report it replaces.
const NEW: &str = "report";
const OLD: &str = "replaced";

impl Destination {
    /// Claims `place` for a report: nothing may stand there but an earlier report or an empty folder, unless
    /// `force`d, and it must not be an input or hold one. `inputs` are the arguments of the scan.
    ///
    /// # Errors
    /// [`Error::ReportOccupied`], [`Error::ReportOnInput`], or [`Error::WriteReport`] if the place cannot be
    /// written.
    pub fn claim(place: &Path, force: bool, inputs: &[String]) -> Result<Destination, Error> {
        let place = resolve(place)?;
        if std::env::current_dir().is_ok_and(|here| here == place) {
            // It would be moved away under the shell that stands in it.
            return Err(Error::ReportOccupied { path: place, found: "the current folder".into() });
        }
        for input in inputs.iter().filter(|input| *input != "-") {
            let real = fs::canonicalize(input).unwrap_or_else(|_| PathBuf::from(input));
            if real.starts_with(&place) {
                return Err(Error::ReportOnInput { path: place, input: input.clone() });
            }
        }
        if let Some(found) = stranger(&place)?
            && !force
        {
            return Err(Error::ReportOccupied { path: place, found });
        }
        let parent = place.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent).map_err(|source| unwritable(&place, source))?;
        let existing = fs::metadata(&place).ok();
        if let (Some(existing), Ok(around)) = (&existing, fs::metadata(parent))
            && existing.dev() != around.dev()
        {
            let what = "it is a mount point, which cannot be replaced; name a folder inside it";
            return Err(unwritable(&place, io::Error::other(what)));
        }
        let beside = tempfile::Builder::new().prefix(".wirecopy-").suffix(".partial").tempdir_in(parent);
        // The temporary name would only confuse.
        let beside = beside.map_err(|source| unwritable(&place, source.kind().into()))?;
        // Made inside the private temporary folder so that it gets the user's usual permissions, or those of the
        // folder it replaces.
        let new = beside.path().join(NEW);
        fs::create_dir(&new).map_err(|source| unwritable(&place, source))?;
        if let Some(existing) = existing {
            fs::set_permissions(&new, existing.permissions()).map_err(|source| unwritable(&place, source))?;
        }
        Ok(Destination { place, beside, new })
    }

    /// Where the report is written for now.
    pub fn working_folder(&self) -> &Path {
        &self.new
    }

    /// The temporary folder, beside the place, that holds the working folder: all there is to remove if the run ends
    /// early.
    pub fn temporary_folder(&self) -> &Path {
        self.beside.path()
    }

    /// Everything that stands in the temporary folder before the report is published, files before their folders.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let files = super::files().map(|file| self.new.join(file));
        files.chain([self.new.clone(), self.beside.path().to_owned()]).collect()
    }

    /// Moves the report to its place; an earlier one gives way, and comes back if that fails.
    ///
    /// # Errors
    /// [`Error::WriteReport`].
    pub fn publish(self) -> Result<(), Error> {
        let old = self.beside.path().join(OLD);
        let failed = |source| unwritable(&self.place, source);
        let replaces = match fs::rename(&self.place, &old) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(failed(error)),
        };
        if let Err(error) = fs::rename(&self.new, &self.place) {
            if replaces {
                fs::rename(&old, &self.place).map_err(failed)?;
            }
            return Err(failed(error));
        }
        Ok(())
    }
}

/// The folder that `place` means, links followed: a link to a folder stays, and the folder is replaced.
fn resolve(place: &Path) -> Result<PathBuf, Error> {
    match fs::canonicalize(place) {
        Ok(real) => Ok(real),
        Err(error) if fs::symlink_metadata(place).is_ok() => Err(unwritable(place, error)),
        // A parent may be a link; only the last part need not exist.
        Err(_) => {
            let absolute = std::path::absolute(place).map_err(|error| unwritable(place, error))?;
            match (absolute.parent().map(fs::canonicalize), absolute.file_name()) {
                (Some(Ok(parent)), Some(name)) => Ok(parent.join(name)),
                _ => Ok(absolute),
            }
        }
    }
}

/// What stands at `place` and is no report of ours: the first stranger by name, also one that was put into a report.
fn stranger(place: &Path) -> Result<Option<String>, Error> {
    let entries = match fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(unwritable(place, io::Error::other("there is a file of that name")));
        }
        Err(error) => return Err(unwritable(place, error)),
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    let files: Vec<String> = super::files().collect();
    let ours = |name: &String| files.contains(name);
    Ok(if is_report(place) { names.into_iter().find(|name| !ours(name)) } else { names.into_iter().next() })
}

fn unwritable(place: &Path, source: io::Error) -> Error {
    Error::WriteReport { path: place.to_owned(), source }
}
