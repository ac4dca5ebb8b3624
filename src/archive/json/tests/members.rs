//! Members: keys, paths, depth, many of them.

use super::*;

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
