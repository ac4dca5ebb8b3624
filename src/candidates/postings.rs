//! Postings: which articles hold a fingerprint, and where.
//!
//! All fingerprints of all articles, sorted by (hash, article, position), fall into groups of one hash.
//! Groups of a single article say nothing about copying and are dropped. A group knows its *heads*: the first
//! articles that hold the fingerprint, among which every other article of the group finds its source. Heads
//! are collected in one walk, so a group costs linear time however many articles print it.

use rayon::prelude::*;

/// One fingerprint of one article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Posting {
    /// Hash of the fingerprinted shingle.
    pub hash: u64,
    /// The article, by canonical order: earlier articles have smaller numbers.
    pub article: u32,
    /// Index of the shingle's first token.
    pub position: u32,
}

/// An article's use of a shared fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// The article.
    pub article: u32,
    /// Index of the shingle's first token.
    pub position: u32,
    /// The group of the fingerprint.
    pub group: u32,
}

/// Groups of shared fingerprints.
#[derive(Clone, Debug)]
pub struct Postings {
    entries: Vec<Posting>,
    /// Where each group begins in `entries`, and a last entry for the end.
    starts: Vec<usize>,
    /// Every use, by article and position.
    uses: Vec<Use>,
}

impl Postings {
    /// Sorts and groups; O(n log n), in parallel.
    ///
    /// # Panics
    /// If there are 2^32 groups or more, which takes 128 GiB of postings.
    pub fn group(mut postings: Vec<Posting>) -> Self {
        postings.par_sort_unstable();
        let mut starts = vec![0];
        let mut kept = 0;
        let mut begin = 0;
        while begin < postings.len() {
            let first = postings[begin];
            let end = begin + postings[begin..].partition_point(|posting| posting.hash == first.hash);
            if postings[end - 1].article != first.article {
                postings.copy_within(begin..end, kept);
                kept += end - begin;
                starts.push(kept);
            }
            begin = end;
        }
        postings.truncate(kept);
        let mut uses: Vec<Use> = starts
            .par_windows(2)
            .enumerate()
            .flat_map_iter(|(group, bounds)| {
                let group =
                    u32::try_from(group).expect("under 2^32 groups: each needs two postings of 16 bytes");
                let members = postings[bounds[0]..bounds[1]].iter();
                members.map(move |p| Use { article: p.article, position: p.position, group })
            })
            .collect();
        uses.par_sort_unstable();
        Postings { entries: postings, starts, uses }
    }

    /// How many groups of two articles or more there are.
    pub fn groups(&self) -> usize {
        self.starts.len() - 1
    }

    /// The first article of the group with the most articles, and how many it has; the first such group.
    pub fn largest_group(&self) -> Option<(u32, usize)> {
        let articles = |bounds: &[usize]| {
            let members = &self.entries[bounds[0]..bounds[1]];
            (members[0].article, members.chunk_by(|a, b| a.article == b.article).count())
        };
        let sizes = self.starts.windows(2).map(articles);
        sizes.reduce(|largest, next| if next.1 > largest.1 { next } else { largest })
    }

    /// The articles that share something, ascending.
    pub fn articles(&self) -> Vec<u32> {
        self.uses.chunk_by(|a, b| a.article == b.article).map(|uses| uses[0].article).collect()
    }

    /// The shared fingerprints of `article`, by position.
    pub fn uses_of(&self, article: u32) -> &[Use] {
        let begin = self.uses.partition_point(|u| u.article < article);
        let rest = &self.uses[begin..];
        &rest[..rest.partition_point(|u| u.article == article)]
    }

    /// The postings of a group, by article and position.
    pub fn members(&self, group: u32) -> &[Posting] {
        let group = group as usize;
        &self.entries[self.starts[group]..self.starts[group + 1]]
    }

    /// For every group the first articles that hold it, such that an article of any outlet finds among them
    /// the first `depth` articles of *other* outlets: walking stops when, the most frequent outlet set
    /// aside, `depth` are there. `outlet_of` gives a number an outlet; articles of unknown outlet are
    /// outlets of their own. Linear time.
    pub fn heads(&self, depth: usize, outlet_of: &(impl Fn(u32) -> u64 + Sync)) -> Vec<Vec<u32>> {
        self.starts
            .par_windows(2)
            .map(|bounds| {
                let mut heads = Vec::new();
                let mut outlets: Vec<(u64, usize)> = Vec::new();
                let members = &self.entries[bounds[0]..bounds[1]];
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
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postings(entries: &[(u64, u32, u32)]) -> Postings {
        Postings::group(
            entries.iter().map(|&(hash, article, position)| Posting { hash, article, position }).collect(),
        )
    }

    #[test]
    fn only_what_two_articles_share_is_kept() {
        let postings =
            postings(&[(5, 2, 8), (5, 1, 3), (7, 1, 0), (7, 1, 9), (9, 0, 4), (5, 2, 1), (9, 2, 2)]);
        assert_eq!(postings.groups(), 2);
        assert_eq!(postings.articles(), [0, 1, 2]);
        let of_two: Vec<(u32, u32)> = postings.uses_of(2).iter().map(|u| (u.position, u.group)).collect();
        assert_eq!(of_two, [(1, 0), (2, 1), (8, 0)]);
        assert!(postings.uses_of(3).is_empty());
        assert_eq!(postings.members(0).len(), 3);
    }

    #[test]
    fn heads_hold_the_first_of_other_outlets_for_every_outlet() {
        let entries: Vec<(u64, u32, u32)> = (0..2000).map(|article| (1, article, 0)).collect();
        let postings = postings(&entries);
        for outlets in [1, 2, 3, 50] {
            let outlet_of = |article: u32| u64::from(if article < 1000 { 0 } else { article % outlets });
            let heads = &postings.heads(8, &outlet_of)[0];
            assert!(heads.len() <= 16 + 8, "{}", heads.len());
            for reader in 0..u64::from(outlets) {
                let others = |articles: &mut dyn Iterator<Item = u32>| -> Vec<u32> {
                    articles.filter(|&a| outlet_of(a) != reader).take(8).collect()
                };
                assert_eq!(
                    others(&mut heads.iter().copied()),
                    others(&mut (0..2000)),
                    "{outlets} outlets, for {reader}"
                );
            }
        }
    }
}
