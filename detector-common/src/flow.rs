//! One connection: its key, oriented so that both directions meet, and its state.

use crate::{
    address::Address,
    destination::DestinationKey,
    mark::Marks,
    packet::Packet,
    time::Nanos,
    verdict::{Stage, Verdict},
    wire::tcp::Segment,
};

/// Which way a packet goes. The hook says so: ingress and egress of the WAN interface.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// From the remote side to ours.
    In,
    /// From our side to the remote.
    Out,
}

/// Both endpoints of a TCP connection, remote first whichever way the packet goes.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[repr(C)]
pub struct FlowKey {
    /// Remote address.
    pub remote: Address,
    /// Local address, as the WAN side sees it: behind masquerading, the gateway's own.
    pub local: Address,
    /// Remote port.
    pub remote_port: u16,
    /// Local port.
    pub local_port: u16,
    /// Transport, as IP numbers it.
    pub protocol: u16,
    /// Always zero: a map compares padding too.
    pub zero: u16,
}

/// The transports that are followed, as IP numbers them.
pub mod protocol {
    /// RFC 9293.
    pub const TCP: u16 = 6;
    /// RFC 768, for QUIC alone.
    pub const UDP: u16 = 17;
}

const _: () = assert!(size_of::<FlowKey>() == 40, "a map key has no padding");

impl FlowKey {
    /// The key of the connection that `segment` belongs to.
    #[inline(always)]
    pub const fn of(packet: &Packet, segment: &Segment, direction: Direction) -> Self {
        match direction {
            Direction::In => Self {
                remote: packet.source,
                local: packet.destination,
                remote_port: segment.source_port,
                local_port: segment.destination_port,
                protocol: protocol::TCP,
                zero: 0,
            },
            Direction::Out => Self {
                remote: packet.destination,
                local: packet.source,
                remote_port: segment.destination_port,
                local_port: segment.source_port,
                protocol: protocol::TCP,
                zero: 0,
            },
        }
    }

    /// The remote endpoint.
    #[inline(always)]
    pub const fn destination(&self) -> DestinationKey {
        DestinationKey {
            address: self.remote,
            port: self.remote_port,
            zeroes: [0; 3],
        }
    }
}

/// Where a connection is. The first four are the stages of [`Stage`].
pub mod phase {
    /// The SYN is out.
    pub const SYN_SENT: u8 = 0;
    /// The SYN-ACK came.
    pub const ANSWERED: u8 = 1;
    /// The client's first data is out.
    pub const DATA_SENT: u8 = 2;
    /// The server's first data came.
    pub const SETTLED: u8 = 3;
    /// A reset came that nothing proves forged; the real peer may still contradict it.
    pub const RESET: u8 = 4;
    /// Judged, or ended by our side: nothing more is learnt from it.
    pub const CLOSED: u8 = 5;
}

/// What is known of one connection.
///
/// Two CPUs may write one entry at once; every field is a naturally aligned integer, and a lost
/// write costs one packet of evidence, never a false accusation.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(C)]
pub struct FlowState {
    /// When the first SYN left.
    pub syn_at: Nanos,
    /// When the client's first data left.
    pub data_at: Nanos,
    /// When a reset came that is still unproved.
    pub reset_at: Nanos,
    /// The client's initial sequence number.
    pub client_isn: u32,
    /// The server's initial sequence number.
    pub server_isn: u32,
    /// Sequence number behind the client's SYN and its data (RFC 7413), then behind its first data
    /// after the handshake.
    pub data_end: u32,
    /// One of [`phase`].
    pub phase: u8,
    /// The [`Stage`] a reset met, as its index.
    pub reset_stage: u8,
    /// 1 once the client sent its SYN again: no round trip can be measured.
    pub syn_again: u8,
    /// 1 once the client sent FIN: resets mean nothing any more.
    pub client_fin: u8,
    /// TTL of its own SYN-ACK.
    pub server_ttl: u8,
    /// 1 where its own SYN-ACK had the DF bit.
    pub server_df: u8,
    /// 1 once its silence was told as a timeout.
    pub timed_out: u8,
    /// Always zeroes.
    pub zeroes: [u8; 5],
}

const _: () = assert!(size_of::<FlowState>() == 48, "a map value has no padding");

impl FlowState {
    /// The state after a first SYN.
    #[inline(always)]
    pub fn begin(segment: &Segment, now: Nanos) -> Self {
        Self {
            syn_at: now,
            client_isn: segment.seq,
            data_end: segment
                .seq
                .wrapping_add(1)
                .wrapping_add(segment.payload_len),
            ..Self::default()
        }
    }

    /// Whether a number acknowledges the SYN, and at most the data that came with it.
    #[inline(always)]
    pub const fn acknowledges_syn(&self, ack: u32) -> bool {
        let asked = self.data_end.wrapping_sub(self.client_isn);
        let acknowledged = ack.wrapping_sub(self.client_isn);
        acknowledged != 0 && acknowledged <= asked
    }

    /// What it came to, as far as was seen.
    pub fn conclude(&self) -> Conclusion {
        let verdict = match self.phase {
            phase::SYN_SENT if self.timed_out != 0 => Verdict::SynTimeout,
            phase::SETTLED => Verdict::Ok,
            _ => Verdict::Incomplete,
        };
        Conclusion {
            verdict,
            stage: self.stage(),
            marks: Marks::default(),
            rtt: None,
        }
    }

    /// The stage it has reached.
    #[inline(always)]
    pub const fn stage(&self) -> Stage {
        match self.phase {
            phase::SYN_SENT => Stage::PostSyn,
            phase::ANSWERED => Stage::PostAck,
            phase::DATA_SENT => Stage::PostPsh,
            phase::RESET => stage_of(self.reset_stage),
            _ => Stage::LaterInFlow,
        }
    }
}

/// The account of one connection, once nothing more is heard of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Conclusion {
    /// What ended it.
    pub verdict: Verdict,
    /// How far it had come then.
    pub stage: Stage,
    /// What spoke for a third party.
    pub marks: Marks,
    /// Round trip of its handshake, where it could be measured.
    pub rtt: Option<Nanos>,
}

const fn stage_of(index: u8) -> Stage {
    match index {
        0 => Stage::PostSyn,
        1 => Stage::PostAck,
        2 => Stage::PostPsh,
        _ => Stage::LaterInFlow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Phases, and the stage that each stands for when a reset met stage 2 before.
    const STAGES: [(u8, Stage); 6] = [
        (phase::SYN_SENT, Stage::PostSyn),
        (phase::ANSWERED, Stage::PostAck),
        (phase::DATA_SENT, Stage::PostPsh),
        (phase::SETTLED, Stage::LaterInFlow),
        (phase::RESET, Stage::PostPsh),
        (phase::CLOSED, Stage::LaterInFlow),
    ];

    #[test]
    fn a_phase_has_a_stage_and_a_reset_the_one_it_met() {
        for (phase, stage) in STAGES {
            let flow = FlowState {
                phase,
                reset_stage: phase::DATA_SENT,
                ..FlowState::default()
            };
            assert_eq!(flow.stage(), stage, "phase {phase}");
        }
    }

    #[test]
    fn a_reset_keeps_every_stage_it_can_meet() {
        for stage in Stage::ALL {
            let flow = FlowState {
                phase: phase::RESET,
                reset_stage: u8::try_from(stage.index()).unwrap(),
                ..FlowState::default()
            };
            assert_eq!(flow.stage(), stage);
        }
    }
}
