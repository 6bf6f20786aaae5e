//! A censor that resets connections in the servers' name, out of the path and in it.

use anyhow::Result;
use detector_tests::{Censor, Forgery, Message, Trigger, address::SERVER_HOP_LIMIT};
use ipnet::IpNet;

use crate::{
    alert::Charge,
    case::{Case, Undo, lifting},
};

pub(crate) fn a_forged_reset_of_the_syn_is_injection() -> Result<()> {
    injected("a forged reset of the SYN", "post_syn", |censor, range| {
        forge(censor, range, Trigger::Syn, Forgery::default())
    })
}

pub(crate) fn a_forged_reset_of_first_data_with_a_foreign_ttl_is_injection() -> Result<()> {
    injected("a foreign TTL", "post_psh", |censor, range| {
        forge(censor, range, Trigger::FirstData, Forgery::default())
    })
}

/// Neither the TTL nor the timing gives it away: it acknowledges nothing that could have been too soon. What
/// remains is that the server goes on talking.
pub(crate) fn a_forged_reset_with_the_servers_ttl_is_contradicted_by_the_server() -> Result<()> {
    const LIKE_THE_SERVERS: Forgery = Forgery {
        ttl: SERVER_HOP_LIMIT - 1,
        message: Message::Reset,
        copies: 1,
        identification: 0,
        window: 0,
        acknowledges: false,
    };
    injected("the server's TTL", "post_psh", |censor, range| {
        forge(censor, range, Trigger::FirstData, LIKE_THE_SERVERS)
    })
}

/// No server ever hears of these connections, so none can contradict: the proof is what is remembered of it.
pub(crate) fn a_range_refused_in_the_path_is_injection() -> Result<()> {
    injected("refused in the path", "post_syn", |censor, range| {
        Ok(lifting(censor.reject_range(range)?))
    })
}

/// The server hears the client and answers; its own SYN-ACK is what is turned into a refusal. No TTL, number or
/// window gives that away, and no server goes on.
pub(crate) fn a_syn_ack_rewritten_into_a_refusal_is_injection() -> Result<()> {
    injected("a rewritten SYN-ACK", "post_syn", |censor, range| {
        Ok(lifting(censor.rewrite_syn_ack(range)?))
    })
}

fn injected(
    name: &'static str,
    stage: &'static str,
    deed: fn(&Censor, IpNet) -> Result<Undo>,
) -> Result<()> {
    let charge = Charge {
        kind: "rst_injection",
        stage,
        symptom: "rst_injected",
    };
    Case::new(name, deed, charge).run()
}

fn forge(censor: &Censor, range: IpNet, trigger: Trigger, forgery: Forgery) -> Result<Undo> {
    let injection = censor.inject(range, trigger, forgery)?;
    Ok(Box::new(|| injection.lift()))
}
