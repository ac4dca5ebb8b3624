//! Rewritten passages on texts small enough to see through, and on texts made to hurt.

use super::*;
use crate::passages::Prepared;
use crate::scratch::Scratch;

const LIMITS: Limits =
    Limits { width: 8, window: 9, min_words: 16, linking: Linking::Earliest, max_passages: 1000 };

/// A story of four sentences, and the same with words moved, dropped and replaced, in no order.
const STORY: &str = "The harbour council of Valmora approved a new breakwater on Tuesday after months of debate. \
    Engineers from Kestrel Marine warned that winter storms had eroded the northern quay by two metres. \
    Fishermen led by Otto Brandvik demanded compensation for moorings lost during construction. \
    The ministry will publish its tender for granite and dredging before the end of August.";
const REWRITTEN: &str = "On Tuesday, months of debate over, the council of the Valmora harbour approved a breakwater. \
    Winter storms eroded the northern quay by two metres, engineers from Kestrel Marine had warned. \
    Compensation for lost moorings was demanded by fishermen, led by Otto Brandvik, during construction. \
    Before August ends the ministry will publish a tender for dredging and granite.";
const OTHER: &str = "A museum in the capital opened its doors to visitors for the first time since the fire. \
    Paintings by local artists were shown beside sculptures that survived the flames. \
    The director thanked donors who had paid for the roof and the climate control. \
    Entry is free for children on Sundays and costs four crowns on other days.";

fn find(articles: &[(u64, String)], linking: Linking) -> Vec<Passage> {
    let prepare = |article: u32| Prepared::new(articles[article as usize].1.clone(), 0);
    let holdings = Holdings {
        prepare: &prepare,
        outline_of: &|_| &[],
        outlet_of: &|article| articles[article as usize].0,
        unknown_outlet: u64::MAX,
        fingerprints_of: &|_| 0,
        since: &|_| 0,
        shelf_bytes: 1000,
        scratch: &Scratch::unneeded(),
    };
    let count = u32::try_from(articles.len()).expect("few articles");
    let copied = loose_passages(&Copies::default(), count, holdings, Limits { linking, ..LIMITS })
        .expect("under the limit");
    copied.targets().iter().flat_map(|target| copied.passages_of(target)).collect()
}

fn check(articles: &[(u64, &str)], linking: Linking, expect: &[(u32, u32, PassageKind)]) -> Vec<Passage> {
    let articles: Vec<(u64, String)> =
        articles.iter().map(|&(outlet, text)| (outlet, text.to_owned())).collect();
    let found = find(&articles, linking);
    let rows: Vec<_> = found.iter().map(|passage| (passage.target, passage.source, passage.kind)).collect();
    assert_eq!(rows, expect);
    for passage in &found {
        assert_eq!(passage.seed, Seeding::Loose);
        for (article, span) in
            [(passage.target, &passage.target_span), (passage.source, &passage.source_span)]
        {
            let text = &articles[article as usize].1;
            let by_chars: String = text.chars().skip(span.chars.start).take(span.chars.len()).collect();
            assert_eq!(by_chars, text[span.bytes.clone()], "bytes and characters name the same span");
        }
    }
    found
}

#[test]
fn a_rewritten_story_is_found_and_another_story_is_not() {
    let framed = format!("{OTHER} {REWRITTEN}");
    let found = check(
        &[(1, STORY), (2, OTHER), (3, REWRITTEN), (4, &framed)],
        Linking::Earliest,
        &[(2, 0, PassageKind::Copy), (3, 1, PassageKind::Copy), (3, 2, PassageKind::Copy)],
    );
    assert!(found[0].similarity > 0.5 && found[0].similarity <= 1.0, "{found:?}");
    assert_eq!(found[0].target_span.bytes, 0..REWRITTEN.len() - 1, "from the first word to the last");
    assert_eq!(found[2].target_span.bytes, OTHER.len() + 1..framed.len() - 1);
}

#[test]
fn one_outlet_alone_is_linked_only_where_all_are() {
    check(&[(1, STORY), (1, REWRITTEN)], Linking::Earliest, &[]);
    check(&[(1, STORY), (1, REWRITTEN)], Linking::All, &[(1, 0, PassageKind::Revision)]);
}

#[test]
fn exact_passages_are_taken_up_and_widen_the_span() {
    let span = |bytes: Range<usize>| Span { chars: bytes.clone(), bytes };
    let exact = |source: u32, at: usize| Passage {
        target: 9,
        source,
        target_span: span(at..at + 50),
        source_span: span(at + 100..at + 150),
        words: 10,
        similarity: 1.0,
        kind: PassageKind::Copy,
        seed: Seeding::Exact,
    };
    let mut passages = vec![exact(1, 0), exact(2, 0), exact(1, 90), exact(1, 300)];
    assert_eq!(take_up(&mut passages, 1, &[20..100, 120..200]), [0..140, 100..240]);
    assert_eq!(passages, [exact(2, 0), exact(1, 300)]);
}

#[test]
fn whoever_rewrites_most_closely_is_the_source_and_of_equals_the_earlier() {
    check(
        &[(1, STORY), (2, STORY), (3, REWRITTEN)],
        Linking::Earliest,
        &[(1, 0, PassageKind::Copy), (2, 0, PassageKind::Copy)],
    );
}

#[test]
fn texts_made_to_hurt_are_bounded() {
    let texts = [
        "word ".repeat(200_000),
        format!("{STORY} ").repeat(2500),
        "Sentence about Valmora and Kestrel number one. ".repeat(10_000),
        (0..100_000).fold(String::new(), |text, n: u32| {
            text + &format!("w{} ", n.wrapping_mul(2_654_435_761) % 5000)
        }),
        "。漢".repeat(100_000),
    ];
    // Each as source and as target of the same text of another outlet.
    let articles: Vec<(u64, String)> =
        texts.iter().cycle().take(2 * texts.len()).cloned().zip(1..).map(|(t, o)| (o, t)).collect();
    for passage in find(&articles, Linking::All) {
        assert!(passage.source < passage.target);
        let text = &articles[passage.target as usize].1;
        assert!(text.get(passage.target_span.bytes.clone()).is_some());
    }
}
