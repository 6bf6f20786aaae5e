//! One Alertmanager, by its v2 API. It is not sent events but what holds: again and again, until it does not hold.
//!
//! Must not know: what is due, which is `book`'s.

mod book;

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use self::book::Book;
use super::{
    Message,
    client::{Client, header},
    config::Http,
    outlet::{Outlet, Trouble},
};
use crate::{failure::Failure, moment::Moment};

/// Events that are noted at a time.
const EVENTS: usize = 1_000;

/// One peer of a cluster, which knows nothing of the others.
pub(super) struct Peer {
    client: Client,
    book: Book,
}

impl Peer {
    pub(super) fn new(
        http: &Http,
        resend: Duration,
        capacity: usize,
        patience: Duration,
    ) -> Result<Self, Failure> {
        Ok(Self {
            client: Client::new(http, "/api/v2/alerts", patience)?,
            book: Book::new(resend, capacity),
        })
    }
}

impl Outlet for Peer {
    fn at_most(&self) -> usize {
        EVENTS
    }

    /// What is noted of events that come again changes nothing.
    fn deliver(&mut self, events: &[Arc<Message>], now: Moment) -> Result<(), Trouble> {
        for message in events {
            self.book.note(&message.event(), now);
        }
        let due = self.book.due(now);
        if due.is_empty() {
            return Ok(());
        }
        let body = Value::from(due).to_string();
        let json = header("content-type", "application/json");
        match self.client.post(json, body.as_bytes()) {
            Ok(()) => self.book.sent(now),
            // What holds, holds: it is said again.
            Err(Trouble::Refused(why)) => return Err(Trouble::Later(why)),
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }

    fn due_in(&self, now: Moment) -> Option<Duration> {
        self.book.due_in(now)
    }
}
