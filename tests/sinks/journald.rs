//! The real systemd-journald, alone with a memory of its own.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use detector::sink::Message;
use detector_tests::privilege;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    mounts::{among_own_mounts, in_memory},
    stage::{PATIENCE, alert, start, wait_until},
};

const PROGRAM: &str = "/usr/lib/systemd/systemd-journald";

/// More than a datagram takes, and less than a journal of this size.
const LONG: usize = 300 << 10;

/// Says in one line what is missing here.
pub(crate) fn missing() -> Option<String> {
    let none = || (!Path::new(PROGRAM).exists()).then(|| format!("there is no {PROGRAM}"));
    privilege::missing().or_else(none)
}

pub(crate) fn alerts_are_found_in_the_real_journal_by_their_fields() -> Result<()> {
    among_own_mounts(find)
}

fn find() -> Result<()> {
    let _journal = Journal::start()?;
    let folder = TempDir::new()?;
    let sinks = start(folder.path(), "[[sink]]\ntype = \"journald\"\n")?;
    let mut long = alert(2, "firing");
    long["padding"] = json!("x".repeat(LONG));
    for event in [alert(1, "firing"), long, alert(3, "resolved")] {
        sinks.offer(&Arc::new(Message::of_alert(&event)));
    }
    wait_until(&sinks, "journald", |it| it.sent == 3)?;
    for number in 1..4 {
        let event = alert(number, "");
        let found = search(
            &format!("ALERT_ID={}", event["id"].as_str().unwrap_or_default()),
            1,
        )?;
        ensure!(found[0]["PREFIX"] == "198.18.16.0/20", "{number}");
        ensure!(found[0]["SYSLOG_IDENTIFIER"] == "detector", "{number}");
    }
    search("KIND=syn_blackhole", 3)?;
    search("STATE=firing", 2)?;
    Ok(())
}

/// Entries that match, as soon as there are that many.
fn search(field: &str, count: usize) -> Result<Vec<Value>> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let found = Command::new("journalctl")
            .args(["--all", "-o", "json", field])
            .output()?;
        let entries: Result<Vec<Value>, _> = String::from_utf8_lossy(&found.stdout)
            .lines()
            .map(serde_json::from_str)
            .collect();
        if let Some(entries) = entries.ok().filter(|it| it.len() == count) {
            return Ok(entries);
        }
        // It says nothing when it has written something down.
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("no {count} entries of {field}")
}

struct Journal(Child);

impl Journal {
    fn start() -> Result<Self> {
        in_memory(Path::new("/run"), "512m")?;
        fs::create_dir_all("/run/systemd/journal")?;
        fs::create_dir_all("/run/log/journal")?;
        let mut command = Command::new(PROGRAM);
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(quiet.spawn()?))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // One that is gone already needs no killing.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
