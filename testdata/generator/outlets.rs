//! The newspapers of an invented archive, each with its habits.

use std::collections::BTreeSet;

use super::prose::line;
use super::rng::Rng;
use super::words::{Script, Words};

/// Who prints articles.
pub struct Outlet {
    /// Its name, as in addresses.
    pub domain: String,
    /// Stands under each of its articles.
    pub footer: Option<String>,
    /// Whether it sets curly quotes.
    pub typographic: bool,
}

/// Outlets with made-up domains; every second has a footer of 12 to 45 words, every third sets typographic
/// quotes.
///
/// # Panics
/// If `count` is 0.
pub fn outlets(count: usize, words: &Words, rng: &mut Rng) -> Vec<Outlet> {
    assert!(count > 0, "somebody must print the articles");
    let latin = Words::of(Script::English);
    let sign = if words.script == Script::English { "Copyright" } else { "©" };
    let mut taken = BTreeSet::new();
    let mut outlets = Vec::with_capacity(count);
    while outlets.len() < count {
        let name: String = [latin.word(rng), latin.word(rng)].concat();
        if name.len() < 6 || !name.is_ascii() || !taken.insert(name.clone()) {
            continue;
        }
        let length = rng.between(9, 42);
        let footer = format!("{sign} 2026 {name}. {}{}", line(words, rng, length), words.marks().stop);
        outlets.push(Outlet {
            domain: format!("{name}.example"),
            footer: outlets.len().is_multiple_of(2).then_some(footer),
            typographic: outlets.len().is_multiple_of(3),
        });
    }
    outlets
}
