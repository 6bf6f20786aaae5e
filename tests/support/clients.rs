//! Real clients: connections of the kernel's own at a steady rate, and the count of how they ended. Knows nothing
//! of the censor.

mod quic;
mod visit;

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::MissedTickBehavior;

use crate::namespace::Namespace;
use crate::plan::{Itinerary, Plan};
use crate::watched::Watched;
use crate::worker::{Stop, Worker};

use visit::{Outcome, Visit};

/// Running clients. They end, connections and all, when this is dropped.
#[derive(Debug)]
pub struct Traffic {
    counts: Arc<Watched<Counts>>,
    worker: Worker,
}

/// How many connections were begun, and how many ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Begun.
    pub attempted: u64,
    /// Ended with the whole answer.
    pub answered: u64,
    /// Reset before they were established (`ECONNREFUSED`).
    pub refused: u64,
    /// Reset later (`ECONNRESET`).
    pub reset: u64,
    /// Given up by the client.
    pub timed_out: u64,
    /// Ended by an ICMP error.
    pub unreachable: u64,
    /// Reset by the client itself, as its plan says.
    pub aborted: u64,
    /// Ended otherwise: cut short in good order, or never begun for want of a port or a descriptor.
    pub failed: u64,
}

impl Counts {
    /// Connections that ended, in whatever way.
    pub const fn ended(&self) -> u64 {
        self.answered + self.unanswered()
    }

    /// Connections that ended without the whole answer.
    pub const fn unanswered(&self) -> u64 {
        let by_others = self.refused + self.reset + self.unreachable + self.failed;
        by_others + self.timed_out + self.aborted
    }

    const fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Aborted => self.aborted += 1,
            Outcome::Answered => self.answered += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Reset => self.reset += 1,
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::Unreachable => self.unreachable += 1,
        }
    }
}

impl Traffic {
    /// Starts clients in `namespace`, which may also be the gateway's.
    ///
    /// # Errors
    /// When the plan asks for nothing or the thread cannot be started.
    pub fn start(namespace: &Namespace, plan: Plan) -> anyhow::Result<Self> {
        plan.check()?;
        let counts = Arc::new(Watched::new(Counts::default()));
        let shared = Arc::clone(&counts);
        let worker = Worker::start(namespace, "lab-clients", move |stop| {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime
                .enable_all()
                .build()?
                .block_on(run(plan, shared, stop))
        })?;
        Ok(Self { counts, worker })
    }

    /// The counts at this moment.
    pub fn counts(&self) -> Counts {
        self.counts.read(|counts| *counts)
    }

    /// Waits until the counts satisfy `condition`, and returns those that did.
    ///
    /// # Errors
    /// When they do not within `deadline`; shows the counts.
    pub fn wait_until(
        &self,
        condition: impl Fn(&Counts) -> bool,
        deadline: Duration,
    ) -> anyhow::Result<Counts> {
        self.counts
            .wait(deadline, |counts| condition(counts).then_some(*counts))
            .ok_or_else(|| anyhow!("not within {deadline:?}: {:?}", self.counts()))
    }

    /// Ends the clients and returns the last counts. Connections that had not ended are in no count but
    /// [`Counts::attempted`].
    ///
    /// # Errors
    /// When the clients' thread had failed.
    pub fn stop(self) -> anyhow::Result<Counts> {
        let Self { counts, worker } = self;
        worker.finish()?;
        Ok(counts.read(|counts| *counts))
    }
}

async fn run(plan: Plan, counts: Arc<Watched<Counts>>, stop: &Stop) -> anyhow::Result<()> {
    tokio::spawn(generate(plan, counts));
    stop.given().await
}

/// Begins connections at the planned times, and late ones at once, so that the rate holds on a busy machine.
async fn generate(plan: Plan, counts: Arc<Watched<Counts>>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / plan.connections_per_second);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let visit = Visit::of(&plan);
    let mut itinerary = Itinerary::new(plan.targets, plan.seed);
    for _ in 0..plan.limit.unwrap_or(u64::MAX) {
        ticks.tick().await;
        counts.update(|counts| counts.attempted += 1);
        let visit = visit.clone().to(itinerary.next());
        let counts = Arc::clone(&counts);
        tokio::spawn(async move {
            let outcome = visit.await;
            counts.update(|counts| counts.add(outcome));
        });
    }
}
