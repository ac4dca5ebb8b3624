//! Credits against the evidence: whether an article that is credited is in the archive as its source.

use crate::lineage::{Credit, RelationKind};
use crate::pipeline::Findings;

/// Whether one of the article's sources is of the outlet that `credit` names, or credits the same agency or name.
pub(super) fn is_matched(findings: &Findings, article: u32, credit: &Credit) -> bool {
    let catalogue = &findings.catalogue;
    findings.lineage.relations_of(article).any(|relation| {
        let source = relation.source;
        let names = || catalogue.outlet(source).is_some_and(|outlet| credit.names(outlet));
        let alike = || {
            let has_any = catalogue.article(source).credits > 0;
            let theirs = if has_any { catalogue.details(source).credits() } else { Vec::new() };
            theirs.iter().any(|other| credit.is_alike(other))
        };
        names() || alike()
    })
}

/// How many credits have a source in the archive, how many have none, and how many relations between outlets have no credit.
pub(super) fn counts(findings: &Findings) -> [u64; 3] {
    let (mut matched, mut unmatched) = (0, 0);
    let numbered = findings.catalogue.articles.iter().zip(0_u32..);
    for (_, number) in numbered.filter(|(article, _)| article.credits > 0) {
        for credit in findings.catalogue.details(number).credits() {
            *if is_matched(findings, number, &credit) { &mut matched } else { &mut unmatched } += 1;
        }
    }
    let within = |kind| matches!(kind, RelationKind::Revision | RelationKind::Template);
    let uncredited =
        findings.lineage.relations().filter(|relation| !relation.credited && !within(relation.kind)).count();
    [matched, unmatched, uncredited as u64]
}
