//! The examples of docs/CONFIGURATION.md.

use anyhow::{Context as _, Result, ensure};
use detector::config::Config;
use tempfile::TempDir;

pub(crate) fn every_example_is_read() -> Result<()> {
    let document = include_str!("../../docs/CONFIGURATION.md");
    let folder = TempDir::new()?;
    let path = folder.path().join("detector.toml");
    let mut sinks = Vec::new();
    for part in document.split("```toml\n").skip(1) {
        let (example, _rest) = part.split_once("```").context("an example does not end")?;
        std::fs::write(&path, example)?;
        let config = Config::read(&path).with_context(|| example.to_owned())?;
        sinks.extend(config.sinks);
    }
    ensure!(sinks.len() >= 7, "not one for each type: {sinks:?}");
    Ok(())
}
