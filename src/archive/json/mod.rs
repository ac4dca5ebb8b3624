//! Reading JSON Lines without building a value: one walk over the bytes of a line, and its article.
//!
//! In: a line and the fields that the user named. Out: exactly what [`read_json_by_definition`] says of it (outcome,
//! record, names chosen, findings), at a fraction of its cost. The idea:
//! 1. a line is checked once for UTF-8 (by `simdutf8`: the check of `std` takes as long as all the rest where a fifth of
//!    the text is not ASCII) and once for control characters; the walk (`scan`) then jumps from quote to quote and
//!    remembers where each member of the outermost object stands. It is strict: what is no JSON ends it;
//! 2. records of one file have the same keys in the same order nearly always, so which keys may hold which noun is
//!    worked out once for a list of keys (`shape`), and the next record's keys are only compared with it;
//! 3. the rules themselves stand in [`fields`](super::fields) alone. They ask for values one after the other ([`JsonValue`])
//!    and do not know whether these were parsed or are still as they were written;
//! 4. only what the rules ask for is read: the text of an article is unescaped once, already on the walk, into a buffer
//!    that is used again for the next record, or is borrowed from the line where it has no escapes;
//! 5. whatever is unusual (no JSON, bytes that are no UTF-8, half a surrogate pair, a key twice or with escapes,
//!    deep nesting, numbers with many digits, hundreds of keys, no object) is left to the definition, which builds
//!    the whole value, repairs and explains.
//!
//! It guarantees: the same answer as the definition for every input, held by property tests here and by the fuzz target
//! `json_reader`; one reading of a line allocates nothing for its text. It does not keep anything of a line but the
//! names of its keys.
//!
//! Cost: linear in the line. Two further designs were left out: an index of all structural characters (simdjson) pays
//! where everything is read, and here nearly all bytes are one text, over which a search for the next quote jumps; and
//! a visitor of `serde_json` that borrows what it can still unescapes every member and cannot tell duplicate keys.

mod scan;
mod shape;
#[cfg(test)]
mod tests;
mod value;

use std::borrow::Cow;
use std::ops::Range;

use super::fields::{FieldOverrides, Lookup, Noun, TextField, find_nouns, find_text};
use super::record::{Finding, Outcome, outcome_of, read_json_by_definition};
use crate::text::MAX_TEXT_BYTES;
use scan::{Member, scan};
pub(super) use shape::{Shape, Shapes};
pub use value::{JsonNumber, JsonObject, JsonText, JsonValue};
pub(super) use value::{Unescaped, escaped_length};

/// A buffer of up to so many bytes is kept from one text that is read again to the next: longer than nearly all
/// articles, and nothing beside the texts that act 2 holds.
const MOST_KEPT_BYTES: usize = 1 << 20;

/// Reads lines of JSON Lines, one after the other; keeps buffers and the keys of recent records.
///
/// What it says of a line does not depend on the lines before.
#[derive(Debug, Default)]
pub struct JsonReader {
    members: Vec<Member>,
    shapes: Shapes,
    text: String,
}

impl JsonReader {
    /// Reads a line, as [`read_json_by_definition`] does.
    pub fn read<'r>(&'r mut self, line: &'r [u8], overrides: &FieldOverrides) -> (Outcome<'r>, Vec<Finding>) {
        let JsonReader { members, shapes, text } = self;
        match Walked::of(line, members, shapes, text) {
            Some(walked) => {
                let fields = find_nouns(&walked, overrides);
                outcome_of(fields, Vec::new(), Unescaped { of: walked.unescaped, buffer: text })
            }
            None => read_json_by_definition(line, overrides),
        }
    }

    /// The text of an article alone; `None` where the line holds no article.
    pub fn read_text<'r>(&'r mut self, line: &'r [u8], overrides: &FieldOverrides) -> Option<Cow<'r, str>> {
        let JsonReader { members, shapes, text } = self;
        let Some(walked) = Walked::of(line, members, shapes, text) else {
            return match read_json_by_definition(line, overrides).0 {
                Outcome::Article(record) => Some(record.text),
                Outcome::Empty | Outcome::Rejected => None,
            };
        };
        let TextField::Found(found) = find_text(&walked, overrides) else {
            return None;
        };
        let found = found.read_with(Unescaped { of: walked.unescaped, buffer: text });
        (found.len() <= MAX_TEXT_BYTES).then_some(Cow::Borrowed(found))
    }

    /// Where the text of a plain record stands in the line, without its quotes, and whether it has escapes; `None` where
    /// there is no text, and for what is left to the definition.
    pub(super) fn locate_text(
        &mut self,
        line: &[u8],
        overrides: &FieldOverrides,
    ) -> Option<(Range<usize>, bool)> {
        let JsonReader { members, shapes, text } = self;
        let walked = Walked::of(line, members, shapes, text)?;
        let TextField::Found(found) = find_text(&walked, overrides) else {
            return None;
        };
        let (written, escaped) = found.as_written();
        let begin = written.as_ptr().addr() - walked.line.as_ptr().addr();
        Some((begin..begin + written.len(), escaped))
    }

    /// Where the value of a key of the outermost object stands, quotes included, if it is there; and how many members there
    /// are. `None` for what is left to the definition.
    pub(super) fn locate_member(&mut self, line: &[u8], key: &str) -> Option<(Option<Range<usize>>, usize)> {
        let JsonReader { members, shapes, text } = self;
        let walked = Walked::of(line, members, shapes, text)?;
        let standing = walked.members.iter().find(|member| member.key(walked.line) == key);
        Some((standing.map(|member| member.standing()), walked.members.len()))
    }

    /// Lets go of a buffer that a long text has left behind.
    pub(super) fn let_go(&mut self) {
        if self.text.capacity() > MOST_KEPT_BYTES {
            self.text = String::new();
        }
    }
}

/// A line after the walk.
struct Walked<'l, 'r> {
    line: &'l str,
    members: &'r [Member],
    shape: &'r Shape,
    unescaped: Option<&'l str>,
}

impl<'l, 'r> Walked<'l, 'r> {
    /// `None` for what is left to the definition.
    fn of(
        line: &'l [u8],
        members: &'r mut Vec<Member>,
        shapes: &'r mut Shapes,
        buffer: &mut String,
    ) -> Option<Walked<'l, 'r>> {
        let line = simdutf8::basic::from_utf8(line).ok()?;
        let scanned = scan(line, shapes.expected(), members, buffer)?;
        let shape = shapes.shape_of(line, members, scanned.as_expected)?;
        let unescaped = scanned.unescaped.map(|member| members[member].written(line));
        Some(Walked { line, members, shape, unescaped })
    }
}

impl<'l> Lookup<'l> for Walked<'l, '_> {
    fn names(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.key(self.line)).collect()
    }

    fn get(&self, key: &str) -> Option<JsonValue<'l>> {
        let member = self.members.iter().find(|member| member.key(self.line) == key)?;
        Some(member.value(self.line))
    }

    fn first_usual<T>(
        &self,
        noun: Noun,
        mut judge: impl FnMut(&'static str, JsonValue<'l>) -> Option<T>,
    ) -> Option<T> {
        for candidate in self.shape.candidates(noun) {
            let value = self.members[usize::from(candidate.member)].value(self.line);
            let value = match candidate.inside {
                None => Some(value),
                Some(path) => value.as_object().and_then(|object| object.look_up(path)),
            };
            if let Some(judged) = value.and_then(|value| judge(candidate.name, value)) {
                return Some(judged);
            }
        }
        None
    }
}
