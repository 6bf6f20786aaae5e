//! Alerts at the real Alertmanager: raised, kept, resolved, and known again after either side was gone.

use std::sync::Arc;

use crate::{
    cluster::Cluster,
    stage::{alert, wait_until},
};
use anyhow::{Context as _, Result, ensure};
use detector::{
    event::alert::Grade,
    kind::Kind,
    sink::{Message, Sinks},
    status::Standing,
};

pub(crate) fn an_alert_is_raised_kept_and_resolved_on_every_peer() -> Result<()> {
    let cluster = Cluster::start()?;
    let sinks = cluster.sinks()?;
    tell(&sinks, 1, "firing");
    for peer in &cluster.peers {
        let first = peer.wait_for(|alert| alert["status"]["state"] == "active")?;
        ensure!(
            first["labels"]["prefix"] == "198.18.16.0/20" && first["labels"]["gateway"] == "gw1",
            "{first}"
        );
        ensure!(
            first["labels"].get("grade").is_none() && first["annotations"]["grade"] == "confirmed",
            "{first}"
        );
        // Sent again, it ends later.
        let ends = first["endsAt"].as_str();
        let again = peer.wait_for(|alert| alert["endsAt"].as_str() > ends)?;
        ensure!(again["startsAt"] == first["startsAt"], "{first} {again}");
        ensure!(
            again["fingerprint"] == first["fingerprint"],
            "{first} {again}"
        );
    }
    tell(&sinks, 1, "resolved");
    for peer in &cluster.peers {
        peer.wait_until_quiet()?;
    }
    sinks.finish().context("finish")
}

pub(crate) fn an_alert_survives_the_loss_of_a_peer_and_the_peer_learns_it_again() -> Result<()> {
    let mut cluster = Cluster::start()?;
    let sinks = cluster.sinks()?;
    tell(&sinks, 1, "firing");
    for peer in &cluster.peers {
        peer.wait_for(|_| true)?;
    }
    cluster.peers[0].kill()?;
    let down = format!("alertmanager http://127.0.0.1:{}", cluster.peers[0].port);
    wait_until(&sinks, &down, |it| !it.is_up)?;
    tell(&sinks, 7, "firing_elsewhere");
    cluster.peers[1].wait_for(|alert| alert["labels"]["prefix"] == "203.0.113.0/24")?;
    tell(&sinks, 1, "resolved");
    cluster.peers[1].wait_for_prefixes(&["203.0.113.0/24"])?;
    cluster.revive(0)?;
    // It knows of what began while it was dead, and of no alert that ended meanwhile.
    cluster.peers[0].wait_for_prefixes(&["203.0.113.0/24"])?;
    let up = wait_until(&sinks, &down, |it| it.is_up && it.queued == 0)?;
    ensure!(up.dropped.is_empty(), "{up:?}");
    sinks.finish().context("finish")
}

pub(crate) fn after_a_restart_the_same_alert_goes_on() -> Result<()> {
    let cluster = Cluster::start()?;
    let peer = &cluster.peers[0];
    let sinks = cluster.sinks()?;
    tell(&sinks, 1, "firing");
    let before = peer.wait_for(|_| true)?;
    sinks.finish()?;
    let sinks = cluster.sinks()?;
    sinks.recall("gw1", &[standing()?]);
    let ends = before["endsAt"].as_str();
    let after = peer.wait_for(|alert| alert["endsAt"].as_str() > ends)?;
    ensure!(
        after["fingerprint"] == before["fingerprint"],
        "{before} {after}"
    );
    ensure!(after["startsAt"] == before["startsAt"], "{before} {after}");
    ensure!(peer.alerts()?.len() == 1, "it is there twice");
    tell(&sinks, 1, "resolved");
    peer.wait_until_quiet()?;
    sinks.finish().context("finish")
}

fn tell(sinks: &Sinks, number: u64, state: &str) {
    let mut event = alert(number, state);
    if state == "firing_elsewhere" {
        event["state"] = "firing".into();
        event["prefix"] = "203.0.113.0/24".into();
    }
    sinks.offer(&Arc::new(Message::of_alert(&event)));
}

/// The alert of [`tell`], as a daemon that began anew knows it.
fn standing() -> Result<Standing> {
    let event = alert(1, "firing");
    let word = |key: &str| event[key].as_str().unwrap_or_default();
    Ok(Standing {
        id: word("id").parse()?,
        kind: Kind::SynBlackhole,
        grade: Grade::Confirmed,
        confidence: 0.99,
        prefix: Some(word("prefix").parse()?),
        members: 1,
        since: word("since").parse()?,
        trials: 61,
        failed: 60,
        destinations_failed: 3,
        ok_witnesses: 0,
        is_told: true,
        told_prefix: Some(word("prefix").parse()?),
    })
}
