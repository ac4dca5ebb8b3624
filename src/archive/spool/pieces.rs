//! Frames, written piece by piece: in memory as long as there is room, then into a file.
//!
//! In: frames, and word where a piece begins. Out: extents, of which each that is in memory holds one piece, so that whoever reads
//! it has it in one stretch. The idea: writing a file and mapping it costs more than unpacking some formats, and most archives
//! are small; a table that grows with the archive stands in memory up to a fixed part of the bound, as everywhere
//! (`docs/decisions/0010-memory.md`).

use std::io;

use super::{Extent, Spools, Writer};

/// What is reserved for a piece at most: pieces are about 1 MiB long, but for giants among their records.
const MOST_USUAL: usize = 5 << 18;

/// Writes frames.
#[derive(Debug)]
pub(in super::super) struct PieceWriter<'s> {
    spools: &'s Spools,
    /// Those in memory, and their bytes.
    held: Vec<Extent>,
    held_bytes: u64,
    /// The piece that is being written, while there is no file; and how long one will be about.
    piece: Vec<u8>,
    usual: usize,
    /// Where all goes that comes behind what is held.
    file: Option<Writer<'s>>,
}

impl<'s> PieceWriter<'s> {
    /// # Errors
    /// What the operating system says.
    pub(in super::super) fn new(spools: &'s Spools) -> io::Result<Self> {
        let file = if spools.has_room() { None } else { Some(spools.writer()?) };
        Ok(PieceWriter { spools, held: Vec::new(), held_bytes: 0, piece: Vec::new(), usual: 0, file })
    }

    /// Bytes so far.
    pub(in super::super) fn len(&self) -> u64 {
        self.held_bytes + self.piece.len() as u64 + self.file.as_ref().map_or(0, Writer::len)
    }

    /// Appends what `write` appends to the buffer, some `bytes`.
    ///
    /// # Errors
    /// What the operating system says.
    pub(in super::super) fn append<T>(
        &mut self,
        bytes: usize,
        write: impl FnOnce(&mut Vec<u8>) -> T,
    ) -> io::Result<T> {
        if let Some(file) = &mut self.file {
            return file.append(bytes, write);
        }
        if self.piece.capacity() == 0 {
            self.piece.reserve_exact(self.usual);
        }
        Ok(write(&mut self.piece))
    }

    /// What is appended from now on may stand apart from what was before.
    ///
    /// # Errors
    /// What the operating system says.
    pub(in super::super) fn begin_piece(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let bytes = self.piece.len();
        match self.spools.hold(std::mem::take(&mut self.piece)) {
            Ok(extent) => {
                self.held.push(extent);
                self.held_bytes += bytes as u64;
                self.usual = (bytes + bytes / 8).min(MOST_USUAL);
            }
            Err(piece) => self.file.insert(self.spools.writer()?).write(&piece)?,
        }
        Ok(())
    }

    /// What was written, in order.
    ///
    /// # Errors
    /// What the operating system says.
    pub(in super::super) fn finish(mut self) -> io::Result<Vec<Extent>> {
        self.begin_piece()?;
        if let Some(file) = self.file.filter(|file| file.len() > 0) {
            self.held.push(file.finish()?);
        }
        Ok(self.held)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn frames_are_read_back_however_much_is_held() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let frame = |number: u8| vec![number; 100 + usize::from(number)];
        for most in [0, 1, 250, 1000, 5000, u64::MAX] {
            let spools = Spools::new(folder.path(), most);
            let (mut all, mut extents) = (Vec::new(), Vec::new());
            for begin in [0, 20] {
                let mut writer = PieceWriter::new(&spools).expect("a spool");
                let before = all.len() as u64;
                for number in begin..begin + 20 {
                    if number % 3 == 0 {
                        writer.begin_piece().expect("written");
                    }
                    let frame = frame(number);
                    let given = writer.append(frame.len(), |buffer| buffer.extend_from_slice(&frame));
                    given.expect("written");
                    all.extend(frame);
                    assert_eq!(before + writer.len(), all.len() as u64);
                }
                extents.extend(writer.finish().expect("finished"));
            }
            spools.map();
            let read: Vec<u8> = extents
                .iter()
                .flat_map(|extent| extent.fetch(0..extent.bytes).expect("read").into_owned())
                .collect();
            assert!(read == all, "{most}");
            let held: u64 = extents.iter().filter(|extent| extent.is_held()).map(|extent| extent.bytes).sum();
            assert!(held <= most && held == spools.held.load(Ordering::Relaxed), "{held} of {most}");
            drop(extents);
            assert_eq!(spools.held.load(Ordering::Relaxed), 0);
            assert_eq!(held > 0, most >= 250, "{most}");
        }
    }
}
