//! One connection of a client, of whatever protocol, and how it ends. Counts nothing.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::quic;
use crate::plan::{Plan, Protocol};
use crate::request::request;

#[derive(Clone, Copy)]
pub(super) enum Outcome {
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
    request: Arc<[u8]>,
    answer_bytes: usize,
    patience: Duration,
}

impl Visit {
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            protocol: plan.protocol,
            request: request(plan.answer_bytes, plan.request_bytes).into(),
            answer_bytes: plan.answer_bytes,
            patience: plan.timeout,
        }
    }

    pub(super) async fn to(self, server: SocketAddr) -> Outcome {
        match tokio::time::timeout(self.patience, self.is_answered(server)).await {
            Ok(Ok(true)) => Outcome::Answered,
            Ok(Ok(false)) => Outcome::Failed,
            Ok(Err(error)) => outcome_of(error.kind()),
            Err(tokio::time::error::Elapsed { .. }) => Outcome::TimedOut,
        }
    }

    async fn is_answered(&self, server: SocketAddr) -> std::io::Result<bool> {
        match self.protocol {
            Protocol::Tcp => Ok(self.download(server).await? == self.answer_bytes),
            Protocol::Quic => quic::greet(server).await,
        }
    }

    async fn download(&self, server: SocketAddr) -> std::io::Result<usize> {
        let mut stream = TcpStream::connect(server).await?;
        stream.write_all(&self.request).await?;
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
