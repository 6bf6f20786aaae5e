//! Settings that are read again at SIGHUP: all of them or none.

use std::{fs, path::PathBuf, time::Instant};

use anyhow::{Result, ensure};
use detector::config::{Config, Settings};
use detector_tests::{Detector, Lab, address::WAN_INTERFACE};
use nix::sys::signal::Signal;
use rand::{RngExt as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::stage::{PATIENCE, end, watch};

const SETTINGS: &str = r#"
mode = "auto"
labels = ["own.csv"]

[[ignore]]
prefix = "198.18.16.0/20"
kind = "syn_blackhole"
reason = "test bench"
until = "2036-01-01T00:00:00Z"

[[sink]]
type = "stdout"
events = ["interface", "config"]
queue = 5000

[tables]
prefixes = 65536
"#;
/// A sink that not every detector has; nothing goes there.
const BUS: &str = r#"
[[sink]]
type = "nats"
servers = ["nats://127.0.0.1:4222", "tls://[::1]:4222"]
subject = "detector.gw1"
events = ["overflow"]
"#;
const MUTATIONS: usize = 200;

pub(crate) fn what_is_read_again_holds_or_is_said_to_wait() -> Result<()> {
    let lab = Lab::open()?;
    let file = File::new()?;
    let detector = file.watch(&lab)?;
    let changed = whole()
        .replace("65536", "4096")
        .replace("test bench", "ours");
    let told = file.reload(&detector, changed.as_bytes())?;
    ensure!(
        told["state"] == "reloaded"
            && told["applied"] == json!(["ignore"])
            && told["waiting"] == json!(["tables.prefixes"]),
        "{told}"
    );
    ensure!(told["waiting"] == status(&detector)?["waiting"], "{told}");
    let told = file.reload(&detector, whole().as_bytes())?;
    ensure!(
        told["applied"] == json!(["ignore"]) && told["waiting"] == json!([]),
        "{told}"
    );
    end(&detector)
}

/// Whatever stands in the file, it is taken whole where a check takes it, and else what held before still holds.
pub(crate) fn no_damaged_file_is_half_applied() -> Result<()> {
    let lab = Lab::open()?;
    let file = File::new()?;
    let detector = file.watch(&lab)?;
    let mut chance = Xoshiro256PlusPlus::seed_from_u64(18);
    let mut rejected = 0;
    for number in 0..MUTATIONS {
        let bytes = mutated(&mut chance);
        let before = status(&detector)?;
        let told = file.reload(&detector, &bytes)?;
        let is_good = file.check();
        let text = String::from_utf8_lossy(&bytes);
        ensure!(
            (told["state"] == "reloaded") == is_good,
            "{number}: {told}\n{text}"
        );
        if !is_good {
            rejected += 1;
            let reason = told["reason"].as_str().unwrap_or_default();
            ensure!(reason.contains(file.folder()), "{number}: {told}");
            let after = status(&detector)?;
            ensure!(
                after["is_read"] == false && after["read_at"] == before["read_at"],
                "{number}: {before} {after}\n{text}"
            );
        }
    }
    ensure!(rejected > MUTATIONS / 2, "{rejected} rejected");
    ensure!(
        detector
            .log_lines()
            .iter()
            .all(|line| !line.contains("panic")),
        "{:?}",
        detector.log_lines()
    );
    end(&detector)
}

/// The file that a detector goes by.
struct File {
    folder: TempDir,
}

impl File {
    fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        fs::write(folder.path().join("own.csv"), "198.18.0.0/15,ours\n")?;
        let file = Self { folder };
        fs::write(file.path(), whole())?;
        Ok(file)
    }

    fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap_or_default()
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("detector.toml")
    }

    fn watch(&self, lab: &Lab) -> Result<Detector> {
        let path = self.path();
        let path = path.to_str().unwrap_or_default();
        let (detector, _attached) =
            watch(&lab.gateway, &["--wan", WAN_INTERFACE, "--config", path])?;
        Ok(detector)
    }

    /// Has `bytes` read, and returns what is said of it.
    fn reload(&self, detector: &Detector, bytes: &[u8]) -> Result<Value> {
        fs::write(self.path(), bytes)?;
        let began = Instant::now();
        detector.signal(Signal::SIGHUP)?;
        let told = detector.wait_for_after(began, PATIENCE, |it| it["event"] == "config")?;
        Ok(told.event)
    }

    /// Whether it can be used.
    fn check(&self) -> bool {
        Config::read(&self.path()).is_ok_and(|config| Settings::load(&config).is_ok())
    }
}

/// What the detector says of its settings.
fn status(detector: &Detector) -> Result<Value> {
    Ok(detector.status()?["config"].clone())
}

/// The file as it should be.
fn whole() -> String {
    let bus = if cfg!(feature = "nats") { BUS } else { "" };
    SETTINGS.to_owned() + bus
}

/// The file with a few bytes lost, doubled, swapped or replaced, or cut off.
fn mutated(chance: &mut impl rand::Rng) -> Vec<u8> {
    let mut bytes = whole().into_bytes();
    for _change in 0..chance.random_range(1..4) {
        let place = chance.random_range(0..bytes.len());
        match chance.random_range(0..5) {
            0 => drop(bytes.remove(place)),
            1 => bytes.insert(place, bytes[place]),
            2 => bytes[place] = chance.random(),
            3 => bytes.swap(place, 0),
            _ => bytes.truncate(place.max(1)),
        }
    }
    bytes
}
