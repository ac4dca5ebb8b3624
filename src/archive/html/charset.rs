//! From the bytes of a page to its characters.
//!
//! In: bytes, and the encoding that the server named, if it did. Out: text, and whether bytes had to be replaced.
//! The idea is the order of browsers: a byte-order mark, then the server's word, then the page's own
//! (`<meta charset>`, `<meta http-equiv>`, an XML declaration in its first bytes), then a guess from the bytes
//! ([`encoding`]). Three rules are ours, for words that are wrong:
//! - bytes that are valid UTF-8 beyond ASCII are UTF-8 even where a one-byte encoding was named, for that name is the older
//!   template's and such bytes do not come about by chance;
//! - Latin-1 from a server is what it says of everything: the page's own word goes before it, and without one a guess that
//!   is no encoding of Latin letters;
//! - where the bytes mean nothing throughout in the encoding of several bytes that was named ([`fails`]), it is the page's own
//!   word, or the guess.
//!
//! It guarantees: no panic, a few passes, the same bytes give the same text. It does not change its mind
//! inside a page.
//!
//! References: the WHATWG standards HTML (13.2.3, "the input byte stream") and Encoding; crates `encoding_rs` and
//! `chardetng` are Firefox's implementations of both.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::archive::encoding;
use crate::problem::ProblemKind;

/// How far into a page its own word about its encoding is looked for, in bytes: the standard says 1,024, and pages
/// that put it behind their first scripts are common.
const DECLARED_WITHIN: usize = 8_192;

/// The text of `bytes`. `declared` is the server's word. The flag tells whether bytes were replaced by U+FFFD.
pub(crate) fn decode<'b>(bytes: &'b [u8], declared: Option<&str>) -> (Cow<'b, str>, bool) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]);
    }
    let server = declared.and_then(|label| Encoding::for_label(label.as_bytes()));
    let own = own_word(&bytes[..bytes.len().min(DECLARED_WITHIN)]);
    let by_default = server == Some(WINDOWS_1252);
    let encoding = match if by_default { own.or(server) } else { server.or(own) } {
        Some(encoding) if !(encoding.is_single_byte() || by_default && encoding == UTF_8) => encoding,
        named => match std::str::from_utf8(bytes) {
            Ok(text) => return (Cow::Borrowed(text), false),
            Err(_) if by_default && own.is_none_or(|own| own == UTF_8) => beside_latin(bytes),
            Err(_) => named.unwrap_or_else(|| guess(bytes)),
        },
    };
    read(bytes, encoding, own)
}

/// Bytes in `encoding`, or where they mean nothing in it, in another.
fn read<'b>(
    bytes: &'b [u8],
    encoding: &'static Encoding,
    own: Option<&'static Encoding>,
) -> (Cow<'b, str>, bool) {
    let (text, replaced) = encoding.decode_without_bom_handling(bytes);
    if !replaced || encoding.is_single_byte() || !fails(&text) {
        return (text, replaced);
    }
    let own = own.filter(|own| *own != WINDOWS_1252);
    for other in own.into_iter().chain([guess(bytes)]).filter(|other| *other != encoding) {
        let (other_text, replaced) = other.decode_without_bom_handling(bytes);
        if !replaced || !fails(&other_text) {
            return (other_text, replaced);
        }
    }
    (text, true)
}

/// So few replaced characters that they may be slips.
const FEW_LOST: usize = 4;
/// Characters beyond ASCII for each replaced one that make a text one with slips.
const READ_TO_LOST: usize = 8;

/// Whether a decoded text is wrong throughout.
fn fails(text: &str) -> bool {
    let lost = text.matches('\u{FFFD}').count();
    let read = text.chars().filter(|character| !character.is_ascii()).count() - lost;
    lost >= FEW_LOST && lost * READ_TO_LOST > read
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    encoding::of(bytes).unwrap_or(UTF_8)
}

/// So few bytes beyond ASCII that they tell no encoding.
const FEW_BEYOND: usize = 32;

/// windows-1252, unless the bytes are UTF-8 with slips, or plainly of no Latin letters.
fn beside_latin(bytes: &[u8]) -> &'static Encoding {
    if bytes.iter().filter(|byte| !byte.is_ascii()).count() < FEW_BEYOND {
        return WINDOWS_1252;
    }
    let guess = guess(bytes);
    if encoding::is_latin(guess) { WINDOWS_1252 } else { guess }
}

/// The same for plain text, which has no word of its own: UTF-8 if that is valid, else as declared, else guessed.
pub(in crate::archive) fn decode_text<'b>(bytes: &'b [u8], declared: Option<&str>) -> (Cow<'b, str>, bool) {
    let marked = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Ok(text) = simdutf8::basic::from_utf8(marked) {
        return (Cow::Borrowed(text), false);
    }
    let (text, encoding) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (&bytes[mark..], encoding),
        None => match declared.and_then(|label| Encoding::for_label(label.as_bytes())) {
            Some(named) if named == WINDOWS_1252 => (bytes, beside_latin(bytes)),
            named => (bytes, named.unwrap_or_else(|| guess(bytes))),
        },
    };
    read(text, encoding, None)
}

/// What is told of a page of which bytes were replaced.
pub(in crate::archive) fn replaced() -> (ProblemKind, String) {
    let message = "bytes that mean nothing in the page's encoding were replaced with U+FFFD";
    (ProblemKind::InvalidUtf8, message.to_owned())
}

/// What the page says of itself. UTF-16 there is a mistake: the word could not have been read.
fn own_word(head: &[u8]) -> Option<&'static Encoding> {
    let mut rest = head;
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    while let Some(at) = memchr::memchr(b'<', rest) {
        rest = &rest[at + 1..];
        let start: Vec<u8> = rest.iter().take(4).map(lower).collect();
        let key: &[u8] = match &*start {
            b"meta" => b"charset",
            b"?xml" => b"encoding",
            _ => continue,
        };
        let tag: Vec<u8> =
            rest[..memchr::memchr(b'>', rest).unwrap_or(rest.len())].iter().map(lower).collect();
        let Some(at) = memchr::memmem::find(&tag, key) else { continue };
        let value = tag[at + key.len()..].trim_ascii_start();
        let Some(value) = value.strip_prefix(b"=") else { continue };
        let value = value.trim_ascii_start();
        let value =
            value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value).trim_ascii_start();
        let ends = |byte: &u8| matches!(byte, b'"' | b'\'' | b';' | b'/' | b' ' | b'\t' | b'\r' | b'\n');
        let label = &value[..value.iter().position(ends).unwrap_or(value.len())];
        if let Some(encoding) = Encoding::for_label(label) {
            return Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], declared: Option<&str>, expect: &str) {
        assert_eq!(decode(bytes, declared).0, expect, "{declared:?} {}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_mark_is_stronger_than_the_server_and_the_server_than_the_page() {
        check(b"\xEF\xBB\xBFcaf\xC3\xA9", Some("shift_jis"), "café");
        check(b"\xFF\xFEa\0\xE9\0", Some("utf-8"), "aé");
        check(b"<meta charset=windows-1251>\xE4", Some("iso-8859-2"), "<meta charset=windows-1251>ä");
        check(b"<META Charset = \"Windows-1251\">\xE4", None, "<META Charset = \"Windows-1251\">д");
        let equiv = b"<meta http-equiv=content-type content='text/html; charset=windows-1256'>\xC8";
        check(equiv, None, "<meta http-equiv=content-type content='text/html; charset=windows-1256'>ب");
        check(
            b"<?xml version='1.0' encoding='iso-8859-2'?>\xB1",
            None,
            "<?xml version='1.0' encoding='iso-8859-2'?>ą",
        );
        check(b"un caf\xE9 noir", Some("no such thing"), "un café noir");
    }

    #[test]
    fn utf_8_under_the_name_of_a_one_byte_encoding_is_utf_8() {
        check("<meta charset=iso-8859-1>café".as_bytes(), None, "<meta charset=iso-8859-1>café");
        check("café".as_bytes(), Some("iso-8859-1"), "café");
        check("<meta charset=utf-16>é".as_bytes(), None, "<meta charset=utf-16>é");
    }

    #[test]
    fn latin_1_from_a_server_is_no_word() {
        let arabic = "وافق مجلس الأمن الدولي اليوم على اتفاق يحد من برنامج إيران مقابل تخفيف العقوبات";
        let bytes = encoding_rs::WINDOWS_1256.encode(arabic).0.into_owned();
        check(&bytes, Some("ISO-8859-1"), arabic);
        assert_eq!(decode_text(&bytes, Some("ISO-8859-1")).0, arabic);
        let page = "<meta charset=shift_jis>市議会は新しい橋の建設を決めた。";
        check(&encoding_rs::SHIFT_JIS.encode(page).0, Some("ISO-8859-1"), page);
        check(b"<meta charset=windows-1251>\xE4", Some("windows-1252"), "<meta charset=windows-1251>д");
        // Latin letters stay those of the server's word, however few.
        let latin = "Les élèves français réclament des améliorations à la cantine. ".repeat(4);
        check(&WINDOWS_1252.encode(&latin).0, Some("iso-8859-1"), &latin);
        check(b"\xE4 und \xFC", Some("iso-8859-1"), "ä und ü");
        check(b"<meta charset=utf-8>\xE9", Some("iso-8859-1"), "<meta charset=utf-8>é");
    }

    #[test]
    fn a_word_that_fails_throughout_is_overruled() {
        let russian = "Президент России в понедельник заявил о новых мерах поддержки экономики";
        let arabic = "وافق مجلس الأمن الدولي اليوم على اتفاق يحد من برنامج إيران مقابل تخفيف العقوبات";
        for (encoding, text) in [(encoding_rs::WINDOWS_1251, russian), (encoding_rs::WINDOWS_1256, arabic)] {
            let page = format!("<meta charset=utf-8><p>{text}</p>");
            let bytes = encoding.encode(&page).0.into_owned();
            check(&bytes, None, &page);
            check(&bytes, Some("utf-8"), &page);
            check(&bytes, Some("ISO-8859-1"), &page);
            let plain = encoding.encode(text).0.into_owned();
            assert_eq!(decode_text(&plain, Some("utf-8")), (text.into(), false));
        }
        let page = "<meta charset=euc-jp>市議会は新しい橋の建設を決めた。工事は来年に始まる。";
        check(&encoding_rs::EUC_JP.encode(page).0, Some("utf-8"), page);
        // Slips in what is as it was named stay slips.
        let slip = [russian.as_bytes(), b"\xFF\xFF\xFF\xFF\xFF"].concat();
        check(&slip, Some("utf-8"), &format!("{russian}{}", "\u{FFFD}".repeat(5)));
    }

    #[test]
    fn text_has_no_word_of_its_own() {
        let text = "<meta charset=gbk> 議会";
        assert_eq!(decode_text(text.as_bytes(), Some("gbk")), (text.into(), false));
        assert_eq!(decode_text(b"caf\xE9", Some("windows-1252")), ("café".into(), false));
        assert_eq!(decode_text(b"\xEF\xBB\xBFa", None), ("a".into(), false));
    }

    #[test]
    fn without_a_word_the_bytes_decide() {
        let russian = "Жители города сообщили о закрытии моста через реку";
        let japanese = "市議会は新しい橋の建設を決めた。工事は来年に始まる。";
        for (encoding, text) in [
            (encoding_rs::WINDOWS_1251, russian),
            (encoding_rs::SHIFT_JIS, japanese),
            (encoding_rs::EUC_JP, japanese),
        ] {
            let bytes = encoding.encode(text).0.into_owned();
            check(&bytes, None, text);
        }
    }

    #[test]
    fn bytes_that_are_wrong_in_their_encoding_are_replaced_and_told() {
        let (text, replaced) = decode(b"\x81\x20 x", Some("shift_jis"));
        assert!(replaced && text.contains('\u{FFFD}') && text.ends_with(" x"), "{text}");
    }
}
