//! Texts at hand: an article read again, and a small shelf of those read last.

use std::collections::HashMap;
use std::rc::Rc;

use crate::kernel::Kernel;
use crate::text::{Tokens, tokenize};

/// An article's text with its tokens.
#[derive(Clone, Debug)]
pub struct Prepared {
    text: String,
    tokens: Tokens,
}

impl Prepared {
    /// Tokenizes `text` with the seed of the run, on the best kernel.
    pub fn new(text: String, seed: u64) -> Self {
        Prepared::on(Kernel::best(), text, seed)
    }

    /// The same on a kernel of your choice.
    pub fn on(kernel: Kernel, text: String, seed: u64) -> Self {
        let mut tokens = Tokens::on(kernel);
        tokenize(&text, seed, &mut tokens);
        tokens.slim();
        Prepared { text, tokens }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }
}

/// Bytes of text after which a shelf is full at the latest: sources near in time come again soon (some 500 articles), and
/// a handful of large articles must not pile up.
const MOST_BYTES: u64 = 2 << 20;

/// What a full shelf and the one put aside take in memory, by the bytes of text on one: tokens take about five times
/// the room of their text.
const MEMORY_PER_BYTE: u64 = 12;

/// The articles that one thread read last: a full shelf is put aside and stays in reach until the next is full.
pub(super) struct Shelf<'a> {
    prepare: &'a (dyn Fn(u32) -> Prepared + Sync),
    held: HashMap<u32, Rc<Prepared>>,
    aside: HashMap<u32, Rc<Prepared>>,
    bytes: u64,
    most_bytes: u64,
}

impl<'a> Shelf<'a> {
    /// A shelf that takes about `memory` bytes at most, and no more than is of use.
    pub(super) fn new(prepare: &'a (dyn Fn(u32) -> Prepared + Sync), memory: u64) -> Self {
        let most_bytes = (memory / MEMORY_PER_BYTE).min(MOST_BYTES);
        Shelf { prepare, held: HashMap::new(), aside: HashMap::new(), bytes: 0, most_bytes }
    }

    /// An article as a target: most are looked at once, so it is not put on the shelf.
    pub(super) fn target(&self, article: u32) -> Rc<Prepared> {
        let held = self.held.get(&article).or_else(|| self.aside.get(&article));
        held.map_or_else(|| Rc::new((self.prepare)(article)), Rc::clone)
    }

    pub(super) fn get(&mut self, article: u32) -> Rc<Prepared> {
        if let Some(held) = self.held.get(&article) {
            return Rc::clone(held);
        }
        let prepared = self.aside.remove(&article).unwrap_or_else(|| Rc::new((self.prepare)(article)));
        if self.bytes > self.most_bytes {
            self.aside = std::mem::take(&mut self.held);
            self.bytes = 0;
        }
        self.bytes += prepared.text.len() as u64;
        self.held.insert(article, Rc::clone(&prepared));
        prepared
    }
}
