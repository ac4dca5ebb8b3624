//! Inputs made to hurt: what costs a careless engine quadratic time, in one line each.

use super::clock::{FIRST_DAY, utc};
use super::prose::{body, line};
use super::rng::Rng;
use super::words::{Script, Words};
use super::{Article, Mode, Truth};

/// About how long the articles here are, in bytes: short, since there may be a hundred thousand of them.
const STORY_BYTES: usize = 1_500;

/// One story printed `copies` times, each time with another number in its second sentence: every pair is a
/// near-duplicate, no two texts are equal.
pub fn one_story(copies: usize, seed: u64) -> Vec<Article> {
    printings(copies, seed, |copy| copy)
}

/// The same text `copies` times, by different outlets.
pub fn identical(copies: usize) -> Vec<Article> {
    printings(copies, 1, |_| 0)
}

/// An article that says one sentence `times` times, in one paragraph.
pub fn one_sentence(times: usize) -> String {
    vec![
        "The council said on Monday that it would look into the matter again, and nothing was decided.";
        times
    ]
    .join(" ")
}

/// An article of about `bytes` bytes in English (at most a paragraph more), without anything copied in it.
pub fn big_article(bytes: usize, seed: u64) -> String {
    let mut rng = Rng::new(seed);
    body(Words::of(Script::English), &mut rng, bytes.saturating_add(150)).join("\n")
}

/// A story printed minute by minute by 97 outlets in turn, with a number in it that `number` gives for each
/// copy.
fn printings(copies: usize, seed: u64, number: impl Fn(usize) -> usize) -> Vec<Article> {
    let words = Words::of(Script::English);
    let mut rng = Rng::new(seed);
    let title = line(words, &mut rng, 8);
    let paragraphs = body(words, &mut rng, STORY_BYTES);
    let (head, rest) = paragraphs.split_first().expect("a body has a paragraph");
    let rest = rest.join("\n");
    (0..copies)
        .map(|copy| Article {
            id: format!("a{copy:07}"),
            outlet: format!("outlet{:02}.example", copy % 97),
            published_at: utc(FIRST_DAY + 60 * copy as u64),
            title: title.clone(),
            text: format!("{head}\nIt was seen by {} people.\n{rest}", number(copy)),
            truth: Truth {
                family: 0,
                parent: (copy > 0).then_some(0),
                mode: if copy == 0 { Mode::Original } else { Mode::Giant },
                passages: Vec::new(),
                repeats: Vec::new(),
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::*;

    #[test]
    fn the_extremes_are_what_they_say() {
        let story = one_story(3, 5);
        let sets: Vec<judge::ShingleSet> =
            story.iter().map(|article| judge::shingle_set(&judge::words(&article.text), 5)).collect();
        let alike = judge::resemblance(&sets[0], &sets[2]);
        assert!((0.9..1.0).contains(&alike), "{alike}");
        let same = identical(2);
        assert!(same[0].text == same[1].text && same[0].outlet != same[1].outlet);
        assert_eq!(one_sentence(3).matches("council").count(), 3);
        let big = big_article(100_000, 1);
        assert!((100_000..101_500).contains(&big.len()), "{}", big.len());
    }
}
