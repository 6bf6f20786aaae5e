//! Prefixes that work, and what that proves: a success after a range began to fail proves that
//! the prefix is no part of it, an earlier one makes it likely for a while.

use std::time::Duration;

use ipnet::IpNet;

use super::units::Units;
use crate::moment::Moment;

/// How long a success is a reason not to claim a prefix that was not tried since.
const PRESUMED: Duration = Duration::from_secs(30);

/// Whether something in `range` worked after `since`.
pub fn is_proven(units: &Units, range: &IpNet, since: Moment) -> bool {
    units.working(range).any(|last_ok| last_ok.is_after(&since))
}

/// What in `range` worked after `since`, or not long ago.
pub fn presumed(
    units: &Units,
    range: &IpNet,
    since: Moment,
    now: Moment,
) -> impl Iterator<Item = Moment> {
    units
        .working(range)
        .filter(move |last_ok| last_ok.is_after(&since) || now.since(last_ok) < PRESUMED)
}
