//! A client of QUIC that goes no further than the first answer. How its datagrams look is the business of
//! [`crate::quic`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;

use crate::quic::{INITIAL_BYTES, Id, ids, initial};

/// A hello with a post-quantum key share takes two datagrams.
const DATAGRAMS: usize = 2;
/// How long a client waits before it sends the same again: a second, and twice as long each time (RFC 9002,
/// section 6.2). After that its user's patience decides.
const WAITS: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::MAX,
];

/// Whether what `server` answers is QUIC. Waits for ever if it does not.
pub(super) async fn greet(server: SocketAddr) -> std::io::Result<bool> {
    let socket = UdpSocket::bind((any_like(server), 0)).await?;
    socket.connect(server).await?;
    let (theirs, ours) = choose_ids(socket.local_addr()?);
    let mut answer = [0; INITIAL_BYTES];
    for wait in WAITS {
        for _ in 0..DATAGRAMS {
            socket.send(&initial(theirs, ours)).await?;
        }
        if let Ok(received) = tokio::time::timeout(wait, socket.recv(&mut answer)).await {
            return Ok(ids(&answer[..received?]).is_some_and(|(to, _)| to == ours));
        }
    }
    Ok(false)
}

const fn any_like(server: SocketAddr) -> IpAddr {
    match server {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    }
}

/// Both are the client's to choose, and differ from those of its other sockets.
fn choose_ids(local: SocketAddr) -> (Id, Id) {
    let seed = u64::from(local.port()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (seed.to_be_bytes(), (!seed).to_be_bytes())
}
