//! Whether a credit names a given outlet, or the same agency as another credit.

use super::agencies::folded;
use super::{Agency, Credit};

impl Credit {
    /// Whether the credit names `outlet`, which an archive gives as a domain (`aljazeera.com`) or as a name
    /// (`Al Jazeera`).
    ///
    /// Case, `www.`, punctuation and "The" do not count; a domain and a name agree where the domain without its public
    /// suffix is the name (`aljazeera.com`, `Al Jazeera`); a host agrees with the domain that it belongs to
    /// (`english.aljazeera.net`, `aljazeera.net`). An agency agrees with all its forms and with the domains at which it
    /// publishes.
    ///
    /// Cost: a few short allocations.
    pub fn names(&self, outlet: &str) -> bool {
        let same_agency = self.agency.is_some_and(|agency| agency_of(outlet) == Some(agency));
        same_agency || same_outlet(&self.name, outlet)
    }

    /// Whether both credits name one source, however each has it.
    pub fn is_alike(&self, other: &Credit) -> bool {
        self.same_agency(other) || self.names(&other.name)
    }

    /// Whether both credits name one agency of the table.
    pub fn same_agency(&self, other: &Credit) -> bool {
        self.agency.is_some() && self.agency == other.agency
    }
}

/// The agency that publishes at the domain or address `said`, or at one above it.
pub(super) fn agency_at(said: &str) -> Option<Agency> {
    let host = host(said)?;
    let dots = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    std::iter::once(host.as_str()).chain(dots).find_map(Agency::at)
}

fn agency_of(outlet: &str) -> Option<Agency> {
    Agency::of(outlet).or_else(|| agency_at(outlet))
}

fn same_outlet(one: &str, other: &str) -> bool {
    match (host(one), host(other)) {
        (Some(one), Some(other)) => one == other || is_below(&one, &other) || is_below(&other, &one),
        (Some(host), None) => is_called(&host, other),
        (None, Some(host)) => is_called(&host, one),
        (None, None) => {
            let one = folded(one);
            !one.is_empty() && one == folded(other)
        }
    }
}

/// Whether `host` belongs to `domain`; all hosts belong to a bare public suffix, which says nothing.
fn is_below(host: &str, domain: &str) -> bool {
    let below = host.strip_suffix(domain).is_some_and(|label| label.ends_with('.'));
    below && psl::domain_str(domain).is_some()
}

fn is_called(host: &str, name: &str) -> bool {
    let Some(domain) = psl::domain_str(host) else { return false };
    let label = domain.split('.').next().unwrap_or_default();
    let (label, name) = (folded(label), folded(name));
    // "The" is cut from a name, and joined to what follows in a domain: `thestar.com`, `The Star`.
    !name.is_empty() && (label == name || label.strip_prefix("the") == Some(&name))
}

/// The host in lower case, without `www.`, if `said` is an address or a host.
fn host(said: &str) -> Option<String> {
    /// A host name has at most 253 bytes; scheme and path come on top.
    const MAX_BYTES: usize = 2_048;
    let said = said.trim();
    if said.len() > MAX_BYTES {
        return None;
    }
    let said = said.split_once("://").map_or(said, |(_, rest)| rest);
    let host =
        said.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches('.').to_lowercase();
    let labels = host.split('.');
    let is_host = labels.clone().count() > 1
        && labels.clone().all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-'))
        // `N.Y` and `No.10` are no hosts: the ending must be known.
        && (psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known())
            || ["example", "test"].contains(&labels.clone().next_back().unwrap_or_default()));
    let without_www = host.strip_prefix("www.").map(str::to_owned);
    is_host.then(|| without_www.unwrap_or(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineage::CreditKind;

    fn credit(name: &str) -> Credit {
        let agency = Agency::of(name).or_else(|| agency_at(name));
        Credit { name: name.to_owned(), agency, kind: CreditKind::SourceLine, bytes: 0..0, chars: 0..0 }
    }

    fn check(name: &str, outlet: &str, expect: bool) {
        assert_eq!(credit(name).names(outlet), expect, "{name:?} {outlet:?}");
    }

    #[test]
    fn a_credit_names_an_outlet_by_domain_or_name() {
        check("www.aljazeera.com", "aljazeera.com", true);
        check("www.aljazeera.com", "Al Jazeera", true);
        check("Al-Jazeera", "aljazeera.com", true);
        check("https://english.aljazeera.net/a?b", "aljazeera.net", true);
        check("The Guardian", "guardian", true);
        check("The Guardian", "theguardian.com", true);
        check("theguardian.com", "THE GUARDIAN", true);
        check("bbc.co.uk", "BBC", true);
        check("Northwire", "northwire.example", true);
        check("新华社", "Xinhua", true);
    }

    #[test]
    fn a_credit_does_not_name_what_is_only_like_it() {
        check("aljazeera.com", "aljazeera.net", false);
        check("notaljazeera.com", "aljazeera.com", false);
        check("Guardian Weekly", "guardian", false);
        check("a.co.uk", "co.uk", false);
        check("", "", false);
        check("...", "!!", false);
        check("Source", "", false);
        check(&"a.".repeat(5_000), "a.com", false);
    }

    #[test]
    fn an_agency_is_named_by_all_its_forms_and_domains() {
        check("AP", "The Associated Press", true);
        check("Associated Press", "apnews.com", true);
        check("واس", "www.spa.gov.sa", true);
        check("spa.gov.sa", "SPA", true);
        check("AP", "AFP", false);
        check("AP", "reuters.com", false);
        assert!(credit("AP").same_agency(&credit("The Associated Press")));
        assert!(!credit("AP").same_agency(&credit("Reuters")));
        assert!(!credit("Northwire").same_agency(&credit("Northwire")));
    }
}
