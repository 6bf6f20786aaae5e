//! Packets that no receiver takes, in the name of one that would be believed: whoever believes them too can be told
//! anything about a connection (Ptacek and Newsham, 1998: insertion). What has a wrong checksum, or ends before its IP
//! header says, is believed all the same: to sum up every packet costs too much, and a capture may hold a part of each.

use std::net::{IpAddr, SocketAddr};

use anyhow::Result;
use detector_common::{skip::Skip, verdict::Verdict};
use detector_tests::frames::{Conversation, Frame, Look};

use crate::{
    datagrams::unreachable_by,
    family::Family,
    scene::{ROUND_TRIP_MS, Scene},
    wrapping::patched,
};

/// An IPv6 header may name IPv4 addresses in their mapped form. None on a wire is genuine, and Linux drops it
/// (`ip6_rcv_core`).
pub(crate) fn ipv6_that_names_ipv4_addresses_is_of_no_ipv4_connection(
    scene: &mut Scene,
) -> Result<()> {
    if scene.family == Family::V6 {
        return Ok(());
    }
    let mut talk = scene.conversation();
    let mut twin = mapped(&talk);
    scene.handshake(&mut talk)?;
    for _ in [twin.syn_ack(), twin.request(300)] {}
    scene.see_quiet(&talk.request(300))?;
    let skip = Some(Skip::BadIpHeader);
    scene.see_skip(&twin.forged_reset(Look::FORGER), skip)?;
    scene.see_skip(&twin.response(1_000), skip)?;
    let quote = twin.syn();
    let router = Family::V6.router();
    let error = unreachable_by(router, &twin, (1, 1), quote.packet());
    scene.see_skip(&error, skip)?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.server_reset(), Verdict::Reset)
}

/// RFC 9293 §3.10.7.4: without ACK, whatever is neither SYN nor RST is dropped.
pub(crate) fn a_segment_that_acknowledges_nothing_says_nothing(scene: &mut Scene) -> Result<()> {
    let mut talk = scene.conversation();
    scene.exchange(&mut talk)?;
    talk.reopen(7, 8);
    for _ in 0..2 {
        scene.see_quiet(&talk.syn())?;
        // Nothing, FIN, SYN and FIN, everything but ACK and RST.
        for flags in [0x00, 0x01, 0x03, 0x2b] {
            scene.see_quiet(&flagged(scene, &talk.ack(), flags))?;
        }
        scene.wait(1_500);
    }
    scene.see_end(&talk.syn(), Verdict::SynTimeout)
}

pub(crate) fn a_segment_that_acknowledges_nothing_contradicts_no_reset(
    scene: &mut Scene,
) -> Result<()> {
    let mut talk = scene.conversation();
    scene.handshake(&mut talk)?;
    scene.see_quiet(&talk.request(300))?;
    scene.wait(ROUND_TRIP_MS);
    scene.see_end(&talk.server_reset(), Verdict::Reset)?;
    scene.wait(ROUND_TRIP_MS);
    let response = talk.response(1_000);
    scene.see_quiet(&flagged(scene, &response, 0x08))?;
    scene.see_end(&response, Verdict::RstInjected)
}

/// The same ends, as an IPv6 header may name them.
fn mapped(talk: &Conversation) -> Conversation {
    let ipv6 = |end| match end {
        IpAddr::V4(end) => IpAddr::V6(end.to_ipv6_mapped()),
        IpAddr::V6(_) => end,
    };
    let (local, remote) = talk.ends();
    let mut twin = Conversation::new(
        SocketAddr::new(ipv6(local), 40_000),
        SocketAddr::new(ipv6(remote), 443),
    );
    twin.envelope.link = talk.envelope.link;
    twin
}

fn flagged(scene: &Scene, frame: &Frame, flags: u8) -> Frame {
    let header = match scene.family {
        Family::V4 => 20,
        Family::V6 => 40,
    };
    patched(frame, frame.network_at + header + 13, &[flags])
}
