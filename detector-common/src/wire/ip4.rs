//! The IPv4 header (RFC 791 §3.1), options skipped.

use super::network::{Family, Network};
use crate::{address::Address, bytes::HeaderBytes, packet::Packet, skip::Skip};

const MIN_LEN: usize = 20;
const TOTAL_LEN_AT: usize = 2;
const ID_AT: usize = 4;
const FRAGMENT_AT: usize = 6;
const TTL_AT: usize = 8;
const PROTOCOL_AT: usize = 9;
const SOURCE_AT: usize = 12;
const DESTINATION_AT: usize = 16;

const DONT_FRAGMENT: u16 = 0x4000;
const FRAGMENT_OFFSET: u16 = 0x1fff;

/// Reads a header into `packet`.
///
/// # Errors
/// [`Skip::Truncated`], [`Skip::BadIpHeader`], [`Skip::BadLength`] or [`Skip::LaterFragment`].
#[inline(always)]
pub(crate) fn read<H: HeaderBytes>(header: H, packet: &mut Packet) -> Result<Network<H>, Skip> {
    let version_and_len = header.u8_at(0)?;
    let header_len = usize::from(version_and_len & 0x0f).wrapping_mul(4);
    if version_and_len >> 4 != 4 || header_len < MIN_LEN {
        return Err(Skip::BadIpHeader);
    }
    header.holds(MIN_LEN)?;
    let fragment = header.u16_at(FRAGMENT_AT)?;
    if fragment & FRAGMENT_OFFSET != 0 {
        return Err(Skip::LaterFragment);
    }
    packet.source = Address::from_v4_bits(header.u32_at(SOURCE_AT)?);
    packet.destination = Address::from_v4_bits(header.u32_at(DESTINATION_AT)?);
    packet.ttl = header.u8_at(TTL_AT)?;
    packet.ip_id = header.u16_at(ID_AT)?;
    packet.dont_fragment = fragment & DONT_FRAGMENT != 0;
    let total_len = match header.u16_at(TOTAL_LEN_AT)? {
        // BIG TCP: a super-packet above 64 KiB leaves the field zero.
        0 => header.remaining_len(),
        len => usize::from(len),
    };
    Ok(Network {
        family: Family::V4,
        protocol: header.u8_at(PROTOCOL_AT)?,
        transport_len: total_len.checked_sub(header_len).ok_or(Skip::BadLength)?,
        transport: header.behind::<MIN_LEN>(header_len)?,
    })
}
