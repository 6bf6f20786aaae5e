//! The real binary beginning and ending: what it attaches to, what it refuses in one line, and that it leaves
//! nothing behind, however it ends.
//!
//! Needs root, `nft`, of util-linux `setpriv` and `unshare`, and of iproute2 both `ip` and `tc`; is skipped without. Some tests need `strace`. Tests of the service file need `systemd-analyze` alone. Each other test has a lab of its own.

mod calls;
mod clsact;
mod cycles;
mod device;
mod distrust;
mod doctor;
mod ending;
mod foreign;
mod helper;
mod hooks;
mod interfaces;
mod killed;
mod layouts;
mod limits;
mod link;
mod load;
mod metrics;
mod neighbour;
mod orders;
mod pins;
mod privilege;
mod process;
mod readings;
mod refusal;
mod reload;
mod rules;
mod sandbox;
mod service;
mod stage;
mod state;
mod supervisor;
mod upgrade;

use std::{env, path::Path, process::ExitCode};

use detector_tests::{harness, privilege as lab, tests};

fn main() -> ExitCode {
    if env::var_os(clsact::HOLD).is_some() {
        return clsact::hold();
    }
    if let Some(folder) = env::var_os(sandbox::TRY) {
        return sandbox::attempt(Path::new(&folder));
    }
    let in_the_lab = tests![
        ending::a_signal_ends_it_in_good_order,
        ending::a_killed_detector_leaves_nothing_behind,
        ending::a_reader_that_has_seen_enough_ends_it_quietly,
        neighbour::a_foreign_xdp_program_stays_and_is_named,
        neighbour::tc_ingress_works_beside_a_foreign_xdp_program,
        neighbour::tc_ingress_works_beside_anybodys_xdp_program,
        neighbour::the_dispatcher_of_libxdp_is_known_by_its_name,
        orders::no_program_is_displaced_in_any_order,
        orders::what_others_decide_first_is_seen_all_the_same,
        device::jumbo_frames_pass_through_native_xdp,
        device::the_mtu_may_be_raised_while_it_watches,
        device::a_device_without_ethernet_is_watched_in_generic_mode,
        device::auto_keeps_the_offloads_of_a_veth_device_and_says_so,
        device::generic_mode_is_there_for_the_asking,
        device::the_default_route_tells_what_to_watch,
        doctor::faults_of_an_interface_are_found_with_their_cure,
        doctor::a_foreign_program_is_found_and_an_own_one_is_known,
        doctor::a_running_detector_shows_how_things_stand_and_leaves_no_socket,
        refusal::native_mode_is_refused_where_the_driver_has_none,
        refusal::an_interface_that_does_not_exist_is_named,
        metrics::what_was_seen_is_served_on_a_port_and_on_a_socket,
        metrics::a_thousand_who_never_finish_asking_delay_no_poll,
        metrics::nobody_is_kept_from_the_status_by_those_who_stay,
        metrics::a_port_that_is_taken_is_named,
        reload::what_is_read_again_holds_or_is_said_to_wait,
        reload::no_damaged_file_is_half_applied,
        rules::a_rule_that_has_ended_is_told_and_kept_alerts_are_counted,
        limits::too_few_open_files_are_named_before_anything_is_opened,
        privilege::two_capabilities_are_enough_and_the_helper_alone_keeps_them,
        privilege::what_the_unit_grants_the_helper_alone_keeps,
        privilege::root_keeps_no_more,
        privilege::links_are_pinned_without_root_where_there_is_a_place,
        privilege::the_capability_that_is_missing_is_named,
        privilege::a_state_directory_that_somebody_else_owns_is_refused,
        privilege::without_a_state_directory_it_warns_and_works,
        state::a_destination_that_answered_before_a_restart_counts_as_alive_after_it,
        state::an_alert_goes_on_under_its_identity_after_a_restart,
        state::a_killed_detector_leaves_a_state_that_the_next_can_read,
        state::a_damaged_file_is_set_aside_with_one_warning,
        state::a_second_detector_on_the_same_directory_is_refused,
        state::a_directory_that_others_may_write_to_is_refused,
        state::a_full_disk_costs_a_warning_and_not_what_was_there,
        clsact::filters_of_clsact_come_and_go,
        clsact::a_filter_that_a_killed_process_left_is_removed,
        clsact::a_foreign_filter_stays,
        interfaces::an_interface_that_is_made_again_is_watched_again,
        interfaces::an_interface_that_is_replaced_at_once_is_watched_again,
        interfaces::an_interface_is_followed_under_its_new_name,
        interfaces::an_interface_that_moves_away_and_back_is_watched_again,
        interfaces::down_up_and_another_mtu_are_told_and_detach_nothing,
        cycles::an_interface_is_watched_again_after_whatever_becomes_of_it,
        interfaces::an_interface_that_is_not_there_yet_is_awaited_beside_another,
        helper::a_detector_without_its_helper_says_so_and_ends,
        helper::a_detector_whose_helper_hangs_says_so_and_ends,
        helper::the_helper_of_a_killed_detector_ends,
        helper::a_helper_outlives_the_signals_that_are_for_the_detector,
        supervisor::systemd_hears_of_start_state_polls_and_end,
        supervisor::a_detector_that_hangs_feeds_no_watchdog,
        sandbox::what_is_of_no_use_is_refused_inside_and_works_outside,
        sandbox::files_elsewhere_are_closed_inside_and_open_outside,
        sandbox::what_a_daemon_lives_on_works_inside,
    ];
    let of_strace = tests![
        calls::whichever_call_fails_it_goes_on_or_says_why_and_leaves_nothing,
        readings::maps_that_cannot_be_read_for_a_while_end_nothing,
        readings::maps_that_cannot_be_read_any_more_end_it_in_order,
    ];
    let of_little_memory = tests![limits::too_little_memory_names_the_map_and_what_all_take];
    let of_the_unit =
        tests![service::what_may_mend_itself_is_tried_again_without_end_and_ever_more_slowly];
    let of_systemd = tests![
        service::systemd_finds_little_exposed,
        service::systemd_understands_every_line_but_what_is_newer_than_itself,
    ];
    harness::main_of([
        (in_the_lab, lab::missing()),
        (of_pins(), lab::missing()),
        (of_strace, lab::missing().or_else(calls::missing)),
        (of_little_memory, lab::missing().or_else(limits::missing)),
        (of_the_unit, None),
        (of_systemd, service::missing()),
    ])
}

fn of_pins() -> Vec<harness::Test> {
    tests![
        pins::a_signal_leaves_the_programs_and_taking_the_pins_away_detaches_them,
        pins::a_new_start_replaces_the_programs_under_the_same_links,
        pins::another_mode_or_hook_leaves_one_program_at_each,
        pins::pins_of_what_is_gone_or_no_longer_asked_for_go,
        pins::pins_that_root_takes_away_stop_no_watch,
        pins::a_start_that_fails_leaves_none_of_two_programs,
        pins::a_second_detector_with_the_same_pins_is_refused,
        distrust::a_directory_that_others_may_have_written_into_is_refused,
        distrust::a_place_that_holds_no_pins_is_refused,
        distrust::what_the_detector_did_not_pin_is_refused_and_stays,
        distrust::a_pin_in_the_place_of_another_is_refused,
        upgrade::upgrades_under_load_lose_no_packet,
        layouts::tables_of_other_sizes_and_pins_of_other_versions_are_never_misread,
        killed::whenever_it_is_killed_the_next_takes_over_and_alerts_go_on,
        killed::a_start_right_after_a_kill_waits_for_what_is_left_of_the_killed_one,
    ]
}
