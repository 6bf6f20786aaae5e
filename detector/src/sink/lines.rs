//! One line each, flushed, at once.

use std::io::{self, Write};

use jiff::Timestamp;

use super::{Delivery, Tell};
use crate::{
    event::{Body, Event},
    failure::Failure,
};

/// Writes lines to `W`.
pub struct Lines<W>(W);

impl<W: Write> Lines<W> {
    /// Lines to `writer`.
    pub const fn new(writer: W) -> Self {
        Self(writer)
    }
}

impl<W: Write> Tell for Lines<W> {
    fn tell(&mut self, ts: &Timestamp, body: Body<'_>) -> Result<Delivery, Failure> {
        let mut line = serde_json::to_vec(&Event::new(ts, body))
            .map_err(|error| Failure::Failed(format!("event: {error}")))?;
        line.push(b'\n');
        match self.0.write_all(&line).and_then(|()| self.0.flush()) {
            Ok(()) => Ok(Delivery::Written),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Delivery::Closed),
            Err(error) => Err(Failure::Failed(format!("stdout: {error}"))),
        }
    }
}
