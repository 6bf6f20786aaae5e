//! Readers of single headers: offsets and constants named once, one file a protocol.
//!
//! Must not know: flows, verdicts, or which header comes next in a particular packet
//! (`packet` strings the readers together).

pub mod icmp;
pub mod ip4;
pub mod ip6;
pub mod link;
pub mod network;
pub mod tcp;
pub mod udp;
