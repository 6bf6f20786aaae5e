//! A censor that resets connections in the servers' name, out of the path and in it.

use anyhow::Result;
use detector_tests::{Censor, Forgery, Message, Trigger, address::SERVER_HOP_LIMIT};
use ipnet::IpNet;

use crate::{
    alert::Charge,
    area::V4,
    case::{Case, Undo},
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
        let block = censor.reject_range(range)?;
        Ok(Box::new(|| block.lift()))
    })
}

fn injected(
    name: &'static str,
    stage: &'static str,
    deed: fn(&Censor, IpNet) -> Result<Undo>,
) -> Result<()> {
    let case = Case {
        name,
        area: V4,
        clients: |lab| &lab.clients,
        deed,
        charge: Charge {
            kind: "rst_injection",
            stage,
        },
    };
    case.run()
}

fn forge(censor: &Censor, range: IpNet, trigger: Trigger, forgery: Forgery) -> Result<Undo> {
    let injection = censor.inject(range, trigger, forgery)?;
    Ok(Box::new(|| injection.lift()))
}
