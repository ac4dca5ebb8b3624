//! Cover: from connected groups to stories with a named representative.
//!
//! A connected group is cut into stars. The earliest article is tried as representative first: where it holds
//! for all, which is the rule, the story is done and its representative is its origin. Else the article with
//! the most verified neighbours is tried as well, and the one that more articles are verified against wins
//! (the earlier on a tie). Members that fill in a form of their outlet leave the star (`frames`). What is left over goes round
//! again, and of those that left, once each, who is linked to some of it or to one another. Articles that match nobody directly
//! stay alone.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::connect::Edge;
use super::frames::{Split, split};
use super::{Duplicates, Editions, Member, Story};
use crate::verify::{Nearness, Rule};

/// What a group was cut into.
#[derive(Debug, Default)]
pub(super) struct Covered {
    pub(super) stories: Vec<Story>,
    /// Articles that fill in the form of another one: that one, and what they share with it.
    pub(super) refilled: Vec<(u32, Member)>,
}

/// Cuts one group (ascending) into stories. `edges` are all verified pairs, sorted: what
/// they tell is not counted again, and of most groups, which are small, they tell all.
pub(super) fn cover(
    duplicates: &Duplicates<'_>,
    editions: &Editions,
    group: &[u32],
    edges: &[Edge],
) -> Covered {
    let mut covered = Covered::default();
    let mut left = group.to_vec();
    let mut returned = BTreeSet::new();
    while left.len() > 1 {
        let star = |representative: u32| -> Vec<Member> {
            let set = OnceLock::new();
            let set = || set.get_or_init(|| duplicates.compared.get(representative));
            let verified = left.par_iter().filter_map(|&article| {
                if article == representative {
                    let known = later_neighbours(article, edges).first().map(|edge| edge.near.overlap.a);
                    let shingles = known.unwrap_or_else(|| set().set.len());
                    return Some(Member { article, near: Nearness::of_equals(shingles) });
                }
                if let Some(near) = verified_before(article, representative, edges) {
                    return Some(Member { article, near });
                }
                let far = !(duplicates.linkable)(representative, article)
                    || duplicates.hopeless(representative, article, true);
                if far {
                    return None;
                }
                let own = duplicates.compared.get(article);
                let near = duplicates.verified((article, &own), (representative, set()), true).near()?;
                Some(Member { article, near })
            });
            verified.collect()
        };
        let earliest = left[0];
        let mut best = Story { representative: earliest, members: star(earliest) };
        if best.members.len() < left.len() {
            let busiest = most_neighbours(&left, edges);
            let members = star(busiest);
            if members.len() > best.members.len() {
                best = Story { representative: busiest, members };
            }
        }
        left.retain(|article| best.members.binary_search_by_key(article, |member| member.article).is_err());
        let Split { star, alike, gone, one_blank, refilled } = split(duplicates, editions, best);
        // Where bands are wide, a form leads nearly all of them, and hides who among its fillings are near to each other. Not so
        // the fillings of one blank, which differ from each other as they do from the form.
        let all = duplicates.rule == Rule::Edited;
        let free = |article: u32| all && one_blank.binary_search(&article).is_err();
        let back = back_again(&gone, &alike, &left, edges, free);
        left.extend(back.into_iter().filter(|&back| returned.insert(back)));
        left.sort_unstable();
        covered.refilled.extend(refilled);
        covered.stories.extend(alike);
        if star.members.len() > 1 {
            covered.stories.push(star);
        }
    }
    covered
}

/// Of those that are `gone` from a star and found no story beside it, who has a verified pair with some of `left`, or with
/// one another, and who is `free`. Both ascend.
fn back_again(
    gone: &[u32],
    alike: &[Story],
    left: &[u32],
    edges: &[Edge],
    free: impl Fn(u32) -> bool,
) -> Vec<u32> {
    let mut settled: Vec<u32> =
        alike.iter().flat_map(|story| story.members.iter().map(|member| member.article)).collect();
    settled.sort_unstable();
    let mut linked: Vec<u32> = left
        .iter()
        .chain(gone)
        .flat_map(|&article| later_neighbours(article, edges).iter().map(|edge| edge.pair.1))
        .collect();
    linked.sort_unstable();
    let is_linked = |article: u32| {
        free(article)
            || linked.binary_search(&article).is_ok()
            || later_neighbours(article, edges)
                .iter()
                .any(|edge| [left, gone].iter().any(|others| others.binary_search(&edge.pair.1).is_ok()))
    };
    gone.iter()
        .copied()
        .filter(|article| settled.binary_search(article).is_err() && is_linked(*article))
        .collect()
}

/// The edges from an article to later ones.
fn later_neighbours(article: u32, edges: &[Edge]) -> &[Edge] {
    let begin = edges.partition_point(|edge| edge.pair.0 < article);
    let count = edges[begin..].partition_point(|edge| edge.pair.0 == article);
    &edges[begin..begin + count]
}

/// How near `article` (`a`) is to `representative` (`b`), if there is an edge between them.
fn verified_before(article: u32, representative: u32, edges: &[Edge]) -> Option<Nearness> {
    let pair = (article.min(representative), article.max(representative));
    let near = edges[edges.binary_search_by_key(&pair, |edge| edge.pair).ok()?].near;
    Some(if article < representative { near } else { near.swapped() })
}

/// The article with the most verified neighbours among `left` (ascending); the earliest on a tie.
fn most_neighbours(left: &[u32], edges: &[Edge]) -> u32 {
    let mut neighbours = vec![0_u32; left.len()];
    for (at, article) in left.iter().enumerate() {
        for edge in later_neighbours(*article, edges) {
            if let Ok(beside) = left.binary_search(&edge.pair.1) {
                neighbours[at] += 1;
                neighbours[beside] += 1;
            }
        }
    }
    let most = neighbours.iter().max();
    neighbours.iter().position(|count| Some(count) == most).map_or(left[0], |at| left[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidates::{BandPlan, Signatures};
    use crate::scratch::Scratch;
    use crate::stories::{Kept, editions};
    use crate::verify::{Compared, ShingleSet};

    fn check(sets: &[Vec<u64>], edges: &[(u32, u32)], expect: &[(u32, &[u32])]) {
        let make = |article: u32| Compared::from(ShingleSet::from_shingles(&sets[article as usize]));
        let sets_count = sets.len();
        let compared = Kept::compared(&make, u64::MAX, false);
        let duplicates = Duplicates {
            signatures: &Signatures::default(),
            scratch: &Scratch::unneeded(),
            plan: BandPlan::for_recall(0.8, 0.999),
            rule: Rule::Resemblance(0.8),
            look_twice: None,
            least_agreeing: 0,
            surely_agreeing: 0,
            compared: &compared,
            linkable: &|_, _| true,
            frames: None,
        };
        let mut group: Vec<u32> = edges.iter().flat_map(|&(a, b)| [a, b]).collect();
        group.sort_unstable();
        group.dedup();
        let overlap = |a, b| duplicates.compared.get(a).set.overlap(&duplicates.compared.get(b).set);
        let edges: Vec<Edge> =
            edges.iter().map(|&pair| Edge { pair, near: overlap(pair.0, pair.1).into() }).collect();
        let editions = editions((0..sets_count).map(|article| Some(article as u128)), false);
        let stories = cover(&duplicates, &editions, &group, &edges).stories;
        for story in &stories {
            for member in &story.members {
                assert_eq!(member.near.overlap, overlap(member.article, story.representative));
            }
        }
        let found: Vec<(u32, Vec<u32>)> = stories
            .iter()
            .map(|s| (s.representative, s.members.iter().map(|m| m.article).collect()))
            .collect();
        let expect: Vec<(u32, Vec<u32>)> = expect.iter().map(|&(r, m)| (r, m.to_vec())).collect();
        assert_eq!(found, expect);
    }

    fn range(from: u64, to: u64) -> Vec<u64> {
        (from..to).collect()
    }

    #[test]
    fn the_earliest_represents_where_it_holds() {
        check(&[range(0, 100), range(5, 100), range(0, 95)], &[(0, 1), (0, 2)], &[(0, &[0, 1, 2])]);
    }

    #[test]
    fn the_middle_of_a_chain_represents_it() {
        // 0 and 2 share 80 of 120: under the threshold. Both match 1.
        check(&[range(0, 100), range(10, 110), range(20, 120)], &[(0, 1), (1, 2)], &[(1, &[0, 1, 2])]);
    }

    #[test]
    fn a_long_chain_is_cut_and_nobody_stands_under_the_threshold() {
        let sets: Vec<Vec<u64>> = (0..5).map(|i| range(10 * i, 10 * i + 100)).collect();
        check(&sets, &[(0, 1), (1, 2), (2, 3), (3, 4)], &[(1, &[0, 1, 2]), (3, &[3, 4])]);
    }
}
