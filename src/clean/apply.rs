//! Apply: writes a cleaned archive and its ledger. The only writer of archives.
//!
//! In: an [`Input`], a [`Plan`], where the archive and the ledger go. Out: both, written and not yet published, and what was
//! written ([`Written`]). Every file is copied from its begin to its end, without the stretches that go; each of these is a row
//! of the ledger. A file that changed under the run is an error, and nothing is published then.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::edits::{Edit, Item, items};
use super::input::Input;
use super::ledger::{CleanedFile, Hashing, Head, LEDGER, MOST_IN_ROW, Row, Writer};
use super::out::{Destination, NewFile, unwritable, within};
use super::plan::{Options, Plan};
use crate::archive::{Format, Source};
use crate::error::Error;
use crate::watch::{Extent, Phase, Watch};

/// How much of a file is copied at a time.
const COPIED_BYTES: u64 = 1 << 20;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Files of the cleaned archive.
    pub files: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Bytes that were written.
    pub cleaned_bytes: u64,
    /// Rows of the ledger.
    pub ledger_rows: u64,
    /// With `mark`: articles whose record has no place for a mark.
    pub unmarked: u64,
}

/// Writes the cleaned archive and the ledger; `mark` annotates instead. `arguments` are those that named the archive.
///
/// # Errors
/// [`Error::WriteOutput`], [`Error::ReadInput`], [`Error::ArchiveChanged`], [`Error::OutputInTheWay`].
#[allow(
    clippy::too_many_arguments,
    reason = "what is read, what is asked for, where it goes, and who looks on"
)]
pub fn apply(
    input: &Input,
    arguments: &[String],
    plan: &Plan,
    options: &Options,
    mark: bool,
    destination: &mut Destination,
    ledger: &mut NewFile,
    watch: &dyn Watch,
) -> Result<Written, Error> {
    destination.refuse_sources(&input.archive)?;
    ledger.refuse_sources(&input.archive)?;
    let sources = input.archive.sources();
    let names = names(sources, arguments)?;
    if !destination.is_folder() && sources.len() > 1 {
        let why = "cannot take several files; name a folder with --out".to_owned();
        return Err(Error::OutputInTheWay { path: destination.name().into(), why });
    }
    let (articles, bytes) = (Some(input.catalogue.len() as u64), input.archive.bytes());
    watch.begin(Phase::Clean, Extent { steps: bytes, articles, bytes });
    let head = Head {
        wirecopy_ledger: LEDGER,
        wirecopy: env!("CARGO_PKG_VERSION").into(),
        mode: if mark { "mark" } else { "remove" }.into(),
        keep: options.keep.name(),
        remove: options.remove.names().into_iter().map(str::to_owned).collect(),
        threshold: options.threshold,
    };
    let place = ledger.place().to_owned();
    let ledger_failed = |source| unwritable(&place, source);
    let mut rows = Writer::begin(ledger.writer(), &head).map_err(ledger_failed)?;
    let items = items(input, plan, mark);
    let mut rest = &items[..];
    let mut written = Written::default();
    let mut files = Vec::with_capacity(sources.len());
    for ((source, name), number) in sources.iter().zip(names).zip(0..) {
        let own;
        (own, rest) = rest.split_at(rest.partition_point(|item| item.source == number));
        let mut file = Cleaning { input, source, rows: &mut rows, ledger: &place, watch, unmarked: 0 };
        // A text file whose article goes leaves no file.
        let goes = source.format == Format::Text && !mark && own.iter().any(Item::takes_all);
        let cleaned = if goes {
            file.clean(own, Hashing::new(std::io::sink()), Path::new(&name))?.1
        } else {
            let path = destination.name();
            let out = destination.open(&name)?;
            let (out, cleaned) = file.clean(own, Hashing::new(out), Path::new(&path))?;
            out.finish().map_err(|source| unwritable(Path::new(&path), source))?;
            cleaned
        };
        written.unmarked += file.unmarked;
        written.files += u64::from(!goes);
        written.bytes += cleaned.bytes;
        written.cleaned_bytes += cleaned.cleaned_bytes;
        files.push(CleanedFile { path: source.name.clone(), name, is_left: !goes, ..cleaned });
    }
    written.ledger_rows = rows.end(files).map_err(ledger_failed)?;
    ledger.sync()?;
    if let Some(problem) = input.archive.changed().into_iter().next() {
        return Err(Error::ArchiveChanged { input: problem.path, why: problem.message });
    }
    watch.end();
    Ok(written)
}

/// One file under way.
struct Cleaning<'a, W> {
    input: &'a Input,
    source: &'a Source,
    rows: &'a mut Writer<W>,
    ledger: &'a Path,
    watch: &'a dyn Watch,
    unmarked: u64,
}

impl<W: Write> Cleaning<'_, W> {
    /// Copies the file without what goes; `path` is where it goes to.
    fn clean<O: Write>(
        &mut self,
        items: &[Item<'_>],
        mut out: Hashing<O>,
        path: &Path,
    ) -> Result<(O, CleanedFile), Error> {
        let mut before = Hashing::new(std::io::sink());
        let mut at = 0;
        for item in items {
            let edits = item.edits(self.input)?;
            self.unmarked += u64::from(edits.is_empty());
            for edit in edits {
                self.copy(at..edit.bytes.start, &mut before, &mut out, path)?;
                out.write_all(&edit.insert).map_err(|source| unwritable(path, source))?;
                at = edit.bytes.end;
                self.take_out(edit, &mut before)?;
            }
        }
        self.copy(at..self.source.bytes, &mut before, &mut out, path)?;
        let file = CleanedFile {
            path: String::new(),
            name: String::new(),
            is_left: true,
            bytes: before.bytes,
            xxh3: before.digest(),
            cleaned_bytes: out.bytes,
            cleaned_xxh3: out.digest(),
        };
        Ok((out.inner, file))
    }

    fn copy(
        &self,
        range: std::ops::Range<u64>,
        before: &mut Hashing<std::io::Sink>,
        out: &mut Hashing<impl Write>,
        path: &Path,
    ) -> Result<(), Error> {
        let mut at = range.start;
        while at < range.end {
            let end = range.end.min(at + COPIED_BYTES);
            let bytes = self.fetch(at..end)?;
            before.hash.update(&bytes);
            before.bytes += bytes.len() as u64;
            out.write_all(&bytes).map_err(|source| unwritable(path, source))?;
            self.watch.advance(end - at);
            at = end;
        }
        Ok(())
    }

    /// Writes the rows of a stretch that goes: one, unless it is long.
    fn take_out(&mut self, edit: Edit<'_>, before: &mut Hashing<std::io::Sink>) -> Result<(), Error> {
        let Edit { bytes, row, .. } = edit;
        let mut at = bytes.start;
        let mut row = row;
        loop {
            let mut end = bytes.end.min(at + MOST_IN_ROW as u64);
            let mut held = self.fetch(at..end)?.into_owned();
            if end < bytes.end
                && let Err(error) = std::str::from_utf8(&held)
                && error.error_len().is_none()
            {
                // A character is never torn.
                held.truncate(error.valid_up_to());
                end = at + held.len() as u64;
            }
            before.hash.update(&held);
            before.bytes += held.len() as u64;
            (row.byte, row.bytes) = (at, held.len() as u64);
            (row.removed, row.removed_hex) = (None, None);
            row.hold(&held);
            self.rows.row(&row).map_err(|source| unwritable(self.ledger, source))?;
            self.watch.advance(end - at);
            at = end;
            if at == bytes.end {
                return Ok(());
            }
            row = Row { inserted: 0, ..row };
        }
    }

    fn fetch(&self, range: std::ops::Range<u64>) -> Result<std::borrow::Cow<'_, [u8]>, Error> {
        let failed = |source| Error::ReadInput { name: self.source.name.clone(), source };
        self.source.fetch(range).map_err(failed)
    }
}

/// The name of each file within a folder: what was walked below the folder that was named, else the file's own name.
fn names(sources: &[Source], arguments: &[String]) -> Result<Vec<String>, Error> {
    let folders: Vec<&Path> = arguments.iter().map(Path::new).filter(|path| path.is_dir()).collect();
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    let mut names = Vec::with_capacity(sources.len());
    for source in sources {
        let path = source.path().unwrap_or(Path::new("stdin.jsonl"));
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
        if let Some(other) = taken.insert(name.to_owned(), &source.name) {
            return Err(refuse(format!(
                "and {other} would both go to {name}: clean them apart, or put them into one folder"
            )));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}
