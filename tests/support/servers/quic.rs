//! QUIC's servers, as far as the first answer: an Initial for each Initial, from the address that it was sent to.

use std::io::{IoSlice, IoSliceMut};
use std::net::{Ipv6Addr, UdpSocket};
use std::os::fd::AsRawFd as _;

use anyhow::Context as _;
use nix::cmsg_space;
use nix::libc::in6_pktinfo;
use nix::sys::socket::sockopt::Ipv6RecvPacketInfo;
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrIn6, recvmsg, sendmsg, setsockopt,
};
use tokio::io::Interest;

use crate::quic;

/// One socket serves every address of both families.
pub(super) fn open() -> anyhow::Result<UdpSocket> {
    let socket = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, quic::PORT))
        .with_context(|| format!("binding UDP port {}", quic::PORT))?;
    socket.set_nonblocking(true)?;
    setsockopt(&socket, Ipv6RecvPacketInfo, &true)?;
    Ok(socket)
}

/// Never ends but with its runtime.
pub(super) async fn serve(socket: tokio::net::UdpSocket) {
    while socket.readable().await.is_ok() {
        // There may be nothing to read after all.
        socket
            .try_io(Interest::READABLE, || answer(&socket))
            .unwrap_or_default();
    }
}

/// Reads one datagram, and answers it.
fn answer(socket: &tokio::net::UdpSocket) -> std::io::Result<()> {
    let mut buffer = [0; 2_048];
    let mut room = cmsg_space!(in6_pktinfo);
    let file = socket.as_raw_fd();
    let (client, server, length) = {
        let mut slices = [IoSliceMut::new(&mut buffer)];
        let empty = MsgFlags::empty();
        let seen = recvmsg::<SockaddrIn6>(file, &mut slices, Some(&mut room), empty)?;
        let server = seen.cmsgs()?.find_map(|message| match message {
            ControlMessageOwned::Ipv6PacketInfo(info) => Some(info),
            _ => None,
        });
        (seen.address, server, seen.bytes)
    };
    if let (Some(server), Some(answer)) = (server, quic::answer(&buffer[..length])) {
        let from = [ControlMessage::Ipv6PacketInfo(&server)];
        let content = [IoSlice::new(&answer)];
        // What cannot be sent is lost, as any datagram may be.
        sendmsg(file, &content, &from, MsgFlags::empty(), client.as_ref()).ok();
    }
    Ok(())
}
