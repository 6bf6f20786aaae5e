//! A client of NATS that runs in the thread of its sink: one message at a time, so that none overtakes another,
//! and none counts before the stream has said that it keeps it.
//!
//! A message bears the identity of its event. What was stored and not acknowledged comes again, and a stream that still
//! knows the identity takes it for the same.

use std::{fmt::Display, io, path::Path, sync::Arc, time::Duration};

use async_nats::{
    ConnectOptions, Event,
    jetstream::{
        self, Context, ErrorCode,
        context::{PublishError, PublishErrorKind},
        message::PublishMessage,
    },
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::CertificateDer},
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Notify,
};

use crate::{
    failure::Failure,
    moment::Moment,
    sink::{
        Format, Message,
        config::Nats,
        outlet::{Outlet, Trouble},
        trust::{read, trusted},
    },
};

/// Nobody answers a server's pings between two events: who has nothing to say for so long hangs up.
const IDLE: Duration = Duration::from_mins(1);

/// The way to one stream.
pub(in crate::sink) struct JetStream {
    nats: Nats,
    format: Format,
    patience: Duration,
    credentials: Option<String>,
    tls: ClientConfig,
    link: Option<Link>,
}

/// A connection, which ends with its value.
struct Link {
    context: Context,
    broken: Arc<Notify>,
    runtime: Runtime,
}

impl JetStream {
    /// Reads what it needs, and connects when there is something to say.
    ///
    /// # Errors
    /// [`Failure::Config`] names the file that cannot be used.
    pub(in crate::sink) fn new(
        nats: &Nats,
        format: Format,
        patience: Duration,
    ) -> Result<Self, Failure> {
        let file = nats.credentials_file.as_deref();
        Ok(Self {
            tls: tls(nats)?,
            nats: nats.clone(),
            format,
            patience,
            credentials: file.map(credentials).transpose()?,
            link: None,
        })
    }

    fn options(&self) -> io::Result<ConnectOptions> {
        let options = ConnectOptions::new()
            .name(concat!("detector/", env!("CARGO_PKG_VERSION")))
            .connection_timeout(self.patience)
            .tls_client_config(self.tls.clone());
        match &self.credentials {
            Some(credentials) => options.credentials(credentials),
            None => Ok(options),
        }
    }

    fn connect(&self) -> Result<Link, Trouble> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let broken = Arc::new(Notify::new());
        let told = Arc::clone(&broken);
        let options = self.options()?.event_callback(move |event| {
            if event == Event::Disconnected {
                told.notify_one();
            }
            std::future::ready(())
        });
        let context = runtime.block_on(async {
            let client = options.connect(&self.nats.servers[..]).await;
            client
                .map(jetstream::new)
                .map_err(|error| self.later(&error))
        });
        let mut context = context?;
        context.set_timeout(self.patience);
        Ok(Link {
            context,
            broken,
            runtime,
        })
    }

    fn publish(&self, link: &Link, message: &Message) -> Result<(), Trouble> {
        let message = PublishMessage::build()
            .payload(self.format.line(message, usize::MAX).into())
            .message_id(message.id.to_string());
        let acknowledged = async {
            let publish = link
                .context
                .send_publish(self.nats.subject.clone(), message);
            publish.await?.await
        };
        link.runtime.block_on(async {
            tokio::select! {
                answer = acknowledged => answer.map(drop).map_err(|error| self.meaning(&error)),
                // What was on its way may be stored or not, and nobody will say.
                () = link.broken.notified() => Err(self.later(&"the connection broke")),
            }
        })
    }

    fn meaning(&self, error: &PublishError) -> Trouble {
        let why = format!("{}: {error}", self.nats.subject);
        if error.kind() == PublishErrorKind::MaxPayloadExceeded || is_too_large(error) {
            return Trouble::Refused(why);
        }
        self.later(error)
    }

    fn later(&self, error: &dyn Display) -> Trouble {
        let servers = self.nats.servers.join(", ");
        Trouble::Later(format!("{servers}: {}: {error}", self.nats.subject))
    }
}

impl Outlet for JetStream {
    /// Without an event it has been idle.
    fn deliver(&mut self, events: &[Arc<Message>], _now: Moment) -> Result<(), Trouble> {
        if events.is_empty() {
            self.link = None;
            return Ok(());
        }
        // One that failed is not used again.
        let link = match self.link.take() {
            Some(link) => link,
            None => self.connect()?,
        };
        for message in events {
            self.publish(&link, message)?;
        }
        self.link = Some(link);
        Ok(())
    }

    fn due_in(&self, _now: Moment) -> Option<Duration> {
        self.link.as_ref().map(|_| IDLE)
    }

    fn reopen(&mut self) {
        self.link = None;
    }
}

/// The stream may take less than the server does.
fn is_too_large(error: &PublishError) -> bool {
    let source = std::error::Error::source(error);
    let source = source.and_then(|it| it.downcast_ref::<jetstream::Error>());
    source.is_some_and(|it| {
        let too_large = [
            ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM,
            ErrorCode::STREAM_HEADER_EXCEEDS_MAXIMUM,
        ];
        too_large.contains(&it.error_code())
    })
}

/// The text of a file that can be used.
fn credentials(path: &Path) -> Result<String, Failure> {
    let text = read(path)?;
    let usable = ConnectOptions::with_credentials(&text).map(drop);
    usable.map_err(|error| {
        let path = path.display();
        Failure::Config(format!(
            "{path}: {error}; give a file that `nsc generate creds` writes"
        ))
    })?;
    Ok(text)
}

fn tls(nats: &Nats) -> Result<ClientConfig, Failure> {
    let mut roots = RootCertStore::empty();
    let trusted = trusted(nats.ca_file.as_deref())?;
    let trusted = trusted.iter().map(|it| CertificateDer::from(it.der()));
    // As for other sinks: what is no certificate of an authority is not trusted.
    roots.add_parsable_certificates(trusted.map(CertificateDer::into_owned));
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Failed(format!("TLS: {error}")))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
