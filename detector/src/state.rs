//! What outlives the process: a directory of small JSON files, for one detector at a time.
//!
//! Nothing here ends a detector that runs: a file that cannot be read is set aside, one that cannot
//! be written is tried again at the next occasion, each with one warning. Must not know: what is in
//! a file, or when one is due ([`Keeper`] says so, without a clock).

mod envelope;
mod keeper;
mod place;

use std::{
    collections::BTreeSet,
    fs::{self, DirBuilder, File, Metadata, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use nix::unistd::geteuid;
use serde::{Serialize, de::DeserializeOwned};
use tempfile::Builder;
use tracing::{info, warn};

pub use self::{keeper::Keeper, place::Place};
use crate::failure::Failure;

/// Held while a detector uses the directory; the kernel lets go of it however the process ends.
const LOCK: &str = "lock";
/// What a file is called while it is written.
const PARTIAL: &str = ".partial";
/// Ten times what the largest file takes.
const MOST_BYTES: u64 = 64 << 20;
/// The directory is for whoever runs the detector: it tells who talked to whom.
const OWNER_ONLY: u32 = 0o700;
/// What others must not: put a file there, which would be believed.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// A directory that this process has for itself.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    /// Files whose latest write failed, so that it is told once.
    failing: BTreeSet<String>,
    _lock: File,
}

impl StateDir {
    /// Takes the directory for this process, and makes it where it is missing.
    ///
    /// # Errors
    /// [`Failure::Permission`] or [`Failure::Failed`] where it cannot be made or written, where others
    /// could write there, or where another detector has it.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        create(path).map_err(|error| unusable(path, &error))?;
        let it = fs::metadata(path).map_err(|error| unusable(path, &error))?;
        if let Some(what) = objection(&it) {
            return Err(open_to_others(path, &what));
        }
        let lock = lock_file(path).map_err(|error| unusable(path, &error))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => taken(path),
            TryLockError::Error(error) => unusable(path, &error),
        })?;
        sweep(path).map_err(|error| unusable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            failing: BTreeSet::new(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What `name` holds. One that cannot be used is set aside as `NAME.damaged`, with a warning.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let reason = match read(&self.path.join(name)) {
            Ok(bytes) => match envelope::open(&bytes) {
                Ok(content) => return Some(content),
                Err(damage) => damage.to_string(),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => error.to_string(),
        };
        self.set_aside(name, &reason);
        None
    }

    /// Writes `name` anew. A reader, or whoever starts after a crash, sees the old file or the new one,
    /// and never part of one. Where that fails the old one stays, with one warning.
    pub fn store<T: Serialize>(&mut self, name: &str, content: &T) {
        let path = self.path.join(name);
        match self.replace(name, content) {
            Ok(()) if self.failing.remove(name) => {
                info!("state file {} is written again", path.display());
            }
            Ok(()) => {}
            Err(error) if self.failing.insert(name.to_owned()) => warn!(
                "state file {}: {error}; it stays as it is and is tried again, a restart would begin with what is old",
                path.display()
            ),
            Err(_told) => {}
        }
    }

    fn replace<T: Serialize>(&self, name: &str, content: &T) -> io::Result<()> {
        let mut file = Builder::new()
            .prefix(name)
            .suffix(PARTIAL)
            .tempfile_in(&self.path)?;
        file.write_all(&envelope::seal(content)?)?;
        // Before it gets its name, or after a power cut the name could stand for an empty file.
        file.as_file().sync_all()?;
        file.persist(self.path.join(name))?;
        File::open(&self.path)?.sync_all()
    }

    fn set_aside(&self, name: &str, reason: &str) {
        let path = self.path.join(name);
        let aside = self.path.join(format!("{name}.damaged"));
        let fate = match fs::rename(&path, &aside) {
            Ok(()) => format!("it is kept as {}", aside.display()),
            Err(error) => format!("it cannot be set aside either ({error})"),
        };
        warn!(
            "state file {}: {reason}; {fate}, and the detector begins without this memory",
            path.display()
        );
    }
}

fn create(path: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(OWNER_ONLY)
        .create(path)
}

/// Who else could write into a directory than this user and root, if anybody.
pub(crate) fn objection(directory: &Metadata) -> Option<String> {
    let (owner, mode) = (directory.uid(), directory.mode());
    let user = geteuid().as_raw();
    if owner != user && owner != 0 {
        Some(format!(
            "it belongs to user {owner}, and this is user {user}"
        ))
    } else if mode & WRITABLE_BY_OTHERS != 0 {
        Some(format!(
            "others may write there (mode {:04o})",
            mode & 0o7777
        ))
    } else {
        None
    }
}

fn lock_file(path: &Path) -> io::Result<File> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.join(LOCK))
}

/// Removes what a detector left that was killed while it wrote.
fn sweep(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .ends_with(PARTIAL.as_bytes())
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = File::open(path)?.take(MOST_BYTES + 1);
    if file.read_to_end(&mut bytes)? as u64 > MOST_BYTES {
        return Err(io::Error::other("longer than any state file"));
    }
    Ok(bytes)
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    let what = format!("state directory {}: {error}", path.display());
    match error.kind() {
        io::ErrorKind::PermissionDenied => Failure::Permission(format!(
            "{what}; let the user that runs this write there, or name another with --state-dir DIR"
        )),
        _ => Failure::Failed(format!("{what}; name another with --state-dir DIR")),
    }
}

fn open_to_others(path: &Path, what: &str) -> Failure {
    Failure::Permission(format!(
        "state directory {}: {what}, and what lies there is believed; chown and chmod it (0700), or name another with \
         --state-dir DIR",
        path.display()
    ))
}

fn taken(path: &Path) -> Failure {
    Failure::Failed(format!(
        "state directory {}: another detector uses it; end that one, or give this one its own with --state-dir DIR",
        path.display()
    ))
}

#[cfg(test)]
mod tests;
