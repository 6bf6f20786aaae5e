//! Loading the object: maps created, and refusals of the kernel said.

use std::collections::HashMap;

use aya::{Ebpf, EbpfError, maps::MapError};
use aya_log::EbpfLogger;
use detector_common::hash::Seeds;
use log::Log;
use nix::errno::Errno;

use super::{
    attach::Links, constants::Constants, counters::Counters, descriptors::Descriptors, maps::Maps,
    needs, options::Options, pins::Pins, privilege::CURE,
};
use crate::{failure::Failure, figures, sizes::Sizes};

/// The object that this binary brings along.
pub static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/detector-ebpf"));

/// The loaded object in one process: what runs, and what it counts.
pub struct Kernel {
    /// Dropping them detaches every one.
    pub programs: Programs,
    /// Read and written from outside.
    pub maps: Maps,
    sizes: Sizes,
}

/// The programs, and what it takes to attach them: the part that needs capabilities.
pub struct Programs {
    /// By the index of the interface; they go first.
    pub(super) links: HashMap<u32, Links>,
    /// Where links outlive this process, if they do.
    pub(super) pins: Option<Pins>,
    pub(super) ebpf: Ebpf,
    pub(super) seeds: Seeds,
    log: Option<EbpfLogger<&'static dyn Log>>,
}

impl Kernel {
    /// Creates the maps. Programs are verified one by one as they are attached.
    ///
    /// # Errors
    /// [`Failure::Memory`] or [`Failure::Permission`] where the kernel refuses a map.
    pub fn load(options: Options) -> Result<Self, Failure> {
        let programs = Programs::load(options)?;
        Ok(Self {
            maps: Maps::of(&programs.descriptors()?, options.sizes, programs.seeds)?,
            sizes: options.sizes,
            programs,
        })
    }

    /// A view of the counters that somebody else may look through at the same time.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to share them.
    pub fn counters(&self) -> Result<Counters, Failure> {
        Counters::of(&self.programs.descriptors()?, self.sizes.prefixes)
    }
}

impl Programs {
    /// Creates the maps. Programs are verified one by one as they are attached.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the kernel lacks a feature, [`Failure::Memory`] or [`Failure::Permission`] where
    /// it refuses a map.
    pub(super) fn load(options: Options) -> Result<Self, Failure> {
        needs::check()?;
        let constants = Constants::of(options);
        let mut ebpf = constants
            .loader()
            .load(OBJECT)
            .map_err(|error| load_failure(&error, options.sizes))?;
        let log = if options.is_verbose {
            EbpfLogger::init(&mut ebpf).ok()
        } else {
            None
        };
        Ok(Self {
            ebpf,
            links: HashMap::new(),
            pins: None,
            seeds: constants.seeds(),
            log,
        })
    }

    /// The maps, for whoever reads and writes them.
    pub(super) fn descriptors(&self) -> Result<Descriptors, Failure> {
        Descriptors::of(&self.ebpf)
    }

    /// Copies what the programs logged since the last call into this process's log.
    pub fn flush_log(&mut self) {
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }
}

fn load_failure(error: &EbpfError, sizes: Sizes) -> Failure {
    let EbpfError::MapError(MapError::CreateError { name, io_error }) = error else {
        return Failure::Failed(format!("the eBPF object does not load: {error}"));
    };
    match io_error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EPERM | Errno::EACCES) => {
            Failure::Permission(format!("map {name}: {io_error}; {CURE}"))
        }
        Some(Errno::ENOMEM) => Failure::Memory(format!(
            "map {name}: {io_error}; all maps take {}: give the service more memory (MemoryMax), or make [tables] smaller",
            figures::bytes(sizes.bytes())
        )),
        _ => Failure::refused(&format!("map {name}"), io_error),
    }
}
