//! The status after each poll, for whoever serves it, and whether anybody reads what is served.
//!
//! Must not know: what a status says.

use std::sync::Arc;

use tokio::sync::watch::{Receiver, Ref, Sender};

use crate::status::Status;

/// The latest status.
pub(super) struct Published {
    latest: Sender<Arc<Status>>,
    /// Receivers of those who serve it; each of their readers takes another.
    servers: usize,
}

impl Published {
    /// The first of them.
    pub(super) fn new(status: Status) -> Self {
        Self {
            latest: Sender::new(Arc::new(status)),
            servers: 0,
        }
    }

    /// For one who serves it.
    pub(super) fn subscribe(&self) -> Receiver<Arc<Status>> {
        self.latest.subscribe()
    }

    /// All who serve it have their receivers by now; more are readers.
    pub(super) fn is_served(&mut self) {
        self.servers = self.latest.receiver_count();
    }

    /// Whether anybody reads it just now.
    pub(super) fn is_read(&self) -> bool {
        self.latest.receiver_count() > self.servers
    }

    /// The next of them.
    pub(super) fn publish(&self, status: Status) {
        self.latest.send_replace(Arc::new(status));
    }

    /// The latest of them.
    pub(super) fn latest(&self) -> Ref<'_, Arc<Status>> {
        self.latest.borrow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_serves_is_no_reader_and_who_asks_is_one_for_as_long_as_he_stays() {
        let status = serde_json::from_str(include_str!("../status/example.json")).unwrap();
        let mut published = Published::new(status);
        let servers = [published.subscribe(), published.subscribe()];
        published.is_served();
        assert!(!published.is_read());
        let reader = servers[0].clone();
        assert!(published.is_read());
        drop(reader);
        assert!(!published.is_read());
    }
}
