//! Edits: from a text to a copy of a stated kind, and what of it is still the same.
//!
//! In: a text, a kind, a store of words, draws. Out: [`Copy`](struct@Copy): the new text, with the passages that it has from the old one
//! and the repeats that it has now, in characters of both. Edits are made at tokens, so they work in any script: a word is
//! replaced by a word of the same script that the same archive holds, a character of an unspaced script by another one.
//!
//! Guarantees: every passage told is the same text in both, character by character. Linear in the text.

use std::collections::BTreeMap;
use std::ops::Range;

use icu_properties::CodePointMapData;
use icu_properties::props::Script;

use super::kinds::Kind;
use crate::draws::Draws;
use crate::text::{CharOffsets, Tokens, tokenize};

/// A copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Copy {
    /// Its text.
    pub(super) text: String,
    /// What it has from the old text: characters of the old one, and of the new one.
    pub(super) passages: Vec<[Range<usize>; 2]>,
    /// What stands in it twice: the first and the second time, in characters.
    pub(super) repeats: Vec<[Range<usize>; 2]>,
}

/// Words of an archive by script.
#[derive(Debug, Default)]
pub(super) struct Words {
    of_script: BTreeMap<Script, Vec<String>>,
    /// What stands under all copies of one kind.
    line: String,
}

/// Words of the line that stands under all copies of one kind: a usual footer.
const LINE_WORDS: usize = 40;

/// What is kept of a script: enough that no draw is seen often.
const MOST_WORDS: usize = 200_000;

impl Words {
    /// Takes in the words of a text.
    pub(super) fn add(&mut self, text: &str) {
        for span in tokens(text).spans() {
            let word = &text[span.begin as usize..span.end as usize];
            let known = self.of_script.entry(script(word)).or_default();
            if known.len() < MOST_WORDS {
                known.push(word.to_owned());
            }
        }
    }

    /// Draws the line that stands under all copies of [`Kind::Boilerplate`], in the scripts of this text.
    pub(super) fn draw_line(&mut self, like: &str, draws: &mut Draws) {
        let edit = Edit { text: like, tokens: tokens(like), words: self };
        self.line = edit.prose(LINE_WORDS, draws);
    }

    /// A word of the same script as this one; the word itself if there is none.
    fn like<'w>(&'w self, word: &'w str, draws: &mut Draws) -> &'w str {
        match self.of_script.get(&script(word)) {
            Some(known) => &known[draws.below(known.len())],
            None => word,
        }
    }
}

fn tokens(text: &str) -> Tokens {
    let mut tokens = Tokens::default();
    tokenize(text, 0, &mut tokens);
    tokens
}

/// The script of the first letter; of digits that of none.
fn script(word: &str) -> Script {
    let of = |letter| CodePointMapData::<Script>::new().get(letter);
    word.chars().find(|letter| letter.is_alphabetic()).map_or(Script::Common, of)
}

/// Makes a copy of `text`. The same draws give the same copy.
pub(super) fn copy(text: &str, kind: Kind, words: &Words, draws: &mut Draws) -> Copy {
    let edit = Edit { text, tokens: tokens(text), words };
    match kind {
        Kind::Verbatim => edit.of_parts(&[Part::Same(0..text.len())]),
        Kind::Words(rate) => edit.reworded(rate, draws),
        Kind::Cut => {
            let kept = edit.share(40, 80, draws);
            edit.of_parts(&[Part::Same(0..edit.end(kept))])
        }
        Kind::Expanded => {
            let more = edit.prose(edit.share(20, 50, draws), draws);
            edit.of_parts(&[Part::Same(0..text.len()), Part::New("\n\n".into()), Part::New(more)])
        }
        Kind::Quoted => {
            let run = edit.run(24, 60, draws);
            let around =
                [100 + draws.below(100), 100 + draws.below(100)].map(|length| edit.prose(length, draws));
            let [before, behind] = around.map(Part::New);
            let line = || Part::New("\n\n".into());
            edit.of_parts(&[before, line(), Part::Same(run), line(), behind])
        }
        Kind::Boilerplate => {
            let line = Part::New(words.line.clone());
            edit.of_parts(&[Part::Same(0..text.len()), Part::New("\n\n".into()), line])
        }
        Kind::Repeat => {
            let run = edit.run(30, 80, draws);
            let parts = [Part::Same(0..text.len()), Part::New("\n\n".into()), Part::Same(run.clone())];
            let mut copy = edit.of_parts(&parts);
            let first = chars(text, &run);
            let end = copy.text.chars().count();
            copy.repeats.push([first.clone(), end - first.len()..end]);
            copy
        }
        Kind::Typography => Copy { text: edit.typeset(draws), ..Copy::default() },
    }
}

/// A part of a copy.
enum Part {
    /// These bytes of the old text.
    Same(Range<usize>),
    New(String),
}

struct Edit<'t> {
    text: &'t str,
    tokens: Tokens,
    words: &'t Words,
}

impl Edit<'_> {
    /// From `least` to `most` per cent of the tokens, at least one.
    fn share(&self, least: usize, most: usize, draws: &mut Draws) -> usize {
        let per_cent = least + draws.below(most - least + 1);
        (self.tokens.len() * per_cent / 100).max(1)
    }

    /// Where the first so many tokens end, in bytes.
    fn end(&self, tokens: usize) -> usize {
        self.tokens.bytes(0..tokens.min(self.tokens.len())).end
    }

    /// The bytes of a run of so many words, or of the whole text.
    fn run(&self, least: usize, most: usize, draws: &mut Draws) -> Range<usize> {
        let words = least + draws.below(most - least + 1);
        // A character of an unspaced script counts half a word.
        let unspaced = (0..self.tokens.len()).filter(|&at| self.tokens.is_unspaced(at)).count();
        let tokens = if 2 * unspaced > self.tokens.len() { 2 * words } else { words };
        let begin = draws.below(self.tokens.len().saturating_sub(tokens) + 1);
        self.tokens.bytes(begin..(begin + tokens).min(self.tokens.len()))
    }

    fn word(&self, token: usize) -> &str {
        let span = self.tokens.span(token);
        &self.text[span.begin as usize..span.end as usize]
    }

    /// What stands between two words beside this one.
    fn space(&self, token: usize) -> &'static str {
        if self.tokens.is_unspaced(token) { "" } else { " " }
    }

    /// So many words, drawn one by one, in the scripts that the text has them in.
    fn prose(&self, words: usize, draws: &mut Draws) -> String {
        let mut prose = String::new();
        for at in 0..words {
            let like = draws.below(self.tokens.len());
            prose += self.words.like(self.word(like), draws);
            let ends = at % 16 == 15 || at + 1 == words;
            prose += match (ends, self.space(like)) {
                (true, "") => "。",
                (true, _) => ". ",
                (false, space) => space,
            };
        }
        prose.trim_end().to_owned()
    }

    fn of_parts(&self, parts: &[Part]) -> Copy {
        let offsets = CharOffsets::of(self.text);
        let mut copy = Copy::default();
        let mut length = 0;
        for part in parts {
            let begin = length;
            match part {
                Part::Same(bytes) => {
                    let old = offsets.chars(bytes);
                    length += old.len();
                    copy.passages.push([old, begin..length]);
                    copy.text += &self.text[bytes.clone()];
                }
                Part::New(new) => {
                    length += new.chars().count();
                    copy.text += new;
                }
            }
        }
        copy
    }

    /// Edits exactly so many per cent of the tokens, drawn without putting back.
    fn reworded(&self, rate: u32, draws: &mut Draws) -> Copy {
        let all = self.tokens.len();
        let mut places: Vec<usize> = (0..all).collect();
        draws.shuffle(&mut places);
        places.truncate(((all * rate as usize + 50) / 100).max(1));
        places.sort_unstable();
        let mut text = String::with_capacity(self.text.len());
        let mut end = 0;
        for token in places {
            let span = self.tokens.bytes(token..token + 1);
            text += &self.text[end..span.start];
            end = span.end;
            let (word, space) = (self.word(token), self.space(token));
            match draws.below(5) {
                0..3 => text += self.words.like(word, draws),
                3 => {}
                _ => {
                    text += word;
                    text += space;
                    text += self.words.like(word, draws);
                }
            }
        }
        text += &self.text[end..];
        Copy { text, ..Copy::default() }
    }

    /// The same words in other dress.
    fn typeset(&self, draws: &mut Draws) -> String {
        let mut text = String::with_capacity(self.text.len() * 2);
        let mut before = 0;
        let mut open = false;
        for token in 0..self.tokens.len() {
            let span = self.tokens.bytes(token..token + 1);
            for between in self.text[before..span.start].chars() {
                match between {
                    '"' => {
                        open = !open;
                        text.push(if open { '“' } else { '”' });
                    }
                    '“' | '”' | '«' | '»' => text.push('"'),
                    '\'' => text.push('’'),
                    '’' => text.push('\''),
                    '-' => text.push('–'),
                    '–' | '—' => text += " - ",
                    ' ' if draws.below(10) == 0 => text.push('\u{A0}'),
                    ' ' if draws.below(20) == 0 => text.push('\n'),
                    other => text.push(other),
                }
            }
            before = span.end;
            let word = &self.text[span];
            // In the middle of a long word of letters, where no mark could join what stands before.
            let plain = word.len() > 7 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
            if plain && draws.below(20) == 0 {
                text += &word[..word.len() / 2];
                text.push('\u{AD}');
                text += &word[word.len() / 2..];
            } else {
                text += word;
            }
        }
        text += &self.text[before..];
        text
    }
}

fn chars(text: &str, bytes: &Range<usize>) -> Range<usize> {
    let offsets = CharOffsets::of(text);
    offsets.chars(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plant::USUAL;

    const ENGLISH: &str = "The harbour wall of Port Alder will be raised by two metres before the winter storms, the \
        council decided on Monday evening after a debate of four hours. \"We cannot wait,\" said the mayor, who had \
        asked for twelve million crowns; the county's engineers have found cracks in three of the nine segments.";
    const ARABIC: &str = "قرر المجلس مساء الاثنين رفع جدار الميناء مترين قبل عواصف الشتاء بعد نقاش دام أربع ساعات وطلب \
        رئيس البلدية اثني عشر مليونا وقال المهندسون إنهم وجدوا شقوقا في ثلاثة من الأجزاء التسعة في الجدار القديم";
    const JAPANESE: &str = "港の壁は冬の嵐の前に二メートル高くされると評議会が月曜日の夜に決めた。四時間にわたる議論の後である。\
        市長は千二百万を求めていた。技師は九つの区間のうち三つに亀裂を見つけたと述べ、修理には三週間かかる見込みだ。";

    fn hashes(text: &str) -> Vec<u64> {
        tokens(text).hashes().to_vec()
    }

    fn made(text: &str, kind: Kind, seed: u64) -> Copy {
        let mut words = Words::default();
        words.add(text);
        words.draw_line(text, &mut Draws::new(0, "line"));
        copy(text, kind, &words, &mut Draws::new(seed, "test"))
    }

    #[test]
    fn passages_and_repeats_are_the_same_text_on_both_sides() {
        for text in [ENGLISH, ARABIC, JAPANESE] {
            for kind in USUAL {
                for seed in 0..20 {
                    let copy = made(text, kind, seed);
                    let cut = |text: &str, span: &Range<usize>| -> String {
                        text.chars().skip(span.start).take(span.len()).collect()
                    };
                    for [old, new] in &copy.passages {
                        assert_eq!(cut(text, old), cut(&copy.text, new), "{kind} {seed}");
                        assert!(!old.is_empty(), "{kind} {seed}");
                    }
                    for [first, again] in &copy.repeats {
                        assert_eq!(cut(&copy.text, first), cut(&copy.text, again), "{kind} {seed}");
                        assert!(first.end <= again.start, "{kind} {seed}");
                    }
                    assert_eq!(made(text, kind, seed), copy, "{kind} {seed}");
                }
            }
        }
    }

    #[test]
    fn so_many_words_are_edited_and_no_more() {
        for text in [ENGLISH, ARABIC, JAPANESE] {
            let all = hashes(text).len();
            for rate in [1, 5, 10, 30] {
                for seed in 0..20 {
                    let new = hashes(&made(text, Kind::Words(rate), seed).text);
                    let edits = distance(&hashes(text), &new);
                    let most = ((all * rate as usize + 50) / 100).max(1);
                    assert!(edits <= most, "{edits} edits, at most {most}: {rate} {seed}");
                    // A word may be drawn for itself, or run together with its neighbour's.
                    assert!(rate < 10 || 2 * edits >= most, "{edits} edits of {most}: {rate} {seed}");
                }
            }
        }
    }

    #[test]
    fn other_dress_leaves_the_words() {
        for text in [ENGLISH, ARABIC, JAPANESE] {
            for seed in 0..20 {
                let copy = made(text, Kind::Typography, seed);
                assert_eq!(hashes(&copy.text), hashes(text), "{}", copy.text);
            }
        }
        assert_ne!(made(ENGLISH, Kind::Typography, 0).text, ENGLISH);
    }

    /// Edit distance of tokens, by definition.
    fn distance(a: &[u64], b: &[u64]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, in_a) in a.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, in_b) in b.iter().enumerate() {
                let changed = diagonal + usize::from(in_a != in_b);
                diagonal = row[j + 1];
                row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[b.len()]
    }
}
