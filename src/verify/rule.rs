//! The rule: which two articles are near-duplicates.
//!
//! In: what two articles share, and a second look at their texts where that does not settle it. Out: whether they match, by
//! what, and how much. Two rules:
//!
//! - **A stated resemblance** (`--threshold`): that and nothing else.
//! - **The usual one.** At resemblance [`SURE`] two articles match. Below, from [`LEAST`] on, they are looked at twice: the
//!   *aligned share* of their texts decides, and that one outlet's form filled in anew is no copy ([`is_one_text`]).
//!
//! A pair's answer depends on the two texts alone, and on whether one outlet printed both.

use super::aligned::{Aligned, Looked, aligned_from};
use super::facts::{Facts, Refilled};
use super::resemblance::Overlap;
use crate::text::Tokens;

/// Resemblance from which the usual rule needs no second look.
pub const SURE: f64 = 0.8;

/// Resemblance below which the usual rule does not look: one word changed in every ten leaves 0.34 or more.
pub const LEAST: f64 = 0.34;

/// Least aligned share of a copy that was edited.
pub const LEAST_ALIGNED: f64 = 0.7;

/// Shorter texts are not looked at twice: of few words most are a form's own.
pub const FEWEST_WORDS: u32 = 40;

/// Which pairs match.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Rule {
    /// Those of this resemblance and more; above 0, at most 1.
    Resemblance(f64),
    /// See [`self`].
    #[default]
    Usual,
}

impl Rule {
    /// That of a stated threshold, or the usual one.
    pub fn of(threshold: Option<f64>) -> Rule {
        threshold.map_or(Rule::Usual, Rule::Resemblance)
    }

    /// No pair of less resemblance matches.
    pub fn least(self) -> f64 {
        match self {
            Rule::Resemblance(threshold) => threshold,
            Rule::Usual => LEAST,
        }
    }

    /// Every pair of this resemblance matches.
    pub fn sure(self) -> f64 {
        match self {
            Rule::Resemblance(threshold) => threshold,
            Rule::Usual => SURE,
        }
    }
}

/// What verifying a pair gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// The two match.
    Near(Nearness),
    /// They do not.
    Apart,
    /// Their sets do not settle it, and their texts are too long to be looked at: no match.
    TooLong,
}

impl Verified {
    /// How near they are, if they match.
    pub fn near(self) -> Option<Nearness> {
        match self {
            Verified::Near(near) => Some(near),
            Verified::Apart | Verified::TooLong => None,
        }
    }
}

impl Rule {
    /// Whether two articles match. `overlap` is what their sets share, if that is [`Rule::least`]; `look_twice` is asked
    /// where it does not settle it.
    pub fn verify(self, overlap: Option<Overlap>, look_twice: impl FnOnce() -> Looked) -> Verified {
        let Some(overlap) =
            overlap.filter(|overlap| overlap.common > 0 && overlap.resemblance() >= self.least())
        else {
            return Verified::Apart;
        };
        if overlap.resemblance() >= self.sure() {
            return Verified::Near(overlap.into());
        }
        match look_twice() {
            Looked::Aligned(aligned) => Verified::Near(Nearness { overlap, aligned: Some(aligned) }),
            Looked::Less => Verified::Apart,
            Looked::TooLong => Verified::TooLong,
        }
    }
}

/// How near two articles are that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearness {
    /// What their shingle sets share.
    pub overlap: Overlap,
    /// What their texts have in common in one order, where it took a second look.
    pub aligned: Option<Aligned>,
}

impl Nearness {
    /// That of a set of `shingles` shingles to itself.
    pub fn of_equals(shingles: usize) -> Self {
        Nearness::from(Overlap::of_equals(shingles))
    }

    /// What decided, as reports name it.
    pub fn rule(&self) -> &'static str {
        if self.aligned.is_some() { "aligned" } else { "resemblance" }
    }

    /// What the rule compares with its bound: the aligned share, or the resemblance.
    pub fn score(&self) -> f64 {
        self.aligned.map_or_else(|| self.overlap.resemblance(), |aligned| aligned.share())
    }

    /// How much of the first is found in the second: of its tokens in order, or of its shingles.
    pub fn of_a(&self) -> f64 {
        self.aligned.map_or_else(|| self.overlap.containment_of_a(), |aligned| aligned.share_of_a())
    }

    /// How much of the second is found in the first.
    pub fn of_b(&self) -> f64 {
        self.swapped().of_a()
    }

    /// The same seen from the other side.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Nearness { overlap: self.overlap.swapped(), aligned: self.aligned.map(|aligned| aligned.swapped()) }
    }
}

impl From<Overlap> for Nearness {
    fn from(overlap: Overlap) -> Self {
        Nearness { overlap, aligned: None }
    }
}

/// What a second look measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Resemblance.
    pub resemblance: f64,
    /// Tokens in common in one order, of the longer text.
    pub aligned: f64,
    /// Words of the shorter text; a character of an unspaced script counts half.
    pub words: u32,
    /// What differs, where one outlet printed both.
    pub changed: Option<Changed>,
}

/// What differs between two texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Changed {
    /// Words of facts that one has where the other has its own.
    pub facts: u32,
    /// Other words that stand in one text only.
    pub others: u32,
    /// The share of words that are facts, in the text that has more of them.
    pub usual: f64,
}

/// Facts are so many times as frequent among the changed words as in the text, where a form was filled in.
const FACTS_OF_FORMS: f64 = 1.5;

/// Whether two texts below [`SURE`] are one text, edited: long enough, mostly the same words in the same order, and what
/// differs is not mostly facts, where one outlet printed both.
pub fn is_one_text(measures: &Measures) -> bool {
    let Measures { resemblance, aligned, words, changed } = *measures;
    let is_form = changed.is_some_and(|Changed { facts, others, usual }| {
        let all = f64::from(facts + others);
        facts > 0 && facts >= others && f64::from(facts) >= FACTS_OF_FORMS * usual * all
    });
    resemblance >= LEAST && words >= FEWEST_WORDS && aligned >= LEAST_ALIGNED && !is_form
}

/// Looks twice at two texts that resemble each other from [`LEAST`] to [`SURE`]. What costs most is measured last, and only of pairs
/// that it can decide.
pub fn look_twice(
    texts: [&str; 2],
    tokens: [&Tokens; 2],
    overlap: Overlap,
    one_outlet: &dyn Fn() -> bool,
) -> Looked {
    let words = tokens.map(|tokens| tokens.words(0..tokens.len()));
    let words = words[0].min(words[1]);
    if words < FEWEST_WORDS {
        return Looked::Less;
    }
    let looked = aligned_from(tokens[0].hashes(), tokens[1].hashes(), LEAST_ALIGNED);
    let Looked::Aligned(aligned) = looked else { return looked };
    let changed = one_outlet().then(|| {
        let facts = |side: usize| Facts::of(texts[side].to_owned(), tokens[side]);
        Refilled::of(&facts(0), &facts(1)).changed()
    });
    let measures = Measures { resemblance: overlap.resemblance(), aligned: aligned.share(), words, changed };
    if is_one_text(&measures) { looked } else { Looked::Less }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    const EDITED: Measures = Measures { resemblance: 0.5, aligned: 0.9, words: 200, changed: None };

    fn check(measures: Measures, expect: bool) {
        assert_eq!(is_one_text(&measures), expect, "{measures:?}");
    }

    #[test]
    fn every_measure_has_its_bound() {
        check(EDITED, true);
        check(Measures { resemblance: 0.34, ..EDITED }, true);
        check(Measures { resemblance: 0.33, ..EDITED }, false);
        check(Measures { aligned: 0.7, ..EDITED }, true);
        check(Measures { aligned: 0.69, ..EDITED }, false);
        check(Measures { words: 40, ..EDITED }, true);
        check(Measures { words: 39, ..EDITED }, false);
    }

    #[test]
    fn what_one_outlet_fills_in_anew_is_a_form() {
        let changed =
            |facts, others| Measures { changed: Some(Changed { facts, others, usual: 0.1 }), ..EDITED };
        check(changed(10, 10), false);
        check(changed(10, 11), true);
        check(changed(0, 0), true);
        check(Measures { changed: Some(Changed { facts: 10, others: 10, usual: 0.4 }), ..EDITED }, true);
    }

    #[test]
    fn a_text_is_looked_at_as_a_whole() {
        let look = |a: &str, b: &str, one_outlet| {
            let tokens = [a, b].map(|text| {
                let mut tokens = Tokens::default();
                tokenize(text, 0, &mut tokens);
                tokens
            });
            let overlap = Overlap { common: 50, a: 75, b: 75 };
            look_twice([a, b], [&tokens[0], &tokens[1]], overlap, &|| one_outlet)
        };
        let form = |town: &str, sum: &str| {
            let body = "the money helps firefighters buy engines and hoses, and it came after long waiting. ";
            format!("today {town} got {sum} dollars of the fund in {town}; {}", body.repeat(4))
        };
        let (one, other) = (form("Erie", "88,500"), form("Toledo", "69,825"));
        let aligned = Aligned { common: 63, a: 68, b: 68 };
        assert_eq!(look(&one, &other, false), Looked::Aligned(aligned));
        assert_eq!(look(&one, &other, true), Looked::Less);
        assert_eq!(look(&one, &one[..one.len() / 2], false), Looked::Less);
        assert_eq!(look("a few words", "a few words", false), Looked::Less);
    }
}
