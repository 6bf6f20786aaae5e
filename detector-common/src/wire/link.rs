//! From the first byte of a frame to the IP header: Ethernet, 802.1Q and 802.1ad tags, `PPPoE`.

use super::network::Family;
use crate::{bytes::PacketBytes, skip::Skip};

/// What the first byte of a packet belongs to; a property of the interface, never guessed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LinkLayer {
    /// An Ethernet header (`ARPHRD_ETHER`, loopback).
    Ethernet,
    /// No link header: the packet starts with IP (tun, wireguard, ppp, ipip, gre).
    Ip,
}

const ETHERNET_LEN: usize = 14;
const ETHERTYPE_AT: usize = 12;
const TAG_LEN: usize = 4;
const MAX_TAGS: usize = 2;
const PPPOE_LEN: usize = 6;

const ETHERTYPE_IPV4: u16 = 0x0800;
const ETHERTYPE_IPV6: u16 = 0x86dd;
const ETHERTYPE_PPPOE_SESSION: u16 = 0x8864;
const ETHERTYPE_8021Q: u16 = 0x8100;
const ETHERTYPE_8021AD: u16 = 0x88a8;
/// The outer tag of switches older than 802.1ad.
const ETHERTYPE_QINQ_9100: u16 = 0x9100;
const PPP_IPV4: u16 = 0x0021;
const PPP_IPV6: u16 = 0x0057;

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
        LinkLayer::Ethernet => ethernet(bytes),
        LinkLayer::Ip => Ok((version(bytes)?, 0)),
    }
}

#[inline(always)]
fn ethernet<B: PacketBytes + ?Sized>(bytes: &B) -> Result<(Family, usize), Skip> {
    let mut offset = ETHERNET_LEN;
    let mut ethertype = bytes.u16_at(ETHERTYPE_AT)?;
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
