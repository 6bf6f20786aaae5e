//! The classic format, in every byte order and resolution
//! (<https://www.tcpdump.org/manpages/pcap-savefile.5.html>).

use detector_common::time::Nanos;

use super::{Link, MAX_PACKET, Record, Stop, input::Input, link::link};

const HEADER_LEN: usize = 24;
const NETWORK_AT: usize = 20;

/// What the first four bytes tell.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Flavour {
    is_big_endian: bool,
    nanos_per_tick: u64,
    /// Eight more bytes a record, in Kuznetzov's patched libpcap.
    record_len: usize,
}

impl Flavour {
    pub(super) const fn of(magic: [u8; 4]) -> Option<Self> {
        let (is_big_endian, number) = match magic {
            [0xa1, ..] => (true, u32::from_be_bytes(magic)),
            _ => (false, u32::from_le_bytes(magic)),
        };
        let (nanos_per_tick, record_len) = match number {
            0xa1b2_c3d4 => (1_000, 16),
            0xa1b2_3c4d => (1, 16),
            0xa1b2_cd34 => (1_000, 24),
            _ => return None,
        };
        Some(Self {
            is_big_endian,
            nanos_per_tick,
            record_len,
        })
    }

    fn number(self, bytes: &[u8], at: usize) -> u32 {
        let [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        if self.is_big_endian {
            u32::from_be_bytes([a, b, c, d])
        } else {
            u32::from_le_bytes([a, b, c, d])
        }
    }
}

/// A classic capture.
pub(super) struct Pcap<'a> {
    pub(super) input: Input<'a>,
    flavour: Flavour,
    link: Option<Link>,
}

impl<'a> Pcap<'a> {
    pub(super) const fn new(input: Input<'a>, flavour: Flavour) -> Self {
        Self {
            input,
            flavour,
            link: None,
        }
    }

    pub(super) fn read(&mut self, record: &mut Record) -> Result<(), Stop> {
        let link = self.link()?;
        let begun = self.input.offset();
        let mut header = [0; 24];
        let header = &mut header[..self.flavour.record_len];
        self.input.read(header)?;
        let number = |at| self.flavour.number(header, at);
        let (seconds, ticks, len, original_len) = (number(0), number(4), number(8), number(12));
        let len = len as usize;
        if len > MAX_PACKET {
            let what = format!("a packet of {len} bytes, of at most {MAX_PACKET}");
            return Err(Stop::Damage(begun, what));
        }
        let nanos = u64::from(ticks).saturating_mul(self.flavour.nanos_per_tick);
        record.at = Nanos(Nanos::from_secs(seconds.into()).0.saturating_add(nanos));
        record.link = link;
        record.original_len = original_len as usize;
        record.bytes.resize(len, 0);
        self.input.read_rest(&mut record.bytes, begun)
    }

    /// The link type; the header is read with the first packet.
    fn link(&mut self) -> Result<Link, Stop> {
        if let Some(link) = self.link {
            return Ok(link);
        }
        let mut header = [0; HEADER_LEN];
        self.input.read_rest(&mut header, 0)?;
        // The upper half says how long a frame check sequence is, and more.
        let link = link(self.flavour.number(&header, NETWORK_AT) & 0xffff);
        self.link = Some(link);
        Ok(link)
    }
}
