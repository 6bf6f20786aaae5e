//! One detector after the other on the same pins, under load: nothing is lost, and there is a program at each hook at
//! every moment.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use anyhow::{Result, ensure};
use detector_tests::{long::so_many, measured};

use crate::{
    link::{Link, NAME},
    load,
    pins::Ground,
    stage::end,
};

pub(crate) fn upgrades_under_load_lose_no_packet() -> Result<()> {
    let upgrades = so_many(5_u32, 100);
    let (link, ground) = (Link::new()?, Ground::new()?);
    let far = load::apart(&link)?;
    let (first, _attached) = ground.watch(&link.0, NAME, &[])?;
    let begun = link.hooks(NAME)?;
    let ((looks, seen), carried) = load::during(&link, &far, || {
        watched_throughout(&link, || {
            let mut detector = first;
            for upgrade in 0..upgrades {
                if upgrade % 2 == 0 {
                    end(&detector)?;
                } else {
                    detector.kill()?;
                }
                detector = ground.watch(&link.0, NAME, &[])?.0;
            }
            let seen = detector.status()?["packets_in"].as_u64();
            end(&detector)?;
            Ok(seen)
        })
    })?;
    let ended = link.hooks(NAME)?;
    ensure!(begun != ended, "never replaced: {ended:?}");
    ensure!(seen > Some(0), "the last one saw nothing: {seen:?}");
    ensure!(looks >= upgrades, "only {looks} looks");
    measured(
        "upgrades_under_load_lose_no_packet",
        format!(
            "{upgrades} upgrades: 0 of {} pings lost, {} connections answered, {} MB streamed; one program at each hook in \
             each of {looks} looks",
            carried.pings,
            carried.connections,
            carried.bytes / 1_000_000
        ),
    );
    Ok(())
}

/// Looks at the hooks over and over while `work` goes on: there must be one program at each, every time. How often it
/// looked, and what `work` came to.
fn watched_throughout<T>(link: &Link, work: impl FnOnce() -> Result<T>) -> Result<(u32, T)> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut looks = 0;
            while !is_over.load(Ordering::Relaxed) {
                // A program that is replaced between two questions about it is no longer there to be asked.
                let Ok(hooks) = link.hooks(NAME) else {
                    continue;
                };
                let is_once = hooks.xdp.len() == 1 && hooks.tcx_out.len() == 1;
                ensure!(is_once, "not once: {hooks:?}");
                looks += 1;
            }
            Ok(looks)
        });
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        let looks = watcher
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((looks?, done?))
    })
}
