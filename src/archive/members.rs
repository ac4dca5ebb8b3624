//! Members: a compressed file cut into parts that can be unpacked side by side.
//!
//! In: a file that is compressed in many members whose ends are known without unpacking them: BGZF (gzip that says the
//! length of each member in its header) and zstd (whose frames can be walked by the headers of their blocks). Out: ranges
//! of some megabytes that hold whole members, in order. Other gzip, bzip2 and xz files say nothing of the kind and are
//! unpacked from begin to end, beside other files.
//!
//! Sources: the SAM/BAM format specification, 4.1 (BGZF); RFC 8878, 3.1.1 (frames, blocks).

use std::io;
use std::ops::Range;

use super::compression::Compression;
use super::readers::Whole;

/// About how much of the packed file one part is: a few milliseconds of work.
const PART_BYTES: u64 = 1 << 20;

/// How much of a member is looked at to find its end: all of a header of BGZF, or of a frame whose blocks are walked.
const HEADER_BYTES: u64 = 18;

/// Parts of a file, if it can be cut into two or more.
///
/// # Errors
/// What reading says.
pub(super) fn parts(file: &Whole, compression: Compression) -> io::Result<Option<Vec<Range<u64>>>> {
    let member = match compression {
        Compression::Gzip => bgzf_member,
        Compression::Zstd => zstd_frame,
        Compression::Bzip2 | Compression::Xz => return Ok(None),
    };
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    while at < file.len() {
        let Some(bytes) = member(file, at)?.filter(|bytes| *bytes > 0 && at + bytes <= file.len()) else {
            return Ok(None);
        };
        at += bytes;
        if at - begin >= PART_BYTES || at == file.len() {
            parts.push(begin..at);
            begin = at;
        }
    }
    Ok((parts.len() > 1).then_some(parts))
}

/// The length of the BGZF member at `at`; `None` if it is another.
fn bgzf_member(file: &Whole, at: u64) -> io::Result<Option<u64>> {
    if at + HEADER_BYTES > file.len() {
        return Ok(None);
    }
    let header = file.fetch(at..at + HEADER_BYTES)?;
    Ok(match *header {
        // The extra field is there, six bytes long, and holds the subfield BC of two bytes alone.
        [0x1F, 0x8B, 8, 4, _, _, _, _, _, _, 6, 0, b'B', b'C', 2, 0, low, high] => {
            Some(u64::from(u16::from_le_bytes([low, high])) + 1)
        }
        _ => None,
    })
}

/// The length of the zstd frame at `at`, skippable ones too; `None` if there is none.
fn zstd_frame(file: &Whole, at: u64) -> io::Result<Option<u64>> {
    const MOST_HEADER: u64 = 18;
    const BLOCK_HEADER: u64 = 3;
    let head = file.fetch(at..file.len().min(at + MOST_HEADER))?;
    let word = |at: usize| head.get(at..at + 4).and_then(|word| word.try_into().ok()).map(u32::from_le_bytes);
    let descriptor = match (word(0), head.get(4)) {
        // The dictionary of a web archive, which all frames need.
        (Some(0x184D_2A5D), _) if at == 0 => return Ok(None),
        (Some(0x184D_2A50..=0x184D_2A5F), _) => return Ok(word(4).map(|bytes| u64::from(bytes) + 8)),
        (Some(0xFD2F_B528), Some(&descriptor)) => descriptor,
        _ => return Ok(None),
    };
    let single_segment = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let content_size = match descriptor >> 6 {
        0 => u64::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let mut end = at + 5 + u64::from(!single_segment) + dictionary + content_size;
    loop {
        if end + BLOCK_HEADER > file.len() {
            return Ok(None);
        }
        let header = file.fetch(end..end + BLOCK_HEADER)?;
        let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        // A block of one repeated byte holds that byte.
        let bytes = if header >> 1 & 3 == 1 { 1 } else { u64::from(header >> 3) };
        end += BLOCK_HEADER + bytes;
        if header & 1 == 1 {
            break;
        }
    }
    let checksum = if descriptor & 4 != 0 { 4 } else { 0 };
    Ok(Some(end + checksum - at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::compression::Limits;
    use crate::archive::compression::tests::pack;
    use crate::archive::gzip::Gaps;

    fn whole(bytes: &[u8]) -> Whole {
        let file = tempfile::tempfile().expect("a temporary file");
        io::Write::write_all(&mut &file, bytes).expect("written");
        Whole::new(file, false).expect("opened")
    }

    /// Bytes that hardly pack, so that parts become many.
    fn noise(bytes: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_le_bytes()[7]
        };
        (0..bytes).map(|_| next()).collect()
    }

    fn bgzf(bytes: &[u8]) -> Vec<u8> {
        let member = |chunk: &[u8]| {
            let plain = pack(Compression::Gzip, chunk);
            // The usual header has ten bytes; the length of the member is known once it is packed.
            let length = u16::try_from(plain.len() + 8 - 1).expect("chunks are small");
            let mut member = plain[..10].to_vec();
            member[3] = 4;
            member.extend([6, 0, b'B', b'C', 2, 0]);
            member.extend(length.to_le_bytes());
            member.extend(&plain[10..]);
            member
        };
        bytes.chunks(40_000).chain([&[][..]]).flat_map(member).collect()
    }

    fn check(packed: &[u8], compression: Compression, expect: Option<usize>) {
        let parts = parts(&whole(packed), compression).expect("read");
        assert_eq!(parts.as_ref().map(Vec::len), expect);
        let Some(parts) = parts else { return };
        assert_eq!((parts[0].start, parts.last().expect("two").end), (0, packed.len() as u64));
        assert!(parts.windows(2).all(|two| two[0].end == two[1].start));
        let unpacked = parts.iter().flat_map(|part| {
            let part = usize::try_from(part.start).expect("small")..usize::try_from(part.end).expect("small");
            let mut bytes = Vec::new();
            let (limits, gaps) = (Limits::large(), Gaps::default());
            let mut stream = compression.unpack(&packed[part], &limits, &gaps).expect("begun");
            stream.read_to_end(&mut bytes).expect("whole members");
            bytes
        });
        let mut all = Vec::new();
        let (limits, gaps) = (Limits::large(), Gaps::default());
        compression.unpack(packed, &limits, &gaps).expect("begun").read_to_end(&mut all).expect("whole");
        assert!(unpacked.eq(all));
    }

    #[test]
    fn files_of_many_members_are_cut_between_them() {
        let noise = noise(3_500_000);
        check(&bgzf(&noise), Compression::Gzip, Some(4));
        check(&pack(Compression::Gzip, &noise), Compression::Gzip, None);
        let frames: Vec<u8> =
            noise.chunks(300_000).flat_map(|chunk| pack(Compression::Zstd, chunk)).collect();
        check(&frames, Compression::Zstd, Some(3));
        let marked = [&frames[..], b"\x50\x2A\x4D\x18\x05\0\0\0hello", &frames[..]].concat();
        check(&marked, Compression::Zstd, Some(6));
        check(&pack(Compression::Zstd, &noise), Compression::Zstd, None);
        check(&frames[..frames.len() - 1], Compression::Zstd, None);
        check(&[&frames[..], b"rubbish"].concat(), Compression::Zstd, None);
    }
}
