//! What the self-tests share: their turns, one connection, and a view of what arrives at an interface.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::address::{UP_INTERFACE, WAN_INTERFACE};
use crate::course::Course;
use crate::request::request;
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

/// How much arrives of an answer of `answer_bytes`, before its end or a silence as long as `patience`.
pub(super) fn download(
    from: &Namespace,
    server: &str,
    answer_bytes: usize,
    patience: Duration,
) -> usize {
    let server: SocketAddr = server.parse().unwrap();
    let download = || {
        let mut stream = TcpStream::connect_timeout(&server, patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(&request(answer_bytes, Course::Orderly, 300))?;
        let mut answer = Vec::new();
        // Whatever ends it, what came before counts.
        stream.read_to_end(&mut answer).ok();
        Ok(answer.len())
    };
    from.run(download).unwrap()
}

/// The segments between one server and its clients that arrive at an interface, hence of one direction.
pub(super) struct Arrivals {
    sniffer: Sniffer,
    server: SocketAddr,
}

impl Arrivals {
    /// At the gateway, from the server.
    pub(super) fn at_wan(lab: &Lab, family: Family, server: &str) -> Self {
        let sniffer = Sniffer::open(&lab.gateway, WAN_INTERFACE, family);
        Self::of(server, sniffer.unwrap())
    }

    /// At the censor, from clients.
    pub(super) fn at_censor(lab: &Lab, family: Family, server: &str) -> Self {
        let sniffer = Sniffer::open(&lab.censor, UP_INTERFACE, family);
        Self::of(server, sniffer.unwrap())
    }

    /// At the server, from clients.
    pub(super) fn at_server(lab: &Lab, family: Family, server: &str) -> Self {
        let sniffer = Sniffer::open_everywhere(&lab.internet, family);
        Self::of(server, sniffer.unwrap())
    }

    fn of(server: &str, sniffer: Sniffer) -> Self {
        let server = server.parse().unwrap();
        Self { sniffer, server }
    }

    /// The next one, which has to come within three seconds.
    pub(super) fn next(&mut self) -> Segment {
        loop {
            if let Some(segment) = self.arrived().next() {
                return segment;
            }
            wait(&self.sniffer);
        }
    }

    /// Those that have arrived already.
    pub(super) fn arrived(&mut self) -> impl Iterator<Item = Segment> {
        let Self { sniffer, server } = self;
        std::iter::from_fn(|| sniffer.receive().unwrap().map(Segment::parse))
            .flatten()
            .filter(|segment| [segment.source, segment.destination].contains(server))
    }
}

/// Waits until something arrives, which has to come within three seconds.
pub(super) fn wait(sniffer: &Sniffer) {
    let mut waited = [PollFd::new(sniffer.as_fd(), PollFlags::POLLIN)];
    let ready = poll(&mut waited, PollTimeout::from(3_000_u16)).unwrap();
    assert_eq!(ready, 1, "nothing more arrived");
}
