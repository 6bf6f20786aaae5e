//! Names for ranges: whose addresses they are, by the files that the administrator gives.
//!
//! Files are read at the start and never again; what follows is pure. Must not know: what is
//! blocked, or who is told.

mod asn;
mod census;
mod labels;
mod published;
mod table;

use std::{
    borrow::Borrow,
    path::{Path, PathBuf},
};

use ipnet::IpNet;

use self::{asn::Asn, labels::Labels};
use crate::failure::Failure;

pub use self::census::{Census, Share};

/// What is known of whose addresses are whose. The default knows nothing.
#[derive(Debug, Default)]
pub struct Names {
    labels: Labels,
    asn: Option<Asn>,
}

/// What tells one name from the others before it is spelled out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Key<'a> {
    Label(&'a str),
    Record(usize),
}

impl Names {
    /// Reads files of labels, of which a later one overrides an earlier one, and a database of
    /// autonomous systems, which names what no label covers.
    ///
    /// # Errors
    /// [`Failure::Config`] names the file, the place in it and the cure.
    pub fn load(labels: &[PathBuf], asn: Option<&Path>) -> Result<Self, Failure> {
        Ok(Self {
            labels: Labels::load(labels)?,
            asn: asn.map(Asn::open).transpose()?,
        })
    }

    /// The name of a prefix: the most specific label that contains all of it, else its autonomous
    /// system.
    pub fn of(&self, prefix: &IpNet) -> Option<String> {
        let label = self.labels.of(prefix).map(str::to_owned);
        label.or_else(|| self.asn.as_ref()?.name(prefix))
    }

    /// Counts all that is tracked by name, for any number of alerts.
    pub fn census<P: Borrow<IpNet>>(&self, observed: impl IntoIterator<Item = P>) -> Census<'_> {
        Census::new(self, observed)
    }

    /// How much of each name is blocked: most first, at most eight. `members` are blocked, and
    /// `observed` is all that is tracked.
    pub fn shares<P: Borrow<IpNet>>(
        &self,
        members: &[IpNet],
        observed: impl IntoIterator<Item = P>,
    ) -> Vec<Share> {
        self.census(observed).shares(members)
    }

    fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.asn.is_none()
    }

    fn key(&self, prefix: &IpNet) -> Option<Key<'_>> {
        let label = self.labels.of(prefix).map(Key::Label);
        label.or_else(|| self.asn.as_ref()?.record(prefix).map(Key::Record))
    }
}

#[cfg(test)]
mod tests;
