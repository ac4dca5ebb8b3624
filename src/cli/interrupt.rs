//! Interruptions: SIGINT and SIGTERM leave nothing half done behind, and say so.
//!
//! A thread waits for the signals. Until the report is published it removes the working folder before it ends the
//! process; while the report is being moved to its place it waits; afterwards it just ends the process. Temporary files of
//! the run need no removing: they have no name.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io, process, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::progress;

/// How often removing the working folder is tried, and how long is waited in between: a second in all.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// What an interruption must remove; nothing once the report is published.
#[derive(Clone)]
pub(crate) struct Unfinished(Arc<Mutex<Option<Vec<PathBuf>>>>);

/// From now on, SIGINT and SIGTERM remove these files and folders, with all that is in them, and end the process with status 130 or 143.
pub(crate) fn remove_when_interrupted(paths: Vec<PathBuf>) -> io::Result<Unfinished> {
    let unfinished = Unfinished(Arc::new(Mutex::new(Some(paths))));
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let watched = unfinished.clone();
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let paths = watched.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(paths) = paths.as_ref() {
                // Threads that still write there can hold the removal up for a moment; what cannot be removed at all
                // must not keep the process alive.
                for path in paths {
                    for _ in 0..TRIES {
                        let removed =
                            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
                        if removed.is_ok() || !path.exists() {
                            break;
                        }
                        thread::sleep(PAUSE);
                    }
                }
                progress::tell("wirecopy: interrupted; nothing was published");
            }
            process::exit(128 + signal);
        }
    });
    Ok(unfinished)
}

impl Unfinished {
    /// Hands on what `work` gave, unless the run was interrupted meanwhile: then work that failed only because its
    /// folder was taken away has nothing to tell, and the interruption ends the process with its own status.
    pub(crate) fn unless_interrupted<T>(&self, work: impl FnOnce() -> T) -> T {
        let done = work();
        // Whoever removes the folder holds the lock until the process ends.
        drop(self.0.lock().unwrap_or_else(PoisonError::into_inner));
        done
    }

    /// Runs `publish` with interruptions held back; after it there is nothing to remove.
    pub(crate) fn finish<T, E>(&self, publish: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let published = publish()?;
        *paths = None;
        Ok(published)
    }
}
