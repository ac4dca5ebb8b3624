//! The sample archive of `testdata`, scanned whole, against its truth.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::judging::{at_words, covered, range, ratio, spans_by};
use crate::support::{Report, Scan, number, share, string, testdata};

/// A report on the sample and the truth about it, article by article.
struct Sample {
    report: Report,
    truth: BTreeMap<String, Value>,
    texts: BTreeMap<String, String>,
}

/// The text file, as truth names it; reports name it by its ref.
const LETTER: &str = "notes/harbour-letter.txt";

impl Sample {
    fn scanned() -> Sample {
        let archive = testdata("sample/archive");
        let report = Scan::new().scan_to("report", &[archive.to_str().unwrap()]);
        let truth = fs::read_to_string(testdata("sample/truth.jsonl")).unwrap();
        let truth: BTreeMap<String, Value> = truth
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|row| (string(&row, "id").to_owned(), row))
            .collect();
        let mut texts = BTreeMap::new();
        for (file, text_field) in
            [("english.jsonl", "text"), ("spanish.jsonl", "maintext"), ("japanese.jsonl", "text")]
        {
            for line in fs::read_to_string(archive.join(file)).unwrap().lines() {
                let record: Value = serde_json::from_str(line).unwrap();
                texts.insert(string(&record, "id").to_owned(), string(&record, text_field).to_owned());
            }
        }
        texts.insert(LETTER.to_owned(), fs::read_to_string(archive.join(LETTER)).unwrap());
        assert_eq!(truth.keys().collect::<Vec<_>>(), texts.keys().collect::<Vec<_>>());
        Sample { report, truth, texts }
    }

    /// A table whose rows name articles as truth does, under these keys.
    fn table(&self, name: &str, keys: &[&str]) -> Vec<Value> {
        let mut rows = self.report.table(name);
        for row in &mut rows {
            for key in keys {
                if string(row, key).ends_with(&format!("{LETTER}:1")) {
                    row[*key] = LETTER.into();
                }
                assert!(self.truth.contains_key(string(row, key)), "{row}");
            }
        }
        rows
    }

    /// The story of each article that is in one.
    fn stories(&self) -> BTreeMap<String, String> {
        let rows = self.table("articles", &["id"]).into_iter();
        rows.filter(|row| row["story"].is_string())
            .map(|row| (string(&row, "id").to_owned(), string(&row, "story").to_owned()))
            .collect()
    }
}

/// The rows under `key` of a truth row.
fn planted<'t>(row: &'t Value, key: &str) -> &'t [Value] {
    row[key].as_array().unwrap()
}

#[test]
fn the_sample_is_read_whole() {
    let sample = Sample::scanned();
    assert_eq!(sample.report.count("read"), 83);
    assert_eq!(sample.report.count("kept"), 83);
    assert!(sample.report.table("problems").is_empty());
    for row in sample.table("articles", &["id"]) {
        let truth = &sample.truth[string(&row, "id")];
        assert_eq!(row["outlet"], truth["outlet"], "{row}");
    }
}

#[test]
fn reprints_are_in_the_story_of_their_family() {
    let sample = Sample::scanned();
    let stories = sample.stories();
    let mut reprints = 0;
    for (id, row) in sample.truth.iter().filter(|(_, row)| row["mode"] == "reprint") {
        let family = string(row, "family");
        assert!(stories.contains_key(id), "{id} is in no story");
        assert_eq!(stories.get(id), stories.get(family), "{id} and {family}");
        reprints += 1;
    }
    assert_eq!(reprints, 15);
}

#[test]
fn stories_hold_one_family_each() {
    let sample = Sample::scanned();
    let mut families: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (id, story) in sample.stories() {
        families.entry(story).or_default().insert(string(&sample.truth[&id], "family"));
    }
    for (story, families) in &families {
        assert_eq!(families.len(), 1, "{story}: {families:?}");
    }
    // In particular: accounts of one event, and one form with other names filled in.
    let stories = sample.stories();
    for (id, _) in
        sample.truth.iter().filter(|(_, row)| row["mode"] == "independent" || row["mode"] == "template")
    {
        assert_eq!(stories.get(id), None, "{id}");
    }
}

#[test]
fn planted_passages_are_covered() {
    let sample = Sample::scanned();
    let articles = sample.table("articles", &["id"]);
    let dates: BTreeMap<&str, Option<&str>> =
        articles.iter().map(|row| (string(row, "id"), row["published_at"].as_str())).collect();
    // A missing date, or a day without a time on which the other was published too (so for one article of the sample).
    let is_undated = |id: &str| dates[id].is_none() || id == "sweep-lantern-festival";
    let rows = sample.table("passages", &["target", "source"]);
    let targets = spans_by(&rows, "target", "target_chars");
    let sources = spans_by(&rows, "source", "source_chars");
    let covers = |spans: &BTreeMap<String, Vec<_>>, id: &str, span: &Value| {
        let span = range(span);
        ratio(covered(&span, spans.get(id).map_or(&[], Vec::as_slice)), span.len())
    };
    let (mut whole, mut found, mut count) = (0, 0.0, 0);
    for (id, row) in &sample.truth {
        for passage in planted(row, "passages") {
            let source = string(passage, "source");
            let mut share = covers(&targets, id, &passage["target_chars"]);
            if is_undated(id) || is_undated(source) {
                // Who was first cannot be told from the dates: the passage may be told the other way round.
                share = share.max(covers(&sources, id, &passage["target_chars"]));
            }
            assert!(share >= 0.9, "{share} of {passage} in {id}");
            let length = range(&passage["target_chars"]).len();
            whole += length;
            found += share * f64::from(u32::try_from(length).unwrap());
            count += 1;
        }
    }
    assert_eq!(count, 36);
    assert!(found >= 0.99 * f64::from(u32::try_from(whole).unwrap()), "{found} of {whole} characters");
}

#[test]
fn passages_are_only_where_something_was_planted() {
    let sample = Sample::scanned();
    // Articles that share text: of one family, or one quotes the other, or both hold the same.
    let mut groups: BTreeMap<&str, &str> =
        sample.truth.iter().map(|(id, row)| (id.as_str(), string(row, "family"))).collect();
    for (id, row) in &sample.truth {
        for passage in planted(row, "passages") {
            let (one, other) = (groups[id.as_str()], groups[string(passage, "source")]);
            groups.values_mut().filter(|group| **group == one).for_each(|group| *group = other);
        }
    }
    let rows = sample.table("passages", &["target", "source"]);
    for row in &rows {
        let (target, source) = (string(row, "target"), string(row, "source"));
        assert_eq!(groups[target], groups[source], "nothing planted: {row}");
        assert_ne!(row["target_outlet"].as_str(), row["source_outlet"].as_str().or(Some("")), "{row}");
        // The span is that of the text.
        let (bytes, chars) = (range(&row["target_bytes"]), range(&row["target_chars"]));
        let text = &sample.texts[target];
        let cut: String = text.chars().skip(chars.start).take(chars.len()).collect();
        assert_eq!(text[bytes], cut, "{row}");
        assert_eq!(string(row, "excerpt"), cut.chars().take(200).collect::<String>(), "{row}");
    }
    assert!(rows.len() >= 20, "{} passages", rows.len());
}

#[test]
fn planted_repeats_are_found_with_their_kind_and_no_others() {
    let sample = Sample::scanned();
    let rows = sample.table("repeats", &["article"]);
    for (id, row) in &sample.truth {
        let of_article: Vec<&Value> = rows.iter().filter(|row| string(row, "article") == id).collect();
        let expect = planted(row, "repeats");
        for repeat in expect {
            let again = at_words(&sample.texts[id], &range(&repeat["again_chars"]));
            let found = of_article
                .iter()
                .find(|row| ratio(covered(&again, &[range(&row["again_chars"])]), again.len()) >= 0.9);
            let found = found.unwrap_or_else(|| panic!("{id}: not found: {repeat} among {of_article:?}"));
            assert_eq!(found["kind"], repeat["kind"], "{id}: {found}");
            let first = at_words(&sample.texts[id], &range(&repeat["first_chars"]));
            assert!(
                ratio(covered(&first, &[range(&found["first_chars"])]), first.len()) >= 0.9,
                "{id}: {found}"
            );
        }
        assert_eq!(of_article.len(), expect.len(), "{id}: {of_article:?}");
    }
}

#[test]
fn lines_that_name_a_source_are_credits() {
    let sample = Sample::scanned();
    let mut credited = Vec::new();
    for row in sample.table("articles", &["id"]) {
        let id = string(&row, "id");
        let text = &sample.texts[id];
        let expect: Vec<String> =
            [("(Source: ", ")"), ("(Fuente: ", ")"), ("（出典：", "）"), ("出典：", "\n")]
                .into_iter()
                .filter_map(|(open, close)| {
                    let (_, rest) = text.split_once(open)?;
                    Some(rest.split(close).next()?.trim_end_matches(['）', ')']).to_owned())
                })
                .take(1)
                .collect();
        let credits: Vec<&Value> = row["credits"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|credit| credit["kind"] == "source-line")
            .collect();
        let names: Vec<&str> = credits.iter().map(|credit| string(credit, "name")).collect();
        assert_eq!(names, expect, "{id}");
        for credit in &credits {
            assert_eq!(&text[range(&credit["bytes"])], string(credit, "name"));
            let chars = range(&credit["chars"]);
            let cut: String = text.chars().skip(chars.start).take(chars.len()).collect();
            assert_eq!(cut, string(credit, "name"));
        }
        if !expect.is_empty() {
            assert_eq!(sample.truth[id]["credited"], true, "{id}");
            credited.push(id.to_owned());
        }
    }
    assert_eq!(credited.len(), 3, "{credited:?}");
}

#[test]
fn planted_copies_are_related_to_their_parent_as_they_were_made() {
    let sample = Sample::scanned();
    let rows = sample.table("relations", &["target", "source"]);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        let truth = &sample.truth[string(row, "target")];
        if truth["parent"] != row["source"] {
            continue; // by way of another, or a date that does not tell who was first
        }
        let mode = string(truth, "mode");
        // What was made as an excerpt is about a third of its article, as much as accounts of one event share.
        let expect = if mode == "excerpt" { "quote" } else { mode };
        assert_eq!(string(row, "relation"), expect, "{row}");
        assert_eq!(row["credited"], has_credit(&sample, string(row, "target"), row), "{row}");
        *counts.entry(mode).or_default() += 1;
    }
    let expect = [("abridged", 4), ("excerpt", 6), ("expanded", 1), ("reprint", 15)];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expect);
    // Passages of a quote are quotes, and no others.
    let kinds: BTreeMap<(&str, &str), &str> = rows
        .iter()
        .map(|row| ((string(row, "target"), string(row, "source")), string(row, "relation")))
        .collect();
    for row in &sample.table("passages", &["target", "source"]) {
        let is_quote = kinds[&(string(row, "target"), string(row, "source"))] == "quote";
        assert_eq!(string(row, "kind"), if is_quote { "quote" } else { "copy" }, "{row}");
    }
}

/// Whether an article credits the outlet of the source that a relation names.
fn has_credit(sample: &Sample, article: &str, relation: &Value) -> bool {
    // The Highmoor Herald is highmoorherald.example.
    let label = |name: &str| -> String {
        let name = name.to_lowercase();
        let name = name.trim_start_matches("www.").trim_start_matches("the ").trim_end_matches(".example");
        name.chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let outlet = sample.truth[string(relation, "source")]["outlet"].as_str().map(label);
    let rows = sample.table("articles", &["id"]);
    let row = rows.iter().find(|row| string(row, "id") == article).unwrap();
    let credits = row["credits"].as_array().unwrap();
    outlet.is_some_and(|outlet| credits.iter().any(|credit| label(string(credit, "name")) == outlet))
}

#[test]
fn origins_say_how_sure_they_are() {
    let sample = Sample::scanned();
    for row in sample.table("stories", &["representative", "origin"]) {
        let (sure, tie) =
            (row["confidence"].as_f64().unwrap(), row["origin_evidence"]["tie"].as_bool().unwrap());
        assert!(tie == (sure <= 0.5), "{row}");
        let origin = string(&row, "origin");
        if !tie {
            assert_eq!(origin, string(&sample.truth[origin], "family"), "{row}");
        }
        let roles = sample.table("articles", &["id"]);
        let role = roles.iter().find(|article| string(article, "id") == origin).unwrap();
        assert_eq!(role["role"], "origin");
    }
}

#[test]
fn the_words_of_every_outlet_are_counted_once() {
    let sample = Sample::scanned();
    let rows = sample.table("outlets", &[]);
    let (mut words, mut own) = (BTreeMap::new(), BTreeMap::new());
    for article in sample.table("articles", &["id"]) {
        let outlet = article["outlet"].as_str().map(str::to_owned);
        *words.entry(outlet.clone()).or_insert(0) += number(&article, "words");
        *own.entry(outlet).or_insert(0) += number(&article, "words") - number(&article, "copied_words");
    }
    let (mut told, mut told_own, mut shares) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for row in &rows {
        let outlet = row["target_outlet"].as_str().map(str::to_owned);
        *told.entry(outlet.clone()).or_insert(0) += number(row, "words");
        *shares.entry(outlet.clone()).or_insert(0.0) += share(row, "share_of_target");
        if row["source_outlet"].is_null() {
            assert!(told_own.insert(outlet, number(row, "words")).is_none(), "{row}");
        } else {
            assert!(row["median_lag_seconds"].as_i64().is_none_or(|lag| lag >= 0), "{row}");
        }
    }
    assert_eq!(told, words);
    assert_eq!(told_own, own);
    for (outlet, share) in shares {
        assert!((share - 1.0).abs() < 1e-5, "{outlet:?}: {share}");
    }
    assert!(rows.iter().any(|row| row["source_outlet"] == "northwire.example"));
}
