//! How much a test does that can go on for ever: a little each time, much where the long form is asked for.

use std::env;

/// The variable of the environment that asks for the long form; `cargo xtask test --long` sets it to 1.
pub const LONG: &str = "DETECTOR_LONG";

/// As much as the form that is asked for has.
pub fn so_many<T>(short: T, long: T) -> T {
    let is_long = env::var_os(LONG).is_some_and(|value| value == "1");
    if is_long { long } else { short }
}
