//! The published vectors (`testdata/vectors`): what the engine runs, and its definitions, still give every
//! number in them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use wirecopy::shingle::{shingle, shingle_by_definition};
use wirecopy::sketch::{
    Fingerprint, Sketcher, Winnower, signature_by_definition, simhash, simhash_by_definition,
    winnow_by_definition,
};
use wirecopy::text::{CharOffsets, Tokens, reference, tokenize};

const SHINGLE_TOKENS: usize = 5;
const RUN_TOKENS: usize = 16;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    about: String,
    alike: Option<String>,
    seed: Hex,
    text: String,
    tokens: Vec<Token>,
    shingles: Vec<Hex>,
    signature: Vec<Hex>,
    simhash: Hex,
    fingerprints: Vec<Print>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Token {
    bytes: [usize; 2],
    chars: [usize; 2],
    folded: String,
    unspaced: bool,
    hash: Hex,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Print {
    hash: Hex,
    position: u32,
}

/// A number as `"0x…"`: TOML has none of 64 bits without sign.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(try_from = "String")]
struct Hex(u64);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix("0x").ok_or_else(|| format!("{text} does not begin with 0x"))?;
        u64::from_str_radix(digits, 16).map(Hex).map_err(|error| format!("{text}: {error}"))
    }
}

fn numbers(hexes: &[Hex]) -> Vec<u64> {
    hexes.iter().map(|hex| hex.0).collect()
}

impl Vector {
    fn token_hashes(&self) -> Vec<u64> {
        self.tokens.iter().map(|token| token.hash.0).collect()
    }

    fn fingerprints(&self) -> Vec<Fingerprint> {
        let print = |print: &Print| Fingerprint { hash: print.hash.0, position: print.position };
        self.fingerprints.iter().map(print).collect()
    }
}

fn vectors() -> BTreeMap<String, Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors");
    let mut vectors = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder is part of the repository") {
        let path = entry.expect("it can be listed").path();
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a vector can be read");
        let vector: Vector =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(path.file_stem().and_then(|stem| stem.to_str()), Some(vector.name.as_str()));
        assert!(!vector.about.is_empty(), "{} does not say what it is for", vector.name);
        vectors.insert(vector.name.clone(), vector);
    }
    assert!(vectors.len() >= 40, "{} vectors", vectors.len());
    vectors
}

#[test]
fn the_engine_gives_what_is_published() {
    let mut tokens = Tokens::default();
    let (mut shingles, mut fingerprints) = (Vec::new(), Vec::new());
    for (name, vector) in vectors() {
        tokenize(&vector.text, vector.seed.0, &mut tokens);
        assert_eq!(tokens.hashes(), vector.token_hashes(), "{name}: token hashes");
        let offsets = CharOffsets::of(&vector.text);
        for (at, expect) in vector.tokens.iter().enumerate() {
            let bytes = tokens.bytes(at..at + 1);
            assert_eq!([bytes.start, bytes.end], expect.bytes, "{name}: bytes of token {at}");
            let chars = offsets.chars(&bytes);
            assert_eq!([chars.start, chars.end], expect.chars, "{name}: characters of token {at}");
            assert_eq!(tokens.is_unspaced(at), expect.unspaced, "{name}: token {at} unspaced");
        }
        shingle(tokens.hashes(), SHINGLE_TOKENS, &mut shingles);
        assert_eq!(shingles, numbers(&vector.shingles), "{name}: shingles");
        let signature = Sketcher::new(vector.seed.0).sketch(&shingles);
        let signature: Vec<u64> = signature.iter().flatten().map(|&slot| u64::from(slot)).collect();
        assert_eq!(signature, numbers(&vector.signature), "{name}: signature");
        assert_eq!(simhash(&shingles), vector.simhash.0, "{name}: simhash");
        Winnower::for_runs_of(RUN_TOKENS).winnow(tokens.hashes(), &mut fingerprints);
        assert_eq!(fingerprints, vector.fingerprints(), "{name}: fingerprints");
    }
}

#[test]
fn the_definitions_give_what_is_published() {
    for (name, vector) in vectors() {
        let chars = |byte: usize| vector.text[..byte].chars().count();
        let tokens: Vec<Token> = reference::tokens(&vector.text)
            .into_iter()
            .map(|token| Token {
                bytes: [token.bytes.start, token.bytes.end],
                chars: [chars(token.bytes.start), chars(token.bytes.end)],
                hash: Hex(token.hash(vector.seed.0)),
                unspaced: token.unspaced,
                folded: token.folded,
            })
            .collect();
        assert_eq!(tokens, vector.tokens, "{name}: tokens");
        let hashes = vector.token_hashes();
        let shingles = shingle_by_definition(&hashes, SHINGLE_TOKENS);
        assert_eq!(shingles, numbers(&vector.shingles), "{name}: shingles");
        let signature = signature_by_definition(&shingles, vector.seed.0);
        let signature: Vec<u64> = signature.iter().flatten().map(|&slot| u64::from(slot)).collect();
        assert_eq!(signature, numbers(&vector.signature), "{name}: signature");
        assert_eq!(simhash_by_definition(&shingles), vector.simhash.0, "{name}: simhash");
        let winnower = Winnower::for_runs_of(RUN_TOKENS);
        let fingerprints = winnow_by_definition(&hashes, winnower.width(), winnower.window());
        assert_eq!(fingerprints, vector.fingerprints(), "{name}: fingerprints");
    }
}

#[test]
fn other_spellings_of_one_text_have_equal_hashes() {
    let vectors = vectors();
    let mut pairs = 0;
    for (name, vector) in &vectors {
        let Some(other) = &vector.alike else { continue };
        let twin = vectors.get(other).unwrap_or_else(|| panic!("{name} is like {other}, which is missing"));
        assert_ne!(vector.text, twin.text, "{name}");
        assert_eq!(vector.token_hashes(), twin.token_hashes(), "{name} and {other}");
        assert_eq!(vector.signature, twin.signature, "{name} and {other}");
        pairs += 1;
    }
    assert!(pairs >= 6, "{pairs} pairs");
}

/// The vectors hold what they were made for.
#[test]
fn the_vectors_reach_the_edges() {
    let vectors = vectors();
    let of = |name: &str| vectors.get(name).unwrap_or_else(|| panic!("{name} is missing"));
    assert!(of("empty").signature.is_empty() && of("no-tokens").tokens.is_empty());
    assert_eq!((of("four-words").shingles.len(), of("five-words").shingles.len()), (1, 1));
    assert_eq!((of("seven-words").fingerprints.len(), of("eight-words").fingerprints.len()), (0, 1));
    assert!(of("paragraph").fingerprints.len() >= 5);
    let in_first_round = |vector: &Vector| vector.signature.iter().filter(|slot| slot.0 >> 31 == 0).count();
    assert_eq!(in_first_round(of("long")), 128);
    assert!(in_first_round(of("one-word-repeated")) == 1 && in_first_round(of("paragraph")) < 128);
    let seeded = of("ascii-words-seeded").token_hashes();
    assert!(of("ascii-words").token_hashes().iter().zip(&seeded).all(|(a, b)| a != b));
    let marked = of("arabic-with-marks").token_hashes();
    assert_eq!(of("arabic").tokens.len(), marked.len());
    assert_ne!(of("arabic").token_hashes(), marked);
}
