//! Reading the maps, and writing what is to be remembered or forgotten.

use aya::{
    maps::{Array, MapData, MapError, PerCpuArray, RingBuf},
    sys::SyscallError,
};
use detector_common::{
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState},
    hash::Seeds,
    maps::{self, Loss},
    mark::Mark,
    sample::Sample,
    skip::Skip,
    vantage::Vantage,
};

use super::{
    descriptors::Descriptors,
    pod::{Shared, record},
    prefixes::Prefixes,
    table::Table,
};
use crate::{failure::Failure, sizes::Sizes, snapshot::Tracked};

/// More than the ring buffer has room for.
const MOST_SAMPLES: usize = maps::SAMPLE_BYTES as usize / size_of::<Sample>();

/// Totals since the programs were loaded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Packets that came in, and that left.
    pub packets: [u64; 2],
    /// Packets not followed, in the order of [`Skip::ALL`].
    pub skips: [u64; Skip::ALL.len()],
    /// What could not be stored, in the order of [`Loss::ALL`].
    pub losses: [u64; Loss::ALL.len()],
    /// Connections that bear a mark, in the order of [`Mark::ALL`].
    pub marks: [u64; Mark::COUNT],
}

/// Every map that is read or written from outside. Needs no capability (Linux 5.19).
pub struct Maps {
    pub(super) sizes: Sizes,
    pub(super) flows: Table<FlowKey, FlowState>,
    pub(super) destinations: Table<DestinationKey, DestinationState>,
    pub(super) prefixes: Prefixes,
    vantage: Array<MapData, Shared<Vantage>>,
    samples: RingBuf<MapData>,
    losses: PerCpu,
    packets: PerCpu,
    skips: PerCpu,
    marks: PerCpu,
}

/// Numbers of each CPU.
struct PerCpu {
    name: &'static str,
    map: PerCpuArray<MapData, u64>,
}

impl Maps {
    /// The maps of an object that was loaded with these `sizes` and got `seeds`.
    pub(super) fn of(
        descriptors: &Descriptors,
        sizes: Sizes,
        seeds: Seeds,
    ) -> Result<Self, Failure> {
        let (flows, destinations) = (maps::FLOWS, maps::DESTINATIONS);
        Ok(Self {
            sizes,
            flows: Table::of(descriptors, flows, sizes.connections, seeds)?,
            destinations: Table::of(descriptors, destinations, sizes.destination_places(), seeds)?,
            prefixes: Prefixes::of(descriptors, sizes.prefixes, seeds)?,
            vantage: descriptors.open(maps::VANTAGE)?,
            samples: descriptors.open(maps::SAMPLES)?,
            losses: PerCpu::of(descriptors, maps::LOSSES)?,
            packets: PerCpu::of(descriptors, maps::PACKETS)?,
            skips: PerCpu::of(descriptors, maps::SKIPS)?,
            marks: PerCpu::of(descriptors, maps::MARKS)?,
        })
    }

    /// The state of every young connection.
    pub fn young_flows(&self) -> Vec<(FlowKey, FlowState)> {
        self.flows.entries().collect()
    }

    /// The state of one connection, until another takes its place.
    pub fn flow(&self, key: &FlowKey) -> Option<FlowState> {
        self.flows.find(key)
    }

    /// Forgets one connection.
    pub fn forget_flow(&self, key: &FlowKey) {
        self.flows.remove(key);
    }

    /// The memory of every destination, those that never answered too.
    pub fn all_destinations(&self) -> Vec<(DestinationKey, DestinationState)> {
        self.destinations.entries().collect()
    }

    /// How many young connections there are. Looks at their tags, a quarter of a megabyte by default.
    pub fn young_flow_count(&self) -> u64 {
        self.flows.held()
    }

    /// How many destinations are remembered to have answered. Looks at each record, eight megabytes by default.
    pub fn answered_destination_count(&self) -> u64 {
        self.answered_destinations().count() as u64
    }

    /// The memory of those that answered. A scan may have asked a hundred thousand others: they are not gathered first.
    pub(super) fn answered_destinations(
        &self,
    ) -> impl Iterator<Item = (DestinationKey, DestinationState)> {
        let entries = self.destinations.entries();
        entries.filter(|(_, state)| state.has_answered())
    }

    /// The counters of every prefix.
    pub fn all_prefixes(&self) -> Vec<Tracked> {
        self.prefixes.all()
    }

    /// What is known of our uplink.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to read the map.
    pub fn vantage(&self) -> Result<Vantage, Failure> {
        let vantage = self.vantage.get(&0, 0);
        vantage
            .map(|Shared(vantage)| vantage)
            .map_err(|error| refused(maps::VANTAGE, &error))
    }

    /// Sets what is known of our uplink.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to write the map.
    pub fn set_vantage(&mut self, vantage: Vantage) -> Result<(), Failure> {
        let set = self.vantage.set(0, Shared(vantage), 0);
        set.map_err(|error| refused(maps::VANTAGE, &error))
    }

    /// The samples since they were last taken, the oldest first; what more than a full buffer comes
    /// meanwhile is left to the next call.
    ///
    /// # Errors
    /// [`Failure::Failed`] where a record is no sample.
    pub fn samples(&mut self) -> Result<Vec<Sample>, Failure> {
        let mut samples = Vec::new();
        while samples.len() < MOST_SAMPLES
            && let Some(bytes) = self.samples.next()
        {
            samples.push(record(&bytes).ok_or_else(|| foreign(maps::SAMPLES, bytes.len()))?);
        }
        Ok(samples)
    }

    /// What could not be stored, in the order of [`Loss::ALL`].
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to read the map.
    pub(super) fn losses_of_each(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        self.losses.sums()
    }

    /// Totals over all CPUs.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to read a map.
    pub fn totals(&self) -> Result<Totals, Failure> {
        Ok(Totals {
            packets: self.packets.sums()?,
            skips: self.skips.sums()?,
            losses: self.losses_of_each()?,
            marks: self.marks.sums()?,
        })
    }
}

impl PerCpu {
    fn of(descriptors: &Descriptors, name: &'static str) -> Result<Self, Failure> {
        let map = descriptors.open(name)?;
        Ok(Self { name, map })
    }

    /// Totals over all CPUs.
    fn sums<const N: usize>(&self) -> Result<[u64; N], Failure> {
        let mut sums = [0; N];
        for (index, sum) in (0_u32..).zip(&mut sums) {
            let cpus = self.map.get(&index, 0);
            let cpus = cpus.map_err(|error| refused(self.name, &error))?;
            *sum = cpus.iter().sum();
        }
        Ok(sums)
    }
}

fn foreign(name: &str, len: usize) -> Failure {
    Failure::Failed(format!(
        "map {name} holds a record of {len} bytes; it was built from another version"
    ))
}

/// That the kernel does not let a map be read or written, in its own words.
pub(super) fn refused(name: &str, error: &MapError) -> Failure {
    let what = format!("map {name}");
    match error {
        MapError::SyscallError(SyscallError { io_error, .. }) | MapError::IoError(io_error) => {
            Failure::refused(&what, io_error)
        }
        error => Failure::Failed(format!("{what}: {error}")),
    }
}
