//! The IPv4 header (RFC 791 §3.1), options skipped.

use super::network::{Family, Network};
use crate::{address::Address, bytes::PacketBytes, skip::Skip};

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

/// Reads the header at `offset`.
///
/// # Errors
/// [`Skip::Truncated`], [`Skip::BadIpHeader`], [`Skip::BadLength`] or [`Skip::LaterFragment`].
#[inline(always)]
pub(crate) fn read<B: PacketBytes + ?Sized>(bytes: &B, offset: usize) -> Result<Network, Skip> {
    let version_and_len = bytes.u8_at(offset)?;
    let header_len = usize::from(version_and_len & 0x0f).wrapping_mul(4);
    if version_and_len >> 4 != 4 || header_len < MIN_LEN {
        return Err(Skip::BadIpHeader);
    }
    let fragment = bytes.u16_at(offset.wrapping_add(FRAGMENT_AT))?;
    if fragment & FRAGMENT_OFFSET != 0 {
        return Err(Skip::LaterFragment);
    }
    let total_len = match bytes.u16_at(offset.wrapping_add(TOTAL_LEN_AT))? {
        // BIG TCP: a super-packet above 64 KiB leaves the field zero.
        0 => bytes.total_len().saturating_sub(offset),
        len => usize::from(len),
    };
    Ok(Network {
        family: Family::V4,
        source: Address::from_v4_bits(bytes.u32_at(offset.wrapping_add(SOURCE_AT))?),
        destination: Address::from_v4_bits(bytes.u32_at(offset.wrapping_add(DESTINATION_AT))?),
        ttl: bytes.u8_at(offset.wrapping_add(TTL_AT))?,
        ip_id: bytes.u16_at(offset.wrapping_add(ID_AT))?,
        dont_fragment: fragment & DONT_FRAGMENT != 0,
        protocol: bytes.u8_at(offset.wrapping_add(PROTOCOL_AT))?,
        transport_at: offset.wrapping_add(header_len),
        transport_len: total_len.checked_sub(header_len).ok_or(Skip::BadLength)?,
    })
}
