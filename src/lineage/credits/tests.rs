use super::*;
use crate::text::paragraphs;
use proptest::prelude::*;

/// `kind agency|name` of every credit, the agency where there is one.
fn found(text: &str) -> Vec<String> {
    let credits = credits(text, &paragraphs(text));
    for credit in &credits {
        assert_eq!(text[credit.bytes.clone()], credit.name);
        let cut: String = text.chars().skip(credit.chars.start).take(credit.chars.len()).collect();
        assert_eq!(cut, credit.name);
    }
    let shown = |credit: &Credit| {
        format!(
            "{} {}",
            credit.kind.name(),
            credit.agency.map_or_else(|| credit.name.clone(), |agency| agency.name().to_owned())
        )
    };
    credits.iter().map(shown).collect()
}

#[derive(serde::Deserialize)]
struct Case {
    lang: String,
    text: String,
    expect: Vec<String>,
}

#[derive(serde::Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn cases() -> Vec<Case> {
    let cases: Cases =
        toml::from_str(include_str!("../../../testdata/credits/forms.toml")).expect("a table of cases");
    cases.case
}

#[test]
fn forms_in_many_languages_make_the_credits_of_the_table() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter(|case| found(&case.text) != case.expect)
        .map(|case| format!("{:?}\n  found  {:?}\n  expect {:?}", case.text, found(&case.text), case.expect))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let languages: BTreeSet<String> = cases().into_iter().map(|case| case.lang).collect();
    assert!(languages.len() >= 10, "{languages:?}");
}

fn check(text: &str, expect: &[&str]) {
    assert_eq!(found(text), expect, "{text:?}");
}

#[test]
fn lines_that_name_a_source() {
    check(
        "Body.\n(Source:www.aljazeera.com)\nBody.\n(Source:www.aljazeera.com)",
        &["source-line www.aljazeera.com"],
    );
    check("本文。\n（出典：共同通信）", &["source-line Kyodo"]);
    check("It opens next summer. (Source: Northwire)", &["source-line Northwire"]);
    check("Fuente: Efe\nQuelle: dpa", &["source-line EFE", "source-line dpa"]);
}

#[test]
fn lines_that_do_not() {
    check("Source code: it is open.\nThe source: unknown", &[]);
    check("Source:", &[]);
    check("(Source: ) x", &[]);
    check(&format!("Source: {}", "a man who asked not to be named ".repeat(4)), &[]);
    check("漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字：x", &[]);
}

#[test]
fn a_megabyte_of_brackets_is_looked_at_once() {
    for unit in
        ["(", ")", "()", "(AP", "(\n", "[（【", "/ ", "«\"“", "- ", "AP - ", "via ", "©", "(AP)\n", "نقلا عن "]
    {
        // Quadratic work on a megabyte would not end within any patience, and so fail; the clock is not asked.
        found(&unit.repeat(1_000_000 / unit.len()));
    }
}

/// Pieces that rules look for, so that texts made of them go deep.
fn pieces() -> impl Strategy<Value = String> {
    let listed = [
        "(",
        ")",
        "[",
        "]",
        "（",
        "）",
        "【",
        "】",
        "«",
        "»",
        "\"",
        "“",
        "”",
        "/",
        "//",
        "-",
        " – ",
        " — ",
        ":",
        "：",
        ". ",
        "\n",
        " ",
        "\u{a0}",
        "\u{200f}",
        "AP",
        "Reuters",
        "واس",
        "共同",
        "新华社",
        "电",
        "By ",
        "Par ",
        "avec l'",
        "via ",
        "Copyright 2020 ",
        "© ",
        "originally published by ",
        "م ",
        "15 ",
        "The ",
        "Source: ",
        "Associated Press",
        "writer",
        "contributed",
        "İ",
        "ß",
        "ﬁ",
        "e\u{301}",
        "😀",
    ];
    prop_oneof![4 => prop::sample::select(listed.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #[test]
    fn spans_are_those_of_the_name_in_any_text(pieces in prop::collection::vec(pieces(), 0..40)) {
        let text = pieces.concat();
        let credits = credits(&text, &paragraphs(&text));
        let mut end = 0;
        for credit in &credits {
            prop_assert_eq!(&text[credit.bytes.clone()], &credit.name);
            let cut: String = text.chars().skip(credit.chars.start).take(credit.chars.len()).collect();
            prop_assert_eq!(&cut, &credit.name);
            prop_assert!(credit.bytes.start >= end, "credits overlap");
            prop_assert!(credit.name.chars().any(char::is_alphanumeric));
            end = credit.bytes.end;
        }
    }

    #[test]
    fn any_name_and_outlet_can_be_compared(name in any::<String>(), outlet in any::<String>()) {
        let credit = Credit { agency: Agency::of(&name), name, kind: CreditKind::Via, bytes: 0..0, chars: 0..0 };
        let _ = credit.names(&outlet);
        let alphanumeric = credit.name.chars().any(char::is_alphanumeric);
        prop_assert!(!alphanumeric || credit.names(&credit.name) || agencies::folded(&credit.name).is_empty());
    }
}
