//! The summary at the end of a scan: what a person wants to know first.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use wirecopy::Findings;
use wirecopy::lineage::RelationKind;
use wirecopy::report::RunInfo;
use wirecopy::verify::SURE;

use super::printable::{cut, line};

/// How many of the largest stories and busiest outlets are shown.
const SHOWN: usize = 5;
const TITLE_CHARS: usize = 60;
const OUTLET_CHARS: usize = 30;

const BOLD: Style = Style::new().bold();
const WARN: Style = AnsiColor::Yellow.on_default();

/// Prints to stdout; a reader that went away is no failure.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// What `--json` prints: `run.json`, and where the report is.
pub(crate) fn json(run: &RunInfo, out: &Path) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(run)?;
    value["report"] = out.to_string_lossy().into();
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The summary for people.
pub(crate) fn text(findings: &Findings, run: &RunInfo, out: &Path) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_counts(&mut text, run);
    let _ = write_lineage(&mut text, findings);
    let _ = write_stories(&mut text, findings);
    let _ = write_outlets(&mut text, findings);
    let _ = write_buckets(&mut text, run);
    let _ = write_funnel(&mut text, run);
    let _ = write_end(&mut text, run, out);
    text
}

fn write_counts(text: &mut String, run: &RunInfo) -> std::fmt::Result {
    let counts = &run.counts;
    let searched = |search: &str| run.settings.only.contains(&search);
    writeln!(
        text,
        "{BOLD}{}{BOLD:#} kept of {} read ({} skipped, {} rejected, {} removed) in {}, {}",
        plural(counts.kept, "article"),
        plural(counts.read, "record"),
        grouped(counts.skipped),
        grouped(counts.rejected),
        grouped(counts.removed),
        plural(run.files.read, "file"),
        bytes(counts.bytes),
    )?;
    if counts.other_records > 0 {
        let others = plural(counts.other_records, "other record");
        writeln!(
            text,
            "  {others} of web archives hold no page or text: requests, redirects, pictures and the like"
        )?;
    }
    for (noun, names) in &run.fields {
        let most = names.iter().max_by_key(|(_, count)| **count);
        let Some((name, count)) = most else { continue };
        let others = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
        writeln!(text, "  {noun:<7} from {}{others} ({})", line(name), grouped(*count))?;
    }
    writeln!(text)?;
    let mut found = |count: u64, what: String| writeln!(text, "{BOLD}{:>9}{BOLD:#} {what}", grouped(count));
    if searched("duplicates") {
        let (noun, holding) = (nouns(counts.stories, "story", "stories"), counts.articles_in_stories);
        let near = plural(counts.near_duplicates, "near-duplicate");
        let holding = plural(holding, "article");
        found(counts.stories, format!("{noun}, holding {holding}: {near}{}", by_rule(run)))?;
        if counts.templates > 0 {
            let noun = nouns(counts.templates, "article fills", "articles fill");
            found(
                counts.templates,
                format!("{noun} in a form of their outlet anew: templates, in no story with it"),
            )?;
        }
    }
    if searched("passages") {
        let noun = nouns(counts.passages, "passage", "passages");
        let articles = plural(counts.articles_with_passages, "article");
        let words = run.settings.min_passage_words;
        found(counts.passages, format!("{noun} of {words} words and more, in {articles}"))?;
    }
    if searched("repeats") {
        let noun = nouns(counts.repeats, "repeat", "repeats");
        found(counts.repeats, format!("{noun} inside {}", plural(counts.articles_with_repeats, "article")))?;
    }
    let credited = counts.credited_articles;
    if !searched("repeats") && !searched("passages") {
        return Ok(()); // credits were not looked for
    }
    let said = nouns(credited, "article names its source", "articles name their source");
    if !searched("passages") || credited == 0 {
        return found(credited, said.into());
    }
    let (matched, all) = (counts.credits_matched, counts.credits_matched + counts.credits_unmatched);
    found(
        credited,
        format!("{said}; of {} {} lead to an article here", plural(all, "credit"), grouped(matched)),
    )
}

/// By which rule near-duplicates are told, and how many are edited copies.
fn by_rule(run: &RunInfo) -> String {
    match (run.settings.threshold, run.counts.edited) {
        (Some(threshold), _) => format!(" at resemblance {threshold} and more"),
        (None, 0) => format!(" at resemblance {SURE} and more"),
        (None, edited) => format!(", {} of them edited (below resemblance {SURE})", grouped(edited)),
    }
}

/// What articles are to their sources, how many origins are told, and whether outlets are known at all.
fn write_lineage(text: &mut String, findings: &Findings) -> std::fmt::Result {
    let lineage = &findings.lineage;
    let mut kinds: BTreeMap<RelationKind, u64> = BTreeMap::new();
    for relation in lineage.relations() {
        *kinds.entry(relation.kind).or_default() += 1;
    }
    let all: u64 = kinds.values().sum();
    if all > 0 {
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, &count)| format!("{} {}", grouped(count), kind.name())).collect();
        let noun = nouns(all, "relation", "relations");
        writeln!(text, "{BOLD}{:>9}{BOLD:#} {noun}: {}", grouped(all), kinds.join(", "))?;
    }
    if !lineage.origins.is_empty() {
        let told = lineage.origins.iter().flatten().filter(|origin| !origin.tie).count() as u64;
        let what = nouns(told, "story has an origin", "stories have an origin");
        writeln!(text, "{BOLD}{:>9}{BOLD:#} {what} that dates or credits tell", grouped(told))?;
    }
    if findings.catalogue.outlets().is_empty() && !findings.catalogue.is_empty() {
        writeln!(text, "{WARN}no outlet is known: every article counts as an outlet of its own{WARN:#}")?;
    }
    Ok(())
}

fn write_stories(text: &mut String, findings: &Findings) -> std::fmt::Result {
    let mut largest: Vec<_> = findings.duplicates.stories.iter().zip(&findings.pages).collect();
    largest.sort_by_key(|(story, _)| std::cmp::Reverse(story.members.len()));
    if largest.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{BOLD}Largest stories{BOLD:#}")?;
    for (story, page) in largest.into_iter().take(SHOWN) {
        let catalogue = &findings.catalogue;
        let name = catalogue.name(story.representative, &findings.archive);
        let title = catalogue.details(story.representative).title.unwrap_or(&name);
        let published = catalogue.article(story.representative).published;
        let published = published.map_or("undated".into(), |published| published.to_string());
        let outlet = catalogue.outlet(story.representative).unwrap_or("unknown outlet");
        writeln!(
            text,
            "{:>9} × {}  ({}, {published}){}",
            grouped(story.members.len() as u64),
            cut(title, TITLE_CHARS),
            cut(outlet, OUTLET_CHARS),
            if *page { ": boilerplate, one page under other headlines" } else { "" },
        )?;
    }
    Ok(())
}

fn write_outlets(text: &mut String, findings: &Findings) -> std::fmt::Result {
    let mut outlets: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for copied in findings.copied.targets() {
        let Some(outlet) = findings.catalogue.outlet(copied.article) else { continue };
        if copied.copied_words > 0 {
            let sum = outlets.entry(outlet).or_default();
            *sum = (sum.0 + 1, sum.1 + u64::from(copied.copied_words));
        }
    }
    if outlets.is_empty() {
        return Ok(());
    }
    let mut busiest: Vec<_> = outlets.into_iter().collect();
    busiest.sort_by_key(|&(name, (_, words))| (std::cmp::Reverse(words), name));
    writeln!(text, "\n{BOLD}Outlets that print most of what others had first{BOLD:#}")?;
    for (name, (articles, words)) in busiest.into_iter().take(SHOWN) {
        writeln!(
            text,
            "{:>9} words in {} of {}",
            grouped(words),
            plural(articles, "article"),
            cut(name, OUTLET_CHARS)
        )?;
    }
    Ok(())
}

/// Buckets that had to be put in order: something that thousands fill in, or articles made to collide.
fn write_buckets(text: &mut String, run: &RunInfo) -> std::fmt::Result {
    let mut largest: Vec<_> = run.ordered_buckets.iter().collect();
    if largest.is_empty() {
        return Ok(());
    }
    largest.sort_by_key(|bucket| std::cmp::Reverse(bucket.articles));
    writeln!(text, "\n{BOLD}Buckets of articles that mostly do not resemble one another{BOLD:#}")?;
    for bucket in largest.iter().take(SHOWN) {
        writeln!(
            text,
            "{:>9} articles from {} on, in band {}; {} joined none before them",
            grouped(bucket.articles.into()),
            cut(&bucket.first, TITLE_CHARS),
            bucket.band,
            grouped(bucket.leaders.into()),
        )?;
    }
    let more = largest.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(text, "{:>9} more; run.json names them all", grouped(more as u64))?;
    }
    Ok(())
}

/// How much each stage let through.
fn write_funnel(text: &mut String, run: &RunInfo) -> std::fmt::Result {
    let funnel = &run.funnel;
    let searched = |search: &str| run.settings.only.contains(&search);
    writeln!(text)?;
    if searched("duplicates") {
        writeln!(
            text,
            "pairs: {} met in a bucket, {} verified on the text, {} matched",
            grouped(funnel.pairs_met),
            grouped(funnel.pairs_verified),
            grouped(funnel.pairs_matched),
        )?;
        if funnel.pairs_too_long > 0 {
            let pairs = plural(funnel.pairs_too_long, "pair");
            writeln!(text, "       {pairs} below resemblance {SURE} too long to be aligned: no match")?;
        }
    }
    if searched("passages") {
        writeln!(
            text,
            "fingerprints: {}, of which {} stand in several articles; {} hold one, {} a passage",
            grouped(funnel.fingerprints),
            grouped(funnel.fingerprints_shared),
            plural(funnel.articles_sharing, "article"),
            grouped(run.counts.articles_with_passages),
        )?;
    }
    Ok(())
}

fn write_end(text: &mut String, run: &RunInfo, out: &Path) -> std::fmt::Result {
    if run.counts.problems > 0 {
        let kinds: Vec<String> =
            run.problems.iter().map(|(kind, count)| format!("{} {kind}", grouped(*count))).collect();
        writeln!(text, "{WARN}{}: {}{WARN:#}", plural(run.counts.problems, "problem"), kinds.join(", "))?;
    }
    let passed = run.files.ignored + run.files.special + run.files.repeated;
    if passed > 0 {
        writeln!(
            text,
            "{} passed over: {} hidden, of other formats, or earlier reports; {} links or devices; {} named twice",
            plural(passed, "file"),
            grouped(run.files.ignored),
            grouped(run.files.special),
            grouped(run.files.repeated),
        )?;
    }
    if run.spilled_bytes > 0 {
        let (spilled, bound) = (bytes(run.spilled_bytes), bytes(run.settings.memory));
        writeln!(text, "{spilled} went to temporary files to stay within {bound} of memory")?;
    }
    writeln!(
        text,
        "{:.1} s, {:.1} CPU seconds, {}/s; the report is in {}",
        run.seconds,
        run.cpu_seconds,
        bytes(run.bytes_per_second),
        line(&out.to_string_lossy()),
    )
}

pub(super) fn plural(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

pub(super) fn nouns(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// 1234567 as 1,234,567.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[allow(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub(super) fn bytes(bytes: u64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    match units.iter().find(|(size, _)| bytes as f64 >= *size) {
        Some((size, unit)) => format!("{:.1} {unit}", bytes as f64 / size),
        None => format!("{bytes} bytes"),
    }
}
