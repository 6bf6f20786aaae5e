//! What a packet looks like beside the server's own: TTL, DF, IP-ID, window.

use crate::{
    destination::DestinationState,
    flow::{FlowState, ip_ids},
    packet::Packet,
    vantage::Vantage,
    verdict::Stage,
    wire::tcp::Segment,
};

/// Smallest difference of TTLs that is not a change of route.
const FOREIGN_TTL: u8 = 2;
/// What a counter of IP-IDs does not leap within one connection.
const IP_ID_LEAP: u16 = 1_000;
/// A receive window does not grow by more than this between two packets.
const WINDOW_GROWTH: u16 = 4;

/// What the destination's own packets look like, where one was seen.
#[derive(Clone, Copy)]
pub(super) struct Own {
    is_known: bool,
    ttl: u8,
    dont_fragment: bool,
}

impl Own {
    /// As this connection's SYN-ACK showed, since behind a balancer the next one may come from
    /// another machine; before that, as the destination is remembered.
    #[inline(always)]
    pub(super) const fn of(flow: &FlowState, destination: &DestinationState) -> Self {
        match flow.stage() {
            Stage::PostSyn => Self {
                is_known: destination.has_answered(),
                ttl: destination.ttl,
                dont_fragment: destination.dont_fragment != 0,
            },
            Stage::PostAck | Stage::PostPsh | Stage::LaterInFlow => Self {
                is_known: flow.server_ttl != 0,
                ttl: flow.server_ttl,
                dont_fragment: flow.server_df != 0,
            },
        }
    }

    /// Whether a TTL is far from the destination's own, where TTLs mean something.
    #[inline(always)]
    pub(super) const fn has_another_ttl(self, packet: &Packet, vantage: &Vantage) -> bool {
        self.is_known && !vantage.levels_ttl() && packet.ttl.abs_diff(self.ttl) >= FOREIGN_TTL
    }

    /// Whether the DF bit is not the destination's own.
    #[inline(always)]
    pub(super) const fn has_another_df(self, packet: &Packet) -> bool {
        self.is_known && packet.dont_fragment != self.dont_fragment
    }
}

/// Whether an IP-ID is far from where the server's counter stood. Most stacks do not count (RFC
/// 6864), and a reset often carries none.
#[inline(always)]
pub(super) const fn ip_id_jumps(packet: &Packet, flow: &FlowState) -> bool {
    let ahead = packet.ip_id.wrapping_sub(flow.server_ip_id);
    let behind = flow.server_ip_id.wrapping_sub(packet.ip_id);
    flow.ip_ids == ip_ids::COUNTED && packet.ip_id != 0 && ahead > IP_ID_LEAP && behind > IP_ID_LEAP
}

/// Whether IP-ID and window are copied from the client's latest packet, as some injectors do that
/// build their packet from the one that triggered it. 0 and 1 are what synthetic stacks send.
#[inline(always)]
pub(super) const fn is_echo(packet: &Packet, segment: &Segment, flow: &FlowState) -> bool {
    flow.ip_ids != ip_ids::COPIED
        && packet.ip_id > 1
        && packet.ip_id == flow.client_ip_id
        && segment.window == flow.client_window
}

/// Whether the receive window is beyond what the server's can have become.
#[inline(always)]
pub(super) const fn has_grown(segment: &Segment, flow: &FlowState) -> bool {
    flow.server_window != 0 && segment.window / WINDOW_GROWTH > flow.server_window
}
