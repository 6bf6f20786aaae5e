//! Whoever is told, and is not there; and what is read instead of packets.

use crate::faults::fault::{Fault, fault};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "a full disk under a file of events",
        "sinks",
        "full::a_full_disk_splits_no_line_and_loses_no_beginning_and_no_end",
        "no line is split, no beginning or end is lost",
    ),
    fault(
        "a file that is moved away a thousand times",
        "sinks",
        "file::no_line_is_lost_or_split_while_the_file_is_moved_away_a_thousand_times",
        "no line is lost or split",
    ),
    fault(
        "a closed pipe",
        "sinks",
        "binary::a_closed_stdout_is_said_once_and_the_file_goes_on",
        "it is said once, the other sinks go on",
    ),
    fault(
        "a full `stdout` alone",
        "sinks",
        "binary::a_full_stdout_alone_ends_it_in_one_line",
        "it ends, one line",
    ),
    fault(
        "a reader that does not read",
        "sinks",
        "binary::a_reader_that_does_not_read_holds_up_no_poll",
        "polls go on, and events wait for it",
    ),
    fault(
        "a peer that is away for an hour",
        "sinks",
        "webhook::an_hour_without_the_peer_loses_no_beginning_and_no_end",
        "no beginning or end is lost",
    ),
    fault(
        "a peer that does not answer",
        "sinks",
        "webhook::nobody_waits_for_a_peer_that_does_not_answer",
        "nobody waits for it",
    ),
    fault(
        "a stream that breaks",
        "sinks",
        "syslog::what_a_broken_stream_may_have_lost_comes_again",
        "what may be lost comes again",
    ),
    fault(
        "a journal that is started again",
        "sinks",
        "journal::a_journal_that_comes_back_gets_what_it_missed",
        "it gets what it missed",
    ),
    fault(
        "an Alertmanager that dies",
        "sinks",
        "alertmanager::an_alert_survives_the_loss_of_a_peer_and_the_peer_learns_it_again",
        "the alert survives it",
    ),
    fault(
        "the leader of three NATS servers that is killed",
        "sinks",
        "nats::every_event_is_kept_once_though_the_leader_is_killed",
        "every event is kept once",
    ),
    fault(
        "a capture that is damaged",
        "replay",
        "inputs::a_damaged_capture_tells_what_could_be_read_and_warns_once",
        "what can be read is told, one warning",
    ),
];
