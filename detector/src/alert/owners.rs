//! Which alert a range belongs to: one look-up for each prefix, however many alerts are open.

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;

use super::open::Open;
use crate::judge::range::Range;

/// The alerts, by the prefixes that they are about.
pub(super) struct Owners(HashMap<IpNet, usize>);

impl Owners {
    /// Those of some alerts, by their places.
    pub(super) fn of(open: &[Open]) -> Self {
        let places = open.iter().enumerate();
        Self(
            places
                .flat_map(|(place, open)| open.owned().map(move |net| (*net, place)))
                .collect(),
        )
    }

    /// The places of all whose range it is, in order.
    pub(super) fn all(&self, range: &Range) -> BTreeSet<usize> {
        let kin = range.kin.iter();
        kin.filter_map(|net| self.0.get(net).copied()).collect()
    }

    /// The place of the one whose range it is.
    pub(super) fn one(&self, range: &Range) -> Option<usize> {
        range.kin.iter().find_map(|net| self.0.get(net).copied())
    }

    /// One alert takes over what another was about.
    pub(super) fn pass(&mut self, from: &Open, to: usize) {
        self.0.extend(from.owned().map(|net| (*net, to)));
    }
}
