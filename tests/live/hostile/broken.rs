//! Packets that no host sends: fragments that are tiny or lie over each other, headers that end too early or lie.

use std::{
    iter,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use anyhow::Result;
use detector_tests::{
    address::{WAN_V4, WAN_V6},
    frames::{Conversation, Extension, Fragment, Frame, Look, change, mutate},
    script::Dice,
};
use etherparse::IpFragOffset;

use super::siege::Siege;

const FRAMES: usize = 1 << 14;
const PER_SECOND: u32 = 20_000;
/// Shorter is no frame.
const LINK_HEADER: usize = 14;
/// Where ports of clients begin.
const PORTS: u16 = 10_000;
const SERVER_V4: Ipv4Addr = Ipv4Addr::new(198, 18, 16, 1);
const SERVER_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0x8010, 0, 0, 0, 0, 1);
/// Eight bytes each: the flags of TCP are in the second (RFC 1858 §3), and come again in what lies over it.
const OFFSETS: [u16; 3] = [0, 1, 0x1fff];
/// A fragment that ends behind the ports.
const TINY: u16 = 8;

/// As whoever wants to slip a reset past a filter sends them.
pub(crate) fn fragments_raise_no_alert() -> Result<()> {
    siege("broken::fragments_raise_no_alert", fragments).bear()
}

/// Resets, answers and data, cut off anywhere, with lengths, versions and numbers that lie.
pub(crate) fn headers_that_lie_raise_no_alert() -> Result<()> {
    siege("broken::headers_that_lie_raise_no_alert", |talk, dice| {
        let frames = [
            talk.syn_ack(),
            talk.response(400),
            talk.forged_reset(Look::FORGER),
            talk.server_fin(),
        ];
        let broken = frames.map(|mut frame| {
            mutate(&mut frame, dice);
            change(&mut frame, dice);
            frame
        });
        broken.to_vec()
    })
    .bear()
}

fn siege(test: &'static str, frames: fn(&mut Conversation, &mut Dice) -> Vec<Frame>) -> Siege {
    let mut dice = Dice::new(1);
    let next = || {
        let mut talk = conversation(&mut dice);
        frames(&mut talk, &mut dice)
    };
    let frames = iter::repeat_with(next).flatten();
    // What is shorter than a link header does not leave.
    let frames = frames.filter(|it| it.bytes.len() >= LINK_HEADER);
    Siege {
        test,
        frames: frames.take(FRAMES).collect(),
        is_from_inside: false,
        per_second: Some(PER_SECOND),
    }
}

/// One that there may be, to a server that is visited.
fn conversation(dice: &mut Dice) -> Conversation {
    let port = PORTS + u16::from(dice.byte());
    let local: IpAddr = dice.pick(&[WAN_V4.into(), WAN_V6.into()]);
    let remote: IpAddr = match local {
        IpAddr::V4(_) => SERVER_V4.into(),
        IpAddr::V6(_) => SERVER_V6.into(),
    };
    Conversation::new((local, port).into(), (remote, 443).into())
}

/// What comes first, what lies over that, and what lies at the very end.
fn fragments(talk: &mut Conversation, _dice: &mut Dice) -> Vec<Frame> {
    let offsets = OFFSETS
        .into_iter()
        .filter_map(|it| IpFragOffset::try_new(it).ok());
    let pieces = offsets.flat_map(|offset| {
        [true, false].map(|is_followed| Fragment {
            offset,
            is_followed,
        })
    });
    pieces.flat_map(|piece| in_pieces(talk, piece)).collect()
}

/// An answer and a reset as that fragment, each long and tiny.
fn in_pieces(talk: &mut Conversation, piece: Fragment) -> Vec<Frame> {
    talk.envelope.fragment = piece;
    talk.envelope.extensions = vec![Extension::Fragment(piece)];
    let whole = [talk.syn_ack(), talk.forged_reset(Look::FORGER)];
    let tiny = whole.clone().map(|frame| shortened(&frame));
    [whole, tiny].concat()
}

/// Ends behind the ports, as its header says.
fn shortened(frame: &Frame) -> Frame {
    let is_v4 = frame.packet().first().is_some_and(|first| first >> 4 == 4);
    // Of IPv4 the length of all, of IPv6 that of what follows the header.
    let (headers, length_at, length) = if is_v4 {
        (20, 2, 20 + TINY)
    } else {
        (48, 4, 8 + TINY)
    };
    let mut bytes = frame.bytes.clone();
    bytes.truncate(frame.network_at + headers + usize::from(TINY));
    let at = frame.network_at + length_at;
    bytes[at..at + 2].copy_from_slice(&length.to_be_bytes());
    frame.with_bytes(bytes)
}
