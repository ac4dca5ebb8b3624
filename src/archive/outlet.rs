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

use std::borrow::Cow;
use std::ops::RangeInclusive;

use url::Host;

/// Bytes of authority that are looked at. A host name has at most 253; user name, port, percent
/// signs and scripts outside ASCII swell it, and whatever is longer than twice that is no host.
const MAX_AUTHORITY: usize = 512;

/// Bytes of a host name (RFC 1035, section 2.3.4, without the root's dot).
const MAX_HOST: usize = 253;

/// Bytes of a label of it (the same).
const LABEL: RangeInclusive<usize> = 1..=63;

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
/// Cost: linear in the authority, which is at most 512 bytes; one small allocation, of hosts that are not plain some more.
pub fn registrable_domain(url_or_host: &str) -> Option<String> {
    let host = parse_host(Address::cut(url_or_host)?.host)?;
    // It ends the host.
    let domain = psl::domain(host.as_bytes()).map_or(host.len(), |domain| domain.as_bytes().len());
    Some(without_www(&host[host.len() - domain..]).to_owned())
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

/// Whether [`shape_of`] judges a text to be a [`SourceShape::Url`]; quicker for texts that are none.
pub(super) fn is_url(text: &str) -> bool {
    // Without one of these there is neither a scheme nor anything behind the host.
    let has_mark = text.bytes().any(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\' | b':'));
    has_mark
        && Address::cut(text).is_some_and(|address| {
            let known = || parse_host(address.host).is_some_and(|host| has_known_ending(&host));
            address.has_scheme || (!address.is_bare && known())
        })
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
        let last = |mark: u8, text: &str| memchr::memrchr(mark, text.as_bytes());
        let host_and_port = match last(b'@', authority) {
            Some(at) if has_scheme => &authority[at + 1..],
            Some(_) => return None, // an e-mail address
            None => authority,
        };
        let host = match last(b':', host_and_port) {
            Some(at) if host_and_port[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) => {
                &host_and_port[..at]
            }
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
    // As nearly all have it.
    if let Some(usual) = ["https://", "http://", "//"].iter().find(|usual| text.starts_with(**usual)) {
        return Some(usual.len());
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
fn parse_host(text: &str) -> Option<Cow<'_, str>> {
    if is_plain_host(text) {
        return Some(Cow::Borrowed(text));
    }
    let Ok(Host::Domain(mut host)) = Host::parse(text) else { return None };
    if host.ends_with('.') {
        host.pop();
    }
    let mut labels = host.as_bytes().split(|byte| *byte == b'.');
    let well_formed = host.len() <= MAX_HOST
        && memchr::memchr(b'.', host.as_bytes()).is_some()
        && labels.all(|label| LABEL.contains(&label.len()));
    well_formed.then_some(Cow::Owned(host))
}

/// Whether a text is such a host as it is: lower-case ASCII, no label in Punycode, no root's dot, and no address, which ends with a
/// number. Nearly all are, and judging them as others takes longer than all the rest.
fn is_plain_host(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut label = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'x' if at == label && bytes[at..].starts_with(b"xn--") => return false,
            b'a'..=b'z' | b'0'..=b'9' | b'-' => {}
            b'.' if LABEL.contains(&(at - label)) => label = at + 1,
            _ => return false,
        }
    }
    let ends_well = bytes.get(label).is_some_and(u8::is_ascii_lowercase);
    ends_well && label > 0 && LABEL.contains(&(bytes.len() - label)) && bytes.len() <= MAX_HOST
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
mod tests;
