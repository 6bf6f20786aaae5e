//! The real daemon, and what it does where stdout is closed, full or not read.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Namespace, program};
use nix::{fcntl::OFlag, sys::signal::Signal, sys::stat::Mode, unistd::mkfifo};
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::PATIENCE;

const BOTH: &str = "[[sink]]\ntype = \"stdout\"\n[[sink]]\ntype = \"file\"\npath = \"events\"\n";

pub(crate) fn a_closed_stdout_is_said_once_and_the_file_goes_on() -> Result<()> {
    let place = Place::new(BOTH)?;
    let detector = place.run("exec \"$0\" \"$@\" | head -n 1")?;
    let status = place.wait_for_status(|it| {
        it["sinks"][0]["is_up"] == false && it["sinks"][1]["sent"].as_u64() > Some(2)
    })?;
    ensure!(
        status["sinks"][0]["dropped"]["closed"].as_u64() > Some(0),
        "{status}"
    );
    place.stop()?;
    ensure!(detector.exit(PATIENCE)?.success());
    let warnings = detector.log_lines();
    let said = warnings.iter().filter(|it| it.contains("nobody reads"));
    ensure!(
        said.count() == 1 && detector.events().len() == 1,
        "{warnings:?}"
    );
    let names = place.events()?;
    ensure!(
        names.last().is_some_and(|it| it == "interface") && names.len() > 2,
        "{names:?}"
    );
    Ok(())
}

pub(crate) fn a_full_stdout_alone_ends_it_in_one_line() -> Result<()> {
    let place = Place::new("")?;
    let detector = place.run("exec \"$0\" \"$@\" > /dev/full")?;
    let status = detector.exit(PATIENCE)?;
    let lines = detector.log_lines();
    ensure!(status.code() == Some(1), "{status} {lines:?}");
    ensure!(
        lines.len() == 1 && lines[0].contains("stdout: No space"),
        "{lines:?}"
    );
    Ok(())
}

pub(crate) fn a_full_stdout_beside_others_is_tried_again() -> Result<()> {
    let place = Place::new(BOTH)?;
    let detector = place.run("exec \"$0\" \"$@\" > /dev/full")?;
    place.wait_for_status(|it| {
        it["sinks"][0]["is_up"] == false && it["sinks"][1]["sent"].as_u64() > Some(1)
    })?;
    place.stop()?;
    ensure!(
        detector.exit(PATIENCE)?.success(),
        "{:?}",
        detector.log_lines()
    );
    ensure!(place.events()?.len() > 2);
    Ok(())
}

/// The pipe is full before it begins, and nobody reads from it.
pub(crate) fn a_reader_that_does_not_read_holds_up_no_poll() -> Result<()> {
    let place = Place::new("")?;
    let pipe = place.folder.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU)?;
    let _both_ends = fill(&pipe)?;
    let detector = place.run("exec \"$0\" \"$@\" > \"$PIPE\"")?;
    let early = place.wait_for_status(|it| it["polls"].as_u64() > Some(0))?;
    let late = place
        .wait_for_status(|it| it["polls"].as_u64() >= early["polls"].as_u64().map(|it| it + 3))?;
    ensure!(late["sinks"][0]["sent"] == 0, "{late}");
    ensure!(late["sinks"][0]["queued"].as_u64() >= Some(2), "{late}");
    place.stop()?;
    ensure!(
        detector.exit(PATIENCE)?.success(),
        "{:?}",
        detector.log_lines()
    );
    Ok(())
}

/// Both ends of a pipe that takes nothing more.
fn fill(pipe: &Path) -> Result<File> {
    let mut both = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(pipe)?;
    while both.write(&[0; 4_096]).is_ok() {}
    while both.write(&[0]).is_ok() {}
    Ok(both)
}

/// Where a daemon runs: a network of its own, and a folder for what it keeps.
pub(crate) struct Place {
    namespace: Namespace,
    pub(crate) folder: TempDir,
}

impl Place {
    fn new(config: &str) -> Result<Self> {
        let place = Self::inside(Namespace::new("sinks")?)?;
        place.configure(config)?;
        Ok(place)
    }

    /// One in a network that others are in too.
    pub(crate) fn inside(namespace: Namespace) -> Result<Self> {
        let folder = TempDir::new()?;
        Ok(Self { namespace, folder })
    }

    /// Writes the daemon's settings.
    pub(crate) fn configure(&self, config: &str) -> Result<()> {
        Ok(fs::write(self.folder.path().join("detector.toml"), config)?)
    }

    /// Runs the daemon by `script`.
    pub(crate) fn run(&self, script: &str) -> Result<Detector> {
        let folder = self.folder.path();
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(program::detector()?);
        command.args(["run", "--wan", "lo", "--mode", "generic", "--config"]);
        command.arg(folder.join("detector.toml"));
        command
            .env("STATE_DIRECTORY", folder)
            .env("RUNTIME_DIRECTORY", folder);
        command
            .env("PIPE", folder.join("pipe"))
            .stdin(Stdio::null());
        Detector::start_command(&self.namespace, &mut command)
    }

    /// The daemon's status, as soon as it is so.
    pub(crate) fn wait_for_status(&self, is_so: impl Fn(&Value) -> bool) -> Result<Value> {
        let deadline = Instant::now() + PATIENCE;
        let mut last = Value::Null;
        while Instant::now() < deadline {
            if let Ok(status) = self.status() {
                if is_so(&status) {
                    return Ok(status);
                }
                last = status;
            }
            // Each poll has a status of its own.
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("it is not so: {last}")
    }

    fn status(&self) -> Result<Value> {
        use std::io::BufRead as _;
        let stream = std::os::unix::net::UnixStream::connect(self.socket())?;
        let mut line = String::new();
        std::io::BufReader::new(stream).read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("status.sock")
    }

    /// Ends the daemon in good order, which the shell may hide: whoever serves the socket is it.
    pub(crate) fn stop(&self) -> Result<()> {
        let stream = std::os::unix::net::UnixStream::connect(self.socket())?;
        let peer =
            nix::sys::socket::getsockopt(&stream, nix::sys::socket::sockopt::PeerCredentials)?;
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(peer.pid()), Signal::SIGTERM)?;
        Ok(())
    }

    /// The names of the events in the file.
    fn events(&self) -> Result<Vec<String>> {
        let text = fs::read_to_string(self.folder.path().join("events"))?;
        let name = |line: &str| {
            let event: Value = serde_json::from_str(line)?;
            Ok(event["event"].as_str().context("no name")?.to_owned())
        };
        text.lines().map(name).collect()
    }
}
