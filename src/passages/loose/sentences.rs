//! Sentences: a text's tokens cut where its sentences end.
//!
//! In: a text with its tokens. Out: token ranges that follow one another and hold every token up to the cap. A sentence
//! ends after a mark that ends sentences in its script, where a blank or a quote follows (marks of unspaced scripts need
//! none), and at a blank line. What is shorter than [`LEAST_WORDS`] goes on into the next, so that headings, initials
//! and abbreviations do not stand alone; what is longer than [`MOST_WORDS`] is cut, so that a text without marks is cut
//! too. Linear time.

use std::ops::Range;

use crate::text::Tokens;

/// The shortest sentence, in words: of one or two words nothing can be said.
const LEAST_WORDS: u32 = 3;

/// The longest sentence, in words: few real ones are longer, and a text without any mark must be cut somewhere.
const MOST_WORDS: u32 = 60;

/// Sentences of an article that are looked at, from its beginning: about 40,000 words of prose. Bounds what a pair costs.
pub(super) const MOST_SENTENCES: usize = 2000;

/// Marks that end a sentence where something that is no token follows.
const MARKS: [char; 7] = ['.', '!', '?', '…', '؟', '۔', '።'];
/// Marks that end a sentence whatever follows.
const MARKS_OF_UNSPACED: [char; 5] = ['。', '！', '？', '।', '။'];

/// The sentences of `text`, as ranges of `tokens`.
pub(super) fn sentences(text: &str, tokens: &Tokens) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut begin = 0;
    for token in 0..tokens.len() {
        if found.len() == MOST_SENTENCES {
            return found;
        }
        let length = tokens.half_words(begin..token + 1);
        let next = token + 1;
        let ends = next < tokens.len()
            && length >= 2 * LEAST_WORDS
            && ends_sentence(&text[tokens.span(token).end as usize..tokens.span(next).begin as usize]);
        if ends || length >= 2 * MOST_WORDS {
            found.push(begin..next);
            begin = next;
        }
    }
    if begin < tokens.len() {
        match found.last_mut() {
            // A last word or two belong to the sentence before.
            Some(last) if tokens.half_words(begin..tokens.len()) < 2 * LEAST_WORDS => last.end = tokens.len(),
            _ => found.push(begin..tokens.len()),
        }
    }
    found
}

/// Whether a sentence ends in what stands between two tokens.
fn ends_sentence(between: &str) -> bool {
    let mut lines = 0;
    between.char_indices().any(|(at, c)| {
        lines += usize::from(c == '\n');
        lines == 2
            || MARKS_OF_UNSPACED.contains(&c)
            || MARKS.contains(&c) && at + c.len_utf8() < between.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    fn check(text: &str, expect: &[&str]) {
        let mut tokens = Tokens::default();
        tokenize(text, 0, &mut tokens);
        let found: Vec<&str> =
            sentences(text, &tokens).into_iter().map(|range| &text[tokens.bytes(range)]).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn sentences_end_at_marks_and_blank_lines() {
        check("", &[]);
        check("One", &["One"]);
        check(
            "The fox ran away. “Did it?” asked he, twice. It did 3.5 miles",
            &["The fox ran away", "Did it?” asked he, twice", "It did 3.5 miles"],
        );
        check(
            "A heading here\n\nA text begins\nand goes on.",
            &["A heading here", "A text begins\nand goes on"],
        );
        check("東京都は雨です。大阪府も雨です。", &["東京都は雨です", "大阪府も雨です"]);
        check("هل وصل الوفد اليوم؟ نعم وصل الوفد أمس.", &["هل وصل الوفد اليوم", "نعم وصل الوفد أمس"]);
    }

    #[test]
    fn short_ones_go_on_and_the_last_words_belong_to_the_one_before() {
        check("Mr. J. Smith went home early. The end.", &["Mr. J. Smith went home early. The end"]);
        check("J. B. said that. He left the room.", &["J. B. said that", "He left the room"]);
    }

    #[test]
    fn texts_without_marks_and_texts_of_marks_are_bounded() {
        for text in ["word ".repeat(200_000), "a b c. ".repeat(100_000), "。漢".repeat(100_000)] {
            let mut tokens = Tokens::default();
            tokenize(&text, 0, &mut tokens);
            let found = sentences(&text, &tokens);
            assert_eq!(found.len(), MOST_SENTENCES);
            assert!(found.iter().all(|s| tokens.words(s.clone()) <= MOST_WORDS));
        }
    }
}
