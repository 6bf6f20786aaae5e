//! An unprivileged user with some capabilities: which are enough, and what is said where one is missing.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    process::Command,
};

use anyhow::{Result, ensure};
use detector_tests::{Detector, Namespace, program};
use tempfile::TempDir;

use crate::stage::{PATIENCE, end};

/// The user "nobody".
const NOBODY: &str = "65534";

pub(crate) fn three_capabilities_are_enough() -> Result<()> {
    let nobody = Nobody::new()?;
    let detector = nobody.watch(&["bpf", "perfmon", "net_admin"])?;
    detector.attached(PATIENCE)?;
    let status = fs::read_to_string(format!("/proc/{}/status", detector.pid()))?;
    // Bits 12, 38 and 39.
    ensure!(status.contains("CapEff:\t000000c000001000"), "{status}");
    ensure!(status.contains("Uid:\t65534\t65534\t65534"), "{status}");
    end(&detector)
}

pub(crate) fn the_capability_that_is_missing_is_named() -> Result<()> {
    let nobody = Nobody::new()?;
    for (granted, missing) in [
        (["bpf", "net_admin"], "CAP_PERFMON"),
        (["perfmon", "net_admin"], "CAP_BPF"),
        (["bpf", "perfmon"], "CAP_NET_ADMIN"),
    ] {
        let detector = nobody.watch(&granted)?;
        let status = detector.exit(PATIENCE)?;
        let lines = detector.log_lines();
        ensure!(status.code() == Some(77), "{status}: {lines:?}");
        let [line] = lines.as_slice() else {
            anyhow::bail!("not one line: {lines:?}");
        };
        ensure!(line.contains(&format!("{missing} missing")), "{line}");
    }
    Ok(())
}

/// A namespace with a loopback interface, and a copy of the detector that anybody may run: where it was built
/// perhaps only root may look.
struct Nobody {
    namespace: Namespace,
    folder: TempDir,
}

impl Nobody {
    fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        // By another process: a child of this one could still hold the file open for writing.
        let copied = Command::new("cp")
            .arg(program::detector()?)
            .arg(folder.path())
            .status()?;
        ensure!(copied.success(), "cp ended with {copied}");
        let namespace = Namespace::new("nobody")?;
        Ok(Self { namespace, folder })
    }

    /// Starts it on the loopback interface, with these capabilities and no other.
    fn watch(&self, capabilities: &[&str]) -> Result<Detector> {
        let granted = format!("-all,+{}", capabilities.join(",+"));
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"])
            .arg(format!("--inh-caps={granted}"))
            .arg(format!("--ambient-caps={granted}"))
            .arg(format!("--bounding-set={granted}"))
            .arg(self.folder.path().join("detector"))
            .args(["run", "--wan", "lo"]);
        Detector::start_command(&self.namespace, &mut command)
    }
}
