//! One captured packet, and the parser's view of it.

use detector_common::{
    bytes::{HEADER_SPAN, PacketBytes},
    time::Nanos,
    wire::link::LinkLayer,
};

/// A packet as a capture holds it; its memory serves the next one again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// When it was captured, since 1970.
    pub at: Nanos,
    /// What it begins with.
    pub link: Link,
    /// How long it was on the wire, in bytes; more than was captured where a snap length cut it.
    pub original_len: usize,
    /// What was captured of it.
    pub bytes: Vec<u8>,
}

/// What a packet begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Link {
    /// Something the parser reads.
    Known(LinkLayer),
    /// Another one, by its number in <https://www.tcpdump.org/linktypes.html>.
    Unknown(u32),
}

impl Record {
    /// None yet.
    pub(super) const EMPTY: Self = Self {
        at: Nanos(0),
        link: Link::Unknown(0),
        original_len: 0,
        bytes: Vec::new(),
    };

    /// The parser's view of it.
    pub fn captured(&self) -> Captured<'_> {
        Captured {
            bytes: &self.bytes,
            total_len: self.original_len.max(self.bytes.len()),
        }
    }
}

/// Captured bytes of a packet that may have been longer.
#[derive(Clone, Copy, Debug)]
pub struct Captured<'a> {
    /// What was captured.
    pub bytes: &'a [u8],
    /// Length on the wire.
    pub total_len: usize,
}

impl PacketBytes for Captured<'_> {
    fn read<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        let end = offset.checked_add(N)?;
        if end > HEADER_SPAN {
            return None;
        }
        self.bytes.get(offset..end)?.try_into().ok()
    }

    fn total_len(&self) -> usize {
        self.total_len
    }
}
