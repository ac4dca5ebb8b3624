//! Connect: which articles belong together at all.
//!
//! Bands are worked off one after the other. Within a band every bucket stands alone: its articles, in
//! canonical order, are compared with the bucket's leaders (the articles that matched no leader before them)
//! and joined to the first that is verified. What earlier bands have connected counts as joined without a
//! comparison, so that the many bands a pair of near-duplicates shares cost one verification.

use rayon::prelude::*;

use super::{Duplicates, Funnel};
use crate::candidates::buckets;
use crate::verify::ShingleSet;

/// Groups of connected articles.
#[derive(Debug)]
pub(super) struct Connected {
    /// Articles of each group of two or more, ascending; groups by first article.
    pub(super) groups: Vec<Vec<u32>>,
    /// Verified pairs, each (earlier, later), sorted.
    pub(super) edges: Vec<(u32, u32)>,
    pub(super) funnel: Funnel,
}

pub(super) fn connect(
    duplicates: &Duplicates<'_>,
    articles: &[u32],
    advance: &(dyn Fn() + Sync),
) -> Connected {
    let mut forest = Forest::of(duplicates.signatures.len());
    let mut edges = Vec::new();
    let mut funnel = Funnel::default();
    for band in 0..duplicates.plan.bands() {
        let buckets = buckets(duplicates.plan, band, articles, duplicates.signatures);
        let roots = forest.roots();
        let found: Vec<(Vec<(u32, u32)>, Funnel)> =
            buckets.shared().into_par_iter().map(|bucket| lead(duplicates, bucket, &roots)).collect();
        for (new_edges, counted) in found {
            funnel = funnel.add(counted);
            for &(a, b) in &new_edges {
                forest.join(a, b);
            }
            edges.extend(new_edges);
        }
        advance();
    }
    edges.sort_unstable();
    edges.dedup();
    Connected { groups: groups(&forest.roots(), articles), edges, funnel }
}

/// Compares the articles of one bucket with its leaders.
fn lead(duplicates: &Duplicates<'_>, bucket: &[(u64, u32)], roots: &[u32]) -> (Vec<(u32, u32)>, Funnel) {
    let mut leaders: Vec<(u32, Option<ShingleSet>)> = Vec::new();
    let mut edges = Vec::new();
    let mut funnel = Funnel { largest_bucket: bucket.len() as u64, ..Funnel::default() };
    for &(_, article) in bucket {
        // Articles ascend in time: who is too old for this one is too old for all that follow.
        leaders.retain(|&(leader, _)| (duplicates.linkable)(leader, article));
        let root = roots[article as usize];
        if leaders.iter().any(|&(leader, _)| roots[leader as usize] == root) {
            continue;
        }
        let mut set = None;
        let mut joined = false;
        for (leader, leader_set) in &mut leaders {
            funnel.met += 1;
            if duplicates.hopeless(*leader, article) {
                continue;
            }
            funnel.verified += 1;
            let set = set.get_or_insert_with(|| (duplicates.sets)(article));
            let leader_set = leader_set.get_or_insert_with(|| (duplicates.sets)(*leader));
            if duplicates.matches(leader_set.overlap(set)) {
                funnel.matched += 1;
                edges.push((*leader, article));
                joined = true;
                break;
            }
        }
        if !joined {
            leaders.push((article, set));
        }
    }
    (edges, funnel)
}

fn groups(roots: &[u32], articles: &[u32]) -> Vec<Vec<u32>> {
    let mut by_root: Vec<(u32, u32)> =
        articles.iter().map(|&article| (roots[article as usize], article)).collect();
    by_root.sort_unstable();
    by_root
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() > 1)
        .map(|group| group.iter().map(|&(_, article)| article).collect())
        .collect()
}

/// Union-find whose root is the smallest article, so that the result does not depend on the order of joins.
#[derive(Debug)]
struct Forest(Vec<u32>);

impl Forest {
    fn of(articles: usize) -> Self {
        Forest((0..u32::try_from(articles).expect("articles are numbered in 32 bits")).collect())
    }

    fn root(&mut self, mut article: u32) -> u32 {
        while self.0[article as usize] != article {
            let parent = self.0[article as usize];
            self.0[article as usize] = self.0[parent as usize]; // path halving
            article = parent;
        }
        article
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b) as usize] = a.min(b);
    }

    fn roots(&mut self) -> Vec<u32> {
        (0..self.0.len()).map(|i| self.root(u32::try_from(i).expect("numbered in 32 bits"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn roots_are_the_least_article_reachable(joins in prop::collection::vec((0_u32..30, 0_u32..30), 0..40)) {
            let mut forest = Forest::of(30);
            for &(a, b) in &joins {
                forest.join(a, b);
            }
            // The slow way: spread the least number along the joins until nothing changes.
            let mut least: Vec<u32> = (0..30).collect();
            for _ in 0..30 {
                for &(a, b) in &joins {
                    let both = least[a as usize].min(least[b as usize]);
                    (least[a as usize], least[b as usize]) = (both, both);
                }
            }
            prop_assert_eq!(forest.roots(), least);
        }
    }
}
