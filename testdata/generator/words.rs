//! Made-up words of three scripts, used as often as words are: a few all the time, most of them hardly ever.
//!
//! The vocabulary is the same for every seed, so that archives of different seeds share their language but no
//! text. Frequent words are short, as in every language. Each vocabulary is built once in a process (some
//! milliseconds).

use std::collections::HashSet;
use std::sync::OnceLock;

use super::rng::{Rng, Weighted};

/// Words in a vocabulary; a newspaper of some megabytes uses about as many.
const VOCABULARY: usize = 30_000;
/// Stock phrases, as in "at the end of the day"; enough that only the first dozen appear all over an archive.
const PHRASES: usize = 8_000;
/// People and places, of two words each.
const NAMES: usize = 4_000;

/// In what letters an archive is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Latin letters and blanks, nearly all ASCII.
    English,
    /// Arabic letters with blanks, written from the right; now and then a vowel mark.
    Arabic,
    /// Kanji, hiragana and katakana without blanks.
    Japanese,
}

/// What stands around the words of a script.
#[derive(Debug)]
pub struct Marks {
    /// Between two words.
    pub gap: &'static str,
    /// After a word inside a sentence, before the gap.
    pub comma: &'static str,
    /// At the end of a sentence.
    pub stop: &'static str,
    /// Before, between and after: OPEN sentence SAID name STOP.
    pub quote: [&'static str; 3],
}

/// A vocabulary with its frequencies, stock phrases and names.
#[derive(Debug)]
pub struct Words {
    /// The letters of these words.
    pub script: Script,
    vocabulary: Vec<String>,
    by_frequency: Weighted,
    phrases: Vec<String>,
    phrase_by_frequency: Weighted,
    names: Vec<String>,
}

impl Words {
    /// The vocabulary of a script.
    pub fn of(script: Script) -> &'static Self {
        static ENGLISH: OnceLock<Words> = OnceLock::new();
        static ARABIC: OnceLock<Words> = OnceLock::new();
        static JAPANESE: OnceLock<Words> = OnceLock::new();
        let shelf = match script {
            Script::English => &ENGLISH,
            Script::Arabic => &ARABIC,
            Script::Japanese => &JAPANESE,
        };
        shelf.get_or_init(|| Self::make_up(script))
    }

    /// A word, frequent ones more often.
    pub fn word(&self, rng: &mut Rng) -> &str {
        &self.vocabulary[self.by_frequency.draw(rng)]
    }

    /// A phrase of three to seven words, frequent ones more often.
    pub fn phrase(&self, rng: &mut Rng) -> &str {
        &self.phrases[self.phrase_by_frequency.draw(rng)]
    }

    /// The name of somebody.
    pub fn name(&self, rng: &mut Rng) -> &str {
        &self.names[rng.below(self.names.len())]
    }

    /// The punctuation of the script.
    pub fn marks(&self) -> &'static Marks {
        match self.script {
            Script::English => &Marks { gap: " ", comma: ",", stop: ".", quote: ["\"", ",\" said ", "."] },
            Script::Arabic => &Marks { gap: " ", comma: "،", stop: ".", quote: ["«", "»، قال ", "."] },
            Script::Japanese => {
                &Marks { gap: "", comma: "、", stop: "。", quote: ["「", "」と", "は述べた。"] }
            }
        }
    }

    /// Writes a number as the script does.
    pub fn number(&self, rng: &mut Rng, out: &mut String) {
        let value = rng.between(2, 2026);
        let digits = match rng.below(4) {
            0 => format!("{value},{:03}", rng.below(1000)),
            1 => format!("{}.{}", rng.below(100), rng.below(10)),
            _ => value.to_string(),
        };
        let zero = match self.script {
            Script::Arabic if rng.below(2) == 0 => '\u{660}',
            Script::Japanese if rng.below(2) == 0 => '\u{ff10}',
            _ => '0',
        };
        out.extend(digits.chars().map(|digit| match digit.to_digit(10) {
            Some(value) => char::from_u32(u32::from(zero) + value).expect("ten digits follow each zero"),
            None => digit,
        }));
    }

    fn make_up(script: Script) -> Self {
        let mut rng = Rng::new(0x0077_6f72_6473);
        let mut words = Vec::with_capacity(VOCABULARY);
        let mut seen = HashSet::with_capacity(VOCABULARY);
        while words.len() < VOCABULARY {
            let word = match script {
                Script::English => latin(words.len(), &mut rng),
                Script::Arabic => arabic(words.len(), &mut rng),
                Script::Japanese => japanese(words.len(), &mut rng),
            };
            if seen.insert(word.clone()) {
                words.push(word);
            }
        }
        let mut made = Self {
            script,
            vocabulary: words,
            by_frequency: Weighted::zipf(VOCABULARY, 2.7),
            phrases: Vec::with_capacity(PHRASES),
            phrase_by_frequency: Weighted::zipf(PHRASES, 5.0),
            names: Vec::with_capacity(NAMES),
        };
        let gap = made.marks().gap;
        for _ in 0..PHRASES {
            let length = rng.between(3, 7);
            let phrase: Vec<&str> = (0..length).map(|_| made.word(&mut rng)).collect();
            made.phrases.push(phrase.join(gap));
        }
        for _ in 0..NAMES {
            let given = capitalised(&made.vocabulary[rng.between(2_000, 9_000)]);
            let family = capitalised(&made.vocabulary[rng.between(2_000, 20_000)]);
            made.names.push([given, family].join(gap));
        }
        made
    }
}

/// The word with a capital at its head, where the script has capitals.
pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A word for this rank that can be pronounced: syllables of onset, vowel and, at the end, coda.
fn latin(rank: usize, rng: &mut Rng) -> String {
    const ONSETS: [&str; 28] = [
        "b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "br", "ch", "cl",
        "dr", "fl", "gr", "pl", "pr", "sh", "st", "th", "tr",
    ];
    const VOWELS: [&str; 10] = ["a", "e", "i", "o", "u", "a", "e", "o", "ea", "ou"];
    const ACCENTED: [&str; 4] = ["é", "ü", "ñá", "ô"];
    const CODAS: [&str; 14] = ["", "", "", "n", "r", "s", "t", "l", "d", "m", "ck", "nd", "st", "ng"];
    let syllables = match rank {
        0..200 => 1,
        200..2_000 => rng.between(1, 2),
        2_000..8_000 => rng.between(2, 3),
        _ => rng.between(2, 4),
    };
    let mut word = String::new();
    for _ in 0..syllables {
        // One rare word in a thousand or so comes from abroad and keeps its accents, so that most texts are
        // ASCII.
        let vowels: &[&str] = if rank > 1_000 && rng.below(3_000) == 0 { &ACCENTED } else { &VOWELS };
        if !word.is_empty() || rng.below(6) > 0 {
            word.push_str(rng.pick(&ONSETS));
        }
        word.push_str(rng.pick(vowels));
    }
    word.push_str(rng.pick(&CODAS));
    word
}

/// A word for this rank in Arabic letters: a root, often with the article, an ending, or a vowel mark.
fn arabic(rank: usize, rng: &mut Rng) -> String {
    const LETTERS: [char; 28] = [
        'ا', 'ب', 'ت', 'ث', 'ج', 'ح', 'خ', 'د', 'ذ', 'ر', 'ز', 'س', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ', 'ف',
        'ق', 'ك', 'ل', 'م', 'ن', 'ه', 'و', 'ي',
    ];
    const ENDINGS: [&str; 4] = ["ة", "ات", "ين", "ى"];
    const VOWEL_MARKS: [char; 4] = ['\u{64e}', '\u{64f}', '\u{650}', '\u{651}'];
    let (length, frequent) = if rank < 60 { (rng.between(2, 3), true) } else { (rng.between(3, 5), false) };
    let mut word = String::new();
    if !frequent && rng.below(10) < 3 {
        word.push_str("ال");
    }
    let marked = if rng.below(30) == 0 { rng.below(length) } else { length };
    for place in 0..length {
        word.push(rng.pick(&LETTERS));
        if place == marked {
            word.push(rng.pick(&VOWEL_MARKS));
        }
    }
    if !frequent && rng.below(10) < 3 {
        word.push_str(rng.pick(&ENDINGS));
    }
    word
}

/// A word for this rank in Japanese: particles first, then kanji with endings, katakana, hiragana.
fn japanese(rank: usize, rng: &mut Rng) -> String {
    let hiragana: Vec<char> =
        "あいうえおかきくけこがぎぐげごさしすせそたちつてとだでどなにぬねのはひふへほばびぶべぼまみむめもやゆよらりるれろわをん"
            .chars()
            .collect();
    let katakana: Vec<char> =
        "アイウエオカキクケコガギグゲゴサシスセソタチツテトダデドナニヌネノハヒフヘホバビブベボマミムメモヤユヨラリルレロワンー"
            .chars()
            .collect();
    let run = |letters: &[char], length: usize, rng: &mut Rng| -> String {
        (0..length).map(|_| rng.pick(letters)).collect()
    };
    if rank < 60 {
        let length = rng.between(1, 2);
        return run(&hiragana, length, rng);
    }
    match rng.below(10) {
        0..2 => {
            let length = rng.between(2, 4);
            run(&hiragana, length, rng)
        }
        2..4 => {
            let length = rng.between(3, 6);
            run(&katakana, length, rng)
        }
        _ => {
            // Two thousand kanji, as many as school teaches, spread over the block that has been full since
            // 1993.
            let mut word: String = (0..rng.between(1, 3))
                .map(|_| {
                    let offset = u32::try_from(rng.small_below(2_000)).expect("below 2,000");
                    char::from_u32(0x4e00 + 10 * offset).expect("a kanji")
                })
                .collect();
            let length = rng.below(3);
            word.push_str(&run(&hiragana, length, rng));
            word
        }
    }
}
