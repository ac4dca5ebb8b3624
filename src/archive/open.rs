//! Opening: from arguments to an archive, unpacking what is packed.

use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::compression::Limits;
use super::detect::Kind;
use super::source::Source;
use super::spool::Spools;
use super::unpack::{Input, Packed, Unpacked, unpack};
use super::walk::{self, Found, walk};
use super::{Archive, FileCounts, MOST_MAPPED, ReadSettings};
use crate::error::Error;
use crate::problem::Problem;
use crate::watch::{Extent, Phase, Unwatched, Watch};

impl Archive {
    /// Finds and opens everything that `arguments` name. What is compressed, or neither JSON Lines nor text, is unpacked
    /// into nameless temporary files, as are streams; several files side by side.
    ///
    /// # Errors
    /// An argument that is not there or cannot be opened; a temporary file that cannot be written. Files that cannot be
    /// read, or not to their end, are problems.
    pub fn open(arguments: &[String], settings: ReadSettings) -> Result<(Archive, Vec<Problem>), Error> {
        Self::open_watched(arguments, settings, &Unwatched)
    }

    /// The same. Where anything is unpacked, [`Phase::Open`] tells how many bytes of the packed files are done; of streams, whose length
    /// nobody knows, only where there are no files.
    ///
    /// # Errors
    /// As [`Archive::open`].
    pub fn open_watched(
        arguments: &[String],
        settings: ReadSettings,
        watch: &dyn Watch,
    ) -> Result<(Archive, Vec<Problem>), Error> {
        let mut walked = walk(arguments)?;
        let spools = Spools::new(&settings.temp_dir);
        let found = std::mem::take(&mut walked.found);
        let sizes: Vec<u64> = found.iter().map(Found::packed_bytes).collect();
        let bytes = sizes.iter().sum();
        let is_unpacked = bytes > 0 || found.iter().any(Found::is_stream);
        let watch_of_streams = if bytes > 0 { &Unwatched } else { watch };
        if is_unpacked {
            watch.begin(Phase::Open, Extent { steps: bytes, articles: None, bytes });
        }
        let packed = |number: usize, name: &str, path: &Path, may_stay: bool| Packed {
            name: name.to_owned(),
            input: Input::File(path.to_owned()),
            may_stay,
            size: Some(sizes[number]),
        };
        let open = |(number, found): (usize, &Found)| match found {
            Found::File { name, path, kind: Kind::Plain(format) } => {
                let mapped = settings.mapped && number < MOST_MAPPED;
                Ok(Some(Unpacked::plain(Source::open(name.clone(), path, *format, mapped), name)))
            }
            Found::File { name, path, .. } => {
                let packed = packed(number, name, path, settings.mapped && number < MOST_MAPPED);
                let limits = Limits::default();
                let unpacked = unpack(&packed, &limits, &settings, &spools, watch)?;
                Ok((!limits.were_passed()).then_some(unpacked))
            }
            Found::Stream { .. } => Ok(None),
        };
        // Streams are waited for in their turn: who writes into one may count on the files before it being open. So are
        // the few files that take much memory to unpack.
        let mut opened: Vec<Unpacked> = Vec::new();
        let numbered: Vec<(usize, &Found)> = found.iter().enumerate().collect();
        for group in numbered.split_inclusive(|(_, found)| found.is_stream()) {
            let met: Result<Vec<Option<Unpacked>>, Error> = group.par_iter().map(|&one| open(one)).collect();
            for (unpacked, &(number, found)) in met?.into_iter().zip(group) {
                opened.push(match (unpacked, found) {
                    (Some(unpacked), _) => unpacked,
                    (None, Found::File { name, path, .. }) => {
                        let packed = packed(number, name, path, false);
                        unpack(&packed, &Limits::large(), &settings, &spools, watch)?
                    }
                    (None, Found::Stream { name, path }) => {
                        let input = Input::Stream(path.clone());
                        let packed = Packed { name: name.clone(), input, may_stay: false, size: None };
                        unpack(&packed, &Limits::large(), &settings, &spools, watch_of_streams)?
                    }
                });
            }
        }
        if is_unpacked {
            watch.end();
        }
        let (mut sources, mut problems, mut counts) = (Vec::new(), walked.problems, walked.counts);
        for Unpacked { source, problems: met } in opened {
            counts.unreadable += u64::from(source.is_none());
            sources.extend(source);
            problems.extend(met);
        }
        counts.read = sources.len() as u64;
        if settings.mapped {
            spools.map();
        }
        Ok((Archive { sources, settings, counts }, problems))
    }

    /// An archive of one file that is in memory; what it is, is told by its bytes and by `name` as of a file that was named.
    ///
    /// ```
    /// use wirecopy::{Settings, archive::Archive};
    ///
    /// let table = b"id,text\n1,Rain fell.\n".to_vec();
    /// let (archive, problems) = Archive::of_bytes("wire.csv", table, Settings::default().read)?;
    /// assert!(problems.is_empty());
    /// let mut texts = Vec::new();
    /// archive.for_each_article(|at, article| texts.push((at, article.text.to_string())), |_| {});
    /// assert_eq!(texts, [("wire.csv:1".to_owned(), "Rain fell.".to_owned())]);
    /// # Ok::<(), wirecopy::Error>(())
    /// ```
    ///
    /// # Errors
    /// A temporary file that cannot be written. Bytes that cannot be read, or not to their end, are problems.
    pub fn of_bytes(
        name: &str,
        bytes: Vec<u8>,
        settings: ReadSettings,
    ) -> Result<(Archive, Vec<Problem>), Error> {
        let spools = Spools::new(&settings.temp_dir);
        let input = Input::Memory(bytes);
        let packed = Packed { name: name.to_owned(), input, may_stay: false, size: None };
        let Unpacked { source, problems } =
            unpack(&packed, &Limits::large(), &settings, &spools, &Unwatched)?;
        if settings.mapped {
            spools.map();
        }
        let read = u64::from(source.is_some());
        let counts = FileCounts { read, unreadable: 1 - read, ..FileCounts::default() };
        Ok((Archive { sources: source.into_iter().collect(), settings, counts }, problems))
    }
}

impl Unpacked {
    /// A file that is read where it stands.
    fn plain(source: io::Result<Source>, name: &str) -> Unpacked {
        match source {
            Ok(source) => Unpacked { source: Some(source), problems: Vec::new() },
            Err(error) => {
                Unpacked { source: None, problems: vec![walk::unreadable(name.to_owned(), &error)] }
            }
        }
    }
}
