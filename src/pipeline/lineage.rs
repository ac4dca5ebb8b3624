//! What lineage asks of the archive: who credits whom.

use super::{Run, SORT_PART};
use crate::error::Error;
use crate::lineage::{Credit, Facts, Lineage, trace};
use crate::passages::Copies;
use crate::shingle::shingle_on;
use crate::stories::Found;
use crate::text::{Tokens, tokenize};

impl Run<'_> {
    pub(super) fn trace_lineage(&self, found: &Found, copied: &Copies) -> Result<Lineage, Error> {
        let catalogue = self.catalogue;
        let facts = Facts {
            articles: catalogue.len(),
            outlets: catalogue.outlets().len(),
            passages: self.settings.searches.passages,
            words_of: &|article| catalogue.article(article).words,
            published: &|article| catalogue.article(article).published,
            outlet_of: &|article| catalogue.known_outlet(article),
            credits_outlet: &|article, other| {
                // Few articles credit anybody: credits are read of those alone.
                catalogue.article(article).credits > 0
                    && catalogue
                        .outlet(other)
                        .is_some_and(|outlet| self.credits(article).iter().any(|credit| credit.names(outlet)))
            },
            credit_alike: &|article, other| {
                if catalogue.article(article).credits == 0 || catalogue.article(other).credits == 0 {
                    return false;
                }
                let theirs = self.credits(other);
                let alike = |credit: &Credit| theirs.iter().any(|other| credit.is_alike(other));
                self.credits(article).iter().any(alike)
            },
            shingles: &|article| self.shingles(article),
            scratch: &self.scratch.holding(self.bound.part(SORT_PART)),
        };
        trace(facts, found, copied)
    }

    fn shingles(&self, article: u32) -> Vec<u64> {
        let (mut tokens, mut shingles) = (Tokens::on(self.settings.kernel), Vec::new());
        self.with_text(article, |text| tokenize(text, self.settings.seed, &mut tokens));
        shingle_on(self.settings.kernel, tokens.hashes(), self.settings.shingle_tokens, &mut shingles);
        shingles
    }

    fn credits(&self, article: u32) -> Vec<Credit> {
        self.catalogue.details(article).credits()
    }
}
