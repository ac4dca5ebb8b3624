//! Repeats on texts small enough to see through.

use super::*;
use crate::text::{paragraphs, tokenize};

fn find(text: &str) -> Vec<Repeat> {
    let mut tokens = Tokens::default();
    tokenize(text, 0, &mut tokens);
    let repeats = Repeats::default().find(text, &tokens, &paragraphs(text));
    for repeat in &repeats {
        assert!(repeat.first.end <= repeat.again.start, "spans overlap: {repeat:?}");
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

fn words(stem: &str, count: usize) -> String {
    (0..count).map(|i| format!("{stem}{i}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_body_captured_twice_is_one_block() {
    let body = [words("a", 30), words("b", 40), words("c", 25)].join("\n");
    let repeats =
        check(&format!("{}\n{body}\n{body}", words("h", 20)), &[(&body, RepeatKind::DoubleCapture)]);
    assert_eq!(repeats[0].words, 95);
    check(&format!("{0} {0}", words("a", 60)), &[(&words("a", 60), RepeatKind::DoubleCapture)]);
}

#[test]
fn headings_leads_labels_and_lifted_sentences() {
    let filler = |stem: &str| words(stem, 60);
    check(
        &format!("{}\nKey Developments\nKey Developments\n{}", filler("a"), filler("b")),
        &[("Key Developments", RepeatKind::HeadingEcho)],
    );
    let lead = format!("{}.", words("l", 20));
    check(
        &format!("Some title\n{lead}\n13 min read\n{lead}\n{}\n{}", filler("a"), filler("b")),
        &[(lead.trim_end_matches('.'), RepeatKind::LeadEcho)],
    );
    check(
        &format!(
            "{}\nImpact:\n{}\nImpact:\n{}\nImpact:\n{}",
            filler("a"),
            filler("b"),
            filler("c"),
            filler("d")
        ),
        &[("Impact", RepeatKind::Label), ("Impact", RepeatKind::Label)],
    );
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
}

#[test]
fn interleaved_paragraphs_and_three_copies() {
    let (one, two) = (words("a", 30), words("b", 30));
    let text = format!("{one}\n{two}\n{one}\n{two}");
    assert_eq!(find(&text).len(), 1);
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
fn near_repeats_and_numbers_that_differ() {
    let rest = format!("{}\n{}", words("x", 80), words("y", 80));
    let (a, b) = (
        "the mayor said the new bridge would be open by next summer",
        "the mayor said the new bridge will be open by next summer",
    );
    let repeats = check(&format!("{rest}\n{a}\n{}\n{b}", words("z", 40)), &[(b, RepeatKind::Other)]);
    assert!(repeats[0].similarity < 1.0);
    let (a, b) = (
        "the winning numbers of the draw in Georgia were 5 and 6",
        "the winning numbers of the draw in Georgia were 5 and 9",
    );
    check(&format!("{rest}\n{a}\n{}\n{b}", words("z", 40)), &[]);
}

#[test]
fn nothing_is_found_where_nothing_stands_twice() {
    check("", &[]);
    check("Yes.\nNo.\nYes.", &[]);
    check(&format!("{}\n{}", words("a", 50), words("b", 50)), &[]);
}

#[test]
fn unspaced_text_captured_twice() {
    let body: String = (0..60).filter_map(|i| char::from_u32(0x4E00 + 41 * i)).collect();
    let repeats = check(&format!("{body}。\n{body}。"), &[(&body, RepeatKind::DoubleCapture)]);
    assert_eq!(repeats[0].words, 30);
}

#[test]
fn one_sentence_for_ever_is_linear_and_leaves_one() {
    let text = vec!["The cat sat on the mat and looked at the moon."; 20_000].join(" ");
    let repeats = find(&text);
    assert!(repeats.len() < 64, "{}", repeats.len());
    let kept = text.len() - repeats.iter().map(|r| r.again.len()).sum::<usize>();
    assert!(kept < 600, "{kept} bytes are left");
    find(&vec!["ha"; 50_000].join(" "));
    find(&"漢".repeat(50_000));
    find(&vec!["ha"; 50_000].join("\n"));
}
