//! How much of each name is blocked, out of what is observed of it.
//!
//! Must not know: where names come from.

use std::{
    borrow::Borrow,
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    fmt::{self, Display, Formatter},
};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Serialize;

use super::Names;

/// Most shares that one alert tells.
const SHARES: usize = 8;

/// All that is tracked, counted by name.
pub struct Census<'a> {
    names: &'a Names,
    observed: BTreeMap<String, usize>,
}

/// How much of what one name stands for is blocked.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Share {
    /// The name.
    pub name: String,
    /// Its prefixes that are blocked.
    pub blocked: usize,
    /// Its prefixes that are tracked, the blocked ones among them.
    pub observed: usize,
}

impl<'a> Census<'a> {
    pub(super) fn new<P: Borrow<IpNet>>(
        names: &'a Names,
        observed: impl IntoIterator<Item = P>,
    ) -> Self {
        Self {
            names,
            observed: by_name(names, observed),
        }
    }

    /// How much of each name is blocked where `members` are: most first, at most eight.
    pub fn shares(&self, members: &[IpNet]) -> Vec<Share> {
        let blocked = by_name(self.names, members).into_iter();
        let mut shares: Vec<Share> = blocked.map(|it| self.share(it)).collect();
        shares.sort_by_key(|share| Reverse(share.blocked));
        shares.truncate(SHARES);
        shares
    }

    fn share(&self, (name, blocked): (String, usize)) -> Share {
        let observed = self.observed.get(&name).copied().unwrap_or_default();
        Share {
            name,
            blocked,
            // A blocked prefix was observed, even where its counters are gone by now.
            observed: observed.max(blocked),
        }
    }
}

/// The collateral damage in one line.
impl Display for Share {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            blocked,
            observed,
        } = self;
        write!(
            formatter,
            "{blocked} of {observed} observed prefixes of {name}"
        )
    }
}

/// Spells out each name once, by one of the prefixes that bear it, and not for each of them.
fn by_name<P: Borrow<IpNet>>(
    names: &Names,
    prefixes: impl IntoIterator<Item = P>,
) -> BTreeMap<String, usize> {
    let mut totals = BTreeMap::new();
    if names.is_empty() {
        return totals;
    }
    let mut counts = HashMap::new();
    for prefix in prefixes {
        if let Some(key) = names.key(prefix.borrow()) {
            let (_, count) = counts.entry(key).or_insert((*prefix.borrow(), 0));
            *count += 1;
        }
    }
    // Two records of a database, or a record and a label, may bear one name.
    for (prefix, count) in counts.into_values() {
        if let Some(name) = names.of(&prefix) {
            *totals.entry(name).or_default() += count;
        }
    }
    totals
}
