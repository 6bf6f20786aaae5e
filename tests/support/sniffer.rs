//! Watching the packets that arrive at an interface, without touching them. Interprets none of them.

use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};

use anyhow::{Context as _, anyhow};
use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::sys::socket::sockopt::RcvBufForce;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, bind, recv, setsockopt,
    socket,
};

use crate::namespace::Namespace;

/// Room for what arrives while the reader has no processor, in bytes.
const BACKLOG_BYTES: usize = 8 << 20;

/// The address family to watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// A packet socket. It sees arriving packets only: the kernel shows departing ones to
/// sockets for all protocols alone.
#[derive(Debug)]
pub struct Sniffer {
    socket: OwnedFd,
    buffer: Box<[u8]>,
}

impl Sniffer {
    /// Watches `interface` of `namespace`; everything that arrives from now on is kept for the reader.
    ///
    /// # Errors
    /// Without `CAP_NET_RAW`, or when there is no such interface.
    pub fn open(namespace: &Namespace, interface: &str, family: Family) -> anyhow::Result<Self> {
        let sniffer = Self::open_everywhere(namespace, family)?;
        namespace
            .run(|| Ok(bind(sniffer.socket.as_raw_fd(), &link_address(interface)?)?))
            .with_context(|| format!("watching {interface} of the {}", namespace.name()))?;
        Ok(sniffer)
    }

    /// Watches `interface` for frames of every kind, from their link header on: also those that leave by it. The
    /// outermost VLAN tag is missing, since the kernel keeps it beside the frame.
    ///
    /// # Errors
    /// As [`Sniffer::open`].
    pub fn open_frames(namespace: &Namespace, interface: &str) -> anyhow::Result<Self> {
        namespace
            .run(|| {
                let sniffer = Self::of(watch(SockType::Raw, SockProtocol::EthAll)?);
                bind(sniffer.socket.as_raw_fd(), &link_address(interface)?)?;
                Ok(sniffer)
            })
            .with_context(|| format!("watching {interface} of the {}", namespace.name()))
    }

    /// Watches all interfaces of `namespace`: a TUN device has no link address to be bound to.
    ///
    /// # Errors
    /// Without `CAP_NET_RAW`.
    pub fn open_everywhere(namespace: &Namespace, family: Family) -> anyhow::Result<Self> {
        let protocol = match family {
            Family::V4 => SockProtocol::EthIp,
            Family::V6 => SockProtocol::EthIpv6,
        };
        let socket = namespace
            .run(|| watch(SockType::Datagram, protocol))
            .with_context(|| format!("watching the {}", namespace.name()))?;
        Ok(Self::of(socket))
    }

    fn of(socket: OwnedFd) -> Self {
        // The largest packet that segmentation offload leaves whole.
        let buffer = vec![0; 1 << 16].into_boxed_slice();
        Self { socket, buffer }
    }

    /// The next packet, from its IP header on or as a frame, or `None` when all have been read. Does not wait; the
    /// descriptor says when there is more.
    ///
    /// # Errors
    /// When the interface is gone.
    pub fn receive(&mut self) -> anyhow::Result<Option<&[u8]>> {
        match recv(self.socket.as_raw_fd(), &mut self.buffer, MsgFlags::empty()) {
            Ok(length) => Ok(Some(&self.buffer[..length])),
            Err(Errno::EAGAIN) => Ok(None),
            Err(error) => Err(error).context("receiving from a packet socket"),
        }
    }
}

impl AsFd for Sniffer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn watch(kind: SockType, protocol: SockProtocol) -> anyhow::Result<OwnedFd> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let socket = socket(AddressFamily::Packet, kind, flags, protocol)?;
    setsockopt(&socket, RcvBufForce, &BACKLOG_BYTES)?;
    Ok(socket)
}

/// The address of `interface` of the calling thread's namespace, to bind a packet socket to. Its protocol is 0, with
/// which `bind` keeps that of the socket.
///
/// # Errors
/// When there is no such interface.
pub fn link_address(interface: &str) -> anyhow::Result<LinkAddr> {
    getifaddrs()?
        .filter(|entry| entry.interface_name == interface)
        .find_map(|entry| entry.address?.as_link_addr().copied())
        .ok_or_else(|| anyhow!("there is no interface {interface}"))
}
