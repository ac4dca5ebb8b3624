//! What a cleaning tells at its end: counts, what each outlet lost, where everything is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use wirecopy::Phase;
use wirecopy::clean::{Input, Loss, Plan, Written, as_lines, as_utf8, left_out};
use wirecopy::pipeline::Stopwatch;

use super::printable::{cut, line};
use super::summary::{bytes, grouped, nouns, plural};

/// Outlets that lose the most and are shown; row groups that were left out.
const SHOWN: usize = 5;
const OUTLET_CHARS: usize = 40;

/// What is told of.
pub(crate) struct Told<'a> {
    pub(crate) input: &'a Input,
    pub(crate) plan: &'a Plan,
    pub(crate) written: Option<&'a Written>,
    pub(crate) out: Option<&'a str>,
    pub(crate) ledger: Option<&'a Path>,
    pub(crate) mark: bool,
    pub(crate) usage: Stopwatch,
}

/// The summary, as `--json` prints it.
#[derive(Serialize)]
pub(crate) struct Summary<'a> {
    wirecopy: &'static str,
    mark: bool,
    counts: Counts,
    /// Files of other formats, for which JSON Lines are written, by format.
    as_json_lines: BTreeMap<&'static str, u64>,
    /// Row groups that could not be read whole, as problems.
    left_out: Vec<String>,
    /// Files of other encodings, which are written in UTF-8.
    as_utf8: u64,
    outlets: Vec<Outlet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger: Option<String>,
    seconds: f64,
    cpu_seconds: f64,
    bytes: u64,
}

/// `read = kept + removed + rejected + skipped`.
#[derive(Clone, Copy, Serialize)]
struct Counts {
    read: u64,
    kept: u64,
    removed: u64,
    rejected: u64,
    skipped: u64,
    /// Of those kept.
    cut: u64,
    /// What they lose.
    cut_bytes: u64,
    /// Of those kept: they repeat something, and their records cannot be edited in place.
    uncut: u64,
    problems: u64,
}

#[derive(Serialize)]
struct Outlet<'a> {
    #[serde(rename = "outlet")]
    name: Option<&'a str>,
    articles: u64,
    removed: u64,
    cut: u64,
    cut_bytes: u64,
}

impl<'a> Told<'a> {
    pub(crate) fn summary(self) -> Summary<'a> {
        let Told { input, plan, written, out, ledger, mark, mut usage } = self;
        usage.lap(Phase::Clean);
        let usage = usage.laps();
        let removed = plan.gone.len() as u64;
        let sum = |of: fn(&Loss) -> u64| plan.outlets.iter().map(of).sum();
        let loses = |loss: &&Loss| loss.removed + loss.cut > 0;
        let mut outlets: Vec<Outlet<'a>> = plan
            .outlets
            .iter()
            .filter(loses)
            .map(|loss| Outlet {
                name: loss.outlet.as_deref(),
                articles: loss.articles,
                removed: loss.removed,
                cut: loss.cut,
                cut_bytes: loss.cut_bytes,
            })
            .collect();
        outlets.sort_by_key(|outlet| (std::cmp::Reverse((outlet.removed, outlet.cut_bytes)), outlet.name));
        Summary {
            wirecopy: env!("CARGO_PKG_VERSION"),
            mark,
            counts: Counts {
                read: input.counts.read,
                kept: input.counts.kept - removed,
                removed,
                rejected: input.counts.rejected,
                skipped: input.counts.skipped,
                cut: sum(|loss| loss.cut),
                cut_bytes: sum(|loss| loss.cut_bytes),
                uncut: plan.uncut,
                problems: input.problems.len() as u64,
            },
            left_out: left_out(input).iter().map(ToString::to_string).collect(),
            as_json_lines: as_lines(&input.archive),
            as_utf8: as_utf8(&input.archive),
            outlets,
            written: written.copied(),
            out,
            ledger: ledger.map(|ledger| ledger.to_string_lossy().into_owned()),
            seconds: usage.iter().map(|lap| lap.seconds).sum(),
            cpu_seconds: usage.iter().map(|lap| lap.cpu_seconds).sum(),
            bytes: input.archive.bytes(),
        }
    }
}

pub(crate) fn json(summary: &Summary<'_>) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(summary)? + "\n")
}

/// The summary for people.
pub(crate) fn text(summary: &Summary<'_>) -> String {
    let mut text = counts(summary);
    for outlet in summary.outlets.iter().take(SHOWN) {
        text.push_str(&row(outlet));
    }
    if summary.outlets.len() > SHOWN {
        let more = plural((summary.outlets.len() - SHOWN) as u64, "more outlet");
        let _ = writeln!(text, "  and {more} (--dry-run tells of all)");
    }
    let (Some(written), Some(out), Some(ledger)) = (&summary.written, summary.out, &summary.ledger) else {
        return text;
    };
    if written.unmarked > 0 {
        let _ = writeln!(
            text,
            "{} not marked: text files, and records that are no plain JSON objects",
            plural(written.unmarked, "article"),
        );
    }
    let packed = written.compression.map(|with| format!(", compressed with {}", with.name()));
    let _ = writeln!(
        text,
        "{} of {} are in {}{}; {} in {}",
        bytes(written.cleaned_bytes),
        bytes(written.bytes),
        line(out),
        packed.unwrap_or_default(),
        plural(written.ledger_rows, "row"),
        line(ledger),
    );
    text.push_str(&times(summary));
    text
}

/// What would go, outlet by outlet.
pub(crate) fn by_outlet(summary: &Summary<'_>) -> String {
    let mut text = counts(summary);
    summary.outlets.iter().for_each(|outlet| text.push_str(&row(outlet)));
    let _ = writeln!(text, "nothing was written (--dry-run)");
    text.push_str(&times(summary));
    text
}

pub(crate) fn undone(written: &Written, out: &str) -> String {
    format!(
        "{} of {} put back; {} in {}",
        plural(written.ledger_rows, "row"),
        plural(written.files, "file"),
        bytes(written.bytes),
        line(out),
    )
}

/// Which files do not keep their format, in a line.
fn other_formats(summary: &Summary<'_>) -> Option<String> {
    let files = summary.as_json_lines.iter().map(|(format, files)| plural(*files, &format!("{format} file")));
    let files = files.collect::<Vec<String>>().join(", ");
    (!files.is_empty()).then(|| format!("  written as JSON Lines, one object a record: {files}\n"))
}

fn counts(summary: &Summary<'_>) -> String {
    let Counts { read, kept, removed, rejected, skipped, cut, cut_bytes, uncut, problems } = summary.counts;
    let mut text = format!(
        "{} kept of {} read ({} removed, {} rejected, {} skipped)\n",
        plural(kept, "article"),
        plural(read, "record"),
        grouped(removed),
        grouped(rejected),
        grouped(skipped),
    );
    let _ = writeln!(text, "  {} cut by {}", plural(cut, "article"), bytes(cut_bytes));
    if uncut > 0 {
        let noun = nouns(uncut, "article repeats", "articles repeat");
        let _ = writeln!(
            text,
            "  {} {noun} something and stay whole: their records are no plain JSON",
            grouped(uncut)
        );
    }
    text.extend(other_formats(summary));
    if summary.as_utf8 > 0 {
        let _ = writeln!(text, "  written in UTF-8: {} of another encoding", plural(summary.as_utf8, "file"));
    }
    for problem in summary.left_out.iter().take(SHOWN) {
        let _ = writeln!(text, "  {}", line(problem));
    }
    if summary.left_out.len() > SHOWN {
        let more = plural((summary.left_out.len() - SHOWN) as u64, "more such row group");
        let _ = writeln!(text, "  and {more} (--json tells of all)");
    }
    if problems > 0 {
        let _ = writeln!(text, "  {}: wirecopy scan lists them", plural(problems, "problem"));
    }
    text
}

fn row(outlet: &Outlet<'_>) -> String {
    format!(
        "  {}: {} of {} removed, {} cut by {}\n",
        cut(outlet.name.unwrap_or("(unknown outlet)"), OUTLET_CHARS),
        grouped(outlet.removed),
        plural(outlet.articles, "article"),
        grouped(outlet.cut),
        bytes(outlet.cut_bytes),
    )
}

fn times(summary: &Summary<'_>) -> String {
    format!("{:.1} s, {:.1} CPU seconds\n", summary.seconds, summary.cpu_seconds)
}
