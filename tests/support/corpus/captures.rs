//! Where the captures lie: beside the repository, not in it. Knows nothing of what
//! is in one.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context as _, Result, ensure};

const VARIABLE: &str = "DETECTOR_CAPTURES";
const BESIDE: &str = "../../shared/captures";
/// Captures that are looked at side by side.
const WORKERS: usize = 2;

/// A folder of captures.
#[derive(Clone, Debug)]
pub struct Captures {
    folder: PathBuf,
    names: Vec<String>,
}

impl Captures {
    /// The files in the subfolders of `folder`; what lies at the top describes them.
    ///
    /// # Errors
    /// When the folder cannot be read or has no capture.
    pub fn of(folder: &Path) -> Result<Self> {
        let mut names = Vec::new();
        for path in entries(folder)? {
            if path.is_dir() {
                collect(&path, folder, &mut names)?;
            }
        }
        ensure!(!names.is_empty(), "no capture in {}", folder.display());
        names.sort();
        Ok(Self {
            folder: folder.to_owned(),
            names,
        })
    }

    /// The captures where they usually are: [`folder`].
    ///
    /// # Errors
    /// Those of [`Captures::of`].
    pub fn usual() -> Result<Self> {
        Self::of(&folder())
    }

    /// Their names in the folder, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Where `name` lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What `look` says of each capture, in their order, two at a time.
    ///
    /// # Errors
    /// The first that `look` has.
    ///
    /// # Panics
    /// When `look` does.
    pub fn each<T: Send>(&self, look: impl Fn(&str) -> Result<T> + Sync) -> Result<Vec<T>> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut seen = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(name) = self.names.get(index) else {
                    return seen;
                };
                seen.push((index, look(name)));
            }
        };
        let mut seen: Vec<_> = thread::scope(|scope| {
            let workers = [(); WORKERS].map(|()| scope.spawn(work));
            let joined = workers.map(|worker| worker.join().expect("a look that does not panic"));
            joined.into_iter().flatten().collect()
        });
        seen.sort_by_key(|(index, _)| *index);
        seen.into_iter().map(|(_, seen)| seen).collect()
    }
}

/// Where captures are looked for: `$DETECTOR_CAPTURES`, else beside the repository.
pub fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join(BESIDE);
    env::var_os(VARIABLE).map_or_else(beside, PathBuf::from)
}

/// Says in one line that no captures are here, or `None` where there are.
pub fn missing() -> Option<String> {
    let folder = folder();
    let missing = || {
        let folder = folder.display();
        format!("no captures in {folder}; set {VARIABLE} to where they are")
    };
    (!folder.is_dir()).then(missing)
}

fn collect(folder: &Path, root: &Path, names: &mut Vec<String>) -> Result<()> {
    for path in entries(folder)? {
        if path.is_dir() {
            collect(&path, root, names)?;
        } else {
            names.push(path.strip_prefix(root)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder_with(files: &[&str]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    #[test]
    fn captures_lie_in_subfolders_however_deep_and_never_at_the_top() {
        let folder = folder_with(&["README.md", "b/1.pcap", "a/deep/er/2.pcap", "a/3.pcap"]);
        let captures = Captures::of(folder.path()).unwrap();
        assert_eq!(
            captures.names(),
            ["a/3.pcap", "a/deep/er/2.pcap", "b/1.pcap"]
        );
    }

    #[test]
    fn every_capture_is_looked_at_once_and_told_in_order() {
        let folder = folder_with(&["a/1", "a/2", "a/3", "a/4", "a/5"]);
        let captures = Captures::of(folder.path()).unwrap();
        let read = |name: &str| Ok(fs::read_to_string(captures.path(name))?);
        assert_eq!(captures.each(read).unwrap(), captures.names());
        let refused = |name: &str| {
            ensure!(name != "a/3", "{name} is refused");
            Ok(())
        };
        let error = captures.each(refused).unwrap_err();
        assert_eq!(error.to_string(), "a/3 is refused");
    }

    #[test]
    fn a_folder_without_captures_is_an_error() {
        let folder = folder_with(&["README.md"]);
        assert!(Captures::of(folder.path()).is_err());
        assert!(Captures::of(&folder.path().join("absent")).is_err());
    }
}
