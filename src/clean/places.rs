//! Places: what a path means, and whether it may be written.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use crate::error::Error;

/// A relative name that stays within its folder.
pub(super) fn within(name: &str) -> Result<&Path, Error> {
    let path = Path::new(name);
    if !name.is_empty() && path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(path);
    }
    Err(in_the_way(path, "is no name within a folder".into()))
}

/// The place that a path means, links followed: what is replaced is the file, not the link to it. Of what is not there yet
/// the folders above it are followed as far as they are.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    match fs::canonicalize(path) {
        Ok(real) => Ok(real),
        Err(error) if fs::symlink_metadata(path).is_ok() => Err(unwritable(path, error)),
        Err(_) => {
            let absolute = std::path::absolute(path).map_err(|error| unwritable(path, error))?;
            let mut place = PathBuf::new();
            let mut is_there = true;
            for part in absolute.components() {
                match part {
                    Component::ParentDir => {
                        place.pop();
                    }
                    part => place.push(part),
                }
                is_there = is_there && place.exists();
                if is_there && let Ok(real) = fs::canonicalize(&place) {
                    place = real;
                }
            }
            Ok(place)
        }
    }
}

/// Refuses a place that is an input, lies in one, or holds one.
pub(super) fn refuse_inputs(path: &Path, place: &Path, inputs: &[String]) -> Result<(), Error> {
    let there = fs::metadata(place).ok();
    for input in inputs.iter().filter(|input| *input != "-") {
        let Ok(real) = fs::canonicalize(input) else { continue };
        let Ok(input_is) = fs::metadata(&real) else { continue };
        let same = there
            .as_ref()
            .is_some_and(|there| (there.dev(), there.ino()) == (input_is.dev(), input_is.ino()));
        if (same && (input_is.is_file() || input_is.is_dir())) || real.starts_with(place) {
            return Err(in_the_way(path, format!("is, or holds, the input {input}")));
        }
        if input_is.is_dir() && place.starts_with(&real) {
            return Err(in_the_way(
                path,
                format!("lies in the input {input}, where the next run would read it"),
            ));
        }
    }
    Ok(())
}

pub(super) fn in_the_way(path: &Path, why: String) -> Error {
    Error::OutputInTheWay { path: path.to_owned(), why }
}

pub(super) fn unwritable(place: &Path, source: io::Error) -> Error {
    Error::WriteOutput { path: place.to_owned(), source }
}
