//! Events at a real NATS: each is kept once, whoever dies meanwhile, and whatever was said of it and not heard.

pub(crate) mod cluster;
mod deaf;
mod guarded;

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use detector::sink::Sinks;
use detector_tests::{Namespace, tool::ip};
use tempfile::TempDir;

use self::{
    cluster::{Cluster, Kept},
    deaf::Deaf,
};
use crate::{
    binary::Place,
    stage::{PATIENCE, number, offer, start, wait_until},
};

const EVENTS: u64 = 600;

pub(crate) fn every_event_is_kept_once_though_the_leader_is_killed() -> Result<()> {
    let mut cluster = Cluster::start(3, &["detector.>"])?;
    let sinks = sink(
        &cluster,
        &cluster.servers("nats"),
        "subject = \"detector.gw1\"",
    )?;
    let leader = cluster.leader()?;
    offer(&sinks, 0..EVENTS / 2);
    wait_until(&sinks, "nats", |it| it.sent > EVENTS / 6)?;
    cluster.kill(&leader)?;
    offer(&sinks, EVENTS / 2..EVENTS);
    let done = wait_until(&sinks, "nats", |it| it.sent == EVENTS)?;
    ensure!(done.is_up && done.dropped.is_empty(), "{done:?}");
    ensure!(cluster.leader()? != leader, "{leader} still leads");
    let kept = cluster.kept()?;
    ensure_once(&kept, EVENTS)?;
    ensure!(
        kept.iter().all(|it| it.subject == "detector.gw1"),
        "elsewhere"
    );
    sinks.finish().context("finish")
}

/// What was kept and never acknowledged comes again under its identity.
pub(crate) fn an_event_whose_acknowledgement_is_lost_is_kept_once() -> Result<()> {
    let cluster = Cluster::start(1, &["detector.events"])?;
    let deaf = Deaf::before(cluster.port())?;
    let sinks = sink(&cluster, &format!("[\"nats://{}\"]", deaf.address), "")?;
    offer(&sinks, 0..3);
    wait_until(&sinks, "nats", |it| it.sent == 3)?;
    deaf.stop_listening();
    offer(&sinks, 3..4);
    cluster.wait_until_kept(4)?;
    deaf.listen_again();
    let done = wait_until(&sinks, "nats", |it| it.sent == 4)?;
    ensure!(done.retries > 0 && done.dropped.is_empty(), "{done:?}");
    ensure_once(&cluster.kept()?, 4)?;
    sinks.finish().context("finish")
}

pub(crate) fn an_event_that_no_stream_takes_waits_until_one_does() -> Result<()> {
    let cluster = Cluster::start(1, &["elsewhere"])?;
    let sinks = sink(&cluster, &cluster.servers("nats"), "")?;
    offer(&sinks, 0..6);
    let waiting = wait_until(&sinks, "nats", |it| !it.is_up)?;
    let why = waiting.last_error.context("no error")?;
    ensure!(
        why.contains("no stream") && why.contains("detector.events"),
        "{why}"
    );
    cluster.take(&["detector.*"])?;
    let done = wait_until(&sinks, "nats", |it| it.sent == 6)?;
    ensure!(done.is_up && done.dropped.is_empty(), "{done:?}");
    ensure_once(&cluster.kept()?, 6)?;
    sinks.finish().context("finish")
}

pub(crate) fn what_cannot_be_used_is_said_before_anything_begins() -> Result<()> {
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("empty"), "")?;
    for (key, named) in [("credentials_file", "nsc"), ("ca_file", "(PEM)")] {
        for (file, named) in [("empty", named), ("missing", "a sink needs it")] {
            let text = format!(
                "[[sink]]\ntype = \"nats\"\nservers = [\"nats://127.0.0.1\"]\n{key} = \"{file}\"\n"
            );
            let refused = start(folder.path(), &text).err().context("it began")?;
            let said = refused.to_string();
            ensure!(said.contains(file) && said.contains(named), "{said}");
        }
    }
    Ok(())
}

/// In its sandbox it reads no file any more, and the server wants TLS and to know who it is.
pub(crate) fn the_daemon_publishes_from_its_sandbox_with_no_more_rights_than_it_needs() -> Result<()>
{
    let namespace = Namespace::new("nats")?;
    ip(&namespace, "link set lo up\n")?;
    namespace.clone().run(move || publish_guarded(namespace))
}

fn publish_guarded(namespace: Namespace) -> Result<()> {
    let place = Place::inside(namespace)?;
    let folder = place.folder.path();
    let (settings, administrator) = (guarded::settings(folder)?, guarded::administrator(folder)?);
    let cluster = Cluster::start_with(1, &["detector.>"], &settings, &administrator)?;
    let servers = cluster.servers("tls");
    place.configure(&format!(
        "[[sink]]\ntype = \"nats\"\nservers = {servers}\nsubject = \"detector.gw1\"\nca_file = \"ca.pem\"\n\
         credentials_file = \"gw1.creds\"\n"
    ))?;
    let detector = place.run("exec \"$0\" \"$@\"")?;
    let published = place.wait_for_status(|it| it["sinks"][0]["sent"].as_u64() > Some(1));
    published.with_context(|| format!("{:?}", detector.log_lines()))?;
    place.stop()?;
    ensure!(
        detector.exit(PATIENCE)?.success(),
        "{:?}",
        detector.log_lines()
    );
    let kept = cluster.kept()?;
    let ends = [kept.first(), kept.last()].map(|it| it.map(|it| it.payload.as_str()));
    for (end, state) in ends.into_iter().zip(["attached", "detached"]) {
        ensure!(
            end.is_some_and(|it| it.contains(state)),
            "not {state}: {end:?}"
        );
    }
    Ok(())
}

fn sink(cluster: &Cluster, servers: &str, more: &str) -> Result<Sinks> {
    let text = format!("[[sink]]\ntype = \"nats\"\nservers = {servers}\n{more}\n");
    start(cluster.folder.path(), &text)
}

/// Events number 0 to `count`, in their order and each with an identity of its own.
fn ensure_once(kept: &[Kept], count: u64) -> Result<()> {
    let numbers = kept.iter().map(|it| number(&it.payload));
    let numbers: Vec<u64> = numbers.collect::<Result<_>>()?;
    ensure!(numbers.iter().copied().eq(0..count), "{numbers:?}");
    let ids: BTreeSet<&str> = kept.iter().map(|it| it.id.as_str()).collect();
    ensure!(ids.len() == kept.len(), "an identity comes twice");
    let is_ulid = |id: &&str| id.parse::<ulid::Ulid>().is_ok();
    ensure!(ids.iter().all(is_ulid), "{ids:?}");
    Ok(())
}
