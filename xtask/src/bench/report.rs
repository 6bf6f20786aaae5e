//! The results as a table for readers, as JSON for programs, and in the document.

use serde_json::{Value, json};

use super::{
    machine::Machine,
    program_under_test::{PROGRAMS, ProgramUnderTest},
    statistics::{Spread, Summary},
};

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

    /// The table and what it was measured on.
    pub(crate) fn section(&self) -> String {
        format!(
            "{}. {} packets in {} MB, {} rounds.\n\n{}",
            self.machine.line(),
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
    fn the_section_says_what_was_measured_and_where() {
        let section = report().section();
        let head = "2 × Some CPU, Linux 6.18.0, commit abcdef. 1000 packets in 144 MB, 5 rounds.\n\n| program |";
        assert!(section.starts_with(head), "{section}");
    }
}
