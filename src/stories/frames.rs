//! Frames: members of a star that fill in one form anew are no near-duplicates of each other.
//!
//! In: a star (a representative and the members verified against it). Out: the members that stay, and those that left. A
//! member that shares an outlet with the representative, or with an earlier member, and whose facts differ from that one's
//! (`verify::Refilled`) has the same frame, not the same story. Across outlets it stays a story: a text is printed with a
//! change. But what others print of a filling goes with the filling.
//!
//! One blank alone may be a correction; the third filling of it settles that it is a form. Articles that are filled in
//! *alike* are near-duplicates of each other, however their form is used beside: they make a story of their own.
//!
//! Cost: one or two readings of each member of a star in which an outlet stands twice; linear in the star.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Duplicates, Editions, Member, Story, Template};
use crate::verify::{Facts, Frame, Nearness, Refilled};

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

    /// Whether an outlet printed articles of both editions.
    pub fn print_both(&self, a: &[u32], b: &[u32]) -> bool {
        let mut of_b: Vec<u64> = self.outlets(b).collect();
        of_b.sort_unstable();
        self.outlets(a).any(|outlet| of_b.binary_search(&outlet).is_ok())
    }

    fn outlets<'l>(&'l self, like: &'l [u32]) -> impl Iterator<Item = u64> + 'l {
        like.iter().take(ASKED).map(|&article| (self.outlet_of)(article))
    }

    /// Of those `members` that share an outlet with the representative, or else with an earlier member, whose form they
    /// may fill in: the representative's, or the first that the outlet has in the star.
    fn forms(&self, editions: &Editions, star: &Story) -> Vec<(u32, Member)> {
        let mut form_of: BTreeMap<u64, u32> = BTreeMap::new();
        let first = std::iter::once(star.representative);
        for article in first.chain(star.members.iter().map(|member| member.article)) {
            for outlet in self.outlets(editions.articles_like(article)) {
                form_of.entry(outlet).or_insert(article);
            }
        }
        let form = |member: &Member| {
            let forms: Vec<u32> = self
                .outlets(editions.articles_like(member.article))
                .map(|outlet| form_of[&outlet])
                .filter(|&form| form != member.article)
                .collect();
            let own = forms.iter().copied().find(|&form| form == star.representative);
            Some((own.or_else(|| forms.iter().copied().min())?, *member))
        };
        star.members.iter().filter(|member| member.article != star.representative).filter_map(form).collect()
    }
}

/// A star without those that fill in a form.
#[derive(Debug)]
pub(super) struct Split {
    /// Who stays, the representative among them.
    pub(super) star: Story,
    /// Stories of articles that were filled in alike.
    pub(super) alike: Vec<Story>,
    /// Everybody who left, ascending.
    pub(super) gone: Vec<u32>,
    /// Those of them that differ from the form in one fact, which has other fillings; ascending.
    pub(super) one_blank: Vec<u32>,
    /// Whose form they fill in, where it is their own outlet's: that one, and what they share with it.
    pub(super) refilled: Vec<(u32, Member)>,
}

/// What a member is to a form.
#[derive(Clone, Copy, Debug)]
struct Told {
    form: u32,
    refilled: Refilled,
    member: Member,
}

/// Tells the members of a star that fill in a form of their outlet, and those of other outlets that print such a filling.
pub(super) fn split(duplicates: &Duplicates<'_>, editions: &Editions, star: Story) -> Split {
    let stays = |star| Split {
        star,
        alike: Vec::new(),
        gone: Vec::new(),
        one_blank: Vec::new(),
        refilled: Vec::new(),
    };
    let Some(frames) = duplicates.frames else { return stays(star) };
    let asked = frames.forms(editions, &star);
    if asked.is_empty() {
        return stays(star);
    }
    let representative = star.representative;
    let mut forms: Vec<u32> = asked.iter().map(|(form, _)| *form).chain([representative]).collect();
    forms.sort_unstable();
    forms.dedup();
    let forms: BTreeMap<u32, Facts> =
        forms.into_par_iter().map(|form| (form, (frames.facts)(form))).collect();
    let tell = |(form, member): (u32, Member)| {
        let refilled = Refilled::of(&(frames.facts)(member.article), &forms[&form]);
        (refilled.frame() != Frame::Same).then_some(Told { form, refilled, member })
    };
    let mut told: Vec<Told> = asked.par_iter().copied().filter_map(tell).collect();
    only_forms(&mut told);
    if told.is_empty() {
        return stays(star);
    }
    let refilled: Vec<(u32, Member)> = told
        .par_iter()
        .map(|told| {
            let near = if told.form == representative {
                told.member.near
            } else {
                duplicates
                    .compared
                    .get(told.member.article)
                    .set
                    .overlap(&duplicates.compared.get(told.form).set)
                    .into()
            };
            (told.form, Member { near, ..told.member })
        })
        .collect();
    // Others may have printed what was filled in: then their story is that of the filling, not of the form.
    let fillings: BTreeSet<u64> =
        told.iter().filter(|told| told.form == representative).map(|told| told.refilled.filling).collect();
    let known: BTreeSet<u32> = asked
        .iter()
        .filter(|(form, _)| *form == representative)
        .map(|(_, member)| member.article)
        .chain(told.iter().map(|told| told.member.article))
        .chain([representative])
        .collect();
    if !fillings.is_empty() {
        let others: Vec<Member> =
            star.members.iter().filter(|member| !known.contains(&member.article)).copied().collect();
        let reprints = others.into_par_iter().filter_map(|member| tell((representative, member)));
        told.par_extend(reprints.filter(|told| fillings.contains(&told.refilled.filling)));
    }
    told.sort_unstable_by_key(|told| (told.form, told.refilled.filling, told.member.article));
    let alike = told.chunk_by(|a, b| (a.form, a.refilled.filling) == (b.form, b.refilled.filling));
    let alike = alike
        .filter_map(|group| {
            let group: Vec<u32> = group.iter().map(|told| told.member.article).collect();
            story_of_alike(duplicates, &group)
        })
        .collect();
    told.sort_unstable_by_key(|told| told.member.article);
    let gone: Vec<u32> = told.iter().map(|told| told.member.article).collect();
    let unsure = told.iter().filter(|told| told.refilled.frame() == Frame::Unsure);
    let one_blank = unsure.map(|told| told.member.article).collect();
    let members = star.members.into_iter().filter(|member| gone.binary_search(&member.article).is_err());
    Split { star: Story { representative, members: members.collect() }, alike, gone, one_blank, refilled }
}

/// Leaves out those that differ from a form in one fact, unless that blank has enough fillings.
fn only_forms(told: &mut Vec<Told>) {
    let mut fillings: BTreeSet<(u32, u64, u64)> = BTreeSet::new();
    for Told { form, refilled, .. } in &*told {
        fillings.insert((*form, refilled.blank, refilled.filling));
    }
    told.retain(|told| {
        let blank = (told.form, told.refilled.blank);
        // The form's own filling counts as one.
        told.refilled.frame() == Frame::Refilled
            || fillings.range((blank.0, blank.1, 0)..=(blank.0, blank.1, u64::MAX)).take(FILLINGS).count() + 1
                >= FILLINGS
    });
}

/// The articles of a group (ascending) that match its first.
fn story_of_alike(duplicates: &Duplicates<'_>, group: &[u32]) -> Option<Story> {
    let (&first, others) = group.split_first()?;
    if others.is_empty() {
        return None;
    }
    let of_first = duplicates.compared.get(first);
    let matching = others.iter().filter_map(|&article| {
        let linkable = (duplicates.linkable)(first, article);
        let verified =
            || duplicates.verified((article, &duplicates.compared.get(article)), (first, &of_first), true);
        Some(Member { article, near: linkable.then(verified)?.near()? })
    });
    let itself = Member { article: first, near: Nearness::of_equals(of_first.set.len()) };
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
        .flat_map_iter(|(form, member)| {
            let printed = editions.articles_like(form);
            editions.articles_like(member.article).iter().filter_map(move |&article| {
                let frame = frames.printed_by((frames.outlet_of)(article), printed)?;
                let overlap = member.near.overlap;
                let (article, frame, overlap) = if article > frame {
                    (article, frame, overlap)
                } else {
                    (frame, article, overlap.swapped())
                };
                Some(Template { article, frame, overlap })
            })
        })
        .collect();
    templates.par_sort_unstable_by_key(|template| (template.article, template.frame));
    // One row an article: that of the earliest form.
    templates.dedup_by_key(|template| template.article);
    templates
}
