//! What was typed. Parsing records and validates; nothing is opened or built here.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use wirecopy::archive::ReadSettings;
use wirecopy::archive::fields::FieldOverrides;
use wirecopy::kernel::Kernel;
use wirecopy::verify::Rule;
use wirecopy::{Searches, Settings, TableFormat};

use super::clean::CleanArgs;
use super::compare::CompareArgs;
use super::eval::EvalArgs;
use super::plant::PlantArgs;
use super::sample::SampleArgs;

/// Finds repeats, near-duplicates, stories and copied passages in scraped news archives, with evidence.
#[derive(Debug, Parser)]
#[command(name = "wirecopy", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct WirecopyArgs {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Scan(Box<ScanArgs>),
    Clean(Box<CleanArgs>),
    Compare(Box<CompareArgs>),
    Eval(Box<EvalArgs>),
    Plant(Box<PlantArgs>),
    Sample(Box<SampleArgs>),
    /// List the formats that are read, and the names under which fields are found
    Formats,
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  wirecopy completions bash > ~/.local/share/bash-completion/completions/wirecopy"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

const SCAN_EXAMPLES: &str = "\
Examples:
  wirecopy scan news/                       every archive file below news/, compressed or not
  wirecopy scan a.jsonl b.jsonl -o report   two files, report in ./report
  wirecopy scan news.jsonl.zst archive.csv  packed files and tables (wirecopy formats lists all)
  curl -s URL | wirecopy scan -             from a pipe, packed or not
  wirecopy scan news/ --explain             which field becomes what; no report
  wirecopy scan news/ --only duplicates --threshold 0.9
  wirecopy scan news/ --json -q | jq .counts

Exit status:
  0 done   2 usage   3 done, with problems (table problems)   4 unusable input, or --strict
  5 the report or a temporary file could not be written   9 a limit was reached
  130, 143 interrupted";

/// Read archives, write a report folder, print a summary
///
/// Finds what articles repeat inside themselves, which are near-duplicates (grouped into stories), and which
/// passages stand in several, with offsets. The report is a folder of tables (JSON Lines or Parquet) and run.json;
/// docs/output.md describes every column.
#[derive(Debug, Args)]
#[command(after_help = SCAN_EXAMPLES)]
#[allow(clippy::struct_excessive_bools, reason = "flags are bools")]
pub(crate) struct ScanArgs {
    /// Files, folders (walked, sorted), or - for standard input
    ///
    /// JSON in lines or arrays, tables, text files (.txt: an article each), compressed or not; wirecopy formats
    /// lists all. Content decides, and the name where content does not tell. In folders, files with names of no
    /// known ending are passed over (dump.gz is looked into). Standard input is JSON Lines unless it begins as something else.
    #[arg(required = true, value_name = "ARCHIVE")]
    pub(crate) archives: Vec<String>,

    /// Where the report goes; an earlier report there is replaced when the new one is complete
    #[arg(short, long, value_name = "DIR", default_value = "wirecopy-report", help_heading = "Output")]
    pub(crate) out: PathBuf,

    /// Show which fields of the first records become what, and why; no report is written
    #[arg(long, help_heading = "Output")]
    pub(crate) explain: bool,

    /// Replace the folder even if it holds something else than a report
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,

    /// How the tables are written: jsonl (JSON Lines) or parquet. Rows, columns and order are the same
    #[arg(long, value_name = "FORMAT", default_value = TableFormat::JsonLines.name(), help_heading = "Output")]
    pub(crate) format: TableFormat,

    /// Print the summary as JSON on stdout (what run.json holds, and where the report is)
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,

    /// Print no summary and no progress; errors are still told
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Whether to show progress on stderr; auto shows it on a terminal
    #[arg(long, value_enum, default_value_t = When::Auto, value_name = "WHEN", help_heading = "Output")]
    pub(crate) progress: When,

    /// Run only some searches: repeats, duplicates, passages
    #[arg(
        long,
        value_name = "LIST",
        default_value = "repeats,duplicates,passages",
        hide_default_value = true,
        help_heading = "Search"
    )]
    pub(crate) only: Searches,

    /// Least resemblance (Jaccard, over shingles) of near-duplicates, and nothing else; without it 0.8, and below it edited
    /// copies: mostly the same words in the same order
    #[arg(long, value_name = "R", value_parser = threshold, help_heading = "Search")]
    pub(crate) threshold: Option<f64>,

    /// Share of pairs at the least resemblance that must be found
    #[arg(long, value_name = "P", default_value_t = Settings::default().recall, value_parser = recall, help_heading = "Search")]
    pub(crate) recall: f64,

    /// Tokens in a shingle
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100), help_heading = "Search")]
    pub(crate) shingle: u16,

    /// The shortest passage, in words (a character of an unspaced script counts half)
    #[arg(long, value_name = "N", default_value_t = Settings::default().min_passage_words, value_parser = clap::value_parser!(u32).range(4..=10_000), help_heading = "Search")]
    pub(crate) min_passage_words: u32,

    /// Link only articles published within so many days of each other; undated ones are not linked then
    #[arg(long, value_name = "DAYS", value_parser = days, help_heading = "Search")]
    pub(crate) within: Option<f64>,

    /// Look for rewritten passages too: sentences that share rare words, in any order; takes several times as long
    #[arg(long, help_heading = "Search")]
    pub(crate) loose: bool,

    /// List every matching pair, not only each member's with its story's representative; likewise all
    /// passage pairs, those of one outlet too
    #[arg(long, help_heading = "Search")]
    pub(crate) all_pairs: bool,

    /// With --all-pairs: stop with status 9 if there are more
    #[arg(long, value_name = "N", default_value_t = Settings::default().max_pairs, help_heading = "Search")]
    pub(crate) max_pairs: u64,

    /// Seed of all hashes
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Search")]
    pub(crate) seed: u64,

    #[command(flatten)]
    pub(crate) fields: FieldArgs,

    /// End at the first problem, with status 4 and no report
    #[arg(long, help_heading = "Input")]
    pub(crate) strict: bool,

    /// So many problems are no reason for status 3: a number, or a share of the records (0.01, 1%)
    #[arg(long, value_name = "N|SHARE", default_value = "0", help_heading = "Input")]
    pub(crate) max_problems: Tolerance,

    #[command(flatten)]
    pub(crate) reading: ReadArgs,

    /// The most private memory (mapped files not counted): bytes, or with KiB, MiB, GiB. Without it half of what the
    /// machine or its control group allows
    ///
    /// What does not fit goes to temporary files; the report is the same. A single large record takes some ten times
    /// its size for as long as it is looked at, beside the bound; a page of HTML up to four hundred times.
    #[arg(long, value_name = "SIZE", value_parser = memory, help_heading = "Input")]
    pub(crate) memory: Option<u64>,

    /// Where temporary files go; they have no name, and are gone when the run ends, however it ends. Without it the
    /// system's folder (TMPDIR, or /tmp)
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    pub(crate) temp_dir: Option<PathBuf>,

    /// Threads; 0 for one a core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1024), help_heading = "Input")]
    pub(crate) threads: u16,

    /// What the hot loops run on, instead of the best this processor has: portable, avx2, avx512. All find the same
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub(crate) kernel: Option<Kernel>,
}

/// How files are read.
#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// The largest record: bytes, or with KiB, MiB, GiB
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size, help_heading = "Input")]
    pub(crate) max_record: u64,

    /// The most that one compressed or converted file may unpack to: bytes, or with KiB, MiB, GiB. Without it 256MiB and
    /// a hundred times its size
    #[arg(long, value_name = "SIZE", value_parser = memory, help_heading = "Input")]
    pub(crate) max_unpacked: Option<u64>,

    /// Read files instead of mapping them into memory
    #[arg(long, help_heading = "Input")]
    pub(crate) no_mmap: bool,
}

impl ReadArgs {
    /// The settings that the arguments mean; temporary files go to the system's folder without another one.
    pub(crate) fn settings(&self, fields: &FieldArgs, temp_dir: Option<&Path>) -> ReadSettings {
        ReadSettings {
            fields: fields.overrides(),
            mapped: !self.no_mmap,
            max_record: self.max_record,
            max_unpacked: self.max_unpacked,
            memory: None,
            keep_tables: false,
            temp_dir: temp_dir.map_or_else(std::env::temp_dir, Path::to_owned),
        }
    }
}

/// Which fields hold what, where their names are not the usual ones.
#[derive(Debug, Args)]
pub(crate) struct FieldArgs {
    /// The field that holds the text; dotted paths reach into objects. Without it the usual names are tried
    #[arg(long = "text-field", value_name = "PATH", help_heading = "Fields")]
    pub(crate) text: Option<String>,

    /// The field that holds the id
    #[arg(long = "id-field", value_name = "PATH", help_heading = "Fields")]
    pub(crate) id: Option<String>,

    /// The field that names the outlet. Without one the URL's registrable domain is taken
    #[arg(long = "outlet-field", value_name = "PATH", help_heading = "Fields")]
    pub(crate) outlet: Option<String>,

    /// The field that holds the date of publication
    #[arg(long = "date-field", value_name = "PATH", help_heading = "Fields")]
    pub(crate) date: Option<String>,

    /// The field that holds the title
    #[arg(long = "title-field", value_name = "PATH", help_heading = "Fields")]
    pub(crate) title: Option<String>,

    /// The field that holds the URL
    #[arg(long = "url-field", value_name = "PATH", help_heading = "Fields")]
    pub(crate) url: Option<String>,
}

impl FieldArgs {
    /// What the reader takes.
    pub(crate) fn overrides(&self) -> FieldOverrides {
        FieldOverrides {
            text: self.text.clone(),
            id: self.id.clone(),
            outlet: self.outlet.clone(),
            date: self.date.clone(),
            title: self.title.clone(),
            url: self.url.clone(),
        }
    }
}

/// When progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// How many problems are put up with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Tolerance {
    Number(u64),
    Share(f64),
}

impl std::str::FromStr for Tolerance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let share = |text: &str, of: f64| {
            text.parse()
                .ok()
                .map(|share: f64| share / of)
                .filter(|share| (0.0..=1.0).contains(share))
                .map(Tolerance::Share)
        };
        let read = match text.strip_suffix('%') {
            Some(percent) => share(percent, 100.0),
            None if text.contains('.') => share(text, 1.0),
            None => text.parse().ok().map(Tolerance::Number),
        };
        read.ok_or_else(|| "a number of problems, or a share of the records such as 0.01 or 1%".into())
    }
}

impl Tolerance {
    /// Whether so many problems in so many records are put up with.
    #[allow(clippy::cast_precision_loss, reason = "counts of records are far below 2^52")]
    pub(crate) fn allows(self, problems: u64, records: u64) -> bool {
        match self {
            Tolerance::Number(most) => problems <= most,
            Tolerance::Share(most) => problems as f64 <= most * records as f64,
        }
    }
}

impl ScanArgs {
    /// The settings that the arguments mean.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            read: ReadSettings {
                memory: self.memory,
                ..self.reading.settings(&self.fields, self.temp_dir.as_deref())
            },
            searches: self.only,
            rule: Rule::of(self.threshold),
            recall: self.recall,
            shingle_tokens: usize::from(self.shingle),
            min_passage_words: self.min_passage_words,
            within_days: self.within,
            loose: self.loose,
            all_pairs: self.all_pairs,
            max_pairs: self.max_pairs,
            seed: self.seed,
            keep_signatures: false,
            strict: self.strict,
            threads: usize::from(self.threads),
            kernel: self.kernel.unwrap_or_default(),
            memory: self.memory,
            tables: self.format,
        }
    }
}

pub(super) fn threshold(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|r| *r > 0.0 && *r <= 1.0).ok_or_else(|| "a number above 0 and up to 1".into())
}

pub(super) fn recall(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|p| *p > 0.0 && *p < 1.0).ok_or_else(|| "a number between 0 and 1".into())
}

pub(super) fn days(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|d| *d >= 0.0 && f64::is_finite(*d)).ok_or_else(|| "a number of days".into())
}

/// The size of a record. It stays under 2 GiB, because offsets within a text fit 32 bits.
pub(super) fn size(text: &str) -> Result<u64, String> {
    bytes(text)
        .filter(|bytes| (1..=wirecopy::text::MAX_TEXT_BYTES as u64).contains(bytes))
        .ok_or_else(|| "a size from 1 byte to under 2GiB, such as 500000, 64MiB or 1GiB".into())
}

pub(super) fn memory(text: &str) -> Result<u64, String> {
    bytes(text).filter(|bytes| *bytes > 0).ok_or_else(|| "a size such as 256MiB, 2GiB or 1.5GB".into())
}

/// Bytes, with an optional unit and, before a unit, an optional fraction.
fn bytes(text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: u64 = match text[number.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    let Some((whole, fraction)) = number.split_once('.') else {
        return number.parse::<u64>().ok()?.checked_mul(unit);
    };
    // In whole numbers, so that no rounding shows: 1.5GB is 15 × 10⁹ / 10.
    let digits = u32::try_from(fraction.len()).ok().filter(|digits| (1..=9).contains(digits) && unit > 1)?;
    let scaled: u64 = format!("{whole}{fraction}").parse().ok()?;
    u64::try_from(u128::from(scaled) * u128::from(unit) / 10_u128.pow(digits)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        WirecopyArgs::command().debug_assert();
    }

    #[test]
    fn sizes_and_tolerances() {
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("1 kb"), Ok(1000));
        assert!(size("4GiB").is_err() && size("").is_err() && size("0").is_err() && size("1x").is_err());
        assert_eq!((memory("256MiB"), memory("2GiB")), (Ok(256 << 20), Ok(2 << 30)));
        assert_eq!(
            (memory("1.5GB"), memory("0.5 g"), memory("123456")),
            (Ok(1_500_000_000), Ok(1 << 29), Ok(123_456))
        );
        for wrong in ["", "0", "1.5", ".5.GB", "1.GB", "x", "-1GiB", "99999999999TiB", "half"] {
            assert!(memory(wrong).is_err(), "{wrong}");
        }
        assert_eq!("1%".parse(), Ok(Tolerance::Share(0.01)));
        assert_eq!("12".parse(), Ok(Tolerance::Number(12)));
        assert!("-1".parse::<Tolerance>().is_err() && "2.0".parse::<Tolerance>().is_err());
        assert!(Tolerance::Share(0.01).allows(1, 100) && !Tolerance::Share(0.01).allows(2, 100));
    }
}
