//! Every capture that others made and that lies beside the repository: whatever is in one, a replay ends in
//! order. What it must say of some of them is tested elsewhere.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::harness;

use crate::run::replay;

const WORKERS: usize = 2;

pub(crate) fn every_capture_of_the_corpus_is_survived() -> Result<()> {
    let Some(folder) = folder() else {
        harness::note(
            "no captures beside the repository; $DETECTOR_CAPTURES may say where they are",
        );
        return Ok(());
    };
    let captures = captures(&folder)?;
    ensure!(!captures.is_empty(), "no capture in {}", folder.display());
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

fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    let folder = env::var_os("DETECTOR_CAPTURES").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// All files of its subfolders; what lies at the top describes them.
fn captures(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        folders.extend(path.is_dir().then_some(path));
    }
    let mut captures = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let kind = if path.is_dir() {
                &mut folders
            } else {
                &mut captures
            };
            kind.push(path);
        }
    }
    captures.sort();
    Ok(captures)
}
