//! `wirecopy plant`: copies of the user's own articles, with truth.

use std::path::PathBuf;

use clap::Args;
use wirecopy::archive;
use wirecopy::plant::{ARCHIVE, Kind, MIN_WORDS, Planted, Planting, TRUTH, USUAL, plant};

use super::args::{FieldArgs, ReadArgs};
use super::printable::line;
use super::progress::tell;
use super::status::Status;
use super::summary::{grouped, plural, print};

const EXAMPLES: &str = "\
Examples:
  wirecopy plant news/ -o planted
  wirecopy scan planted/archive.jsonl -o report
  wirecopy eval report planted/truth.jsonl
  wirecopy plant news.jsonl -o planted --kinds verbatim,words-10,cut --each 500 --seed 7

Exit status:
  0 done   2 usage, or the folder is in the way   3 done, with problems   4 unusable input   5 not written";

/// Plant copies of your own articles, edited at stated rates, with the truth of them
///
/// Writes archive.jsonl (all articles, then the copies) and truth.jsonl. A scan of the first, held against the second by
/// wirecopy eval, tells what is found on your own text. Copies are made at words, in any script: verbatim, with 1 to 30 %
/// of the words changed, cut, expanded, quoted, with boilerplate, with a repeat, in other typography.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PlantArgs {
    /// Files, folders, or - for standard input, as for scan
    #[arg(required = true, value_name = "ARCHIVE")]
    pub(crate) archives: Vec<String>,

    /// The folder that the two files go to
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub(crate) out: PathBuf,

    /// Replace the two files where they are there
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,

    /// Print what was planted as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,

    /// Which kinds: verbatim, words-N (per cent), cut, expanded, quoted, boilerplate, repeat, typography. Without it all,
    /// words at 1, 2, 5, 10, 20 and 30 %
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Copies")]
    pub(crate) kinds: Vec<Kind>,

    /// Copies of each kind; fewer where the archive has too few long articles
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Copies")]
    pub(crate) each: u32,

    /// Seed of all draws
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Copies")]
    pub(crate) seed: u64,

    #[command(flatten)]
    pub(crate) fields: FieldArgs,

    #[command(flatten)]
    pub(crate) reading: ReadArgs,
}

pub(crate) fn run(args: &PlantArgs) -> anyhow::Result<Status> {
    let mut kinds = if args.kinds.is_empty() { USUAL.to_vec() } else { args.kinds.clone() };
    kinds.sort_unstable();
    kinds.dedup();
    let planting = Planting {
        read: args.reading.settings(&args.fields, None),
        kinds,
        each: args.each as usize,
        seed: args.seed,
    };
    if planting.read.mapped {
        archive::exit_cleanly_when_cut(&[])?;
    }
    let planted = plant(&args.archives, &planting, &args.out, args.force)?;
    for problem in &planted.problems {
        tell(&format!("wirecopy: {}", line(problem)));
    }
    let told = if args.json { serde_json::to_string(&planted)? + "\n" } else { text(&planted, args) };
    print(&told)?;
    Ok(if planted.problem_count == 0 { Status::Done } else { Status::Problems })
}

fn text(planted: &Planted, args: &PlantArgs) -> String {
    let copies = plural(planted.copies as u64, "copy").replace("copys", "copies");
    let each = if planted.each < args.each as usize {
        format!(
            "{} of each kind: only {} have {MIN_WORDS} words and more",
            planted.each,
            plural(planted.long_enough, "article")
        )
    } else {
        format!("{} of each kind", grouped(planted.each as u64))
    };
    let folder = args.out.display().to_string();
    format!(
        "{copies} planted among {} ({each})\n\nNext:\n  wirecopy scan {folder}/{ARCHIVE} -o report\n  wirecopy eval report {folder}/{TRUTH}\n",
        plural(planted.articles, "article"),
    )
}
