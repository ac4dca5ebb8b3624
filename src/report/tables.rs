//! From findings to rows: names instead of numbers, story by story, nothing computed anew.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::credited::is_matched;
use super::rows::{
    ArticleRow, CreditCell, EvidenceCell, MatchRow, MemberCell, OriginCell, OutletRow, PassageRow,
    ProblemRow, RelationRow, RepeatRow, Share, StoryRow,
};
use crate::lineage::{Agency, Basis, Coverage, OWN, Origin, RelationKind};
use crate::passages::{Passage, PassageKind};
use crate::pipeline::Findings;
use crate::settings::Settings;
use crate::stories::{Member, Story};
use crate::verify::Nearness;

/// Characters of a passage that the table shows.
const EXCERPT_CHARS: usize = 200;

/// Findings, indexed by article.
pub(super) struct Tables<'a> {
    findings: &'a Findings,
    settings: &'a Settings,
    /// Story, and place among its members, of each article.
    placed: Vec<Option<(u32, u32)>>,
    /// Copied words of each article.
    copied_words: Vec<u32>,
}

impl<'a> Tables<'a> {
    pub(super) fn of(findings: &'a Findings, settings: &'a Settings) -> Self {
        let articles = findings.catalogue.len();
        let mut placed = vec![None; articles];
        for (story, number) in findings.duplicates.stories.iter().zip(0..) {
            for (member, place) in story.members.iter().zip(0..) {
                placed[member.article as usize] = Some((number, place));
            }
        }
        let mut copied_words = vec![0; articles];
        for copied in findings.copied.targets() {
            copied_words[copied.article as usize] = copied.copied_words;
        }
        Tables { findings, settings, placed, copied_words }
    }

    /// Rows of all tables.
    pub(super) fn rows(&self) -> u64 {
        let findings = self.findings;
        let (stories, articles) = (&findings.duplicates.stories, &findings.catalogue.articles);
        let members: usize = stories.iter().map(|story| story.members.len() - 1).sum();
        let matches = findings.pairs.as_ref().map_or(members, |pairs| pairs.len());
        let repeats: u64 = articles.iter().map(|article| u64::from(article.repeats)).sum();
        let others =
            articles.len() + stories.len() + matches + findings.copied.len() + findings.problems.len();
        let lineage = findings.lineage.relations().len() + findings.lineage.outlets.len();
        repeats + (others + lineage) as u64
    }

    pub(super) fn articles(&self) -> impl Iterator<Item = ArticleRow<'_>> {
        let searches = self.settings.searches;
        self.findings.catalogue.articles.iter().zip(0_u32..).map(move |(article, number)| {
            let details = self.findings.catalogue.details(number);
            let (words, copied) = (article.words, self.copied_words[number as usize]);
            let story = self.story_of(number);
            let role = match story {
                None => "single",
                Some(_) if self.origin_of(number) == Some(number) => "origin",
                Some(_) => "copy",
            };
            let original = || f64::from(words.saturating_sub(copied)) / f64::from(words);
            let matched = |credit: &_| searches.passages.then(|| is_matched(self.findings, number, credit));
            let credits = details.credits().into_iter().map(|credit| CreditCell {
                matched: matched(&credit),
                name: credit.name,
                agency: credit.agency.map(Agency::name),
                kind: credit.kind.name(),
                bytes: (&credit.bytes).into(),
                chars: (&credit.chars).into(),
            });
            ArticleRow {
                reference: self.findings.catalogue.reference(number, &self.findings.archive),
                id: self.name(number),
                outlet: self.outlet(number),
                published_at: self.published(number),
                title: details.title,
                url: details.url,
                words,
                story: self.placed[number as usize].map(|(story, _)| story_name(story as usize)),
                role: searches.duplicates.then_some(role),
                relation: self.findings.lineage.main_relation(number).map(|relation| relation.kind.name()),
                resemblance: story.map(|(_, member)| member.near.overlap.resemblance().into()),
                originality: (searches.passages && words > 0).then(|| original().into()),
                copied_words: searches.passages.then_some(copied),
                repeated_words: searches.repeats.then_some(article.repeated_words),
                credits: searches.credits().then(|| credits.collect()),
            }
        })
    }

    pub(super) fn stories(&self) -> impl Iterator<Item = StoryRow<'_>> {
        self.findings.duplicates.stories.iter().enumerate().map(|(number, story)| {
            let articles = || story.members.iter().map(|member| member.article);
            let published = || articles().filter_map(|article| self.published(article));
            let outlets: BTreeSet<u64> =
                articles().map(|article| self.findings.catalogue.outlet_number(article)).collect();
            let origin = self.findings.lineage.origins[number];
            let cohesion = story.members.iter().map(|m| m.near.overlap.resemblance()).fold(1.0, f64::min);
            StoryRow {
                story: story_name(number),
                size: story.members.len(),
                outlets: outlets.len(),
                representative: self.name(story.representative),
                origin: origin.map(|origin| self.name(origin.article)),
                confidence: origin.map(|origin| origin.confidence.into()),
                origin_evidence: origin.as_ref().map(evidence_of_origin),
                cohesion: cohesion.into(),
                mean_resemblance: mean_of_others(story).into(),
                boilerplate: self.findings.pages[number],
                first_published: published().next(),
                last_published: published().next_back(),
                members: story.members.iter().map(|member| self.member(story, member)).collect(),
            }
        })
    }

    fn member(&self, story: &Story, member: &Member) -> MemberCell<'_> {
        MemberCell {
            id: self.name(member.article),
            reference: self.findings.catalogue.reference(member.article, &self.findings.archive),
            outlet: self.outlet(member.article),
            published_at: self.published(member.article),
            relation: self.relation_to_representative(story, member).map(RelationKind::name),
            resemblance: member.near.overlap.resemblance().into(),
            containment: member.near.overlap.containment_of_a().into(),
            containment_of: member.near.overlap.containment_of_b().into(),
        }
    }

    /// What a member is to its story's representative: as in the table of relations where it is the later of both and
    /// stands there, else by the shingles that both share, or the tokens where these decided.
    fn relation_to_representative(&self, story: &Story, member: &Member) -> Option<RelationKind> {
        let (article, representative) = (member.article, story.representative);
        if article == representative {
            return None;
        }
        if let Some(relation) = self.findings.lineage.relation(article, representative) {
            return Some(relation.kind);
        }
        let outlet = |article| self.findings.catalogue.outlet_number(article);
        if outlet(article) == outlet(representative) {
            return Some(RelationKind::Revision);
        }
        let coverage = Coverage { of_target: member.near.of_a(), of_source: member.near.of_b(), longest: 0 };
        Some(coverage.kind())
    }

    /// Every pair if all were asked for, else every member with its representative.
    pub(super) fn matches(&self) -> impl Iterator<Item = MatchRow<'_>> {
        let listed = self.findings.pairs.iter().flat_map(|pairs| pairs.iter());
        let listed = listed.map(|pair| (pair.a, pair.b, pair.near()));
        let with_representatives = self.findings.duplicates.stories.iter().flat_map(|story| {
            let others = story.members.iter().filter(|member| member.article != story.representative);
            others.map(|member| {
                let (article, representative) = (member.article, story.representative);
                if article < representative {
                    (article, representative, member.near)
                } else {
                    (representative, article, member.near.swapped())
                }
            })
        });
        let with_representatives = with_representatives.filter(|_| self.findings.pairs.is_none());
        listed.chain(with_representatives).map(|(a, b, near)| self.match_row(a, b, near))
    }

    fn match_row(&self, a: u32, b: u32, near: Nearness) -> MatchRow<'_> {
        let outlet = |article| self.findings.catalogue.outlet_number(article);
        MatchRow {
            a: self.name(a),
            b: self.name(b),
            resemblance: near.overlap.resemblance().into(),
            containment_a: near.overlap.containment_of_a().into(),
            containment_b: near.overlap.containment_of_b().into(),
            same_outlet: outlet(a) == outlet(b),
            score: near.score().into(),
            rule: near.rule(),
        }
    }

    pub(super) fn passages(&self) -> impl Iterator<Item = PassageRow<'_>> {
        let with_text = self.findings.copied.targets().iter().flat_map(|copied| {
            // Excerpts are cut here and not kept from the search on: there can be very many.
            let place = self.findings.catalogue.article(copied.article).place;
            let text = Rc::new(self.findings.archive.text_at(place));
            let passages = self.findings.copied.passages_of(copied);
            passages.map(move |passage| (passage, Rc::clone(&text)))
        });
        with_text.map(|(passage, text)| {
            let story_of = |article: u32| self.placed[article as usize].map(|(story, _)| story);
            let story = story_of(passage.target).filter(|story| story_of(passage.source) == Some(*story));
            PassageRow {
                target: self.name(passage.target),
                source: self.name(passage.source),
                target_outlet: self.outlet(passage.target),
                source_outlet: self.outlet(passage.source),
                target_bytes: (&passage.target_span.bytes).into(),
                target_chars: (&passage.target_span.chars).into(),
                source_bytes: (&passage.source_span.bytes).into(),
                source_chars: (&passage.source_span.chars).into(),
                words: passage.words,
                similarity: passage.similarity.into(),
                kind: self.passage_kind(&passage),
                seed: passage.seed.name(),
                story: story.map(|story| story_name(story as usize)),
                // A file that changed under the run may no longer hold the span; the change is a problem row.
                excerpt: text
                    .get(passage.target_span.bytes.clone())
                    .map_or_else(String::new, |said| said.chars().take(EXCERPT_CHARS).collect()),
            }
        })
    }

    /// A copied span is a quote where all that its target has from the source is.
    fn passage_kind(&self, passage: &Passage) -> &'static str {
        let relation = || self.findings.lineage.relation(passage.target, passage.source);
        if passage.kind == PassageKind::Copy
            && relation().is_some_and(|relation| relation.kind == RelationKind::Quote)
        {
            return RelationKind::Quote.name();
        }
        passage.kind.name()
    }

    pub(super) fn relations(&self) -> impl Iterator<Item = RelationRow<'_>> {
        self.findings.lineage.relations().map(|relation| RelationRow {
            target: self.name(relation.target),
            source: self.name(relation.source),
            relation: relation.kind.name(),
            coverage_of_target: relation.coverage.of_target.into(),
            coverage_of_source: relation.coverage.of_source.into(),
            lag_seconds: relation.order.lag,
            credited: relation.credited,
            confidence: relation.confidence.into(),
            evidence: EvidenceCell {
                basis: match relation.basis {
                    Basis::Passages => "passages",
                    Basis::Shingles => "shingles",
                    Basis::Aligned => "aligned",
                },
                passages: relation.passages,
                words: relation.words,
                longest: (relation.basis == Basis::Passages).then_some(relation.coverage.longest),
                similarity: relation.similarity.into(),
                dates: relation.order.dates.name(),
                tie: relation.tie,
            },
        })
    }

    pub(super) fn outlets(&self) -> impl Iterator<Item = OutletRow<'_>> {
        let names = self.findings.catalogue.outlets();
        let name = move |outlet: u32| names.get(outlet as usize).map(String::as_str);
        self.findings.lineage.outlets.iter().map(move |pair| OutletRow {
            target_outlet: name(pair.target),
            // Null says that the words are its own, so unknown outlets need another name here.
            source_outlet: if pair.source == OWN { None } else { Some(name(pair.source).unwrap_or("")) },
            articles: pair.articles,
            words: pair.words,
            share_of_target: pair.share().into(),
            credited_share: pair.credited_share().map(Share::from),
            median_lag_seconds: pair.median_lag(),
        })
    }

    pub(super) fn repeats(&self) -> impl Iterator<Item = RepeatRow<'_>> {
        self.findings.catalogue.articles.iter().zip(0_u32..).flat_map(move |(article, number)| {
            let repeats = match article.repeats {
                0 => Vec::new(),
                _ => self.findings.catalogue.details(number).repeats(),
            };
            repeats.into_iter().map(move |repeat| RepeatRow {
                article: self.name(number),
                first_bytes: (&repeat.first.bytes).into(),
                first_chars: (&repeat.first.chars).into(),
                again_bytes: (&repeat.again.bytes).into(),
                again_chars: (&repeat.again.chars).into(),
                words: repeat.words,
                similarity: Share::from(repeat.similarity),
                kind: repeat.kind.name(),
            })
        })
    }

    pub(super) fn problems(&self) -> impl Iterator<Item = ProblemRow<'_>> {
        self.findings.problems.iter().map(|problem| ProblemRow {
            path: &problem.path,
            record: problem.record,
            byte: problem.byte,
            kind: problem.kind.name(),
            message: &problem.message,
        })
    }

    fn name(&self, article: u32) -> Cow<'_, str> {
        self.findings.catalogue.name(article, &self.findings.archive)
    }

    fn outlet(&self, article: u32) -> Option<&str> {
        self.findings.catalogue.outlet(article)
    }

    fn published(&self, article: u32) -> Option<String> {
        self.findings.catalogue.article(article).published.map(|published| published.to_string())
    }

    fn story_of(&self, article: u32) -> Option<(&Story, &Member)> {
        let (story, place) = self.placed[article as usize]?;
        let story = &self.findings.duplicates.stories[story as usize];
        Some((story, &story.members[place as usize]))
    }

    /// The origin of the story that an article is in.
    fn origin_of(&self, article: u32) -> Option<u32> {
        let (story, _) = self.placed[article as usize]?;
        self.findings.lineage.origins[story as usize].map(|origin| origin.article)
    }
}

fn evidence_of_origin(origin: &Origin) -> OriginCell {
    OriginCell {
        dates: origin.order.dates.name(),
        lag_seconds: origin.order.lag,
        credited_by: origin.credited_by,
        passed_over: origin.passed_over,
        by_edits: origin.by_edits,
        undated: origin.undated,
        tie: origin.tie,
    }
}

/// Mean resemblance to the representative of all members but itself.
fn mean_of_others(story: &Story) -> f64 {
    let others = story.members.iter().filter(|member| member.article != story.representative);
    let (sum, count) = others
        .fold((0.0, 0.0), |(sum, count), member| (sum + member.near.overlap.resemblance(), count + 1.0));
    sum / count
}

fn story_name(story: usize) -> String {
    format!("s{}", story + 1)
}
