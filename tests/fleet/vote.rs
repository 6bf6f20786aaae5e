//! The fleet: two gateways, two who watch both, three who agree on whom to call.

use anyhow::{Result, ensure};
use detector_tests::{Block, harness::note, inbox::Letter};
use serde_json::Value;

use crate::{
    gateway::{Gateway, PATIENCE, RANGE},
    monitoring::{Monitoring, gateway},
};

const OF_ONE: &str = "DetectorRangeBlocked";
const OF_FLEET: &str = "DetectorRangeBlockedByFleet";
/// Both Prometheus, by number.
const WATCHERS: [u16; 2] = [1, 2];

pub(crate) fn a_block_that_two_gateways_see_pages_once_and_one_that_one_sees_pages_nobody()
-> Result<()> {
    let mut fleet = Fleet::open()?;
    let of_first = fleet.one_sees_a_block()?;
    let of_second = fleet.the_other_sees_it_too()?;
    fleet.one_who_calls_is_killed()?;
    of_first.lift()?;
    of_second.lift()?;
    fleet.hears("/page", OF_FLEET, "resolved")?;
    let [firing, resolved] = ["firing", "resolved"].map(|status| fleet.pages(status));
    note(&format!("the fleet: {firing} page, {resolved} all-clear"));
    ensure!(firing == 1, "{:#?}", fleet.monitoring.pager.all());
    Ok(())
}

struct Fleet {
    gateways: [Gateway; 2],
    monitoring: Monitoring,
}

impl Fleet {
    /// One in which everything works and everybody knows everybody.
    fn open() -> Result<Self> {
        let mut monitoring = Monitoring::open()?;
        for _ in 0..3 {
            monitoring.add_alertmanager()?;
        }
        let gateways = [
            Gateway::open_at(&monitoring.namespace, gateway(1))?,
            Gateway::open_at(&monitoring.namespace, gateway(2))?,
        ];
        for number in WATCHERS {
            monitoring.add_prometheus()?;
            monitoring.until_answered(number, "count(up{job=\"detector\"} == 1) == 2")?;
        }
        Ok(Self {
            gateways,
            monitoring,
        })
    }

    /// A block of which one gateway knows is told, and pages nobody.
    fn one_sees_a_block(&self) -> Result<Block> {
        let block = self.gateways[0].block()?;
        self.hears("/note", OF_ONE, "firing")?;
        for number in WATCHERS {
            let seen = "detector:gateways_blocking:count == 1";
            self.monitoring.until_answered(number, seen)?;
            let voted = format!("ALERTS{{alertname=\"{OF_FLEET}\"}}");
            ensure!(
                self.monitoring.query(number, &voted)?.is_empty(),
                "{number}"
            );
        }
        ensure!(
            self.pages("firing") == 0,
            "{:#?}",
            self.monitoring.pager.all()
        );
        Ok(block)
    }

    fn the_other_sees_it_too(&self) -> Result<Block> {
        let block = self.gateways[1].block()?;
        self.hears("/page", OF_FLEET, "firing")?;
        Ok(block)
    }

    /// Whoever dies before the others know that it has called is taken not to have, and they call again.
    fn one_who_calls_is_killed(&mut self) -> Result<()> {
        self.monitoring.until_all_know_of_all_calls()?;
        self.monitoring.alertmanagers[0].kill()
    }

    /// Waits for a letter to `path` that says that of the whole range.
    fn hears(&self, path: &str, alert: &str, status: &str) -> Result<Letter> {
        let pager = &self.monitoring.pager;
        pager.wait_for(PATIENCE, |it| tells(it, path, alert, status))
    }

    fn pages(&self, status: &str) -> usize {
        let letters = self.monitoring.pager.all();
        let pages = letters.iter();
        pages
            .filter(|it| tells(it, "/page", OF_FLEET, status))
            .count()
    }
}

fn tells(letter: &Letter, path: &str, alert: &str, status: &str) -> bool {
    let says = |it: &Value| {
        it["status"] == status
            && it["labels"]["alertname"] == alert
            && it["labels"]["prefix"] == RANGE.to_string()
    };
    let alerts = letter.body["alerts"].as_array();
    letter.path == path && alerts.is_some_and(|alerts| alerts.iter().any(says))
}
