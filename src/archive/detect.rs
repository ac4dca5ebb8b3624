//! What a file is: by its first bytes, and by its name where these do not tell.
//!
//! In: a name and the first bytes ([`head_of`]; of the unpacked bytes, where they were packed). Out: a
//! [`Kind`]. Bytes win over names: a `.jsonl` that begins as gzip does is unpacked. A name decides between formats
//! that have no magic: text, JSON Lines, CSV.

use std::io::{self, Read};
use std::path::Path;

use encoding_rs::Encoding;

use super::compression::Compression;
use super::encoding;
use super::readers::{self, Reader};
use super::record::strip_mark;
use super::source::Format;

/// How much is looked at to tell what bytes are.
pub(super) const HEAD_BYTES: u64 = 4096;
/// How much of a first line that begins as JSON is looked at: what stands behind its first value tells what it is.
const MOST_HEAD_BYTES: usize = 1 << 20;
/// So much more is looked at at a time.
const MORE_BYTES: u64 = 64 << 10;

/// Appends the first bytes of a stream, by which it is told: [`HEAD_BYTES`], and where a line of JSON goes on behind them about as much
/// as it has.
///
/// # Errors
/// What reading says; what was read until then is there.
pub(super) fn head_of(stream: &mut impl Read, head: &mut Vec<u8>) -> io::Result<()> {
    let (mut looked, mut wanted) = (0, HEAD_BYTES);
    loop {
        stream.by_ref().take(wanted).read_to_end(head)?;
        let came = &head[looked..];
        let has_ended = (came.len() as u64) < wanted;
        let is_json = matches!(strip_mark(head).trim_ascii_start().first(), Some(b'{' | b'['));
        if has_ended || !is_json || memchr::memchr(b'\n', came).is_some() || head.len() >= MOST_HEAD_BYTES {
            return Ok(());
        }
        (looked, wanted) = (head.len(), MORE_BYTES);
    }
}

/// What a file is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Read where it stands.
    Plain(Format),
    /// Compressed.
    Packed(Compression),
    /// In UTF-16.
    Wide(&'static Encoding),
    /// Of a format that has a reader.
    Records(&'static Reader),
    /// Of a format that is not read: what it is, and what can be done.
    Foreign(&'static str, &'static str),
}

/// What bytes are. `named`: the user named this very file, or it is a stream; then a name that promises nothing is no
/// reason to pass over it.
pub(super) fn kind_of(name: &str, head: &[u8]) -> Kind {
    if let Some(compression) = Compression::of(head).or_else(|| Compression::of_remains(name, head)) {
        return Kind::Packed(compression);
    }
    let inner = inner_name(name);
    let promised = promised(inner);
    let named_text = promised == Some(Promise::Plain(Format::Text));
    let start = strip_mark(head).trim_ascii_start();
    // A line of JSON may be long: it is looked at once.
    let has_more = start.len() < head.len();
    let looks_so = |reader: &&&'static Reader| (reader.begins)(start) || has_more && (reader.begins)(head);
    // What has a magic is told by it whatever the name; what is told by its looks, only where no name says text.
    let by_bytes = readers::ALL.iter().filter(|reader| reader.has_magic || !named_text).find(looks_so);
    if let Some(reader) = by_bytes {
        return Kind::Records(reader);
    }
    // Text files are decoded when they are read.
    if !named_text && let Some(encoding) = encoding::wide(head) {
        return Kind::Wide(encoding);
    }
    if let Some((what, hint)) = foreign(inner, head, promised.is_some()) {
        return Kind::Foreign(what, hint);
    }
    match promised {
        Some(Promise::Plain(format)) => Kind::Plain(format),
        Some(Promise::Records(reader)) => Kind::Records(reader),
        // JSON Lines begin with an object.
        None if start.first() == Some(&b'{') || name == "-" => Kind::Plain(Format::JsonLines),
        None => Kind::Plain(Format::Text),
    }
}

/// What a name promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    Plain(Format),
    Records(&'static Reader),
}

/// Whether a name says that a file holds JSON Lines and nothing else, packed or not.
pub fn is_named_as_lines(name: &str) -> bool {
    matches!(ending(inner_name(name)).as_str(), "jsonl" | "ndjson" | "jsonlines" | "jl")
}

/// Whether a file of this name, met in a folder, is an archive.
pub(super) fn is_archive(name: &str) -> bool {
    promised(inner_name(name)).is_some()
}

/// What a name promises, that says nothing of compression.
pub(super) fn promised(name: &str) -> Option<Promise> {
    let ending = ending(name);
    match ending.as_str() {
        "jsonl" | "ndjson" | "jsonlines" | "jl" | "json" => Some(Promise::Plain(Format::JsonLines)),
        "txt" | "text" => Some(Promise::Plain(Format::Text)),
        _ => {
            let reader = readers::ALL.iter().find(|reader| reader.endings.contains(&ending.as_str()));
            reader.map(|reader| Promise::Records(reader))
        }
    }
}

/// A name without the endings of compression: at most as many as are unpacked.
pub(super) fn inner_name(mut name: &str) -> &str {
    for _ in 0..MOST_NESTED {
        let packed =
            |ending: &str| Compression::ALL.iter().any(|packing| packing.endings().contains(&ending));
        match name.rsplit_once('.') {
            Some((inner, last)) if packed(&last.to_ascii_lowercase()) => name = inner,
            _ => break,
        }
    }
    name
}

/// How often a file may be compressed: once is usual, twice an accident, more an attack.
pub(super) const MOST_NESTED: usize = 2;

/// The ending of a name, in lower case; empty if it has none.
pub(super) fn ending(name: &str) -> String {
    Path::new(name)
        .extension()
        .map_or_else(String::new, |ending| ending.to_string_lossy().to_ascii_lowercase())
}

/// What bytes are that no reader takes, and what can be done with them.
fn foreign(name: &str, head: &[u8], promised: bool) -> Option<(&'static str, &'static str)> {
    const DECOMPRESS: &str = "decompress it first";
    const CONVERT: &str = "make it JSON Lines first, one object a line";
    const MAGIC: [(&[u8], &str, &str); 4] = [
        (b"FEA1\0\0\0\0", "Feather 1", "write it as Feather 2 first (pyarrow.feather.write_feather)"),
        (b"\x04\x22\x4D\x18", "lz4", DECOMPRESS),
        (b"PK\x03\x04", "zip", DECOMPRESS),
        (b"%PDF", "PDF", "extract its text first"),
    ];
    let named_text = matches!(ending(name).as_str(), "txt" | "text");
    let start = strip_mark(head).trim_ascii_start();
    let magic = MAGIC.iter().find(|(magic, ..)| head.starts_with(magic) || start.starts_with(magic));
    if let Some(&(_, what, hint)) = magic {
        return Some((what, hint));
    }
    if !named_text && start.starts_with(b"<?xml") {
        return Some(("XML", CONVERT));
    }
    match ending(name).as_str() {
        "xml" => Some(("XML", CONVERT)),
        // A stray NUL in an archive is one bad record.
        _ if !promised && !start.starts_with(b"{") && head.contains(&0) => Some(("a binary file", CONVERT)),
        _ => None,
    }
}
