//! Postings: which articles hold a fingerprint, and where.
//!
//! All fingerprints of all articles, sorted by (hash, article, position), fall into groups of one hash.
//! Groups of a single article say nothing about copying and are dropped. In a large group every article finds its
//! source among the group's *heads*: the first articles that hold the fingerprint. Heads are collected in one walk, so a
//! group costs linear time however many articles print it.
//!
//! Everything here is a table that may stand on disk ([`crate::scratch`]): the postings are the largest thing a run has.

use std::ops::Range;

use rayon::prelude::*;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::grouping::{group, shared};
use crate::error::Error;
use crate::scratch::{Rows, RowsWriter, Scratch, Sorted, Sorter};

/// One fingerprint of one article.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub struct Posting {
    /// Hash of the fingerprinted shingle.
    pub hash: u64,
    /// The article, by canonical order: earlier articles have smaller numbers.
    pub article: u32,
    /// Index of the shingle's first token.
    pub position: u32,
}

/// Groups of shared fingerprints.
#[derive(Debug)]
pub struct Postings {
    entries: Rows<Posting>,
    /// Where each group begins in `entries`, and a last row for the end.
    starts: Rows<usize>,
    /// How many articles hold one.
    articles: u64,
}

impl Postings {
    /// Groups in memory.
    ///
    /// # Panics
    /// If there are 2^32 groups or more, which takes 128 GiB of postings.
    pub fn group(postings: &[Posting]) -> Self {
        let scratch = Scratch::unneeded();
        Self::of(postings.len(), || postings.iter().copied(), &scratch, &scratch)
            .expect("nothing is written to disk")
    }

    /// Groups `count` postings, which `walk` gives in the same order each time. What is grouped at a time may take as much
    /// memory as `sorting` says, and each of the tables that stay as much as `scratch` says. Expected time O(n) and what
    /// it takes to sort the postings of shared fingerprints, in parallel.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn of<I: Iterator<Item = Posting>>(
        count: usize,
        walk: impl Fn() -> I,
        sorting: &Scratch,
        scratch: &Scratch,
    ) -> Result<Self, Error> {
        let mut starts = RowsWriter::new(scratch);
        starts.push(0)?;
        let mut sorter = Sorter::new(sorting);
        let entries = if count < sorter.room() {
            let (entries, sizes) = group(count, walk);
            let mut end = 0;
            for size in sizes {
                end += size;
                starts.push(end)?;
            }
            let mut held = RowsWriter::new(scratch);
            held.take(entries)?;
            held.finish()?
        } else {
            sorter.extend(walk())?;
            match sorter.finish()? {
                Sorted::Held(postings) => shared(postings.into_iter(), &mut starts, scratch)?,
                Sorted::Runs(runs) => shared(runs.merge(), &mut starts, scratch)?,
            }
        };
        let articles = count_articles(&entries);
        Ok(Postings { entries, starts: starts.finish()?, articles })
    }

    /// How many articles share something.
    pub fn articles(&self) -> u64 {
        self.articles
    }

    /// All postings, group by group.
    pub(super) fn entries(&self) -> &[Posting] {
        &self.entries
    }

    /// Where each group begins, and where the last one ends.
    pub(super) fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// How many groups of two articles or more there are.
    pub fn groups(&self) -> usize {
        self.starts.len() - 1
    }

    /// The first article of the group with the most articles, and how many it has; the first such group.
    pub fn largest_group(&self) -> Option<(u32, usize)> {
        let entries = &self.entries[..];
        let articles = |bounds: &[usize]| {
            let members = &entries[range(bounds)];
            (members[0].article, members.chunk_by(|a, b| a.article == b.article).count())
        };
        let sizes = self.starts.windows(2).map(articles);
        sizes.reduce(|largest, next| if next.1 > largest.1 { next } else { largest })
    }

    /// The postings of a group, by article and position.
    pub fn members(&self, group: u32) -> &[Posting] {
        let group = group as usize;
        &self.entries[range(&self.starts[group..group + 2])]
    }

    /// For every large group the first articles that hold it, such that an article of any outlet finds among them
    /// the first `depth` articles of *other* outlets: walking stops when, the most frequent outlet set
    /// aside, `depth` are there. `outlet_of` gives a number an outlet; articles of unknown outlet are
    /// outlets of their own. Linear time.
    ///
    /// # Errors
    /// [`Error::WriteTemporary`].
    pub fn heads(
        &self,
        depth: usize,
        outlet_of: &(impl Fn(u32) -> u64 + Sync),
        scratch: &Scratch,
    ) -> Result<Heads, Error> {
        let entries = &self.entries[..];
        let mut groups = RowsWriter::new(scratch);
        let mut articles = RowsWriter::new(scratch);
        // In stretches, so that no more than a stretch's heads are in memory at a time.
        for (stretch, starts) in self.starts.chunks(HEAD_STRETCH).enumerate() {
            let first = stretch * HEAD_STRETCH;
            let next = self.starts.get(first + starts.len());
            let bounds = |at: usize| Some(starts[at]..*starts.get(at + 1).or(next)?);
            let found: Vec<(u32, Vec<u32>)> = (0..starts.len())
                .into_par_iter()
                .filter_map(|at| {
                    let members = &entries[bounds(at)?];
                    (members.len() > SMALL_GROUP)
                        .then(|| (narrow(first + at), heads_of(members, depth, outlet_of)))
                })
                .collect();
            for (group, heads) in found {
                groups.push(HeadedGroup { begin: articles.len(), group, count: narrow(heads.len()) })?;
                articles.push_all(&heads)?;
            }
        }
        Ok(Heads { groups: groups.finish()?, articles: articles.finish()? })
    }
}

/// Groups of at most so many postings have no heads of their own: walking them costs no more.
const SMALL_GROUP: usize = 32;

/// Groups whose heads are collected at a time: some 100 bytes each.
const HEAD_STRETCH: usize = 1 << 16;

/// The heads of all large groups.
#[derive(Debug, Default)]
pub struct Heads {
    groups: Rows<HeadedGroup>,
    articles: Rows<u32>,
}

#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct HeadedGroup {
    begin: usize,
    group: u32,
    count: u32,
}

impl Heads {
    /// Articles among which every article of `group` finds its first holders of other outlets, ascending. An article
    /// stands there as often as it holds the fingerprint. `members` are the postings of the group.
    pub fn of<'a>(&'a self, group: u32, members: &'a [Posting]) -> impl Iterator<Item = u32> + 'a {
        let heads: &[u32] = if members.len() > SMALL_GROUP {
            self.groups.binary_search_by_key(&group, |headed| headed.group).map_or(&[], |at| {
                let headed = self.groups[at];
                &self.articles[headed.begin..][..headed.count as usize]
            })
        } else {
            &[]
        };
        let members = if members.len() > SMALL_GROUP { &[] } else { members };
        let walked = members.chunk_by(|a, b| a.article == b.article).map(|own| own[0].article);
        heads.iter().copied().chain(walked)
    }
}

fn heads_of(members: &[Posting], depth: usize, outlet_of: &impl Fn(u32) -> u64) -> Vec<u32> {
    let mut heads = Vec::new();
    let mut outlets: Vec<(u64, usize)> = Vec::new();
    for article in members.chunk_by(|a, b| a.article == b.article).map(|own| own[0].article) {
        let outlet = outlet_of(article);
        let slot = outlets.iter().position(|&(known, _)| known == outlet).unwrap_or_else(|| {
            outlets.push((outlet, 0));
            outlets.len() - 1
        });
        if outlets[slot].1 == depth {
            continue;
        }
        outlets[slot].1 += 1;
        heads.push(article);
        let most = outlets.iter().map(|&(_, count)| count).max().unwrap_or(0);
        if heads.len() - most >= depth {
            break;
        }
    }
    heads
}

pub(super) fn narrow(group: usize) -> u32 {
    u32::try_from(group).expect("under 2^32 groups: each needs two postings of 16 bytes")
}

fn range(bounds: &[usize]) -> Range<usize> {
    bounds[0]..bounds[1]
}

/// How many different articles there are.
fn count_articles(entries: &[Posting]) -> u64 {
    let words = entries.iter().map(|posting| posting.article as usize / 64 + 1).max().unwrap_or(0);
    let mut met = vec![0_u64; words];
    for posting in entries {
        met[posting.article as usize / 64] |= 1 << (posting.article % 64);
    }
    met.iter().map(|word| u64::from(word.count_ones())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn posting(&(hash, article, position): &(u64, u32, u32)) -> Posting {
        Posting { hash, article, position }
    }

    fn postings(entries: &[(u64, u32, u32)]) -> Postings {
        Postings::group(&entries.iter().map(posting).collect::<Vec<_>>())
    }

    #[test]
    fn only_what_two_articles_share_is_kept() {
        let postings =
            postings(&[(5, 2, 8), (5, 1, 3), (7, 1, 0), (7, 1, 9), (9, 0, 4), (5, 2, 1), (9, 2, 2)]);
        assert_eq!(postings.groups(), 2);
        assert_eq!(postings.articles(), 3);
        assert_eq!(postings.members(0).len(), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(80))]

        #[test]
        fn grouping_by_runs_is_grouping_in_memory(
            entries in prop::collection::btree_set((0_u64..40, 0_u32..12, 0_u32..6), 0..400),
            held_bytes in 0_u64..2000,
        ) {
            let entries: Vec<Posting> = entries.iter().map(posting).collect();
            let folder = tempfile::tempdir().expect("a folder");
            let scratch = Scratch::in_folder(folder.path(), held_bytes);
            let walk = || entries.iter().rev().copied();
            let spilled = Postings::of(entries.len(), walk, &scratch, &scratch).expect("there is room");
            let held = Postings::group(&entries);
            prop_assert_eq!(&spilled.entries[..], &held.entries[..]);
            prop_assert_eq!(&spilled.starts[..], &held.starts[..]);
            prop_assert_eq!(spilled.articles(), held.articles());
            prop_assert_eq!(spilled.largest_group(), held.largest_group());
        }
    }

    #[test]
    fn heads_hold_the_first_of_other_outlets_for_every_outlet() {
        // A small group before a large one.
        let small = (0..9_u32).map(|article| (1, article, 0));
        let entries: Vec<(u64, u32, u32)> = small.chain((0..2000).map(|article| (2, article, 0))).collect();
        let postings = postings(&entries);
        let folder = tempfile::tempdir().expect("a folder");
        for outlets in [1, 2, 3, 50] {
            let outlet_of = |article: u32| u64::from(if article < 1000 { 0 } else { article % outlets });
            for scratch in [Scratch::unneeded(), Scratch::in_folder(folder.path(), 0)] {
                let heads = postings.heads(8, &outlet_of, &scratch).expect("there is room");
                for (group, articles) in [(0, 9), (1, 2000)] {
                    let heads: Vec<u32> = heads.of(group, postings.members(group)).collect();
                    assert!(heads.len() <= 16 + 8, "{}", heads.len());
                    for reader in 0..u64::from(outlets) {
                        let others = |articles: &mut dyn Iterator<Item = u32>| -> Vec<u32> {
                            articles.filter(|&a| outlet_of(a) != reader).take(8).collect()
                        };
                        assert_eq!(
                            others(&mut heads.iter().copied()),
                            others(&mut (0..articles)),
                            "{outlets} outlets, for {reader}"
                        );
                    }
                }
            }
        }
    }
}
