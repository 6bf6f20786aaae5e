//! Metrics of the real binary: where they are served, and that nobody who asks for them is in the way of a poll.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    os::unix::net::UnixStream,
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Detector, Lab, address::WAN_INTERFACE, dawdlers::Dawdlers, http};
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{CONNECTIONS, carry, end, refuse, watch};

/// In a namespace of its own every port is free.
const PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9_736);
const OPEN_METRICS: &str = "Accept: application/openmetrics-text; version=1.0.0\r\n";
const SLOW: usize = 1_000;
/// As many as the detector serves at one door.
const GUESTS: usize = 64;
/// Polls to wait for.
const POLLS: usize = 5;

pub(crate) fn what_was_seen_is_served_on_a_port_and_on_a_socket() -> Result<()> {
    let lab = Lab::open()?;
    let place = Place::new()?;
    let detector = place.watch(&lab)?;
    carry(&lab)?;
    after_polls(detector.statuses()?, 2)?;
    let text = http::fetch(&lab.gateway, PORT, "/metrics")?;
    for direction in ["in", "out"] {
        let name = format!("detector_packets_total{{direction=\"{direction}\"}} ");
        ensure!(
            value(&text, &name)? > 3.0 * f64::from(CONNECTIONS),
            "{text}"
        );
    }
    ensure!(
        value(&text, "detector_map_entries{map=\"prefixes\"} ")? > 0.0,
        "{text}"
    );
    let newer = http::ask(place.socket()?, "/metrics", OPEN_METRICS)?;
    ensure!(
        newer
            .head
            .contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{newer:?}"
    );
    ensure!(newer.body.ends_with("# EOF\n"), "{newer:?}");
    let nowhere = http::ask(place.socket()?, "/other", "")?;
    ensure!(nowhere.status == 404, "{nowhere:?}");
    end(&detector)
}

/// As many as there is a place for are served at a time; who has been there the longest goes for the next, and polls wait
/// for nobody.
pub(crate) fn a_thousand_who_never_finish_asking_delay_no_poll() -> Result<()> {
    let lab = Lab::open()?;
    let place = Place::new()?;
    let detector = place.watch(&lab)?;
    let mut statuses = detector.statuses()?;
    after_polls(&mut statuses, 1)?;
    let before = descriptors(&detector)?;
    let slow = Dawdlers::send(&lab.gateway, PORT, SLOW)?;
    after_polls(&mut statuses, 1)?;
    let held = descriptors(&detector)?.saturating_sub(before);
    // One more where the longest there is about to go.
    ensure!(
        (1..=GUESTS + 1).contains(&held),
        "{held} are served at once"
    );
    let seconds = after_polls(&mut statuses, POLLS)?;
    // One a second is meant; a machine that is busy may miss some.
    ensure!(seconds <= 2 * POLLS as u64, "{POLLS} polls in {seconds} s");
    ensure!(http::ask(place.socket()?, "/metrics", "")?.status == 200);
    drop(slow);
    http::fetch(&lab.gateway, PORT, "/metrics")?;
    end(&detector)
}

/// Whoever stays makes room for whoever comes.
pub(crate) fn nobody_is_kept_from_the_status_by_those_who_stay() -> Result<()> {
    let lab = Lab::open()?;
    let place = Place::new()?;
    let detector = place.watch(&lab)?;
    let mut staying = Vec::new();
    for _ in 0..=GUESTS {
        let mut statuses = detector.statuses()?;
        statuses.next().context("no status")??;
        staying.push(statuses);
    }
    detector.status()?;
    let told = staying.remove(0).take(GUESTS).count();
    ensure!(told < GUESTS, "the first is still there");
    end(&detector)
}

pub(crate) fn a_port_that_is_taken_is_named() -> Result<()> {
    let lab = Lab::open()?;
    let place = Place::new()?;
    let _taken = lab.gateway.run(|| Ok(std::net::TcpListener::bind(PORT)?))?;
    let line = refuse(&lab.gateway, &place.arguments(), 1)?;
    ensure!(
        line.contains("127.0.0.1:9736") && line.contains("metrics.listen"),
        "{line}"
    );
    Ok(())
}

/// A file of settings, and the socket that it names.
struct Place {
    folder: TempDir,
    file: String,
}

impl Place {
    fn new() -> Result<Self> {
        let folder = TempDir::new()?;
        let file = folder.path().join("detector.toml");
        let settings = format!("[metrics]\nlisten = \"{PORT}\"\nsocket = \"metrics.sock\"\n");
        fs::write(&file, settings)?;
        let file = file.to_str().context("a name that is no text")?.to_owned();
        Ok(Self { folder, file })
    }

    fn arguments(&self) -> [&str; 4] {
        ["--wan", WAN_INTERFACE, "--config", &self.file]
    }

    fn watch(&self, lab: &Lab) -> Result<Detector> {
        let (detector, _attached) = watch(&lab.gateway, &self.arguments())?;
        Ok(detector)
    }

    fn socket(&self) -> Result<UnixStream> {
        Ok(UnixStream::connect(
            self.folder.path().join("metrics.sock"),
        )?)
    }
}

/// Waits for so many polls, and says in how many seconds of the detector's own.
fn after_polls(statuses: impl Iterator<Item = Result<Value>>, polls: usize) -> Result<u64> {
    let seconds: Vec<u64> = statuses
        .take(polls + 1)
        .map(|status| status?["uptime_s"].as_u64().context("no uptime"))
        .collect::<Result<_>>()?;
    ensure!(seconds.len() == polls + 1, "it has ended");
    Ok(seconds[polls] - seconds[0])
}

fn descriptors(detector: &Detector) -> Result<usize> {
    Ok(fs::read_dir(format!("/proc/{}/fd", detector.pid()))?.count())
}

fn value(text: &str, name: &str) -> Result<f64> {
    let sample = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(sample
        .with_context(|| format!("no {name}in\n{text}"))?
        .parse()?)
}
