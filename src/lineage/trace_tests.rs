use super::*;
use crate::archive::dates::parse_published;
use crate::passages::Span;
use crate::verify::Overlap;

fn passage(target: u32, source: u32, at: (Range<usize>, Range<usize>), words: u32) -> Passage {
    let span = |chars: Range<usize>| Span { bytes: chars.clone(), chars };
    Passage {
        target,
        source,
        target_span: span(at.0),
        source_span: span(at.1),
        words,
        similarity: 1.0,
        kind: PassageKind::Copy,
        seed: crate::passages::Seeding::Exact,
    }
}

/// An article of these tests: outlet, words, date. A word takes ten characters.
type Known = (Option<u32>, u32, &'static str);

const TEN: &str = "2025-05-06T10:00:00Z";
const NOON: &str = "2025-05-06T12:00:00Z";

fn facts<T>(articles: &[Known], credits: &[(u32, u32)], with: impl FnOnce(Facts<'_>) -> T) -> T {
    let scratch = Scratch::unneeded();
    let known = |article: u32| articles[article as usize];
    with(Facts {
        articles: articles.len(),
        outlets: 4,
        passages: true,
        words_of: &|article| known(article).1,
        published: &|article| parse_published(known(article).2).expect("a date of these tests"),
        outlet_of: &|article| known(article).0,
        credits_outlet: &|one, other| credits.contains(&(one, other)),
        credit_alike: &|_, _| false,
        shingles: &|_| Vec::new(),
        scratch: &scratch,
    })
}

/// What the last article is to each of its sources. `copied` are its copied words.
fn check(
    articles: &[Known],
    passages: &[(u32, Range<usize>, Range<usize>)],
    copied: u32,
    expect: &[(u32, RelationKind, f64, f64)],
) {
    let last = u32::try_from(articles.len()).expect("few") - 1;
    let passages = passages.iter().map(|(source, target, twin)| {
        let words = u32::try_from(target.len() / 10).expect("short");
        passage(last, *source, (target.clone(), twin.clone()), words)
    });
    let copied = Copied::of(last, copied);
    let work = Work { target: last, copied: Some(&copied), near: &[] };
    let traced = facts(articles, &[], |facts| target(facts, work, passages.collect(), &[]));
    let told: Vec<_> = traced
        .relations
        .iter()
        .map(|it| (it.source, it.kind, it.coverage.of_target, it.coverage.of_source))
        .collect();
    assert_eq!(told, expect);
    let words: u32 = traced.taken.iter().map(Taken::words).sum();
    assert_eq!(words, copied.copied_words, "each copied word is counted once");
}

#[test]
fn every_relation_of_other_outlets_comes_from_its_passages() {
    let [a, b, c] = [(Some(0), 100, TEN), (Some(1), 100, NOON), (Some(2), 200, NOON)];
    let all = (0, 0..1000, 0..1000);
    check(&[a, b], std::slice::from_ref(&all), 100, &[(0, RelationKind::Reprint, 1.0, 1.0)]);
    check(&[c, b], std::slice::from_ref(&all), 100, &[(0, RelationKind::Abridged, 1.0, 0.5)]);
    check(&[a, c], &[all], 100, &[(0, RelationKind::Expanded, 0.5, 1.0)]);
    check(&[a, b], &[(0, 0..600, 0..600)], 60, &[(0, RelationKind::Excerpt, 0.6, 0.6)]);
    check(&[a, b], &[(0, 0..200, 500..700)], 20, &[(0, RelationKind::Quote, 0.2, 0.2)]);
    let halves = [(0, 0..500, 0..500), (1, 500..1000, 0..500)];
    let both = [(0, RelationKind::Composite, 0.5, 0.5), (1, RelationKind::Composite, 0.5, 0.25)];
    check(&[a, c, b], &halves, 100, &both);
    let most = [(0, 0..700, 0..700), (1, 700..1000, 0..300)];
    let main = [(0, RelationKind::Excerpt, 0.7, 0.7), (1, RelationKind::Quote, 0.3, 0.15)];
    check(&[a, c, b], &most, 100, &main);
}

#[test]
fn spans_that_overlap_count_once() {
    let [a, b] = [(Some(0), 100, TEN), (Some(1), 100, NOON)];
    // The same passage of the source, used twice.
    let twice = [(0, 0..300, 0..300), (0, 500..800, 0..300)];
    check(&[a, b], &twice, 60, &[(0, RelationKind::Excerpt, 0.6, 0.3)]);
    // The same words from two sources: the earliest has them, the other what is left.
    let shared = [(0, 0..600, 0..600), (1, 300..900, 0..600)];
    let both = [(0, RelationKind::Composite, 0.6, 0.6), (1, RelationKind::Composite, 0.6, 0.6)];
    check(&[a, (Some(2), 100, TEN), b], &shared, 90, &both);
}

#[test]
fn one_outlet_revises_itself_and_an_unknown_one_copies() {
    let check = |outlet, expect| {
        let articles = [(outlet, 100, TEN), (outlet, 100, NOON)];
        let one = passage(1, 0, (0..1000, 0..1000), 100);
        let work = Work { target: 1, copied: None, near: &[] };
        let traced = facts(&articles, &[], |facts| target(facts, work, vec![one], &[]));
        assert_eq!(traced.relations[0].kind, expect);
    };
    check(Some(0), RelationKind::Revision);
    check(None, RelationKind::Reprint);
}

#[test]
fn near_duplicates_without_passages_are_related_by_their_shingles() {
    let check = |outlets: [Option<u32>; 2], is_template, words, common, expect| {
        let articles = [(outlets[0], 100, TEN), (outlets[1], words, NOON)];
        let near = [Near {
            target: 1,
            source: 0,
            near: Overlap { common, a: words as usize, b: 100 }.into(),
            is_template,
        }];
        let work = Work { target: 1, copied: None, near: &near };
        let traced = facts(&articles, &[], |facts| target(facts, work, Vec::new(), &[0, 0]));
        let told: Vec<_> = traced.relations.iter().map(|it| (it.kind, it.basis)).collect();
        assert_eq!(told, [(expect, Basis::Shingles)]);
    };
    check([Some(0), Some(1)], false, 100, 90, RelationKind::Reprint);
    check([Some(0), Some(1)], false, 50, 50, RelationKind::Abridged);
    check([Some(0), Some(0)], false, 100, 90, RelationKind::Revision);
    check([Some(0), Some(0)], true, 100, 60, RelationKind::Template);
}

#[test]
fn a_target_with_passages_in_its_story_needs_no_relation_to_the_representative() {
    let articles = [(Some(0), 100, TEN), (Some(1), 100, TEN), (Some(2), 100, NOON)];
    let near = [Near {
        target: 2,
        source: 1,
        near: Overlap { common: 90, a: 100, b: 100 }.into(),
        is_template: false,
    }];
    let sources = |passages: Vec<Passage>, story_of: &[u32]| -> Vec<u32> {
        let work = Work { target: 2, copied: None, near: &near };
        let traced = facts(&articles, &[], |facts| target(facts, work, passages, story_of));
        traced.relations.iter().map(|relation| relation.source).collect()
    };
    let from_first = || vec![passage(2, 0, (0..1000, 0..1000), 100)];
    assert_eq!(sources(from_first(), &[0, 0, 0]), [0]);
    assert_eq!(sources(from_first(), &[NO_STORY, 0, 0]), [0, 1]);
    assert_eq!(sources(Vec::new(), &[0, 0, 0]), [1]);
}

#[test]
fn a_credit_is_told_and_strengthens_the_order() {
    let articles = [(Some(0), 100, TEN), (Some(1), 100, NOON)];
    let check = |credits: &[(u32, u32)], credited, sure: f64| {
        let relation = facts(&articles, credits, |facts| {
            by_passages(facts, 1, 0, &[passage(1, 0, (0..1000, 0..1000), 100)])
        });
        assert_eq!(relation.credited, credited);
        assert!((relation.confidence - sure).abs() < 1e-9, "{}", relation.confidence);
        assert_eq!(relation.order.lag, Some(7200));
    };
    check(&[], false, 0.9);
    check(&[(1, 0)], true, 1.0 - 0.1 / 3.0);
    check(&[(0, 1)], false, 0.3);
}

#[test]
fn work_is_every_target_once_in_order() {
    let near = |target, source| Near {
        target,
        source,
        near: Overlap { common: 1, a: 1, b: 1 }.into(),
        is_template: false,
    };
    let copied = [Copied::of(2, 5), Copied::of(4, 5)];
    let near = [near(1, 0), near(4, 1), near(4, 3), near(7, 0)];
    let work: Vec<_> = targets(&copied, &near)
        .iter()
        .map(|work| (work.target, work.copied.is_some(), work.near.len()))
        .collect();
    assert_eq!(work, [(1, false, 1), (2, true, 0), (4, true, 2), (7, false, 1)]);
}

mod free {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn characters_are_taken_once(spans in prop::collection::vec((0_usize..60, 1_usize..20), 0..20)) {
            let mut free = Free::default();
            let mut known = [false; 80];
            for (begin, length) in spans {
                let new = (begin..begin + length).filter(|&at| !std::mem::replace(&mut known[at], true)).count();
                prop_assert_eq!(free.take(begin..begin + length), new);
            }
        }
    }
}
