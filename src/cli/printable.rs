//! Text of scraped pages on a terminal: whatever could move the cursor, colour the screen or turn the line
//! around is shown instead of obeyed.

/// One line of text, safe to print: control characters and bidirectional controls are written as `\u{…}`.
pub(crate) fn line(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        let turns = matches!(character, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
        let breaks = matches!(character, '\u{2028}' | '\u{2029}' | '\u{FEFF}');
        if character.is_control() || turns || breaks {
            safe.extend(character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// The same, cut to `most` characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= most {
        return line(&flat);
    }
    let kept: String = flat.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", line(&kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        assert_eq!(line("a\x1b[31mb\u{202E}c\r"), "a\\u{1b}[31mb\\u{202e}c\\u{d}");
        assert_eq!(cut("one  two\nthree", 9), "one two …");
        assert_eq!(cut("漢字", 9), "漢字");
    }
}
