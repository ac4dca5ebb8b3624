//! `wirecopy clean`: claim the places, scan or read a report, plan, write, tell. `--undo` gives an archive back.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use wirecopy::archive::{Form, ReadSettings};
use wirecopy::clean::{self, Compress, Destination, Input, Keep, NewFile, Options, Plan, Remove};
use wirecopy::kernel::Kernel;
use wirecopy::pipeline::Stopwatch;
use wirecopy::verify::{Rule, SURE};
use wirecopy::{Error, Phase, Searches, Settings, archive, scan};

use super::args::{FieldArgs, ReadArgs, Tolerance, When};
use super::clean_summary::{self, Told};
use super::interrupt;
use super::progress::{self, Progress};
use super::status::Status;
use super::{args, summary};

const CLEAN_EXAMPLES: &str = "\
Examples:
  wirecopy clean news.jsonl -o clean.jsonl             near-duplicates and repeats go; the ledger says why
  wirecopy clean news/ -o clean/                       a folder of files, with the same names
  cat news.jsonl | wirecopy clean - > clean.jsonl      in a pipe
  wirecopy clean news.jsonl.zst -o clean.jsonl.zst     compressed as the name says, else as the input is
  wirecopy clean crawl.warc.gz -o clean.jsonl          pages and JSON arrays become JSON Lines
  wirecopy clean news.parquet -o clean.parquet         Parquet stays Parquet, unless the name says .jsonl
  wirecopy clean news.jsonl --dry-run                  what would go, by outlet
  wirecopy clean news.jsonl -o clean.jsonl --keep outlets:reuters.com,apnews.com
  wirecopy clean news.jsonl -o clean.jsonl --report wirecopy-report
  wirecopy clean news.jsonl -o marked.jsonl --mark     removes nothing, says what it would do in each record
  wirecopy clean --undo wirecopy-ledger.jsonl clean.jsonl -o news.jsonl

Exit status:
  0 done   2 usage   3 done, with problems   4 unusable input, ledger or report; the archive changed; --strict
  5 an output could not be written, and nothing was published   9 a limit was reached (--max-removed)
  130, 143 interrupted";

/// Write an archive without near-duplicates and repeats, and a ledger of what went and why
///
/// An article goes only if its text, after repeats are cut, resembles that of one that stays. Of what an article says
/// twice one copy stays, and so do labels. All other bytes of the archive stay as they are; records without a usable text
/// go into the ledger too. Compressed files stay compressed, tables (CSV) and Parquet stay what they are unless the output is named
/// as JSON Lines (.jsonl); of pages, web archives, Arrow and JSON arrays, JSON Lines are written. Templates, one outlet's form filled in
/// anew, stay. Cleaning twice changes nothing, and --undo gives the archive back byte for byte, of Parquet row for row.
/// docs/output.md describes the ledger, docs/recipes.md has whole runs.
#[derive(Debug, Args)]
#[command(after_help = CLEAN_EXAMPLES)]
#[allow(clippy::struct_excessive_bools, reason = "flags are bools")]
pub(crate) struct CleanArgs {
    /// Files, folders (walked, sorted), or - for standard input; with --undo the cleaned file or folder
    #[arg(required = true, value_name = "ARCHIVE")]
    archives: Vec<String>,

    /// Where the archive goes: a file, - for standard output, or a new or empty folder for several files, or for one if there is a
    /// slash at its end
    ///
    /// A file that is named as another format than would be written is refused, with a name that fits.
    #[arg(short, long, value_name = "FILE", default_value = "-", help_heading = "Output")]
    out: PathBuf,

    /// How the archive is compressed: none, gzip, zstd, bzip2, xz, or same: as a single file's name says (.gz, .zst, .bz2, .xz, or not
    /// at all where it ends as a format does), else as the input is
    #[arg(long, value_name = "HOW", default_value = "same", help_heading = "Output")]
    compress: Compress,

    /// Where the ledger goes
    #[arg(long, value_name = "FILE", default_value = "wirecopy-ledger.jsonl", help_heading = "Output")]
    ledger: PathBuf,

    /// Replace an earlier ledger
    #[arg(long, help_heading = "Output")]
    force: bool,

    /// Say what would go, by outlet, and write nothing
    #[arg(long, conflicts_with_all = ["mark", "undo"], help_heading = "Output")]
    dry_run: bool,

    /// Give back the archive as it was before the cleaning that this ledger is of
    #[arg(long, value_name = "LEDGER", conflicts_with_all = ["report", "mark"], help_heading = "Output")]
    undo: Option<PathBuf>,

    /// Print the summary as JSON: on stdout, or on stderr where the archive goes to stdout
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// Print no summary and no progress; errors are still told
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,

    /// Whether to show progress on stderr; auto shows it on a terminal
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN", help_heading = "Output")]
    progress: When,

    /// Go on from the report of a finished scan; refused if the archive changed since
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["seed", "text", "id", "outlet", "date", "title", "url", "max_record"],
        help_heading = "What goes"
    )]
    report: Option<PathBuf>,

    /// Which of several near-duplicates stays: origin (of its story, as dates and credits tell), first, latest, longest, or
    /// outlets:A,B,…, the first named first
    ///
    /// What is alike in that stands in the order of time, id, hash of the text, outlet, title, URL, and the record's bytes.
    #[arg(long, value_name = "WHICH", default_value = "origin", help_heading = "What goes")]
    keep: Keep,

    /// What goes: duplicates, repeats, boilerplate (paragraphs that an outlet prints under ten articles
    /// and more, but for the first), copies (what another outlet's
    /// article that stays had first)
    #[arg(long, value_name = "LIST", default_value = "duplicates,repeats", help_heading = "What goes")]
    remove: Remove,

    /// Remove nothing; add an object "wirecopy" to each record, in the place of one that is there
    #[arg(long, help_heading = "What goes")]
    mark: bool,

    /// Stop with status 9 if an outlet would lose a larger share of its articles (0.5, 50%)
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "What goes")]
    max_removed: Option<f64>,

    /// Least resemblance (Jaccard, over 5-shingles) of an article that goes to the one that stays
    #[arg(long, value_name = "R", default_value_t = SURE, value_parser = args::threshold, help_heading = "What goes")]
    threshold: f64,

    /// Share of pairs at the threshold that must be found
    #[arg(long, value_name = "P", default_value_t = Settings::default().recall, value_parser = args::recall, help_heading = "What goes")]
    recall: f64,

    /// Link only articles published within so many days of each other; undated ones are not linked then
    #[arg(long, value_name = "DAYS", value_parser = args::days, help_heading = "What goes")]
    within: Option<f64>,

    /// Seed of all hashes
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "What goes")]
    seed: u64,

    #[command(flatten)]
    fields: FieldArgs,

    /// End at the first problem, with status 4, and write nothing
    #[arg(long, help_heading = "Input")]
    strict: bool,

    /// So many problems are no reason for status 3: a number, or a share of the records (0.01, 1%)
    #[arg(long, value_name = "N|SHARE", default_value = "0", help_heading = "Input")]
    max_problems: Tolerance,

    #[command(flatten)]
    reading: ReadArgs,

    /// The most private memory of the scan: bytes, or with KiB, MiB, GiB. Without it half of what the machine or its control
    /// group allows
    #[arg(long, value_name = "SIZE", value_parser = args::memory, help_heading = "Input")]
    memory: Option<u64>,

    /// Where temporary files go, standard input among them. Without it the system's folder (TMPDIR, or /tmp)
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    temp_dir: Option<PathBuf>,

    /// Threads; 0 for one a core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024), help_heading = "Input")]
    threads: u16,

    /// What the hot loops run on, instead of the best this processor has: portable, avx2, avx512. All find the same
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    kernel: Option<Kernel>,
}

fn share(text: &str) -> Result<f64, String> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.parse().map(|share: f64| share / 100.0),
        None => text.parse(),
    };
    number
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a share from 0 to 1, such as 0.5 or 50%".into())
}

impl CleanArgs {
    fn settings(&self) -> Settings {
        Settings {
            read: ReadSettings {
                // A row has no place for a mark, a line has; and who names lines is given lines.
                keep_tables: !self.mark && !self.asks_for_lines(),
                memory: self.memory,
                ..self.reading.settings(&self.fields, self.temp_dir.as_deref())
            },
            searches: Searches { repeats: true, duplicates: true, passages: self.remove.copies },
            // Stories tell who was first, as those of a report do; what goes is another question.
            rule: Rule::default(),
            recall: self.recall,
            within_days: self.within,
            seed: self.seed,
            keep_signatures: true,
            strict: self.strict,
            threads: usize::from(self.threads),
            kernel: self.kernel.unwrap_or_default(),
            memory: self.memory,
            ..Settings::default()
        }
    }

    fn options(&self) -> Options {
        Options {
            keep: self.keep.clone(),
            remove: self.remove,
            threshold: self.threshold,
            max_removed: self.max_removed,
        }
    }

    /// Whether the output is a file that is named as JSON Lines.
    fn asks_for_lines(&self) -> bool {
        let is_folder = self.many() || self.out.is_dir() || clean::is_named_as_folder(&self.out);
        self.out.to_str().is_some_and(archive::is_named_as_lines) && !is_folder
    }

    /// Whether the archive may be more than one file.
    fn many(&self) -> bool {
        self.archives.len() > 1 || self.archives.iter().any(|archive| Path::new(archive).is_dir())
    }
}

pub(crate) fn run(args: &CleanArgs) -> anyhow::Result<Status> {
    if let Some(folder) = args.temp_dir.as_ref().filter(|folder| !folder.is_dir()) {
        bail!("{} is no folder that temporary files could go to (--temp-dir)", folder.display());
    }
    match &args.undo {
        Some(ledger) => undo(args, ledger),
        None if args.dry_run => dry_run(args),
        None => clean(args),
    }
}

/// The archive as it was scanned, or as a report tells of it, and what is to go.
fn planned(args: &CleanArgs, progress: &Progress) -> Result<(Input, Plan), Error> {
    let settings = args.settings();
    let (input, settings) = match &args.report {
        None => (Input::of_findings(scan(&args.archives, &settings, progress)?), settings),
        Some(report) => Input::of_report(report, &args.archives, &settings, progress)?,
    };
    let plan = clean::plan(&input, &args.options(), &settings, progress)?;
    Ok((input, plan))
}

fn clean(args: &CleanArgs) -> anyhow::Result<Status> {
    let stopwatch = Stopwatch::start();
    if args.mark && args.fields.overrides().named().get("text").is_some_and(|text| text == "wirecopy") {
        bail!("--mark writes the field wirecopy, which --text-field says is the text");
    }
    // What is read, and must not be written over.
    let inputs: Vec<String> = args
        .archives
        .iter()
        .cloned()
        .chain(args.report.iter().map(|report| report.display().to_string()))
        .collect();
    let ledger = NewFile::claim(&args.ledger, &inputs)?;
    if ledger.replaces() && !args.force {
        bail!(
            "{} is there already, and only it could undo what it is of; name another file with --ledger, or use --force",
            args.ledger.display()
        );
    }
    let destination = Destination::claim(&args.out, args.many(), &inputs, args.compress)?;
    if destination.is_at(ledger.place()) {
        bail!("the archive and the ledger would both go to {}", args.out.display());
    }
    // What can be told before the archive is read; the rest is told before anything is written.
    if let [archive] = &args.archives[..]
        && archive != "-"
        && let Some(form) = Form::of_file(Path::new(archive), args.settings().read.keep_tables)
    {
        destination.refuse_form(form, archive)?;
    }
    let leftovers = [destination.leftovers(), ledger.leftovers()].concat();
    if !args.reading.no_mmap {
        archive::exit_cleanly_when_cut(&leftovers)?;
    }
    let unfinished = interrupt::remove_when_interrupted(leftovers)?;
    let progress = Progress::new(args.progress, args.quiet, &Phase::CLEANING);
    let (mut destination, mut ledger) = (destination, ledger);
    let (input, plan, written) = unfinished.unless_interrupted(|| {
        let (input, plan) = planned(args, &progress)?;
        let written = clean::apply(
            &input,
            &args.archives,
            &plan,
            &args.options(),
            args.mark,
            &mut destination,
            &mut ledger,
            &progress,
        )?;
        Ok::<_, Error>((input, plan, written))
    })?;
    let (place, stdout) = (destination.name(), destination.is_stdout());
    // The ledger first: without it an archive could not be undone. It goes again if the archive cannot be put in its place.
    unfinished.finish(|| ledger.publish_before(|| destination.publish()))?;
    let told = Told {
        input: &input,
        plan: &plan,
        written: Some(&written),
        out: Some(&place),
        ledger: Some(&args.ledger),
        mark: args.mark,
        usage: stopwatch,
    };
    tell(args, &told.summary(), stdout)?;
    let tolerated = args.max_problems.allows(input.problems.len() as u64, input.counts.read);
    // The program ends: what the input holds goes with it, all at once.
    std::mem::forget(input);
    Ok(if tolerated { Status::Done } else { Status::Problems })
}

fn dry_run(args: &CleanArgs) -> anyhow::Result<Status> {
    let stopwatch = Stopwatch::start();
    let progress = Progress::new(args.progress, args.quiet, &Phase::CLEANING);
    let (input, plan) = planned(args, &progress)?;
    let told = Told {
        input: &input,
        plan: &plan,
        written: None,
        out: None,
        ledger: None,
        mark: false,
        usage: stopwatch,
    };
    let summary = told.summary();
    // What it was asked for: it is printed even quietly.
    let text = if args.json { clean_summary::json(&summary)? } else { clean_summary::by_outlet(&summary) };
    summary::print(&text)?;
    let tolerated = args.max_problems.allows(input.problems.len() as u64, input.counts.read);
    Ok(if tolerated { Status::Done } else { Status::Problems })
}

fn tell(args: &CleanArgs, summary: &clean_summary::Summary<'_>, stdout: bool) -> anyhow::Result<()> {
    if args.json {
        let text = clean_summary::json(summary)?;
        if stdout {
            progress::tell(text.trim_end());
        } else {
            summary::print(&text).context("the archive is complete, but its summary could not be printed")?;
        }
    } else if !args.quiet {
        progress::tell(clean_summary::text(summary).trim_end());
    }
    Ok(())
}

fn undo(args: &CleanArgs, ledger: &Path) -> anyhow::Result<Status> {
    let [cleaned] = &args.archives[..] else {
        bail!("--undo takes one archive, the cleaned file or folder that the ledger is of");
    };
    let inputs = [cleaned.clone(), ledger.to_string_lossy().into_owned()];
    let many = clean::gives_folder(ledger, cleaned)?;
    let mut destination = Destination::claim(&args.out, many, &inputs, args.compress)?;
    let leftovers = destination.leftovers();
    let unfinished = interrupt::remove_when_interrupted(leftovers)?;
    let progress = Progress::new(args.progress, args.quiet, &[Phase::Clean]);
    let written = unfinished.unless_interrupted(|| {
        let temp_dir = args.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        clean::undo(ledger, cleaned, &mut destination, &temp_dir, &progress)
    })?;
    let (place, stdout) = (destination.name(), destination.is_stdout());
    unfinished.finish(|| destination.publish())?;
    if args.json {
        let text = serde_json::to_string_pretty(&written)?;
        if stdout { progress::tell(&text) } else { summary::print(&(text + "\n"))? }
    } else if !args.quiet {
        progress::tell(&clean_summary::undone(&written, &place));
    }
    Ok(Status::Done)
}
