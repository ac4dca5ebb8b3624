//! The report: what a scan writes.
//!
//! In: [`Findings`]. Out: a folder of tables (`docs/output.md`), published by rename when it is complete;
//! until then, and after any error, whatever stood there before still stands.
//!
//! - `rows`: one type a table · `tables`: findings to rows · `columns`, `parquet`: rows to Parquet · `folder`: where a
//!   report may go, and the rename · `run`: `run.json`

mod columns;
mod credited;
mod folder;
mod parquet;
mod rows;
mod run;
mod tables;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use columns::Cell;
use serde::Serialize;

use crate::archive::REPORT_MARK;
use crate::error::Error;
use crate::pipeline::{Findings, Stopwatch};
use crate::settings::{Settings, TableFormat};
use crate::watch::{Extent, Phase, Watch};

pub use folder::Destination;
pub use run::{
    BucketInfo, CountsInfo, FilesInfo, FunnelInfo, InputInfo, PhaseInfo, RunInfo, SCHEMA, SettingsInfo,
};

/// The tables of a report.
const TABLES: [&str; 8] =
    ["articles", "stories", "matches", "passages", "relations", "outlets", "repeats", "problems"];

/// The files that a report may have.
pub(crate) fn files() -> impl Iterator<Item = String> {
    let tables = TABLES.into_iter().flat_map(|table| {
        TableFormat::ALL.into_iter().map(move |format| format!("{table}.{}", format.name()))
    });
    tables.chain([REPORT_MARK.to_owned()])
}

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
    let to = Place { folder, format: settings.tables, watch };
    write_table("articles", tables.articles(), to)?;
    write_table("stories", tables.stories(), to)?;
    write_table("matches", tables.matches(), to)?;
    write_table("passages", tables.passages(), to)?;
    write_table("relations", tables.relations(), to)?;
    write_table("outlets", tables.outlets(), to)?;
    write_table("repeats", tables.repeats(), to)?;
    write_table("problems", tables.problems(), to)?;
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

/// Where tables go, how they are written, and who is told.
#[derive(Clone, Copy)]
struct Place<'a> {
    folder: &'a Path,
    format: TableFormat,
    watch: &'a dyn Watch,
}

fn write_table(
    name: &str,
    rows: impl Iterator<Item = impl Serialize + Cell>,
    to: Place<'_>,
) -> Result<(), Error> {
    let path = to.folder.join(format!("{name}.{}", to.format.name()));
    write_file(&path, |file| match to.format {
        TableFormat::JsonLines => write_json_lines(file, rows, to.watch),
        TableFormat::Parquet => parquet::write(file, rows, |rows| to.watch.advance(rows)),
    })
}

fn write_json_lines(
    file: &mut BufWriter<File>,
    rows: impl Iterator<Item = impl Serialize>,
    watch: &dyn Watch,
) -> io::Result<()> {
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
