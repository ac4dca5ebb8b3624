//! Spans of a text: the union of many, and what is left of a text without some.

use std::ops::Range;

/// The ranges as one: disjoint, ascending, empty ones left out. O(n log n).
pub fn union(ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = ranges.into_iter().filter(|range| !range.is_empty()).collect();
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut union: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match union.last_mut() {
            Some(open) if range.start <= open.end => open.end = open.end.max(range.end),
            _ => union.push(range),
        }
    }
    union
}

/// What is left of a text without the `spans`: byte ranges at borders of characters, ascending, none overlapping another.
///
/// # Panics
/// If they are not so.
pub fn without<'s>(text: &str, spans: impl IntoIterator<Item = &'s Range<usize>>) -> String {
    let mut left = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        left.push_str(&text[at..span.start]);
        at = span.end;
    }
    left.push_str(&text[at..]);
    left
}
