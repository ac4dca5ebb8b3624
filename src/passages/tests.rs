//! Passage search on texts small enough to see through.

use std::sync::atomic::Ordering;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::candidates::Posting;
use crate::sketch::Winnower;

const MIN_WORDS: u32 = 16;

/// An article: its outlet and its text.
type Article<'t> = (u64, &'t str);

fn find(articles: &[Article<'_>], linking: Linking) -> Vec<Passage> {
    find_counted(articles, linking).0
}

/// What a search asked for: how many texts, how many outlets.
#[derive(Debug, Default)]
struct Asked {
    texts: AtomicU64,
    outlets: AtomicU64,
}

fn find_counted(articles: &[Article<'_>], linking: Linking) -> (Vec<Passage>, Asked) {
    let asked = Asked::default();
    let mut winnower = Winnower::for_runs_of(MIN_WORDS as usize);
    let mut fingerprints = Vec::new();
    let mut postings = Vec::new();
    let mut outlines: Vec<Vec<u8>> = Vec::new();
    let mut counts: Vec<u32> = Vec::new();
    for (article, number) in articles.iter().zip(0..) {
        let prepared = Prepared::new(article.1.into(), 0);
        winnower.winnow(prepared.tokens().hashes(), &mut fingerprints);
        counts.push(u32::try_from(fingerprints.len()).expect("a few"));
        outlines.push(Vec::new());
        outline(prepared.tokens(), &mut outlines[number as usize]);
        postings.extend(fingerprints.iter().map(|f| Posting {
            hash: f.hash,
            article: number,
            position: f.position,
        }));
    }
    let holdings = Holdings {
        prepare: &|article| {
            asked.texts.fetch_add(1, Ordering::Relaxed);
            Prepared::new(articles[article as usize].1.into(), 0)
        },
        outline_of: &|article| &outlines[article as usize],
        outlet_of: &|article| {
            asked.outlets.fetch_add(1, Ordering::Relaxed);
            articles[article as usize].0
        },
        unknown_outlet: u64::MAX,
        fingerprints_of: &|article| counts[article as usize],
        since: &|_| 0,
        shelf_bytes: 1000,
        scratch: &Scratch::unneeded(),
    };
    let limits = Limits {
        width: winnower.width(),
        window: winnower.window(),
        min_words: MIN_WORDS,
        linking,
        max_passages: 100_000,
    };
    let copied = passages(&Postings::group(&postings), holdings, limits, &|_| ()).expect("under the limit");
    let found = copied.targets().iter().flat_map(|target| copied.passages_of(target)).collect();
    (found, asked)
}

fn check(articles: &[Article<'_>], linking: Linking, expect: &[(u32, u32, &str)]) -> Vec<Passage> {
    let found = find(articles, linking);
    let cut = |article: u32, span: &Span| {
        let text = articles[article as usize].1;
        let by_chars: String = text.chars().skip(span.chars.start).take(span.chars.len()).collect();
        assert_eq!(by_chars, text[span.bytes.clone()], "bytes and characters name the same span");
        by_chars
    };
    let rows: Vec<(u32, u32, String)> =
        found.iter().map(|p| (p.target, p.source, cut(p.target, &p.target_span))).collect();
    let expect: Vec<(u32, u32, String)> =
        expect.iter().map(|&(t, s, text)| (t, s, text.to_owned())).collect();
    assert_eq!(rows, expect);
    for passage in &found {
        cut(passage.source, &passage.source_span);
    }
    found
}

/// `count` words that stand nowhere else: `stem` tells them apart.
fn filler(stem: &str, count: usize) -> String {
    (0..count).map(|i| format!("{stem}{i}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_quoted_run_is_found_with_its_bounds_and_the_earliest_is_the_source() {
    let run = filler("q", 20);
    let texts = [
        format!("{} {run} {}", filler("a", 30), filler("b", 30)),
        format!("{run}. {}", filler("c", 30)),
        format!("{} «{run}»", filler("é", 12)),
        filler("d", 50),
    ];
    let articles: Vec<Article<'_>> =
        texts.iter().zip(0..).map(|(text, outlet)| (outlet, text.as_str())).collect();
    let found = check(&articles, Linking::Earliest, &[(1, 0, &run), (2, 0, &run)]);
    assert_eq!((found[0].words, found[0].kind), (20, PassageKind::Copy));
    assert!((found[0].similarity - 1.0).abs() < 1e-9);
    check(&articles, Linking::All, &[(1, 0, &run), (2, 0, &run), (2, 1, &run)]);
}

#[test]
fn fifteen_words_are_no_passage_and_sixteen_are() {
    for (words, found) in [(15, false), (16, true)] {
        let run = filler("q", words);
        let texts =
            [format!("{} {run} {}", filler("a", 9), filler("b", 9)), format!("{} {run}", filler("c", 9))];
        let rows = find(&[(0, &texts[0]), (1, &texts[1])], Linking::Earliest);
        assert_eq!(rows.len(), usize::from(found), "{words} words");
    }
}

#[test]
fn characters_of_unspaced_scripts_count_half() {
    for (characters, found) in [(31_u32, false), (32, true)] {
        let run: String = (0..characters).filter_map(|i| char::from_u32(0x4E00 + 37 * i)).collect();
        let texts = [format!("あいうえお{run}かきくけこ"), format!("さしすせそ「{run}」たちつてと")];
        let articles = [(0, texts[0].as_str()), (1, texts[1].as_str())];
        let rows = find(&articles, Linking::Earliest);
        assert_eq!(rows.len(), usize::from(found), "{characters} characters");
        if found {
            check(&articles, Linking::Earliest, &[(1, 0, &run)]);
        }
    }
}

#[test]
fn the_same_outlet_is_linked_on_request_only() {
    let run = filler("q", 20);
    let articles = [(7, run.as_str()), (7, run.as_str())];
    assert!(find(&articles, Linking::Earliest).is_empty());
    let found = check(&articles, Linking::All, &[(1, 0, &run)]);
    assert_eq!(found[0].kind, PassageKind::Revision);
}

#[test]
fn where_the_earliest_holder_shares_only_a_few_words_the_next_is_tried() {
    // Article 0 holds every fingerprint of the run, but its words are torn apart.
    let run = filler("q", 40);
    let words: Vec<&str> = run.split(' ').collect();
    let torn: Vec<String> =
        (0..33).map(|i| format!("{} {}", words[i..i + 8].join(" "), filler(&format!("t{i}x"), 25))).collect();
    let torn = torn.join(" ");
    let later = format!("{} {run}", filler("c", 9));
    check(&[(0, &torn), (1, &run), (2, &later)], Linking::Earliest, &[(2, 1, &run)]);
}

#[test]
fn several_passages_in_another_order() {
    let (one, two) = (filler("p", 20), filler("r", 25));
    let texts = [format!("{one} {} {two}", filler("a", 20)), format!("{two} {} {one}", filler("b", 20))];
    check(&[(0, &texts[0]), (1, &texts[1])], Linking::Earliest, &[(1, 0, &two), (1, 0, &one)]);
}

#[test]
fn a_text_that_repeats_itself_gives_one_row_for_a_span() {
    let run = filler("q", 20);
    let texts = [[run.as_str(); 50].join(" "), [run.as_str(); 50].join(" ")];
    let found = check(&[(0, &texts[0]), (1, &texts[1])], Linking::Earliest, &[(1, 0, &texts[1])]);
    assert_eq!(found[0].words, 1000);
}

#[test]
fn a_source_passage_may_be_used_twice() {
    let run = filler("q", 20);
    let target = format!("{run} {} {run}", filler("a", 30));
    check(&[(0, &run), (1, &target)], Linking::Earliest, &[(1, 0, &run), (1, 0, &run)]);
}

#[test]
fn one_word_for_ever_ends_soon_and_stays_inside() {
    let (a, b) = (vec!["ha"; 20_000].join(" "), vec!["ha"; 30_000].join(" "));
    let found = find(&[(0, &a), (1, &b)], Linking::Earliest);
    assert!(!found.is_empty());
    assert!(found.iter().all(|p| p.target_span.bytes.end <= b.len() && p.source_span.bytes.end <= a.len()));
}

/// `count` articles of `outlet_of`, each its own text with `line` at the end.
fn under_many(count: u64, outlet_of: impl Fn(u64) -> u64, line: &str) -> Vec<(u64, String)> {
    (0..count).map(|i| (outlet_of(i), format!("{} {line}", filler(&format!("x{i}y"), 40)))).collect()
}

#[test]
fn a_footer_is_boilerplate_and_a_story_in_as_many_outlets_is_not() {
    let line = filler("q", 30);
    let story = under_many(300, |i| i, &line);
    let mut footer = under_many(300, |_| 1, &line);
    footer.push((2, format!("{} {line}", filler("z", 40))));
    let code = under_many(60, |i| i % 4, &line);
    for (texts, kind, rows) in [
        (story, PassageKind::Copy, 299),
        (footer, PassageKind::Boilerplate, 1),
        (code, PassageKind::Boilerplate, 59),
    ] {
        let articles: Vec<Article<'_>> =
            texts.iter().map(|(outlet, text)| (*outlet, text.as_str())).collect();
        let found = find(&articles, Linking::Earliest);
        assert_eq!(found.len(), rows);
        assert!(found.iter().all(|passage| passage.kind == kind && passage.words == 30), "{:?}", found[0]);
    }
}

#[test]
fn digits_as_the_only_difference_end_no_passage_and_are_no_run() {
    let table = |first: u32| {
        (first..first + 20).map(|n| format!("item number {n} costs")).collect::<Vec<_>>().join(" ")
    };
    // Runs of three words between numbers that differ: no seed, no passage.
    let (one, two) = (table(100), table(500));
    check(&[(0, &one), (1, &two)], Linking::Earliest, &[]);
    let (one, two) = (
        format!("{} 17 {}", filler("a", 20), filler("b", 20)),
        format!("{} 18 {}", filler("a", 20), filler("b", 20)),
    );
    let found = check(&[(0, &one), (1, &two)], Linking::Earliest, &[(1, 0, &two)]);
    assert_eq!((found[0].words, found[0].similarity < 1.0), (41, true));
}

#[test]
fn one_word_more_at_the_start_of_a_long_article_changes_nothing() {
    let body = filler("w", 3000);
    let longer = format!("breaking {body}");
    check(&[(0, &body), (1, &longer)], Linking::Earliest, &[(1, 0, &body)]);
}

#[test]
fn interleaved_paragraphs_of_two_sources_are_found_one_by_one() {
    let paragraphs = |stem: &str| (0..4).map(|i| filler(&format!("{stem}{i}x"), 24)).collect::<Vec<_>>();
    let (a, b) = (paragraphs("a"), paragraphs("b"));
    let mixed: Vec<&str> = a.iter().zip(&b).flat_map(|(a, b)| [a.as_str(), b.as_str()]).collect();
    let expect: Vec<(u32, u32, &str)> = mixed.iter().zip(0..).map(|(text, i)| (2, i % 2, *text)).collect();
    let (one, two, target) = (a.join("\n"), b.join("\n"), mixed.join("\n"));
    check(&[(0, &one), (1, &two), (2, &target)], Linking::Earliest, &expect);
}

#[test]
fn offsets_are_right_at_every_edge_of_every_script() {
    let cyrillic: Vec<String> = (0..24)
        .map(|i| format!("слово{}{}", ["а", "б", "в", "ж"][i % 4], ["д", "е", "и", "к", "л", "м"][i / 4]))
        .collect();
    let arabic: Vec<String> = (0..24)
        .map(|i| format!("كلمة{}{}", ["ا", "ب", "ت", "ث"][i % 4], ["ج", "ح", "خ", "د", "ذ", "ر"][i / 4]))
        .collect();
    let chinese: String = (0..60_u32).filter_map(|i| char::from_u32(0x5000 + 41 * i)).collect();
    for run in [cyrillic.join(" "), arabic.join(" "), chinese] {
        for (before, after) in [("", ""), ("", " end"), ("начало ", ""), ("مقدمة، ", " 结束"), ("𝔘 ", " é")]
        {
            let target = format!("{before}{run}{after}");
            check(&[(0, &run), (1, &target)], Linking::Earliest, &[(1, 0, &run)]);
            check(&[(0, &target), (1, &run)], Linking::Earliest, &[(1, 0, &run)]);
        }
    }
}

#[test]
fn a_passage_in_more_than_ten_thousand_articles_costs_each_of_them_the_same() {
    let run = filler("q", 20);
    let per_article = |count: u64| {
        let texts: Vec<String> =
            (0..count).map(|n| format!("{} {run}", filler(&format!("n{n}x"), 12))).collect();
        let articles: Vec<Article<'_>> = (0..count).zip(texts.iter().map(String::as_str)).collect();
        let (found, asked) = find_counted(&articles, Linking::Earliest);
        assert_eq!(found.len() as u64, count - 1);
        assert!(found.iter().all(|passage| passage.source == 0 && passage.words == 20));
        [asked.texts, asked.outlets].map(|asked| asked.into_inner().div_ceil(count))
    };
    let (some, many) = (per_article(3_000), per_article(12_000));
    // One more at the most: some tokens look alike in outlines.
    assert!(many.iter().zip(some).all(|(&many, some)| many <= some + 1), "{some:?}, {many:?}");
    assert!(many[0] <= 3, "each text is read {} times", many[0]);
}

#[test]
fn a_source_whose_edit_was_taken_over_is_found() {
    // The edit lies where no fingerprint of 16 words need lie across it, so every place is tried.
    let words: Vec<String> = (0..60).map(|n| format!("w{n}")).collect();
    for at in 20..40 {
        let first = words.join(" ");
        let mut edited = words.clone();
        edited[at] = "edited".to_owned();
        let edited = edited.join(" ");
        let texts = [(1, &first[..]), (2, &edited[..]), (3, &edited[..])];
        let found = find(&texts, Linking::Earliest);
        let pairs: Vec<(u32, u32)> = found.iter().map(|passage| (passage.target, passage.source)).collect();
        assert_eq!(pairs, [(1, 0), (2, 0), (2, 1)], "edited at {at}");
    }
}

#[test]
fn what_the_targets_own_outlet_had_before_is_a_revision() {
    let text = filler("p", 60);
    let update = format!("{text} {}", filler("u", 20));
    let kinds = |articles: &[Article<'_>]| -> Vec<(u32, u32, &str)> {
        let found = find(articles, Linking::Earliest);
        found.iter().map(|passage| (passage.target, passage.source, passage.kind.name())).collect()
    };
    assert_eq!(kinds(&[(1, &text), (2, &text), (1, &update)]), [(1, 0, "copy"), (2, 1, "revision")]);
    assert_eq!(kinds(&[(3, "else"), (2, &text), (1, &update)]), [(2, 1, "copy")]);
}

/// The later article with the earliest holder of another outlet, of every run of the least length.
fn earliest_by_definition(articles: &[Article<'_>]) -> BTreeSet<(u32, u32)> {
    let mut holders: BTreeMap<Vec<&str>, Vec<u32>> = BTreeMap::new();
    let mut earliest = BTreeSet::new();
    for ((outlet, text), number) in articles.iter().zip(0..) {
        let words: Vec<&str> = text.split(' ').collect();
        for run in words.windows(MIN_WORDS as usize) {
            let holders = holders.entry(run.to_vec()).or_default();
            let other = holders.iter().find(|&&holder| articles[holder as usize].0 != *outlet);
            earliest.extend(other.map(|&source| (number, source)));
            holders.push(number);
        }
    }
    earliest
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whoever_holds_a_run_first_is_a_source(
        // Parts of one text, in which words were changed; more of them than holders are tried one by one.
        parts in prop::collection::vec(
            (0_u64..5, 0_usize..70, 10_usize..70, prop::collection::vec((0_usize..100, 0_u8..2), 0..4)),
            2..40,
        ),
    ) {
        let texts: Vec<(u64, String)> = parts
            .iter()
            .enumerate()
            .map(|(number, (outlet, begin, length, edits))| {
                let mut words: Vec<String> = (0..100).map(|at| format!("w{at}")).collect();
                for &(at, other) in edits {
                    words[at] = format!("e{at}x{other}");
                }
                let part = words[*begin..(begin + length).min(100)].join(" ");
                (*outlet, format!("{} {part} {}", filler(&format!("a{number}x"), 9), filler(&format!("b{number}x"), 9)))
            })
            .collect();
        let articles: Vec<Article<'_>> = texts.iter().map(|(outlet, text)| (*outlet, text.as_str())).collect();
        let found: BTreeSet<(u32, u32)> =
            find(&articles, Linking::Earliest).iter().map(|passage| (passage.target, passage.source)).collect();
        let missed: Vec<(u32, u32)> = earliest_by_definition(&articles).difference(&found).copied().collect();
        prop_assert!(missed.is_empty(), "{:?} of {} articles", missed, articles.len());
    }
}
