//! What a short connection costs, both its ends together, at many a second: without a watcher and with the detector.

use detector_tests::{last_core, spread::Spread};
use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};

use crate::{
    ground::Ground,
    meter::Meter,
    step,
    watcher::{Mode, Watcher},
};

/// Where the outside listens: one of its own addresses.
pub(crate) const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(server(1)), 443);
/// Addresses that are visited in turn.
const SERVERS: u32 = 250;
const WATCHERS: [Watcher; 2] = [Watcher::Nothing, Watcher::Detector(Mode::Generic)];
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(3);
const PER_SECOND: u32 = 20_000;
const REQUEST: [u8; 300] = [b'?'; 300];
const ANSWER: [u8; 2_000] = [b'!'; 2_000];

/// All rounds, and in each what a connection cost under each watcher.
pub(crate) struct Connections(Vec<[Sample; WATCHERS.len()]>);

#[derive(Clone, Copy, Debug)]
struct Sample {
    per_second: f64,
    cpu_us: f64,
}

impl Connections {
    pub(crate) fn measure(ground: &Ground) -> Result<Self> {
        step("short connections");
        let listener = ground
            .outside
            .run(|| Ok(TcpListener::bind("0.0.0.0:443")?))?;
        let server = thread::spawn(move || serve(&listener));
        let rounds = take_turns(ground)?;
        // Whoever asks for nothing ends the server.
        let silent = ground.gateway.run(|| Ok(TcpStream::connect(SERVER)?))?;
        drop(silent);
        server
            .join()
            .map_err(|_panic| anyhow!("the server panicked"))??;
        Ok(Self(rounds))
    }

    pub(crate) fn table(&self) -> String {
        let head = format!(
            "Short connections, at most {PER_SECOND} a second, {ROUNDS} rounds of {} s; CPU of client, server, kernel and \
             detector.\n\n| watcher | connections/s | CPU µs a connection | of nothing's |\n|---|---|---|---|\n",
            SPAN.as_secs()
        );
        self.rows()
            .fold(head, |table, (watcher, rate, cpu, ratio)| {
                let (rate, cpu, ratio) = (rate.median, cpu.cell(1), ratio.cell(2));
                table + &format!("| {} | {rate:.0} | {cpu} | {ratio} |\n", watcher.name())
            })
    }

    pub(crate) fn json(&self) -> Value {
        let rows = self.rows().map(|(watcher, rate, cpu, ratio)| {
            json!({
                "watcher": watcher.name(),
                "connections_per_s": rate.json(), "cpu_us": cpu.json(), "ratio": ratio.json(),
            })
        });
        json!({ "rounds": ROUNDS, "watchers": rows.collect::<Vec<_>>() })
    }

    fn rows(&self) -> impl Iterator<Item = (Watcher, Spread, Spread, Spread)> {
        WATCHERS.into_iter().enumerate().map(|(index, watcher)| {
            let own = || self.0.iter().map(move |round| (round[index], round[0]));
            (
                watcher,
                Spread::of(own().map(|(it, _)| it.per_second)),
                Spread::of(own().map(|(it, _)| it.cpu_us)),
                Spread::of(own().map(|(it, base)| it.cpu_us / base.cpu_us)),
            )
        })
    }
}

fn take_turns(ground: &Ground) -> Result<Vec<[Sample; WATCHERS.len()]>> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let samples: Vec<Sample> = WATCHERS
            .iter()
            .map(|watcher| Sample::take(*watcher, ground))
            .collect::<Result<_>>()?;
        rounds.extend(<[Sample; WATCHERS.len()]>::try_from(samples).ok());
    }
    Ok(rounds)
}

impl Sample {
    fn take(watcher: Watcher, ground: &Ground) -> Result<Self> {
        let watch = watcher.start(&ground.gateway)?;
        let meter = Meter::new(watch.pid())?;
        let before = meter.read()?;
        let began = Instant::now();
        let connections = ground.gateway.run(|| visit(began))?;
        let took = began.elapsed();
        let used = meter.since(before)?;
        watch.end()?;
        Ok(Self {
            per_second: f64::from(connections) / took.as_secs_f64(),
            cpu_us: used.as_secs_f64() * 1e6 / f64::from(connections),
        })
    }
}

/// One connection after the other, none before its time.
fn visit(began: Instant) -> Result<u32> {
    last_core::stay()?;
    let mut answer = Vec::new();
    let mut connections = 0;
    while began.elapsed() < SPAN {
        let due = Duration::from_secs(1) / PER_SECOND * connections;
        thread::sleep(due.saturating_sub(began.elapsed()));
        let server = (server(1 + connections % SERVERS), 443);
        let mut stream = TcpStream::connect(server).with_context(|| format!("{server:?}"))?;
        stream.write_all(&REQUEST)?;
        answer.clear();
        stream.read_to_end(&mut answer)?;
        connections += 1;
    }
    Ok(connections)
}

/// Answers each, until one comes that asks for nothing.
fn serve(listener: &TcpListener) -> Result<()> {
    last_core::stay()?;
    let mut request = [0; REQUEST.len()];
    loop {
        let (mut stream, _) = listener.accept()?;
        if stream.read_exact(&mut request).is_err() {
            return Ok(());
        }
        stream.write_all(&ANSWER)?;
    }
}

const fn server(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(198, 51, 100, 0).to_bits() + number)
}
