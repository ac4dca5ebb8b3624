//! The report: what a scan writes.
//!
//! In: [`Findings`]. Out: a folder of tables (`docs/output.md`), published by rename when it is complete;
//! until then, and after any error, whatever stood there before still stands.
//!
//! - `rows`: one type a table · `tables`: findings to rows · `folder`: where a report may go, and the rename
//!   · `run`: `run.json`

mod folder;
mod rows;
mod run;
mod tables;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;

use crate::archive::REPORT_MARK;
use crate::error::Error;
use crate::pipeline::{Findings, Stopwatch};
use crate::settings::Settings;
use crate::watch::{Extent, Phase, Watch};

pub use folder::Destination;
pub use run::{
    BucketInfo, CountsInfo, FilesInfo, FunnelInfo, InputInfo, PhaseInfo, RunInfo, SCHEMA, SettingsInfo,
};

/// The files of a report.
pub(crate) const FILES: [&str; 9] = [
    REPORT_MARK,
    "articles.jsonl",
    "stories.jsonl",
    "matches.jsonl",
    "passages.jsonl",
    "relations.jsonl",
    "outlets.jsonl",
    "repeats.jsonl",
    "problems.jsonl",
];

/// Writes all tables and `run.json` into the working folder of `destination`, which is to be published next. Returns
/// what `run.json` says.
///
/// # Errors
/// [`Error::WriteReport`]; nothing was published then.
pub fn write(
    findings: &Findings,
    settings: &Settings,
    command_line: &[String],
    destination: &Destination,
    watch: &dyn Watch,
) -> Result<RunInfo, Error> {
    let mut stopwatch = Stopwatch::start();
    let folder = destination.working_folder();
    let tables = tables::Tables::of(findings, settings);
    let (articles, bytes) = (findings.catalogue.len() as u64, findings.archive.bytes());
    watch.begin(Phase::Write, Extent { steps: tables.rows(), articles: Some(articles), bytes });
    table(folder, "articles.jsonl", tables.articles(), watch)?;
    table(folder, "stories.jsonl", tables.stories(), watch)?;
    table(folder, "matches.jsonl", tables.matches(), watch)?;
    table(folder, "passages.jsonl", tables.passages(), watch)?;
    table(folder, "relations.jsonl", tables.relations(), watch)?;
    table(folder, "outlets.jsonl", tables.outlets(), watch)?;
    table(folder, "repeats.jsonl", tables.repeats(), watch)?;
    table(folder, "problems.jsonl", tables.problems(), watch)?;
    stopwatch.lap(Phase::Write);
    let usage = [findings.usage.clone(), stopwatch.laps()].concat();
    let run = RunInfo::of(findings, settings, command_line, &usage);
    let path = folder.join(REPORT_MARK);
    write_file(&path, |file| {
        serde_json::to_writer_pretty(&mut *file, &run)?;
        file.write_all(b"\n")
    })?;
    watch.end();
    Ok(run)
}

/// Writes one table as JSON Lines.
fn table(
    folder: &Path,
    name: &str,
    rows: impl Iterator<Item = impl Serialize>,
    watch: &dyn Watch,
) -> Result<(), Error> {
    write_file(&folder.join(name), |file| {
        let mut told = 0;
        let mut written = 0;
        for row in rows {
            serde_json::to_writer(&mut *file, &row)?;
            file.write_all(b"\n")?;
            written += 1;
            if written - told == TOLD_ROWS {
                watch.advance(TOLD_ROWS);
                told = written;
            }
        }
        watch.advance(written - told);
        Ok(())
    })
}

/// Rows after which it is told that they were written: some milliseconds' work.
const TOLD_ROWS: u64 = 1024;

fn write_file(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<(), Error> {
    let written = File::create(path).and_then(|file| {
        let mut file = BufWriter::with_capacity(1 << 18, file);
        write(&mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    });
    written.map_err(|source| Error::WriteReport { path: path.to_owned(), source })
}
