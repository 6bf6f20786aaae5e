//! Where one step of a program leaves what the next one reads: this CPU's own, for one packet.
//!
//! What is read back from a map is unknown to the verifier, so that each step is walked once, and
//! not once for each way through the steps before it.

#![expect(unsafe_code, reason = "pointers into maps")]

use detector_common::{packet::Packet, track::News};

use crate::maps;

/// The room of a parsed packet.
#[inline(always)]
pub(crate) fn parsed() -> Option<&'static mut Packet> {
    let room = maps::PARSED.get_ptr_mut(0)?.cast::<Packet>();
    // SAFETY: the room has the size of a packet and at least its alignment; it holds zeroes, which are one, or what
    // was parsed last. It is this CPU's own, and nothing else runs on that until the program ends.
    Some(unsafe { &mut *room })
}

/// The packet that was just parsed.
#[inline(always)]
pub(crate) fn packet() -> Option<&'static Packet> {
    parsed().map(|packet| &*packet)
}

/// The room of what is new.
#[inline(always)]
pub(crate) fn news() -> Option<&'static mut News> {
    let room = maps::NEWS.get_ptr_mut(0)?;
    // SAFETY: as above, and every bit pattern of a `News` is one.
    Some(unsafe { &mut *room })
}
