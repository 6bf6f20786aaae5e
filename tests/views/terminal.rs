//! A pseudo-terminal with a program in it.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    os::fd::{AsFd as _, OwnedFd},
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    pty::{OpenptyResult, Winsize, openpty},
    sys::{
        signal::{Signal, kill},
        termios::{LocalFlags, tcgetattr},
    },
    unistd::Pid,
};

/// For what takes moments, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// The terminal, the program, and all that it wrote.
pub(crate) struct Terminal {
    screen: File,
    side: OwnedFd,
    child: Child,
    pub(crate) seen: Vec<u8>,
}

impl Terminal {
    /// Starts `command` in a terminal of that size.
    pub(crate) fn start(command: &mut Command, columns: u16, rows: u16) -> Self {
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let OpenptyResult { master, slave } = openpty(Some(&size), None).unwrap();
        let end = || slave.try_clone().unwrap();
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn();
        Self {
            screen: master.into(),
            child: child.unwrap(),
            side: slave,
            seen: Vec::new(),
        }
    }

    /// Reads until `part` was written.
    pub(crate) fn wait_for(&mut self, part: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.has_shown(part) {
            assert!(Instant::now() < deadline, "no {part:?} in {}", self.text());
            self.read(1_000);
        }
    }

    pub(crate) fn has_shown(&self, part: &str) -> bool {
        self.seen
            .windows(part.len())
            .any(|it| it == part.as_bytes())
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.screen.write_all(keys.as_bytes()).unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(
            Pid::from_raw(i32::try_from(self.child.id()).unwrap()),
            signal,
        )
        .unwrap();
    }

    /// Whether what is typed is shown and comes by the line, as a shell needs it.
    pub(crate) fn is_cooked(&self) -> bool {
        let flags = tcgetattr(&self.side).unwrap().local_flags;
        flags.contains(LocalFlags::ECHO | LocalFlags::ICANON)
    }

    /// Waits for the end of the program, and reads what it left.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.read(100);
            if let Some(status) = self.child.try_wait().unwrap() {
                self.read(0);
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "it does not end: {}",
                self.text()
            );
        }
    }

    fn read(&mut self, patience_ms: u16) {
        let mut ready = [PollFd::new(self.screen.as_fd(), PollFlags::POLLIN)];
        if poll(&mut ready, PollTimeout::from(patience_ms)).unwrap() > 0 {
            let mut bytes = [0; 65_536];
            let len = self.screen.read(&mut bytes).unwrap();
            self.seen.extend_from_slice(&bytes[..len]);
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Has ended already, unless the test failed.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
