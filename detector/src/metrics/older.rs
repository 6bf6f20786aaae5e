//! `OpenMetrics` rewritten as the text format that came before it (0.0.4), which `promtool check metrics` reads.
//!
//! There, a type and a help text stand under the name that samples have, and there is no type for what is only labels.

use prometheus_client::metrics::MetricType;

use super::{families, family::Family};

/// The same samples in the older format.
pub(super) fn rewritten(open_metrics: &str) -> String {
    let lines = open_metrics.lines().filter(|line| *line != "# EOF");
    lines.map(|line| older(line) + "\n").collect()
}

fn older(line: &str) -> String {
    described(line).map_or_else(
        || line.to_owned(),
        |(keyword, family, text)| {
            let text = if keyword == "TYPE" {
                kind(family)
            } else {
                text
            };
            let (name, suffix) = (family.name, family.suffix());
            format!("# {keyword} {name}{suffix} {text}")
        },
    )
}

/// What a line describes, if it is no sample.
fn described(line: &str) -> Option<(&str, &'static Family, &str)> {
    let mut words = line.strip_prefix("# ")?.splitn(3, ' ');
    let (keyword, name, text) = (words.next()?, words.next()?, words.next()?);
    let family = families().find(|family| family.name == name)?;
    Some((keyword, family, text))
}

const fn kind(family: &Family) -> &'static str {
    match family.kind() {
        MetricType::Counter => "counter",
        MetricType::Histogram => "histogram",
        _ => "gauge",
    }
}
