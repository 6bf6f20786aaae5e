//! A sink as it would be written, for `config show` and for telling what changed.

use std::{collections::BTreeMap, fmt};

use super::{Address, Http, Keys, SinkConfig, Target, Type};

impl From<SinkConfig> for Keys {
    fn from(sink: SinkConfig) -> Self {
        let mut keys = Self::of(Type::of(&sink.target));
        keys.name = Some(sink.name);
        keys.queue = Some(sink.queue);
        keys.events = sink.events;
        if keys.of != Type::Alertmanager {
            keys.format = Some(sink.format);
        }
        match sink.target {
            Target::Stdout => {}
            Target::File(path) | Target::Journald(path) => keys.path = Some(path),
            Target::Syslog(address) => keys.address = Some(address.to_string()),
            Target::Webhook { http, body } => {
                keys.url = Some(http.url.clone());
                keys.body = Some(body);
                keys.know(http);
            }
            Target::Alertmanager { peers, resend } => {
                keys.peers = peers.iter().map(|peer| peer.url.clone()).collect();
                keys.resend_s = Some(resend.as_secs());
                peers.into_iter().take(1).for_each(|peer| keys.know(peer));
            }
            Target::Nats(nats) => {
                keys.servers = nats.servers;
                keys.subject = Some(nats.subject);
                keys.credentials_file = nats.credentials_file;
                keys.ca_file = nats.ca_file;
            }
        }
        keys
    }
}

impl Keys {
    const fn of(of: Type) -> Self {
        Self {
            of,
            name: None,
            format: None,
            events: Vec::new(),
            queue: None,
            path: None,
            address: None,
            url: None,
            peers: Vec::new(),
            servers: Vec::new(),
            subject: None,
            credentials_file: None,
            body: None,
            resend_s: None,
            ca_file: None,
            headers: BTreeMap::new(),
            headers_from: BTreeMap::new(),
        }
    }

    /// How a server knows us.
    fn know(&mut self, http: Http) {
        self.ca_file = http.ca_file;
        self.headers = http.headers;
        self.headers_from = http.headers_from;
    }
}

impl Type {
    const fn of(target: &Target) -> Self {
        match target {
            Target::Stdout => Self::Stdout,
            Target::File(_) => Self::File,
            Target::Journald(_) => Self::Journald,
            Target::Syslog(_) => Self::Syslog,
            Target::Webhook { .. } => Self::Webhook,
            Target::Alertmanager { .. } => Self::Alertmanager,
            Target::Nats(_) => Self::Nats,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(to, "unix:{}", path.display()),
            Self::Udp(peer) => write!(to, "udp://{peer}"),
            Self::Tcp(peer) => write!(to, "tcp://{peer}"),
        }
    }
}
