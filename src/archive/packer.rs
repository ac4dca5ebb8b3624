//! Packing: bytes on their way into a file, compressed once or several times over.
//!
//! In: bytes, and formats, the outermost first. Out: one stream of each format, which [`Compression`] unpacks to the
//! same bytes. The idea: each layer writes into the one outside of it. The same bytes, formats and version of the program
//! give the same packed bytes: no time, no name of a file and no number of threads goes in.
//!
//! It does not give back the packed bytes that a file had before: nobody can tell with which program and at which level it
//! was packed. Memory: that of the encoder, up to 94 MiB for xz.

use std::io::{self, Write};

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use liblzma::write::XzEncoder;

use super::compression::Compression;

/// What `gzip` and `xz` do without being told; both are the knee of size against time.
const USUAL_LEVEL: u32 = 6;
/// What `bzip2` does without being told: blocks of 900 kB.
const BZIP2_LEVEL: u32 = 9;
/// What `zstd` does without being told.
const ZSTD_LEVEL: i32 = 3;

/// Packs what is written, and passes it on.
pub(crate) enum Packer<W: Write> {
    Bare(W),
    Gzip(GzEncoder<Box<Packer<W>>>),
    Zstd(zstd::Encoder<'static, Box<Packer<W>>>),
    Bzip2(BzEncoder<Box<Packer<W>>>),
    Xz(XzEncoder<Box<Packer<W>>>),
}

impl<W: Write> Packer<W> {
    /// Packs in these formats, the outermost first.
    pub(crate) fn new(out: W, packing: &[Compression]) -> io::Result<Self> {
        packing.iter().try_fold(Packer::Bare(out), |outside, compression| {
            let outside = Box::new(outside);
            Ok(match compression {
                Compression::Gzip => {
                    Packer::Gzip(GzEncoder::new(outside, flate2::Compression::new(USUAL_LEVEL)))
                }
                Compression::Zstd => {
                    let mut encoder = zstd::Encoder::new(outside, ZSTD_LEVEL)?;
                    // As the command does: a damaged file is told from a whole one.
                    encoder.include_checksum(true)?;
                    Packer::Zstd(encoder)
                }
                Compression::Bzip2 => {
                    Packer::Bzip2(BzEncoder::new(outside, bzip2::Compression::new(BZIP2_LEVEL)))
                }
                Compression::Xz => Packer::Xz(XzEncoder::new(outside, USUAL_LEVEL)),
            })
        })
    }

    /// Ends all layers; what they were written to.
    pub(crate) fn finish(self) -> io::Result<W> {
        let outside = match self {
            Packer::Bare(out) => return Ok(out),
            Packer::Gzip(encoder) => encoder.finish()?,
            Packer::Zstd(encoder) => encoder.finish()?,
            Packer::Bzip2(encoder) => encoder.finish()?,
            Packer::Xz(encoder) => encoder.finish()?,
        };
        outside.finish()
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packer::Bare(out) => out.write(bytes),
            Packer::Gzip(encoder) => encoder.write(bytes),
            Packer::Zstd(encoder) => encoder.write(bytes),
            Packer::Bzip2(encoder) => encoder.write(bytes),
            Packer::Xz(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Packer::Bare(out) => out.flush(),
            Packer::Gzip(encoder) => encoder.flush(),
            Packer::Zstd(encoder) => encoder.flush(),
            Packer::Bzip2(encoder) => encoder.flush(),
            Packer::Xz(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::archive::compression::Limits;

    fn check(bytes: &[u8], packing: &[Compression]) {
        let pack = || {
            let mut packer = Packer::new(Vec::new(), packing).expect("memory");
            packer.write_all(bytes).expect("memory");
            packer.finish().expect("memory")
        };
        let packed = pack();
        assert!(packed == pack(), "{packing:?}: not the same twice");
        let limits = Limits::default();
        let mut unpacked = packed;
        for compression in packing {
            assert_eq!(Compression::of(&unpacked), Some(*compression), "{packing:?}");
            let mut inside = Vec::new();
            let mut stream = compression.unpack(&unpacked[..], &limits).expect("a stream");
            stream.read_to_end(&mut inside).expect("whole");
            drop(stream);
            unpacked = inside;
        }
        assert!(unpacked == bytes, "{packing:?}");
    }

    #[test]
    fn what_is_packed_is_unpacked_within_the_small_limits_of_readers() {
        let lines: Vec<u8> =
            (0..200_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect();
        for bytes in [&b""[..], b"a", &lines] {
            check(bytes, &[]);
            for compression in Compression::ALL {
                check(bytes, &[compression]);
            }
            check(bytes, &[Compression::Gzip, Compression::Zstd]);
        }
    }
}
