//! Names of autonomous systems, out of a database in the format of `MaxMind`.
//!
//! The only module that knows the format. Read into memory at the start; where a record turns out
//! to be damaged, it names nobody.

use std::path::Path;

use ipnet::IpNet;
use maxminddb::{LookupResult, MaxMindDbError, Reader, WithinOptions};
use serde::Deserialize;

use crate::{failure::Failure, written::MOST_CHARACTERS};

/// A database of autonomous systems.
#[derive(Debug)]
pub(super) struct Asn(Reader<Vec<u8>>);

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(rename = "autonomous_system_number")]
    number: Number,
    #[serde(rename = "autonomous_system_organization")]
    organization: Option<&'a str>,
}

/// Some writers take fewer than 32 bits for a small number; what is untagged is read in any width.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Any(u32),
}

impl Asn {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display();
        let refused = |error| {
            Failure::Config(format!(
                "{name}: {error}; give a MaxMind database (.mmdb) of autonomous systems"
            ))
        };
        let asn = Self(Reader::open_readfile(path).map_err(refused)?);
        asn.first_name().map_err(refused)?;
        Ok(asn)
    }

    /// The name of the system that all of `prefix` belongs to.
    pub(super) fn name(&self, prefix: &IpNet) -> Option<String> {
        let record: Record<'_> = self.find(prefix)?.decode().ok()??;
        Some(record.name())
    }

    /// Where the record of that system is. Several records may be alike.
    pub(super) fn record(&self, prefix: &IpNet) -> Option<usize> {
        self.find(prefix)?.offset()
    }

    fn find(&self, prefix: &IpNet) -> Option<LookupResult<'_, Vec<u8>>> {
        let found = self.0.lookup(prefix.network()).ok()?;
        let network = found.network().ok()?;
        let is_same_family = network.is_ipv4() == matches!(prefix, IpNet::V4(_));
        // A longer network speaks only of a part of the prefix.
        (is_same_family && network.prefix() <= prefix.prefix_len()).then_some(found)
    }

    /// Fails where the database is one of countries, or of something else.
    fn first_name(&self) -> Result<Option<String>, MaxMindDbError> {
        let Some(first) = self.0.networks(WithinOptions::default())?.next() else {
            return Ok(None);
        };
        Ok(first?.decode()?.map(|record: Record<'_>| record.name()))
    }
}

impl Record<'_> {
    fn name(&self) -> String {
        let Number::Any(number) = self.number;
        let Some(organization) = self.organization else {
            return format!("AS{number}");
        };
        let printable = organization.chars().filter(|it| !it.is_control());
        let organization: String = printable.take(MOST_CHARACTERS).collect();
        format!("AS{number} {organization}")
    }
}
