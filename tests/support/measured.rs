//! What a test of a fault measured, for the table of faults.
//!
//! Owns the line in which a test hands a figure to `cargo xtask faults`. It must not know the table, nor what the
//! figure means: a test says it in words, unit included.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write as _;

use serde_json::json;

use crate::harness::note;

/// The variable of the environment that names the file figures are written to, a JSON object a line.
pub const FILE: &str = "DETECTOR_MEASURED";

/// Says that `test` measured `figure`: on standard error, and in the file that [`FILE`] names, where it is set.
///
/// # Panics
/// Where that file can not be written.
pub fn measured(test: &str, figure: impl Display) {
    note(&format!("measured: {test}: {figure}"));
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let line = json!({ "test": test, "figure": figure.to_string() });
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
