//! What these tests share: sinks as a file of settings configures them, events, and what became of them.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use detector::{
    config::Config,
    sink::{Message, Pace, Rank, Sinks},
    status::SinkStatus,
};
use serde_json::{Value, json};

/// For what takes moments, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A thousandth of the usual waits: an hour of a dead peer takes some seconds.
pub(crate) const fn pace() -> Pace {
    Pace {
        first: Duration::from_micros(250),
        longest_here: Duration::from_millis(4),
        longest_there: Duration::from_millis(30),
        answer: Duration::from_secs(10),
        drain: PATIENCE,
    }
}

/// Sinks as `text` configures them, a file of settings in `folder`.
pub(crate) fn start(folder: &Path, text: &str) -> Result<Sinks> {
    start_with(folder, text, pace())
}

/// The same, as patient as `pace` says.
pub(crate) fn start_with(folder: &Path, text: &str, pace: Pace) -> Result<Sinks> {
    let path = folder.join("detector.toml");
    std::fs::write(&path, text)?;
    let config = Config::read(&path)?;
    let (sinks, resting) = Sinks::open(&config.sinks, pace)?;
    resting.begin()?;
    Ok(sinks)
}

/// Event number `number`: of six, an alert that begins, four that go on, and one that ends.
pub(crate) fn told(number: u64) -> Arc<Message> {
    let state = match number % 6 {
        0 => "firing",
        5 => "resolved",
        _ => "update",
    };
    Arc::new(Message::of_alert(&alert(number, state)))
}

/// An alert with a number.
pub(crate) fn alert(number: u64, state: &str) -> Value {
    json!({
        "schema": "detector/1", "event": "alert", "ts": format!("{:.3}", jiff::Timestamp::now()),
        "id": format!("01JD8{number:021}"), "state": state, "number": number,
        "kind": "syn_blackhole", "grade": "confirmed", "confidence": 0.99, "prefix": "198.18.16.0/20",
        "members": ["198.18.16.0/24"], "members_total": 1, "since": "2026-11-22T10:35:11.000Z",
        "observer": {"host": "gw1", "iface": ["wan0"], "mode": "native", "version": "0.1.0"},
        "evidence": {"trials": 61, "failed": 60}, "caveats": ["one_uplink"], "duration_s": 9,
    })
}

/// Leaves events for `sinks`; returns the numbers of those that must not be lost.
pub(crate) fn offer(sinks: &Sinks, numbers: impl IntoIterator<Item = u64>) -> BTreeSet<u64> {
    let mut turning = BTreeSet::new();
    for number in numbers {
        let told = told(number);
        if told.rank == Rank::Turning {
            turning.insert(number);
        }
        sinks.offer(&told);
    }
    turning
}

/// The number of an event in native form.
pub(crate) fn number(line: &str) -> Result<u64> {
    let event: Value = serde_json::from_str(line).with_context(|| format!("no JSON: {line:?}"))?;
    event["number"]
        .as_u64()
        .with_context(|| format!("no number: {line}"))
}

/// How things stand with the sink `name`.
pub(crate) fn status(sinks: &Sinks, name: &str) -> Result<SinkStatus> {
    let mut all = sinks.status().into_iter();
    all.find(|it| it.name == name)
        .with_context(|| format!("no sink {name}"))
}

/// Waits until a sink stands so.
pub(crate) fn wait_until(
    sinks: &Sinks,
    name: &str,
    is_so: impl Fn(&SinkStatus) -> bool,
) -> Result<SinkStatus> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = status(sinks, name)?;
        if is_so(&status) {
            return Ok(status);
        }
        if Instant::now() > deadline {
            bail!("it is not so: {status:?}");
        }
        // Nobody is woken by a status, which a poll looks at.
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Of `offered` events each was sent, dropped or waits.
pub(crate) fn ensure_counted(status: &SinkStatus, offered: u64) -> Result<()> {
    let dropped: u64 = status.dropped.values().sum();
    let counted = status.sent + dropped + status.queued as u64;
    ensure!(counted == offered, "{offered} offered: {status:?}");
    Ok(())
}
