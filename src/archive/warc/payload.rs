//! The body of an HTTP answer, without the packing it was sent in.
//!
//! In: the bytes behind the header, and the header. Out: the body with what is missing of it, or why it cannot be had. The idea: undo
//! `Transfer-Encoding`, then `Content-Encoding`, the last first. Crawlers often undo them and keep the header, so a body that is not
//! packed as its header says is taken as it is, if it looks like text; and archives of browsers drop the header, so a body that is
//! packed though none says so is unpacked by its first bytes.
//!
//! It guarantees: what comes out is no longer than the bound, whatever goes in. A body that breaks off in the middle is
//! given as far as it goes (a page that was cut by the crawler is a page) and the damage is told. A length that fits the
//! packed body and not what the crawler stored is no damage: it is believed only of a body that was never packed.
//!
//! References: RFC 9112, 7.1 (chunked), 8 (incomplete messages); RFC 9110, 8.4 (codings: "deflate" is zlib's form, and some servers
//! send the raw one).

use std::borrow::Cow;
use std::io::{Cursor, Read};

use fastwarc::stream_io::brotli::BrotliReader;
use fastwarc::warc::header::HeaderMap;
use flate2::bufread::GzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

/// How many codings are undone: one is usual, two an accident.
const MOST_CODINGS: usize = 4;

/// The largest window of zstd, as a power of two: 8 MiB, what RFC 9659 allows for the web.
const MOST_ZSTD_WINDOW: u32 = 23;

/// The longest line in front of a chunk: its size, and extensions that nobody reads.
const MOST_CHUNK_LINE: usize = 4096;

/// What packed bytes begin with, and their coding: no page begins so. Gzip is followed by the one method that it has.
const LOOKS: [(&[u8], &str); 2] = [(b"\x1F\x8B\x08", "gzip"), (b"\x28\xB5\x2F\xFD", "zstd")];

/// A body, unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unpacked<'b> {
    pub(super) bytes: Cow<'b, [u8]>,
    /// What is missing of it or was corrupt, in words.
    pub(super) damage: Option<String>,
}

/// The body of an answer with this header, unpacked.
pub(super) fn unpacked<'b>(body: &'b [u8], header: &HeaderMap, most: u64) -> Result<Unpacked<'b>, String> {
    let mut found = Unpacked { bytes: Cow::Borrowed(body), damage: None };
    let mut is_plain = true;
    for name in ["Transfer-Encoding", "Content-Encoding"] {
        let codings = header.get(name).unwrap_or_default().to_ascii_lowercase();
        for coding in codings.rsplit(',').map(str::trim).take(MOST_CODINGS) {
            is_plain &= matches!(coding, "" | "identity");
            found = found.without(coding, most)?;
        }
    }
    let found = found.by_looks(most)?;
    let says = header.get("Content-Length").and_then(|says| says.trim().parse().ok()).unwrap_or(0);
    let is_short = is_plain && matches!(found.bytes, Cow::Borrowed(_)) && (body.len() as u64) < says;
    let short =
        || format!("the body is cut off: {} of {says} bytes (its HTTP Content-Length) are there", body.len());
    Ok(Unpacked { damage: found.damage.or_else(|| is_short.then(short)), ..found })
}

/// A page that was stored without a header of HTTP.
pub(super) fn unpacked_by_looks(body: &[u8], most: u64) -> Result<Unpacked<'_>, String> {
    Unpacked { bytes: Cow::Borrowed(body), damage: None }.by_looks(most)
}

impl Unpacked<'_> {
    /// The same without one coding. Of damage that which was met first is told: the rest follows from it.
    fn without(self, coding: &str, most: u64) -> Result<Self, String> {
        Ok(match undone(&self.bytes, coding, most)? {
            None => self,
            Some((bytes, damage)) => Unpacked { bytes: Cow::Owned(bytes), damage: self.damage.or(damage) },
        })
    }

    /// The same, unpacked if it looks packed.
    fn by_looks(self, most: u64) -> Result<Self, String> {
        match LOOKS.iter().find(|(begin, _)| self.bytes.starts_with(begin)) {
            Some((_, coding)) => self.without(coding, most),
            None => Ok(self),
        }
    }
}

/// What a decoder gave, and what went wrong then.
type Decoded = (Vec<u8>, Option<String>);

/// The body without one coding, and what is wrong with it; `None` if there is nothing to undo.
fn undone(body: &[u8], coding: &str, most: u64) -> Result<Option<Decoded>, String> {
    let read = match coding {
        "" | "identity" => return Ok(None),
        "chunked" => unchunked(body, most),
        "gzip" | "x-gzip" => gunzipped(body, most),
        "deflate" => match inflated(body, true, most) {
            (bytes, Some(_)) if bytes.is_empty() => inflated(body, false, most),
            read => read,
        },
        "br" => bounded(BrotliReader::new(Cursor::new(body.to_vec())), most),
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
        (bytes, None) => Ok(Some((bytes, None))),
        (_, Some(_)) if is_text(body) => Ok(None),
        // Not one chunk: the crawler put them together.
        (bytes, Some(_)) if coding == "chunked" && bytes.is_empty() => Ok(None),
        (bytes, Some(error)) if !bytes.is_empty() && bytes.len() as u64 <= most => {
            let damage = format!(
                "the body is cut off or corrupt ({coding}: {error}); the {} bytes that could be had are read",
                bytes.len()
            );
            Ok(Some((bytes, Some(damage))))
        }
        (_, Some(error)) => Err(format!("the body cannot be unpacked ({coding}): {error}")),
    }
}

/// What a decoder gives, up to `most` bytes, and what went wrong then.
fn bounded(decoder: impl Read, most: u64) -> Decoded {
    let mut bytes = Vec::new();
    let error = read_more(decoder, most, &mut bytes);
    (bytes, error)
}

/// Appends what a decoder gives, up to `most` bytes in all; what went wrong.
fn read_more(decoder: impl Read, most: u64, bytes: &mut Vec<u8>) -> Option<String> {
    let left = most.saturating_add(1).saturating_sub(bytes.len() as u64);
    match decoder.take(left).read_to_end(bytes) {
        Ok(_) if bytes.len() as u64 > most => Some(too_many(most)),
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    }
}

fn too_many(most: u64) -> String {
    format!("it has more than {most} bytes (--max-record)")
}

/// Members of gzip up to the first bytes that are none: browsers leave those out too.
fn gunzipped(body: &[u8], most: u64) -> Decoded {
    let (mut bytes, mut rest) = (Vec::new(), body);
    loop {
        let mut decoder = GzDecoder::new(rest);
        if let Some(error) = read_more(&mut decoder, most, &mut bytes) {
            return (bytes, Some(error));
        }
        rest = decoder.into_inner();
        if !rest.starts_with(LOOKS[0].0) {
            return (bytes, None);
        }
    }
}

/// A stream of deflate, with zlib's head and sum or raw. Decoders that are read from do not tell that one is cut.
fn inflated(body: &[u8], has_head: bool, most: u64) -> Decoded {
    /// How much more is unpacked at a time, at least.
    const STEP: usize = 32 << 10;
    let (mut bytes, mut rest) = (Vec::new(), body);
    let mut inflate = Decompress::new(has_head);
    loop {
        bytes.reserve(STEP);
        let (taken, given) = (inflate.total_in(), bytes.len());
        let status = inflate.decompress_vec(rest, &mut bytes, FlushDecompress::None);
        let more = usize::try_from(inflate.total_in() - taken).unwrap_or(rest.len());
        rest = &rest[more..];
        let error = match status {
            Err(error) => error.to_string(),
            Ok(_) if bytes.len() as u64 > most => too_many(most),
            Ok(Status::StreamEnd) => return (bytes, None),
            Ok(_) if more == 0 && bytes.len() == given => "it ends too early".to_owned(),
            Ok(_) => continue,
        };
        return (bytes, Some(error));
    }
}

/// What stands in chunks. Behind the last, which is empty, only fields of a header may follow.
fn unchunked(body: &[u8], most: u64) -> Decoded {
    let (mut bytes, mut rest) = (Vec::new(), body);
    loop {
        let at = body.len() - rest.len();
        let line = memchr::memchr(b'\n', &rest[..rest.len().min(MOST_CHUNK_LINE)]);
        let size = rest[..line.unwrap_or(rest.len().min(MOST_CHUNK_LINE))].split(|byte| *byte == b';').next();
        let size = std::str::from_utf8(size.unwrap_or_default().trim_ascii()).unwrap_or_default();
        let size = match usize::from_str_radix(size, 16) {
            Ok(0) => return (bytes, None),
            Ok(size) if line.is_some() => size,
            _ if rest.is_empty() || line.is_none() => {
                return (bytes, Some("its last chunk is missing".to_owned()));
            }
            _ => return (bytes, Some(format!("no chunk begins at byte {at} of it"))),
        };
        rest = &rest[line.map_or(0, |line| line + 1)..];
        let there = size.min(rest.len());
        bytes.extend_from_slice(&rest[..there]);
        if bytes.len() as u64 > most {
            return (bytes, Some(too_many(most)));
        }
        if there < size {
            return (bytes, Some(format!("of a chunk {there} of {size} bytes are there")));
        }
        rest = &rest[there..];
        rest = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")).unwrap_or(rest);
    }
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
            Ok(expect) => {
                let whole = Unpacked { bytes: Cow::Borrowed(expect), damage: None };
                assert_eq!(found, Ok(whole), "{header}");
            }
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
        assert!(whole.starts_with(&found.bytes) && found.bytes.len() > whole.len() / 3);
        assert!(found.damage.is_some_and(|damage| damage.contains("(chunked: ")));
        check(&gzip(&vec![b' '; 1 << 20]), "Content-Encoding: gzip", Err("more than 65536 bytes"));
    }

    /// What is cut, and by how much, is told for every coding and at every byte; what is whole is not.
    #[test]
    fn a_body_that_is_cut_or_corrupt_is_told() {
        let page = b"<p>The council voted on Tuesday to close the bridge, and 1 of 9 ferries.</p>".repeat(9);
        let flate = |zlib: bool| {
            let mut compress = flate2::Compress::new(flate2::Compression::default(), zlib);
            let mut packed = Vec::with_capacity(1 << 12);
            let done = compress.compress_vec(&page, &mut packed, flate2::FlushCompress::Finish);
            assert_eq!(done.ok(), Some(Status::StreamEnd));
            packed
        };
        for (name, coding, packed) in [
            ("Content-Encoding", "gzip", gzip(&page)),
            ("Content-Encoding", "deflate", flate(true)),
            ("Content-Encoding", "deflate", flate(false)),
            ("Content-Encoding", "br", BROTLI.to_vec()),
            ("Content-Encoding", "zstd", zstd::encode_all(&page[..], 3).expect("packed")),
            ("Transfer-Encoding", "chunked", chunked(&page)),
            ("Content-Length", "684", page.clone()),
        ] {
            let mut header = HeaderMap::new(HeaderEncoding::Latin1);
            header.append(name, coding);
            // Behind its last chunk a body is whole.
            let whole = packed.len() - if coding == "chunked" { 4 } else { 0 };
            for end in 9..=packed.len() {
                match unpacked(&packed[..end], &header, 1 << 16) {
                    Ok(found) if end >= whole => assert_eq!(found.damage, None, "{coding}, {end} bytes"),
                    Ok(found) => {
                        assert!(found.damage.is_some(), "{coding}, {end} bytes");
                        assert!(page.starts_with(&found.bytes) || coding == "br", "{coding}, {end} bytes");
                    }
                    Err(error) => assert!(end < whole, "{coding}, {end} bytes: {error}"),
                }
            }
        }
        let mut wrong_sum = gzip(&page);
        let sum = wrong_sum.len() - 8;
        wrong_sum[sum..sum + 4].fill(0);
        let mut header = HeaderMap::new(HeaderEncoding::Latin1);
        header.append("Content-Encoding", "gzip");
        let found = unpacked(&wrong_sum, &header, 1 << 16).expect("a page");
        assert!(found.bytes == page && found.damage.is_some_and(|damage| damage.contains("gzip: ")));
    }

    #[test]
    fn lengths_of_bodies_that_crawlers_have_unpacked_are_no_damage() {
        for header in [
            "Content-Encoding: gzip\r\nContent-Length: 9999",
            "Transfer-Encoding: chunked\r\nContent-Length: 9999",
            "Content-Length: 9",
            "Content-Length: x",
        ] {
            check(PAGE, header, Ok(PAGE));
        }
        let short = [&gzip(PAGE)[..], b"\r\n\0\0"].concat();
        check(&short, "Content-Encoding: gzip\r\nContent-Length: 9999", Ok(PAGE));
    }

    #[test]
    fn what_is_packed_and_does_not_say_so_is_told_by_its_first_bytes() {
        check(&gzip(PAGE), "X: y", Ok(PAGE));
        check(&chunked(&gzip(PAGE)), "Transfer-Encoding: chunked", Ok(PAGE));
        check(&zstd::encode_all(PAGE, 3).expect("packed"), "Content-Length: 9999", Ok(PAGE));
        check(b"\x1F\x8B\x08 and rubbish", "X: y", Err("cannot be unpacked (gzip)"));
        assert_eq!(
            unpacked_by_looks(&gzip(PAGE), 1 << 16).map(|found| found.bytes.into_owned()),
            Ok(PAGE.to_vec())
        );
    }

    #[test]
    fn chunks_may_have_extensions_and_bare_line_feeds() {
        check(b"3;a=b\r\n<p>\r\n4\nText\n0\r\nX: y\r\n\r\n", "Transfer-Encoding: chunked", Ok(b"<p>Text"));
    }
}
