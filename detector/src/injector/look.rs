//! How one packet of an injector looks.

use detector_common::{mark::Mark, sample::Sample, verdict::Stage, wire::tcp::Flags};
use serde::Deserialize;

/// A smaller difference of TTLs is a change of route.
const FOREIGN_TTL: u8 = 2;

/// Conditions on one packet; what is left out may be anything.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    flags: Option<Control>,
    dont_fragment: Option<bool>,
    window: Option<Window>,
    ip_id: Option<IpId>,
    ack_ahead: Option<i32>,
    has_seq: Option<bool>,
    foreign_ttl: Option<bool>,
    stage: Option<String>,
}

/// Exactly these TCP flags.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Control {
    Rst,
    RstAck,
    FinAck,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Window {
    Zero,
    NotZero,
    Echo,
    Is(u16),
    TtlPlus(u16),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IpId {
    Echo,
    Is(u16),
}

impl Look {
    /// Whether a packet has this look.
    pub(super) fn fits(&self, sample: &Sample) -> bool {
        let answers = [
            self.flags.map(|it| it.is(sample)),
            self.dont_fragment
                .map(|it| it == (sample.dont_fragment != 0)),
            self.window.map(|it| it.is(sample)),
            self.ip_id.map(|it| it.is(sample)),
            self.ack_ahead
                .map(|it| it == sample.ack_ahead.cast_signed()),
            self.has_seq.map(|it| it == (sample.seq_ahead != 0)),
            self.foreign_ttl.map(|it| it == has_foreign_ttl(sample)),
            self.stage
                .as_ref()
                .map(|it| it == Stage::of_index(sample.stage).name()),
        ];
        answers.into_iter().flatten().all(|it| it)
    }

    /// How many conditions there are; those that give a number count twice.
    pub(super) fn conditions(&self) -> usize {
        let plain = [
            self.flags.is_some(),
            self.dont_fragment.is_some(),
            self.window.is_some(),
            self.ip_id.is_some(),
            self.ack_ahead.is_some(),
            self.has_seq.is_some(),
            self.foreign_ttl.is_some(),
            self.stage.is_some(),
        ];
        let numbers = [
            matches!(self.window, Some(Window::Is(_) | Window::TtlPlus(_))),
            matches!(self.ip_id, Some(IpId::Is(_))),
        ];
        plain.into_iter().chain(numbers).filter(|it| *it).count()
    }

    /// Whether a packet is a reset.
    pub(super) const fn is_reset(sample: &Sample) -> bool {
        Flags(sample.flags).rst()
    }
}

impl Control {
    const fn is(self, sample: &Sample) -> bool {
        sample.flags
            == match self {
                Self::Rst => 0x04,
                Self::RstAck => 0x14,
                Self::FinAck => 0x11,
            }
    }
}

impl Window {
    const fn is(self, sample: &Sample) -> bool {
        match self {
            Self::Zero => sample.window == 0,
            Self::NotZero => sample.window != 0,
            Self::Echo => sample.window == sample.client_window,
            Self::Is(window) => sample.window == window,
            Self::TtlPlus(more) => sample.window == more.wrapping_add(sample.ttl as u16),
        }
    }
}

impl IpId {
    const fn is(self, sample: &Sample) -> bool {
        match self {
            Self::Echo => sample.ip_id == sample.client_ip_id,
            Self::Is(ip_id) => sample.ip_id == ip_id,
        }
    }
}

/// Before the SYN-ACK only the engine knows, from earlier connections, what is the server's own.
const fn has_foreign_ttl(sample: &Sample) -> bool {
    match sample.server_ttl {
        0 => sample.marks.has(Mark::ForeignTtl),
        own => sample.ttl.abs_diff(own) >= FOREIGN_TTL,
    }
}
