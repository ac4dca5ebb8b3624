//! What several modules hold reports to: pairs against the exact count, and what every row of a table
//! promises.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::generator;
use crate::generator::judge::{self, ShingleSet};
use crate::support::{Report, number, share, string};

/// Rounded to six decimals in reports.
const ROUNDING: f64 = 1e-6;

/// The texts of an archive whose ids are unique.
pub(crate) struct Texts {
    pub(crate) texts: Vec<String>,
    index: BTreeMap<String, usize>,
}

impl Texts {
    pub(crate) fn new(articles: impl IntoIterator<Item = (String, String)>) -> Texts {
        let (ids, texts): (Vec<String>, Vec<String>) = articles.into_iter().unzip();
        let index = ids.into_iter().zip(0..).collect();
        Texts { texts, index }
    }

    pub(crate) fn of(articles: &[generator::Article]) -> Texts {
        Texts::new(articles.iter().map(|article| (article.id.clone(), article.text.clone())))
    }

    pub(crate) fn number(&self, row: &Value, key: &str) -> usize {
        self.index[string(row, key)]
    }

    pub(crate) fn text(&self, row: &Value, key: &str) -> &str {
        &self.texts[self.number(row, key)]
    }

    /// The judge's shingle set of each text.
    pub(crate) fn sets(&self) -> Vec<ShingleSet> {
        self.texts.iter().map(|text| judge::shingle_set(&judge::words(text), 5)).collect()
    }
}

/// Pairs counted against the exact ones; adds up over archives.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    pub(crate) found: usize,
    pub(crate) true_ones: usize,
    pub(crate) right: usize,
}

impl Pairs {
    /// Compares `matches` of an `--all-pairs` report with all pairs there are, and every number in its rows.
    pub(crate) fn add(&mut self, report: &Report, texts: &Texts, sets: &[ShingleSet], threshold: f64) {
        let exact: BTreeMap<(usize, usize), f64> = judge::exact_pairs(sets, threshold)
            .into_iter()
            .map(|(a, b, resemblance)| ((a, b), resemblance))
            .collect();
        let mut found = Vec::new();
        for row in report.table("matches") {
            let (a, b) = (texts.number(&row, "a"), texts.number(&row, "b"));
            check_overlap(&row, &sets[a], &sets[b], ["resemblance", "containment_a", "containment_b"]);
            let pair = (a.min(b), a.max(b));
            assert!(exact.contains_key(&pair), "no match at {threshold}: {row}");
            found.push(pair);
        }
        let rows = found.len();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), rows, "a pair stands twice in matches");
        self.found += found.len();
        self.true_ones += exact.len();
        self.right += found.len();
    }

    pub(crate) fn recall(&self) -> f64 {
        ratio(self.right, self.true_ones)
    }
}

/// The three measures of a row, recomputed: resemblance, a in b, b in a.
fn check_overlap(row: &Value, a: &ShingleSet, b: &ShingleSet, keys: [&str; 3]) {
    let expect = [judge::resemblance(a, b), judge::containment(a, b), judge::containment(b, a)];
    for (key, expect) in keys.into_iter().zip(expect) {
        assert!((share(row, key) - expect).abs() <= ROUNDING, "{key} should be {expect}: {row}");
    }
}

/// Every story is what it says: all members at or above the threshold to the representative, each article in
/// one story at most, and `articles` and `matches` tell the same.
pub(crate) fn check_stories(report: &Report, texts: &Texts, sets: &[ShingleSet], threshold: f64) -> usize {
    let articles = report.articles();
    let mut story_of: BTreeMap<String, String> = BTreeMap::new();
    let stories = report.table("stories");
    for story in &stories {
        let representative = texts.number(story, "representative");
        let members = story["members"].as_array().unwrap();
        assert_eq!(members.len() as u64, number(story, "size"));
        assert!(members.len() > 1, "{story}");
        let mut least = 1.0_f64;
        for member in members {
            let set = &sets[texts.number(member, "id")];
            check_overlap(
                member,
                set,
                &sets[representative],
                ["resemblance", "containment", "containment_of"],
            );
            let exact = judge::resemblance(set, &sets[representative]);
            assert!(exact >= threshold, "under the threshold: {member} in {story}");
            least = least.min(exact);
            let id = string(member, "id").to_owned();
            let name = string(story, "story").to_owned();
            let row = &articles[&id];
            assert_eq!(row["story"], story["story"], "{id}");
            assert_eq!(row["resemblance"], member["resemblance"], "{id}");
            let origin = story["origin"] == member["id"];
            assert_eq!(string(row, "role"), if origin { "origin" } else { "copy" }, "{id}");
            assert_eq!(story_of.insert(id, name), None, "an article in two stories: {member}");
        }
        assert!((share(story, "cohesion") - least).abs() <= ROUNDING, "{story}");
        assert!(members.iter().any(|member| member["id"] == story["representative"]), "{story}");
    }
    for (id, row) in &articles {
        assert_eq!(row["story"].as_str(), story_of.get(id).map(String::as_str), "{id}");
        assert_eq!(row["role"] == "single", !story_of.contains_key(id), "{id}");
    }
    let linked = stories.iter().map(|story| number(story, "size") - 1).sum::<u64>();
    let matches = report.table("matches");
    assert_eq!(matches.len() as u64, linked, "a match for each member but the representative");
    for row in &matches {
        assert_eq!(story_of[string(row, "a")], story_of[string(row, "b")], "{row}");
    }
    stories.len()
}

/// Every passage row is what it says, on texts whose words the judge cuts like the engine.
pub(crate) fn check_passages(report: &Report, texts: &Texts) -> usize {
    let articles = report.articles();
    let rows = report.table("passages");
    for row in &rows {
        let target = span(row, "target", texts.text(row, "target"));
        let source = span(row, "source", texts.text(row, "source"));
        at_word_edges(&target, row);
        at_word_edges(&source, row);
        let (there, here) = (judge::words(source.inside), judge::words(target.inside));
        assert_eq!(number(row, "words"), here.len() as u64, "{row}");
        assert!(here.len() >= 16, "{row}");
        let similarity = share(row, "similarity");
        assert!(similarity > 0.5 && similarity <= 1.0, "{row}");
        // Rounded up, a very long passage may differ a little.
        if similarity >= 1.0 && here.len() < 100_000 {
            assert_eq!(here, there, "{row}");
        } else {
            assert_ne!(here, there, "{row}");
        }
        let excerpt: String = target.inside.chars().take(200).collect();
        assert_eq!(string(row, "excerpt"), excerpt, "{row}");
        let (of_target, of_source) = (&articles[string(row, "target")], &articles[string(row, "source")]);
        assert!(string(of_source, "published_at") <= string(of_target, "published_at"), "{row}");
        assert_eq!(row["target_outlet"], of_target["outlet"], "{row}");
        assert_eq!(row["source_outlet"], of_source["outlet"], "{row}");
        assert_ne!(row["source_outlet"], row["target_outlet"], "{row}");
        // What the target's outlet had before the source is a revision.
        assert!(["copy", "quote", "boilerplate", "revision"].contains(&string(row, "kind")), "{row}");
    }
    let is_copied = |row: &&Value| ["copy", "quote"].contains(&string(row, "kind"));
    let copied: Vec<Value> = rows.iter().filter(is_copied).cloned().collect();
    check_copied_words(&copied, &articles, texts);
    rows.len()
}

/// `copied_words` and `originality` of each article, recomputed from the passages.
fn check_copied_words(rows: &[Value], articles: &BTreeMap<String, Value>, texts: &Texts) {
    let spans = spans_by(rows, "target", "target_chars");
    for (id, article) in articles {
        let text = &texts.texts[texts.index[id]];
        let mut copied = 0;
        for union in merged(spans.get(id).map_or(&[], Vec::as_slice)) {
            let cut: String = text.chars().skip(union.start).take(union.len()).collect();
            copied += judge::words(&cut).len();
        }
        let words = judge::words(text).len();
        assert_eq!(number(article, "words"), words as u64, "{id}");
        assert_eq!(number(article, "copied_words"), copied as u64, "{id}");
        let original = ratio(words - copied, words);
        assert!((share(article, "originality") - original).abs() <= ROUNDING, "{article}");
    }
}

/// Every repeat row is what it says.
pub(crate) fn check_repeats(report: &Report, texts: &Texts) -> usize {
    let rows = report.table("repeats");
    for row in &rows {
        let text = texts.text(row, "article");
        let (first, again) = (span(row, "first", text), span(row, "again", text));
        assert!(first.chars.end <= again.chars.start, "the spans overlap: {row}");
        at_word_edges(&first, row);
        at_word_edges(&again, row);
        let (before, after) = (judge::words(first.inside), judge::words(again.inside));
        assert_eq!(number(row, "words"), after.len() as u64, "{row}");
        if share(row, "similarity") >= 1.0 {
            assert_eq!(before, after, "{row}");
        }
    }
    for (article, spans) in spans_by(&rows, "article", "again_chars") {
        let whole: usize = spans.iter().map(Range::len).sum();
        let union: usize = merged(&spans).iter().map(Range::len).sum();
        assert_eq!(whole, union, "again spans of {article} overlap");
    }
    rows.len()
}

/// A span of a row, after checking that bytes and characters cut the same.
struct Span<'t> {
    chars: Range<usize>,
    before: &'t str,
    inside: &'t str,
    after: &'t str,
}

fn span<'t>(row: &Value, name: &str, text: &'t str) -> Span<'t> {
    let (bytes, chars) = (range(&row[format!("{name}_bytes")]), range(&row[format!("{name}_chars")]));
    let (before, cut, after) = (&text[..bytes.start], &text[bytes.clone()], &text[bytes.end..]);
    assert!(!cut.is_empty(), "{row}");
    assert_eq!(before.chars().count(), chars.start, "{name}: {row}");
    assert_eq!(cut.chars().count(), chars.len(), "{name}: {row}");
    Span { chars, before, inside: cut, after }
}

fn at_word_edges(span: &Span<'_>, row: &Value) {
    let letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    assert!(!letter(span.before.chars().next_back()), "begins within a word: {row}");
    assert!(
        letter(span.inside.chars().next()) && letter(span.inside.chars().next_back()),
        "no words at its ends: {row}"
    );
    assert!(!letter(span.after.chars().next()), "ends within a word: {row}");
}

/// A `[begin, end]` pair.
pub(crate) fn range(pair: &Value) -> Range<usize> {
    let place = |at: usize| usize::try_from(pair[at].as_u64().unwrap()).unwrap();
    place(0)..place(1)
}

/// The spans under `span_key` of the rows that name an article under `article_key`, by article.
pub(crate) fn spans_by(
    rows: &[Value],
    article_key: &str,
    span_key: &str,
) -> BTreeMap<String, Vec<Range<usize>>> {
    let mut spans: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    for row in rows {
        spans.entry(string(row, article_key).to_owned()).or_default().push(range(&row[span_key]));
    }
    spans
}

/// The union of spans, disjoint and ascending.
pub(crate) fn merged(spans: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut spans = spans.to_vec();
    spans.sort_unstable_by_key(|span| (span.start, span.end));
    let mut union: Vec<Range<usize>> = Vec::new();
    for span in spans {
        match union.last_mut() {
            // What touches need not be one: a span ends with its last word.
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => union.push(span),
        }
    }
    union
}

/// The characters from the first word of a span to its last: what a report can name of it.
pub(crate) fn at_words(text: &str, chars: &Range<usize>) -> Range<usize> {
    let cut: Vec<char> = text.chars().skip(chars.start).take(chars.len()).collect();
    let words: Vec<usize> = (0..cut.len()).filter(|&at| cut[at].is_alphanumeric()).collect();
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => chars.start + first..chars.start + last + 1,
        _ => chars.clone(),
    }
}

/// How many characters of `planted` the union of `spans` covers.
pub(crate) fn covered(planted: &Range<usize>, spans: &[Range<usize>]) -> usize {
    let common =
        |span: &Range<usize>| span.end.min(planted.end).saturating_sub(span.start.max(planted.start));
    merged(spans).iter().map(common).sum()
}

/// `part / whole`, 1 for 0 / 0.
pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    let exact = |count: usize| f64::from(u32::try_from(count).unwrap());
    if whole == 0 { 1.0 } else { exact(part) / exact(whole) }
}
