//! Where events go: to stdout at once, or to sinks that take them over, each at its own pace.
//!
//! Owns what a sink is. Must not know: when an event is due, or what it says.

mod alertmanager;
mod backoff;
mod client;
pub mod config;
mod fan;
mod file;
mod format;
mod journald;
mod lines;
mod mailbox;
mod message;
mod nats;
mod outlet;
pub mod queue;
mod stdout;
mod syslog;
mod trust;
mod webhook;
mod worker;

use jiff::Timestamp;

pub use self::{
    backoff::Pace,
    fan::{Resting, Sinks},
    format::Format,
    lines::Lines,
    message::{Message, Rank, Topic},
};
use crate::{event::Body, failure::Failure};

/// What became of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// It was taken.
    Written,
    /// Nobody reads any more.
    Closed,
}

/// Takes events.
pub trait Tell {
    /// Takes one event.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the only reader is there but cannot be told.
    fn tell(&mut self, ts: &Timestamp, body: Body<'_>) -> Result<Delivery, Failure>;

    /// Takes events one after the other, until nobody reads any more.
    ///
    /// # Errors
    /// As [`Self::tell`].
    fn tell_all<'a>(
        &mut self,
        ts: &Timestamp,
        bodies: impl IntoIterator<Item = Body<'a>>,
    ) -> Result<Delivery, Failure> {
        for body in bodies {
            if self.tell(ts, body)? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        Ok(Delivery::Written)
    }
}
