//! Labels as the clouds publish them: Amazon's ip-ranges.json and Google's cloud.json.

use ipnet::IpNet;
use serde::Deserialize;

use super::labels::Entry;
use crate::written;

const CURE: &str = "Amazon's ip-ranges.json and Google's cloud.json are read as they are published";

/// The lists of both; what else is in them is left alone.
#[derive(Deserialize)]
struct File {
    prefixes: Vec<Published>,
    /// Amazon has a list of its own for these, Google has them in the first.
    #[serde(default)]
    ipv6_prefixes: Vec<Published>,
}

#[derive(Deserialize)]
struct Published {
    #[serde(
        rename = "ip_prefix",
        alias = "ipv6_prefix",
        alias = "ipv4Prefix",
        alias = "ipv6Prefix",
        deserialize_with = "written::read_prefix"
    )]
    prefix: IpNet,
    region: Option<String>,
    scope: Option<String>,
}

/// The entries of either file.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let file: File = serde_json::from_str(text).map_err(|error| complaint(&error))?;
    let published = file.prefixes.into_iter().chain(file.ipv6_prefixes);
    published.map(Published::entry).collect()
}

/// The place comes first, as everywhere.
fn complaint(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let what = error.to_string();
    let what = what.trim_end_matches(&format!(" at line {line} column {column}"));
    format!("line {line}, column {column}: {what}; {CURE}")
}

impl Published {
    /// Amazon lists a prefix once for each service; where it is says more than what runs there.
    fn entry(self) -> Result<Entry, String> {
        let prefix = self.prefix;
        let label = match (self.region, self.scope) {
            (Some(region), _) => format!("amazon/{region}"),
            (None, Some(scope)) => format!("google/{scope}"),
            (None, None) => {
                return Err(format!(
                    "entry {prefix}: neither a region nor a scope; {CURE}"
                ));
            }
        };
        let label = written::words(&label);
        let label = label.map_err(|complaint| format!("entry {prefix}: {complaint}"))?;
        Ok((prefix, label))
    }
}
