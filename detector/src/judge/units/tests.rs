use std::time::Duration;

use proptest::prelude::*;

use super::{
    super::tests::{delta, first_hosts},
    *,
};

const NET: &str = "198.18.0.0/24";

/// One poll: seconds since the last one, connections that ended well, trials that failed, hosts that fail.
type Poll = (u64, u32, u32, u32);

fn polls() -> impl Strategy<Value = Vec<Poll>> {
    let poll = prop_oneof![
        6 => (1_u64..20, 1_u32..9, Just(0_u32), Just(0_u32)),
        2 => (1_u64..90, 0_u32..4, 0_u32..3, 0_u32..3),
        1 => (1_u64..5, Just(0_u32), 1_u32..6, 1_u32..6),
        1 => (100_u64..400, 1_u32..40, Just(0_u32), Just(0_u32)),
    ];
    prop::collection::vec(poll, 1..120)
}

fn moment(seconds: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(seconds),
        wall: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn poll((_, ok, failed, failing): Poll) -> Delta {
    Delta {
        alive: first_hosts(9),
        failed: first_hosts(failing),
        ..delta(NET, ok, failed)
    }
}

proptest! {
    #[test]
    fn a_unit_that_was_settled_in_between_goes_on_as_if_it_had_not_been(polls in polls(), hold in 0_usize..200) {
        let net: IpNet = NET.parse().unwrap();
        let mut units = Units::new(Transport::Tcp);
        let mut whole = Unit::new(Transport::Tcp);
        let mut now = 1_000;
        for (index, it) in polls.into_iter().enumerate() {
            now += it.0;
            let (now, delta) = (moment(now), poll(it));
            let trials = whole.observe(&delta, Transport::Tcp, now, None);
            prop_assert_eq!(units.observe(&delta, now, None), trials);
            match units.get_mut(&net) {
                Some(unit) => {
                    prop_assert_eq!(unit.is_mixed(now), whole.is_mixed(now));
                    prop_assert_eq!(unit.is_candidate(true), whole.is_candidate(true));
                    prop_assert_eq!(unit.is_steady_among(1), whole.is_steady_among(1));
                    if !whole.panel.is_idle() {
                        prop_assert_eq!(unit.suspicion(now), whole.suspicion(now));
                    }
                    if index == hold && whole.panel.is_alarmed() {
                        unit.hold();
                        whole.hold();
                    }
                }
                None => prop_assert!(whole.panel.is_idle() && !whole.is_held() && !whole.is_mixed(now)),
            }
            let working: Vec<Moment> = units.working(&net).collect();
            let expected = Some(&whole).filter(|it| !it.is_held());
            prop_assert_eq!(working, Vec::from_iter(expected.and_then(Unit::working_at)));
        }
    }
}

#[test]
fn a_prefix_that_works_takes_little_room_and_one_that_fails_is_whole() {
    let net: IpNet = NET.parse().unwrap();
    let mut units = Units::new(Transport::Tcp);
    units.observe(&poll((0, 3, 0, 0)), moment(1), None);
    assert!(units.contains(&net) && units.get(&net).is_none());
    units.observe(&poll((0, 0, 1, 1)), moment(2), None);
    assert!(units.get(&net).is_some());
    assert_eq!(units.count(), 1);
    assert!(4 * size_of::<Settled>() < size_of::<Unit>());
}

#[test]
fn a_prefix_of_which_nothing_ended_yet_takes_little_room_too() {
    let net: IpNet = NET.parse().unwrap();
    let mut units = Units::new(Transport::Tcp);
    let met = Delta {
        connections_answered: 1,
        ..Delta::quiet(NET)
    };
    units.observe(&met, moment(1), None);
    assert!(units.contains(&net) && units.get(&net).is_none());
    assert_eq!(units.working(&net).count(), 0);
    units.observe(&poll((0, 0, 1, 1)), moment(2), None);
    assert!(units.get(&net).is_some());
}
