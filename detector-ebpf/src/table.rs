//! The maps as the engine's tables.

#![expect(unsafe_code, reason = "pointers into maps")]

use detector_common::{
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState},
    maps::Loss,
    tables::{Table, Tables},
    vantage::Vantage,
};

use crate::{
    count::KernelPrefixes,
    evidence::KernelEvidence,
    maps::{self, DESTINATION_SETS_LEN, DESTINATIONS_LEN, FLOW_SETS_LEN, FLOWS_LEN},
    sets::Sets,
};

type Flows = Sets<FlowKey, FlowState, FLOW_SETS_LEN, FLOWS_LEN>;
type Destinations = Sets<DestinationKey, DestinationState, DESTINATION_SETS_LEN, DESTINATIONS_LEN>;
type KernelTables = Tables<Flows, Destinations, KernelPrefixes, KernelVantage, KernelEvidence>;

/// The engine's tables over these maps.
#[inline(always)]
pub(crate) const fn tables() -> KernelTables {
    Tables {
        flows: Sets {
            tags: &maps::FLOW_TAGS,
            records: &maps::FLOWS,
            count: &maps::FLOW_SETS,
            refusal: Loss::Candidate,
        },
        destinations: Sets {
            tags: &maps::DESTINATION_TAGS,
            records: &maps::DESTINATIONS,
            count: &maps::DESTINATION_SETS,
            refusal: Loss::Destination,
        },
        prefixes: KernelPrefixes,
        vantage: KernelVantage,
        evidence: KernelEvidence,
    }
}

/// The one entry about our uplink, which is always there.
pub(crate) struct KernelVantage;

impl Table<u32, Vantage> for KernelVantage {
    #[inline(always)]
    fn get(&mut self, key: &u32) -> Option<&mut Vantage> {
        let value = maps::VANTAGE.get_ptr_mut(*key)?;
        // SAFETY: the kernel returned a live value of this map, aligned for it. Another CPU may
        // write it too: it consists of aligned integers, and a lost write is one TTL unlearnt.
        Some(unsafe { &mut *value })
    }

    #[inline(always)]
    fn insert(&mut self, key: &u32, _value: &Vantage) -> Option<&mut Vantage> {
        self.get(key)
    }
}
