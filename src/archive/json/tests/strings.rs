//! Strings: escapes, halves of pairs, control characters, lengths.

use std::borrow::Cow;

use super::*;

#[test]
fn a_text_without_escapes_is_borrowed_and_one_with_escapes_is_kept_in_the_buffer() {
    let mut reader = JsonReader::default();
    let line = r#"{"text":"plain é"}"#.as_bytes();
    let (Outcome::Article(record), _) = reader.read(line, &FieldOverrides::default()) else {
        panic!("an article");
    };
    let Cow::Borrowed(text) = record.text else { panic!("not copied") };
    assert!(line.as_ptr_range().contains(&text.as_ptr()));
    let line = br#"{"text":"a\nb"}"#;
    for _ in 0..2 {
        let (Outcome::Article(record), _) = reader.read(line, &FieldOverrides::default()) else {
            panic!("an article");
        };
        assert!(matches!(record.text, Cow::Borrowed("a\nb")));
    }
    let held = reader.text.as_ptr();
    reader.read(line, &FieldOverrides::default());
    assert_eq!(held, reader.text.as_ptr());
}

#[test]
fn all_escapes_are_read() {
    let line = r#"{"text":"\"\\\/\b\f\n\r\t\u0041\u00e9\u00E9\u4e2d\ud83d\ude00\u0000\uffff."}"#;
    assert_eq!(text_of(line), "\"\\/\u{8}\u{c}\n\r\tAéé中😀\0\u{ffff}.");
    check_fast(line);
    check_fast(r#"{"text":"\u2028\u2029\ud7ff\ue000\udbff\udfff"}"#);
    check_fast(
        r#"{"id":"\u0031\n","title":" \u00a0t\u0020","outlet":"a\u002eexample","url":"https:\/\/a.example\/","date":"2020\u002d01-01","text":"a"}"#,
    );
    for bad in ["x", "u", "u1", "u12", "u123", "u123g", "u+123", "U0041", "'", "0", "\n", "é"] {
        check_left(format!(r#"{{"text":"a\{bad}"}}"#));
        check_left(format!(r#"{{"text":"a\{bad} and more behind it"}}"#));
    }
}

#[test]
fn half_surrogate_pairs_are_left_to_the_repairs() {
    for half in [
        r"\ud800",
        r"\udbff",
        r"\udc00",
        r"\udfff",
        r"\ud800\ud800",
        r"\ud83dx",
        r"\ud83d\n",
        r"\ud83d\u0041",
        r"\ud83d\\ude00",
        r"\ude00\ud83d",
        r"\uD83D \uDE00",
        r"\ud83d\ude0",
        r"\ud83d\ude",
    ] {
        check_left(format!(r#"{{"text":"a {half} b"}}"#));
        check_left(format!(r#"{{"text":"a {half}"}}"#));
        check_left(format!(r#"{{"text":"a","x":["{half}"]}}"#));
        check_left(format!(r#"{{"text":"a","x":{{"{half}":0}}}}"#));
    }
}

#[test]
fn control_characters_are_refused_inside_strings_alone() {
    for control in 0..0x20u8 {
        let control = char::from(control);
        check_left(format!("{{\"text\":\"a{control}b\"}}"));
        check_left(format!("{{\"text\":\"a\\n{control}b\"}}"));
        check_left(format!("{{\"text\":\"a\",\"x{control}\":1}}"));
        check_left(format!("{{\"text\":\"a\",\"x\":[{{\"{control}\":1}}]}}"));
        let line = format!("{{{control}\"text\"{control}:{control}\"a\\n\"{control}}}{control}");
        if "\t\n\r".contains(control) { check_fast(line) } else { check_left(line) }
    }
    check_fast("{\"text\":\"a\u{7f}\u{80}\u{85}\u{2028}\u{2029}\u{feff}b\"}");
}

#[test]
fn strings_of_all_lengths_end_where_they_end() {
    for length in 0..150 {
        for end in ["", r"\n", r"\u00e9", r#"\""#, r"\\"] {
            let filled = "x".repeat(length);
            check_fast(format!(r#"{{"{filled}k":"{filled}","text":"{filled}{end}a{filled}{end}"}}"#));
            check_left(format!(r#"{{"text":"{filled}{end}"#));
            check_left(format!(r#"{{"text":"a{filled}\"#));
        }
    }
    check_left(format!(r#"{{"{}":"{}","text":"a"}}"#, "k".repeat(1000), "v".repeat(100_000)));
    check_fast(format!(r#"{{"k":"{}","text":"a{}"}}"#, "v".repeat(100_000), r"b\n".repeat(100_000)));
}

#[test]
fn blank_texts_are_passed_over() {
    for blank in ["", " ", r"\n", r"\u00a0", r"\u2028 \t", "\u{3000}", r"\r\n\f", r"\u000b", r"\u0085 \u3000"]
    {
        check_fast(format!(r#"{{"maintext":"{blank}","text":"{blank}a\nb"}}"#));
        check_fast(format!(r#"{{"text":"{blank}"}}"#));
    }
    for full in [r"\\", r"\u200b", r"\b", r"\u0000", r#"\""#, r"\/", r"\n.", r" \u0041"] {
        check_fast(format!(r#"{{"maintext":"{full}","text":"a\nb"}}"#));
    }
}
