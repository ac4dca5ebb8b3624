//! Records as producers write them.

use super::*;
use serde_json::json;

/// `noun` of the record as `value < name`, or `-`.
fn told(record: &Value, overrides: &FieldOverrides, noun: &str) -> String {
    let fields = recognise(record.as_object().expect("a test gives an object"), overrides);
    let chosen = fields.chosen;
    let (value, name) = match noun {
        "text" => (
            match fields.text {
                TextField::Found(text) => Some(text.read().into_owned()),
                other => Some(format!("{other:?}")),
            },
            chosen.text,
        ),
        "id" => (fields.id.map(Cow::into_owned), chosen.id),
        "title" => (fields.title.map(Cow::into_owned), chosen.title),
        "outlet" => (fields.outlet.map(Cow::into_owned), chosen.outlet),
        "url" => (fields.url.map(Cow::into_owned), chosen.url),
        "date" => (
            match fields.published {
                Published::None => None,
                Published::Ok(date) => Some(date.to_string()),
                Published::Bad(_) => Some("bad".to_owned()),
            },
            chosen.published,
        ),
        _ => panic!("no noun {noun}"),
    };
    match (value, name) {
        (Some(value), Some(name)) => format!("{value} < {name}"),
        (Some(value), None) => value,
        (None, None) => "-".to_owned(),
        (None, Some(name)) => panic!("{noun} has a name ({name}) and no value"),
    }
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a table reads better without `&`")]
fn check(record: Value, noun: &str, expect: &str) {
    assert_eq!(told(&record, &FieldOverrides::default(), noun), expect, "{noun} of {record}");
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a table reads better without `&`")]
fn check_told(record: Value, overrides: &FieldOverrides, noun: &str, expect: &str) {
    assert_eq!(told(&record, overrides, noun), expect, "{noun} of {record}");
}

#[test]
fn the_first_text_that_says_something_wins() {
    check(json!({"maintext": "a", "text": "b"}), "text", "a < maintext");
    check(json!({"maintext": null, "text": " b "}), "text", " b  < text");
    check(json!({"maintext": " \n", "content": "c"}), "text", "c < content");
    check(json!({"body": {"sections": []}, "plaintext": "c"}), "text", "c < plaintext");
    check(json!({"fields": {"bodyText": "c"}}), "text", "c < fields.bodyText");
    check(json!({"text": "", "body": " "}), "text", "Empty < text");
    check(json!({"text": null}), "text", "Empty < text");
    check(json!({"text": "", "maintext": null}), "text", "Empty < maintext");
    check(json!({"text": null, "body": ["p"]}), "text", "NotString(\"array\") < body");
    check(json!({"fields": {"bodyText": null}}), "text", "Empty < fields.bodyText");
    check(json!({"Text": null}), "text", "Empty < text");
    let told = FieldOverrides { text: Some("words".into()), ..FieldOverrides::default() };
    check_told(json!({"words": null, "text": "a"}), &told, "text", "Empty < as told");
    check_told(json!({"text": "a"}), &told, "text", "Missing");
    check(json!({"description": "d", "summary": "s"}), "text", "Missing");
    check(json!({}), "text", "Missing");
    check(json!({"text": "", "body": ["p"]}), "text", "NotString(\"array\") < body");
    check(json!({"text": 7}), "text", "NotString(\"number\") < text");
    check(json!({"text": true, "content": {}}), "text", "NotString(\"boolean\") < text");
}

#[test]
fn an_id_tells_records_apart() {
    check(json!({"id": " a1 "}), "id", "a1 < id");
    check(json!({"id": 17}), "id", "17 < id");
    check(json!({"id": 18_446_744_073_709_551_615_u64}), "id", "18446744073709551615 < id");
    check(json!({"id": -17}), "id", "-17 < id");
    check(json!({"id": 12.0}), "id", "12.0 < id");
    check(json!({"id": 1e20}), "id", "-");
    check(json!({"id": true, "uuid": "u"}), "id", "u < uuid");
    check(json!({"id": [1], "uuid": {}}), "id", "-");
    check(json!({"id": "None", "guid": "g"}), "id", "g < guid");
    check(json!({"_id": {"$oid": "5f"}}), "id", "5f < _id.$oid");
    check(json!({"uri": "8176521234"}), "id", "8176521234 < uri");
    check(json!({"uri": "https://paper.example/a"}), "id", "-");
    check(json!({"uri": "https://paper.example/a"}), "url", "https://paper.example/a < uri");
    check(json!({"uri": "8176521234"}), "url", "-");
}

#[test]
fn titles_and_urls() {
    check(json!({"title": " ", "headline": "h"}), "title", "h < headline");
    check(json!({"headline": {"main": "h"}}), "title", "h < headline.main");
    check(json!({"title": 1984}), "title", "1984 < title");
    check(json!({"title": "Unknown"}), "title", "Unknown < title");
    check(json!({"url": "None", "link": " http://a.example/ "}), "url", "http://a.example/ < link");
    check(json!({"metadata": {"url": "http://a.example/"}}), "url", "http://a.example/ < metadata.url");
    check(json!({"url": {"href": "x"}}), "url", "-");
}

#[test]
fn a_source_is_a_url_a_domain_an_object_or_a_name() {
    let trafilatura = json!({"source": "https://www.minato-shimbun.example/a", "text": "t"});
    check(trafilatura.clone(), "url", "https://www.minato-shimbun.example/a < source");
    check(trafilatura, "outlet", "minato-shimbun.example < url (registrable domain)");
    let both = json!({"source": "https://a.example/1", "url": "https://b.example/2"});
    check(both.clone(), "url", "https://b.example/2 < url");
    check(both, "outlet", "b.example < url (registrable domain)");
    check(json!({"source": "www.Paper.example"}), "outlet", "paper.example < source");
    check(json!({"source": "www.paper.example"}), "url", "-");
    check(json!({"source": " The Paper "}), "outlet", "The Paper < source");
    check(
        json!({"source": "unknown", "url": "https://b.example/2"}),
        "outlet",
        "b.example < url (registrable domain)",
    );
    check(json!({"source": {"uri": "bbc.co.uk", "title": "BBC"}}), "outlet", "bbc.co.uk < source.uri");
    check(json!({"source": {"id": null, "name": "BBC News"}}), "outlet", "BBC News < source.name");
    check(json!({"source": {"id": 7}}), "outlet", "7 < source.id");
    check(json!({"source": {}, "site_name": "S"}), "outlet", "S < site_name");
    let dolma =
        json!({"source": "common-crawl", "added": "2023-01-01", "metadata": {"url": "http://a.example/x"}});
    check(dolma.clone(), "outlet", "a.example < url (registrable domain)");
    check(dolma, "date", "2023-01-01 < added");
}

#[test]
fn outlets_of_other_producers() {
    check(json!({"outlet": " Reuters ", "url": "http://a.example/"}), "outlet", "Reuters < outlet");
    check(json!({"outlet": "Amazon.com"}), "outlet", "Amazon.com < outlet");
    check(json!({"outlet": "", "publisher": {"name": "P"}}), "outlet", "P < publisher.name");
    check(
        json!({"publisher": {"name": " ", "domain": "WWW.p.example"}}),
        "outlet",
        "p.example < publisher.domain",
    );
    check(json!({"publisher": "https://www.p.example/about"}), "outlet", "p.example < publisher");
    check(json!({"source_domain": "www.sport.p.example"}), "outlet", "sport.p.example < source_domain");
    check(
        json!({"thread": {"site": "p.example", "site_full": "www.p.example"}}),
        "outlet",
        "p.example < thread.site",
    );
    check(
        json!({"thread.site": "q.example", "thread": {"site": "p.example"}}),
        "outlet",
        "q.example < thread.site",
    );
    check(json!({"series": "sn83030214"}), "outlet", "sn83030214 < series");
    check(json!({"outlet": 12}), "outlet", "12 < outlet");
    check(json!({"outlet": ["a"], "url": "http://10.0.0.1/"}), "outlet", "-");
}

#[test]
fn the_first_date_that_can_be_read_wins() {
    check(json!({"date_publish": "None", "date": "2018-07-15"}), "date", "2018-07-15 < date");
    check(json!({"date": "soon", "created": "2018-07-15"}), "date", "2018-07-15 < created");
    check(json!({"date": "soon", "published": "later"}), "date", "bad < published");
    check(json!({"date": null, "published": true}), "date", "-");
    check(json!({"date": 1_531_655_668}), "date", "2018-07-15T11:54:28Z < date");
    check(json!({"date": 1_531_655_668_123_u64}), "date", "2018-07-15T11:54:28Z < date");
    check(json!({"date": 1.531_655_668e9}), "date", "2018-07-15T11:54:28Z < date");
    check(json!({"date": {"$date": "2018-07-15T11:54:28Z"}}), "date", "2018-07-15T11:54:28Z < date");
    check(json!({"date": {"$date": 1_531_655_668_000_u64}}), "date", "2018-07-15T11:54:28Z < date");
    check(
        json!({"date": {"$date": {"$numberLong": "1531655668000"}}}),
        "date",
        "2018-07-15T11:54:28Z < date",
    );
    check(
        json!({"date": "2018-07-15", "dateTime": "2018-07-15T11:54:28Z"}),
        "date",
        "2018-07-15T11:54:28Z < dateTime",
    );
    check(json!({"date": {"year": 2018}}), "date", "bad < date");
    check(json!({"date": ["2018-07-15"]}), "date", "bad < date");
    check(json!({}), "date", "-");
}

#[test]
fn keys_in_capitals_are_found_after_exact_ones() {
    check(json!({"Text": "a", "TITLE": "b"}), "text", "a < text");
    check(json!({"Text": "a", "TITLE": "b"}), "title", "b < title");
    check(json!({"MAINTEXT": "a", "article": "b"}), "text", "b < article");
    check(json!({"Text": "a", "text": ""}), "text", "a < text");
    check(json!({"TEXT": "a", "Text": "b"}), "text", "a < text");
    check(json!({"articlebody": "a"}), "text", "a < articlebody");
    check(json!({"Source": {"Name": "x"}, "Publisher": {"name": "P"}}), "outlet", "P < publisher.name");
}

#[test]
fn a_field_that_was_named_is_the_only_one_looked_at() {
    let overrides = FieldOverrides {
        text: Some("a.b.c".to_owned()),
        id: Some("key".to_owned()),
        outlet: Some("where".to_owned()),
        date: Some("when".to_owned()),
        title: Some("a.b".to_owned()),
        url: Some("at".to_owned()),
    };
    let usual =
        json!({"text": "t", "id": "i", "url": "http://a.example/", "date": "2018-07-15", "title": "h"});
    for (noun, expect) in
        [("text", "Missing"), ("id", "-"), ("outlet", "-"), ("date", "-"), ("title", "-"), ("url", "-")]
    {
        check_told(usual.clone(), &overrides, noun, expect);
    }
    check_told(json!({"a": {"b": {"c": "t"}}}), &overrides, "text", "t < as told");
    check_told(json!({"a": {"b.c": "t"}}), &overrides, "text", "t < as told");
    check_told(json!({"a.b.c": "x", "a": {"b": {"c": "t"}}}), &overrides, "text", "x < as told");
    check_told(json!({"a": {"b": {"c": 1}}}), &overrides, "text", "NotString(\"number\") < as told");
    check_told(json!({"a": {"b": "h"}}), &overrides, "title", "h < as told");
    check_told(json!({"key": 3}), &overrides, "id", "3 < as told");
    check_told(
        json!({"where": "https://www.a.example/x", "at": "y"}),
        &overrides,
        "outlet",
        "a.example < as told",
    );
    check_told(json!({"where": {"title": "A"}}), &overrides, "outlet", "A < as told");
    check_told(json!({"where": "www.a.example"}), &overrides, "outlet", "www.a.example < as told");
    check_told(json!({"when": "soon"}), &overrides, "date", "bad < as told");
}

#[test]
fn where_no_text_is_there_some_of_what_is_there_is_told() {
    let here = |record: Value| {
        recognise(record.as_object().expect("a test gives an object"), &FieldOverrides::default()).here
    };
    assert_eq!(here(json!({"text": "a"})), None);
    assert_eq!(here(json!({"text": null})), None);
    assert_eq!(here(json!({})).as_deref(), Some("none"));
    assert_eq!(here(json!({"b\n'": 1, "a": 2})).as_deref(), Some("a, b\\n'"));
    let many: Map<_, _> = (10..30).map(|key| (key.to_string(), json!(1))).collect();
    assert_eq!(here(many.into()).as_deref(), Some("10, 11, 12, 13, 14, 15, 16, 17, … (12 more)"));
    assert_eq!(here(json!({"x".repeat(50): 1})), Some("x".repeat(40) + "…"));
}

#[test]
fn a_table_without_a_column_that_may_hold_the_text_says_so_of_all_rows() {
    let check = |columns: &[(&str, Option<&'static str>)],
                 told: Option<&str>,
                 expect: Option<(ProblemKind, &str)>| {
        let columns: Vec<ColumnInfo<'_>> =
            columns.iter().map(|&(name, unread)| ColumnInfo { name, unread }).collect();
        let overrides = FieldOverrides { text: told.map(str::to_owned), ..FieldOverrides::default() };
        let found = without_text(&columns, &overrides);
        let kind = found.as_ref().map(|(kind, _)| *kind);
        assert_eq!(kind, expect.map(|(kind, _)| kind), "{found:?}");
        if let Some((_, message)) = found {
            assert!(expect.is_some_and(|(_, says)| message.contains(says)), "{message}");
        }
    };
    for may_hold in ["text", "TEXT", "fields", "Fields.bodyText"] {
        check(&[("id", None), (may_hold, None)], None, None);
    }
    let missing = |says| Some((ProblemKind::TextMissing, says));
    check(&[("id", None), ("body_html", None)], None, missing("fields here: id, body_html"));
    check(&[("text", None), ("n", Some("a list"))], Some("b"), missing("fields here: text, n"));
    check(&[("a", None)], Some("a.b.c"), None);
    check(&[], None, missing("fields here: none"));
    let list = Some((ProblemKind::TextNotString, "the text field words is a list, not a string"));
    check(&[("text", None), ("words", Some("a list"))], Some("words"), list);
    check(&[("text", Some("a list")), ("body", None)], None, None);
}
