//! How much one TCP connection carries from the outside to the gateway while each mode of XDP is attached: a native
//! program takes offloads from a veth device, whatever it does.

use detector_tests::spread::Spread;
use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use crate::{
    connections::SERVER,
    ground::Ground,
    step,
    watcher::{Mode, Watcher},
};

const WATCHERS: [Watcher; 4] = [
    Watcher::Nothing,
    Watcher::EmptyXdp(Mode::Native),
    Watcher::Detector(Mode::Native),
    Watcher::Detector(Mode::Generic),
];
const BASE: usize = 0;
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_millis(1_500);
const CHUNK: usize = 128 << 10;

/// All rounds, and in each the bits a second under each watcher.
pub(crate) struct Throughputs(Vec<[f64; WATCHERS.len()]>);

impl Throughputs {
    pub(crate) fn measure(ground: &Ground) -> Result<Self> {
        step("throughput of TCP");
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let rates: Vec<f64> = WATCHERS
                .iter()
                .map(|watcher| {
                    let watch = watcher.start(&ground.gateway)?;
                    let rate = carry(ground)?;
                    watch.end()?;
                    Ok(rate)
                })
                .collect::<Result<_>>()?;
            rounds.extend(<[f64; WATCHERS.len()]>::try_from(rates).ok());
        }
        Ok(Self(rounds))
    }

    pub(crate) fn table(&self) -> String {
        let head = format!(
            "One TCP connection, {ROUNDS} rounds of {} s.\n\n\
             | watcher | Gbit/s | of nothing's |\n|---|---|---|\n",
            SPAN.as_secs_f64()
        );
        self.rows().fold(head, |table, (watcher, rate, ratio)| {
            let (rate, ratio) = (rate.cell(1), ratio.cell(2));
            table + &format!("| {} | {rate} | {ratio} |\n", watcher.name())
        })
    }

    pub(crate) fn json(&self) -> Value {
        let rows = self.rows().map(|(watcher, rate, ratio)| {
            json!({ "watcher": watcher.name(), "gbit_per_s": rate.json(), "ratio": ratio.json() })
        });
        json!({ "rounds": ROUNDS, "watchers": rows.collect::<Vec<_>>() })
    }

    /// Each watcher, its rate in Gbit/s, and that in the rate of the same round without any.
    fn rows(&self) -> impl Iterator<Item = (Watcher, Spread, Spread)> {
        WATCHERS.into_iter().enumerate().map(|(index, watcher)| {
            let rates = self.0.iter().map(|round| round[index] / 1e9);
            let ratios = self.0.iter().map(|round| round[index] / round[BASE]);
            (watcher, Spread::of(rates), Spread::of(ratios))
        })
    }
}

/// Bits a second.
fn carry(ground: &Ground) -> Result<f64> {
    let listener = ground.outside.run(|| Ok(TcpListener::bind(SERVER)?))?;
    let mut client = ground.gateway.run(|| Ok(TcpStream::connect(SERVER)?))?;
    let (server, _) = listener.accept()?;
    let pump = thread::spawn(move || pump(server));
    let (bytes, took) = drain(&mut client)?;
    // By this the server knows.
    drop(client);
    pump.join()
        .map_err(|_panic| anyhow!("the server panicked"))?;
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 bytes")]
    Ok(bytes as f64 * 8.0 / took.as_secs_f64())
}

/// Until the client has gone.
fn pump(mut server: TcpStream) {
    let chunk = vec![b'.'; CHUNK];
    while server.write_all(&chunk).is_ok() {}
}

fn drain(client: &mut TcpStream) -> Result<(usize, Duration)> {
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    let began = Instant::now();
    while began.elapsed() < SPAN {
        bytes += client.read(&mut chunk)?;
    }
    Ok((bytes, began.elapsed()))
}
