//! What the administrator does not want to hear of, why, and until when.
//!
//! Pure: time is an argument. Must not know: where rules are written, or what becomes of an alert.

use ipnet::IpNet;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    event::config::{ConfigEvent, Expired},
    kind::Kind,
    written,
};

/// One rule.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Alerts whose range lies wholly inside are kept out.
    #[serde(deserialize_with = "written::read_prefix")]
    #[schemars(with = "String")]
    pub prefix: IpNet,
    /// Only alerts of this kind; without it, of any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Why, for whoever reads it later.
    #[serde(deserialize_with = "written::read_words")]
    pub reason: String,
    /// From then on the rule holds no more.
    #[serde(deserialize_with = "written::read_time")]
    pub until: Timestamp,
}

/// All rules, and what each kept out. The default has none.
#[derive(Debug, Default)]
pub struct Ignore {
    rules: Vec<Counted>,
    /// What rules kept out that are no more.
    past: u64,
}

#[derive(Debug)]
struct Counted {
    rule: Rule,
    ignored: u64,
    is_told: bool,
}

impl Rule {
    fn covers(&self, kind: Kind, prefix: &IpNet, now: Timestamp) -> bool {
        let is_of_kind = self.kind.is_none_or(|own| own == kind);
        is_of_kind && self.prefix.contains(prefix) && now < self.until
    }
}

impl Ignore {
    /// Rules that kept nothing out so far.
    pub fn new(rules: Vec<Rule>) -> Self {
        let counted = rules.into_iter().map(|rule| Counted {
            rule,
            ignored: 0,
            is_told: false,
        });
        Self {
            rules: counted.collect(),
            past: 0,
        }
    }

    /// Takes other rules. What the ones that stay kept out is not forgotten.
    pub fn replace(&mut self, rules: Self) {
        let mut old = std::mem::take(&mut self.rules);
        let known = |it: Counted| match old.iter().position(|old| old.rule == it.rule) {
            Some(place) => old.swap_remove(place),
            None => it,
        };
        self.rules = rules.rules.into_iter().map(known).collect();
        self.past += old.iter().map(|counted| counted.ignored).sum::<u64>();
    }

    /// Whether a rule keeps an alert out.
    pub fn covers(&self, kind: Kind, prefix: &IpNet, now: Timestamp) -> bool {
        self.rules
            .iter()
            .any(|it| it.rule.covers(kind, prefix, now))
    }

    /// Counts an alert that is kept out, for the first rule that does so.
    pub fn count(&mut self, kind: Kind, prefix: &IpNet, now: Timestamp) {
        let mut rules = self.rules.iter_mut();
        if let Some(counted) = rules.find(|it| it.rule.covers(kind, prefix, now)) {
            counted.ignored += 1;
        }
    }

    /// How many alerts were kept out so far.
    pub fn ignored(&self) -> u64 {
        let now: u64 = self.rules.iter().map(|counted| counted.ignored).sum();
        self.past + now
    }

    /// The rules that expired since the last call; each is named once.
    pub fn take_expired(&mut self, now: Timestamp) -> Vec<ConfigEvent> {
        let rules = self.rules.iter_mut();
        let expired = rules.filter(|it| !it.is_told && it.rule.until <= now);
        expired
            .map(|it| ConfigEvent::IgnoreExpired(it.expire()))
            .collect()
    }
}

impl Counted {
    fn expire(&mut self) -> Expired {
        self.is_told = true;
        Expired {
            prefix: self.rule.prefix,
            kind: self.rule.kind,
            reason: self.rule.reason.clone(),
            until: self.rule.until,
            ignored: self.ignored,
        }
    }
}

#[cfg(test)]
mod tests;
