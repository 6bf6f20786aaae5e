//! What a packet, a flow, a destination and a verdict *are*.
//!
//! The same source is compiled into the kernel programs and into the host engine, so that a
//! replay, a unit test and a fuzzer run exactly what the kernel runs. Everything here is pure:
//! no clock, no map, no allocation, no slice of packet memory, no unsafe code. Arithmetic spells
//! its overflow behaviour, because a BPF build wraps where a host debug build panics.
//!
//! Must not know: aya, BPF, files, sockets, or what an alert is.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

pub mod address;
pub mod bytes;
#[cfg(test)]
mod cases;
pub mod classify;
pub mod destination;
pub mod drive;
pub mod flow;
#[cfg(test)]
mod frames;
pub mod hash;
pub mod lanes;
pub mod maps;
pub mod mark;
pub mod packet;
pub mod prefix;
pub mod sample;
pub mod sets;
pub mod skip;
pub mod stall;
pub mod tables;
pub mod time;
pub mod track;
pub mod tuning;
pub mod vantage;
pub mod verdict;
pub mod wire;
