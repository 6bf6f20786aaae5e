//! The linker for eBPF objects: found, or built once.

use anyhow::{Context as _, Result, ensure};

use crate::{program, say};

const NAME: &str = "bpf-linker";
/// The first version that links what LLVM 22 writes, and the one that is installed.
const VERSION: (u32, u32, u32) = (0, 10, 3);

/// The linker's name and version.
pub(crate) fn ensure_installed() -> Result<String> {
    if !program::exists(NAME) {
        install()?;
    }
    let answer = program::answer(program::command(NAME).arg("--version"));
    let version = answer.with_context(|| format!("{NAME} does not run: {}", cure()))?;
    ensure!(is_new_enough(&version), "{version} is too old: {}", cure());
    Ok(version)
}

fn install() -> Result<()> {
    say::step(&format!(
        "setup: building {} (once, about a minute)",
        package()
    ));
    let mut cargo = program::command("cargo");
    cargo.args(["install", "--locked", &package()]);
    // Without it cargo builds in a temporary directory: nothing stays, nothing of ours is rebuilt.
    cargo.env_remove("CARGO_TARGET_DIR");
    program::run(&mut cargo).with_context(cure)
}

fn package() -> String {
    let (major, minor, patch) = VERSION;
    format!("{NAME}@{major}.{minor}.{patch}")
}

fn cure() -> String {
    format!("`cargo install --locked {}`", package())
}

fn is_new_enough(answer: &str) -> bool {
    let version = answer.split_whitespace().last().unwrap_or_default();
    let mut numbers = version.split('.').map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => (major, minor, patch) >= VERSION,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linker_for_an_older_llvm_is_refused() {
        assert!(is_new_enough("bpf-linker 0.10.3"));
        assert!(is_new_enough("bpf-linker 0.11.0"));
        assert!(!is_new_enough("bpf-linker 0.9.15"));
        assert!(!is_new_enough("bpf-linker"));
    }
}
