//! Builds the package so that whoever builds the same sources with the same tools gets the same bytes.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::origin::Origin;
use crate::{program, say, workspace};

const PROFILE: &str = "dist";
const BINARY: &str = "detector";
/// Who installs a package can add nothing to it: it has every sink.
const FEATURES: &str = "nats";
/// Written by the program of the same name, into a folder beside the binary.
const PAPERS: &str = "papers";
/// What the binary is made of, among the papers.
const INVENTORY: &str = "detector.cdx.json";
/// Bytes of the binary at most.
const LARGEST: u64 = 15_000_000;

/// A package, and what went into it.
#[derive(Debug, PartialEq)]
pub(crate) struct Package {
    /// The .deb.
    pub(crate) path: PathBuf,
    bytes: u64,
    binary_bytes: u64,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (package, binary) = (self.bytes / 1_000, self.binary_bytes / 1_000);
        let path = self.path.display();
        write!(f, "{path} ({package} kB; the binary in it {binary} kB)")
    }
}

pub(crate) fn build(origin: &Origin) -> Result<Package> {
    let binary = binary(origin)?;
    let folder = binary.with_file_name(PAPERS);
    papers(&folder, origin)?;
    inventory(&binary, &folder)?;
    let path = deb(&binary, origin)?;
    let binary_bytes = fs::metadata(&binary)?.len();
    ensure!(
        binary_bytes <= LARGEST,
        "{} has {binary_bytes} bytes, and {LARGEST} are allowed: see what came in with `cargo tree -e normal`",
        binary.display()
    );
    Ok(Package {
        bytes: fs::metadata(&path)?.len(),
        path,
        binary_bytes,
    })
}

fn binary(origin: &Origin) -> Result<PathBuf> {
    say::step("dist: building the detector");
    let mut cargo = workspace::cargo(["auditable", "build", "--locked", "--profile", PROFILE]);
    cargo.args(["-p", "detector", "--bin", BINARY, "--features", FEATURES]);
    cargo.envs(origin.variables());
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags()?);
    let messages = workspace::build(&mut cargo)?;
    let binary = workspace::executable(&messages, BINARY).context("cargo built no detector")?;
    // Not by the profile: with `strip = true` there, rustc was told `strip=debuginfo`, and lintian found symbols.
    program::run(program::command("strip").arg(&binary))?;
    Ok(binary)
}

/// Places of this machine go into no binary: messages of panics name source files.
fn flags() -> Result<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let home = home.context("no home directory")?;
    let remap = |from: &Path, to| format!("--remap-path-prefix={}={to}", from.display());
    let flags = [
        remap(&home, "/cargo"),
        remap(workspace::root(), "/detector"),
    ];
    Ok(flags.join("\x1f"))
}

/// Anew each time: what a command that is no more has left must not be packed.
fn papers(folder: &Path, origin: &Origin) -> Result<()> {
    say::step("dist: writing manual pages, completions and settings");
    let mut cargo = workspace::cargo(["build", "--locked", "-p", "detector-tests"]);
    let messages = workspace::build(cargo.args(["--bin", PAPERS]))?;
    let papers = workspace::executable(&messages, PAPERS).context("cargo built no papers")?;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let mut command = program::command(&papers.to_string_lossy());
    command.arg(folder).arg(maintainer()?);
    program::run(command.envs(origin.variables()))
}

/// Read back from the binary, so that what is written beside it is what it says itself.
fn inventory(binary: &Path, folder: &Path) -> Result<()> {
    say::step("dist: writing what the binary is made of");
    let mut reader = program::command("auditable2cdx");
    let inventory = program::answer(reader.arg(binary));
    let inventory = inventory.with_context(|| format!("{} fails", program::describe(&reader)))?;
    let path = folder.join(INVENTORY);
    fs::write(&path, inventory + "\n").with_context(|| path.display().to_string())
}

/// As the package's own description has it.
fn maintainer() -> Result<String> {
    let mut cargo = workspace::cargo(["metadata", "--locked", "--no-deps", "--format-version=1"]);
    let metadata = program::answer(&mut cargo).context("cargo metadata fails")?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut maintainers =
        packages.filter_map(|package| package["metadata"]["deb"]["maintainer"].as_str());
    let maintainer = maintainers.next().map(str::to_owned);
    maintainer.context("no maintainer in [package.metadata.deb] of detector/Cargo.toml")
}

fn deb(binary: &Path, origin: &Origin) -> Result<PathBuf> {
    say::step("dist: packing");
    // Beside the folder of the profile, where cargo-deb puts it by itself too.
    let target = binary.ancestors().nth(2).context("no target directory")?;
    let folder = target.join("debian");
    let mut cargo = workspace::cargo(["deb", "--locked", "-p", "detector", "--no-build"]);
    cargo.args(["--no-strip", "--profile", PROFILE, "--output"]);
    cargo.arg(&folder).envs(origin.variables());
    let path = program::answer(cargo.stderr(std::process::Stdio::inherit()));
    let path = path.with_context(|| format!("{} fails", program::describe(&cargo)))?;
    let path = path.lines().last().map(PathBuf::from);
    path.context("cargo-deb names no package")
}
