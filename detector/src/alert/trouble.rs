//! The alert about everything at once: our own uplink, or an allow-list.

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::Scene;
use crate::{
    event::alert::{AlertEvent, Details, State},
    judge::outage::{Plight, Trouble},
    moment::{self, Moment},
    status::Standing,
};

/// A trouble that was told and is not over.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct OpenTrouble {
    id: Ulid,
    plight: Plight,
    #[serde(with = "moment::saved")]
    since: Moment,
    details: Details,
}

impl OpenTrouble {
    /// A trouble that nobody has heard of.
    pub(super) fn begin(id: Ulid, trouble: &Trouble) -> Self {
        Self {
            id,
            plight: trouble.plight,
            since: trouble.since,
            details: Details::of_trouble(trouble),
        }
    }

    /// Whether it still is what it was.
    pub(super) fn is_still(&self, trouble: Option<&Trouble>) -> bool {
        trouble.is_some_and(|trouble| trouble.plight == self.plight)
    }

    /// Keeps up with the numbers, which are told at the end.
    pub(super) fn follow(&mut self, trouble: &Trouble) {
        self.details = Details::of_trouble(trouble);
    }

    /// How things stand.
    pub(super) const fn standing(&self) -> Standing {
        self.details.standing(self.id, &self.since)
    }

    /// Tells it.
    pub(super) fn event(&self, state: State, scene: &Scene<'_>) -> AlertEvent {
        AlertEvent {
            id: self.id,
            state,
            details: self.details.clone(),
            since: self.since,
            names: Vec::new(),
            collateral: None,
            observer: scene.observer.clone(),
            caveats: scene.observer.caveats(),
            duration: scene.now.since(&self.since),
            merged_into: None,
        }
    }
}
