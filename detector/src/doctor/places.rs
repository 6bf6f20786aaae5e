//! Whether there is a place for what is kept, for the status socket and for pins. Makes none.

use std::{env, fs, io::ErrorKind, path::Path};

use nix::unistd::{AccessFlags, access};

use super::finding::Finding;
use crate::{
    daemon::socket,
    kernel::pins,
    state::{Place, objection},
};

/// Whether the state directory is ours, or can be made.
pub(super) fn state(named: Option<&Path>, is_running: bool) -> Finding {
    let of_systemd = env::var_os("STATE_DIRECTORY");
    let place = Place::of(named, of_systemd.as_deref());
    let cure = "name a directory of your own with --state-dir DIR";
    directory("state directory", place.path(), is_running, cure)
}

/// Whether links can be pinned where they are to be.
pub(super) fn pins(named: &Path) -> Finding {
    let said = format!("{} can be used", named.display());
    Finding::of("pins", pins::look(named).map(|()| said))
}

/// Whether the socket can be made, or is there.
pub(super) fn socket(named: Option<&Path>, is_running: bool) -> Finding {
    let path = socket::place(named);
    let check = "status socket";
    let cure = "name another place with --status-socket FILE";
    if is_running {
        return Finding::doubtful(
            check,
            format!("{}: a detector serves it already", path.display()),
            "end that one first, or name another place with --status-socket FILE",
        );
    }
    match fs::metadata(&path) {
        Ok(it) if it.is_dir() => {
            Finding::wrong(check, format!("{} is a directory", path.display()), cure)
        }
        _ => directory(check, path.parent().unwrap_or(Path::new("/")), true, cure),
    }
}

/// Whether a directory can be written into. One that may be another user's is held to be `is_shared`.
fn directory(check: &str, path: &Path, is_shared: bool, cure: &str) -> Finding {
    let name = path.display();
    match fs::metadata(path) {
        Ok(it) if !it.is_dir() => Finding::wrong(check, format!("{name} is no directory"), cure),
        Ok(it) if !is_shared && let Some(what) = objection(&it) => {
            Finding::wrong(check, format!("{name}: {what}"), cure)
        }
        Ok(_) => writable(check, path, format!("{name} can be used"), cure),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let above = path.ancestors().skip(1).find(|it| it.exists());
            let above = above.unwrap_or(Path::new("."));
            writable(check, above, format!("{name} will be made"), cure)
        }
        Err(error) => Finding::wrong(check, format!("{name}: {error}"), cure),
    }
}

fn writable(check: &str, path: &Path, said: String, cure: &str) -> Finding {
    match access(path, AccessFlags::W_OK | AccessFlags::X_OK) {
        Ok(()) => Finding::fine(check, said),
        Err(errno) => Finding::wrong(check, format!("{}: {}", path.display(), errno.desc()), cure),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::doctor::finding::Grade;

    #[test]
    fn a_directory_that_can_be_made_is_fine_and_is_not_made() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a/b");
        assert_eq!(state(Some(&path), false).grade, Grade::Fine);
        assert_eq!(
            socket(Some(&path.join("status.sock")), false).grade,
            Grade::Fine
        );
        assert!(!folder.path().join("a").exists());
    }

    #[test]
    fn a_place_that_holds_no_pins_is_wrong_and_is_not_made() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("pins");
        let finding = pins(&path);
        assert_eq!(finding.grade, Grade::Wrong, "{finding}");
        assert!(finding.cure.is_some() && !path.exists());
    }

    #[test]
    fn a_file_in_the_place_of_a_directory_is_wrong() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "").unwrap();
        for finding in [
            state(Some(&path), false),
            socket(Some(&path.join("status.sock")), false),
            socket(Some(folder.path()), false),
        ] {
            assert_eq!(finding.grade, Grade::Wrong, "{finding}");
            assert!(finding.cure.is_some());
        }
    }
}
