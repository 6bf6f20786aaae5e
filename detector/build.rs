//! Builds the eBPF object that the binary embeds, or takes a prebuilt one.
//!
//! `DETECTOR_EBPF_OBJECT=FILE` is for packagers: the build then needs no eBPF toolchain.

#![expect(unsafe_code, reason = "the environment of the child build")]

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context as _, Result, bail};
use aya_build::{Package, Toolchain};
use sha2::{Digest as _, Sha256};

const PREBUILT: &str = "DETECTOR_EBPF_OBJECT";
/// Which sources these are, for whoever builds a package.
const COMMIT: &str = "DETECTOR_COMMIT";
/// Linked by `cargo xtask setup` to a compiler that has its own library source.
const TOOLCHAIN: &str = "detector-bpf";
const EBPF: &str = "detector-ebpf";

fn main() -> ExitCode {
    match object().and_then(|()| origin()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // An error that `main` returns is followed by its backtrace wherever those are asked for.
            let _told = writeln!(io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What `detector --version` tells beside its number.
fn origin() -> Result<()> {
    let object = PathBuf::from(env::var("OUT_DIR")?).join(EBPF);
    let sum = Sha256::digest(fs::read(&object).context("the eBPF object")?);
    let sum = sum
        .iter()
        .fold(String::new(), |text, octet| text + &format!("{octet:02x}"));
    let compiler = Command::new(env::var("RUSTC")?).arg("--version").output()?;
    let compiler = String::from_utf8(compiler.stdout)?;
    let commit = env::var(COMMIT).unwrap_or_else(|_unset| "unknown".to_owned());
    emit(&format!("rerun-if-env-changed={COMMIT}"));
    emit(&format!("rustc-env={COMMIT}={commit}"));
    emit(&format!("rustc-env=DETECTOR_RUSTC={}", compiler.trim()));
    emit(&format!("rustc-env=DETECTOR_EBPF_SHA256={sum}"));
    Ok(())
}

fn object() -> Result<()> {
    emit(&format!("rerun-if-env-changed={PREBUILT}"));
    if let Some(prebuilt) = env::var_os(PREBUILT) {
        return copy(Path::new(&prebuilt));
    }
    // aya-build watches the eBPF crate; what it shares with us is ours to watch.
    emit("rerun-if-changed=../detector-common/src");
    emit("rerun-if-changed=build.rs");
    require("rustup", &["run", TOOLCHAIN, "rustc", "--version"])?;
    require("bpf-linker", &["--version"])?;
    // SAFETY: a build script has one thread here. The compiler behind the link may be a stable
    // one, and building `core` for the BPF target needs its unstable flags; only there.
    unsafe { env::set_var("RUSTC_BOOTSTRAP", "1") };
    // The profile's link-time optimisation is for this binary; bpf-linker has its own, and what the
    // verifier is shown must not depend on the host's.
    // SAFETY: as above.
    unsafe { env::set_var("CARGO_PROFILE_RELEASE_LTO", "false") };
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?)
        .join("..")
        .join(EBPF);
    let package = Package {
        name: EBPF,
        root_dir: root
            .to_str()
            .context("the path of the repository is not UTF-8")?,
        ..Package::default()
    };
    aya_build::build_ebpf([package], Toolchain::Custom(TOOLCHAIN))
}

fn copy(prebuilt: &Path) -> Result<()> {
    emit(&format!("rerun-if-changed={}", prebuilt.display()));
    let target = PathBuf::from(env::var("OUT_DIR")?).join(EBPF);
    fs::copy(prebuilt, target)
        .with_context(|| format!("{PREBUILT}={}: cannot be copied", prebuilt.display()))?;
    Ok(())
}

/// One line with the cure instead of a linker's riddle.
fn require(program: &str, args: &[&str]) -> Result<()> {
    let answer = Command::new(program).args(args).output();
    if answer.is_ok_and(|answer| answer.status.success()) {
        return Ok(());
    }
    bail!(
        "`{program} {}` does not work: run `cargo xtask setup` once",
        args.join(" ")
    )
}

fn emit(directive: &str) {
    println!("cargo:{directive}");
}
