//! Network interfaces: which there are, what their packets begin with, who owns their XDP hook.

mod message;
mod written;

use std::collections::BTreeSet;

use detector_common::wire::link::LinkLayer;
use futures_util::{TryStream, TryStreamExt as _};
use nix::errno::Errno;
use rtnetlink::{
    Handle, RouteMessageBuilder,
    packet_route::{
        link::{InfoKind, LinkFlags, LinkMessage},
        route::{RouteAttribute, RouteMessage, RouteType},
    },
};
use serde::{Deserialize, Serialize};

use self::message::{first, interface, mtu, name, xdp_program};
use super::pins::XDP_PROGRAMS;
use crate::failure::Failure;

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
    /// Longest packet, without the link header.
    pub mtu: u32,
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

    /// What the interface of this index is like now, where it is still there.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel does not answer.
    pub async fn guise(&self, index: u32) -> Result<Option<Guise>, Failure> {
        let link = one(self.handle.link().get().match_index(index).execute()).await?;
        Ok(link.as_ref().map(|link| Guise {
            name: name(link),
            is_up: link.header.flags.contains(LinkFlags::Up),
            mtu: mtu(link),
            xdp: xdp_program(link),
        }))
    }

    async fn by_index(&self, index: u32) -> Result<Option<Interface>, Failure> {
        let link = one(self.handle.link().get().match_index(index).execute()).await?;
        link.as_ref().map(interface).transpose()
    }
}

/// The kernel's word that there is none is no failure; every other refusal is.
async fn one(
    links: impl TryStream<Ok = LinkMessage, Error = rtnetlink::Error>,
) -> Result<Option<LinkMessage>, Failure> {
    match links.try_collect::<Vec<_>>().await {
        Ok(links) => Ok(links.into_iter().next()),
        Err(rtnetlink::Error::NetlinkError(told)) if says_none(told.raw_code()) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// ERANGE is for a name that is longer than any can be.
const fn says_none(code: i32) -> bool {
    matches!(
        Errno::from_raw(code.saturating_neg()),
        Errno::ENODEV | Errno::ERANGE
    )
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
    first!(route.attributes, RouteAttribute::Oif).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_that_there_is_none_is_taken_for_that() {
        for errno in [Errno::ENODEV, Errno::ERANGE] {
            assert!(says_none(-(errno as i32)), "{errno}");
        }
        for errno in [Errno::ENOMEM, Errno::ENOBUFS, Errno::EPERM, Errno::EBUSY] {
            assert!(!says_none(-(errno as i32)), "{errno}");
        }
    }
}
