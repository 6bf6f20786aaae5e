//! The IPv6 header and its extension headers (RFC 8200 §3, §4).

use super::network::{Family, Network};
use crate::{
    address::Address,
    bytes::{HeaderBytes, SELDOM},
    packet::Packet,
    skip::Skip,
};

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

/// Reads a header into `packet`, and walks up to six extension headers.
///
/// # Errors
/// [`Skip::Truncated`], [`Skip::BadIpHeader`], [`Skip::BadLength`], [`Skip::LaterFragment`] or
/// [`Skip::ExtensionDepth`].
#[inline(always)]
pub(crate) fn read<H: HeaderBytes>(header: H, packet: &mut Packet) -> Result<Network<H>, Skip> {
    if header.u8_at(0)? >> 4 != 6 {
        return Err(Skip::BadIpHeader);
    }
    header.holds(LEN)?;
    packet.source = address(header, SOURCE_AT)?;
    packet.destination = address(header, DESTINATION_AT)?;
    packet.ttl = header.u8_at(HOP_LIMIT_AT)?;
    packet.ip_id = 0;
    packet.dont_fragment = true;
    let next = header.u8_at(NEXT_HEADER_AT)?;
    let payload_len = header.u16_at(PAYLOAD_LEN_AT)?;
    let body = header.behind::<LEN>(LEN)?;
    let (protocol, transport) = extensions(next, body)?;
    let body_len = match payload_len {
        // A jumbogram (RFC 2675), which a BIG TCP super-packet looks like.
        0 => body.remaining_len(),
        len => usize::from(len),
    };
    let skipped = transport.at().wrapping_sub(body.at());
    Ok(Network {
        family: Family::V6,
        protocol,
        transport_len: body_len.checked_sub(skipped).ok_or(Skip::BadLength)?,
        transport,
    })
}

/// One that stands for an IPv4 address is none: a stranger would speak of IPv4 connections with it. It belongs on no
/// wire (RFC 4291 §2.5.5.2 gives it to the inside of a node), and Linux drops what it sends (`ip6_rcv_core`).
#[inline(always)]
fn address<H: HeaderBytes>(header: H, offset: usize) -> Result<Address, Skip> {
    let address = Address {
        high: header.u64_at(offset)?,
        low: header.u64_at(offset.wrapping_add(8))?,
    };
    match address.as_v4_bits() {
        Some(_) => Err(Skip::BadIpHeader),
        None => Ok(address),
    }
}

/// The protocol behind the extension headers, and its header.
#[inline(always)]
fn extensions<H: HeaderBytes>(first: u8, body: H) -> Result<(u8, H), Skip> {
    let (mut next, mut header) = (first, body);
    for _ in 0..MAX_EXTENSIONS {
        if !is_extension(next) {
            return Ok((next, header));
        }
        let [following, length, b2, b3] = header.read::<4>(0).ok_or(Skip::Truncated)?;
        if next == FRAGMENT && u16::from_be_bytes([b2, b3]) & !0x7 != 0 {
            return Err(Skip::LaterFragment);
        }
        header = header.behind::<SELDOM>(extension_len(next, length))?;
        next = following;
    }
    if is_extension(next) {
        return Err(Skip::ExtensionDepth);
    }
    Ok((next, header))
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
