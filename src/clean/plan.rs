//! Plan: what is to go, and why. Nothing is written here.
//!
//! In: an [`Input`] and [`Options`]. Out: a [`Plan`]: articles that go, each with the survivor that holds what it said,
//! and spans that go from articles that stay. A pure function of both: the same whatever the threads.
//!
//! 1. Articles that repeat something are cut (`cut`), as far as their records can be edited in place.
//! 2. Of the texts as they then stand, tokens and signatures are made anew; all others keep theirs.
//! 3. All are put in the order in which they are kept (`order`), and judged (`judge`).
//! 4. What each outlet would lose is counted, and held against the limit.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::Remove;
use super::cut::{Cut, without};
use super::input::Input;
use super::judge::{Gone, Judging, judge};
use super::loss::{Loss, hold_to, losses};
use super::order::{Keep, KeepOrder, Reason};
use super::shared::{cut_shared, stock};
use crate::candidates::{BandPlan, NO_SIGNATURE, Signatures};
use crate::error::Error;
use crate::repeats::Repeats;
use crate::scratch::{RowsWriter, Scratch};
use crate::settings::Settings;
use crate::shingle::shingle_on;
use crate::sketch::{Signature, Sketcher};
use crate::stories::Sets;
use crate::text::{Tokens, tokenize};
use crate::verify::{Facts, Frame, Overlap, Refilled, ShingleSet};
use crate::watch::{Extent, Phase, Watch};

/// Resemblance is over shingles of so many tokens, whatever a scan shows.
const SHINGLE: usize = 5;

/// Articles whose signatures are made at a time, all threads together: 2 MiB of signatures.
const SKETCHED_AT_ONCE: usize = 4096;

/// Bytes of tables that are held in memory; what is larger goes to temporary files.
const HELD_BYTES: u64 = 256 << 20;

/// Bytes of shingle sets at hand.
const SETS_BYTES: u64 = 16 << 20;

/// What cleaning is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which of several near-duplicates stays.
    pub keep: Keep,
    /// What goes.
    pub remove: Remove,
    /// Least resemblance of what goes to what stays; told in the ledger.
    pub threshold: f64,
    /// The largest share of its articles that an outlet may lose.
    pub max_removed: Option<f64>,
}

/// What is to go.
#[derive(Debug)]
pub struct Plan {
    /// Articles that go, by article.
    pub gone: Vec<Going>,
    /// What goes from articles that stay, by article.
    pub cuts: Vec<(u32, Vec<Cut>)>,
    /// Articles that repeat something and whose records cannot be edited in place: they stay whole.
    pub uncut: u64,
    /// What each outlet loses, by name; articles of unknown outlet together, first.
    pub outlets: Vec<Loss>,
}

/// An article that goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Going {
    /// The article.
    pub article: u32,
    /// The one that stays and says the same.
    pub survivor: u32,
    /// What the article (`a`) shares with the survivor (`b`), after repeats were cut.
    pub overlap: Overlap,
    /// Why it is that one that stays.
    pub reason: Reason,
}

/// An article after its repeats are cut.
struct Shortened {
    article: u32,
    cuts: Vec<Cut>,
    token_hash: Option<u128>,
    signature: Option<Signature>,
    words: u32,
}

/// Works out what goes.
///
/// # Errors
/// [`Error::NobodyNamed`], [`Error::ArchiveChanged`], [`Error::WriteTemporary`], [`Error::TooMuchRemoved`].
pub fn plan(input: &Input, options: &Options, settings: &Settings, watch: &dyn Watch) -> Result<Plan, Error> {
    let threads = rayon::ThreadPoolBuilder::new().num_threads(settings.threads).build();
    let threads = threads.map_err(|source| Error::StartThreads { threads: settings.threads, source })?;
    threads.install(|| {
        let articles = input.catalogue.len() as u64;
        watch.begin(Phase::Plan, Extent { steps: 3, articles: Some(articles), bytes: input.archive.bytes() });
        let plan = plan_here(input, options, settings, watch)?;
        watch.end();
        Ok(plan)
    })
}

fn plan_here(
    input: &Input,
    options: &Options,
    settings: &Settings,
    watch: &dyn Watch,
) -> Result<Plan, Error> {
    let scratch = Scratch::in_folder(&settings.read.temp_dir, HELD_BYTES);
    let (shortened, uncut) = shorten(input, settings);
    watch.advance(1);
    let texts = Texts { input, shortened: &shortened, settings, lost: AtomicBool::new(false) };
    let gone = if options.remove.duplicates {
        let signatures = texts.signatures(&scratch)?;
        watch.advance(1);
        texts.judge(options, &signatures, &scratch)?
    } else {
        watch.advance(1);
        Vec::new()
    };
    watch.advance(1);
    if texts.lost.load(Ordering::Relaxed) {
        let why = "a record is no longer what it was".into();
        return Err(Error::ArchiveChanged { input: "the archive".into(), why });
    }
    let goes = |article: u32| gone.binary_search_by_key(&article, |going: &Going| going.article).is_ok();
    let mut cuts: BTreeMap<u32, Vec<Cut>> = BTreeMap::new();
    if options.remove.repeats {
        let stay = shortened.into_iter().filter(|short| !goes(short.article));
        cuts.extend(stay.map(|short| (short.article, short.cuts)));
    }
    let text = |article: u32| {
        let place = input.catalogue.article(article).place;
        input.archive.written_text(place, &input.record(article).ok()?)?;
        Some(input.archive.text_at(place))
    };
    if options.remove.boilerplate {
        let articles = u32::try_from(input.catalogue.len()).map_err(|_| Error::TooManyArticles)?;
        let outlet = |article: u32| input.catalogue.known_outlet(article).filter(|_| !goes(article));
        let whole = |article: u32| input.archive.text_at(input.catalogue.article(article).place);
        let stock = stock(articles, settings, &outlet, &whole);
        cut_shared(&stock, settings, &goes, &text, &mut cuts);
    }
    if options.remove.copies {
        cut_shared(&input.shared, settings, &goes, &text, &mut cuts);
    }
    let cuts: Vec<(u32, Vec<Cut>)> = cuts.into_iter().collect();
    let outlets = losses(input, &gone, &cuts);
    hold_to(options.max_removed, &outlets)?;
    Ok(Plan { gone, cuts, uncut, outlets })
}

/// Cuts the articles that repeat something; tells how many could not be.
fn shorten(input: &Input, settings: &Settings) -> (Vec<Shortened>, u64) {
    let numbers: Vec<u32> = input.catalogue.articles.iter().zip(0..).map(|(_, number)| number).collect();
    let repeating: Vec<u32> = numbers.into_iter().filter(|&article| input.repeats(article)).collect();
    let all: Vec<Option<Shortened>> = repeating
        .par_iter()
        .map_init(
            || (Repeats::on(settings.kernel), Sketch::new(settings)),
            |(repeats, sketch), &article| {
                let place = input.catalogue.article(article).place;
                let record = input.record(article).ok()?;
                let editable = input.archive.written_text(place, &record).is_some();
                let text = input.archive.text_at(place);
                let cuts: Vec<Cut> = repeats.cut(&text, settings.seed).into_iter().map(Cut::from).collect();
                if !editable {
                    // What cannot be cut counts only if it would have been.
                    return (!cuts.is_empty()).then(|| Shortened::uncut(article));
                }
                let left = without(&text, &cuts);
                Some(sketch.shortened(article, cuts, &left))
            },
        )
        .collect();
    let uncut = all.iter().flatten().filter(|short| short.is_uncut()).count() as u64;
    let cut = |short: &Shortened| !short.cuts.is_empty();
    (all.into_iter().flatten().filter(cut).collect(), uncut)
}

impl Shortened {
    /// Stands for an article that had to stay whole.
    fn uncut(article: u32) -> Shortened {
        Shortened { article, cuts: Vec::new(), token_hash: None, signature: None, words: u32::MAX }
    }

    fn is_uncut(&self) -> bool {
        self.words == u32::MAX
    }
}

/// Makes tokens and signatures of one text after the other.
struct Sketch {
    seed: u64,
    tokens: Tokens,
    shingles: Vec<u64>,
    sketcher: Sketcher,
}

impl Sketch {
    fn new(settings: &Settings) -> Sketch {
        Sketch {
            seed: settings.seed,
            tokens: Tokens::on(settings.kernel),
            shingles: Vec::new(),
            sketcher: Sketcher::new(settings.seed).on(settings.kernel),
        }
    }

    fn signature(&mut self, text: &str) -> Option<Signature> {
        tokenize(text, self.seed, &mut self.tokens);
        shingle_on(self.tokens.kernel(), self.tokens.hashes(), SHINGLE, &mut self.shingles);
        self.sketcher.sketch(&self.shingles)
    }

    fn shortened(&mut self, article: u32, cuts: Vec<Cut>, left: &str) -> Shortened {
        let signature = self.signature(left);
        let bytes: Vec<u8> = self.tokens.hashes().iter().flat_map(|hash| hash.to_le_bytes()).collect();
        let token_hash = (!self.tokens.is_empty()).then(|| xxh3_128(&bytes));
        Shortened { article, cuts, token_hash, signature, words: self.tokens.words(0..self.tokens.len()) }
    }
}

/// The texts as they stand after repeats are cut.
struct Texts<'a> {
    input: &'a Input,
    /// By article.
    shortened: &'a [Shortened],
    settings: &'a Settings,
    /// Whether a record was not there any more.
    lost: AtomicBool,
}

impl Texts<'_> {
    fn short(&self, article: u32) -> Option<&Shortened> {
        let at = self.shortened.binary_search_by_key(&article, |short| short.article).ok()?;
        Some(&self.shortened[at])
    }

    fn with<R>(&self, article: u32, work: impl FnOnce(&str) -> R) -> R {
        let known = self.input.catalogue.article(article);
        self.input.archive.with_text_at(known.place, |text| {
            if xxh3_128(text.as_bytes()) != known.text_hash {
                self.lost.store(true, Ordering::Relaxed);
                return work("");
            }
            match self.short(article) {
                Some(short) => work(&without(text, &short.cuts)),
                None => work(text),
            }
        })
    }

    /// The signatures of all articles.
    fn signatures(&self, scratch: &Scratch) -> Result<Signatures, Error> {
        let articles: Vec<u32> =
            self.input.catalogue.articles.iter().zip(0..).map(|(_, number)| number).collect();
        let mut rows: RowsWriter<Signature> = RowsWriter::new(scratch);
        let mut places = Vec::with_capacity(articles.len());
        for some in articles.chunks(SKETCHED_AT_ONCE) {
            let signature =
                |sketch: &mut Sketch, &article: &u32| match (self.short(article), &self.input.signatures) {
                    (Some(short), _) => short.signature,
                    (None, Some(signatures)) => signatures.get(article).copied(),
                    (None, None) => self.with(article, |text| sketch.signature(text)),
                };
            let made: Vec<Option<Signature>> =
                some.par_iter().map_init(|| Sketch::new(self.settings), signature).collect();
            for signature in made {
                places.push(match signature {
                    Some(signature) => {
                        let place = u32::try_from(rows.len()).map_err(|_| Error::TooManyArticles)?;
                        rows.push(signature)?;
                        place
                    }
                    None => NO_SIGNATURE,
                });
            }
        }
        Ok(Signatures::new(rows.finish()?, places))
    }

    fn judge(
        &self,
        options: &Options,
        signatures: &Signatures,
        scratch: &Scratch,
    ) -> Result<Vec<Going>, Error> {
        thread_local! {
            static TOKENS: RefCell<Tokens> = RefCell::default();
        }
        let (input, settings) = (self.input, self.settings);
        let catalogue = &input.catalogue;
        let words =
            |article: u32| self.short(article).map_or(catalogue.article(article).words, |short| short.words);
        let order = KeepOrder::of(input, &options.keep, &words)?;
        let with_tokens = |article: u32, work: &mut dyn FnMut(&str, &Tokens)| {
            self.with(article, |text| {
                // Taken, not borrowed: nobody can come in between, and nobody could then wait for it.
                let mut tokens = TOKENS.take();
                tokenize(text, settings.seed, &mut tokens);
                work(text, &tokens);
                TOKENS.set(tokens);
            });
        };
        let make = |article: u32| {
            let mut set = ShingleSet::default();
            with_tokens(article, &mut |_, tokens| {
                let mut shingles = Vec::new();
                shingle_on(settings.kernel, tokens.hashes(), SHINGLE, &mut shingles);
                set = ShingleSet::from_shingles(&shingles);
            });
            set
        };
        let facts = |article: u32| {
            let mut facts = None;
            with_tokens(article, &mut |text, tokens| facts = Some(Facts::of(text.to_owned(), tokens)));
            facts.expect("with_tokens always works on a text")
        };
        let judging = Judging {
            order: &order.articles,
            rank: &order.rank,
            token_hash: &|article| {
                self.short(article)
                    .map_or_else(|| catalogue.article(article).token_hash(), |short| short.token_hash)
            },
            tokens: &|article| {
                let mut hashes = Vec::new();
                with_tokens(article, &mut |_, tokens| hashes.extend_from_slice(tokens.hashes()));
                hashes
            },
            signatures,
            sets: &Sets::new(&make, SETS_BYTES),
            plan: BandPlan::for_recall(options.threshold, settings.recall),
            threshold: options.threshold,
            least_agreeing: BandPlan::least_agreeing(options.threshold, settings.recall),
            linkable: match settings.within_days {
                Some(_) => Some(&|a, b| catalogue.within(settings.within_days, a, b)),
                None => None,
            },
            one_form: &|a, b| {
                catalogue.outlet_number(a) == catalogue.outlet_number(b)
                    && Refilled::of(&facts(a), &facts(b)).frame() != Frame::Same
            },
            scratch,
        };
        let gone = judge(&judging)?;
        let going = |gone: Gone| Going {
            article: gone.article,
            survivor: gone.survivor,
            overlap: gone.overlap,
            reason: order.reason(input, gone.survivor, gone.article),
        };
        Ok(gone.into_iter().map(going).collect())
    }
}
