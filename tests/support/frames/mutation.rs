//! Frames that nobody would send, made of such that somebody might: bits flipped, bytes missing or too many, fields
//! that lie. What is random follows from the dice alone.

use super::Frame;
use crate::script::Dice;

/// Where headers are, mostly.
const HEADERS: usize = 110;
/// Most bytes that are put in or taken out at once.
const RUN: u8 = 60;
/// Values at the edges of what fields hold, and the first bytes of IP headers.
const EXTREMES: [u8; 10] = [0, 1, 0x0f, 0x40, 0x45, 0x4f, 0x60, 0x7f, 0x80, 0xff];
const LENGTHS: [u16; 16] = [
    0, 1, 7, 8, 19, 20, 21, 28, 39, 40, 41, 60, 1_208, 0x7fff, 0x8000, 0xffff,
];
const NUMBERS: [u32; 8] = [
    0,
    1,
    2,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0001,
    u32::MAX - 1,
    u32::MAX,
];
const PORTS: [u16; 5] = [0, 1, 443, 40_000, 0xffff];
/// IPv4, IPv6, ARP, three kinds of tag, both stages of `PPPoE`, MPLS.
const ETHERTYPES: [u16; 9] = [
    0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x9100, 0x8863, 0x8864, 0x8847,
];
/// Hop-by-hop options, ICMP, IPv4, TCP, UDP, IPv6, routing, fragment, GRE, ESP, AH, `ICMPv6`, none, destination
/// options, SCTP, mobility.
const PROTOCOLS: [u8; 16] = [0, 1, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 135];
/// Those of them that are extension headers.
const EXTENSIONS: [u8; 6] = [0, 43, 44, 51, 60, 135];
/// Of IPv4: nothing, do not fragment, more follow, a later one, the last possible.
const FRAGMENTS: [u16; 6] = [0, 0x4000, 0x2000, 0x2001, 0x0001, 0x1fff];
/// Of TCP: nothing, everything, and what does not go together.
const FLAGS: [u8; 12] = [
    0x00, 0x01, 0x02, 0x04, 0x07, 0x10, 0x11, 0x12, 0x14, 0x16, 0xc2, 0xff,
];

/// One change of a frame.
type Change = fn(&mut Frame, &mut Dice);

const CHANGES: [Change; 20] = [
    flip, flip, extreme, extreme, truncate, truncate, insert, remove, pad, length, length,
    ethertype, tag, protocol, extension, fragment, flags, number, port, address,
];

/// Changes a frame once, twice, four or eight times.
pub fn mutate(frame: &mut Frame, dice: &mut Dice) {
    for _ in 0..1 << dice.below(4) {
        change(frame, dice);
    }
}

/// Changes a frame once.
pub fn change(frame: &mut Frame, dice: &mut Dice) {
    dice.pick(&CHANGES)(frame, dice);
}

fn flip(frame: &mut Frame, dice: &mut Dice) {
    let (at, bit) = (anywhere(frame, dice), dice.below(8));
    if let Some(byte) = frame.bytes.get_mut(at) {
        *byte ^= 1 << bit;
    }
}

fn extreme(frame: &mut Frame, dice: &mut Dice) {
    let at = anywhere(frame, dice);
    let value = dice.pick(&EXTREMES);
    write(frame, at, &[value]);
}

fn truncate(frame: &mut Frame, dice: &mut Dice) {
    let len = anywhere(frame, dice);
    frame.bytes.truncate(len);
}

fn insert(frame: &mut Frame, dice: &mut Dice) {
    let at = anywhere(frame, dice).min(frame.bytes.len());
    let value = dice.pick(&EXTREMES);
    let run = vec![value; 1 + usize::from(dice.below(RUN))];
    frame.bytes.splice(at..at, run);
}

fn remove(frame: &mut Frame, dice: &mut Dice) {
    let start = anywhere(frame, dice).min(frame.bytes.len());
    let end = (start + 1 + usize::from(dice.below(RUN))).min(frame.bytes.len());
    frame.bytes.drain(start..end);
}

fn pad(frame: &mut Frame, dice: &mut Dice) {
    let len = frame.bytes.len() + 1 + usize::from(dice.below(RUN));
    frame.bytes.resize(len, 0);
}

/// Of the packet, of what is in it, or of a header in words.
fn length(frame: &mut Frame, dice: &mut Dice) {
    let (ip, transport) = (frame.network_at, transport_at(frame));
    let length = dice.pick(&LENGTHS).to_be_bytes();
    let words = dice.below(16);
    match dice.below(5) {
        0 => write(frame, ip + 2, &length),
        1 => write(frame, ip + 4, &length),
        2 => write(frame, transport + 4, &length),
        3 => write(frame, ip, &[0x40 | words]),
        _ => write(frame, transport + 12, &[words << 4]),
    }
}

fn ethertype(frame: &mut Frame, dice: &mut Dice) {
    let before = frame.network_at.saturating_sub(2);
    let kind = dice.pick(&ETHERTYPES).to_be_bytes();
    write(frame, before, &kind);
}

/// One more tag before the others.
fn tag(frame: &mut Frame, dice: &mut Dice) {
    let [high, low] = dice.pick(&ETHERTYPES).to_be_bytes();
    if frame.network_at >= 14 && frame.bytes.len() >= 14 {
        frame.bytes.splice(12..12, [high, low, 0, 7]);
        frame.network_at += 4;
    }
}

fn protocol(frame: &mut Frame, dice: &mut Dice) {
    let at = protocol_at(frame);
    let protocol = dice.pick(&PROTOCOLS);
    write(frame, at, &[protocol]);
}

/// One more extension header of IPv6 before the others, or what looks like it in IPv4.
fn extension(frame: &mut Frame, dice: &mut Dice) {
    let at = protocol_at(frame);
    let body = frame.network_at + 40;
    let (kind, len) = (dice.pick(&EXTENSIONS), dice.pick(&[0, 0, 0, 1, 2, 8, 0xff]));
    let Some(next) = frame.bytes.get(at).copied() else {
        return;
    };
    if body <= frame.bytes.len() {
        write(frame, at, &[kind]);
        frame
            .bytes
            .splice(body..body, [next, len, 0, 0, 0, 0, 0, 0]);
    }
}

fn fragment(frame: &mut Frame, dice: &mut Dice) {
    let at = frame.network_at + 6;
    let place = dice.pick(&FRAGMENTS).to_be_bytes();
    if is_v4(frame) {
        write(frame, at, &place);
    }
}

fn flags(frame: &mut Frame, dice: &mut Dice) {
    let at = transport_at(frame) + 13;
    let flags = dice.pick(&FLAGS);
    write(frame, at, &[flags]);
}

/// What is sent, or what is acknowledged.
fn number(frame: &mut Frame, dice: &mut Dice) {
    let at = transport_at(frame) + dice.pick(&[4, 8]);
    let mut number = dice.pick(&NUMBERS);
    if let Some(&[a, b, c, d]) = frame.bytes.get(at..at + 4).and_then(|it| it.first_chunk())
        && dice.one_in(2)
    {
        number = number.wrapping_add(u32::from_be_bytes([a, b, c, d]));
    }
    write(frame, at, &number.to_be_bytes());
}

fn port(frame: &mut Frame, dice: &mut Dice) {
    let at = transport_at(frame) + dice.pick(&[0, 2]);
    let port = dice.pick(&PORTS).to_be_bytes();
    write(frame, at, &port);
}

/// Nobody, everybody, or the other end.
fn address(frame: &mut Frame, dice: &mut Dice) {
    let (source, len) = if is_v4(frame) { (12, 4) } else { (8, 16) };
    let source = frame.network_at + source;
    let (from, to) = if dice.one_in(2) {
        (source, source + len)
    } else {
        (source + len, source)
    };
    let other = frame.bytes.get(from..from + len).map(<[u8]>::to_vec);
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 18, 1, 1];
    match dice.below(4) {
        0 => write(frame, to, &vec![0; len]),
        1 => write(frame, to, &vec![0xff; len]),
        2 => write(frame, to, &mapped[16 - len..]),
        _ => write(frame, to, &other.unwrap_or_default()),
    }
}

/// Mostly in the headers.
fn anywhere(frame: &Frame, dice: &mut Dice) -> usize {
    let len = frame.bytes.len().max(1);
    let len = if dice.one_in(8) {
        len
    } else {
        len.min(HEADERS)
    };
    dice.roll() as usize % len
}

fn is_v4(frame: &Frame) -> bool {
    frame.packet().first().is_some_and(|first| first >> 4 == 4)
}

fn protocol_at(frame: &Frame) -> usize {
    frame.network_at + if is_v4(frame) { 9 } else { 6 }
}

/// Where it is without extension headers.
fn transport_at(frame: &Frame) -> usize {
    let words = frame.packet().first().map_or(0, |first| first & 0x0f);
    let len = if is_v4(frame) {
        4 * usize::from(words)
    } else {
        40
    };
    frame.network_at + len
}

/// As much as fits.
fn write(frame: &mut Frame, at: usize, bytes: &[u8]) {
    let places = frame.bytes.iter_mut().skip(at);
    for (place, byte) in places.zip(bytes) {
        *place = *byte;
    }
}
