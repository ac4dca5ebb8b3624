//! The fast reader against the definition, on records made to hurt.

use std::borrow::Cow;

use proptest::prelude::*;

use super::super::fields::Noun;
use super::*;

/// Reads a line as the definition does, with a fresh reader and with one that has read other lines; tells whether the
/// walk took it.
#[track_caller]
fn check_told(line: &[u8], overrides: &FieldOverrides) -> bool {
    let expect = read_json_by_definition(line, overrides);
    let expect_text = match &expect.0 {
        Outcome::Article(record) => Some(record.text.clone().into_owned()),
        Outcome::Empty | Outcome::Rejected => None,
    };
    let shown = String::from_utf8_lossy(line);
    let mut reader = JsonReader::default();
    // The second time the keys are expected and the text is unescaped on the way; after another record they are not.
    for _ in 0..2 {
        assert_eq!(reader.read(line, overrides), expect, "{shown}");
    }
    let other = br#"{"text":"x\ny","id":3}"#;
    assert!(matches!(reader.read(other, &FieldOverrides::default()).0, Outcome::Article(_)));
    for _ in 0..2 {
        assert_eq!(reader.read_text(line, overrides).as_deref(), expect_text.as_deref(), "{shown}");
    }
    assert_eq!(reader.read(line, overrides), expect, "{shown}");
    let JsonReader { mut members, mut shapes, mut text } = reader;
    Walked::of(line, &mut members, &mut shapes, &mut text).is_some()
}

/// A line that the walk takes.
#[track_caller]
fn check_fast(line: impl AsRef<[u8]>) {
    let line = line.as_ref();
    assert!(check_told(line, &FieldOverrides::default()), "not walked: {}", String::from_utf8_lossy(line));
}

/// A line that is left to the definition.
#[track_caller]
fn check_left(line: impl AsRef<[u8]>) {
    let line = line.as_ref();
    assert!(!check_told(line, &FieldOverrides::default()), "walked: {}", String::from_utf8_lossy(line));
}

fn text_of(line: &str) -> String {
    match JsonReader::default().read(line.as_bytes(), &FieldOverrides::default()).0 {
        Outcome::Article(record) => record.text.into_owned(),
        other => panic!("no article but {other:?}: {line}"),
    }
}

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

#[test]
fn a_key_twice_or_with_escapes_is_left() {
    check_left(r#"{"text":"a","text":"b"}"#);
    check_left(r#"{"text":"a","x":1,"y":2,"x":3}"#);
    check_left(r#"{"te\u0078t":"a"}"#);
    check_left(r#"{"text":"a","te\u0078t":"b"}"#);
    check_left(r#"{"text":"a","x\"":"b"}"#);
    check_fast(r#"{"text":"a","Text":"b","TEXT":"c"}"#);
    // Inside of a member the last one counts, however it is spelled.
    check_fast(r#"{"text":"a","source":{"name":"one","n\u0061me":"two","uri":null,"uri":"b.example"}}"#);
    check_fast(r#"{"text":"a","source":{"n\u0061me":"two","name":"one"}}"#);
    check_fast(r#"{"fields":{"bodyText":"a","x":{"bodyText":"no"},"body\u0054ext":"b\nc"}}"#);
}

#[test]
fn members_are_reached_by_dotted_paths() {
    for line in [
        r#"{"fields":{"bodyText":"c\nd"}}"#,
        r#"{"fields.bodyText":"d","fields":{"bodyText":"c"}}"#,
        r#"{"fields.bodyText":null,"fields":{"bodyText":"c"}}"#,
        r#"{"fields":[{"bodyText":"c"}]}"#,
        r#"{"fields":"bodyText"}"#,
        r#"{"fields":{}}"#,
        r#"{"fields": { "x" : [1, {"bodyText":"no"}] , "bodyText" : "c" } }"#,
        r#"{"text":"a","_id":{"$oid":"5f"},"date":{"$date":{"$numberLong":"1262304000000"}}}"#,
        r#"{"text":"a","metadata":{"url":"https://a.example/","date":"2020-01-01"},"added":null,"source":"c4"}"#,
        r#"{"text":"a","metadata":[],"added":1,"source":"c4"}"#,
        r#"{"text":"a","thread":{"site":"b.example","url":"https:\/\/b.example\/x"},"publisher":{"name":"P\u0051","url":"https://p.example"}}"#,
        r#"{"text":"a","Source":{"uri":"b.example"},"SOURCE":"c.example","Id":1,"iD":2,"ID":null}"#,
    ] {
        check_fast(line);
    }
    let overrides = FieldOverrides {
        text: Some("a.b.c".into()),
        id: Some("n".into()),
        outlet: Some("o.name".into()),
        date: Some("a.d".into()),
        title: Some("missing.x".into()),
        url: Some("u".into()),
    };
    for line in [
        r#"{"a":{"b":{"c":"t\nu"},"d":"2020-01-01"},"n":5,"o":{"name":"N"},"u":" https://a.example/ "}"#,
        r#"{"a.b.c":"one","a":{"b.c":"two","b":{"c":"three"}}}"#,
        r#"{"a":{"b.c":"two","b":{"c":"three"}},"n":null}"#,
        r#"{"a":{"b":{"c":1}}}"#,
        r#"{"a":{"b":[]}}"#,
        r#"{"text":"not this"}"#,
        r#"{"a":{"b":{"c":" "}},"o":{"uri":"x.example"}}"#,
    ] {
        assert!(check_told(line.as_bytes(), &overrides), "{line}");
    }
}

#[test]
fn nesting_is_walked_to_a_depth_and_left_beyond() {
    for depth in 1..200 {
        for (open, close) in [("[", "]"), ("{\"x\":", "}"), ("[{\"x\":[", "]}]")] {
            let inner = if open.ends_with(':') { "1" } else { "" };
            let line =
                format!("{{\"text\":\"a\",\"deep\":{}{inner}{}}}", open.repeat(depth), close.repeat(depth));
            let walked = check_told(line.as_bytes(), &FieldOverrides::default());
            let levels = 1 + depth * if open.len() > 5 { 3 } else { 1 };
            assert_eq!(walked, levels <= 64, "{depth}");
        }
    }
    check_left(format!("{{\"text\":\"a\",\"x\":{}", "[".repeat(100_000)));
    check_left(format!("{{\"text\":\"a\",\"x\":{}", "{\"x\":".repeat(100_000)));
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
fn so_many_members_are_walked_and_no_more() {
    for members in [0, 1, 2, 249, 250, 251, 1000] {
        let line: Vec<String> = (0..members).map(|i| format!("\"k{i}\":{i}")).collect();
        let line = format!("{{{}}}", line.join(","));
        assert_eq!(check_told(line.as_bytes(), &FieldOverrides::default()), members <= 250);
    }
}

#[test]
fn hundreds_of_spellings_of_one_name_are_tried_in_order() {
    // Every member may hold the text, and one by two names of the table.
    let spelled = |number: u32| -> String {
        let case = |(place, letter): (u32, char)| match number >> place & 1 {
            0 => letter,
            _ => letter.to_ascii_uppercase(),
        };
        (0..).zip("articlebody".chars()).map(case).collect()
    };
    let spellings = (0..249).map(spelled).filter(|key| key != "articleBody");
    let mut members: Vec<String> = spellings.map(|key| format!("\"{key}\":\" \\n\"")).collect();
    members.push("\"articleBody\":\"\\n\"".into());
    members.push("\"ARTICLE\":\"a\\nb\"".into());
    check_fast(format!("{{{}}}", members.join(",")));
    members.reverse();
    check_fast(format!("{{{}}}", members.join(",")));
}

#[test]
fn records_of_many_shapes_are_read_by_one_reader() {
    let mut reader = JsonReader::default();
    let overrides = FieldOverrides::default();
    for round in 0..3 {
        for shape in 0..30 {
            let extra: Vec<String> = (0..shape).map(|i| format!("\"k{i}\":{i},")).collect();
            let line = format!("{{{}\"text\":\"a\\n{shape}\",\"id\":{round}}}", extra.concat());
            let read = reader.read(line.as_bytes(), &overrides);
            assert_eq!(read, read_json_by_definition(line.as_bytes(), &overrides));
        }
    }
    assert!(matches!(reader.read(b"{}", &overrides).0, Outcome::Rejected));
    // Like the record before, and then not.
    for line in [
        r#"{"id":1,"text":"a\nb","url":"x"}"#,
        r#"{"id":1,"text":"c\nd","url":"x"}"#,
        r#"{"id":1,"text":"c\nd"}"#,
        r#"{"id":1,"text":null,"url":"x"}"#,
        r#"{"id":1,"text":"\ud800","url":"x"}"#,
        r#"{"id":1,"text":"c\nd","url":"x","url":"y"}"#,
        r#"{"id":1,"text":"c\nd","urls":"x"}"#,
        r#"{"id":1,"texts":"c\nd","url":"x"}"#,
        r#"{"id":1,"maintext":"e\nf","text":"c\nd","url":"x"}"#,
        r#"{"id":1,"maintext":" \n","text":"c\nd","url":"x"}"#,
        r#"{"id":1,"maintext":"plain","text":"c\nd","url":"x"}"#,
        r#"{"text":"c\nd","id":1,"maintext":"e\nf"}"#,
        r#"{"text":"c\nd","id":1,"maintext":"\n"}"#,
        r#"{"text":"c\nd","id":1,"maintext":"g\nh"}"#,
    ] {
        for _ in 0..2 {
            assert_eq!(
                reader.read(line.as_bytes(), &overrides),
                read_json_by_definition(line.as_bytes(), &overrides),
                "{line}"
            );
        }
    }
}

/// Keys: those of the tables, their parts, in other cases, and others.
fn key() -> impl Strategy<Value = String> {
    let names: Vec<&str> =
        super::super::fields::NOUNS.iter().flat_map(|noun: &Noun| noun.names()).copied().collect();
    let parts: Vec<String> = names.iter().flat_map(|name| name.split('.')).map(str::to_owned).collect();
    prop_oneof![
        8 => proptest::sample::select(names.clone()).prop_map(str::to_owned),
        2 => proptest::sample::select(names).prop_map(str::to_uppercase),
        4 => proptest::sample::select(parts),
        1 => proptest::sample::select(vec!["name", "uri", "domain", "id", "url", "$date", "$numberLong", "$oid", "added", "metadata", "x", "", "é", "Text", "tEXT", "te\\u0078t"]).prop_map(str::to_owned),
        1 => "[a-zA-Z.]{0,12}",
    ]
}

/// What stands between the quotes of a string.
fn written_text() -> impl Strategy<Value = String> {
    let bits = proptest::sample::select(vec![
        "a",
        " ",
        "word ",
        "é",
        "漢",
        "😀",
        "\\n",
        "\\t",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\u0000",
        "\u{2028}",
        "https://a.example/x",
        "b.example",
        "2020-01-02",
        "none",
        "0",
        "a long run of plain text without anything to stop at ",
    ]);
    proptest::collection::vec(bits, 0..8).prop_map(|bits| bits.concat())
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        8 => written_text().prop_map(|text| format!("\"{text}\"")),
        2 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_filter("JSON has no other", |number| number.is_finite()).prop_map(|number| format!("{number:?}")),
        1 => "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
        2 => proptest::sample::select(vec!["null", "true", "false", "[]", "{}", "0", "-0", "1577836800", "\"\"", "\"https://c.example/\""]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec((key(), inner), 0..4).prop_map(|members| object(&members)),
        ]
    })
}

fn object(members: &[(String, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(", "))
}

fn line() -> impl Strategy<Value = String> {
    proptest::collection::vec((key(), value()), 0..9).prop_map(|members| object(&members))
}

/// What breaks a line: where, how many bytes go, and what comes.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    let hostile: Vec<&'static [u8]> = vec![
        b"\"",
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\\u",
        b"\\ud800",
        b"\\udc00",
        b"\\ud83d\\ude00",
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"-",
        b"\0",
        b"\t",
        b"\r",
        b"\n",
        b" ",
        b"\xff",
        b"\xc3",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\"text\":\"again\",",
        b",\"text\":null",
        b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        b"true",
        b"null",
    ];
    let bytes = prop_oneof![
        6 => proptest::sample::select(hostile).prop_map(<[u8]>::to_vec),
        2 => proptest::collection::vec(any::<u8>(), 0..3),
    ];
    (any::<prop::sample::Index>(), prop_oneof![3 => Just(0usize), 2 => Just(1), 1 => 0..40usize], bytes)
}

fn overrides() -> impl Strategy<Value = FieldOverrides> {
    let path = || {
        proptest::option::weighted(
            0.2,
            prop_oneof![3 => key(), 1 => (key(), key()).prop_map(|(a, b)| format!("{a}.{b}"))],
        )
    };
    (path(), path(), path(), path(), path(), path()).prop_map(|(text, id, outlet, date, title, url)| {
        FieldOverrides { text, id, outlet, date, title, url }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_reader_agrees_with_the_definition(line in line(), overrides in overrides()) {
        check_told(line.as_bytes(), &FieldOverrides::default());
        check_told(line.as_bytes(), &overrides);
    }

    #[test]
    fn the_reader_agrees_with_the_definition_on_broken_lines(
        line in line(),
        mutations in proptest::collection::vec(mutation(), 1..4),
    ) {
        let mut line = line.into_bytes();
        for (at, taken, given) in mutations {
            let at = at.index(line.len() + 1);
            let end = (at + taken).min(line.len());
            line.splice(at..end, given);
        }
        check_told(&line, &FieldOverrides::default());
    }

    #[test]
    fn the_reader_agrees_with_the_definition_on_any_bytes(line in proptest::collection::vec(any::<u8>(), 0..60)) {
        check_told(&line, &FieldOverrides::default());
    }

    #[test]
    fn one_reader_agrees_with_the_definition_on_many_lines(lines in proptest::collection::vec(line(), 1..6), order in proptest::collection::vec(any::<prop::sample::Index>(), 1..20)) {
        let mut reader = JsonReader::default();
        let overrides = FieldOverrides::default();
        for index in order {
            let line = index.get(&lines).as_bytes();
            prop_assert_eq!(reader.read(line, &overrides), read_json_by_definition(line, &overrides));
        }
    }
}
