//! Samples that nobody fetches. The host's have all the room they want, so this is about the kernel alone.

use anyhow::{Result, ensure};
use detector::kernel::{Kernel, Options, test_run::Hook};
use detector_common::{flow::Direction, maps::Loss, time::Nanos, wire::link::LinkLayer};
use detector_tests::frames::{Conversation, Frame, Look};

use crate::family::Family;

/// Samples wanted in a second, and for how long they come: more than 64 KiB hold.
const PER_SECOND: u16 = 64;
const SECONDS: u64 = 15;

pub(crate) fn samples_beyond_the_ring_are_counted_and_the_rest_comes_in_order() -> Result<()> {
    let mut kernel = Kernel::load(Options {
        is_test_run: true,
        ..Options::default()
    })?;
    let mut known = conversation(40_000);
    for frame in [known.syn(), known.syn_ack()] {
        show(&mut kernel, &frame, 1)?;
    }
    for second in 2..2 + SECONDS {
        forge(&mut kernel, second)?;
    }
    let samples = kernel.maps.samples()?;
    let lost = kernel.maps.totals()?.losses[Loss::Sample as usize];
    let (kept, all) = (samples.len() as u64, SECONDS * u64::from(PER_SECOND));
    ensure!(lost > 0, "the ring holds all {kept}");
    ensure!(kept + lost == all, "{kept} kept and {lost} lost of {all}");
    ensure!(samples.is_sorted_by_key(|sample| sample.at), "out of order");
    // And there is room again.
    forge(&mut kernel, 2 + SECONDS)?;
    let fresh = kernel.maps.samples()?.len();
    ensure!(fresh == usize::from(PER_SECOND), "{fresh} samples");
    ensure!(kernel.maps.samples()?.is_empty(), "a sample comes twice");
    Ok(())
}

/// As many forged resets as a second has samples for.
fn forge(kernel: &mut Kernel, second: u64) -> Result<()> {
    for port in 0..PER_SECOND {
        let mut talk = conversation(41_000 + port);
        talk.reopen(u32::try_from(second)?, 7);
        show(kernel, &talk.syn(), second)?;
        show(kernel, &talk.forged_reset(Look::FORGER), second)?;
    }
    Ok(())
}

fn conversation(port: u16) -> Conversation {
    let family = Family::V4;
    Conversation::new(
        (family.local(), port).into(),
        (family.remote(1, 1), 443).into(),
    )
}

fn show(kernel: &mut Kernel, frame: &Frame, second: u64) -> Result<()> {
    let hook = match frame.direction {
        Direction::In => Hook::Xdp,
        Direction::Out => Hook::TcOut,
    };
    let now = Nanos::from_secs(second);
    kernel
        .programs
        .test_run(hook, LinkLayer::Ethernet, &frame.bytes, now)?;
    Ok(())
}
