//! Act 1: everything that can be known of one article alone.
//!
//! A pure function of the record and the settings; one [`Examiner`] a thread keeps the buffers.

use xxhash_rust::xxh3::xxh3_128;

use crate::archive::record::Record;
use crate::lineage::{Credit, credits};
use crate::passages::Span;
use crate::repeats::{Repeat, RepeatKind, Repeats};
use crate::settings::Settings;
use crate::shingle::shingle_on;
use crate::sketch::{Fingerprint, Signature, Sketcher, Winnower};
use crate::text::{CharOffsets, Paragraphs, Tokens, tokenize};

/// What is known of one article alone.
#[derive(Clone, Debug)]
pub struct Examined {
    /// 128-bit XXH3 of the text.
    pub text_hash: u128,
    /// The same of all token hashes; `None` for a text without tokens.
    pub token_hash: Option<u128>,
    /// Length in words.
    pub words: u32,
    /// Its signature, if near-duplicates are looked for and there are tokens.
    pub signature: Option<Box<Signature>>,
    /// Its winnowed fingerprints, if passages are looked for.
    pub fingerprints: Vec<Fingerprint>,
    /// What it repeats, if that is looked for.
    pub repeats: Vec<FoundRepeat>,
    /// Words of it that stand in the text a second time, labels not counted.
    pub repeated_words: u32,
    /// The sources it names.
    pub credits: Vec<Credit>,
}

/// A repeat with its spans in bytes and characters.
#[derive(Clone, Debug)]
pub struct FoundRepeat {
    /// The first standing.
    pub first: Span,
    /// The second.
    pub again: Span,
    /// Length of the second, in words.
    pub words: u32,
    /// Share of tokens that agree.
    pub similarity: f64,
    /// What it is.
    pub kind: RepeatKind,
}

/// Examines articles, one after the other.
#[derive(Debug)]
pub(super) struct Examiner<'s> {
    settings: &'s Settings,
    tokens: Tokens,
    paragraphs: Paragraphs,
    shingles: Vec<u64>,
    fingerprints: Vec<Fingerprint>,
    bytes: Vec<u8>,
    sketcher: Sketcher,
    winnower: Winnower,
    repeats: Repeats,
}

impl<'s> Examiner<'s> {
    /// An examiner for one thread.
    pub(super) fn new(settings: &'s Settings) -> Self {
        Examiner {
            settings,
            tokens: Tokens::on(settings.kernel),
            paragraphs: Paragraphs::on(settings.kernel),
            shingles: Vec::new(),
            fingerprints: Vec::new(),
            bytes: Vec::new(),
            sketcher: Sketcher::new(settings.seed).on(settings.kernel),
            winnower: Winnower::for_runs_of(settings.min_passage_words as usize),
            repeats: Repeats::default(),
        }
    }

    /// Text to tokens, shingles, sketches, repeats and credits.
    pub(super) fn examine(&mut self, record: &Record<'_>) -> Examined {
        let text = &*record.text;
        let searches = self.settings.searches;
        tokenize(text, self.settings.seed, &mut self.tokens);
        let signature = searches.duplicates.then(|| self.signature()).flatten();
        if searches.passages {
            self.winnower.winnow(self.tokens.hashes(), &mut self.fingerprints);
        }
        let token_hash = self.token_hash();
        let paragraphs = self.paragraphs.of(text);
        let repeats = if searches.repeats {
            spanned(text, self.repeats.find(text, &self.tokens, paragraphs))
        } else {
            Vec::new()
        };
        let repeated = repeats.iter().filter(|repeat| repeat.kind != RepeatKind::Label);
        Examined {
            text_hash: xxh3_128(text.as_bytes()),
            token_hash,
            words: self.tokens.words(0..self.tokens.len()),
            signature,
            fingerprints: self.fingerprints.clone(),
            repeated_words: repeated.map(|repeat| repeat.words).sum(),
            repeats,
            credits: credits(text, paragraphs),
        }
    }

    fn signature(&mut self) -> Option<Box<Signature>> {
        let Settings { kernel, shingle_tokens, .. } = *self.settings;
        shingle_on(kernel, self.tokens.hashes(), shingle_tokens, &mut self.shingles);
        self.sketcher.sketch(&self.shingles).map(Box::new)
    }

    fn token_hash(&mut self) -> Option<u128> {
        if self.tokens.is_empty() {
            return None;
        }
        self.bytes.clear();
        self.bytes.extend(self.tokens.hashes().iter().flat_map(|hash| hash.to_le_bytes()));
        Some(xxh3_128(&self.bytes))
    }
}

/// Repeats with their spans in bytes and characters.
fn spanned(text: &str, found: Vec<Repeat>) -> Vec<FoundRepeat> {
    if found.is_empty() {
        return Vec::new();
    }
    let offsets = CharOffsets::of(text);
    let spanned = |repeat: Repeat| FoundRepeat {
        first: Span::new(repeat.first, &offsets),
        again: Span::new(repeat.again, &offsets),
        words: repeat.words,
        similarity: repeat.similarity,
        kind: repeat.kind,
    };
    found.into_iter().map(spanned).collect()
}
