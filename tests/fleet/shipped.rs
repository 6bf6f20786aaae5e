//! The files that ship, and the same with other addresses and shorter times in them.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};

/// Where `name` lies.
pub(crate) fn path(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../detector/dist");
    PathBuf::from(folder).join(name)
}

/// What it says.
pub(crate) fn text(name: &str) -> Result<String> {
    let path = path(name);
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// What it says, with each of `changes` made: from the first to the second. All of them must be there to be made.
pub(crate) fn changed(name: &str, changes: &[(String, String)]) -> Result<String> {
    let mut text = text(name)?;
    for (from, to) in changes {
        ensure!(text.contains(from), "{name} has no {from:?}");
        text = text.replace(from, to);
    }
    Ok(text)
}
