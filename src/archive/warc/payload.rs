//! The body of an HTTP answer, without the packing it was sent in.
//!
//! In: the bytes behind the header, and the header. Out: the body, or why it cannot be had. The idea: undo
//! `Transfer-Encoding`, then `Content-Encoding`, the last first. Crawlers often undo them and keep the header, so a body that is not
//! packed as its header says is taken as it is, if it looks like text.
//!
//! It guarantees: what comes out is no longer than the bound, whatever goes in. A body that breaks off in the middle is
//! given as far as it goes: a page that was cut by the crawler is a page.
//!
//! References: RFC 9112, 7.1 (chunked); RFC 9110, 8.4 (codings: "deflate" is zlib's form, and some servers send the raw one).

use std::borrow::Cow;
use std::io::{Cursor, Read};

use fastwarc::stream_io::brotli::BrotliReader;
use fastwarc::stream_io::chunked::ChunkedReader;
use fastwarc::warc::header::HeaderMap;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// How many codings are undone: one is usual, two an accident.
const MOST_CODINGS: usize = 4;

/// The largest window of zstd, as a power of two: 8 MiB, what RFC 9659 allows for the web.
const MOST_ZSTD_WINDOW: u32 = 23;

/// The body, unpacked.
pub(super) fn unpacked<'b>(body: &'b [u8], header: &HeaderMap, most: u64) -> Result<Cow<'b, [u8]>, String> {
    let mut body = Cow::Borrowed(body);
    for name in ["Transfer-Encoding", "Content-Encoding"] {
        let codings = header.get(name).unwrap_or_default().to_ascii_lowercase();
        for coding in codings.rsplit(',').map(str::trim).take(MOST_CODINGS) {
            if let Some(done) = undone(&body, coding, most)? {
                body = Cow::Owned(done);
            }
        }
    }
    Ok(body)
}

/// The body without one coding; `None` if there is nothing to undo.
fn undone(body: &[u8], coding: &str, most: u64) -> Result<Option<Vec<u8>>, String> {
    let owned = || Cursor::new(body.to_vec());
    let read = match coding {
        "" | "identity" => return Ok(None),
        "chunked" => bounded(ChunkedReader::new(owned()), most),
        "gzip" | "x-gzip" => bounded(MultiGzDecoder::new(body), most),
        "deflate" => match bounded(ZlibDecoder::new(body), most) {
            (bytes, Some(_)) if bytes.is_empty() => bounded(DeflateDecoder::new(body), most),
            read => read,
        },
        "br" => bounded(BrotliReader::new(owned()), most),
        "zstd" => {
            let decoder = zstd::Decoder::with_buffer(body)
                .and_then(|mut decoder| decoder.window_log_max(MOST_ZSTD_WINDOW).map(|()| decoder));
            match decoder {
                Ok(decoder) => bounded(decoder, most),
                Err(error) => (Vec::new(), Some(error.to_string())),
            }
        }
        other => {
            return if is_text(body) {
                Ok(None)
            } else {
                Err(format!("the body is packed with {other:?}, which is not read"))
            };
        }
    };
    match read {
        (bytes, None) => Ok(Some(bytes)),
        (_, Some(_)) if is_text(body) => Ok(None),
        // Not one chunk: the crawler put them together.
        (bytes, Some(_)) if coding == "chunked" && bytes.is_empty() => Ok(None),
        (bytes, Some(_)) if !bytes.is_empty() && bytes.len() as u64 <= most => Ok(Some(bytes)),
        (_, Some(error)) => Err(format!("the body cannot be unpacked ({coding}): {error}")),
    }
}

/// What a decoder gives, up to `most` bytes, and what went wrong then.
fn bounded(decoder: impl Read, most: u64) -> (Vec<u8>, Option<String>) {
    let mut bytes = Vec::new();
    let error = match decoder.take(most.saturating_add(1)).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > most => Some(format!("it has more than {most} bytes (--max-record)")),
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    (bytes, error)
}

/// Whether a page begins: bytes that are packed do not look so.
fn is_text(body: &[u8]) -> bool {
    let start = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    start.first() == Some(&b'<')
}

#[cfg(test)]
mod tests {
    use super::*;
    use fastwarc::warc::header::HeaderEncoding;
    use std::io::Write;

    const PAGE: &[u8] = b"<p>The council voted on Tuesday to close the bridge.</p>";
    /// `PAGE`, packed with Brotli.
    const BROTLI: &[u8] = &[
        0x1B, 0x37, 0x00, 0xE0, 0x8D, 0x94, 0x6E, 0xDE, 0x44, 0x1E, 0x63, 0xFB, 0xC8, 0x59, 0xCE, 0xB0, 0x30,
        0x24, 0x88, 0x0B, 0x19, 0x38, 0xE4, 0x80, 0xFD, 0x3B, 0x05, 0x1A, 0x87, 0x81, 0x87, 0xAC, 0xF5, 0x7F,
        0x92, 0xC2, 0x31, 0xCA, 0x7F, 0x9D, 0x40, 0xD8, 0x9A, 0x89, 0xFC, 0xBE, 0xEA, 0x41, 0x35, 0xA5, 0x18,
        0x02,
    ];

    fn check(body: &[u8], header: &str, expect: Result<&[u8], &str>) {
        let block = format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n");
        let mut map = HeaderMap::new(HeaderEncoding::Latin1);
        map.parse_with_opts(&mut Cursor::new(block.into_bytes()), true, 1 << 16, true).expect("a header");
        let found = unpacked(body, &map, 1 << 16);
        match expect {
            Ok(expect) => assert_eq!(found.as_deref(), Ok(expect), "{header}"),
            Err(expect) => {
                assert!(found.as_ref().is_err_and(|error| error.contains(expect)), "{header}: {found:?}");
            }
        }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(bytes).expect("to memory");
        packer.finish().expect("to memory")
    }

    fn chunked(bytes: &[u8]) -> Vec<u8> {
        let parts =
            bytes.chunks(20).map(|part| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat());
        [parts.collect::<Vec<_>>().concat(), b"0\r\n\r\n".to_vec()].concat()
    }

    #[test]
    fn codings_are_undone_the_last_first() {
        check(PAGE, "X: y", Ok(PAGE));
        check(&gzip(PAGE), "Content-Encoding: gzip", Ok(PAGE));
        check(&chunked(PAGE), "transfer-encoding: Chunked", Ok(PAGE));
        check(&chunked(&gzip(PAGE)), "Content-Encoding: x-gzip\r\nTransfer-Encoding: chunked", Ok(PAGE));
        check(&zstd::encode_all(PAGE, 3).expect("packed"), "Content-Encoding: zstd", Ok(PAGE));
        check(BROTLI, "Content-Encoding: br", Ok(PAGE));
        check(&gzip(&gzip(PAGE)), "Content-Encoding: gzip, gzip", Ok(PAGE));
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(PAGE).expect("to memory");
        check(&zlib.finish().expect("to memory"), "Content-Encoding: deflate", Ok(PAGE));
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        raw.write_all(PAGE).expect("to memory");
        check(&raw.finish().expect("to memory"), "Content-Encoding: deflate", Ok(PAGE));
    }

    #[test]
    fn a_header_that_lies_is_not_believed() {
        for coding in ["gzip", "deflate", "br", "zstd", "compress"] {
            check(PAGE, &format!("Content-Encoding: {coding}"), Ok(PAGE));
        }
        check(PAGE, "Transfer-Encoding: chunked", Ok(PAGE));
        check(&gzip(PAGE), "Content-Encoding: gzip\r\nTransfer-Encoding: chunked", Ok(PAGE));
        check(b"\x00\x01", "Content-Encoding: gzip", Err("cannot be unpacked (gzip)"));
        check(b"\x00\x01", "Content-Encoding: compress", Err("\"compress\", which is not read"));
    }

    #[test]
    fn what_is_cut_is_given_as_far_as_it_goes_and_bombs_are_not() {
        let (whole, packed) = (PAGE.repeat(500), chunked(&PAGE.repeat(500)));
        let mut header = HeaderMap::new(HeaderEncoding::Latin1);
        header.append("Transfer-Encoding", "chunked");
        let found = unpacked(&packed[..packed.len() / 2], &header, 1 << 16).expect("half a page");
        assert!(whole.starts_with(&found) && found.len() > whole.len() / 3, "{}", found.len());
        check(&gzip(&vec![b' '; 1 << 20]), "Content-Encoding: gzip", Err("more than 65536 bytes"));
    }
}
