//! The live maps as what a watch looks at.

use detector_common::{
    destination::{DestinationKey, DestinationState},
    maps::{self, Loss},
    prefix::{PrefixCounters, PrefixKey},
    sample::Sample,
    vantage::Vantage,
};

use super::Kernel;
use crate::{failure::Failure, snapshot::Snapshot, watch::Source};

impl Source for Kernel {
    fn snapshot(&self) -> Result<Snapshot, Failure> {
        self.entries::<PrefixKey, PrefixCounters>(maps::PREFIXES)
            .map(|entries| entries.into_iter().collect())
    }

    fn forget_prefix(&mut self, prefix: &PrefixKey) -> Result<(), Failure> {
        self.remove::<PrefixKey, PrefixCounters>(maps::PREFIXES, *prefix)
    }

    fn destinations(&self) -> Result<Vec<(DestinationKey, DestinationState)>, Failure> {
        self.entries(maps::DESTINATIONS)
    }

    fn remember_destination(
        &mut self,
        destination: &DestinationKey,
        state: &DestinationState,
    ) -> Result<(), Failure> {
        self.insert(maps::DESTINATIONS, *destination, *state)
    }

    fn remember_vantage(&mut self, vantage: Vantage) -> Result<(), Failure> {
        self.set_vantage(vantage)
    }

    fn forget_destination(&mut self, destination: &DestinationKey) -> Result<(), Failure> {
        self.remove::<DestinationKey, DestinationState>(maps::DESTINATIONS, *destination)
    }

    fn losses(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        self.losses_of_each()
    }

    fn samples(&mut self) -> Result<Vec<Sample>, Failure> {
        Self::samples(self)
    }
}
