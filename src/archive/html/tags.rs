//! Tags and text of a page, one after the other.
//!
//! In: the characters of a page, anything. Out: [`Token`]s, and the attributes of a tag. Comments, document types and the like
//! are passed over. The idea: quotes and the ends of tags are told as the standard tells them; what never ends is looked for once.
//!
//! It guarantees: linear time; every character stands in one token at most, in order.
//!
//! Reference: the WHATWG HTML standard, 13.2.5.

use std::borrow::Cow;

/// Attributes of a tag: a parser compares each with all before it.
pub(super) const MAX_ATTRIBUTES: usize = 32;
/// Bytes of the name of a tag or attribute; longer ones mean nothing to anyone.
const MAX_NAME: usize = 40;

/// What stands next in a page.
pub(super) enum Token<'p> {
    Text(&'p str),
    Start(Cow<'p, str>, &'p str),
    End(Cow<'p, str>),
}

pub(super) struct Cursor<'p> {
    page: &'p str,
    at: usize,
    /// Closers that were looked for and do not come any more, so that they are not looked for again.
    unclosed: Vec<&'static str>,
}

impl<'p> Cursor<'p> {
    pub(super) fn new(page: &'p str) -> Self {
        Cursor { page, at: 0, unclosed: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Option<Token<'p>> {
        loop {
            let rest = &self.page[self.at..];
            let bytes = rest.as_bytes();
            match (bytes.first()?, bytes.get(1)) {
                (b'<', Some(b'!' | b'?')) => {
                    if !(rest.starts_with("<!--") && self.skip_past("-->")) {
                        self.at += memchr::memchr(b'>', bytes).map_or(bytes.len(), |end| end + 1);
                    }
                }
                (b'<', Some(b'/')) if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    let (name, _) = self.tag(2);
                    return Some(Token::End(name));
                }
                (b'<', Some(first)) if first.is_ascii_alphabetic() => {
                    let (name, attributes) = self.tag(1);
                    return Some(Token::Start(name, attributes));
                }
                (b'<', Some(b'/')) => {
                    self.at += memchr::memchr(b'>', bytes).map_or(bytes.len(), |end| end + 1);
                }
                (first, _) => {
                    let from = usize::from(*first == b'<');
                    let end = memchr::memchr(b'<', &bytes[from..]).map_or(bytes.len(), |end| end + from);
                    self.at += end;
                    return Some(Token::Text(&rest[..end]));
                }
            }
        }
    }

    /// Goes past the tag at hand; gives its name in lower case and what stands behind it.
    fn tag(&mut self, skip: usize) -> (Cow<'p, str>, &'p str) {
        let rest = &self.page[self.at + skip..];
        let bytes = rest.as_bytes();
        let ends = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\x0C' | b'\r' | b' ' | b'/' | b'>');
        let named = bytes.iter().position(ends).unwrap_or(bytes.len());
        let mut at = named;
        // A '>' inside quotes ends no tag; quotes count only where a value begins.
        loop {
            let Some(found) = memchr::memchr3(b'>', b'"', b'\'', &bytes[at..]) else {
                at = bytes.len();
                break;
            };
            at += found;
            if bytes[at] == b'>' {
                break;
            }
            let quote = bytes[at];
            let opens = bytes[named..at].trim_ascii_end().last() == Some(&b'=');
            at += 1;
            if opens {
                at = memchr::memchr(quote, &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
            }
        }
        self.at += skip + (at + 1).min(bytes.len());
        let name = &rest[..if named <= MAX_NAME { named } else { 0 }];
        let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
        (name, &rest[named..at.min(bytes.len())])
    }

    fn skip_past(&mut self, closer: &'static str) -> bool {
        if self.unclosed.contains(&closer) {
            return false;
        }
        let found = memchr::memmem::find(&self.page.as_bytes()[self.at..], closer.as_bytes());
        match found {
            Some(end) => self.at += end + closer.len(),
            None => self.unclosed.push(closer),
        }
        found.is_some()
    }

    /// Goes past the end tag of `name`, and gives what stands before it; nothing where it never comes.
    pub(super) fn content(&mut self, name: &'static str) -> Option<&'p str> {
        if self.unclosed.contains(&name) {
            return None;
        }
        let rest = &self.page[self.at..];
        let bytes = rest.as_bytes();
        let mut from = 0;
        while let Some(found) = memchr::memmem::find(&bytes[from..], b"</") {
            let begin = from + found;
            let tail = &bytes[begin + 2..];
            let same = tail.get(..name.len()).is_some_and(|met| met.eq_ignore_ascii_case(name.as_bytes()));
            if same && !tail.get(name.len()).is_some_and(u8::is_ascii_alphanumeric) {
                let end = memchr::memchr(b'>', tail).map_or(bytes.len(), |end| begin + 2 + end + 1);
                self.at += end;
                return Some(&rest[..begin]);
            }
            from = begin + 2;
        }
        self.unclosed.push(name);
        None
    }
}

/// Calls `each` with the attributes of a tag: names in lower case, values as they stand.
pub(super) fn for_each_attribute(text: &str, mut each: impl FnMut(&str, &str)) {
    let space = |c: char| c.is_ascii_whitespace() || c == '/';
    let mut rest = text.trim_start_matches(space);
    for _ in 0..MAX_ATTRIBUTES {
        if rest.is_empty() {
            return;
        }
        // A name may begin with what ends one.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '=' | '>'));
        let (name, tail) = rest.split_at(end.map_or(rest.len(), |end| end + first));
        let tail = tail.trim_start_matches(|c: char| c.is_ascii_whitespace());
        let (value, tail) = match tail.strip_prefix('=') {
            None => ("", tail),
            Some(tail) => {
                let tail = tail.trim_start_matches(|c: char| c.is_ascii_whitespace());
                match tail.as_bytes().first() {
                    Some(quote @ (b'"' | b'\'')) => {
                        let end =
                            memchr::memchr(*quote, &tail.as_bytes()[1..]).map_or(tail.len(), |end| end + 1);
                        (&tail[1..end], tail.get(end + 1..).unwrap_or_default())
                    }
                    _ => tail.split_at(tail.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tail.len())),
                }
            }
        };
        if name.len() <= MAX_NAME && is_plain(name) {
            each(&name.to_ascii_lowercase(), value);
        }
        rest = tail.trim_start_matches(space);
    }
}

/// Whether a name can be written into a tag and mean the same.
pub(super) fn is_plain(name: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':' | b'.');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(part)
}
