//! The walk over one line: strict as `serde_json` is, and it builds nothing.
//!
//! In: a line. Out: where the members of the outermost object stand, or `None` for everything that is not plain
//! JSON. It never says yes to what `serde_json` refuses; where it says no, `serde_json` may well say yes.
//!
//! Most bytes of a record stand in strings, so strings are what must be quick: a search for the next quote or backslash
//! jumps over everything between. Control characters are looked for once in the whole line, not in each string;
//! only where there are some (tabs between members) are strings looked at one by one.
//!
//! References: RFC 8259, sections 2 to 7.

use memchr::memchr2;

use super::value::{JsonNumber, JsonObject, JsonText, JsonValue, escape};
use crate::kernel::each;

/// Nesting up to here is walked; the definition takes 127 levels, and nothing that is written on purpose has as many as
/// this.
const MAX_DEPTH: u32 = 64;

/// A number of so many bytes, with an exponent of at most two digits, is far from the largest that a 64-bit float
/// holds (10³⁰⁸), so that it is no question whether it is one.
const MAX_NUMBER_BYTES: usize = 64;

/// More members than any record has that was not made to hurt; their indices fit a byte.
pub(super) const MAX_MEMBERS: usize = 250;

/// Keys longer than this are not worth remembering.
const MAX_KEY_BYTES: usize = 200;

/// What a value is, as its first byte tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    Bool,
    Number,
    Text { escaped: bool },
    Array,
    Object,
}

/// A value in a line: strings without their quotes.
#[derive(Clone, Copy, Debug)]
struct Standing {
    kind: Kind,
    begin: u32,
    end: u32,
}

/// A member of the outermost object, by offsets, so that the list outlives the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    key_begin: u32,
    key_end: u32,
    value: Standing,
}

impl Member {
    /// Its key; it has no escapes.
    pub(super) fn key(self, line: &str) -> &str {
        &line[self.key_begin as usize..self.key_end as usize]
    }

    /// Its value.
    pub(super) fn value(self, line: &str) -> JsonValue<'_> {
        self.value.of(line)
    }

    /// Where its value stands, a string with its quotes.
    pub(super) fn standing(self) -> std::ops::Range<usize> {
        let quotes = usize::from(matches!(self.value.kind, Kind::Text { .. }));
        self.value.begin as usize - quotes..self.value.end as usize + quotes
    }

    /// Its value, as it is written; a string without its quotes.
    pub(super) fn written(self, line: &str) -> &str {
        &line[self.value.begin as usize..self.value.end as usize]
    }
}

impl Standing {
    fn of(self, line: &str) -> JsonValue<'_> {
        let written = &line[self.begin as usize..self.end as usize];
        match self.kind {
            Kind::Null => JsonValue::Null,
            Kind::Bool => JsonValue::Bool,
            Kind::Number => JsonValue::Number(JsonNumber::Written(written)),
            Kind::Text { escaped } => JsonValue::Text(JsonText::written(written, escaped)),
            Kind::Array => JsonValue::Array,
            Kind::Object => JsonValue::Object(JsonObject::Written(written)),
        }
    }
}

/// What is expected of a line: to be like the last one. What is not as expected only costs time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expected<'s> {
    /// The keys, each with a closing quote.
    pub(super) keys: &'s [Box<[u8]>],
    /// For each member its rank among those that may hold the text, the first 0; [`NO_TEXT`] for all others.
    pub(super) text_ranks: &'s [u8],
}

/// The rank of a member that cannot hold the text.
pub(super) const NO_TEXT: u8 = u8::MAX;

/// What was found beside the members.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanned {
    /// The keys were those that were expected.
    pub(super) as_expected: bool,
    /// The member whose text is in the buffer.
    pub(super) unescaped: Option<usize>,
}

/// Finds the members of the object that a line is. Of the members that are expected to hold the text, the first one
/// by rank that has escapes is unescaped into `buffer` on the way.
///
/// `None` for what is not plain JSON, is no object, or has keys with escapes. A key that stands twice is not noticed
/// here.
pub(super) fn scan(
    line: &str,
    expected: Expected<'_>,
    members: &mut Vec<Member>,
    buffer: &mut String,
) -> Option<Scanned> {
    members.clear();
    u32::try_from(line.len()).ok()?;
    let mut scanner =
        Scanner { line, bytes: line.as_bytes(), at: 0, any_control: has_control(line.as_bytes()) };
    let mut as_expected = true;
    let mut unescaped = None;
    let mut rank_unescaped = NO_TEXT;
    scanner.skip_blank();
    scanner.take(b'{')?;
    scanner.skip_blank();
    if scanner.peek()? == b'}' {
        scanner.at += 1;
    } else {
        loop {
            scanner.take(b'"')?;
            let key_begin = scanner.at;
            as_expected = as_expected
                && expected.keys.get(members.len()).is_some_and(|key| scanner.rest().starts_with(key));
            let mut rank = NO_TEXT;
            if as_expected {
                scanner.at += expected.keys[members.len()].len();
                rank = expected.text_ranks[members.len()];
            } else if scanner.text()? || scanner.at - key_begin > MAX_KEY_BYTES {
                return None;
            }
            let key_end = scanner.at - 1;
            scanner.skip_blank();
            scanner.take(b':')?;
            scanner.skip_blank();
            let value = if rank < rank_unescaped && scanner.peek() == Some(b'"') {
                let text = scanner.long_text(buffer)?;
                if text.kind == (Kind::Text { escaped: true }) {
                    (unescaped, rank_unescaped) = (Some(members.len()), rank);
                }
                text
            } else {
                scanner.value(1)?
            };
            if members.len() == MAX_MEMBERS {
                return None;
            }
            members.push(Member { key_begin: offset(key_begin), key_end: offset(key_end), value });
            scanner.skip_blank();
            match scanner.next()? {
                b',' => scanner.skip_blank(),
                b'}' => break,
                _ => return None,
            }
        }
    }
    scanner.skip_blank();
    let as_expected = as_expected && members.len() == expected.keys.len();
    (scanner.at == line.len()).then_some(Scanned { as_expected, unescaped })
}

/// The value of a key in an object that a walk has passed: the last one, where the key stands twice.
pub(super) fn get<'l>(object: &'l str, key: &str) -> Option<JsonValue<'l>> {
    let mut scanner = Scanner { line: object, bytes: object.as_bytes(), at: 1, any_control: false };
    let mut found = None;
    scanner.skip_blank();
    while scanner.peek()? == b'"' {
        scanner.at += 1;
        let begin = scanner.at;
        let escaped = scanner.text()?;
        let met = JsonText::written(&object[begin..scanner.at - 1], escaped);
        scanner.skip_blank();
        scanner.take(b':')?;
        scanner.skip_blank();
        let value = scanner.value(0)?;
        if met.read() == key {
            found = Some(value);
        }
        scanner.skip_blank();
        if scanner.next()? != b',' {
            break;
        }
        scanner.skip_blank();
    }
    Some(found?.of(object))
}

/// Whether any byte could not stand in a string as it is.
fn has_control(bytes: &[u8]) -> bool {
    // Blocks without a way out, so that the compiler can compare many bytes at once.
    let (blocks, rest) = bytes.as_chunks::<64>();
    let least = |bytes: &[u8]| bytes.iter().fold(u8::MAX, |least, &byte| least.min(byte));
    blocks.iter().any(|block| least(block) < b' ') || least(rest) < b' '
}

/// Offsets were found to fit when the walk began.
fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a line that is walked has less than 4 GiB")
}

struct Scanner<'l> {
    line: &'l str,
    bytes: &'l [u8],
    at: usize,
    /// There are control characters somewhere in the line.
    any_control: bool,
}

impl<'l> Scanner<'l> {
    fn rest(&self) -> &'l [u8] {
        &self.bytes[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    #[inline(always)]
    fn skip_blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    /// A value at `depth` containers.
    fn value(&mut self, depth: u32) -> Option<Standing> {
        let mut begin = self.at;
        let mut end = None;
        let kind = match self.next()? {
            b'"' => {
                begin += 1;
                let escaped = self.text()?;
                end = Some(self.at - 1);
                Kind::Text { escaped }
            }
            b'n' => self.word(b"ull", Kind::Null)?,
            b't' => self.word(b"rue", Kind::Bool)?,
            b'f' => self.word(b"alse", Kind::Bool)?,
            b'[' if depth < MAX_DEPTH => self.array(depth + 1)?,
            b'{' if depth < MAX_DEPTH => self.object(depth + 1)?,
            b'-' => {
                let first = self.next()?;
                self.number(first, begin)?
            }
            first => self.number(first, begin)?,
        };
        Some(Standing { kind, begin: offset(begin), end: offset(end.unwrap_or(self.at)) })
    }

    fn word(&mut self, rest: &[u8], kind: Kind) -> Option<Kind> {
        let is_it = self.rest().starts_with(rest);
        self.at += rest.len();
        is_it.then_some(kind)
    }

    /// A string behind its first quote, through its last; whether it has escapes.
    #[inline(always)]
    fn text(&mut self) -> Option<bool> {
        let begin = self.at;
        let mut escaped = false;
        loop {
            self.at += quote_or_backslash(self.rest())?;
            if self.bytes[self.at] == b'"' {
                break;
            }
            escaped = true;
            let (_, length) = escape(&self.bytes[self.at + 1..])?;
            self.at += 1 + length;
        }
        self.at += 1;
        let is_plain = !self.any_control || !has_control(&self.bytes[begin..self.at]);
        is_plain.then_some(escaped)
    }

    /// A string that is probably needed, unescaped into `buffer` if it has escapes. What stands between escapes is
    /// copied at once.
    fn long_text(&mut self, buffer: &mut String) -> Option<Standing> {
        let begin = self.at + 1;
        let mut copied = begin;
        self.at = begin;
        loop {
            self.at += quote_or_backslash(self.rest())?;
            if self.bytes[self.at] == b'"' {
                break;
            }
            if copied == begin {
                buffer.clear();
                buffer.reserve(self.line.len() - begin);
            }
            let (character, length) = escape(&self.bytes[self.at + 1..])?;
            buffer.push_str(&self.line[copied..self.at]);
            buffer.push(character);
            self.at += 1 + length;
            copied = self.at;
        }
        let (end, escaped) = (self.at, copied > begin);
        if escaped {
            buffer.push_str(&self.line[copied..end]);
        }
        self.at += 1;
        let is_plain = !self.any_control || !has_control(&self.bytes[begin..end]);
        is_plain.then_some(Standing { kind: Kind::Text { escaped }, begin: offset(begin), end: offset(end) })
    }

    /// A number behind its first digit.
    fn number(&mut self, first: u8, begin: usize) -> Option<Kind> {
        match first {
            b'0' => {}
            b'1'..=b'9' => _ = self.digits(),
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            (self.digits() > 0).then_some(())?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            matches!(self.digits(), 1..=2).then_some(())?;
        }
        (self.at - begin <= MAX_NUMBER_BYTES).then_some(Kind::Number)
    }

    fn digits(&mut self) -> usize {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// An array behind its bracket, through its last.
    fn array(&mut self, depth: u32) -> Option<Kind> {
        self.skip_blank();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(Kind::Array);
        }
        loop {
            self.value(depth)?;
            self.skip_blank();
            match self.next()? {
                b',' => self.skip_blank(),
                b']' => return Some(Kind::Array),
                _ => return None,
            }
        }
    }

    /// An object behind its brace, through its last.
    fn object(&mut self, depth: u32) -> Option<Kind> {
        self.skip_blank();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(Kind::Object);
        }
        loop {
            self.take(b'"')?;
            self.text()?;
            self.skip_blank();
            self.take(b':')?;
            self.skip_blank();
            self.value(depth)?;
            self.skip_blank();
            match self.next()? {
                b',' => self.skip_blank(),
                b'}' => return Some(Kind::Object),
                _ => return None,
            }
        }
    }
}

/// Where the next quote or backslash stands.
#[inline(always)]
fn quote_or_backslash(bytes: &[u8]) -> Option<usize> {
    /// So many words of eight bytes are looked at before the search that has a start-up cost: keys, ids and dates end
    /// within them.
    const SHORT: usize = 3;
    let (words, _) = bytes.as_chunks::<8>();
    let mut passed = 0;
    for word in words.iter().take(SHORT) {
        let word = u64::from_le_bytes(*word);
        let met = zero_bytes(word ^ each(b'"')) | zero_bytes(word ^ each(b'\\'));
        if met != 0 {
            return Some(passed + (met.trailing_zeros() / 8) as usize);
        }
        passed += 8;
    }
    Some(passed + memchr2(b'"', b'\\', &bytes[passed..])?)
}

/// The high bit of each byte that is zero; bits above the lowest may be wrong.
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(each(0x01)) & !word & each(0x80)
}
