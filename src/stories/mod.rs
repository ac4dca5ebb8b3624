//! Stories: groups of near-duplicate articles, each member verified against one named representative.
//!
//! In: signatures, a plan of bands, and a way to get an article's shingle set. Out: [`Story`]s, and on
//! request every matching pair. The way there:
//!
//! 1. **Editions.** Articles with exactly the same tokens are one *edition*; only its first article goes on.
//!    A story that is printed verbatim 100,000 times costs 100,000 hashes.
//! 2. **Connect** (`connect`): band by band, articles of a bucket are compared with the bucket's *leaders*,
//!    not with each other; what is already connected is not compared again. Every edge is verified on the
//!    shingle sets.
//! 3. **Cover** (`cover`): a connected group may be a chain A~B~C with A and C far apart. So it is cut into
//!    stars: a representative and the members that are verified against it, directly.
//! 4. **Frames** (`frames`): of a star, those leave that are the representative's own form, filled in anew.
//!
//! Guarantees: every member is at or above the threshold to its representative, on the sets; the result
//! depends on the set of articles only, because articles are numbered in canonical order (time, id, text) and
//! every choice is made by number.
//!
//! Cost: linear in the articles, whatever their buckets hold: in a bucket each article is compared with a bounded number of
//! leaders. What is not linear is cutting a connected group into very many stars: see `docs/method.md`.

mod connect;
mod cover;
mod editions;
mod frames;
mod pairs;
mod sets;

use rayon::prelude::*;

use crate::candidates::{BandPlan, Signatures};
use crate::error::Error;
use crate::scratch::Scratch;
use crate::sketch::{Signature, agreeing_slots};
use crate::verify::{Compared, Glance, Looked, Nearness, Overlap, Rule, Verified};
pub use editions::{Editions, editions};
pub use frames::Frames;
pub use pairs::{Pair, PairsError, all_pairs};
pub use sets::{Kept, Sets};

/// What finding near-duplicates needs to know of the archive.
#[derive(Clone, Copy)]
pub struct Duplicates<'a> {
    /// Signatures by article.
    pub signatures: &'a Signatures,
    /// How signatures are cut.
    pub plan: BandPlan,
    /// Which pairs match.
    pub rule: Rule,
    /// Pairs whose signatures agree in fewer slots are not verified; see [`BandPlan::least_agreeing`].
    pub least_agreeing: u32,
    /// The same for pairs whose texts are not looked at: of those only the surely matching are of use.
    pub surely_agreeing: u32,
    /// What is compared of articles.
    pub compared: &'a Kept<'a, Compared>,
    /// Whether two articles lie close enough in time to be linked. Once an article is too late for an earlier one, all
    /// later ones must be.
    pub linkable: &'a (dyn Fn(u32, u32) -> bool + Sync),
    /// How templates are told from near-duplicates; without it they are not.
    pub frames: Option<Frames<'a>>,
    /// Looks at the texts of an earlier and a later article whose sets do not settle it; without it those do not match.
    pub look_twice: Option<&'a LookTwice<'a>>,
    /// Where what does not fit into memory goes.
    pub scratch: &'a Scratch,
}

/// Looks at two articles, each with its glance, whose sets share so much.
pub type LookTwice<'a> = dyn Fn((u32, &Glance), (u32, &Glance), Overlap) -> Looked + Sync + 'a;

impl std::fmt::Debug for Duplicates<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Duplicates")
            .field("plan", &self.plan)
            .field("rule", &self.rule)
            .finish_non_exhaustive()
    }
}

/// A group of near-duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The article that all members were verified against.
    pub representative: u32,
    /// All members, the representative among them, ascending.
    pub members: Vec<Member>,
}

/// An article in a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// The article.
    pub article: u32,
    /// How near it (`a`) is to the representative (`b`).
    pub near: Nearness,
}

/// How many pairs each stage saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// Pairs that met in a bucket and were compared by signature.
    pub met: u64,
    /// Pairs whose signatures were close enough to be verified.
    pub verified: u64,
    /// Pairs that were verified to match.
    pub matched: u64,
    /// Pairs whose texts were too long to be looked at twice.
    pub too_long: u64,
    /// Articles in the largest bucket.
    pub largest_bucket: u64,
}

impl Funnel {
    fn add(self, other: Funnel) -> Funnel {
        Funnel {
            met: self.met + other.met,
            verified: self.verified + other.verified,
            matched: self.matched + other.matched,
            too_long: self.too_long + other.too_long,
            largest_bucket: self.largest_bucket.max(other.largest_bucket),
        }
    }
}

/// Two articles of one outlet in the same frame with other facts: a form that is filled in anew, no near-duplicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The later article.
    pub article: u32,
    /// The article whose frame it fills in anew.
    pub frame: u32,
    /// What the article (`a`) shares with the frame (`b`).
    pub overlap: Overlap,
}

/// A bucket whose articles mostly do not resemble one another: it was put in order first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderedBucket {
    /// The band, from 0.
    pub band: u32,
    /// Its first article.
    pub first: u32,
    /// Its articles.
    pub articles: u32,
    /// Those of them that joined no other.
    pub leaders: u32,
}

/// What finding stories gave.
#[derive(Debug, Default)]
pub struct Found {
    /// Stories of two members or more, ordered by their first member.
    pub stories: Vec<Story>,
    /// Articles that fill in the frame of another one of their outlet, ascending; at or above the threshold to it.
    pub templates: Vec<Template>,
    /// Pairs seen by each stage.
    pub funnel: Funnel,
    /// Buckets that were put in order, by band and first article.
    pub ordered: Vec<OrderedBucket>,
}

/// Groups near-duplicates into stories of two members or more, ordered by their first member. `advance` is
/// called after each band.
///
/// # Errors
/// [`Error::WriteTemporary`].
pub fn stories(
    duplicates: &Duplicates<'_>,
    editions: &Editions,
    advance: &(dyn Fn() + Sync),
) -> Result<Found, Error> {
    let connected = connect::connect(duplicates, &editions.firsts(), advance)?;
    let covered: Vec<cover::Covered> = connected
        .groups
        .par_iter()
        .map(|group| cover::cover(duplicates, editions, group, &connected.edges))
        .collect();
    let (mut starred, mut refilled) = (Vec::new(), Vec::new());
    for part in covered {
        starred.extend(part.stories);
        refilled.extend(part.refilled);
    }
    let stories = editions.spread(duplicates, starred);
    let templates = frames::spread(duplicates, editions, refilled);
    Ok(Found { stories, templates, funnel: connected.funnel, ordered: connected.ordered })
}

impl Duplicates<'_> {
    fn signature(&self, article: u32) -> &Signature {
        self.signatures.get(article).expect("only articles with a signature stand in buckets")
    }

    /// Whether two signatures are so far apart that verifying is pointless, with looks at the texts or without.
    fn hopeless(&self, a: u32, b: u32, looks: bool) -> bool {
        let least = self.agreeing_of(looks);
        least > 0 && self.agreeing(a, b) < least
    }

    /// In how many slots the signatures of a pair must agree that is worth to be verified.
    fn agreeing_of(&self, looks: bool) -> u32 {
        if looks { self.least_agreeing } else { self.surely_agreeing }
    }

    /// In how many slots two signatures agree.
    fn agreeing(&self, a: u32, b: u32) -> u32 {
        agreeing_slots(self.signature(a), self.signature(b))
    }

    /// How near two articles are. Without `looks` their texts are not looked at.
    fn verified(&self, a: (u32, &Compared), b: (u32, &Compared), looks: bool) -> Verified {
        if a.0 > b.0 {
            // Always asked the same way round: then it always says the same.
            return match self.verified(b, a, looks) {
                Verified::Near(near) => Verified::Near(near.swapped()),
                apart => apart,
            };
        }
        let look_twice = self.look_twice.filter(|_| looks);
        let least = if look_twice.is_some() { self.rule.least() } else { self.rule.sure() };
        let overlap = a.1.set.overlap_from(&b.1.set, least);
        self.rule.verify(overlap, || match (look_twice, overlap) {
            (Some(look_twice), Some(overlap)) => look_twice((a.0, &a.1.glance), (b.0, &b.1.glance), overlap),
            _ => Looked::Less,
        })
    }
}
