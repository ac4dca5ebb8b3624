//! From a page to a page that is safe to parse: the same text and structure, in few, shallow and plain tags.
//!
//! In: the characters of a page, anything. Out: [`Tidy`]: a page that says the same, and what its head said.
//! The idea: parsers of HTML and the extractors on top of them need more than linear time for some inputs (tags nested in each
//! other, thousands of attributes in a tag, formatting that is never closed and is opened again in every
//! paragraph), and none of these carries text. So the page is cut into tags and text once, and written again:
//! - text as it is, with `<` escaped; tags with their names in lower case and their attributes in double quotes;
//! - scripts, styles, drawings, forms' lists and comments are left out with what is in them, except JSON-LD;
//! - a tag beyond the bounds below is left out alone, its text stays; a line break stands for a block.
//!
//! What comes out holds nothing but start tags, end tags, text without `<`, and JSON-LD without `<`, so a parser cannot see
//! in it what this module did not. It guarantees: time and size linear in the input; at most [`MAX_ELEMENTS`] start tags, of
//! [`MAX_WEIGHT`] in all; [`MAX_DEPTH`] and [`MAX_FORGOTTEN`](super::open::MAX_FORGOTTEN) of them open at once, besides
//! paragraphs and parts of tables, which close each other (`open` says what does not); [`MAX_FORMATTING`] formatting tags open.
//! A paragraph that is nothing but a short link ("Read more: …") is taken out. It does not repair a page as a browser would:
//! that is left to the parser behind it.
//!
//! References: the WHATWG HTML standard, 13.2.5 (tokens) and 13.2.6 (tree construction: what closes what).

use std::borrow::Cow;

use super::head::{BESIDE, Head, Within};
use super::open::OpenTags;
use super::tags::{Cursor, Token, for_each_attribute, is_plain};

/// Start tags of a page. A long live blog has some 30,000; memory and time of the extraction grow with them.
pub(super) const MAX_ELEMENTS: usize = 60_000;
/// Start tags of a page, each as often as tags are open around it: extractors look at a text once for each of these. A page of
/// 60,000 tags has as many if they are 41 deep.
const MAX_WEIGHT: usize = 2_500_000;
/// How many tags may be open at once. Each may hold a table's row and cell or a paragraph besides, so trees get up to four
/// times as deep; the extractor stops at 500. Pages have up to 60.
pub(super) const MAX_DEPTH: usize = 120;
/// How many of these may be open in each other: the extractor copies what is in each. Layouts of old made do with six.
const NESTED: [(&str, usize); 2] = [("table", 10), ("ruby", 2)];
/// How many formatting tags may be open: a parser opens them again in every paragraph until they are closed.
pub(super) const MAX_FORMATTING: usize = 8;
/// Bytes of an attribute's value; longer ones are data, except in `meta`.
const MAX_VALUE: usize = 1_024;
/// Bytes of what a `meta` says.
const MAX_META: usize = 16 << 10;
/// Bytes of JSON-LD of a page: some carry the whole article, a few a whole shop.
const MAX_JSON_LD: usize = 2 << 20;

/// A page, written again.
#[derive(Debug, Default)]
pub(super) struct Tidy {
    /// The page.
    pub(super) page: String,
    /// What its head, and times in its body, said.
    pub(super) head: Head,
    /// Start tags written.
    pub(super) elements: usize,
    /// The same, each as often as tags are open around it.
    weight: usize,
    /// Characters in stretches of text between blocks that are as long as a paragraph of prose, in bytes.
    pub(super) prose: usize,
}

/// Bytes of a stretch of text that is prose: menus, captions and teasers are shorter.
const LEAST_PROSE: usize = 160;
/// Bytes of a linked paragraph from which on it is prose that happens to be linked.
const LONGEST_POINTER: usize = 200;

/// What is left out with all that is in it. A page that does not close one loses the tag alone.
const WITH_CONTENT: [&str; 12] = [
    "script", "style", "noscript", "svg", "math", "iframe", "noembed", "textarea", "select", "template",
    "object", "canvas",
];
/// What is left out alone: it would change how the rest is read, and means nothing.
const ALONE: [&str; 10] =
    ["font", "big", "nobr", "tt", "frameset", "frame", "noframes", "plaintext", "xmp", "listing"];
/// Formatting, by which a parser remembers what to open again. `a` is bounded by itself: one closes the other.
const FORMATTING: [&str; 9] = ["b", "code", "em", "i", "s", "small", "strike", "strong", "u"];
/// Closed by their like or by their parents, with or without an end tag; parts of tables are no tags outside of one.
const CLOSING_EACH_OTHER: [&str; 9] =
    ["p", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "colgroup"];
/// Have no end.
const VOID: [&str; 16] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "keygen", "link", "meta", "param", "source",
    "track", "wbr", "basefont",
];
/// Divide no words.
const INLINE: [&str; 14] =
    ["a", "abbr", "b", "cite", "code", "em", "i", "s", "small", "span", "strike", "strong", "sub", "sup"];
/// A page has one of each; more of them would be merged into it, at a cost.
const ONCE: [&str; 3] = ["html", "head", "body"];

/// Writes `page` again.
pub(super) fn tidy(page: &str) -> Tidy {
    let mut writer = Writer::default();
    writer.tidy.page.reserve(page.len() / 2);
    writer.tidy.page.push_str("<!doctype html>");
    let mut cursor = Cursor::new(page);
    while let Some(token) = cursor.next() {
        match token {
            Token::Text(text) => writer.text(text),
            Token::Start(name, attributes) => {
                writer.divide(&name, false);
                writer.start(name, attributes, &mut cursor);
            }
            Token::End(name) => {
                writer.divide(&name, true);
                writer.end(&name);
            }
        }
    }
    writer.tidy
}

#[derive(Default)]
struct Writer<'p> {
    tidy: Tidy,
    open: OpenTags<'p>,
    formatting: [usize; FORMATTING.len()],
    link_open: bool,
    once: [bool; ONCE.len()],
    json_ld: usize,
    /// Bytes of text since the last block began or ended.
    stretch: usize,
    /// The same, of text outside links.
    outside_links: usize,
    /// Where the content of the paragraph at hand begins, and how many tags were open there.
    paragraph: Option<(usize, usize, usize)>,
}

impl<'p> Writer<'p> {
    fn text(&mut self, text: &str) {
        let said = text.trim_ascii().len();
        self.stretch += said;
        self.outside_links += if self.link_open { 0 } else { said };
        let page = &mut self.tidy.page;
        let mut rest = text;
        while let Some(at) = memchr::memchr2(b'<', 0, rest.as_bytes()) {
            page.push_str(&rest[..at]);
            page.push_str(if rest.as_bytes()[at] == b'<' { "&lt;" } else { " " });
            rest = &rest[at + 1..];
        }
        page.push_str(rest);
    }

    fn start(&mut self, named: Cow<'p, str>, attributes: &str, cursor: &mut Cursor<'_>) {
        let name = &*named;
        if let Some(dropped) = WITH_CONTENT.iter().find(|dropped| **dropped == name) {
            let content =
                if attributes.ends_with('/') && name != "script" { None } else { cursor.content(dropped) };
            if let Some(content) = content
                && name == "script"
                && is_json_ld(attributes)
            {
                self.json_ld(content);
            }
            return self.separate(name);
        }
        if name == "title" {
            // A page's own title comes first; those behind it belong to drawings.
            let content = cursor.content("title").unwrap_or_default();
            if self.tidy.head.title.is_empty() && !content.trim().is_empty() {
                content.clone_into(&mut self.tidy.head.title);
                self.tidy.page.push_str("<title>");
                self.text(content);
                self.tidy.page.push_str("</title>");
                self.count();
            }
            return;
        }
        if let Some(which) = ONCE.iter().position(|once| *once == name) {
            if std::mem::replace(&mut self.once[which], true) {
                return;
            }
            return self.write(name, attributes);
        }
        if ALONE.contains(&name) || !is_plain(name) {
            return self.separate(name);
        }
        if VOID.contains(&name) || CLOSING_EACH_OTHER.contains(&name) {
            return self.write_if(!self.is_full(), name, attributes);
        }
        if name == "a" {
            if std::mem::replace(&mut self.link_open, true) {
                self.tidy.page.push_str("</a>");
            }
            return self.write_if(!self.is_full(), name, attributes);
        }
        if let Some(which) = FORMATTING.iter().position(|formatting| *formatting == name) {
            if self.formatting_open() >= MAX_FORMATTING || self.is_full() {
                return self.leave_out(name);
            }
            self.formatting[which] += 1;
            return self.write(name, attributes);
        }
        self.open.close_for(name);
        let nested = NESTED.iter().any(|(nested, most)| *nested == name && self.open.count(name) >= *most);
        let written = self.open.written() < MAX_DEPTH && !self.is_full() && !nested;
        self.write_if(written, name, attributes);
        self.open.push(named, written);
    }

    fn end(&mut self, name: &str) {
        if ONCE.contains(&name) || ALONE.contains(&name) || !is_plain(name) || WITH_CONTENT.contains(&name) {
            return self.separate(name);
        }
        if name == "a" {
            if std::mem::replace(&mut self.link_open, false) {
                self.tidy.page.push_str("</a>");
            }
            return;
        }
        if let Some(which) = FORMATTING.iter().position(|formatting| *formatting == name) {
            if self.formatting[which] > 0 {
                self.formatting[which] -= 1;
                self.close(name);
            }
            return;
        }
        if VOID.contains(&name) {
            return self.separate(name);
        }
        if CLOSING_EACH_OTHER.contains(&name) {
            if self.is_full() {
                return self.separate(name);
            }
            // Some end tags open what they close: they count.
            if name == "p" {
                self.count();
                self.open.end_paragraph();
            }
            return self.close(name);
        }
        match self.open.end(name) {
            Some(true) => self.close(name),
            Some(false) | None => self.separate(name),
        }
    }

    /// Ends a stretch of text where a block begins or ends. A paragraph that is nothing but a link points to another page
    /// ("Read more: …") and is taken out.
    fn divide(&mut self, name: &str, ends: bool) {
        if INLINE.contains(&name) || ALONE.contains(&name) {
            return;
        }
        let stretch = std::mem::take(&mut self.stretch);
        let outside = std::mem::take(&mut self.outside_links);
        self.tidy.prose += if stretch >= LEAST_PROSE { stretch } else { 0 };
        let Some((begin, open, formatting)) = self.paragraph.take() else { return };
        let whole = self.open.len() == open && self.formatting_open() == formatting && !self.link_open;
        if name == "p" && ends && outside == 0 && (1..LONGEST_POINTER).contains(&stretch) && whole {
            self.tidy.page.truncate(begin);
        }
    }

    fn within(&self) -> Within {
        let is_open = |name: &&str| self.open.count(name) > 0;
        match (BESIDE.iter().any(is_open), is_open(&"article")) {
            (true, _) => Within::Beside,
            (false, true) => Within::Article,
            (false, false) => Within::Page,
        }
    }

    fn formatting_open(&self) -> usize {
        self.formatting.iter().sum()
    }

    fn close(&mut self, name: &str) {
        let page = &mut self.tidy.page;
        page.push_str("</");
        page.push_str(name);
        page.push('>');
    }

    /// Keeps words apart where a tag was left out.
    fn separate(&mut self, name: &str) {
        if !INLINE.contains(&name) && !self.tidy.page.ends_with([' ', '>', '\n']) {
            self.tidy.page.push(' ');
        }
    }

    fn leave_out(&mut self, name: &str) {
        if INLINE.contains(&name) || FORMATTING.contains(&name) || self.tidy.page.ends_with("<br>") {
            return;
        }
        if self.is_full() {
            self.tidy.page.push('\n');
        } else {
            self.count();
            self.tidy.page.push_str("<br>");
        }
    }

    fn json_ld(&mut self, content: &str) {
        if self.json_ld + content.len() > MAX_JSON_LD {
            return;
        }
        self.json_ld += content.len();
        self.count();
        let again = self.tidy.head.json_ld(content);
        self.tidy.page.push_str("<script type=\"application/ld+json\">");
        self.tidy.page.push_str(&again.as_deref().unwrap_or(content).replace('<', "\\u003c"));
        self.tidy.page.push_str("</script>");
    }

    /// Whether no more tags are written.
    fn is_full(&self) -> bool {
        self.tidy.elements >= MAX_ELEMENTS || self.tidy.weight >= MAX_WEIGHT
    }

    fn count(&mut self) {
        self.tidy.elements += 1;
        self.tidy.weight += 1 + self.open.written();
    }

    fn write_if(&mut self, is_written: bool, name: &str, attributes: &str) {
        if is_written {
            self.write(name, attributes);
        } else {
            self.leave_out(name);
        }
    }

    fn write(&mut self, name: &str, attributes: &str) {
        self.count();
        let begin = self.tidy.page.len();
        self.tidy.page.push('<');
        self.tidy.page.push_str(name);
        let longest = if name == "meta" { MAX_META } else { MAX_VALUE };
        let page = &mut self.tidy.page;
        for_each_attribute(attributes, |key, value| {
            if matches!(key, "src" | "srcset" | "sizes" | "data-src" | "data-srcset") || key.starts_with("on")
            {
                return; // pictures and handlers carry no text
            }
            page.push(' ');
            page.push_str(key);
            page.push_str("=\"");
            let value =
                if value.len() > longest { &value[..value.floor_char_boundary(longest)] } else { value };
            if value.contains('"') {
                page.push_str(&value.replace('"', "&quot;"));
            } else {
                page.push_str(value);
            }
            page.push('"');
        });
        self.tidy.page.push('>');
        if name == "p" {
            self.open.begin_paragraph();
            self.paragraph = Some((self.tidy.page.len(), self.open.len(), self.formatting_open()));
        }
        if matches!(name, "meta" | "link" | "time" | "base") {
            let within = self.within();
            let Tidy { page, head, .. } = &mut self.tidy;
            head.tag(name, &page[begin + 1 + name.len()..page.len() - 1], within);
        }
    }
}

fn is_json_ld(attributes: &str) -> bool {
    let mut found = false;
    for_each_attribute(attributes, |key, value| {
        found |= key == "type" && value.trim().eq_ignore_ascii_case("application/ld+json");
    });
    found
}

#[cfg(test)]
mod tests;
