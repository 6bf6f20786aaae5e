//! The UDP header (RFC 768).

use crate::{bytes::PacketBytes, skip::Skip};

const HEADER_LEN: u16 = 8;
const DESTINATION_PORT_AT: usize = 2;
const LEN_AT: usize = 4;

/// One datagram.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Datagram {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Bytes of payload.
    pub payload_len: u16,
}

/// Reads the header at `offset`; `len` is what the IP packet has left for it.
///
/// # Errors
/// [`Skip::Truncated`] or [`Skip::BadLength`].
#[inline(always)]
pub(crate) fn read<B: PacketBytes + ?Sized>(
    bytes: &B,
    offset: usize,
    len: usize,
) -> Result<Datagram, Skip> {
    if len < usize::from(HEADER_LEN) {
        return Err(Skip::BadLength);
    }
    let len = bytes.u16_at(offset.wrapping_add(LEN_AT))?;
    Ok(Datagram {
        source_port: bytes.u16_at(offset)?,
        destination_port: bytes.u16_at(offset.wrapping_add(DESTINATION_PORT_AT))?,
        payload_len: len.checked_sub(HEADER_LEN).ok_or(Skip::BadLength)?,
    })
}
