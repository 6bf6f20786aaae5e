//! The host's memory of destinations. Knows nothing of what a destination's state means but whether it has answered.

use std::collections::HashMap;

use detector_common::{
    destination::{DestinationKey, DestinationState},
    tables::Table,
};

use super::table::{HostLru, HostTable};

/// All destinations: those that answered stay, of the others the oldest goes.
#[derive(Debug)]
pub struct HostDestinations {
    /// Those that answered.
    pub known: HostTable<DestinationKey, DestinationState>,
    candidates: HostLru<DestinationKey, DestinationState>,
}

impl HostDestinations {
    pub(super) fn new(capacity_each: u32) -> Self {
        Self {
            known: HostTable::new(capacity_each),
            candidates: HostLru::new(capacity_each),
        }
    }

    /// All of them.
    pub fn entries(&self) -> HashMap<DestinationKey, DestinationState> {
        let mut entries = self.candidates.entries();
        entries.extend(&self.known.entries);
        entries
    }

    /// Those that answered, candidates among them. A scan may have asked a hundred thousand others:
    /// they are not gathered first.
    pub(super) fn answered(&self) -> Vec<(DestinationKey, DestinationState)> {
        let candidates = self.candidates.0.iter();
        let all = candidates.chain(&self.known.entries);
        all.filter(|(_, state)| state.has_answered())
            .map(|(key, state)| (*key, *state))
            .collect()
    }

    pub(super) fn forget(&mut self, key: &DestinationKey) {
        self.known.entries.remove(key);
        self.candidates.0.pop(key);
    }

    /// A candidate that has answered is one no more.
    fn promote(&mut self, key: &DestinationKey) {
        let candidate = self.candidates.0.peek(key);
        if let Some(state) = candidate.filter(|state| state.has_answered()).copied()
            && self.known.insert(key, &state).is_some()
        {
            self.candidates.0.pop(key);
        }
    }
}

impl Table<DestinationKey, DestinationState> for HostDestinations {
    fn get(&mut self, key: &DestinationKey) -> Option<&mut DestinationState> {
        if !self.known.entries.contains_key(key) {
            self.promote(key);
        }
        match self.known.get(key) {
            Some(known) => Some(known),
            None => self.candidates.get(key),
        }
    }

    fn insert(
        &mut self,
        key: &DestinationKey,
        value: &DestinationState,
    ) -> Option<&mut DestinationState> {
        self.promote(key);
        if self.known.entries.contains_key(key) {
            return self.known.get(key);
        }
        if value.has_answered() {
            return self.known.insert(key, value);
        }
        self.candidates.insert(key, value)
    }
}

#[cfg(test)]
mod tests {
    use detector_common::address::Address;

    use super::*;

    #[test]
    fn those_that_answered_are_told_once_each_whether_they_were_asked_again_or_not() {
        let [asked_again, answered, silent] = [1, 2, 3].map(key);
        let mut destinations = HostDestinations::new(8);
        for key in [asked_again, answered, silent] {
            destinations.insert(&key, &DestinationState::default());
        }
        for key in [asked_again, answered] {
            let state = destinations.get(&key).unwrap();
            state.answered(64, true, None);
        }
        destinations.get(&asked_again).unwrap();
        let mut told: Vec<_> = destinations.answered();
        told.sort_by_key(|(key, _)| key.port);
        let told: Vec<_> = told.into_iter().map(|(key, _)| key).collect();
        assert_eq!(told, [asked_again, answered]);
        assert_eq!(destinations.entries().len(), 3);
    }

    fn key(port: u16) -> DestinationKey {
        DestinationKey {
            address: Address::v4([198, 51, 100, 1]),
            port,
            ..DestinationKey::default()
        }
    }
}
