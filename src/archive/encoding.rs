//! Encodings of text: bytes that are not UTF-8, as UTF-8.
//!
//! In: bytes of a text file or a table. Out: their text, and in which encoding they were. The idea, in order:
//! 1. a mark at the start says it (UTF-8, UTF-16);
//! 2. bytes that are valid UTF-8, or nearly so, are UTF-8: nothing else looks like it by chance;
//! 3. UTF-16 without a mark shows where one order of the pairs is a text, and neither the other nor the bytes are ([`mod@wide`]);
//! 4. the rest is guessed by `chardetng`, the detector of Firefox, on the first [`SAMPLE_BYTES`] from the first byte that
//!    is not ASCII.
//!
//! It guarantees: the same bytes give the same answer; what cannot be decoded is U+FFFD and told; it never fails. A
//! guess it remains: short texts in windows-1252 and its cousins look alike. JSON is UTF-8 by its standard, so there
//! only UTF-16 is looked for. Not told apart: UTF-32, UTF-7, EBCDIC, and pages of DOS and Mac that no browser knows.
//!
//! Sources: the WHATWG Encoding Standard; Sivonen, "chardetng" (2019).

mod wide;

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, WINDOWS_1252};

/// How much is looked at to guess: the detector takes some 10 ms for it, and more does not change its mind.
const SAMPLE_BYTES: usize = 1 << 20;

/// Valid sequences of several bytes for each broken one that make a text UTF-8 with slips, and nothing else.
const UTF8_TO_ERRORS: usize = 4;

/// The encoding of `bytes`; `None` for UTF-8. A beginning of a text will do; it may end anywhere.
pub(super) fn of(bytes: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding != UTF_8).then_some(encoding);
    }
    if let Some(wide) = wide_without_mark(bytes) {
        return Some(wide);
    }
    if simdutf8::basic::from_utf8(bytes).is_ok() || is_nearly_utf8(bytes) {
        return None;
    }
    Some(guess(bytes))
}

/// The encoding, a byte or several a letter, that bytes have which are no UTF-8.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let ascii = bytes.iter().take_while(|byte| byte.is_ascii()).count();
    // A little before the first: a letter is judged by its neighbours.
    let begin = ascii.saturating_sub(16);
    let sample = &bytes[begin..bytes.len().min(begin + SAMPLE_BYTES)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // It may have been cut inside a letter.
    detector.feed(sample, false);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if is_latin(guess) && differing(sample, guess, WINDOWS_1252) < FEW_LETTERS {
        return WINDOWS_1252;
    }
    // The repertoire of GB18030 is a superset, and its decoder the same.
    if guess == encoding_rs::GBK { encoding_rs::GB18030 } else { guess }
}

/// So few letters that one encoding of Latin letters reads otherwise than the other do not tell them apart: then it is
/// windows-1252, the most usual.
const FEW_LETTERS: usize = 3;

/// Encodings that are Latin letters for the most part, windows-1252 among them.
pub(super) fn is_latin(encoding: &'static Encoding) -> bool {
    [
        WINDOWS_1252,
        encoding_rs::WINDOWS_1250,
        encoding_rs::WINDOWS_1254,
        encoding_rs::WINDOWS_1257,
        encoding_rs::WINDOWS_1258,
        encoding_rs::ISO_8859_2,
        encoding_rs::ISO_8859_4,
    ]
    .contains(&encoding)
}

/// How many letters two encodings of one byte a letter read otherwise; counted no further than matters.
fn differing(sample: &[u8], one: &'static Encoding, other: &'static Encoding) -> usize {
    let outside: Vec<u8> = sample.iter().copied().filter(|byte| !byte.is_ascii()).take(10_000).collect();
    let (one, other) =
        (one.decode_without_bom_handling(&outside).0, other.decode_without_bom_handling(&outside).0);
    one.chars().zip(other.chars()).filter(|(one, other)| one != other).count()
}

/// Whether bytes are UTF-16, by a mark or by their looks.
pub(super) fn wide(head: &[u8]) -> Option<&'static Encoding> {
    match Encoding::for_bom(head) {
        Some((encoding, _)) => (encoding != UTF_8).then_some(encoding),
        None => wide_without_mark(head),
    }
}

/// A text in UTF-8, and the encoding it was in if that was another. The flag: something was replaced.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static Encoding>, bool) {
    let encoding = of(bytes);
    // A mark is taken off; UTF-8 is repaired.
    let (text, replaced) = encoding.unwrap_or(UTF_8).decode_with_bom_removal(bytes);
    (text, encoding, replaced)
}

/// The last byte of a cut sequence is no error: a beginning was asked about.
fn is_nearly_utf8(bytes: &[u8]) -> bool {
    let (mut several, mut errors) = (0_usize, 0_usize);
    let mut chunks = bytes[..bytes.len().min(SAMPLE_BYTES)].utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        several += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        errors += usize::from(!chunk.invalid().is_empty() && chunks.peek().is_some());
    }
    // A cut sequence alone, behind ASCII or not, is no error.
    several >= UTF8_TO_ERRORS * errors && (errors > 0 || several > 0 || ends_inside(bytes))
}

/// Whether bytes end inside a sequence of UTF-8 that is good so far.
fn ends_inside(bytes: &[u8]) -> bool {
    let last = std::str::from_utf8(&bytes[bytes.len().saturating_sub(8)..]);
    last.is_err_and(|error| error.error_len().is_none())
}

/// UTF-16 without a mark.
fn wide_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    wide::without_mark(bytes, |sample| if is_nearly_utf8(sample) { None } else { Some(guess(sample)) })
}

/// A stream in UTF-8 of one in another encoding.
pub(super) struct Decoded<R> {
    stream: R,
    decoder: Decoder,
    ready: Box<[u8]>,
    given: usize,
    filled: usize,
    at_end: bool,
}

/// How much is decoded at a time.
const DECODED_BYTES: usize = 64 << 10;

impl<R: BufRead> Decoded<R> {
    pub(super) fn new(stream: R, encoding: &'static Encoding) -> Self {
        Decoded {
            stream,
            decoder: encoding.new_decoder_with_bom_removal(),
            ready: vec![0; DECODED_BYTES].into(),
            given: 0,
            filled: 0,
            at_end: false,
        }
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.filled && !self.at_end {
            let bytes = self.stream.fill_buf()?;
            let last = bytes.is_empty();
            let (result, read, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.ready, last);
            self.stream.consume(read);
            (self.given, self.filled) = (0, written);
            self.at_end = last && result == encoding_rs::CoderResult::InputEmpty;
        }
        let taken = into.len().min(self.filled - self.given);
        into[..taken].copy_from_slice(&self.ready[self.given..][..taken]);
        self.given += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [(&str, &[&str]); 7] = [
        (
            "Der Müller sagte: „Schöne Grüße aus Köln“ – und ging über die Straße. Später kam er zurück.",
            &["UTF-16LE", "UTF-16BE", "windows-1252"],
        ),
        (
            "El embalse de Peñarrubia baja al 19 % y obliga a racionar el agua en cuatro pueblos más.",
            &["UTF-16LE", "UTF-16BE", "windows-1252"],
        ),
        (
            "Сегодня в Москве прошла встреча министров. Они обсудили цены на нефть и газ в Европе.",
            &["UTF-16LE", "UTF-16BE", "windows-1251"],
        ),
        (
            "قال الوزير اليوم إن الحكومة ستعلن خطة جديدة لتطوير الاقتصاد في السنوات القادمة.",
            &["UTF-16LE", "UTF-16BE", "windows-1256"],
        ),
        (
            "国务院今天宣布了新的经济措施，专家认为这将促进就业。记者从会议上获悉，有关部门正在研究。",
            &["UTF-16LE", "UTF-16BE", "gb18030"],
        ),
        (
            "定期船「かもめ丸」が欠航し、島の薬は残り三日分となった。市は代わりの船を探している。",
            &["UTF-16LE", "UTF-16BE", "Shift_JIS"],
        ),
        (
            "The harbour wall at Port Alder was closed on Tuesday after divers found a crack in it.",
            &["UTF-16LE", "UTF-16BE"],
        ),
    ];

    pub(super) fn encoded(text: &str, label: &str) -> Vec<u8> {
        match label {
            "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            label => {
                let encoding = Encoding::for_label(label.as_bytes()).expect("a label of the standard");
                let (bytes, _, replaced) = encoding.encode(text);
                assert!(!replaced, "{label} has all of {text}");
                bytes.into_owned()
            }
        }
    }

    fn check(bytes: &[u8], expect: &str, name: Option<&str>) {
        let (text, encoding, replaced) = decode(bytes);
        assert_eq!((&*text, encoding.map(Encoding::name), replaced), (expect, name, false));
        // A stream gives the same, however it comes.
        let mut streamed = String::new();
        let stream = io::BufReader::with_capacity(3, bytes);
        Decoded::new(stream, encoding.unwrap_or(UTF_8)).read_to_string(&mut streamed).expect("UTF-8");
        assert_eq!(streamed, expect);
    }

    #[test]
    fn texts_in_other_encodings_come_out_as_they_were_meant() {
        for (text, labels) in TEXTS {
            check(text.as_bytes(), text, None);
            for &label in labels {
                check(&encoded(text, label), text, Some(if label == "gb18030" { "gb18030" } else { label }));
                if label.starts_with("UTF-16") {
                    check(&encoded(&format!("\u{FEFF}{text}"), label), text, Some(label));
                }
            }
        }
    }

    #[test]
    fn utf8_stays_utf8_wherever_it_is_cut_and_with_a_slip_in_it() {
        for (text, _) in TEXTS {
            for end in 0..text.len() {
                assert_eq!(of(&text.as_bytes()[..end]).map(Encoding::name), None, "{text} cut at {end}");
            }
        }
        let slip = [TEXTS[2].0.as_bytes(), b"\xFF", TEXTS[2].0.as_bytes()].concat();
        assert_eq!(of(&slip).map(Encoding::name), None);
        assert!(decode(&slip).2, "the slip is told");
        assert_eq!(of(b"caf\xE9, na\xEFve, \xA3 5 and more of it").map(Encoding::name), Some("windows-1252"));
    }

    #[test]
    fn latin_letters_of_the_east_are_told_from_those_of_the_west() {
        for (text, label) in [
            ("Un café s’il vous plaît. Où êtes-vous allés cet été ? À la plage.", "windows-1252"),
            ("O governo anunciou ontem novas medidas de saúde pública para a região.", "windows-1252"),
            ("Regeringen foreslår å øke støtten til fiskeriene.", "windows-1252"),
            ("Rząd ogłosił wczoraj nowe środki. Premier powiedział, że gospodarka rośnie.", "windows-1250"),
            ("Vláda včera oznámila nová opatření. Premiér řekl, že ekonomika roste.", "windows-1250"),
            ("Hükümet dün yeni önlemler açıkladı. Başbakan ekonominin büyüdüğünü söyledi.", "windows-1254"),
        ] {
            check(&encoded(text, label), text, Some(label));
        }
    }

    #[test]
    fn a_stray_zero_does_not_make_a_text_wide() {
        check(
            b"words and a \0 stray zero among many of them",
            "words and a \0 stray zero among many of them",
            None,
        );
    }
}
