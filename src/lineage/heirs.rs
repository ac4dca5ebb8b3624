//! Heirs: which of several versions of one text is no ancestor of the others.
//!
//! In: some versions of a text, each as its shingle hashes in order, with its outlet. Out: for each how often it *departs*:
//! at how many places it reads as no other outlet's version does, though two other outlets read alike there.
//!
//! The idea is that of textual criticism: what stands in one witness alone was not in what the others were copied from
//! (P. Maas, *Textkritik*, 1927, section 8: a witness that has faults of its own is no source of those that lack them). An
//! outlet that cut a sentence or turned a phrase, and from which nobody took that over, is not where the others have the
//! text from. What heirs take over is shared, and so is no departure.
//!
//! It is evidence and no proof: where all others copied from one that changed the text, the first stands alone too. So a
//! version that has *more* at a place than the others does not depart there (they may have it from one that shortened it), and
//! who asks lets no date be overruled.
//!
//! What stands before the first and behind the last shared shingle does not count: headlines, datelines and footers are
//! each outlet's own, also the first one's. Of two versions nothing can be told.
//!
//! Guarantee: neither the order of the versions nor that of equal shingles shows. Cost: O(n log n) in all shingles, and at
//! most [`MOST_PLACES`] places a version.

use std::ops::Range;

/// So many places of a version are looked at: whoever departs so often is told already.
const MOST_PLACES: usize = 64;

/// Longer stretches are not compared: a version that left out so many shingles at once is an excerpt, and told by its
/// coverage.
const MOST_BETWEEN: usize = 2_000;

/// A version of a text.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// Whose it is: what one outlet prints twice is one witness.
    pub(super) outlet: u64,
    /// Its shingle hashes, in order.
    pub(super) shingles: Vec<u64>,
}

/// At how many places each version departs from those of all other outlets.
pub(super) fn departures(versions: &[Version]) -> Vec<u32> {
    let holders = |version: &Version| {
        let outlet = version.outlet;
        version.shingles.iter().map(move |&hash| (hash, outlet)).collect::<Vec<_>>()
    };
    let mut held: Vec<(u64, u64)> = versions.iter().flat_map(holders).collect();
    held.sort_unstable();
    held.dedup();
    let alone: Vec<u64> =
        held.chunk_by(|a, b| a.0 == b.0).filter(|holders| holders.len() == 1).map(|one| one[0].0).collect();
    let places: Vec<Places> = versions.iter().map(|version| Places::of(&version.shingles)).collect();
    let count = |version: &Version| {
        let own = &version.shingles;
        let departs = |run: &Range<usize>| {
            let (before, behind) = (own[run.start - 1], own[run.end]);
            let others = versions.iter().zip(&places).filter(|(other, _)| other.outlet != version.outlet);
            let mut readings: Vec<(&[u64], u64)> = others
                .filter_map(|(other, places)| {
                    Some((&other.shingles[places.between(before, behind)?], other.outlet))
                })
                .collect();
            readings.sort_unstable();
            readings.dedup();
            // Who has more there may be the one that the others shortened.
            let is_more = |reading: &[u64]| run.len() > reading.len();
            readings.windows(2).any(|pair| pair[0].0 == pair[1].0 && !is_more(pair[0].0))
        };
        let found = runs(own, |hash| alone.binary_search(&hash).is_ok());
        narrow(found.take(MOST_PLACES).filter(departs).count())
    };
    versions.iter().map(count).collect()
}

/// Runs of shingles that `is_alone` names, each between two that it does not.
fn runs(own: &[u64], is_alone: impl Fn(u64) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = own.iter().position(|&hash| !is_alone(hash)).unwrap_or(own.len());
    std::iter::from_fn(move || {
        let begin = at + own.get(at..)?.iter().position(|&hash| is_alone(hash))?;
        let end = begin + own[begin..].iter().position(|&hash| !is_alone(hash))?;
        at = end;
        Some(begin..end)
    })
}

/// Where each shingle of a version stands first.
struct Places(Vec<(u64, usize)>);

impl Places {
    fn of(own: &[u64]) -> Places {
        let mut places: Vec<(u64, usize)> = own.iter().copied().zip(0..).collect();
        places.sort_unstable();
        places.dedup_by_key(|place| place.0);
        Places(places)
    }

    fn first(&self, hash: u64) -> Option<usize> {
        self.0.binary_search_by_key(&hash, |place| place.0).ok().map(|at| self.0[at].1)
    }

    /// What stands between two shingles, if both are there in this order and not far apart.
    fn between(&self, before: u64, behind: u64) -> Option<Range<usize>> {
        let (begin, end) = (self.first(before)? + 1, self.first(behind)?);
        (begin <= end && end - begin <= MOST_BETWEEN).then_some(begin..end)
    }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX) // at most MOST_PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shingle::shingle_on;
    use crate::text::{Tokens, tokenize};
    use proptest::prelude::*;

    fn shingled(text: &str) -> Vec<u64> {
        let (mut tokens, mut shingles) = (Tokens::default(), Vec::new());
        tokenize(text, 0, &mut tokens);
        shingle_on(crate::kernel::Kernel::best(), tokens.hashes(), 3, &mut shingles);
        shingles
    }

    fn check(versions: &[&str], expect: &[u32]) {
        let version = |(text, outlet): (&&str, u64)| Version { outlet, shingles: shingled(text) };
        let versions: Vec<Version> = versions.iter().zip(0..).map(version).collect();
        assert_eq!(departures(&versions), expect);
    }

    const TEXT: &str =
        "the council of the old port voted on monday to close the outer wall until divers have mended it";

    #[test]
    fn an_edit_that_nobody_took_over_is_a_departure() {
        let other = TEXT.replace("monday", "tuesday");
        check(&[TEXT, TEXT, &other], &[0, 0, 1]);
        let cut = TEXT.replace("on monday ", "");
        check(&[TEXT, &cut, TEXT], &[0, 1, 0]);
        let more = TEXT.replace("on monday", "late on monday evening");
        check(&[TEXT, &more, TEXT, &other], &[0, 0, 0, 1]);
        let twice = TEXT.replace("port", "town").replace("divers", "workers");
        check(&[&twice, TEXT, TEXT], &[2, 0, 0]);
    }

    #[test]
    fn an_edit_that_an_heir_took_over_is_none() {
        let other = TEXT.replace("monday", "tuesday");
        check(&[TEXT, TEXT, &other, &other], &[0, 0, 0, 0]);
    }

    #[test]
    fn what_one_outlet_prints_twice_is_one_witness() {
        let other = TEXT.replace("monday", "tuesday");
        let version = |outlet, text: &str| Version { outlet, shingles: shingled(text) };
        let versions = [version(1, &other), version(1, &other), version(2, TEXT), version(3, TEXT)];
        assert_eq!(departures(&versions), [1, 1, 0, 0]);
        let versions = [version(1, &other), version(2, TEXT), version(2, TEXT)];
        assert_eq!(departures(&versions), [0, 0, 0]);
    }

    #[test]
    fn where_all_differ_or_there_are_two_nothing_is_told() {
        let (one, two) = (TEXT.replace("monday", "tuesday"), TEXT.replace("monday", "friday"));
        check(&[TEXT, &one, &two], &[0, 0, 0]);
        check(&[TEXT, &one], &[0, 0]);
        check(&[], &[]);
        check(&["", "", ""], &[0, 0, 0]);
    }

    #[test]
    fn headlines_and_footers_are_each_outlets_own() {
        let (one, two) = (format!("a head of its own {TEXT}"), format!("{TEXT} sign up for our letters"));
        check(&[&one, &two, TEXT], &[0, 0, 0]);
    }

    proptest! {
        #[test]
        fn the_order_of_versions_does_not_show(
            versions in prop::collection::vec((0_u64..4, prop::collection::vec(0_u64..6, 0..12)), 0..6),
            turn in 0_usize..6,
        ) {
            let versions: Vec<Version> =
                versions.into_iter().map(|(outlet, shingles)| Version { outlet, shingles }).collect();
            let told = departures(&versions);
            let mut turned = versions.clone();
            let by = turn % versions.len().max(1);
            turned.rotate_left(by);
            let mut back = departures(&turned);
            back.rotate_right(by);
            prop_assert_eq!(told, back);
        }
    }
}
