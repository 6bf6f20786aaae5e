//! Kernel and host agree: the same frames through the programs (`BPF_PROG_TEST_RUN`) and through the engine on
//! the host leave the same connections, destinations, counters and reasons to skip. No packet leaves the machine.

mod broken;
mod budget;
mod connection;
mod improvised;
mod improviser;
mod pair;
mod scene;
mod wrapping;

use std::process::ExitCode;

use detector_tests::harness;

use crate::scene::everywhere;

/// Tests of sequences, each named after its function.
macro_rules! sequences {
    ($($room:ident::$sequence:ident),+ $(,)?) => {
        [$((stringify!($sequence), || everywhere($room::$sequence))),+]
    };
}

fn main() -> ExitCode {
    let sequences: [harness::Test; 28] = sequences![
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
        connection::a_reset_half_a_minute_later_means_nothing,
        connection::a_refused_syn_that_windows_repeats_may_be_answered,
        connection::a_client_may_abort_at_any_stage,
        connection::a_port_used_again_is_a_new_connection,
        connection::an_outcome_counts_once_in_two_minutes,
        connection::time_may_go_backwards_between_cpus,
        wrapping::vlan_tags_and_pppoe_sessions,
        wrapping::pppoe_without_ip_is_control,
        wrapping::frames_that_carry_no_ip,
        wrapping::ipv4_options_of_every_length,
        wrapping::up_to_six_extension_headers,
        wrapping::first_fragments_are_read_and_later_ones_are_not,
        wrapping::icmp_errors_and_what_they_quote,
        wrapping::datagrams_and_other_transports,
        wrapping::a_long_segment_whose_length_field_is_zero,
        broken::every_frame_cut_off_at_every_length,
        broken::every_length_field_lying,
        broken::every_byte_of_the_headers_at_its_extremes,
    ];
    let mut tests = sequences.to_vec();
    tests.push(("random_sequences", improvised::random_sequences));
    tests.push((
        "random_sequences_under_another_tuning",
        improvised::random_sequences_under_another_tuning,
    ));
    tests.push((
        "every_program_is_verified_within_its_budget",
        budget::every_program_is_verified_within_its_budget,
    ));
    harness::main(tests)
}
