//! Compression: a stream of packed bytes as a stream of what they hold.
//!
//! In: bytes that begin with the magic of a format. Out: the bytes that were packed, all members, frames and streams of
//! them one after the other. The idea: the formats are the crates' (flate2, zstd, bzip2, liblzma); here stands only how frames and
//! streams follow each other (members: `gzip`), and how much memory an input may ask for.
//!
//! It guarantees: what was unpacked before damage has been given; the end of the input inside a member is an error, as
//! are bytes behind the last member that begin no other. Memory: a window, 128 MiB at most.
//!
//! Sources: RFC 1952 (2.2: members), RFC 8878 (3.1: frames), the xz file format 1.2.1 (padding between streams).

use std::io::{self, BufRead, BufReader, Read};
use std::sync::atomic::{AtomicBool, Ordering};

use liblzma::stream::{Action, CONCATENATED, Status, Stream};
use serde::{Deserialize, Serialize};
use zstd::zstd_safe::zstd_sys;

use super::gzip::{Gaps, Members};
use super::streams::Peeked;
use super::unpack::READ_BYTES;

/// A format of compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

/// How much memory one stream may take to be unpacked. Files are unpacked side by side within the small limits; the few
/// that ask for more are tried again, one after the other.
#[derive(Debug, Default)]
pub(super) struct Limits {
    large: bool,
    /// Whether an input asked for more.
    passed: AtomicBool,
}

impl Limits {
    pub(super) fn large() -> Self {
        Limits { large: true, passed: AtomicBool::new(false) }
    }

    /// Whether large limits would do.
    pub(super) fn were_passed(&self) -> bool {
        !self.large && self.passed.load(Ordering::Relaxed)
    }

    /// The largest window of zstd, as a power of two. Large: 128 MiB, what `zstd` itself unpacks without being told;
    /// small: 8 MiB, of `zstd -19` and below.
    fn zstd_window(&self) -> u32 {
        if self.large { 27 } else { 23 }
    }

    /// What xz may take. `xz -9` takes 65 MiB, `xz -6`, the usual, 9 MiB.
    fn xz_bytes(&self) -> u64 {
        if self.large { 192 << 20 } else { 16 << 20 }
    }

    fn pass(&self, what: &'static str) -> io::Error {
        self.passed.store(true, Ordering::Relaxed);
        io::Error::new(io::ErrorKind::OutOfMemory, what)
    }
}

/// For files that are unpacked one after the other.
static LARGE: Limits = Limits { large: true, passed: AtomicBool::new(false) };

impl Compression {
    /// All formats.
    pub const ALL: [Compression; 4] =
        [Compression::Gzip, Compression::Zstd, Compression::Bzip2, Compression::Xz];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
        }
    }

    /// The endings of names of files that are packed with it.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Compression::Gzip => &["gz", "gzip"],
            Compression::Zstd => &["zst", "zstd"],
            Compression::Bzip2 => &["bz2"],
            Compression::Xz => &["xz"],
        }
    }

    /// The format that the ending of a file's name promises.
    pub fn of_name(name: &str) -> Option<Compression> {
        let (_, ending) = name.rsplit_once('.')?;
        let ending = ending.to_ascii_lowercase();
        Self::ALL.into_iter().find(|packing| packing.endings().contains(&ending.as_str()))
    }

    /// What a stream holds that is packed in these formats, the outermost first. Layers that are not there any more (the
    /// file was unpacked since) are passed over.
    ///
    /// # Errors
    /// What reading says.
    pub(crate) fn unpack_all(
        packed: Box<dyn BufRead>,
        packing: &[Compression],
    ) -> io::Result<Box<dyn BufRead>> {
        // Where damage is passed over, the hash of the whole tells.
        static GAPS: Gaps = Gaps::none();
        let mut stream = packed;
        for &compression in packing {
            let peeked = Peeked::at_head(stream);
            if Compression::of(peeked.head.get_ref()) != Some(compression) {
                return Ok(Box::new(peeked));
            }
            stream =
                Box::new(BufReader::with_capacity(READ_BYTES, compression.unpack(peeked, &LARGE, &GAPS)?));
        }
        Ok(stream)
    }

    /// The format that bytes are packed with, by their first ones.
    pub(super) fn of(head: &[u8]) -> Option<Compression> {
        let skippable = |head: &[u8]| matches!(head, [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..]);
        match head {
            [0x1F, 0x8B, 8, ..] => Some(Compression::Gzip),
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Compression::Zstd),
            head if skippable(head) => Some(Compression::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => {
                Some(Compression::Bzip2)
            }
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Compression::Xz),
            _ => None,
        }
    }

    /// The format that a file was packed with of which so little is left that its magic is cut.
    pub(super) fn of_remains(name: &str, head: &[u8]) -> Option<Compression> {
        const SHORTEST: usize = 10;
        let packing = Self::of_name(name)?;
        let magic: &[u8] = match packing {
            Compression::Gzip => &[0x1F, 0x8B, 8],
            Compression::Zstd => &[0x28, 0xB5, 0x2F, 0xFD],
            Compression::Bzip2 => b"BZh",
            Compression::Xz => &[0xFD, b'7', b'z', b'X', b'Z', 0],
        };
        let same = magic.iter().zip(head).all(|(magic, met)| magic == met);
        (same && !head.is_empty() && head.len() < SHORTEST).then_some(packing)
    }

    /// The stream of what `packed` holds. Where it goes on behind damage, a gap is told.
    pub(super) fn unpack<'r>(
        self,
        mut packed: impl BufRead + 'r,
        limits: &'r Limits,
        gaps: &'r Gaps,
    ) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self {
            Compression::Gzip => Box::new(Members::new(packed, gaps)),
            Compression::Zstd => {
                // Web archives bring a dictionary.
                let mut frames = match super::warc::dictionary(&mut packed)? {
                    Some(dictionary) => zstd::Decoder::with_dictionary(packed, &dictionary)?,
                    None => zstd::Decoder::with_buffer(packed)?,
                };
                frames.window_log_max(limits.zstd_window())?;
                Box::new(ZstdFrames { frames, limits })
            }
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
            Compression::Xz => {
                let stream = Stream::new_stream_decoder(limits.xz_bytes(), CONCATENATED)?;
                Box::new(XzStreams { packed, stream, failed: None, limits })
            }
        })
    }
}

/// The frames of a zstd file.
struct ZstdFrames<'l, R: BufRead> {
    frames: zstd::Decoder<'static, R>,
    limits: &'l Limits,
}

impl<R: BufRead> Read for ZstdFrames<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.frames.read(into).map_err(|error| {
            let code = zstd_sys::ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge;
            let of_zstd = error.get_ref().and_then(|inner| inner.downcast_ref::<zstd::Error>());
            if of_zstd.is_some_and(|error| error.is(code)) {
                self.limits.pass("its window is larger than 128 MiB")
            } else {
                error
            }
        })
    }
}

/// The streams of an xz file. The crate's own reader drops what was unpacked in the step that met damage.
struct XzStreams<'l, R> {
    limits: &'l Limits,
    packed: R,
    stream: Stream,
    /// What went wrong behind the bytes that were given last.
    failed: Option<io::Error>,
}

impl<R: BufRead> Read for XzStreams<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        while !into.is_empty() {
            let input = self.packed.fill_buf()?;
            let action = if input.is_empty() { Action::Finish } else { Action::Run };
            let before = (self.stream.total_in(), self.stream.total_out());
            let result = self.stream.process(input, into, action);
            let steps = (self.stream.total_in() - before.0, self.stream.total_out() - before.1);
            let [consumed, given] =
                [steps.0, steps.1].map(|step| usize::try_from(step).unwrap_or(usize::MAX));
            let at_end = input.is_empty();
            self.packed.consume(consumed);
            let failed = match result {
                Err(liblzma::stream::Error::MemLimit) => {
                    Some(self.limits.pass("it takes over 192 MiB to unpack"))
                }
                Err(error) => Some(error.into()),
                Ok(Status::StreamEnd) => return Ok(given),
                Ok(_) if at_end && given == 0 => Some(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) if consumed + given == 0 => Some(io::ErrorKind::InvalidData.into()),
                Ok(_) => None,
            };
            match failed {
                Some(error) if given == 0 => return Err(error),
                failed => self.failed = failed,
            }
            if given > 0 {
                return Ok(given);
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Write;

    pub(in crate::archive) fn pack(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        match compression {
            Compression::Gzip => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                packer.write_all(bytes).expect("in memory");
                packer.finish().expect("in memory")
            }
            Compression::Zstd => zstd::encode_all(bytes, 3).expect("in memory"),
            Compression::Bzip2 => {
                let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
                packer.write_all(bytes).expect("in memory");
                packer.finish().expect("in memory")
            }
            Compression::Xz => {
                let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 3);
                packer.write_all(bytes).expect("in memory");
                packer.finish().expect("in memory")
            }
        }
    }

    /// What was unpacked, and whether it ended well.
    fn unpack(packed: &[u8]) -> (Vec<u8>, bool) {
        let mut bytes = Vec::new();
        let Some(compression) = Compression::of(packed) else { return (bytes, false) };
        let (limits, gaps) = Default::default();
        let well = compression
            .unpack(packed, &limits, &gaps)
            .is_ok_and(|mut stream| stream.read_to_end(&mut bytes).is_ok());
        (bytes, well)
    }

    fn text(lines: u32) -> Vec<u8> {
        (0..lines)
            .flat_map(|n| format!("{{\"line\":{n},\"x\":{}}}\n", n.wrapping_mul(2_654_435_761)).into_bytes())
            .collect()
    }

    #[test]
    fn members_frames_and_streams_follow_each_other() {
        for compression in Compression::ALL {
            let (one, two) = (text(300), text(7));
            let both = [pack(compression, &one), pack(compression, &[]), pack(compression, &two)].concat();
            assert!(unpack(&both) == ([one, two].concat(), true), "{}", compression.name());
        }
    }

    #[test]
    fn a_stream_cut_anywhere_gives_what_stood_before_and_an_error() {
        for compression in Compression::ALL {
            let whole = text(200);
            let packed = pack(compression, &whole);
            for end in 0..packed.len() {
                let (bytes, well) = unpack(&packed[..end]);
                assert!(!well, "{} cut at {end}", compression.name());
                assert!(whole.starts_with(&bytes), "{} cut at {end}", compression.name());
            }
        }
    }

    #[test]
    fn bytes_behind_the_last_member_are_an_error_and_zeros_behind_gzip_are_not() {
        for compression in Compression::ALL {
            let whole = text(20);
            let mut packed = pack(compression, &whole);
            if compression == Compression::Gzip {
                packed.extend([0; 1000]);
                assert!(unpack(&packed) == (whole.clone(), true));
            }
            packed.extend(b"garbage that is no member");
            assert!(unpack(&packed) == (whole, false), "{}", compression.name());
        }
    }
}
