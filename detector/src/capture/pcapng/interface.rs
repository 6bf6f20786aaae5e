//! What a section says of one interface: its link type, its clock, its snap length.

use detector_common::time::Nanos;
use pcap_parser::pcapng::{InterfaceDescriptionBlock, OptionCode};

use super::super::{Link, Record, link::link};

/// Bit of `if_tsresol` that makes it a power of two.
const BINARY: u8 = 0x80;
const NANOS: u128 = 1_000_000_000;

/// One interface of a section.
pub(super) struct Interface {
    link: Link,
    snap_len: usize,
    /// Ticks of its clock in a second.
    ticks: u128,
    /// Seconds that its clock is behind.
    offset: i64,
}

impl Interface {
    pub(super) fn new(description: &InterfaceDescriptionBlock<'_>, is_big_endian: bool) -> Self {
        Self {
            link: link(u32::from_ne_bytes(description.linktype.0.to_ne_bytes())),
            snap_len: match description.snaplen {
                0 => usize::MAX,
                len => len as usize,
            },
            ticks: ticks(description.if_tsresol),
            offset: offset(description, is_big_endian),
        }
    }

    /// How much is captured of a packet.
    pub(super) fn cut(&self, len: u32) -> usize {
        self.snap_len.min(len as usize)
    }

    /// Writes a packet of it into `record`, but for its time.
    pub(super) fn fill(&self, record: &mut Record, original_len: u32, bytes: &[u8]) {
        record.link = self.link;
        record.original_len = original_len as usize;
        record.bytes.clear();
        record.bytes.extend_from_slice(bytes);
    }

    /// Before 1970 is 1970, and after 2554 is the end of time.
    pub(super) fn time(&self, (high, low): (u32, u32)) -> Nanos {
        let ticks = u128::from(high) << 32 | u128::from(low);
        let nanos = i128::try_from(ticks * NANOS / self.ticks).unwrap_or(i128::MAX);
        let offset = i128::from(self.offset) * i128::from(Nanos::from_secs(1).0);
        let time = nanos.saturating_add(offset).max(0);
        Nanos(u64::try_from(time).unwrap_or(u64::MAX))
    }
}

/// pcap-parser's own reading knows no power of two.
fn ticks(resolution: u8) -> u128 {
    let (base, exponent) = if resolution & BINARY == 0 {
        (10_u128, resolution)
    } else {
        (2, resolution & !BINARY)
    };
    base.checked_pow(exponent.into()).unwrap_or(u128::MAX)
}

/// pcap-parser's own reading knows one byte order.
fn offset(description: &InterfaceDescriptionBlock<'_>, is_big_endian: bool) -> i64 {
    let mut options = description.options.iter();
    let option = options.find(|option| option.code == OptionCode::IfTsoffset);
    let octets = option.and_then(|option| option.value().first_chunk::<8>());
    octets.map_or(0, |octets| {
        if is_big_endian {
            i64::from_be_bytes(*octets)
        } else {
            i64::from_le_bytes(*octets)
        }
    })
}
