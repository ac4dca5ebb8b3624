//! The rule: which two articles are near-duplicates.
//!
//! In: what two articles share, and a second look at their texts where that does not settle it. Out: whether they match, by
//! what, and how much. Two rules:
//!
//! - **Edited copies too**: the default. At resemblance [`SURE`] two articles match. Below, from [`LEAST`] on, they are looked at twice
//!   ([`is_one_text`]): mostly the same words in the same order, and the longer a block that stands in place of another, the
//!   more must agree; but no form that one outlet fills in anew.
//! - **A stated resemblance** (`--threshold`): that and nothing else.
//!
//! A pair's answer depends on the two texts alone, and on whether one outlet printed both.

use super::aligned::{Aligned, Looked, aligned_from};
use super::facts::{Facts, Frame, Refilled};
use super::figures::{Figures, each_has_its_own};
use super::resemblance::{Overlap, ShingleSet};
use crate::text::Tokens;

/// Resemblance from which edited copies need no second look.
pub const SURE: f64 = 0.8;

/// Resemblance below which nothing is looked at: one word changed in every ten leaves 0.34 or more.
pub const LEAST: f64 = 0.34;

/// Shorter texts are not looked at twice: of few words most are a form's own.
pub const FEWEST_WORDS: u32 = 40;

/// Which pairs match.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Rule {
    /// Those of this resemblance and more; above 0, at most 1.
    Resemblance(f64),
    /// Those of resemblance 0.8, and edited copies below ([`is_one_text`]): the default.
    #[default]
    Edited,
}

impl Rule {
    /// That of a stated threshold; without one, the default.
    pub fn of(threshold: Option<f64>) -> Rule {
        threshold.map_or(Rule::Edited, Rule::Resemblance)
    }

    /// The threshold, if one was stated.
    pub fn threshold(self) -> Option<f64> {
        match self {
            Rule::Resemblance(threshold) => Some(threshold),
            Rule::Edited => None,
        }
    }

    /// No pair of less resemblance matches.
    pub fn least(self) -> f64 {
        match self {
            Rule::Resemblance(threshold) => threshold,
            Rule::Edited => LEAST,
        }
    }

    /// Every pair of this resemblance matches.
    pub fn sure(self) -> f64 {
        match self {
            Rule::Resemblance(threshold) => threshold,
            Rule::Edited => SURE,
        }
    }
}

/// What verifying a pair gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// The two match.
    Near(Nearness),
    /// They do not, by their sets.
    Apart,
    /// Their sets do not settle it, and their texts are unlike.
    Unlike,
    /// Their sets do not settle it, and their texts are too long to be looked at: no match.
    TooLong,
}

impl Verified {
    /// How near they are, if they match.
    pub fn near(self) -> Option<Nearness> {
        match self {
            Verified::Near(near) => Some(near),
            Verified::Apart | Verified::Unlike | Verified::TooLong => None,
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
            Looked::Less => Verified::Unlike,
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

/// What is measured of two texts that resemble each other from [`LEAST`] to [`SURE`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// Resemblance.
    pub resemblance: f64,
    /// The shingles that both have, of those of the text with more.
    pub contained: f64,
    /// Words of the shorter text; a character of an unspaced script counts half.
    pub words: u32,
    /// Tokens in common in one order, of the longer text.
    pub aligned: f64,
    /// The longest stretch of tokens that stands in place of others.
    pub block: u32,
    /// Whether it is a form, filled in anew.
    pub is_form: bool,
}

/// Whether two texts are one, edited.
pub fn is_one_text(measures: &Measures) -> bool {
    let Measures { resemblance, contained, words, aligned, block, is_form } = *measures;
    let mostly_kept = contained >= LEAST_CONTAINED + MORE_WITH_BLOCK * f64::from((1 + block).ilog2());
    let scattered = aligned >= LEAST_SCATTERED && block <= MOST_SCATTERED;
    resemblance >= LEAST && words >= FEWEST_WORDS && (mostly_kept || scattered) && !is_form
}

/// The least share of shingles, where no block stands in place of another.
const LEAST_CONTAINED: f64 = 0.56;
/// So much more is asked for every doubling of the block.
const MORE_WITH_BLOCK: f64 = 0.04;
/// Edits that are scattered over the text leave few shingles, but so much in order,
const LEAST_SCATTERED: f64 = 0.8;
/// and put in no longer block.
const MOST_SCATTERED: u32 = 15;

/// Tokens that two texts of `a` and `b` tokens must have in common in one order at least: what is left out in both is half of
/// the longer one at most.
fn least_common(a: usize, b: usize) -> usize {
    (a + b - a.max(b) / 2).div_ceil(2)
}

/// Makes [`Glance`]s of texts.
#[derive(Clone, Debug)]
pub struct Glances {
    figures: Figures,
}

impl Glances {
    /// Of texts whose tokens are hashed with this seed.
    pub fn new(seed: u64) -> Glances {
        Glances { figures: Figures::new(seed) }
    }

    /// What a second look needs of one text.
    pub fn of(&self, text: &str, tokens: &Tokens) -> Glance {
        Glance {
            hashes: tokens.hashes().to_vec(),
            words: tokens.words(0..tokens.len()),
            figures: self.figures.of(text, tokens.hashes()),
        }
    }
}

/// What a second look needs of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    hashes: Vec<u64>,
    words: u32,
    figures: Vec<u64>,
}

impl Glance {
    /// Numbers of 64 bits in it.
    pub fn len(&self) -> usize {
        self.hashes.len() + self.figures.len()
    }

    /// Whether the text has no token.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

/// What is compared of one article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Its shingles.
    pub set: ShingleSet,
    /// What a second look needs; nothing where a stated resemblance decides.
    pub glance: Glance,
}

impl From<ShingleSet> for Compared {
    fn from(set: ShingleSet) -> Self {
        Compared { set, glance: Glance::default() }
    }
}

/// Who printed two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// One outlet printed both.
    ByOne,
    /// Two outlets, both known.
    ByTwo,
    /// It is not known of both.
    Unknown,
}

/// Looks twice at two texts. What costs most is measured last, and only of pairs that it can decide. `facts` makes the facts of
/// the first and of the second.
pub fn look_twice(
    [a, b]: [&Glance; 2],
    overlap: Overlap,
    printed: impl FnOnce() -> Printed,
    facts: impl Fn(usize) -> Facts,
) -> Looked {
    let words = a.words.min(b.words);
    if words < FEWEST_WORDS {
        return Looked::Less;
    }
    let printed = printed();
    let own_figures = printed != Printed::Unknown && each_has_its_own(&a.figures, &b.figures);
    if printed == Printed::ByOne && own_figures {
        return Looked::Less;
    }
    let contained = overlap.containment_of_a().min(overlap.containment_of_b());
    let mut needed = least_common(a.hashes.len(), b.hashes.len());
    if contained < LEAST_CONTAINED {
        // Only scattered edits are left; four fifths, rounded down, so that the share itself decides.
        needed = needed.max(a.hashes.len().max(b.hashes.len()) / 5 * 4);
    }
    let looked = aligned_from(&a.hashes, &b.hashes, needed);
    let Looked::Aligned(found) = looked else { return looked };
    let measures = Measures {
        resemblance: overlap.resemblance(),
        contained,
        words,
        aligned: found.share(),
        block: found.block,
        is_form: false,
    };
    if !is_one_text(&measures) {
        return Looked::Less;
    }
    // Another outlet prints a text with changes; with figures and names exchanged throughout it is another filling.
    let is_asked = printed == Printed::ByOne || own_figures;
    let is_form = is_asked && Refilled::of(&facts(0), &facts(1)).frame() == Frame::Refilled;
    if is_one_text(&Measures { is_form, ..measures }) { looked } else { Looked::Less }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    const EDITED: Measures =
        Measures { resemblance: 0.5, contained: 0.7, words: 200, aligned: 0.79, block: 7, is_form: false };

    fn check(measures: Measures, expect: bool) {
        assert_eq!(is_one_text(&measures), expect, "{measures:?}");
    }

    #[test]
    fn every_measure_has_its_bound() {
        check(EDITED, true);
        check(Measures { resemblance: 0.34, ..EDITED }, true);
        check(Measures { resemblance: 0.33, ..EDITED }, false);
        check(Measures { words: 40, ..EDITED }, true);
        check(Measures { words: 39, ..EDITED }, false);
        check(Measures { is_form: true, ..EDITED }, false);
        check(Measures { contained: 0.67, ..EDITED }, false);
    }

    #[test]
    fn the_longer_a_block_the_more_must_agree() {
        let bounds = [
            (0, 0.56),
            (1, 0.6),
            (2, 0.6),
            (3, 0.64),
            (6, 0.64),
            (7, 0.68),
            (15, 0.72),
            (31, 0.76),
            (255, 0.88),
        ];
        for (block, contained) in bounds {
            check(Measures { block, contained: contained + 0.001, ..EDITED }, true);
            check(Measures { block, contained: contained - 0.001, ..EDITED }, false);
        }
    }

    #[test]
    fn scattered_edits_leave_few_shingles() {
        let scattered = Measures { contained: 0.5, aligned: 0.8, block: 15, ..EDITED };
        check(scattered, true);
        check(Measures { aligned: 0.79, ..scattered }, false);
        check(Measures { block: 16, ..scattered }, false);
    }

    #[test]
    fn half_of_the_longer_text_may_be_left_out_of_both() {
        // Of 100 and 100 tokens 25 each; of 60 none but the 40 that the longer one has more, and five each.
        assert_eq!([least_common(100, 100), least_common(100, 60), least_common(60, 100)], [75, 55, 55]);
        assert_eq!([least_common(101, 101), least_common(0, 0), least_common(1, 0)], [76, 0, 1]);
    }

    #[test]
    fn texts_are_looked_at_as_a_whole() {
        let look = |a: &str, b: &str, printed| {
            let tokens = [a, b].map(|text| {
                let mut tokens = Tokens::default();
                tokenize(text, 0, &mut tokens);
                tokens
            });
            let [of_a, of_b] = [0, 1].map(|side| Glances::new(0).of([a, b][side], &tokens[side]));
            let overlap = Overlap { common: 60, a: 80, b: 80 };
            let facts = |side: usize| Facts::of([a, b][side].to_owned(), &tokens[side]);
            look_twice([&of_a, &of_b], overlap, || printed, facts)
        };
        let form = |town: &str, sum: &str| {
            let body = "the money helps firefighters buy engines and hoses, and it came after long waiting. ";
            format!("today {town} got {sum} dollars of the fund in {town}; {}", body.repeat(4))
        };
        let (one, other) = (form("Erie", "88500"), form("Toledo", "69825"));
        let aligned = Aligned { common: 63, a: 66, b: 66, block: 3 };
        assert_eq!(look(&one, &other, Printed::Unknown), Looked::Aligned(aligned));
        // Other figures each, and other names beside.
        assert_eq!(look(&one, &other, Printed::ByTwo), Looked::Less);
        assert_eq!(look(&one, &other, Printed::ByOne), Looked::Less);
        let other_sum = form("Erie", "69825");
        assert!(matches!(look(&one, &other_sum, Printed::ByTwo), Looked::Aligned(_)));
        assert_eq!(look(&one, &other_sum, Printed::ByOne), Looked::Less);
        let (without, other_town) = (form("Erie in Penn", "few"), form("Toledo in Ohio", "few"));
        assert!(matches!(look(&without, &other_town, Printed::ByTwo), Looked::Aligned(_)));
        assert_eq!(look(&without, &other_town, Printed::ByOne), Looked::Less);
        let unsure = one.replace("88500", "some");
        assert!(matches!(look(&one, &unsure, Printed::ByOne), Looked::Aligned(_)));
        assert_eq!(look(&one, &one[..one.len() / 3], Printed::Unknown), Looked::Less);
        assert_eq!(look("a few words", "a few words", Printed::Unknown), Looked::Less);
    }
}
