//! Forms: in what form the articles of a file are written, and what a name says of that.
//!
//! In: a source, or the first bytes of a file; a name. Out: the [`Form`] that is written, and whether the name says another.
//! Bytes are looked at as they are where a file is read (`unpack`), so both tell the same, but for what only reading shows: a
//! table in another encoding, a Parquet file that cannot be written anew.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::compression::{Compression, Limits};
use super::detect::{self, Kind, MOST_NESTED, Promise, ending, inner_name, kind_of, promised};
use super::gzip::Gaps;
use super::readers::front;
use super::record::strip_mark;
use super::source::{Format, Source};
use super::streams::Peeked;
use super::unpack::READ_BYTES;

/// The form in which the articles of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON Lines that were JSON Lines before.
    Lines,
    /// JSON Lines that stand for the records of another format.
    MadeLines,
    /// Text.
    Text,
    /// A table of separated values.
    Table {
        /// Whether tabs separate them.
        tabs: bool,
    },
    /// Parquet.
    Columns,
}

impl Form {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Form::Lines | Form::MadeLines => "JSON Lines",
            Form::Text => "text",
            Form::Table { tabs: false } => "CSV",
            Form::Table { tabs: true } => "TSV",
            Form::Columns => "Parquet",
        }
    }

    /// What a name says instead of this form, where it says another; `was`: the name of the file that is read.
    ///
    /// `.json` is a name of JSON Lines where they were read, not where they stand for an array. A table keeps the ending that it had.
    pub fn denied_by(self, name: &str, was: &str) -> Option<&'static str> {
        let says = promised(inner_name(name))?;
        let named = ending(inner_name(name));
        let fits = match (self, says) {
            (Form::Lines, Promise::Plain(Format::JsonLines)) | (Form::Text, Promise::Plain(Format::Text)) => {
                true
            }
            (Form::MadeLines, _) => detect::is_named_as_lines(name),
            (Form::Table { tabs }, Promise::Records(reader)) if reader.is_table() => {
                tabs == (named != "csv") || named == ending(inner_name(was))
            }
            (Form::Columns, Promise::Records(reader)) => reader.is_columns(),
            _ => false,
        };
        let other = || match (says, named.as_str()) {
            (_, "json") => "JSON",
            (_, "tsv" | "tab") => "TSV",
            (Promise::Plain(Format::Text), _) => "text",
            (Promise::Plain(_), _) => "JSON Lines",
            (Promise::Records(reader), _) => reader.name,
        };
        (!fits).then(other)
    }

    /// Names that say this form in the place of `name`, packed as that says; the first is of the form itself.
    pub fn names_like(self, name: &str) -> Vec<String> {
        let inner = inner_name(name);
        let stem = inner.rsplit_once('.').map_or(inner, |(stem, _)| stem);
        let own = match self {
            Form::Lines | Form::MadeLines => "jsonl",
            Form::Text => "txt",
            Form::Table { tabs: false } => "csv",
            Form::Table { tabs: true } => "tsv",
            Form::Columns => "parquet",
        };
        let lines = matches!(self, Form::Table { .. } | Form::Columns).then_some("jsonl");
        let named = |ending| format!("{stem}.{ending}{}", &name[inner.len()..]);
        [Some(own), lines].into_iter().flatten().map(named).collect()
    }

    /// What the name of a file that was read says, where that is a form.
    pub fn of_name(name: &str) -> Option<Form> {
        match promised(inner_name(name))? {
            Promise::Plain(Format::JsonLines) => Some(Form::Lines),
            Promise::Plain(Format::Text) => Some(Form::Text),
            Promise::Records(reader) if reader.is_table() => {
                Some(Form::Table { tabs: ending(inner_name(name)) != "csv" })
            }
            _ => None,
        }
    }

    /// The form that the articles of the file at `path` would have, by its first bytes; `None` where these do not tell, and of what
    /// can be read but once.
    ///
    /// `keep_tables`: as [`ReadSettings`](super::ReadSettings) has it.
    pub fn of_file(path: &Path, keep_tables: bool) -> Option<Form> {
        let name = path.to_str()?;
        let file = File::open(path).ok().filter(|_| path.is_file())?;
        let (limits, gaps) = (Limits::large(), Gaps::none());
        let mut stream: Box<dyn BufRead + '_> = Box::new(BufReader::new(file));
        for layers in 0..=MOST_NESTED {
            let peeked = Peeked::at_head(stream);
            let head = peeked.head.get_ref();
            match kind_of(name, head) {
                Kind::Packed(compression) => {
                    let unpacked = compression.unpack(peeked, &limits, &gaps).ok()?;
                    stream = Box::new(BufReader::with_capacity(READ_BYTES, unpacked));
                }
                Kind::Plain(Format::JsonLines) => return Some(Form::Lines),
                Kind::Plain(Format::Text) => return Some(Form::Text),
                Kind::Records(reader) if keep_tables && reader.is_table() => {
                    return Some(Form::Table { tabs: front(strip_mark(head)).1 == b'\t' });
                }
                Kind::Records(reader) if keep_tables && reader.is_columns() && layers == 0 => {
                    return Some(Form::Columns);
                }
                Kind::Records(_) => return Some(Form::MadeLines),
                Kind::Plain(Format::Records) | Kind::Wide(_) | Kind::Foreign(..) => return None,
            }
        }
        None
    }

    /// The form of the articles of a source.
    pub fn of_source(source: &Source) -> Form {
        match (source.format, &source.table) {
            (Format::JsonLines, _) => Form::Lines,
            (Format::Text, _) => Form::Text,
            (Format::Records, Some(table)) => Form::Table { tabs: table.has_tabs() },
            (Format::Records, None) if source.is_columns() => Form::Columns,
            (Format::Records, None) => Form::MadeLines,
        }
    }
}

/// How a name says that a file is packed, the outermost format first; `None` if it says neither that nor what the file holds.
pub(crate) fn packing_of_name(name: &str) -> Option<Vec<Compression>> {
    let (mut packing, mut stem) = (Vec::new(), name);
    while packing.len() < MOST_NESTED
        && let Some(compression) = Compression::of_name(stem)
        && let Some((inner, _)) = stem.rsplit_once('.')
    {
        packing.push(compression);
        stem = inner;
    }
    (!packing.is_empty() || detect::is_archive(name)).then_some(packing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::compression::tests::pack;

    const FORMS: [Form; 6] = [
        Form::Lines,
        Form::MadeLines,
        Form::Text,
        Form::Table { tabs: false },
        Form::Table { tabs: true },
        Form::Columns,
    ];

    #[test]
    fn a_name_says_one_form_or_none() {
        let check = |name: &str, expect: [bool; 6]| {
            for suffix in ["", ".gz", ".ZST", ".xz.bz2"] {
                let name = format!("{name}{suffix}");
                let fits = FORMS.map(|form| form.denied_by(&name, "-").is_none());
                assert_eq!(fits, expect, "{name}");
            }
        };
        for name in ["a.jsonl", "a.b/c.NDJSON", "a.jl", "a.jsonlines"] {
            check(name, [true, true, false, false, false, false]);
        }
        check("a.json", [true, false, false, false, false, false]);
        check("a.txt", [false, false, true, false, false, false]);
        check("a.csv", [false, false, false, true, false, false]);
        check("a.tsv", [false, false, false, false, true, false]);
        check("a.Parquet", [false, false, false, false, false, true]);
        for name in ["a.arrow", "a.warc", "a.html"] {
            check(name, [false; 6]);
        }
        for name in ["a", "a.out", "a.jsonl.bak", ".jsonl", "a.jsonl/b"] {
            check(name, [true; 6]);
        }
        // A table with tabs that is named .csv stays named so.
        assert_eq!(Form::Table { tabs: true }.denied_by("b.csv", "a.csv.gz"), None);
        assert_eq!(Form::Table { tabs: true }.denied_by("b.csv", "a.tsv"), Some("CSV"));
        assert_eq!(Form::MadeLines.denied_by("b.json", "b.json"), Some("JSON"));
    }

    #[test]
    fn names_that_are_proposed_say_the_form() {
        for form in FORMS {
            for name in ["a.csv", "b.c/a.Json.gz", "a.txt.xz.zst", "a.arrow"] {
                let [own, rest @ ..] = &form.names_like(name)[..] else { panic!("{form:?}") };
                assert_eq!(form.denied_by(own, "-"), None, "{own}");
                assert!(rest.iter().all(|name| Form::MadeLines.denied_by(name, "-").is_none()), "{rest:?}");
                assert_eq!(packing_of_name(own), packing_of_name(name));
            }
        }
        assert_eq!(Form::Columns.names_like("b.c/a.Json.gz"), ["b.c/a.parquet.gz", "b.c/a.jsonl.gz"]);
    }

    #[test]
    fn names_say_how_a_file_is_packed_or_nothing() {
        use Compression::{Gzip, Xz, Zstd};
        let check = |name: &str, expect: Option<&[Compression]>| {
            assert_eq!(packing_of_name(name).as_deref(), expect, "{name}");
        };
        check("a.jsonl.gz", Some(&[Gzip]));
        check("a.jsonl.gz.zst", Some(&[Zstd, Gzip]));
        check("a.xz.gz.zst", Some(&[Zstd, Gzip]));
        check("a.xz", Some(&[Xz]));
        check("a.jsonl", Some(&[]));
        check("a.csv", Some(&[]));
        check("a", None);
        check("a.gz/b", None);
        check("a.jsonl.bak", None);
    }

    #[test]
    fn the_first_bytes_tell_what_reading_tells() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let check = |name: &str, bytes: &[u8], expect: [Option<Form>; 2]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            for (keep_tables, expect) in [true, false].into_iter().zip(expect) {
                assert_eq!(Form::of_file(&path, keep_tables), expect, "{name}");
                let settings =
                    crate::archive::ReadSettings { keep_tables, ..crate::settings::Settings::default().read };
                let argument = [path.to_str().expect("UTF-8").to_owned()];
                let (archive, _) = crate::archive::Archive::open(&argument, settings).expect("opened");
                let read = archive.sources().first().map(Form::of_source);
                assert_eq!(read, expect, "{name}");
            }
        };
        let lines = Some(Form::MadeLines);
        let rows = b"id\ttext\n1\twords\n";
        check("a.jsonl", b"{\"text\":\"a\"}\n", [Some(Form::Lines); 2]);
        check("a.json", b"[\n{\"text\":\"a\"}]\n", [lines; 2]);
        check("a.txt", b"words\n", [Some(Form::Text); 2]);
        check("a.csv", rows, [Some(Form::Table { tabs: true }), lines]);
        let packed = pack(Compression::Gzip, &pack(Compression::Xz, b"id,text\n1,words\n"));
        check("a.csv.gz", &packed, [Some(Form::Table { tabs: false }), lines]);
        check("a.html", b"<html><body><p>words</p></body></html>", [lines; 2]);
        check("a", &pack(Compression::Gzip, &packed), [None; 2]);
    }
}
