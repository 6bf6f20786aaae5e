//! Every tracked prefix over one transport: the few that something may be held against whole, all others settled.
//!
//! Must not know: what is made of them together.

use ipnet::IpNet;
use prefix_trie::joint::JointPrefixMap;

use super::{
    panel::Trials,
    transport::Transport,
    unit::{Unit, settled::Settled},
};
use crate::{moment::Moment, snapshot::Delta};

/// The units of one transport.
#[derive(Debug)]
pub struct Units {
    transport: Transport,
    open: JointPrefixMap<IpNet, Unit>,
    /// None of these is in the other map. Boxed, since the trie keeps room for more.
    settled: JointPrefixMap<IpNet, Box<Settled>>,
}

impl Units {
    /// None yet.
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            open: JointPrefixMap::new(),
            settled: JointPrefixMap::new(),
        }
    }

    /// Takes in what happened to one prefix since the last poll, and says what trials there were; see [`Unit::observe`].
    pub fn observe(&mut self, delta: &Delta, now: Moment, witness: Option<Moment>) -> Trials {
        let (transport, prefix) = (self.transport, delta.prefix);
        if let Some(unit) = self.open.get_mut(&prefix) {
            let trials = unit.observe(delta, transport, now, witness);
            if let Some(settled) = Settled::of(unit, now) {
                self.open.remove(&prefix);
                self.settled.insert(prefix, Box::new(settled));
            }
            return trials;
        }
        let known = self.settled.get_mut(&prefix);
        let mut unit = known
            .as_ref()
            .map_or_else(|| Unit::new(transport), |it| it.unit(transport));
        let trials = unit.observe(delta, transport, now, witness);
        match (Settled::of(&unit, now), known) {
            (Some(settled), Some(known)) => **known = settled,
            (Some(settled), None) => drop(self.settled.insert(prefix, Box::new(settled))),
            (None, _) => {
                self.settled.remove(&prefix);
                self.open.insert(prefix, unit);
            }
        }
        trials
    }

    /// Goes on with a unit that was kept.
    pub fn restore(&mut self, prefix: IpNet, unit: Unit) {
        self.settled.remove(&prefix);
        self.open.insert(prefix, unit);
    }

    /// Forgets one.
    pub fn remove(&mut self, prefix: &IpNet) {
        self.open.remove(prefix);
        self.settled.remove(prefix);
    }

    /// Whether this prefix is known.
    pub fn contains(&self, prefix: &IpNet) -> bool {
        self.open.contains_key(prefix) || self.settled.contains_key(prefix)
    }

    /// Whether anything inside of `range` is known.
    pub fn is_any_inside(&self, range: &IpNet) -> bool {
        let mut settled = self.settled.children(range);
        settled.next().is_some() || self.open.children(range).next().is_some()
    }

    /// One that something may be held against.
    pub fn get(&self, prefix: &IpNet) -> Option<&Unit> {
        self.open.get(prefix)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, prefix: &IpNet) -> Option<&mut Unit> {
        self.open.get_mut(prefix)
    }

    /// When the prefixes inside of `range` worked that are not held for blocked.
    pub fn working(&self, range: &IpNet) -> impl Iterator<Item = Moment> {
        let open = self.open.children(range).map(|(_, unit)| unit);
        let open = open.filter(|unit| !unit.is_held());
        let settled = self.settled.children(range);
        open.filter_map(Unit::working_at)
            .chain(settled.filter_map(|(_, settled)| settled.working_at()))
    }

    /// How many there are.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.open.len() + self.settled.len()
    }
}

#[cfg(test)]
mod tests;
