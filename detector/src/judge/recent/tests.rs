use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{super::tests::delta, *};

/// What was heard in each poll: a prefix, its answers, and whether it failed.
type Poll = Vec<(usize, u32, bool)>;

/// In two neighbourhoods, and one alone.
const NETS: [&str; 5] = [
    "198.18.0.0/24",
    "198.18.1.0/24",
    "198.19.0.0/24",
    "198.19.1.0/24",
    "203.0.113.0/24",
];

fn at(second: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(second),
        wall: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn deltas(poll: &Poll) -> Vec<Delta> {
    let words = poll.iter();
    words
        .map(|&(net, answers, fails)| delta(NETS[net], answers, u32::from(fails)))
        .collect()
}

/// The same, counted anew from every word.
fn recount(polls: &[Poll], now: u64) -> Share {
    let mut words: BTreeMap<usize, (u64, bool, u64)> = BTreeMap::new();
    for (second, poll) in (0..=now).zip(polls) {
        for &(net, answers, fails) in poll
            .iter()
            .filter(|(_, answers, fails)| *answers > 0 || *fails)
        {
            let before = words.get(&net).map_or(0, |(_, _, answers)| *answers);
            let answered = if fails {
                0
            } else {
                before + u64::from(answers)
            };
            words.insert(net, (second, fails && answers == 0, answered));
        }
        words.retain(|_, (at, ..)| second - *at <= RECENT.as_secs());
    }
    let mut around: BTreeMap<IpNet, bool> = BTreeMap::new();
    for (net, (_, fails, _)) in &words {
        *around
            .entry(neighbourhood(&NETS[*net].parse().unwrap()))
            .or_insert(true) &= fails;
    }
    Share {
        failing: words.values().filter(|(_, fails, _)| *fails).count(),
        healthy: words
            .values()
            .filter(|(.., answers)| *answers >= HEALTHY)
            .count(),
        heard_of: words.len(),
        failing_neighbourhoods: around.values().filter(|fails| **fails).count(),
        neighbourhoods: around.len(),
    }
}

fn poll() -> impl Strategy<Value = Poll> {
    prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::collection::btree_map(0..NETS.len(), (0_u32..4, any::<bool>()), 0..4)
            .prop_map(|it| it.into_iter().map(|(net, (answers, fails))| (net, answers, fails)).collect()),
    ]
}

proptest! {
    #[test]
    fn the_share_is_that_of_the_words_of_the_last_seconds(polls in prop::collection::vec(poll(), 0..80)) {
        let mut recent = Recent::default();
        for (second, poll) in (0..).zip(&polls) {
            let share = recent.note(at(second), &deltas(poll));
            prop_assert_eq!(share, recount(&polls, second));
        }
    }
}

#[test]
fn nothing_is_left_of_what_was_not_heard_of_lately() {
    let mut recent = Recent::default();
    let all: Poll = (0..NETS.len()).map(|net| (net, 1, net % 2 == 0)).collect();
    recent.note(at(0), &deltas(&all));
    assert_eq!(recent.note(at(RECENT.as_secs() + 1), &[]), Share::default());
    assert!(recent.words.is_empty() && recent.heard.is_empty());
    assert!(recent.neighbourhoods.is_empty());
}
