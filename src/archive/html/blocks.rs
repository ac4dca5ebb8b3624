//! From the extractor's tags to paragraphs.
//!
//! In: the main content as the extractor writes it (well-formed tags, `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&nbsp;`), and the page's title. Out:
//! its text, a line a block. The idea:
//! - a block element ends a line; runs of white space inside one become a blank; table cells stand apart by one;
//! - a first line that says the title again is left out: the title has its own column;
//!
//! It guarantees: linear time; no empty line, no control character but the line break.

/// Elements that end a line.
const BLOCKS: [&str; 34] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
    "graphic",
];
/// Elements that stand apart on their line.
const CELLS: [&str; 2] = ["td", "th"];

/// How many lines at the top may be the title: a kicker may stand before it.
const TITLE_WITHIN: usize = 3;

/// The text of `content`.
pub(super) fn text_of(content: &str, title: &str) -> String {
    let lines = lines_of(content);
    let mut title = key(title);
    let mut text = String::with_capacity(content.len());
    for (number, line) in lines.iter().enumerate() {
        if number < TITLE_WITHIN && !title.is_empty() && key(line) == title {
            title.clear();
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

/// What two titles are compared by.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn lines_of(content: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut rest = content;
    loop {
        let end = memchr::memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        add(&mut line, &rest[..end]);
        rest = &rest[end..];
        let Some(close) = memchr::memchr(b'>', rest.as_bytes()) else { break };
        let tag = &rest[1..close];
        rest = &rest[close + 1..];
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let name = &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())];
        if BLOCKS.contains(&name) {
            finish(&mut line, &mut lines);
        } else if CELLS.contains(&name) && !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
    }
    finish(&mut line, &mut lines);
    lines
}

fn finish(line: &mut String, lines: &mut Vec<String>) {
    let mut done = std::mem::take(line);
    done.truncate(done.trim_end().len());
    if !done.is_empty() {
        lines.push(done);
    }
}

fn add(line: &mut String, text: &str) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (c, taken) = match c {
            '&' => entity(rest),
            c => (c, c.len_utf8()),
        };
        rest = &rest[taken..];
        if c.is_whitespace() || c.is_control() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
            continue;
        }
        line.push(c);
    }
}

fn entity(text: &str) -> (char, usize) {
    const NAMED: [(&str, char); 5] =
        [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&nbsp;", ' ')];
    let found = NAMED.iter().find(|(name, _)| text.starts_with(name));
    found.map_or(('&', 1), |(name, c)| (*c, name.len()))
}

#[cfg(test)]
mod tests {
    use super::text_of;

    fn check(content: &str, title: &str, expect: &str) {
        assert_eq!(text_of(content, title), expect, "{content}");
    }

    #[test]
    fn a_block_is_a_line() {
        check("<p>a <b>b</b>\n c</p> <p></p><ul><li>d</li><li>e</li></ul>f<br>g", "", "a b c\nd\ne\nf\ng");
        check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "", "a b\nc");
        check(
            "<p>1 &lt; 2 &amp;&amp; 3&nbsp;4 &amp;lt; &quot;x&quot; &x;</p>",
            "",
            "1 < 2 && 3 4 &lt; \"x\" &x;",
        );
        check("a\u{0}b\u{1b}[2Jc", "", "a b [2Jc");
        check("", "", "");
        check("a<p", "", "a");
    }

    #[test]
    fn the_title_is_not_said_twice() {
        check("<h1>Bridge  shut!</h1><p>a</p><p>Bridge shut</p>", "Bridge shut", "a\nBridge shut");
        check("<p>News</p><h2>BRIDGE SHUT</h2><p>a</p>", "Bridge shut", "News\na");
        check("<p>…</p><p>a</p>", "!", "…\na");
    }
}
