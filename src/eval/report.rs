//! A report as far as truth can say something of it: its tables, read from the folder, with articles as numbers.
//!
//! In: the folder of a scan. Out: [`Report`]. Only the columns that are asked for are read; a report whose tables are not
//! JSON Lines, or lack a column, is refused with file and line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::EvalError;

/// What a scan found.
#[derive(Debug, Default)]
pub struct Report {
    /// The name of each article, as tables have it.
    pub names: Vec<String>,
    /// Words of each article.
    pub words: Vec<u32>,
    /// Where the record of each article is.
    pub references: Vec<String>,
    /// The story of each article.
    pub story: Vec<Option<u32>>,
    /// The resemblance of each article to its story's representative.
    pub resemblance: Vec<f64>,
    /// What each article is to its main source.
    pub relation: Vec<Option<String>>,
    /// The origin of each story.
    pub origins: Vec<Option<u32>>,
    /// Pairs (smaller number first) that `matches` lists, with their score; ascending.
    pub matches: Vec<Scored>,
    /// Those of them whose score is no resemblance but the aligned share of an edited copy; ascending.
    pub edited: Vec<(u32, u32)>,
    /// What pairs share by `relations`; target and source, ascending.
    pub relations: Vec<Related>,
    /// Passages by target and source, ascending.
    pub passages: Vec<Found>,
    /// Second spans of repeats, by article, ascending.
    pub repeats: Vec<(u32, Range<usize>)>,
    /// Which searches were run.
    pub searched: Searched,
    /// Numbers of articles by name.
    pub(crate) numbers: BTreeMap<String, u32>,
}

/// Two articles (smaller number first) and their score.
pub type Scored = ((u32, u32), f64);

/// Which searches a report is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Near-duplicates and stories.
    pub duplicates: bool,
    /// Passages and relations.
    pub passages: bool,
    /// Repeats within articles.
    pub repeats: bool,
}

/// A row of `relations`.
#[derive(Clone, Debug, PartialEq)]
pub struct Related {
    /// Target and source.
    pub pair: (u32, u32),
    /// The larger of both coverages.
    pub coverage: f64,
}

/// A row of `passages`.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Target and source.
    pub pair: (u32, u32),
    /// Where it stands in each, in characters.
    pub spans: [Range<usize>; 2],
}

#[derive(Deserialize)]
struct RunRow {
    settings: RunSettings,
}

#[derive(Deserialize)]
struct RunSettings {
    only: Vec<String>,
}

#[derive(Deserialize)]
struct ArticleRow {
    #[serde(rename = "ref")]
    reference: String,
    id: String,
    words: u32,
    story: Option<String>,
    resemblance: Option<f64>,
    relation: Option<String>,
}

#[derive(Deserialize)]
struct StoryRow {
    story: String,
    origin: Option<String>,
}

#[derive(Deserialize)]
struct MatchRow {
    a: String,
    b: String,
    score: f64,
    rule: String,
}

#[derive(Deserialize)]
struct RelationRow {
    target: String,
    source: String,
    coverage_of_target: f64,
    coverage_of_source: f64,
}

#[derive(Deserialize)]
struct PassageRow {
    target: String,
    source: String,
    target_chars: [usize; 2],
    source_chars: [usize; 2],
    kind: String,
}

#[derive(Deserialize)]
struct RepeatRow {
    article: String,
    again_chars: [usize; 2],
}

impl Report {
    /// Reads the report in `folder`.
    ///
    /// # Errors
    /// [`EvalError`]: it is no report, or a table cannot be read.
    pub fn read(folder: &Path) -> Result<Report, EvalError> {
        let run: RunRow = {
            let path = folder.join("run.json");
            let file = open(folder, "run.json")?;
            serde_json::from_reader(BufReader::new(file)).map_err(|error| EvalError::Row {
                path,
                line: error.line(),
                why: error.to_string(),
            })?
        };
        let only = |name: &str| run.settings.only.iter().any(|run| run == name);
        let searched =
            Searched { duplicates: only("duplicates"), passages: only("passages"), repeats: only("repeats") };
        let mut report = Report { searched, ..Report::default() };
        let mut stories: BTreeMap<String, u32> = BTreeMap::new();
        let articles = each(folder, "articles.jsonl", |row: ArticleRow| {
            let number = u32::try_from(report.names.len()).map_err(|_| "too many articles".to_owned())?;
            report.numbers.insert(row.id.clone(), number);
            report.names.push(row.id);
            report.words.push(row.words);
            report.references.push(row.reference);
            report.relation.push(row.relation);
            report.resemblance.push(row.resemblance.unwrap_or(0.0));
            // No more stories than articles, so no story has this number yet if its name is new.
            let next = stories.len().try_into().unwrap_or(number);
            report.story.push(row.story.map(|story| *stories.entry(story).or_insert(next)));
            Ok(())
        });
        articles?;
        for (number, reference) in (0..).zip(&report.references) {
            report.numbers.entry(reference.clone()).or_insert(number);
        }
        report.origins = vec![None; stories.len()];
        let mut origins = Vec::new();
        each(folder, "stories.jsonl", |row: StoryRow| {
            let story = *stories.get(&row.story).ok_or_else(|| format!("no article is in {}", row.story))?;
            let origin = row.origin.map(|origin| report.named(&origin)).transpose()?;
            origins.push((story, origin));
            Ok(())
        })?;
        for (story, origin) in origins {
            report.origins[story as usize] = origin;
        }
        let (mut matches, mut edited) = (Vec::new(), Vec::new());
        each(folder, "matches.jsonl", |row: MatchRow| {
            let (a, b) = (report.named(&row.a)?, report.named(&row.b)?);
            let pair = (a.min(b), a.max(b));
            matches.push((pair, row.score));
            if row.rule != "resemblance" {
                edited.push(pair);
            }
            Ok(())
        })?;
        let mut relations = Vec::new();
        each(folder, "relations.jsonl", |row: RelationRow| {
            let pair = (report.named(&row.target)?, report.named(&row.source)?);
            let coverage = row.coverage_of_target.max(row.coverage_of_source);
            relations.push(Related { pair, coverage });
            Ok(())
        })?;
        let mut passages = Vec::new();
        each(folder, "passages.jsonl", |row: PassageRow| {
            // What many unrelated texts share is not copied from one of them.
            if row.kind != "boilerplate" {
                let pair = (report.named(&row.target)?, report.named(&row.source)?);
                passages.push(Found { pair, spans: [range(row.target_chars)?, range(row.source_chars)?] });
            }
            Ok(())
        })?;
        let mut repeats = Vec::new();
        each(folder, "repeats.jsonl", |row: RepeatRow| {
            repeats.push((report.named(&row.article)?, range(row.again_chars)?));
            Ok(())
        })?;
        matches.sort_unstable_by_key(|(pair, _)| *pair);
        edited.sort_unstable();
        relations.sort_by_key(|related| related.pair);
        passages.sort_by_key(|found: &Found| found.pair);
        repeats.sort_by_key(|(article, span): &(u32, Range<usize>)| (*article, span.start));
        Ok(Report { matches, edited, relations, passages, repeats, ..report })
    }

    /// The article of this name, or else the one whose record stands at this place.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    fn named(&self, name: &str) -> Result<u32, String> {
        self.number(name).ok_or_else(|| format!("articles.jsonl has no article {name}"))
    }

    /// Whether the report calls two articles near-duplicates: a row of `matches`, or one story for both.
    pub fn alike(&self, a: u32, b: u32) -> bool {
        self.listed(a, b).is_some() || self.in_one_story(a, b)
    }

    fn in_one_story(&self, a: u32, b: u32) -> bool {
        self.story[a as usize].is_some() && self.story[a as usize] == self.story[b as usize]
    }

    /// The score of two articles: that of their row of `matches`; of two members of one story without a row the smaller
    /// of their resemblances to the representative; else 0.
    pub fn score(&self, a: u32, b: u32) -> f64 {
        let in_story = || {
            let resemblance = |article: u32| self.resemblance[article as usize];
            if self.in_one_story(a, b) { resemblance(a).min(resemblance(b)) } else { 0.0 }
        };
        self.listed(a, b).unwrap_or_else(in_story)
    }

    fn listed(&self, a: u32, b: u32) -> Option<f64> {
        let pair = (a.min(b), a.max(b));
        let at = self.matches.binary_search_by_key(&pair, |(pair, _)| *pair).ok()?;
        Some(self.matches[at].1)
    }

    /// The share of either article that stands in the other by `relations`; 0 without a row.
    pub fn coverage(&self, a: u32, b: u32) -> f64 {
        let of = |pair| {
            let at = self.relations.binary_search_by_key(&pair, |related| related.pair).ok()?;
            Some(self.relations[at].coverage)
        };
        of((a, b)).into_iter().chain(of((b, a))).fold(0.0, f64::max)
    }

    /// The sources that `relations` has of a target.
    pub fn sources(&self, target: u32) -> impl Iterator<Item = u32> {
        let begin = self.relations.partition_point(|related| related.pair.0 < target);
        self.relations[begin..].iter().take_while(move |row| row.pair.0 == target).map(|row| row.pair.1)
    }

    /// The passages that a target has from anywhere.
    pub fn passages_of(&self, target: u32) -> impl Iterator<Item = &Found> {
        let begin = self.passages.partition_point(|found| found.pair.0 < target);
        self.passages[begin..].iter().take_while(move |found| found.pair.0 == target)
    }

    /// The passages of two articles, whichever is the target; the first span is that in `a`.
    pub fn passages_between(&self, a: u32, b: u32) -> Vec<[Range<usize>; 2]> {
        let of = |target: u32, source: u32| {
            self.passages_of(target)
                .filter(move |found| found.pair.1 == source)
                .map(|found| found.spans.clone())
        };
        let turned = of(b, a).map(|[of_b, of_a]| [of_a, of_b]);
        of(a, b).chain(turned.filter(|_| a != b)).collect()
    }

    /// Where an article repeats itself.
    pub fn repeats_of(&self, article: u32) -> Vec<Range<usize>> {
        let begin = self.repeats.partition_point(|repeat| repeat.0 < article);
        self.repeats[begin..]
            .iter()
            .take_while(|repeat| repeat.0 == article)
            .map(|repeat| repeat.1.clone())
            .collect()
    }
}

fn range([begin, end]: [usize; 2]) -> Result<Range<usize>, String> {
    let fits = begin <= end && end <= crate::text::MAX_TEXT_BYTES;
    if fits { Ok(begin..end) } else { Err(format!("a span begins at {begin} and ends at {end}")) }
}

fn open(folder: &Path, name: &'static str) -> Result<File, EvalError> {
    File::open(folder.join(name)).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => EvalError::NoReport { folder: folder.to_owned(), missing: name },
        _ => EvalError::Read { path: folder.join(name), source },
    })
}

/// Hands every row of a table on.
fn each<R: DeserializeOwned>(
    folder: &Path,
    name: &'static str,
    mut take: impl FnMut(R) -> Result<(), String>,
) -> Result<(), EvalError> {
    let path = folder.join(name);
    let mut file = BufReader::with_capacity(1 << 18, open(folder, name)?);
    let (mut line, mut number) = (Vec::new(), 0);
    loop {
        line.clear();
        let read = file.read_until(b'\n', &mut line);
        if read.map_err(|source| EvalError::Read { path: path.clone(), source })? == 0 {
            return Ok(());
        }
        number += 1;
        let row = serde_json::from_slice(&line).map_err(|error| error.to_string());
        row.and_then(&mut take).map_err(|why| EvalError::Row { path: path.clone(), line: number, why })?;
    }
}
