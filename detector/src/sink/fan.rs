//! All sinks: each event is left for each of them, and nobody waits for one.

use std::{sync::Arc, time::Instant};

use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Notify;

use super::{
    Delivery, Message, Pace, Tell,
    alertmanager::Peer,
    backoff::Backoff,
    config::{SinkConfig, Target},
    file::File,
    journald::Journal,
    mailbox::{Mailbox, Over},
    nats,
    outlet::Outlet,
    stdout::Stdout,
    syslog::Syslog,
    webhook::Webhook,
    worker::Worker,
};
use crate::{
    event::Body,
    failure::Failure,
    status::{SinkStatus, Standing},
};

/// The sinks of a run.
pub struct Sinks {
    all: Vec<Sink>,
    pace: Pace,
    over: Arc<Notify>,
}

/// Those who will deliver, and do not yet.
pub struct Resting(Vec<Worker>);

impl Resting {
    /// Lets all of them deliver from now on, each by a thread.
    ///
    /// # Errors
    /// [`Failure::Failed`] where there is no room for one.
    pub fn begin(self) -> Result<(), Failure> {
        self.0.into_iter().try_for_each(Worker::start)
    }
}

struct Sink {
    name: String,
    config: SinkConfig,
    mailbox: Arc<Mailbox>,
}

/// A sink before it works.
type Opened = (String, Box<dyn Outlet>);

impl Sinks {
    /// Says whether all that `configs` name can be used, and begins nothing.
    ///
    /// # Errors
    /// [`Failure::Config`] names what cannot be read.
    pub fn check(configs: &[SinkConfig]) -> Result<(), Failure> {
        configs
            .iter()
            .try_for_each(|it| open(it, &Pace::default()).map(drop))
    }

    /// Those of `configs`; without any, stdout alone. What they read is read now; nobody delivers yet.
    ///
    /// # Errors
    /// [`Failure`] names what cannot be used.
    pub fn open(configs: &[SinkConfig], pace: Pace) -> Result<(Self, Resting), Failure> {
        let stdout = [SinkConfig::stdout()];
        let configs = if configs.is_empty() { &stdout } else { configs };
        let is_alone = matches!(configs, [only] if only.target == Target::Stdout);
        let mut sinks = Self {
            all: Vec::new(),
            pace,
            over: Arc::new(Notify::new()),
        };
        let mut resting = Vec::new();
        for config in configs {
            for (name, outlet) in open(config, &pace)? {
                resting.push(sinks.add(name, config, outlet, is_alone));
            }
        }
        Ok((sinks, Resting(resting)))
    }

    /// Tells Alertmanagers what still fires from before a restart, as seen by `host`.
    pub fn recall(&self, host: &str, alerts: &[Standing]) {
        let told = alerts.iter().filter(|it| it.is_told);
        for message in told.map(|alert| Arc::new(recalled(host, alert))) {
            let knowing = self.all.iter();
            knowing
                .filter(|sink| matches!(sink.config.target, Target::Alertmanager { .. }))
                .for_each(|sink| sink.mailbox.offer(&message));
        }
    }

    /// Leaves `told` for each sink that wants it.
    pub fn offer(&self, message: &Arc<Message>) {
        let wanting = self.all.iter().filter(|sink| sink.config.wants(message));
        wanting.for_each(|sink| sink.mailbox.offer(message));
    }

    /// How things stand with each.
    pub fn status(&self) -> Vec<SinkStatus> {
        let sinks = self.all.iter();
        sinks.map(|sink| sink.mailbox.status(&sink.name)).collect()
    }

    /// What they have open may have been moved away.
    pub fn reopen(&self) {
        self.all.iter().for_each(|sink| sink.mailbox.reopen());
    }

    /// Returns when a sink is over: a good time to ask for [`Self::fate`].
    pub async fn over(&self) {
        self.over.notified().await;
    }

    /// Whether there is any sense in telling more.
    ///
    /// # Errors
    /// [`Failure::Failed`] where stdout is the only sink and does not work.
    pub fn fate(&self) -> Result<Delivery, Failure> {
        match self.all.as_slice() {
            [only] => match only.mailbox.over() {
                Some(Over::Failed(why)) => Err(Failure::Failed(format!("{}: {why}", only.name))),
                Some(Over::Closed) => Ok(Delivery::Closed),
                Some(Over::Ended) | None => Ok(Delivery::Written),
            },
            _ => Ok(Delivery::Written),
        }
    }

    /// Gives each a short time for what still waits, all at once.
    ///
    /// # Errors
    /// As [`Self::fate`].
    pub fn finish(self) -> Result<(), Failure> {
        self.all.iter().for_each(|sink| sink.mailbox.end());
        let deadline = Instant::now() + self.pace.drain;
        for sink in &self.all {
            if !sink.mailbox.wait_until_over(deadline) {
                let left = sink.mailbox.status(&sink.name).queued;
                tracing::warn!(
                    "sink {}: {left} events were not delivered in time",
                    sink.name
                );
            }
        }
        self.fate().map(drop)
    }

    fn add(
        &mut self,
        name: String,
        config: &SinkConfig,
        outlet: Box<dyn Outlet>,
        is_alone: bool,
    ) -> Worker {
        let longest = match config.target {
            Target::Stdout | Target::File(_) | Target::Journald(_) => self.pace.longest_here,
            _ => self.pace.longest_there,
        };
        let mailbox = Arc::new(Mailbox::new(config.queue));
        let worker = Worker {
            name: name.clone(),
            mailbox: Arc::clone(&mailbox),
            outlet,
            backoff: Backoff::new(self.pace.first, longest),
            is_alone,
            over: Arc::clone(&self.over),
        };
        let config = config.clone();
        self.all.push(Sink {
            name,
            config,
            mailbox,
        });
        worker
    }
}

impl Tell for Sinks {
    fn tell(&mut self, ts: &Timestamp, body: Body<'_>) -> Result<Delivery, Failure> {
        let message = Message::new(ts, body);
        let message = message.map_err(|error| Failure::Failed(format!("event: {error}")))?;
        self.offer(&Arc::new(message));
        self.fate()
    }
}

/// What works for a sink: one, or one for each peer.
fn open(config: &SinkConfig, pace: &Pace) -> Result<Vec<Opened>, Failure> {
    let format = config.format;
    let outlet: Box<dyn Outlet> = match &config.target {
        Target::Stdout => Box::new(Stdout::open(format)?),
        Target::File(path) => Box::new(File::new(path.clone(), format)),
        Target::Journald(socket) => Box::new(Journal::new(socket.clone(), format, pace.answer)?),
        Target::Syslog(address) => Box::new(Syslog::new(address.clone(), format, pace.answer)),
        Target::Webhook { http, body } => Box::new(Webhook::new(http, *body, format, pace.answer)?),
        Target::Alertmanager { peers, resend } => {
            let peers = peers.iter().map(|http| {
                let peer = Peer::new(http, *resend, config.queue, pace.answer)?;
                let name = match peers.len() {
                    1 => config.name.clone(),
                    _ => format!("{} {}", config.name, http.url),
                };
                Ok((name, Box::new(peer) as Box<dyn Outlet>))
            });
            return peers.collect();
        }
        Target::Nats(servers) => nats::open(servers, format, pace.answer)?,
    };
    Ok(vec![(config.name.clone(), outlet)])
}

/// The alert, as if it fired just now: less of it than was told once, and the same to Alertmanager.
fn recalled(host: &str, alert: &Standing) -> Message {
    Message::of_alert(&json!({
        "event": "alert",
        "ts": Timestamp::UNIX_EPOCH,
        "state": "firing",
        "id": alert.id,
        "kind": alert.kind,
        "grade": alert.grade,
        "confidence": alert.confidence,
        "prefix": alert.told_prefix,
        "members_total": alert.members,
        "since": alert.since,
        "observer": {"host": host},
        "evidence": {
            "trials": alert.trials,
            "failed": alert.failed,
            "destinations_failed": alert.destinations_failed,
            "ok_witnesses": alert.ok_witnesses,
        },
    }))
}
