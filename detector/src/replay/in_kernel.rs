//! The programs in the kernel as what a replay runs, frame by frame (`BPF_PROG_TEST_RUN`).
//!
//! Owns how a captured frame becomes one that a test run takes, without changing what is parsed.

use detector_common::{
    destination::{DestinationKey, DestinationState},
    flow::{Direction, FlowKey, FlowState},
    maps::{FLOW_CAPACITY, Loss},
    packet::Packet,
    prefix::PrefixKey,
    skip::Skip,
    tuning::Tuning,
    wire::{
        link::{LinkLayer, network},
        network::Family,
    },
};

use super::subject::{Frame, Subject};
use crate::{
    capture::Captured,
    failure::Failure,
    kernel::{Kernel, Options, privilege, test_run::Hook},
    snapshot::Snapshot,
    watch::Source,
};

/// An Ethernet header, without which no frame is taken.
const SHORTEST: usize = 14;
/// The longest Ethernet and IP headers that TC wants whole where bytes 12 and 13 announce them.
const SHORTEST_TC: usize = 14 + 40;
/// A page holds a frame with its headroom and tailroom; no header reaches so far.
const LONGEST: usize = 2_048;
/// Entries that each CPU may hold back, and more: the driver says which connection goes, and not
/// the map.
const SPARE: u32 = 4_096;

/// The loaded programs.
pub(super) struct InKernel {
    kernel: Kernel,
    /// Frames that the parser refuses and a test run does not take.
    not_shown: [u64; Skip::ALL.len()],
}

impl InKernel {
    /// Loads the programs; captures of `bytes` set how many connections there can be.
    pub(super) fn load(tuning: Tuning, bytes: Option<u64>) -> Result<Self, Failure> {
        privilege::check()?;
        let options = Options {
            tuning,
            is_test_run: true,
            flow_capacity: Some(flow_capacity(bytes)),
            ..Options::default()
        };
        Ok(Self {
            kernel: Kernel::load(options)?,
            not_shown: [0; Skip::ALL.len()],
        })
    }

    fn show(
        &mut self,
        bytes: &[u8],
        frame: Frame<'_>,
        direction: Direction,
    ) -> Result<(), Failure> {
        let hook = match direction {
            Direction::In => Hook::Xdp,
            Direction::Out => Hook::TcOut,
        };
        self.kernel
            .test_run(hook, frame.link, bytes, frame.at)
            .map(|_passed| ())
    }
}

/// Each packed byte holds less than twenty SYNs, whatever they are packed with.
fn flow_capacity(bytes: Option<u64>) -> u32 {
    let most = bytes.and_then(|bytes| u32::try_from(bytes.saturating_mul(20)).ok());
    let flows = most.unwrap_or(FLOW_CAPACITY).min(FLOW_CAPACITY);
    flows.saturating_mul(2).saturating_add(SPARE)
}

/// The programs are for devices, and no device has such headers.
fn check_link(link: LinkLayer) -> Result<(), Failure> {
    match link {
        LinkLayer::Ethernet | LinkLayer::Ip => Ok(()),
        LinkLayer::Captured(link) => Err(Failure::Failed(format!(
            "the kernel cannot be shown packets with a header of the kind {link:?}; leave out \
             --in-kernel"
        ))),
    }
}

/// The frame as a test run takes it: what was not captured is zeroes, what no header reaches is
/// left out, and a length field that relies on the frame's own length says it.
fn shown(captured: Captured<'_>, link: LinkLayer) -> Vec<u8> {
    let len = captured.total_len.clamp(SHORTEST_TC, LONGEST);
    let mut bytes = captured.bytes.to_vec();
    bytes.resize(len, 0);
    if len != captured.total_len
        && let Ok((family, network_at)) = network(&captured, link)
    {
        let (field_at, counts_from) = match family {
            Family::V4 => (network_at + 2, network_at),
            Family::V6 => (network_at + 4, network_at + 40),
        };
        if let Some(field @ [0, 0]) = bytes.get_mut(field_at..field_at + 2) {
            let real = captured.total_len.saturating_sub(counts_from);
            let real = u16::try_from(real).unwrap_or(u16::MAX);
            field.copy_from_slice(&real.to_be_bytes());
        }
    }
    bytes
}

impl Subject for InKernel {
    const MODE: &str = "test_run";

    fn observe(
        &mut self,
        frame: Frame<'_>,
        _packet: &Packet,
        direction: Direction,
    ) -> Result<(), Failure> {
        check_link(frame.link)?;
        self.show(&shown(frame.bytes, frame.link), frame, direction)
    }

    /// Shown too, to hear the same refusal; but not where another length could change it.
    fn skip(&mut self, frame: Frame<'_>, skip: Skip) -> Result<(), Failure> {
        check_link(frame.link)?;
        let Captured { bytes, total_len } = frame.bytes;
        if bytes.len() == total_len && (SHORTEST..=LONGEST).contains(&total_len) {
            return self.show(bytes, frame, Direction::In);
        }
        self.not_shown[skip as usize] += 1;
        Ok(())
    }

    fn flow(&self, key: &FlowKey) -> Result<Option<FlowState>, Failure> {
        self.kernel.flow(key)
    }

    fn forget_flow(&mut self, key: &FlowKey) -> Result<(), Failure> {
        self.kernel.forget_flow(key)
    }

    fn skips(&self) -> Result<[u64; Skip::ALL.len()], Failure> {
        let mut skips = self.kernel.totals()?.skips;
        for (skips, not_shown) in skips.iter_mut().zip(self.not_shown) {
            *skips += not_shown;
        }
        Ok(skips)
    }

    fn losses(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        Ok(self.kernel.totals()?.losses)
    }
}

impl Source for InKernel {
    fn snapshot(&self) -> Result<Snapshot, Failure> {
        self.kernel.snapshot()
    }

    fn forget_prefix(&mut self, prefix: &PrefixKey) -> Result<(), Failure> {
        self.kernel.forget_prefix(prefix)
    }

    fn destinations(&self) -> Result<Vec<(DestinationKey, DestinationState)>, Failure> {
        self.kernel.destinations()
    }

    fn forget_destination(&mut self, destination: &DestinationKey) -> Result<(), Failure> {
        self.kernel.forget_destination(destination)
    }
}

#[cfg(test)]
mod tests {
    use detector_common::packet::parse;
    use etherparse::PacketBuilder;

    use super::*;

    /// A segment over IPv4 or IPv6 in an Ethernet frame, with so much payload.
    fn frame(is_v6: bool, payload: usize) -> Vec<u8> {
        let ethernet = PacketBuilder::ethernet2([2; 6], [4; 6]);
        let ip = if is_v6 {
            ethernet.ipv6([1; 16], [2; 16], 64)
        } else {
            ethernet.ipv4([192, 0, 2, 1], [198, 51, 100, 7], 64)
        };
        let mut bytes = Vec::new();
        ip.tcp(1, 2, 3, 4)
            .write(&mut bytes, &vec![7; payload])
            .unwrap();
        bytes
    }

    /// Leaves the length of the IP packet to the frame's own.
    fn without_length(is_v6: bool, mut bytes: Vec<u8>) -> Vec<u8> {
        let at = 14 + if is_v6 { 4 } else { 2 };
        bytes[at..at + 2].fill(0);
        bytes
    }

    fn assert_shown_as_it_is(captured: Captured<'_>) {
        let shown = shown(captured, LinkLayer::Ethernet);
        assert!((SHORTEST_TC..=LONGEST).contains(&shown.len()));
        let expected = parse(&captured, LinkLayer::Ethernet);
        assert!(expected.is_ok());
        assert_eq!(parse(shown.as_slice(), LinkLayer::Ethernet), expected);
    }

    #[test]
    fn what_is_shown_is_taken_and_reads_the_same() {
        for is_v6 in [false, true] {
            for payload in [0, 1, 1_000, 3_000, 60_000] {
                let whole = frame(is_v6, payload);
                for bytes in [whole.clone(), without_length(is_v6, whole)] {
                    for len in [80, usize::MAX] {
                        assert_shown_as_it_is(Captured {
                            bytes: &bytes[..bytes.len().min(len)],
                            total_len: bytes.len(),
                        });
                    }
                }
            }
        }
    }

    #[test]
    fn a_lie_about_its_length_makes_no_frame_longer() {
        let bytes = frame(false, 100);
        let captured = Captured {
            bytes: &bytes,
            total_len: u32::MAX as usize,
        };
        assert_eq!(shown(captured, LinkLayer::Ethernet).len(), LONGEST);
    }

    #[test]
    fn small_captures_need_small_maps() {
        assert_eq!(flow_capacity(Some(100)), 2 * 2_000 + SPARE);
        for many in [None, Some(u64::MAX), Some(1 << 40)] {
            assert_eq!(flow_capacity(many), 2 * FLOW_CAPACITY + SPARE);
        }
    }
}
