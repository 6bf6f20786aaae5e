//! Where the state directory is: what was asked for, what systemd says, or the usual place.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
};

use tracing::warn;

use super::StateDir;
use crate::failure::Failure;

const USUAL: &str = "/var/lib/detector";

/// A directory, and whether somebody named it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    path: PathBuf,
    is_named: bool,
}

impl Place {
    /// The directory of the command line, else the first of systemd's `$STATE_DIRECTORY`, else the usual one.
    pub fn of(flag: Option<&Path>, state_directory: Option<&OsStr>) -> Self {
        let of_systemd = state_directory.and_then(first);
        match flag.or(of_systemd) {
            Some(path) => Self {
                path: path.to_owned(),
                is_named: true,
            },
            None => Self {
                path: PathBuf::from(USUAL),
                is_named: false,
            },
        }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the directory. Where nobody named it and it is of no use, there is none, with a warning.
    ///
    /// # Errors
    /// Those of [`StateDir::open`], where somebody named it.
    pub fn open(&self) -> Result<Option<StateDir>, Failure> {
        match StateDir::open(&self.path) {
            Ok(directory) => Ok(Some(directory)),
            Err(failure) if self.is_named => Err(failure),
            Err(failure) => {
                warn!("{failure}; until then a restart forgets everything");
                Ok(None)
            }
        }
    }
}

/// systemd names several directories with colons between them.
fn first(list: &OsStr) -> Option<&Path> {
    let first = list.as_bytes().split(|octet| *octet == b':').next()?;
    (!first.is_empty()).then(|| Path::new(OsStr::from_bytes(first)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(flag: Option<&str>, state_directory: Option<&str>) -> (String, bool) {
        let place = Place::of(flag.map(Path::new), state_directory.map(OsStr::new));
        (place.path.display().to_string(), place.is_named)
    }

    #[test]
    fn the_flag_wins_then_systemd_then_the_usual_place() {
        let named = |path: &str| (path.to_owned(), true);
        assert_eq!(place(Some("/a"), Some("/b")), named("/a"));
        assert_eq!(place(None, Some("/b")), named("/b"));
        assert_eq!(place(None, Some("/b:/c")), named("/b"));
        for nothing in [None, Some("")] {
            assert_eq!(place(None, nothing), (USUAL.to_owned(), false));
        }
    }

    #[test]
    fn what_somebody_named_must_work_and_what_nobody_named_need_not() {
        let path = PathBuf::from("/dev/null/state");
        let named = Place {
            path,
            is_named: true,
        };
        assert!(
            named
                .open()
                .unwrap_err()
                .to_string()
                .contains("/dev/null/state")
        );
        let usual = Place {
            is_named: false,
            ..named
        };
        assert!(usual.open().unwrap().is_none());
    }
}
