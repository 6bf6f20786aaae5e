use super::{super::tests::delta, *};

fn at(second: u64) -> Moment {
    Moment {
        monotonic: Duration::from_secs(second),
        wall: jiff::Timestamp::UNIX_EPOCH,
    }
}

const NETS: [&str; 10] = [
    "192.0.2.0/24",
    "198.18.0.0/24",
    "198.19.0.0/24",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "203.1.113.0/24",
    "203.2.113.0/24",
    "203.3.113.0/24",
    "203.4.113.0/24",
    "203.5.113.0/24",
];

/// Every prefix, of which the first so many fail and the others answer so often.
fn everything(failing: usize, answers: u32) -> Vec<Delta> {
    let all = NETS.into_iter().enumerate();
    all.map(|(index, net)| {
        if index < failing {
            delta(net, 0, 2)
        } else {
            delta(net, answers, 0)
        }
    })
    .collect()
}

fn busy() -> Uplink {
    let mut uplink = Uplink::default();
    for second in 0..60 {
        assert_eq!(uplink.see(second, &everything(0, 3)), Condition::Fine);
    }
    uplink
}

impl Uplink {
    fn see(&mut self, second: u64, deltas: &[Delta]) -> Condition {
        self.observe(at(second), deltas).0
    }
}

#[test]
fn silence_while_others_work_is_no_outage() {
    let mut uplink = busy();
    for second in 60..90 {
        assert_eq!(uplink.see(second, &everything(4, 3)), Condition::Fine);
    }
}

#[test]
fn silence_two_seconds_after_the_last_success_is_one() {
    let mut uplink = busy();
    assert_eq!(uplink.see(60, &[]), Condition::Fine);
    assert_eq!(uplink.see(61, &[delta(NETS[0], 0, 2)]), Condition::Out);
}

#[test]
fn nobody_asking_is_no_outage() {
    let mut uplink = busy();
    for second in 60..400 {
        assert_eq!(uplink.see(second, &[]), Condition::Fine);
    }
}

#[test]
fn nearly_all_failing_with_nothing_healthy_is_an_outage() {
    let mut uplink = busy();
    let mut deltas = everything(9, 0);
    deltas[9] = delta(NETS[9], 1, 1);
    let conditions = (60..80).map(|second| uplink.see(second, &deltas));
    assert_eq!(conditions.last(), Some(Condition::Out));
}

/// The prefixes of which the first so many fail, and the others work now and then.
fn browned(failing: usize) -> Vec<Delta> {
    let all = NETS.into_iter().enumerate();
    all.map(|(index, net)| {
        let answers = u32::from(index >= failing);
        delta(net, answers, 1)
    })
    .collect()
}

#[test]
fn six_in_ten_are_not_more_than_six_in_ten() {
    for (failing, last) in [(6, Condition::Fine), (7, Condition::Out)] {
        let mut uplink = busy();
        let conditions = (60..80).map(|second| uplink.see(second, &browned(failing)));
        assert_eq!(conditions.last(), Some(last), "{failing}");
    }
}

#[test]
fn more_of_the_prefixes_is_no_outage_without_more_of_the_neighbourhoods() {
    let mut uplink = busy();
    let mut deltas = browned(6);
    let neighbours: Vec<String> = (1..9)
        .map(|net| format!("192.0.{}.0/24", 100 + net))
        .collect();
    deltas.extend(neighbours.iter().map(|net| delta(net, 0, 1)));
    for second in 60..80 {
        assert_eq!(uplink.see(second, &deltas), Condition::Fine);
    }
}

#[test]
fn more_of_the_neighbourhoods_is_no_outage_without_more_of_the_prefixes() {
    let mut uplink = busy();
    let mut deltas = browned(7);
    for (net, failing) in [(101, true), (102, true), (3, false), (4, false), (5, false)] {
        // Beside the first prefix, which fails, or beside the last, which does not.
        let net = if failing {
            format!("192.0.{net}.0/24")
        } else {
            format!("203.5.{net}.0/24")
        };
        deltas.push(delta(&net, u32::from(!failing), 1));
    }
    for second in 60..80 {
        assert_eq!(uplink.see(second, &deltas), Condition::Fine);
    }
}

#[test]
fn what_worked_less_than_two_polls_ago_worked_lately() {
    let ago = |millis: u64| Moment {
        monotonic: Duration::from_millis(60_000 - millis),
        ..at(60)
    };
    assert!(Uplink::worked_lately(Some(ago(1_899)), at(60)));
    assert!(!Uplink::worked_lately(Some(ago(1_900)), at(60)));
    assert!(!Uplink::worked_lately(None, at(60)));
}

#[test]
fn it_is_out_until_something_works_and_returns_for_a_while() {
    let mut uplink = busy();
    uplink.see(61, &everything(10, 0));
    for second in 62..400 {
        assert_eq!(uplink.see(second, &[]), Condition::Out);
    }
    let strays = [delta(NETS[0], 0, 1), delta(NETS[1], 9, 0)];
    for second in 400..409 {
        assert_eq!(uplink.see(second, &strays), Condition::Returning);
    }
    assert_eq!(uplink.see(409, &strays), Condition::Fine);
}

#[test]
fn where_little_happens_a_few_quiet_seconds_are_usual() {
    let mut uplink = Uplink::default();
    for second in (0..600).step_by(20) {
        uplink.see(second, &[delta(NETS[0], 1, 0)]);
    }
    assert_eq!(uplink.see(630, &[delta(NETS[0], 0, 1)]), Condition::Fine);
    assert_eq!(uplink.see(690, &[delta(NETS[0], 0, 1)]), Condition::Out);
}

#[test]
fn a_brown_out_that_leaves_nothing_steady_is_an_outage() {
    let mut uplink = busy();
    let mut deltas = everything(7, 0);
    deltas[7] = delta(NETS[7], 1, 1);
    deltas[8] = delta(NETS[8], 2, 1);
    deltas[9] = delta(NETS[9], 1, 2);
    let conditions = (60..80).map(|second| uplink.see(second, &deltas));
    assert_eq!(conditions.last(), Some(Condition::Out));
}

#[test]
fn most_prefixes_failing_beside_healthy_ones_is_no_outage() {
    let mut uplink = busy();
    for second in 60..90 {
        assert_eq!(uplink.see(second, &everything(7, 3)), Condition::Fine);
    }
}

#[test]
fn a_host_that_died_long_ago_leaves_its_prefix_healthy() {
    let mut uplink = busy();
    let mut deltas = everything(7, 3);
    for healthy in &mut deltas[7..] {
        healthy.failed = healthy.alive;
    }
    for second in 60..90 {
        assert_eq!(uplink.see(second, &deltas), Condition::Fine);
    }
}

#[test]
fn nearly_all_failing_beside_a_healthy_one_is_narrow() {
    let mut uplink = busy();
    for second in 60..90 {
        assert_eq!(uplink.see(second, &everything(9, 3)), Condition::Narrow);
    }
}

#[test]
fn a_block_of_one_neighbourhood_is_no_outage_however_much_of_the_traffic_goes_there() {
    let mut uplink = Uplink::default();
    let mut deltas: Vec<Delta> = (0..32)
        .map(|net| delta(&format!("198.18.{net}.0/24"), 0, 1))
        .collect();
    deltas.push(delta(NETS[0], 1, 0));
    for second in 0..30 {
        assert_eq!(uplink.see(second, &deltas), Condition::Fine);
    }
}
