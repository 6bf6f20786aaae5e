//! Every capture that others made and that lies beside the repository: whatever is in one, a replay ends in
//! order. What it must say of some of them is tested elsewhere.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context as _, Result, ensure};

use crate::run::replay;

const WORKERS: usize = 2;

pub(crate) fn every_capture_of_the_corpus_is_survived() -> Result<()> {
    let captures = all_captures()?;
    ensure!(!captures.is_empty(), "no capture in {}", folder().display());
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let work = || -> Result<()> {
            while let Some(path) = captures.get(next.fetch_add(1, Ordering::Relaxed)) {
                survive(path).with_context(|| path.display().to_string())?;
            }
            Ok(())
        };
        let workers = [(); WORKERS].map(|()| scope.spawn(work));
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("no panic"))
    })
}

fn survive(path: &Path) -> Result<()> {
    let told = replay(&["--flows"], &[path])?;
    match told.code {
        Some(0) => told.summary().map(|_summary| ()),
        Some(1) => {
            ensure!(told.stderr.lines().count() == 1, "{}", told.stderr);
            Ok(())
        }
        code => anyhow::bail!("it ended with {code:?}: {}", told.stderr),
    }
}

/// Says what is missing where the captures are not here.
pub(crate) fn missing() -> Option<String> {
    let folder = folder();
    let missing = || {
        let folder = folder.display();
        format!("no captures in {folder}; set DETECTOR_CAPTURES to where they are")
    };
    (!folder.is_dir()).then(missing)
}

pub(crate) fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    env::var_os("DETECTOR_CAPTURES").map_or_else(beside, PathBuf::from)
}

/// All files of its subfolders; what lies at the top describes them.
fn all_captures() -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(captures(&path)?);
        }
    }
    all.sort();
    Ok(all)
}

/// All files below a folder.
pub(crate) fn captures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut captures = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            captures.extend(self::captures(&path)?);
        } else {
            captures.push(path);
        }
    }
    captures.sort();
    Ok(captures)
}
