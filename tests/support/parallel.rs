//! The same work on many items, on all processors.

use std::{
    num::NonZero,
    sync::{Mutex, PoisonError},
    thread,
};

/// What comes of each item, in their order.
///
/// # Panics
/// When `work` does.
pub fn map<I: Send, O: Send>(items: Vec<I>, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    let queue = Mutex::new(items.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || {
        let mut done = Vec::new();
        while let Some((position, item)) = next() {
            done.push((position, work(item)));
        }
        done
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let mut done: Vec<(usize, O)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        let results = workers
            .into_iter()
            .map(|it| it.join().unwrap_or_else(|it| std::panic::resume_unwind(it)));
        results.flatten().collect()
    });
    done.sort_by_key(|(position, _)| *position);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn outcomes_stay_in_the_order_of_their_items() {
        let squares = super::map((0..100_u32).collect(), |number| number * number);
        assert!(
            squares
                .iter()
                .zip(0_u32..)
                .all(|(square, number)| *square == number * number)
        );
        assert_eq!(squares.len(), 100);
    }
}
