//! What a watch asks of whoever counts.

use detector_common::{
    destination::{DestinationKey, DestinationState},
    maps::Loss,
    prefix::PrefixKey,
    sample::Sample,
    vantage::Vantage,
};

use crate::{failure::Failure, sizes::Sizes, snapshot::Tracked};

/// Where the counters are: the kernel's maps, or the host's tables.
pub trait Source {
    /// How much they have room for.
    fn sizes(&self) -> Sizes;

    /// Shows the counters of each prefix that changed since the last call; some that did not do no harm.
    ///
    /// # Errors
    /// [`Failure::Failed`] where they cannot be read; the same for all others.
    fn changes(&mut self, show: &mut dyn FnMut(&Tracked)) -> Result<(), Failure>;

    /// Stops tracking a prefix; its next answer begins anew.
    ///
    /// # Errors
    /// As above.
    fn forget_prefix(&mut self, prefix: &PrefixKey) -> Result<(), Failure>;

    /// The memory of every destination that answered.
    ///
    /// # Errors
    /// As above.
    fn destinations(&self) -> Result<Vec<(DestinationKey, DestinationState)>, Failure>;

    /// Remembers that a destination answered. What is known of it already stays, and a full memory stays
    /// as it is.
    ///
    /// # Errors
    /// As above.
    fn remember_destination(
        &mut self,
        destination: &DestinationKey,
        state: &DestinationState,
    ) -> Result<(), Failure>;

    /// Remembers what our uplink does to packets.
    ///
    /// # Errors
    /// As above.
    fn remember_vantage(&mut self, vantage: Vantage) -> Result<(), Failure>;

    /// Forgets that a destination ever answered.
    ///
    /// # Errors
    /// As above.
    fn forget_destination(&mut self, destination: &DestinationKey) -> Result<(), Failure>;

    /// What could not be stored since the start, in the order of [`Loss::ALL`].
    ///
    /// # Errors
    /// As above.
    fn losses(&self) -> Result<[u64; Loss::ALL.len()], Failure>;

    /// Takes the samples since the last call, the oldest first.
    ///
    /// # Errors
    /// As above.
    fn samples(&mut self) -> Result<Vec<Sample>, Failure>;
}
