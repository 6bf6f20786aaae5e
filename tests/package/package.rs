//! The package at hand, and the programs that look into it.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

const VARIABLE: &str = "DETECTOR_PACKAGE";

/// Why there is nothing to look at, if so.
pub(crate) fn missing() -> Option<String> {
    path().err().map(|error| format!("{error:#}"))
}

/// The .deb.
pub(crate) fn path() -> Result<PathBuf> {
    let path = env::var_os(VARIABLE).map(PathBuf::from);
    let path =
        path.with_context(|| format!("{VARIABLE} is not set: `cargo xtask dist --check`"))?;
    ensure!(path.is_file(), "{} is no file", path.display());
    Ok(path)
}

/// Its files, in a folder.
pub(crate) fn unpacked() -> Result<TempDir> {
    let folder = TempDir::new()?;
    say(Command::new("dpkg-deb")
        .arg("--extract")
        .arg(path()?)
        .arg(folder.path()))?;
    Ok(folder)
}

/// The names of the files in a folder of the package, which is there.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = folder
        .read_dir()
        .with_context(|| folder.display().to_string())?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

/// What a program says on both streams; it must succeed.
///
/// # Errors
/// When it does not, with what it said.
pub(crate) fn say(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| command.get_program().display().to_string())?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    if !output.status.success() {
        bail!("{command:?} ended with {}\n{said}", output.status);
    }
    Ok(said)
}
