//! `wirecopy compare`: pick two articles, compare, tell.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::Style;
use clap::Args;
use serde_json::{Value, json};
use wirecopy::Settings;
use wirecopy::archive::{self, ReadSettings};
use wirecopy::compare::{AtWidth, Comparison, Given, Number, Order, Side, compare};
use wirecopy::lineage::RelationKind;
use wirecopy::passages::Span;
use wirecopy::verify::{Rule, Verified};

use super::args::{FieldArgs, size, threshold};
use super::columns::fit;
use super::pick::{Picked, pick};
use super::printable::line;
use super::progress::tell;
use super::side_by_side::{Layout, side_by_side};
use super::status::Status;
use super::summary::{grouped, plural, print};

const EXAMPLES: &str = "\
Examples:
  wirecopy compare one.txt two.txt
  wirecopy compare news.jsonl#a-17 news.jsonl#b-4     by id
  wirecopy compare news.jsonl#:120 other.jsonl:7      by line
  wirecopy compare a.txt b.txt --json | jq .shingles.resemblance
  wirecopy compare a.txt b.txt --full --width 160 | less -R

Exit status:
  0 done   2 usage   3 done, with problems in one of the two records   4 no such article, or an unusable one";

/// Compare two articles: every measure, and the texts side by side with shared passages marked
///
/// Passages are found as in scan --all-pairs. What both have in common stands between ⟦1 and 1⟧, numbered by passage; inside
/// it, words that only A has stand in [-…-], words that only B has in {+…+}.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompareArgs {
    /// The first article: a file that holds one, ARCHIVE#ID, ARCHIVE#:LINE, a ref as
    /// reports have it (`FILE:RECORD`), or -
    #[arg(value_name = "A")]
    pub(crate) a: String,

    /// The second article
    #[arg(value_name = "B")]
    pub(crate) b: String,

    /// Print one JSON object, in one line, with all measures and passages
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,

    /// Show the texts in full; without it long stretches are shortened
    #[arg(long, help_heading = "Output")]
    pub(crate) full: bool,

    /// Columns of the terminal; without it as many as it has, or 80
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=1000), help_heading = "Output")]
    pub(crate) width: Option<u16>,

    /// Least resemblance (Jaccard, over shingles) of near-duplicates, and nothing else; without it 0.8, and below it edited
    /// copies: mostly the same words in the same order
    #[arg(long, value_name = "R", value_parser = threshold, help_heading = "Search")]
    pub(crate) threshold: Option<f64>,

    /// Tokens in a shingle
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100), help_heading = "Search")]
    pub(crate) shingle: u16,

    /// The shortest passage, in words (a character of an unspaced script counts half)
    #[arg(long, value_name = "N", default_value_t = Settings::default().min_passage_words, value_parser = clap::value_parser!(u32).range(4..=10_000), help_heading = "Search")]
    pub(crate) min_passage_words: u32,

    /// Seed of all hashes
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Search")]
    pub(crate) seed: u64,

    #[command(flatten)]
    pub(crate) fields: FieldArgs,

    /// The largest record: bytes, or with KiB, MiB, GiB
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size, help_heading = "Input")]
    pub(crate) max_record: u64,
}

impl CompareArgs {
    fn settings(&self) -> Settings {
        let usual = Settings::default();
        Settings {
            read: ReadSettings {
                fields: self.fields.overrides(),
                max_record: self.max_record,
                ..usual.read.clone()
            },
            rule: Rule::of(self.threshold),
            shingle_tokens: usize::from(self.shingle),
            min_passage_words: self.min_passage_words,
            seed: self.seed,
            ..usual
        }
    }
}

fn given(picked: &Picked) -> Given<'_> {
    let record = &picked.record;
    Given { text: &record.text, published: record.published, outlet: record.outlet.as_deref() }
}

pub(crate) fn run(args: &CompareArgs) -> anyhow::Result<Status> {
    let settings = args.settings();
    if args.a == "-" && args.b == "-" {
        anyhow::bail!("standard input holds one article only: name a file for the other");
    }
    archive::exit_cleanly_when_cut(&[])?;
    let picked = [pick(&args.a, &settings.read)?, pick(&args.b, &settings.read)?];
    let [a, b] = &picked;
    let found = compare(given(a), given(b), &settings)?;
    let text = if args.json {
        as_json(&picked, &found).to_string() + "\n"
    } else {
        let width = args.width.map_or_else(
            || terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)),
            usize::from,
        );
        let layout = Layout { width, full: args.full };
        measures(&picked, &found) + "\n" + &side_by_side(&a.record.text, &b.record.text, &found, layout)
    };
    print(&text)?;
    let mut status = Status::Done;
    for picked in &picked {
        for problem in &picked.problems {
            tell(&format!("wirecopy: {}: {problem}", line(&picked.reference)));
            status = Status::Problems;
        }
    }
    Ok(status)
}

const BOLD: Style = Style::new().bold();
/// Names are no longer than this, so that they fit a terminal of 80 columns.
const NAME_COLUMNS: usize = 70;
/// How many numbers are listed; `--json` has them all.
const NUMBERS: usize = 8;

/// Names and measures, above the texts.
fn measures(picked: &[Picked; 2], found: &Comparison) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_names(&mut text, picked, found);
    let _ = write_measures(&mut text, found);
    text
}

fn write_names(text: &mut String, picked: &[Picked; 2], found: &Comparison) -> std::fmt::Result {
    for (picked, side) in picked.iter().zip([Side::A, Side::B]) {
        let record = &picked.record;
        let published = record.published.map_or("undated".into(), |published| published.to_string());
        let outlet = record.outlet.as_deref().unwrap_or("unknown outlet");
        let at = if picked.name == picked.reference {
            String::new()
        } else {
            format!("   {}\n", fit(&picked.reference, NAME_COLUMNS))
        };
        writeln!(text, "{BOLD}{}  {}{BOLD:#}", side.name(), fit(&picked.name, NAME_COLUMNS))?;
        text.push_str(&at);
        writeln!(text, "   {}, {published}", fit(outlet, NAME_COLUMNS))?;
        if let Some(title) = &record.title {
            writeln!(text, "   {}", fit(title, NAME_COLUMNS))?;
        }
        let credits: Vec<String> =
            found.articles.of(side).credits.iter().map(|credit| fit(&credit.name, NAME_COLUMNS)).collect();
        if !credits.is_empty() {
            writeln!(text, "   names its source: {}", credits.join(", "))?;
        }
    }
    let (source, target) = (found.source.name(), found.source.other().name());
    let lag = found.lag_seconds.map(lag).unwrap_or_default();
    let why = match found.order {
        Order::Earlier => {
            format!("{source} is earlier than {target} by {lag}: passages count as taken from it")
        }
        Order::OnlyDated => {
            format!("{source} alone has a date: it is taken as the source of passages")
        }
        Order::SameTime => {
            format!("both are of one time: {source} is taken as the source of passages")
        }
        Order::Undated => format!("neither has a date: {source} is taken as the source of passages"),
    };
    writeln!(text, "{why}")?;
    if picked[0].reference == picked[1].reference && picked[0].reference != "-:1" {
        writeln!(text, "A and B are the same record")?;
    }
    Ok(())
}

fn write_measures(text: &mut String, found: &Comparison) -> std::fmt::Result {
    let (a, b) = (&found.articles.a, &found.articles.b);
    let mut row = |name: &str, a: &str, b: &str, more: &str| {
        writeln!(text, "{}", format!("{name:<26}{a:>11}{b:>11}  {more}").trim_end())
    };
    row("", "A", "B", "")?;
    row("words", &grouped(a.words.into()), &grouped(b.words.into()), "")?;
    row("tokens", &grouped(a.tokens as u64), &grouped(b.tokens as u64), "")?;
    let covered = |covered: f64| format!("{:.1} %", 100.0 * covered);
    let passages = plural(found.passages.len() as u64, "passage");
    row("words in passages", &grouped(a.covered_words.into()), &grouped(b.covered_words.into()), &passages)?;
    row("covered by the other", &covered(a.covered), &covered(b.covered), "")?;
    row("", "A in B", "B in A", "resemblance")?;
    let mut shared = |at: &AtWidth| {
        let (to_b, to_a) = (at.overlap.containment_of_a(), at.overlap.containment_of_b());
        let name = if at.width == 1 { "single tokens".into() } else { format!("shingles of {}", at.width) };
        row(&name, &format!("{to_b:.3}"), &format!("{to_a:.3}"), &format!("{:.3}", at.overlap.resemblance()))
    };
    shared(&found.shingles)?;
    for at in &found.short_shingles {
        shared(at)?;
    }
    writeln!(text)?;
    let mut said = |name: &str, what: String| writeln!(text, "{name:<26}{what}");
    let same = match (found.same_text, found.same_tokens) {
        (true, _) => "the same, byte for byte",
        (false, true) => "the same words, written differently",
        (false, false) => "different",
    };
    said("texts", same.into())?;
    if let Some(relation) = found.relation {
        let (of, to) = (found.source.other().name(), found.source.name());
        said("relation", format!("{}: what {of} is to {to}", relation.name()))?;
    }
    if let Some(aligned) = found.aligned {
        said("aligned share", format!("{:.3}: words in one order, of the longer text", aligned.share()))?;
    }
    let width = found.shingles.width;
    let sure = found.rule.sure();
    let verdict = match found.near() {
        Some(near) if near.aligned.is_some() => {
            format!("yes, an edited copy: aligned share {:.3}", near.score())
        }
        Some(_) => format!("yes: resemblance from {sure} on, over shingles of {width}"),
        None if found.verified == Verified::TooLong => {
            format!("not told: under resemblance {sure}, and the texts are too long to be aligned")
        }
        None => {
            let nor = if found.rule == Rule::Edited { ", and no edited copy" } else { "" };
            format!("no: under resemblance {sure}, over shingles of {width}{nor}")
        }
    };
    said("near-duplicates", verdict)?;
    if let Some(signature) = found.signature {
        let (agreeing, slots) = (signature.agreeing, signature.slots);
        said(
            "signature",
            format!("{agreeing} of {slots} slots agree: resemblance {:.2}", signature.estimate()),
        )?;
    }
    if let Some(distance) = found.simhash_distance {
        said("SimHash", format!("{distance} of 64 bits differ"))?;
    }
    let run = found.longest_run.as_ref().map_or("none".into(), |run| plural(run.words.into(), "word"));
    said("longest common run", run)?;
    for (name, own) in [("numbers only in A", &a.own_numbers), ("numbers only in B", &b.own_numbers)] {
        if !own.is_empty() {
            let listed: Vec<String> = own.iter().take(NUMBERS).map(|own| fit(&own.value, 20)).collect();
            let more = own.len().saturating_sub(NUMBERS);
            let more = if more > 0 { format!(", and {} more", grouped(more as u64)) } else { String::new() };
            said(name, listed.join(", ") + &more)?;
        }
    }
    Ok(())
}

/// A span of time in the two largest units.
fn lag(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let first = units.iter().position(|(size, _)| seconds >= *size).unwrap_or(3);
    let mut rest = seconds;
    let mut said = Vec::new();
    for (size, unit) in units.iter().skip(first).take(2) {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            said.push(plural(count, unit));
        }
    }
    said.join(" ")
}

fn as_json(picked: &[Picked; 2], found: &Comparison) -> Value {
    let article = |picked: &Picked, side: Side| {
        let (record, measured) = (&picked.record, found.articles.of(side));
        let credits = measured.credits.iter();
        json!({
            "id": picked.name,
            "ref": picked.reference,
            "outlet": record.outlet,
            "published_at": record.published.map(|published| published.to_string()),
            "title": record.title,
            "url": record.url,
            "words": measured.words,
            "tokens": measured.tokens,
            "covered_words": measured.covered_words,
            "covered": share(measured.covered),
            "numbers_only_here": measured.own_numbers.iter().map(number).collect::<Vec<_>>(),
            "credits": credits.map(|credit| json!({
                "name": credit.name, "bytes": pair(&credit.bytes), "chars": pair(&credit.chars),
            })).collect::<Vec<_>>(),
            "problems": picked.problems,
        })
    };
    let at_width = |at: &AtWidth| {
        let overlap = at.overlap;
        json!({
            "width": at.width,
            "in_both": overlap.common,
            "in_a": overlap.a,
            "in_b": overlap.b,
            "resemblance": share(overlap.resemblance()),
            "containment_a": share(overlap.containment_of_a()),
            "containment_b": share(overlap.containment_of_b()),
        })
    };
    let passages = found.passages.iter().zip(1..).map(|(passage, number): (_, u64)| {
        let differences = passage.differences.iter().map(|difference| {
            json!({
                "a": span(&difference.spans.a),
                "b": span(&difference.spans.b),
                "words_a": difference.words.a,
                "words_b": difference.words.b,
            })
        });
        json!({
            "passage": number,
            "a": span(&passage.spans.a),
            "b": span(&passage.spans.b),
            "words": passage.words,
            "similarity": share(passage.similarity),
            "kind": passage.kind.name(),
            "differences": differences.collect::<Vec<_>>(),
        })
    });
    json!({
        "a": article(&picked[0], Side::A),
        "b": article(&picked[1], Side::B),
        "source": found.source.name().to_lowercase(),
        "source_because": found.order.name(),
        "lag_seconds": found.lag_seconds,
        "relation": found.relation.map(RelationKind::name),
        "same_record": picked[0].reference == picked[1].reference && picked[0].reference != "-:1",
        "same_outlet": found.same_outlet,
        "same_text": found.same_text,
        "same_tokens": found.same_tokens,
        "near_duplicates": found.near_duplicates(),
        "too_long": found.verified == Verified::TooLong,
        "threshold": found.rule.threshold(),
        "rule": found.near().map(|near| near.rule()),
        "score": found.near().map(|near| share(near.score())),
        "aligned": found.aligned.map(|aligned| json!({
            "in_both": aligned.common,
            "in_a": aligned.a,
            "in_b": aligned.b,
            "block": aligned.block,
            "share": share(aligned.share()),
        })),
        "shingles": at_width(&found.shingles),
        "short_shingles": found.short_shingles.iter().map(at_width).collect::<Vec<_>>(),
        "signature": found.signature.map(|signature| json!({
            "agreeing": signature.agreeing,
            "slots": signature.slots,
            "resemblance": share(signature.estimate()),
        })),
        "simhash_distance": found.simhash_distance,
        "longest_run": found.longest_run.as_ref().map(|run| json!({
            "words": run.words, "tokens": run.tokens, "a": span(&run.spans.a), "b": span(&run.spans.b),
        })),
        "passages": passages.collect::<Vec<_>>(),
    })
}

fn number(number: &Number) -> Value {
    json!({"value": number.value, "bytes": pair(&number.span.bytes), "chars": pair(&number.span.chars)})
}

fn span(span: &Span) -> Value {
    json!({"bytes": pair(&span.bytes), "chars": pair(&span.chars)})
}

fn pair(range: &Range<usize>) -> [usize; 2] {
    [range.start, range.end]
}

/// Six decimals, as in the tables of a report.
fn share(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}
