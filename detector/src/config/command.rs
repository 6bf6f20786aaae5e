//! `detector check-config` and `detector config`: what a file comes to, and what its keys mean.

use std::{fmt::Write as _, path::Path};

use super::{Config, Settings, keys::keys};
use crate::{cli::RunArgs, failure::Failure, keys::Key, print::print, sink::Sinks};

/// Says that a file, and all that it names, can be used.
///
/// # Errors
/// [`Failure::Config`] where it cannot.
pub fn check(file: &Path) -> Result<(), Failure> {
    let config = Config::read(file)?;
    Settings::load(&config)?;
    Sinks::check(&config.sinks)?;
    let mib = config.tables.bytes().div_ceil(1 << 20);
    print(&format!(
        "{}: fine; its tables take {mib} MiB of kernel memory\n",
        file.display()
    ))
}

/// Writes what a run with the same options would go by, defaults and all.
///
/// # Errors
/// [`Failure::Config`] where the file cannot be used.
pub fn show(args: &RunArgs) -> Result<(), Failure> {
    let config = Config::of_run(args)?;
    let text = toml::to_string_pretty(&config)
        .map_err(|error| Failure::Failed(format!("configuration: {error}")))?;
    print(&text)
}

/// Says what a key means, or names every one.
///
/// # Errors
/// [`Failure::Usage`] where there is no such key.
pub fn explain(name: Option<&str>) -> Result<(), Failure> {
    let Some(name) = name else {
        return print(&keys().iter().map(in_short).collect::<String>());
    };
    let key = keys()
        .into_iter()
        .find(|key| key.path.replace("[]", "") == name.replace("[]", ""));
    let key = key.ok_or_else(|| {
        Failure::Usage(format!(
            "there is no key {name:?}; `detector config explain` has every key"
        ))
    })?;
    print(&in_full(&key))
}

fn in_short(key: &Key) -> String {
    let default = key.default.as_deref().unwrap_or("-");
    format!("{:<26}{default:<12}{}\n", key.path, key.meaning)
}

fn in_full(key: &Key) -> String {
    let default = key.default.as_deref().unwrap_or("none");
    let mut text = format!("{} (default: {default})\n  {}\n", key.path, key.meaning);
    for (word, meaning) in &key.words {
        // A string takes whatever is written to it.
        let _infallible = writeln!(text, "  {word:?}: {meaning}");
    }
    text
}
