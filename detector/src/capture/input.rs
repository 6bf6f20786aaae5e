//! The bytes of one capture: where they come from, how far they are read, and its name in messages.

use std::io::{self, BufReader, Read};

use super::{Stop, compression::unpacked};
use crate::failure::Failure;

const BUFFER: usize = 32 * 1024;

/// An unpacked stream that knows its place.
pub(super) struct Input<'a> {
    source: BufReader<Box<dyn Read + 'a>>,
    name: String,
    /// The first bytes, which are looked at before they are read.
    magic: [u8; 4],
    unread: usize,
    offset: u64,
    trouble: Option<io::Error>,
}

impl<'a> Input<'a> {
    /// # Errors
    /// [`Failure::Failed`] where not even the first byte can be read.
    pub(super) fn new(name: String, source: impl Read + 'a) -> Result<Self, Failure> {
        let failed = |error| Failure::Failed(format!("{name}: {error}"));
        let packed = BufReader::with_capacity(BUFFER, source);
        let source = unpacked(packed).map_err(failed)?;
        let mut input = Self {
            source: BufReader::with_capacity(BUFFER, source),
            name,
            magic: [0; 4],
            unread: 0,
            offset: 0,
            trouble: None,
        };
        let mut magic = [0; 4];
        let len = input.fill(&mut magic);
        (input.magic, input.unread, input.offset) = (magic, len, 0);
        Ok(input)
    }

    pub(super) const fn magic(&self) -> [u8; 4] {
        self.magic
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes have been read.
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    pub(super) fn no_capture(&self) -> Failure {
        let cause = match &self.trouble {
            Some(error) => format!("cannot be unpacked: {error}"),
            None if self.unread == 0 => "is empty".to_owned(),
            None => "is no capture".to_owned(),
        };
        Failure::Failed(format!(
            "{}: {cause}; give a pcap or pcapng file, also packed by gzip or zstd",
            self.name
        ))
    }

    /// Fills `room` with the next bytes.
    ///
    /// # Errors
    /// [`Stop::End`] where there is no byte left, [`Stop::Damage`] where there are too few.
    pub(super) fn read(&mut self, room: &mut [u8]) -> Result<(), Stop> {
        let at = self.offset;
        let len = self.fill(room);
        if len == room.len() {
            return Ok(());
        }
        match &self.trouble {
            Some(error) => Err(Stop::Damage(at, error.to_string())),
            None if len == 0 => Err(Stop::End),
            None => Err(Stop::Damage(at, "it ends in the middle".to_owned())),
        }
    }

    /// The same where something must follow, `begun` at an earlier byte.
    pub(super) fn read_rest(&mut self, room: &mut [u8], begun: u64) -> Result<(), Stop> {
        self.read(room).map_err(|stop| match stop {
            Stop::End => Stop::Damage(begun, "it ends in the middle".to_owned()),
            Stop::Damage(_, what) => Stop::Damage(begun, what),
            flaw @ Stop::Flaw(..) => flaw,
        })
    }

    /// Passes over `len` bytes, or what there is of them.
    pub(super) fn pass_over(&mut self, len: u64) {
        let passed = io::copy(&mut (&mut self.source).take(len), &mut io::sink());
        match passed {
            Ok(passed) => self.offset = self.offset.saturating_add(passed),
            Err(error) => self.trouble = Some(error),
        }
    }

    /// How many bytes it could fill.
    fn fill(&mut self, room: &mut [u8]) -> usize {
        let mut filled = self.unread.min(room.len());
        room[..filled].copy_from_slice(&self.magic[4 - self.unread..][..filled]);
        self.unread -= filled;
        while filled < room.len() && self.trouble.is_none() {
            match self.source.read(&mut room[filled..]) {
                Ok(0) => break,
                Ok(len) => filled += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.trouble = Some(error),
            }
        }
        self.offset += filled as u64;
        filled
    }
}
