//! More than there is room for: who gives way, and what is said of it.

use anyhow::{Context as _, Result, ensure};
use detector::{
    kernel::{Kernel, Options},
    sizes::Sizes,
    watch::Source as _,
};
use detector_common::{
    address::Address,
    drive::{Drive, Layout},
    flow::{Direction, FlowKey},
    maps::Loss,
};
use detector_tests::frames::{Conversation, Frame};

/// Room for connections and destinations, and what comes.
const ROOM: u32 = 1 << 10;
const KNOWN: u32 = 1 << 7;
/// So few that no set has more than it holds.
const FEW: u32 = 1 << 5;
const SCANNED: u32 = 1 << 15;

/// A scan washes through those that never answered.
pub(crate) fn a_scan_takes_the_place_of_no_destination_that_answered() -> Result<()> {
    let mut kernel = Kernel::load(Options {
        sizes: Sizes {
            connections: ROOM,
            destinations: ROOM / 2,
            ..Sizes::default()
        },
        ..Options::default()
    })?;
    let mut talk = conversation("203.0.113.2:40000")?;
    send(&mut kernel, &talk.syn(), KNOWN)?;
    send(&mut kernel, &talk.syn_ack(), KNOWN)?;
    let known = kernel.maps.destinations()?.len();
    ensure!(known == KNOWN as usize, "{known} of {KNOWN} answered");
    send(
        &mut kernel,
        &conversation("203.0.113.3:40000")?.syn(),
        SCANNED,
    )?;
    let left = kernel.maps.destinations()?;
    let (room, left) = (left.capacity(), left.len());
    ensure!(left == known, "{left} of {known} are left");
    // Who scans would else decide how much memory a look at the others takes.
    ensure!(
        room <= 2 * known,
        "gathered with strangers: room for {room}"
    );
    Ok(())
}

/// Nor that of a connection to one, however many ask.
pub(crate) fn a_scan_takes_the_place_of_no_connection_to_a_destination_that_answered() -> Result<()>
{
    let mut kernel = with_little_room()?;
    let mut talk = conversation("203.0.113.2:40000")?;
    send(&mut kernel, &talk.syn(), FEW)?;
    send(&mut kernel, &talk.syn_ack(), FEW)?;
    send(&mut kernel, &conversation("203.0.113.4:40000")?.syn(), FEW)?;
    send(
        &mut kernel,
        &conversation("203.0.113.3:40000")?.syn(),
        SCANNED,
    )?;
    let flows = kernel.maps.young_flows().into_iter();
    let is_asked = |key: &FlowKey| key.local == Address::v4([203, 0, 113, 4]);
    let left = flows.filter(|(key, _)| is_asked(key)).count();
    ensure!(left == FEW as usize, "{left} of {FEW} are left");
    let losses = kernel.maps.losses()?;
    let lost = losses[Loss::Flow as usize] + losses[Loss::Unanswered as usize];
    ensure!(lost == 0, "{losses:?}");
    Ok(())
}

/// Whoever finds no room and whoever gives way is counted.
pub(crate) fn every_connection_that_gives_way_is_counted() -> Result<()> {
    let mut kernel = with_little_room()?;
    send(
        &mut kernel,
        &conversation("203.0.113.2:40000")?.syn(),
        SCANNED,
    )?;
    let losses = kernel.maps.losses()?;
    let lost: u64 = [Loss::Stranger, Loss::Candidate]
        .map(|loss| losses[loss as usize])
        .iter()
        .sum();
    let left = u64::try_from(kernel.maps.young_flows().len())?;
    ensure!(
        left == u64::from(ROOM),
        "{left} connections in the room of {ROOM}"
    );
    ensure!(
        lost + left == u64::from(SCANNED),
        "{lost} lost and {left} left of {SCANNED}"
    );
    Ok(())
}

fn conversation(local: &str) -> Result<Conversation> {
    let remote = "198.18.0.1:443".parse().context("an address")?;
    Ok(Conversation::new(local.parse()?, remote))
}

/// Room for few connections.
fn with_little_room() -> Result<Kernel> {
    let sizes = Sizes {
        connections: ROOM,
        ..Sizes::default()
    };
    Ok(Kernel::load(Options {
        sizes,
        ..Options::default()
    })?)
}

/// One packet of each of so many connections, each to a destination of its own.
fn send(kernel: &mut Kernel, frame: &Frame, connections: u32) -> Result<()> {
    let (program, layout) = match frame.direction {
        Direction::In => ("xdp_ethernet", Layout::In4),
        Direction::Out => ("out_ethernet", Layout::Out4),
    };
    let drive = Drive::over(connections, connections, layout);
    kernel
        .programs
        .drive(program, drive, &frame.bytes, connections)?;
    Ok(())
}
