//! What an exporter of flows does for each packet (`NetObserv`'s agent, for one): the connection is looked up in a hash
//! map of the kernel, its packets and bytes are counted, and the clock says when.

#![expect(unsafe_code, reason = "pointers into maps, and calls of the kernel")]

use aya_ebpf::{
    bindings::{BPF_ANY, BPF_F_NO_PREALLOC},
    btf_maps::HashMap,
    helpers::bpf_ktime_get_ns,
    macros::btf_map,
};
use detector_common::flow::{Direction, FlowKey};

use crate::room;

const FLAGS: usize = BPF_F_NO_PREALLOC as usize;

/// Written here, and read by nobody. Room for one, so that it takes none where nothing is measured; a benchmark makes it
/// larger at load.
#[btf_map]
static FLOW_COUNTS: HashMap<FlowKey, FlowCount, 1, FLAGS> = HashMap::new();

/// What is counted of one connection.
#[repr(C)]
struct FlowCount {
    first_at: u64,
    last_at: u64,
    packets: u64,
    bytes: u64,
}

/// Counts the packet that was just parsed.
#[inline(never)]
pub(super) fn count(direction: Direction, bytes: usize) {
    let Some(key) = room::packet().and_then(|packet| FlowKey::of(packet, direction)) else {
        return;
    };
    // SAFETY: the helper has no preconditions.
    let now = unsafe { bpf_ktime_get_ns() };
    let bytes = bytes as u64;
    if let Some(flow) = FLOW_COUNTS.get_ptr_mut(key) {
        // SAFETY: the kernel returned a live value of this map; an addition that another CPU undoes is none that matters.
        let flow = unsafe { &mut *flow };
        flow.last_at = now;
        flow.packets = flow.packets.wrapping_add(1);
        flow.bytes = flow.bytes.wrapping_add(bytes);
        return;
    }
    let flow = FlowCount {
        first_at: now,
        last_at: now,
        packets: 1,
        bytes,
    };
    // Where there is no room, an exporter tells the packet at once, at a higher price.
    let _full = FLOW_COUNTS.insert(key, &flow, u64::from(BPF_ANY));
}
