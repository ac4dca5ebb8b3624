//! Comparing texts small enough to see through.

use super::*;
use crate::archive::dates::parse_published;
use crate::passages::PassageKind;

fn given(text: &str) -> Given<'_> {
    Given { text, ..Given::default() }
}

/// Compares, and holds what must hold for any two texts.
fn check(a: Given<'_>, b: Given<'_>) -> Comparison {
    let found = compare(a, b, &Settings::default()).expect("few passages");
    let text = |side| match side {
        Side::A => a.text,
        Side::B => b.text,
    };
    for side in [Side::A, Side::B] {
        let inside = |span: &Span| {
            let text = text(side);
            let by_chars: String = text.chars().skip(span.chars.start).take(span.chars.len()).collect();
            assert_eq!(by_chars, text[span.bytes.clone()], "bytes and characters name the same span");
        };
        for passage in &found.passages {
            let whole = passage.spans.of(side);
            inside(whole);
            for difference in &passage.differences {
                let span = difference.spans.of(side);
                inside(span);
                assert!(whole.bytes.start <= span.bytes.start && span.bytes.end <= whole.bytes.end);
            }
        }
        found.longest_run.iter().for_each(|run| inside(run.spans.of(side)));
        found.articles.of(side).own_numbers.iter().for_each(|number| inside(&number.span));
        assert!((0.0..=1.0).contains(&found.articles.of(side).covered));
    }
    found
}

/// `count` words that stand nowhere else: `stem` tells them apart.
fn filler(stem: &str, count: usize) -> String {
    (0..count).map(|i| format!("{stem}{i}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_excerpt_is_contained_and_covered_though_it_resembles_little() {
    let run = filler("q", 30);
    let long = format!("{} {run} {}", filler("a", 60), filler("b", 60));
    let found = check(given(&long), given(&run));
    assert_eq!((found.source, found.order), (Side::A, Order::Undated));
    let overlap = found.shingles.overlap;
    assert_eq!((overlap.common, overlap.a, overlap.b), (26, 146, 26));
    assert!((overlap.containment_of_b() - 1.0).abs() < 1e-9 && !found.near_duplicates());
    assert_eq!(found.passages.len(), 1);
    assert_eq!(&long[found.passages[0].spans.a.bytes.clone()], run);
    assert!((found.articles.b.covered - 1.0).abs() < 1e-9);
    assert!((found.articles.a.covered - 0.2).abs() < 1e-9);
    assert_eq!(found.longest_run.map(|run| run.words), Some(30));
}

#[test]
fn the_earlier_is_the_source_whichever_comes_first() {
    let run = filler("q", 20);
    let dated = |date: &str| Given {
        text: &run,
        published: parse_published(date).expect("a date"),
        outlet: Some("one.example"),
    };
    let (early, late) = (dated("2025-01-02T08:00:00Z"), dated("2025-01-02T09:30:00Z"));
    let found = check(late, early);
    assert_eq!((found.source, found.order, found.lag_seconds), (Side::B, Order::Earlier, Some(5400)));
    assert_eq!(found.passages[0].kind, PassageKind::Revision);
    assert!(found.same_text && found.same_tokens && found.near_duplicates());
    assert_eq!(check(early, late).source, Side::A);
    assert_eq!(check(early, early).order, Order::SameTime);
    // A scan puts a date alone at the end of its day.
    assert_eq!(check(dated("2025-01-02"), late).source, Side::B);
    let undated = Given { published: None, ..early };
    let found = check(undated, late);
    assert_eq!((found.source, found.order, found.lag_seconds), (Side::B, Order::OnlyDated, None));
}

#[test]
fn changed_words_inside_a_passage_are_told_on_both_sides() {
    let (front, back) = (filler("é", 20), filler("q", 20));
    let (a, b) = (format!("{front} 1200 boats {back}"), format!("x {front} 1400 boats {back}"));
    let found = check(given(&a), given(&b));
    assert_eq!(found.passages.len(), 1);
    let spans = &found.passages[0].differences[0].spans;
    assert_eq!((&a[spans.a.bytes.clone()], &b[spans.b.bytes.clone()]), ("1200", "1400"));
    let numbers =
        |side| found.articles.of(side).own_numbers.iter().map(|n| n.value.clone()).collect::<Vec<_>>();
    assert_eq!((numbers(Side::A), numbers(Side::B)), (vec!["1200".into()], vec!["1400".into()]));
}

#[test]
fn texts_without_tokens_have_nothing_in_common() {
    for (a, b) in [("", ""), ("", "words"), ("— …", "—"), ("\u{202E}\u{7}", "\u{0}")] {
        let found = check(given(a), given(b));
        assert!(found.passages.is_empty() && found.longest_run.is_none() && found.signature.is_none());
        assert!(!found.near_duplicates() && !found.same_tokens);
        assert_eq!(found.same_text, a == b);
    }
}

#[test]
fn one_word_for_ever_ends_soon() {
    let (a, b) = (vec!["ha"; 200_000].join(" "), vec!["ha"; 300_000].join(" "));
    let found = check(given(&a), given(&b));
    assert!(found.near_duplicates() && !found.passages.is_empty());
    assert_eq!(found.longest_run.map(|run| run.tokens), Some(200_000));
}

#[test]
fn long_equal_texts_are_one_passage() {
    let text = filler("q", 100_000);
    let found = check(given(&text), given(&text));
    assert_eq!(found.passages.len(), 1);
    assert_eq!(found.passages[0].spans.a.bytes, 0..text.len());
    assert!(found.passages[0].differences.is_empty());
}
