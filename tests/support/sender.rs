//! Sends built frames from both ends of the link, in their order and at a steady rate. Knows nothing of what is in them.

use std::{
    io::IoSlice,
    os::fd::{AsRawFd as _, OwnedFd},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};
use detector_common::flow::Direction;
use detector_tests::{
    Namespace,
    address::{UP_INTERFACE, WAN_INTERFACE},
    frames::Frame,
    sniffer::link_address,
};
use nix::{
    errno::Errno,
    sys::socket::{
        AddressFamily, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockType, bind, sendmmsg, socket,
    },
};

use crate::{ground::Ground, last_core};

/// Frames of one system call, at most.
const BATCH: usize = 64;

/// Two packet sockets: what goes out leaves through the gateway, what comes in is sent by the outside.
#[derive(Debug)]
pub(crate) struct Sender {
    outward: OwnedFd,
    inward: OwnedFd,
}

/// How sending went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) packets: u64,
    /// Those that the other end had no room for.
    pub(crate) refused: u64,
    pub(crate) took: Duration,
}

impl Sent {
    /// Packets a second that arrived.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 packets")]
    pub(crate) fn rate(&self) -> f64 {
        (self.packets - self.refused) as f64 / self.took.as_secs_f64()
    }
}

impl Sender {
    pub(crate) fn open(ground: &Ground) -> Result<Self> {
        Ok(Self {
            outward: packet_socket(&ground.gateway, WAN_INTERFACE)?,
            inward: packet_socket(&ground.outside, UP_INTERFACE)?,
        })
    }

    /// Sends all frames, so many a second, or as fast as can be. The kernel carries each to the other end of the
    /// link, and into its stack, on the thread that sends: one on the last core, since the first one has the machine's
    /// interrupts. Watchers run where they like.
    pub(crate) fn send(&self, frames: &[Frame], per_second: Option<u32>) -> Result<Sent> {
        let sending = || {
            last_core::stay()?;
            self.send_from_here(frames, per_second)
        };
        let thread = thread::scope(|scope| scope.spawn(sending).join());
        thread.map_err(|_panic| anyhow!("the sender panicked"))?
    }

    fn send_from_here(&self, frames: &[Frame], per_second: Option<u32>) -> Result<Sent> {
        let began = Instant::now();
        let mut due = Duration::ZERO;
        let mut refused = 0;
        for batch in frames.chunks(BATCH) {
            if let Some(per_second) = per_second {
                thread::sleep(due.saturating_sub(began.elapsed()));
                due += Duration::from_secs(1) * u32::try_from(batch.len())? / per_second;
            }
            for (socket, direction) in [
                (&self.outward, Direction::Out),
                (&self.inward, Direction::In),
            ] {
                refused += send_all(socket, batch.iter().filter(|it| it.direction == direction))?;
            }
        }
        Ok(Sent {
            packets: u64::try_from(frames.len())?,
            refused,
            took: began.elapsed(),
        })
    }
}

/// Returns how many were refused.
fn send_all<'a>(socket: &OwnedFd, frames: impl Iterator<Item = &'a Frame>) -> Result<u64> {
    let slices: Vec<[IoSlice<'_>; 1]> = frames.map(|it| [IoSlice::new(&it.bytes)]).collect();
    let mut left = &slices[..];
    let mut refused = 0;
    while !left.is_empty() {
        let mut headers = MultiHeaders::<LinkAddr>::preallocate(left.len(), None);
        let nowhere = vec![None; left.len()];
        let flags = MsgFlags::empty();
        let sent = sendmmsg(socket.as_raw_fd(), &mut headers, left, nowhere, [], flags);
        let done = match sent {
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

/// Its protocol is 0: it receives nothing, and the kernel reads that of a packet in the packet.
fn packet_socket(namespace: &Namespace, interface: &str) -> Result<OwnedFd> {
    namespace
        .run(|| {
            let flags = SockFlag::SOCK_CLOEXEC;
            let socket = socket(AddressFamily::Packet, SockType::Raw, flags, None)?;
            bind(socket.as_raw_fd(), &link_address(interface)?)?;
            Ok(socket)
        })
        .with_context(|| format!("a packet socket on {interface}"))
}
