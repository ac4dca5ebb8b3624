//! Forms filled in anew, and pages under other articles' headlines: what is no story though it resembles.

use serde_json::{Value, json};

use crate::support::{Report, Scan, string};

/// A release of 150 words and more about a town and its sum.
fn release(town: &str, sum: &str) -> String {
    format!(
        "Senator Smith announced today that the {town} fire department will receive {sum} dollars under the act. \
         The money helps {town} to buy engines, ladders and hoses that its crews have long asked for. \"Those who \
         run towards the fire deserve the best we can give them,\" the senator said after the vote. \"I have worked \
         for years so that small departments get their share of what the treasury spends on safety.\" The programme was \
         begun in the first term and has since given grants to hundreds of departments in every county of the state. \
         Applications are judged by other fire fighters, not by officials, and nine in ten of the grants went to \
         volunteers. The next round opens in spring, and the office of the senator helps everyone who wants to apply. \
         Forms can be had at any station house or by mail, and the deadline is told there as well. In past years the \
         state ranked among the first ten in what its departments were given, ahead of some that are larger by far."
    )
}

fn scanned(records: &[(&str, &str, String)], more: &[&str]) -> Report {
    let line = |(at, (id, outlet, text)): (usize, &(&str, &str, String))| {
        let day = format!("2025-03-{:02}", at + 1);
        json!({"id": id, "outlet": outlet, "date": day, "text": text}).to_string()
    };
    let lines: Vec<String> = records.iter().enumerate().map(line).collect();
    let scan = Scan::of("a.jsonl", lines.join("\n"));
    scan.scan_to("report", &[&["a.jsonl", "--only", "duplicates"], more].concat())
}

fn stories(report: &Report) -> Vec<Vec<String>> {
    let members = |story: &Value| -> Vec<String> {
        let members = story["members"].as_array().unwrap();
        members.iter().map(|member| string(member, "id").to_owned()).collect()
    };
    report.table("stories").iter().map(members).collect()
}

#[test]
fn one_outlets_form_filled_in_anew_is_no_story() {
    let records = [
        ("a", "smith", release("Erie", "88,500")),
        ("b", "smith", release("Sylvania", "11,700")),
        ("c", "smith", release("Two Rivers", "106,200")),
    ];
    let report = scanned(&records, &[]);
    assert!(stories(&report).is_empty());
    assert_eq!(report.count("templates"), 2);
    assert!(report.articles().values().all(|row| row["role"] == "single"));
    // Every pair is still told to whoever asks for all of them.
    assert_eq!(scanned(&records, &["--all-pairs"]).table("matches").len(), 3);
}

#[test]
fn across_outlets_the_same_form_is_a_story() {
    let records = [("a", "smith", release("Erie", "88,500")), ("b", "jones", release("Sylvania", "11,700"))];
    assert_eq!(stories(&scanned(&records, &[])), [["a", "b"]]);
}

#[test]
fn a_revision_and_a_new_date_are_a_story() {
    let revised = release("Erie", "88,500").replace("have long asked for", "asked for again and again");
    let dated = |day: &str| format!("March {day}. {}", release("Erie", "88,500"));
    let records = [("a", "smith", release("Erie", "88,500")), ("b", "smith", revised)];
    assert_eq!(stories(&scanned(&records, &[])), [["a", "b"]]);
    let records = [("a", "smith", dated("3")), ("b", "smith", dated("17"))];
    assert_eq!(stories(&scanned(&records, &[])), [["a", "b"]]);
}

#[test]
fn what_is_filled_in_alike_is_a_story_of_its_own() {
    let again = release("Sylvania", "11,700").replace("larger by far.", "larger still.");
    let records = [
        ("a", "smith", release("Erie", "88,500")),
        ("b", "smith", release("Sylvania", "11,700")),
        ("c", "smith", again),
        ("d", "paper", release("Erie", "88,500")),
        ("e", "smith", release("Sylvania", "11,700")),
    ];
    let report = scanned(&records, &[]);
    assert_eq!(stories(&report), [vec!["a", "d"], vec!["b", "c", "e"]]);
    assert_eq!(report.count("templates"), 3);
}

#[test]
fn one_blank_is_a_correction_twice_and_a_form_from_the_third_filling_on() {
    let notice = |sum: &str| release("Erie", "88,500").replace("hundreds", sum);
    let two = [("a", "smith", notice("412")), ("b", "smith", notice("433"))];
    assert_eq!(stories(&scanned(&two, &[])), [["a", "b"]]);
    let three = [two.to_vec(), vec![("c", "smith", notice("471"))]].concat();
    let report = scanned(&three, &[]);
    assert!(stories(&report).is_empty());
    assert_eq!(report.count("templates"), 2);
}

#[test]
fn what_others_print_of_a_filling_is_a_story_with_it_and_not_with_the_form() {
    let records = [
        ("a", "smith", release("Erie", "88,500")),
        ("b", "smith", release("Sylvania", "11,700")),
        ("c", "paper", format!("As we have heard: {}", release("Sylvania", "11,700"))),
    ];
    let report = scanned(&records, &[]);
    assert_eq!(stories(&report), [["b", "c"]]);
    assert_eq!(report.count("templates"), 1);
}

#[test]
fn forms_of_one_outlet_do_not_meet_in_another_outlets_story() {
    let records = [
        ("a", "jones", release("Erie", "88,500")),
        ("b", "smith", release("Sylvania", "11,700")),
        ("c", "smith", release("Two Rivers", "106,200")),
    ];
    let report = scanned(&records, &[]);
    assert_eq!(stories(&report), [["a", "b"]]);
    assert_eq!(report.count("templates"), 1);
}

#[test]
fn a_revision_of_a_filling_is_a_story_with_it() {
    let revised = release("Sylvania", "11,700") + " Chief Bob Harlow thanked him.";
    let records = [
        ("a", "smith", release("Erie", "88,500")),
        ("b", "smith", release("Sylvania", "11,700")),
        ("c", "smith", revised),
    ];
    let report = scanned(&records, &[]);
    assert_eq!(stories(&report), [["b", "c"]]);
    assert_eq!(report.count("templates"), 2);
}

#[test]
fn printed_on_three_days_is_one_story_in_any_digits() {
    for dates in [["March 3", "March 17", "March 29"], ["٣ مارس ٢٠٢٣", "١٥ مارس ٢٠٢٤", "٢٩ مارس ٢٠٢٤"]]
    {
        let [a, b, c] = dates.map(|date| format!("{date}. {}", release("Erie", "88,500")));
        assert_eq!(
            stories(&scanned(&[("a", "smith", a), ("b", "smith", b), ("c", "smith", c)], &[])),
            [["a", "b", "c"]]
        );
    }
}

#[test]
fn two_corrections_in_two_places_are_no_form() {
    let records = [
        ("a", "smith", release("Erie", "88,500")),
        ("b", "smith", release("Erie", "88,900")),
        ("c", "smith", release("Erie", "88,500").replace("hundreds", "412")),
    ];
    assert_eq!(stories(&scanned(&records, &[])), [["a", "b", "c"]]);
}

#[test]
fn without_outlets_nobody_has_a_form() {
    let lines = [("a", "Erie", "88,500"), ("b", "Sylvania", "11,700")]
        .map(|(id, town, sum)| json!({"id": id, "text": release(town, sum)}).to_string());
    let scan = Scan::of("a.jsonl", lines.join("\n"));
    assert_eq!(stories(&scan.scan_to("report", &["a.jsonl", "--only", "duplicates"])), [["a", "b"]]);
}

#[test]
fn a_wall_is_marked_in_the_table_and_in_the_summary() {
    let titles = [
        "Insulin prices fall",
        "Owls return",
        "Ferry strike over",
        "Rain until Monday",
        "Two held for fraud",
    ];
    let wall = "This website is using a security service to protect itself from online attacks.";
    let line = |(at, title): (usize, &&str)| {
        json!({"url": format!("https://health.example/{at}"), "title": title, "text": wall}).to_string()
    };
    let lines: Vec<String> = titles.iter().enumerate().map(line).collect();
    let scan = Scan::of("a.jsonl", lines.join("\n"));
    let run = scan.scan(&["a.jsonl"]).ends_with(0);
    let stories = run.report.table("stories");
    assert_eq!(stories.len(), 1);
    assert_eq!((&stories[0]["size"], &stories[0]["boilerplate"]), (&json!(5), &json!(true)));
    assert!(run.stdout.contains("boilerplate, one page under other headlines"), "{}", run.stdout);
    assert_eq!(run.report.count("pages"), 1);
}
