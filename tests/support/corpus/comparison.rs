//! Labels against verdicts: which flow line belongs to which label, where the two differ, and what is accused
//! without a label. Pure.

use std::collections::{BTreeMap, HashSet};

use detector_common::verdict::Verdict;
use jiff::SignedDuration;

use super::{
    expectation::{EXPECTATIONS, Expectation, KNOWN_FORGERIES, KnownForgery},
    replay::Flow,
    truth::Labelled,
};

/// Ports are used again, but not as soon.
const TOLERANCE: SignedDuration = SignedDuration::from_millis(500);

/// A labelled connection and its line, where it has one.
#[derive(Debug)]
pub struct Match<'a> {
    /// The label.
    pub row: &'a Labelled,
    /// The line.
    pub flow: Option<&'a Flow>,
}

impl Match<'_> {
    /// What was told, if anything was.
    pub fn verdict(&self) -> Option<Verdict> {
        self.flow.map(|flow| flow.verdict)
    }

    /// Whether that is what the label asks.
    pub fn agrees(&self) -> bool {
        self.verdict().is_some_and(self.row.expectation.agrees)
    }
}

/// Labels and verdicts side by side.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// In the order of the labels.
    pub matches: Vec<Match<'a>>,
    /// Told to be forged, without a label.
    pub forgeries: Vec<&'a Flow>,
}

impl<'a> Comparison<'a> {
    /// Finds the line of each label.
    pub fn new(rows: &'a [Labelled], flows: &'a [Flow]) -> Self {
        let matches = rows.iter().map(|row| Match {
            row,
            flow: nearest(row, flows),
        });
        let matches: Vec<_> = matches.collect();
        let labelled = matches
            .iter()
            .filter_map(|it| it.flow)
            .map(std::ptr::from_ref);
        let labelled: HashSet<_> = labelled.collect();
        let forged = flows
            .iter()
            .filter(|flow| flow.verdict.proves_third_party());
        let forgeries = forged.filter(|flow| !labelled.contains(&std::ptr::from_ref(*flow)));
        Self {
            forgeries: forgeries.collect(),
            matches,
        }
    }

    /// Connections that the expectation speaks of.
    pub fn under(&self, expectation: &Expectation) -> impl Iterator<Item = &Match<'a>> {
        let label = expectation.label;
        let matches = self.matches.iter();
        matches.filter(move |it| it.row.expectation.label == label)
    }

    /// How many connections of each label met each verdict; `None` is no line at all.
    pub fn matrix(&self) -> Vec<(&'static str, BTreeMap<Option<&'static str>, usize>)> {
        let row = |expectation: &Expectation| {
            let mut counts = BTreeMap::new();
            for it in self.under(expectation) {
                *counts.entry(it.verdict().map(Verdict::name)).or_default() += 1;
            }
            (expectation.label, counts)
        };
        EXPECTATIONS.iter().map(row).collect()
    }

    /// How many agree.
    pub fn agreed(&self) -> usize {
        self.matches.iter().filter(|it| it.agrees()).count()
    }

    /// Those that do not agree.
    pub fn disagreements(&self) -> impl Iterator<Item = &Match<'a>> {
        self.matches.iter().filter(|it| !it.agrees())
    }

    /// Forgeries that nobody knew of.
    pub fn news(&self) -> impl Iterator<Item = &'a Flow> {
        let forgeries = self.forgeries.iter().copied();
        forgeries.filter(|flow| !KNOWN_FORGERIES.iter().any(|known| is_of(flow, known)))
    }

    /// Known forgeries that are no longer told.
    pub fn lost(&self) -> impl Iterator<Item = KnownForgery> {
        let told = |known: &KnownForgery| self.forgeries.iter().any(|flow| is_of(flow, known));
        KNOWN_FORGERIES
            .into_iter()
            .filter(move |known| !told(known))
    }

    /// Whether all is as expected.
    pub fn holds(&self) -> bool {
        self.agreed() == self.matches.len()
            && self.news().next().is_none()
            && self.lost().next().is_none()
    }
}

fn nearest<'a>(row: &Labelled, flows: &'a [Flow]) -> Option<&'a Flow> {
    let distance = |flow: &Flow| flow.begun.duration_since(row.begun).abs();
    let same_ends = flows.iter().filter(|flow| {
        (&flow.file, flow.local, flow.remote) == (&row.file, row.client, row.server)
    });
    let nearest = same_ends.min_by_key(|flow| distance(flow))?;
    (distance(nearest) <= TOLERANCE).then_some(nearest)
}

fn is_of(flow: &Flow, known: &KnownForgery) -> bool {
    flow.file == known.file
        && flow.local.to_string() == known.local
        && flow.verdict == known.verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{replay, truth};

    /// A labelled connection of `a.pcap` that begins with the given second.
    fn row(label: &str, second: &str) -> Labelled {
        let header = "file\tfirst_packet_epoch\tclient\tserver\tlabel\tevidence";
        let row = format!("a.pcap\t{second}\t192.0.2.1:4\t192.0.2.2:443\t{label}\t");
        truth::parse(&format!("{header}\n{row}"))
            .unwrap()
            .swap_remove(0)
    }

    fn flow(file: &str, millis: i64, local: &str, verdict: Verdict) -> Flow {
        let ts = jiff::Timestamp::from_millisecond(millis).unwrap();
        let line = serde_json::json!({
            "event": "flow", "ts": ts, "local": local, "remote": "192.0.2.2:443",
            "verdict": verdict.name(),
        });
        replay::flows(file, &line.to_string())
            .unwrap()
            .swap_remove(0)
    }

    fn ours(millis: i64, verdict: Verdict) -> Flow {
        flow("a.pcap", millis, "192.0.2.1:4", verdict)
    }

    fn verdict_of(row: Labelled, flows: &[Flow]) -> Option<Verdict> {
        Comparison::new(&[row], flows).matches[0].verdict()
    }

    #[test]
    fn of_connections_with_the_same_ends_the_nearest_in_time_is_meant() {
        let flows = [
            ours(600, Verdict::Ok),
            ours(1_100, Verdict::Reset),
            ours(1_400, Verdict::Ok),
        ];
        assert_eq!(verdict_of(row("OK", "1.0"), &flows), Some(Verdict::Reset));
    }

    #[test]
    fn another_time_end_or_file_is_another_connection() {
        let others = [
            ours(1_501, Verdict::Ok),
            ours(499, Verdict::Ok),
            flow("a.pcap", 1_000, "192.0.2.1:5", Verdict::Ok),
            flow("b.pcap", 1_000, "192.0.2.1:4", Verdict::Ok),
        ];
        assert_eq!(verdict_of(row("OK", "1.0"), &others), None);
        assert_eq!(
            verdict_of(row("OK", "1.0"), &[ours(1_500, Verdict::Ok)]),
            Some(Verdict::Ok)
        );
    }

    #[test]
    fn the_matrix_counts_verdicts_and_missing_lines_by_label() {
        let rows = [
            row("OK", "1.0"),
            row("OK", "9.0"),
            row("INJECTED_RST (lab)", "5.0"),
        ];
        let flows = [ours(1_000, Verdict::Ok), ours(5_000, Verdict::Reset)];
        let comparison = Comparison::new(&rows, &flows);
        let matrix: BTreeMap<_, _> = comparison.matrix().into_iter().collect();
        assert_eq!(matrix["OK"], BTreeMap::from([(None, 1), (Some("ok"), 1)]));
        assert_eq!(matrix["INJECTED_RST"], BTreeMap::from([(Some("reset"), 1)]));
        assert!(matrix["INCOMPLETE"].is_empty());
        assert_eq!(
            (comparison.agreed(), comparison.disagreements().count()),
            (1, 2)
        );
    }

    #[test]
    fn a_forgery_without_a_label_is_told_once_and_a_labelled_one_not() {
        let rows = [row("INJECTED_RST", "1.0")];
        let flows = [
            ours(1_000, Verdict::RstInjected),
            ours(9_000, Verdict::FinInjected),
        ];
        let comparison = Comparison::new(&rows, &flows);
        let news: Vec<_> = comparison.news().map(|flow| flow.verdict).collect();
        assert_eq!(news, [Verdict::FinInjected]);
        assert!(!comparison.holds());
    }

    #[test]
    fn all_holds_only_with_every_known_forgery_and_no_other() {
        let rows = [row("INJECTED_RST", "1.0")];
        let known = KNOWN_FORGERIES.map(|it| flow(it.file, 0, it.local, it.verdict));
        let mut flows = vec![ours(1_000, Verdict::RstInjected)];
        assert!(!Comparison::new(&rows, &flows).holds());
        flows.extend(known);
        assert!(Comparison::new(&rows, &flows).holds());
        flows.push(flow("b.pcap", 0, "192.0.2.1:4", Verdict::RstInjected));
        assert!(!Comparison::new(&rows, &flows).holds());
    }
}
