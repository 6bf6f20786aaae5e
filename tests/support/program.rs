//! Where the programs under test lie: in the folder that cargo built this very program into.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};

/// The folder of the built binaries.
///
/// # Errors
/// When the operating system does not tell where this program lies.
pub fn directory() -> Result<PathBuf> {
    let this = env::current_exe().context("finding this program")?;
    let folder = this.parent().context("this program has no folder")?;
    // Test programs lie one deeper than binaries.
    let is_test = folder.file_name().is_some_and(|name| name == "deps");
    let folder = if is_test {
        folder.parent()
    } else {
        Some(folder)
    };
    folder.map(Path::to_owned).context("no folder of binaries")
}

/// The detector.
///
/// # Errors
/// When it has not been built.
pub fn detector() -> Result<PathBuf> {
    let path = directory()?.join("detector");
    ensure!(
        path.exists(),
        "{} is missing; build it with `cargo build -p detector`",
        path.display()
    );
    Ok(path)
}
