//! What is watched at this moment, and telling what becomes of it.

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
    /// Tells the same of all of them.
    pub(super) fn tell(&self, sinks: &mut Sinks, state: &'static str) -> Result<Delivery, Failure> {
        for attached in &self.0 {
            if tell(sinks, attached, state)? == Delivery::Closed {
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
        let delivery = tell(sinks, &attached, state);
        self.0.retain(|it| it.interface.index != index);
        if state != "detached" {
            self.0.push(attached);
            self.0.sort_by_key(|it| it.interface.index);
        }
        delivery
    }
}

fn tell(sinks: &mut Sinks, attached: &Attached, state: &'static str) -> Result<Delivery, Failure> {
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
    };
    sinks.tell(&Timestamp::now(), Body::Interface(&event))
}
