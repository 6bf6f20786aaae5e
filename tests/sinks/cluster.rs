//! The real Alertmanager, as Debian has it: two that gossip, on ports of their own.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use detector::sink::Sinks;
use detector_tests::http;
use serde_json::Value;
use tempfile::TempDir;

use crate::stage::{PATIENCE, start};

const PROGRAM: &str = "prometheus-alertmanager";

/// Says in one line that there is none here.
pub(crate) fn missing() -> Option<String> {
    let mut command = Command::new(PROGRAM);
    let quiet = command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let is_there = quiet.status().is_ok_and(|status| status.success());
    (!is_there).then(|| format!("{PROGRAM} is not installed"))
}

pub(crate) struct Cluster {
    folder: TempDir,
    pub(crate) peers: Vec<Peer>,
}

impl Cluster {
    pub(crate) fn start() -> Result<Self> {
        let folder = TempDir::new()?;
        let settings = "route: {receiver: none}\nreceivers: [{name: none}]\n";
        std::fs::write(folder.path().join("am.yml"), settings)?;
        let first = Peer::new(&folder, 0, port()?, port()?, None)?;
        let second = Peer::new(&folder, 1, port()?, port()?, Some(first.gossip))?;
        let cluster = Self {
            folder,
            peers: vec![first, second],
        };
        cluster.peers.iter().try_for_each(Peer::wait_until_ready)?;
        Ok(cluster)
    }

    pub(crate) fn sinks(&self) -> Result<Sinks> {
        let peers: Vec<String> = self
            .peers
            .iter()
            .map(|peer| format!("\"http://127.0.0.1:{}\"", peer.port))
            .collect();
        let peers = peers.join(", ");
        start(
            self.folder.path(),
            &format!("[[sink]]\ntype = \"alertmanager\"\npeers = [{peers}]\nresend_s = 1\n"),
        )
    }

    /// Starts a peer anew, which has forgotten everything that it did not write down.
    pub(crate) fn revive(&mut self, place: usize) -> Result<()> {
        let (dead, other) = (&self.peers[place], &self.peers[1 - place]);
        let peer = Peer::new(
            &self.folder,
            place,
            dead.port,
            dead.gossip,
            Some(other.gossip),
        )?;
        self.peers[place] = peer;
        self.peers[place].wait_until_ready()
    }
}

pub(crate) struct Peer {
    process: Child,
    pub(crate) port: u16,
    gossip: u16,
}

impl Peer {
    fn new(
        folder: &TempDir,
        place: usize,
        port: u16,
        gossip: u16,
        other: Option<u16>,
    ) -> Result<Self> {
        let folder = folder.path();
        let mut command = Command::new(PROGRAM);
        command
            .arg(format!("--config.file={}", folder.join("am.yml").display()))
            .arg(format!(
                "--storage.path={}",
                folder.join(place.to_string()).display()
            ))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg(format!("--cluster.listen-address=127.0.0.1:{gossip}"))
            .arg(format!("--cluster.advertise-address=127.0.0.1:{gossip}"))
            .arg("--cluster.settle-timeout=1s")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(other) = other {
            command.arg(format!("--cluster.peer=127.0.0.1:{other}"));
        }
        let process = command.spawn().context(PROGRAM)?;
        Ok(Self {
            process,
            port,
            gossip,
        })
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    fn wait_until_ready(&self) -> Result<()> {
        self.wait(|| Ok(self.ask("/-/ready").is_ok().then_some(())))
    }

    /// The first alert that is so.
    pub(crate) fn wait_for(&self, is_so: impl Fn(&Value) -> bool) -> Result<Value> {
        self.wait(|| Ok(self.alerts()?.into_iter().find(&is_so)))
    }

    pub(crate) fn wait_until_quiet(&self) -> Result<()> {
        self.wait_for_prefixes(&[])
    }

    /// Waits until alerts of just these prefixes are active.
    pub(crate) fn wait_for_prefixes(&self, prefixes: &[&str]) -> Result<()> {
        self.wait(|| {
            let alerts = self.alerts()?;
            let mut active: Vec<_> = alerts
                .iter()
                .map(|it| it["labels"]["prefix"].as_str())
                .collect();
            active.sort_unstable();
            let wanted: Vec<_> = prefixes.iter().map(|it| Some(*it)).collect();
            Ok((active == wanted).then_some(()))
        })
    }

    fn wait<R>(&self, look: impl Fn() -> Result<Option<R>>) -> Result<R> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(found) = look()? {
                return Ok(found);
            }
            // It answers questions only.
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("it is not so: {:?}", self.alerts())
    }

    /// What is active.
    pub(crate) fn alerts(&self) -> Result<Vec<Value>> {
        Ok(serde_json::from_str(&self.ask("/api/v2/alerts")?)?)
    }

    fn ask(&self, path: &str) -> Result<String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let answer = http::ask(stream, path, "")?;
        ensure!(answer.status == 200, "{path}: {answer:?}");
        Ok(answer.body)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // One that is dead already needs no killing.
        self.kill().ok();
    }
}

/// A port that is free now.
pub(crate) fn port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
