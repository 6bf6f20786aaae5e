//! Interfaces that change and go and come back while they are watched.

use std::time::Instant;

use anyhow::{Result, ensure};
use detector_tests::{Namespace, harness::note, tool};

use crate::{
    link::{Link, NAME, ensure_attached, told, wait},
    stage::{PATIENCE, end, watch},
};

const TIMES: u32 = 3;

pub(crate) fn an_interface_that_is_made_again_is_watched_again() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    for _ in 0..TIMES {
        link.ip("link del wan0")?;
        detector.wait_for(PATIENCE, |it| it["state"] == "detached")?;
        let begun = Instant::now();
        link.make()?;
        let again = detector.wait_for_after(begun, PATIENCE, |it| it["state"] == "attached")?;
        ensure_attached(&link.hooks(NAME)?)?;
        note(&format!("watched again after {:?}", again.at - begun));
    }
    end(&detector)?;
    let each = ["attached wan0", "detached wan0"].repeat(1 + TIMES as usize);
    ensure!(told(&detector) == each, "{:?}", told(&detector));
    Ok(())
}

/// Gone and back between two looks: told all the same, since the index is another.
pub(crate) fn an_interface_that_is_replaced_at_once_is_watched_again() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let begun = Instant::now();
    link.ip("link del wan0")?;
    link.make()?;
    detector.wait_for_after(begun, PATIENCE, |it| it["state"] == "attached")?;
    ensure_attached(&link.hooks(NAME)?)?;
    end(&detector)
}

pub(crate) fn an_interface_is_followed_under_its_new_name() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let before = link.hooks(NAME)?;
    link.ip("link set wan0 down\nlink set wan0 name wan7\nlink set wan7 up")?;
    wait(&detector, "renamed", "wan7")?;
    let after = link.hooks("wan7")?;
    ensure!(before == after, "before: {before:?}\nafter: {after:?}");
    // Gone under the new name, it is awaited under the one that it was wanted by.
    link.ip("link del wan7")?;
    wait(&detector, "detached", "wan7")?;
    let begun = Instant::now();
    link.make()?;
    detector.wait_for_after(begun, PATIENCE, |it| it["iface"] == NAME)?;
    ensure_attached(&link.hooks(NAME)?)?;
    end(&detector)
}

pub(crate) fn an_interface_that_moves_away_and_back_is_watched_again() -> Result<()> {
    let link = Link::new()?;
    let elsewhere = Namespace::new("elsewhere")?;
    let detector = link.watch()?;
    let away = elsewhere.path();
    link.ip(&format!("link set wan0 netns {}", away.display()))?;
    wait(&detector, "detached", NAME)?;
    let begun = Instant::now();
    let back = link.0.path();
    tool::ip(
        &elsewhere,
        &format!("link set wan0 netns {}", back.display()),
    )?;
    detector.wait_for_after(begun, PATIENCE, |it| it["state"] == "attached")?;
    ensure_attached(&link.hooks(NAME)?)?;
    end(&detector)
}

pub(crate) fn down_up_and_another_mtu_are_told_and_detach_nothing() -> Result<()> {
    let link = Link::new()?;
    let detector = link.watch()?;
    let before = link.hooks(NAME)?;
    for (script, state) in [("mtu 9000", "mtu"), ("down", "down"), ("up", "up")] {
        link.ip(&format!("link set wan0 {script}"))?;
        wait(&detector, state, NAME)?;
    }
    let after = link.hooks(NAME)?;
    ensure!(before == after, "before: {before:?}\nafter: {after:?}");
    end(&detector)?;
    let each = ["attached", "mtu", "down", "up", "detached"];
    let each = each.map(|state| format!("{state} {NAME}"));
    ensure!(told(&detector) == each, "{:?}", told(&detector));
    Ok(())
}

pub(crate) fn an_interface_that_is_not_there_yet_is_awaited_beside_another() -> Result<()> {
    let link = Link::new()?;
    let (detector, _attached) = watch(&link.0, &["--wan", "later0", "--wan", NAME])?;
    link.ip("link add later0 type veth peer name later1\nlink set later0 up")?;
    wait(&detector, "attached", "later0")?;
    ensure_attached(&link.hooks("later0")?)?;
    end(&detector)
}
