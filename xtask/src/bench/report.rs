//! The results as a table for readers, as JSON for programs, and in the document.

use serde_json::{Value, json};

use super::{
    machine::Machine,
    program_under_test::{PROGRAMS, ProgramUnderTest},
    statistics::{Spread, Summary},
};

/// What stands between them in the document is written by the benchmark, the rest by hand.
const MARKS: (&str, &str) = ("<!-- replay: begin -->\n", "<!-- replay: end -->\n");

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    pub(crate) packets: usize,
    /// Size of the capture.
    pub(crate) bytes: u64,
    pub(crate) rounds: usize,
    pub(crate) results: [Summary; PROGRAMS.len()],
}

impl Report {
    /// A table in Markdown.
    pub(crate) fn table(&self) -> String {
        let head = "| program | packets/s | ns a packet (least–most) | of tcpdump (least–most) | peak RSS |\n\
                    |---|---|---|---|---|\n";
        let rows = self.lines().map(|(program, result)| row(program, result));
        rows.fold(head.to_owned(), |table, row| table + &row)
    }

    /// The same numbers, unrounded.
    pub(crate) fn json(&self) -> Value {
        let results = self.lines().map(|(program, result)| {
            json!({
                "program": program.0,
                "packets_per_s": 1e9 / result.packet_ns.median,
                "packet_ns": spread(result.packet_ns),
                "ratio": spread(result.ratio),
                "resident_kib": result.resident_kib,
            })
        });
        json!({
            "benchmark": "replay",
            "processor": self.machine.processor,
            "kernel": self.machine.kernel,
            "commit": self.machine.commit,
            "packets": self.packets,
            "bytes": self.bytes,
            "rounds": self.rounds,
            "results": results.collect::<Vec<_>>(),
        })
    }

    /// The document with these results in the place of older ones; `None` where it has no place.
    pub(crate) fn replace_in(&self, document: &str) -> Option<String> {
        let (before, rest) = document.split_once(MARKS.0)?;
        let (_older, after) = rest.split_once(MARKS.1)?;
        let (begin, end) = MARKS;
        Some(format!("{before}{begin}{}{end}{after}", self.section()))
    }

    fn section(&self) -> String {
        let Machine {
            processor,
            kernel,
            commit,
        } = &self.machine;
        format!(
            "{processor}, Linux {kernel}, commit {commit}. {} packets in {} MB, {} rounds.\n\n{}",
            self.packets,
            self.bytes / 1_000_000,
            self.rounds,
            self.table()
        )
    }

    fn lines(&self) -> impl Iterator<Item = (&ProgramUnderTest, &Summary)> {
        PROGRAMS.iter().zip(&self.results)
    }
}

fn row(program: &ProgramUnderTest, result: &Summary) -> String {
    let Summary {
        packet_ns,
        ratio,
        resident_kib,
    } = result;
    format!(
        "| `{}` | {:.2} million | {:.0} ({:.0}–{:.0}) | {:.2} ({:.2}–{:.2}) | {:.1} MiB |\n",
        program.0,
        1e3 / packet_ns.median,
        packet_ns.median,
        packet_ns.least,
        packet_ns.most,
        ratio.median,
        ratio.least,
        ratio.most,
        mebibytes(*resident_kib),
    )
}

fn spread(spread: Spread) -> Value {
    json!({ "least": spread.least, "median": spread.median, "most": spread.most })
}

#[expect(clippy::cast_precision_loss, reason = "for the eye")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let [packet_ns, ratio] = [500.0, 1.25].map(|median| Spread {
            least: median / 2.0,
            median,
            most: median * 2.0,
        });
        Report {
            machine: Machine {
                processor: "2 × Some CPU".to_owned(),
                kernel: "6.18.0".to_owned(),
                commit: "abcdef".to_owned(),
            },
            packets: 1_000,
            bytes: 144_000_000,
            rounds: 5,
            results: [Summary {
                packet_ns,
                ratio,
                resident_kib: 2_048,
            }; PROGRAMS.len()],
        }
    }

    #[test]
    fn every_program_has_a_row() {
        let table = report().table();
        let row = "| `tcpdump -r FILE -w /dev/null` | 2.00 million | 500 (250–1000) | 1.25 (0.62–2.50) | 2.0 MiB |";
        assert!(table.lines().any(|line| line == row), "{table}");
        assert_eq!(table.lines().count(), 2 + PROGRAMS.len());
    }

    #[test]
    fn json_holds_the_same_numbers() {
        let json = report().json();
        let first = &json["results"][0];
        assert_eq!(first["program"], "detector replay FILE");
        assert_eq!(first["packets_per_s"], 2_000_000.0);
        assert_eq!(first["ratio"]["median"], 1.25);
        assert_eq!(
            (&json["commit"], &json["rounds"]),
            (&json!("abcdef"), &json!(5))
        );
    }

    #[test]
    fn older_results_are_replaced_and_the_rest_is_left() {
        let (begin, end) = MARKS;
        let document = format!("# Title\n\n{begin}old\n{end}\nWhat it says.\n");
        let once = report().replace_in(&document).unwrap();
        assert!(once.starts_with("# Title\n\n") && once.ends_with("\nWhat it says.\n"));
        assert!(once.contains("2 × Some CPU, Linux 6.18.0, commit abcdef. 1000 packets in 144 MB"));
        assert!(!once.contains("old\n"));
        assert_eq!(report().replace_in(&once), Some(once));
    }

    #[test]
    fn a_document_without_a_place_is_left_alone() {
        let (begin, _) = MARKS;
        assert_eq!(report().replace_in("# Title\n"), None);
        assert_eq!(report().replace_in(&format!("{begin}cut")), None);
    }
}
