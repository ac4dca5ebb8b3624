//! Details: what is known of an article that only reports ask for, packed into few bytes.
//!
//! Names, repeats and credits of all articles stand one after the other in one table of bytes, which may be on disk; an
//! article knows where its own begin. Numbers are written in base 128, least part first (LEB128): most are small.

use std::ops::Range;

use crate::lineage::{Agency, Credit, CreditKind};
use crate::passages::{Span, outline};
use crate::pipeline::examine::FoundRepeat;
use crate::repeats::RepeatKind;
use crate::text::Tokens;

/// What is packed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unpacked<'a> {
    pub(super) own_id: Option<&'a str>,
    pub(super) title: Option<&'a str>,
    pub(super) url: Option<&'a str>,
    pub(super) repeats: &'a [FoundRepeat],
    pub(super) credits: &'a [Credit],
}

/// The details of one article, read from the table.
#[derive(Clone, Copy, Debug)]
pub struct Details<'a> {
    /// The record's own id.
    pub own_id: Option<&'a str>,
    /// Its headline.
    pub title: Option<&'a str>,
    /// Where it was found.
    pub url: Option<&'a str>,
    rest: &'a [u8],
}

/// Appends an outline: it stands *before* the details of its article, and before those its length in four bytes.
pub(super) fn pack_outline(tokens: Option<&Tokens>, into: &mut Vec<u8>) {
    let begin = into.len();
    if let Some(tokens) = tokens {
        outline(tokens, into);
    }
    let length = u32::try_from(into.len() - begin).expect("a text under 2 GiB has fewer tokens");
    into.extend_from_slice(&length.to_le_bytes());
}

/// The outline of the article whose details begin at `details`.
pub(super) fn outline_before(table: &[u8], details: usize) -> &[u8] {
    let (before, length) = table[..details].split_last_chunk().expect(PACKED);
    &before[before.len() - u32::from_le_bytes(*length) as usize..]
}

/// Appends the details of one article.
pub(super) fn pack(details: Unpacked<'_>, into: &mut Vec<u8>) {
    for name in [details.own_id, details.title, details.url] {
        pack_text(name, into);
    }
    pack_number(details.repeats.len(), into);
    for repeat in details.repeats {
        pack_span(&repeat.first, into);
        pack_span(&repeat.again, into);
        pack_number(repeat.words as usize, into);
        into.extend_from_slice(&repeat.similarity.to_le_bytes());
        let kind = RepeatKind::ALL.iter().position(|kind| *kind == repeat.kind);
        pack_number(kind.expect("all kinds are listed"), into);
    }
    pack_number(details.credits.len(), into);
    for credit in details.credits {
        pack_text(Some(&credit.name), into);
        // One too large, so that 0 says that there is none.
        pack_number(credit.agency.map_or(0, |agency| usize::from(agency.number()) + 1), into);
        let kind = CreditKind::ALL.iter().position(|kind| *kind == credit.kind);
        pack_number(kind.expect("all kinds are listed"), into);
        pack_range(&credit.bytes, into);
        pack_range(&credit.chars, into);
    }
}

/// The own id of the article whose details begin here.
pub(super) fn own_id(mut from: &[u8]) -> Option<&[u8]> {
    bytes(&mut from)
}

/// The title and URL of the article whose details begin here.
pub(super) fn title_and_url(mut from: &[u8]) -> [Option<&[u8]>; 2] {
    bytes(&mut from);
    [bytes(&mut from), bytes(&mut from)]
}

/// The details that begin here.
pub(super) fn unpack(mut from: &[u8]) -> Details<'_> {
    let (own_id, title, url) = (text(&mut from), text(&mut from), text(&mut from));
    Details { own_id, title, url, rest: from }
}

impl Details<'_> {
    /// What the article repeats.
    pub fn repeats(&self) -> Vec<FoundRepeat> {
        repeats(&mut { self.rest })
    }

    /// The sources it names.
    pub fn credits(&self) -> Vec<Credit> {
        let mut from = self.rest;
        let _ = repeats(&mut from);
        let count = number(&mut from);
        let credit = |from: &mut &[u8]| Credit {
            name: text(from).unwrap_or_default().to_owned(),
            agency: number(from).checked_sub(1).map(agency),
            kind: CreditKind::ALL[number(from)],
            bytes: range(from),
            chars: range(from),
        };
        (0..count).map(|_| credit(&mut from)).collect()
    }
}

fn agency(number: usize) -> Agency {
    u16::try_from(number).ok().and_then(Agency::numbered).expect(PACKED)
}

fn repeats(from: &mut &[u8]) -> Vec<FoundRepeat> {
    let count = number(from);
    let repeat = |from: &mut &[u8]| FoundRepeat {
        first: span(from),
        again: span(from),
        words: u32::try_from(number(from)).expect(PACKED),
        similarity: f64::from_le_bytes(take(from, 8).try_into().expect(PACKED)),
        kind: RepeatKind::ALL[number(from)],
    };
    (0..count).map(|_| repeat(from)).collect()
}

/// Why reading back cannot fail.
const PACKED: &str = "what is read was packed";

fn pack_number(number: usize, into: &mut Vec<u8>) {
    let mut number = number as u64;
    while number >= 0x80 {
        into.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    into.push(number.to_le_bytes()[0]);
}

/// A length one too large, so that 0 says that there is none; then the bytes.
fn pack_text(text: Option<&str>, into: &mut Vec<u8>) {
    pack_number(text.map_or(0, |text| text.len() + 1), into);
    into.extend_from_slice(text.unwrap_or_default().as_bytes());
}

fn pack_range(range: &Range<usize>, into: &mut Vec<u8>) {
    pack_number(range.start, into);
    pack_number(range.len(), into);
}

fn pack_span(span: &Span, into: &mut Vec<u8>) {
    pack_range(&span.bytes, into);
    pack_range(&span.chars, into);
}

fn take<'a>(from: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = from.split_at(count);
    *from = rest;
    taken
}

fn number(from: &mut &[u8]) -> usize {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = take(from, 1)[0];
        number |= usize::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return number;
        }
        shift += 7;
    }
}

fn bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(from).checked_sub(1)?;
    Some(take(from, length))
}

fn text<'a>(from: &mut &'a [u8]) -> Option<&'a str> {
    bytes(from).map(|bytes| std::str::from_utf8(bytes).expect(PACKED))
}

fn range(from: &mut &[u8]) -> Range<usize> {
    let start = number(from);
    start..start + number(from)
}

fn span(from: &mut &[u8]) -> Span {
    Span { bytes: range(from), chars: range(from) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans() -> impl Strategy<Value = Span> {
        let range =
            || (0..usize::MAX / 4, 0..usize::MAX / 4).prop_map(|(start, length)| start..start + length);
        (range(), range()).prop_map(|(bytes, chars)| Span { bytes, chars })
    }

    fn found_repeats() -> impl Strategy<Value = FoundRepeat> {
        (spans(), spans(), any::<u32>(), 0.0..1.0, 0..RepeatKind::ALL.len()).prop_map(
            |(first, again, words, similarity, kind)| FoundRepeat {
                first,
                again,
                words,
                similarity,
                kind: RepeatKind::ALL[kind],
            },
        )
    }

    fn found_credits() -> impl Strategy<Value = Credit> {
        let kind = (0..CreditKind::ALL.len()).prop_map(|kind| CreditKind::ALL[kind]);
        let agency = prop::sample::select(vec![None, Agency::of("AP"), Agency::of("PANA")]);
        (".{0,9}", agency, kind, spans()).prop_map(|(name, agency, kind, span)| Credit {
            name,
            agency,
            kind,
            bytes: span.bytes,
            chars: span.chars,
        })
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(
            own_id: Option<String>,
            title: Option<String>,
            url: Option<String>,
            repeats in prop::collection::vec(found_repeats(), 0..4),
            credits in prop::collection::vec(found_credits(), 0..4),
            before: Vec<u8>,
            after: Vec<u8>,
        ) {
            let mut packed = before.clone();
            let (own_id, title, url) = (own_id.as_deref(), title.as_deref(), url.as_deref());
            pack(Unpacked { own_id, title, url, repeats: &repeats, credits: &credits }, &mut packed);
            packed.extend(after);
            let here = &packed[before.len()..];
            let details = unpack(here);
            prop_assert_eq!((details.own_id, details.title, details.url), (own_id, title, url));
            prop_assert_eq!(super::own_id(here), own_id.map(str::as_bytes));
            prop_assert_eq!(title_and_url(here), [title, url].map(|name| name.map(str::as_bytes)));
            prop_assert_eq!(details.repeats(), repeats);
            prop_assert_eq!(details.credits(), credits);
        }
    }
}
