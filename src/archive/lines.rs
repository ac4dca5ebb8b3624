//! Cutting a JSON Lines file into pieces that can be read side by side.
//!
//! Pieces begin and end at line ends, so that each is read alone; line numbers within a piece are
//! made whole afterwards by adding the lines of the pieces before. Nothing is held for a line that is larger
//! than a record may be: it is passed over and told.

use std::io;
use std::ops::Range;

use super::source::Source;

/// About how large a piece is: small enough to spread a file over all threads, large enough that a piece's
/// overhead does not show.
const PIECE_BYTES: u64 = 1 << 20;

/// How much is looked at when searching for a line end in a file that is not mapped.
const LOOK_BYTES: u64 = 1 << 16;

/// One line of a piece.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'b> {
    /// The bytes of the line without its end.
    Whole(&'b [u8]),
    /// A line longer than a record may be.
    TooLong,
}

/// Byte ranges that begin and end at line ends and together are the whole file.
///
/// # Errors
/// What reading says.
pub(super) fn pieces(source: &Source) -> io::Result<Vec<Range<u64>>> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    while begin < source.bytes {
        let wanted = begin + PIECE_BYTES;
        let end = if wanted >= source.bytes { source.bytes } else { after_line_end(source, wanted)? };
        pieces.push(begin..end);
        begin = end;
    }
    Ok(pieces)
}

/// The position after the first line end at or after `from`.
pub(super) fn after_line_end(source: &Source, mut from: u64) -> io::Result<u64> {
    while from < source.bytes {
        let until = (from + LOOK_BYTES).min(source.bytes);
        let bytes = source.fetch(from..until)?;
        if let Some(at) = memchr::memchr(b'\n', &bytes) {
            return Ok(from + at as u64 + 1);
        }
        from = until;
    }
    Ok(source.bytes)
}

/// Calls `each` with every line of `piece`: its number in the piece from 0, where it begins in the file,
/// and the line. Holds at most a piece and one line of `max_line` bytes at a time. Returns how many lines
/// there were.
///
/// # Errors
/// What reading says.
pub(super) fn for_each_line(
    source: &Source,
    piece: Range<u64>,
    max_line: u64,
    mut each: impl FnMut(u64, u64, Line<'_>),
) -> io::Result<u64> {
    let mut number = 0;
    let mut at = piece.start;
    while at < piece.end {
        // Whole lines within the next stretch; a piece is longer only when it holds a long line.
        let stretch = at..(at + 2 * PIECE_BYTES).min(piece.end);
        let bytes = source.fetch(stretch.clone())?;
        let whole = if stretch.end == piece.end {
            bytes.len()
        } else {
            memchr::memrchr(b'\n', &bytes).map_or(0, |last| last + 1)
        };
        let mut begin = 0;
        while begin < whole {
            let rest = &bytes[begin..whole];
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = if length as u64 > max_line { Line::TooLong } else { Line::Whole(&rest[..length]) };
            each(number, at + begin as u64, line);
            number += 1;
            begin += length + 1;
        }
        if whole > 0 {
            at += whole as u64;
            continue;
        }
        // One line fills the stretch: find its end without holding it.
        let end = after_line_end(source, stretch.end)?.min(piece.end);
        if end - at > max_line + 1 {
            each(number, at, Line::TooLong);
        } else {
            let bytes = source.fetch(at..end)?;
            let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
            each(number, at, if line.len() as u64 > max_line { Line::TooLong } else { Line::Whole(line) });
        }
        number += 1;
        at = end;
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::source::Format;

    fn read(text: &[u8], max_line: u64, mapped: bool) -> Vec<(u64, Option<Vec<u8>>)> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.jsonl");
        std::fs::write(&path, text).expect("written");
        let source = Source::open("a".into(), &path, Format::JsonLines, mapped).expect("opened");
        let mut lines = Vec::new();
        let mut before = 0;
        for piece in pieces(&source).expect("cut") {
            before += for_each_line(&source, piece, max_line, |number, at, line| {
                let line = match line {
                    Line::Whole(bytes) => {
                        assert_eq!(&text[usize::try_from(at).expect("small")..][..bytes.len()], bytes);
                        Some(bytes.to_vec())
                    }
                    Line::TooLong => None,
                };
                lines.push((before + number + 1, line));
            })
            .expect("read");
        }
        lines
    }

    fn check(text: &[u8], max_line: u64) {
        let mut expect: Vec<(u64, Option<Vec<u8>>)> = (1..)
            .zip(text.split(|&b| b == b'\n'))
            .map(|(n, line)| (n, (line.len() as u64 <= max_line).then(|| line.to_vec())))
            .collect();
        if text.is_empty() || text.ends_with(b"\n") {
            expect.pop();
        }
        for mapped in [true, false] {
            assert!(read(text, max_line, mapped) == expect, "mapped: {mapped}");
        }
    }

    #[test]
    fn lines_of_all_lengths_are_found_whole() {
        check(b"", 100);
        check(b"one", 100);
        check(b"one\n\ntwo\r\nthree\n", 100);
        let mut text = Vec::new();
        for length in [10, 300_000, 0, 1_048_575, 1_048_576, 1_048_577, 3_000_000, 5, 2_097_152, 7_000_000, 1]
        {
            text.extend(std::iter::repeat_n(b'x', length));
            text.push(b'\n');
        }
        check(&text, 10_000_000);
        check(&text, 3_000_000);
        check(&text, 100);
        check(&text[..text.len() - 1], 2_097_152);
        for limit in [2_097_151, 2_097_152, 2_097_153, 4_999_999, 5_000_000] {
            check(&vec![b'x'; 2_097_152], limit);
            check(&vec![b'x'; 5_000_000], limit);
        }
    }
}
