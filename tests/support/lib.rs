//! The lab of the detector: a small internet of network namespaces with real clients, real servers and a
//! censor between them, which blocks on demand.
//!
//! ```text
//! clients lan0 ── lan1 gateway wan0 ── up0 censor down0 ┄ delay line ┄ net0 internet
//! ```
//!
//! The crate owns the world around the detector and the observation of what it prints. It must not know what
//! the detector decides: nothing here names a verdict or a threshold but `corpus`, which holds verdicts against
//! labels; `script`, which sends scripted frames through engine and judge, and `simulation`, which plays months of
//! whole connections to them, take both as a whole.

pub mod address;
pub mod bare;
pub mod bytecode;
pub mod capture;
pub mod censor;
pub mod clients;
pub mod contract;
pub mod corpus;
pub mod course;
pub mod dawdlers;
mod delay_line;
mod event_log;
mod flood;
pub mod forgery;
pub mod frames;
pub mod harness;
pub mod hosting;
pub mod http;
pub mod inbox;
pub mod injector;
pub mod lab;
pub mod last_core;
pub mod long;
pub mod measured;
pub mod memory;
pub mod namespace;
pub mod observed;
mod packet_socket;
pub mod parallel;
pub mod plan;
pub mod privilege;
pub mod process;
pub mod program;
mod quic;
pub mod relay;
mod request;
mod rules;
pub mod script;
pub mod segment;
pub mod sender;
pub mod served;
mod servers;
pub mod service;
pub mod simulation;
pub mod sniffer;
pub mod spread;
pub mod tool;
mod topology;
mod tun;
pub mod watched;
mod worker;

#[cfg(test)]
mod self_test;

pub use censor::Censor;
pub use clients::{Counts, Traffic};
pub use course::Course;
pub use flood::Flood;
pub use forgery::{Forgery, Message};
pub use hosting::Hosting;
pub use injector::{Injection, Trigger};
pub use lab::{Lab, Options};
pub use measured::measured;
pub use namespace::Namespace;
pub use observed::{Detector, Observation};
pub use plan::{Plan, Protocol};
pub use rules::Block;
