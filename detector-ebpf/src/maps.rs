//! All maps and constants that user space shares with the programs.
//!
//! Names and capacities come from `detector_common::maps`; user space resizes at load.

use aya_ebpf::{
    Global,
    btf_maps::{Array, HashMap, LruHashMap, PerCpuArray, RingBuf},
    macros::btf_map,
};
use detector_common::{
    bytes::HEADER_SPAN,
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState},
    maps::{
        CANDIDATE_CAPACITY, DESTINATION_CAPACITY, FLOW_CAPACITY, Loss, PREFIX_CAPACITY,
        SAMPLE_BYTES,
    },
    mark::Mark,
    packet::Packet,
    prefix::{PrefixCounters, PrefixKey},
    sample::{Budget, Sample},
    skip::Skip,
    time::Nanos,
    track::News,
    tuning::Tuning,
    vantage::Vantage,
};

type Prefixes = HashMap<PrefixKey, PrefixCounters, { PREFIX_CAPACITY as usize }>;
pub(crate) type Flows = LruHashMap<FlowKey, FlowState, { FLOW_CAPACITY as usize }>;
pub(crate) type Destinations =
    HashMap<DestinationKey, DestinationState, { DESTINATION_CAPACITY as usize }>;
pub(crate) type Candidates =
    LruHashMap<DestinationKey, DestinationState, { CANDIDATE_CAPACITY as usize }>;

/// Room for the headers of one packet. Twice the span, so that a read which begins within the
/// span ends within the room whatever its length.
pub(crate) type Scratch = [u8; 2 * HEADER_SPAN];

/// Room for one parsed packet.
///
/// What is read back from a map is unknown to the verifier, so that everything behind the parser
/// is walked once and not once for each chain of headers.
#[repr(C, align(8))]
pub(crate) struct Parsed([u8; size_of::<Packet>()]);

/// Written here, read and thinned out by user space.
#[btf_map]
pub(crate) static PREFIXES: Prefixes = HashMap::new();

/// Written here; the kernel evicts the oldest.
#[btf_map]
pub(crate) static FLOWS: Flows = LruHashMap::new();

/// Written here, thinned out by user space.
#[btf_map]
pub(crate) static DESTINATIONS: Destinations = HashMap::new();

/// Written here; the kernel evicts the oldest.
#[btf_map]
pub(crate) static CANDIDATES: Candidates = LruHashMap::new();

/// Written here, read by user space.
#[btf_map]
pub(crate) static SKIPS: PerCpuArray<u64, { Skip::ALL.len() }> = PerCpuArray::new();

/// Written here, read by user space.
#[btf_map]
pub(crate) static LOSSES: PerCpuArray<u64, { Loss::ALL.len() }> = PerCpuArray::new();

/// Written here, read by user space: packets in, packets out.
#[btf_map]
pub(crate) static PACKETS: PerCpuArray<u64, 2> = PerCpuArray::new();

/// Written here, read by user space.
#[btf_map]
pub(crate) static MARKS: PerCpuArray<u64, { Mark::COUNT }> = PerCpuArray::new();

/// Written and read here.
#[btf_map]
pub(crate) static VANTAGE: Array<Vantage, 1> = Array::new();

/// Written here, drained by user space.
#[btf_map]
pub(crate) static SAMPLES: RingBuf<Sample, { SAMPLE_BYTES as usize }> = RingBuf::new();

/// Written and read here: how many samples this second has seen.
#[btf_map]
pub(crate) static SAMPLING: PerCpuArray<Budget, 1> = PerCpuArray::new();

/// Written and read here, by one packet at a time.
#[btf_map]
pub(crate) static SCRATCH: PerCpuArray<Scratch, 1> = PerCpuArray::new();

/// Written and read here, by one packet at a time.
#[btf_map]
pub(crate) static PARSED: PerCpuArray<Parsed, 1> = PerCpuArray::new();

/// Written and read here, by one packet at a time.
#[btf_map]
pub(crate) static NEWS: PerCpuArray<News, 1> = PerCpuArray::new();

/// Written by user space between two test runs.
#[btf_map]
pub(crate) static TEST_CLOCK: Array<Nanos, 1> = Array::new();

/// 1 in a test run, where the time comes from [`TEST_CLOCK`]; a constant to the verifier, which
/// drops the branch.
#[unsafe(no_mangle)]
pub(crate) static IS_TEST_RUN: Global<u32> = Global::new(0);

/// Thresholds; constants to the verifier.
#[unsafe(no_mangle)]
pub(crate) static TUNING: Global<Tuning> = Global::new(Tuning::DEFAULT);
