//! What waits for a sink: bounded, in order, and when there is no room the least is lost.
//!
//! Pure. Must not know: what waits, or for whom.

use std::collections::VecDeque;

use super::Rank;

/// Events in the order they came. What is being delivered has left the queue, and may come back.
#[derive(Debug)]
pub struct Queue<T> {
    waiting: VecDeque<(Rank, T)>,
    capacity: usize,
    /// Passing ones among those that are being delivered. They would give way to turning ones if they were here, so
    /// there is room for as many more.
    lent: usize,
}

impl<T> Queue<T> {
    /// Room for `capacity`, and at least for one.
    pub const fn new(capacity: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            capacity: if capacity == 0 { 1 } else { capacity },
            lent: 0,
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Lets one wait. Returns what was lost for want of room: the oldest passing one; the new one, where it is passing
    /// and all that wait turn something; else the oldest.
    pub fn push(&mut self, rank: Rank, item: T) -> Option<T> {
        self.waiting.push_back((rank, item));
        (self.waiting.len() > self.capacity + self.lent)
            .then(|| self.lose())
            .flatten()
    }

    /// Takes the first, as many as there are up to `at_most`, to deliver them.
    pub fn take(&mut self, at_most: usize) -> Vec<(Rank, T)> {
        let count = at_most.min(self.waiting.len());
        let taken: Vec<_> = self.waiting.drain(..count).collect();
        let passing = taken.iter().filter(|(rank, _)| *rank == Rank::Passing);
        self.lent = passing.count();
        taken
    }

    /// What was taken is dealt with.
    pub const fn settle(&mut self) {
        self.lent = 0;
    }

    /// What was taken could not be delivered and waits again, before all others. Returns what was lost for want of room.
    pub fn give_back(&mut self, taken: Vec<(Rank, T)>) -> Vec<T> {
        self.settle();
        for item in taken.into_iter().rev() {
            self.waiting.push_front(item);
        }
        let excess = self.waiting.len().saturating_sub(self.capacity);
        (0..excess).filter_map(|_| self.lose()).collect()
    }

    fn lose(&mut self) -> Option<T> {
        let ranks = self.waiting.iter().map(|(rank, _)| *rank);
        let least = ranks
            .enumerate()
            .min_by_key(|(place, rank)| (*rank, *place))?;
        self.waiting.remove(least.0).map(|(_, item)| item)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_oldest_passing_one_gives_way_first() {
        let mut queue = Queue::new(3);
        assert_eq!(queue.push(Rank::Turning, 1), None);
        assert_eq!(queue.push(Rank::Passing, 2), None);
        assert_eq!(queue.push(Rank::Passing, 3), None);
        assert_eq!(queue.push(Rank::Turning, 4), Some(2));
        assert_eq!(queue.push(Rank::Turning, 5), Some(3));
        assert_eq!(queue.push(Rank::Passing, 6), Some(6));
        assert_eq!(queue.push(Rank::Turning, 7), Some(1));
        let items: Vec<_> = queue.take(9).into_iter().map(|(_, item)| item).collect();
        assert_eq!(items, [4, 5, 7]);
    }

    #[test]
    fn what_comes_back_is_first_again_and_gives_way_by_its_rank() {
        let mut queue = Queue::new(2);
        queue.push(Rank::Turning, 1);
        queue.push(Rank::Passing, 2);
        let taken = queue.take(2);
        assert_eq!(queue.push(Rank::Turning, 3), None);
        assert_eq!(queue.push(Rank::Turning, 4), None);
        assert_eq!(queue.push(Rank::Turning, 5), None, "the place of 2");
        assert_eq!(queue.give_back(taken), [2, 1, 3]);
        assert_eq!(queue.len(), 2);
    }

    const MOST_TAKEN: usize = 4;

    #[derive(Clone, Debug)]
    enum Step {
        Push(Rank),
        Take(usize),
        Settle,
        GiveBack,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => Just(Step::Push(Rank::Passing)),
            3 => Just(Step::Push(Rank::Turning)),
            1 => (1..=MOST_TAKEN).prop_map(Step::Take),
            1 => Just(Step::Settle),
            1 => Just(Step::GiveBack),
        ]
    }

    /// A queue and the one who takes from it, with everything that became of what was pushed.
    struct Course {
        queue: Queue<usize>,
        ranks: Vec<Rank>,
        taken: Vec<(Rank, usize)>,
        delivered: Vec<usize>,
        lost: Vec<usize>,
    }

    impl Course {
        fn go(&mut self, step: &Step) {
            match step {
                Step::Push(rank) => {
                    let lost = self.queue.push(*rank, self.ranks.len());
                    self.ranks.push(*rank);
                    self.lose(lost.into_iter().collect());
                }
                Step::Take(at_most) if self.taken.is_empty() => {
                    self.taken = self.queue.take(*at_most);
                }
                Step::Take(_) => {}
                Step::Settle => {
                    self.queue.settle();
                    let done = std::mem::take(&mut self.taken);
                    self.delivered
                        .extend(done.into_iter().map(|(_, item)| item));
                }
                Step::GiveBack => {
                    let taken = std::mem::take(&mut self.taken);
                    let lost = self.queue.give_back(taken);
                    self.lose(lost);
                }
            }
        }

        /// Something that turns is lost only where nothing passing waits, and as many that turn as there is room for.
        fn lose(&mut self, lost: Vec<usize>) {
            let mut waiting = self.queue.waiting.iter();
            if lost.iter().any(|it| self.ranks[*it] == Rank::Turning) {
                assert!(waiting.all(|(rank, _)| *rank == Rank::Turning), "{lost:?}");
                assert!(self.queue.len() >= self.queue.capacity, "{lost:?}");
            }
            self.lost.extend(lost);
        }
    }

    proptest! {
        #[test]
        fn nothing_vanishes_nothing_overtakes_and_what_turns_goes_last(
            capacity in 1_usize..8,
            steps in proptest::collection::vec(step(), 0..200),
        ) {
            let mut course = Course {
                queue: Queue::new(capacity),
                ranks: Vec::new(),
                taken: Vec::new(),
                delivered: Vec::new(),
                lost: Vec::new(),
            };
            for step in &steps {
                course.go(step);
                prop_assert!(course.queue.len() <= capacity + MOST_TAKEN);
            }
            course.go(&Step::Settle);
            while !course.queue.is_empty() {
                course.go(&Step::Take(3));
                course.go(&Step::Settle);
            }
            prop_assert!(course.delivered.is_sorted());
            let mut all = course.delivered;
            all.extend(course.lost);
            all.sort_unstable();
            prop_assert_eq!(all, (0..course.ranks.len()).collect::<Vec<_>>());
        }
    }
}
