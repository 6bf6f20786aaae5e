//! A censor that lets connections begin, and then lets nothing more of them pass: from the first data on, or after
//! so many bytes or packets.

use std::{net::SocketAddr, time::Duration};

use anyhow::Result;
use detector_tests::{Censor, Plan};
use ipnet::IpNet;

use crate::{
    alert::Charge,
    case::{Case, Undo, lifting},
};

/// Longer than any censor lets pass.
const DOWNLOAD: usize = 64 << 10;
/// Long enough for a silence that says something, before the client closes.
const PATIENCE: Duration = Duration::from_secs(8);
/// That patience, the client's FIN, which nobody acknowledges either, and what any other alert takes.
const FIRING: Duration = Duration::from_secs(40);

const CURTAIN_BYTES: u64 = 16 << 10;
const CURTAIN_PACKETS: u64 = 25;

const UNHEARD: Charge = Charge {
    kind: "data_blackhole",
    stage: "post_psh",
    symptom: "data_blackhole",
};

const CUT_OFF: Charge = Charge {
    kind: "data_cutoff",
    stage: "later_in_flow",
    symptom: "data_cutoff",
};

/// Handshakes succeed; the client's hello is sent again and again.
pub(crate) fn silence_after_the_hello_is_a_data_blackhole() -> Result<()> {
    let deed = |censor: &Censor, range| Ok(lifting(censor.drop_data(range)?));
    Case::new("silence after the hello", deed, UNHEARD).run()
}

pub(crate) fn a_freeze_after_sixteen_kilobytes_is_a_cutoff() -> Result<()> {
    cut_off("a freeze after 16 KB", |censor, range| {
        Ok(lifting(censor.freeze_after_bytes(range, CURTAIN_BYTES)?))
    })
}

pub(crate) fn a_freeze_after_twenty_five_packets_is_a_cutoff() -> Result<()> {
    cut_off("a freeze after 25 packets", |censor, range| {
        Ok(lifting(
            censor.freeze_after_packets(range, CURTAIN_PACKETS)?,
        ))
    })
}

/// Answers that are long enough to be cut off.
pub(crate) const fn downloads(targets: Vec<SocketAddr>) -> Plan {
    let mut plan = Plan::to(targets);
    plan.answer_bytes = DOWNLOAD;
    plan.timeout = PATIENCE;
    plan
}

fn cut_off(name: &'static str, deed: fn(&Censor, IpNet) -> Result<Undo>) -> Result<()> {
    let case = Case {
        plan: downloads,
        firing: FIRING,
        ..Case::new(name, deed, CUT_OFF)
    };
    case.run()
}
