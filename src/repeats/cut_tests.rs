//! Cuts on texts small enough to see through.

use proptest::prelude::*;

use super::tests::cut;

fn check(text: &str, expect: &str) {
    assert_eq!(cut(text), expect);
}

fn words(stem: &str, count: usize) -> String {
    (0..count)
        .map(|i| {
            format!(
                "{stem}{}",
                char::from(b'a' + u8::try_from(i % 26).expect("small")).to_string().repeat(1 + i / 26)
            )
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_body_captured_twice_is_left_once() {
    let body = [words("Q", 30), words("R", 40), words("S", 25)].map(|p| p + ".").join("\n");
    check(&format!("Title\n{body}\n{body}\nFooter"), &format!("Title\n{body}\nFooter"));
    check(&[&*body; 5].join("\n\n"), &body);
    let (one, two) = (words("P", 30) + ".", words("T", 30) + ".");
    check(&format!("{one}\n{two}\n{one}\n{two}"), &format!("{one}\n{two}"));
    let unbroken = words("u", 60);
    check(&format!("{unbroken} {unbroken}"), &unbroken);
}

#[test]
fn headings_go_once_and_labels_stay() {
    let filler = |stem: &str| words(stem, 60) + ".";
    let (a, b, c, d) = (filler("A"), filler("B"), filler("C"), filler("D"));
    check(&format!("{a}\nKey Developments\nKey Developments\n{b}"), &format!("{a}\nKey Developments\n{b}"));
    let labels = format!("{a}\nImpact:\n{b}\nImpact:\n{c}\nImpact:\n{d}");
    check(&labels, &labels);
    let answers = format!("{a}\nYes, I do think so.\n{b}\nYes, I do think so.\n{c}");
    check(&answers, &answers);
}

#[test]
fn a_quote_pulled_from_the_body_goes_if_it_stands_below_and_a_lead_if_it_stands_above() {
    let sentence = format!("X{}.", words("s", 18));
    let body = format!("{}. {sentence} {}.", words("A", 30), words("B", 30));
    let rest = words("C", 80) + ".";
    check(&format!("{body}\n{rest}\n{sentence}\n"), &format!("{body}\n{rest}\n"));
    // Above, it may be the body, and what is below a caption.
    let above = format!("{rest}\n{sentence}\n{body}");
    check(&above, &above);
    let long = format!("X{}.", words("s", 50));
    let above = format!("{rest}\n{rest}\n{long}\n{}. {long} {}.", words("A", 30), words("B", 30));
    check(&above, &above.replacen(&format!("{rest}\n"), "", 1));
    let lead =
        |before: &str| format!("A title\n{sentence}\nShare\n{before}{sentence} {}.\n{rest}", words("B", 30));
    check(&lead("LEEDS (AP) — "), &lead("LEEDS (AP) — ").replacen(&format!("{sentence}\n"), "", 1));
    check(&lead(""), &lead("").replacen(&format!("{sentence}\n"), "", 1));
    check(&lead("Untimely: "), &lead("Untimely: "));
    // A heading stays though its paragraph says the same.
    let heading = format!("{}\n{}, he said.\n{rest}", words("H", 18), words("H", 18));
    check(&heading, &heading);
}

#[test]
fn what_says_something_new_stays() {
    let rest = words("C", 80) + ".";
    let said = |number: u32| {
        format!(
            "The winner of the draw in {} took {number} coins home on Monday evening, they said with a smile.",
            words("G", 9)
        )
    };
    let text = format!("{}\n{rest}\n{}", said(5), said(6));
    check(&text, &text);
    let run = words("r", 20);
    let inside = format!("One {run} and more.\n{rest}\nTwo had {run} then.");
    check(&inside, &inside);
}

#[test]
fn a_short_sentence_among_sentences_goes_and_an_entry_of_a_list_stays() {
    let (a, b, c) = (words("A", 20) + ".", words("B", 20) + ".", words("C", 80) + ".");
    let check = |line: &str, before: &str, goes: bool| {
        let text = format!("{a}\n{line}\n{b}\n{c}\n{before}\n{line}");
        check(&text, &if goes { format!("{a}\n{line}\n{b}\n{c}\n{before}") } else { text.clone() });
    };
    let before = words("D", 20) + ".";
    check("The old ferry left the harbour for the last time.", &before, true);
    check("“The old ferry left the harbour for the very last time.”", &before, true);
    check("渡し船は昨日の夕方に最後の航海へと出ていったそうだ。", &before, true);
    check("The old ferry left the harbour one time.", &before, false);
    check("The old ferry left the harbour for 20 more days.", &before, false);
    check("The old ferry left the harbour for the last time", &before, false);
    check("• The old ferry left the harbour for the last time.", &before, false);
    check("Captain: The old ferry left the harbour for the last time.", &before, false);
    check("The old ferry left the harbour for the last time.", "A heading", false);
    check("I do not think that I ever said such a thing.", "Did you say so to all of them that day?", false);
}

#[test]
fn questions_and_lists_that_stand_again_with_changes_stay() {
    let question = "Which dish of your own country do you like best of all, and why do you think so?";
    let (one, two) = (words("A", 40), words("B", 40));
    let asked = format!("{}.\n{question}\n{one}.\n{question}\n{two}.", words("C", 80));
    check(&asked, &asked);
    let day = |meal: &str| {
        format!(
            "{}\nLunch\n{}\nDinner\n{} {meal}\n{}",
            words("L", 12),
            words("M", 14),
            words("N", 12),
            words("O", 14)
        )
    };
    let plan = format!("{}\n{}", day("soup"), day("fish"));
    check(&plan, &plan);
    check(&format!("{0}\n{0}", day("soup")), &day("soup"));
}

#[test]
fn one_sentence_for_ever_is_left_once() {
    let left = cut(&vec!["The cat sat on the mat and looked at the moon."; 20_000].join(" "));
    assert!(left.len() < 200, "{} bytes are left", left.len());
    cut(&"漢".repeat(20_000));
    cut(&vec!["ha"; 20_000].join("\n"));
}

proptest! {
    #[test]
    fn whatever_the_text_cutting_again_cuts_nothing(
        parts in prop::collection::vec(0_usize..6, 1..14),
        joins in prop::collection::vec(0_usize..4, 14),
        stems in "[a-z漢字é. \n\"]{0,20}",
    ) {
        let long: Vec<String> = (0..6).map(|i| format!("X{} {stems} {}", words(&format!("{i}w"), 5 + 9 * i), ["end.", "so!", "", "。", "\n", "Mr."][i])).collect();
        let text: Vec<String> = parts.iter().zip(&joins).map(|(&part, &join)| format!("{}{}", long[part], ["\n", " ", "\n\n", ". "][join])).collect();
        cut(&text.concat());
    }
}
