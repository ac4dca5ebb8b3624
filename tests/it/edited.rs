//! The default rule: edited copies, whose shingles are few and whose words are nearly all left.

use serde_json::{Value, json};

use crate::generator::Rng;
use crate::support::{Report, Scan, number, share, string};

/// A number as a word that is none.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(b'b' + digit - b'0')).collect()
}

/// A text of `words` words, and the same with every `every`th word another one.
fn edited(seed: u64, words: usize, every: usize) -> [String; 2] {
    let mut rng = Rng::new(seed);
    let text: Vec<String> = (0..words).map(|_| letters(rng.below(1 << 30))).collect();
    let mut copy = text.clone();
    for (at, word) in copy.iter_mut().enumerate() {
        if at % every == every / 2 {
            *word = letters(rng.below(1 << 30));
        }
    }
    [text.join(" "), copy.join(" ")]
}

fn scanned(texts: &[(&str, &str)], more: &[&str]) -> Report {
    let line = |(at, (outlet, text)): (usize, &(&str, &str))| {
        let date = format!("2025-03-{:02}", at + 1);
        json!({"id": format!("a{at}"), "outlet": outlet, "date": date, "text": text}).to_string()
    };
    let lines: Vec<String> = texts.iter().enumerate().map(line).collect();
    let scan = Scan::of("a.jsonl", lines.join("\n"));
    scan.scan_to("report", &[&["a.jsonl"], more].concat())
}

fn matches(texts: &[(&str, &str)], more: &[&str]) -> Vec<Value> {
    scanned(texts, more).table("matches")
}

#[test]
fn a_copy_with_every_eleventh_word_changed_is_a_near_duplicate_and_says_by_what() {
    for seed in 0..20 {
        let [text, copy] = edited(seed, 300, 11);
        let both = [("one", text.as_str()), ("two", copy.as_str())];
        let rows = matches(&both, &[]);
        assert_eq!(rows.len(), 1);
        assert_eq!(string(&rows[0], "rule"), "aligned");
        assert!((share(&rows[0], "score") - 0.91).abs() < 1e-9, "{}", rows[0]);
        assert!(share(&rows[0], "resemblance") < 0.4);
        // A stated resemblance is that and nothing else.
        assert_eq!(matches(&both, &["--threshold", "0.8"]), [] as [Value; 0]);
        assert_eq!(string(&matches(&both, &["--threshold", "0.3"])[0], "rule"), "resemblance");
    }
}

#[test]
fn every_fifth_word_is_too_many_and_short_texts_have_too_few() {
    let [text, copy] = edited(1, 300, 5);
    assert!(matches(&[("one", &text), ("two", &copy)], &[]).is_empty());
    let [text, copy] = edited(1, 39, 10);
    assert!(matches(&[("one", &text), ("two", &copy)], &[]).is_empty());
}

#[test]
fn a_relation_without_passages_goes_by_what_is_aligned() {
    let [text, copy] = edited(2, 300, 11);
    let report = scanned(&[("one", &text), ("two", &copy)], &["--only", "duplicates"]);
    let relation = &report.table("relations")[0];
    assert_eq!(
        (string(relation, "relation"), string(&relation["evidence"], "basis")),
        ("reprint", "aligned")
    );
    assert!((share(relation, "coverage_of_target") - 0.91).abs() < 1e-9, "{relation}");
    assert_eq!(report.table("stories")[0]["members"][1]["relation"], "reprint");
    assert_eq!((report.count("near_duplicates"), report.count("edited")), (1, 1));
}

#[test]
fn of_one_outlet_another_figure_each_makes_a_form() {
    let [text, copy] = edited(3, 120, 11);
    let with_day = |day: &str, text: &str| format!("On {day} May it was so. {text}");
    let (four, same, five) = (with_day("4", &text), with_day("4", &copy), with_day("5", &copy));
    let count = |outlet, later: &str| matches(&[("one", &four), (outlet, later)], &["--all-pairs"]).len();
    assert_eq!(count("one", &same), 1);
    assert_eq!(count("one", &five), 0);
    assert_eq!(count("two", &five), 1, "across outlets it is a copy: another day, and no other names");
}

#[test]
fn texts_too_long_to_be_aligned_are_counted_and_no_match() {
    let [text, copy] = edited(4, 20_000, 11);
    // Long alone is not too long: an edited copy stands in nearly the same order.
    let texts = [("one", text.as_str()), ("two", copy.as_str())];
    assert_eq!(matches(&texts, &["--only", "duplicates"]).len(), 1);
    let [text, copy] = edited(5, 60_000, 11);
    // The second half first: as many shingles in common, but half of the words are in another order.
    let (first, second) = copy.split_at(copy.len() / 2);
    let turned = format!("{second} {first}");
    let texts = [("one", text.as_str()), ("two", turned.as_str())];
    for how in [&["--only", "duplicates"][..], &["--only", "duplicates", "--all-pairs"]] {
        let report = scanned(&texts, how);
        assert_eq!(report.table("matches").len(), 0);
        assert!(number(&report.run()["funnel"], "pairs_too_long") > 0);
    }
}
