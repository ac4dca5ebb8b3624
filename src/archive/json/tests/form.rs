//! What is JSON and what is not: blanks, numbers, cut records, what is no object.

use super::*;

#[test]
fn blanks_may_stand_between_all_tokens() {
    let tokens = [
        "{",
        "\"text\"",
        ":",
        "\"a\\tb\"",
        ",",
        "\"x\"",
        ":",
        "[",
        "1",
        ",",
        "{",
        "\"y\"",
        ":",
        "null",
        "}",
        ",",
        "[",
        "]",
        ",",
        "{",
        "}",
        "]",
        ",",
        "\"z\"",
        ":",
        "true",
        "}",
    ];
    for blank in ["", " ", "\t", "\r", "\n", " \t\r\n  "] {
        check_fast(format!("{blank}{}{blank}", tokens.join(blank)));
    }
    for no_blank in ["\u{b}", "\u{c}", "\u{a0}", "\u{2028}", "\u{feff}", "\0", "/**/", "#"] {
        for gap in 0..=tokens.len() {
            check_left(format!("{}{no_blank}{}", tokens[..gap].concat(), tokens[gap..].concat()));
        }
    }
}

#[test]
fn a_record_cut_anywhere_is_as_broken_as_before() {
    let line = r#" {"id": -1.5e3, "text":"漢\u6f22\ud83d\ude00\\\"b","x":[true,false,null,{"y":["z",{}]}],"outlet":{"name":"N\u0041"},"date":{"$date":12}} "#;
    check_fast(line);
    for at in 0..line.len() {
        check_told(&line.as_bytes()[..at], &FieldOverrides::default());
        check_told(&line.as_bytes()[at..], &FieldOverrides::default());
        for byte in *b"\"\\{}[],: 0-.eE\x00\x1f\x80\xff\nnu" {
            let mut broken = line.as_bytes().to_vec();
            broken[at] = byte;
            check_told(&broken, &FieldOverrides::default());
            broken.insert(at, line.as_bytes()[at]);
            check_told(&broken, &FieldOverrides::default());
        }
    }
}

#[test]
fn numbers_are_those_of_json() {
    let plain =
        ["0", "-0", "1", "-1", "10", "1.5", "-0.0", "1e5", "1E5", "1e+5", "1e-5", "0e0", "0.1e99", "1e-99"];
    let long = [
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "12345678901234567890123456789",
        "9007199254740993.0",
        "0.1234567890123456789012345",
    ];
    for number in plain.into_iter().chain(long) {
        check_fast(format!(
            r#"{{"text":"a","id":{number},"title":{number},"date":{number},"outlet":{number}}}"#
        ));
        check_fast(format!(r#"{{"text":{number}}}"#));
        check_fast(format!(r#"{{"text":"a","x":[{number},{{"y":{number}}}]}}"#));
    }
    let none = [
        "01",
        "-01",
        "1.",
        ".5",
        "-",
        "+1",
        "1e",
        "1e+",
        "1.e5",
        "1.5.5",
        "1e5e5",
        "0x10",
        "1_000",
        "NaN",
        "Infinity",
        "-Infinity",
        "nan",
        "--1",
        "1-",
        "00",
        "-.5",
        "٣",
        "1,",
        ",1",
    ];
    let far = ["1e100", "1E400", "-1E400", "1e-400", "0e999", "1e0000001"];
    for number in none.into_iter().chain(far) {
        check_left(format!(r#"{{"text":"a","id":{number}}}"#));
        check_left(format!(r#"{{"text":"a","x":[{{"y":{number}}}]}}"#));
    }
    for digits in 1..400 {
        for point in ["", ".5", "e9", "e99"] {
            check_told(
                format!(r#"{{"text":"a","id":{}{point}}}"#, "9".repeat(digits)).as_bytes(),
                &FieldOverrides::default(),
            );
        }
    }
}

#[test]
fn what_is_no_plain_object_is_left() {
    for line in [
        "",
        " ",
        "{",
        "}",
        "[]",
        "[{}]",
        "\"text\"",
        "null",
        "1",
        "{}{}",
        "{} {}",
        "{}x",
        "{},",
        "{\"text\":\"a\"} x",
        "{\"text\":\"a\",}",
        "{,\"text\":\"a\"}",
        "{\"text\" \"a\"}",
        "{\"text\":}",
        "{\"text\"}",
        "{text:\"a\"}",
        "{'text':'a'}",
        "{1:2}",
        "{\"text\":\"a\" \"b\":1}",
        "{\"text\":\"a\"",
        "{\"text\":\"a}",
        "{\"text\":\"a\\\"}",
        "\u{feff}{\"text\":\"a\"}",
        "{\"text\":tru}",
        "{\"text\":truex}",
        "{\"text\":True}",
        "{\"text\":[1,]}",
        "{\"text\":[,]}",
        "{\"text\":[1 2]}",
        "{\"text\":{\"a\"}}",
        "{\"text\":{\"a\":1,}}",
        "{\"text\":[}",
        "{\"text\":]}",
        "{\"text\":[1}]",
        "{\"text\":\"a\"}\0",
        "\0",
    ] {
        check_left(line);
    }
    check_left(b"{\"text\":\"caf\xe9\"}");
    check_left(b"{\"text\":\"a\",\"\xff\":1}");
    check_left(b"{\"text\":\"\xed\xa0\x80\"}");
    check_left(b"{\"text\":\"a\"}\xc3");
    for line in [
        "{}",
        " { } ",
        r#"{"text":""}"#,
        r#"{"text":" \n\u00a0\t"}"#,
        r#"{"text":null}"#,
        r#"{"x":1}"#,
        "{\"text\":\"a\"}\r",
        "{\"\":0,\"text\":\"a\"}",
    ] {
        check_fast(line);
    }
}
