//! The one thing that sinks of every kind do.

use crate::{moment::Moment, sink::Message};
use std::{io, sync::Arc, time::Duration};

/// Delivers events to somewhere. May take its time: nobody waits for it.
pub(super) trait Outlet: Send + Sync {
    /// How many events it takes at a time.
    fn at_most(&self) -> usize {
        1
    }

    /// Delivers all of `events` or none; without any, what is due of what it knows already.
    fn deliver(&mut self, events: &[Arc<Message>], now: Moment) -> Result<(), Trouble>;

    /// How long until something is due though there is no event.
    fn due_in(&self, _now: Moment) -> Option<Duration> {
        None
    }

    /// What it has open may have been moved away.
    fn reopen(&mut self) {}
}

/// Why events were not delivered.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nobody will ever read them.
    Closed,
    /// The peer does not want these events; others it may.
    Refused(String),
    /// Later it may work.
    Later(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Later(error.to_string())
    }
}

impl From<nix::Error> for Trouble {
    fn from(errno: nix::Error) -> Self {
        io::Error::from(errno).into()
    }
}
