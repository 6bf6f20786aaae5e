//! One connection of a client, of whatever protocol, and how it ends. Counts nothing.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::quic;
use crate::course::Course;
use crate::plan::{Plan, Protocol};
use crate::request::request;

#[derive(Clone, Copy)]
pub(super) enum Outcome {
    Aborted,
    Answered,
    Failed,
    Refused,
    Reset,
    TimedOut,
    Unreachable,
}

/// What all visits of a plan have in common.
#[derive(Clone)]
pub(super) struct Visit {
    protocol: Protocol,
    course: Course,
    request: Arc<[u8]>,
    answer_bytes: usize,
    patience: Duration,
}

impl Visit {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            protocol: plan.protocol,
            course: plan.course,
            request: request(plan.answer_bytes, plan.course, plan.request_bytes).into(),
            answer_bytes: plan.answer_bytes,
            patience: plan.timeout,
        }
    }

    pub(super) async fn to(self, server: SocketAddr) -> Outcome {
        match tokio::time::timeout(self.patience, self.outcome(server)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => outcome_of(error.kind()),
            Err(tokio::time::error::Elapsed { .. }) => Outcome::TimedOut,
        }
    }

    async fn outcome(&self, server: SocketAddr) -> std::io::Result<Outcome> {
        let is_answered = match (self.protocol, self.course) {
            (Protocol::Tcp, Course::ClientAborts) => return self.abort(server).await,
            (Protocol::Tcp, _) => self.download(server).await? == self.answer_bytes,
            (Protocol::Quic, _) => quic::greet(server).await?,
        };
        Ok(if is_answered {
            Outcome::Answered
        } else {
            Outcome::Failed
        })
    }

    async fn ask(&self, server: SocketAddr) -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all(&self.request).await?;
        Ok(stream)
    }

    async fn abort(&self, server: SocketAddr) -> std::io::Result<Outcome> {
        let mut stream = self.ask(server).await?;
        let read = stream.read(&mut [0; 512]).await?;
        stream.set_zero_linger()?;
        Ok(if read > 0 {
            Outcome::Aborted
        } else {
            Outcome::Failed
        })
    }

    async fn download(&self, server: SocketAddr) -> std::io::Result<usize> {
        let mut stream = self.ask(server).await?;
        // Room for the end to be noticed without growing.
        let mut answer = Vec::with_capacity(self.answer_bytes + 1);
        stream.read_to_end(&mut answer).await
    }
}

const fn outcome_of(error: ErrorKind) -> Outcome {
    match error {
        ErrorKind::ConnectionRefused => Outcome::Refused,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Outcome::Reset,
        ErrorKind::TimedOut => Outcome::TimedOut,
        // IPv6 reports an administrative prohibition as a lack of permission.
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::PermissionDenied => Outcome::Unreachable,
        _ => Outcome::Failed,
    }
}
