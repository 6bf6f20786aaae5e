//! `detector export` and `detector report`: what other programs take, and what a browser does.

use std::{fs, path::Path, process::Command};

use anyhow::{Result, ensure};
use detector_tests::served::Served;
use tempfile::TempDir;

use crate::{run, text};

const EVENTS: &str = r#"
{"schema":"detector/1","event":"alert","ts":"2026-11-22T10:35:20Z","id":"A","state":"firing","kind":"syn_blackhole","grade":"confirmed","prefix":"198.18.16.0/20","since":"2026-11-22T10:35:11Z"}
{"schema":"detector/1","event":"alert","ts":"2026-11-22T10:35:21Z","id":"B","state":"firing","kind":"syn_blackhole","grade":"confirmed","prefix":"198.18.0.0/15","since":"2026-11-22T10:35:11Z"}
{"schema":"detector/1","event":"alert","ts":"2026-11-22T10:35:22Z","id":"C","state":"firing","kind":"rst_injection","grade":"confirmed","prefix":"2001:db8:4000::/44","since":"2026-11-22T10:35:11Z"}
{"schema":"detector/1","event":"alert","ts":"2026-11-22T10:35:23Z","id":"D","state":"firing","kind":"syn_blackhole","grade":"confirmed","prefix":"203.0.113.0/24","since":"2026-11-22T10:35:11Z"}
{"schema":"detector/1","event":"alert","ts":"2026-11-22T10:36:23Z","id":"D","state":"resolved","kind":"syn_blackhole","grade":"confirmed","prefix":"203.0.113.0/24","since":"2026-11-22T10:35:11Z"}
{"schema":"detector/1","event":"alert","ts":"2026-11-22T10:36:24Z","id":"E","state":"firing","kind":"uplink_outage","grade":"confirmed","since":"2026-11-22T10:35:11Z"}
{"schema":"detector/1","event":"heartbeat","ts":"2026-11-22T10:36:24Z"}
half a li
"#;

fn events(folder: &Path) -> Result<String> {
    let path = folder.join("alerts.ndjson");
    fs::write(&path, EVENTS)?;
    Ok(text(&path).to_owned())
}

fn export(arguments: &[&str]) -> Result<String> {
    let (code, out, said) = run(&[&["export"], arguments].concat())?;
    ensure!(code == Some(0) && said.is_empty(), "{code:?}: {said}");
    Ok(out)
}

/// What `program` says of a file; nothing where it is not there, or may not ask the kernel here.
fn checked(program: &str, arguments: &[&str], file: &Path) -> Option<bool> {
    let version = Command::new(program).arg("--version").output().ok()?;
    if !(version.status.success() && nix::unistd::geteuid().is_root()) {
        return None;
    }
    // In a network namespace of its own, which a check of sets may leave something in.
    let mut command = Command::new("unshare");
    let command = command.arg("--net").arg(program).args(arguments);
    let status = command.stdin(fs::File::open(file).ok()?).status().ok()?;
    Some(status.success())
}

#[test]
fn nft_takes_the_sets() {
    let folder = TempDir::new().unwrap();
    let list = export(&["nft", &events(folder.path()).unwrap()]).unwrap();
    assert!(
        list.contains("198.18.0.0/15") && list.contains("2001:db8:4000::/44"),
        "{list}"
    );
    for absent in ["198.18.16.0/20", "203.0.113.0/24"] {
        assert!(!list.contains(absent), "{list}");
    }
    let file = folder.path().join("list.nft");
    fs::write(&file, &list).unwrap();
    assert_ne!(
        checked("nft", &["-c", "-f", "-"], &file),
        Some(false),
        "{list}"
    );
    fs::write(&file, list.replace("/15", "/35")).unwrap();
    assert_ne!(
        checked("nft", &["-c", "-f", "-"], &file),
        Some(true),
        "{list}"
    );
}

#[test]
fn ipset_takes_the_lists_which_create_empty_and_fill() {
    let folder = TempDir::new().unwrap();
    let list = export(&["ipset", &events(folder.path()).unwrap()]).unwrap();
    let verbs: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(verbs, ["create", "flush", "add", "create", "flush", "add"]);
    let file = folder.path().join("list.ipset");
    fs::write(&file, &list).unwrap();
    assert_ne!(checked("ipset", &["restore"], &file), Some(false), "{list}");
    fs::write(&file, list.replace("/15", "/35")).unwrap();
    assert_ne!(checked("ipset", &["restore"], &file), Some(true), "{list}");
}

#[test]
fn the_running_detector_is_asked_where_no_file_is_named() {
    let served = Served::new().unwrap();
    let list = export(&[
        "routes",
        "--dev",
        "wan1",
        "--status-socket",
        text(&served.socket()),
    ])
    .unwrap();
    assert_eq!(
        list,
        "route replace 198.18.16.0/20 dev wan1\nroute replace 2001:db8:4000::/44 dev wan1\n"
    );
}

#[test]
fn routes_without_a_way_are_a_usage_error() {
    let folder = TempDir::new().unwrap();
    let file = events(folder.path()).unwrap();
    for arguments in [
        ["export", "routes", &file].as_slice(),
        &["export", "routes", &file, "--via", "192.0.2.1"],
    ] {
        let (code, out, said) = run(arguments).unwrap();
        assert_eq!(
            (code, out.as_str(), said.lines().count()),
            (Some(2), "", 1),
            "{said}"
        );
        assert!(said.contains("--via") && said.contains("--dev"), "{said}");
    }
}

#[test]
fn a_report_is_one_file_and_says_what_it_could_not_read() {
    let folder = TempDir::new().unwrap();
    let page = folder.path().join("report.html");
    let (code, out, said) =
        run(&["report", &events(folder.path()).unwrap(), "-o", text(&page)]).unwrap();
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert!(
        out.contains("5 alerts") && out.contains("1 line could not be read"),
        "{out}"
    );
    let page = fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("198.18.0.0/15"));
}

#[test]
fn events_that_cannot_be_read_are_named() {
    let folder = TempDir::new().unwrap();
    let absent = folder.path().join("absent.ndjson");
    let page = folder.path().join("report.html");
    for arguments in [
        ["report", text(&absent), "-o", text(&page)].as_slice(),
        &["export", "nft", text(&absent)],
    ] {
        let (code, _, said) = run(arguments).unwrap();
        assert_eq!((code, said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains(text(&absent)), "{said}");
    }
}
