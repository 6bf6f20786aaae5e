//! All maps and constants that user space shares with the programs.
//!
//! Names and capacities come from `detector_common::maps`; user space resizes at load.

#![expect(unsafe_code, reason = "names that the loader goes by")]

use aya_ebpf::{
    Global,
    btf_maps::{Array, PerCpuArray, ProgramArray, RingBuf, Stack},
    macros::btf_map,
};
use detector_common::{
    drive::Drive,
    hash,
    lanes::WAYS,
    maps::{DESTINATION_PLACES, FLOW_CAPACITY, Loss, PREFIX_CAPACITY, SAMPLE_BYTES, number_places},
    mark::Mark,
    packet::Packet,
    prefix::{Change, PAIRS, Pair, PrefixKey},
    sample::{Budget, Sample},
    sets::{DestinationRecord, FlowRecord, NumberRecord, Set, sets_for},
    skip::Skip,
    time::Nanos,
    track::News,
    tuning::Tuning,
    vantage::Vantage,
};

/// User space maps it into its memory.
pub(crate) const MAPPED: usize = aya_ebpf::bindings::BPF_F_MMAPABLE as usize;

pub(crate) const PREFIXES_LEN: usize = PREFIX_CAPACITY as usize;
pub(crate) const PAIRS_LEN: usize = PREFIXES_LEN * PAIRS as usize;
pub(crate) const NUMBER_SETS_LEN: usize = sets_for(number_places(PREFIX_CAPACITY)) as usize;
pub(crate) const NUMBERS_LEN: usize = NUMBER_SETS_LEN * WAYS;
pub(crate) const FLOW_SETS_LEN: usize = sets_for(FLOW_CAPACITY) as usize;
pub(crate) const FLOWS_LEN: usize = FLOW_SETS_LEN * WAYS;
pub(crate) const DESTINATION_SETS_LEN: usize = sets_for(DESTINATION_PLACES) as usize;
pub(crate) const DESTINATIONS_LEN: usize = DESTINATION_SETS_LEN * WAYS;

/// Bytes of a room for headers: a link header, an IPv6 header, an ICMP error and what that quotes would fit. A power
/// of two, as it is a mask too.
pub(crate) const ROOM: usize = 128;

/// Room for one parsed packet.
///
/// What is read back from a map is unknown to the verifier, so that everything behind the parser
/// is walked once and not once for each chain of headers.
#[repr(C, align(8))]
pub(crate) struct Parsed([u8; size_of::<Packet>()]);

/// Written here, read by user space, and cleared by it where nobody counts.
#[btf_map]
pub(crate) static COUNTERS: Array<Pair, PAIRS_LEN, MAPPED> = Array::new();

/// Likewise.
#[btf_map]
pub(crate) static CHANGES: Array<Change, PREFIXES_LEN, MAPPED> = Array::new();

/// Written here, read by user space.
#[btf_map]
pub(crate) static PREFIXES: Array<PrefixKey, PREFIXES_LEN, MAPPED> = Array::new();

/// Written here, thinned out by user space.
#[btf_map]
pub(crate) static NUMBER_TAGS: Array<Set, NUMBER_SETS_LEN, MAPPED> = Array::new();

/// Likewise.
#[btf_map]
pub(crate) static NUMBERS: Array<NumberRecord, NUMBERS_LEN, MAPPED> = Array::new();

/// Taken from here, given back by user space.
#[btf_map]
pub(crate) static FREE_NUMBERS: Stack<u32, PREFIXES_LEN> = Stack::new();

/// Written here, read by user space.
#[btf_map]
pub(crate) static FLOW_TAGS: Array<Set, FLOW_SETS_LEN, MAPPED> = Array::new();

/// Likewise.
#[btf_map]
pub(crate) static FLOWS: Array<FlowRecord, FLOWS_LEN, MAPPED> = Array::new();

/// Written here, thinned out and added to by user space.
#[btf_map]
pub(crate) static DESTINATION_TAGS: Array<Set, DESTINATION_SETS_LEN, MAPPED> = Array::new();

/// Likewise.
#[btf_map]
pub(crate) static DESTINATIONS: Array<DestinationRecord, DESTINATIONS_LEN, MAPPED> = Array::new();

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
pub(crate) static SCRATCH: PerCpuArray<[u8; 2 * ROOM], 2> = PerCpuArray::new();

/// Written and read here, by one packet at a time.
#[btf_map]
pub(crate) static PARSED: PerCpuArray<Parsed, 1> = PerCpuArray::new();

/// Written and read here, by one packet at a time.
#[btf_map]
pub(crate) static NEWS: PerCpuArray<News, 1> = PerCpuArray::new();

/// Written by user space between two test runs.
#[btf_map]
pub(crate) static TEST_CLOCK: Array<Nanos, 1> = Array::new();

/// Written by user space before a benchmark, and moved on here.
#[btf_map]
pub(crate) static DRIVE: Array<Drive, 1> = Array::new();

/// Written by user space before a benchmark. One for each kind of program, or the kernel refuses.
#[btf_map]
pub(crate) static DRIVEN_XDP: ProgramArray<1> = ProgramArray::new();

/// Likewise.
#[btf_map]
pub(crate) static DRIVEN_TC: ProgramArray<1> = ProgramArray::new();

/// 1 in a test run, where the time comes from [`TEST_CLOCK`]; a constant to the verifier, which
/// drops the branch.
#[unsafe(no_mangle)]
pub(crate) static IS_TEST_RUN: Global<u32> = Global::new(0);

/// Sets of the three tables; constants to the verifier, as all that follows.
#[unsafe(no_mangle)]
pub(crate) static NUMBER_SETS: Global<u32> = Global::new(NUMBER_SETS_LEN as u32);
#[unsafe(no_mangle)]
pub(crate) static FLOW_SETS: Global<u32> = Global::new(FLOW_SETS_LEN as u32);
#[unsafe(no_mangle)]
pub(crate) static DESTINATION_SETS: Global<u32> = Global::new(DESTINATION_SETS_LEN as u32);

/// Seeds of the hashes.
#[unsafe(no_mangle)]
pub(crate) static SEEDS: [Global<u64>; hash::SEEDS] = [const { Global::new(0) }; hash::SEEDS];

/// Thresholds; constants to the verifier.
#[unsafe(no_mangle)]
pub(crate) static TUNING: Global<Tuning> = Global::new(Tuning::DEFAULT);
