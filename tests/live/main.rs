//! The real binary on real packets: a censor blocks and relents, and the detector has to say so; a line has its
//! ordinary troubles, and the detector has to say nothing.
//!
//! Needs root, `ip` and `nft`, and is skipped without; one also needs `faketime`. Each test has a lab of its own.

mod alert;
mod area;
mod blackhole;
mod case;
mod clock;
mod freeze;
mod hostile;
mod icmp;
mod mixture;
mod page;
mod pause;
mod quic;
mod range;
mod reset;
mod silence;
mod stage;

use std::process::ExitCode;

use detector_tests::{harness, privilege, tests};

use hostile::{blind, broken, forged, soak, space, sweep};
use silence::{beginning, dying, line, manners, overload, quiet, scan};

fn main() -> ExitCode {
    let on_the_wire = tests![
        blackhole::a_blocked_range_fires_with_the_exact_range_and_resolves,
        blackhole::two_hosts_in_each_prefix_are_enough_to_find_the_range,
        blackhole::a_blocked_range_of_ipv6_fires_and_resolves,
        blackhole::a_range_that_nothing_comes_back_from_is_blocked,
        blackhole::the_gateways_own_connections_are_seen,
        reset::a_forged_reset_of_the_syn_is_injection,
        reset::a_forged_reset_of_first_data_with_a_foreign_ttl_is_injection,
        reset::a_forged_reset_with_the_servers_ttl_is_contradicted_by_the_server,
        reset::a_range_refused_in_the_path_is_injection,
        reset::a_syn_ack_rewritten_into_a_refusal_is_injection,
        page::a_forged_page_is_injection,
        freeze::silence_after_the_hello_is_a_data_blackhole,
        freeze::a_freeze_after_sixteen_kilobytes_is_a_cutoff,
        freeze::a_freeze_after_twenty_five_packets_is_a_cutoff,
        quic::unanswered_initials_are_a_quic_blackhole,
        icmp::a_range_prohibited_by_a_router_is_blocked,
        icmp::a_range_of_ipv6_prohibited_by_a_router_is_blocked,
        mixture::resets_and_silence_in_one_range_are_one_alert,
        range::of_a_range_that_is_blocked_by_half_just_that_half_is_told,
        range::two_ranges_with_working_space_between_are_two_alerts,
        range::a_range_around_a_prefix_that_works_is_never_claimed_whole,
        quiet::an_hour_of_quiet_traffic_raises_no_alert,
        quiet::long_downloads_and_quic_raise_no_alert,
        dying::single_dead_hosts_raise_no_alert,
        dying::a_quarter_of_the_hosts_of_every_prefix_dying_raises_no_alert,
        manners::rude_ends_and_closed_ports_raise_no_alert,
        overload::a_busy_prefix_raises_no_alert,
        overload::a_range_that_takes_half_of_its_connections_raises_no_alert,
        overload::a_censor_of_names_raises_no_alert_about_a_range,
        scan::a_scan_of_dead_space_raises_no_alert,
        line::a_cut_of_the_uplink_is_one_outage_and_accuses_no_range,
        line::random_loss_raises_no_alert,
        line::another_address_of_our_own_raises_no_alert,
        pause::a_detector_that_was_stopped_accuses_nobody_and_sees_what_comes,
        beginning::a_detector_amid_traffic_is_quiet_until_there_is_a_block,
        forged::resets_of_random_connections_raise_no_alert,
        forged::answers_to_nobody_hide_no_block,
        forged::questions_from_everywhere_hide_no_block,
        forged::backscatter_raises_no_alert,
        blind::guesses_at_known_connections_raise_no_alert,
        blind::all_numbers_tried_on_each_connection_are_told_as_forged,
        space::a_walk_through_empty_networks_raises_no_alert,
        space::networks_that_answer_fill_the_table_and_each_is_accounted_for,
        broken::fragments_raise_no_alert,
        broken::headers_that_lie_raise_no_alert,
        sweep::blocked_networks_are_found_amid_a_sweep_and_none_of_their_counters_is_lost,
        soak::memory_stays_what_it_was_under_full_load,
    ];
    let on_another_clock = tests![clock::a_step_of_the_wall_clock_neither_raises_nor_ends_an_alert];
    harness::main_of([
        (on_the_wire, privilege::missing()),
        (on_another_clock, clock::missing()),
    ])
}
