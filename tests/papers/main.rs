//! What a package has beside the binary, written out of the definitions that the binary itself goes by: manual pages
//! and completions out of the command line, the settings and their page out of the keys, the changelog.
//!
//! A program of its own, so that neither the detector carries the generators nor every task waits for the detector.
//! Must not know: where in a package its files go.

mod changelog;
mod commands;
mod settings;
mod settings_page;

use std::{
    env, fs,
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::{CommandFactory as _, Parser};
use clap_complete::{Shell, generate_to};
use detector::{cli::Cli, config::keys::keys};
use flate2::{Compression, write::GzEncoder};
use jiff::Timestamp;

/// The program's name, and the package's.
const NAME: &str = "detector";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Write manual pages, completions, settings and changelog.
#[derive(Parser)]
struct Arguments {
    /// Where to; made if need be
    folder: PathBuf,
    /// Whose package it is: `Name <address>`
    maintainer: String,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let (folder, date) = (&arguments.folder, date()?);
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for (name, page) in commands::pages(Cli::command(), date) {
        pack(&folder.join(name), &page)?;
    }
    pack(
        &folder.join("detector.toml.5"),
        &settings_page::page(&keys(), date),
    )?;
    let changelog = changelog::changelog(&arguments.maintainer, date);
    pack(&folder.join("changelog"), &changelog)?;
    fs::write(folder.join("detector.toml"), settings::settings(&keys()))?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        generate_to(shell, &mut Cli::command(), NAME, folder)?;
    }
    Ok(())
}

/// The time that everything in the package has, as reproducible builds name it.
fn date() -> Result<Timestamp> {
    let epoch = env::var("SOURCE_DATE_EPOCH").context("SOURCE_DATE_EPOCH, in seconds")?;
    let seconds = epoch.parse().context("SOURCE_DATE_EPOCH is no number")?;
    Ok(Timestamp::from_second(seconds)?)
}

/// As Debian wants its manuals: with gzip, as small as can be, and without a time in it.
fn pack(path: &Path, text: &str) -> Result<()> {
    let path = path.with_added_extension("gz");
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    let mut packer = GzEncoder::new(file, Compression::best());
    packer.write_all(text.as_bytes())?;
    packer.finish()?;
    Ok(())
}
