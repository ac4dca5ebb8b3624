//! Frames: members of a star that fill in one form anew are no near-duplicates of its representative.
//!
//! In: a star (a representative and the members verified against it). Out: the members that stay, and the [`Template`]s.
//! A member of the representative's own outlet whose facts differ (`verify::Refilled`) has the same frame, not the same
//! story. Across outlets it stays a story: nobody else's form is filled in, a text is printed with a change.
//!
//! One blank alone may be a correction; the third filling of it settles that it is a form. Articles that are filled in
//! *alike* are near-duplicates of each other, however their form is used beside: they make a story of their own.
//!
//! Cost: one reading of each member that shares an outlet with the representative; linear in the star.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Duplicates, Editions, Member, Story, Template};
use crate::verify::{Facts, Frame, Overlap, Refilled};

/// What telling templates needs.
#[derive(Clone, Copy)]
pub struct Frames<'a> {
    /// A number for each outlet; articles of unknown outlet have one of their own.
    pub outlet_of: &'a (dyn Fn(u32) -> u64 + Sync),
    /// The facts of an article, made anew.
    pub facts: &'a (dyn Fn(u32) -> Facts + Sync),
}

impl std::fmt::Debug for Frames<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames").finish_non_exhaustive()
    }
}

/// Different fillings of one blank, the frame's own among them, that make it a form.
const FILLINGS: usize = 3;

/// Articles of an edition that are asked for their outlet: a text that so many print is no outlet's own form.
const ASKED: usize = 64;

impl Frames<'_> {
    /// An article of `like` (all of the same tokens) that `outlet` printed.
    fn printed_by(&self, outlet: u64, like: &[u32]) -> Option<u32> {
        like.iter().take(ASKED).copied().find(|&article| (self.outlet_of)(article) == outlet)
    }

    fn share_an_outlet(&self, a: &[u32], b: &[u32]) -> bool {
        a.iter().take(ASKED).any(|&article| self.printed_by((self.outlet_of)(article), b).is_some())
    }
}

/// A star without those that fill in its representative's form.
#[derive(Debug)]
pub(super) struct Split {
    /// Who stays, the representative among them.
    pub(super) star: Story,
    /// Stories of articles that were filled in alike.
    pub(super) alike: Vec<Story>,
    /// Everybody who left, ascending, with what it shares with the representative.
    pub(super) refilled: Vec<Member>,
}

/// Tells the members of a star that share their representative's frame only.
pub(super) fn split(duplicates: &Duplicates<'_>, editions: &Editions, star: Story) -> Split {
    let stays = |star| Split { star, alike: Vec::new(), refilled: Vec::new() };
    let Some(frames) = duplicates.frames else { return stays(star) };
    let representative = star.representative;
    let printed = editions.articles_like(representative);
    let kin: Vec<Member> = star
        .members
        .iter()
        .filter(|member| member.article != representative)
        .filter(|member| frames.share_an_outlet(printed, editions.articles_like(member.article)))
        .copied()
        .collect();
    if kin.is_empty() {
        return stays(star);
    }
    let frame = (frames.facts)(representative);
    let mut told: Vec<(u64, Frame, Member)> = kin
        .into_par_iter()
        .map(|member| {
            let refilled = Refilled::of(&(frames.facts)(member.article), &frame);
            (refilled.filling, refilled.frame(), member)
        })
        .filter(|(_, frame, _)| *frame != Frame::Same)
        .collect();
    // The representative's own filling counts as one.
    let fillings: BTreeSet<u64> = told.iter().map(|(filling, ..)| *filling).collect();
    if fillings.len() + 1 < FILLINGS {
        told.retain(|(_, frame, _)| *frame == Frame::Refilled);
    }
    let mut refilled: Vec<Member> = told.iter().map(|(.., member)| *member).collect();
    refilled.sort_unstable_by_key(|member| member.article);
    let left = |member: &Member| refilled.binary_search_by_key(&member.article, |gone| gone.article).is_ok();
    let members = star.members.into_iter().filter(|member| !left(member)).collect();
    told.sort_unstable_by_key(|(filling, _, member)| (*filling, member.article));
    let alike = told.chunk_by(|a, b| a.0 == b.0).filter_map(|group| {
        let group: Vec<u32> = group.iter().map(|(.., member)| member.article).collect();
        story_of_alike(duplicates, &group)
    });
    let alike = alike.collect();
    Split { star: Story { representative, members }, alike, refilled }
}

/// The articles of a group (ascending) that match its first.
fn story_of_alike(duplicates: &Duplicates<'_>, group: &[u32]) -> Option<Story> {
    let (&first, others) = group.split_first()?;
    if others.is_empty() {
        return None;
    }
    let set = duplicates.sets.get(first);
    let matching = others.iter().filter_map(|&article| {
        let linkable = (duplicates.linkable)(first, article);
        let overlap = linkable.then(|| duplicates.matching(&duplicates.sets.get(article), &set))??;
        Some(Member { article, overlap })
    });
    let itself = Member { article: first, overlap: Overlap::of_equals(set.len()) };
    let members: Vec<Member> = std::iter::once(itself).chain(matching).collect();
    (members.len() > 1).then_some(Story { representative: first, members })
}

/// From first articles of editions to all articles that the frame's outlet printed. Ascending.
pub(super) fn spread(
    duplicates: &Duplicates<'_>,
    editions: &Editions,
    refilled: Vec<(u32, Member)>,
) -> Vec<Template> {
    let Some(frames) = duplicates.frames else { return Vec::new() };
    let mut templates: Vec<Template> = refilled
        .into_par_iter()
        .flat_map_iter(|(representative, member)| {
            let printed = editions.articles_like(representative);
            editions.articles_like(member.article).iter().filter_map(move |&article| {
                let frame = frames.printed_by((frames.outlet_of)(article), printed)?;
                let (article, frame, overlap) = if article > frame {
                    (article, frame, member.overlap)
                } else {
                    (frame, article, member.overlap.swapped())
                };
                Some(Template { article, frame, overlap })
            })
        })
        .collect();
    templates.par_sort_unstable_by_key(|template| (template.article, template.frame));
    templates
}
