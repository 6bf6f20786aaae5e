//! Where events go: one line each, flushed, on stdout.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::{
    event::{Body, Event},
    failure::Failure,
};

/// What became of a line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Delivery {
    /// It was written and flushed.
    Written,
    /// Nobody reads any more.
    Closed,
}

/// Writes lines to `W`.
pub struct Lines<W>(W);

impl<W: Write> Lines<W> {
    /// Lines to `writer`.
    pub const fn new(writer: W) -> Self {
        Self(writer)
    }

    /// Writes one event.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the reader is there but the line cannot be written.
    pub fn tell(&mut self, ts: &Timestamp, body: Body<'_>) -> Result<Delivery, Failure> {
        let mut line = serde_json::to_vec(&Event::new(ts, body))
            .map_err(|error| Failure::Failed(format!("event: {error}")))?;
        line.push(b'\n');
        match self.0.write_all(&line).and_then(|()| self.0.flush()) {
            Ok(()) => Ok(Delivery::Written),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Delivery::Closed),
            Err(error) => Err(Failure::Failed(format!("stdout: {error}"))),
        }
    }

    /// Writes events one after the other, until nobody reads any more.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn tell_all<'a>(
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
