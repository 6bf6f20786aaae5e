//! What a sink of NATS is told: servers, and a subject that means one thing.

use super::Keys;
use crate::sink::config::Nats;

const SUBJECT: &str = "detector.events";

impl Keys {
    pub(super) fn nats(self) -> Result<Nats, String> {
        self.servers.iter().try_for_each(|it| ensure_server(it))?;
        let subject = self.subject.unwrap_or_else(|| SUBJECT.to_owned());
        ensure_subject(&subject)?;
        Ok(Nats {
            servers: self.servers,
            subject,
            credentials_file: self.credentials_file,
            ca_file: self.ca_file,
        })
    }
}

/// Scheme, host and port. A password would be seen by whoever reads the configuration.
fn ensure_server(url: &str) -> Result<(), String> {
    let rest = ["nats://", "tls://"]
        .iter()
        .find_map(|it| url.strip_prefix(it));
    let is_host = |it: &str| !it.is_empty() && !it.contains(['/', '@', '?', '#']);
    if rest.is_some_and(is_host) && url.parse::<ureq::http::Uri>().is_ok() {
        return Ok(());
    }
    Err(format!(
        "{url:?} is no address of a NATS server: write nats://host:4222 or tls://host:4222, and who you are into \
         `credentials_file`"
    ))
}

/// Words with dots between them. Those with a meaning for NATS itself are for whoever reads.
fn ensure_subject(subject: &str) -> Result<(), String> {
    let is_word = |it: &str| {
        let mut letters = it.chars();
        !it.is_empty() && letters.all(|it| it.is_ascii_graphic() && !"*>".contains(it))
    };
    if subject.split('.').all(is_word) && !subject.starts_with('$') {
        return Ok(());
    }
    Err(format!(
        "`subject` is {subject:?}: write words with dots between them, like {SUBJECT}"
    ))
}
