//! Counters in shared memory: read while a program counts, and used again after a prefix was forgotten.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use detector::{
    kernel::{Counters, Kernel, Options},
    sizes::Sizes,
    snapshot::Tracked,
    watch::Source as _,
};
use detector_common::{
    drive::{Drive, Layout},
    maps::Loss,
    prefix::{Counter, PrefixCounters, PrefixKey},
    verdict::Verdict,
};
use detector_tests::frames::{Envelope, Frame, answer, datagram};
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// Connections to one host: as many as there are ports.
const CONNECTIONS: u32 = 1 << 15;

/// An answer over QUIC adds to three counters. Nobody may see it add to one and not yet to another.
pub(crate) fn counters_that_are_read_amid_counting_belong_together() -> Result<()> {
    // Little room, or the reader is busy with what does not change.
    let mut kernel = Kernel::load(Options {
        sizes: Sizes {
            prefixes: 8,
            ..Sizes::default()
        },
        ..Options::default()
    })?;
    let mut view = kernel.counters()?;
    let mut looks = 0;
    // One run takes some milliseconds; on a busy machine the reader may miss a few.
    for round in 0..20 {
        ask(&mut kernel, CONNECTIONS, 1, round)?;
        looks += count_looks(&mut kernel, &mut view, round)?;
        if looks > 100 {
            return Ok(());
        }
    }
    Err(anyhow!("only {looks} looks fell amid the counting"))
}

/// Looks that fell amid the counting.
fn count_looks(kernel: &mut Kernel, view: &mut Counters, round: u8) -> Result<u32> {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            leave_this_cpu()?;
            let (mut looks, mut checked) = (0, Ok(()));
            while !is_over.load(Ordering::Relaxed) && checked.is_ok() {
                let mut show = |(_, counters): &Tracked| {
                    looks += 1;
                    if let Err(torn) = check(counters) {
                        checked = Err(torn);
                    }
                };
                view.look(&mut show, |_| false);
            }
            checked.map(|()| looks)
        });
        let answered = serve(kernel, CONNECTIONS, 1, round);
        is_over.store(true, Ordering::Relaxed);
        let Ok(looks) = reader.join() else {
            bail!("the reader panicked");
        };
        answered.and(looks)
    })
}

/// Tests run on one CPU; whoever reads is to run at the same time as whoever counts.
fn leave_this_cpu() -> Result<()> {
    let this = Pid::from_raw(0);
    let here = sched_getaffinity(this)?;
    let mut elsewhere = CpuSet::new();
    for cpu in 0..CpuSet::count() {
        // Those that do not exist do no harm.
        if !here.is_set(cpu)? {
            elsewhere.set(cpu)?;
        }
    }
    sched_setaffinity(this, &elsewhere).context("this takes two CPUs")
}

fn check(counters: &PrefixCounters) -> Result<()> {
    let all = [
        Counter::Answered,
        Counter::Verdict(Verdict::Ok),
        Counter::QuicOk,
    ];
    let [answered, ok, quic_ok] = all.map(|counter| counters.value(counter));
    ensure!(
        answered == ok && ok == quic_ok,
        "{answered} answers, {ok} successes, {quic_ok} over QUIC"
    );
    Ok(())
}

fn changes(kernel: &mut Kernel) -> Result<Vec<Tracked>> {
    let mut changed = Vec::new();
    kernel.maps.changes(&mut |it| changed.push(*it))?;
    Ok(changed)
}

/// What is forgotten makes room, and whoever comes next counts from zero.
pub(crate) fn a_number_that_is_used_again_counts_from_zero() -> Result<()> {
    let mut kernel = Kernel::load(Options {
        sizes: Sizes {
            prefixes: 8,
            ..Sizes::default()
        },
        ..Options::default()
    })?;
    for round in 0..3 {
        ask(&mut kernel, 8, 8, round)?;
        serve(&mut kernel, 8, 8, round)?;
    }
    let changed = changes(&mut kernel)?;
    let old: Vec<PrefixKey> = changed.iter().map(|(key, _)| *key).collect();
    ensure!(old.len() == 8, "{} prefixes of 8", old.len());
    for key in &old[..4] {
        kernel.maps.forget_prefix(key)?;
    }
    // Of sixteen prefixes the first eight are these, four of which have no number any more; none is free yet.
    ask(&mut kernel, 16, 16, 3)?;
    serve(&mut kernel, 16, 16, 3)?;
    ensure!(
        kernel.maps.losses()?[Loss::Prefix as usize] > 0,
        "nothing was refused"
    );
    for _look in 0..2 {
        let changed = changes(&mut kernel)?;
        ensure!(
            changed.iter().all(|(key, _)| old[4..].contains(key)),
            "{changed:?}"
        );
    }
    ask(&mut kernel, 16, 16, 4)?;
    serve(&mut kernel, 16, 16, 4)?;
    let changed = changes(&mut kernel)?;
    let fresh: Vec<&Tracked> = changed
        .iter()
        .filter(|(key, _)| !old[4..].contains(key))
        .collect();
    ensure!(fresh.len() == 4, "{} prefixes found a number", fresh.len());
    ensure!(
        fresh
            .iter()
            .all(|(_, counters)| counters.value(Counter::QuicOk) == 1),
        "{fresh:?}"
    );
    Ok(())
}

/// QUIC Initials; each round from another address of ours, and so a new connection.
fn ask(kernel: &mut Kernel, connections: u32, prefixes: u32, round: u8) -> Result<()> {
    let mut payload = [0; 1_200];
    payload[..5].copy_from_slice(&[0xc0, 0, 0, 0, 1]);
    let frame = datagram(&Envelope::default(), local(round), REMOTE, &payload);
    run(
        kernel,
        "out_ethernet",
        Layout::Out4,
        &frame,
        connections,
        prefixes,
    )
}

fn serve(kernel: &mut Kernel, connections: u32, prefixes: u32, round: u8) -> Result<()> {
    let frame = answer(&Envelope::default(), REMOTE, local(round), &[0x40; 1_200]);
    run(
        kernel,
        "xdp_ethernet",
        Layout::In4,
        &frame,
        connections,
        prefixes,
    )
}

fn run(
    kernel: &mut Kernel,
    program: &str,
    layout: Layout,
    frame: &Frame,
    connections: u32,
    prefixes: u32,
) -> Result<()> {
    let drive = Drive::over(connections, prefixes, layout);
    kernel
        .programs
        .drive(program, drive, &frame.bytes, connections)?;
    Ok(())
}

fn local(round: u8) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::new(203, 0, 113, round + 1).into(), 40_000)
}

/// What the driver puts its own in place of.
const REMOTE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 18, 0, 1)), 443);
