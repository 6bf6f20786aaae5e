//! What these tests share: a detector that watches, a detector that refuses, and proof that traffic goes on.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use detector_tests::{
    Counts, Detector, Lab, Namespace, Plan, Traffic,
    address::{ELSEWHERE_V4, INTERNET_V4, WAN_INTERFACE},
    plan::hosts,
    program,
};
use nix::sys::signal::Signal;
use serde_json::Value;

/// For what takes moments, on a machine that is busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// That are carried at a time.
pub(crate) const CONNECTIONS: u32 = 100;
/// Machines that are emulated bear no more.
const PER_SECOND: u32 = 100;
/// The prefixes that [`carry`] visits: a few, and the one elsewhere.
pub(crate) const VISITED_PREFIXES: u64 = 17;

/// Starts `detector run` with `arguments`, and waits until it watches: it and the event that says so.
pub(crate) fn watch(namespace: &Namespace, arguments: &[&str]) -> Result<(Detector, Value)> {
    let detector = start(namespace, arguments)?;
    let attached = detector.attached(PATIENCE)?;
    Ok((detector, attached.event))
}

/// The same, on the gateway's interface to the internet.
pub(crate) fn watch_wan(lab: &Lab) -> Result<Detector> {
    let (detector, _attached) = watch(&lab.gateway, &["--wan", WAN_INTERFACE])?;
    Ok(detector)
}

/// Ends a detector, which must have been in good health.
pub(crate) fn end(detector: &Detector) -> Result<()> {
    detector.signal(Signal::SIGTERM)?;
    let status = detector.exit(PATIENCE)?;
    ensure!(status.success(), "it ended with {status}");
    Ok(())
}

/// Runs `detector run` where it cannot work: it must end with `code` and say why in one line, which is returned.
pub(crate) fn refuse(namespace: &Namespace, arguments: &[&str], code: i32) -> Result<String> {
    let detector = start(namespace, arguments)?;
    let status = detector.exit(PATIENCE)?;
    let (events, lines) = (detector.events(), detector.log_lines());
    ensure!(status.code() == Some(code), "{status}: {lines:?}");
    ensure!(events.is_empty(), "it has begun: {events:?}");
    match <[String; 1]>::try_from(lines) {
        Ok([line]) => Ok(line),
        Err(lines) => bail!("not one line: {lines:?}"),
    }
}

/// Connections of the clients, all of which must be answered.
pub(crate) fn carry(lab: &Lab) -> Result<()> {
    let mut targets = hosts(INTERNET_V4, 24, 1, 443)?;
    targets.truncate(usize::try_from(VISITED_PREFIXES)? - 1);
    targets.extend(hosts(ELSEWHERE_V4, 24, 1, 443)?);
    let plan = Plan {
        connections_per_second: PER_SECOND,
        limit: Some(CONNECTIONS.into()),
        ..Plan::to(targets)
    };
    let traffic = Traffic::start(&lab.clients, plan)?;
    let ended = |counts: &Counts| counts.ended() == u64::from(CONNECTIONS);
    let counts = traffic.wait_until(ended, PATIENCE)?;
    ensure!(
        counts.answered == u64::from(CONNECTIONS),
        "traffic suffers: {counts:?}"
    );
    Ok(())
}

/// A word of an event.
pub(crate) fn word<'a>(event: &'a Value, key: &str) -> Result<&'a str> {
    event[key]
        .as_str()
        .with_context(|| format!("no {key}: {event}"))
}

/// Starts `detector run` with `arguments`.
pub(crate) fn start(namespace: &Namespace, arguments: &[&str]) -> Result<Detector> {
    let arguments = [&["run"], arguments].concat();
    Detector::start(namespace, &program::detector()?, &arguments)
}
