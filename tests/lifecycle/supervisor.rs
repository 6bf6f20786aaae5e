//! What systemd is told, on a socket that the test has in its place.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use detector_tests::{Detector, harness::note, program};
use nix::sys::signal::Signal;
use tempfile::TempDir;

use crate::{
    link::{Link, NAME, ensure_attached},
    stage::PATIENCE,
};

/// The watchdog's patience, and so long that a detector which is alive has said so.
const WATCHDOG: Duration = Duration::from_secs(2);

pub(crate) fn systemd_hears_of_start_state_polls_and_end() -> Result<()> {
    let link = Link::new()?;
    let systemd = Systemd::new()?;
    let begun = Instant::now();
    let detector = systemd.start(&link)?;
    let first = systemd.wait("READY=1")?;
    note(&format!("ready after {:?}", begun.elapsed()));
    // Nothing is said before everything is attached.
    ensure_attached(&link.hooks(NAME)?)?;
    ensure!(
        detector.events().iter().any(|it| it["state"] == "attached"),
        "untold"
    );
    let status = "STATUS=wan0 generic · 0 alerts · 0 prefixes";
    ensure!(first.lines().any(|line| line == status), "{first}");
    for _ in 0..3 {
        systemd.wait("WATCHDOG=1")?;
    }
    detector.signal(Signal::SIGTERM)?;
    systemd.wait("STOPPING=1")?;
    ensure!(
        detector.exit(PATIENCE)?.success(),
        "{:?}",
        detector.log_lines()
    );
    Ok(())
}

pub(crate) fn a_detector_that_hangs_feeds_no_watchdog() -> Result<()> {
    let link = Link::new()?;
    let systemd = Systemd::new()?;
    let detector = systemd.start(&link)?;
    systemd.wait("WATCHDOG=1")?;
    detector.signal(Signal::SIGSTOP)?;
    while !is_stopped(&detector)? {
        std::thread::yield_now();
    }
    systemd.drain(Duration::from_millis(1))?;
    let heard = systemd.drain(2 * WATCHDOG)?;
    ensure!(heard.is_empty(), "it hangs and says {heard:?}");
    detector.signal(Signal::SIGCONT)?;
    systemd.wait("WATCHDOG=1").map(drop)
}

fn is_stopped(detector: &Detector) -> Result<bool> {
    let status = fs::read_to_string(format!("/proc/{}/status", detector.pid()))?;
    Ok(status.contains("State:\tT"))
}

/// The socket of a service manager.
struct Systemd {
    folder: TempDir,
    socket: UnixDatagram,
}

impl Systemd {
    fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        let socket = UnixDatagram::bind(folder.path().join("notify"))?;
        Ok(Self { folder, socket })
    }

    fn start(&self, link: &Link) -> Result<Detector> {
        let mut command = Command::new(program::detector()?);
        command
            .args(["run", "--wan", NAME])
            .env("NOTIFY_SOCKET", self.folder.path().join("notify"))
            .env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string());
        Detector::start_command(&link.0, &mut command)
    }

    /// The next message with this line.
    fn wait(&self, line: &str) -> Result<String> {
        let end = Instant::now() + PATIENCE;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            let message = self.receive(left)?;
            if let Some(message) = message.filter(|it| it.lines().any(|it| it == line)) {
                return Ok(message);
            }
        }
        bail!("no {line}")
    }

    /// What is heard until nothing comes for so long.
    fn drain(&self, quiet: Duration) -> Result<Vec<String>> {
        let mut heard = Vec::new();
        while let Some(message) = self.receive(quiet)? {
            heard.push(message);
        }
        Ok(heard)
    }

    fn receive(&self, patience: Duration) -> Result<Option<String>> {
        let mut octets = [0; 4_096];
        self.socket
            .set_read_timeout(Some(patience.max(Duration::from_millis(1))))?;
        match self.socket.recv(&mut octets) {
            Ok(length) => Ok(Some(String::from_utf8(octets[..length].to_vec())?)),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error).context("the socket of systemd"),
        }
    }
}
