//! Between the loop, which never waits, and the thread of a sink, which may: the queue and what became of the events.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Message, Rank, queue::Queue};
use crate::status::{Counts, SinkStatus};

/// Events that were taken out to be delivered.
pub(super) type Batch = Vec<(Rank, Arc<Message>)>;

/// What the thread is to do.
#[derive(Debug)]
pub(super) enum Next {
    /// Deliver these, or what is due.
    Deliver(Batch),
    /// Begin anew with what is open.
    Reopen,
    /// Nothing more will come.
    End,
}

/// How a sink ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Over {
    /// In good order, or as far as it came.
    Ended,
    /// Nobody reads any more.
    Closed,
    /// It is the only one, and does not work.
    Failed(String),
}

/// Shared by both sides.
#[derive(Debug)]
pub(super) struct Mailbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    queue: Queue<Arc<Message>>,
    in_flight: usize,
    sent: u64,
    retries: u64,
    dropped: Counts,
    last_error: Option<String>,
    is_up: bool,
    is_to_reopen: bool,
    is_ending: bool,
    over: Option<Over>,
}

impl Mailbox {
    pub(super) const fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State {
                queue: Queue::new(capacity),
                in_flight: 0,
                sent: 0,
                retries: 0,
                dropped: Counts::new(),
                last_error: None,
                is_up: true,
                is_to_reopen: false,
                is_ending: false,
                over: None,
            }),
            changed: Condvar::new(),
        }
    }

    /// Leaves an event for the sink.
    pub(super) fn offer(&self, message: &Arc<Message>) {
        let mut state = self.lock();
        if state.over.is_some() {
            return state.lose("closed", 1);
        }
        let lost = state.queue.push(message.rank, Arc::clone(message));
        state.lose("full", lost.iter().count());
        self.changed.notify_all();
    }

    /// What is open may have been moved away; and what failed may be tried again at once.
    pub(super) fn reopen(&self) {
        self.lock().is_to_reopen = true;
        self.changed.notify_all();
    }

    /// Nothing more will come: what waits is to be delivered now or never.
    pub(super) fn end(&self) {
        self.lock().is_ending = true;
        self.changed.notify_all();
    }

    /// How it ended, if it has.
    pub(super) fn over(&self) -> Option<Over> {
        self.lock().over.clone()
    }

    /// Waits for the end of the sink, but not beyond `deadline`.
    pub(super) fn wait_until_over(&self, deadline: Instant) -> bool {
        let mut state = self.lock();
        while state.over.is_none() {
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                return false;
            };
            let waited = self.changed.wait_timeout(state, left);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    /// How things stand with the sink `name`.
    pub(super) fn status(&self, name: &str) -> SinkStatus {
        let state = self.lock();
        SinkStatus {
            name: name.to_owned(),
            queued: state.queue.len() + state.in_flight,
            sent: state.sent,
            retries: state.retries,
            dropped: state.dropped.clone(),
            is_up: state.is_up && !matches!(state.over, Some(Over::Closed | Over::Failed(_))),
            last_error: state.last_error.clone(),
        }
    }

    /// Waits for something to do: nothing is delivered before `not_before`, and at `due` something is without an event.
    pub(super) fn next(
        &self,
        at_most: usize,
        not_before: Option<Instant>,
        due: Option<Instant>,
    ) -> Next {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            if let Some(next) = state.next(at_most, now, not_before, due) {
                return next;
            }
            let has_work = !state.queue.is_empty();
            let wake = if has_work {
                not_before
            } else {
                due.max(due.and(not_before))
            };
            state = self.wait(state, wake.map(|at| at.saturating_duration_since(now)));
        }
    }

    /// What was taken out has arrived. Returns whether the sink was down until then.
    pub(super) fn delivered(&self) -> bool {
        let mut state = self.lock();
        state.queue.settle();
        state.sent += std::mem::take(&mut state.in_flight) as u64;
        !std::mem::replace(&mut state.is_up, true)
    }

    /// What was taken out will never be wanted.
    pub(super) fn refused(&self, why: String) {
        let mut state = self.lock();
        state.queue.settle();
        let refused = std::mem::take(&mut state.in_flight);
        state.lose("refused", refused);
        state.last_error = Some(why);
    }

    /// What was taken out waits again. Returns whether it is to be tried again at all.
    pub(super) fn give_back(&self, batch: Batch) -> bool {
        let mut state = self.lock();
        state.in_flight = 0;
        let lost = state.queue.give_back(batch);
        state.lose("full", lost.len());
        !state.is_ending
    }

    /// Takes note that it does not work. Returns whether that is news.
    pub(super) fn failed(&self, why: &str) -> bool {
        let mut state = self.lock();
        state.retries += 1;
        state.last_error = Some(why.to_owned());
        std::mem::replace(&mut state.is_up, false)
    }

    /// The sink is over, and what still waits is lost. Returns how many that are.
    pub(super) fn finish(&self, over: Over) -> usize {
        let mut state = self.lock();
        let left = state.queue.len() + std::mem::take(&mut state.in_flight);
        state.queue.take(usize::MAX);
        let reason = match over {
            Over::Ended => "ended",
            Over::Closed | Over::Failed(_) => "closed",
        };
        state.lose(reason, left);
        state.over.get_or_insert(over);
        self.changed.notify_all();
        left
    }

    /// Until something changes, for `wait` at most.
    fn wait<'a>(
        &self,
        state: MutexGuard<'a, State>,
        wait: Option<Duration>,
    ) -> MutexGuard<'a, State> {
        if let Some(wait) = wait {
            let waited = self.changed.wait_timeout(state, wait);
            waited.unwrap_or_else(PoisonError::into_inner).0
        } else {
            let woken = self.changed.wait(state);
            woken.unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// Whoever panicked left counters that are still true.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(
        &mut self,
        at_most: usize,
        now: Instant,
        not_before: Option<Instant>,
        due: Option<Instant>,
    ) -> Option<Next> {
        if std::mem::take(&mut self.is_to_reopen) {
            return Some(Next::Reopen);
        }
        if !self.is_ending && not_before.is_some_and(|at| at > now) {
            return None;
        }
        if !self.queue.is_empty() || due.is_some_and(|at| at <= now) {
            let batch = self.queue.take(at_most);
            self.in_flight = batch.len();
            return Some(Next::Deliver(batch));
        }
        self.is_ending.then_some(Next::End)
    }

    fn lose(&mut self, reason: &'static str, count: usize) {
        if count > 0 {
            *self.dropped.entry(reason.into()).or_default() += count as u64;
        }
    }
}
