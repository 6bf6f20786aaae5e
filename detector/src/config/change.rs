//! What differs between two configurations, and what of that waits for a restart.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Config;

/// Keys that hold as soon as they are read again.
const LIVE: [&str; 3] = ["labels", "asn", "ignore"];

/// Keys that changed, in alphabetical order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Changes {
    /// They hold now.
    pub applied: Vec<String>,
    /// They hold after a restart.
    pub waiting: Vec<String>,
}

impl Changes {
    /// What is other in `new`.
    pub fn between(old: &Config, new: &Config) -> Self {
        let (old, new) = (flat(old), flat(new));
        let keys = old
            .keys()
            .chain(new.keys().filter(|key| !old.contains_key(*key)));
        let mut changed: Vec<String> = keys
            .filter(|key| old.get(*key) != new.get(*key))
            .cloned()
            .collect();
        changed.sort();
        let (applied, waiting) = changed
            .into_iter()
            .partition(|key| LIVE.contains(&key.as_str()));
        Self { applied, waiting }
    }
}

/// Each key with its value, those of tables by their path.
fn flat(config: &Config) -> BTreeMap<String, Value> {
    let mut keys = BTreeMap::new();
    if let Ok(Value::Object(config)) = serde_json::to_value(config) {
        for (name, value) in config {
            spread(name, value, &mut keys);
        }
    }
    keys
}

fn spread(path: String, value: Value, keys: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(table) => {
            for (name, value) in table {
                spread(format!("{path}.{name}"), value, keys);
            }
        }
        value => {
            keys.insert(path, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sizes::Sizes;

    #[test]
    fn what_changed_is_named_with_whether_it_holds() {
        let old = Config::default();
        assert_eq!(Changes::between(&old, &old), Changes::default());
        let new = Config {
            wan: vec!["wan1".to_owned()],
            asn: Some("asn.mmdb".into()),
            tables: Sizes {
                prefixes: 4_096,
                ..Sizes::default()
            },
            ..Config::default()
        };
        let changes = Changes::between(&old, &new);
        assert_eq!(changes.applied, ["asn"]);
        assert_eq!(changes.waiting, ["tables.prefixes", "wan"]);
        assert_eq!(Changes::between(&new, &old), changes);
    }
}
