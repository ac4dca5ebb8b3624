//! The dictionary at the begin of a web archive in zstd.
//!
//! In: the packed bytes. Out: the dictionary that all frames behind it need, if there is one. It stands in a skippable frame of
//! a kind of its own, as it is or packed itself.
//!
//! It guarantees: a dictionary is no larger than [`MAX_DICTIONARY`]; what begins otherwise is left untouched.
//!
//! Reference: "Use of Zstandard in WARC files", IIPC, 2019 (draft 1.0).

use std::io::{self, BufRead, Read};

/// The first bytes of the frame.
const MAGIC: [u8; 4] = [0x5D, 0x2A, 0x4D, 0x18];
/// The first bytes of a frame that is packed.
const PACKED: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// Bytes of a dictionary: those in use have 100 KB to 1 MB.
const MAX_DICTIONARY: u64 = 16 << 20;

/// The dictionary; the stream is behind it then.
pub(in crate::archive) fn dictionary(packed: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    if !packed.fill_buf()?.starts_with(&MAGIC) {
        return Ok(None);
    }
    let mut header = [0; 8];
    packed.read_exact(&mut header)?;
    let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
    let too_large = || io::Error::other(format!("a dictionary of more than {MAX_DICTIONARY} bytes"));
    if length > MAX_DICTIONARY {
        return Err(too_large());
    }
    let mut frame = Vec::new();
    packed.take(length).read_to_end(&mut frame)?;
    if (frame.len() as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    if !frame.starts_with(&PACKED) {
        return Ok(Some(frame));
    }
    let mut dictionary = Vec::new();
    zstd::Decoder::with_buffer(&frame[..])?.take(MAX_DICTIONARY + 1).read_to_end(&mut dictionary)?;
    if dictionary.len() as u64 > MAX_DICTIONARY { Err(too_large()) } else { Ok(Some(dictionary)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("small");
        [&MAGIC[..], &length.to_le_bytes(), content, b"rest"].concat()
    }

    fn check(bytes: &[u8], dictionary_is: Option<&[u8]>, rest_is: &[u8]) {
        let mut stream = bytes;
        assert_eq!(dictionary(&mut stream).expect("a frame that is whole").as_deref(), dictionary_is);
        assert_eq!(stream, rest_is);
    }

    #[test]
    fn a_dictionary_is_taken_as_it_is_or_unpacked() {
        check(&framed(b"words"), Some(b"words"), b"rest");
        check(&framed(&zstd::encode_all(&b"words"[..], 3).expect("packed")), Some(b"words"), b"rest");
        check(b"\x28\xB5\x2F\xFDx", None, b"\x28\xB5\x2F\xFDx");
        check(b"\x50\x2A\x4D\x18x", None, b"\x50\x2A\x4D\x18x");
        check(b"", None, b"");
    }

    #[test]
    fn a_frame_that_is_cut_or_too_large_is_an_error() {
        assert!(dictionary(&mut &framed(b"words")[..10]).is_err());
        assert!(dictionary(&mut &b"\x5D\x2A\x4D\x18\xFF\xFF\xFF\xFFx"[..]).is_err());
        assert!(dictionary(&mut &b"\x5D\x2A\x4D\x18\x01"[..]).is_err());
    }
}
