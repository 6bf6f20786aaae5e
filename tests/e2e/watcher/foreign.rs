//! Other people's programs, which capture from the interface. Knows of each what it says about packets it lost.

use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use detector_tests::{Namespace, address::WAN_INTERFACE};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

/// Stands for a folder that the program may fill.
const FOLDER: &str = "DIR";
const PATIENCE: Duration = Duration::from_secs(20);
/// Others tell of no event that could be waited for.
const GLANCE: Duration = Duration::from_millis(10);

/// A running program.
pub(crate) struct Foreign {
    child: Child,
    pid: Pid,
    folder: TempDir,
}

impl Foreign {
    /// Starts the program that `line` names, and waits for its packet socket.
    pub(super) fn start(gateway: &Namespace, line: &str) -> Result<Self> {
        let folder = TempDir::new()?;
        let before = packet_sockets(gateway)?;
        let child = gateway.spawn(&mut command(line, &folder)?)?;
        let pid = Pid::from_raw(i32::try_from(child.id())?);
        let mut program = Self { child, pid, folder };
        let end = Instant::now() + PATIENCE;
        while packet_sockets(gateway)? == before {
            let is_over = program.child.try_wait()?.is_some();
            if is_over || Instant::now() > end {
                bail!("`{line}` captures nothing: {}", program.said().trim());
            }
            thread::sleep(GLANCE);
        }
        Ok(program)
    }

    pub(super) const fn pid(&self) -> Pid {
        self.pid
    }

    /// Asks it to end, and returns how many packets it lost, if it tells.
    pub(super) fn end(mut self) -> Result<Option<u64>> {
        // It has not been reaped, so the identifier is its own.
        kill(self.pid, Signal::SIGINT)?;
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() && Instant::now() < end {
            thread::sleep(GLANCE);
        }
        Ok(lost(&self.said()))
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("said")).unwrap_or_default()
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        // Both are refused only where it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What programs for users find inside their folder is gone with it, however they end.
fn command(line: &str, folder: &TempDir) -> Result<Command> {
    let path = folder.path().to_str().context("the path is not UTF-8")?;
    let mut words = line.split(' ').map(|word| word.trim_matches('\''));
    let mut command = Command::new(words.next().context("no program")?);
    command
        .args(["-i", WAN_INTERFACE])
        .args(words.map(|word| word.replace(FOLDER, path)))
        .env("TMPDIR", path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(folder.path().join("said"))?);
    Ok(command)
}

fn packet_sockets(namespace: &Namespace) -> Result<usize> {
    let list = namespace.run(|| {
        let path = "/proc/thread-self/net/packet";
        fs::read_to_string(path).context(path)
    })?;
    Ok(list.lines().count())
}

/// The first number of the first line that speaks of dropped packets.
fn lost(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("dropped"))?;
    line.split_whitespace().find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_is_read_from_what_was_said() {
        let tcpdump =
            "9 packets captured\n18 packets received by filter\n7 packets dropped by kernel\n";
        assert_eq!(lost(tcpdump), Some(7));
        assert_eq!(
            lost("Capturing on 'wan0'\n5 packets dropped from wan0\n"),
            Some(5)
        );
        assert_eq!(lost("listening on wan0\n"), None);
    }
}
