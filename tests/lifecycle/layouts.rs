//! Tables of other sizes and pins of other versions, there and back: what is counted is what was seen, and what is old
//! goes.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, address::WAN_INTERFACE, long::so_many, measured};

use crate::{
    hooks::Hooks,
    link::ensure_attached,
    pins::Ground,
    stage::{VISITED_PREFIXES, carry, end},
};

/// Prefixes, connections, destinations.
const LAYOUTS: [[u32; 3]; 3] = [
    [4_096, 16_384, 4_096],
    [65_536, 262_144, 65_536],
    [20_000, 40_000, 30_000],
];
/// There and back.
const ORDER: [usize; 6] = [0, 1, 2, 1, 0, 2];
/// What an older version and a newer one would call theirs.
const VERSIONS: [&str; 2] = ["v0", "v2"];

pub(crate) fn tables_of_other_sizes_and_pins_of_other_versions_are_never_misread() -> Result<()> {
    let lab = Lab::open()?;
    let ground = Ground::new()?;
    let rounds = so_many(1, 10);
    let mut starts = 0_usize;
    for layout in ORDER.repeat(rounds) {
        if starts > 0 {
            let other = VERSIONS[starts % VERSIONS.len()];
            fs::rename(ground.pins().join("v1"), ground.pins().join(other))?;
        }
        let file = settings(&ground, LAYOUTS[layout])?;
        let (detector, _attached) =
            ground.watch(&lab.gateway, WAN_INTERFACE, &["--config", &file])?;
        ensure_attached(&Hooks::of(&lab.gateway, WAN_INTERFACE)?)?;
        let links = ground.links()?;
        let are_ours = links.len() == 2 && links.iter().all(|it| it.starts_with("v1/"));
        ensure!(are_ours, "{links:?}");
        ensure!(fs::read_dir(ground.pins())?.count() == 1, "an old folder");
        ensure_counts(&lab, &detector, LAYOUTS[layout])?;
        end(&detector)?;
        starts += 1;
    }
    measured(
        "tables_of_other_sizes_and_pins_of_other_versions_are_never_misread",
        format!(
            "{starts} starts over three layouts and three versions: every one counted what it saw, nothing old was left"
        ),
    );
    Ok(())
}

/// Nothing of what the one before counted is there, and all of what comes is.
fn ensure_counts(lab: &Lab, detector: &Detector, [prefixes, ..]: [u32; 3]) -> Result<()> {
    let mut statuses = detector.statuses()?;
    let first = statuses.next().context("no status")??;
    ensure!(first["prefixes"] == 0, "{}", first["prefixes"]);
    ensure!(
        first["tables"][0]["capacity"] == prefixes,
        "{}",
        first["tables"]
    );
    carry(lab)?;
    for status in statuses {
        let count = status?["prefixes"].as_u64().context("no count")?;
        ensure!(count <= VISITED_PREFIXES, "{count} prefixes");
        if count == VISITED_PREFIXES {
            return Ok(());
        }
    }
    anyhow::bail!("it ended before it counted all")
}

fn settings(ground: &Ground, [prefixes, connections, destinations]: [u32; 3]) -> Result<String> {
    let file = ground.state().join("settings.toml");
    let text = format!(
        "[tables]\nprefixes = {prefixes}\nconnections = {connections}\ndestinations = {destinations}\n"
    );
    fs::write(&file, text)?;
    Ok(file.to_str().context("no UTF-8")?.to_owned())
}
