//! The maps as descriptors: what one process needs of another to read and write them without any capability.
//!
//! Must not know: how they travel.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use aya::{
    Ebpf,
    maps::{Map, MapData},
};
use detector_common::maps;

use super::maps::refused;
use crate::failure::Failure;

/// The maps that are used from outside, in the order in which their descriptors travel.
const NAMES: [&str; 16] = [
    maps::FLOWS.0,
    maps::FLOWS.1,
    maps::NUMBERS.0,
    maps::NUMBERS.1,
    maps::DESTINATIONS.0,
    maps::DESTINATIONS.1,
    maps::COUNTERS,
    maps::CHANGES,
    maps::PREFIXES,
    maps::FREE_NUMBERS,
    maps::VANTAGE,
    maps::SAMPLES,
    maps::LOSSES,
    maps::PACKETS,
    maps::SKIPS,
    maps::MARKS,
];

/// How many there are.
pub(super) const COUNT: usize = NAMES.len();

/// One descriptor for each map.
pub(super) struct Descriptors(Vec<OwnedFd>);

impl Descriptors {
    /// Those of a loaded object.
    pub(super) fn of(ebpf: &Ebpf) -> Result<Self, Failure> {
        let of_each = NAMES.into_iter().map(|name| {
            let descriptor = ebpf.map(name).and_then(descriptor);
            let descriptor = descriptor.ok_or_else(|| missing(name))?;
            let copy = descriptor.try_clone_to_owned();
            copy.map_err(|error| refused(name, &error.into()))
        });
        of_each.collect::<Result<_, _>>().map(Self)
    }

    /// Those that came from another process.
    pub(super) fn received(descriptors: Vec<OwnedFd>) -> Result<Self, Failure> {
        if descriptors.len() == COUNT {
            return Ok(Self(descriptors));
        }
        Err(Failure::Failed(format!(
            "{} of {COUNT} maps were handed over; there is no room for more open files",
            descriptors.len()
        )))
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<BorrowedFd<'_>> {
        self.0.iter().map(|descriptor| descriptor.as_fd()).collect()
    }

    /// That of the map `name`.
    pub(super) fn descriptor(&self, name: &str) -> Result<BorrowedFd<'_>, Failure> {
        let at = NAMES.iter().position(|it| *it == name);
        let descriptor = at.and_then(|at| self.0.get(at));
        descriptor
            .map(|descriptor| descriptor.as_fd())
            .ok_or_else(|| missing(name))
    }

    /// The map `name`, of the type that is asked for.
    pub(super) fn open<M>(&self, name: &str) -> Result<M, Failure>
    where
        M: TryFrom<Map>,
        M::Error: ToString,
    {
        let descriptor = self.descriptor(name)?.try_clone_to_owned();
        let descriptor = descriptor.map_err(|error| refused(name, &error.into()))?;
        let map = MapData::from_fd(descriptor).and_then(Map::from_map_data);
        let map = map.map_err(|error| refused(name, &error))?;
        M::try_from(map)
            .map_err(|error| Failure::Failed(format!("map {name}: {}", error.to_string())))
    }
}

fn descriptor(map: &Map) -> Option<BorrowedFd<'_>> {
    match map {
        Map::Array(data) | Map::PerCpuArray(data) | Map::RingBuf(data) | Map::Stack(data) => {
            Some(data.fd().as_fd())
        }
        _ => None,
    }
}

fn missing(name: &str) -> Failure {
    Failure::Failed(format!(
        "the eBPF object holds no map {name}; it was built from another version"
    ))
}
