//! The ICMP and `ICMPv6` header (RFC 792, RFC 4443 §2.1).

use super::network::Family;
use crate::{bytes::HeaderBytes, skip::Skip};

/// Bytes before the quoted packet of an error.
pub(crate) const LEN: usize = 8;

/// What an error message says, before the packet that it quotes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Header {
    pub(crate) kind: u8,
    pub(crate) code: u8,
}

/// Reads a header where it is an error.
///
/// # Errors
/// [`Skip::Truncated`] or [`Skip::IcmpNotError`].
#[inline(always)]
pub(crate) fn read<H: HeaderBytes>(header: H, family: Family) -> Result<Header, Skip> {
    let kind = header.u8_at(0)?;
    let code = header.u8_at(1)?;
    let is_error = match family {
        // Unreachable, time exceeded, parameter problem.
        Family::V4 => matches!(kind, 3 | 11 | 12),
        // RFC 4443: error messages are the types below 128; 1 to 4 are assigned.
        Family::V6 => matches!(kind, 1..=4),
    };
    if is_error {
        Ok(Header { kind, code })
    } else {
        Err(Skip::IcmpNotError)
    }
}
