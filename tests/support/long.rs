//! How often a test tries what it could try without end. Must not know what that is.

use std::env;

/// The variable of the environment that asks for the long form of tests.
const LONG: &str = "DETECTOR_LONG";

/// `long` times where [`LONG`] is 1, else `short` times.
pub fn times(short: u32, long: u32) -> u32 {
    let is_long = env::var(LONG).is_ok_and(|value| value == "1");
    if is_long { long } else { short }
}
