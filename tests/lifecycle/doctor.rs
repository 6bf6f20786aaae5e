//! What `detector doctor` and `detector status` say of real interfaces and of a detector that runs.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Lab, Namespace, address::WAN_INTERFACE, program, tool};
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{end, watch};

/// Each with the state that `ip` brings a device of ours into, and what is found then.
const FAULTS: [(&str, [&str; 3]); 2] = [
    (
        "link set dev doctor0 down",
        ["interface doctor0", "is down", "ip link set doctor0 up"],
    ),
    (
        "link set dev doctor0 mtu 9000",
        ["MTU of doctor0", "9000", "--mode"],
    ),
];

pub(crate) fn faults_of_an_interface_are_found_with_their_cure() -> Result<()> {
    let namespace = Namespace::new("doctor")?;
    tool::ip(
        &namespace,
        "link add doctor0 type veth peer name doctor1\nlink set doctor0 up",
    )?;
    let healthy = examine(&namespace, &["--wan", "doctor0"])?;
    for (fault, parts) in FAULTS {
        ensure!(
            !is_found(&healthy, &parts),
            "{parts:?} before it was so: {healthy}"
        );
        tool::ip(&namespace, fault)?;
        let report = examine(&namespace, &["--wan", "doctor0"])?;
        ensure!(is_found(&report, &parts), "{parts:?} is not in {report}");
        ensure!(report["is_fit"] == true, "it would work: {report}");
    }
    let report = examine(&namespace, &[])?;
    ensure!(
        is_found(&report, &["interfaces", "no default route", "--wan"]),
        "{report}"
    );
    ensure!(report["is_fit"] == false, "{report}");
    Ok(())
}

/// A detector plays the foreign program: where its socket is not known, nobody knows that it is one.
pub(crate) fn a_foreign_program_is_found_and_an_own_one_is_known() -> Result<()> {
    let lab = Lab::open()?;
    let folder = TempDir::new()?;
    let socket = folder.path().join("status.sock");
    let socket = socket.to_str().context("no UTF-8")?;
    let wan = ["--wan", WAN_INTERFACE];
    let (detector, _attached) = watch(
        &lab.gateway,
        &[&wan[..], &["--status-socket", socket]].concat(),
    )?;
    let report = examine(&lab.gateway, &wan)?;
    let foreign = ["XDP hook", "xdp_ethernet", "--ingress tc"];
    ensure!(
        is_found(&report, &foreign) && report["is_fit"] == false,
        "{report}"
    );
    let report = examine(&lab.gateway, &[&wan[..], &["--ingress", "tc"]].concat())?;
    ensure!(report["is_fit"] == true, "{report}");
    let report = examine(
        &lab.gateway,
        &[&wan[..], &["--status-socket", socket]].concat(),
    )?;
    ensure!(
        !is_found(&report, &foreign) && report["is_fit"] == true,
        "{report}"
    );
    end(&detector)
}

pub(crate) fn a_running_detector_shows_how_things_stand_and_leaves_no_socket() -> Result<()> {
    let lab = Lab::open()?;
    let folder = TempDir::new()?;
    let path = folder.path().join("status.sock");
    let socket = path.to_str().context("no UTF-8")?;
    let arguments = ["--wan", WAN_INTERFACE, "--status-socket", socket];
    let (detector, _attached) = watch(&lab.gateway, &arguments)?;
    for (command, parts) in [
        (
            ["status"].as_slice(),
            [WAN_INTERFACE, "kernel table", "MiB", "no alert"],
        ),
        (
            &["top", "--once"],
            [WAN_INTERFACE, "nothing fires", "in kernel", "q quit"],
        ),
    ] {
        let (code, out) = say(
            &lab.gateway,
            &[command, &["--status-socket", socket]].concat(),
        )?;
        ensure!(
            code == Some(0) && parts.iter().all(|part| out.contains(part)),
            "{out}"
        );
    }
    end(&detector)?;
    ensure!(!path.exists(), "the socket is still there");
    let (code, _) = say(&lab.gateway, &["status", "--status-socket", socket])?;
    ensure!(code == Some(69), "{code:?}");
    Ok(())
}

/// What the doctor finds in a namespace; with directories of its own, so that only interfaces differ.
fn examine(namespace: &Namespace, arguments: &[&str]) -> Result<Value> {
    let (_, out) = say(namespace, &[&["doctor", "--json"], arguments].concat())?;
    serde_json::from_str(&out).with_context(|| out)
}

fn is_found(report: &Value, parts: &[&str]) -> bool {
    let findings = report["findings"].as_array();
    findings.into_iter().flatten().any(|finding| {
        let text = finding.to_string();
        finding["grade"] != "fine" && parts.iter().all(|part| text.contains(part))
    })
}

fn say(namespace: &Namespace, arguments: &[&str]) -> Result<(Option<i32>, String)> {
    let folder = TempDir::new()?;
    let mut command = Command::new(program::detector()?);
    command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for directory in ["STATE_DIRECTORY", "RUNTIME_DIRECTORY"] {
        command.env(directory, folder.path());
    }
    let output = namespace.spawn(&mut command)?.wait_with_output()?;
    Ok((output.status.code(), String::from_utf8(output.stdout)?))
}
