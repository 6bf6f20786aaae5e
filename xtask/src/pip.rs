//! Programs that a package of Python is, whole: fetched once by pip into a folder of their own. Knows none by name.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::{
    program, say,
    tools::{self, Tool},
    workspace,
};

const INSTALLER: [Tool; 1] = [("pip3", "python3-pip")];

/// A program, and the package that it comes in.
pub(crate) struct Packed {
    /// What is run.
    pub(crate) program: &'static str,
    /// What is installed.
    pub(crate) package: &'static str,
    /// Both have it.
    pub(crate) version: &'static str,
    /// The folder, below cargo's own.
    pub(crate) folder: &'static str,
}

/// Gets it where it is missing or another one; `user` is who needs it.
///
/// # Errors
/// Where it cannot be had.
pub(crate) fn ensure(packed: &Packed, user: &str) -> Result<PathBuf> {
    let folder = workspace::target()?.join(packed.folder);
    let path = folder.join("bin").join(packed.program);
    let version = program::answer(program::command(&path.to_string_lossy()).arg("--version"));
    if version.is_some_and(|it| it.ends_with(packed.version)) {
        return Ok(path);
    }
    tools::ensure(&INSTALLER, user)?;
    let Packed {
        package, version, ..
    } = packed;
    say::step(&format!("setup: getting {package} {version} (pip3)"));
    let mut pip = program::command("pip3");
    // It warns of root on whole systems; the folder is ours.
    pip.args(["install", "--quiet", "--root-user-action=ignore"]);
    pip.args(["--no-deps", "--upgrade"]);
    pip.args(["--only-binary", ":all:", "--target"]).arg(folder);
    pip.arg(format!("{package}=={version}"));
    program::run(&mut pip).with_context(|| format!("{user} needs {}", packed.program))?;
    Ok(path)
}
