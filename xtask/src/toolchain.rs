//! The rustup toolchain that builds the eBPF object: linked when a compiler is there, installed
//! when none is. Which compiler will do is `compiler`'s to say.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::{
    apt,
    compiler::{self, Choice, Compiler},
    program, say,
};

/// `detector/build.rs` asks for this name.
pub(crate) const NAME: &str = "detector-bpf";
/// The newest nightly that is known to build the object with bpf-linker 0.10.3.
const NIGHTLY: &str = "nightly-2026-05-20";
/// Debian 12 security support: compiler, cargo, library source and clippy of one version.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", CLIPPY_PACKAGE];
const CLIPPY_PACKAGE: &str = "rust-web-clippy";
/// The workspace's `rust-version`; the source package of an older Debian is below it.
const MINIMUM: (u32, u32) = (1, 95);

pub(crate) fn ensure_linked() -> Result<Compiler> {
    let others = compiler::nightlies().chain(Compiler::of_distribution());
    match compiler::choose(Compiler::of_rustup(NAME), others) {
        Choice::Install => link(&install()?),
        Choice::Keep(compiler) => Ok(compiler),
        Choice::Link(compiler) => link(&compiler),
    }
}

/// Miri of the same version, which rustup alone has.
pub(crate) fn ensure_miri() -> Result<()> {
    let miri = || {
        program::answer(program::command("rustup").args([
            "run",
            NAME,
            "cargo-miri",
            "miri",
            "--version",
        ]))
    };
    if miri().is_some() {
        return Ok(());
    }
    let compiler = Compiler::of_rustup(NAME);
    let compiler = compiler.with_context(|| format!("no toolchain {NAME}: `cargo xtask setup`"))?;
    let toolchain = compiler.sysroot.file_name().unwrap_or_default();
    let mut rustup = program::command("rustup");
    rustup.args(["component", "add", "miri", "--toolchain"]);
    program::run(rustup.arg(toolchain)).with_context(|| {
        format!(
            "{} has no Miri: link {NAME} to a nightly of rustup's",
            compiler.sysroot.display()
        )
    })
}

/// Clippy of the same version: the library source fits no other.
pub(crate) fn ensure_clippy() -> Result<()> {
    let clippy =
        || program::answer(program::command("rustup").args(["run", NAME, "cargo-clippy", "-V"]));
    if clippy().is_some() {
        return Ok(());
    }
    let compiler = Compiler::of_rustup(NAME);
    let compiler = compiler.with_context(|| format!("no toolchain {NAME}: `cargo xtask setup`"))?;
    let cure = clippy_cure(&compiler.sysroot);
    if compiler.sysroot == Path::new("/usr") {
        apt::install(&[CLIPPY_PACKAGE]).with_context(|| cure.clone())?;
    }
    ensure!(clippy().is_some(), cure);
    Ok(())
}

fn clippy_cure(sysroot: &Path) -> String {
    let how = match sysroot.file_name().and_then(|name| name.to_str()) {
        Some(name) if sysroot != Path::new("/usr") => {
            format!("rustup component add clippy --toolchain {name}")
        }
        _ => format!("apt-get install {CLIPPY_PACKAGE}"),
    };
    format!(
        "toolchain {NAME} ({}) has no clippy: `{how}`",
        sysroot.display()
    )
}

fn link(compiler: &Compiler) -> Result<Compiler> {
    let Compiler {
        release, sysroot, ..
    } = compiler;
    say::step(&format!(
        "setup: linking {NAME} to rustc {release} in {}",
        sysroot.display()
    ));
    let mut rustup = program::command("rustup");
    program::run(rustup.args(["toolchain", "link", NAME]).arg(sysroot))?;
    let linked = Compiler::of_rustup(NAME).filter(Compiler::builds_bpf);
    linked.with_context(|| format!("{NAME} does not work: `rustup run {NAME} rustc -vV` says why"))
}

fn install() -> Result<Compiler> {
    from_packages().or_else(from_rustup).with_context(|| {
        format!(
            "no Rust compiler with LLVM 22 and its library source: as root on Debian 12 \
             `apt-get install --no-install-recommends {}`, elsewhere `rustup toolchain install \
             {NIGHTLY} --component rust-src`; or set DETECTOR_EBPF_OBJECT to a prebuilt object",
            PACKAGES.join(" ")
        )
    })
}

fn from_packages() -> Option<Compiler> {
    if !compiler::active_fits_linker() {
        return None;
    }
    apt::candidate("rust-web-src").filter(|version| is_new_enough(version))?;
    if let Err(error) = apt::install(&PACKAGES) {
        say::step(&format!("setup: {error:#}"));
        return None;
    }
    Compiler::of_distribution().filter(Compiler::builds_bpf)
}

fn from_rustup() -> Option<Compiler> {
    say::step(&format!(
        "setup: installing {NIGHTLY} with its library source (rustup)"
    ));
    let mut rustup = program::command("rustup");
    rustup.args(["toolchain", "install", NIGHTLY, "--profile", "minimal"]);
    if let Err(error) = program::run(rustup.args(["--component", "rust-src,clippy"])) {
        say::step(&format!("setup: {error:#}"));
        return None;
    }
    Compiler::of_rustup(NIGHTLY).filter(Compiler::builds_bpf)
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= MINIMUM,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_source_package_is_not_worth_installing() {
        assert!(is_new_enough("1.96.0+dfsg1-1~deb12u2"));
        assert!(is_new_enough("1.95.0-1"));
        assert!(!is_new_enough("1.85.0+dfsg3-1~deb12u3"));
        assert!(!is_new_enough("(none)"));
    }

    #[test]
    fn the_cure_for_a_missing_clippy_fits_the_compiler() {
        let nightly = Path::new("/rustup/toolchains/nightly-x86_64");
        assert!(clippy_cure(nightly).contains("--toolchain nightly-x86_64`"));
        assert!(clippy_cure(Path::new("/usr")).contains("apt-get install rust-web-clippy"));
    }
}
