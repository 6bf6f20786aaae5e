//! The daemon's side: load and read the programs, judge, tell.
//!
//! `kernel` is the only module that knows aya; of what judges `daemon` alone looks at a clock. What
//! lies between takes time as an argument, so that it runs the same on live maps and on scripted
//! traffic.

pub mod alert;
pub mod capture;
pub mod cli;
pub mod client;
pub mod config;
pub mod daemon;
pub mod doctor;
pub mod durations;
pub mod engine;
pub mod event;
pub mod event_loop;
pub mod export;
pub mod failure;
pub mod figures;
pub mod glance;
pub mod ignore;
pub mod injector;
pub mod judge;
pub mod kernel;
pub mod keys;
pub mod kind;
mod logging;
pub mod metrics;
pub mod moment;
pub mod names;
pub mod observer;
mod print;
pub mod printable;
pub mod replay;
pub mod report;
pub mod sandbox;
pub mod sink;
pub mod sizes;
pub mod snapshot;
pub mod state;
pub mod status;
pub mod told;
pub mod top;
pub mod traces;
pub mod watch;
pub mod written;
