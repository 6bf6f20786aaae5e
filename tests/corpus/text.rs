//! The report for people. Knows only what stands in it.

use std::collections::BTreeSet;

use detector_tests::corpus::expectation::EXPECTATIONS;
use serde_json::Value;

use crate::report::NO_LINE;

/// All of it, the agreement in the last line.
pub(crate) fn text(report: &Value) -> String {
    let sections = [
        matrix(&report["matrix"]),
        section("Disagreements", &report["disagreements"], disagreement),
        table(
            "Verdicts by folder",
            &keys(&report["folders"]),
            &report["folders"],
        ),
        section("Forgeries without a label", &report["forgeries"], forgery),
        section(
            "Known forgeries that are no longer told",
            &report["lost_forgeries"],
            |it| format!("{} {}", word(&it["file"]), word(&it["local"])),
        ),
        section("Replays that broke off", &report["broken"], word),
        agreement(report),
    ];
    let told = sections.into_iter().filter(|section| !section.is_empty());
    told.collect::<Vec<_>>().join("\n")
}

fn matrix(matrix: &Value) -> String {
    let labels = EXPECTATIONS.iter().map(|it| it.label.to_owned());
    table(
        "Labels against verdicts",
        &labels.collect::<Vec<_>>(),
        matrix,
    )
}

/// Columns are those verdicts that occur.
fn table(title: &str, rows: &[String], counts: &Value) -> String {
    let columns = columns(rows, counts);
    let margin = rows.iter().map(String::len).max().unwrap_or(0);
    let lines = rows.iter().map(|row| {
        let count = |column: &String| match counts[row][column].as_u64() {
            Some(count) => count.to_string(),
            None => "\u{b7}".to_owned(),
        };
        format!("{row:margin$}{}", cells(&columns, count))
    });
    let head = format!("{:margin$}{}", "", cells(&columns, String::clone));
    let lines: Vec<_> = [title.to_owned(), head].into_iter().chain(lines).collect();
    lines.join("\n") + "\n"
}

fn columns(rows: &[String], counts: &Value) -> Vec<String> {
    let occurring: BTreeSet<_> = rows.iter().flat_map(|row| keys(&counts[row])).collect();
    let mut columns: Vec<_> = occurring.into_iter().collect();
    // What is missing is said last.
    columns.sort_by_key(|column| column == NO_LINE);
    columns
}

fn cells(columns: &[String], cell: impl Fn(&String) -> String) -> String {
    let cells = columns.iter().map(|column| {
        let width = column.len();
        format!("  {:>width$}", cell(column))
    });
    cells.collect::<Vec<_>>().concat()
}

/// Nothing where there is nothing to say.
fn section(title: &str, items: &Value, line: fn(&Value) -> String) -> String {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    let lines = items.iter().map(|item| format!("  {}\n", line(item)));
    let lines = lines.collect::<Vec<_>>().concat();
    if lines.is_empty() {
        lines
    } else {
        format!("{title}\n{lines}")
    }
}

fn disagreement(it: &Value) -> String {
    format!(
        "{} {} > {}: {} but {}; labelled for: {}",
        word(&it["file"]),
        word(&it["client"]),
        word(&it["server"]),
        word(&it["label"]),
        told(it),
        word(&it["label_evidence"]),
    )
}

fn forgery(it: &Value) -> String {
    let known = if it["is_known"] == true {
        "known"
    } else {
        "NEW"
    };
    let ends = format!("{} > {}", word(&it["local"]), word(&it["remote"]));
    format!("{known}: {} {ends}: {}", word(&it["file"]), told(it))
}

fn told(it: &Value) -> String {
    let (verdict, stage) = (word(&it["verdict"]), word(&it["stage"]));
    format!(
        "{verdict} ({stage}, marks {}, rtt {} ms)",
        it["evidence"], it["rtt_ms"]
    )
}

fn agreement(report: &Value) -> String {
    let holds = if report["holds"] == true {
        "as expected"
    } else {
        "NOT as expected"
    };
    format!(
        "{} of {} labelled connections agree, {} captures: {holds}",
        report["agreed"], report["labelled"], report["captures"]
    )
}

fn keys(object: &Value) -> Vec<String> {
    let object = object.as_object();
    object
        .map(|object| object.keys().cloned().collect())
        .unwrap_or_default()
}

/// Text without its quotes.
fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report() -> Value {
        json!({
            "holds": false, "captures": 3, "labelled": 12, "agreed": 11,
            "matrix": {"OK": {"ok": 10, "no_line": 1}, "INJECTED_RST": {"reset": 1}},
            "disagreements": [{
                "file": "a.pcap", "client": "192.0.2.1:4", "server": "192.0.2.2:443",
                "label": "INJECTED_RST", "label_evidence": "3 RST", "verdict": "reset",
                "stage": "post_psh", "evidence": ["window"], "rtt_ms": 50.5,
            }],
            "folders": {}, "forgeries": [], "lost_forgeries": [], "broken": [],
        })
    }

    #[test]
    fn cells_stand_below_their_verdict() {
        let text = text(&report());
        let lines: Vec<_> = text.lines().collect();
        let at = |verdict: &str| lines[1].find(verdict).unwrap() + verdict.len();
        let ok = lines.iter().find(|line| line.starts_with("OK ")).unwrap();
        assert!(ok[..at("ok")].ends_with(" 10"), "{text}");
        assert!(
            lines[1].ends_with("no_line") && ok.ends_with(" 1"),
            "{text}"
        );
    }

    #[test]
    fn a_disagreement_takes_one_line_with_the_evidence_of_both_sides() {
        let expected = "  a.pcap 192.0.2.1:4 > 192.0.2.2:443: INJECTED_RST but reset (post_psh, marks \
                        [\"window\"], rtt 50.5 ms); labelled for: 3 RST\n";
        assert!(text(&report()).contains(expected), "{}", text(&report()));
    }

    #[test]
    fn the_last_line_says_how_many_agree() {
        let text = text(&report());
        let expected = "11 of 12 labelled connections agree, 3 captures: NOT as expected";
        assert_eq!(text.lines().last(), Some(expected));
    }

    #[test]
    fn what_is_empty_is_not_told() {
        assert!(!text(&report()).contains("Forgeries"));
    }
}
