//! ARC, which came before WARC: where its records begin and end, and what they hold.
//!
//! In: its bytes, unpacked, as a stream. Out: [`Met`], as of WARC. A record is a line (URL, address, time, type, length, with blanks
//! between; the URL may have some too), as many bytes as that says, and a line break. The first record describes the file, and
//! holds no page. Lines that are no such line where one should stand are told as rubbish, up to the next that is.
//!
//! It guarantees: linear time; memory for the largest record that is taken. A length that is too great takes what it covers: nothing
//! tells a page from a record in it.
//!
//! Reference: <https://archive.org/web/researcher/ArcFileFormat.php>, version 1.

use std::io::{self, Read};
use std::str::from_utf8;

use memchr::memchr;

use super::{Captured, MAX_HEADER, Met, Raw, answered, with_page};
use crate::problem::ProblemKind;

/// How much is read at a time.
const READ_BYTES: usize = 128 << 10;

/// The line that begins a record.
#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    url: &'a str,
    time: &'a str,
    length: u64,
}

impl<'a> Line<'a> {
    /// A line without its end; `None` if it begins no record.
    fn of(line: &'a [u8]) -> Option<Line<'a>> {
        let line = from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()?;
        let mut parts = line.rsplitn(5, ' ');
        let [length, media, time, address, url] = std::array::from_fn(|_| parts.next());
        let (length, time, address, url) = (length?.parse().ok()?, time?, address?, url?);
        let has_scheme = url.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty()
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        });
        let is_time = (8..=18).contains(&time.len()) && time.bytes().all(|byte| byte.is_ascii_digit());
        let is_address = !address.is_empty()
            && address.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:-".contains(&byte));
        (has_scheme && is_time && is_address && !media?.is_empty()).then_some(Line { url, time, length })
    }
}

/// Cuts a stream into records.
pub(in crate::archive) struct ArcSplitter<'r> {
    stream: &'r mut dyn Read,
    buffer: Vec<u8>,
    /// Where in the buffer what is next begins, and where in the stream the buffer begins.
    at: usize,
    base: u64,
    number: u64,
    max_record: usize,
    ended: bool,
    failed: Option<io::Error>,
}

impl<'r> ArcSplitter<'r> {
    /// `max_record`: bytes of a record that are taken, its line aside.
    pub(in crate::archive) fn new(stream: &'r mut dyn Read, max_record: u64) -> Self {
        let max_record = usize::try_from(max_record).unwrap_or(usize::MAX).min(u32::MAX as usize);
        let (buffer, failed) = (Vec::new(), None);
        ArcSplitter { stream, buffer, at: 0, base: 0, number: 0, max_record, ended: false, failed }
    }

    /// Why the stream could not be read to its end.
    pub(in crate::archive) fn failed(self) -> Option<io::Error> {
        self.failed
    }

    /// What stands next; nothing at the end.
    pub(in crate::archive) fn next(&mut self) -> Option<Met<'static>> {
        self.pass_breaks();
        let byte = self.position();
        let mut rubbish = 0;
        loop {
            let line = self.line()?;
            let begins = Line::of(&self.buffer[self.at..self.at + line]).map(|line| line.length);
            match begins {
                Some(_) if rubbish > 0 => return Some(Met::Rubbish { byte, bytes: rubbish }),
                Some(length) => return Some(self.record(byte, line, length)),
                None => {
                    // With its end; the last line has none.
                    let bytes = (line + 1).min(self.buffer.len() - self.at);
                    self.at += bytes;
                    rubbish += bytes as u64;
                    if !self.fill(1) {
                        return Some(Met::Rubbish { byte, bytes: rubbish });
                    }
                }
            }
        }
    }

    fn record(&mut self, byte: u64, line: usize, length: u64) -> Met<'static> {
        self.number += 1;
        let number = self.number;
        let header = (line + 1).min(self.buffer.len() - self.at);
        let taken = usize::try_from(length).ok().filter(|length| *length <= self.max_record);
        let Some(length) = taken else {
            self.at += header;
            let there = self.skip(length);
            return if there < length {
                Met::CutOff { number, byte, there, says: length }
            } else {
                Met::TooLarge { number, byte }
            };
        };
        let is_whole = self.fill(header + length);
        let end = self.buffer.len().min(self.at + header + length);
        let bytes = self.buffer[self.at..end].to_vec();
        self.at = end;
        if is_whole {
            Met::Record(Raw::new(number, byte, bytes, header))
        } else {
            Met::CutOff { number, byte, there: (bytes.len() - header) as u64, says: length as u64 }
        }
    }

    fn position(&self) -> u64 {
        self.base + self.at as u64
    }

    /// How long the line at hand is, without its end; as much of one as is looked at, if it is longer. `None` at the end.
    fn line(&mut self) -> Option<usize> {
        let mut looked = 0;
        while self.fill(looked + 1) {
            let rest = &self.buffer[self.at..];
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
        while self.fill(1) && matches!(self.buffer[self.at], b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// Passes over so many bytes; how many were there.
    fn skip(&mut self, bytes: u64) -> u64 {
        let mut left = bytes;
        while left > 0 && self.fill(1) {
            let some = (self.buffer.len() - self.at).min(usize::try_from(left).unwrap_or(usize::MAX));
            self.at += some;
            left -= some as u64;
        }
        bytes - left
    }

    /// Sees to it that so many bytes are at hand; whether they are.
    fn fill(&mut self, bytes: usize) -> bool {
        while self.buffer.len() - self.at < bytes && !self.ended {
            if self.at >= READ_BYTES {
                self.buffer.drain(..self.at);
                self.base += self.at as u64;
                self.at = 0;
            }
            let begin = self.buffer.len();
            self.buffer.resize(begin + READ_BYTES, 0);
            let read = self.stream.read(&mut self.buffer[begin..]);
            self.buffer.truncate(begin + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => self.ended = true,
                Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                    (self.ended, self.failed) = (true, Some(error));
                }
                _ => {}
            }
        }
        self.buffer.len() - self.at >= bytes
    }
}

/// The article of a record; `None` if it is of a kind that holds none.
pub(in crate::archive) fn captured_in_arc<'b>(
    raw: &'b Raw<'_>,
    max_record: u64,
) -> Option<Result<Captured<'b>, (ProblemKind, String)>> {
    let line = Line::of(raw.header().trim_ascii_end())?;
    let (charset, body) = match answered(raw.content(), max_record)? {
        Ok(answered) => answered,
        Err(damage) => return Some(Err(damage)),
    };
    let captured = Captured { url: Some(line.url.to_owned()), date: iso(line.time), ..Captured::default() };
    Some(with_page(captured, charset.as_deref(), &body))
}

/// A time of fourteen digits, and what stands behind them, as ISO 8601 has it.
fn iso(time: &str) -> Option<String> {
    let part = |begin: usize, end: usize| time.get(begin..end);
    Some(format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: &[&str]) {
        // However the bytes come.
        for at_a_time in [1, 7, 1 << 20] {
            let mut stream = Slowly { bytes, at_a_time };
            let mut splitter = ArcSplitter::new(&mut stream, 100);
            let mut met = Vec::new();
            while let Some(next) = splitter.next() {
                met.push(match next {
                    Met::Record(raw) => {
                        let url = Line::of(raw.header().trim_ascii_end()).expect("a line").url.to_owned();
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
        let large = [b"http://a/ 1.2.3.4 20140216050221 text/html 101\n".as_slice(), &[b'\n'; 101]].concat();
        check(&large, &["TooLarge { number: 1, byte: 0 }"]);
        check(&large[..60], &["CutOff { number: 1, byte: 0, there: 13, says: 101 }"]);
    }
}
