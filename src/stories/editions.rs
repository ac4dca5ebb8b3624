//! Editions: articles with exactly the same tokens, told by a 128-bit hash of all token hashes.
//!
//! Equal tokens have equal shingle sets, so what holds for one article of an edition holds for all. This
//! takes verbatim reprints, the bulk of syndication, out of every comparison.

use super::{Duplicates, Member, Story};
use crate::verify::Nearness;

/// Articles grouped by their tokens.
#[derive(Clone, Debug)]
pub struct Editions {
    /// All articles that have tokens, by edition; editions by first article, articles ascending.
    articles: Vec<u32>,
    /// Where each edition begins in `articles`, and the end.
    starts: Vec<usize>,
    /// The edition of each article; `u32::MAX` for articles without tokens.
    edition_of: Vec<u32>,
}

/// Groups articles by `token_hashes` (`None` for articles without tokens). With `apart`, every article is an
/// edition of its own: where links are bound in time, equal texts need not be linked.
pub fn editions(token_hashes: impl ExactSizeIterator<Item = Option<u128>>, apart: bool) -> Editions {
    let articles = token_hashes.len();
    let numbered = token_hashes.zip(0_u32..);
    let mut keys: Vec<(u128, u32)> = numbered
        .filter_map(|(hash, article)| {
            Some((if apart { u128::from(article) } else { hash? }, hash.map(|_| article)?))
        })
        .collect();
    keys.sort_unstable();
    let mut groups: Vec<&[(u128, u32)]> = keys.chunk_by(|a, b| a.0 == b.0).collect();
    groups.sort_unstable_by_key(|group| group[0].1);
    let mut editions = Editions {
        articles: Vec::with_capacity(keys.len()),
        starts: vec![0],
        edition_of: vec![u32::MAX; articles],
    };
    for (group, number) in groups.into_iter().zip(0..) {
        for &(_, article) in group {
            editions.articles.push(article);
            editions.edition_of[article as usize] = number;
        }
        editions.starts.push(editions.articles.len());
    }
    editions
}

impl Editions {
    /// The first article of every edition, ascending.
    pub fn firsts(&self) -> Vec<u32> {
        self.starts[..self.starts.len() - 1].iter().map(|&start| self.articles[start]).collect()
    }

    /// All articles with the same tokens as `article`, ascending, itself among them.
    pub fn articles_like(&self, article: u32) -> &[u32] {
        let edition = self.edition_of[article as usize] as usize;
        &self.articles[self.starts[edition]..self.starts[edition + 1]]
    }

    /// Puts all articles of an edition beside its first in the stories, and makes stories of editions that
    /// stand alone. Ordered by first member.
    pub(super) fn spread(&self, duplicates: &Duplicates<'_>, covered: Vec<Story>) -> Vec<Story> {
        let mut placed = vec![false; self.starts.len() - 1];
        let mut stories: Vec<Story> = covered
            .into_iter()
            .map(|story| {
                let mut members: Vec<Member> = Vec::with_capacity(story.members.len());
                for member in story.members {
                    placed[self.edition_of[member.article as usize] as usize] = true;
                    let like = self.articles_like(member.article).iter();
                    members.extend(like.map(|&article| Member { article, near: member.near }));
                }
                members.sort_unstable_by_key(|member| member.article);
                Story { members, ..story }
            })
            .collect();
        for first in self.firsts() {
            let alone = !placed[self.edition_of[first as usize] as usize];
            let like = self.articles_like(first);
            if alone && like.len() > 1 {
                let near = Nearness::of_equals(duplicates.compared.get(first).set.len());
                let members = like.iter().map(|&article| Member { article, near }).collect();
                stories.push(Story { representative: first, members });
            }
        }
        stories.sort_unstable_by_key(|story| story.members[0].article);
        stories
    }
}
