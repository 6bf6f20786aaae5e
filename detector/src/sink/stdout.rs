//! Lines on stdout.

use std::{
    fs::File,
    io::{self, Write as _},
    os::fd::AsFd as _,
    sync::Arc,
};

use ulid::Ulid;

use super::{
    Format, Message,
    outlet::{Outlet, Trouble},
};
use crate::{failure::Failure, moment::Moment};

/// Stdout without a buffer of its own, so that what was written of a line is known.
pub(super) struct Stdout {
    to: File,
    format: Format,
    /// The event whose line was begun last, and what is left of it.
    begun: Option<Ulid>,
    rest: Vec<u8>,
}

impl Stdout {
    pub(super) fn open(format: Format) -> Result<Self, Failure> {
        let stdout = io::stdout().as_fd().try_clone_to_owned();
        let to = stdout.map_err(|error| Failure::Failed(format!("stdout: {error}")))?;
        Ok(Self {
            to: to.into(),
            format,
            begun: None,
            rest: Vec::new(),
        })
    }

    fn write_rest(&mut self) -> Result<(), Trouble> {
        while !self.rest.is_empty() {
            match self.to.write(&self.rest) {
                Ok(count) => drop(self.rest.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return Err(Trouble::Closed);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

impl Outlet for Stdout {
    /// A line that was begun is ended before the next; one of which nothing was written comes again.
    fn deliver(&mut self, events: &[Arc<Message>], _now: Moment) -> Result<(), Trouble> {
        self.write_rest()?;
        for message in events {
            if self.begun == Some(message.id) {
                continue;
            }
            self.begun = Some(message.id);
            self.rest = self.format.line(message, usize::MAX).into_bytes();
            self.rest.push(b'\n');
            let whole = self.rest.len();
            let written = self.write_rest();
            if self.rest.len() == whole {
                self.rest.clear();
                self.begun = None;
            }
            written?;
        }
        Ok(())
    }
}
