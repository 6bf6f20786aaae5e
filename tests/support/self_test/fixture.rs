//! What the self-tests share: their turns, one connection, and a view of the gateway's interface.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::address::WAN_INTERFACE;
use crate::segment::Segment;
use crate::sniffer::{Family, Sniffer};
use crate::{Lab, Namespace, privilege};

/// The tests take turns: each has the machine for itself, and the leak test no neighbour's threads.
pub(super) fn turn() -> Option<MutexGuard<'static, ()>> {
    static TURN: Mutex<()> = Mutex::new(());
    if let Some(missing) = privilege::missing() {
        println!("skipped: {missing}");
        return None;
    }
    Some(TURN.lock().unwrap_or_else(PoisonError::into_inner))
}

pub(super) fn lab() -> Option<(MutexGuard<'static, ()>, Lab)> {
    let turn = turn()?;
    Some((turn, Lab::open().unwrap()))
}

/// One connection of a blocking client: the length of the answer, or what became of it.
pub(super) fn visit(
    from: &Namespace,
    server: &str,
    patience: Duration,
) -> Result<usize, ErrorKind> {
    let server: SocketAddr = server.parse().unwrap();
    let exchange = || {
        let mut stream = TcpStream::connect_timeout(&server, patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(&[b'?'; 300])?;
        stream.read_to_end(&mut Vec::new())
    };
    let result: std::io::Result<usize> = from.run(|| Ok(exchange())).unwrap();
    result.map_err(|error| match error.kind() {
        // How a read reports its deadline.
        ErrorKind::WouldBlock => ErrorKind::TimedOut,
        kind => kind,
    })
}

/// The segments of one server, as they arrive at the gateway.
pub(super) struct Arrivals {
    sniffer: Sniffer,
    server: SocketAddr,
}

impl Arrivals {
    pub(super) fn at_wan(lab: &Lab, family: Family, server: &str) -> Self {
        let sniffer = Sniffer::open(&lab.gateway, WAN_INTERFACE, family).unwrap();
        Self {
            sniffer,
            server: server.parse().unwrap(),
        }
    }

    pub(super) fn next(&mut self) -> Segment {
        loop {
            let segment = self.sniffer.receive().unwrap().map(Segment::parse);
            match segment {
                Some(Some(segment)) if segment.source == self.server => return segment,
                Some(_) => {}
                None => self.wait(),
            }
        }
    }

    fn wait(&self) {
        let mut waited = [PollFd::new(self.sniffer.as_fd(), PollFlags::POLLIN)];
        let ready = poll(&mut waited, PollTimeout::from(3_000_u16)).unwrap();
        assert_eq!(ready, 1, "nothing more arrived");
    }
}
