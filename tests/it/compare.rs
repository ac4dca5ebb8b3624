//! `wirecopy compare`: agreement with a scan, which articles are meant, what is printed, hostile texts.

use serde_json::{Value, json};
use wirecopy::compare::{Given, Side, compare};
use wirecopy::passages::Passage;
use wirecopy::{Settings, Unwatched, scan};

use crate::support::{Run, Scan, article, number, share, string, testdata, text};

#[test]
fn comparing_all_pairs_of_the_sample_gives_what_a_scan_of_all_pairs_gives() {
    let settings = Settings { all_pairs: true, ..Settings::default() };
    let found = scan(&[testdata("sample/archive").display().to_string()], &settings, &Unwatched).unwrap();
    let count = u32::try_from(found.catalogue.len()).unwrap();
    let texts: Vec<String> =
        found.catalogue.articles.iter().map(|article| found.archive.text_at(article.place)).collect();
    let given = |article: u32| Given {
        text: &texts[article as usize],
        published: found.catalogue.article(article).published,
        outlet: found.catalogue.outlet(article),
    };
    let scanned: Vec<Passage> =
        found.copied.targets().iter().flat_map(|target| found.copied.passages_of(target)).collect();
    let pairs = found.pairs.as_ref().unwrap();
    let (mut passages, mut duplicates) = (0, 0);
    for target in 0..count {
        for source in 0..target {
            let pair = compare(given(source), given(target), &settings).unwrap();
            assert_eq!(pair.source, Side::A, "the scan orders by time too");
            let expect: Vec<&Passage> =
                scanned.iter().filter(|p| (p.source, p.target) == (source, target)).collect();
            let names =
                || [source, target].map(|article| found.catalogue.name(article, &found.archive).into_owned());
            assert_eq!(pair.passages.len(), expect.len(), "{:?}", names());
            for (own, expect) in pair.passages.iter().zip(expect) {
                assert_eq!((&own.spans.a, &own.spans.b), (&expect.source_span, &expect.target_span));
                assert_eq!((own.words, own.kind), (expect.words, expect.kind));
                assert!((own.similarity - expect.similarity).abs() < 1e-12);
                passages += 1;
            }
            let matched = pairs.iter().find(|pair| (pair.a, pair.b) == (source, target));
            assert_eq!(pair.near_duplicates(), matched.is_some(), "{:?}", names());
            if let Some(matched) = matched {
                assert_eq!(pair.shingles.overlap, matched.near().overlap);
                duplicates += 1;
            }
        }
    }
    assert_eq!((passages, duplicates), (scanned.len(), pairs.len()));
    assert!(passages > 20 && duplicates > 10);
}

fn compared(scan: &Scan, a: &str, b: &str) -> Value {
    let run = scan.wirecopy(&["compare", a, b, "--json"]).ends_with(0);
    assert_eq!(run.stderr, "");
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn articles_are_named_by_id_by_line_by_ref_by_file_and_from_standard_input() {
    let scan = Scan::of("news.jsonl", [article("a", 1), article("b#:c", 2), article("c", 3)].join("\n"));
    scan.write("one#2.txt", text(2));
    for name in ["news.jsonl#b#:c", "news.jsonl#:2", "news.jsonl:2", "one#2.txt", "news.jsonl#news.jsonl:2"] {
        let found = compared(&scan, name, "news.jsonl#a");
        assert_eq!((&found["same_text"], number(&found["a"], "words") > 20), (&json!(false), true), "{name}");
        let again = compared(&scan, name, "news.jsonl#b#:c");
        assert_eq!((&again["same_text"], &again["near_duplicates"]), (&json!(true), &json!(true)), "{name}");
    }
    let run = scan.fed(&["compare", "-", "news.jsonl#c", "--json"], article("x", 3).as_bytes()).ends_with(0);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&found["same_text"], string(&found["a"], "id")), (&json!(true), "x"));
    let same = compared(&scan, "news.jsonl#c", "news.jsonl:3");
    assert_eq!(same["same_record"], true);
    let run = scan.wirecopy(&["compare", "news.jsonl#c", "news.jsonl#c"]).ends_with(0);
    assert!(run.stdout.contains("A and B are the same record"), "{}", run.stdout);
}

#[test]
fn what_names_no_single_article_is_told_with_a_hint() {
    let lines = [
        article("port-1", 1),
        article("twice", 2),
        article("twice", 3),
        "{\"text\":\" \"}".into(),
        "no".into(),
    ];
    let scan = Scan::of("news.jsonl", lines.join("\n"));
    scan.write("empty.txt", "");
    let refused = |args: &[&str], status, expect: &[&str]| {
        let Run { stdout, stderr, .. } = scan.wirecopy(&[&["compare"], args].concat()).ends_with(status);
        assert_eq!(stdout, "");
        for part in expect {
            assert!(stderr.contains(part), "{args:?}: {stderr}");
        }
    };
    let good = "news.jsonl#port-1";
    refused(&["news.jsonl#port-2", good], 4, &["has the id port-2", "near it: port-1"]);
    refused(&[good, "news.jsonl#twice"], 4, &["2 articles are meant", "news.jsonl:2, news.jsonl:3"]);
    refused(&[good, "news.jsonl"], 4, &["holds 5 records", "news.jsonl#ID"]);
    refused(&[good, "news.jsonl#:4"], 4, &["text of news.jsonl:4 is empty"]);
    refused(&[good, "news.jsonl#:5"], 4, &["news.jsonl:5 gives no article"]);
    refused(&[good, "news.jsonl:6"], 4, &["has no record 6"]);
    refused(&[good, "empty.txt"], 4, &["empty"]);
    refused(&[good, "absent.jsonl#x"], 4, &["absent.jsonl"]);
    refused(&[good, "#x"], 4, &["names no archive"]);
    refused(&["-", "-"], 2, &["standard input"]);
    refused(&[good], 2, &["<B>"]);
    refused(&[good, good, "--width", "3"], 2, &["--width"]);
}

#[test]
fn a_problem_of_a_compared_record_is_told_and_is_status_3() {
    let bad = json!({"id": "b", "text": text(1), "date": "yesterday or so"}).to_string();
    let scan = Scan::of("news.jsonl", [article("a", 1), bad].join("\n"));
    let run = scan.wirecopy(&["compare", "news.jsonl#a", "news.jsonl#b"]).ends_with(3);
    assert!(
        run.stderr.contains("news.jsonl:2: ") && run.stdout.contains("A alone has a date"),
        "{}",
        run.stderr
    );
}

#[test]
fn passages_and_what_differs_in_them_are_marked_without_colour_and_with_it() {
    let first = text(7);
    let words: Vec<&str> = first.split_whitespace().collect();
    let second = format!("Before. {} 4711 {}", words[..25].join(" "), words[26..50].join(" "));
    let scan = Scan::of("a.txt", &first);
    scan.write("b.txt", second);
    let run = scan.wirecopy(&["compare", "a.txt", "b.txt", "--full"]).ends_with(0);
    for mark in ["⟦1 ", " 1⟧", "[-", "{+4711+}", "numbers only in B", "neither has a date", "│"] {
        assert!(run.stdout.contains(mark), "{mark}: {}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1B}'), "not on a pipe");
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
    let mut command = scan.command(&["compare", "a.txt", "b.txt"]);
    let coloured = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8(coloured.stdout).unwrap().contains("\u{1B}[32m"));
    let uncoloured = scan.command(&["compare", "a.txt", "b.txt"]).env("NO_COLOR", "1").output().unwrap();
    assert!(!String::from_utf8(uncoloured.stdout).unwrap().contains('\u{1B}'));
}

#[test]
fn the_relation_is_that_of_a_scan_of_the_two() {
    let dated = |id: &str, outlet: &str, day: u32, text: &str| {
        json!({"id": id, "outlet": outlet, "date": format!("2025-05-{day:02}"), "text": text}).to_string()
    };
    let first = text(7);
    let words: Vec<&str> = first.split_whitespace().collect();
    let half = words[..words.len() / 2].join(" ");
    let quotation = format!("{} {} {}", text(8), words[..20].join(" "), text(9));
    for (other, outlet, relation) in [
        (&first, "b", "reprint"),
        (&half, "b", "abridged"),
        (&format!("{first} {}", text(8)), "b", "expanded"),
        (&quotation, "b", "quote"),
        (&first, "a", "revision"),
    ] {
        let lines = [dated("x", "a", 1, &first), dated("y", outlet, 2, other)];
        let scan = Scan::of("two.jsonl", lines.join("\n"));
        let run = scan.wirecopy(&["compare", "two.jsonl#y", "two.jsonl#x", "--json"]).ends_with(0);
        let found: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((string(&found, "relation"), string(&found, "source")), (relation, "b"));
        let scanned = scan.scan_to("report", &["two.jsonl"]).table("relations");
        assert_eq!(scanned.iter().map(|row| string(row, "relation")).collect::<Vec<_>>(), [relation]);
    }
    let scan = Scan::of("two.jsonl", [article("x", 1), article("y", 2)].join("\n"));
    let run = scan.wirecopy(&["compare", "two.jsonl#x", "two.jsonl#y", "--json"]).ends_with(0);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["relation"], Value::Null);
}

#[test]
fn passages_in_another_order_are_shown_on_both_sides() {
    let [one, two] = [3, 4].map(text);
    let scan = Scan::of("a.txt", format!("{one}\n\n{two}"));
    scan.write("b.txt", format!("{two}\n\n{one}"));
    let run = scan.wirecopy(&["compare", "a.txt", "b.txt"]).ends_with(0);
    for mark in ["⟦1 ", " 1⟧", "⟦2 ", " 2⟧"] {
        assert_eq!(run.stdout.matches(mark).count(), 2, "{mark}: {}", run.stdout);
    }
}

#[test]
fn hostile_text_moves_nothing_on_the_terminal() {
    let arabic =
        "قال المتحدث إن الميناء سيغلق أبوابه يوم الاثنين المقبل بسبب العاصفة التي تقترب من الساحل ".repeat(6);
    let hostile = format!(
        "{arabic}\u{202E}\u{1B}[2J\u{1B}]0;title\u{7} \u{9B}31m e\u{301}\u{301} \u{2066}x\u{0}\r\n{arabic}"
    );
    let scan = Scan::of(
        "news.jsonl",
        json!({"id": "\u{1B}[31m", "title": "\u{202E}t\n", "text": hostile}).to_string(),
    );
    scan.write("b.txt", format!("é {arabic}"));
    for width in ["40", "80", "161"] {
        let run = scan.wirecopy(&["compare", "news.jsonl", "b.txt", "--width", width]).ends_with(0);
        let isolates = |end: bool| run.stdout.matches(if end { '\u{2069}' } else { '\u{2068}' }).count();
        assert!(isolates(true) > 4 && isolates(true) == isolates(false));
        let moves = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202E}' | '\u{2066}');
        assert!(!run.stdout.contains(moves), "{:?}", run.stdout);
    }
    let found = compared(&scan, "news.jsonl", "b.txt");
    let b = format!("é {arabic}");
    for passage in found["passages"].as_array().unwrap() {
        let place = |side: &str, unit: &str| {
            let [begin, end] =
                [0, 1].map(|at| usize::try_from(passage[side][unit][at].as_u64().unwrap()).unwrap());
            begin..end
        };
        for (side, text) in [("a", &hostile), ("b", &b)] {
            let chars = place(side, "chars");
            let by_chars: String = text.chars().skip(chars.start).take(chars.len()).collect();
            assert_eq!(by_chars, text[place(side, "bytes")]);
        }
    }
    assert!(share(&found["b"], "covered") > 0.9);
}

#[test]
fn large_texts_and_one_word_for_ever_end_soon() {
    let scan = Scan::new();
    let long: String = (0..40_u64).map(|at| text(100 + at) + "\n").collect::<String>().repeat(12);
    scan.write("long.txt", &long);
    scan.write("ha.txt", "ha ".repeat(100_000));
    scan.write("haha.txt", "ha ".repeat(120_000));
    for (a, b) in [("long.txt", "long.txt"), ("ha.txt", "haha.txt"), ("long.txt", "ha.txt")] {
        let found = compared(&scan, a, b);
        assert_eq!(found["near_duplicates"], a != "long.txt" || b == "long.txt", "{a} {b}");
        let shown = scan.wirecopy(&["compare", a, b]).ends_with(0);
        assert!(shown.stdout.len() < 200_000, "{}", shown.stdout.len());
    }
}

#[test]
fn the_same_two_articles_give_the_same_bytes_and_swapped_sides_agree() {
    let scan = Scan::of("news.jsonl", [article("a", 1), article("b", 1)].join("\n"));
    let run = |a: &str, b: &str| scan.wirecopy(&["compare", a, b, "--json"]).ends_with(0).stdout;
    assert_eq!(run("news.jsonl#a", "news.jsonl#b"), run("news.jsonl#a", "news.jsonl#b"));
    let there: Value = serde_json::from_str(&run("news.jsonl#a", "news.jsonl#b")).unwrap();
    let back: Value = serde_json::from_str(&run("news.jsonl#b", "news.jsonl#a")).unwrap();
    assert_eq!(there["shingles"]["resemblance"], back["shingles"]["resemblance"]);
    assert_eq!(there["passages"][0]["a"], back["passages"][0]["b"]);
}

#[test]
fn help_names_the_options_and_shows_examples() {
    let run = Scan::new().wirecopy(&["compare", "--help"]).ends_with(0);
    for said in [
        "--json",
        "--full",
        "--width",
        "--threshold",
        "--text-field",
        "ARCHIVE#ID",
        "Examples:",
        "Exit status:",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    let completions = Scan::new().wirecopy(&["completions", "bash"]).ends_with(0);
    assert!(completions.stdout.contains("wirecopy__subcmd__compare"), "bash completes compare");
}
