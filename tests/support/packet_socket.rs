//! A socket that sends whole frames out of an interface, as they are. Knows nothing of what is in them.

use std::{
    io::IoSlice,
    os::fd::{AsRawFd as _, OwnedFd},
};

use anyhow::{Context as _, Result};
use nix::{
    errno::Errno,
    sys::socket::{
        AddressFamily, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockType, bind, sendmmsg, socket,
    },
};

use crate::{frames::Frame, namespace::Namespace, sniffer::link_address};

/// Frames of one system call, at most.
pub(crate) const BATCH: usize = 64;

/// A packet socket that is bound to an interface.
#[derive(Debug)]
pub(crate) struct PacketSocket(OwnedFd);

impl PacketSocket {
    /// Its protocol is 0: it receives nothing, and the kernel reads that of a packet in the packet.
    pub(crate) fn open(namespace: &Namespace, interface: &str) -> Result<Self> {
        namespace
            .run(|| {
                let flags = SockFlag::SOCK_CLOEXEC;
                let socket = socket(AddressFamily::Packet, SockType::Raw, flags, None)?;
                bind(socket.as_raw_fd(), &link_address(interface)?)?;
                Ok(Self(socket))
            })
            .with_context(|| format!("a packet socket on {interface}"))
    }

    /// Sends all of them, and returns how many were refused.
    pub(crate) fn send<'a>(&self, frames: impl Iterator<Item = &'a Frame>) -> Result<u64> {
        let slices: Vec<[IoSlice<'_>; 1]> = frames.map(|it| [IoSlice::new(&it.bytes)]).collect();
        let mut left = &slices[..];
        let mut refused = 0;
        while !left.is_empty() {
            let mut headers = MultiHeaders::<LinkAddr>::preallocate(left.len(), None);
            let nowhere = vec![None; left.len()];
            let (socket, flags) = (self.0.as_raw_fd(), MsgFlags::empty());
            let done = match sendmmsg(socket, &mut headers, left, nowhere, [], flags) {
                Ok(sent) => sent.count(),
                // The queue of the other end is full, and the first of them is lost.
                Err(Errno::ENOBUFS) => {
                    refused += 1;
                    1
                }
                Err(Errno::EINTR) => 0,
                Err(error) => return Err(error).context("sending frames"),
            };
            left = left.get(done..).unwrap_or_default();
        }
        Ok(refused)
    }
}
