//! Cutting names out of text: edges, brackets, words. All of it looks at a bounded piece of text.

use std::ops::Range;

/// `span` without the characters at its edges that `is_edge` names.
pub(super) fn trim(text: &str, span: &Range<usize>, is_edge: impl Fn(char) -> bool + Copy) -> Range<usize> {
    let said = &text[span.clone()];
    let begin = span.end - said.trim_start_matches(is_edge).len();
    let end = span.start + said.trim_end_matches(is_edge).len();
    begin..end.max(begin)
}

/// Whether a character only tells how others are to be set: marks of direction, which stand before Arabic and Hebrew lines, and
/// the byte-order mark.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Where `part`, a slice of `text`, stands in it.
pub(super) fn place(text: &str, part: &str) -> Range<usize> {
    let begin = part.as_ptr().addr() - text.as_ptr().addr();
    begin..begin + part.len()
}

/// The first `most` bytes, cut where a character begins.
pub(super) fn head(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The last `most` bytes, cut where a character begins.
pub(super) fn tail(text: &str, most: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(most))..]
}

/// As far as a mark stands from the begin of a paragraph that begins with a credit, in bytes: behind a place and a
/// date, or a label.
pub(super) const MARK_BYTES: usize = 100;

/// Whether a paragraph's begin holds a mark without which it begins with no dateline and no label: a bracket, a slash, a
/// hyphen, a colon, or anything beyond ASCII. (A star may stand before them in any number.)
pub(super) fn has_mark(paragraph: &[u8]) -> bool {
    if paragraph.first() == Some(&b'*') {
        return true;
    }
    let begin = &paragraph[..paragraph.len().min(MARK_BYTES)];
    // Without a branch, so that a chunk is looked at in vectors.
    let is_mark = |byte: u8| {
        u8::from(byte == b'(')
            | u8::from(byte == b'[')
            | u8::from(byte == b'/')
            | u8::from(byte == b'-')
            | u8::from(byte == b':')
            | u8::from(byte >= 0x80)
    };
    let (chunks, rest) = begin.as_chunks::<16>();
    let mut marks = [0; 16];
    for chunk in chunks {
        for (mark, &byte) in marks.iter_mut().zip(chunk) {
            *mark |= is_mark(byte);
        }
    }
    let mut last = [b' '; 16];
    last[..rest.len()].copy_from_slice(rest);
    for (mark, &byte) in marks.iter_mut().zip(&last) {
        *mark |= is_mark(byte);
    }
    marks != [0; 16]
}

/// Whether `word`, in any case, is one of the listed ones, which are in lower case.
pub(super) fn one_of_any_case(list: &[String], word: &str) -> bool {
    if word.is_ascii() {
        return list.iter().any(|listed| listed.eq_ignore_ascii_case(word));
    }
    one_of(list, &word.to_lowercase())
}

/// Whether `word` is one of the listed ones.
pub(super) fn one_of(list: &[String], word: &str) -> bool {
    list.iter().any(|listed| listed == word)
}

/// What follows the longest of `words` with which `said` begins, whatever the case; a word of letters must end there.
pub(super) fn after_one_of<'t>(said: &'t str, words: &[impl AsRef<str>]) -> Option<&'t str> {
    let mut best: Option<&str> = None;
    for word in words {
        let Some(rest) = after(said, word.as_ref()) else { continue };
        if best.is_none_or(|best| rest.len() < best.len()) {
            best = Some(rest);
        }
    }
    best
}

/// What follows `word`, in lower case, at the begin of `said`.
fn after<'t>(said: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = said.chars();
    for expected in word.chars() {
        if rest.next()?.to_lowercase().next() != Some(expected) {
            return None;
        }
    }
    let rest = rest.as_str();
    // Han and kana are written without blanks; an apostrophe joins.
    let joins = word.ends_with(|last: char| !last.is_alphanumeric() || is_unspaced(last));
    let ends = joins || !rest.starts_with(char::is_alphanumeric);
    ends.then_some(rest)
}

/// Whether the script of this letter goes without blanks between words.
pub(super) fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Dashes that stand between the parts of a dateline.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '−' | 'ـ' | '\u{2010}'..='\u{2012}' | '－')
}

/// Whether a sentence may end with this character.
pub(super) fn ends_sentence(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '؟'
            | '。'
            | '！'
            | '？'
            | '…'
            | '।'
            | '۔'
            | '"'
            | '”'
            | '»'
            | '’'
            | '」'
            | ')'
            | '\n'
    )
}

/// The mark that closes what `open` opens.
pub(super) fn closes(open: char) -> Option<char> {
    Some(match open {
        '(' => ')',
        '[' => ']',
        '（' => '）',
        '［' => '］',
        '【' => '】',
        '«' => '»',
        '“' => '”',
        '"' => '"',
        '/' => '/',
        _ => return None,
    })
}

/// What stands between `open` (a mark of [`closes`]) at the begin of `said` and its end mark, and what follows that;
/// `None` where it does not close within `most` bytes or on the line.
pub(super) fn bracketed(said: &str, most: usize) -> Option<(&str, &str)> {
    let mut chars = said.chars();
    let close = closes(chars.next()?)?;
    let inside = chars.as_str();
    let end = match u8::try_from(close) {
        Ok(close) if close.is_ascii() => memchr::memchr2(close, b'\n', head(inside, most).as_bytes())?,
        _ => head(inside, most).find([close, '\n'])?,
    };
    let rest = inside[end..].strip_prefix(close)?;
    Some((&inside[..end], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_letters_end() {
        let words = ["by".to_owned(), "avec l'".to_owned(), "文".to_owned()];
        assert_eq!(after_one_of("By EFE", &words), Some(" EFE"));
        assert_eq!(after_one_of("Byron", &words), None);
        assert_eq!(after_one_of("Avec l'AFP", &words), Some("AFP"));
        assert_eq!(after_one_of("文共同", &words), Some("共同"));
        assert_eq!(after_one_of("", &words), None);
    }

    #[test]
    fn brackets_close_on_their_line() {
        assert_eq!(bracketed("(AP) x", 9), Some(("AP", " x")));
        assert_eq!(bracketed("(A\nP)", 9), None);
        assert_eq!(bracketed("（共同）", 9), Some(("共同", "")));
        assert_eq!(bracketed("(aaaaaaaaaaaaa)", 9), None);
        assert_eq!(bracketed("AP", 9), None);
    }
}
