//! Out: where a cleaned archive goes; claimed before any work, written beside its place, moved there when all is complete.
//!
//! A file is a [`NewFile`]; a folder is filled beside its place likewise. Standard output, and
//! devices and pipes that are named, are written as they are. What is written is packed on the way ([`Compress`]).
//! Dropping a claim removes what was written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::compress::Compress;
use super::names::renamed;
use super::new_file::{BUFFER_BYTES, NewFile};
use super::places::{in_the_way, refuse_inputs, resolve, unwritable, within};
use crate::archive::{Archive, Compression, Form, Packer, packing_of_name};
use crate::error::Error;

/// Where an archive goes.
#[derive(Debug)]
pub struct Destination {
    to: To,
    compress: Compress,
    /// The name of a single file, as typed.
    name: Option<String>,
}

#[derive(Debug)]
enum To {
    Stdout,
    File(NewFile),
    Folder { place: PathBuf, beside: TempDir, new: PathBuf },
}

/// Something to write one file of an archive to, packed on the way.
pub(super) struct Out<'d>(Packer<Bare<'d>>);

/// Where packed bytes go.
enum Bare<'d> {
    Stdout(BufWriter<io::Stdout>),
    File(BufWriter<&'d File>),
    Own(BufWriter<File>),
}

impl Destination {
    /// Claims the place `out`, `-` or `/dev/stdout` for standard output. `many`: a folder is needed, as where `out` ends with a
    /// slash. `inputs` are the arguments. Of a single file the ending says how it is compressed.
    ///
    /// # Errors
    /// [`Error::OutputInTheWay`] if an input is or lies there, or something else; [`Error::OutputMisnamed`] if the ending says another
    /// compression than is asked for; [`Error::WriteOutput`].
    pub fn claim(
        out: &Path,
        many: bool,
        inputs: &[String],
        compress: Compress,
    ) -> Result<Destination, Error> {
        if is_stdout(out) {
            if many {
                let why = "cannot take several files; name a folder with --out".to_owned();
                return Err(in_the_way(Path::new("standard output"), why));
            }
            return Ok(Destination { to: To::Stdout, compress, name: None });
        }
        let is_folder = fs::metadata(out).is_ok_and(|there| there.is_dir());
        if !many && !is_folder && !is_named_as_folder(out) {
            let name = out.to_str().map(str::to_owned);
            let destination = Destination { to: To::File(NewFile::claim(out, inputs)?), compress, name };
            destination.refuse_compression()?;
            return Ok(destination);
        }
        let place = resolve(out)?;
        if place.exists() && !is_folder {
            return Err(in_the_way(out, "is a file, and a folder is needed".into()));
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
        Ok(Destination { to: To::Folder { place, beside, new }, compress, name: None })
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
            To::File(file) => file.place().display().to_string(),
            To::Folder { place, .. } => place.display().to_string(),
        }
    }

    /// Whether it is, or would hold, this place.
    pub fn is_at(&self, place: &Path) -> bool {
        match &self.to {
            To::Stdout => false,
            To::File(file) => file.is_at(place),
            To::Folder { place: folder, .. } => place.starts_with(folder),
        }
    }

    /// Whether it is standard output.
    pub fn is_stdout(&self) -> bool {
        matches!(self.to, To::Stdout)
    }

    /// How a file is packed, the outermost format first, if what is read was packed so.
    pub(super) fn packing(&self, was: &[Compression]) -> Vec<Compression> {
        match (self.compress, self.name.as_deref().and_then(packing_of_name)) {
            (Compress::Same, Some(named)) => named,
            (compress, _) => compress.packing(was),
        }
    }

    /// Refuses to compress a single file otherwise than its name says.
    fn refuse_compression(&self) -> Result<(), Error> {
        let Some((name, named)) = self.name.as_deref().and_then(|name| Some((name, packing_of_name(name)?)))
        else {
            return Ok(());
        };
        let asked = self.packing(&[]);
        if asked == named {
            return Ok(());
        }
        let said = |packing: &[Compression]| match packing {
            [] => "none",
            [.., last] => last.name(),
        };
        let why = format!(
            "is named as compressed with {}, and --compress {} was asked for",
            said(&named),
            said(&asked)
        );
        let instead = renamed(name, &named, &asked, "");
        Err(Error::OutputMisnamed { path: name.into(), why, instead })
    }

    /// Refuses to write articles in this form to a single file whose name says another; `was`: the name of the file that is read.
    ///
    /// # Errors
    /// [`Error::OutputMisnamed`].
    pub fn refuse_form(&self, form: Form, was: &str) -> Result<(), Error> {
        let Some(name) = self.name.as_deref() else { return Ok(()) };
        let Some(says) = form.denied_by(name, was) else { return Ok(()) };
        let why = format!("is named as {says}, and {} would be written", form.name());
        let instead = match &form.names_like(name)[..] {
            [own, lines] => format!("{own}, or {lines} for JSON Lines"),
            names => names.concat(),
        };
        Err(Error::OutputMisnamed { path: name.into(), why, instead })
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
            To::Stdout => Ok(Bare::Stdout(BufWriter::with_capacity(BUFFER_BYTES, io::stdout()))),
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

/// Whether a place is standard output. What its names in the system lead to has no name where it is a pipe.
fn is_stdout(out: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| out.as_os_str() == *name)
}

/// Whether a path names a folder, which need not be there.
pub fn is_named_as_folder(path: &Path) -> bool {
    path.as_os_str().as_bytes().ends_with(b"/")
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
