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
        (bytes, Some(_)) if !bytes.is_empty() && bytes.len() as u64 <= most => Ok(Some(bytes)),
        (_, Some(error)) => Err(format!("the body is not packed with {coding} as it says: {error}")),
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
