//! The real binary beginning and ending: what it attaches to, what it refuses in one line, and that it leaves
//! nothing behind, however it ends.
//!
//! Needs root, `nft`, of util-linux `setpriv` and `unshare`, and of iproute2 both `ip` and `tc`; is skipped without. Each test has a lab of its own.

mod clsact;
mod device;
mod doctor;
mod ending;
mod hooks;
mod neighbour;
mod privilege;
mod refusal;
mod reload;
mod rules;
mod stage;
mod state;

use std::{env, process::ExitCode};

use detector_tests::{harness, tests};

fn main() -> ExitCode {
    if env::var_os(clsact::HOLD).is_some() {
        return clsact::hold();
    }
    harness::main(tests![
        ending::a_signal_ends_it_in_good_order,
        ending::a_killed_detector_leaves_nothing_behind,
        ending::a_reader_that_has_seen_enough_ends_it_quietly,
        neighbour::a_foreign_xdp_program_stays_and_is_named,
        neighbour::tc_ingress_works_beside_a_foreign_xdp_program,
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
        reload::what_is_read_again_holds_or_is_said_to_wait,
        reload::no_damaged_file_is_half_applied,
        rules::a_rule_that_has_ended_is_told_and_kept_alerts_are_counted,
        privilege::three_capabilities_are_enough,
        privilege::the_capability_that_is_missing_is_named,
        privilege::a_state_directory_that_somebody_else_owns_is_refused,
        privilege::without_a_state_directory_it_warns_and_works,
        state::a_destination_that_answered_before_a_restart_counts_as_alive_after_it,
        state::an_alert_goes_on_under_its_identity_after_a_restart,
        state::a_killed_detector_leaves_a_state_that_the_next_can_read,
        state::a_damaged_file_is_set_aside_with_one_warning,
        state::a_second_detector_on_the_same_directory_is_refused,
        state::a_full_disk_costs_a_warning_and_not_what_was_there,
        clsact::filters_of_clsact_come_and_go,
        clsact::a_filter_that_a_killed_process_left_is_removed,
        clsact::a_foreign_filter_stays,
    ])
}
