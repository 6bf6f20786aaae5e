//! Trouble that is nobody's doing.

use crate::faults::fault::{Fault, fault};

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "the uplink is cut",
        "live",
        "line::a_cut_of_the_uplink_is_one_outage_and_accuses_no_range",
        "one `uplink_outage`, no range",
    ),
    fault(
        "one packet in ten is lost",
        "live",
        "line::random_loss_raises_no_alert",
        "no alert",
    ),
    fault(
        "a quarter of all hosts dies",
        "live",
        "dying::a_quarter_of_the_hosts_of_every_prefix_dying_raises_no_alert",
        "no alert",
    ),
    fault(
        "servers that refuse half of what they are asked",
        "live",
        "overload::a_busy_prefix_raises_no_alert",
        "no alert",
    ),
    fault(
        "another address of our own",
        "live",
        "line::another_address_of_our_own_raises_no_alert",
        "no alert",
    ),
    fault(
        "a start amid traffic",
        "live",
        "beginning::a_detector_amid_traffic_is_quiet_until_there_is_a_block",
        "silence, then the alert of a real block",
    ),
    fault(
        "a step of the wall clock by a day",
        "live",
        "clock::a_step_of_the_wall_clock_neither_raises_nor_ends_an_alert",
        "no alert begins or ends",
    ),
    fault(
        "a daemon that is stopped for a while (SIGSTOP)",
        "live",
        "pause::a_detector_that_was_stopped_accuses_nobody_and_sees_what_comes",
        "no alert; what is blocked after it is told as ever",
    )
    .long(),
];
