//! Network interfaces: which there are, what their packets begin with, who owns their XDP hook.

mod written;

use std::collections::BTreeSet;

use aya::programs::loaded_programs;
use detector_common::wire::link::LinkLayer;
use futures_util::{TryStream, TryStreamExt as _};
use rtnetlink::{
    Handle, RouteMessageBuilder,
    packet_route::{
        link::{InfoKind, LinkAttribute, LinkFlags, LinkInfo, LinkLayerType, LinkMessage, LinkXdp},
        route::{RouteAttribute, RouteMessage, RouteType},
    },
};
use serde::{Deserialize, Serialize};

use super::pins::XDP_PROGRAMS;
use crate::failure::Failure;

/// What libxdp attaches, to run the programs of several tools one after the other.
const DISPATCHER: &str = "xdp_dispatcher";

/// One interface, as it was when it was asked for.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its index.
    pub index: u32,
    /// What its packets begin with.
    #[serde(with = "written::link")]
    pub link: LinkLayer,
    /// What kind of virtual device it is; physical ones have none.
    #[serde(with = "written::kind")]
    pub kind: Option<InfoKind>,
    /// Whether it is up.
    pub is_up: bool,
    /// Longest packet, without the link header.
    pub mtu: u32,
    /// The XDP program on it, by its name, which only root is told, and its id.
    pub xdp_owner: Option<String>,
}

/// What may change of an interface while it stays the same one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Guise {
    /// Its name.
    pub name: String,
    /// Whether it is up.
    pub is_up: bool,
    /// The XDP program on it, whoever's it is.
    pub xdp: Option<u32>,
}

impl Interface {
    /// Whether the XDP program on it is a detector's, this one's or another's; as far as its name is told.
    pub fn has_detector(&self) -> bool {
        let owner = self.xdp_owner.as_deref();
        let name = owner.and_then(|it| it.split_once(',')).map(|it| it.0);
        name.is_some_and(|it| XDP_PROGRAMS.contains(&it))
    }
}

/// A connection to rtnetlink, in the network namespace of the caller.
pub struct Interfaces {
    handle: Handle,
}

impl Interfaces {
    /// Connects; must be called within a tokio runtime, which drives the connection.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the kernel offers no rtnetlink.
    pub fn connect() -> Result<Self, Failure> {
        let (connection, handle, _messages) = rtnetlink::new_connection()
            .map_err(|error| Failure::Unavailable(format!("rtnetlink: {error}")))?;
        tokio::spawn(connection);
        Ok(Self { handle })
    }

    /// The interfaces of the default routes, IPv4 and IPv6, in the order of their index.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where there is no default route.
    pub async fn of_default_route(&self) -> Result<Vec<Interface>, Failure> {
        let mut indices = BTreeSet::new();
        let v4 = RouteMessageBuilder::<std::net::Ipv4Addr>::new().build();
        let v6 = RouteMessageBuilder::<std::net::Ipv6Addr>::new().build();
        for question in [v4, v6] {
            let routes = self.handle.route().get(question).execute();
            let routes: Vec<RouteMessage> = routes.try_collect().await.map_err(refused)?;
            indices.extend(routes.iter().filter_map(default_route_index));
        }
        let mut interfaces = Vec::new();
        for index in indices {
            interfaces.extend(self.by_index(index).await?);
        }
        if interfaces.is_empty() {
            return Err(Failure::Unavailable(
                "no default route, so no WAN interface to watch; name it with --wan".to_owned(),
            ));
        }
        Ok(interfaces)
    }

    /// The interface called `name`.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where there is none, or its packets begin with a header that is
    /// not known.
    pub async fn by_name(&self, name: &str) -> Result<Interface, Failure> {
        self.find(name).await?.ok_or_else(|| unknown(name))
    }

    /// The interface called `name`, where there is one.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where its packets begin with a header that is not known.
    pub async fn find(&self, name: &str) -> Result<Option<Interface>, Failure> {
        let name = name.to_owned();
        let link = one(self.handle.link().get().match_name(name).execute()).await?;
        link.as_ref().map(interface).transpose()
    }

    /// What the interface of this index is called now and whether it is up, where it is still there.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel does not answer.
    pub async fn guise(&self, index: u32) -> Result<Option<Guise>, Failure> {
        let link = one(self.handle.link().get().match_index(index).execute()).await?;
        Ok(link.as_ref().map(|link| Guise {
            name: name(link),
            is_up: link.header.flags.contains(LinkFlags::Up),
            xdp: xdp_program(link),
        }))
    }

    async fn by_index(&self, index: u32) -> Result<Option<Interface>, Failure> {
        let link = one(self.handle.link().get().match_index(index).execute()).await?;
        link.as_ref().map(interface).transpose()
    }
}

/// The kernel's word that there is none is no failure.
async fn one(
    links: impl TryStream<Ok = LinkMessage, Error = rtnetlink::Error>,
) -> Result<Option<LinkMessage>, Failure> {
    match links.try_collect::<Vec<_>>().await {
        Ok(links) => Ok(links.into_iter().next()),
        Err(rtnetlink::Error::NetlinkError(_)) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

fn unknown(name: &str) -> Failure {
    Failure::Unavailable(format!(
        "no interface {name}; `ip link` lists those there are"
    ))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that map_err wants"
)]
fn refused(error: rtnetlink::Error) -> Failure {
    Failure::Failed(format!("rtnetlink: {error}"))
}

fn default_route_index(route: &RouteMessage) -> Option<u32> {
    if route.header.destination_prefix_length != 0 || route.header.kind != RouteType::Unicast {
        return None;
    }
    route
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            RouteAttribute::Oif(index) => Some(*index),
            _ => None,
        })
}

fn name(link: &LinkMessage) -> String {
    let name = link
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            LinkAttribute::IfName(name) => Some(name.clone()),
            _ => None,
        });
    name.unwrap_or_else(|| format!("#{}", link.header.index))
}

fn interface(link: &LinkMessage) -> Result<Interface, Failure> {
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
    let details = link
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            LinkAttribute::LinkInfo(details) => Some(details),
            _ => None,
        })?;
    details.iter().find_map(|detail| match detail {
        LinkInfo::Kind(kind) => Some(kind.clone()),
        _ => None,
    })
}

fn mtu(link: &LinkMessage) -> u32 {
    let mtus = link
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            LinkAttribute::Mtu(mtu) => Some(*mtu),
            _ => None,
        });
    mtus.unwrap_or_default()
}

fn xdp_program(link: &LinkMessage) -> Option<u32> {
    let attributes = link
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            LinkAttribute::Xdp(attributes) => Some(attributes),
            _ => None,
        })?;
    attributes.iter().find_map(|attribute| match attribute {
        LinkXdp::ProgId(id) => Some(*id),
        _ => None,
    })
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
