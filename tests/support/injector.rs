//! The out-of-band censor: it watches what passes, lets all of it pass, and answers in the server's name
//! faster than the server can. How the answer looks is the business of [`Forgery`].

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use ipnet::IpNet;
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrIn, SockaddrIn6, sendto,
    socket,
};

use crate::address::UP_INTERFACE;
use crate::forgery::Forgery;
use crate::namespace::Namespace;
use crate::segment::Segment;
use crate::sniffer::{Family, Sniffer};
use crate::worker::{Stop, Worker};

/// Connections remembered as already answered; beyond that the memory starts afresh.
const REMEMBERED: usize = 1 << 16;

/// What a client sends that makes the censor answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The first segment with payload of each connection.
    FirstData,
    /// The same in every second connection, by chance: as if it were for a name that it asks for.
    FirstDataOfHalf,
    /// Every SYN, repeated ones included.
    Syn,
}

/// A working injector. It ends when this is dropped.
#[derive(Debug)]
#[must_use = "the injector stops when this is dropped"]
pub struct Injection {
    sent: Arc<AtomicU64>,
    worker: Worker,
}

impl Injection {
    pub(crate) fn start(
        censor: &Namespace,
        range: IpNet,
        trigger: Trigger,
        forgery: Forgery,
    ) -> anyhow::Result<Self> {
        let family = match range {
            IpNet::V4(_) => Family::V4,
            IpNet::V6(_) => Family::V6,
        };
        let sent = Arc::new(AtomicU64::new(0));
        let mut injector = Injector {
            sniffer: Sniffer::open(censor, UP_INTERFACE, family)?,
            socket: censor.run(|| raw_socket(family))?,
            watch: Watch {
                range,
                trigger,
                answered: HashSet::new(),
            },
            forgery,
            sent: Arc::clone(&sent),
        };
        let worker = Worker::start(censor, "lab-injector", move |stop| injector.run(stop))?;
        Ok(Self { sent, worker })
    }

    /// How many forged packets, copies included, have been sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Ends the injector.
    ///
    /// # Errors
    /// What it had failed of earlier, if it did.
    pub fn lift(self) -> anyhow::Result<()> {
        self.worker.finish()
    }
}

struct Injector {
    sniffer: Sniffer,
    socket: OwnedFd,
    watch: Watch,
    forgery: Forgery,
    sent: Arc<AtomicU64>,
}

impl Injector {
    fn run(&mut self, stop: &Stop) -> anyhow::Result<()> {
        while stop.or_readable(&self.sniffer)? {
            while let Some(packet) = self.sniffer.receive()? {
                if let Some(segment) = Segment::parse(packet)
                    && self.watch.triggers(&segment)
                {
                    self.answer(&segment)?;
                }
            }
        }
        Ok(())
    }

    fn answer(&self, segment: &Segment) -> anyhow::Result<()> {
        let packet = self.forgery.answer(segment)?;
        for _ in 0..self.forgery.copies {
            send(&self.socket, &packet, segment.source)
                .with_context(|| format!("sending a forged packet to {}", segment.source))?;
            self.sent.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Decides which segments are answered.
struct Watch {
    range: IpNet,
    trigger: Trigger,
    answered: HashSet<(SocketAddr, SocketAddr)>,
}

impl Watch {
    fn triggers(&mut self, segment: &Segment) -> bool {
        let opens = segment.syn && !segment.ack;
        self.range.contains(&segment.destination.ip())
            && match self.trigger {
                Trigger::FirstData => self.is_first_data(segment, opens),
                Trigger::FirstDataOfHalf => {
                    self.is_first_data(segment, opens) && is_picked(segment)
                }
                Trigger::Syn => opens,
            }
    }

    /// A SYN makes a new connection of a pair of ends that was seen before.
    fn is_first_data(&mut self, segment: &Segment, opens: bool) -> bool {
        let ends = (segment.source, segment.destination);
        if opens {
            self.answered.remove(&ends);
        }
        if self.answered.len() >= REMEMBERED {
            self.answered.clear();
        }
        segment.payload_bytes > 0 && self.answered.insert(ends)
    }
}

/// One connection in two, whatever it is asked about it.
fn is_picked(segment: &Segment) -> bool {
    let mut hasher = DefaultHasher::new();
    (segment.source, segment.destination).hash(&mut hasher);
    hasher.finish().is_multiple_of(2)
}

/// A socket that sends packets with the IP header that they come with.
fn raw_socket(family: Family) -> anyhow::Result<OwnedFd> {
    let domain = match family {
        Family::V4 => AddressFamily::Inet,
        Family::V6 => AddressFamily::Inet6,
    };
    socket(
        domain,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::Raw,
    )
    .context("opening a raw socket")
}

/// Raw sockets know no port: that of the address has to be 0.
fn send(socket: &OwnedFd, packet: &[u8], to: SocketAddr) -> nix::Result<usize> {
    let (socket, flags) = (socket.as_raw_fd(), MsgFlags::empty());
    match to.ip() {
        IpAddr::V4(ip) => {
            let address = SockaddrIn::from(SocketAddrV4::new(ip, 0));
            sendto(socket, packet, &address, flags)
        }
        IpAddr::V6(ip) => {
            let address = SockaddrIn6::from(SocketAddrV6::new(ip, 0, 0, 0));
            sendto(socket, packet, &address, flags)
        }
    }
}
