//! The forms of truth, and what is none.

use proptest::prelude::*;

use super::*;

fn report() -> Report {
    let numbers = ["a", "b", "c"].map(str::to_owned).into_iter().zip(0..).collect();
    Report { numbers, ..Report::default() }
}

fn parse(text: &str) -> Result<Truth, EvalError> {
    let grades = Grades { least: 1.0, ..Grades::default() };
    Truth::parse(Path::new("truth"), text.as_bytes(), &report(), &grades)
}

#[test]
fn marks_line_ends_and_aliases_do_not_matter() {
    let expect = parse("a\tb\tlabel\na\tb\t1\n").expect("it is truth").pairs;
    for same in [
        "\u{FEFF}a\tb\tlabel\r\na\tb\t1\r\n",
        "original\tcategory\tanswer\n\nb\tyes\ta\n",
        "{\"b\": \"a\", \"a\": \"b\", \"label\": true}\n",
    ] {
        assert_eq!(parse(same).expect("it is truth").pairs, expect, "{same:?}");
    }
}

#[test]
fn passages_and_repeats_are_read_in_both_forms() {
    let by_key = "{\"id\": \"b\", \"passages\": [{\"source\": \"a\", \"source_chars\": [1, 5], \"target_chars\": [2, 6]}], \
        \"repeats\": [{\"first_chars\": [0, 2], \"again_chars\": [3, 5]}]}";
    let by_place = "{\"id\": \"b\", \"passages\": [[\"a\", 1, 5, 2, 6]], \"repeats\": [[0, 2, 3, 5]]}";
    let (by_key, by_place) = (parse(by_key).expect("truth"), parse(by_place).expect("truth"));
    assert_eq!(by_key.aligned, by_place.aligned);
    assert_eq!(by_key.articles, by_place.articles);
    assert_eq!(by_key.aligned[0].cases, [[2..6, 1..5]]);
    assert!(by_key.articles[0].repeats.iter().flatten().eq(&vec![3..5; 1]));
    let by_paragraph = parse("{\"id\": \"b\", \"repeats\": [[9, 8]]}").expect("truth");
    assert_eq!((by_paragraph.repeats_without_spans, &by_paragraph.articles[0].repeats), (1, &None));
}

proptest! {
    #[test]
    fn whatever_stands_in_a_file_is_truth_or_an_error(
        cells in prop::collection::vec(prop::sample::select(vec![
            "a", "b", "c", "label", "id", "story", "1", "-1", "NaN", "\t", "\n", "{", "}", "\"", ":", ",", "[", "]", "spans", "passages",
        ]), 0..40),
    ) {
        let _ = parse(&cells.concat());
        let _ = parse(&format!("a\tb\tlabel\tstratum\tstratum_pairs\n{}", cells.join("\t")));
    }

    #[test]
    fn spans_of_any_size_are_truth_or_an_error(at in prop::array::uniform4(any::<u64>())) {
        let row = serde_json::json!({ "a": "a", "b": "b", "spans": [at] });
        prop_assert!(parse(&row.to_string()).is_err() || at.iter().all(|at| *at < 1 << 32));
    }
}
