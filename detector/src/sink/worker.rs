//! The thread of a sink: takes what waits, delivers it, and tries again what failed.

use std::{sync::Arc, thread, time::Instant};

use jiff::Timestamp;
use tokio::sync::Notify;
use tracing::{info, warn};

use super::{
    backoff::Backoff,
    mailbox::{Batch, Mailbox, Next, Over},
    outlet::{Outlet, Trouble},
};
use crate::{failure::Failure, moment::Moment};

/// Everything that a thread works with.
pub(super) struct Worker {
    pub(super) name: String,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) outlet: Box<dyn Outlet>,
    pub(super) backoff: Backoff,
    /// Whether there is no other sink, so that trouble ends the program.
    pub(super) is_alone: bool,
    /// Who is told that it is over.
    pub(super) over: Arc<Notify>,
}

impl Worker {
    /// Works in a thread of its own from now on.
    pub(super) fn start(self) -> Result<(), Failure> {
        let name = format!("sink {}", self.name);
        let course = Course {
            began: Instant::now(),
            not_before: None,
            singly: 0,
            worker: self,
        };
        thread::Builder::new()
            .name(name)
            .spawn(move || course.run())
            .map_err(|error| Failure::refused("thread of a sink", &error))?;
        Ok(())
    }
}

/// A worker at work.
struct Course {
    worker: Worker,
    began: Instant,
    /// When to try again what failed.
    not_before: Option<Instant>,
    /// So many events go singly, for one of them is not wanted.
    singly: usize,
}

impl Course {
    fn run(mut self) {
        loop {
            let now = self.now();
            let due = self.worker.outlet.due_in(now);
            let due = due.and_then(|wait| Instant::now().checked_add(wait));
            let at_most = match self.singly {
                0 => self.worker.outlet.at_most(),
                _ => 1,
            };
            let next = self.worker.mailbox.next(at_most, self.not_before, due);
            let end = match next {
                Next::Deliver(batch) => self.deliver(batch),
                Next::Reopen => {
                    self.worker.outlet.reopen();
                    self.not_before = None;
                    None
                }
                Next::End => Some(Over::Ended),
            };
            if let Some(over) = end {
                self.finish(over);
                return;
            }
        }
    }

    fn deliver(&mut self, batch: Batch) -> Option<Over> {
        let events: Vec<_> = batch
            .iter()
            .map(|(_, message)| Arc::clone(message))
            .collect();
        self.singly = self.singly.saturating_sub(events.len());
        let now = self.now();
        match self.worker.outlet.deliver(&events, now) {
            Ok(()) => self.worked(),
            Err(Trouble::Closed) => return Some(Over::Closed),
            Err(Trouble::Refused(_)) if events.len() > 1 => {
                self.singly = events.len();
                self.worker.mailbox.give_back(batch);
            }
            Err(Trouble::Refused(why)) => {
                warn!("sink {}: an event is not wanted: {why}", self.worker.name);
                self.worker.mailbox.refused(why);
            }
            Err(Trouble::Later(why)) if self.worker.is_alone => return Some(Over::Failed(why)),
            Err(Trouble::Later(why)) => return self.failed(batch, &why),
        }
        None
    }

    fn worked(&mut self) {
        self.not_before = None;
        self.worker.backoff.worked();
        if self.worker.mailbox.delivered() {
            info!("sink {} works again", self.worker.name);
        }
    }

    fn failed(&mut self, batch: Batch, why: &str) -> Option<Over> {
        let wait = self.worker.backoff.failed();
        self.not_before = Instant::now().checked_add(wait);
        if self.worker.mailbox.failed(why) {
            warn!("sink {}: {why}; it is tried again", self.worker.name);
        }
        let goes_on = self.worker.mailbox.give_back(batch);
        (!goes_on).then_some(Over::Ended)
    }

    fn finish(&self, over: Over) {
        let name = &self.worker.name;
        if over == Over::Closed && !self.worker.is_alone {
            warn!("sink {name}: nobody reads any more; the others go on");
        }
        let is_ended = over == Over::Ended;
        let left = self.worker.mailbox.finish(over);
        if is_ended && left > 0 {
            warn!("sink {name}: {left} events were not delivered");
        }
    }

    fn now(&self) -> Moment {
        Moment {
            monotonic: self.began.elapsed(),
            wall: Timestamp::now(),
        }
    }
}

/// However the thread ends, nobody goes on relying on it.
impl Drop for Course {
    fn drop(&mut self) {
        let broken = Over::Failed("its thread broke off".to_owned());
        self.worker.mailbox.finish(broken);
        self.worker.over.notify_one();
    }
}
