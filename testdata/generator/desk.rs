//! The news desk: decides, article by article, who prints what and from whom it was copied, and keeps the
//! truth.
//!
//! Giant stories are laid out first, each printing with the amount of ordinary text after which it is due;
//! then ordinary articles are written until there is enough text, and giants go in between when they fall
//! due. Copies are made from the printed text of the source, of which the first `paragraphs` are the body;
//! repeats and the footer stand after it and are not copied.

use std::collections::BTreeSet;

use super::clock::{FIRST_DAY, utc};
use super::outlets::{Outlet, outlets};
use super::prose::{body, edited, in_house_style, line, paragraph, units};
use super::rng::{Rng, Weighted};
use super::words::{Script, Words};
use super::{Article, Mode, PlantedPassage, PlantedRepeat, Settings, Truth};

/// How many articles back a copy may reach; most reach back much less, as news do.
const NEWS_WINDOW: usize = 2_000;
/// Words that a quotation or repeat needs at least, so that a search for 16 words finds it.
const LEAST_PLANTED_WORDS: usize = 20;

/// What of a printed article can be copied.
struct Printed {
    outlet: usize,
    paragraphs: usize,
}

/// An article before it is printed.
struct Draft {
    outlet: usize,
    title: String,
    paragraphs: Vec<String>,
    family: Option<usize>,
    parent: Option<usize>,
    mode: Mode,
    passages: Vec<PlantedPassage>,
}

/// A story that very many print.
struct Giant {
    title: String,
    paragraphs: Vec<String>,
    first: Option<usize>,
}

/// The archive as it grows.
pub struct Desk {
    words: &'static Words,
    rng: Rng,
    outlets: Vec<Outlet>,
    by_output: Weighted,
    articles: Vec<Article>,
    printed: Vec<Printed>,
    /// The articles that may be copied: all but the giants.
    ordinary: Vec<usize>,
    seconds: u64,
}

impl Desk {
    /// A desk with its outlets and nothing printed.
    pub fn open(settings: &Settings) -> Self {
        let words = Words::of(settings.script);
        let mut rng = Rng::new(settings.seed);
        Self {
            words,
            outlets: outlets(settings.outlets, words, &mut rng),
            by_output: Weighted::zipf(settings.outlets, 3.0),
            rng,
            articles: Vec::new(),
            printed: Vec::new(),
            ordinary: Vec::new(),
            seconds: FIRST_DAY,
        }
    }

    /// Prints the whole archive.
    pub fn run(mut self, settings: &Settings) -> Vec<Article> {
        let mut giants: Vec<Giant> = (0..settings.giant_stories).map(|_| self.giant()).collect();
        let giant_bytes: usize =
            giants.iter().flat_map(|giant| &giant.paragraphs).map(|text| text.len() + 1).sum::<usize>()
                * settings.giant_copies;
        let ordinary_bytes = settings.bytes.saturating_sub(giant_bytes);
        let mut due = self.due_times(&giants, settings.giant_copies, ordinary_bytes).into_iter().peekable();
        let mut written = 0;
        loop {
            if let Some((_, giant)) = due.next_if(|&(bytes, _)| bytes <= written) {
                let draft = self.giant_printing(&giants[giant]);
                let first = *giants[giant].first.get_or_insert(self.articles.len());
                self.print(Draft { family: Some(first), ..draft });
            } else if written < ordinary_bytes {
                let draft = self.ordinary_draft(settings);
                self.ordinary.push(self.articles.len());
                written += self.print(draft);
            } else {
                return self.articles;
            }
        }
    }

    /// When each printing of each giant is due, in bytes of ordinary text before it: from some point in the
    /// first half of the archive on, over two fifths of it.
    fn due_times(&mut self, giants: &[Giant], copies: usize, ordinary_bytes: usize) -> Vec<(usize, usize)> {
        let mut due = Vec::with_capacity(giants.len() * copies);
        for giant in 0..giants.len() {
            let begin = self.rng.below(ordinary_bytes / 2 + 1);
            for _ in 0..copies {
                due.push((begin + self.rng.below(ordinary_bytes / 5 * 2 + 1), giant));
            }
        }
        due.sort_unstable();
        due
    }

    fn giant(&mut self) -> Giant {
        let bytes = self.rng.between(1_800, 4_500);
        Giant { title: self.title(), paragraphs: body(self.words, &mut self.rng, bytes), first: None }
    }

    /// The next printing of a giant: the first as it is; then half as it is, a quarter edited, the rest cut
    /// or expanded.
    fn giant_printing(&mut self, giant: &Giant) -> Draft {
        let whole = &giant.paragraphs;
        let paragraphs = match self.rng.below(20) {
            _ if giant.first.is_none() => whole.clone(),
            0..9 => whole.clone(),
            9..14 => {
                let per_mille = u32::try_from(self.rng.between(5, 30)).expect("at most 30");
                edited(self.words, &mut self.rng, whole, per_mille)
            }
            14..17 => {
                let share = self.rng.between(70, 97);
                whole[..(whole.len() * share / 100).max(1)].to_vec()
            }
            _ => self.expanded(whole.clone(), 1),
        };
        Draft {
            outlet: self.by_output.draw(&mut self.rng),
            title: giant.title.clone(),
            paragraphs,
            family: giant.first,
            parent: giant.first,
            mode: Mode::Giant,
            passages: Vec::new(),
        }
    }

    /// A copy in a share of the cases, else something new.
    fn ordinary_draft(&mut self, settings: &Settings) -> Draft {
        if self.rng.chance(settings.copy_share) && !self.ordinary.is_empty() {
            let back = self.rng.small_below(self.ordinary.len().min(NEWS_WINDOW));
            return self.copy_of(self.ordinary[self.ordinary.len() - 1 - back], settings);
        }
        Draft {
            outlet: self.by_output.draw(&mut self.rng),
            title: self.title(),
            paragraphs: self.own_text(settings),
            family: None,
            parent: None,
            mode: Mode::Original,
            passages: Vec::new(),
        }
    }

    /// A copy of some kind, by another outlet.
    fn copy_of(&mut self, source: usize, settings: &Settings) -> Draft {
        let whole = self.body_of(source);
        let mut draft = Draft {
            outlet: self.outlet_other_than(self.printed[source].outlet),
            title: if self.rng.chance(0.5) { self.articles[source].title.clone() } else { self.title() },
            paragraphs: Vec::new(),
            family: Some(self.articles[source].truth.family),
            parent: Some(source),
            mode: Mode::Verbatim,
            passages: Vec::new(),
        };
        match self.rng.below(20) {
            0..7 => {
                let per_mille = u32::try_from(10 + self.rng.small_below(91)).expect("at most 100");
                draft.mode = Mode::Light { per_mille };
                draft.paragraphs = edited(self.words, &mut self.rng, &whole, per_mille);
            }
            7..10 if whole.len() > 1 => {
                draft.mode = Mode::Cut;
                draft.paragraphs = self.cut(whole);
            }
            10..13 => {
                draft.mode = Mode::Expanded;
                let more = self.rng.between(1, 3);
                draft.paragraphs = self.expanded(whole, more);
            }
            13..16 => {
                draft.mode = Mode::Quote;
                draft.family = None;
                draft.title = self.title();
                (draft.paragraphs, draft.passages) = self.quoting(source, &whole, settings);
            }
            _ => draft.paragraphs = whole,
        }
        draft
    }

    /// 30 to 95 % of the paragraphs: the first ones, or in a third of the cases any.
    fn cut(&mut self, mut paragraphs: Vec<String>) -> Vec<String> {
        let total = paragraphs.len();
        let keep = (total * self.rng.between(30, 95) / 100).clamp(1, total - 1);
        if self.rng.below(3) > 0 {
            paragraphs.truncate(keep);
        }
        while paragraphs.len() > keep {
            paragraphs.remove(self.rng.below(paragraphs.len()));
        }
        paragraphs
    }

    /// The paragraphs with `more` new ones anywhere between, before or after.
    fn expanded(&mut self, mut paragraphs: Vec<String>, more: usize) -> Vec<String> {
        for _ in 0..more {
            let at = self.rng.below(paragraphs.len() + 1);
            paragraphs.insert(at, paragraph(self.words, &mut self.rng));
        }
        paragraphs
    }

    /// A text of its own around one to three paragraphs of the source, more where those are short.
    fn quoting(
        &mut self,
        source: usize,
        whole: &[String],
        settings: &Settings,
    ) -> (Vec<String>, Vec<PlantedPassage>) {
        let wanted = self.rng.between(1, whole.len().min(3));
        let mut begin = self.rng.below(whole.len() - wanted + 1);
        let mut end = begin + wanted;
        while (begin, end) != (0, whole.len()) && self.word_count(&whole[begin..end]) < LEAST_PLANTED_WORDS {
            if end < whole.len() {
                end += 1;
            } else {
                begin -= 1;
            }
        }
        let mut own = self.own_text(settings);
        let at = self.rng.below(own.len() + 1);
        own.splice(at..at, whole[begin..end].iter().cloned());
        let passage = PlantedPassage {
            source,
            source_chars: chars_of(whole, begin, end),
            target_chars: chars_of(&own, at, at + end - begin),
        };
        (own, vec![passage])
    }

    /// Puts the draft into the archive, with repeats and the footer; the bytes of its text come back.
    fn print(&mut self, draft: Draft) -> usize {
        let outlet = &self.outlets[draft.outlet];
        let (footer, typographic) = (outlet.footer.clone(), outlet.typographic);
        let domain = outlet.domain.clone();
        let index = self.articles.len();
        let mut paragraphs = draft.paragraphs;
        self.printed.push(Printed { outlet: draft.outlet, paragraphs: paragraphs.len() });
        let repeats =
            if draft.passages.is_empty() { self.repeat_paragraphs(&mut paragraphs) } else { Vec::new() };
        paragraphs.extend(footer);
        let text = in_house_style(&paragraphs.join("\n"), typographic);
        let bytes = text.len();
        self.seconds += self.rng.between(5, 400) as u64;
        self.articles.push(Article {
            id: format!("a{index:07}"),
            outlet: domain,
            published_at: utc(self.seconds),
            title: draft.title,
            text,
            truth: Truth {
                family: draft.family.unwrap_or(index),
                parent: draft.parent,
                mode: draft.mode,
                passages: draft.passages,
                repeats,
            },
        });
        bytes
    }

    /// In 4 % of the articles, sets one to three of the longer paragraphs a second time at the end.
    fn repeat_paragraphs(&mut self, paragraphs: &mut Vec<String>) -> Vec<PlantedRepeat> {
        let mut repeats = Vec::new();
        let count = paragraphs.len();
        if !self.rng.chance(0.04) || count < 4 {
            return repeats;
        }
        let picked: BTreeSet<usize> = (0..self.rng.between(1, 3)).map(|_| self.rng.below(count)).collect();
        for first in picked {
            if self.word_count(&paragraphs[first..=first]) >= LEAST_PLANTED_WORDS {
                paragraphs.push(paragraphs[first].clone());
                repeats.push(PlantedRepeat {
                    first_chars: chars_of(paragraphs, first, first + 1),
                    again_chars: chars_of(paragraphs, paragraphs.len() - 1, paragraphs.len()),
                });
            }
        }
        repeats
    }

    fn body_of(&self, article: usize) -> Vec<String> {
        self.articles[article]
            .text
            .split('\n')
            .take(self.printed[article].paragraphs)
            .map(str::to_owned)
            .collect()
    }

    /// Words, at the worth a search gives them: of Japanese two characters make a word.
    fn word_count(&self, paragraphs: &[String]) -> usize {
        paragraphs
            .iter()
            .map(|text| match self.words.script {
                Script::Japanese => text.chars().filter(|letter| letter.is_alphabetic()).count() / 2,
                script => units(script, text).len(),
            })
            .sum()
    }

    fn title(&mut self) -> String {
        let count = self.rng.between(5, 11);
        line(self.words, &mut self.rng, count)
    }

    /// New paragraphs, of a length that spreads like a log-normal one (σ = 0.7): sixteen coins, each of which
    /// makes the article longer or shorter by the factor e^0.175.
    fn own_text(&mut self, settings: &Settings) -> Vec<String> {
        // The mean of the product of sixteen such factors is cosh(0.175)^16 = 1.276, taken out beforehand.
        let mut bytes = settings.mean_article_bytes * 1000 / 1276;
        let coins = self.rng.next();
        for coin in 0..16 {
            bytes = if coins >> coin & 1 == 1 { bytes * 1191 / 1000 } else { bytes * 1000 / 1191 };
        }
        body(self.words, &mut self.rng, bytes.clamp(300, 40_000))
    }

    fn outlet_other_than(&mut self, avoid: usize) -> usize {
        loop {
            let outlet = self.by_output.draw(&mut self.rng);
            if outlet != avoid || self.outlets.len() == 1 {
                return outlet;
            }
        }
    }
}

/// Where the paragraphs `begin..end` stand when all are joined by line feeds, in characters.
fn chars_of(paragraphs: &[String], begin: usize, end: usize) -> std::ops::Range<usize> {
    let length = |part: &[String]| part.iter().map(|text| text.chars().count() + 1).sum::<usize>();
    let start = length(&paragraphs[..begin]);
    start..start + length(&paragraphs[begin..end]) - 1
}
