//! Names: what the files of an archive are called in a folder, before cleaning and after.
//!
//! In: the sources and the arguments that named them, and how they are to be compressed. Out: a name for each, below the
//! folder. A file keeps its name, but for the endings that compression has; where JSON Lines stand for another format,
//! `.jsonl` is put behind: `a.csv.gz` becomes `a.csv.jsonl.gz`.

use std::collections::BTreeMap;
use std::path::Path;

use super::out::Destination;
use super::places::within;
use crate::archive::{Archive, Compression, Form, Source};
use crate::error::Error;

/// What a file is called, and how it is packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) before: String,
    pub(super) cleaned: String,
    pub(super) packing: Vec<Compression>,
    pub(super) cleaned_packing: Vec<Compression>,
}

/// How many files are written in UTF-8 that were in another encoding before.
pub fn as_utf8(archive: &Archive) -> u64 {
    let decoded = |source: &&Source| source.origin.as_ref().is_some_and(|origin| origin.encoding.is_some());
    archive.sources().iter().filter(decoded).count() as u64
}

/// How many files of each format are given as JSON Lines.
pub fn as_lines(archive: &Archive) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for source in archive.sources().iter().filter(|source| source.is_given_as_lines()) {
        *counts.entry(source.format_name()).or_default() += 1;
    }
    counts
}

/// The names of each file within a folder: what was walked below the folder that was named, else the file's own name.
pub(super) fn names(
    sources: &[Source],
    arguments: &[String],
    destination: &Destination,
) -> Result<Vec<Names>, Error> {
    let folders: Vec<&Path> = arguments.iter().map(Path::new).filter(|path| path.is_dir()).collect();
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut names = Vec::with_capacity(sources.len());
    for source in sources {
        // Of a pipe nobody knows a name, but what came through it is known.
        let piped = match Form::of_source(source) {
            Form::Text => "stdin.txt",
            Form::Table { tabs: false } => "stdin.csv",
            Form::Table { tabs: true } => "stdin.tsv",
            Form::Lines | Form::MadeLines | Form::Columns => "stdin.jsonl",
        };
        let path = source.path().unwrap_or(Path::new(piped));
        let below = folders
            .iter()
            .filter_map(|folder| path.strip_prefix(folder).ok())
            .min_by_key(|below| below.as_os_str().len());
        let own = path.file_name().map(Path::new);
        let name = below.or(own).and_then(Path::to_str);
        let refuse = |why: String| Error::OutputInTheWay { path: source.name.clone().into(), why };
        let name =
            name.ok_or_else(|| refuse("has a name that is no UTF-8, which no ledger can hold".into()))?;
        within(name)?;
        let packing = source.origin.as_ref().map_or(&[][..], |origin| &origin.packing);
        let more = if source.is_given_as_lines() { ".jsonl" } else { "" };
        let cleaned_packing = destination.packing(packing);
        let cleaned = renamed(name, packing, &cleaned_packing, more);
        if let Some(other) = taken.insert(cleaned.clone(), &source.name) {
            return Err(refuse(format!(
                "and {other} would both go to {cleaned}: clean them apart, or put them into one folder"
            )));
        }
        let before = renamed(name, packing, packing, more);
        names.push(Names { before, cleaned, packing: packing.to_vec(), cleaned_packing });
    }
    Ok(names)
}

/// The name of a file that was packed one way and is packed another, with `more` behind what it holds. A name that says
/// nothing of how it was packed, though it was, keeps silent as long as nothing changes.
pub(super) fn renamed(name: &str, was: &[Compression], is: &[Compression], more: &str) -> String {
    if was == is && more.is_empty() {
        return name.to_owned();
    }
    let mut stem = name;
    for &compression in was {
        if Compression::of_name(stem) == Some(compression) {
            stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        }
    }
    let mut new = stem.to_owned();
    if !Path::new(stem).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl")) {
        new.push_str(more);
    }
    for compression in is.iter().rev() {
        new.push('.');
        new.push_str(compression.endings()[0]);
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use Compression::{Gzip, Zstd};

    fn check(name: &str, was: &[Compression], is: &[Compression], more: &str, expect: &str) {
        assert_eq!(renamed(name, was, is, more), expect);
    }

    #[test]
    fn names_say_how_a_file_is_packed_and_what_it_holds() {
        check("a/b.jsonl.gz", &[Gzip], &[Gzip], "", "a/b.jsonl.gz");
        check("a/b.jsonl.gz", &[Gzip], &[], "", "a/b.jsonl");
        check("b.jsonl.gz", &[Gzip], &[Zstd], "", "b.jsonl.zst");
        check("b.jsonl", &[], &[Gzip], "", "b.jsonl.gz");
        check("packed", &[Gzip], &[Gzip], "", "packed");
        check("packed", &[Gzip], &[Zstd], "", "packed.zst");
        check("b.csv.GZ", &[Gzip], &[Gzip], ".jsonl", "b.csv.jsonl.gz");
        check("b.html", &[], &[], ".jsonl", "b.html.jsonl");
        check("b.jsonl.zst.gz", &[Gzip, Zstd], &[], "", "b.jsonl");
        check("b.jsonl.zst.gz", &[Gzip, Zstd], &[Gzip, Zstd], "", "b.jsonl.zst.gz");
        check("stdin.jsonl", &[Gzip], &[Gzip], ".jsonl", "stdin.jsonl.gz");
    }
}
