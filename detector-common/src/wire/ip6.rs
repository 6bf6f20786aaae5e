//! The IPv6 header and its extension headers (RFC 8200 §3, §4).

use super::network::{Family, Network};
use crate::{address::Address, bytes::PacketBytes, skip::Skip};

const LEN: usize = 40;
const PAYLOAD_LEN_AT: usize = 4;
const NEXT_HEADER_AT: usize = 6;
const HOP_LIMIT_AT: usize = 7;
const SOURCE_AT: usize = 8;
const DESTINATION_AT: usize = 24;
const MAX_EXTENSIONS: usize = 6;

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const DESTINATION_OPTIONS: u8 = 60;
const MOBILITY: u8 = 135;

/// Reads the header at `offset` and walks up to six extension headers.
///
/// # Errors
/// [`Skip::Truncated`], [`Skip::BadIpHeader`], [`Skip::BadLength`], [`Skip::LaterFragment`] or
/// [`Skip::ExtensionDepth`].
#[inline(always)]
pub(crate) fn read<B: PacketBytes + ?Sized>(bytes: &B, offset: usize) -> Result<Network, Skip> {
    if bytes.u8_at(offset)? >> 4 != 6 {
        return Err(Skip::BadIpHeader);
    }
    let source = address(bytes, offset.wrapping_add(SOURCE_AT))?;
    let destination = address(bytes, offset.wrapping_add(DESTINATION_AT))?;
    let body_at = offset.wrapping_add(LEN);
    let next = bytes.u8_at(offset.wrapping_add(NEXT_HEADER_AT))?;
    let (protocol, transport_at) = extensions(bytes, next, body_at)?;
    let body_len = match bytes.u16_at(offset.wrapping_add(PAYLOAD_LEN_AT))? {
        // A jumbogram (RFC 2675), which a BIG TCP super-packet looks like.
        0 => bytes.total_len().saturating_sub(body_at),
        len => usize::from(len),
    };
    let skipped = transport_at.wrapping_sub(body_at);
    Ok(Network {
        family: Family::V6,
        source,
        destination,
        ttl: bytes.u8_at(offset.wrapping_add(HOP_LIMIT_AT))?,
        ip_id: 0,
        dont_fragment: true,
        protocol,
        transport_at,
        transport_len: body_len.checked_sub(skipped).ok_or(Skip::BadLength)?,
    })
}

#[inline(always)]
fn address<B: PacketBytes + ?Sized>(bytes: &B, offset: usize) -> Result<Address, Skip> {
    Ok(Address {
        high: bytes.u64_at(offset)?,
        low: bytes.u64_at(offset.wrapping_add(8))?,
    })
}

/// The protocol behind the extension headers, and its offset.
#[inline(always)]
fn extensions<B: PacketBytes + ?Sized>(
    bytes: &B,
    first: u8,
    body_at: usize,
) -> Result<(u8, usize), Skip> {
    let mut next = first;
    let mut offset = body_at;
    for _ in 0..MAX_EXTENSIONS {
        if !is_extension(next) {
            return Ok((next, offset));
        }
        let [following, length, b2, b3] = bytes.read::<4>(offset).ok_or(Skip::Truncated)?;
        if next == FRAGMENT && u16::from_be_bytes([b2, b3]) & !0x7 != 0 {
            return Err(Skip::LaterFragment);
        }
        offset = bytes.header_at(offset.wrapping_add(extension_len(next, length)))?;
        next = following;
    }
    if is_extension(next) {
        return Err(Skip::ExtensionDepth);
    }
    Ok((next, offset))
}

/// Length in bytes; each kind counts its length field in units of its own.
#[inline(always)]
fn extension_len(kind: u8, length: u8) -> usize {
    let length = usize::from(length);
    match kind {
        FRAGMENT => 8,
        // RFC 4302 §2.2: 4-octet units, minus two.
        AUTHENTICATION => length.wrapping_add(2).wrapping_mul(4),
        _ => length.wrapping_add(1).wrapping_mul(8),
    }
}

const fn is_extension(protocol: u8) -> bool {
    matches!(
        protocol,
        HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS | MOBILITY
    )
}
