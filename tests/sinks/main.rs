//! Sinks and their peers: real sockets, files and servers that are slow, dead, full or moved away. What must hold:
//! nobody waits for a sink, no beginning and no end of an alert is lost, and everything else that is lost is counted.
//!
//! Part of it needs root, `systemd-journald`, Debian's `prometheus-alertmanager` or `nats-server`, and is skipped without.

mod alertmanager;
mod binary;
mod cluster;
mod document;
mod file;
mod full;
mod http;
mod journal;
mod journald;
mod mounts;
#[cfg(feature = "nats")]
mod nats;
mod stage;
mod syslog;
mod webhook;

use std::process::ExitCode;

use detector_tests::{
    harness::{self, Test},
    privilege, tests,
};

fn main() -> ExitCode {
    let mut groups = vec![
        (
            tests![
                document::every_example_is_read,
                file::no_line_is_lost_or_split_while_the_file_is_moved_away_a_thousand_times,
                file::a_file_that_was_moved_away_is_made_anew_at_once_when_asked,
                file::a_place_that_takes_nothing_costs_the_others_nothing,
                journal::an_entry_has_its_fields,
                journal::what_is_too_long_for_a_datagram_goes_as_sealed_memory,
                journal::a_journal_that_comes_back_gets_what_it_missed,
                syslog::messages_arrive_on_every_way,
                syslog::what_a_broken_stream_may_have_lost_comes_again,
                webhook::an_event_has_its_identity_and_the_headers,
                webhook::an_hour_without_the_peer_loses_no_beginning_and_no_end,
                webhook::nobody_waits_for_a_peer_that_does_not_answer,
                webhook::an_event_that_is_not_wanted_holds_up_no_other,
                webhook::what_failed_is_sent_again_under_its_identity,
                webhook::a_server_is_trusted_by_its_certificate_alone,
                webhook::the_end_waits_a_short_time_only,
            ],
            None,
        ),
        (
            tests![
                full::a_full_disk_splits_no_line_and_loses_no_beginning_and_no_end,
                binary::a_closed_stdout_is_said_once_and_the_file_goes_on,
                binary::a_full_stdout_alone_ends_it_in_one_line,
                binary::a_full_stdout_beside_others_is_tried_again,
                binary::a_reader_that_does_not_read_holds_up_no_poll,
            ],
            privilege::missing(),
        ),
        (
            tests![journald::alerts_are_found_in_the_real_journal_by_their_fields],
            journald::missing(),
        ),
        (
            tests![
                alertmanager::an_alert_is_raised_kept_and_resolved_on_every_peer,
                alertmanager::an_alert_survives_the_loss_of_a_peer_and_the_peer_learns_it_again,
                alertmanager::after_a_restart_the_same_alert_goes_on,
            ],
            cluster::missing(),
        ),
    ];
    groups.extend(of_nats());
    harness::main_of(groups)
}

/// Tests, and what is missing to run them.
type Group = (Vec<Test>, Option<String>);

#[cfg(feature = "nats")]
fn of_nats() -> [Group; 2] {
    let missing = nats::cluster::missing();
    let with_root = missing.clone().or_else(privilege::missing);
    [
        (
            tests![
                nats::every_event_is_kept_once_though_the_leader_is_killed,
                nats::an_event_whose_acknowledgement_is_lost_is_kept_once,
                nats::an_event_that_no_stream_takes_waits_until_one_does,
                nats::what_cannot_be_used_is_said_before_anything_begins,
            ],
            missing,
        ),
        (
            tests![nats::the_daemon_publishes_from_its_sandbox_with_no_more_rights_than_it_needs],
            with_root,
        ),
    ]
}

#[cfg(not(feature = "nats"))]
fn of_nats() -> [Group; 1] {
    let missing = "this was built without `--features detector-tests/nats`";
    [(Vec::new(), Some(missing.to_owned()))]
}
