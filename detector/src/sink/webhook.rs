//! HTTP requests with events in them.

use std::{sync::Arc, time::Duration};

use super::{
    Format, Message,
    client::{Client, header},
    config::{BodyForm, Http},
    outlet::{Outlet, Trouble},
};
use crate::{failure::Failure, moment::Moment};

/// Identities of the events in a request, in their order: who saw one before need not look at it again.
const IDS: &str = "detector-event-id";
/// Lines in a request.
const LINES: usize = 100;

/// A server that takes events.
pub(super) struct Webhook {
    client: Client,
    body: BodyForm,
    format: Format,
}

impl Webhook {
    pub(super) fn new(
        http: &Http,
        body: BodyForm,
        format: Format,
        patience: Duration,
    ) -> Result<Self, Failure> {
        Ok(Self {
            client: Client::new(http, "", patience)?,
            body,
            format,
        })
    }
}

impl Outlet for Webhook {
    fn at_most(&self) -> usize {
        match self.body {
            BodyForm::Event => 1,
            BodyForm::Ndjson => LINES,
        }
    }

    fn deliver(&mut self, events: &[Arc<Message>], _now: Moment) -> Result<(), Trouble> {
        let ids: Vec<String> = events
            .iter()
            .map(|message| message.id.to_string())
            .collect();
        let mut headers = header(IDS, &ids.join(","));
        let lines = events
            .iter()
            .map(|message| self.format.line(message, usize::MAX));
        let (kind, body) = match self.body {
            BodyForm::Event => ("application/json", lines.collect()),
            BodyForm::Ndjson => (
                "application/x-ndjson",
                lines.map(|line| line + "\n").collect::<String>(),
            ),
        };
        headers.extend(header("content-type", kind));
        self.client.post(headers, body.as_bytes())
    }
}
