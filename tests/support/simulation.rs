//! A gateway in compressed time: whole connections instead of packets, counted as the kernel counts them and judged
//! by the shipped judge once a simulated second.
//!
//! Knows what the kernel counts when (`ledger`) and how the judge is called (`watcher`), nothing of how it judges.

pub mod chance;
mod connection;
pub mod crowd;
mod field;
pub mod gateway;
pub mod geography;
pub mod intruder;
pub mod ledger;
pub mod naive;
pub mod parameters;
pub mod poisoning;
pub mod roll_up;
mod space;
pub mod trouble;
pub mod watcher;

pub use self::{
    chance::Chance, gateway::Gateway, geography::Geography, intruder::Intruder, parameters::World,
    watcher::Watcher,
};
