//! From what the user named to the list of files to read.
//!
//! Folders are walked in the order of their names, so that the same folder always gives the same list. Only
//! regular files are read: symbolic links are not followed (they could leave the folder or go in circles),
//! sockets, pipes and devices are counted, and reports of our own are passed over, so that `wirecopy scan .`
//! can be run twice.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::compression::Compression;
use super::detect::{self, Kind, head_of, kind_of};
use super::form::Form;
use crate::error::Error;
use crate::problem::{Problem, ProblemKind};

/// The name of the file by which a report folder is known.
pub(crate) const REPORT_MARK: &str = "run.json";

/// Something to read.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A regular file.
    File {
        /// As typed, plus the walked part.
        name: String,
        path: PathBuf,
        kind: Kind,
    },
    /// Standard input (`path` is `None`) or a named pipe.
    Stream {
        /// As typed.
        name: String,
        path: Option<PathBuf>,
    },
}

impl Found {
    /// How many bytes it has, if it is a file that is unpacked.
    pub(super) fn packed_bytes(&self) -> u64 {
        match self {
            Found::File { kind: Kind::Plain(_), .. } | Found::Stream { .. } => 0,
            Found::File { path, .. } => fs::metadata(path).map_or(0, |metadata| metadata.len()),
        }
    }

    pub(super) fn is_stream(&self) -> bool {
        matches!(self, Found::Stream { .. })
    }
}

/// How many files were met and not read, by reason; no problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Files that were read.
    pub read: u64,
    /// Files in a walked folder whose name does not say that they are an archive, or starts with a dot, but for packed ones of
    /// which nothing else is said and that hold one; and folders that
    /// were passed over as a whole, each counted once: those whose name starts with a dot, and earlier reports.
    pub ignored: u64,
    /// Symbolic links, sockets, pipes and devices in a walked folder.
    pub special: u64,
    /// Files named more than once, or met again; read once.
    pub repeated: u64,
    /// Files that could not be read; each is a problem.
    pub unreadable: u64,
}

/// What walking gave.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) found: Vec<Found>,
    pub(super) counts: FileCounts,
    pub(super) problems: Vec<Problem>,
    seen: BTreeSet<PathBuf>,
}

/// Finds everything that `arguments` name. Fails before any work if one of them is not there.
pub(super) fn walk(arguments: &[String]) -> Result<Walked, Error> {
    let mut walked = Walked::default();
    for argument in arguments {
        if argument == "-" {
            if walked.first_time(Path::new("-")) {
                walked.found.push(Found::Stream { name: argument.clone(), path: None });
            }
            continue;
        }
        let path = PathBuf::from(argument);
        let open_input = |source| Error::OpenInput { path: path.clone(), source };
        let kind = fs::metadata(&path).map_err(open_input)?.file_type();
        if kind.is_dir() {
            fs::read_dir(&path).map_err(open_input)?;
            walked.folder(argument, &path);
        } else if kind.is_file() {
            // A named file is tried now: a typing error should not cost a run.
            let head = first_bytes(&path).map_err(open_input)?;
            walked.file(argument.clone(), path, &head);
        } else if kind.is_fifo() || path == Path::new("/dev/null") {
            walked.found.push(Found::Stream { name: argument.clone(), path: Some(path) });
        } else {
            return Err(Error::UnusableInput { path });
        }
    }
    Ok(walked)
}

impl Walked {
    fn folder(&mut self, argument: &str, root: &Path) {
        let mut entries = WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(root);
                    let name = walked_name(argument, root, path);
                    let source =
                        error.into_io_error().unwrap_or_else(|| io::Error::other("the walk went in circles"));
                    self.unreadable(name, &source);
                    continue;
                }
            };
            let kind = entry.file_type();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if kind.is_dir() {
                if hidden || is_report(entry.path()) {
                    self.counts.ignored += 1;
                    entries.skip_current_dir();
                }
                continue;
            }
            if !kind.is_file() {
                self.counts.special += 1;
                continue;
            }
            let name = walked_name(argument, root, entry.path());
            if hidden || !(detect::is_archive(&name) || is_packed_archive(&name, entry.path())) {
                self.counts.ignored += 1;
                continue;
            }
            match first_bytes(entry.path()) {
                Ok(head) => self.file(name, entry.into_path(), &head),
                Err(error) => self.unreadable(name, &error),
            }
        }
    }

    fn file(&mut self, name: String, path: PathBuf, head: &[u8]) {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if !self.first_time(&real) {
            return;
        }
        if let (Some(packing), []) = (Compression::of_name(&name), head) {
            // Nothing at all packs to nothing: it was cut.
            let error = format!("it is empty, and no {} file is", packing.name());
            return self.unreadable(name, &io::Error::other(error));
        }
        match kind_of(&name, head) {
            Kind::Foreign(what, hint) => {
                self.counts.unreadable += 1;
                let message = format!("{what} is not read yet; {hint}");
                let kind = ProblemKind::UnsupportedFormat;
                self.problems.push(Problem { path: name, record: None, byte: None, kind, message });
            }
            kind => self.found.push(Found::File { name, path, kind }),
        }
    }

    fn first_time(&mut self, path: &Path) -> bool {
        let first = self.seen.insert(path.to_owned());
        self.counts.repeated += u64::from(!first);
        first
    }

    /// Notes a file that cannot be read.
    fn unreadable(&mut self, name: String, error: &io::Error) {
        self.counts.unreadable += 1;
        self.problems.push(unreadable(name, error));
    }
}

/// Whether the name of a file says of it that it is packed, and no more (`dump.gz`), and records are in it. Packed text is passed over:
/// most of it is no articles.
fn is_packed_archive(name: &str, path: &Path) -> bool {
    let inner = detect::inner_name(name);
    let says_nothing = detect::ending(inner).bytes().all(|byte| byte.is_ascii_digit());
    inner != name && says_nothing && matches!(Form::of_file(path, false), Some(Form::Lines | Form::MadeLines))
}

/// The problem of a file that cannot be read.
pub(super) fn unreadable(path: String, error: &io::Error) -> Problem {
    let message = format!("cannot be read: {error}; nothing of it is in the report");
    Problem { path, record: None, byte: None, kind: ProblemKind::UnreadableFile, message }
}

/// Whether a folder is a report that an earlier run wrote.
pub(crate) fn is_report(folder: &Path) -> bool {
    // The mark is looked for in the first bytes only: a stranger's run.json may be large.
    first_bytes(&folder.join(REPORT_MARK)).is_ok_and(|head| {
        // Our run.json begins with these two keys; others may hold one of them somewhere.
        let head: String = String::from_utf8_lossy(&head).split_whitespace().collect();
        let after_version = head.strip_prefix("{\"wirecopy\":\"").and_then(|rest| rest.split_once("\","));
        after_version.is_some_and(|(_, rest)| rest.starts_with("\"schema\":"))
    })
}

fn walked_name(argument: &str, root: &Path, path: &Path) -> String {
    let below = readable(path.strip_prefix(root).unwrap_or(path));
    if below.is_empty() {
        return argument.to_owned();
    }
    format!("{}/{below}", argument.trim_end_matches('/'))
}

/// A path as text; bytes that are not UTF-8 are written as `\xFF`, so that different files keep different names.
fn readable(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

fn first_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    head_of(&mut fs::File::open(path)?, &mut head)?;
    Ok(head)
}
