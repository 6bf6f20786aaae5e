//! Link types: the registry's numbers, and what the parser makes of them.

use detector_common::wire::link::{CapturedLink, LinkLayer};

use super::Link;

/// What packets of this link type begin with
/// (<https://www.tcpdump.org/linktypes.html>; 12 and 14 are what BSDs wrote for 101).
pub(super) const fn link(number: u32) -> Link {
    Link::Known(match number {
        1 => LinkLayer::Ethernet,
        12 | 14 | 101 | 228 | 229 => LinkLayer::Ip,
        0 | 108 => LinkLayer::Captured(CapturedLink::Loopback),
        9 | 50 | 104 => LinkLayer::Captured(CapturedLink::Ppp),
        113 => LinkLayer::Captured(CapturedLink::Cooked),
        276 => LinkLayer::Captured(CapturedLink::Cooked2),
        other => return Link::Unknown(other),
    })
}
