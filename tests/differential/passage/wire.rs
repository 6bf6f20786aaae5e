//! Two namespaces and the link between them: what is sent at one end, and what arrives at the other.

use std::{
    hash::{DefaultHasher, Hasher as _},
    os::fd::{AsFd as _, AsRawFd as _, OwnedFd},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use detector_common::{flow::Direction, wire::link::LinkLayer};
use detector_tests::{
    Namespace,
    frames::Frame,
    sniffer::{Sniffer, link_address},
    tool,
};
use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, bind, send, socket},
};

use crate::mutants::Mutants;

/// The end that is watched.
pub(super) const NEAR: &str = "wan0";
const FAR: &str = "far0";
const MTU: usize = 9_000;
const SEED: u64 = 11;
/// An Ethernet header, below which nobody may send.
const SHORTEST: usize = 14;
/// Frames until what arrived is counted: fewer than a veth device or a socket has room for.
const BATCH: u64 = 64;
/// For what takes microseconds, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);
/// An ethertype for local experiments (IEEE 802), of frames that end a batch.
const MARKER: [u8; SHORTEST] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5];

/// The link. Neither end has an address, so nobody answers and nobody else speaks.
pub(super) struct Wire {
    pub(super) near: Namespace,
    far: Namespace,
}

/// What arrived, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) frames: u64,
    bytes: u64,
    checksum: u64,
}

impl Wire {
    pub(super) fn new() -> Result<Self> {
        let wire = Self {
            near: silent("near")?,
            far: silent("far")?,
        };
        let far = wire.far.path();
        let make = format!(
            "link add {NEAR} type veth peer name {FAR} netns {}\nlink set {NEAR} up arp off mtu {MTU}",
            far.display()
        );
        tool::ip(&wire.near, &make)?;
        tool::ip(&wire.far, &format!("link set {FAR} up arp off mtu {MTU}"))?;
        Ok(wire)
    }

    /// Sends so many frames, always the same ones, toward the watched end or away from it, and says what arrived.
    pub(super) fn carry(&self, direction: Direction, frames: u64) -> Result<Arrived> {
        let near = (&self.near, NEAR);
        let far = (&self.far, FAR);
        let (from, to) = match direction {
            Direction::In => (far, near),
            Direction::Out => (near, far),
        };
        let sender = sender(from.0, from.1)?;
        let mut end = End {
            sniffer: Sniffer::open_frames(to.0, to.1)?,
            hasher: DefaultHasher::new(),
            arrived: Arrived {
                frames: 0,
                bytes: 0,
                checksum: 0,
            },
        };
        let mut mutants = Mutants::new(SEED, LinkLayer::Ethernet);
        for number in 1..=frames {
            let (frame, _) = mutants.next_that(may_be_sent);
            put(&sender, &frame.bytes)?;
            if number.is_multiple_of(BATCH) || number == frames {
                put(&sender, &MARKER)?;
                end.receive()
                    .with_context(|| format!("after {number} frames"))?;
            }
        }
        Ok(Arrived {
            checksum: end.hasher.finish(),
            ..end.arrived
        })
    }

    /// Markers among so many frames.
    pub(super) const fn markers(frames: u64) -> u64 {
        frames.div_ceil(BATCH)
    }
}

/// Where frames arrive.
struct End {
    sniffer: Sniffer,
    hasher: DefaultHasher,
    arrived: Arrived,
}

impl End {
    /// Takes what arrives up to the next marker.
    fn receive(&mut self) -> Result<()> {
        loop {
            let Some(frame) = self.sniffer.receive()? else {
                self.wait()?;
                continue;
            };
            if frame == MARKER {
                return Ok(());
            }
            self.arrived.frames += 1;
            self.arrived.bytes += frame.len() as u64;
            self.hasher.write_usize(frame.len());
            self.hasher.write(frame);
        }
    }

    fn wait(&self) -> Result<()> {
        let mut arriving = [PollFd::new(self.sniffer.as_fd(), PollFlags::POLLIN)];
        let ready = poll(&mut arriving, PollTimeout::try_from(PATIENCE)?)?;
        ensure!(
            ready == 1,
            "nothing more arrives; so far {:?}",
            self.arrived
        );
        Ok(())
    }
}

/// Without IPv6, which would speak by itself.
fn silent(name: &'static str) -> Result<Namespace> {
    let namespace = Namespace::new(name)?;
    let off = [
        ("ipv6/conf/all/disable_ipv6", "1"),
        ("ipv6/conf/default/disable_ipv6", "1"),
    ];
    namespace.configure(&off)?;
    Ok(namespace)
}

fn sender(namespace: &Namespace, interface: &str) -> Result<OwnedFd> {
    namespace.run(|| {
        let (kind, flags) = (SockType::Raw, SockFlag::SOCK_CLOEXEC);
        let sender = socket(AddressFamily::Packet, kind, flags, None)?;
        bind(sender.as_raw_fd(), &link_address(interface)?)?;
        Ok(sender)
    })
}

/// What the kernel lets through by itself, and no marker: it drops a tag with nothing behind it (`skb_vlan_untag`).
fn may_be_sent(frame: &Frame) -> bool {
    let shortest = match frame.bytes.get(12..SHORTEST) {
        Some([0x81, 0x00] | [0x88, 0xa8]) => SHORTEST + 6,
        _ => SHORTEST,
    };
    (shortest..=SHORTEST + MTU).contains(&frame.bytes.len()) && !frame.bytes.starts_with(&MARKER)
}

fn put(sender: &OwnedFd, bytes: &[u8]) -> Result<()> {
    let sent = send(sender.as_raw_fd(), bytes, MsgFlags::empty())
        .with_context(|| format!("sending {bytes:02x?}"))?;
    ensure!(sent == bytes.len(), "{sent} of {} bytes sent", bytes.len());
    Ok(())
}
