//! A censor that drops QUIC.

use std::net::SocketAddr;

use anyhow::Result;
use detector_tests::{Plan, Protocol};

use crate::{
    alert::Charge,
    case::{Case, lifting},
};

const CHARGE: Charge = Charge {
    kind: "quic_blackhole",
    stage: "post_syn",
    symptom: "quic_timeout",
};

pub(crate) fn unanswered_initials_are_a_quic_blackhole() -> Result<()> {
    let case = Case::new(
        "QUIC dropped",
        |censor, range| Ok(lifting(censor.drop_quic(range)?)),
        CHARGE,
    );
    Case {
        plan: initials,
        ..case
    }
    .run()
}

/// Connections of QUIC.
pub(crate) const fn initials(targets: Vec<SocketAddr>) -> Plan {
    let mut plan = Plan::to(targets);
    plan.protocol = Protocol::Quic;
    plan
}
