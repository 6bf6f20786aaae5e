//! The directory of the pins: ours, for one detector at a time, and where pins can lie.
//!
//! What is wrong with it is one line with the cure, and nothing is touched then. Must not know: what lies in it.

use std::{
    fs::{self, DirBuilder, File, Metadata, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{self, Path, PathBuf},
    time::{Duration, Instant},
};

use nix::{
    sys::statfs::{BPF_FS_MAGIC, statfs},
    unistd::geteuid,
};

use crate::{failure::Failure, kernel::once_free::once_free};

/// A pin is as good as the descriptor of what is pinned.
const OWNER_ONLY: u32 = 0o700;
const OTHERS: u32 = 0o077;
/// The helper of a detector that was killed has the directory until it has ended.
const ENDING: Duration = Duration::from_secs(5);

/// A directory that this process has for itself until it ends.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Takes the directory, and makes it where it is missing.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be trusted, or another detector has it.
    pub(super) fn take(path: &Path) -> Result<Self, Failure> {
        let path = absolute(path)?;
        if is_missing(&path) {
            make(&path)?;
        }
        check(&path)?;
        let lock = File::open(&path).map_err(|error| unusable(&path, &error))?;
        let is_taken = |error: &TryLockError| matches!(error, TryLockError::WouldBlock);
        let locked = once_free(Instant::now() + ENDING, is_taken, || lock.try_lock());
        locked.map_err(|error| match error {
            TryLockError::WouldBlock => refused(
                &path,
                "another detector uses it",
                "end that one, or give this one its own with --pin DIR",
            ),
            TryLockError::Error(error) => unusable(&path, &error),
        })?;
        Ok(Self { path, _lock: lock })
    }
}

/// Whether it can be used, or made.
pub(super) fn look(path: &Path) -> Result<(), Failure> {
    let path = absolute(path)?;
    if is_missing(&path) {
        return ensure_can_be_made(&path);
    }
    check(&path)
}

/// Makes a directory for pins.
pub(super) fn make(path: &Path) -> Result<(), Failure> {
    ensure_can_be_made(path)?;
    let made = DirBuilder::new().mode(OWNER_ONLY).create(path);
    made.map_err(|error| unusable(path, &error))
}

/// Whether pins could lie there if there were a directory.
fn ensure_can_be_made(path: &Path) -> Result<(), Failure> {
    ensure_on_bpffs(path, path.parent().unwrap_or(path))
}

/// Whether nobody else could have put something into it, or can.
///
/// # Errors
/// [`Failure::Unavailable`] where somebody could.
pub(super) fn check(path: &Path) -> Result<(), Failure> {
    let it = fs::symlink_metadata(path).map_err(|error| unusable(path, &error))?;
    let real = fs::canonicalize(path).map_err(|error| unusable(path, &error))?;
    if real != path {
        let cure = format!("name {} itself with --pin DIR", real.display());
        return Err(refused(path, "the way to it is a symbolic link", &cure));
    }
    ensure_on_bpffs(path, path)?;
    match objection(&it, geteuid().as_raw()) {
        Some((what, cure)) => Err(refused(path, &what, cure)),
        None => Ok(()),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    path::absolute(path).map_err(|error| unusable(path, &error))
}

fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|it| it.kind() == ErrorKind::NotFound)
}

fn objection(it: &Metadata, user: u32) -> Option<(String, &'static str)> {
    if !it.is_dir() {
        return Some(("is no directory".to_owned(), "name another with --pin DIR"));
    }
    if it.uid() != user {
        return Some((
            format!("belongs to user {}, and this is user {user}", it.uid()),
            "name a directory of your own with --pin DIR",
        ));
    }
    if it.mode() & OTHERS != 0 {
        return Some((
            format!("is open to others (mode {:04o})", it.mode() & 0o7777),
            "see that nothing foreign lies in it, and chmod it to 0700",
        ));
    }
    None
}

fn ensure_on_bpffs(path: &Path, place: &Path) -> Result<(), Failure> {
    let system = statfs(place).map_err(|errno| unusable(path, &errno.into()))?;
    if system.filesystem_type() == BPF_FS_MAGIC {
        return Ok(());
    }
    Err(refused(
        path,
        "is not on a BPF file system, which alone holds pins",
        "name one below /sys/fs/bpf with --pin DIR (`mount -t bpf bpf /sys/fs/bpf` where that is missing)",
    ))
}

pub(super) fn unusable(path: &Path, error: &io::Error) -> Failure {
    refused(
        path,
        &error.to_string(),
        "name another directory with --pin DIR, in one that is there",
    )
}

fn refused(path: &Path, what: &str, cure: &str) -> Failure {
    Failure::Unavailable(format!("pins in {}: {what}; {cure}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_directory_of_our_own_is_nobody_elses_business() {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(OWNER_ONLY)).unwrap();
        let it = fs::symlink_metadata(folder.path()).unwrap();
        assert_eq!(objection(&it, it.uid()), None);
        let (what, _cure) = objection(&it, it.uid() + 1).unwrap();
        assert!(what.contains("belongs to user"), "{what}");
        for mode in [0o750, 0o701, 0o1777] {
            fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
            let it = fs::symlink_metadata(folder.path()).unwrap();
            let (what, _cure) = objection(&it, it.uid()).unwrap();
            assert!(what.contains(&format!("{mode:04o}")), "{what}");
        }
    }

    #[test]
    fn another_file_system_holds_no_pins_and_gets_no_directory() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().canonicalize().unwrap();
        for place in [path.clone(), path.join("pins")] {
            let failure = Folder::take(&place).unwrap_err().to_string();
            assert!(failure.contains("BPF file system"), "{failure}");
        }
        assert!(!path.join("pins").exists());
    }
}
