//! One direction of a long cable: takes packets from one TUN device and gives them to another a fixed time
//! later, in order. Knows nothing of what the packets are.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::namespace::Namespace;
use crate::worker::{Stop, Worker};

/// More than any packet of the devices, whose MTU is 1,500 bytes.
const PACKET_BYTES: usize = 2_048;

/// Connects `from` to `to` with a delay, one way, until the worker is dropped.
///
/// # Errors
/// When the threads cannot be started.
pub(crate) fn start(
    namespace: &Namespace,
    from: &Arc<File>,
    to: &Arc<File>,
    delay: Duration,
) -> anyhow::Result<Worker> {
    let (from, to) = (Arc::clone(from), Arc::clone(to));
    Worker::start(namespace, "lab-delay-in", move |stop| {
        std::thread::scope(|scope| {
            // Dropped before the scope waits for the writer, which ends with it.
            let (queue, due) = channel();
            let writer = Builder::new().name("lab-delay-out".to_owned());
            writer.spawn_scoped(scope, || deliver(due, &to))?;
            collect(stop, &from, &queue, delay)
        })
    })
}

/// A packet and the moment at which it comes out.
struct Travelling {
    arrives: Instant,
    packet: Vec<u8>,
}

/// Ends with the stop signal.
fn collect(
    stop: &Stop,
    from: &File,
    queue: &Sender<Travelling>,
    delay: Duration,
) -> anyhow::Result<()> {
    let mut buffer = [0; PACKET_BYTES];
    while stop.or_readable(from)? {
        while let Some(packet) = next(from, &mut buffer)? {
            let arrives = Instant::now() + delay;
            queue
                .send(Travelling { arrives, packet })
                .context("the writer is gone")?;
        }
    }
    Ok(())
}

fn next(mut from: &File, buffer: &mut [u8]) -> anyhow::Result<Option<Vec<u8>>> {
    match from.read(buffer) {
        Ok(length) => Ok(Some(buffer[..length].to_vec())),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error).context("reading a TUN device"),
    }
}

fn deliver(due: Receiver<Travelling>, mut to: &File) {
    for Travelling { arrives, packet } in due {
        std::thread::sleep(arrives.saturating_duration_since(Instant::now()));
        // A device that is down or short of memory loses the packet, as any cable may.
        to.write_all(&packet).ok();
    }
}
