//! Loading the object: maps created, constants set, programs verified.

use std::{
    array,
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
};

use aya::{
    Ebpf, EbpfError, EbpfLoader, VerifierLogLevel,
    maps::MapError,
    programs::{Program, ProgramError, SchedClassifier, Xdp},
};
use aya_log::EbpfLogger;
use detector_common::{
    hash::Seeds,
    maps,
    prefix::PAIRS,
    sets::{record_of, sets_for},
};
use log::Log;
use nix::errno::Errno;

use super::{
    attach::Links,
    counters::Counters,
    descriptors::Descriptors,
    maps::Maps,
    needs,
    options::Options,
    pins::Pins,
    pod::Shared,
    privilege::{self, CURE},
};
use crate::{failure::Failure, figures, sizes::Sizes};

/// The object that this binary brings along.
pub static OBJECT: &[u8] = aya::include_bytes_aligned!(concat!(env!("OUT_DIR"), "/detector-ebpf"));

/// aya-log's levels: 0 is off, and the verifier then drops every log call; 4 is debug.
const LOG_OFF: u8 = 0;
const LOG_DEBUG: u8 = 4;

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
        let tuning = Shared(options.tuning);
        let is_test_run = u32::from(options.is_test_run);
        let log_level = if options.is_verbose {
            LOG_DEBUG
        } else {
            LOG_OFF
        };
        let sizes = options.sizes;
        let flow_sets = sets_for(sizes.connections);
        let seeds = seeds();
        let shared_seeds = Shared(seeds);
        let (flow_tags, flows, flow_set_count) = maps::FLOWS;
        let number_sets = sets_for(maps::number_places(sizes.prefixes));
        let (number_tags, numbers, number_set_count) = maps::NUMBERS;
        let destination_sets = sets_for(sizes.destination_places());
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
            .map_max_entries(maps::COUNTERS, pairs(sizes.prefixes))
            .map_max_entries(maps::CHANGES, sizes.prefixes)
            .map_max_entries(maps::PREFIXES, sizes.prefixes)
            .map_max_entries(maps::FREE_NUMBERS, sizes.prefixes)
            .map_max_entries(number_tags, number_sets)
            .map_max_entries(numbers, record_of(number_sets, 0))
            .override_global(number_set_count, &number_sets, true)
            .map_max_entries(destination_tags, destination_sets)
            .map_max_entries(destinations, record_of(destination_sets, 0))
            .override_global(destination_set_count, &destination_sets, true)
            .map_max_entries(maps::FLOW_COUNTS, options.counted_flows.unwrap_or(1))
            .override_global(aya_log::LEVEL, &log_level, true)
            .load(OBJECT)
            .map_err(|error| load_failure(&error, sizes))?;
        let log = if options.is_verbose {
            EbpfLogger::init(&mut ebpf).ok()
        } else {
            None
        };
        Ok(Self {
            ebpf,
            links: HashMap::new(),
            pins: None,
            seeds,
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

/// The kernel looks counters up by pairs.
const fn pairs(prefixes: u32) -> u32 {
    prefixes.saturating_mul(PAIRS)
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
            if io_error.raw_os_error() == Some(Errno::E2BIG as i32) && !privilege::is_trusted() {
                return Err(Failure::Permission(format!(
                    "program {name}: without CAP_PERFMON this kernel's verifier gives up; grant it as well"
                )));
            }
            Err(Failure::Unavailable(format!(
                "the kernel refuses program {name}: {io_error}; RUST_LOG=debug shows the \
                 verifier's log"
            )))
        }
        Err(error) => Err(Failure::Failed(format!("program {name}: {error}"))),
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
