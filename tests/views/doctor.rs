//! `detector doctor`: faults that anybody can seed. Those that take root are in the tests of the life cycle.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::{run, text};

/// What it finds wrong, and the cures.
fn wrong(arguments: &[&str]) -> Vec<(String, String)> {
    let (code, out, said) = run(&[&["doctor", "--json"], arguments].concat());
    let report: Value =
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out} {said}"));
    let findings = report["findings"].as_array().unwrap().iter();
    let wrong: Vec<_> = findings
        .filter(|it| it["grade"] == "wrong")
        .map(|it| {
            let word = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
            (format!("{}: {}", word("check"), word("said")), word("cure"))
        })
        .collect();
    assert_eq!(report["is_fit"], wrong.is_empty());
    assert_eq!(code, Some(if wrong.is_empty() { 0 } else { 69 }), "{said}");
    wrong
}

#[track_caller]
fn assert_found(arguments: &[&str], parts: &[&str], cure: &str) {
    let found = wrong(arguments);
    let is_meant = |(said, how): &(String, String)| {
        parts.iter().all(|part| said.contains(part)) && how.contains(cure)
    };
    assert!(found.iter().any(is_meant), "{parts:?}, {cure}: {found:?}");
}

#[test]
fn a_misspelt_key_is_found() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("detector.toml");
    fs::write(&file, "lables = []\n").unwrap();
    assert_found(
        &["--config", text(&file)],
        &["configuration", "lables"],
        "did you mean `labels`?",
    );
}

#[test]
fn an_interface_that_is_not_there_is_found() {
    assert_found(&["--wan", "absent0"], &["interface absent0"], "ip link");
}

#[test]
fn a_state_directory_that_is_none_is_found() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert_found(
        &["--state-dir", text(&file)],
        &["state directory"],
        "--state-dir",
    );
}

#[test]
fn a_socket_that_has_no_place_is_found() {
    let folder = TempDir::new().unwrap();
    let socket = text(folder.path());
    assert_found(
        &["--status-socket", socket],
        &["status socket"],
        "--status-socket",
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
    let (code, out, _) = run(&["doctor", "--config", text(&file)]);
    assert!(out.contains("GiB"), "{out}");
    let is_small = !out.contains("of kernel memory");
    assert!(!is_small || code == Some(69), "{out}");
}
