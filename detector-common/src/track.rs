//! One packet through the whole engine: connection, destination, prefix. The kernel programs and
//! the host engine both call [`track`], so they differ in their tables alone.

use crate::{
    classify::{Judgement, Sighting, classify},
    destination::{DestinationKey, DestinationState},
    flow::{Direction, FlowKey, FlowState},
    packet::Packet,
    prefix::{Count, Counter, Hosts, PrefixKey, host_bit},
    tables::{Prefixes, Table, Tables},
    time::Nanos,
    tuning::Tuning,
    verdict::Outcome,
};

/// Accounts for one packet, and returns the verdict where it ends a connection. Only TCP
/// connections that our side begins are followed.
#[inline(always)]
pub fn track<F, D, C, P>(
    tables: &mut Tables<F, D, C, P>,
    packet: &Packet,
    direction: Direction,
    now: Nanos,
    tuning: &Tuning,
) -> Option<Judgement>
where
    F: Table<FlowKey, FlowState>,
    D: Table<DestinationKey, DestinationState>,
    C: Table<DestinationKey, DestinationState>,
    P: Prefixes,
{
    let segment = packet.tcp()?;
    let sighting = Sighting {
        packet,
        segment,
        direction,
        now,
    };
    let key = FlowKey::of(packet, segment, direction);
    let asks = matches!(direction, Direction::Out) && segment.flags.is_syn();
    let flow = if asks {
        tables.flows.insert(&key, &FlowState::begin(segment, now))?
    } else {
        tables.flows.get(&key)?
    };
    let endpoint = key.destination();
    let (destination, is_candidate) = match tables.destinations.get(&endpoint) {
        Some(known) => (known, false),
        None if asks => (
            tables
                .candidates
                .insert(&endpoint, &DestinationState::default())?,
            true,
        ),
        None => (tables.candidates.get(&endpoint)?, true),
    };
    let judgement = classify(flow, destination, &sighting, tuning);
    let news = News {
        judgement,
        is_connection: asks && flow.syn_at == now,
        is_trial: judgement.is_some_and(|it| destination.is_trial(it.verdict, now, tuning)),
        is_alive: destination.has_answered(),
        // On its answer and not ever after: a full table is asked once.
        is_promoted: is_candidate && segment.flags.is_syn_ack() && destination.has_answered(),
    };
    if news.is_promoted {
        // A copy: the two tables are different maps.
        let memory = *destination;
        if tables.destinations.insert(&endpoint, &memory).is_some() {
            tables.candidates.remove(&endpoint);
        }
    }
    news.count(&mut tables.prefixes, &key, tuning);
    judgement
}

/// What one packet adds to the counters of its prefix.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent yes or no"
)]
struct News {
    judgement: Option<Judgement>,
    is_connection: bool,
    is_trial: bool,
    is_alive: bool,
    is_promoted: bool,
}

impl News {
    /// A prefix is tracked from its first answer on: a scan of dead space takes no room, and
    /// destinations that never answered weigh nothing until a neighbour did.
    #[inline(always)]
    fn count<P: Prefixes>(&self, prefixes: &mut P, key: &FlowKey, tuning: &Tuning) {
        if self.judgement.is_none() && !self.is_connection && !self.is_promoted {
            return;
        }
        let prefix = PrefixKey::of(&key.remote, tuning);
        let host = host_bit(&key.remote);
        let counters = if self.is_alive {
            prefixes.insert(&prefix)
        } else {
            prefixes.get(&prefix)
        };
        if let Some(mut counters) = counters {
            self.write(&mut counters, host);
        }
    }

    #[inline(always)]
    fn write(&self, counters: &mut impl Count, host: u8) {
        if self.is_connection {
            counters.add(Counter::Connections);
        }
        if self.is_alive {
            counters.insert(Hosts::Alive, host);
        }
        let Some(judgement) = self.judgement else {
            return;
        };
        counters.add(Counter::Verdict(judgement.verdict));
        if self.is_trial {
            self.write_trial(counters, judgement, host);
        }
    }

    /// A destination that never answered may be a port that was always filtered, and its host be
    /// fine: its failures are counted apart.
    #[inline(always)]
    fn write_trial(&self, counters: &mut impl Count, judgement: Judgement, host: u8) {
        let Judgement { verdict, stage } = judgement;
        match verdict.outcome() {
            Outcome::Ok => {
                counters.add(Counter::Trial(verdict));
                counters.remove(Hosts::Failed, host);
            }
            Outcome::Failed if self.is_alive => {
                counters.add(Counter::Trial(verdict));
                counters.add(Counter::Stage(stage));
                counters.insert(Hosts::Failed, host);
            }
            Outcome::Failed => counters.add(Counter::Strangers),
            Outcome::Void => {}
        }
    }
}

#[cfg(test)]
mod tests;
