//! Which tags a parser has open behind what was written so far.
//!
//! In: tags, one after the other. Out: how many of those that were written are open, and which an end tag closes. The idea: an end tag
//! does not close all that is open above its like. `</div>` closes nothing across the edge of a table, `</span>` nothing across a
//! block or a paragraph, `</li>` nothing across a list; and list items close each other only where no other block stands between. Who
//! thinks more closed than is lets pages nest without bound. So each open tag knows where the nearest edges below it are, and an
//! end tag that closes nothing is not to be written.
//!
//! Parsers close some tags unasked (what stands in a paragraph, with it), so all that they have open is here, in this order, and
//! perhaps more. An end tag of one that is open only here would close here what it does not close there: so what is closed by
//! the end tag of another is bounded, by [`MAX_FORGOTTEN`]; then such end tags close nothing.
//!
//! It guarantees: a parser has no more open than is counted and [`MAX_FORGOTTEN`] besides; constant time a tag on average, and memory
//! for the tags of the page. Paragraphs, parts of tables, links and formatting are not among them.
//!
//! Reference: the WHATWG HTML standard, 13.2.4.2 (scopes) and 13.2.6.4.7 (what is in the body).

use std::borrow::Cow;
use std::collections::HashMap;

/// Edges that nothing closes across but their own end tags.
const EDGES: [&str; 3] = ["table", "marquee", "applet"];
/// Edges of list items besides.
const LISTS: [&str; 2] = ["ul", "ol"];
/// Items close their like.
const ITEMS: [&str; 3] = ["li", "dd", "dt"];
/// Each closes any of them.
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];
/// Their end tags close what is open in them.
const BLOCKS: [&str; 24] = [
    "div",
    "section",
    "article",
    "ul",
    "ol",
    "nav",
    "header",
    "footer",
    "aside",
    "main",
    "figure",
    "figcaption",
    "blockquote",
    "center",
    "dl",
    "pre",
    "button",
    "fieldset",
    "details",
    "summary",
    "address",
    "dir",
    "menu",
    "listing",
];
/// Blocks to parsers of some age or none at all.
const SOME_BLOCKS: [&str; 4] = ["form", "dialog", "hgroup", "search"];

/// How many tags may be closed, in a page, by the end tags of others around them: pages that forget an end tag do so now and then.
pub(super) const MAX_FORGOTTEN: usize = 120;

/// Open tags.
#[derive(Debug, Default)]
pub(super) struct OpenTags<'p> {
    open: Vec<Open<'p>>,
    /// Where those of each name stand in `open`.
    places: HashMap<Cow<'p, str>, Vec<usize>>,
    written: usize,
    forgotten: usize,
    /// How many tags were open when the paragraph began that may be open; 0 as well where none may.
    paragraph: usize,
}

#[derive(Debug)]
struct Open<'p> {
    /// Its name; of all headings one.
    name: Cow<'p, str>,
    was_written: bool,
    /// How many at or below it were.
    written: usize,
    /// As in [`OpenTags`], when it was opened.
    paragraph: usize,
    below: Below,
}

/// Where, counted from 1, the nearest of each kind stands at or below a tag; 0 where none does.
#[derive(Clone, Copy, Debug, Default)]
struct Below {
    edge: usize,
    /// An edge, or a list.
    list: usize,
    /// What items do not close across: any block but `div` and `address`.
    item: usize,
    /// A block.
    block: usize,
}

fn is_heading(name: &str) -> bool {
    HEADINGS.contains(&name)
}

/// The name under which a tag is kept.
fn key(name: &str) -> &str {
    if is_heading(name) { HEADINGS[0] } else { name }
}

impl<'p> OpenTags<'p> {
    /// How many are open that were written.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// How many are open in all.
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    /// How many of a name are open.
    pub(super) fn count(&self, name: &str) -> usize {
        self.places.get(key(name)).map_or(0, Vec::len)
    }

    /// A paragraph begins.
    pub(super) fn begin_paragraph(&mut self) {
        self.paragraph = self.open.len();
    }

    /// A paragraph ends, if one is open; one around the tag at hand may stay.
    pub(super) fn end_paragraph(&mut self) {
        self.paragraph = self.open.last().map_or(0, |top| top.paragraph);
    }

    /// What a start tag closes before it opens: an item its like.
    pub(super) fn close_for(&mut self, name: &str) {
        let place = self.below().item;
        let Some(item) = place.checked_sub(1).map(|at| &*self.open[at].name) else { return };
        let closes = match name {
            "li" => item == "li",
            "dd" | "dt" => matches!(item, "dd" | "dt"),
            _ => false,
        };
        if closes {
            self.close(place);
        }
    }

    pub(super) fn push(&mut self, name: Cow<'p, str>, was_written: bool) {
        let place = self.open.len() + 1;
        let mut below = self.below();
        let is_edge = EDGES.contains(&&*name);
        let is_block = is_edge
            || is_heading(&name)
            || [&BLOCKS[..], &SOME_BLOCKS, &ITEMS].iter().any(|names| names.contains(&&*name));
        for (nearest, is_one) in [
            (&mut below.edge, is_edge),
            (&mut below.list, is_edge || LISTS.contains(&&*name)),
            (&mut below.item, is_block && !matches!(&*name, "div" | "address")),
            (&mut below.block, is_block),
        ] {
            if is_one {
                *nearest = place;
            }
        }
        self.written += usize::from(was_written);
        let name = if is_heading(&name) { Cow::Borrowed(HEADINGS[0]) } else { name };
        self.places.entry(name.clone()).or_default().push(place);
        let (written, paragraph) = (self.written, self.paragraph);
        self.open.push(Open { name, was_written, written, paragraph, below });
    }

    /// What an end tag closes: whether the tag it belongs to was written; `None` where it closes nothing.
    pub(super) fn end(&mut self, name: &str) -> Option<bool> {
        let place = *self.places.get(key(name))?.last()?;
        let below = self.below();
        let edge = match name {
            "li" => below.list,
            // What is open in a form stays open behind it.
            "form" => self.open.len(),
            _ if is_heading(name)
                || [&EDGES[..], &BLOCKS, &ITEMS].iter().any(|names| names.contains(&name)) =>
            {
                below.edge
            }
            // Nor across a paragraph.
            _ => below.block.max(self.paragraph + 1),
        };
        if place < edge { None } else { self.close(place) }
    }

    fn below(&self) -> Below {
        self.open.last().map(|top| top.below).unwrap_or_default()
    }

    /// Closes all from a place on, if it may; whether what stands there was written.
    fn close(&mut self, place: usize) -> Option<bool> {
        let Open { was_written, written, paragraph, .. } = self.open[place - 1];
        let above = self.written - written;
        // A parser that has not this one open closes none of those above.
        let may_close = above == 0 || was_written && self.forgotten + above <= MAX_FORGOTTEN;
        if !may_close {
            return None;
        }
        self.forgotten += above;
        self.paragraph = paragraph;
        for closed in self.open.drain(place - 1..) {
            self.written -= usize::from(closed.was_written);
            if let Some(places) = self.places.get_mut(&closed.name) {
                places.pop();
            }
        }
        Some(was_written)
    }
}
