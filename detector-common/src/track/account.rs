//! The second step: trials, counters of the prefix, and evidence.

use super::News;
use crate::{
    classify::Judgement,
    destination::{DestinationKey, DestinationState},
    flow::{FlowKey, FlowState, protocol},
    mark::{Mark, Marks},
    packet::Packet,
    prefix::{Count, Counter, Hosts, PrefixKey, host_bit},
    sample::Sample,
    stall::Bucket,
    tables::{Evidence, Prefixes, Table, Tables},
    tuning::Tuning,
    vantage::Vantage,
    verdict::{Outcome, Verdict},
};

/// Counts what is new of a connection, and samples what is suspicious.
#[inline(always)]
pub fn account<F, D, P, V, E>(
    tables: &mut Tables<F, D, P, V, E>,
    packet: &Packet,
    news: &News,
    tuning: &Tuning,
) where
    F: Table<FlowKey, FlowState>,
    D: Table<DestinationKey, DestinationState>,
    P: Prefixes,
    V: Table<u32, Vantage>,
    E: Evidence,
{
    if news.is_inbound != 0 {
        witness(tables, packet, news);
    }
    if news.is_counted() {
        count(tables, packet, news, tuning);
    }
    if news.is_settled != 0 {
        tables.flows.settle(&news.key);
    }
}

#[inline(always)]
fn count<F, D, P, V, E>(
    tables: &mut Tables<F, D, P, V, E>,
    packet: &Packet,
    news: &News,
    tuning: &Tuning,
) where
    D: Table<DestinationKey, DestinationState>,
    P: Prefixes,
    V: Table<u32, Vantage>,
{
    let prefix = PrefixKey::of(&news.key.remote, tuning);
    if news.is_promoted != 0
        && let Some(vantage) = tables.vantage.get(&0)
    {
        vantage.learn(prefix, packet.ttl);
    }
    // A prefix is tracked from its first answer on: a scan of dead space takes no room, and
    // destinations that never answered weigh nothing until a neighbour did.
    let change = |counters: &mut P::Counters<'_>| news.count(counters);
    tables.prefixes.change(&prefix, news.is_alive != 0, change);
}

/// Counts new marks, and keeps a sample of the packet that bears them.
#[inline(always)]
fn witness<F, D, P, V, E>(tables: &mut Tables<F, D, P, V, E>, packet: &Packet, news: &News)
where
    F: Table<FlowKey, FlowState>,
    E: Evidence,
{
    let Some(segment) = packet.tcp() else {
        return;
    };
    // Nearly every packet ends here: it must not cost a lookup.
    if news.marks.is_empty() && !segment.flags.rst() {
        return;
    }
    let Some(flow) = tables.flows.get(&news.key) else {
        return;
    };
    if Sample::is_worthwhile(flow, segment, news.marks) {
        let sample = Sample::of(&news.key, flow, packet, segment, news.at);
        tables.evidence.sample(&sample);
        count_marks(&mut tables.evidence, news.marks);
    }
}

#[inline(always)]
fn count_marks<E: Evidence>(evidence: &mut E, marks: Marks) {
    for mark in Mark::ALL {
        if marks.has(mark) {
            evidence.count(mark);
        }
    }
}

impl News {
    #[inline(always)]
    fn count(&self, counters: &mut impl Count) {
        let is_alive = self.is_alive != 0;
        let host = host_bit(&self.key.remote);
        if self.is_first != 0 {
            counters.add(Counter::Connections);
        }
        if self.is_answered != 0 {
            counters.add(Counter::Answered);
        }
        if is_alive {
            counters.insert(Hosts::Alive, host);
        }
        let Some(judgement) = self.judgement() else {
            return;
        };
        counters.add(Counter::Verdict(judgement.verdict));
        if matches!(judgement.verdict, Verdict::DataCutoff) {
            let packets = Bucket::of_packets(self.packets.into());
            counters.add(Counter::StallBytes(Bucket::of_bytes(self.bytes_in)));
            counters.add(Counter::StallPackets(packets));
        }
        let is_quic = self.key.protocol == protocol::UDP;
        match judgement.verdict.outcome() {
            // Another port of the host may work all the time: that mends nothing.
            Outcome::Ok if self.was_failing != 0 => counters.remove(Hosts::Failed, host),
            Outcome::Failed if is_alive => counters.insert(Hosts::Failed, host),
            Outcome::Ok | Outcome::Failed | Outcome::Void => {}
        }
        if is_quic && matches!(judgement.verdict, Verdict::Ok) {
            counters.add(Counter::QuicOk);
        }
        if self.is_trial != 0 {
            count_trial(counters, judgement, is_alive, is_quic);
        }
    }
}

/// A destination that never answered may be a port that was always filtered, and its host be
/// fine: its failures are counted apart.
#[inline(always)]
fn count_trial(counters: &mut impl Count, judgement: Judgement, is_alive: bool, is_quic: bool) {
    let Judgement { verdict, stage } = judgement;
    match verdict.outcome() {
        Outcome::Ok => {
            counters.add(Counter::Trial(verdict));
            if is_quic {
                counters.add(Counter::QuicOkTrial);
            }
        }
        Outcome::Failed if is_alive => {
            counters.add(Counter::Trial(verdict));
            counters.add(Counter::Stage(stage));
        }
        Outcome::Failed => counters.add(Counter::Strangers),
        Outcome::Void => {}
    }
}
