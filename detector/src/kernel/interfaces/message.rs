//! What rtnetlink says of one interface. Asks the kernel nothing but the names of programs.

use aya::programs::loaded_programs;
use detector_common::wire::link::LinkLayer;
use rtnetlink::packet_route::link::{
    InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkLayerType, LinkMessage, LinkXdp,
};

use super::Interface;
use crate::failure::Failure;

/// What libxdp attaches, to run the programs of several tools one after the other.
const DISPATCHER: &str = "xdp_dispatcher";

/// What the first of these attributes says that is of this kind.
macro_rules! first {
    ($attributes:expr, $kind:path) => {
        $attributes.iter().find_map(|attribute| match attribute {
            $kind(content) => Some(content),
            _ => None,
        })
    };
}
pub(super) use first;

pub(super) fn name(link: &LinkMessage) -> String {
    let name = first!(link.attributes, LinkAttribute::IfName).cloned();
    name.unwrap_or_else(|| format!("#{}", link.header.index))
}

pub(super) fn interface(link: &LinkMessage) -> Result<Interface, Failure> {
    let name = name(link);
    let link_type = link.header.link_layer_type;
    Ok(Interface {
        link: link_layer(link_type).ok_or_else(|| {
            Failure::Unavailable(format!(
                "interface {name} has link type {link_type:?}, whose packets cannot be read; watch the \
                 interface below or above it"
            ))
        })?,
        index: link.header.index,
        kind: kind(link),
        is_up: link.header.flags.contains(LinkFlags::Up),
        mtu: mtu(link),
        xdp_owner: xdp_program(link).map(named),
        name,
    })
}

/// What packets of an ARP hardware type begin with (`if_arp.h`).
const fn link_layer(kind: LinkLayerType) -> Option<LinkLayer> {
    match kind {
        LinkLayerType::Ether | LinkLayerType::Loopback => Some(LinkLayer::Ethernet),
        LinkLayerType::Ipgre
        | LinkLayerType::Ip6gre
        | LinkLayerType::None
        | LinkLayerType::Ppp
        | LinkLayerType::Rawip
        | LinkLayerType::Sit
        | LinkLayerType::Tunnel
        | LinkLayerType::Tunnel6 => Some(LinkLayer::Ip),
        _ => None,
    }
}

/// `IFLA_INFO_KIND`.
fn kind(link: &LinkMessage) -> Option<InfoKind> {
    let details = first!(link.attributes, LinkAttribute::LinkInfo)?;
    first!(details, LinkInfo::Kind).cloned()
}

pub(super) fn mtu(link: &LinkMessage) -> u32 {
    let mtu = first!(link.attributes, LinkAttribute::Mtu).copied();
    mtu.unwrap_or_default()
}

pub(super) fn xdp_program(link: &LinkMessage) -> Option<u32> {
    let details = first!(link.attributes, LinkAttribute::Xdp)?;
    first!(details, LinkXdp::ProgId).copied()
}

fn named(program: u32) -> String {
    let name = loaded_programs()
        .filter_map(Result::ok)
        .find(|it| it.id() == program)
        .and_then(|it| it.name_as_str().map(ToOwned::to_owned));
    match name {
        Some(name) if name == DISPATCHER => format!("{name} of libxdp, id {program}"),
        Some(name) => format!("{name}, id {program}"),
        None => format!("id {program}"),
    }
}
