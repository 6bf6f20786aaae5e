//! Where one step of a program leaves what the next one reads: this CPU's own, for one packet.
//!
//! What is read back from a map is unknown to the verifier, so that each step is walked once, and
//! not once for each way through the steps before it.

use detector_common::{packet::Packet, track::News};

use crate::maps;

/// Puts a parsed packet into its room.
#[inline(always)]
pub(crate) fn set_aside(packet: &Packet) -> bool {
    let Some(room) = maps::PARSED.get_ptr_mut(0) else {
        return false;
    };
    // SAFETY: the room has the size of a packet and at least its alignment, it is this CPU's own,
    // and nothing else runs on that until the program ends.
    unsafe { room.cast::<Packet>().write(*packet) };
    true
}

/// The packet that was just put into its room.
#[inline(always)]
pub(crate) fn packet() -> Option<&'static Packet> {
    let room = maps::PARSED.get_ptr_mut(0)?.cast::<Packet>();
    // SAFETY: as above; `set_aside` wrote a packet before.
    Some(unsafe { &*room })
}

/// The room of what is new.
#[inline(always)]
pub(crate) fn news() -> Option<&'static mut News> {
    let room = maps::NEWS.get_ptr_mut(0)?;
    // SAFETY: as above, and every bit pattern of a `News` is one.
    Some(unsafe { &mut *room })
}
