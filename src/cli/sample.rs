//! `wirecopy sample`: a sheet of pairs to be judged by eye.

use std::path::PathBuf;

use clap::Args;
use wirecopy::Settings;
use wirecopy::archive::{self, ReadSettings};
use wirecopy::eval::Report;
use wirecopy::sample::{Drawing, PAGE, SHEET, draw, page, sheet, write};

use super::args::{FieldArgs, size};
use super::printable::line;
use super::progress::tell;
use super::status::Status;
use super::summary::{plural, print};

const EXAMPLES: &str = "\
Examples:
  wirecopy sample wirecopy-report -o sheet
  wirecopy scan news/ --threshold 0.5 --only duplicates -o low && wirecopy sample low -o sheet --from 0.6 --to 0.9
  wirecopy eval wirecopy-report sheet/sheet.tsv       when its labels are filled in

Exit status:
  0 done   2 usage, or the folder is in the way   3 done, and some texts were not found   4 no report   5 not written";

/// Draw near-duplicate pairs for people to judge: a sheet, and a page with both texts of each
///
/// As many pairs of every tenth of score, so that those near the threshold are judged as often as those that are the same.
/// Run it where the scan was run: texts are read from the archive again.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SampleArgs {
    /// The folder that a scan wrote
    #[arg(value_name = "REPORT")]
    pub(crate) report: PathBuf,

    /// The folder that the sheet and the page go to
    #[arg(short, long, value_name = "DIR", default_value = "wirecopy-sheet", help_heading = "Output")]
    pub(crate) out: PathBuf,

    /// Replace the two files where they are there
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,

    /// How many pairs
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Pairs")]
    pub(crate) pairs: u32,

    /// The least score of a pair
    #[arg(long, value_name = "R", default_value_t = 0.0, help_heading = "Pairs")]
    pub(crate) from: f64,

    /// The highest score of a pair
    #[arg(long, value_name = "R", default_value_t = 1.0, help_heading = "Pairs")]
    pub(crate) to: f64,

    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Pairs")]
    pub(crate) seed: u64,

    #[command(flatten)]
    pub(crate) fields: FieldArgs,

    /// The largest record: bytes, or with KiB, MiB, GiB
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size, help_heading = "Input")]
    pub(crate) max_record: u64,
}

pub(crate) fn run(args: &SampleArgs) -> anyhow::Result<Status> {
    let report = Report::read(&args.report)?;
    let drawing = Drawing { pairs: args.pairs as usize, from: args.from, to: args.to, seed: args.seed };
    let drawn = draw(&report, drawing);
    if drawn.is_empty() {
        anyhow::bail!(
            "{} lists no pair with a score from {} to {}",
            args.report.display(),
            args.from,
            args.to
        );
    }
    archive::exit_cleanly_when_cut(&[])?;
    let settings = ReadSettings {
        fields: args.fields.overrides(),
        max_record: args.max_record,
        ..Settings::default().read
    };
    let (texts, missing) = page(&report, &drawn, &settings, &line)?;
    write(&args.out, args.force, &sheet(&report, &drawn), &texts)?;
    for lost in &missing {
        tell(&format!("wirecopy: {}", line(lost)));
    }
    let (folder, report) = (args.out.display(), args.report.display());
    let pairs = plural(drawn.len() as u64, "pair");
    print(&format!(
        "{pairs} drawn: read {folder}/{PAGE}, fill in the labels of {folder}/{SHEET}, then\n  wirecopy eval {report} {folder}/{SHEET}\n"
    ))?;
    Ok(if missing.is_empty() { Status::Done } else { Status::Problems })
}
