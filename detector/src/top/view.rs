//! What is looked at: the latest status, the chosen row, and whether it is explained. Pure.

use super::{News, explain, keys::Key, rates::Rates};
use crate::status::{PrefixStatus, Standing, Status};
use jiff::Timestamp;

/// Everything that a screen shows.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) status: Option<Status>,
    pub(super) rates: Option<Rates>,
    /// Why nothing comes any more.
    pub(super) trouble: Option<String>,
    pub(super) pane: Pane,
    pub(super) is_explaining: bool,
    chosen: [usize; 2],
}

/// The two lists.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Pane {
    /// What fires.
    Alerts,
    /// What fares worst.
    #[default]
    Prefixes,
}

impl View {
    /// Takes in what came.
    pub(super) fn hear(&mut self, news: News) {
        match news {
            Ok(status) => {
                let rates = self
                    .status
                    .as_ref()
                    .and_then(|it| Rates::between(it, &status));
                self.rates = rates.or(self.rates);
                self.status = Some(status);
                self.trouble = None;
                for pane in [Pane::Alerts, Pane::Prefixes] {
                    self.chosen[pane as usize] = self.chosen(pane);
                }
            }
            Err(trouble) => self.trouble = Some(trouble),
        }
    }

    /// Does what a key wants, but for leaving.
    pub(super) fn press(&mut self, key: Key) {
        match key {
            Key::Quit => {}
            Key::Back => self.is_explaining = false,
            Key::Explain => self.is_explaining = !self.is_explaining && self.rows(self.pane) > 0,
            Key::Switch => {
                self.pane = match self.pane {
                    Pane::Alerts => Pane::Prefixes,
                    Pane::Prefixes => Pane::Alerts,
                };
            }
            Key::Move(rows) => {
                let chosen = self.chosen(self.pane).saturating_add_signed(rows);
                self.chosen[self.pane as usize] = chosen;
                self.chosen[self.pane as usize] = self.chosen(self.pane);
            }
        }
    }

    /// The chosen row of a list, which may have become shorter.
    pub(super) fn chosen(&self, pane: Pane) -> usize {
        self.chosen[pane as usize].min(self.rows(pane).saturating_sub(1))
    }

    /// What fires.
    pub(super) fn alerts(&self) -> &[Standing] {
        self.status.as_ref().map_or(&[], |it| &it.alerts)
    }

    /// What fares worst.
    pub(super) fn prefixes(&self) -> &[PrefixStatus] {
        self.status.as_ref().map_or(&[], |it| &it.worst)
    }

    /// Why the chosen row is there, where that is asked for.
    pub(super) fn explanation(&self, now: Timestamp) -> Option<Vec<String>> {
        let at = self.chosen(self.pane);
        if !self.is_explaining {
            return None;
        }
        match self.pane {
            Pane::Alerts => self.alerts().get(at).map(|it| explain::alert(it, now)),
            Pane::Prefixes => {
                let prefix = self.prefixes().get(at);
                prefix.map(|it| explain::prefix(it, self.alerts(), now))
            }
        }
    }

    fn rows(&self, pane: Pane) -> usize {
        match pane {
            Pane::Alerts => self.alerts().len(),
            Pane::Prefixes => self.prefixes().len(),
        }
    }
}
