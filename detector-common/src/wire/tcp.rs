//! The TCP header (RFC 9293 §3.1), options skipped.

use crate::{bytes::HeaderBytes, skip::Skip};

const MIN_LEN: usize = 20;
const DESTINATION_PORT_AT: usize = 2;
const SEQ_AT: usize = 4;
const ACK_AT: usize = 8;
const DATA_OFFSET_AT: usize = 12;
const FLAGS_AT: usize = 13;
const WINDOW_AT: usize = 14;
/// What follows is of no interest.
const READ_LEN: usize = 16;

/// The control bits of a segment.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Flags(pub u8);

impl Flags {
    const FIN: u8 = 0x01;
    const SYN: u8 = 0x02;
    const RST: u8 = 0x04;
    const PSH: u8 = 0x08;
    const ACK: u8 = 0x10;

    /// The sender has no more data.
    pub const fn fin(self) -> bool {
        self.0 & Self::FIN != 0
    }

    /// The connection is abandoned.
    pub const fn rst(self) -> bool {
        self.0 & Self::RST != 0
    }

    /// The sender has nothing more to send just now.
    pub const fn psh(self) -> bool {
        self.0 & Self::PSH != 0
    }

    /// The acknowledgement number is valid.
    pub const fn ack(self) -> bool {
        self.0 & Self::ACK != 0
    }

    /// A connection is asked for. ECN bits do not matter (RFC 3168 §6.1.1 sets both on a SYN).
    pub const fn is_syn(self) -> bool {
        self.0 & (Self::SYN | Self::ACK | Self::RST | Self::FIN) == Self::SYN
    }

    /// The answer to a SYN.
    pub const fn is_syn_ack(self) -> bool {
        self.0 & (Self::SYN | Self::ACK | Self::RST | Self::FIN) == (Self::SYN | Self::ACK)
    }
}

/// One segment. On egress it may be a super-packet that the device cuts up later.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Segment {
    /// Port of the sender.
    pub source_port: u16,
    /// Port of the receiver.
    pub destination_port: u16,
    /// Sequence number of the first byte.
    pub seq: u32,
    /// Acknowledgement number, meaningless without the ACK bit.
    pub ack: u32,
    /// Control bits.
    pub flags: Flags,
    /// Receive window, unscaled.
    pub window: u16,
    /// Bytes of payload.
    pub payload_len: u32,
}

/// Reads a header; `len` is header and payload together.
///
/// # Errors
/// [`Skip::Truncated`], [`Skip::BadTcpHeader`] or [`Skip::BadLength`].
#[inline(always)]
pub(crate) fn read<H: HeaderBytes>(header: H, len: usize) -> Result<Segment, Skip> {
    header.holds(READ_LEN)?;
    let header_len = usize::from(header.u8_at(DATA_OFFSET_AT)? >> 4);
    let header_len = header_len.wrapping_mul(4);
    if header_len < MIN_LEN {
        return Err(Skip::BadTcpHeader);
    }
    let payload_len = len.checked_sub(header_len).ok_or(Skip::BadLength)?;
    Ok(Segment {
        source_port: header.u16_at(0)?,
        destination_port: header.u16_at(DESTINATION_PORT_AT)?,
        seq: header.u32_at(SEQ_AT)?,
        ack: header.u32_at(ACK_AT)?,
        flags: Flags(header.u8_at(FLAGS_AT)?),
        window: header.u16_at(WINDOW_AT)?,
        payload_len: saturate(payload_len),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "larger values are saturated before the cast"
)]
const fn saturate(len: usize) -> u32 {
    if len > u32::MAX as usize {
        u32::MAX
    } else {
        len as u32
    }
}
