//! Kernel and host agree: the same frames through the programs (`BPF_PROG_TEST_RUN`) and through the engine on
//! the host leave the same connections, destinations, counters and reasons to skip. And every packet passes: through
//! the programs, by what the built object says, and over a wire. No packet leaves the machine.

mod broken;
mod budget;
mod connection;
mod counters;
mod datagrams;
mod family;
mod forgery;
mod fuzzed;
mod gates;
mod improvised;
mod improviser;
mod insertion;
mod moves;
mod mutants;
mod mutated;
mod object;
mod pair;
mod passage;
mod ring;
mod scan;
mod scene;
mod silence;
mod wrapping;

use std::process::ExitCode;

use anyhow::Result;
use detector_tests::{harness, privilege};
use nix::{
    sched::{CpuSet, sched_getcpu, sched_setaffinity},
    unistd::Pid,
};

use crate::scene::everywhere;

/// Tests of sequences, each named after its function.
macro_rules! sequences {
    ($($room:ident::$sequence:ident),+ $(,)?) => {
        [$((stringify!($sequence), || everywhere($room::$sequence))),+]
    };
}

/// Tests, each named after its function.
macro_rules! named {
    ($($room:ident::$test:ident),+ $(,)?) => {
        [$((stringify!($test), $room::$test as fn() -> Result<()>)),+]
    };
}

fn main() -> ExitCode {
    stay_on_this_cpu();
    let sequences: [harness::Test; 61] = sequences![
        connection::an_exchange_from_syn_to_fin,
        connection::the_third_unanswered_syn_three_seconds_after_the_first_is_a_timeout,
        connection::new_sockets_of_an_impatient_app_count_like_retransmissions,
        connection::a_destination_that_never_answered_stays_a_candidate,
        connection::a_syn_ack_contradicts_the_reset_before_it,
        connection::data_contradicts_the_reset_before_it,
        connection::a_reset_with_a_foreign_ttl_on_first_data_is_forged,
        connection::a_reset_sooner_than_light_is_forged,
        connection::a_refusal_by_the_destination_is_none_of_the_paths,
        connection::a_reset_after_the_clients_fin_means_nothing,
        connection::a_reset_half_a_minute_later_proves_nothing,
        connection::a_refused_syn_that_windows_repeats_may_be_answered,
        connection::a_client_may_abort_at_any_stage,
        connection::a_port_used_again_is_a_new_connection,
        connection::an_outcome_counts_once_in_two_minutes,
        connection::time_may_go_backwards_between_cpus,
        silence::data_that_is_never_answered_is_a_blackhole,
        silence::the_first_segment_of_a_blackholed_hello_may_be_acknowledged,
        silence::a_late_answer_takes_a_blackhole_back,
        silence::what_is_sent_again_at_once_counts_for_nothing,
        silence::an_answer_that_breaks_off_is_a_cutoff_by_what_is_sent_again,
        silence::a_fin_that_stays_unanswered_is_a_cutoff,
        silence::a_fin_that_is_answered_ends_a_long_pause_well,
        silence::a_client_that_resets_amid_a_silent_answer_was_cut_off,
        silence::a_client_that_resets_after_a_whole_answer_was_served,
        silence::a_long_answer_proves_itself,
        silence::one_way_visibility_shows_no_silence,
        forgery::a_block_page_with_fin_that_comes_too_soon_is_forged,
        forgery::a_block_page_with_two_foreign_marks_is_forged,
        forgery::a_syn_ack_made_into_a_reset_is_forged,
        forgery::resets_that_guess_numbers_are_forged,
        forgery::a_reset_that_copies_the_clients_packet_is_forged,
        forgery::three_resets_alike_are_marked_and_prove_nothing,
        forgery::a_mere_acknowledgement_contradicts_the_reset_before_it,
        forgery::an_identification_out_of_line_is_a_mark,
        forgery::an_uplink_that_levels_ttls_makes_them_worthless,
        forgery::what_fails_in_the_wake_of_a_failure_is_no_trial,
        forgery::a_flood_of_forged_resets_is_sampled_in_part,
        datagrams::initials_that_stay_unanswered_are_a_timeout,
        datagrams::an_answer_to_an_initial_is_a_success_even_if_late,
        datagrams::initials_after_a_minute_are_a_new_connection,
        datagrams::datagrams_that_are_no_initials_begin_nothing,
        datagrams::a_router_that_knows_no_way_is_believed_until_an_answer_comes,
        datagrams::a_router_may_speak_of_data_and_of_quic,
        datagrams::a_destination_that_refuses_itself_is_its_own_business,
        datagrams::errors_that_say_something_else_or_guess_are_ignored,
        wrapping::vlan_tags_and_pppoe_sessions,
        wrapping::pppoe_without_ip_is_control,
        wrapping::frames_that_carry_no_ip,
        wrapping::ipv4_options_of_every_length,
        wrapping::up_to_six_extension_headers,
        wrapping::first_fragments_are_read_and_later_ones_are_not,
        wrapping::icmp_errors_and_what_they_quote,
        wrapping::datagrams_and_other_transports,
        wrapping::a_long_segment_whose_length_field_is_zero,
        insertion::ipv6_that_names_ipv4_addresses_is_of_no_ipv4_connection,
        insertion::a_segment_that_acknowledges_nothing_says_nothing,
        insertion::a_segment_that_acknowledges_nothing_contradicts_no_reset,
        broken::every_frame_cut_off_at_every_length,
        broken::every_length_field_lying,
        broken::every_byte_of_the_headers_at_its_extremes,
    ];
    let mut tests = sequences.to_vec();
    tests.extend(named![
        improvised::random_sequences,
        improvised::random_sequences_under_another_tuning,
        fuzzed::whatever_passes_kernel_and_host_remember_the_same,
        mutated::mutated_packets_pass_byte_for_byte,
        passage::the_same_frames_arrive_with_the_detector_and_without,
        ring::samples_beyond_the_ring_are_counted_and_the_rest_comes_in_order,
        counters::counters_that_are_read_amid_counting_belong_together,
        counters::a_number_that_is_used_again_counts_from_zero,
        scan::a_scan_takes_the_place_of_no_destination_that_answered,
        scan::a_scan_takes_the_place_of_no_connection_to_a_destination_that_answered,
        scan::every_connection_that_gives_way_is_counted,
        budget::every_program_is_verified_within_its_budget,
        budget::every_program_is_verified_without_cap_perfmon,
        gates::a_packet_of_a_settled_connection_costs_little_more_than_parsing_it,
    ]);
    harness::main_of([
        (tests, privilege::missing()),
        (of_the_object().to_vec(), None),
    ])
}

fn of_the_object() -> [harness::Test; 5] {
    named![
        object::every_exit_of_every_program_passes_the_packet_on,
        object::the_programs_call_nothing_that_changes_a_packet_or_probes_memory,
        object::the_object_needs_no_type_information_of_the_kernel,
        object::a_program_that_may_not_pass_a_packet_on_is_found,
        object::a_program_that_calls_what_it_may_not_is_found,
    ]
}

/// Samples have a budget for each CPU, and a test run runs where its caller does. Threads inherit this.
fn stay_on_this_cpu() {
    let mut here = CpuSet::new();
    let pinned = sched_getcpu()
        .and_then(|cpu| here.set(cpu))
        .and_then(|()| sched_setaffinity(Pid::from_raw(0), &here));
    if let Err(errno) = pinned {
        harness::note(&format!("not pinned to one CPU: {errno}"));
    }
}
