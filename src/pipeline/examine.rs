//! Act 1: everything that can be known of one article alone.
//!
//! A pure function of the record and the settings; one [`Examiner`] a thread keeps the buffers. What is found goes into
//! the tables of a [`Piece`].

use xxhash_rust::xxh3::xxh3_128;

use super::catalogue::Article;
use super::details::{Unpacked, pack, pack_outline};
use super::stores::{Piece, StoredFingerprint};
use crate::archive::Place;
use crate::archive::record::Record;
use crate::candidates::NO_SIGNATURE;
use crate::lineage::credits;
use crate::passages::Span;
use crate::repeats::{MIN_RUN_WORDS, Repeat, RepeatKind, Repeats};
use crate::settings::Settings;
use crate::shingle::shingle_on;
use crate::sketch::{Fingerprint, Sketcher, Winnower};
use crate::text::{CharOffsets, Paragraphs, Tokens, tokenize};

/// A repeat with its spans in bytes and characters.
#[derive(Clone, Debug, PartialEq)]
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

/// Buffers that a longer text made grow are not kept: few texts are so long, and each thread has its own.
const MOST_KEPT_BYTES: usize = 4 << 20;

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
            winnower: Winnower::for_runs_of(settings.min_passage_words as usize).on(settings.kernel),
            repeats: Repeats::on(settings.kernel),
        }
    }

    /// Text to tokens, shingles, sketches, repeats and credits.
    pub(super) fn examine(&mut self, place: Place, number: u64, record: &Record<'_>, into: &mut Piece) {
        let text = &*record.text;
        let searches = self.settings.searches;
        tokenize(text, self.settings.seed, &mut self.tokens);
        let signature = if searches.duplicates { self.signature(into) } else { NO_SIGNATURE };
        let fingerprints = into.fingerprints.len();
        if searches.passages {
            self.winnower.winnow(self.tokens.hashes(), &mut self.fingerprints);
            into.fingerprints.extend(self.fingerprints.iter().map(StoredFingerprint::from));
        }
        let all_tokens_hash = self.token_hash();
        // Who looks for neither repeats nor credits needs no paragraphs.
        let paragraphs = if searches.credits() { self.paragraphs.of(text) } else { &[] };
        let repeats = if searches.repeats {
            // Passages of 16 words and more are looked for by the very fingerprints that repeats need.
            let shared = searches.passages && self.settings.min_passage_words == MIN_RUN_WORDS;
            spanned(
                text,
                if shared {
                    self.repeats.find_by(text, &self.tokens, paragraphs, &self.fingerprints)
                } else {
                    self.repeats.find(text, &self.tokens, paragraphs)
                },
            )
        } else {
            Vec::new()
        };
        let repeated = repeats.iter().filter(|repeat| repeat.kind != RepeatKind::Label);
        let credits = credits(text, paragraphs);
        pack_outline(searches.passages.then_some(&self.tokens), &mut into.details);
        let details = into.details.len();
        let unpacked = Unpacked {
            own_id: record.id.as_deref(),
            title: record.title.as_deref(),
            url: record.url.as_deref(),
            repeats: &repeats,
            credits: &credits,
        };
        pack(unpacked, &mut into.details);
        let narrow = |count: usize| u32::try_from(count).expect("a text under 2 GiB holds fewer");
        let outlet = into.outlets.number(record.outlet.as_deref());
        into.articles.push(Article {
            place,
            record: number,
            published: record.published,
            text_hash: xxh3_128(text.as_bytes()),
            all_tokens_hash,
            words: self.tokens.words(0..self.tokens.len()),
            repeated_words: repeated.map(|repeat| repeat.words).sum(),
            repeats: narrow(repeats.len()),
            credits: narrow(credits.len()),
            outlet,
            signature,
            fingerprints,
            fingerprint_count: narrow(into.fingerprints.len() - fingerprints),
            details,
        });
        if text.len() > MOST_KEPT_BYTES {
            *self = Examiner::new(self.settings);
        }
    }

    /// Adds the signature, if there are tokens, and gives its place.
    fn signature(&mut self, into: &mut Piece) -> u32 {
        let Settings { kernel, shingle_tokens, .. } = *self.settings;
        shingle_on(kernel, self.tokens.hashes(), shingle_tokens, &mut self.shingles);
        let Some(signature) = self.sketcher.sketch(&self.shingles) else { return NO_SIGNATURE };
        into.signatures.push(signature);
        u32::try_from(into.signatures.len() - 1).expect("a piece has few articles")
    }

    /// 128-bit XXH3 of all token hashes.
    fn token_hash(&mut self) -> u128 {
        if cfg!(target_endian = "little") {
            return xxh3_128(bytemuck::cast_slice(self.tokens.hashes()));
        }
        // The same bytes on every machine.
        self.bytes.clear();
        self.bytes.extend(self.tokens.hashes().iter().flat_map(|hash| hash.to_le_bytes()));
        xxh3_128(&self.bytes)
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
