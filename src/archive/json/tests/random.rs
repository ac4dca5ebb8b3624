//! Records at random, whole and broken.

use proptest::prelude::*;

use super::super::super::fields::{NOUNS, Noun};
use super::*;

/// Keys: those of the tables, their parts, in other cases, and others.
fn key() -> impl Strategy<Value = String> {
    let names: Vec<&str> = NOUNS.iter().flat_map(|noun: &Noun| noun.names()).copied().collect();
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
