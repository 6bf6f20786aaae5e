//! Alerts while nobody blocks anything: how many a day, and what trouble they are owed to.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use detector_tests::{
    parallel,
    simulation::{Gateway, World, naive::Naive, trouble::Cause, watcher::Notice},
};
use ipnet::IpNet;
use serde_json::{Value, json};
use ulid::Ulid;

use crate::{Arguments, step};

const UPLINK: [Cause; 2] = [Cause::UplinkCut, Cause::BrownOut];
/// The trouble of an alert, with its name; what nothing was on for came by chance.
const CAUSES: [(Option<Cause>, &str); 8] = [
    (Some(Cause::HosterOutage), "outage of a hoster's prefix"),
    (Some(Cause::GroupOutage), "outage of neighbouring prefixes"),
    (Some(Cause::UplinkCut), "uplink cut"),
    (Some(Cause::BrownOut), "uplink loses packets"),
    (Some(Cause::HostDeath), "dead hosts"),
    (Some(Cause::Overload), "overloaded servers"),
    (Some(Cause::NeverAlive), "destinations that never answered"),
    (None, "chance"),
];
/// The window of the naive rule.
const NAIVE_WINDOW: Duration = Duration::from_mins(5);
/// An alert on our uplink this long after it came back is still about it.
const AFTERMATH: Duration = Duration::from_mins(2);

/// An alert that nobody's block was behind.
#[derive(Clone, Copy, Debug)]
struct Alert {
    seed: u64,
    /// Since the beginning of its seed.
    at: Duration,
    range: IpNet,
    cause: Option<Cause>,
    is_confirmed: bool,
}

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct FalseAlerts {
    days: u32,
    told: Vec<Alert>,
    naive: Vec<Alert>,
    /// Cuts and brown-outs of our uplink.
    uplink_troubles: usize,
    /// Alerts about our uplink, and those of them while it was well.
    uplink_alerts: (u32, u32),
}

impl FalseAlerts {
    pub(crate) fn measure(arguments: &Arguments) -> Self {
        let world = arguments.world();
        let (seeds, days) = (arguments.seeds, arguments.days);
        step(&format!("{seeds} times {days} days without a block"));
        let play = |seed: u32| Run::new(&world, seed.into(), days).play();
        let mut sum = Self::default();
        for run in parallel::map((0..seeds).collect(), play) {
            sum.days += run.days;
            sum.told.extend(run.told);
            sum.naive.extend(run.naive);
            sum.uplink_troubles += run.uplink_troubles;
            sum.uplink_alerts.0 += run.uplink_alerts.0;
            sum.uplink_alerts.1 += run.uplink_alerts.1;
        }
        sum
    }

    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "**False alerts a day**, {} days without a block\n\n\
             | trouble in the range | `suspected` | `confirmed` | naive rule |\n|---|---|---|---|\n",
            self.days
        );
        let mut row = |name: &str, counts: [usize; 3]| {
            let [suspected, confirmed, naive] = counts.map(|count| self.a_day(count));
            let _never = writeln!(
                table,
                "| {name} | {suspected:.2} | {confirmed:.2} | {naive:.2} |"
            );
        };
        for (cause, name) in CAUSES {
            row(name, self.counts(|alert| alert.cause == cause));
        }
        row("all", self.counts(|_| true));
        let (all, wrong) = self.uplink_alerts;
        let _never = writeln!(
            table,
            "\nCuts and brown-outs of the uplink: {}; `uplink_outage` alerts: {all}, {wrong} of them without one.",
            self.uplink_troubles
        );
        table
    }

    pub(crate) fn json(&self) -> Value {
        let [suspected, confirmed, naive] = self.counts(|_| true);
        json!({
            "days": self.days,
            "suspected_a_day": self.a_day(suspected),
            "confirmed_a_day": self.a_day(confirmed),
            "naive_a_day": self.a_day(naive),
            "alerts": self.told.iter().map(Alert::json).collect::<Vec<_>>(),
            "naive_alerts": self.naive.iter().map(Alert::json).collect::<Vec<_>>(),
            "uplink": {
                "troubles": self.uplink_troubles,
                "alerts": self.uplink_alerts.0,
                "alerts_without_trouble": self.uplink_alerts.1,
            },
        })
    }

    /// Alerts of a kind: all that were told, the confirmed ones, those of the naive rule.
    fn counts(&self, is_counted: impl Fn(&Alert) -> bool) -> [usize; 3] {
        let count = |alerts: &[Alert], of_all: bool| {
            let counted = alerts.iter().filter(|alert| is_counted(alert));
            counted.filter(|alert| of_all || alert.is_confirmed).count()
        };
        [
            count(&self.told, true),
            count(&self.told, false),
            count(&self.naive, true),
        ]
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^53 alerts")]
    fn a_day(&self, count: usize) -> f64 {
        count as f64 / f64::from(self.days)
    }
}

impl Alert {
    fn json(&self) -> Value {
        let name = CAUSES.iter().find(|(cause, _)| *cause == self.cause);
        json!({
            "seed": self.seed,
            "at_s": self.at.as_secs(),
            "range": self.range,
            "trouble": name.map(|(_, name)| name),
            "is_confirmed": self.is_confirmed,
        })
    }
}

/// One seed.
struct Run {
    seed: u64,
    gateway: Gateway,
    naive: Naive,
    /// Where the alerts that are open stand in the list.
    open: BTreeMap<Ulid, usize>,
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
            seed,
            gateway,
            naive: Naive::default(),
            open: BTreeMap::new(),
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
                    let since = outcome.at.saturating_sub(NAIVE_WINDOW);
                    self.found.naive.push(self.alert(net, since));
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
        if notice.is_new {
            self.open.insert(notice.id, self.found.told.len());
            self.found.told.push(self.alert(range, notice.since));
        }
        if let Some(position) = self.open.get(&notice.id) {
            self.found.told[*position].is_confirmed |= notice.is_confirmed;
        }
    }

    fn count_uplink(&mut self, notice: &Notice) {
        if !notice.is_new {
            return;
        }
        let now = self.gateway.now();
        let mut troubles = self.gateway.troubles.of(&UPLINK);
        let is_right =
            troubles.any(|it| it.from <= now && it.until.saturating_add(AFTERMATH) >= now);
        self.found.uplink_alerts.0 += 1;
        self.found.uplink_alerts.1 += u32::from(!is_right);
    }

    fn alert(&self, range: IpNet, since: Duration) -> Alert {
        let Gateway {
            troubles,
            geography,
            ..
        } = &self.gateway;
        let at = self.gateway.now();
        Alert {
            seed: self.seed,
            at,
            range,
            cause: troubles.blame(geography, &range, (since, at)),
            is_confirmed: false,
        }
    }
}
