//! `detector replay` as it is installed: the same lines from every format, link type and way to hand a capture
//! over, and calm in the face of what is none.

mod alerts;
mod capture;
mod formats;
mod injectors;
mod inputs;
mod kernel;
mod run;
mod settings;
mod sides;
mod traffic;

use std::process::ExitCode;

use detector_tests::{corpus::captures, harness, privilege, tests};

fn main() -> ExitCode {
    let anywhere = tests![
        alerts::a_blocked_range_is_told_and_its_end_too,
        formats::every_connection_has_its_line_and_the_summary_counts_them,
        formats::every_link_type_tells_the_same,
        formats::both_formats_byte_orders_and_resolutions_tell_the_same,
        formats::a_snap_length_changes_nothing_while_the_headers_are_there,
        formats::packets_of_an_unknown_link_type_are_counted_and_named,
        inputs::several_captures_are_one_timeline,
        inputs::stdin_and_packed_captures_tell_the_same,
        inputs::a_damaged_capture_tells_what_could_be_read_and_warns_once,
        inputs::what_is_no_capture_fails_in_one_line,
        inputs::an_empty_capture_has_a_summary,
        inputs::a_closed_stdout_ends_it_quietly,
        settings::a_rule_that_expired_is_told_once_in_the_captures_time,
        settings::bad_settings_end_it_before_a_capture_is_read,
        sides::what_is_said_to_be_local_is_our_side,
        sides::a_connection_from_outside_is_counted_and_not_told,
        sides::of_two_private_ends_the_one_that_asked_is_ours,
        sides::ports_used_again_tell_the_old_connection_first,
    ];
    let as_root = tests![
        kernel::the_programs_in_the_kernel_tell_the_same,
        kernel::a_link_type_that_no_device_has_names_the_cure,
    ];
    let over_the_corpus = tests![
        injectors::real_injectors_are_named,
        injectors::a_connection_without_an_injector_names_nobody,
    ];
    let over_the_corpus_as_root = tests![injectors::the_programs_in_the_kernel_name_the_same];
    harness::main_of([
        (anywhere, None),
        (as_root, privilege::missing()),
        (over_the_corpus, captures::missing()),
        (
            over_the_corpus_as_root,
            captures::missing().or_else(privilege::missing),
        ),
    ])
}
