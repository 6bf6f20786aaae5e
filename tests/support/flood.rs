//! The same frames over and over from one end of a link, at a steady rate or as fast as can be, until their owner lets
//! go of them. Knows nothing of what is in them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    frames::Frame,
    last_core,
    namespace::Namespace,
    packet_socket::{BATCH, PacketSocket},
    worker::{Stop, Worker},
};

/// Frames on their way. They end when this is dropped.
#[derive(Debug)]
#[must_use = "the flood ends when this is dropped"]
pub struct Flood {
    sent: Arc<AtomicU64>,
    worker: Worker,
}

impl Flood {
    /// Sends `frames` out of `interface`, so many a second, or as fast as can be.
    ///
    /// # Errors
    /// Without `CAP_NET_RAW`, or when there is no such interface.
    pub fn start(
        namespace: &Namespace,
        interface: &str,
        frames: Vec<Frame>,
        per_second: Option<u32>,
    ) -> Result<Self> {
        let socket = PacketSocket::open(namespace, interface)?;
        let sent = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&sent);
        let worker = Worker::start(namespace, "lab-flood", move |stop| {
            last_core::stay()?;
            pour(&socket, &frames, per_second, &counter, stop)
        })?;
        Ok(Self { sent, worker })
    }

    /// How many frames were sent, those included that the other end had no room for.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Ends it, and returns how many were sent.
    ///
    /// # Errors
    /// What it had failed of earlier, if it did.
    pub fn stop(self) -> Result<u64> {
        self.worker.finish()?;
        Ok(self.sent.load(Ordering::Relaxed))
    }
}

fn pour(
    socket: &PacketSocket,
    frames: &[Frame],
    per_second: Option<u32>,
    sent: &AtomicU64,
    stop: &Stop,
) -> Result<()> {
    let began = Instant::now();
    let mut due = Duration::ZERO;
    for batch in frames.chunks(BATCH).cycle() {
        if stop.is_given_within(due.saturating_sub(began.elapsed()))? {
            break;
        }
        socket.send(batch.iter())?;
        let count = u32::try_from(batch.len())?;
        sent.fetch_add(count.into(), Ordering::Relaxed);
        if let Some(per_second) = per_second {
            due += Duration::from_secs(1) * count / per_second;
        }
    }
    Ok(())
}
