//! What can go wrong: every fault there is a test for, in the order of the document.
//!
//! Must not know: how one is brought about or measured.

mod daemon;
mod interfaces;
mod machine;
mod network;
mod senders;
mod sinks;
mod traffic;

use super::fault::Fault;

const GROUPS: [&[Fault]; 7] = [
    traffic::FAULTS,
    senders::FAULTS,
    network::FAULTS,
    interfaces::FAULTS,
    daemon::FAULTS,
    machine::FAULTS,
    sinks::FAULTS,
];

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    GROUPS.into_iter().flatten()
}
