//! A running detector under observation: starting it, waiting for what it prints, ending it. Knows the form
//! of its output, one JSON object a line, and of the contents only what says that it is attached.

use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::event_log::{EventLog, collect_events, collect_log};
use crate::namespace::Namespace;
use crate::watched::Watched;

pub use crate::event_log::Observation;

/// A detector process. It is killed and reaped when this is dropped.
#[derive(Debug)]
pub struct Detector {
    pid: Pid,
    log: Arc<Watched<EventLog>>,
    threads: Vec<JoinHandle<()>>,
    /// Removed when the process has ended.
    state: TempDir,
}

/// Where systemd names the directories of a service, and so the lab.
const DIRECTORIES: [&str; 2] = ["STATE_DIRECTORY", "RUNTIME_DIRECTORY"];

impl Detector {
    /// Starts `program` with `args` inside `namespace`. It has a state directory of its own, which ends with it,
    /// unless `args` name another.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(namespace: &Namespace, program: &Path, args: &[&str]) -> anyhow::Result<Self> {
        Self::start_command(namespace, Command::new(program).args(args))
    }

    /// Starts `command` inside `namespace`, as above; its three standard streams are replaced.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_command(namespace: &Namespace, command: &mut Command) -> anyhow::Result<Self> {
        let state = TempDir::new().context("a state directory")?;
        for directory in DIRECTORIES {
            if command.get_envs().all(|(name, _)| name != directory) {
                command.env(directory, state.path());
            }
        }
        let piped = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = namespace.spawn(piped)?;
        let streams = child.stdout.take().zip(child.stderr.take());
        let (stdout, stderr) = streams.context("the process has no streams")?;
        let pid = Pid::from_raw(i32::try_from(child.id())?);
        let mut detector = Self {
            pid,
            log: Arc::default(),
            threads: Vec::new(),
            state,
        };
        // The waiter first: without it nobody would reap the child.
        detector.thread("lab-waiter", move |log| reap(child, log))?;
        detector.thread("lab-stdout", |log| collect_events(stdout, log))?;
        detector.thread("lab-stderr", |log| collect_log(stderr, log))?;
        Ok(detector)
    }

    /// Waits for an event that satisfies `predicate`, among those that came and those that come.
    ///
    /// # Errors
    /// When there is none within `deadline`, the output ends first, or a line of stdout is no JSON object;
    /// shows the last events and log lines.
    pub fn wait_for(
        &self,
        deadline: Duration,
        predicate: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Observation> {
        self.find(deadline, |seen| predicate(&seen.event))
    }

    /// As [`Detector::wait_for`], among the events that arrived after `start`.
    ///
    /// # Errors
    /// As [`Detector::wait_for`].
    pub fn wait_for_after(
        &self,
        start: Instant,
        deadline: Duration,
        predicate: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Observation> {
        self.find(deadline, |seen| seen.at > start && predicate(&seen.event))
    }

    /// Waits until the detector says that it watches its interface.
    ///
    /// # Errors
    /// As [`Detector::wait_for`].
    pub fn attached(&self, deadline: Duration) -> anyhow::Result<Observation> {
        self.wait_for(deadline, |event| {
            event["event"] == "interface" && event["state"] == "attached"
        })
    }

    /// All events so far.
    pub fn events(&self) -> Vec<Value> {
        self.log.read(|log| {
            log.observations
                .iter()
                .map(|seen| seen.event.clone())
                .collect()
        })
    }

    /// All lines of stderr so far.
    pub fn log_lines(&self) -> Vec<String> {
        self.log.read(|log| log.log_lines.clone())
    }

    /// How it says that things stand, after its latest poll.
    ///
    /// # Errors
    /// When nobody serves its status socket, or what is served is no JSON.
    pub fn status(&self) -> anyhow::Result<Value> {
        self.statuses()?.next().context("nothing is served")?
    }

    /// The same, and then after each poll.
    ///
    /// # Errors
    /// As [`Detector::status`].
    pub fn statuses(&self) -> anyhow::Result<impl Iterator<Item = anyhow::Result<Value>> + use<>> {
        let path = self.state.path().join("status.sock");
        let stream = UnixStream::connect(&path).context("the status socket")?;
        let lines = BufReader::new(stream).lines();
        Ok(lines.map(|line| Ok(serde_json::from_str(&line?)?)))
    }

    /// The process identifier.
    pub const fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends `signal`; a process that has ended already takes none.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        // The lock keeps the waiter from reaping, and so the identifier from being given to another process.
        self.log.read(|log| match log.exit {
            Some(_) => Ok(()),
            None => kill(self.pid, signal).with_context(|| format!("sending {signal}")),
        })
    }

    /// Kills the process and waits for its end.
    ///
    /// # Errors
    /// As [`Detector::exit`].
    pub fn kill(&self) -> anyhow::Result<ExitStatus> {
        self.signal(Signal::SIGKILL)?;
        self.exit(Duration::from_secs(10))
    }

    /// Waits for the end of the process and of its output, so that [`Detector::events`] is complete.
    ///
    /// # Errors
    /// When it does not end within `deadline`, or a line of stdout was no JSON object.
    pub fn exit(&self, deadline: Duration) -> anyhow::Result<ExitStatus> {
        let ended = self
            .log
            .wait(deadline, |log| log.exit.filter(|_| log.is_complete()));
        let status = ended.ok_or_else(|| self.error("the process has not ended", deadline))?;
        if self.log.read(|log| log.malformed.is_some()) {
            bail!(self.error("the output is unusable", deadline));
        }
        Ok(status)
    }

    /// Looks at each event once. The inner `None` says that waiting longer is no use.
    fn find(
        &self,
        deadline: Duration,
        wanted: impl Fn(&Observation) -> bool,
    ) -> anyhow::Result<Observation> {
        let mut looked_at = 0;
        let found = self.log.wait(deadline, |log| {
            let fresh = log.observations.get(looked_at..).unwrap_or_default();
            looked_at = log.observations.len();
            match fresh.iter().find(|&seen| wanted(seen)) {
                Some(seen) => Some(Some(seen.clone())),
                None => (log.is_complete() || log.malformed.is_some()).then_some(None),
            }
        });
        found
            .flatten()
            .ok_or_else(|| self.error("the awaited event did not come", deadline))
    }

    fn error(&self, what: &str, deadline: Duration) -> anyhow::Error {
        anyhow!(
            "{what} within {deadline:?}\n{}",
            self.log.read(EventLog::tail)
        )
    }

    fn thread(
        &mut self,
        name: &str,
        work: impl FnOnce(&Watched<EventLog>) + Send + 'static,
    ) -> anyhow::Result<()> {
        let log = Arc::clone(&self.log);
        let builder = Builder::new().name(name.to_owned());
        self.threads.push(builder.spawn(move || work(&log))?);
        Ok(())
    }
}

impl Drop for Detector {
    fn drop(&mut self) {
        // Refused only when the process is gone, which is what is wanted.
        self.signal(Signal::SIGKILL).ok();
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// Waits for the end without reaping first, so that the identifier stays the child's until that is known.
fn reap(mut child: Child, log: &Watched<EventLog>) {
    let Ok(pid) = i32::try_from(child.id()) else {
        return;
    };
    let ended = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(Pid::from_raw(pid)), ended) == Err(Errno::EINTR) {}
    log.update(|log| log.exit = child.wait().ok());
}
