//! Loading the object: maps created, constants set, programs verified.

use std::{
    array,
    hash::{BuildHasher as _, RandomState},
};

use aya::{
    Ebpf, EbpfError, EbpfLoader, VerifierLogLevel,
    maps::MapError,
    programs::{Program, ProgramError, SchedClassifier, Xdp},
};
use aya_log::EbpfLogger;
use detector_common::{
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState},
    hash::Seeds,
    maps,
    sets::{record_of, sets_for},
    tuning::Tuning,
};
use log::Log;

use super::{counters::Counters, pod::Shared, prefixes::Prefixes, privilege::CURE, table::Table};
use crate::failure::Failure;

static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/detector-ebpf"));

/// aya-log's levels: 0 is off, and the verifier then drops every log call; 4 is debug.
const LOG_OFF: u8 = 0;
const LOG_DEBUG: u8 = 4;

/// How the object is loaded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Thresholds and prefix lengths.
    pub tuning: Tuning,
    /// Whether the programs log rare diagnostics.
    pub is_verbose: bool,
    /// Whether time comes from the test clock (see [`super::test_run`]).
    pub is_test_run: bool,
    /// Connections that are followed at a time, where not the default.
    pub flow_capacity: Option<u32>,
    /// Prefixes that are tracked at a time, where not the default.
    pub prefix_capacity: Option<u32>,
    /// Destinations that are remembered, and places for others, where not the default.
    pub destination_places: Option<u32>,
    /// Connections that the flow counter has room for which the programs are measured against.
    pub counted_flows: Option<u32>,
}

/// The loaded object. Dropping it detaches every program and frees every map.
pub struct Kernel {
    pub(super) ebpf: Ebpf,
    pub(super) flows: Table<FlowKey, FlowState>,
    pub(super) destinations: Table<DestinationKey, DestinationState>,
    pub(super) prefixes: Prefixes,
    prefix_capacity: u32,
    log: Option<EbpfLogger<&'static dyn Log>>,
}

/// What the verifier says of one program.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProgramCost {
    /// Name of the entry point.
    pub name: String,
    /// Instructions the verifier walked, over all branches.
    pub verified_instructions: u32,
    /// Bytes of translated code.
    pub translated_bytes: u32,
}

impl Kernel {
    /// Creates the maps. Programs are verified one by one as they are attached.
    ///
    /// # Errors
    /// [`Failure::Memory`] or [`Failure::Permission`] where the kernel refuses a map.
    pub fn load(options: Options) -> Result<Self, Failure> {
        let tuning = Shared(options.tuning);
        let is_test_run = u32::from(options.is_test_run);
        let log_level = if options.is_verbose {
            LOG_DEBUG
        } else {
            LOG_OFF
        };
        let flow_capacity = options.flow_capacity.unwrap_or(maps::FLOW_CAPACITY);
        let flow_sets = sets_for(flow_capacity);
        let seeds = seeds();
        let shared_seeds = Shared(seeds);
        let (flow_tags, flows, flow_set_count) = maps::FLOWS;
        let prefix_capacity = options.prefix_capacity.unwrap_or(maps::PREFIX_CAPACITY);
        let number_sets = sets_for(maps::number_places(prefix_capacity));
        let (number_tags, numbers, number_set_count) = maps::NUMBERS;
        let destination_places = options
            .destination_places
            .unwrap_or(maps::DESTINATION_PLACES);
        let destination_sets = sets_for(destination_places);
        let (destination_tags, destinations, destination_set_count) = maps::DESTINATIONS;
        let mut ebpf = EbpfLoader::new()
            // Statistics alone never fill the log buffer; a rejected load comes with its log.
            .verifier_log_level(VerifierLogLevel::STATS)
            .override_global(maps::TUNING, &tuning, true)
            .override_global(maps::IS_TEST_RUN, &is_test_run, true)
            .override_global(maps::SEEDS, &shared_seeds, true)
            .map_max_entries(flow_tags, flow_sets)
            .map_max_entries(flows, record_of(flow_sets, 0))
            .override_global(flow_set_count, &flow_sets, true)
            .map_max_entries(maps::COUNTERS, prefix_capacity)
            .map_max_entries(maps::CHANGES, prefix_capacity)
            .map_max_entries(maps::PREFIXES, prefix_capacity)
            .map_max_entries(maps::FREE_NUMBERS, prefix_capacity)
            .map_max_entries(number_tags, number_sets)
            .map_max_entries(numbers, record_of(number_sets, 0))
            .override_global(number_set_count, &number_sets, true)
            .map_max_entries(destination_tags, destination_sets)
            .map_max_entries(destinations, record_of(destination_sets, 0))
            .override_global(destination_set_count, &destination_sets, true)
            .map_max_entries(maps::FLOW_COUNTS, options.counted_flows.unwrap_or(1))
            .override_global(aya_log::LEVEL, &log_level, true)
            .load(OBJECT)
            .map_err(|error| load_failure(&error))?;
        let log = if options.is_verbose {
            EbpfLogger::init(&mut ebpf).ok()
        } else {
            None
        };
        Ok(Self {
            flows: Table::of(&ebpf, maps::FLOWS, flow_capacity, seeds)?,
            destinations: Table::of(&ebpf, maps::DESTINATIONS, destination_places, seeds)?,
            prefixes: Prefixes::of(&mut ebpf, prefix_capacity, seeds)?,
            prefix_capacity,
            ebpf,
            log,
        })
    }

    /// A view of the counters that somebody else may look through at the same time.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses to share them.
    pub fn counters(&self) -> Result<Counters, Failure> {
        Counters::of(&self.ebpf, self.prefix_capacity)
    }

    /// Copies what the programs logged since the last call into this process's log.
    pub fn flush_log(&mut self) {
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }

    /// The XDP program `name`, verified.
    pub(super) fn xdp(&mut self, name: &str) -> Result<&mut Xdp, Failure> {
        match self.ebpf.program_mut(name) {
            Some(Program::Xdp(program)) => {
                once(program.load(), name)?;
                Ok(program)
            }
            _ => Err(no_program(name)),
        }
    }

    /// The TC program `name`, verified.
    pub(super) fn classifier(&mut self, name: &str) -> Result<&mut SchedClassifier, Failure> {
        match self.ebpf.program_mut(name) {
            Some(Program::SchedClassifier(program)) => {
                once(program.load(), name)?;
                Ok(program)
            }
            _ => Err(no_program(name)),
        }
    }

    /// Verifies every program and says what each cost.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the verifier refuses one.
    pub fn costs(&mut self) -> Result<Vec<ProgramCost>, Failure> {
        let mut costs = Vec::new();
        for (name, program) in self.ebpf.programs_mut() {
            let loaded = match program {
                Program::Xdp(program) => program.load(),
                Program::SchedClassifier(program) => program.load(),
                _ => continue,
            };
            once(loaded, name)?;
            let info = program
                .info()
                .map_err(|error| Failure::Failed(format!("program {name}: {error}")))?;
            costs.push(ProgramCost {
                name: name.to_owned(),
                verified_instructions: info.verified_instruction_count().unwrap_or(0),
                translated_bytes: info.size_translated().unwrap_or(0),
            });
        }
        costs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(costs)
    }
}

/// As secret as the keys of this process's own hash maps.
fn seeds() -> Seeds {
    let state = RandomState::new();
    Seeds(array::from_fn(|index| state.hash_one(index)))
}

fn no_program(name: &str) -> Failure {
    Failure::Failed(format!(
        "the eBPF object holds no program {name}; it was built from another version"
    ))
}

/// A second interface finds its program loaded already.
fn once(loaded: Result<(), ProgramError>, name: &str) -> Result<(), Failure> {
    match loaded {
        Ok(()) | Err(ProgramError::AlreadyLoaded) => Ok(()),
        Err(ProgramError::LoadError {
            io_error,
            verifier_log,
        }) => {
            tracing::debug!("verifier log of {name}: {verifier_log}");
            Err(Failure::Unavailable(format!(
                "the kernel refuses program {name}: {io_error}; RUST_LOG=debug shows the \
                 verifier's log"
            )))
        }
        Err(error) => Err(Failure::Failed(format!("program {name}: {error}"))),
    }
}

fn load_failure(error: &EbpfError) -> Failure {
    let EbpfError::MapError(MapError::CreateError { name, io_error }) = error else {
        return Failure::Failed(format!("the eBPF object does not load: {error}"));
    };
    match io_error.raw_os_error().map(nix::errno::Errno::from_raw) {
        Some(nix::errno::Errno::EPERM | nix::errno::Errno::EACCES) => {
            Failure::Permission(format!("map {name}: {io_error}; {CURE}"))
        }
        Some(nix::errno::Errno::ENOMEM) => Failure::Memory(format!(
            "map {name}: {io_error}; give the service more memory (MemoryMax)"
        )),
        _ => Failure::Failed(format!("map {name}: {io_error}")),
    }
}
