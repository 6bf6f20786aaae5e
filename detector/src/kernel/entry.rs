//! Entry points of the object: which program serves which hook of an interface.
//!
//! Must not know how programs are attached.

use aya::programs::TcAttachType;
use detector_common::wire::link::LinkLayer;

use super::pins::Hook;

/// The program for a place at TC, and which side that is.
pub(super) const fn tc_program(link: LinkLayer, place: Hook) -> (&'static str, TcAttachType) {
    match place {
        Hook::In => (tc_ingress_program(link), TcAttachType::Ingress),
        _ => (egress_program(link), TcAttachType::Egress),
    }
}

/// The program for XDP.
pub(super) const fn xdp_program(link: LinkLayer) -> &'static str {
    match link {
        LinkLayer::Ethernet => "xdp_ethernet",
        LinkLayer::Ip | LinkLayer::Captured(_) => "xdp_ip",
    }
}

pub(super) const fn tc_ingress_program(link: LinkLayer) -> &'static str {
    match link {
        LinkLayer::Ethernet => "in_ethernet",
        LinkLayer::Ip | LinkLayer::Captured(_) => "in_ip",
    }
}

pub(super) const fn egress_program(link: LinkLayer) -> &'static str {
    match link {
        LinkLayer::Ethernet => "out_ethernet",
        LinkLayer::Ip | LinkLayer::Captured(_) => "out_ip",
    }
}
