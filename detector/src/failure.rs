//! Why the program ends, as one line and an exit code (sysexits.h).

use std::{io, process::ExitCode};

use nix::errno::Errno;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The cure where too few files may be open.
pub const MORE_FILES: &str = "allow more open files (LimitNOFILE, ulimit -n)";

/// A failure that ends the program. The text says what, where and the cure.
#[derive(Debug, Deserialize, Error, Serialize)]
#[non_exhaustive]
pub enum Failure {
    /// What was configured cannot be used.
    #[error("{0}")]
    Config(String),
    /// Something failed at run time.
    #[error("{0}")]
    Failed(String),
    /// The operating system refused memory or maps.
    #[error("{0}")]
    Memory(String),
    /// The caller lacks a permission.
    #[error("{0}")]
    Permission(String),
    /// The system lacks something.
    #[error("{0}")]
    Unavailable(String),
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// That the operating system refused something, with the cure where a limit is the cause.
    pub fn refused(what: &str, error: &io::Error) -> Self {
        let limited = |cure: &str| Self::Memory(format!("{what}: {error}; {cure}"));
        match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EMFILE | Errno::ENFILE) => limited(MORE_FILES),
            Some(Errno::ENOMEM) => limited("give it more memory (MemoryMax, ulimit -v)"),
            Some(Errno::EAGAIN) => limited("allow more tasks (TasksMax, ulimit -u)"),
            _ => Self::Failed(format!("{what}: {error}")),
        }
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Config(_) => 78,
            Self::Failed(_) => 1,
            Self::Memory(_) => 71,
            Self::Permission(_) => 77,
            Self::Unavailable(_) => 69,
            Self::Usage(_) => 2,
        })
    }
}
