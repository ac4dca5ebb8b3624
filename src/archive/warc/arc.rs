//! ARC, which came before WARC: where its records begin and end, and what they hold.
//!
//! In: its bytes, unpacked, as a stream. Out: [`Met`], as of WARC. A record is a line (URL, address, time, type, length, with blanks
//! between; the URL may have some too), as many bytes as that says, and a line break. In version 2 five more fields stand before the
//! length. The first record describes the file, says which version it is, and holds no page. Lines that are no such line where
//! one should stand are told as rubbish, up to the next that is. Where a damaged part of the file was passed over ([`Gaps`]), the
//! record that it breaks off is told as broken, and what else that part gave is left out.
//!
//! It guarantees: linear time; memory for the largest record that is taken. A length that is too great takes what it covers, up to
//! the end of a damaged part: nothing tells a page from a record in it.
//!
//! Reference: <https://archive.org/web/researcher/ArcFileFormat.php>, versions 1 and 2.

use std::borrow::Cow;
use std::io::{self, Read};
use std::net::IpAddr;
use std::ops::Range;
use std::str::from_utf8;

use memchr::memchr;

use super::ahead::Ahead;
use super::header::Head;
use super::split::most_taken;
use super::{Captured, MAX_HEADER, Met, Raw, answered, with_page};
use crate::archive::gzip::Gaps;
use crate::problem::ProblemKind;

/// Which fields the lines of a file have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// URL, address, time, type, length.
    First,
    /// Behind the type the status, a checksum, where it leads to, where it stands and in which file.
    Second,
}

/// The line that begins a record.
#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    url: &'a str,
    address: &'a str,
    time: &'a str,
    length: u64,
}

/// What describes a file begins so.
const DESCRIPTION: &str = "filedesc://";

impl<'a> Line<'a> {
    /// A line without its end; `None` if it begins no record. Where the version is not known, as of what describes a file, it is told by
    /// the line: few of the first look as if they were of the second.
    fn of(line: &'a [u8], version: Option<Version>) -> Option<Line<'a>> {
        let line = from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()?;
        match version.filter(|_| !line.starts_with(DESCRIPTION)) {
            Some(Version::First) => Line::first(line),
            Some(Version::Second) => Line::second(line),
            None => Line::second(line).or_else(|| Line::first(line)),
        }
    }

    fn first(line: &'a str) -> Option<Line<'a>> {
        let mut parts = line.rsplitn(5, ' ');
        let [length, media, time, address, url] = std::array::from_fn(|_| parts.next());
        Line::usual([url?, address?, time?, media?, length?])
    }

    fn second(line: &'a str) -> Option<Line<'a>> {
        let mut parts = line.rsplitn(10, ' ');
        let [length, file, offset, location, checksum, status, media, time, address, url] =
            std::array::from_fn(|_| parts.next());
        let is_number = |field: &str| field == "-" || !field.is_empty() && is_digits(field);
        let all_said = ![location?, checksum?, file?].contains(&"");
        let fits = all_said && is_number(offset?) && is_number(status?);
        Line::usual([url?, address?, time?, media?, length?]).filter(|_| fits)
    }

    fn usual([url, address, time, media, length]: [&'a str; 5]) -> Option<Line<'a>> {
        let length = length.parse().ok()?;
        let has_scheme = url.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty()
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        });
        let is_time = (8..=18).contains(&time.len()) && is_digits(time);
        let is_address = !address.is_empty()
            && address.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:-".contains(&byte));
        (has_scheme && is_time && is_address && !media.is_empty()).then_some(Line {
            url,
            address,
            time,
            length,
        })
    }

    /// Whether it can hardly be anything else.
    fn is_sure(&self) -> bool {
        let two = |begin: usize| self.time.get(begin..begin + 2).and_then(|digits| digits.parse().ok());
        let within =
            |begin: usize, range: Range<u8>| two(begin).is_some_and(|number| range.contains(&number));
        !self.url.contains(|character: char| character.is_whitespace() || character.is_control())
            && (self.address.parse::<IpAddr>().is_ok() || matches!(self.address, "0" | "-"))
            && matches!(self.time.len(), 12 | 14 | 17)
            && within(4, 1..13)
            && within(6, 1..32)
            && within(8, 0..24)
            && within(10, 0..60)
    }
}

fn is_digits(field: &str) -> bool {
    field.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether bytes begin with a whole line that begins a record, and can hardly be anything else.
pub(in crate::archive) fn begins_arc_record(bytes: &[u8]) -> bool {
    let line = memchr(b'\n', bytes).and_then(|end| Line::of(&bytes[..end], None));
    line.is_some_and(|line| line.is_sure())
}

/// The version of a file, by what its first record holds: a line that begins with its number, and one that names the fields of lines.
fn version_said(description: &[u8]) -> Option<Version> {
    let mut lines = description.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let number = lines.next()?.split(|byte| *byte == b' ').next()?;
    let names = lines.next().filter(|names| names.starts_with(b"URL "));
    match (names.map(|names| names.split(|byte| *byte == b' ').count()), number) {
        (Some(10), _) | (None, b"2") => Some(Version::Second),
        (Some(5), _) | (None, b"1") => Some(Version::First),
        _ => None,
    }
}

/// Cuts a stream into records.
pub(in crate::archive) struct ArcSplitter<'r> {
    ahead: Ahead<'r>,
    number: u64,
    max_record: usize,
    /// Of the file that was described last.
    version: Option<Version>,
    gaps: Option<&'r Gaps>,
    /// What was met behind a record before that was given.
    pending: Option<Met<'r>>,
}

impl<'r> ArcSplitter<'r> {
    /// `max_record`: bytes of a record that are taken, its line aside. `gaps`: of the stream; a record that one breaks off is of no use.
    pub(in crate::archive) fn new(stream: &'r mut dyn Read, max_record: u64, gaps: Option<&'r Gaps>) -> Self {
        let max_record = most_taken(max_record);
        ArcSplitter {
            ahead: Ahead::of_stream(stream),
            number: 0,
            max_record,
            version: None,
            gaps,
            pending: None,
        }
    }

    /// Why the stream could not be read to its end.
    pub(in crate::archive) fn failed(self) -> Option<io::Error> {
        self.ahead.failed()
    }

    /// What stands next; nothing at the end.
    pub(in crate::archive) fn next(&mut self) -> Option<Met<'r>> {
        if let Some(met) = self.pending.take() {
            return Some(met);
        }
        self.pass_breaks();
        if let Some(rubbish) = self.rubbish() {
            return Some(rubbish);
        }
        let byte = self.ahead.position();
        let line = self.line()?;
        let length = self.length_said(line)?;
        Some(self.record(byte, line, length))
    }

    /// Passes over lines that begin no record. What a damaged member gave is told with it.
    fn rubbish(&mut self) -> Option<Met<'r>> {
        let byte = self.ahead.position();
        while let Some(line) = self.line()
            && self.length_said(line).is_none()
        {
            // With its end; the last line has none.
            self.ahead.pass((line + 1).min(self.ahead.rest().len()));
        }
        let end = self.ahead.position();
        let is_told = self.gap(byte, end).is_some_and(|gap| gap.start <= byte);
        (end > byte && !is_told).then_some(Met::Rubbish { byte, bytes: end - byte })
    }

    /// How long the record is that a line of so many bytes begins.
    fn length_said(&self, line: usize) -> Option<u64> {
        Line::of(&self.ahead.rest()[..line], self.version).map(|line| line.length)
    }

    fn record(&mut self, byte: u64, line: usize, length: u64) -> Met<'r> {
        self.number += 1;
        let number = self.number;
        let header = (line + 1).min(self.ahead.rest().len());
        let taken = usize::try_from(length).ok().filter(|length| *length <= self.max_record);
        let Some(taken) = taken else {
            self.ahead.pass(header);
            return match self.skip(byte, length) {
                None => Met::Broken { number, byte },
                Some(there) if there < length => Met::CutOff { number, byte, there, says: length },
                Some(_) => Met::TooLarge { number, byte },
            };
        };
        let end = header + taken;
        let is_whole = self.ahead.fill(end);
        let at_hand = self.ahead.rest().len().min(end);
        if let Some(gap) = self.gap(byte, byte + at_hand as u64 - 1) {
            self.ahead.pass(usize::try_from(gap.end - byte).unwrap_or(at_hand));
            return Met::Broken { number, byte };
        }
        if !is_whole {
            self.ahead.pass(at_hand);
            return Met::CutOff { number, byte, there: (at_hand - header) as u64, says: length };
        }
        let raw =
            Raw::new(number, byte, self.ahead.take(end), Head::of_line(header)).of_version(self.version);
        if raw.header().starts_with(DESCRIPTION.as_bytes()) {
            self.version = version_said(raw.content());
        }
        // Whether it stands in a damaged member is known once what follows is met.
        self.pass_breaks();
        self.pending = self.rubbish();
        match self.gap(byte, self.ahead.position()) {
            Some(gap) if gap.start < byte + end as u64 => Met::Broken { number, byte },
            _ => Met::Record(raw),
        }
    }

    /// The first gap of the stream behind `begin`, if it is not behind `end`.
    fn gap(&self, begin: u64, end: u64) -> Option<Range<u64>> {
        self.gaps?.behind(begin).filter(|gap| gap.end <= end)
    }

    /// How long the line at hand is, without its end; as much of one as is looked at, if it is longer. `None` at the end.
    fn line(&mut self) -> Option<usize> {
        let mut looked = 0;
        while self.ahead.fill(looked + 1) {
            let rest = self.ahead.rest();
            let most = rest.len().min(MAX_HEADER);
            if let Some(end) = memchr(b'\n', &rest[looked..most]) {
                return Some(looked + end);
            }
            looked = most;
            if looked == MAX_HEADER {
                break;
            }
        }
        (looked > 0).then_some(looked)
    }

    fn pass_breaks(&mut self) {
        while self.ahead.fill(1) && matches!(self.ahead.rest()[0], b'\n' | b'\r') {
            self.ahead.pass(1);
        }
    }

    /// Passes over so many bytes of the record that begins at `byte`; how many were there. `None` if a gap breaks it off: then up to that.
    fn skip(&mut self, byte: u64, bytes: u64) -> Option<u64> {
        let mut left = bytes;
        while left > 0 && self.ahead.fill(1) {
            let (begin, at_hand) = (self.ahead.position(), self.ahead.rest().len());
            let some = at_hand.min(usize::try_from(left).unwrap_or(at_hand));
            if let Some(gap) = self.gap(byte, begin + some as u64 - 1) {
                self.ahead.pass(usize::try_from(gap.end.saturating_sub(begin)).unwrap_or(some));
                return None;
            }
            self.ahead.pass(some);
            left -= some as u64;
        }
        Some(bytes - left)
    }
}

/// The article of a record; `None` if it is of a kind that holds none.
pub(in crate::archive) fn captured_in_arc<'b>(
    raw: &'b Raw<'_>,
    header: &'b [u8],
    max_record: u64,
) -> Option<Result<Captured<'b>, (ProblemKind, String)>> {
    let line = Line::of(header.trim_ascii_end(), raw.version)?;
    let body = answered(raw.content(), max_record)?;
    let fetched = iso(line.time).map(Cow::Owned);
    let captured = Captured { url: Some(line.url.into()), fetched, ..Captured::default() };
    Some(body.and_then(|body| with_page(captured, body)))
}

/// A time of fourteen digits, and what stands behind them, or of twelve, without seconds, as ISO 8601 has it.
fn iso(time: &str) -> Option<String> {
    let part = |begin: usize, end: usize| time.get(begin..end);
    Some(format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14).unwrap_or("00")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: &[&str]) {
        // However the bytes come.
        for at_a_time in [1, 7, 1 << 20] {
            let mut stream = Slowly { bytes, at_a_time };
            let mut splitter = ArcSplitter::new(&mut stream, 150, None);
            let mut met = Vec::new();
            while let Some(next) = splitter.next() {
                met.push(match next {
                    Met::Record(raw) => {
                        let url = Line::of(raw.header().trim_ascii_end(), raw.version)
                            .expect("a line")
                            .url
                            .to_owned();
                        format!(
                            "{} {} {url} {:?}",
                            raw.number,
                            raw.byte,
                            from_utf8(raw.content()).expect("text")
                        )
                    }
                    other => format!("{other:?}"),
                });
            }
            assert_eq!(met, expect);
        }
    }

    struct Slowly<'a> {
        bytes: &'a [u8],
        at_a_time: usize,
    }

    impl Read for Slowly<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let most = into.len().min(self.at_a_time);
            self.bytes.read(&mut into[..most])
        }
    }

    #[test]
    fn records_are_cut_where_their_lines_say() {
        check(
            b"filedesc://a 0.0.0.0 20140216050221 text/plain 4\n1 0\n\nhttp://a/b c d 1.2.3.4 20140216050221 text/html 3\nabc\n",
            &[r#"1 0 filedesc://a "1 0\n""#, r#"2 54 http://a/b c d "abc""#],
        );
        check(b"http://a/ ::1 20140216 no-type 0\r\n\n", &[r#"1 0 http://a/ """#]);
        check(b"", &[]);
    }

    #[test]
    fn rubbish_and_what_is_cut_off_are_told() {
        check(
            b"what?\n\nhttp://a/ 1.2.3.4 20140216050221 text/html 1\nx\nhttp://a/ 1.2.3.4 20140216050221 text/html -1\nhttp://a/ 1.2.3.4 20140216050221 text/html 9\nabc",
            &[
                "Rubbish { byte: 0, bytes: 7 }",
                r#"1 7 http://a/ "x""#,
                "Rubbish { byte: 54, bytes: 46 }",
                "CutOff { number: 2, byte: 100, there: 3, says: 9 }",
            ],
        );
        check(b"rubbish to the end", &["Rubbish { byte: 0, bytes: 18 }"]);
        let large = [b"http://a/ 1.2.3.4 20140216050221 text/html 151\n".as_slice(), &[b'\n'; 151]].concat();
        check(&large, &["TooLarge { number: 1, byte: 0 }"]);
        check(&large[..60], &["CutOff { number: 1, byte: 0, there: 13, says: 151 }"]);
    }

    const SECOND: &str = "2 0 Alexa Internet\nURL IP-address Archive-date Content-type Result-code Checksum Location Offset Filename Archive-length\n";

    #[test]
    fn lines_of_version_2_are_read_as_the_file_says_that_they_are() {
        let described =
            format!("filedesc://a 0 19960923142103 text/plain 200 - - 0 a.arc {}\n{SECOND}", SECOND.len());
        let head = format!("1 0 filedesc://a {SECOND:?}");
        // Where it stands in its file has as many digits as a time.
        let line = "http://a/b c 1.2.3.4 19961104142103 text/html 200 fac0 - 123456789012 a.arc";
        let begin = described.len();
        check(
            format!("{described}\n{line} 3\nabc\n{line} x\n{line} 2\nde").as_bytes(),
            &[
                &head,
                &format!(r#"2 {} http://a/b c "abc""#, begin + 1),
                &format!("Rubbish {{ byte: {}, bytes: {} }}", begin + line.len() + 8, line.len() + 3),
                &format!(r#"3 {} http://a/b c "de""#, begin + 2 * line.len() + 11),
            ],
        );
        // What a file does not say is told by the line.
        check(format!("{line} 3\nabc\n").as_bytes(), &[r#"1 0 http://a/b c "abc""#]);
        // A file of version 1 behind it is read as that; and a URL may look as if more fields stood behind it.
        let first = "filedesc://b 0.0.0.0 20140216050221 text/plain 4\n1 0\n\n";
        check(
            format!("{described}{first}{line} 1.2.3.4 20140216050221 text/html 1\nx").as_bytes(),
            &[
                &head,
                &format!(r#"2 {begin} filedesc://b "1 0\n""#),
                &format!(r#"3 {} {line} "x""#, begin + first.len()),
            ],
        );
    }

    #[test]
    fn times_of_twelve_digits_have_no_seconds() {
        assert_eq!(iso("199610251200").as_deref(), Some("1996-10-25T12:00:00Z"));
        assert_eq!(iso("20140216050221").as_deref(), Some("2014-02-16T05:02:21Z"));
        assert_eq!(iso("20140216050221123").as_deref(), Some("2014-02-16T05:02:21Z"));
        assert_eq!(iso("20140216"), None);
    }

    #[test]
    fn what_begins_a_record_behind_damage_is_a_line_that_can_be_nothing_else() {
        for line in [
            "http://a/b 1.2.3.4 20140216050221 text/html 3",
            "http://a/b 1.2.3.4 201402160502 no-type 3\r",
            "dns:a ::1 20140216050221123 text/dns 3",
            "filedesc://a 0 19960923142103 text/plain 200 - - 0 a.arc 122",
            "http://a/b 1.2.3.4 19961104142103 text/html 200 fac0 - 209 a.arc 202",
        ] {
            assert!(begins_arc_record(format!("{line}\nHTTP/1.1").as_bytes()), "{line}");
            assert!(!begins_arc_record(line.as_bytes()), "{line}: cut off");
        }
        for line in [
            "http://a/b c 1.2.3.4 20140216050221 text/html 3",
            "http://a/b 1.2.3 20140216050221 text/html 3",
            "http://a/b 1.2.3.4 20141316050221 text/html 3",
            "http://a/b 1.2.3.4 20140216 text/html 3",
            "http://a/b 1.2.3.4 20140216050221 text/html x",
            "1.2.3.4 - - [16/Feb/2014:05:02:21 +0000] \"GET /\" 200 3",
            "",
        ] {
            assert!(!begins_arc_record(format!("{line}\n").as_bytes()), "{line}");
        }
    }
}
