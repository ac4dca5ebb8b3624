//! Judge: which articles go because another that stays says the same.
//!
//! In: articles in the order in which they are kept, their signatures and shingle sets, all of the text as it stands after
//! repeats are cut. Out: for each article that goes, the one that stays and what both share. The idea:
//!
//! 1. Articles with exactly the same tokens are one *edition*: the most wanted stays for all. The hash that says so is
//!    confirmed on the tokens themselves.
//! 2. The others are taken one by one, the most wanted first. Each is compared with those that were kept before it and
//!    agree with it in a band; if one resembles it enough it goes, and that one is its survivor. Else it is kept.
//!
//! Guarantees: who goes is verified, on the shingle sets, against one who stays. Of those who stay, no two that meet in a band match, so
//! judging them again takes nobody: every pair that a second run could compare, this one has compared. Whether two
//! match depends on the two alone. Templates (one outlet's form, filled in anew) never match.
//!
//! Cost: linear in the articles. In a bucket of which more than [`MOST_LEADERS`] are kept, whose articles mostly do not
//! resemble one another, later ones are compared with the first so many; of all that an article meets the
//! [`MOST_VERIFIED`] closest by signature are verified, and of templates [`MOST_FORMS`]. What that misses stays.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use crate::candidates::{BandPlan, Signatures, buckets};
use crate::error::Error;
use crate::scratch::Scratch;
use crate::sketch::agreeing_slots;
use crate::stories::Sets;
use crate::verify::{Overlap, ShingleSet};

/// So many articles of a bucket that stay are compared with: as many as a story's search allows leaders.
const MOST_LEADERS: usize = 64;

/// So many articles are verified before one is kept: those closest by signature, of which nearly always the first decides.
const MOST_VERIFIED: usize = 32;

/// So many templates are met before one is kept: telling them reads both texts, and who is closer to so many fillings of a form
/// than to any near-duplicate is a filling too.
const MOST_FORMS: usize = 4;

/// What judging needs.
#[derive(Clone, Copy)]
pub(super) struct Judging<'a> {
    /// Articles, the most wanted first.
    pub(super) order: &'a [u32],
    /// The place of each in that.
    pub(super) rank: &'a [u32],
    /// 128-bit hash of all tokens; `None` for an article without tokens.
    pub(super) token_hash: &'a (dyn Fn(u32) -> Option<u128> + Sync),
    /// Token hashes, made anew.
    pub(super) tokens: &'a (dyn Fn(u32) -> Vec<u64> + Sync),
    pub(super) signatures: &'a Signatures,
    pub(super) sets: &'a Sets<'a>,
    pub(super) plan: BandPlan,
    pub(super) threshold: f64,
    pub(super) least_agreeing: u32,
    /// Whether two articles lie close enough in time; `None`: all do.
    pub(super) linkable: Option<&'a (dyn Fn(u32, u32) -> bool + Sync)>,
    /// Whether two articles are one form, filled in twice.
    pub(super) one_form: &'a (dyn Fn(u32, u32) -> bool + Sync),
    pub(super) scratch: &'a Scratch,
}

/// An article that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) article: u32,
    /// The one that stays and says the same.
    pub(super) survivor: u32,
    /// What the article (`a`) shares with the survivor (`b`).
    pub(super) overlap: Overlap,
}

/// Who goes, by article.
///
/// # Errors
/// [`Error::WriteTemporary`].
pub(super) fn judge(judging: &Judging<'_>) -> Result<Vec<Gone>, Error> {
    let editions = editions(judging);
    let mut gone: Vec<Gone> =
        editions.par_iter().flat_map_iter(|edition| confirmed(judging, edition)).collect();
    let mut firsts: Vec<u32> = editions.iter().map(|edition| edition[0]).collect();
    // Who was not confirmed stands for itself.
    let confirmed: BTreeSet<u32> = gone.iter().map(|gone| gone.article).collect();
    firsts.extend(
        editions.iter().flat_map(|edition| &edition[1..]).filter(|article| !confirmed.contains(article)),
    );
    drop(confirmed);
    let near = near(judging, &firsts)?;
    // An edition goes as a whole: what its first shares with the survivor, all of it share.
    let survivor_of: HashMap<u32, Gone> = near.iter().map(|near| (near.article, *near)).collect();
    for copy in &mut gone {
        if let Some(first) = survivor_of.get(&copy.survivor) {
            *copy = Gone { article: copy.article, ..*first };
        }
    }
    gone.extend(near);
    gone.sort_unstable_by_key(|gone| gone.article);
    Ok(gone)
}

/// Articles by edition, the most wanted first. Where links are bound in time every article is one.
fn editions(judging: &Judging<'_>) -> Vec<Vec<u32>> {
    let hashed = |&article: &u32| Some(((judging.token_hash)(article)?, judging.rank[article as usize]));
    let mut keys: Vec<(u128, u32)> = judging.order.par_iter().filter_map(hashed).collect();
    keys.par_sort_unstable();
    let apart = judging.linkable.is_some();
    let article = |key: &(u128, u32)| judging.order[key.1 as usize];
    keys.chunk_by(|a, b| !apart && a.0 == b.0).map(|same| same.iter().map(article).collect()).collect()
}

/// The copies in an edition, each compared with the first.
fn confirmed(judging: &Judging<'_>, edition: &[u32]) -> Vec<Gone> {
    let [first, copies @ ..] = edition else { return Vec::new() };
    if copies.is_empty() {
        return Vec::new();
    }
    let tokens = (judging.tokens)(*first);
    let overlap = Overlap::of_equals(judging.sets.get(*first).len());
    let same = |copy: &&u32| (judging.tokens)(**copy) == tokens;
    copies.iter().filter(same).map(|&article| Gone { article, survivor: *first, overlap }).collect()
}

/// Who goes of articles with different tokens.
fn near(judging: &Judging<'_>, firsts: &[u32]) -> Result<Vec<Gone>, Error> {
    // (rank of the article, number of the bucket) for every bucket of two or more.
    let mut standing: Vec<(u32, u32)> = Vec::new();
    let by_place = judging.signatures.in_order_of_place(firsts);
    let mut count = 0;
    for band in 0..judging.plan.bands() {
        let buckets = buckets(judging.plan, band, &by_place, judging.signatures, judging.scratch)?;
        for bucket in buckets.shared() {
            standing.extend(bucket.iter().map(|entry| (judging.rank[entry.article as usize], count)));
            count += 1;
        }
    }
    standing.par_sort_unstable();
    let mut leaders: Vec<Vec<u32>> = vec![Vec::new(); count as usize];
    let mut gone = Vec::new();
    let mut met: Vec<u32> = Vec::new();
    for own in standing.chunk_by(|a, b| a.0 == b.0) {
        let article = judging.order[own[0].0 as usize];
        met.clear();
        met.extend(own.iter().flat_map(|&(_, bucket)| &leaders[bucket as usize]));
        met.sort_unstable();
        met.dedup();
        if let Some(found) = survivor(judging, article, &met) {
            gone.push(found);
            continue;
        }
        for &(rank, bucket) in own {
            let leaders = &mut leaders[bucket as usize];
            if leaders.len() < MOST_LEADERS {
                leaders.push(rank);
            }
        }
    }
    Ok(gone)
}

/// The one among `met` (ranks of articles that stay) that says what `article` says.
fn survivor(judging: &Judging<'_>, article: u32, met: &[u32]) -> Option<Gone> {
    let signature = judging.signatures.get(article)?;
    let mut close: Vec<(u32, u32)> = Vec::new();
    for &rank in met {
        let other = judging.order[rank as usize];
        let agreeing = agreeing_slots(signature, judging.signatures.get(other)?);
        let linkable = judging.linkable.is_none_or(|linkable| linkable(article, other));
        if agreeing >= judging.least_agreeing && linkable {
            close.push((agreeing, rank));
        }
    }
    if close.is_empty() {
        return None;
    }
    close.sort_unstable_by_key(|&(agreeing, rank)| (std::cmp::Reverse(agreeing), rank));
    let own = judging.sets.get(article);
    let mut forms = 0;
    for (_, rank) in close.into_iter().take(MOST_VERIFIED) {
        let other = judging.order[rank as usize];
        let Some(overlap) = matching(&own, &judging.sets.get(other), judging.threshold) else { continue };
        if !(judging.one_form)(article, other) {
            return Some(Gone { article, survivor: other, overlap });
        }
        forms += 1;
        if forms == MOST_FORMS {
            break;
        }
    }
    None
}

fn matching(a: &ShingleSet, b: &ShingleSet, threshold: f64) -> Option<Overlap> {
    a.overlap_from(b, threshold).filter(|overlap| overlap.common > 0)
}
