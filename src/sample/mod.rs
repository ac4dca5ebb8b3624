//! Sample: a sheet of near-duplicate pairs to be judged by eye.
//!
//! In: a report, and the archive that it is of. Out: a folder with `sheet.tsv` (a row a pair, its `label` empty, which
//! `wirecopy eval` reads when it is filled in) and `pairs.txt` (both texts of each pair, shortened, to read beside it).
//!
//! Pairs of `matches` are parted by rule and score into strata a tenth wide, those at exactly 1 apart, and as many are drawn of each:
//! so the pairs near the threshold, of which there are few, are judged as often as the many that are the same. Each
//! row knows how many pairs its stratum has, and `eval` weighs by that. Of what a scan did not list nothing is drawn: to
//! look below a threshold, scan with a lower one.
//!
//! Guarantees: the same report and seed give the same sheet. Memory: the report's pairs, and the texts drawn.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::archive::{Archive, ReadSettings};
use crate::draws::Draws;
use crate::error::Error;
use crate::eval::{Report, Scored};

/// The sheet.
pub const SHEET: &str = "sheet.tsv";
/// What is read beside it.
pub const PAGE: &str = "pairs.txt";

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawing {
    /// How many pairs, if there are so many.
    pub pairs: usize,
    /// The least score.
    pub from: f64,
    /// The highest score.
    pub to: f64,
    /// The seed of the draws.
    pub seed: u64,
}

/// A pair that was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// Articles of the report, smaller number first.
    pub pair: (u32, u32),
    /// Its score.
    pub score: f64,
    /// The name of its stratum.
    pub stratum: String,
    /// How many pairs the stratum has.
    pub stratum_pairs: usize,
}

/// Draws pairs of a report, by stratum and then in the order of the table.
pub fn draw(report: &Report, drawing: Drawing) -> Vec<Drawn> {
    let mut strata: BTreeMap<String, Vec<Scored>> = BTreeMap::new();
    let asked = drawing.from..=drawing.to;
    for &(pair, score) in report.matches.iter().filter(|(_, score)| asked.contains(score)) {
        let by_words = report.edited.binary_search(&pair).is_ok();
        let stratum = if by_words { format!("aligned {}", stratum(score)) } else { stratum(score) };
        strata.entry(stratum).or_default().push((pair, score));
    }
    let sizes: Vec<usize> = strata.values().map(Vec::len).collect();
    let mut chance = Draws::new(drawing.seed, "sample");
    let mut drawn = Vec::new();
    for ((stratum, mut pairs), count) in strata.into_iter().zip(even(&sizes, drawing.pairs)) {
        let stratum_pairs = pairs.len();
        chance.shuffle(&mut pairs);
        pairs.truncate(count);
        pairs.sort_unstable_by_key(|(pair, _)| *pair);
        drawn.extend(pairs.into_iter().map(|(pair, score)| Drawn {
            pair,
            score,
            stratum: stratum.clone(),
            stratum_pairs,
        }));
    }
    drawn
}

/// `0.8-0.9`; `1` for pairs that are the same.
fn stratum(score: f64) -> String {
    if score >= 1.0 {
        return "1".into();
    }
    // A hair more, so that 0.3 is in 0.3-0.4 whatever 0.3 is in binary.
    let tenth = (score * 10.0 + 1e-9).floor();
    format!("{:.1}-{:.1}", tenth / 10.0, (tenth + 1.0) / 10.0)
}

/// `all` shared out evenly, nobody getting more than its size.
fn even(sizes: &[usize], all: usize) -> Vec<usize> {
    let mut shares = vec![0; sizes.len()];
    let mut left = all.min(sizes.iter().sum());
    while left > 0 {
        for (share, size) in shares.iter_mut().zip(sizes) {
            if *share < *size && left > 0 {
                *share += 1;
                left -= 1;
            }
        }
    }
    shares
}

/// The rows of the sheet.
pub fn sheet(report: &Report, drawn: &[Drawn]) -> String {
    let mut rows = String::from("pair\ta\tb\tscore\tstratum\tstratum_pairs\tlabel\n");
    for (drawn, number) in drawn.iter().zip(1..) {
        let name = |article: u32| cell(&report.names[article as usize], &report.references[article as usize]);
        let (a, b) = (name(drawn.pair.0), name(drawn.pair.1));
        let (score, stratum, pairs) = (drawn.score, &drawn.stratum, drawn.stratum_pairs);
        // Writing to a string cannot fail.
        let _ = writeln!(rows, "{number}\t{a}\t{b}\t{score:.6}\t{stratum}\t{pairs}\t");
    }
    rows
}

/// The id as a cell of the sheet; the place of the record where the id would break the row, or a table calculator would take
/// it for a formula.
fn cell<'r>(id: &'r str, reference: &'r str) -> &'r str {
    let breaks = id.trim() != id || id.contains(['\t', '\n', '\r']) || id.starts_with(['=', '+', '-', '@']);
    if breaks { reference } else { id }
}

/// Characters that are shown of the beginning of a text, and of its end.
const SHOWN: [usize; 2] = [900, 300];

/// The page of texts. `show` makes text of strangers safe to look at. Articles whose text is not found are named.
///
/// # Errors
/// What opening the archive says.
pub fn page(
    report: &Report,
    drawn: &[Drawn],
    settings: &ReadSettings,
    show: &dyn Fn(&str) -> String,
) -> Result<(String, Vec<String>), Error> {
    let reference = |article: u32| report.references[article as usize].as_str();
    let wanted: BTreeSet<&str> =
        drawn.iter().flat_map(|drawn| [reference(drawn.pair.0), reference(drawn.pair.1)]).collect();
    let files: BTreeSet<&str> =
        wanted.iter().filter_map(|reference| reference.rsplit_once(':')).map(|(file, _)| file).collect();
    let files: Vec<String> = files.into_iter().map(str::to_owned).collect();
    let (archive, problems) = Archive::open(&files, settings.clone())?;
    let mut missing: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    archive.for_each_article(
        |reference, record| {
            if wanted.contains(reference.as_str()) {
                let title = record.title.as_deref().unwrap_or("(no title)");
                let outlet = record.outlet.as_deref().unwrap_or("unknown outlet");
                let time = record.published.map_or("undated".into(), |time| time.to_string());
                let text = shortened(&record.text, show);
                texts.insert(reference, format!("{}\n{}, {time}\n\n{text}", show(title), show(outlet)));
            }
        },
        |_| (), // told when the archive was scanned
    );
    let mut page = String::from(
        "Are the two articles of a pair near-duplicates: one text, printed again with small changes?\n\
         Write 1 (yes) or 0 (no) under label in sheet.tsv; leave it empty where you cannot tell.\n",
    );
    for (drawn, number) in drawn.iter().zip(1..) {
        let _ = writeln!(page, "\n{}\nPair {number}", "═".repeat(100));
        for (side, article) in [("A", drawn.pair.0), ("B", drawn.pair.1)] {
            let name = show(&report.names[article as usize]);
            let text = texts
                .get(reference(article))
                .map_or("(the record is not where the report says)", |text| text);
            let words = report.words[article as usize];
            let _ =
                writeln!(page, "\n── {side}  {name}, {words} words, {}\n{text}", show(reference(article)));
        }
    }
    missing.extend(
        wanted.iter().filter(|wanted| !texts.contains_key(**wanted)).map(|lost| format!("{lost}: not found")),
    );
    Ok((page, missing))
}

fn shortened(text: &str, show: &dyn Fn(&str) -> String) -> String {
    let all = text.chars().count();
    let lines = |text: &str| text.lines().map(show).collect::<Vec<_>>().join("\n");
    if all <= SHOWN[0] + SHOWN[1] {
        return lines(text);
    }
    let begin: String = text.chars().take(SHOWN[0]).collect();
    let end: String = text.chars().skip(all - SHOWN[1]).collect();
    format!("{}\n   … {} characters …\n{}", lines(&begin), all - SHOWN[0] - SHOWN[1], lines(&end))
}

/// Writes both files; neither may be there yet unless `force`d.
///
/// # Errors
/// [`Error::ReportOccupied`], [`Error::WriteReport`].
pub fn write(folder: &Path, force: bool, sheet: &str, page: &str) -> Result<(), Error> {
    let unwritable = |source| Error::WriteReport { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(unwritable)?;
    if let Some(found) = [SHEET, PAGE].into_iter().find(|name| !force && folder.join(name).exists()) {
        return Err(Error::ReportOccupied { path: folder.to_owned(), found: found.into() });
    }
    for (name, text) in [(PAGE, page), (SHEET, sheet)] {
        fs::write(folder.join(name), text).map_err(unwritable)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strata_are_tenths_and_what_is_the_same_apart() {
        let names: Vec<String> = [0.3, 0.799_999, 0.8, 0.999_999, 1.0].map(stratum).to_vec();
        assert_eq!(names, ["0.3-0.4", "0.7-0.8", "0.8-0.9", "0.9-1.0", "1"]);
    }

    #[test]
    fn pairs_are_shared_out_evenly() {
        assert_eq!(even(&[100, 2, 100], 50), [24, 2, 24]);
        assert_eq!(even(&[1, 1], 50), [1, 1]);
        assert_eq!(even(&[], 50), Vec::<usize>::new());
    }

    #[test]
    fn a_draw_is_even_over_strata_and_the_same_again() {
        let pair = |at: u32| ((at, at + 1), if at < 300 { 1.0 } else { 0.85 });
        let report = Report { matches: (0..320).map(pair).collect(), ..Report::default() };
        let drawing = Drawing { pairs: 40, from: 0.0, to: 1.0, seed: 0 };
        let drawn = draw(&report, drawing);
        let of = |stratum: &str| drawn.iter().filter(|drawn| drawn.stratum == stratum).count();
        assert_eq!((drawn.len(), of("1"), of("0.8-0.9")), (40, 20, 20));
        assert_eq!(drawn[0].stratum_pairs, 20);
        // An edited copy's score is of another kind.
        let edited = (300..310).map(|at| (at, at + 1)).collect();
        let edited = Report { matches: (0..320).map(pair).collect(), edited, ..Report::default() };
        let strata = draw(&edited, drawing);
        let of = |stratum: &str| strata.iter().filter(|drawn| drawn.stratum == stratum).count();
        assert_eq!([of("1"), of("0.8-0.9"), of("aligned 0.8-0.9")], [20, 10, 10]);
        assert_eq!(draw(&report, drawing), drawn);
        assert_ne!(draw(&report, Drawing { seed: 1, ..drawing }), drawn);
        assert!(draw(&report, Drawing { to: 0.9, ..drawing }).iter().all(|drawn| drawn.score < 0.9));
    }

    #[test]
    fn ids_that_would_break_the_sheet_are_named_by_place() {
        let check = |id: &str, expect: &str| assert_eq!(cell(id, "a.jsonl:7"), expect, "{id:?}");
        check("a-7", "a-7");
        for id in ["a\tb", "a\nb", " a", "=HYPERLINK(1)", "@a", "-1"] {
            check(id, "a.jsonl:7");
        }
    }

    #[test]
    fn long_texts_are_shown_by_their_ends() {
        let text = "a".repeat(2000) + "\x1b";
        let shown = shortened(&text, &|line| line.replace('\x1b', "?"));
        assert!(shown.contains("… 801 characters …") && shown.ends_with("a?"), "{shown}");
    }
}
