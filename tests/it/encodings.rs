//! Real texts of `../shared` in encodings without a mark: whether UTF-16 is told from all others, and in which order.
//! Skipped, loudly, where the archives are not there. The table goes to stderr:
//! `cargo test --release --test it encodings -- --nocapture`

use std::io::{self, BufRead, BufReader, Write};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use serde_json::Value;
use wirecopy::archive::record::{Outcome, read_text};

use crate::support::{shared, string};

const ARCHIVES: [&str; 7] =
    ["fnc1", "bbc", "senate", "coaid", "provenance_scrapes", "livedoor", "saudinewsnet"];
const ENCODINGS: [&str; 8] =
    ["utf-16le", "utf-16be", "windows-1252", "windows-1256", "shift_jis", "euc-jp", "gb18030", "utf-8"];
/// Texts of each archive, and how many characters of them.
const TEXTS: usize = 100;
const CUTS: [usize; 3] = [60, 300, usize::MAX];

#[test]
fn utf_16_without_a_mark_is_told_from_all_others() {
    for archive in ARCHIVES {
        let Some(path) = shared(&format!("data/{archive}/articles.jsonl.zst")) else { return };
        let stream = zstd::Decoder::new(std::fs::File::open(path).unwrap()).unwrap();
        let lines =
            BufReader::new(stream).lines().map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        let texts: Vec<String> = lines
            .map(|line| string(&line, "text").to_owned())
            .filter(|text| !text.trim().is_empty())
            .take(TEXTS)
            .collect();
        assert_eq!(texts.len(), TEXTS, "{archive}");
        for name in ENCODINGS {
            let row = CUTS.map(|cut| {
                let texts: Vec<String> = texts.iter().map(|text| text.chars().take(cut).collect()).collect();
                let read: Vec<bool> = texts.iter().filter_map(|text| is_read_so(text, name)).collect();
                let wrong = read.iter().filter(|right| !**right).count();
                assert_eq!(wrong, 0, "{archive}, {name}, {cut} characters");
                format!("{wrong} of {}", read.len())
            });
            let _ = writeln!(io::stderr(), "{archive:20}{name:14}{}", row.join("  "));
        }
    }
}

/// Whether a text is UTF-16 in the right order, or is none; nothing where the encoding lacks a character of it.
fn is_read_so(text: &str, name: &str) -> Option<bool> {
    let bytes: Vec<u8> = match name {
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        name => {
            let (bytes, _, lacks) = Encoding::for_label(name.as_bytes()).unwrap().encode(text);
            if lacks {
                return None;
            }
            bytes.into_owned()
        }
    };
    let (Outcome::Article(article), _) = read_text(&bytes) else { return Some(text.trim().is_empty()) };
    if name.starts_with("utf-16") {
        return Some(article.text == text.trim_start_matches('\u{FEFF}'));
    }
    let wide = [UTF_16LE, UTF_16BE].map(|encoding| encoding.decode_without_bom_handling(&bytes).0);
    Some(wide.iter().all(|wide| article.text != *wide))
}
