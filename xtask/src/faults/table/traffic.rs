//! Packets, and the programs that see them.

use crate::faults::fault::{Fault, fault};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a program that does not pass a packet on",
        "differential",
        "every_exit_of_every_program_passes_the_packet_on",
        "none is built: every exit is followed back to what it returns",
    ),
    fault(
        "packets that chance breaks",
        "differential",
        "mutated_packets_pass_byte_for_byte",
        "all pass, and none is changed",
    )
    .long(),
    fault(
        "packets cut off at every byte",
        "differential",
        "every_frame_cut_off_at_every_length",
        "they are counted by what is wrong with them; kernel and host agree",
    ),
    fault(
        "length fields that lie",
        "differential",
        "every_length_field_lying",
        "the same",
    ),
    fault(
        "the detector on a wire",
        "differential",
        "the_same_frames_arrive_with_the_detector_and_without",
        "the same frames arrive as without it",
    )
    .long(),
    fault(
        "sequences of broken packets",
        "differential",
        "whatever_passes_kernel_and_host_remember_the_same",
        "kernel and host remember the same",
    )
    .long(),
    fault(
        "jumbo frames",
        "lifecycle",
        "device::jumbo_frames_pass_through_native_xdp",
        "they pass, and are counted",
    ),
    fault(
        "programs that want more of the verifier",
        "differential",
        "every_program_is_verified_within_its_budget",
        "a fifth more instructions fail the test",
    ),
    fault(
        "two capabilities alone",
        "differential",
        "every_program_is_verified_without_cap_perfmon",
        "every program is verified without CAP_PERFMON (Linux 6.16 or newer)",
    ),
    fault(
        "a program that calls what changes packets or probes memory",
        "differential",
        "the_programs_call_nothing_that_changes_a_packet_or_probes_memory",
        "none is built",
    ),
    fault(
        "a kernel without type information (BTF)",
        "differential",
        "the_object_needs_no_type_information_of_the_kernel",
        "the object needs none",
    ),
];
