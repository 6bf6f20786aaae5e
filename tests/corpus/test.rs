//! Real captures through the detector as it is installed: what the labels ask, what ordinary and damaged traffic
//! must not be accused of, and that the kernel agrees.

mod forgeries;
mod kernel;
mod labels;
mod survival;

use std::process::ExitCode;

use detector_tests::{corpus::captures, harness, privilege, tests};

fn main() -> ExitCode {
    let over_captures = tests![
        labels::every_labelled_connection_has_its_line,
        labels::interference_is_told_for_what_it_is,
        labels::nothing_is_told_that_cannot_be,
        forgeries::ordinary_and_damaged_traffic_shows_the_known_forgeries_alone,
        survival::every_capture_ends_in_order_and_in_little_memory,
    ];
    let as_root = tests![kernel::the_kernel_tells_the_same_of_every_capture];
    harness::main_of([
        (over_captures, captures::missing()),
        (as_root, captures::missing().or_else(privilege::missing)),
    ])
}
