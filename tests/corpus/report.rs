//! What was found, as one JSON object. The text for people is written from the same facts.

use detector_common::verdict::Verdict;
use detector_tests::corpus::{
    comparison::{Comparison, Match},
    replay::{Flow, Replay},
};
use serde_json::{Map, Value, json};

use crate::tally;

/// Stands for the verdict where a labelled connection has no line.
pub(crate) const NO_LINE: &str = "no_line";
/// What is told of an accused connection, in the words of its line.
const TOLD: [&str; 5] = ["verdict", "stage", "evidence", "rtt_ms", "ts"];

/// The whole report.
pub(crate) fn report(comparison: &Comparison<'_>, replays: &[Replay], flows: &[Flow]) -> Value {
    let orders = replays.iter().map(Replay::ended_in_order);
    let broken = orders.filter_map(|order| order.err().map(|error| format!("{error:#}")));
    let broken: Vec<_> = broken.collect();
    let lost = comparison
        .lost()
        .map(|it| json!({"file": it.file, "local": it.local}));
    json!({
        "holds": comparison.holds() && broken.is_empty(),
        "captures": replays.len(),
        "labelled": comparison.matches.len(),
        "agreed": comparison.agreed(),
        "matrix": matrix(comparison),
        "disagreements": comparison.disagreements().map(disagreement).collect::<Vec<_>>(),
        "folders": tally::by_folder(flows),
        "forgeries": comparison.forgeries.iter().map(|flow| forgery(flow, comparison)).collect::<Vec<_>>(),
        "lost_forgeries": lost.collect::<Vec<_>>(),
        "broken": broken,
    })
}

fn matrix(comparison: &Comparison<'_>) -> Map<String, Value> {
    let row = |(label, counts): (&str, _)| (label.to_owned(), named(counts));
    comparison.matrix().into_iter().map(row).collect()
}

fn named(counts: impl IntoIterator<Item = (Option<&'static str>, usize)>) -> Value {
    let counts = counts.into_iter();
    counts
        .map(|(verdict, count)| (verdict.unwrap_or(NO_LINE).to_owned(), count.into()))
        .collect::<Map<_, _>>()
        .into()
}

fn disagreement(it: &Match<'_>) -> Value {
    let row = it.row;
    let mut value = json!({
        "file": row.file, "client": row.client, "server": row.server,
        "label": row.expectation.label, "label_evidence": row.evidence,
        "verdict": it.verdict().map_or(NO_LINE, Verdict::name),
    });
    if let Some(flow) = it.flow {
        add_told(&mut value, flow);
    }
    value
}

fn forgery(flow: &Flow, comparison: &Comparison<'_>) -> Value {
    let is_known = !comparison.news().any(|new| std::ptr::eq(new, flow));
    let mut value = json!({
        "file": flow.file, "local": flow.local, "remote": flow.remote, "is_known": is_known,
    });
    add_told(&mut value, flow);
    value
}

fn add_told(value: &mut Value, flow: &Flow) {
    for key in TOLD {
        value[key] = flow.line[key].clone();
    }
}
