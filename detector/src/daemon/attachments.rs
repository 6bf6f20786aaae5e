//! What is watched at this moment, and telling what becomes of it.

use std::time::Duration;

use detector_common::wire::link::LinkLayer;
use jiff::Timestamp;

use super::uplinks::Change;
use crate::{
    event::{Body, InterfaceEvent},
    failure::Failure,
    kernel::attach::Attached,
    sink::{Delivery, Sinks, Tell as _},
};

/// The interfaces that are attached.
pub(super) struct Attachments(pub(super) Vec<Attached>);

impl Attachments {
    /// Tells that all of them are watched from now on; nothing was for the length of `gap`, where that is known.
    pub(super) fn begin(
        &self,
        sinks: &mut Sinks,
        gap: Option<Duration>,
    ) -> Result<Delivery, Failure> {
        self.tell(sinks, "attached", gap)
    }

    /// Tells that none is watched any more; their programs stay where they are pinned.
    pub(super) fn end(&self, sinks: &mut Sinks, is_pinned: bool) -> Result<Delivery, Failure> {
        let state = if is_pinned { "left" } else { "detached" };
        self.tell(sinks, state, None)
    }

    fn tell(
        &self,
        sinks: &mut Sinks,
        state: &'static str,
        gap: Option<Duration>,
    ) -> Result<Delivery, Failure> {
        for attached in &self.0 {
            if tell(sinks, attached, state, gap)? == Delivery::Closed {
                return Ok(Delivery::Closed);
            }
        }
        Ok(Delivery::Written)
    }

    /// Takes in what became of one, and tells it.
    pub(super) fn change(
        &mut self,
        sinks: &mut Sinks,
        Change { state, attached }: Change,
    ) -> Result<Delivery, Failure> {
        let index = attached.interface.index;
        let delivery = tell(sinks, &attached, state, None);
        self.0.retain(|it| it.interface.index != index);
        if state != "detached" {
            self.0.push(attached);
            self.0.sort_by_key(|it| it.interface.index);
        }
        delivery
    }
}

fn tell(
    sinks: &mut Sinks,
    attached: &Attached,
    state: &'static str,
    gap: Option<Duration>,
) -> Result<Delivery, Failure> {
    let event = InterfaceEvent {
        iface: attached.interface.name.clone(),
        ifindex: attached.interface.index,
        state,
        mode: attached.ingress,
        reason: attached.reason,
        egress: attached.egress,
        link: match attached.interface.link {
            LinkLayer::Ethernet => "ethernet",
            LinkLayer::Ip | LinkLayer::Captured(_) => "ip",
        },
        mtu: Some(attached.interface.mtu),
        gap_s: gap.map(|it| it.as_secs()),
    };
    sinks.tell(&Timestamp::now(), Body::Interface(&event))
}
