//! Where a pin lies and what it is called: interface and hook, and for XDP which mode came of it.
//!
//! A name is all that is written down of a link; the kernel does not say in which mode XDP runs to whoever holds it.
//! By its index, for a name of an interface may change, and may have a dot, which the BPF file system takes in none.
//! Must not know: what lies there.

use std::fmt;

use aya::programs::links::LinkType;

/// How these names are formed. Those of every version are read, and taken over.
const VERSION: u32 = 1;
const FOLDER: &str = "v";

/// A place for one link.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::kernel) struct Place {
    /// Of the interface.
    pub(in crate::kernel) index: u32,
    pub(in crate::kernel) hook: Hook,
}

/// What is attached there.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::kernel) enum Hook {
    /// XDP in the driver.
    Native,
    /// XDP in the network stack, as was asked for.
    Generic,
    /// The same, since the driver could not.
    Fallback,
    /// tcx, for what comes in.
    In,
    /// tcx, for what leaves.
    Out,
}

impl Hook {
    /// Those of XDP.
    pub(in crate::kernel) const XDP: [Self; 3] = [Self::Native, Self::Generic, Self::Fallback];
    const ALL: [Self; 5] = [
        Self::Native,
        Self::Generic,
        Self::Fallback,
        Self::In,
        Self::Out,
    ];

    pub(in crate::kernel) const fn is_xdp(self) -> bool {
        matches!(self, Self::Native | Self::Generic | Self::Fallback)
    }

    pub(super) const fn link_type(self) -> LinkType {
        if self.is_xdp() {
            LinkType::Xdp
        } else {
            LinkType::Tcx
        }
    }

    /// As the kernel calls it where it tells more of a link than its type.
    pub(super) const fn side(self) -> Option<&'static str> {
        match self {
            Self::In => Some("(ingress)"),
            Self::Out => Some("(egress)"),
            Self::Native | Self::Generic | Self::Fallback => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Generic => "generic",
            Self::Fallback => "fallback",
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.index, self.hook.name())
    }
}

impl Place {
    /// The place that is called so, if one is.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (index, hook) = name.split_once('-')?;
        let place = Self {
            index: index.parse().ok()?,
            hook: Hook::ALL.into_iter().find(|it| it.name() == hook)?,
        };
        // One place, one name.
        (place.to_string() == name).then_some(place)
    }
}

/// What the folder of this version is called.
pub(super) fn folder() -> String {
    format!("{FOLDER}{VERSION}")
}

/// Whether a folder of that name is a version's.
pub(super) fn is_folder(name: &str) -> bool {
    let version = name.strip_prefix(FOLDER).and_then(|it| it.parse().ok());
    version.is_some_and(|version: u32| format!("{FOLDER}{version}") == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_known_by_its_name() {
        for hook in Hook::ALL {
            let place = Place { index: 7, hook };
            assert_eq!(Place::named(&place.to_string()), Some(place));
        }
    }

    #[test]
    fn a_name_that_no_place_has_is_none() {
        for name in [
            "", "7", "7-", "-out", "wan0-out", "07-out", "+7-out", "7-OUT", "7-out-x", "-1-out",
        ] {
            assert_eq!(Place::named(name), None, "{name}");
        }
    }

    #[test]
    fn folders_of_other_versions_are_known() {
        assert!(is_folder(&folder()));
        assert!(is_folder("v0") && is_folder("v12"));
        for name in ["v", "v01", "v+1", "version", "1", "v1-old"] {
            assert!(!is_folder(name), "{name}");
        }
    }
}
