//! Laws of repeats: against their definition, on texts made to be slow, on any text.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::tests::{cut, find, letters, tokens, words};
use super::*;
use crate::text::paragraphs;

/// Tokens looked at while runs were grown and paragraphs compared, for a text of so many lines.
fn work(lines: usize, line: impl Fn(usize) -> String, joint: &str) -> u64 {
    let text: Vec<String> = (0..lines).map(line).collect();
    let text = text.join(joint);
    let mut repeats = Repeats::default();
    WORK.set(0);
    repeats.find(&text, &tokens(&text), &paragraphs(&text));
    WORK.get()
}

#[test]
fn texts_made_to_be_slow_take_work_in_proportion_to_their_length() {
    let sentences = [
        "The cat sat on the mat and looked at the moon above.",
        "A dog ran over the hill and barked at the sun below.",
    ];
    let one = |_: usize| sentences[0].to_owned();
    let two = |at: usize| sentences[at % 2].to_owned();
    let differ = |at: usize| format!("line {} is {}", letters(at), letters(at * 7 + 3));
    let twice = |at: usize| differ(at / 1_000 * 500 + at % 500);
    let form = |at: usize| {
        format!(
            "the bank {} of the town had so many millions in assets and the cost of it is {} as the agency said",
            letters(at),
            at
        )
    };
    let lines: [(&dyn Fn(usize) -> String, &str); 8] = [
        (&one, " "),
        (&one, "\n"),
        (&two, " "),
        (&two, "\n"),
        (&differ, "\n"),
        (&twice, "\n"),
        (&form, " "),
        (&form, "\n"),
    ];
    for (case, (line, joint)) in lines.into_iter().enumerate() {
        let (few, many) = (work(1_250, line, joint), work(10_000, line, joint));
        // Eight times the lines, and room for the logarithm.
        assert!(many <= 8 * few * 2 + 10_000, "case {case}: {few} for 1,250 lines, {many} for 10,000");
    }
}

/// Runs by definition: whether any `least` tokens stand twice without overlapping; where they say something, for a word that
/// stands again and again is no run that begins or ends anywhere.
fn stands_twice(hashes: &[u64], least: usize) -> bool {
    let says = |at: &usize| hashes[*at..at + least].iter().collect::<BTreeSet<_>>().len() >= least / 3;
    (0..hashes.len().saturating_sub(2 * least - 1))
        .filter(says)
        .any(|at| hashes[at + least..].windows(least).any(|window| *window == hashes[at..at + least]))
}

/// A text of few different words and sentences, broken into lines here and there.
fn texts() -> impl Strategy<Value = String> {
    let sentence = prop::collection::vec(0_u8..40, 1..30).prop_map(|words| {
        words.iter().map(|&w| letters(usize::from(w) + 10)).collect::<Vec<_>>().join(" ") + "."
    });
    let pool = prop::collection::vec(sentence, 1..6);
    (pool, prop::collection::vec((0_usize..6, prop::bool::ANY), 1..16)).prop_map(|(pool, order)| {
        order
            .iter()
            .map(|(at, line)| pool[at % pool.len()].clone() + if *line { "\n" } else { " " })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_planted_capture_is_found_and_cut(
        body in prop::collection::vec(60_usize..200, 1..4),
        before in 20_usize..100,
        between in 0_usize..60,
    ) {
        let paragraphs: Vec<String> =
            body.iter().enumerate().map(|(at, &count)| format!("{}.", words(&format!("p{}", letters(at)), count))).collect();
        let body = paragraphs.join("\n");
        let text = format!("{}.\n{body}\n{}.\n{body}", words("x", before), words("y", between));
        let found: u32 = find(&text).iter().map(|repeat| repeat.words).sum();
        let captured = tokens(&body).len();
        prop_assert!(found as usize >= captured);
        prop_assert_eq!(cut(&text).matches(&paragraphs[0]).count(), 1);
    }

    #[test]
    fn cutting_leaves_one_of_every_sentence_and_nothing_to_cut(text in texts()) {
        let left = cut(&text);
        // What bridges an edit loses the edit.
        if Repeats::default().cut(&text, 0).iter().any(|cut| cut.similarity < 1.0) {
            return Ok(());
        }
        let sentences = |text: &str| -> BTreeSet<String> {
            text.split(['.', '\n']).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
        };
        let whole: BTreeSet<String> = sentences(&text);
        let missing: Vec<&String> = whole.iter().filter(|s| !left.contains(s.as_str())).collect();
        prop_assert!(missing.is_empty(), "{missing:?} of {text:?} are not in {left:?}");
    }

    #[test]
    fn what_stands_twice_for_twenty_tokens_is_found(text in texts()) {
        let tokens = tokens(&text);
        let hashes = tokens.hashes();
        if stands_twice(hashes, 20) {
            prop_assert!(!find(&text).is_empty(), "{text:?}");
        }
        // And what is exact is equal.
        for repeat in find(&text).iter().filter(|repeat| repeat.similarity >= 1.0) {
            let (first, again) = (tokens.in_bytes(&repeat.first), tokens.in_bytes(&repeat.again));
            prop_assert_eq!(&hashes[first], &hashes[again]);
        }
    }

    #[test]
    fn any_text_is_borne(text in "([a-c] |[ab]\\. |\n|漢|。|\u{e33}|é|1|\u{200b}|😀){0,120}") {
        cut(&text);
    }

    #[test]
    fn fingerprints_at_hand_give_the_same(text in texts()) {
        let tokens = tokens(&text);
        let mut fingerprints = Vec::new();
        Winnower::for_runs_of(MIN_RUN_WORDS as usize).winnow(tokens.hashes(), &mut fingerprints);
        let by = Repeats::default().find_by(&text, &tokens, &paragraphs(&text), &fingerprints);
        prop_assert_eq!(by, find(&text));
    }
}
