//! A gateway of a fleet: a lab with a detector in it and traffic that passes, and its metrics as others reach them.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    os::unix::net::UnixStream,
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{
    Block, Detector, Lab, Namespace, Plan, Traffic, address::WAN_INTERFACE, http, plan::hosts,
    program, relay::Relay,
};
use ipnet::{IpNet, Ipv4Net};
use tempfile::TempDir;

/// For what takes moments, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
/// What a censor blocks.
pub(crate) const RANGE: IpNet = v4(16, 20);
/// What works beside it.
const AROUND: [IpNet; 2] = [v4(0, 20), v4(32, 21)];
const HOSTS: usize = 8;
const PER_SECOND: u32 = 60;
/// Each server is visited twice before anything happens to it, and faster than later.
const GREETINGS: u64 = 2;
const GREETINGS_PER_SECOND: u32 = 300;

/// The lab in use.
pub(crate) struct Gateway {
    detector: Detector,
    _relay: Option<Relay>,
    _traffic: Traffic,
    place: TempDir,
    // The last to be dropped.
    lab: Lab,
}

impl Gateway {
    /// A gateway whose connections all work.
    pub(crate) fn open() -> Result<Self> {
        let (lab, place) = (Lab::open()?, TempDir::new()?);
        let file = place.path().join("detector.toml");
        fs::write(&file, "[metrics]\nsocket = \"metrics.sock\"\n")?;
        let file = file.to_str().context("a name that is no text")?;
        let arguments = ["run", "--wan", WAN_INTERFACE, "--config", file];
        let detector = Detector::start(&lab.gateway, &program::detector()?, &arguments)?;
        detector.attached(PATIENCE)?;
        let targets = targets()?;
        greet(&lab.clients, targets.clone())?;
        Ok(Self {
            _traffic: visit(&lab.clients, targets)?,
            detector,
            _relay: None,
            place,
            lab,
        })
    }

    /// The same, with its metrics at a port of `monitoring`: a socket needs no way between the namespaces.
    pub(crate) fn open_at(monitoring: &Namespace, address: SocketAddr) -> Result<Self> {
        let gateway = Self::open()?;
        let relay = Relay::open(monitoring, address, &gateway.socket())?;
        Ok(Self {
            _relay: Some(relay),
            ..gateway
        })
    }

    /// Blocks the range, until the block is lifted.
    pub(crate) fn block(&self) -> Result<Block> {
        self.lab.censor().drop_range(RANGE)
    }

    /// Waits until it has told an alert, and polled again since.
    pub(crate) fn alerted(&self) -> Result<()> {
        self.detector
            .wait_for(PATIENCE, |event| event["event"] == "alert")?;
        self.detector.statuses()?.nth(1).context("it has ended")??;
        Ok(())
    }

    /// Its metrics, in the older format.
    pub(crate) fn metrics(&self) -> Result<String> {
        let answer = http::ask(UnixStream::connect(self.socket())?, "/metrics", "")?;
        ensure!(answer.status == 200, "{answer:?}");
        Ok(answer.body)
    }

    fn socket(&self) -> PathBuf {
        self.place.path().join("metrics.sock")
    }
}

const fn v4(third: u8, bits: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(198, 18, third, 0), bits))
}

fn targets() -> Result<Vec<SocketAddr>> {
    let ranges = AROUND.into_iter().chain([RANGE]);
    let targets: Vec<_> = ranges
        .map(|range| hosts(range, 24, HOSTS, 443))
        .collect::<Result<_>>()?;
    Ok(targets.concat())
}

fn greet(clients: &Namespace, targets: Vec<SocketAddr>) -> Result<()> {
    let visits = GREETINGS * u64::try_from(targets.len())?;
    let plan = Plan {
        connections_per_second: GREETINGS_PER_SECOND,
        limit: Some(visits),
        ..Plan::to(targets)
    };
    let traffic = Traffic::start(clients, plan)?;
    let counts = traffic.wait_until(|counts| counts.ended() == visits, PATIENCE)?;
    ensure!(counts.answered == visits, "the lab is ill: {counts:?}");
    Ok(())
}

fn visit(clients: &Namespace, targets: Vec<SocketAddr>) -> Result<Traffic> {
    let plan = Plan {
        connections_per_second: PER_SECOND,
        ..Plan::to(targets)
    };
    Traffic::start(clients, plan)
}
