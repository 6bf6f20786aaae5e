//! The daemon's side: load and read the programs, judge, tell.
//!
//! `kernel` is the only module that knows aya; only `daemon` and the threads of sinks look at a clock. What
//! lies between takes time as an argument, so that it runs the same on live maps and on scripted
//! traffic.

pub mod alert;
pub mod capture;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod engine;
pub mod event;
pub mod failure;
pub mod ignore;
pub mod injector;
pub mod judge;
pub mod kernel;
pub mod kind;
mod logging;
pub mod moment;
pub mod names;
pub mod observer;
mod print;
pub mod replay;
pub mod sink;
pub mod sizes;
pub mod snapshot;
pub mod state;
pub mod status;
pub mod traces;
pub mod watch;
pub mod written;
