//! The keys of `[[sink]]` as they are written: all of them side by side, and which belong to which type.

mod back;
mod nats;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Address, BodyForm, Format, Http, SinkConfig, Target, Topic};
use crate::written;

/// Events that wait at most.
pub(super) const QUEUE: usize = 10_000;
const MOST_QUEUE: usize = 1_000_000;
const RESEND: u64 = 60;
const JOURNAL: &str = "/run/systemd/journal/socket";
const SYSLOG: &str = "unix:/dev/log";

/// Where the events of a sink go.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Type {
    /// Lines on stdout.
    Stdout,
    /// Lines at the end of a file.
    File,
    /// Entries of systemd's journal, with fields.
    Journald,
    /// Messages by RFC 5424.
    Syslog,
    /// HTTP requests.
    Webhook,
    /// Alerts of Prometheus' Alertmanager, by its v2 API.
    Alertmanager,
    /// Messages in a stream of NATS.
    Nats,
}

/// One sink, key by key.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// Where the events go.
    #[serde(rename = "type")]
    of: Type,
    /// What it is called in the status and in logs. Without it: its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// In what form events go there. Without it: native.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    /// Which events go there. Without it: all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<Topic>,
    /// How many events may wait for it, 1 to 1000000. Without it: 10000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queue: Option<usize>,
    /// The file (file), or the socket of the journal (journald).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
    /// Where a syslog listens: `unix:/dev/log`, `udp://host:514` or `tcp://host:601`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Whom requests go to (webhook).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Each peer of the cluster (alertmanager), like `http://host:9093`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    peers: Vec<String>,
    /// What a request holds (webhook). Without it: event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<BodyForm>,
    /// After how many seconds a firing alert is sent again (alertmanager), 1 to 3600. Without it: 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resend_s: Option<u64>,
    /// Each server of the cluster (nats), like `nats://host:4222` or `tls://host:4222`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    servers: Vec<String>,
    /// Under which subject events are published (nats). Without it: detector.events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// A file of credentials (nats): who we are, and the key that proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    credentials_file: Option<PathBuf>,
    /// Certificates (PEM) to trust beside the system's (webhook, alertmanager, nats).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ca_file: Option<PathBuf>,
    /// Headers of each request (webhook, alertmanager).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// The same, with files that hold the values: for secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers_from: BTreeMap<String, PathBuf>,
}

impl Type {
    const fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::File => "file",
            Self::Journald => "journald",
            Self::Syslog => "syslog",
            Self::Webhook => "webhook",
            Self::Alertmanager => "alertmanager",
            Self::Nats => "nats",
        }
    }

    /// The keys that mean something to it, beside those of every sink.
    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Stdout => &["format", "events"],
            Self::File | Self::Journald => &["format", "events", "path"],
            Self::Syslog => &["format", "events", "address"],
            Self::Webhook => &[
                "format",
                "events",
                "url",
                "body",
                "ca_file",
                "headers",
                "headers_from",
            ],
            Self::Alertmanager => &["peers", "resend_s", "ca_file", "headers", "headers_from"],
            Self::Nats => &[
                "format",
                "events",
                "servers",
                "subject",
                "credentials_file",
                "ca_file",
            ],
        }
    }
}

impl TryFrom<Keys> for SinkConfig {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, String> {
        keys.ensure_meaningful()?;
        let queue = keys.queue.unwrap_or(QUEUE);
        if !(1..=MOST_QUEUE).contains(&queue) {
            return Err(format!("`queue` is {queue}: write 1 to {MOST_QUEUE}"));
        }
        let name = keys.name.as_deref().unwrap_or(keys.of.name());
        Ok(Self {
            name: written::words(name)?,
            format: keys.format.unwrap_or_default(),
            events: keys.events.clone(),
            queue,
            target: keys.target()?,
        })
    }
}

impl Keys {
    /// A key that means nothing here would be missed where it was meant.
    fn ensure_meaningful(&self) -> Result<(), String> {
        let of_all = ["type", "name", "queue"];
        let known = |key: &&String| {
            of_all.contains(&key.as_str()) || self.of.keys().contains(&key.as_str())
        };
        let written = serde_json::to_value(self).unwrap_or_default();
        let mut keys = written.as_object().into_iter().flat_map(|it| it.keys());
        match keys.find(|key| !known(key)) {
            Some(key) => Err(format!(
                "`{key}` means nothing to a sink of type {:?}: leave it out",
                self.of.name()
            )),
            None => Ok(()),
        }
    }

    fn target(self) -> Result<Target, String> {
        let missing = |key: &str, example: &str| {
            let of = self.of.name();
            format!("a sink of type {of:?} needs `{key}`: write {key} = {example}")
        };
        Ok(match self.of {
            Type::Stdout => Target::Stdout,
            Type::File => Target::File(
                self.path
                    .ok_or_else(|| missing("path", "\"/var/log/detector/events.ndjson\""))?,
            ),
            Type::Journald => Target::Journald(self.path.unwrap_or_else(|| JOURNAL.into())),
            Type::Syslog => Target::Syslog(address(self.address.as_deref().unwrap_or(SYSLOG))?),
            Type::Webhook => {
                let url = self.url.clone();
                let url = url.ok_or_else(|| missing("url", "\"https://example.net/events\""))?;
                Target::Webhook {
                    body: self.body.unwrap_or_default(),
                    http: self.http(&url)?,
                }
            }
            Type::Alertmanager if self.peers.is_empty() => {
                return Err(missing("peers", "[\"http://127.0.0.1:9093\"]"));
            }
            Type::Alertmanager => {
                let peers = self.peers.iter().map(|url| self.http(url));
                Target::Alertmanager {
                    peers: peers.collect::<Result<_, _>>()?,
                    resend: resend(self.resend_s.unwrap_or(RESEND))?,
                }
            }
            Type::Nats if self.servers.is_empty() => {
                return Err(missing("servers", "[\"nats://127.0.0.1:4222\"]"));
            }
            Type::Nats => Target::Nats(self.nats()?),
        })
    }

    fn http(&self, url: &str) -> Result<Http, String> {
        let rest = ["http://", "https://"]
            .iter()
            .find_map(|it| url.strip_prefix(it));
        let is_url = url.parse::<ureq::http::Uri>().is_ok();
        if !is_url || rest.is_none_or(|it| it.is_empty() || it.starts_with('/')) {
            return Err(format!(
                "{url:?} is no address of a server: write it like https://example.net/events"
            ));
        }
        Ok(Http {
            url: url.to_owned(),
            headers: self.headers.clone(),
            headers_from: self.headers_from.clone(),
            ca_file: self.ca_file.clone(),
        })
    }
}

fn resend(seconds: u64) -> Result<Duration, String> {
    if (1..=3_600).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err(format!("`resend_s` is {seconds}: write 1 to 3600"))
    }
}

fn address(text: &str) -> Result<Address, String> {
    let has_port = |it: &&str| {
        it.rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    };
    let peer = |scheme| {
        text.strip_prefix(scheme)
            .filter(has_port)
            .map(str::to_owned)
    };
    let unix = text.strip_prefix("unix:").filter(|it| it.starts_with('/'));
    let address = unix.map(|path| Address::Unix(path.into()));
    address
        .or_else(|| peer("udp://").map(Address::Udp))
        .or_else(|| peer("tcp://").map(Address::Tcp))
        .ok_or_else(|| {
            format!(
                "{text:?} is no address of a syslog: write unix:/dev/log, udp://host:514 or tcp://host:601"
            )
        })
}
