//! Help, options, what is printed, and what never is.

use serde_json::{Value, json};

use crate::support::{Scan, article, number, text};

/// The options of `scan` in interface.md that are built. `--format` comes with its room.
const OPTIONS: [&str; 29] = [
    "--memory",
    "--temp-dir",
    "--out",
    "--only",
    "--threshold",
    "--recall",
    "--all-pairs",
    "--max-pairs",
    "--min-passage-words",
    "--within",
    "--shingle",
    "--threads",
    "--kernel",
    "--seed",
    "--strict",
    "--max-problems",
    "--max-record",
    "--no-mmap",
    "--progress",
    "--quiet",
    "--json",
    "--force",
    "--text-field",
    "--id-field",
    "--outlet-field",
    "--date-field",
    "--title-field",
    "--url-field",
    "--help",
];

#[test]
fn help_mentions_every_option() {
    let scan = Scan::new();
    for (help, lines) in [("-h", 20), ("--help", 60)] {
        let run = scan.wirecopy(&["scan", help]).ends_with(0);
        for option in OPTIONS {
            assert!(run.stdout.contains(option), "{help} does not mention {option}");
        }
        assert!(run.stdout.contains("-o, ") && run.stdout.contains("-q, "), "{}", run.stdout);
        assert!(run.stdout.contains("[default: wirecopy-report]"), "{}", run.stdout);
        assert!(run.stdout.contains("Examples:") && run.stdout.contains("Exit status:"), "{}", run.stdout);
        assert!(run.stdout.lines().count() >= lines);
        assert_eq!(run.stderr, "");
    }
    let run = scan.wirecopy(&["--help"]).ends_with(0);
    assert!(run.stdout.contains("scan") && run.stdout.contains("completions"), "{}", run.stdout);
    assert!(scan.names().is_empty());
}

#[test]
fn the_version_is_that_of_the_package() {
    let run = Scan::new().wirecopy(&["--version"]).ends_with(0);
    assert_eq!(run.stdout, format!("wirecopy {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_makes_no_sense_is_status_2() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    for args in [
        &[][..],
        &["scan"],
        &["scna", "a.jsonl"],
        &["scan", "a.jsonl", "--no-such-option"],
        &["scan", "a.jsonl", "--threshold"],
        &["scan", "a.jsonl", "--threshold", "0"],
        &["scan", "a.jsonl", "--threshold", "1.01"],
        &["scan", "a.jsonl", "--threshold", "nan"],
        &["scan", "a.jsonl", "--recall", "1"],
        &["scan", "a.jsonl", "--shingle", "0"],
        &["scan", "a.jsonl", "--min-passage-words", "3"],
        &["scan", "a.jsonl", "--within", "-1"],
        &["scan", "a.jsonl", "--within", "inf"],
        &["scan", "a.jsonl", "--only", "everything"],
        &["scan", "a.jsonl", "--only", ""],
        &["scan", "a.jsonl", "--max-problems", "-1"],
        &["scan", "a.jsonl", "--max-problems", "150%"],
        &["scan", "a.jsonl", "--max-record", "many"],
        &["scan", "a.jsonl", "--max-record", "0"],
        &["scan", "a.jsonl", "--threads", "-1"],
        &["scan", "a.jsonl", "--kernel", "sse9"],
        &["scan", "a.jsonl", "--progress", "sometimes"],
        &["completions", "no-such-shell"],
    ] {
        let run = scan.wirecopy(args).ends_with(2);
        assert!(!run.stderr.is_empty() && run.stdout.is_empty(), "{args:?}");
        assert_eq!(scan.names(), ["a.jsonl"], "{args:?}");
    }
    let run = scan.wirecopy(&["scan", "a.jsonl", "--no-such-option"]);
    assert!(run.stderr.contains("--no-such-option"), "{}", run.stderr);
}

#[test]
fn the_report_goes_to_wirecopy_report_by_default() {
    let scan = Scan::of("a.jsonl", article("a", 1));
    let run = scan.wirecopy(&["scan", "a.jsonl"]).ends_with(0);
    assert!(scan.report("wirecopy-report").is_there());
    assert!(run.stdout.contains("wirecopy-report"), "{}", run.stdout);
}

#[test]
fn json_on_stdout_is_the_summary() {
    let scan = Scan::of("a.jsonl", [article("a", 1), article("b", 1), article("c", 2)].join("\n"));
    for quiet in [&["--quiet"][..], &[]] {
        let run = scan.scan(&[&["a.jsonl", "--json"], quiet].concat()).ends_with(0);
        let summary: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(number(&summary["counts"], "read"), 3);
        assert_eq!(number(&summary["counts"], "kept"), 3);
        assert_eq!(number(&summary["counts"], "stories"), 1);
        assert_eq!(number(&summary["counts"], "near_duplicates"), 1);
        assert_eq!(summary["report"], "report");
        assert_eq!(summary["counts"], run.report.run()["counts"]);
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn quiet_prints_nothing_but_errors() {
    let scan = Scan::of("a.jsonl", [&article("a", 1), "broken"].join("\n"));
    for quiet in ["-q", "--quiet"] {
        let run = scan.scan(&["a.jsonl", quiet]).ends_with(3);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
        assert_eq!(run.report.count("read"), 2);
    }
    let run = scan.scan(&["missing", "-q"]).ends_with(4);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("missing"), "{}", run.stderr);
}

#[test]
fn the_summary_says_what_was_found() {
    let scan = Scan::of("a.jsonl", [article("a", 1), article("b", 1), article("c", 2)].join("\n"));
    let run = scan.scan(&["a.jsonl"]).ends_with(0);
    for said in
        ["3 articles kept of 3 records read", "1 story, holding 2 articles", "2 × Title 1", "outlet1.example"]
    {
        assert!(run.stdout.contains(said), "{said} is not in {}", run.stdout);
    }
    assert_eq!(run.stderr, "", "no progress where stderr is no terminal");
    let run = scan.scan(&["a.jsonl", "--progress", "always"]).ends_with(0);
    for phase in ["read", "stories", "passages", "lineage", "write"] {
        let line = run.stderr.lines().find(|line| line.contains(&format!("{phase} took"))).unwrap();
        assert!(line.contains(" articles/s, ") && line.ends_with("B/s"), "{line}");
    }
    assert!(run.stderr.lines().count() >= 3, "{}", run.stderr);
    assert!(!run.stderr.contains('\x1b'));
}

#[test]
fn only_runs_some_searches() {
    let body = format!("{}\n{}", text(1), text(1));
    let record = |id: &str| json!({"id": id, "outlet": id, "text": body}).to_string();
    let scan = Scan::of("a.jsonl", [record("a"), record("b")].join("\n"));
    for (only, tables) in [
        ("repeats", &["repeats"][..]),
        ("duplicates", &["stories", "matches"]),
        ("passages", &["passages"]),
        ("repeats,passages", &["repeats", "passages"]),
    ] {
        let report = scan.scan(&["a.jsonl", "--only", only]).ends_with(0).report;
        for table in ["stories", "matches", "passages", "repeats"] {
            assert_eq!(!report.table(table).is_empty(), tables.contains(&table), "{only}: {table}");
        }
        assert_eq!(report.run()["settings"]["only"], json!(only.split(',').collect::<Vec<_>>()));
    }
}

#[test]
fn more_pairs_than_allowed_is_status_9() {
    let records: Vec<String> = (0..10)
        .map(|n| {
            json!({"id": format!("a{n}"), "outlet": format!("o{n}.example"), "text": text(1)}).to_string()
        })
        .collect();
    let scan = Scan::of("a.jsonl", records.join("\n"));
    let run = scan.scan(&["a.jsonl", "--all-pairs", "--max-pairs", "45"]).ends_with(0);
    assert_eq!(run.report.table("matches").len(), 45);
    let before = run.report.files();
    let run = scan.scan(&["a.jsonl", "--all-pairs", "--max-pairs", "44"]).ends_with(9);
    assert!(run.stderr.contains("--max-pairs") && run.stderr.contains("a0"), "{}", run.stderr);
    assert_eq!(run.report.files(), before, "nothing was published");
    assert_eq!(scan.names(), ["a.jsonl", "report"]);
}

#[test]
fn articles_far_apart_in_time_are_not_linked() {
    let record = |id: &str, date: &str| {
        json!({"id": id, "outlet": id, "published_at": date, "text": text(1)}).to_string()
    };
    let records = [record("a", "2025-01-01"), record("b", "2025-01-03"), record("c", "2025-02-01")];
    let scan = Scan::of("a.jsonl", records.join("\n"));
    for (days, matches) in [("1", 0), ("2", 1), ("29", 2), ("31", 3)] {
        let report = scan.scan(&["a.jsonl", "--all-pairs", "--within", days]).ends_with(0).report;
        assert_eq!(report.table("matches").len(), matches, "{days} days");
        assert_eq!(report.table("passages").len(), matches, "{days} days");
    }
}

#[test]
fn fields_can_be_named() {
    let record = json!({
        "text": "not this", "doc": {"body": "this text"}, "key": 7, "paper": "The Paper", "when": "2020-02-03", "head": "Head",
        "link": "https://www.example.com/x",
    });
    let scan = Scan::of("a.jsonl", record.to_string());
    let run = scan
        .scan(&[
            "a.jsonl",
            "--text-field",
            "doc.body",
            "--id-field",
            "key",
            "--outlet-field",
            "paper",
            "--date-field",
            "when",
            "--title-field",
            "head",
            "--url-field",
            "link",
        ])
        .ends_with(0);
    let row = &run.report.table("articles")[0];
    assert_eq!(number(row, "words"), 2);
    let told =
        ["id", "outlet", "published_at", "title", "url"].map(|key| row[key].as_str().unwrap_or_default());
    assert_eq!(told, ["7", "The Paper", "2020-02-03", "Head", "https://www.example.com/x"]);
    // Without names: the usual ones.
    let run = scan.scan(&["a.jsonl"]).ends_with(0);
    assert_eq!(number(&run.report.table("articles")[0], "words"), 2);
    assert!(run.stdout.contains("text"), "{}", run.stdout);
}

#[test]
fn no_colours_where_nobody_sees_them() {
    let scan = Scan::of("a.jsonl", [article("a", 1), article("b", 1), "broken".into()].join("\n"));
    for (variable, value) in [("NO_COLOR", "1"), ("TERM", "xterm-256color"), ("CLICOLOR", "1")] {
        let output =
            scan.command(&["scan", "-o", "report", "a.jsonl"]).env(variable, value).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "{variable}");
        assert!(!output.stdout.is_empty());
    }
    for args in [&["scan", "--help"][..], &["scan", "missing"], &["scan", "--nonsense"]] {
        let run = scan.wirecopy(args);
        assert!(!run.stdout.contains('\x1b') && !run.stderr.contains('\x1b'), "{args:?}");
    }
}

#[test]
fn text_of_pages_does_not_move_the_cursor() {
    let hostile = "\x1b]0;owned\x07\x1b[31mred\r\u{9b}2J\u{202e}desrever\u{2066}\u{8}\n\tend";
    let record = |id: &str, outlet: &str| {
        json!({"id": format!("{id}{hostile}"), "outlet": format!("{outlet}{hostile}"), "title": hostile, "text": text(1)})
            .to_string()
    };
    let untitled = |id: &str, outlet: &str| {
        json!({"id": format!("{id}{hostile}"), "outlet": format!("{outlet}{hostile}"), "text": text(2)})
            .to_string()
    };
    let bad_date = json!({"id": "x", "date": hostile, "text": "words"}).to_string();
    let records =
        [record("a", "one"), record("b", "two"), untitled("c", "one"), untitled("d", "two"), bad_date];
    let name = "a\x1b[31m\u{9b}b.jsonl";
    let scan = Scan::of(name, records.join("\n"));
    let moves = |text: &str| -> Vec<char> {
        let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        text.chars().filter(|c| (c.is_control() && *c != '\n') || turns(c)).collect()
    };
    let missing = format!("{name}.missing");
    for (args, status) in [
        (&[name][..], 3),
        (&[name, "--strict"], 4),
        (&[name, "--all-pairs", "--max-pairs", "1"], 9),
        (&[&missing], 4),
        (&[name, "--progress", "always"], 3),
        (&[name, "--title-field", name, "--text-field", "text"], 3),
    ] {
        let run = scan.scan(args).ends_with(status);
        assert!(moves(&run.stdout).is_empty(), "{args:?}: {}", run.stdout.escape_debug());
        assert!(moves(&run.stderr).is_empty(), "{args:?}: {}", run.stderr.escape_debug());
    }
    // The report holds what the page said, as JSON.
    let titles = scan.report("report").table("articles");
    assert!(titles.iter().any(|row| row["id"].as_str().is_some_and(|id| id.contains(hostile))));
    let run = scan.wirecopy(&["scan", name, "-o", &format!("{name}/x")]).ends_with(5);
    assert!(moves(&run.stderr).is_empty(), "{}", run.stderr.escape_debug());
}

#[test]
fn completions_are_a_script() {
    for (shell, said) in
        [("bash", "complete -F"), ("zsh", "#compdef wirecopy"), ("fish", "complete -c wirecopy")]
    {
        let run = Scan::new().wirecopy(&["completions", shell]).ends_with(0);
        assert!(run.stdout.contains(said), "{shell}");
        assert!(run.stdout.contains("min-passage-words"), "{shell}");
        assert_eq!(run.stderr, "");
    }
}
