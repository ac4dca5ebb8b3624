//! Furniture: the words of what sites print around bodies, in the languages of large sites.
//!
//! In: a paragraph. Out: whether it is, or holds, such words. Looked up only where a short paragraph stands twice in one
//! article, so that a body that merely talks of newsletters is not touched.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Lines that are furniture when they say nothing else.
const LINES: [&str; 48] = [
    "email",
    "e-mail",
    "print",
    "save",
    "share",
    "tweet",
    "pin it",
    "close",
    "next",
    "previous",
    "more",
    "menu",
    "search",
    "home",
    "comments",
    "comment",
    "login",
    "facebook",
    "twitter",
    "whatsapp",
    "linkedin",
    "pinterest",
    "reddit",
    "telegram",
    "copy link",
    "ad",
    "advertisement",
    "sponsored",
    "trending",
    "most read",
    "most popular",
    "most followed",
    "my account",
    "back to gallery",
    "anzeige",
    "werbung",
    "teilen",
    "publicité",
    "partager",
    "publicidad",
    "compartir",
    "publicidade",
    "compartilhar",
    "pubblicità",
    "condividi",
    "реклама",
    "إعلان",
    "広告",
];

/// Phrases that only furniture says.
const PHRASES: [&str; 88] = [
    "share this",
    "share article",
    "share on",
    "share via",
    "share story",
    "post to facebook",
    "follow us",
    "sign up",
    "sign in",
    "log in",
    "subscribe",
    "a subscription",
    "our newsletter",
    "newsletters",
    "cookies",
    "cookie policy",
    "privacy policy",
    "terms of use",
    "terms of service",
    "terms and conditions",
    "all rights reserved",
    "read more",
    "learn more",
    "see more",
    "show more",
    "view more",
    "more-in",
    "related articles",
    "related stories",
    "related content",
    "related topics",
    "also read",
    "read also",
    "click here",
    "continue reading",
    "thank you for reading",
    "enjoy our free content",
    "load comments",
    "view comments",
    "hide caption",
    "toggle caption",
    "back to top",
    "checking back",
    "buy now",
    "receive a commission",
    "affiliate",
    "skip to",
    "watch live",
    "download the app",
    "mehr zum thema",
    "lesen sie auch",
    "jetzt abonnieren",
    "lire aussi",
    "en savoir plus",
    "abonnez-vous",
    "inscrivez-vous",
    "lea también",
    "lee también",
    "leer más",
    "suscríbete",
    "suscríbase",
    "síguenos",
    "leia também",
    "leia mais",
    "assine",
    "leggi anche",
    "iscriviti",
    "lees ook",
    "läs mer",
    "devamını oku",
    "baca juga",
    "читайте также",
    "подписывайтесь",
    "подпишитесь",
    "поделиться",
    "читайте також",
    "اقرأ أيضا",
    "اقرأ المزيد",
    "تابعونا",
    "بیشتر بخوانید",
    "यह भी पढ़ें",
    "और पढ़ें",
    "อ่านเพิ่มเติม",
    "続きを読む",
    "関連記事",
    "关注我们",
    "阅读更多",
    "무단전재",
];

/// Whether a paragraph is furniture.
pub(super) fn is_furniture(paragraph: &str) -> bool {
    static FINDER: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(&PHRASES));
    let said = paragraph.to_lowercase();
    let line = said.trim_matches(|c: char| !c.is_alphanumeric());
    LINES.contains(&line) || FINDER.stand_in(&said)
}

/// Phrases that are looked for together.
pub(super) struct Phrases {
    automaton: AhoCorasick,
}

impl Phrases {
    /// `phrases` are lower case, and not empty.
    pub(super) fn of(phrases: &[&str]) -> Phrases {
        Phrases { automaton: AhoCorasick::new(phrases).expect("a few short phrases make a small automaton") }
    }

    /// Whether one of them stands in a lower-case text, not as a part of a longer word: no letter stands at its ends, where
    /// the phrase itself begins and ends with letters of a script that sets blanks between words.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        self.automaton.find_overlapping_iter(text).any(|found| {
            let before = text[..found.start()].chars().next_back();
            let behind = text[found.end()..].chars().next();
            let phrase = &text[found.range()];
            !(phrase.starts_with(is_letter) && before.is_some_and(is_letter)
                || phrase.ends_with(is_letter) && behind.is_some_and(is_letter))
        })
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !is_unspaced(c)
}

/// Scripts that set no blanks between words, roughly: what lies from Thai to Tibetan, and from Kana on.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: bool) {
        assert_eq!(is_furniture(text), expect, "{text:?}");
    }

    #[test]
    fn furniture_is_told_by_whole_words() {
        check("Email", true);
        check("» Share «", true);
        check("Read more: the bridge is open", true);
        check("Already read moreover", false);
        check("He will share his view", false);
        check("Подпишитесь на наш канал", true);
        check("続きを読むにはこちら", true);
        check("The harbour wall cracked on Monday.", false);
    }
}
