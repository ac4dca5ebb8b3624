//! Repeats on texts small enough to see through.

use std::collections::BTreeSet;

use super::*;
use crate::text::{paragraphs, tokenize};

pub(super) fn tokens(text: &str) -> Tokens {
    let mut tokens = Tokens::default();
    tokenize(text, 0, &mut tokens);
    tokens
}

pub(super) fn find(text: &str) -> Vec<Repeat> {
    let tokens = tokens(text);
    let repeats = Repeats::default().find(text, &tokens, &paragraphs(text));
    for repeat in &repeats {
        assert!(repeat.first.end <= repeat.again.start, "spans overlap: {repeat:?}");
        for span in [&repeat.first, &repeat.again] {
            assert!(!tokens.in_bytes(span).is_empty(), "{repeat:?}");
            assert_eq!(tokens.bytes(tokens.in_bytes(span)), *span, "no token edges: {repeat:?}");
        }
    }
    for pair in repeats.windows(2) {
        assert!(pair[0].again.end <= pair[1].again.start, "second spans overlap: {pair:?}");
    }
    repeats
}

fn check(text: &str, expect: &[(&str, RepeatKind)]) -> Vec<Repeat> {
    let repeats = find(text);
    let found: Vec<(&str, RepeatKind)> = repeats.iter().map(|r| (&text[r.again.clone()], r.kind)).collect();
    assert_eq!(found, expect);
    repeats
}

/// Cuts, sees that cutting again changes nothing and that every cut is within what was found to be repeated, and gives
/// what is left.
pub(super) fn cut(text: &str) -> String {
    let cuts = Repeats::default().cut(text, 0);
    for pair in cuts.windows(2) {
        assert!(pair[0].bytes.end <= pair[1].bytes.start, "cuts overlap: {pair:?}");
    }
    for cut in &cuts {
        assert!(cut.held_by.end <= cut.bytes.start || cut.bytes.end <= cut.held_by.start, "{cut:?}");
        assert_ne!(cut.kind, RepeatKind::Label);
    }
    let left = kept(text, &cuts);
    assert_eq!(Repeats::default().cut(&left, 0), [], "cut again: {left:?}");
    left
}

fn check_cut(text: &str, expect: &str) {
    assert_eq!(cut(text), expect);
}

pub(super) fn words(stem: &str, count: usize) -> String {
    (0..count).map(|i| format!("{stem}{}", letters(i))).collect::<Vec<_>>().join(" ")
}

/// A number in letters, so that texts are no tables.
pub(super) fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn a_body_captured_twice_is_one_block() {
    let body = [words("a", 30), words("b", 40), words("c", 25)].join("\n");
    let text = format!("{}\n{body}\n{body}", words("h", 20));
    let repeats = check(&text, &[(&body, RepeatKind::DoubleCapture)]);
    assert_eq!(repeats[0].words, 95);
    check_cut(&text, &format!("{}\n{body}", words("h", 20)));
    let run = format!("{0} {0}", words("a", 60));
    check(&run, &[(&words("a", 60), RepeatKind::DoubleCapture)]);
    check_cut(&run, &words("a", 60));
}

#[test]
fn headings_leads_labels_and_lifted_sentences() {
    let filler = |stem: &str| words(stem, 60);
    let text = format!("{}\nKey Developments\nKey Developments\n{}", filler("a"), filler("b"));
    check(&text, &[("Key Developments", RepeatKind::HeadingEcho)]);
    check_cut(&text, &format!("{}\nKey Developments\n{}", filler("a"), filler("b")));
    let lead = format!("{}.", words("l", 20));
    let text = format!("Some title\n{lead}\n13 min read\n{lead}\n{}\n{}", filler("a"), filler("b"));
    check(&text, &[(lead.trim_end_matches('.'), RepeatKind::LeadEcho)]);
    check_cut(&text, &format!("Some title\n{lead}\n13 min read\n{}\n{}", filler("a"), filler("b")));
    let text = format!(
        "{}\nImpact:\n{}\nImpact:\n{}\nImpact:\n{}",
        filler("a"),
        filler("b"),
        filler("c"),
        filler("d")
    );
    check(&text, &[("Impact", RepeatKind::Label), ("Impact", RepeatKind::Label)]);
    check_cut(&text, &text);
    let sentence = words("s", 18);
    let text = format!(
        "{}\n{}\n{} {sentence} {}\n{}\n{sentence}\n{}",
        filler("x"),
        filler("y"),
        filler("a"),
        filler("b"),
        filler("c"),
        filler("d")
    );
    check(&text, &[(&sentence, RepeatKind::PullQuote)]);
    check_cut(&text, &text.replace(&format!("{sentence}\n"), ""));
}

#[test]
fn interleaved_paragraphs_and_three_copies() {
    let (one, two) = (words("a", 30), words("b", 30));
    let text = format!("{one}\n{two}\n{one}\n{two}");
    assert_eq!(find(&text).len(), 1);
    check_cut(&text, &format!("{one}\n{two}"));
    let thrice = [one.as_str(); 3].join("\n");
    assert_eq!(find(&thrice).iter().map(|r| r.words).sum::<u32>(), 60);
    let (p, q) = (words("p", 7), words("q", 7));
    let text = format!("{p}\n{q}\n{}\n{p}\n{q}\n{}\n{q}", words("x", 90), words("y", 90));
    let repeats = find(&text);
    assert_eq!(
        repeats.iter().map(|r| text[r.again.clone()].len()).collect::<Vec<_>>(),
        [p.len() + q.len() + 1, q.len()]
    );
}

#[test]
fn every_order_of_paragraphs_captured_twice_leaves_one_of_each() {
    for length in [5, 12, 17, 40] {
        let p: Vec<String> = ["a", "b", "c"].map(|stem| format!("{}.", words(stem, length))).into();
        for order in ["abab", "aabbcc", "abccba", "abcbca", "abcabc", "abcacb"] {
            let text: Vec<&str> = order.bytes().map(|name| p[usize::from(name - b'a')].as_str()).collect();
            let text = text.join("\n");
            let found: u32 = find(&text).iter().map(|repeat| repeat.words).sum();
            let distinct = order.bytes().collect::<BTreeSet<_>>().len();
            assert_eq!(found as usize, (order.len() - distinct) * length, "{order} of {length} words");
            if length > 16 {
                let left = cut(&text);
                let lines: Vec<&str> = left.lines().collect();
                assert_eq!(lines.len(), distinct, "{order} of {length} words: {lines:?}");
            }
        }
    }
}

#[test]
fn near_repeats_and_numbers_and_names_that_differ() {
    let rest = format!("{}\n{}", words("x", 80), words("y", 80));
    let (a, b) = (
        "the mayor said the new bridge would be open by next summer",
        "the mayor said the new bridge will be open by next summer",
    );
    let repeats = check(&format!("{rest}\n{a}\n{}\n{b}", words("z", 40)), &[(b, RepeatKind::Other)]);
    assert!(repeats[0].similarity < 1.0);
    for (a, b) in [
        (
            "the winning numbers of the draw in Georgia were 5 and 6",
            "the winning numbers of the draw in Georgia were 5 and 9",
        ),
        (
            "a grant of some money to the fire company of Allentown for one man",
            "a grant of some money to the fire company of Sykesville for one man",
        ),
    ] {
        check(&format!("{rest}\n{a}\n{}\n{b}", words("z", 40)), &[]);
    }
}

#[test]
fn a_form_filled_in_twice_is_no_repeat() {
    let entry = |bank: &str, assets: u32| {
        format!(
            "{bank} was closed on Friday by the regulators of the state, had {assets} million in assets at the end of the \
             quarter, and will open again on Monday as a branch of its new owner."
        )
    };
    let text = format!("{}\n{}", entry("Harbour Bank", 705), entry("Orchard Bank", 119));
    for repeat in find(&text) {
        assert!(!text[repeat.again].contains("119"));
    }
    // An insertion is no other fact.
    let said = |by: &str| {
        format!(
            "The same child that was stopped on the road is now the attorney of the whole country,{by} this land is able to change, if slowly."
        )
    };
    let text = format!("{}\n{}\n{}", said(" Holder added,"), words("x", 200), said(""));
    assert_eq!(find(&text).len(), 1);
}

#[test]
fn furniture_captions_questions_and_tables() {
    let filler = |stem: &str| format!("{}.", words(stem, 60));
    let between = |line: &str| format!("{}\n{line}\n{}\n{line}\n{}", filler("a"), filler("b"), filler("c"));
    let one = |line: &str, kind: RepeatKind| {
        let text = between(line);
        let found: Vec<RepeatKind> = find(&text).iter().map(|repeat| repeat.kind).collect();
        assert_eq!(found, [kind], "{line:?}");
        let cut = cut(&text).len() < text.len();
        assert_eq!(cut, kind != RepeatKind::Label, "{line:?}");
    };
    one("Sign up for our morning letter", RepeatKind::Boilerplate);
    one("Advertisement", RepeatKind::Boilerplate);
    one("Подпишитесь на наш канал новостей", RepeatKind::Boilerplate);
    one("Divers at the harbour wall on Monday. Photo: Ann Lee", RepeatKind::Caption);
    one("What made you begin to cook for other people?", RepeatKind::Label);
    one("Slightly more has been asked for next year.", RepeatKind::Label);
    one("Category: a course of eighteen holes", RepeatKind::Label);
    // Three in a row are furniture whatever they say; two are an echo.
    let text = format!("{}\nOne two\nOne two\nOne two\n{}", filler("a"), filler("b"));
    assert!(find(&text).iter().all(|repeat| repeat.kind == RepeatKind::Boilerplate));
    check_cut(&text, &format!("{}\nOne two\n{}", filler("a"), filler("b")));
    // Cells of a table stay.
    let rows = "Rovers 2 1\n17 3 12 2 28\n17 3 12 2 28\nHome Away Points\nHome Away Points\n4 4";
    let text = format!("{}\n{rows}\n{}", filler("a"), filler("b"));
    check_cut(&text, &text);
    // So does a refrain.
    let refrain =
        "Row the boat across the bay\nrow it home to me\nall along the break of day\nand the open sea";
    let text = format!(
        "{}\n{refrain}\nA verse of its own\n{}\n{refrain}\n{}",
        filler("a"),
        words("v", 9),
        filler("b")
    );
    check_cut(&text, &text);
}

#[test]
fn what_is_quoted_twice_inside_sentences_is_found_and_stays() {
    let quote =
        "she is in excellent physical condition and fit to serve as the president of the whole country";
    let text = format!(
        "{}\nThe doctor declared on Friday that {quote}, with years of returns.\n{}\n“{quote}.” So he wrote.\n{}",
        words("a", 80),
        words("b", 80),
        words("c", 80)
    );
    let repeats = find(&text);
    assert_eq!(repeats.len(), 1);
    assert_eq!(text[repeats[0].again.clone()], *quote);
    check_cut(&text, &text);
}

#[test]
fn long_runs_inside_paragraphs_are_cut_at_sentences() {
    let long = format!("The {}. And {}.", words("l", 30), words("m", 20));
    let text = format!(
        "{} {long} {} {long} {}",
        "It begins here.",
        format_args!("Then {}.", words("x", 90)),
        format_args!("Last {}.", words("y", 90))
    );
    let expect = format!("It begins here. {long} Then {}. Last {}.", words("x", 90), words("y", 90));
    check_cut(&text, &expect);
}

#[test]
fn a_sentence_put_into_a_copy_stays() {
    let copy = |between: &str| format!("The {}. {between}And {}.", words("a", 45), words("b", 45));
    let text = format!("{}\n{}\n{}", copy(""), words("x", 20), copy("But this is new. "));
    let left = cut(&text);
    assert!(left.contains("But this is new."), "{left}");
    assert_eq!(left.matches("bc bd").count(), 1, "{left}");
}

#[test]
fn nothing_is_found_where_nothing_stands_twice() {
    check("", &[]);
    check("Yes.\nNo.\nYes.", &[]);
    check("1\n1\n1", &[]);
    check(&format!("{}\n{}", words("a", 50), words("b", 50)), &[]);
}

#[test]
fn unspaced_text_captured_twice() {
    let body: String = (0..60).filter_map(|i| char::from_u32(0x4E00 + 41 * i)).collect();
    let text = format!("{body}。\n{body}。");
    let repeats = check(&text, &[(&body, RepeatKind::DoubleCapture)]);
    assert_eq!(repeats[0].words, 30);
    check_cut(&text, &format!("{body}。"));
    let inline = format!("{body}。{body}。");
    check_cut(&inline, &format!("{body}。"));
}

#[test]
fn offsets_hold_at_the_edges_of_every_script() {
    // (letters to make words of, what stands between words, what ends a sentence)
    let scripts = [
        ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", " ", "؟"),
        ("กขคงจชซญดตถทธนบปผพฟภมยรลวสหอ", "", ""),
        ("កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភម", "", "។"),
        ("कखगघचछजझटठडढतथदधनपफबभमयरल", " ", "।"),
        ("政府昨天宣布新的港口将于明年开放市民可以免费参观海边公园", "", "。"),
        ("абвгдежзиклмнопрстуфхцчшщэюя", " ", "."),
        ("ÀÉÎÕÜàéîõüßøåæœłżğışčřžňďťů", " ", "!"),
        ("😀a🎉b🚀c🐟d🧀e🎻f🪁g🛶h", " ", "…"),
    ];
    for (letters, blank, mark) in scripts {
        let letters: Vec<char> = letters.chars().collect();
        // Words of growing length that are never twice the same in a row.
        let mut body = String::new();
        for at in 0..200 {
            let word: String = (0..3 + at % 5)
                .map(|k| letters[(at * 7 + k * (3 + at / 9) + at / 4) % letters.len()])
                .collect();
            body += &word;
            body += blank;
        }
        let body = format!("{}{mark}", body.trim_end());
        for joint in ["\n", "\r\n\r\n", "\u{2029}", " \u{200B}\n", "\n« "] {
            let text = format!("{body}{joint}{body}");
            let repeats = find(&text);
            assert!(!repeats.is_empty(), "{body:?}");
            let found: usize = repeats.iter().map(|repeat| repeat.again.len()).sum();
            assert!(20 * found >= 19 * (body.len() - mark.len()), "{found} of {}: {text}", body.len());
            let left = cut(&text);
            assert!(
                left.trim_end_matches(['«', ' ', '\u{200B}', '\n', '\r', '\u{2029}']).len()
                    <= body.len() + 4 * mark.len(),
                "{left}"
            );
            assert!(left.starts_with(body.trim_end_matches(mark)), "{left}");
        }
    }
}

#[test]
fn one_sentence_for_ever_is_linear_and_leaves_one() {
    let text = vec!["The cat sat on the mat and looked at the moon."; 20_000].join(" ");
    let repeats = find(&text);
    assert!(repeats.len() < 64, "{}", repeats.len());
    let kept = text.len() - repeats.iter().map(|r| r.again.len()).sum::<usize>();
    assert!(kept < 600, "{kept} bytes are left");
    assert!(cut(&text).len() < 600);
    find(&vec!["ha"; 50_000].join(" "));
    find(&"漢".repeat(50_000));
    find(&vec!["ha"; 50_000].join("\n"));
}
