//! The kernel's engine on the host: the same `track` over collections instead of maps.
//!
//! Used where packets come from elsewhere than a hook: a replay, the offline demo, and the test
//! that holds the kernel against the host.

mod destinations;
mod evidence;
mod prefixes;
mod table;

use detector_common::{
    classify::Judgement,
    destination::{DestinationKey, DestinationState},
    flow::{Direction, FlowKey, FlowState},
    maps::{DESTINATION_CAPACITY, Loss, PREFIX_CAPACITY},
    packet::{Packet, parse},
    prefix::PrefixKey,
    sample::Sample,
    skip::Skip,
    tables::{Table as _, Tables},
    time::Nanos,
    track::track,
    tuning::Tuning,
    vantage::Vantage,
    wire::link::LinkLayer,
};

pub use self::{
    destinations::HostDestinations,
    evidence::HostEvidence,
    prefixes::HostPrefixes,
    table::{HostCell, HostLru, HostTable},
};
use crate::{
    failure::Failure,
    sizes::Sizes,
    snapshot::{Snapshot, Tracked},
    watch::Source,
};

/// Connections that are followed at a time. Fewer than in the kernel: those that are over stay until others need their
/// room, and a long capture has many.
pub const FLOWS: u32 = 65_536;

type HostTables = Tables<
    HostLru<FlowKey, FlowState>,
    HostDestinations,
    HostPrefixes,
    HostCell<Vantage>,
    HostEvidence,
>;

/// The engine and its tables.
pub struct Engine {
    tuning: Tuning,
    /// The tables, open to whoever compares them.
    pub tables: HostTables,
    /// Packets not followed, in the order of [`Skip::ALL`].
    pub skips: [u64; Skip::ALL.len()],
}

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(tuning: Tuning) -> Self {
        Self {
            tuning,
            tables: Tables {
                flows: HostLru::new(FLOWS),
                destinations: HostDestinations::new(DESTINATION_CAPACITY),
                prefixes: HostPrefixes::new(PREFIX_CAPACITY),
                vantage: HostCell::default(),
                evidence: HostEvidence::default(),
            },
            skips: [0; Skip::ALL.len()],
        }
    }

    /// Accounts for one frame, and returns the verdict where it ends a connection.
    pub fn observe(
        &mut self,
        frame: &[u8],
        link: LinkLayer,
        direction: Direction,
        now: Nanos,
    ) -> Option<Judgement> {
        match parse(frame, link) {
            Ok(packet) => self.follow(&packet, direction, now),
            Err(skip) => {
                self.skip(skip);
                None
            }
        }
    }

    /// Accounts for a parsed packet, and returns the verdict where it ends a connection.
    pub fn follow(
        &mut self,
        packet: &Packet,
        direction: Direction,
        now: Nanos,
    ) -> Option<Judgement> {
        track(&mut self.tables, packet, direction, now, &self.tuning)
    }

    /// Accounts for a packet that is not followed.
    pub const fn skip(&mut self, skip: Skip) {
        self.skips[skip as usize] += 1;
    }

    /// The counters of every prefix.
    pub const fn snapshot(&self) -> &Snapshot {
        &self.tables.prefixes.counters
    }

    /// What could not be stored, in the order of [`Loss::ALL`]. The two that forget refuse nothing.
    pub const fn losses(&self) -> [u64; Loss::ALL.len()] {
        let tables = &self.tables;
        [
            tables.prefixes.refused,
            0,
            tables.destinations.known.refused,
            0,
            tables.evidence.refused,
            0,
            0,
        ]
    }
}

impl Source for Engine {
    fn sizes(&self) -> Sizes {
        Sizes {
            connections: FLOWS,
            ..Sizes::default()
        }
    }

    fn changes(&mut self, show: &mut dyn FnMut(&Tracked)) -> Result<(), Failure> {
        self.tables.prefixes.show_changed(show);
        Ok(())
    }

    fn forget_prefix(&mut self, prefix: &PrefixKey) -> Result<(), Failure> {
        self.tables.prefixes.counters.swap_remove(prefix);
        Ok(())
    }

    fn destinations(&self) -> Result<Vec<(DestinationKey, DestinationState)>, Failure> {
        Ok(self.tables.destinations.answered())
    }

    fn remember_destination(
        &mut self,
        destination: &DestinationKey,
        state: &DestinationState,
    ) -> Result<(), Failure> {
        self.tables.destinations.insert(destination, state);
        Ok(())
    }

    fn remember_vantage(&mut self, vantage: Vantage) -> Result<(), Failure> {
        self.tables.vantage.0 = vantage;
        Ok(())
    }

    fn forget_destination(&mut self, destination: &DestinationKey) -> Result<(), Failure> {
        self.tables.destinations.forget(destination);
        Ok(())
    }

    fn losses(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        Ok(Self::losses(self))
    }

    fn samples(&mut self) -> Result<Vec<Sample>, Failure> {
        Ok(std::mem::take(&mut self.tables.evidence.samples))
    }
}
