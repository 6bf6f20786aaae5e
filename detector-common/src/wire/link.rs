//! From the first byte of a frame to the IP header: Ethernet, 802.1Q and 802.1ad tags, `PPPoE`,
//! and what else captures begin with.

use super::network::Family;
use crate::{bytes::PacketBytes, skip::Skip};

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

/// Finds the IP header: its version and its offset in bytes.
///
/// # Errors
/// [`Skip::Truncated`], [`Skip::NotIp`], [`Skip::VlanDepth`] or [`Skip::PppControl`].
#[inline(always)]
pub fn network<B: PacketBytes + ?Sized>(
    bytes: &B,
    link: LinkLayer,
) -> Result<(Family, usize), Skip> {
    match link {
        LinkLayer::Ethernet => ethertyped(bytes, ETHERTYPE_AT, ETHERNET_LEN),
        LinkLayer::Ip => Ok((version(bytes)?, 0)),
        LinkLayer::Captured(link) => captured(bytes, link),
    }
}

#[inline(always)]
fn captured<B: PacketBytes + ?Sized>(
    bytes: &B,
    link: CapturedLink,
) -> Result<(Family, usize), Skip> {
    match link {
        CapturedLink::Cooked => ethertyped(bytes, COOKED_ETHERTYPE_AT, COOKED_LEN),
        CapturedLink::Cooked2 => ethertyped(bytes, COOKED2_ETHERTYPE_AT, COOKED2_LEN),
        CapturedLink::Loopback => Ok((address_family(bytes)?, LOOPBACK_LEN)),
        CapturedLink::Ppp => ppp(bytes),
    }
}

/// What follows an ethertype: IP, or tags and a session before it; `offset` is the end of the
/// header that holds the ethertype.
#[inline(always)]
fn ethertyped<B: PacketBytes + ?Sized>(
    bytes: &B,
    ethertype_at: usize,
    mut offset: usize,
) -> Result<(Family, usize), Skip> {
    let mut ethertype = bytes.u16_at(ethertype_at)?;
    for _ in 0..MAX_TAGS {
        if !is_tag(ethertype) {
            break;
        }
        // A tag is two bytes of priority and VLAN id, then the next ethertype.
        ethertype = bytes.u16_at(offset.wrapping_add(2))?;
        offset = offset.wrapping_add(TAG_LEN);
    }
    match ethertype {
        ETHERTYPE_IPV4 => Ok((Family::V4, offset)),
        ETHERTYPE_IPV6 => Ok((Family::V6, offset)),
        ETHERTYPE_PPPOE_SESSION => pppoe(bytes, offset),
        tag if is_tag(tag) => Err(Skip::VlanDepth),
        _ => Err(Skip::NotIp),
    }
}

/// RFC 2516 §4: six bytes of `PPPoE` header, then the two-byte PPP protocol.
#[inline(always)]
fn pppoe<B: PacketBytes + ?Sized>(bytes: &B, offset: usize) -> Result<(Family, usize), Skip> {
    let protocol_at = offset.wrapping_add(PPPOE_LEN);
    let network_at = protocol_at.wrapping_add(2);
    match bytes.u16_at(protocol_at)? {
        PPP_IPV4 => Ok((Family::V4, network_at)),
        PPP_IPV6 => Ok((Family::V6, network_at)),
        _ => Err(Skip::PppControl),
    }
}

/// RFC 1661 §2, RFC 1662 §3.1: the address and control octets may be left out, and so may the
/// upper octet of the protocol, which is even where it is there.
#[inline(always)]
fn ppp<B: PacketBytes + ?Sized>(bytes: &B) -> Result<(Family, usize), Skip> {
    let first = bytes.u16_at(0)?;
    if CISCO_HDLC.contains(&first) {
        return ethertyped(bytes, 2, 4);
    }
    let protocol_at = if first == HDLC { 2 } else { 0 };
    let octet = bytes.u8_at(protocol_at)?;
    let (protocol, len) = if octet & 1 == 1 {
        (u16::from(octet), 1_usize)
    } else {
        (bytes.u16_at(protocol_at)?, 2)
    };
    let network_at = protocol_at.wrapping_add(len);
    match protocol {
        PPP_IPV4 => Ok((Family::V4, network_at)),
        PPP_IPV6 => Ok((Family::V6, network_at)),
        _ => Err(Skip::PppControl),
    }
}

/// `LINKTYPE_NULL` is in the byte order of whoever captured; no family is above 16 bits.
#[inline(always)]
fn address_family<B: PacketBytes + ?Sized>(bytes: &B) -> Result<Family, Skip> {
    let family = match bytes.u32_at(0)? {
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
fn version<B: PacketBytes + ?Sized>(bytes: &B) -> Result<Family, Skip> {
    // Two bytes: from a check of the first byte alone the verifier learns nothing, because the
    // compiler turns it into `data < data_end`, and `find_good_pkt_pointers` gives up there.
    let [first, _] = bytes.read::<2>(0).ok_or(Skip::Truncated)?;
    match first >> 4 {
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
