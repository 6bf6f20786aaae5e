//! Which prefixes have been without news for so long that they make room.

use std::{collections::HashMap, time::Duration};

use detector_common::prefix::PrefixKey;

/// Silence after which a prefix is forgotten.
const IDLE: Duration = Duration::from_hours(6);
/// The same, while three quarters of the map are taken.
const IDLE_WHEN_CROWDED: Duration = Duration::from_mins(10);
/// Between two looks at all of them.
const EVERY: Duration = Duration::from_mins(1);

/// When each tracked prefix last had news.
#[derive(Debug)]
pub(super) struct Idle {
    /// From so many on there is little room left.
    crowded: usize,
    changed_at: HashMap<PrefixKey, Duration>,
    looked_at: Duration,
}

impl Idle {
    /// No prefix yet, where there is room for `capacity`.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            crowded: capacity as usize / 4 * 3,
            changed_at: HashMap::new(),
            looked_at: Duration::ZERO,
        }
    }

    /// Takes note of what changed.
    pub(super) fn note(&mut self, changed: PrefixKey, now: Duration) {
        self.changed_at.insert(changed, now);
    }

    /// Takes out the prefixes to be forgotten, except those `kept`; once a minute there may be some.
    pub(super) fn take_expired(
        &mut self,
        now: Duration,
        kept: impl Fn(&PrefixKey) -> bool,
    ) -> Vec<PrefixKey> {
        if now.saturating_sub(self.looked_at) < EVERY {
            return Vec::new();
        }
        self.looked_at = now;
        let limit = if self.changed_at.len() >= self.crowded {
            IDLE_WHEN_CROWDED
        } else {
            IDLE
        };
        let expired: Vec<PrefixKey> = self
            .changed_at
            .iter()
            .filter(|(key, at)| now.saturating_sub(**at) > limit && !kept(key))
            .map(|(key, _)| *key)
            .collect();
        for key in &expired {
            self.changed_at.remove(key);
        }
        expired
    }
}

#[cfg(test)]
mod tests {
    use detector_common::address::Address;

    use super::*;

    fn key(last: u8) -> PrefixKey {
        PrefixKey(Address::v4([198, 18, last, 0]))
    }

    fn noted(keys: impl Iterator<Item = u8>) -> Idle {
        let mut idle = Idle::new(1_024);
        keys.for_each(|last| idle.note(key(last), Duration::ZERO));
        idle
    }

    #[test]
    fn a_prefix_without_news_for_six_hours_is_forgotten_once() {
        let mut idle = noted(0..1);
        assert!(idle.take_expired(IDLE, |_| false).is_empty());
        let later = IDLE + EVERY;
        assert_eq!(idle.take_expired(later, |_| false), [key(0)]);
        assert!(idle.take_expired(later + EVERY, |_| false).is_empty());
    }

    #[test]
    fn all_are_looked_at_once_a_minute() {
        let mut idle = noted(0..1);
        assert!(idle.take_expired(IDLE, |_| false).is_empty());
        let soon = IDLE + EVERY / 2;
        assert!(idle.take_expired(soon, |_| false).is_empty());
        assert_eq!(idle.take_expired(soon + EVERY, |_| false), [key(0)]);
    }

    #[test]
    fn a_prefix_that_is_claimed_is_kept() {
        let mut idle = noted(0..2);
        let later = IDLE + EVERY;
        assert_eq!(idle.take_expired(later, |it| *it == key(0)), [key(1)]);
    }
}
