//! The command line of the real binary, as far as it needs neither root nor a network: help, usage, and what it
//! says to somebody without permission.

use std::{
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
    process::{Command, Output},
};

use detector_tests::program;
use nix::unistd::geteuid;
use tempfile::TempDir;

/// The user "nobody", who has no capability.
const NOBODY: u32 = 65_534;

#[test]
fn help_and_version_go_to_stdout_and_succeed() {
    for (arguments, expected) in [
        (["--help"].as_slice(), "run"),
        (&["run", "--help"], "--wan"),
        (&["run", "--help"], "--labels"),
        (&["replay", "--help"], "detector replay --flows"),
        (&["config", "explain"], "tables.prefixes"),
        (&["config", "explain", "mode"], "\"native\""),
        (&["config", "show", "--wan", "wan7"], "wan7"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["run", "--version"], env!("CARGO_PKG_VERSION")),
        (&["--version"], "eBPF object sha256 "),
    ] {
        let output = run(arguments).unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        let said = text(&output.stdout);
        assert!(said.contains(expected), "{arguments:?}: {said}");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_mistake_in_the_arguments_is_a_usage_error_that_names_it() {
    for (arguments, named) in [
        (["run", "--nonsense"].as_slice(), "--nonsense"),
        (&["walk"], "walk"),
        (&["run", "--mode", "magic"], "magic"),
        (&["run", "--wan"], "--wan"),
        (&["replay"], "FILE"),
        (&["replay", "--local", "10.0.0.0/33", "x"], "--local"),
        (&[], "Usage"),
    ] {
        let output = run(arguments).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.contains(named), "{arguments:?}: {said}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert_calm(&said);
    }
}

#[test]
fn without_permission_it_says_in_one_line_what_is_missing() {
    let folder = TempDir::new().unwrap();
    let output = run_without_privileges(folder.path(), &["run", "--wan", "lo"]).unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(77), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["CAP_BPF", "CAP_NET_ADMIN", "run as root"] {
        assert!(said.contains(part), "no {part}: {said}");
    }
    assert_eq!(text(&output.stdout), "");
    assert_calm(&said);
}

#[test]
fn the_doctor_finds_missing_permissions_without_any() {
    let folder = TempDir::new().unwrap();
    let output = run_without_privileges(folder.path(), &["doctor", "--wan", "lo"]).unwrap();
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(69), "{said}");
    assert!(said.contains("WRONG     capabilities"), "{said}");
    assert!(said.contains("cure: run as root"), "{said}");
    assert_calm(&text(&output.stderr));
}

#[test]
fn a_replay_needs_no_permission_but_in_the_kernel() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("capture.pcap");
    let header = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
    fs::write(&path, header).unwrap();
    let path = path.to_str().unwrap();
    let output = run_without_privileges(folder.path(), &["replay", path]).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));

    let arguments = ["replay", "--in-kernel", path];
    let output = run_without_privileges(folder.path(), &arguments).unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(77), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(text(&output.stdout), "");
    assert_calm(&said);
}

#[test]
fn bad_settings_end_it_in_one_line_before_privileges_are_asked_for() {
    let folder = TempDir::new().unwrap();
    let rule = "[[ignore]]\nprefix = \"198.18.16.0/20\"\nreason = \"x\"\nuntil = \"soon\"\n";
    for (settings, place, cure) in [
        ("asn = \"x\"\nlabel = []\n", "line 2, column 1", "`labels`"),
        (rule, "line 4, column 9", "2027-01-01T00:00:00Z"),
        (
            "labels = [\"absent.json\"]",
            "absent.json",
            "give a file of labels",
        ),
    ] {
        let path = folder.path().join("detector.toml");
        fs::write(&path, settings).unwrap();
        let arguments = ["run", "--wan", "lo", "--config", path.to_str().unwrap()];
        let output = run_without_privileges(folder.path(), &arguments).unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        for part in [folder.path().to_str().unwrap(), place, cure] {
            assert!(said.contains(part), "no {part}: {said}");
        }
        assert_eq!(text(&output.stdout), "");
        assert_calm(&said);
    }
}

#[test]
fn a_check_of_settings_needs_no_permission_and_finds_what_a_run_would() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("detector.toml");
    for (settings, code, said) in [
        ("", 0, "MiB of kernel memory"),
        ("[tables]\nprefixes = 8192\n", 0, "MiB of kernel memory"),
        ("[tables]\nprefixs = 8192\n", 78, "did you mean `prefixes`?"),
        ("[tables]\nprefixes = 12\n", 78, "write 1024 to"),
        ("asn = \"absent.mmdb\"\n", 78, "absent.mmdb"),
    ] {
        fs::write(&path, settings).unwrap();
        let arguments = ["check-config", path.to_str().unwrap()];
        let output = run_without_privileges(folder.path(), &arguments).unwrap();
        let stream = if code == 0 {
            output.stdout
        } else {
            output.stderr
        };
        let text = text(&stream);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(said), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert_calm(&text);
    }
}

#[test]
fn every_key_is_documented() {
    let document = include_str!("../docs/CONFIGURATION.md");
    let output = run(&["config", "explain"]).unwrap();
    let listed = text(&output.stdout);
    let keys = listed.lines().filter_map(|line| line.split(' ').next());
    for key in keys.filter(|key| !["tables", "metrics"].contains(key)) {
        let (_table, key) = key.split_once("[].").unwrap_or(("", key));
        assert!(document.contains(&format!("| `{key}` |")), "{key}");
    }
}

#[test]
fn an_unknown_key_cannot_be_explained() {
    let output = run(&["config", "explain", "colour"]).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("colour"));
}

fn run(arguments: &[&str]) -> anyhow::Result<Output> {
    Ok(command(&program::detector()?, arguments).output()?)
}

/// Root becomes somebody else, who may not even reach the program: a copy in `folder` is run instead.
fn run_without_privileges(folder: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
    if !geteuid().is_root() {
        return run(arguments);
    }
    let copy = folder.join("detector");
    fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    // Not by this process: a child of another test could still hold the file open for writing.
    let copied = Command::new("cp")
        .arg(program::detector()?)
        .arg(&copy)
        .status()?;
    anyhow::ensure!(copied.success(), "cp ended with {copied}");
    let mut command = command(&copy, arguments);
    command.uid(NOBODY).gid(NOBODY);
    Ok(command.output()?)
}

/// Asks for a backtrace, so that the lack of one is the program's own doing.
fn command(path: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(path);
    command.args(arguments).env("RUST_BACKTRACE", "1");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn assert_calm(said: &str) {
    for word in ["panicked", "backtrace"] {
        assert!(!said.contains(word), "{said}");
    }
}
