//! How messages travel to a syslog: datagrams on this machine or elsewhere, or a stream.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _, UdpSocket},
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{super::config::Address, super::outlet::Trouble, stream::Stream};

/// The way to one syslog.
pub(super) enum Wire {
    Unix {
        path: PathBuf,
        patience: Duration,
        socket: Option<UnixDatagram>,
    },
    Udp {
        peer: String,
        socket: Option<UdpSocket>,
    },
    Tcp(Stream),
}

impl Wire {
    pub(super) fn to(address: Address, patience: Duration) -> Self {
        match address {
            Address::Unix(path) => Self::Unix {
                path,
                patience,
                socket: None,
            },
            Address::Udp(peer) => Self::Udp { peer, socket: None },
            Address::Tcp(peer) => Self::Tcp(Stream::to(peer, patience)),
        }
    }

    /// Sends one message.
    pub(super) fn send(&mut self, message: &[u8]) -> Result<(), Trouble> {
        let (sent, to) = match self {
            Self::Unix {
                path,
                patience,
                socket,
            } => {
                let sent = kept(socket, || unix(path, *patience), |it| it.send(message));
                (sent, path.display().to_string())
            }
            Self::Udp { peer, socket } => {
                let sent = kept(socket, || udp(peer), |it| it.send(message));
                (sent, peer.clone())
            }
            Self::Tcp(stream) => (stream.send(message), stream.peer.clone()),
        };
        sent.map_err(|error| Trouble::Later(format!("{to}: {error}")))
    }

    /// Sends again what a connection that broke may have lost.
    pub(super) fn look_after(&mut self) -> Result<(), Trouble> {
        match self {
            Self::Tcp(stream) => stream
                .look_after()
                .map_err(|error| Trouble::Later(format!("{}: {error}", stream.peer))),
            Self::Unix { .. } | Self::Udp { .. } => Ok(()),
        }
    }

    /// When [`Self::look_after`] is due.
    pub(super) fn due_in(&self) -> Option<Duration> {
        match self {
            Self::Tcp(stream) => stream.due_in(),
            Self::Unix { .. } | Self::Udp { .. } => None,
        }
    }

    /// Whoever listens may be another one now.
    pub(super) fn reopen(&mut self) {
        match self {
            Self::Unix { socket, .. } => *socket = None,
            Self::Udp { socket, .. } => *socket = None,
            Self::Tcp(_) => {}
        }
    }
}

/// Uses a socket that is kept open until it fails.
fn kept<S>(
    socket: &mut Option<S>,
    open: impl FnOnce() -> io::Result<S>,
    send: impl FnOnce(&S) -> io::Result<usize>,
) -> io::Result<()> {
    let open = match socket.take() {
        Some(open) => open,
        None => open()?,
    };
    send(&open)?;
    *socket = Some(open);
    Ok(())
}

fn unix(path: &Path, patience: Duration) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_write_timeout(Some(patience))?;
    socket.connect(path)?;
    Ok(socket)
}

fn udp(peer: &str) -> io::Result<UdpSocket> {
    let mut error = io::Error::from(io::ErrorKind::NotFound);
    for address in peer.to_socket_addrs()? {
        let own: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(own)?;
        match socket.connect(address) {
            Ok(()) => return Ok(socket),
            Err(why) => error = why,
        }
    }
    Err(error)
}
