//! Truth: what people judged, or what was planted, read against the articles of a report.
//!
//! In: a file of tab-separated values with a header, or of JSON Lines. Out: [`Truth`], its rows as articles by number.
//! Which row says what is told by its columns; `docs/eval.md` lists them. Rows that name articles which the report does not
//! have are counted and left out; a row that cannot be read ends the run, with its line. The file is read as a whole: truth
//! is small.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde_json::{Map, Value};

use super::error::EvalError;
use super::report::Report;

/// How labels are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grades {
    /// Grades of labels that are words, ascending from 0.
    pub words: BTreeMap<String, f64>,
    /// The least grade of a near-duplicate.
    pub least: f64,
}

/// What is known of a report's articles.
#[derive(Debug, Default)]
pub struct Truth {
    /// Rows met, and those of them that name an article which the report does not have.
    pub rows: usize,
    /// See [`Truth::rows`].
    pub unknown_rows: usize,
    /// The first names that the report does not have.
    pub unknown: Vec<String>,
    /// Rows of pairs that nobody has labelled.
    pub unlabelled: usize,
    /// Rows whose repeats are no spans of characters, and are passed over.
    pub repeats_without_spans: usize,
    /// Judged pairs.
    pub pairs: Vec<JudgedPair>,
    /// Pairs whose common passages are known.
    pub aligned: Vec<AlignedPair>,
    /// What is known of single articles.
    pub articles: Vec<KnownArticle>,
}

/// Two articles and what they are to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct JudgedPair {
    /// Smaller number first.
    pub pair: (u32, u32),
    /// Higher is more alike.
    pub grade: f64,
    /// Whether they are near-duplicates.
    pub alike: bool,
    /// Of a sheet: the stratum that the pair was drawn from, and how many pairs that has.
    pub stratum: Option<(String, f64)>,
}

/// Two articles and the passages that one has from the other.
#[derive(Clone, Debug, PartialEq)]
pub struct AlignedPair {
    /// Target and source.
    pub pair: (u32, u32),
    /// Where each passage stands in the target and in the source, in characters.
    pub cases: Vec<[Range<usize>; 2]>,
    /// What kind of case it is, where truth tells.
    pub kind: Option<String>,
}

/// An article of which more is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnownArticle {
    /// Which.
    pub article: u32,
    /// The story that it belongs to.
    pub story: Option<String>,
    /// Whether it is the origin of its story, where truth tells.
    pub origin: Option<bool>,
    /// The article that it was made from.
    pub parent: Option<u32>,
    /// How it was made.
    pub kind: Option<String>,
    /// Its repeats' second spans, in characters, where truth tells.
    pub repeats: Option<Vec<Range<usize>>>,
}

/// Names shown of those that the report does not have.
const SHOWN: usize = 5;

/// Other names of columns: those of corpora that are about.
const ALIASES: [(&str, &str); 12] = [
    ("answer", "a"),
    ("susp", "a"),
    ("target", "a"),
    ("original", "b"),
    ("src", "b"),
    ("source", "b"),
    ("category", "label"),
    ("grade", "label"),
    ("article", "id"),
    ("family", "story"),
    ("cluster", "story"),
    ("mode", "kind"),
];

const FORMS: &str = "columns a, b, label (pairs), or id, story (articles); docs/eval.md lists all";

impl Truth {
    /// Reads truth of `report`.
    ///
    /// # Errors
    /// [`EvalError`]: it cannot be read, is empty, or names no article of the report.
    pub fn read(path: &Path, report: &Report, grades: &Grades) -> Result<Truth, EvalError> {
        let bytes =
            std::fs::read(path).map_err(|source| EvalError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &bytes, report, grades)
    }

    fn parse(path: &Path, bytes: &[u8], report: &Report, grades: &Grades) -> Result<Truth, EvalError> {
        let whole = |why: &str| EvalError::Truth { path: path.to_owned(), why: why.to_owned() };
        let at = |line, why| EvalError::Row { path: path.to_owned(), line, why };
        let text = std::str::from_utf8(bytes).map_err(|_| whole("it is not UTF-8"))?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).peekable();
        let mut truth = Truth::default();
        let Some((first, header)) = lines.peek().copied() else { return Err(whole("it holds no row")) };
        if header.trim_start().starts_with('{') {
            for (number, line) in lines {
                let row = serde_json::from_str(line).map_err(|error| at(number, error.to_string()))?;
                truth.add(row, report, grades).map_err(|why| at(number, why))?;
            }
        } else {
            lines.next();
            let columns: Vec<&str> = header.split('\t').map(str::trim).collect();
            let known = |name: &str| columns.iter().any(|column| plain(column) == name);
            if !(known("a") && known("b") && known("label") || known("id") && known("story")) {
                return Err(at(first, format!("the columns are {}; {FORMS}", columns.join(", "))));
            }
            for (number, line) in lines {
                let cells: Vec<&str> = line.split('\t').collect();
                if cells.len() != columns.len() {
                    let why = format!("{} columns, and the header has {}", cells.len(), columns.len());
                    return Err(at(number, why));
                }
                let cells = columns.iter().zip(cells).filter(|(_, cell)| !cell.trim().is_empty());
                let row = cells.map(|(name, cell)| ((*name).to_owned(), cell.trim().into())).collect();
                truth.add(row, report, grades).map_err(|why| at(number, why))?;
            }
        }
        if truth.rows == 0 {
            return Err(whole("it holds a header and no row"));
        }
        if truth.rows == truth.unknown_rows {
            let names = truth.unknown.join(", ");
            return Err(whole(&format!("the report has none of its articles: it names {names}")));
        }
        if truth.rows == truth.unknown_rows + truth.unlabelled {
            return Err(whole("no row has a label"));
        }
        Ok(truth)
    }

    fn add(&mut self, row: Map<String, Value>, report: &Report, grades: &Grades) -> Result<(), String> {
        self.rows += 1;
        let row = Row(row.into_iter().map(|(name, value)| (plain(&name).to_owned(), value)).collect());
        let known = match (row.text("a"), row.text("b"), row.text("id")) {
            (Some(a), Some(b), None) => self.add_pair(&row, [&a, &b], report, grades)?,
            (None, None, Some(id)) => self.add_article(&row, &id, report)?,
            _ => return Err(format!("it names neither two articles nor one: {FORMS}")),
        };
        self.unknown_rows += usize::from(!known);
        Ok(())
    }

    /// The article of this name; where there is none, the name is noted.
    fn find(&mut self, name: &str, report: &Report) -> Option<u32> {
        let found = report.number(name);
        if found.is_none() && self.unknown.len() < SHOWN && !self.unknown.iter().any(|known| known == name) {
            self.unknown.push(name.to_owned());
        }
        found
    }

    fn add_pair(
        &mut self,
        row: &Row,
        names: [&str; 2],
        report: &Report,
        grades: &Grades,
    ) -> Result<bool, String> {
        // Both are looked for, so that both are told.
        let (Some(a), Some(b)) = (self.find(names[0], report), self.find(names[1], report)) else {
            return Ok(false);
        };
        if let Some(spans) = row.0.get("spans") {
            let cases = list(spans)?.iter().map(case_by_length).collect::<Result<_, _>>()?;
            self.aligned.push(AlignedPair { pair: (a, b), cases, kind: row.text("kind") });
            return Ok(true);
        }
        let Some(label) = row.0.get("label").filter(|label| !label.is_null()) else {
            self.unlabelled += 1;
            return Ok(true);
        };
        if a == b {
            return Err(format!("a pair of {} with itself", names[0]));
        }
        let grade = grades.of(label)?;
        let stratum = match (row.text("stratum"), row.number("stratum_pairs")) {
            (Some(stratum), Some(pairs)) if pairs.is_finite() && pairs > 0.0 => Some((stratum, pairs)),
            (Some(_), other) => return Err(format!("a stratum has so many pairs: {other:?}")),
            _ => None,
        };
        let pair = (a.min(b), a.max(b));
        self.pairs.push(JudgedPair { pair, grade, alike: grade >= grades.least, stratum });
        Ok(true)
    }

    fn add_article(&mut self, row: &Row, id: &str, report: &Report) -> Result<bool, String> {
        let Some(article) = self.find(id, report) else { return Ok(false) };
        let told_parent = row.0.get("parent");
        let parent = row.text("parent").and_then(|parent| self.find(&parent, report));
        let mut known = KnownArticle {
            article,
            story: row.text("story"),
            origin: told_parent.map(Value::is_null),
            parent,
            kind: row.text("kind"),
            repeats: None,
        };
        if let Some(origin) = row.0.get("origin") {
            known.origin = Some(Grades::default().of(origin)? > 0.0);
        }
        if let Some(passages) = row.0.get("passages") {
            let mut by_source: BTreeMap<u32, Vec<[Range<usize>; 2]>> = BTreeMap::new();
            for passage in list(passages)? {
                let (source, case) = case_by_source(passage)?;
                if let Some(source) = self.find(source, report) {
                    by_source.entry(source).or_default().push(case);
                }
            }
            let kind = || row.text("kind");
            let pair = |(source, cases)| AlignedPair { pair: (article, source), cases, kind: kind() };
            self.aligned.extend(by_source.into_iter().map(pair));
        }
        if let Some(repeats) = row.0.get("repeats") {
            let repeats = list(repeats)?;
            let spans: Option<Vec<Range<usize>>> = repeats.iter().map(again).collect();
            self.repeats_without_spans += usize::from(spans.is_none());
            known.repeats = spans;
        }
        self.articles.push(known);
        Ok(true)
    }
}

/// The column's own name.
fn plain(name: &str) -> &str {
    ALIASES.iter().find(|(other, _)| *other == name).map_or(name, |(_, own)| own)
}

struct Row(BTreeMap<String, Value>);

impl Row {
    fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok()
    }
}

impl Grades {
    fn of(&self, label: &Value) -> Result<f64, String> {
        let word = match label {
            Value::Bool(yes) => return Ok(f64::from(u8::from(*yes))),
            Value::Number(number) => number.to_string(),
            Value::String(word) => word.clone(),
            other => return Err(format!("a label is {other}")),
        };
        if let Some(grade) = self.words.get(&word) {
            return Ok(*grade);
        }
        match word.to_lowercase().as_str() {
            "yes" | "y" | "true" => Ok(1.0),
            "no" | "n" | "false" => Ok(0.0),
            number => number.parse().ok().filter(|grade: &f64| grade.is_finite()).ok_or_else(|| {
                format!("the label {word:?} is neither a number nor yes or no; give the order of labels with --grades")
            }),
        }
    }
}

/// No text has more characters; so no sum of lengths can overflow.
const MAX_CHARS: usize = crate::text::MAX_TEXT_BYTES;

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("{value} is no list"))
}

fn numbers<const N: usize>(values: &[Value]) -> Option<[usize; N]> {
    let numbers: Option<Vec<usize>> = values
        .iter()
        .map(|value| usize::try_from(value.as_u64()?).ok().filter(|at| *at <= MAX_CHARS))
        .collect();
    numbers?.try_into().ok()
}

fn span(value: Option<&Value>) -> Option<Range<usize>> {
    let [begin, end] = numbers(value?.as_array()?)?;
    (begin <= end).then_some(begin..end)
}

/// `[target begin, target length, source begin, source length]`, as the corpora of PAN have it.
fn case_by_length(value: &Value) -> Result<[Range<usize>; 2], String> {
    let lengths = value.as_array().and_then(|values| numbers(values));
    let case = lengths.and_then(|[begin, length, source, source_length]: [usize; 4]| {
        Some([begin..begin.checked_add(length)?, source..source.checked_add(source_length)?])
    });
    case.ok_or_else(|| format!("{value} is no [target begin, length, source begin, length]"))
}

/// `{source, target_chars, source_chars}`, or `[source, source begin, source end, target begin, target end]`.
fn case_by_source(value: &Value) -> Result<(&str, [Range<usize>; 2]), String> {
    let by_key = || {
        let object = value.as_object()?;
        let spans = [span(object.get("target_chars"))?, span(object.get("source_chars"))?];
        Some((object.get("source")?.as_str()?, spans))
    };
    let by_place = || {
        let (source, places) = value.as_array()?.split_first()?;
        let [source_begin, source_end, begin, end]: [usize; 4] = numbers(places)?;
        let ordered = source_begin <= source_end && begin <= end;
        Some((source.as_str().filter(|_| ordered)?, [begin..end, source_begin..source_end]))
    };
    by_key().or_else(by_place).ok_or_else(|| format!("{value} is no passage with source and spans"))
}

/// The second span of a repeat; `None` if it is not told by characters.
fn again(value: &Value) -> Option<Range<usize>> {
    let by_place = || {
        let [_, _, begin, end]: [usize; 4] = numbers(value.as_array()?)?;
        (begin <= end).then_some(begin..end)
    };
    span(value.get("again_chars")).or_else(by_place)
}

#[cfg(test)]
mod tests;
