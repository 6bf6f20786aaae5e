//! Alerts while nobody blocks anything: how many a day, and what trouble they are owed to.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use detector::event::alert::State;
use detector_tests::simulation::{Gateway, World, naive::Naive, trouble::Cause, watcher::Notice};
use ipnet::IpNet;
use serde_json::{Value, json};
use ulid::Ulid;

use crate::{Arguments, parallel, step};

const UPLINK: [Cause; 2] = [Cause::UplinkCut, Cause::BrownOut];
/// The trouble of an alert, with its name; what nothing was on for came by chance.
const CAUSES: [(Option<Cause>, &str); 7] = [
    (Some(Cause::HosterOutage), "outage of a hoster's prefix"),
    (Some(Cause::GroupOutage), "outage of neighbouring prefixes"),
    (Some(Cause::UplinkCut), "uplink cut"),
    (Some(Cause::BrownOut), "uplink loses packets"),
    (Some(Cause::HostDeath), "dead hosts"),
    (Some(Cause::Overload), "overloaded servers"),
    (None, "chance"),
];
/// The window of the naive rule.
const NAIVE_WINDOW: Duration = Duration::from_mins(5);
/// An alert on our uplink this long after it came back is still about it.
const AFTERMATH: Duration = Duration::from_mins(2);

type Counts = BTreeMap<Option<Cause>, u32>;

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct FalseAlerts {
    days: u32,
    suspected: Counts,
    confirmed: Counts,
    naive: Counts,
    /// Cuts and brown-outs of our uplink.
    uplink_troubles: usize,
    /// Alerts about our uplink, and those of them while it was well.
    uplink_alerts: (u32, u32),
}

impl FalseAlerts {
    pub(crate) fn measure(arguments: &Arguments) -> Self {
        let world = World {
            connections_per_hour: arguments.connections_per_hour,
            ..World::DEFAULT
        };
        let (seeds, days) = (arguments.seeds, arguments.days);
        step(&format!("{seeds} times {days} days without a block"));
        let runs = parallel::map((0..seeds).collect(), |seed| {
            Run::new(&world, seed.into(), days).play()
        });
        let mut sum = Self::default();
        for run in runs {
            sum.add(&run);
        }
        sum
    }

    fn add(&mut self, run: &Self) {
        self.days += run.days;
        for (sums, counts) in [
            (&mut self.suspected, &run.suspected),
            (&mut self.confirmed, &run.confirmed),
            (&mut self.naive, &run.naive),
        ] {
            for (cause, count) in counts {
                *sums.entry(*cause).or_default() += count;
            }
        }
        self.uplink_troubles += run.uplink_troubles;
        self.uplink_alerts.0 += run.uplink_alerts.0;
        self.uplink_alerts.1 += run.uplink_alerts.1;
    }

    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "**False alerts a day**, {} days without a block\n\n\
             | trouble in the range | `suspected` | `confirmed` | naive rule |\n|---|---|---|---|\n",
            self.days
        );
        let mut row = |name: &str, of: &dyn Fn(&Counts) -> u32| {
            let [suspected, confirmed, naive] = [&self.suspected, &self.confirmed, &self.naive]
                .map(|counts| self.a_day(of(counts)));
            let _never = writeln!(
                table,
                "| {name} | {suspected:.2} | {confirmed:.2} | {naive:.2} |"
            );
        };
        for (cause, name) in CAUSES {
            row(name, &|counts| counts.get(&cause).copied().unwrap_or(0));
        }
        row("all", &|counts| counts.values().sum());
        let (all, wrong) = self.uplink_alerts;
        let _never = writeln!(
            table,
            "\nCuts and brown-outs of the uplink: {}; `uplink_outage` alerts: {all}, {wrong} of them without one.",
            self.uplink_troubles
        );
        table
    }

    pub(crate) fn json(&self) -> Value {
        let of = |counts: &Counts| {
            let by_cause = CAUSES.map(|(cause, name)| {
                (
                    name.to_owned(),
                    Value::from(counts.get(&cause).copied().unwrap_or(0)),
                )
            });
            json!({
                "a_day": self.a_day(counts.values().sum()),
                "by_cause": by_cause.into_iter().collect::<serde_json::Map<_, _>>(),
            })
        };
        json!({
            "days": self.days,
            "suspected": of(&self.suspected),
            "confirmed": of(&self.confirmed),
            "naive": of(&self.naive),
            "uplink": {
                "troubles": self.uplink_troubles,
                "alerts": self.uplink_alerts.0,
                "alerts_without_trouble": self.uplink_alerts.1,
            },
        })
    }

    fn a_day(&self, count: u32) -> f64 {
        f64::from(count) / f64::from(self.days)
    }
}

/// One seed.
struct Run {
    gateway: Gateway,
    naive: Naive,
    /// Open alerts that are not confirmed so far.
    unconfirmed: BTreeMap<Ulid, Duration>,
    found: FalseAlerts,
}

impl Run {
    fn new(world: &World, seed: u64, days: u32) -> Self {
        let span = Duration::from_hours(24) * days;
        let gateway = Gateway::new(world, seed, span);
        let uplink_troubles = gateway.troubles.of(&UPLINK).count();
        let found = FalseAlerts {
            days,
            uplink_troubles,
            ..FalseAlerts::default()
        };
        Self {
            gateway,
            naive: Naive::default(),
            unconfirmed: BTreeMap::new(),
            found,
        }
    }

    fn play(mut self) -> FalseAlerts {
        let span = Duration::from_hours(24) * self.found.days;
        while self.gateway.now() < span {
            let second = self.gateway.second();
            for outcome in &second.outcomes {
                if self.naive.observe(outcome) {
                    let net = self.gateway.geography.prefixes[outcome.prefix];
                    let cause = self.blame(&net, outcome.at.saturating_sub(NAIVE_WINDOW));
                    *self.found.naive.entry(cause).or_default() += 1;
                }
            }
            for notice in &second.notices {
                self.count(notice);
            }
        }
        self.found
    }

    fn count(&mut self, notice: &Notice) {
        let Some(range) = notice.range else {
            return self.count_uplink(notice);
        };
        let cause = self.blame(&range, notice.since);
        if notice.state == State::Firing {
            *self.found.suspected.entry(cause).or_default() += 1;
            self.unconfirmed.insert(notice.id, notice.since);
        }
        if notice.is_confirmed && self.unconfirmed.remove(&notice.id).is_some() {
            *self.found.confirmed.entry(cause).or_default() += 1;
        }
    }

    fn count_uplink(&mut self, notice: &Notice) {
        if notice.state != State::Firing {
            return;
        }
        let now = self.gateway.now();
        let mut troubles = self.gateway.troubles.of(&UPLINK);
        let is_right =
            troubles.any(|it| it.from <= now && it.until.saturating_add(AFTERMATH) >= now);
        self.found.uplink_alerts.0 += 1;
        self.found.uplink_alerts.1 += u32::from(!is_right);
    }

    fn blame(&self, range: &IpNet, since: Duration) -> Option<Cause> {
        let Gateway {
            troubles,
            geography,
            ..
        } = &self.gateway;
        troubles.blame(geography, range, (since, self.gateway.now()))
    }
}
