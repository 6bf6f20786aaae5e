//! The machine's console: shown as it comes, and watched, so that a machine that is lost ends at once.

use std::{
    io,
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{program, tee};

/// What a kernel says when something went wrong in it.
const CRIES: [&str; 9] = [
    "Kernel panic",
    "BUG: ",
    "Oops: ",
    "WARNING: CPU",
    // As Linux 6.19 and newer warn: `WARNING: FILE:LINE at FUNCTION, CPU#0: COMMAND/1`.
    ", CPU#",
    "general protection fault",
    "soft lockup",
    "blocked for more than",
    "detected stalls",
];

/// What a machine has said, and how it ended.
#[derive(Debug, Default)]
pub(crate) struct Console {
    pub(crate) lines: Vec<String>,
    /// Of QEMU; none where it was killed.
    pub(crate) status: Option<i32>,
    /// Why it was killed.
    pub(crate) lost: Option<String>,
}

/// Runs a machine until it ends, is lost, or the time is over.
pub(crate) fn watch(machine: &mut Command, limit: Duration) -> Result<Console> {
    let deadline = Instant::now() + limit;
    let spawned = machine.stdout(Stdio::piped()).spawn();
    let mut child = spawned.with_context(|| program::describe(machine))?;
    let output = child.stdout.take().context("the machine has no console")?;
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        // Nobody listens any more once the machine is lost.
        let observe = |line: &str| drop(sender.send(line.trim_end().to_owned()));
        tee::copy(output, io::stdout(), observe)
    });
    let mut console = Console::default();
    while console.lost.is_none() {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                console.lost = cry(&line);
                console.lines.push(line);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                console.lost = Some(format!("no verdict after {} s", limit.as_secs()));
            }
        }
    }
    if console.lost.is_some() {
        child.kill()?;
    }
    console.status = child.wait()?.code();
    reader
        .join()
        .ok()
        .context("the console's reader panicked")??;
    Ok(console)
}

fn cry(line: &str) -> Option<String> {
    let is_cry = CRIES.iter().any(|cry| line.contains(cry));
    is_cry.then(|| format!("the kernel says: {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Console {
        watch(Command::new("sh").args(["-c", script]), limit).unwrap()
    }

    #[test]
    fn a_machine_that_ends_has_its_lines_and_its_status() {
        let console = shell("echo 'one\r'; echo two; exit 33", Duration::from_mins(1));
        assert_eq!(console.lines[..2], ["one", "two"]);
        assert_eq!((console.status, console.lost), (Some(33), None));
    }

    #[test]
    fn a_machine_whose_kernel_cries_is_ended_at_once() {
        let script = "echo '[ 7.1] Kernel panic - not syncing'; exec sleep 600";
        let console = shell(script, Duration::from_mins(5));
        assert!(console.lost.unwrap().contains("not syncing"));
        assert_eq!(console.status, None);
    }

    #[test]
    fn a_machine_that_hangs_is_ended() {
        let console = shell("exec sleep 600", Duration::from_millis(100));
        assert!(console.lost.unwrap().contains("no verdict"));
    }
}
