//! One packet through the whole engine: connection, destination, prefix.
//!
//! Two steps, so that the kernel can verify each on its own: [`follow`] moves the connection on,
//! [`account`] counts what came of it. The programs and the host engine call both, and differ in
//! their tables alone.

mod account;
mod news;

use crate::{
    classify::{Judgement, Sighting, classify},
    destination::{DestinationKey, DestinationState},
    flow::{Direction, FlowKey, FlowState, HEARD_BEFORE},
    packet::Packet,
    tables::{Evidence, Prefixes, Table, Tables},
    time::Nanos,
    tuning::Tuning,
    vantage::Vantage,
    wire::udp::QUIC_PORT,
};

pub use self::{account::account, news::News};

/// Accounts for one packet, and returns the verdict where it ends a connection. Followed are
/// connections that our side begins: TCP, and QUIC to port 443.
#[inline(always)]
pub fn track<F, D, P, V, E>(
    tables: &mut Tables<F, D, P, V, E>,
    packet: &Packet,
    direction: Direction,
    now: Nanos,
    tuning: &Tuning,
) -> Option<Judgement>
where
    F: Table<FlowKey, FlowState>,
    D: Table<DestinationKey, DestinationState>,
    P: Prefixes,
    V: Table<u32, Vantage>,
    E: Evidence,
{
    let mut news = News::default();
    follow(tables, packet, direction, || (now, *tuning), &mut news)?;
    account(tables, packet, &news, tuning);
    news.judgement()
}

/// Moves the connection on that a packet belongs to, and writes down what is new; `None` where
/// nothing is. Nearly every packet belongs to a connection of which nothing more is learnt: for those it asks for one
/// lookup, and not even for the time or the rules.
#[inline(always)]
pub fn follow<F, D, P, V, E>(
    tables: &mut Tables<F, D, P, V, E>,
    packet: &Packet,
    direction: Direction,
    circumstances: impl FnOnce() -> (Nanos, Tuning),
    news: &mut News,
) -> Option<()>
where
    F: Table<FlowKey, FlowState>,
    D: Table<DestinationKey, DestinationState>,
    V: Table<u32, Vantage>,
{
    let relevance = relevance(packet, direction);
    if relevance == Relevance::None {
        return None;
    }
    let opens = relevance == Relevance::Opens;
    let key = FlowKey::of(packet, direction)?;
    let (flow, (now, tuning)) = if opens {
        let (now, tuning) = circumstances();
        let flow = open(&mut tables.flows, &key, packet, now, &tuning)?;
        (flow, (now, tuning))
    } else {
        let flow = tables.flows.get(&key)?;
        if flow.is_settled() {
            return None;
        }
        (flow, circumstances())
    };
    let endpoint = key.destination();
    let destination = if opens {
        tables
            .destinations
            .insert(&endpoint, &DestinationState::default())?
    } else {
        tables.destinations.get(&endpoint)?
    };
    if opens && destination.has_answered() && flow.is_to_a_stranger() {
        flow.heard_at = HEARD_BEFORE;
    }
    let sighting = Sighting {
        packet,
        direction,
        now,
        vantage: tables.vantage.get(&0)?,
        tuning: &tuning,
    };
    news.begin(&key, now, flow, destination);
    let judgement = classify(flow, destination, &sighting);
    news.end(flow, destination, judgement, &sighting);
    Some(())
}

/// What the engine wants of a packet. Without references: where the compiler merges variants it
/// calculates with what they hold, and the verifier forbids that with pointers.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Relevance {
    /// Nothing.
    None,
    /// It belongs to a connection, if to any that is followed.
    Follows,
    /// It may begin one.
    Opens,
}

#[inline(always)]
fn relevance(packet: &Packet, direction: Direction) -> Relevance {
    if matches!(direction, Direction::Out) && packet.may_begin() {
        return Relevance::Opens;
    }
    if packet.tcp().is_some() {
        return Relevance::Follows;
    }
    if let Some(datagram) = packet.udp() {
        return match direction {
            Direction::In if datagram.source_port == QUIC_PORT => Relevance::Follows,
            Direction::In | Direction::Out => Relevance::None,
        };
    }
    // The destination may refuse in its own name; that is its own business.
    let is_strangers = packet
        .icmp_error()
        .is_some_and(|error| error.quoted_destination != packet.source);
    if is_strangers && matches!(direction, Direction::In) {
        Relevance::Follows
    } else {
        Relevance::None
    }
}

/// The connection that a packet begins, or repeats the beginning of.
#[inline(always)]
fn open<'a, F: Table<FlowKey, FlowState>>(
    flows: &'a mut F,
    key: &FlowKey,
    packet: &Packet,
    now: Nanos,
    tuning: &Tuning,
) -> Option<&'a mut FlowState> {
    let flow = flows.insert(key, &FlowState::begin(packet, now))?;
    // Nothing in an Initial tells a new connection on old ports from a repeated one.
    let is_idle = now.since(flow.resent_at()) > tuning.syn_run_gap;
    if packet.tcp().is_none() && is_idle {
        *flow = FlowState::begin(packet, now);
    }
    Some(flow)
}

#[cfg(test)]
mod tests;
