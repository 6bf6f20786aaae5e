//! From the first byte of a frame to the IP header: Ethernet, 802.1Q and 802.1ad tags, `PPPoE`,
//! and what else captures begin with.

use super::network::Family;
use crate::{
    bytes::{HeaderBytes, SELDOM},
    skip::Skip,
};

/// What the first byte of a packet belongs to; a property of the interface, never guessed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LinkLayer {
    /// An Ethernet header (`ARPHRD_ETHER`, loopback).
    Ethernet,
    /// No link header: the packet starts with IP (tun, wireguard, ppp, ipip, gre).
    Ip,
    /// A header that only captures have. No program of the kernel ever meets one, so that it is
    /// compiled away there.
    Captured(CapturedLink),
}

/// What a capture may put before a packet in place of the device's own header
/// (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CapturedLink {
    /// `LINKTYPE_LINUX_SLL`: Linux's "any" device.
    Cooked,
    /// `LINKTYPE_LINUX_SLL2`: the same with the interface's index.
    Cooked2,
    /// `LINKTYPE_NULL` and `LINKTYPE_LOOP`: an address family, in either byte order.
    Loopback,
    /// `LINKTYPE_PPP`, `LINKTYPE_PPP_HDLC` and `LINKTYPE_C_HDLC`, with or without address and
    /// control octets.
    Ppp,
}

const ETHERNET_LEN: usize = 14;
const ETHERTYPE_AT: usize = 12;
const TAG_LEN: usize = 4;
const MAX_TAGS: usize = 2;
const PPPOE_LEN: usize = 6;
const COOKED_LEN: usize = 16;
const COOKED_ETHERTYPE_AT: usize = 14;
const COOKED2_LEN: usize = 20;
const COOKED2_ETHERTYPE_AT: usize = 0;
const LOOPBACK_LEN: usize = 4;

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const ETHERTYPE_PPPOE_SESSION: u16 = 0x8864;
const ETHERTYPE_8021Q: u16 = 0x8100;
const ETHERTYPE_8021AD: u16 = 0x88a8;
/// The outer tag of switches older than 802.1ad.
const ETHERTYPE_QINQ_9100: u16 = 0x9100;
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;
/// RFC 1662 §3.1: all stations, unnumbered information.
const HDLC: u16 = 0xff03;
/// Cisco's HDLC, to one station or to all; an ethertype follows.
const CISCO_HDLC: [u16; 2] = [0x0f00, 0x8f00];

const AF_INET: u32 = 2;
/// Every system has a number of its own: Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
const AF_INET6: [u32; 5] = [10, 23, 24, 28, 30];

/// Finds the IP header and its version.
///
/// # Errors
/// [`Skip::Truncated`], [`Skip::NotIp`], [`Skip::VlanDepth`] or [`Skip::PppControl`].
#[inline(always)]
pub fn network<H: HeaderBytes>(first: H, link: LinkLayer) -> Result<(Family, H), Skip> {
    match link {
        LinkLayer::Ethernet => ethertyped(first, ETHERTYPE_AT, ETHERNET_LEN),
        LinkLayer::Ip => Ok((version(first)?, first)),
        LinkLayer::Captured(link) => captured(first, link),
    }
}

#[inline(always)]
fn captured<H: HeaderBytes>(first: H, link: CapturedLink) -> Result<(Family, H), Skip> {
    match link {
        CapturedLink::Cooked => ethertyped(first, COOKED_ETHERTYPE_AT, COOKED_LEN),
        CapturedLink::Cooked2 => ethertyped(first, COOKED2_ETHERTYPE_AT, COOKED2_LEN),
        CapturedLink::Loopback => {
            let network = first.behind::<LOOPBACK_LEN>(LOOPBACK_LEN)?;
            Ok((address_family(first)?, network))
        }
        CapturedLink::Ppp => ppp(first),
    }
}

/// What follows an ethertype: IP, or tags and a session before it; `len` is that of the header that
/// holds the ethertype.
#[inline(always)]
fn ethertyped<H: HeaderBytes>(
    link: H,
    ethertype_at: usize,
    mut len: usize,
) -> Result<(Family, H), Skip> {
    let mut ethertype = link.u16_at(ethertype_at)?;
    for _ in 0..MAX_TAGS {
        if !is_tag(ethertype) {
            break;
        }
        // A tag is two bytes of priority and VLAN id, then the next ethertype.
        ethertype = link.u16_at(len.wrapping_add(2))?;
        len = len.wrapping_add(TAG_LEN);
    }
    match ethertype {
        ETHERTYPE_IPV4 => Ok((Family::V4, link.behind::<ETHERNET_LEN>(len)?)),
        ETHERTYPE_IPV6 => Ok((Family::V6, link.behind::<ETHERNET_LEN>(len)?)),
        ETHERTYPE_PPPOE_SESSION => pppoe(link.behind::<ETHERNET_LEN>(len)?),
        tag if is_tag(tag) => Err(Skip::VlanDepth),
        _ => Err(Skip::NotIp),
    }
}

/// RFC 2516 §4: six bytes of `PPPoE` header, then the two-byte PPP protocol.
#[inline(always)]
fn pppoe<H: HeaderBytes>(session: H) -> Result<(Family, H), Skip> {
    let family = match session.u16_at(PPPOE_LEN)? {
        PPP_IPV4 => Family::V4,
        PPP_IPV6 => Family::V6,
        _ => return Err(Skip::PppControl),
    };
    Ok((family, session.behind::<SELDOM>(PPPOE_LEN + 2)?))
}

/// RFC 1661 §2, RFC 1662 §3.1: the address and control octets may be left out, and so may the
/// upper octet of the protocol, which is even where it is there.
#[inline(always)]
fn ppp<H: HeaderBytes>(link: H) -> Result<(Family, H), Skip> {
    let first = link.u16_at(0)?;
    if CISCO_HDLC.contains(&first) {
        return ethertyped(link, 2, 4);
    }
    let protocol_at = if first == HDLC { 2 } else { 0 };
    let octet = link.u8_at(protocol_at)?;
    let (protocol, len) = if octet & 1 == 1 {
        (u16::from(octet), 1_usize)
    } else {
        (link.u16_at(protocol_at)?, 2)
    };
    let family = match protocol {
        PPP_IPV4 => Family::V4,
        PPP_IPV6 => Family::V6,
        _ => return Err(Skip::PppControl),
    };
    Ok((
        family,
        link.behind::<SELDOM>(protocol_at.wrapping_add(len))?,
    ))
}

/// `LINKTYPE_NULL` is in the byte order of whoever captured; no family is above 16 bits.
#[inline(always)]
fn address_family<H: HeaderBytes>(link: H) -> Result<Family, Skip> {
    let family = match link.u32_at(0)? {
        small @ ..=0xffff => small,
        swapped => swapped.swap_bytes(),
    };
    match family {
        AF_INET => Ok(Family::V4),
        it if AF_INET6.contains(&it) => Ok(Family::V6),
        _ => Err(Skip::NotIp),
    }
}

/// The version nibble of an IP header at the very start of a packet.
#[inline(always)]
fn version<H: HeaderBytes>(first: H) -> Result<Family, Skip> {
    match first.u8_at(0)? >> 4 {
        4 => Ok(Family::V4),
        6 => Ok(Family::V6),
        _ => Err(Skip::NotIp),
    }
}

const fn is_tag(ethertype: u16) -> bool {
    matches!(
        ethertype,
        ETHERTYPE_8021Q | ETHERTYPE_8021AD | ETHERTYPE_QINQ_9100
    )
}
