//! Requests to an HTTP server: how it knows us, and what its answers mean.

use std::time::Duration;

use ureq::{
    Agent,
    http::{HeaderName, HeaderValue, StatusCode},
    tls::{RootCerts, TlsConfig},
};

use super::{
    config::Http,
    outlet::Trouble,
    trust::{read, trusted},
};
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
        let trusted = trusted(http.ca_file.as_deref())?;
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&trusted));
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
