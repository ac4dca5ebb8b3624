//! Facts in small differences: is a text said again, or is a form filled in with something else?
//!
//! In: what stands in the same place of two spans. Out: whether each has a *fact* that the other has not. A fact is a
//! token with a digit, or a name: one that begins with a capital inside a sentence. An insertion tells no other fact
//! ("…, Holder added"); "Arizona" in the place of "California" does. Scripts without capitals have numbers only.
//! (`verify::facts` asks the same of whole articles, and counts.)

use std::ops::Range;

use super::View;

/// Whether both have facts of their own.
pub(super) fn replaced(view: View<'_>, a: &Range<usize>, b: &Range<usize>) -> bool {
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let (of_a, of_b) = (facts(view, a), facts(view, b));
    has_own(&of_a, &of_b) && has_own(&of_b, &of_a)
}

/// Whether both have the same numbers in the same order. Two texts that differ in a number say different things.
pub(super) fn same_numbers(view: View<'_>, a: &Range<usize>, b: &Range<usize>) -> bool {
    let numbers = |span: &Range<usize>| -> Vec<u64> {
        span.clone()
            .filter(|&token| is_number(word(view, token)))
            .map(|token| view.tokens.hashes()[token])
            .collect()
    };
    numbers(a) == numbers(b)
}

/// Whether a span tells a number.
pub(super) fn has_number(view: View<'_>, span: &Range<usize>) -> bool {
    is_number(&view.text[view.tokens.bytes(span.clone())])
}

/// Whether a token holds a digit, of any script.
pub(super) fn is_number(word: &str) -> bool {
    word.contains(char::is_numeric)
}

/// The hashes of the facts of a span, sorted.
fn facts(view: View<'_>, span: &Range<usize>) -> Vec<u64> {
    let mut found: Vec<u64> = span
        .clone()
        .filter(|&token| is_number(word(view, token)) || is_name(view, token))
        .map(|token| view.tokens.hashes()[token])
        .collect();
    found.sort_unstable();
    found
}

fn has_own(facts: &[u64], others: &[u64]) -> bool {
    facts.iter().any(|fact| others.binary_search(fact).is_err())
}

fn word(view: View<'_>, token: usize) -> &str {
    &view.text[view.tokens.bytes(token..token + 1)]
}

/// Whether a token begins with a capital and is not the first of its sentence.
fn is_name(view: View<'_>, token: usize) -> bool {
    let Some(before) = token.checked_sub(1) else { return false };
    let between = &view.text[view.tokens.span(before).end as usize..view.tokens.span(token).begin as usize];
    word(view, token).chars().next().is_some_and(char::is_uppercase)
        && !between.contains(['.', '!', '?', ':', '"', '“', '”', '«', '\n', '\r'])
}
