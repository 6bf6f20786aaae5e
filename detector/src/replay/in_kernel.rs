//! The programs in the kernel as what a replay runs, frame by frame (`BPF_PROG_TEST_RUN`).
//!
//! Must not know: which way a packet goes, or which connection it belongs to.

mod shown;

use detector_common::{
    destination::{DestinationKey, DestinationState},
    flow::{Direction, FlowKey, FlowState},
    maps::Loss,
    packet::Packet,
    prefix::PrefixKey,
    sample::Sample,
    skip::Skip,
    tuning::Tuning,
    vantage::Vantage,
    wire::link::LinkLayer,
};

use self::shown::{LONGEST, shown};
use super::subject::{Frame, Subject};
use crate::{
    capture::Captured,
    engine::FLOWS,
    failure::Failure,
    kernel::{Kernel, Options, privilege, test_run::Hook},
    sizes::Sizes,
    snapshot::Tracked,
    watch::Source,
};

/// An Ethernet header, without which no frame is taken.
const SHORTEST: usize = 14;
/// Twice as many as there are, and more, so that hardly a set is full: the driver says which connection goes, and not
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
            sizes: Sizes {
                connections: flow_capacity(bytes),
                ..Sizes::default()
            },
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
            .programs
            .test_run(hook, frame.link, bytes, frame.at)
            .map(|_passed| ())
    }
}

/// Each packed byte holds less than twenty SYNs, whatever they are packed with.
fn flow_capacity(bytes: Option<u64>) -> u32 {
    let most = bytes.and_then(|bytes| u32::try_from(bytes.saturating_mul(20)).ok());
    let flows = most.unwrap_or(FLOWS).min(FLOWS);
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
        Ok(self.kernel.maps.flow(key))
    }

    fn forget_flow(&mut self, key: &FlowKey) -> Result<(), Failure> {
        self.kernel.maps.forget_flow(key);
        Ok(())
    }

    fn skips(&self) -> Result<[u64; Skip::ALL.len()], Failure> {
        let mut skips = self.kernel.maps.totals()?.skips;
        for (skips, not_shown) in skips.iter_mut().zip(self.not_shown) {
            *skips += not_shown;
        }
        Ok(skips)
    }
}

impl Source for InKernel {
    fn sizes(&self) -> Sizes {
        self.kernel.maps.sizes()
    }

    fn changes(&mut self, show: &mut dyn FnMut(&Tracked)) -> Result<(), Failure> {
        self.kernel.maps.changes(show)
    }

    fn forget_prefix(&mut self, prefix: &PrefixKey) -> Result<(), Failure> {
        self.kernel.maps.forget_prefix(prefix)
    }

    fn destinations(&self) -> Result<Vec<(DestinationKey, DestinationState)>, Failure> {
        self.kernel.maps.destinations()
    }

    fn remember_destination(
        &mut self,
        destination: &DestinationKey,
        state: &DestinationState,
    ) -> Result<(), Failure> {
        self.kernel.maps.remember_destination(destination, state)
    }

    fn remember_vantage(&mut self, vantage: Vantage) -> Result<(), Failure> {
        self.kernel.maps.remember_vantage(vantage)
    }

    fn forget_destination(&mut self, destination: &DestinationKey) -> Result<(), Failure> {
        self.kernel.maps.forget_destination(destination)
    }

    fn losses(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        self.kernel.maps.losses()
    }

    fn samples(&mut self) -> Result<Vec<Sample>, Failure> {
        self.kernel.maps.samples()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_captures_need_small_maps() {
        assert_eq!(flow_capacity(Some(100)), 2 * 2_000 + SPARE);
        for many in [None, Some(u64::MAX), Some(1 << 40)] {
            assert_eq!(flow_capacity(many), 2 * FLOWS + SPARE);
        }
    }
}
