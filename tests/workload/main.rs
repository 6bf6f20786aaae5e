//! Writes a capture of ordinary traffic, as large as asked for, to measure programs with that read captures.

mod traffic;

use std::{fs::File, io::BufWriter, path::PathBuf};

use anyhow::{Context as _, Result};
use clap::Parser;
use detector_tests::capture::Writer;

use traffic::Traffic;

/// Write a capture of ordinary traffic
#[derive(Debug, Parser)]
struct Arguments {
    /// How many packets
    #[arg(long)]
    packets: usize,
    /// Where to
    file: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let path = &arguments.file;
    let file = File::create(path).with_context(|| path.display().to_string())?;
    let mut writer = Writer::begin(BufWriter::new(file))?;
    for (at, frame) in Traffic::default().take(arguments.packets) {
        writer.write(at, &frame.bytes)?;
    }
    writer.finish()?;
    Ok(())
}
