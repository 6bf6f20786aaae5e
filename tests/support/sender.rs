//! Sends built frames from both ends of the link, in their order and at a steady rate. Knows nothing of what is in them.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use detector_common::flow::Direction;

use crate::{
    address::{UP_INTERFACE, WAN_INTERFACE},
    frames::Frame,
    last_core,
    namespace::Namespace,
    packet_socket::{BATCH, PacketSocket},
};

/// Two packet sockets: what goes out leaves through the gateway, what comes in is sent by the outside.
#[derive(Debug)]
pub struct Sender {
    outward: PacketSocket,
    inward: PacketSocket,
}

/// How sending went.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// All of them.
    pub packets: u64,
    /// Those that the other end had no room for.
    pub refused: u64,
    /// From the first to the last.
    pub took: Duration,
}

impl Sent {
    /// Packets a second that arrived.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 packets")]
    pub fn rate(&self) -> f64 {
        (self.packets - self.refused) as f64 / self.took.as_secs_f64()
    }
}

impl Sender {
    /// Between a gateway and whoever is outside, each with its end of the link.
    ///
    /// # Errors
    /// Without `CAP_NET_RAW`, or where the link is missing.
    pub fn open(gateway: &Namespace, outside: &Namespace) -> Result<Self> {
        Ok(Self {
            outward: PacketSocket::open(gateway, WAN_INTERFACE)?,
            inward: PacketSocket::open(outside, UP_INTERFACE)?,
        })
    }

    /// Sends all frames, so many a second, or as fast as can be. The kernel carries each to the other end of the
    /// link, and into its stack, on the thread that sends: one on the last core, since the first one has the machine's
    /// interrupts. Watchers run where they like.
    ///
    /// # Errors
    /// When the kernel takes no frames, but for want of room.
    pub fn send(&self, frames: &[Frame], per_second: Option<u32>) -> Result<Sent> {
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
                refused += socket.send(batch.iter().filter(|it| it.direction == direction))?;
            }
        }
        Ok(Sent {
            packets: u64::try_from(frames.len())?,
            refused,
            took: began.elapsed(),
        })
    }
}
