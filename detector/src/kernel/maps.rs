//! Reading the maps, and writing what is to be remembered or forgotten.

use aya::maps::{Array, Map, MapData, MapError, PerCpuArray, RingBuf};
use detector_common::{
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState},
    maps::{self, Loss},
    mark::Mark,
    sample::Sample,
    skip::Skip,
    vantage::Vantage,
};

use super::{
    Kernel,
    pod::{Shared, record},
};
use crate::{failure::Failure, snapshot::Tracked};

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

impl Kernel {
    /// The state of every young connection.
    pub fn young_flows(&self) -> Vec<(FlowKey, FlowState)> {
        self.flows.entries()
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
        self.destinations.entries()
    }

    /// How many young connections there are. Looks at their tags, a quarter of a megabyte by default.
    pub fn young_flow_count(&self) -> u64 {
        self.flows.held()
    }

    /// How many destinations are remembered to have answered. Looks at each record, eight megabytes by default.
    pub fn answered_destination_count(&self) -> u64 {
        self.destinations.held_that(DestinationState::has_answered)
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
        let name = maps::VANTAGE;
        let map: Array<&MapData, Shared<Vantage>> = self
            .map(name)?
            .try_into()
            .map_err(|error| refused(name, &error))?;
        map.get(&0, 0)
            .map(|Shared(vantage)| vantage)
            .map_err(|error| refused(name, &error))
    }

    /// Sets what is known of our uplink.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to write the map.
    pub fn set_vantage(&mut self, vantage: Vantage) -> Result<(), Failure> {
        let name = maps::VANTAGE;
        let map = self.ebpf.map_mut(name).ok_or_else(|| missing(name))?;
        let mut map: Array<&mut MapData, Shared<Vantage>> =
            map.try_into().map_err(|error| refused(name, &error))?;
        map.set(0, Shared(vantage), 0)
            .map_err(|error| refused(name, &error))
    }

    /// The samples since they were last taken, the oldest first; what more than a full buffer comes
    /// meanwhile is left to the next call. Maps the ring into memory anew each time,
    /// which costs some ten microseconds: nothing to do for each packet.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to share the map, or a record is no sample.
    pub fn samples(&mut self) -> Result<Vec<Sample>, Failure> {
        let name = maps::SAMPLES;
        let mut ring: RingBuf<&MapData> = self
            .map(name)?
            .try_into()
            .map_err(|error| refused(name, &error))?;
        let mut samples = Vec::new();
        while samples.len() < MOST_SAMPLES
            && let Some(bytes) = ring.next()
        {
            samples.push(record(&bytes).ok_or_else(|| foreign(name, bytes.len()))?);
        }
        Ok(samples)
    }

    /// What could not be stored, in the order of [`Loss::ALL`].
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to read the map.
    pub(super) fn losses_of_each(&self) -> Result<[u64; Loss::ALL.len()], Failure> {
        self.per_cpu(maps::LOSSES)
    }

    /// Totals over all CPUs.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to read a map.
    pub fn totals(&self) -> Result<Totals, Failure> {
        Ok(Totals {
            packets: self.per_cpu(maps::PACKETS)?,
            skips: self.per_cpu(maps::SKIPS)?,
            losses: self.losses_of_each()?,
            marks: self.per_cpu(maps::MARKS)?,
        })
    }

    fn map(&self, name: &'static str) -> Result<&Map, Failure> {
        self.ebpf.map(name).ok_or_else(|| missing(name))
    }

    fn per_cpu<const N: usize>(&self, name: &'static str) -> Result<[u64; N], Failure> {
        let map: PerCpuArray<&MapData, u64> = self
            .map(name)?
            .try_into()
            .map_err(|error| refused(name, &error))?;
        let mut sums = [0; N];
        for (index, sum) in (0_u32..).zip(&mut sums) {
            let cpus = map.get(&index, 0).map_err(|error| refused(name, &error))?;
            *sum = cpus.iter().sum();
        }
        Ok(sums)
    }
}

pub(super) fn missing(name: &str) -> Failure {
    Failure::Failed(format!(
        "the eBPF object holds no map {name}; it was built from another version"
    ))
}

fn foreign(name: &str, len: usize) -> Failure {
    Failure::Failed(format!(
        "map {name} holds a record of {len} bytes; it was built from another version"
    ))
}

fn refused(name: &str, error: &MapError) -> Failure {
    Failure::Failed(format!("map {name}: {error}"))
}
