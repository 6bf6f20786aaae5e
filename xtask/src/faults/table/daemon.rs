//! What the daemon asks of the system, and does not get.

use crate::faults::fault::{Fault, fault};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "kill -9",
        "lifecycle",
        "ending::a_killed_detector_leaves_nothing_behind",
        "no program stays attached",
    ),
    fault(
        "kill -9 at any moment, with `--pin`, and a new start",
        "lifecycle",
        "killed::whenever_it_is_killed_the_next_takes_over_and_alerts_go_on",
        "the programs stay, each once; the alert keeps its identity, the gap is said",
    )
    .long(),
    fault(
        "upgrades under load, with `--pin`",
        "lifecycle",
        "upgrade::upgrades_under_load_lose_no_packet",
        "no packet is lost, and a program is at each hook at every moment",
    )
    .long(),
    fault(
        "tables of other sizes, and pins of other versions",
        "lifecycle",
        "layouts::tables_of_other_sizes_and_pins_of_other_versions_are_never_misread",
        "nothing is misread, what is old goes",
    )
    .long(),
    fault(
        "a pinned interface that is gone, or no longer asked for",
        "lifecycle",
        "pins::pins_of_what_is_gone_or_no_longer_asked_for_go",
        "its pins go",
    ),
    fault(
        "pins that root removes",
        "lifecycle",
        "pins::pins_that_root_takes_away_stop_no_watch",
        "the watch goes on, and they are missed in the log",
    ),
    fault(
        "a second detector with the same pins",
        "lifecycle",
        "pins::a_second_detector_with_the_same_pins_is_refused",
        "it is refused",
    ),
    fault(
        "a directory for pins that is a symbolic link, another user's, or open to others",
        "lifecycle",
        "distrust::a_directory_that_others_may_have_written_into_is_refused",
        "exit 69, one line; nothing is touched",
    ),
    fault(
        "pins that the detector did not make",
        "lifecycle",
        "distrust::what_the_detector_did_not_pin_is_refused_and_stays",
        "exit 69, one line; they stay",
    ),
    fault(
        "pins that changed places",
        "lifecycle",
        "distrust::a_pin_in_the_place_of_another_is_refused",
        "exit 69, one line; nothing is touched",
    ),
    fault(
        "pins on another file system",
        "lifecycle",
        "distrust::a_place_that_holds_no_pins_is_refused",
        "exit 69, one line",
    ),
    fault(
        "kill -9 of the helper",
        "lifecycle",
        "helper::a_detector_without_its_helper_says_so_and_ends",
        "the detector says so and ends",
    ),
    fault(
        "kill -9 and a new start",
        "lifecycle",
        "state::a_killed_detector_leaves_a_state_that_the_next_can_read",
        "what was known is known again",
    ),
    fault(
        "a restart amid an alert",
        "lifecycle",
        "state::an_alert_goes_on_under_its_identity_after_a_restart",
        "the alert keeps its identity",
    ),
    fault(
        "a state file that is damaged",
        "lifecycle",
        "state::a_damaged_file_is_set_aside_with_one_warning",
        "it is set aside, one warning",
    ),
    fault(
        "a second detector on the same state",
        "lifecycle",
        "state::a_second_detector_on_the_same_directory_is_refused",
        "it is refused",
    ),
    fault(
        "a state directory of somebody else",
        "lifecycle",
        "privilege::a_state_directory_that_somebody_else_owns_is_refused",
        "it is refused",
    ),
    fault(
        "a full disk under the state",
        "lifecycle",
        "state::a_full_disk_costs_a_warning_and_not_what_was_there",
        "a warning; the older state stays",
    ),
    fault(
        "a capability that is missing",
        "lifecycle",
        "privilege::the_capability_that_is_missing_is_named",
        "exit 77, the capability is named",
    ),
    fault(
        "a daemon that hangs",
        "lifecycle",
        "supervisor::a_detector_that_hangs_feeds_no_watchdog",
        "systemd hears nothing more of it, and its watchdog acts",
    ),
    fault(
        "200 damaged settings",
        "lifecycle",
        "reload::no_damaged_file_is_half_applied",
        "the old ones hold, wholly",
    ),
    fault(
        "system calls that are of no use to it",
        "lifecycle",
        "sandbox::what_is_of_no_use_is_refused_inside_and_works_outside",
        "they are refused",
    ),
    fault(
        "files that are none of its business",
        "lifecycle",
        "sandbox::files_elsewhere_are_closed_inside_and_open_outside",
        "they are closed to it",
    ),
    fault(
        "a thousand slow readers of the metrics",
        "lifecycle",
        "metrics::a_thousand_who_never_finish_asking_delay_no_poll",
        "no poll is late",
    ),
    fault(
        "system calls that fail",
        "lifecycle",
        "calls::whichever_call_fails_it_goes_on_or_says_why_and_leaves_nothing",
        "it goes on, or ends with a line; nothing stays attached",
    )
    .long(),
    fault(
        "too few open files",
        "lifecycle",
        "limits::too_few_open_files_are_named_before_anything_is_opened",
        "exit 71, one line, before anything is opened",
    ),
    fault(
        "too little memory for the maps",
        "lifecycle",
        "limits::too_little_memory_names_the_map_and_what_all_take",
        "exit 71, one line, nothing is attached",
    ),
    fault(
        "a helper that hangs",
        "lifecycle",
        "helper::a_detector_whose_helper_hangs_says_so_and_ends",
        "exit 1 within half a minute, one line with the process to end",
    ),
    fault(
        "a map that cannot be read for some polls",
        "lifecycle",
        "readings::maps_that_cannot_be_read_for_a_while_end_nothing",
        "it goes on, with one line",
    ),
    fault(
        "a map that cannot be read any more",
        "lifecycle",
        "readings::maps_that_cannot_be_read_any_more_end_it_in_order",
        "exit 1 after some polls, one line; what it knows is kept",
    ),
    fault(
        "a start right after a kill, with pins",
        "lifecycle",
        "killed::a_start_right_after_a_kill_waits_for_what_is_left_of_the_killed_one",
        "it waits until the helper of the killed one is gone",
    ),
    fault(
        "a start with pins that fails",
        "lifecycle",
        "pins::a_start_that_fails_leaves_none_of_two_programs",
        "both programs are taken over, or none is left",
    ),
    fault(
        "a state directory that others may write to",
        "lifecycle",
        "state::a_directory_that_others_may_write_to_is_refused",
        "exit 77, one line",
    ),
    fault(
        "readers of the status who stay",
        "lifecycle",
        "metrics::nobody_is_kept_from_the_status_by_those_who_stay",
        "who has stayed the longest makes room",
    ),
];
