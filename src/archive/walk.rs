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

use super::source::Format;
use crate::error::Error;
use crate::problem::{Problem, ProblemKind};

/// The name of the file by which a report folder is known.
pub(crate) const REPORT_MARK: &str = "run.json";

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A regular file.
    File {
        /// As typed, plus the walked part.
        name: String,
        path: PathBuf,
        format: Format,
    },
    /// Standard input (`path` is `None`) or a named pipe.
    Stream {
        /// As typed.
        name: String,
        path: Option<PathBuf>,
    },
}

/// How many files were met and not read, by reason; no problems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Files that were read.
    pub read: u64,
    /// Files in a walked folder whose name says that they are no archive, or starts with a dot; and folders that
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
            let format = named_format(&path).unwrap_or_else(|| guessed_format(&head));
            walked.file(argument.clone(), path, format, &head);
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
            match (hidden, named_format(entry.path())) {
                (false, Some(format)) => match first_bytes(entry.path()) {
                    Ok(head) => self.file(name, entry.into_path(), format, &head),
                    Err(error) => self.unreadable(name, &error),
                },
                _ => self.counts.ignored += 1,
            }
        }
    }

    fn file(&mut self, name: String, path: PathBuf, format: Format, head: &[u8]) {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if !self.first_time(&real) {
            return;
        }
        if !self.refused(&name, head) {
            self.found.push(Found::File { name, path, format });
        }
    }

    /// Whether a file is of a format that is not read, by its name and its first bytes; then it is a problem.
    pub(super) fn refused(&mut self, name: &str, head: &[u8]) -> bool {
        let Some((what, hint)) = foreign(name, head) else { return false };
        self.counts.unreadable += 1;
        self.problems.push(Problem {
            path: name.to_owned(),
            record: None,
            byte: None,
            kind: ProblemKind::UnsupportedFormat,
            message: format!("{what} is not read yet; {hint}"),
        });
        true
    }

    fn first_time(&mut self, path: &Path) -> bool {
        let first = self.seen.insert(path.to_owned());
        self.counts.repeated += u64::from(!first);
        first
    }

    /// Notes a file that cannot be read.
    pub(super) fn unreadable(&mut self, name: String, error: &io::Error) {
        self.counts.unreadable += 1;
        self.problems.push(Problem {
            path: name,
            record: None,
            byte: None,
            kind: ProblemKind::UnreadableFile,
            message: format!("cannot be read: {error}; nothing of it is in the report"),
        });
    }
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

/// Whether JSON begins that goes on beyond its first line: an array of objects, or a printed-out object. A first line
/// that is a bad record, alone, is no reason to refuse the rest.
fn spans_lines(start: &[u8]) -> bool {
    let (line, rest) = start.split_at(memchr::memchr(b'\n', start).unwrap_or(start.len()));
    let inside =
        |bracket: u8| start.strip_prefix(&[bracket]).map(|rest| rest.trim_ascii_start().first().copied());
    let array = matches!(inside(b'['), Some(Some(b'{')));
    let printed = line.trim_ascii_end() == b"{" && matches!(inside(b'{'), Some(Some(b'"')));
    let alone = !rest.is_empty() && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
    (array || printed) && !alone
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

/// The ending of a file's name, in lower case; empty if it has none.
fn extension(path: &Path) -> String {
    path.extension().map_or_else(String::new, |ending| ending.to_string_lossy().to_ascii_lowercase())
}

/// The format that a file's name promises; `None` for other names.
fn named_format(path: &Path) -> Option<Format> {
    match extension(path).as_str() {
        "jsonl" | "ndjson" | "jsonlines" | "jl" | "json" => Some(Format::JsonLines),
        "txt" | "text" => Some(Format::Text),
        _ => None,
    }
}

/// The format of a named file whose name promises nothing: JSON Lines begin with an object.
fn guessed_format(head: &[u8]) -> Format {
    let first = super::record::strip_mark(head).iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') { Format::JsonLines } else { Format::Text }
}

/// What a file is if it is neither JSON Lines nor text, and what can be done with it.
fn foreign(name: &str, head: &[u8]) -> Option<(&'static str, &'static str)> {
    const DECOMPRESS: &str = "decompress it first";
    const CONVERT: &str = "make it JSON Lines first, one object a line";
    const MAGIC: [(&[u8], &str, &str); 12] = [
        (b"\x1F\x8B", "gzip", DECOMPRESS),
        (b"\x28\xB5\x2F\xFD", "zstd", DECOMPRESS),
        (b"BZh", "bzip2", DECOMPRESS),
        (b"\xFD7zXZ\0", "xz", DECOMPRESS),
        (b"\x04\x22\x4D\x18", "lz4", DECOMPRESS),
        (b"PK\x03\x04", "zip", DECOMPRESS),
        (b"PAR1", "Parquet", CONVERT),
        (b"ARROW1", "Arrow IPC", CONVERT),
        (b"WARC/", "WARC", CONVERT),
        (b"%PDF", "PDF", "extract its text first"),
        (b"\xFF\xFE", "UTF-16", "convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)"),
        (b"\xFE\xFF", "UTF-16", "convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)"),
    ];
    const PAGES: [&[u8]; 3] = [b"<!doctype html", b"<html", b"<?xml"];
    let promised = named_format(Path::new(name));
    let named_text = promised == Some(Format::Text);
    let start = super::record::strip_mark(head).trim_ascii_start();
    let magic = MAGIC.iter().find(|(magic, ..)| head.starts_with(magic) || start.starts_with(magic));
    if let Some(&(_, what, hint)) = magic {
        return Some((what, hint));
    }
    if !named_text && spans_lines(start) {
        return Some(("JSON that is not an object a line", "make it JSON Lines first (jq -c '.[]? // .')"));
    }
    let lower = start.to_ascii_lowercase();
    if !named_text && PAGES.iter().any(|page| lower.starts_with(page)) {
        return Some(("HTML or XML", "extract its text first"));
    }
    match extension(Path::new(name)).as_str() {
        "csv" | "tsv" => Some(("CSV", CONVERT)),
        "html" | "htm" | "xml" => Some(("HTML or XML", "extract its text first")),
        // A stray NUL in an archive is one bad record.
        _ if promised.is_none() && !start.starts_with(b"{") && head.contains(&0) => {
            Some(("a binary file", CONVERT))
        }
        _ => None,
    }
}

/// How much of a file is looked at to tell what it is.
pub(super) const HEAD_BYTES: u64 = 512;

fn first_bytes(path: &Path) -> io::Result<Vec<u8>> {
    use io::Read;
    let mut head = Vec::new();
    fs::File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}
