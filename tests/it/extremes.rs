//! Archives made to hurt: what must stay linear, and what must not be lost in it.

use serde_json::json;

use crate::generator::Rng;
use crate::support::Scan;

/// A form letter of four frames of 14 words, each followed by two words of its own.
fn letter(rng: &mut Rng) -> Vec<String> {
    let own = |rng: &mut Rng| format!("own{}", rng.below(1 << 40));
    let mut words = Vec::new();
    for frame in 0..4 {
        words.extend((0..14).map(|word| format!("frame{frame}word{word}")));
        words.extend([own(rng), own(rng)]);
    }
    words
}

#[test]
fn thousands_of_form_letters_cost_linear_time_and_hide_no_copies() {
    let mut rng = Rng::new(5);
    let mut lines = Vec::new();
    let letters: u64 = 3000;
    for number in 0..letters {
        let mut words = letter(&mut rng);
        lines.push(json!({"id": format!("l{number}"), "outlet": "one", "text": words.join(" ")}).to_string());
        if number % 100 == 0 {
            // The same letter with another last word: 59 of 61 shingles are shared.
            *words.last_mut().unwrap() = "otherwise".into();
            let text = words.join(" ");
            lines.push(json!({"id": format!("c{number}"), "outlet": "two", "text": text}).to_string());
        }
    }
    let scan = Scan::of("letters.jsonl", lines.join("\n"));
    let run = scan.scan(&["letters.jsonl", "--only", "duplicates"]).ends_with(0);
    let info = run.report.run();
    let funnel = |name: &str| info["funnel"][name].as_u64().unwrap();
    assert!(funnel("largest_bucket") > 1000, "the letters share buckets");
    assert!(funnel("ordered_buckets") > 0);
    let named = info["ordered_buckets"].as_array().unwrap();
    assert_eq!(named.len() as u64, funnel("ordered_buckets"), "each is named");
    for bucket in named {
        let (articles, leaders) = (bucket["articles"].as_u64().unwrap(), bucket["leaders"].as_u64().unwrap());
        assert!(64 < leaders && leaders <= articles && articles <= funnel("largest_bucket"), "{bucket}");
        assert!(run.report.articles().contains_key(bucket["first"].as_str().unwrap()), "{bucket}");
    }
    assert!(run.stdout.contains("Buckets of articles that mostly do not resemble"), "{}", run.stdout);
    assert!(run.stdout.contains(named[0]["first"].as_str().unwrap()), "{}", run.stdout);
    // Letters that were unlike enough others stop meeting long before the last of the 64 bands.
    assert!(funnel("pairs_met") < letters * 16 * 66, "{} pairs", funnel("pairs_met"));
    assert!(funnel("pairs_verified") < letters * 40, "{} pairs", funnel("pairs_verified"));
    assert_eq!(run.report.count("stories"), 30);
    assert_eq!(run.report.count("near_duplicates"), 30);
}

#[test]
fn a_story_and_a_template_printed_thousands_of_times_cost_a_comparison_each() {
    let words: Vec<String> = (0..250).map(|n| format!("word{n}")).collect();
    let printed = |copies: usize, numbered: bool, outlet: fn(usize) -> String| -> String {
        let line = |copy: usize| {
            let mut words = words.clone();
            if numbered {
                words[120] = (100 + copy).to_string();
            }
            json!({"id": format!("a{copy}"), "outlet": outlet(copy), "text": words.join(" ")}).to_string()
        };
        (0..copies).map(line).collect::<Vec<_>>().join("\n")
    };
    for copies in [1500, 3000] {
        for (numbered, met) in [(false, 0), (true, copies + 100)] {
            let scan = Scan::of("a.jsonl", printed(copies, numbered, |copy| copy.to_string()));
            let run = scan.scan(&["a.jsonl", "--only", "duplicates"]).ends_with(0);
            assert_eq!(
                (run.report.count("stories"), run.report.count("articles_in_stories")),
                (1, copies as u64)
            );
            let funnel = run.report.run()["funnel"].clone();
            assert!(funnel["pairs_met"].as_u64().unwrap() <= met as u64, "{funnel}");
            assert!(funnel["pairs_verified"].as_u64().unwrap() <= met as u64, "{funnel}");
        }
        // One outlet's own form: nobody is in a story with the first, and everybody is counted.
        let scan = Scan::of("a.jsonl", printed(copies, true, |_| "one".into()));
        let run = scan.scan(&["a.jsonl", "--only", "duplicates"]).ends_with(0);
        assert_eq!((run.report.count("stories"), run.report.count("templates")), (0, copies as u64 - 1));
        assert!(run.report.run()["funnel"]["pairs_verified"].as_u64().unwrap() <= copies as u64 + 100);
    }
}

#[test]
fn a_long_chain_of_versions_stays_cheap_and_true() {
    let mut rng = Rng::new(8);
    let mut words: Vec<String> = (0..200).map(|n| format!("word{n}")).collect();
    let mut lines = Vec::new();
    for number in 0..2000 {
        for _ in 0..2 {
            let at = rng.small_below(200);
            words[at] = format!("new{}", rng.below(1 << 40));
        }
        let date = format!("2025-01-{:02}T{:02}:{:02}:00Z", 1 + number / 1440, number / 60 % 24, number % 60);
        lines.push(json!({"id": format!("v{number:04}"), "date": date, "text": words.join(" ")}).to_string());
    }
    let scan = Scan::of("chain.jsonl", lines.join("\n"));
    for (rule, stories, cohesion) in [(&["--threshold", "0.8"][..], 100, 0.8), (&[], 40, 0.34)] {
        let run = scan.scan(&[&["chain.jsonl", "--only", "duplicates"], rule].concat()).ends_with(0);
        assert!(run.report.count("stories") > stories, "the chain is cut: {rule:?}");
        for story in run.report.table("stories") {
            assert!(story["cohesion"].as_f64().unwrap() >= cohesion, "{story}");
        }
        assert!(run.report.run()["funnel"]["pairs_verified"].as_u64().unwrap() < 20 * 2000);
    }
}

#[test]
fn an_article_of_credits_alone_is_read_once() {
    let lines: Vec<String> = (0..20_000).map(|n| format!("Source: {n}")).collect();
    let text = lines.join("\n");
    let scan = Scan::of("a.jsonl", json!({"id": "a", "text": text}).to_string());
    let run = scan.scan(&["a.jsonl"]).ends_with(0);
    assert_eq!(run.report.table("articles")[0]["credits"].as_array().unwrap().len(), 20_000);
}
