//! `detector doctor`: faults that anybody can seed. Those that take root are in the tests of the life cycle.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::{run, text};

/// What it finds wrong, and the cures.
fn wrong(arguments: &[&str]) -> Result<Vec<(String, String)>> {
    let (code, out, said) = run(&[&["doctor", "--json"], arguments].concat())?;
    let report: Value = serde_json::from_str(&out).context(said)?;
    let findings = report["findings"].as_array().into_iter().flatten();
    let wrong: Vec<_> = findings
        .filter(|it| it["grade"] == "wrong")
        .map(|it| {
            let word = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
            (format!("{}: {}", word("check"), word("said")), word("cure"))
        })
        .collect();
    let expected = if wrong.is_empty() { 0 } else { 69 };
    ensure!(code == Some(expected), "{code:?}: {wrong:?}");
    ensure!(report["is_fit"] == wrong.is_empty(), "{report}");
    Ok(wrong)
}

/// Whether something is found wrong in these words, with that cure.
fn is_found(arguments: &[&str], parts: &[&str], cure: &str) -> Result<bool> {
    let is_meant = |(said, how): &(String, String)| {
        parts.iter().all(|part| said.contains(part)) && how.contains(cure)
    };
    Ok(wrong(arguments)?.iter().any(is_meant))
}

#[test]
fn a_misspelt_key_is_found() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("detector.toml");
    fs::write(&file, "lables = []\n").unwrap();
    assert!(
        is_found(
            &["--config", text(&file)],
            &["configuration", "lables"],
            "did you mean `labels`?",
        )
        .unwrap()
    );
}

#[test]
fn an_interface_that_is_not_there_is_found() {
    assert!(is_found(&["--wan", "absent0"], &["interface absent0"], "ip link").unwrap());
}

#[test]
fn a_state_directory_that_is_none_is_found() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(
        is_found(
            &["--state-dir", text(&file)],
            &["state directory"],
            "--state-dir",
        )
        .unwrap()
    );
}

#[test]
fn a_socket_that_has_no_place_is_found() {
    let folder = TempDir::new().unwrap();
    let socket = text(folder.path());
    assert!(
        is_found(
            &["--status-socket", socket],
            &["status socket"],
            "--status-socket",
        )
        .unwrap()
    );
}

#[test]
fn tables_that_fit_into_no_memory_are_found() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("detector.toml");
    let most = "16777216";
    fs::write(
        &file,
        format!("[tables]\nprefixes = {most}\nconnections = {most}\ndestinations = {most}\n"),
    )
    .unwrap();
    let (code, out, _) = run(&["doctor", "--config", text(&file)]).unwrap();
    assert!(out.contains("GiB"), "{out}");
    let is_small = !out.contains("of kernel memory");
    assert!(!is_small || code == Some(69), "{out}");
}
