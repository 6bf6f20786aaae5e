//! The real NATS: three servers on the loopback that keep one stream three times, as `cargo xtask test` gets them.

use std::{
    fmt::Write as _,
    fs::{self, File},
    future::Future,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use async_nats::{
    ConnectOptions,
    jetstream::{
        self, Context,
        stream::{Config, Stream},
    },
};
use detector_tests::program;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::{cluster::port, stage::PATIENCE};

const PROGRAM: &str = "nats-server";
const STREAM: &str = "EVENTS";

/// Says in one line that there is none here.
pub(crate) fn missing() -> Option<String> {
    let mut command = Command::new(server());
    let quiet = command.arg("--version").stdout(Stdio::null());
    let is_there = quiet.status().is_ok_and(|status| status.success());
    (!is_there).then(|| format!("{PROGRAM} is not there; `cargo xtask test` gets it as root"))
}

/// The one that xtask got, else one that is installed.
fn server() -> PathBuf {
    let folder = program::directory().unwrap_or_default();
    let got = folder.join("../nats/bin").join(PROGRAM);
    if got.exists() { got } else { PROGRAM.into() }
}

/// Servers, and whoever looks after their stream.
pub(crate) struct Cluster {
    pub(crate) folder: TempDir,
    servers: Vec<Server>,
    runtime: Runtime,
    context: Context,
    stream: Stream,
}

struct Server {
    name: String,
    port: u16,
    process: Child,
}

/// A message as the stream keeps it.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) subject: String,
    pub(crate) payload: String,
}

impl Cluster {
    /// So many servers, and a stream of `subjects` on all of them.
    pub(crate) fn start(count: usize, subjects: &[&str]) -> Result<Self> {
        Self::start_with(count, subjects, "", &ConnectOptions::new())
    }

    /// The same with `settings` for each server, to which one connects by `options`.
    pub(crate) fn start_with(
        count: usize,
        subjects: &[&str],
        settings: &str,
        options: &ConnectOptions,
    ) -> Result<Self> {
        let folder = TempDir::new()?;
        let gossip: Vec<u16> = (0..count).map(|_| port()).collect::<Result<_>>()?;
        let servers = (0..count).map(|place| Server::start(&folder, place, &gossip, settings));
        let servers: Vec<Server> = servers.collect::<Result<_>>()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (addresses, config) = (addresses(&servers, "nats"), config(count, subjects));
        let made = runtime.block_on(until(async || made(&addresses, options, &config).await));
        let (context, stream) = made.with_context(|| logs(&folder, &servers))?;
        Ok(Self {
            folder,
            servers,
            runtime,
            context,
            stream,
        })
    }

    /// The value of `servers`.
    pub(crate) fn servers(&self, scheme: &str) -> String {
        format!("{:?}", addresses(&self.servers, scheme))
    }

    /// Where one listens.
    pub(crate) fn port(&self) -> u16 {
        self.servers[0].port
    }

    /// Who decides on what is kept.
    pub(crate) fn leader(&self) -> Result<String> {
        self.runtime.block_on(until(async || {
            let info = self.stream.get_info().await?;
            let cluster = info.cluster.context("no cluster")?;
            cluster.leader.context("no leader")
        }))
    }

    /// Ends one without a chance to say so.
    pub(crate) fn kill(&mut self, name: &str) -> Result<()> {
        let server = self.servers.iter_mut().find(|it| it.name == name);
        let server = server.with_context(|| format!("no server {name}"))?;
        server.process.kill()?;
        server.process.wait()?;
        Ok(())
    }

    /// Everything in the stream, the oldest first.
    pub(crate) fn kept(&self) -> Result<Vec<Kept>> {
        self.runtime.block_on(async {
            let state = until(async || Ok(self.stream.get_info().await?.state)).await?;
            let mut kept = Vec::new();
            for sequence in state.first_sequence..=state.last_sequence {
                kept.push(self.message(sequence).await?);
            }
            ensure!(kept.len() as u64 == state.messages, "{state:?}");
            Ok(kept)
        })
    }

    /// Waits until it holds so much.
    pub(crate) fn wait_until_kept(&self, count: u64) -> Result<()> {
        self.runtime.block_on(until(async || {
            let state = self.stream.get_info().await?.state;
            ensure!(state.messages == count, "{state:?}");
            Ok(())
        }))
    }

    /// Has the stream take other subjects.
    pub(crate) fn take(&self, subjects: &[&str]) -> Result<()> {
        let config = config(self.servers.len(), subjects);
        self.runtime.block_on(self.context.update_stream(config))?;
        Ok(())
    }

    async fn message(&self, sequence: u64) -> Result<Kept> {
        let message = until(async || Ok(self.stream.get_raw_message(sequence).await?)).await?;
        let id = message.headers.get(async_nats::header::NATS_MESSAGE_ID);
        Ok(Kept {
            id: id.context("no identity")?.as_str().to_owned(),
            subject: message.subject.to_string(),
            payload: String::from_utf8(message.payload.to_vec())?,
        })
    }
}

impl Server {
    fn start(folder: &TempDir, place: usize, gossip: &[u16], settings: &str) -> Result<Self> {
        let name = format!("n{place}");
        let port = port()?;
        let own = folder.path().join(&name);
        fs::create_dir(&own)?;
        let mut text = format!("server_name: {name}\nlisten: 127.0.0.1:{port}\n{settings}\n");
        let store = own.display();
        writeln!(
            text,
            "jetstream {{ store_dir: \"{store}\", max_file: 64M }}"
        )?;
        if gossip.len() > 1 {
            let routes: Vec<String> = gossip
                .iter()
                .map(|port| format!("nats://127.0.0.1:{port}"))
                .collect();
            let here = gossip[place];
            writeln!(
                text,
                "cluster {{ name: gateways, listen: 127.0.0.1:{here}, routes: {routes:?} }}"
            )?;
        }
        let file = own.join("server.conf");
        fs::write(&file, text)?;
        let log = File::create(own.join("log"))?;
        let mut command = Command::new(server());
        command
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(log);
        let process = command.spawn().context(PROGRAM)?;
        Ok(Self {
            name,
            port,
            process,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that is dead already needs no killing.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn addresses(servers: &[Server], scheme: &str) -> Vec<String> {
    let each = servers.iter();
    each.map(|server| format!("{scheme}://127.0.0.1:{}", server.port))
        .collect()
}

/// What the servers say of themselves.
fn logs(folder: &TempDir, servers: &[Server]) -> String {
    let files = servers
        .iter()
        .map(|it| folder.path().join(&it.name).join("log"));
    files
        .map(|file| fs::read_to_string(file).unwrap_or_default())
        .collect()
}

/// The stream, as soon as the servers agree on one.
async fn made(
    addresses: &[String],
    options: &ConnectOptions,
    config: &Config,
) -> Result<(Context, Stream)> {
    let client = options.clone().connect(addresses).await?;
    let mut context = jetstream::new(client);
    // Who asked a server that has died since asks again.
    context.set_timeout(Duration::from_secs(1));
    let stream = context.create_stream(config.clone()).await?;
    Ok((context, stream))
}

fn config(replicas: usize, subjects: &[&str]) -> Config {
    Config {
        name: STREAM.to_owned(),
        subjects: subjects.iter().map(|it| (*it).to_owned()).collect(),
        num_replicas: replicas,
        ..Config::default()
    }
}

/// What `look` finds in the end.
async fn until<T, F: Future<Output = Result<T>>>(look: impl Fn() -> F) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match look().await {
            Ok(found) => return Ok(found),
            Err(error) if Instant::now() > deadline => bail!("it is not so: {error:#}"),
            // They answer questions only.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}
