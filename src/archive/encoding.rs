//! Encodings of text: bytes that are not UTF-8, as UTF-8.
//!
//! In: bytes of a text file or a table. Out: their text, and in which encoding they were. The idea, in order:
//! 1. a mark at the start says it (UTF-8, UTF-16);
//! 2. bytes that are valid UTF-8, or nearly so, are UTF-8: nothing else looks like it by chance;
//! 3. UTF-16 without a mark shows by zero bytes on one side of each pair, or by the ideographs, kana and punctuation that
//!    one order of the pairs gives and the other does not;
//! 4. the rest is guessed by `chardetng`, the detector of Firefox, on the first [`SAMPLE_BYTES`] from the first byte that
//!    is not ASCII.
//!
//! It guarantees: the same bytes give the same answer; what cannot be decoded is U+FFFD and told; it never fails. A
//! guess it remains: short texts in windows-1252 and its cousins look alike. JSON is UTF-8 by its standard, so there
//! only UTF-16 is looked for. Not told apart: UTF-32, UTF-7, EBCDIC, and pages of DOS and Mac that no browser knows.
//!
//! Sources: the WHATWG Encoding Standard; Sivonen, "chardetng" (2019).

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

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
    let ascii = bytes.iter().take_while(|byte| byte.is_ascii()).count();
    // A little before the first: a letter is judged by its neighbours.
    let begin = ascii.saturating_sub(16);
    let sample = &bytes[begin..bytes.len().min(begin + SAMPLE_BYTES)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if is_latin(guess) && differing(sample, guess, WINDOWS_1252) < FEW_LETTERS {
        return Some(WINDOWS_1252);
    }
    // The repertoire of GB18030 is a superset, and its decoder the same.
    Some(if guess == encoding_rs::GBK { encoding_rs::GB18030 } else { guess })
}

/// So few letters that one encoding of Latin letters reads otherwise than the other do not tell them apart: then it is
/// windows-1252, the most usual.
const FEW_LETTERS: usize = 3;

/// Encodings that are Latin letters for the most part, as windows-1252 is.
fn is_latin(encoding: &'static Encoding) -> bool {
    [
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

/// How many bytes tell UTF-16.
const WIDE_SAMPLE_BYTES: usize = 4096;

fn wide_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(WIDE_SAMPLE_BYTES)];
    // Text in any other encoding has hardly a zero byte, and Latin-like text in UTF-16 has one in each pair; ideographs
    // in UTF-16 are no UTF-8.
    let has_zeros = sample.contains(&0);
    if sample.len() < 4 || (!has_zeros && (sample.is_ascii() || simdutf8::basic::from_utf8(sample).is_ok())) {
        return None;
    }
    let (little, big) = (Looks::of(sample, u16::from_le_bytes), Looks::of(sample, u16::from_be_bytes));
    for (encoding, own, other) in [(UTF_16LE, little, big), (UTF_16BE, big, little)] {
        // Blanks are a tenth of the letters in any script that has them.
        let plain = own.ascii >= 4 && own.ascii * 10 >= own.units && own.ascii > 4 * other.ascii;
        let ideographic =
            own.eastern * 5 >= own.units * 3 && own.marks * 100 >= own.units && other.marks == 0;
        if !own.broken && own.controls * 50 <= own.units && (plain || ideographic) {
            return Some(encoding);
        }
    }
    None
}

/// What units of UTF-16 look like, in one of the two orders.
#[derive(Clone, Copy, Default)]
struct Looks {
    units: usize,
    /// Printable ASCII and line ends.
    ascii: usize,
    /// U+0000 to U+001F beside these: text has none.
    controls: usize,
    /// Kana, ideographs, and their punctuation.
    eastern: usize,
    /// Kana and the punctuation alone.
    marks: usize,
    /// Half a pair of surrogates.
    broken: bool,
}

impl Looks {
    fn of(sample: &[u8], unit: fn([u8; 2]) -> u16) -> Looks {
        let mut looks = Looks::default();
        let mut open = false;
        for pair in sample.chunks_exact(2) {
            let unit = unit([pair[0], pair[1]]);
            looks.units += 1;
            match unit {
                0x20..=0x7E | 9 | 10 | 13 => looks.ascii += 1,
                0..0x20 => looks.controls += 1,
                0x3000..=0x30FF | 0xFF00..=0xFFEF => {
                    (looks.marks, looks.eastern) = (looks.marks + 1, looks.eastern + 1);
                }
                0x4E00..=0x9FFF => looks.eastern += 1,
                _ => {}
            }
            let (high, low) = (matches!(unit, 0xD800..0xDC00), matches!(unit, 0xDC00..0xE000));
            looks.broken |= open != low;
            open = high;
        }
        looks
    }
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

    fn encoded(text: &str, label: &str) -> Vec<u8> {
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
