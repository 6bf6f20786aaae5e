//! Requests to an HTTP server: how it knows us, whom we trust, and what its answers mean.

use std::{fs, path::Path, time::Duration};

use rustls_native_certs::load_native_certs;
use ureq::{
    Agent,
    http::{HeaderName, HeaderValue, StatusCode},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{config::Http, outlet::Trouble};
use crate::failure::Failure;

/// So much of an answer is told.
const SHOWN: usize = 200;

/// Headers of a request.
pub(super) type Headers = Vec<(HeaderName, HeaderValue)>;

/// A server, ready to be asked.
pub(super) struct Client {
    agent: Agent,
    url: String,
    headers: Headers,
}

impl Client {
    /// `http`, with `path` behind its URL.
    ///
    /// # Errors
    /// [`Failure::Config`] names the file or the header that cannot be used.
    pub(super) fn new(http: &Http, path: &str, patience: Duration) -> Result<Self, Failure> {
        let tls = TlsConfig::builder().root_certs(trusted(http.ca_file.as_deref())?);
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(patience))
            .http_status_as_error(false)
            .max_redirects(0)
            // Whoever set the environment for something else did not mean events.
            .proxy(None)
            .user_agent(concat!("detector/", env!("CARGO_PKG_VERSION")));
        Ok(Self {
            agent: config.build().new_agent(),
            url: format!("{}{path}", http.url.trim_end_matches('/')),
            headers: headers(http)?,
        })
    }

    /// Posts `body`.
    pub(super) fn post(&self, more: Headers, body: &[u8]) -> Result<(), Trouble> {
        let mut request = self.agent.post(&self.url);
        for (name, value) in self.headers.iter().cloned().chain(more) {
            request = request.header(name, value);
        }
        let later = |error: ureq::Error| Trouble::Later(format!("{}: {error}", self.url));
        let mut response = request.send(body).map_err(later)?;
        // What is read to its end leaves a connection that can be used again.
        let answer = response
            .body_mut()
            .with_config()
            .limit(64 << 10)
            .read_to_string();
        self.meaning(response.status(), &answer.unwrap_or_default())
    }

    fn meaning(&self, status: StatusCode, answer: &str) -> Result<(), Trouble> {
        let shown = answer.chars().filter(|it| !it.is_control()).take(SHOWN);
        let why = format!("{}: {status} {}", self.url, shown.collect::<String>());
        match status {
            _ if status.is_success() => Ok(()),
            StatusCode::BAD_REQUEST
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY => Err(Trouble::Refused(why)),
            _ => Err(Trouble::Later(why)),
        }
    }
}

/// A header whose value is made here.
pub(super) fn header(name: &'static str, value: &str) -> Headers {
    let value = HeaderValue::from_str(value).ok();
    let header = value.map(|value| (HeaderName::from_static(name), value));
    header.into_iter().collect()
}

fn headers(http: &Http) -> Result<Headers, Failure> {
    let mut headers = Headers::new();
    for (name, value) in &http.headers {
        headers.push(written(name, value)?);
    }
    for (name, path) in &http.headers_from {
        headers.push(written(name, read(path)?.trim())?);
    }
    Ok(headers)
}

/// The value may be a secret, and is not repeated.
fn written(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Failure> {
    let unfit = || {
        Failure::Config(format!(
            "{name:?} is no header with that value: write one line of plain text"
        ))
    };
    let header_name = name.parse().map_err(|_why| unfit())?;
    let mut value = HeaderValue::from_str(value).map_err(|_why| unfit())?;
    value.set_sensitive(true);
    Ok((header_name, value))
}

/// The system's certificates, and those of `more`.
fn trusted(more: Option<&Path>) -> Result<RootCerts, Failure> {
    // Those that cannot be read are not trusted.
    let system = load_native_certs().certs;
    let mut roots: Vec<_> = system
        .iter()
        .map(|it| Certificate::from_der(it).to_owned())
        .collect();
    if let Some(path) = more {
        roots.extend(certificates(path)?);
    }
    Ok(RootCerts::new_with_certs(&roots))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let text = read(path)?;
    let items: Result<Vec<_>, _> = parse_pem(text.as_bytes()).collect();
    let certificates: Vec<_> = items
        .into_iter()
        .flatten()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(Failure::Config(format!(
            "{}: no certificate is in it; give a file of certificates (PEM)",
            path.display()
        )));
    }
    Ok(certificates)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::Config(format!("{}: {error}; a sink needs it", path.display())))
}
