//! Those who watch the gateways: Prometheus, Alertmanager and a pager, on the loopback of a namespace of their own, with
//! the configuration that ships. Knows no gateway.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{Namespace, http, inbox::Inbox, service::Service, tool::ip};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    gateway::PATIENCE,
    shipped,
    tool::{ALERTMANAGER, PROMETHEUS},
};

/// Neither Prometheus nor Alertmanager has a way to wait for what is not there yet.
const PAUSE: Duration = Duration::from_millis(200);
/// What an Alertmanager counts of the others.
const HEARD: &str = "alertmanager_nflog_gossip_messages_propagated_total ";

const PAGER: SocketAddr = at(9_099);

/// Everything of it. The processes end when this is dropped.
pub(crate) struct Monitoring {
    pub(crate) namespace: Namespace,
    prometheis: Vec<Service>,
    pub(crate) alertmanagers: Vec<Service>,
    pub(crate) pager: Inbox,
    folder: TempDir,
}

/// The port of the metrics of the gateway `number`, counted from one, as are all.
pub(crate) const fn gateway(number: u16) -> SocketAddr {
    at(9_740 + number)
}

const fn prometheus(number: u16) -> SocketAddr {
    at(9_090 + number)
}

const fn alertmanager(number: u16) -> SocketAddr {
    at(9_093 + number)
}

const fn peer(number: u16) -> SocketAddr {
    at(9_193 + number)
}

const fn at(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

impl Monitoring {
    /// A pager, and nobody who calls it.
    pub(crate) fn open() -> Result<Self> {
        let namespace = Namespace::new("monitoring")?;
        ip(&namespace, "link set lo up\n")?;
        Ok(Self {
            pager: Inbox::open(&namespace, PAGER)?,
            namespace,
            prometheis: Vec::new(),
            alertmanagers: Vec::new(),
            folder: TempDir::new()?,
        })
    }

    /// Starts another Prometheus, which scrapes and judges each second.
    pub(crate) fn add_prometheus(&mut self) -> Result<()> {
        let number = u16::try_from(self.prometheis.len())? + 1;
        let rules = shipped::path("prometheus/detector.rules.yml");
        let mut changes = addresses();
        changes.push(("15s".to_owned(), "1s".to_owned()));
        changes.push(("replica: a".to_owned(), format!("replica: r{number}")));
        changes.push(("detector.rules.yml".to_owned(), rules.display().to_string()));
        let file = self.write("prometheus.yml", number, &changes)?;
        let mut command = Command::new(PROMETHEUS);
        command.arg(format!("--config.file={file}"));
        command.arg(format!(
            "--storage.tsdb.path={}",
            self.place("data", number)
        ));
        command.arg(format!("--web.listen-address={}", prometheus(number)));
        let ready = "Server is ready to receive web requests";
        let service = Service::start(&self.namespace, &mut command, ready, PATIENCE)?;
        self.prometheis.push(service);
        Ok(())
    }

    /// Starts another Alertmanager, which talks to the first.
    pub(crate) fn add_alertmanager(&mut self) -> Result<()> {
        let number = u16::try_from(self.alertmanagers.len())? + 1;
        let changes = [
            ("30s".to_owned(), "1s".to_owned()),
            ("5m".to_owned(), "5s".to_owned()),
            ("pager.example.net".to_owned(), PAGER.to_string()),
        ];
        let file = self.write("alertmanager.yml", number, &changes)?;
        let mut command = Command::new(ALERTMANAGER);
        command.arg(format!("--config.file={file}"));
        command.arg(format!("--storage.path={}", self.place("memory", number)));
        command.arg(format!("--web.listen-address={}", alertmanager(number)));
        command.arg(format!("--cluster.listen-address={}", peer(number)));
        command.arg(format!("--cluster.advertise-address={}", peer(number)));
        command.args((number > 1).then(|| format!("--cluster.peer={}", peer(1))));
        let settled = "gossip settled; proceeding";
        let service = Service::start(&self.namespace, &mut command, settled, PATIENCE)?;
        self.alertmanagers.push(service);
        Ok(())
    }

    /// What the Prometheus `number` answers to `query` now.
    pub(crate) fn query(&self, number: u16, query: &str) -> Result<Vec<Value>> {
        let path = format!("/api/v1/query?query={}", encoded(query));
        let body = http::fetch(&self.namespace, prometheus(number), &path)?;
        let answer: Value = serde_json::from_str(&body)?;
        ensure!(answer["status"] == "success", "{query}: {answer}");
        Ok(answer["data"]["result"]
            .as_array()
            .cloned()
            .unwrap_or_default())
    }

    /// Asks until there is an answer.
    pub(crate) fn until_answered(&self, number: u16, query: &str) -> Result<()> {
        until(query, || Ok(!self.query(number, query)?.is_empty()))
    }

    /// Waits until each Alertmanager has heard of every letter that another has sent.
    pub(crate) fn until_all_know_of_all_calls(&self) -> Result<()> {
        let all = u16::try_from(self.alertmanagers.len())?;
        until("gossip", || {
            let sent = self.pager.all().len();
            let heard: Vec<usize> = (1..=all)
                .map(|number| self.heard(number))
                .collect::<Result<_>>()?;
            Ok(heard.iter().sum::<usize>() >= sent * usize::from(all - 1))
        })
    }

    /// Letters of others that the Alertmanager `number` has heard of.
    fn heard(&self, number: u16) -> Result<usize> {
        let text = http::fetch(&self.namespace, alertmanager(number), "/metrics")?;
        let value = text.lines().find_map(|line| line.strip_prefix(HEARD));
        Ok(value.context("no count of gossip")?.trim().parse()?)
    }

    /// Writes a file that ships, with `changes`, and says where.
    fn write(&self, name: &str, number: u16, changes: &[(String, String)]) -> Result<String> {
        let place = self.place(name, number);
        let text = shipped::changed(&format!("prometheus/{name}"), changes)?;
        fs::write(&place, text)?;
        Ok(place)
    }

    fn place(&self, name: &str, number: u16) -> String {
        let path = self.folder.path().join(format!("{number}-{name}"));
        path.display().to_string()
    }
}

fn until(what: &str, is_so: impl Fn() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !is_so()? {
        ensure!(
            begun.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Addresses in the files that ship, and what they are here.
fn addresses() -> Vec<(String, String)> {
    let here = |name: &str, port: u16, number: u16, address: SocketAddr| {
        let there = format!("{name}{number}.example.net:{port}");
        (there, address.to_string())
    };
    let alertmanagers = (1..=3).map(|number| here("am", 9_093, number, alertmanager(number)));
    let gateways = (1..=2).map(|number| here("gw", 9_736, number, gateway(number)));
    alertmanagers.chain(gateways).collect()
}

/// As it stands in an address: every byte by its number.
fn encoded(query: &str) -> String {
    let bytes: Vec<_> = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}
