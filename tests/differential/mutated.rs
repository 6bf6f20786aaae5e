//! Packets that nobody would send: every program passes every one on, byte for byte as it came.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use detector::kernel::{Kernel, Options, maps::Totals, test_run::Hook};
use detector_common::{skip::Skip, time::Nanos, wire::link::LinkLayer};
use detector_tests::{frames::Frame, harness::note, long::so_many, measured};

use crate::{
    mutants::Mutants,
    pair::{is_taken, passes},
};

const NAME: &str = "mutated_packets_pass_byte_for_byte";
const SHORT: u64 = 300_000;
const LONG: u64 = 10_000_000;
const SEED: u64 = 7;
/// Longer than a frame of the story and all that is put into it.
const LONGEST: usize = 8_192;
/// A socket buffer of a test run has no room for more.
const LONGEST_OF_TC: usize = 3_500;

const HOOKS: [Hook; 3] = [Hook::Xdp, Hook::TcIn, Hook::TcOut];
const LINKS: [LinkLayer; 2] = [LinkLayer::Ethernet, LinkLayer::Ip];
const PROGRAMS: u64 = (HOOKS.len() * LINKS.len()) as u64;

pub(crate) fn mutated_packets_pass_byte_for_byte() -> Result<()> {
    let share = so_many(SHORT, LONG).div_ceil(PROGRAMS);
    let begin = Instant::now();
    let mut seen = Totals::default();
    for link in LINKS {
        let mut kernel = Kernel::load(Options {
            is_test_run: true,
            ..Options::default()
        })?;
        for hook in HOOKS {
            pass_all(&mut kernel, hook, link, share)
                .with_context(|| format!("{hook:?}, {link:?}"))?;
        }
        add(&mut seen, &kernel.maps.totals()?);
    }
    ensure_variety(&seen)?;
    let passed = share * PROGRAMS;
    let took = begin.elapsed().as_secs_f64();
    measured(
        NAME,
        format_args!("{passed} of {passed} passed unchanged in {took:.0} s"),
    );
    Ok(())
}

/// So many packets through one program, many of each version of IP.
fn pass_all(kernel: &mut Kernel, hook: Hook, link: LinkLayer, share: u64) -> Result<()> {
    let mut mutants = Mutants::new(SEED, link);
    let (mut fours, mut sixes) = (0, 0);
    for number in 0..share {
        let (frame, now) = mutants.next_that(|frame| fits(hook, frame));
        pass(kernel, hook, link, frame, now).with_context(|| format!("packet {number}"))?;
        match frame.packet().first().map(|first| first >> 4) {
            Some(4) => fours += 1,
            Some(6) => sixes += 1,
            _ => {}
        }
    }
    ensure!(
        fours > share / 10 && sixes > share / 10,
        "too few of IPv4 ({fours}) or IPv6 ({sixes})"
    );
    Ok(())
}

fn fits(hook: Hook, frame: &Frame) -> bool {
    let is_short_enough = hook == Hook::Xdp || frame.bytes.len() <= LONGEST_OF_TC;
    is_taken(hook, &frame.bytes) && is_short_enough
}

fn pass(kernel: &mut Kernel, hook: Hook, link: LinkLayer, frame: &Frame, now: Nanos) -> Result<()> {
    let mut after = [0; LONGEST];
    let bytes = &frame.bytes;
    let programs = &mut kernel.programs;
    let (returned, len) = programs.test_run_into(hook, link, bytes, now, &mut after)?;
    ensure!(
        returned == passes(hook),
        "returned {returned} for {bytes:02x?}"
    );
    let after = &after[..len];
    ensure!(after == bytes, "{bytes:02x?} became {after:02x?}");
    Ok(())
}

fn add(sum: &mut Totals, totals: &Totals) {
    let counts = totals.packets.iter().chain(&totals.skips);
    let sums = sum.packets.iter_mut().chain(&mut sum.skips);
    for (sum, count) in sums.zip(counts) {
        *sum += count;
    }
}

/// Every reason to skip a packet came, and many packets gave none.
fn ensure_variety(seen: &Totals) -> Result<()> {
    let missing = Skip::ALL
        .into_iter()
        .filter(|skip| seen.skips[*skip as usize] == 0);
    let missing: Vec<Skip> = missing.collect();
    ensure!(missing.is_empty(), "nothing was skipped for {missing:?}");
    let packets: u64 = seen.packets.iter().sum();
    let followed = packets - seen.skips.iter().sum::<u64>();
    ensure!(
        followed > packets / 10,
        "{followed} followed of {packets}, too few"
    );
    note(&format!("{followed} of {packets} were followed"));
    Ok(())
}
