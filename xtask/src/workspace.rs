//! Cargo in this repository: where the root is, which members it has, what it built.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::program;

/// What is tested, and looked at by lints, has every part that can be left out.
pub(crate) const EVERYTHING: [&str; 2] = ["--features", "detector-tests/nats"];

/// The repository, wherever in it the task was called.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Rustup's cargo, in the repository.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut cargo = program::command("cargo");
    cargo.current_dir(root()).args(arguments);
    cargo
}

/// The manifest of every member.
pub(crate) fn manifests() -> Result<Vec<PathBuf>> {
    let mut cargo = cargo(["metadata", "--locked", "--no-deps", "--format-version", "1"]);
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
        .context("cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata ended with {}",
        output.status
    );
    manifests_in(&serde_json::from_slice(&output.stdout)?)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> Result<PathBuf> {
    let mut cargo = cargo(["metadata", "--locked", "--no-deps", "--format-version", "1"]);
    let metadata = program::answer(&mut cargo).context("cargo metadata fails")?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str().map(PathBuf::from);
    target.context("cargo metadata names no target directory")
}

/// Runs a `cargo build` with its progress visible; returns what it says about each artifact.
pub(crate) fn build(cargo: &mut Command) -> Result<String> {
    cargo
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    let output = cargo.output().with_context(|| program::describe(cargo))?;
    ensure!(output.status.success(), "the build failed: see above");
    Ok(String::from_utf8(output.stdout)?)
}

/// Where cargo put a program, whatever target directory, profile or target is configured.
pub(crate) fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut artifacts = messages.filter(|message| message["target"]["name"] == name);
    artifacts.find_map(|artifact| artifact["executable"].as_str().map(PathBuf::from))
}

fn manifests_in(metadata: &Value) -> Result<Vec<PathBuf>> {
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata names no package")?;
    let paths = packages
        .iter()
        .filter_map(|package| package["manifest_path"].as_str());
    Ok(paths.map(PathBuf::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }

    #[test]
    fn a_program_is_found_among_the_artifacts() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"demo"},"executable":null}
not json
{"reason":"compiler-artifact","target":{"name":"detector"},"executable":"/t/debug/detector"}
{"reason":"compiler-artifact","target":{"name":"demo"},"executable":"/t/debug/demo"}"#;
        assert_eq!(
            executable(messages, "demo"),
            Some(PathBuf::from("/t/debug/demo"))
        );
        assert_eq!(executable(messages, "other"), None);
    }

    #[test]
    fn every_member_has_a_manifest() {
        let manifests = manifests().unwrap();
        assert!(manifests.contains(&root().join("xtask/Cargo.toml")));
        assert!(manifests.contains(&root().join("detector-ebpf/Cargo.toml")));
    }
}
