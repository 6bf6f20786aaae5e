//! Kernels and processors.

use crate::faults::fault::{Fault, in_a_machine};

pub(super) const FAULTS: &[Fault] = &[
    in_a_machine(
        "an older kernel: 6.1",
        "6.1",
        None,
        "all that is selected for it passes",
    ),
    in_a_machine(
        "an older kernel: 6.12",
        "6.12",
        None,
        "all that is selected for it passes",
    ),
    in_a_machine(
        "a processor that goes and comes back",
        "6.12",
        Some("a_processor_that_goes_and_comes_back"),
        "no count goes with it",
    ),
    in_a_machine(
        "a machine that sleeps",
        "6.12",
        Some("a_machine_that_sleeps"),
        "it goes on watching, and nobody is accused",
    ),
    in_a_machine(
        "a kernel that is locked down",
        "6.12",
        Some("a_kernel_that_is_locked_down"),
        "it is no obstacle",
    ),
];
