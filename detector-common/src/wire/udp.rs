//! The UDP header (RFC 768).

use crate::{bytes::HeaderBytes, skip::Skip};

const HEADER_LEN: u16 = 8;
const DESTINATION_PORT_AT: usize = 2;
const LEN_AT: usize = 4;
/// The checksum is of no interest.
const READ_LEN: usize = 6;
const PAYLOAD_AT: usize = 8;
const VERSION_AT: usize = PAYLOAD_AT + 1;

/// The port of HTTP/3, the only one where QUIC is looked for.
pub const QUIC_PORT: u16 = 443;
/// A client pads its Initials to this many bytes (RFC 9000 §14.1).
const QUIC_INITIAL_LEN: u16 = 1_200;
/// Header form and fixed bit (RFC 9000 §17.2).
const LONG_HEADER: u8 = 0xc0;
const PACKET_TYPE: u8 = 0x30;
const VERSION_2: u32 = 0x6b33_43cf;

/// One datagram.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Datagram {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Bytes of payload.
    pub payload_len: u16,
    /// Whether it carries a client's QUIC Initial to [`QUIC_PORT`].
    pub is_quic_initial: bool,
}

/// Reads a header; `len` is what the IP packet has left for it.
///
/// # Errors
/// [`Skip::Truncated`] or [`Skip::BadLength`].
#[inline(always)]
pub(crate) fn read<H: HeaderBytes>(header: H, len: usize) -> Result<Datagram, Skip> {
    if len < usize::from(HEADER_LEN) {
        return Err(Skip::BadLength);
    }
    header.holds(READ_LEN)?;
    let len = header.u16_at(LEN_AT)?;
    let destination_port = header.u16_at(DESTINATION_PORT_AT)?;
    let payload_len = len.checked_sub(HEADER_LEN).ok_or(Skip::BadLength)?;
    Ok(Datagram {
        source_port: header.u16_at(0)?,
        destination_port,
        payload_len,
        is_quic_initial: destination_port == QUIC_PORT
            && payload_len >= QUIC_INITIAL_LEN
            && is_quic_initial(header),
    })
}

/// Whether the payload begins with a long header of type Initial; the type's number depends on the version
/// (RFC 9000 §17.2.2, RFC 9369 §3.2). Version 0 is negotiation, which no client sends.
#[inline(always)]
fn is_quic_initial<H: HeaderBytes>(header: H) -> bool {
    let (Ok(first), Ok(version)) = (header.u8_at(PAYLOAD_AT), header.u32_at(VERSION_AT)) else {
        return false;
    };
    let initial = if version == VERSION_2 { 0x10 } else { 0x00 };
    first & (LONG_HEADER | PACKET_TYPE) == LONG_HEADER | initial && version != 0
}
