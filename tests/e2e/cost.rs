//! What each watcher adds to the processor time of a packet, in a mix of many connections at a steady rate.

use detector_tests::{sender::Sender, spread::Spread};
use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    ground::Ground,
    meter::Meter,
    mix::{FLOWS, Mix},
    step,
    watcher::{Mode, Watcher},
};

const WATCHERS: [Watcher; 10] = [
    Watcher::Nothing,
    Watcher::EmptyXdp(Mode::Native),
    Watcher::EmptyXdp(Mode::Generic),
    Watcher::Detector(Mode::Native),
    Watcher::Detector(Mode::Generic),
    Watcher::FlowCounter(Mode::Generic),
    Watcher::Program("tcpdump -w /dev/null"),
    Watcher::Program("tcpdump -w /dev/null 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'"),
    Watcher::Program("softflowd -d -m 131072 -p DIR/pid -c DIR/control"),
    Watcher::Program("tshark -q -z conv,tcp"),
];
/// What others are compared with.
const BASE: usize = 0;
const FLOW_COUNTER: usize = 5;
const TCPDUMP: usize = 6;
const ROUNDS: usize = 5;
const PER_SECOND: u32 = 150_000;
/// While connections are opened, nothing is measured.
const OPENING_PER_SECOND: u32 = 250_000;
/// A watcher that has fallen behind gets so long to catch up.
const CATCHING_UP: Duration = Duration::from_secs(8);
const GLANCE: Duration = Duration::from_millis(100);

/// All rounds, and in each what each watcher cost.
pub(crate) struct Costs(Vec<[Sample; WATCHERS.len()]>);

/// One turn of one watcher.
#[derive(Clone, Copy, Debug)]
struct Sample {
    packet_ns: f64,
    per_second: f64,
    /// What it says of itself.
    lost: Option<u64>,
}

/// What one watcher cost in all rounds.
struct Row {
    watcher: Watcher,
    per_second: Spread,
    packet_ns: Spread,
    added_ns: Spread,
    /// The added time in that of tcpdump.
    of_tcpdump: Spread,
    /// The same, of the flow counter.
    of_flow_counter: Spread,
    lost: Option<u64>,
}

impl Costs {
    /// One turn of each watcher, and again: what disturbs the machine for a while disturbs them all.
    pub(crate) fn measure(ground: &Ground, sender: &Sender) -> Result<Self> {
        let mix = Mix::of(FLOWS);
        let mut rounds = Vec::new();
        for round in 1..=ROUNDS {
            step(&format!("cost of a packet, round {round} of {ROUNDS}"));
            let samples: Vec<Sample> = WATCHERS
                .iter()
                .map(|watcher| Sample::take(*watcher, ground, sender, &mix))
                .collect::<Result<_>>()?;
            rounds.extend(<[Sample; WATCHERS.len()]>::try_from(samples).ok());
        }
        Ok(Self(rounds))
    }

    pub(crate) fn table(&self) -> String {
        let head = format!(
            "{FLOWS} connections, {PER_SECOND} packets a second offered, {ROUNDS} rounds; the middle one (least–most).\n\n\
             | watcher | packets/s | CPU ns a packet | added ns | added, of tcpdump's | of the flow counter's | it says it lost |\n\
             |---|---|---|---|---|---|---|\n"
        );
        self.rows().fold(head, |table, row| table + &row.line())
    }

    pub(crate) fn json(&self) -> Value {
        let rows = self.rows().map(|row| row.json());
        json!({
            "connections": FLOWS, "offered_per_s": PER_SECOND, "rounds": ROUNDS,
            "watchers": rows.collect::<Vec<_>>(),
        })
    }

    fn rows(&self) -> impl Iterator<Item = Row> {
        WATCHERS.into_iter().enumerate().map(|(index, watcher)| {
            let own = || self.0.iter().map(move |round| round[index]);
            let added = |round: &[Sample; WATCHERS.len()], index: usize| {
                round[index].packet_ns - round[BASE].packet_ns
            };
            let share = |of: usize| {
                let rounds = self.0.iter();
                Spread::of(rounds.map(|round| added(round, index) / added(round, of)))
            };
            Row {
                watcher,
                per_second: Spread::of(own().map(|it| it.per_second)),
                packet_ns: Spread::of(own().map(|it| it.packet_ns)),
                added_ns: Spread::of(self.0.iter().map(|round| added(round, index))),
                of_tcpdump: share(TCPDUMP),
                of_flow_counter: share(FLOW_COUNTER),
                lost: own().filter_map(|it| it.lost).max(),
            }
        })
    }
}

impl Sample {
    fn take(watcher: Watcher, ground: &Ground, sender: &Sender, mix: &Mix) -> Result<Self> {
        let watch = watcher.start(&ground.gateway)?;
        sender.send(&mix.opening, Some(OPENING_PER_SECOND))?;
        let meter = Meter::new(watch.pid())?;
        let before = meter.read()?;
        let sent = sender.send(&mix.steady, Some(PER_SECOND))?;
        let used = caught_up(&meter)?.saturating_sub(before);
        Ok(Self {
            packet_ns: used.as_secs_f64() * 1e9 / f64::from(u32::try_from(mix.steady.len())?),
            per_second: sent.rate(),
            lost: watch.end()?,
        })
    }
}

/// What was used once nobody uses much any more.
fn caught_up(meter: &Meter) -> Result<Duration> {
    let end = Instant::now() + CATCHING_UP;
    let mut used = meter.read()?;
    loop {
        thread::sleep(GLANCE);
        let now = meter.read()?;
        if now.saturating_sub(used) < GLANCE / 5 || Instant::now() > end {
            return Ok(now);
        }
        used = now;
    }
}

impl Row {
    fn line(&self) -> String {
        let lost = self.lost.map_or("–".to_owned(), |lost| lost.to_string());
        format!(
            "| {} | {:.0} | {} | {} | {} | {} | {lost} |\n",
            self.watcher.name(),
            self.per_second.median,
            self.packet_ns.cell(0),
            self.added_ns.cell(0),
            self.of_tcpdump.cell(2),
            self.of_flow_counter.cell(2),
        )
    }

    fn json(&self) -> Value {
        json!({
            "watcher": self.watcher.name(),
            "packets_per_s": self.per_second.json(),
            "packet_ns": self.packet_ns.json(),
            "added_ns": self.added_ns.json(),
            "of_tcpdump": self.of_tcpdump.json(),
            "of_flow_counter": self.of_flow_counter.json(),
            "lost": self.lost,
        })
    }
}
