//! What ships for Prometheus, Alertmanager and Grafana, tried on the real things: the text of metrics, the rules, the
//! dashboard, and a fleet of two gateways.
//!
//! Needs root, `ip`, `nft`, and of Debian's prometheus and prometheus-alertmanager what they bring; is skipped without.
//! All of it runs in namespaces of its own, where every port is free.

mod dashboard;
mod exposition;
mod gateway;
mod monitoring;
mod rules;
mod shipped;
mod tool;
mod vote;

use std::process::ExitCode;

use detector_tests::{harness, privilege, tests};

fn main() -> ExitCode {
    let of_files = tests![
        rules::the_rules_do_what_their_own_tests_say,
        rules::the_examples_are_taken_by_the_programs_they_are_for,
    ];
    let in_the_lab = tests![
        exposition::the_linter_has_nothing_to_say_of_a_running_detector,
        dashboard::every_panel_shows_something_and_every_metric_is_shown,
        vote::a_block_that_two_gateways_see_pages_once_and_one_that_one_sees_pages_nobody,
    ];
    harness::main_of([
        (of_files, tool::missing()),
        (in_the_lab, tool::missing().or_else(privilege::missing)),
    ])
}
