//! From a URL or a host to the outlet behind it, and what a text in a `source` field is.
//!
//! In goes one text as an archive holds it, out comes a registrable domain, a host, or a judgement.
//! The idea:
//! 1. cut the authority out of the text (scheme, user and port go; nothing after it is ever looked at);
//! 2. let crate `url` judge it as a host, so that case, percent signs, internationalised names (they come out
//!    in ASCII, `xn--…`) and addresses are treated as browsers treat them;
//! 3. find where the public suffix ends in the list that crate `psl` carries.
//!
//! It guarantees: the same text gives the same answer for one version of the list (its private part
//! counts: every `*.github.io` is an outlet of its own); work is bounded by 512 bytes of authority,
//! however long the text is; no panic. It does not resolve names, and it does not look through
//! web archives, feed proxies or link shorteners.
//!
//! References: the WHATWG URL standard, section 3 (hosts); <https://publicsuffix.org/list/>.

use url::Host;

/// Bytes of authority that are looked at. A host name has at most 253; user name, port, percent
/// signs and scripts outside ASCII swell it, and whatever is longer than twice that is no host.
const MAX_AUTHORITY: usize = 512;

/// Bytes of a host name (RFC 1035, section 2.3.4, without the root's dot).
const MAX_HOST: usize = 253;

/// Endings that are on no public list and yet end host names: RFC 2606, 6761, 6762, 7686.
const RESERVED_ENDINGS: [&str; 6] = ["example", "test", "invalid", "localhost", "local", "onion"];

/// What a text in a field named `source` is, judged by its shape alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceShape {
    /// An address: `https://a.example/x`, `//a.example`, `a.example/x`.
    Url,
    /// A bare host with an ending that exists: `a.example`, `www.bbc.co.uk`.
    Domain,
    /// Anything else: `Reuters`, `N.Y. Times`, an empty text.
    Name,
}

/// The registrable domain (public suffix and one label, "eTLD+1") of a URL or of a bare host, in
/// lower-case ASCII, without a leading `www.`.
///
/// The scheme may be missing (`//host/x`, `host.tld/path`). An ending that is on no list counts as a
/// suffix of one label, so `.example` works. A host that is a public suffix itself (`gov.uk`,
/// `blogspot.com`) stands for itself, for a page was fetched from it.
///
/// `None` for IP addresses, for hosts without a dot (`localhost`, `intranet`: no outlet can be told
/// from them), for addresses without a host (`mailto:`, `urn:`), and for what is no host at all.
///
/// For example `https://www.minato-shimbun.example/a` gives `minato-shimbun.example`.
///
/// Cost: linear in the authority, which is at most 512 bytes; two small allocations.
pub fn registrable_domain(url_or_host: &str) -> Option<String> {
    let host = parse_host(Address::cut(url_or_host)?.host)?;
    let domain = psl::domain_str(&host).unwrap_or(&host);
    Some(without_www(domain).to_owned())
}

/// The whole host of a URL or of a bare host, in lower-case ASCII, without a leading `www.`.
///
/// `None` where [`registrable_domain`] says so too. Sub-domains stay: who recorded a host meant it.
///
/// Cost: as [`registrable_domain`].
pub fn host_name(url_or_host: &str) -> Option<String> {
    let host = parse_host(Address::cut(url_or_host)?.host)?;
    Some(without_www(&host).to_owned())
}

/// Judges a text in a `source` field: an address, a domain, or a name.
///
/// A scheme or a path makes an address. A bare host counts as a domain only if its ending is on
/// the public suffix list or reserved (`.example`, `.test`), so that `N.Y.Times`, `A.P.` and `No.10`
/// stay names. Blanks around the text do not count; an empty text is a [`SourceShape::Name`].
///
/// Cost: as [`registrable_domain`].
pub fn shape_of(text: &str) -> SourceShape {
    let Some(address) = Address::cut(text) else {
        return SourceShape::Name;
    };
    if address.has_scheme {
        return SourceShape::Url;
    }
    let known = parse_host(address.host).is_some_and(|host| has_known_ending(&host));
    match (known, address.is_bare) {
        (false, _) => SourceShape::Name,
        (true, true) => SourceShape::Domain,
        (true, false) => SourceShape::Url,
    }
}

/// The parts of an address that are looked at.
struct Address<'a> {
    /// Without user and port, as it stands in the text; never empty.
    host: &'a str,
    /// `scheme://` or `//` stood before it.
    has_scheme: bool,
    /// Nothing stood after it, not even a port.
    is_bare: bool,
}

impl<'a> Address<'a> {
    fn cut(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (after_scheme, has_scheme) = match scheme_end(text) {
            Some(end) => (&text[end..], true),
            None => (text, false),
        };
        let authority = match after_scheme
            .bytes()
            .take(MAX_AUTHORITY + 1)
            .position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\'))
        {
            Some(end) => &after_scheme[..end],
            None if after_scheme.len() <= MAX_AUTHORITY => after_scheme,
            None => return None,
        };
        let host_and_port = match authority.rsplit_once('@') {
            Some((_user, after)) if has_scheme => after,
            Some(_) => return None, // an e-mail address
            None => authority,
        };
        let host = match host_and_port.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            Some(_) => return None, // `mailto:a`, `urn:isbn:…`, an IPv6 address
            None => host_and_port,
        };
        (!host.is_empty()).then_some(Self { host, has_scheme, is_bare: host.len() == after_scheme.len() })
    }
}

/// Where the host begins, if a scheme or `//` stands before it.
fn scheme_end(text: &str) -> Option<usize> {
    /// Longer than any scheme that is registered and names hosts.
    const MAX_SCHEME: usize = 32;
    if text.starts_with("//") {
        return Some("//".len());
    }
    let scheme = text
        .bytes()
        .take(MAX_SCHEME)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        .count();
    let begins_well = text.starts_with(|first: char| first.is_ascii_alphabetic());
    (begins_well && text[scheme..].starts_with("://")).then_some(scheme + "://".len())
}

/// A host name of two labels or more in lower-case ASCII, without the root's dot; `None` for
/// addresses, for one label, and for what no resolver would take.
fn parse_host(text: &str) -> Option<String> {
    let Ok(Host::Domain(mut host)) = Host::parse(text) else {
        return None;
    };
    if host.ends_with('.') {
        host.pop();
    }
    let well_formed = host.len() <= MAX_HOST
        && host.contains('.')
        && host.split('.').all(|label| (1..=63).contains(&label.len()));
    well_formed.then_some(host)
}

/// Cuts a leading `www.`, unless what is left would be one label (`www.com` is a domain).
fn without_www(host: &str) -> &str {
    match host.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => rest,
        _ => host,
    }
}

fn has_known_ending(host: &str) -> bool {
    let listed = psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known());
    listed || host.rsplit('.').next().is_some_and(|ending| RESERVED_ENDINGS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: Option<&str>) {
        assert_eq!(registrable_domain(input).as_deref(), expect, "of {input:?}");
    }

    #[test]
    fn urls_and_hosts_give_the_domain_that_was_registered() {
        check("https://www.minato-shimbun.example/a", Some("minato-shimbun.example"));
        check("http://news.bbc.co.uk/2/hi/x.stm?a=b#c", Some("bbc.co.uk"));
        check("HTTPS://User:Pass@WWW.Guardian.CO.UK:8080/x@y", Some("guardian.co.uk"));
        check("//cdn.site.example/x", Some("site.example"));
        check("www.spa.gov.sa/viewstory.php?id=1", Some("spa.gov.sa"));
        check("edition.cnn.com", Some("cnn.com"));
        check(" aawsat.com. ", Some("aawsat.com"));
        check("host.example:443", Some("host.example"));
        check("http://aawsat.com/home/article/410826/بريطانيا", Some("aawsat.com"));
        check("http://host.example\\x", Some("host.example"));
        check("feed://host.example/rss", Some("host.example"));
    }

    #[test]
    fn names_outside_ascii_come_out_in_punycode() {
        check("https://www.食狮.公司.cn/", Some("xn--85x722f.xn--55qx5d.cn"));
        check("Bücher.example", Some("xn--bcher-kva.example"));
        check("xn--bcher-kva.example", Some("xn--bcher-kva.example"));
    }

    #[test]
    fn suffixes_with_their_own_pages_stand_for_themselves() {
        check("https://www.gov.uk/government", Some("gov.uk"));
        check("gov.uk", Some("gov.uk"));
        check("https://someone.blogspot.com/2008", Some("someone.blogspot.com"));
        check("www.com", Some("www.com"));
        check("com", None);
    }

    #[test]
    fn what_names_no_outlet_gives_none() {
        for input in [
            "",
            " ",
            "Reuters",
            "localhost",
            "http://localhost:8080/",
            "http://intranet/x",
            "http://127.0.0.1/x",
            "127.0.0.1",
            "http://[::1]/x",
            "[::1]",
            "3.14",
            "mailto:desk@paper.example",
            "desk@paper.example",
            "urn:isbn:0451450523",
            "javascript:alert(1)",
            "data:text/plain,a.b",
            "file:///etc/x.y",
            "/a/b.html",
            "http://",
            "//",
            "://a.example",
            "a..example",
            ".example",
            "hello world.com",
            "http://a b.example/",
            "http://%00.example/",
            "\0",
            "💥",
            "..",
            ":",
            "@",
            "a.example:port",
        ] {
            check(input, None);
        }
    }

    #[test]
    fn long_texts_are_not_read_to_their_end() {
        check(&"a.".repeat(1_000_000), None);
        check(&format!("http://{}@paper.example/", "u".repeat(1_000)), None);
        check(&format!("{}.example", "a".repeat(64)), None);
        check(&format!("http://{}", "食".repeat(100_000)), None);
        check(&format!("http://paper.example/{}", "@:/".repeat(100_000)), Some("paper.example"));
    }

    #[test]
    fn a_host_keeps_its_sub_domain() {
        assert_eq!(host_name("WWW.Edition.CNN.com").as_deref(), Some("edition.cnn.com"));
        assert_eq!(host_name("https://sport.paper.example/x").as_deref(), Some("sport.paper.example"));
        assert_eq!(host_name("CNN"), None);
    }

    #[test]
    fn a_source_is_judged_by_its_shape() {
        let table = [
            ("https://www.minato-shimbun.example/a", SourceShape::Url),
            ("http://10.0.0.1/a", SourceShape::Url),
            ("//paper.example/a", SourceShape::Url),
            ("paper.example/a", SourceShape::Url),
            ("paper.example:8080", SourceShape::Url),
            ("http://paper.example/a b", SourceShape::Url),
            ("paper.example", SourceShape::Domain),
            ("www.bbc.co.uk", SourceShape::Domain),
            (" Amazon.com ", SourceShape::Domain),
            ("食狮.公司.cn", SourceShape::Domain),
            ("gov.uk", SourceShape::Domain),
            ("Reuters", SourceShape::Name),
            ("N.Y.Times", SourceShape::Name),
            ("A.P.", SourceShape::Name),
            ("AP/Reuters", SourceShape::Name),
            ("St. Louis Post", SourceShape::Name),
            ("Reuters.com / AP", SourceShape::Name),
            ("desk@paper.example", SourceShape::Name),
            ("No.10", SourceShape::Name),
            ("127.0.0.1", SourceShape::Name),
            ("common-crawl", SourceShape::Name),
            ("読売新聞", SourceShape::Name),
            ("http://", SourceShape::Name),
            ("", SourceShape::Name),
        ];
        for (input, expect) in table {
            assert_eq!(shape_of(input), expect, "of {input:?}");
        }
    }
}
