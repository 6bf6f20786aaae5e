//! Reads what a running detector serves: its status, a line after each poll.
//!
//! Text that goes to a terminal comes from here without a control character. Must not know: what becomes of it.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    net::UnixStream,
    time::timeout,
};

use crate::{
    daemon::socket, event_loop, failure::Failure, printable::printable_json, status::Status,
};

/// A line comes each second; after so long something is wrong.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest line that is read.
const LONGEST: u64 = 8 << 20;

/// A connection to a running detector.
pub struct Client {
    path: PathBuf,
    stream: BufReader<UnixStream>,
}

/// One line, as it came.
///
/// # Errors
/// As [`Client::connect`] and [`Client::line`].
pub fn line(named: Option<&Path>) -> Result<String, Failure> {
    event_loop::run(async { Client::connect(named).await?.line().await })
}

/// One status.
///
/// # Errors
/// As [`Client::connect`] and [`Client::status`].
pub fn status(named: Option<&Path>) -> Result<Status, Failure> {
    event_loop::run(async { Client::connect(named).await?.status().await })
}

impl Client {
    /// Connects to the socket that is `named`, else to the one of the usual place.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where no detector serves there, [`Failure::Permission`] where it may not be read.
    pub async fn connect(named: Option<&Path>) -> Result<Self, Failure> {
        let path = socket::place(named);
        match UnixStream::connect(&path).await {
            Ok(stream) => Ok(Self {
                path,
                stream: BufReader::new(stream),
            }),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(Failure::Permission(
                format!("{}: {error}; ask for access to its folder", path.display()),
            )),
            Err(error) => Err(Failure::Unavailable(format!(
                "no detector serves its status at {} ({error}); start one with `detector run`, or name its socket \
                 with --status-socket FILE",
                path.display()
            ))),
        }
    }

    /// The next line, as it came, without its end.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where none comes.
    pub async fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        let mut stream = (&mut self.stream).take(LONGEST);
        let read = timeout(PATIENCE, stream.read_line(&mut line)).await;
        match read {
            Ok(Ok(_)) if line.ends_with('\n') => {
                line.pop();
                Ok(line)
            }
            Ok(Ok(_)) => Err(self.failure(
                "the detector has ended, or made room for another reader; ask again, else start it",
            )),
            Ok(Err(error)) => Err(self.failure(&format!("{error}; is that the status socket?"))),
            Err(_elapsed) => Err(self.failure("nothing comes; the detector is stuck, restart it")),
        }
    }

    /// The next status, all text of it printable.
    ///
    /// # Errors
    /// As [`Self::line`]; [`Failure::Unavailable`] where what comes is no status.
    pub async fn status(&mut self) -> Result<Status, Failure> {
        let line = self.line().await?;
        understood(&line).map_err(|error| {
            self.failure(&format!(
                "what is served is no status ({error}); use the version of the program that runs"
            ))
        })
    }

    fn failure(&self, what: &str) -> Failure {
        Failure::Unavailable(format!("{}: {what}", self.path.display()))
    }
}

fn understood(line: &str) -> serde_json::Result<Status> {
    serde_json::from_value(printable_json(serde_json::from_str(line)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_status_is_refused() {
        assert!(understood("{}").is_err());
        assert!(understood("hello").is_err());
    }
}
