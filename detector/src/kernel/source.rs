//! The live maps as what a watch looks at. All but losses, samples and the vantage lie in memory that is shared with the
//! kernel: nothing there can be refused.

use detector_common::{
    destination::{DestinationKey, DestinationState},
    maps::Loss,
    prefix::PrefixKey,
    sample::Sample,
    vantage::Vantage,
};

use super::maps::Maps;
use crate::{failure::Failure, sizes::Sizes, snapshot::Tracked, watch::Source};

impl Source for Maps {
    fn sizes(&self) -> Sizes {
        self.sizes
    }

    fn changes(&mut self, show: &mut dyn FnMut(&Tracked)) -> Result<(), Failure> {
        self.prefixes.look(show);
        Ok(())
    }

    fn forget_prefix(&mut self, prefix: &PrefixKey) -> Result<(), Failure> {
        self.prefixes.forget(prefix);
        Ok(())
    }

    fn destinations(&self) -> Result<Vec<(DestinationKey, DestinationState)>, Failure> {
        Ok(self.answered_destinations().collect())
    }

    fn remember_destination(
        &mut self,
        destination: &DestinationKey,
        state: &DestinationState,
    ) -> Result<(), Failure> {
        self.destinations.insert(destination, state);
        Ok(())
    }

    fn remember_vantage(&mut self, vantage: Vantage) -> Result<(), Failure> {
        self.set_vantage(vantage)
    }

    fn forget_destination(&mut self, destination: &DestinationKey) -> Result<(), Failure> {
        self.destinations.remove(destination);
        Ok(())
    }

    fn losses(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        self.losses_of_each()
    }

    fn samples(&mut self) -> Result<Vec<Sample>, Failure> {
        Self::samples(self)
    }
}
