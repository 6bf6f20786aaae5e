//! What a replay runs: the engine on the host, or the programs in the kernel.

use detector_common::{
    flow::{Direction, FlowKey, FlowState},
    packet::Packet,
    skip::Skip,
    time::Nanos,
    wire::link::LinkLayer,
};

use crate::{capture::Captured, engine::Engine, failure::Failure, watch::Source};

/// One captured frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) bytes: Captured<'a>,
    pub(super) link: LinkLayer,
    pub(super) at: Nanos,
}

/// The seam between the driver and what it drives.
pub(super) trait Subject: Source {
    /// How alerts call it.
    const MODE: &str;

    /// Accounts for a frame; `packet` is what the parser reads in it.
    fn observe(
        &mut self,
        frame: Frame<'_>,
        packet: &Packet,
        direction: Direction,
    ) -> Result<(), Failure>;

    /// Accounts for a frame that the parser refuses.
    fn skip(&mut self, frame: Frame<'_>, skip: Skip) -> Result<(), Failure>;

    /// The state of a connection.
    fn flow(&self, key: &FlowKey) -> Result<Option<FlowState>, Failure>;

    /// Forgets a connection.
    fn forget_flow(&mut self, key: &FlowKey) -> Result<(), Failure>;

    /// Frames that were not followed, in the order of [`Skip::ALL`].
    fn skips(&self) -> Result<[u64; Skip::ALL.len()], Failure>;
}

impl Subject for Engine {
    const MODE: &str = "replay";

    fn observe(
        &mut self,
        frame: Frame<'_>,
        packet: &Packet,
        direction: Direction,
    ) -> Result<(), Failure> {
        self.follow(packet, direction, frame.at);
        Ok(())
    }

    fn skip(&mut self, _frame: Frame<'_>, skip: Skip) -> Result<(), Failure> {
        Self::skip(self, skip);
        Ok(())
    }

    fn flow(&self, key: &FlowKey) -> Result<Option<FlowState>, Failure> {
        Ok(self.tables.flows.0.peek(key).copied())
    }

    fn forget_flow(&mut self, key: &FlowKey) -> Result<(), Failure> {
        self.tables.flows.0.pop(key);
        Ok(())
    }

    fn skips(&self) -> Result<[u64; Skip::ALL.len()], Failure> {
        Ok(self.skips)
    }
}
