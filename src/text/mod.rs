//! From text to tokens, paragraphs and offsets.
//!
//! In: one article's text. Out: its tokens (hash, span, weight), its paragraphs, and character offsets for
//! byte offsets. Everything is found on the original text, so that every span can be cut from it again;
//! only what is hashed is folded. Nothing here knows of articles, archives or other texts.
//!
//! - [`classes`]: the part each character plays · [`fold`]: spellings made one · [`tokenize`]: cutting (`cut`), what is
//!   looked up of characters beyond ASCII (`characters`), hashes of short words in registers (`words`)
//! - [`reference`](mod@reference): the same as its definition reads, the judge
//! - [`union`], [`without`]: spans put together, and taken out
//! - [`paragraphs()`]: where a text is divided · [`CharOffsets`]: bytes to characters
//!
//! Hashes are stable across machines and versions; `testdata/vectors` publishes them.

mod characters;
pub mod classes;
mod cut;
mod digits;
pub mod fold;
mod offsets;
mod paragraphs;
pub mod reference;
mod spans;
mod tokens;
mod words;

pub use cut::count_ascii_words;
pub use digits::digit_value;
pub use offsets::CharOffsets;
pub use paragraphs::{Paragraphs, ends_like_a_sentence, paragraphs};
pub use spans::{union, without};
pub use tokens::{MAX_TEXT_BYTES, TokenSpan, Tokens, tokenize};
