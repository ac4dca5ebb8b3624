//! Facts: do two texts tell the same with small edits, or are they one form, filled in twice?
//!
//! In: two texts and their tokens. Out: [`Refilled`], how many facts one has where the other has other ones.
//! A *fact* is a number, or a name: a word that begins with a capital inside a sentence. When a release is revised, words
//! come, go and are put better; its facts stay. When a form is filled in anew, the words stay and the facts change:
//! "$88,000 for Murfreesboro" becomes "$69,825 for Two Rivers". So what stands in one of the two texts only is sorted
//! into facts and other words, and counted. No places are compared; a fact that moved is no change.
//!
//! Guarantees: linear time but for the few facts that changed (64 a side are compared with each other at most); the same
//! whatever the order of the two. Not done: scripts without capitals have numbers only, so names that change in Arabic or
//! Japanese are other words there; and a heading in capitals tells no names that the body does not.

use std::cmp::Ordering;
use std::ops::Range;

use super::resemblance::sorted;
use crate::text::{TokenSpan, Tokens, digit_value};

/// The words of a text. Which of them are facts is told when it is asked: of two texts nearly all words stand in both.
#[derive(Clone, Debug)]
pub struct Facts {
    text: String,
    spans: Vec<TokenSpan>,
    /// The tokens by their hashes: each hash with the number of the token, ascending.
    tokens: Vec<(u64, u32)>,
}

/// A word that one text has, and the other not.
#[derive(Clone, Debug)]
struct Word {
    hash: u64,
    /// How often it stands in the text.
    count: u32,
    /// What it is, where it is most.
    kind: Kind,
    /// Where it stands first.
    bytes: Range<usize>,
}

/// How much of a fact a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// None.
    Other,
    /// A number as dates hold them: what is printed again on another day has others.
    Date,
    /// A name, or any other number.
    Fact,
}

impl Facts {
    /// Of a text. `tokens` are its own. Nearly linear: hashes are uniform, but for words that come again and again.
    pub fn of(text: String, tokens: &Tokens) -> Facts {
        let by_hash: Vec<(u64, u32)> = tokens.hashes().iter().copied().zip(0..).collect();
        let tokens_by_hash = sorted(&by_hash, |token| token.0, &mut Vec::new());
        Facts { text, spans: tokens.spans().collect(), tokens: tokens_by_hash }
    }

    /// Its words, by hash: each with the tokens that are it.
    fn words(&self) -> impl Iterator<Item = &[(u64, u32)]> {
        self.tokens.chunk_by(|a, b| a.0 == b.0)
    }

    fn word(&self, alike: &[(u64, u32)]) -> Word {
        let kind = alike.iter().map(|&(_, token)| self.kind(token as usize)).max();
        Word {
            hash: alike[0].0,
            count: count(alike),
            kind: kind.unwrap_or(Kind::Other),
            bytes: self.bytes(alike[0].1 as usize),
        }
    }

    /// What a word is that stands in two texts.
    fn is_fact(&self, alike: &[(u64, u32)]) -> bool {
        alike.iter().any(|&(_, token)| self.kind(token as usize) > Kind::Other)
    }

    fn bytes(&self, token: usize) -> Range<usize> {
        self.spans[token].begin as usize..self.spans[token].end as usize
    }

    /// What one token is.
    fn kind(&self, token: usize) -> Kind {
        let word = &self.text[self.bytes(token)];
        // Most words are settled by that.
        if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Kind::Other;
        }
        if word.contains(char::is_numeric) {
            return if is_of_dates(word) { Kind::Date } else { Kind::Fact };
        }
        let Some(before) = token.checked_sub(1) else { return Kind::Other };
        let is_shouted = |token: usize| token < self.spans.len() && is_shouted(&self.text[self.bytes(token)]);
        let in_heading = is_shouted(token) && (is_shouted(before) || is_shouted(token + 1));
        let between = &self.text[self.bytes(before).end..self.bytes(token).start];
        if is_capital(word) && !in_heading && !begins_sentence(between) { Kind::Fact } else { Kind::Other }
    }
}

/// How often a word stands in its text.
fn count(alike: &[(u64, u32)]) -> u32 {
    u32::try_from(alike.len()).expect("a text under 2 GiB has fewer tokens")
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// Days, months and years: one or two digits up to 31, four that begin with 19 or 20; in any script's digits, and with two
/// letters at most behind them (3rd).
fn is_of_dates(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().map_while(digit_value).take(5).collect();
    let letters = number.chars().skip(digits.len());
    if letters.clone().count() > 2 || letters.clone().any(|c| !c.is_alphabetic()) {
        return false;
    }
    let value = digits.iter().fold(0, |sum, digit| 10 * sum + digit);
    match digits.len() {
        1 | 2 => value <= 31,
        4 => (1900..2100).contains(&value),
        _ => false,
    }
}

/// A word in capitals throughout; two in a row are a heading, which tells no names.
fn is_shouted(word: &str) -> bool {
    word.chars().nth(1).is_some() && !word.contains(char::is_lowercase) && word.contains(char::is_uppercase)
}

/// Whether what stands between two words ends a sentence or opens a quotation, so that a capital means nothing.
fn begins_sentence(between: &str) -> bool {
    between.contains(['.', '!', '?', ':', '"', '“', '”', '«', '\n', '\r'])
}

/// What differs between two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refilled {
    /// Different facts that stand in one text only, where the other has as many of its own: the smaller count of the two.
    replaced: usize,
    /// The same of numbers as dates hold them, and facts.
    replaced_with_dates: usize,
    /// How often changed facts stand in the text that has more of them.
    fact_words: u32,
    /// Other words that stand in one text only, or oftener than in the other; of the text with more. Names that both
    /// texts have are left out: "Fire Department" comes and goes with the town.
    other_words: u32,
    /// Whether both texts have a fact of their own that they tell twice or more.
    told_again: bool,
    /// Whether all that differs in facts are numbers as dates hold them.
    only_dates: bool,
    /// A hash of the second text's facts that were replaced: the blank of the form.
    pub blank: u64,
    /// A hash of these and of those that replace them: alike for articles that are filled in alike.
    pub filling: u64,
}

/// What two texts of one frame are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// One text, perhaps revised.
    Same,
    /// One fact differs: a correction, or a form with one blank. A third filling tells.
    Unsure,
    /// A form that is filled in anew.
    Refilled,
}

/// Changed facts compared with each other for their spelling.
const SPELLED: usize = 64;

impl Refilled {
    /// Compares two texts.
    pub fn of(a: &Facts, b: &Facts) -> Refilled {
        let mut own: [Vec<Word>; 2] = [Vec::new(), Vec::new()];
        let mut others = [0_u32; 2];
        let (mut left, mut right) = (a.words().peekable(), b.words().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(x), Some(y)) => x[0].0.cmp(&y[0].0),
            };
            let x = if order.is_le() { left.next() } else { None };
            let y = if order.is_ge() { right.next() } else { None };
            match (x, y) {
                (Some(x), Some(y)) => {
                    if x.len() != y.len() && !a.is_fact(x) && !b.is_fact(y) {
                        others[0] += count(x).saturating_sub(count(y));
                        others[1] += count(y).saturating_sub(count(x));
                    }
                }
                (Some(word), None) => own[0].push(a.word(word)),
                (None, Some(word)) => own[1].push(b.word(word)),
                (None, None) => unreachable!("one of the two is at hand"),
            }
        }
        for (own, others) in own.iter_mut().zip(&mut others) {
            own.retain(|word| {
                let is_fact = word.kind > Kind::Other;
                *others += if is_fact { 0 } else { word.count };
                is_fact
            });
        }
        let respelled = respelled(a, b, &own);
        let keep = |side: usize| -> Vec<&Word> {
            own[side].iter().filter(|word| !respelled[side].contains(&word.hash)).collect()
        };
        let kept = [keep(0), keep(1)];
        let count = |words: &[&Word]| words.iter().map(|word| word.count).sum::<u32>();
        for side in 0..2 {
            others[side] += own[side].iter().map(|word| word.count).sum::<u32>() - count(&kept[side]);
        }
        let hash = |from: u64, words: &[&Word]| {
            words.iter().fold(from, |sum, word| sum.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ word.hash)
        };
        let blank = hash(1, &kept[1]);
        let facts = |words: &[&Word]| words.iter().filter(|word| word.kind == Kind::Fact).count();
        Refilled {
            replaced: facts(&kept[0]).min(facts(&kept[1])),
            replaced_with_dates: kept[0].len().min(kept[1].len()),
            fact_words: count(&kept[0]).max(count(&kept[1])),
            other_words: others[0].max(others[1]),
            told_again: kept
                .iter()
                .all(|words| words.iter().any(|word| word.kind == Kind::Fact && word.count > 1)),
            only_dates: kept.iter().flatten().all(|word| word.kind == Kind::Date),
            blank,
            filling: hash(blank.rotate_left(1), &kept[0]),
        }
    }

    /// What this means. Where more words changed than facts, somebody wrote; unless a fact that the text lives by went, told
    /// twice and oftener, and another one came: then a form was filled in with more to say.
    pub fn frame(&self) -> Frame {
        let written = if self.told_again { self.other_words / WRITTEN_BESIDE } else { self.other_words };
        if self.replaced_with_dates == 0 || self.only_dates || self.fact_words < written {
            Frame::Same
        } else if self.told_again || self.replaced > 1 {
            Frame::Refilled
        } else {
            Frame::Unsure
        }
    }
}

/// So many other words may change for each fact that was told again. Forms of one senator for two counties differed by a
/// paragraph of 77 words beside 19 facts.
const WRITTEN_BESIDE: u32 = 4;

/// Facts of either side that are but spelled otherwise on the other: `Buggalo` and `Buffalo`, `Senators` and `Sens`.
fn respelled(a: &Facts, b: &Facts, own: &[Vec<Word>; 2]) -> [Vec<u64>; 2] {
    // Each word is folded once.
    let folded = |facts: &Facts, words: &[Word]| -> Vec<(u64, Vec<char>)> {
        let said = |word: &Word| &facts.text[word.bytes.clone()];
        let names = words.iter().take(SPELLED).filter(|word| !said(word).contains(char::is_numeric));
        let fold = |word: &str| word.chars().take(SPELLED).flat_map(char::to_lowercase).collect();
        names.map(|word| (word.hash, fold(said(word)))).collect()
    };
    let names = [folded(a, &own[0]), folded(b, &own[1])];
    let mut found = [Vec::new(), Vec::new()];
    for (of_a, said) in &names[0] {
        for (of_b, other) in &names[1] {
            if are_kin(said, other) {
                found[0].push(*of_a);
                found[1].push(*of_b);
            }
        }
    }
    found
}

/// Whether two words, in small letters, have half of the longer one's letters in common, at their begin and end.
fn are_kin(a: &[char], b: &[char]) -> bool {
    let begin = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let common = (begin + end).min(a.len()).min(b.len());
    2 * common > a.len().max(b.len()) || begin >= 3 && common == a.len().min(b.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;
    use proptest::prelude::*;

    fn facts(text: &str) -> Facts {
        let mut tokens = Tokens::default();
        tokenize(text, 0, &mut tokens);
        Facts::of(text.to_owned(), &tokens)
    }

    fn check(a: &str, b: &str, expect: Frame) {
        let (a, b) = (facts(a), facts(b));
        assert_eq!(Refilled::of(&a, &b).frame(), expect, "{:?}", Refilled::of(&a, &b));
        assert_eq!(Refilled::of(&b, &a).frame(), expect);
    }

    #[test]
    fn a_form_filled_in_anew_is_told() {
        let form = |town: &str, sum: &str| {
            format!(
                "Senator Smith said today that {town} will receive {sum} dollars. The money helps {town} buy engines."
            )
        };
        check(&form("Murfreesboro", "88,500"), &form("Two Rivers", "69,825"), Frame::Refilled);
        check(&form("Erie", "12"), &form("Harrisburg", "12"), Frame::Refilled);
    }

    #[test]
    fn one_blank_is_not_enough() {
        check("The fund gives Edgewood a new engine.", "The fund gives Toledo a new engine.", Frame::Unsure);
        check("It killed 34 people today.", "It killed 37 people today.", Frame::Unsure);
    }

    #[test]
    fn a_revision_keeps_its_facts() {
        check("The bill passed in May.", "The bill has now passed in May, after long debate.", Frame::Same);
        check("It went to Buggalo today, to Buggalo.", "It went to Buffalo today, to Buffalo.", Frame::Same);
        check(
            "Both Senators from Ohio and two Senators more",
            "Both Sens from Ohio and two Sens more",
            Frame::Same,
        );
        // Facts changed, and much else: somebody wrote.
        check(
            "The committee approved 26 projects for Ohio and Utah, said Jim Reim of Erie.",
            "Money for 29 projects was at last passed by the full house, which had long held it back over Iowa.",
            Frame::Same,
        );
        check("", "", Frame::Same);
        check("", "It went to Buffalo with 12 men of Ohio.", Frame::Same);
    }

    #[test]
    fn headings_and_sentence_begins_tell_no_names() {
        check("GRANTS FOR OHIO TOWNS. Money came.", "LOANS FOR MAINE FARMS. Money came.", Frame::Same);
        check("It came. Money helps. So be it.", "It came. Cash helps. So be it.", Frame::Same);
    }

    proptest! {
        #[test]
        fn any_two_texts_compare_alike_both_ways(a in "(\\PC{0,6}[ .]){0,20}", b in "(\\PC{0,6}[ .]){0,20}") {
            let (a, b) = (facts(&a), facts(&b));
            prop_assert_eq!(Refilled::of(&a, &b).frame(), Refilled::of(&b, &a).frame());
            prop_assert_eq!(Refilled::of(&a, &a).frame(), Frame::Same);
        }
    }
}
