//! A sink as it is configured: whose it is, what goes there and where that is.
//!
//! Must not know: how anything is delivered.

mod keys;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use self::keys::Keys;
use super::{Format, Message, Topic};

/// One sink.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(try_from = "Keys", into = "Keys")]
#[schemars(with = "Keys")]
pub struct SinkConfig {
    /// What it is called in the status and in logs.
    pub name: String,
    /// In what form events go there.
    pub format: Format,
    /// What goes there; all where nothing is named.
    pub events: Vec<Topic>,
    /// How many events may wait.
    pub queue: usize,
    /// Where it is.
    pub target: Target,
}

/// Where events go.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// Lines on stdout.
    Stdout,
    /// Lines in a file.
    File(PathBuf),
    /// Entries of the journal, by its socket.
    Journald(PathBuf),
    /// Messages by RFC 5424.
    Syslog(Address),
    /// HTTP requests.
    Webhook {
        /// Whom to ask.
        http: Http,
        /// What a request holds.
        body: BodyForm,
    },
    /// Alerts by the v2 API.
    Alertmanager {
        /// Each peer of a cluster.
        peers: Vec<Http>,
        /// After which time a firing alert is sent again.
        resend: Duration,
    },
    /// Messages in a stream.
    Nats(Nats),
}

/// Where a syslog listens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Address {
    /// A datagram socket on this machine.
    Unix(PathBuf),
    /// Host and port, a datagram for each message.
    Udp(String),
    /// Host and port, a stream of counted octets.
    Tcp(String),
}

/// An HTTP server, and how it knows us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Http {
    /// Where.
    pub url: String,
    /// Headers of each request.
    pub headers: BTreeMap<String, String>,
    /// The same, out of files.
    pub headers_from: BTreeMap<String, PathBuf>,
    /// Certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// Servers of NATS, and how they know us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Nats {
    /// Each server of the cluster.
    pub servers: Vec<String>,
    /// What messages are about, by which a stream takes them.
    pub subject: String,
    /// Who we are, and the key that proves it.
    pub credentials_file: Option<PathBuf>,
    /// Certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// What the body of a request holds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyForm {
    /// One event, a JSON object.
    #[default]
    Event,
    /// A line of JSON for each of up to a hundred events.
    Ndjson,
}

impl SinkConfig {
    /// What there is where nothing is configured.
    pub fn stdout() -> Self {
        Self {
            name: "stdout".to_owned(),
            format: Format::Native,
            events: Vec::new(),
            queue: keys::QUEUE,
            target: Target::Stdout,
        }
    }

    /// Whether `message` goes there.
    pub fn wants(&self, message: &Message) -> bool {
        match self.target {
            Target::Alertmanager { .. } => message.topic == Topic::Alert,
            _ => self.events.is_empty() || self.events.contains(&message.topic),
        }
    }

    /// The folder in which it writes, if it does.
    pub fn folder(&self) -> Option<&Path> {
        let Target::File(path) = &self.target else {
            return None;
        };
        match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Some(Path::new(".")),
            folder => folder,
        }
    }

    /// Paths in a file are meant from the folder that it lies in.
    #[must_use]
    pub fn meant_from(self, folder: &Path) -> Self {
        let target = match self.target {
            Target::File(path) => Target::File(folder.join(path)),
            Target::Journald(path) => Target::Journald(folder.join(path)),
            Target::Webhook { http, body } => Target::Webhook {
                http: http.meant_from(folder),
                body,
            },
            Target::Alertmanager { peers, resend } => Target::Alertmanager {
                peers: peers.into_iter().map(|it| it.meant_from(folder)).collect(),
                resend,
            },
            Target::Nats(nats) => Target::Nats(nats.meant_from(folder)),
            elsewhere => elsewhere,
        };
        Self { target, ..self }
    }
}

impl Http {
    fn meant_from(self, folder: &Path) -> Self {
        let headers = self.headers_from.into_iter();
        Self {
            headers_from: headers
                .map(|(name, path)| (name, folder.join(path)))
                .collect(),
            ca_file: self.ca_file.map(|path| folder.join(path)),
            ..self
        }
    }
}

impl Nats {
    fn meant_from(self, folder: &Path) -> Self {
        Self {
            credentials_file: self.credentials_file.map(|path| folder.join(path)),
            ca_file: self.ca_file.map(|path| folder.join(path)),
            ..self
        }
    }
}

/// For serde: all sinks. The reader knows the place of the first one only, so a complaint has a number.
///
/// # Errors
/// The complaint.
pub fn read_all<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SinkConfig>, D::Error> {
    let sinks = Vec::<Keys>::deserialize(from)?.into_iter().enumerate();
    let sinks = sinks.map(|(place, keys)| {
        let sink = SinkConfig::try_from(keys);
        sink.map_err(|why| D::Error::custom(format!("sink {}: {why}", place + 1)))
    });
    let sinks = sinks.collect::<Result<Vec<_>, _>>()?;
    ensure_distinct(&sinks).map_err(D::Error::custom)?;
    Ok(sinks)
}

/// Two sinks of one name, or two on stdout, would be confused.
fn ensure_distinct(sinks: &[SinkConfig]) -> Result<(), String> {
    let on_stdout = sinks.iter().filter(|it| it.target == Target::Stdout);
    if on_stdout.count() > 1 {
        return Err("two sinks write to stdout: leave one out".to_owned());
    }
    let mut names = BTreeSet::new();
    match sinks.iter().find(|sink| !names.insert(&sink.name)) {
        Some(sink) => Err(format!(
            "two sinks are called {:?}: give one another `name`",
            sink.name
        )),
        None => Ok(()),
    }
}
