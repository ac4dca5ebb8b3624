//! Out: where a cleaned archive goes; claimed before any work, written beside its place, moved there when all is complete.
//!
//! A file is written under a temporary name in the same folder, and gets its place by one rename; until then, and after
//! any error, whatever stood there before still stands. A folder is filled beside its place likewise. Standard output, and
//! devices and pipes that are named, are written as they are. What is written is packed on the way ([`Compress`]).
//! Dropping a claim removes what was written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use tempfile::{NamedTempFile, TempDir, TempPath};

use super::compress::Compress;
use crate::archive::{Archive, Compression, Packer};
use crate::error::Error;

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 1 << 18;

/// Where an archive goes.
#[derive(Debug)]
pub struct Destination {
    to: To,
    compress: Compress,
}

#[derive(Debug)]
enum To {
    Stdout,
    File(NewFile),
    Folder { place: PathBuf, beside: TempDir, new: PathBuf },
}

/// A file that is not published yet.
#[derive(Debug)]
pub struct NewFile {
    place: PathBuf,
    /// `None` for a device or pipe, which is written as it is.
    temporary: Option<NamedTempFile>,
    /// `None` once all is written.
    file: Option<File>,
    /// Whether nothing stood at the place when it was claimed.
    is_new: bool,
}

/// Something to write one file of an archive to, packed on the way.
pub(super) struct Out<'d>(Packer<Bare<'d>>);

/// Where packed bytes go.
enum Bare<'d> {
    Stdout(BufWriter<io::StdoutLock<'static>>),
    File(BufWriter<&'d File>),
    Own(BufWriter<File>),
}

impl Destination {
    /// Claims the place `out`, `-` for standard output. `many`: a folder is needed. `inputs` are the arguments. Of a single
    /// file the ending says how it is compressed, unless that is asked for.
    ///
    /// # Errors
    /// [`Error::OutputInTheWay`] if an input is or lies there, or something else; [`Error::WriteOutput`].
    pub fn claim(
        out: &Path,
        many: bool,
        inputs: &[String],
        compress: Compress,
    ) -> Result<Destination, Error> {
        if out.as_os_str() == "-" {
            if many {
                let why = "cannot take several files; name a folder with --out".to_owned();
                return Err(in_the_way(Path::new("standard output"), why));
            }
            return Ok(Destination { to: To::Stdout, compress });
        }
        let is_folder = fs::metadata(out).is_ok_and(|there| there.is_dir());
        if !many && !is_folder {
            let named = out.to_str().and_then(Compression::of_name).map(Compress::With);
            let compress = if compress == Compress::Same { named.unwrap_or_default() } else { compress };
            return Ok(Destination { to: To::File(NewFile::claim(out, inputs)?), compress });
        }
        let place = resolve(out)?;
        if place.exists() && !is_folder {
            return Err(in_the_way(out, "is a file, and several inputs need a folder".into()));
        }
        refuse_inputs(out, &place, inputs)?;
        if is_folder && fs::read_dir(&place).map_err(|source| unwritable(out, source))?.next().is_some() {
            return Err(in_the_way(
                out,
                "holds something already, and a new or empty folder is needed".into(),
            ));
        }
        // An empty folder is filled and stays the folder it is: it may be a mount point, or where somebody stands.
        let parent = if is_folder { &place } else { place.parent().unwrap_or(Path::new("/")) };
        fs::create_dir_all(parent).map_err(|source| unwritable(out, source))?;
        let beside = tempfile::Builder::new().prefix(".wirecopy-").suffix(".partial").tempdir_in(parent);
        let beside = beside.map_err(|source| unwritable(out, source.kind().into()))?;
        // Inside the private temporary folder, so that it gets the user's usual permissions.
        let new = beside.path().join("archive");
        fs::create_dir(&new).map_err(|source| unwritable(out, source))?;
        Ok(Destination { to: To::Folder { place, beside, new }, compress })
    }

    /// What there is to remove if the run ends early.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        match &self.to {
            To::Stdout => Vec::new(),
            To::File(file) => file.leftovers(),
            To::Folder { beside, .. } => vec![beside.path().to_owned()],
        }
    }

    /// Where it goes, as people know it.
    pub fn name(&self) -> String {
        match &self.to {
            To::Stdout => "standard output".into(),
            To::File(file) => file.place.display().to_string(),
            To::Folder { place, .. } => place.display().to_string(),
        }
    }

    /// Whether it is, or would hold, this place.
    pub fn is_at(&self, place: &Path) -> bool {
        match &self.to {
            To::Stdout => false,
            To::File(file) => file.temporary.is_some() && file.place == place,
            To::Folder { place: folder, .. } => place.starts_with(folder),
        }
    }

    /// Whether it is standard output.
    pub fn is_stdout(&self) -> bool {
        matches!(self.to, To::Stdout)
    }

    /// How it is compressed.
    pub(super) fn compress(&self) -> Compress {
        self.compress
    }

    /// Whether it is a folder.
    pub(super) fn is_folder(&self) -> bool {
        matches!(self.to, To::Folder { .. })
    }

    /// Opens the file `name` of the archive for writing, packed in these formats, the outermost first.
    pub(super) fn open(&mut self, name: &str, packing: &[Compression]) -> Result<Out<'_>, Error> {
        let place = self.name();
        let packed = Packer::new(self.bare(name)?, packing);
        packed.map(Out).map_err(|source| unwritable(Path::new(&place), source))
    }

    fn bare(&mut self, name: &str) -> Result<Bare<'_>, Error> {
        match &mut self.to {
            To::Stdout => Ok(Bare::Stdout(BufWriter::with_capacity(BUFFER_BYTES, io::stdout().lock()))),
            To::File(file) => Ok(Bare::File(file.writer())),
            To::Folder { new, .. } => {
                let path = new.join(within(name)?);
                let open = || {
                    fs::create_dir_all(path.parent().unwrap_or(new))?;
                    File::create_new(&path)
                };
                Ok(Bare::Own(BufWriter::with_capacity(
                    BUFFER_BYTES,
                    open().map_err(|source| unwritable(Path::new(name), source))?,
                )))
            }
        }
    }

    /// Refuses a place that is one of the files that are read.
    ///
    /// # Errors
    /// [`Error::OutputInTheWay`].
    pub fn refuse_sources(&self, archive: &Archive) -> Result<(), Error> {
        match &self.to {
            To::File(file) => file.refuse_sources(archive),
            To::Stdout => {
                // `clean a.jsonl > a.jsonl` has emptied it already; `>> a.jsonl` would never end.
                let out = nix::sys::stat::fstat(io::stdout()).ok();
                let is = |path: &Path| {
                    let input = fs::metadata(path).ok();
                    out.zip(input).is_some_and(|(out, input)| {
                        (out.st_dev, out.st_ino) == (input.dev(), input.ino()) && input.is_file()
                    })
                };
                match archive.sources().iter().find(|source| source.path().is_some_and(is)) {
                    Some(source) => {
                        Err(in_the_way(Path::new("standard output"), format!("is the input {}", source.name)))
                    }
                    None => Ok(()),
                }
            }
            To::Folder { .. } => Ok(()),
        }
    }

    /// Moves what was written to its place.
    ///
    /// # Errors
    /// [`Error::WriteOutput`].
    pub fn publish(self) -> Result<(), Error> {
        match self.to {
            To::Stdout => Ok(()),
            To::File(file) => file.publish(),
            To::Folder { place, beside, new } => {
                let publish = || {
                    if beside.path().parent() == Some(&*place) {
                        fill(&place, &beside, &new)
                    } else {
                        fs::rename(&new, &place)
                    }
                };
                publish().map_err(|source| unwritable(&place, source))
            }
        }
    }
}

/// Moves what is in `new`, which lies in `place` itself, up into `place`, if nothing else came there. What was moved before one
/// fails goes back.
fn fill(place: &Path, beside: &TempDir, new: &Path) -> io::Result<()> {
    for entry in fs::read_dir(place)? {
        if entry?.path() != beside.path() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
    }
    let mut moved: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut move_all = || {
        for entry in fs::read_dir(new)? {
            let entry = entry?;
            let there = place.join(entry.file_name());
            fs::rename(entry.path(), &there)?;
            moved.push((entry.path(), there));
        }
        Ok(())
    };
    let done: io::Result<()> = move_all();
    if done.is_err() {
        for (here, there) in &moved {
            fs::rename(there, here)?;
        }
    }
    done
}

impl NewFile {
    /// Claims the place of a file. `inputs` are the arguments.
    ///
    /// # Errors
    /// As [`Destination::claim`].
    pub fn claim(path: &Path, inputs: &[String]) -> Result<NewFile, Error> {
        let place = resolve(path)?;
        refuse_inputs(path, &place, inputs)?;
        let there = fs::metadata(&place).ok();
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(in_the_way(path, "is a folder".into()));
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = fs::OpenOptions::new().write(true).open(&place);
            let file = file.map_err(|source| unwritable(path, source))?;
            return Ok(NewFile { place, temporary: None, file: Some(file), is_new: false });
        }
        let parent = place.parent().unwrap_or(Path::new("/"));
        let is_new = there.is_none();
        // The usual permissions, which the user's mask narrows; or those of the file that gives way.
        let permissions =
            there.map_or_else(|| fs::Permissions::from_mode(0o666), |there| there.permissions());
        let temporary = tempfile::Builder::new()
            .prefix(".wirecopy-")
            .suffix(".partial")
            .permissions(permissions)
            .tempfile_in(parent)
            // The temporary name would only confuse.
            .map_err(|source| unwritable(path, source.kind().into()))?;
        let file = temporary.as_file().try_clone().map_err(|source| unwritable(path, source))?;
        Ok(NewFile { place, temporary: Some(temporary), file: Some(file), is_new })
    }

    /// Whether something stands at the place that would be lost.
    pub fn replaces(&self) -> bool {
        self.temporary.is_some() && self.place.exists()
    }

    /// The place.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// What there is to remove if the run ends early.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        self.temporary.iter().map(|temporary| temporary.path().to_owned()).collect()
    }

    /// Refuses a place that is one of the files that are read, by whatever name.
    ///
    /// # Errors
    /// [`Error::OutputInTheWay`].
    pub fn refuse_sources(&self, archive: &Archive) -> Result<(), Error> {
        let Ok(there) = fs::metadata(&self.place) else { return Ok(()) };
        let is = |path: &Path| {
            fs::metadata(path).is_ok_and(|input| (input.dev(), input.ino()) == (there.dev(), there.ino()))
        };
        match archive.sources().iter().find(|source| source.path().is_some_and(is)) {
            Some(source) => Err(in_the_way(&self.place, format!("is the input {}", source.name))),
            None => Ok(()),
        }
    }

    pub(super) fn writer(&mut self) -> BufWriter<&File> {
        BufWriter::with_capacity(BUFFER_BYTES, self.file.as_ref().expect("open until it is published"))
    }

    /// Sees to it that what was written is on the disk.
    pub(super) fn sync(&self) -> Result<(), Error> {
        match (&self.temporary, &self.file) {
            (Some(_), Some(file)) => file.sync_all().map_err(|source| unwritable(&self.place, source)),
            _ => Ok(()),
        }
    }

    /// Moves what was written to its place. What came there since the place was claimed is not replaced.
    ///
    /// # Errors
    /// [`Error::WriteOutput`].
    pub fn publish(self) -> Result<(), Error> {
        let NewFile { place, temporary, is_new, .. } = self;
        let Some(temporary) = temporary else { return Ok(()) };
        let published = if is_new { temporary.persist_noclobber(&place) } else { temporary.persist(&place) };
        published.map(drop).map_err(|error| unwritable(&place, error.error))
    }

    /// The same, and then `rest`. Where that fails, what stood at the place before stands there again.
    ///
    /// # Errors
    /// [`Error::WriteOutput`], and what `rest` says.
    pub fn publish_before(self, rest: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        if self.temporary.is_none() {
            return rest();
        }
        let (place, is_new) = (self.place.clone(), self.is_new);
        let failed = |source: io::Error| unwritable(&place, source);
        let old = if is_new { None } else { Some(put_aside(&place).map_err(failed)?) };
        match self.publish().and_then(|()| rest()) {
            Ok(()) => Ok(()),
            Err(error) => {
                match old {
                    Some(old) => old.persist(&place).map_err(|error| failed(error.error))?,
                    None => fs::remove_file(&place).map_err(failed)?,
                }
                Err(error)
            }
        }
    }
}

/// A second name for the file at `place`, which goes when it is dropped.
fn put_aside(place: &Path) -> io::Result<TempPath> {
    let parent = place.parent().unwrap_or(Path::new("/"));
    let aside =
        tempfile::Builder::new().prefix(".wirecopy-").suffix(".old").tempfile_in(parent)?.into_temp_path();
    fs::copy(place, &aside)?;
    Ok(aside)
}

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Out<'_> {
    /// Ends what is packed, writes what is gathered, and sees to it that it is on the disk where that can be.
    pub(super) fn finish(self) -> io::Result<()> {
        let mut bare = self.0.finish()?;
        bare.flush()?;
        match &bare {
            Bare::Own(out) => out.get_ref().sync_all(),
            Bare::File(out) if out.get_ref().metadata()?.is_file() => out.get_ref().sync_all(),
            Bare::File(_) | Bare::Stdout(_) => Ok(()),
        }
    }
}

impl Write for Bare<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Bare::Stdout(out) => out.write(bytes),
            Bare::File(out) => out.write(bytes),
            Bare::Own(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Bare::Stdout(out) => out.flush(),
            Bare::File(out) => out.flush(),
            Bare::Own(out) => out.flush(),
        }
    }
}

/// A relative name that stays within its folder.
pub(super) fn within(name: &str) -> Result<&Path, Error> {
    let path = Path::new(name);
    if !name.is_empty() && path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(path);
    }
    Err(in_the_way(path, "is no name within a folder".into()))
}

/// The place that a path means, links followed: what is replaced is the file, not the link to it. Of what is not there yet
/// the folders above it are followed as far as they are.
fn resolve(path: &Path) -> Result<PathBuf, Error> {
    match fs::canonicalize(path) {
        Ok(real) => Ok(real),
        Err(error) if fs::symlink_metadata(path).is_ok() => Err(unwritable(path, error)),
        Err(_) => {
            let absolute = std::path::absolute(path).map_err(|error| unwritable(path, error))?;
            let mut place = PathBuf::new();
            let mut is_there = true;
            for part in absolute.components() {
                match part {
                    Component::ParentDir => {
                        place.pop();
                    }
                    part => place.push(part),
                }
                is_there = is_there && place.exists();
                if is_there && let Ok(real) = fs::canonicalize(&place) {
                    place = real;
                }
            }
            Ok(place)
        }
    }
}

/// Refuses a place that is an input, lies in one, or holds one.
fn refuse_inputs(path: &Path, place: &Path, inputs: &[String]) -> Result<(), Error> {
    let there = fs::metadata(place).ok();
    for input in inputs.iter().filter(|input| *input != "-") {
        let Ok(real) = fs::canonicalize(input) else { continue };
        let Ok(input_is) = fs::metadata(&real) else { continue };
        let same = there
            .as_ref()
            .is_some_and(|there| (there.dev(), there.ino()) == (input_is.dev(), input_is.ino()));
        if (same && (input_is.is_file() || input_is.is_dir())) || real.starts_with(place) {
            return Err(in_the_way(path, format!("is, or holds, the input {input}")));
        }
        if input_is.is_dir() && place.starts_with(&real) {
            return Err(in_the_way(
                path,
                format!("lies in the input {input}, where the next run would read it"),
            ));
        }
    }
    Ok(())
}

fn in_the_way(path: &Path, why: String) -> Error {
    Error::OutputInTheWay { path: path.to_owned(), why }
}

pub(super) fn unwritable(place: &Path, source: io::Error) -> Error {
    Error::WriteOutput { path: place.to_owned(), source }
}
