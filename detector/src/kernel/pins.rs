//! Links that outlive the process, as pins in a directory: found, checked, taken over, left.
//!
//! Nothing else is pinned, and nothing of a pin is read but which link it is: no map of an earlier run is looked into,
//! so none can be misread. Must not know: how a program is attached or replaced.

mod folder;
mod look;
mod place;

use std::{
    collections::BTreeMap,
    fs::{self, DirEntry},
    path::{Path, PathBuf},
};

use aya::programs::links::FdLink;

use self::folder::{Folder, unusable};
pub(super) use self::{
    look::XDP as XDP_PROGRAMS,
    place::{Hook, Place},
};
use super::attach::TcHook;
use crate::failure::Failure;

/// What is none of ours.
const NOTHING: &str = "is nothing of the detector's";

/// The pins of one detector.
pub(super) struct Pins {
    root: Folder,
    /// Of this version.
    folder: PathBuf,
    /// What earlier runs left, of this version first.
    found: Vec<Found>,
    /// What this run keeps. Held as well, so that nothing is detached by whoever takes the pins away while it lasts.
    kept: BTreeMap<Place, FdLink>,
}

struct Found {
    place: Place,
    path: PathBuf,
    is_attached: bool,
}

/// Whether `path` can be used, with what lies in it. Only root is told whose a program is, so that this is asked
/// before the rights of root are given up.
///
/// # Errors
/// [`Failure::Unavailable`] where something in it is not ours, or it is not ours itself.
pub fn check(path: &Path) -> Result<(), Failure> {
    Pins::open(path).map(drop)
}

/// The same for the directory alone, which is not made.
///
/// # Errors
/// [`Failure::Unavailable`] where it is not ours, or could not be made.
pub fn look(path: &Path) -> Result<(), Failure> {
    needs()?;
    folder::look(path)
}

impl Pins {
    /// Takes the directory for this process, makes it where it is missing, and looks at all that lies in it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where something in it is not ours, or it is not ours itself; nothing was changed then.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        needs()?;
        let root = Folder::take(path)?;
        let folder = root.path.join(place::folder());
        let mut found = Vec::new();
        for version in entries(&root.path)? {
            let path = version.path();
            if !version.file_name().to_str().is_some_and(place::is_folder) {
                return Err(foreign(&path, NOTHING));
            }
            folder::check(&path)?;
            for pin in entries(&path)? {
                found.push(Found::at(&pin)?);
            }
        }
        found.sort_by_key(|it| !it.path.starts_with(&folder));
        if !folder.exists() {
            folder::make(&folder)?;
        }
        Ok(Self {
            root,
            folder,
            found,
            kept: BTreeMap::new(),
        })
    }

    /// Where they are.
    pub(super) fn path(&self) -> &Path {
        &self.root.path
    }

    /// The first link of an interface that an earlier run left at one of `hooks`.
    pub(super) fn find(&self, index: u32, hooks: &[Hook]) -> Option<(Hook, FdLink)> {
        let mut fit = self.found.iter().filter(|it| {
            it.is_attached && it.place.index == index && hooks.contains(&it.place.hook)
        });
        fit.find_map(|it| Some((it.place.hook, look::link_at(&it.path).ok()?)))
    }

    /// Whether there is still a folder for pins; root may have removed it.
    pub(super) fn is_there(&self) -> bool {
        self.folder.exists()
    }

    /// Keeps a link that was made, or taken over, beyond the end of this process.
    ///
    /// # Errors
    /// [`Failure::Failed`] where it cannot be pinned.
    pub(super) fn keep(&mut self, place: Place, link: FdLink) -> Result<(), Failure> {
        let path = self.folder.join(place.to_string());
        let number = |link: &FdLink| link.info().ok().map(|it| it.id());
        let there = look::link_at(&path).ok();
        let is_pinned = there.as_ref().is_some_and(|it| number(it) == number(&link));
        if there.is_some() && !is_pinned {
            // Of an interface that is gone.
            remove(&path)?;
        }
        let link = if is_pinned { link } else { pin(link, &path)? };
        self.kept.insert(place, link);
        Ok(())
    }

    /// Lets go of what is kept, or was left, of an interface at hooks that are `meant`.
    ///
    /// # Errors
    /// [`Failure::Failed`] where a pin cannot be removed.
    pub(super) fn let_go(&mut self, index: u32, meant: fn(Hook) -> bool) -> Result<(), Failure> {
        let is_meant = |place: &Place| place.index == index && meant(place.hook);
        for found in self.found.extract_if(.., |it| is_meant(&it.place)) {
            remove(&found.path)?;
        }
        for (place, _link) in self.kept.extract_if(.., |it, _| is_meant(it)) {
            remove(&self.folder.join(place.to_string()))?;
        }
        Ok(())
    }

    /// Removes what earlier runs left and this one does not keep, with the folders of other versions.
    ///
    /// # Errors
    /// [`Failure::Failed`] where something cannot be removed.
    pub(super) fn settle(&mut self) -> Result<(), Failure> {
        for found in self.found.drain(..) {
            if !found.path.starts_with(&self.folder) || !self.kept.contains_key(&found.place) {
                remove(&found.path)?;
            }
        }
        for version in entries(&self.root.path)? {
            let path = version.path();
            if path != self.folder {
                fs::remove_dir(&path).map_err(|error| unusable(&path, &error))?;
            }
        }
        Ok(())
    }
}

impl Found {
    fn at(pin: &DirEntry) -> Result<Self, Failure> {
        let path = pin.path();
        if pin.file_type().is_ok_and(|it| it.is_symlink()) {
            return Err(foreign(&path, "is a symbolic link"));
        }
        let name = pin.file_name();
        let place = name.to_str().and_then(Place::named);
        let place = place.ok_or_else(|| foreign(&path, NOTHING))?;
        let is_attached = look::is_attached(&path, place).map_err(|what| foreign(&path, &what))?;
        Ok(Self {
            place,
            path,
            is_attached,
        })
    }
}

/// Filters of clsact have no links.
fn needs() -> Result<(), Failure> {
    if TcHook::of_this_kernel() == TcHook::Tcx {
        return Ok(());
    }
    Err(Failure::Unavailable(
        "--pin needs Linux 6.6 or newer, because older kernels have no TC programs that can be pinned; leave it out"
            .to_owned(),
    ))
}

fn foreign(path: &Path, what: &str) -> Failure {
    Failure::Unavailable(format!(
        "pin {}: {what}; move it elsewhere, or remove it",
        path.display()
    ))
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>, Failure> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect);
    entries.map_err(|error| unusable(folder, &error))
}

fn pin(link: FdLink, path: &Path) -> Result<FdLink, Failure> {
    let pinned = link.pin(path);
    pinned.map(FdLink::from).map_err(|error| {
        Failure::Failed(format!(
            "pin {}: {error}; leave --pin out if this stays so",
            path.display()
        ))
    })
}

/// One that somebody removed by hand is no trouble.
fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::Failed(
            format!("pin {}: {error}; remove it by hand", path.display()),
        )),
        _ => Ok(()),
    }
}
