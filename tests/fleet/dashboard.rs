//! The dashboard: whether it is one, whether each query finds something, and whether it shows every metric.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use aya::sys::{Stats, enable_stats};
use serde_json::Value;

use crate::{
    gateway::Gateway,
    monitoring::{Monitoring, gateway},
    shipped,
};

const FILE: &str = "grafana/detector.json";
/// The panels that it is made of, which Grafana brings.
const PANELS: [&str; 4] = ["row", "stat", "table", "timeseries"];
/// Columns of a dashboard.
const COLUMNS: u64 = 24;

pub(crate) fn every_panel_shows_something_and_every_metric_is_shown() -> Result<()> {
    let dashboard: Value = serde_json::from_str(&shipped::text(FILE)?)?;
    check_layout(&dashboard)?;
    // What a packet costs is counted while somebody asks for it.
    let _counting = enable_stats(Stats::RunTime)?;
    let mut monitoring = Monitoring::open()?;
    let first = Gateway::open_at(&monitoring.namespace, gateway(1))?;
    let second = Gateway::open_at(&monitoring.namespace, gateway(2))?;
    monitoring.add_prometheus()?;
    let _blocks = [first.block()?, second.block()?];
    monitoring.until_answered(1, "detector:gateways_blocking:count == 2")?;
    let queries = queries(&dashboard);
    for query in &queries {
        monitoring.until_answered(1, query)?;
    }
    let shown = queries.concat();
    for metric in metrics(&first.metrics()?) {
        ensure!(shown.contains(&metric), "no panel shows {metric}");
    }
    Ok(())
}

/// What Grafana asks of a dashboard that it is to load.
fn check_layout(dashboard: &Value) -> Result<()> {
    let (mut numbers, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels(dashboard) {
        let kind = panel["type"].as_str().context("a panel without a type")?;
        ensure!(PANELS.contains(&kind), "an unknown panel: {panel}");
        ensure!(
            numbers.insert(panel["id"].as_u64()),
            "a number comes twice: {panel}"
        );
        ensure!(
            panel["title"].as_str().is_some_and(|it| !it.is_empty()),
            "no title: {panel}"
        );
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64());
        let (x, y) = x.zip(y).context("no place")?;
        let (w, h) = w.zip(h).context("no size")?;
        ensure!(x + w <= COLUMNS, "beyond the edge: {panel}");
        let mut cells = (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y)));
        ensure!(
            cells.all(|cell| taken.insert(cell)),
            "two panels in one place: {panel}"
        );
        ensure!(
            kind == "row" || !targets(panel).is_empty(),
            "no query: {panel}"
        );
    }
    Ok(())
}

/// Every query, with what Grafana fills in.
fn queries(dashboard: &Value) -> Vec<String> {
    let targets = panels(dashboard).iter().flat_map(targets);
    let annotations = dashboard["annotations"]["list"].as_array();
    let all = targets.chain(annotations.into_iter().flatten());
    let queries = all.filter_map(|it| it["expr"].as_str());
    queries
        .map(|query| {
            query
                .replace("$instance", ".*")
                .replace("$__rate_interval", "10s")
        })
        .collect()
}

fn panels(dashboard: &Value) -> &[Value] {
    dashboard["panels"].as_array().map_or(&[], Vec::as_slice)
}

fn targets(panel: &Value) -> &[Value] {
    panel["targets"].as_array().map_or(&[], Vec::as_slice)
}

/// Every metric that a text has, as it is asked for; of a histogram its buckets are enough.
fn metrics(text: &str) -> BTreeSet<String> {
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    types
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}
