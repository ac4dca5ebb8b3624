//! Generated archives, of which all is known: pairs against the exact count, stories, passages and repeats
//! against what was planted.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::generator::judge;
use crate::generator::{Article, Script, Settings, generate, to_json_lines};
use crate::judging::{
    Pairs, Texts, at_words, check_passages, check_repeats, check_stories, covered, merged, ratio, spans_by,
};
use crate::support::{Report, Scan, share, string};
use wirecopy::compare::{Given, compare};

/// The seeds that pooled measures run over.
const SEEDS: [u64; 3] = [1, 2, 3];

/// Some 600 articles with copies of all kinds; in English also a story that 150 print.
fn archive(seed: u64, script: Script) -> Vec<Article> {
    let giant_stories = usize::from(script == Script::English);
    generate(&Settings {
        bytes: 2_000_000,
        seed,
        script,
        giant_stories,
        giant_copies: 150,
        ..Settings::default()
    })
}

fn scanned(articles: &[Article], how: &[&str]) -> Report {
    let scan = Scan::of("a.jsonl", to_json_lines(articles));
    scan.scan_to("report", &[&["a.jsonl"], how].concat())
}

/// `--all-pairs` against the judge: not one wrong pair, nearly all of the right ones, every number as
/// recomputed.
fn check_pairs(threshold: f64) {
    let mut pairs = Pairs::default();
    for seed in SEEDS {
        let articles = archive(seed, Script::English);
        let how = ["--only", "duplicates", "--all-pairs", "--threshold", &threshold.to_string()];
        let texts = Texts::of(&articles);
        pairs.add(&scanned(&articles, &how), &texts, &texts.sets(), threshold);
    }
    assert!(pairs.true_ones > 1_000, "too few pairs to tell anything: {pairs:?}");
    assert!(pairs.recall() >= 0.999, "recall {} at {threshold}: {pairs:?}", pairs.recall());
}

#[test]
fn all_pairs_at_the_usual_threshold_are_the_true_ones() {
    check_pairs(0.8);
}

/// Every pair there is from 0.34 on, held against `compare`, which knows the texts and no bands.
#[test]
fn all_pairs_with_edited_copies_are_those_that_compare_calls_near_duplicates() {
    let (mut listed, mut edited, mut missed) = (0, 0, 0);
    for seed in SEEDS {
        let articles = archive(seed, Script::English);
        let report = scanned(&articles, &["--only", "duplicates", "--all-pairs"]);
        let texts = Texts::of(&articles);
        let mut rows: BTreeMap<(usize, usize), (f64, String)> = BTreeMap::new();
        for row in report.table("matches") {
            let (a, b) = (texts.number(&row, "a"), texts.number(&row, "b"));
            rows.insert((a.min(b), a.max(b)), (share(&row, "score"), string(&row, "rule").to_owned()));
        }
        let mut times: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for text in &texts.texts {
            *times.entry(judge::words(text)).or_default() += 1;
        }
        let given = |number: usize| Given {
            text: &texts.texts[number],
            outlet: Some(&articles[number].outlet),
            ..Given::default()
        };
        let mut known = 0;
        for (a, b, resemblance) in judge::exact_pairs(&texts.sets(), 0.34) {
            let row = rows.get(&(a, b));
            known += usize::from(row.is_some());
            // What stands several times is asked for all its outlets.
            if resemblance >= 0.8 || [a, b].iter().any(|&text| times[&judge::words(&texts.texts[text])] > 1) {
                assert!(resemblance < 0.8 || row.is_none_or(|(_, rule)| rule == "resemblance"));
                continue;
            }
            let found = compare(given(a), given(b), &wirecopy::Settings::default()).unwrap();
            match (found.near(), row) {
                (None, None) => {}
                (Some(_), None) => missed += 1,
                (near, Some((score, rule))) => {
                    let near = near.unwrap_or_else(|| panic!("{a} and {b} are listed, and none"));
                    assert!((near.score() - score).abs() < 1e-6 && near.rule() == rule);
                    assert_eq!(rule, "aligned");
                    edited += 1;
                }
            }
        }
        assert_eq!(known, rows.len(), "a pair under 0.34 is listed");
        listed += rows.len();
    }
    assert!(listed > 1_000 && edited > 200, "{edited} of {listed}");
    assert!(1000 * missed <= edited, "{missed} missed beside {edited}");
}

#[test]
fn all_pairs_at_a_low_threshold_are_the_true_ones() {
    check_pairs(0.5);
}

#[test]
fn all_pairs_at_a_high_threshold_are_the_true_ones() {
    check_pairs(0.95);
}

#[test]
fn every_member_of_a_story_is_at_the_threshold_to_its_representative() {
    for seed in SEEDS {
        let articles = archive(seed, Script::English);
        let texts = Texts::of(&articles);
        let sets = texts.sets();
        for threshold in ["0.8", "0.5"] {
            let report = scanned(&articles, &["--only", "duplicates", "--threshold", threshold]);
            let stories = check_stories(&report, &texts, &sets, threshold.parse().unwrap());
            assert!(stories > 20, "{stories} stories");
        }
    }
}

#[test]
fn planted_quotations_are_covered() {
    let (mut planted, mut found, mut count) = (0, 0, 0);
    for seed in SEEDS {
        let articles = archive(seed, Script::English);
        let rows = scanned(&articles, &["--only", "passages"]).table("passages");
        let spans = spans_by(&rows, "target", "target_chars");
        for article in &articles {
            let spans = spans.get(&article.id).map_or(&[][..], Vec::as_slice);
            for passage in &article.truth.passages {
                let covered = covered(&passage.target_chars, spans);
                let share = ratio(covered, passage.target_chars.len());
                assert!(share > 0.9, "{share} of {:?} in {} (seed {seed})", passage.target_chars, article.id);
                planted += passage.target_chars.len();
                found += covered;
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count} quotations");
    assert!(ratio(found, planted) >= 0.998, "{found} of {planted} characters");
}

/// The length of a span in half words: a word between blanks counts two, a character of Japanese one.
fn half_words(text: &str, chars: &Range<usize>) -> usize {
    let cut: String = text.chars().skip(chars.start).take(chars.len()).collect();
    match cut.split_whitespace().count() {
        1 => cut.chars().filter(|letter| letter.is_alphabetic()).count(),
        words => 2 * words,
    }
}

#[test]
fn planted_quotations_are_covered_in_other_scripts() {
    for script in [Script::Arabic, Script::Japanese] {
        let articles = archive(4, script);
        let rows = scanned(&articles, &["--only", "passages"]).table("passages");
        let spans = spans_by(&rows, "target", "target_chars");
        let (mut planted, mut found) = (0, 0);
        for article in &articles {
            let spans = spans.get(&article.id).map_or(&[][..], Vec::as_slice);
            for passage in &article.truth.passages {
                let span = at_words(&article.text, &passage.target_chars);
                if half_words(&article.text, &span) < 2 * 16 {
                    continue; // all there is of a very short source
                }
                planted += span.len();
                found += covered(&span, spans);
            }
        }
        assert!(planted > 1_000, "{planted} characters");
        assert!(ratio(found, planted) >= 0.99, "{script:?}: {found} of {planted} characters");
    }
}

/// Pairs of articles of different outlets such that the later holds 16 words in a row of which the other is the earliest
/// holder, by definition: every run of every article is looked up.
fn sharing_by_definition(articles: &[Article]) -> BTreeSet<(String, String)> {
    const RUN: usize = 16;
    let mut order: Vec<&Article> = articles.iter().collect();
    order.sort_by_key(|article| (&article.published_at, &article.id));
    let mut held: BTreeMap<Vec<String>, Vec<&Article>> = BTreeMap::new();
    let mut pairs = BTreeSet::new();
    for article in order {
        let words =
            article.text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_lowercase).collect();
        for run in words.windows(RUN) {
            let holders = held.entry(run.to_vec()).or_default();
            if let Some(first) = holders.iter().find(|holder| holder.outlet != article.outlet) {
                pairs.insert((article.id.clone(), first.id.clone()));
            }
            // Of one outlet the first is enough.
            if !holders.iter().any(|holder| holder.outlet == article.outlet) {
                holders.push(article);
            }
        }
    }
    pairs
}

#[test]
fn articles_that_share_sixteen_words_are_found_with_the_earliest_holder() {
    let (mut all, mut found, mut found_of_all_pairs) = (0, 0, 0);
    for seed in SEEDS {
        let articles = archive(seed, Script::English);
        let expect = sharing_by_definition(&articles);
        let pairs = |how: &[&str]| -> BTreeSet<(String, String)> {
            let rows = scanned(&articles, &[&["--only", "passages"], how].concat()).table("passages");
            rows.iter()
                .map(|row| (string(row, "target").to_owned(), string(row, "source").to_owned()))
                .collect()
        };
        all += expect.len();
        found += expect.intersection(&pairs(&[])).count();
        found_of_all_pairs += expect.intersection(&pairs(&["--all-pairs"])).count();
    }
    assert!(all > 500, "{all} pairs");
    assert!(ratio(found, all) >= 0.99, "{found} of {all} pairs");
    assert!(ratio(found_of_all_pairs, all) >= 0.999, "{found_of_all_pairs} of {all} pairs");
}

#[test]
fn planted_repeats_are_all_found_and_nothing_else() {
    let mut count = 0;
    for (seed, script) in SEEDS
        .map(|seed| (seed, Script::English))
        .into_iter()
        .chain([(5, Script::Arabic), (6, Script::Japanese)])
    {
        let articles = archive(seed, script);
        let rows = scanned(&articles, &["--only", "repeats"]).table("repeats");
        let spans = spans_by(&rows, "article", "again_chars");
        for article in &articles {
            let spans = spans.get(&article.id).map_or(&[][..], Vec::as_slice);
            let planted: Vec<_> =
                article.truth.repeats.iter().map(|repeat| repeat.again_chars.clone()).collect();
            for again in &planted {
                let share = ratio(covered(again, spans), again.len());
                assert!(share > 0.9, "{script:?} {seed}: {share} of {again:?} in {}", article.id);
                count += 1;
            }
            for span in merged(spans) {
                let share = ratio(covered(&span, &planted), span.len());
                assert!(share > 0.9, "{script:?} {seed}: not planted: {span:?} in {}", article.id);
            }
        }
    }
    assert!(count > 60, "{count} repeats");
}

#[test]
fn every_row_of_passages_and_repeats_is_what_it_says() {
    for seed in SEEDS {
        let articles = archive(seed, Script::English);
        let texts = Texts::of(&articles);
        let report = scanned(&articles, &[]);
        let passages = check_passages(&report, &texts);
        let repeats = check_repeats(&report, &texts);
        assert!(passages > 100 && repeats > 10, "{passages} passages, {repeats} repeats");
    }
}

#[test]
fn verbatim_copies_are_in_the_story_of_their_parent() {
    let mut in_one = 0;
    for seed in SEEDS {
        let articles = archive(seed, Script::English);
        let sets = Texts::of(&articles).sets();
        let rows = scanned(&articles, &["--only", "duplicates"]).articles();
        for (number, article) in articles.iter().enumerate() {
            let Some(parent) = article.truth.parent else { continue };
            if judge::resemblance(&sets[number], &sets[parent]) < 1.0 {
                continue;
            }
            let (own, of_parent) = (&rows[&article.id]["story"], &rows[&articles[parent].id]["story"]);
            assert!(own.is_string(), "{} is in no story", article.id);
            assert_eq!(own, of_parent, "{}", article.id);
            in_one += 1;
        }
    }
    assert!(in_one > 10, "{in_one} copies");
}
