//! Prefixes that work, and what that proves: a success after a range began to fail proves that
//! the prefix is no part of it, an earlier one makes it likely for a while.

use std::time::Duration;

use ipnet::IpNet;
use prefix_trie::joint::JointPrefixMap;

use super::unit::Unit;
use crate::moment::Moment;

/// How long a success is a reason not to claim a prefix that was not tried since.
const PRESUMED: Duration = Duration::from_secs(30);

type Units = JointPrefixMap<IpNet, Unit>;

/// Whether something in `range` worked after `since`.
pub fn is_proven(units: &Units, range: &IpNet, since: Moment) -> bool {
    working(units, range).any(|last_ok| last_ok.is_after(&since))
}

/// What in `range` worked after `since`, or not long ago.
pub fn presumed(
    units: &Units,
    range: &IpNet,
    since: Moment,
    now: Moment,
) -> impl Iterator<Item = Moment> {
    working(units, range)
        .filter(move |last_ok| last_ok.is_after(&since) || now.since(last_ok) < PRESUMED)
}

/// When the prefixes of `range` worked that are not held for blocked.
fn working(units: &Units, range: &IpNet) -> impl Iterator<Item = Moment> {
    let inside = units.children(range).map(|(_, unit)| unit);
    inside
        .filter(|unit| !unit.is_held())
        .filter_map(Unit::working_at)
}
