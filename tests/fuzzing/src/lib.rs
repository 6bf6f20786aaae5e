//! What the fuzz targets do with the bytes they are given, and what must hold then.
//!
//! The fuzzer (`fuzz/`) and the test that replays what it found call the same functions. They panic where
//! something does not hold. The crate must not know who calls, or where the bytes come from.

mod capture;
mod classify;
mod connection;
mod frame;
mod invariants;
mod parse;
mod script;

pub use self::{capture::capture, classify::classify, parse::parse};

/// A fuzz target.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its folders in `fuzz/`.
pub const TARGETS: [(&str, Target); 3] = [
    ("capture", capture),
    ("classify", classify),
    ("parse", parse),
];
