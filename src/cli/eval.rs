//! `wirecopy eval`: hold a report against truth, tell how right it is.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use wirecopy::eval::{
    Estimate, Evaluation, Grades, KindRow, PairsFound, PassagesFound, Resampling, StoriesFound, evaluate,
};

use super::printable::line;
use super::status::Status;
use super::summary::{grouped, nouns, plural, print};

const EXAMPLES: &str = "\
Examples:
  wirecopy eval wirecopy-report labels.tsv
  wirecopy eval wirecopy-report planted/truth.jsonl --json | jq .kinds
  wirecopy eval wirecopy-report labels.tsv --grades non,heavy,light=cut

Exit status:
  0 done   2 usage   4 the report or the truth cannot be used";

/// Hold a report against truth: precision and recall with intervals, stories, passages, repeats, origins
///
/// Truth is a file of tab-separated values or of JSON Lines: judged pairs (a, b, label), stories (id, story), aligned
/// passages, or what wirecopy plant wrote. docs/eval.md describes the forms and the measures. Only what truth names is
/// judged; articles that the report does not have are counted and told.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EvalArgs {
    /// The folder that a scan wrote
    #[arg(value_name = "REPORT")]
    pub(crate) report: PathBuf,

    /// The file of truth
    #[arg(value_name = "TRUTH")]
    pub(crate) truth: PathBuf,

    /// Print one JSON object, in one line
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,

    /// The order of labels that are words, least alike first; = between those that are alike
    #[arg(long, value_name = "LIST", value_parser = grades, default_value = "", hide_default_value = true, help_heading = "Truth")]
    pub(crate) grades: Grades,

    /// The least grade of a near-duplicate; words of --grades count from 0
    #[arg(long, value_name = "G", default_value_t = 1.0, help_heading = "Truth")]
    pub(crate) least_grade: f64,

    /// How often to resample for the 95 % intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(0..=1_000_000), help_heading = "Intervals")]
    pub(crate) resamples: u32,

    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Intervals")]
    pub(crate) seed: u64,
}

/// `non,heavy,light=cut`: grades 0, 1, 2, 2.
fn grades(list: &str) -> Result<Grades, String> {
    let mut grades = Grades::default();
    if list.is_empty() {
        return Ok(grades);
    }
    for (place, alike) in (0_u32..).zip(list.split(',')) {
        for word in alike.split('=').map(str::trim) {
            if word.is_empty() || grades.words.insert(word.to_owned(), f64::from(place)).is_some() {
                return Err("labels, each once, with commas between them, such as non,heavy,light=cut".into());
            }
        }
    }
    Ok(grades)
}

pub(crate) fn run(args: &EvalArgs) -> anyhow::Result<Status> {
    let how = Resampling { resamples: args.resamples as usize, seed: args.seed };
    let grades = Grades { least: args.least_grade, ..args.grades.clone() };
    let found = evaluate(&args.report, &args.truth, &grades, how)?;
    if args.json {
        print(&(serde_json::to_string(&found)? + "\n"))?;
    } else {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write_evaluation(&mut text, &found);
        print(&text)?;
    }
    Ok(Status::Done)
}

fn write_evaluation(text: &mut String, found: &Evaluation) -> std::fmt::Result {
    let truth = &found.truth;
    writeln!(text, "{} of truth", plural(truth.rows as u64, "row"))?;
    if truth.unknown_rows > 0 {
        let names: Vec<String> = truth.unknown.iter().map(|name| line(name)).collect();
        let what = nouns(truth.unknown_rows as u64, "names an article", "name articles");
        let rows = plural(truth.unknown_rows as u64, "row");
        writeln!(text, "{rows} {what} that the report does not have: {}, …", names.join(", "))?;
    }
    if truth.unlabelled > 0 {
        writeln!(text, "{} without a label, left out", plural(truth.unlabelled as u64, "pair"))?;
    }
    if truth.repeats_without_spans > 0 {
        let rows = plural(truth.repeats_without_spans as u64, "row");
        writeln!(text, "{rows} with repeats that are not told by characters, not judged on repeats")?;
    }
    if let Some(pairs) = &found.pairs {
        write_pairs(text, pairs)?;
    }
    if let Some(stories) = &found.stories {
        write_stories(text, stories)?;
    }
    if let Some(origins) = &found.origins {
        writeln!(
            text,
            "\nOrigins of {}, of which {} have theirs in a story\n  right                {}",
            format_args!(
                "{} {}",
                grouped(origins.stories as u64),
                nouns(origins.stories as u64, "true story", "true stories")
            ),
            grouped(origins.in_a_story as u64),
            shown(origins.accuracy)
        )?;
    }
    write_passages(text, &found.passages)?;
    if let Some(repeats) = &found.repeats {
        let (all, articles) = (plural(repeats.repeats as u64, "repeat"), repeats.articles as u64);
        writeln!(text, "\nRepeats: {all} in {}", plural(articles, "article"))?;
        let rows = [("found", repeats.found), ("precision", repeats.precision), ("recall", repeats.recall)];
        write_rows(text, &rows)?;
        write_rows(text, &[("F1", repeats.f1)])?;
    }
    write_kinds(text, &found.kinds)
}

fn write_pairs(text: &mut String, pairs: &PairsFound) -> std::fmt::Result {
    let [judged, alike, found, right] =
        [pairs.judged, pairs.alike, pairs.found, pairs.right].map(|count| grouped(count as u64));
    writeln!(text, "\n{judged} judged pairs: {alike} near-duplicates, {found} found, {right} of them right")?;
    write_rows(text, &[("precision", pairs.precision), ("recall", pairs.recall), ("F1", pairs.f1)])?;
    if pairs.grades.len() > 1 {
        writeln!(text, "  grade       pairs     found   mean score   mean coverage")?;
        for grade in &pairs.grades {
            let (pairs, found) = (grouped(grade.pairs as u64), grouped(grade.found as u64));
            let (score, coverage) = (grade.mean_score, grade.mean_coverage);
            writeln!(
                text,
                "  {:<8}{pairs:>9} {found:>9}       {score:>6.3}          {coverage:>6.3}",
                grade.grade
            )?;
        }
        let (score, coverage) = (number(pairs.score_correlation), number(pairs.coverage_correlation));
        writeln!(text, "  rank correlation of grades: {score} with scores, {coverage} with coverage")?;
    }
    for stratum in &pairs.strata {
        let (name, judged) = (line(&stratum.stratum), grouped(stratum.judged as u64));
        writeln!(text, "  {name:<20} {judged:>6} judged, near-duplicates {}", shown(stratum.share))?;
    }
    Ok(())
}

fn write_stories(text: &mut String, stories: &StoriesFound) -> std::fmt::Result {
    let [articles, truly, found] =
        [stories.articles, stories.stories, stories.found].map(|count| grouped(count as u64));
    writeln!(
        text,
        "\nStories: {articles} articles in {truly} true and {found} found stories, and single ones"
    )?;
    let rows = [
        ("pair precision", stories.pair_precision),
        ("pair recall", stories.pair_recall),
        ("pair F1", stories.pair_f1),
        ("adjusted Rand index", stories.adjusted_rand),
        ("homogeneity", stories.homogeneity),
        ("completeness", stories.completeness),
        ("B-cubed precision", stories.b_cubed_precision),
        ("B-cubed recall", stories.b_cubed_recall),
        ("B-cubed F1", stories.b_cubed_f1),
    ];
    write_rows(text, &rows)
}

fn write_passages(text: &mut String, passages: &[PassagesFound]) -> std::fmt::Result {
    if passages.is_empty() {
        return Ok(());
    }
    let heads = "cases  found  plagdet  (95 %)            precision  recall  granularity  macro  anywhere";
    writeln!(text, "\n{:<24} {heads}", "Passages")?;
    for row in passages {
        let kind = line(row.kind.as_deref().unwrap_or("all"));
        let m = &row.measures;
        writeln!(
            text,
            "  {kind:<20} {:>7} {:>6}   {:.4}  ({:.4} – {:.4})     {:.4}  {:.4}       {:.4} {:.4}    {:.4}",
            row.cases,
            row.detections,
            m.plagdet,
            row.plagdet_interval[0],
            row.plagdet_interval[1],
            m.precision,
            m.recall,
            m.granularity,
            m.macro_plagdet,
            row.from_anywhere.value
        )?;
    }
    Ok(())
}

fn write_kinds(text: &mut String, kinds: &[KindRow]) -> std::fmt::Result {
    if kinds.is_empty() {
        return Ok(());
    }
    writeln!(
        text,
        "\n{:<20} {:>8} {:>8}  found (95 %)             linked (95 %)",
        "Made as", "articles", "copies"
    )?;
    for row in kinds {
        let (kind, articles, copies) =
            (line(&row.kind), grouped(row.articles as u64), grouped(row.copies as u64));
        let (found, linked) = (shown(row.found), shown(row.linked));
        writeln!(text, "  {kind:<18} {articles:>8} {copies:>8}  {found:<24} {linked}")?;
        let relations: Vec<String> =
            row.relations.iter().map(|(relation, count)| format!("{count} {relation}")).collect();
        writeln!(text, "  {:<18} {}", "", relations.join(", "))?;
    }
    Ok(())
}

fn write_rows(text: &mut String, rows: &[(&str, Estimate)]) -> std::fmt::Result {
    rows.iter().try_for_each(|(name, estimate)| writeln!(text, "  {name:<20} {}", shown(*estimate)))
}

fn shown(estimate: Estimate) -> String {
    if estimate.low.is_nan() {
        return number(estimate.value);
    }
    format!("{} ({} – {})", number(estimate.value), number(estimate.low), number(estimate.high))
}

fn number(value: f64) -> String {
    if value.is_nan() { "–".into() } else { format!("{value:.3}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_grades() {
        let of = |list| grades(list).map(|grades| grades.words.into_iter().collect::<Vec<_>>());
        let expect = [("cut", 2.0), ("heavy", 1.0), ("light", 2.0), ("non", 0.0)];
        assert_eq!(
            of("non,heavy,light=cut"),
            Ok(expect.map(|(word, grade)| (word.to_owned(), grade)).to_vec())
        );
        assert_eq!(of(""), Ok(Vec::new()));
        assert!(of("non,,cut").is_err() && of("non,non").is_err());
    }
}
