//! What lineage asks of the archive: who credits whom, in names as they are compared.

use super::{Run, SORT_PART};
use crate::error::Error;
use crate::lineage::{Facts, Lineage, trace};
use crate::passages::Copies;
use crate::stories::Found;
use crate::text::fold::fold;

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
                // Few articles credit anybody: names are read of those alone.
                catalogue.article(article).credits > 0
                    && catalogue.outlet(other).is_some_and(|outlet| {
                        self.credit_names(article).iter().any(|name| names_outlet(name, outlet))
                    })
            },
            credit_alike: &|article, other| {
                if catalogue.article(article).credits == 0 || catalogue.article(other).credits == 0 {
                    return false;
                }
                let theirs: Vec<String> = self.credit_names(other).iter().map(|name| folded(name)).collect();
                self.credit_names(article).iter().any(|name| theirs.contains(&folded(name)))
            },
            scratch: &self.scratch.holding(self.bound.part(SORT_PART)),
        };
        trace(facts, found, copied)
    }

    fn credit_names(&self, article: u32) -> Vec<String> {
        let credits = self.catalogue.details(article).credits();
        credits.into_iter().map(|credit| credit.name).collect()
    }
}

/// Whether a credited name is that of an outlet: the same letters and digits, with or without `www.` and what follows
/// the first dot of a domain.
fn names_outlet(name: &str, outlet: &str) -> bool {
    let [name, outlet] = [name, outlet].map(|said| {
        let said = said.trim();
        said.strip_prefix("www.").unwrap_or(said)
    });
    let label = |said: &str| folded(said.split('.').next().unwrap_or(said));
    let is_domain = |said: &str| said.contains('.') && !said.contains(char::is_whitespace);
    let whole = folded(name);
    !whole.is_empty()
        && (whole == folded(outlet)
            || is_domain(outlet) && whole == label(outlet)
            || is_domain(name) && label(name) == folded(outlet))
}

/// Letters and digits only, folded as tokens are.
fn folded(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut folded = String::new();
    fold(&kept, &mut folded);
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_outlets_are_known_again() {
        let check = |name, outlet, expect| assert_eq!(names_outlet(name, outlet), expect, "{name} {outlet}");
        check("northwire.example", "northwire.example", true);
        check("Northwire", "northwire.example", true);
        check("North Wire", "northwire.example", true);
        check("www.northwire.example", "Northwire", true);
        check("共同通信", "共同通信", true);
        check("Northwire Sport", "northwire.example", false);
        check("example", "northwire.example", false);
        check("…", "...", false);
    }
}
