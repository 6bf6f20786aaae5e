//! What must hold of a package before it is given away: built twice it is the same, and it passes `tests/package`.

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context as _, Result, ensure};

use super::{
    installer,
    origin::Origin,
    package::{self, Package},
};
use crate::{lab, privilege, program, say, workspace};

/// What `tests/package` is told by.
const PACKAGE: &str = "DETECTOR_PACKAGE";
const PROGRAM: &str = "package";

pub(crate) fn check(package: &Package, origin: &Origin) -> Result<ExitCode> {
    installer::ensure_checkers()?;
    if privilege::is_root() {
        lab::ensure_tools()?;
    }
    let sum = compare(&package.path, origin)?;
    say::result(&format!("built twice: sha256 {sum}"));
    examine(&package.path)
}

/// All that is ours is compiled again, the programs of the kernel included.
fn compare(path: &Path, origin: &Origin) -> Result<String> {
    let first = sum(path)?;
    let kept = path.with_extension("first.deb");
    fs::rename(path, &kept).with_context(|| path.display().to_string())?;
    let mut cargo = workspace::cargo(["clean", "--locked", "--profile", "dist"]);
    program::run(cargo.args(["-p", "detector", "-p", "detector-common"]))?;
    let second = sum(&package::build(origin)?.path)?;
    ensure!(
        first == second,
        "two builds differ: see `diffoscope {} {}`",
        kept.display(),
        path.display()
    );
    fs::remove_file(&kept)?;
    Ok(second)
}

fn sum(path: &Path) -> Result<String> {
    let answer = program::answer(program::command("sha256sum").arg(path));
    let sum = answer.and_then(|line| line.split(' ').next().map(str::to_owned));
    sum.with_context(|| format!("sha256sum cannot read {}", path.display()))
}

fn examine(path: &Path) -> Result<ExitCode> {
    say::step("dist: examining the package");
    let mut cargo = workspace::cargo(["build", "--locked", "-p", "detector-tests"]);
    let messages = workspace::build(cargo.args(["--bin", PROGRAM]))?;
    let examiner = workspace::executable(&messages, PROGRAM).context("cargo built no examiner")?;
    let mut command = program::command(&examiner.to_string_lossy());
    let status = command.env(PACKAGE, path).arg("--nocapture").status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
