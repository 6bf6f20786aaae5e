//! Captures: from a file's bytes to packets with their time, whatever the format.
//!
//! Owns formats, compression and damage. Must not know: what is in a packet, or whose it is.
//! Memory is bounded whatever a file claims: one packet of one file at a time, and none above
//! [`MAX_PACKET`].

mod compression;
mod input;
mod link;
mod merge;
mod pcap;
mod pcapng;
mod record;

use std::{io::Read, path::Path};

use indicatif::ProgressBar;

use self::{input::Input, pcap::Pcap, pcapng::PcapNg};
use crate::failure::Failure;

pub use self::{
    merge::Merged,
    record::{Captured, Link, Record},
};

/// Largest packet, in bytes; libpcap's own limit (`MAXIMUM_SNAPLEN`).
pub const MAX_PACKET: usize = 256 * 1024;

/// One capture, read from its beginning to its end, or to where it is damaged.
pub struct Capture<'a> {
    format: Format<'a>,
    has_ended: bool,
    has_warned: bool,
    packets: u64,
    record: Record,
}

enum Format<'a> {
    Pcap(Pcap<'a>),
    PcapNg(PcapNg<'a>),
}

/// Why there is no next packet.
#[derive(Debug, Eq, PartialEq)]
enum Stop {
    /// The capture is over.
    End,
    /// Something is wrong at this byte of the (uncompressed) capture, but what follows can be read.
    Flaw(u64, String),
    /// Nothing can be read from this byte on.
    Damage(u64, String),
}

impl<'a> Capture<'a> {
    /// Opens a file, or stdin for `-`; `bar` follows how far it is read.
    ///
    /// # Errors
    /// [`Failure::Failed`] where it cannot be read, or is no capture.
    pub fn open(path: &Path, bar: &ProgressBar) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if name == "-" {
            return Self::read("stdin".to_owned(), std::io::stdin());
        }
        let file = std::fs::File::open(path).map_err(|error| {
            Failure::Failed(format!("{name}: {error}; give a pcap or pcapng file"))
        })?;
        Self::read(name, bar.wrap_read(file))
    }

    /// Reads a capture from anywhere; `name` is what messages call it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(name: String, source: impl Read + 'a) -> Result<Self, Failure> {
        let input = Input::new(name, source)?;
        let magic = input.magic();
        let format = if pcapng::is_magic(magic) {
            Format::PcapNg(PcapNg::new(input))
        } else if let Some(flavour) = pcap::Flavour::of(magic) {
            Format::Pcap(Pcap::new(input, flavour))
        } else {
            return Err(input.no_capture());
        };
        Ok(Self {
            format,
            has_ended: false,
            has_warned: false,
            packets: 0,
            record: Record::EMPTY,
        })
    }

    /// Reads the next packet, over the one before.
    pub fn advance(&mut self) -> Option<&Record> {
        while !self.has_ended {
            let read = match &mut self.format {
                Format::Pcap(pcap) => pcap.read(&mut self.record),
                Format::PcapNg(pcapng) => pcapng.read(&mut self.record),
            };
            match read {
                Ok(()) => {
                    self.packets += 1;
                    return Some(&self.record);
                }
                Err(Stop::Flaw(at, what)) => self.warn(at, &what),
                Err(Stop::Damage(at, what)) => {
                    self.warn(at, &what);
                    self.has_ended = true;
                }
                Err(Stop::End) => self.has_ended = true,
            }
        }
        None
    }

    /// The packet that was read last.
    const fn record(&self) -> &Record {
        &self.record
    }

    const fn input(&self) -> &Input<'a> {
        match &self.format {
            Format::Pcap(pcap) => &pcap.input,
            Format::PcapNg(pcapng) => &pcapng.input,
        }
    }

    /// One warning a file, however much is wrong with it.
    fn warn(&mut self, at: u64, what: &str) {
        if !self.has_warned {
            self.has_warned = true;
            let (name, packets) = (self.input().name(), self.packets);
            tracing::warn!("{name}: damaged at byte {at}: {what}; {packets} packets before it");
        }
    }
}

#[cfg(test)]
mod tests;
