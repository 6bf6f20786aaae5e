use std::{collections::BTreeSet, fs, path::Path};

use jiff::Timestamp;

use super::{alerts::MOST_SERIES, *};
use crate::{
    durations::Durations,
    event::alert::Grade,
    kind::Kind,
    status::{
        ConfigStatus, Cost, Counts, InterfaceStatus, ProgramRuns, SinkStatus, Standing, TableStatus,
    },
};

fn status() -> Status {
    let at = Timestamp::from_second(1_795_000_000).unwrap();
    Status {
        host: "gw1".to_owned(),
        version: "0.1.0".to_owned(),
        began: at,
        at,
        uptime_s: 60,
        polls: 2,
        poll_ms: 3.0,
        poll_durations: Durations {
            counts: [1, 0, 1, 0, 0, 0, 0, 0, 0, 0],
            sum_s: 0.004,
        },
        interfaces: vec![InterfaceStatus {
            iface: "wan0".to_owned(),
            ifindex: 2,
            mode: "native".to_owned(),
            egress: "tcx".to_owned(),
        }],
        packets_in: 7,
        packets_out: 5,
        skipped: [("not_ip".into(), 3)].into(),
        lost: Counts::new(),
        marks: [("too_soon".into(), 2)].into(),
        prefixes: 12,
        tables: vec![TableStatus {
            name: "prefixes".to_owned(),
            capacity: 65_536,
            entries: Some(12),
            bytes: 1_024,
        }],
        alerts: vec![standing("198.18.16.0/20")],
        alerts_untold: 0,
        sinks: vec![sink("bus")],
        worst: Arc::default(),
        told: [("syn_blackhole".to_owned(), [("firing".into(), 1)].into())].into(),
        ignored: 0,
        cost: Cost {
            cpu_s: 1.5,
            resident_bytes: Some(4_096),
            programs: vec![ProgramRuns {
                name: "xdp_ethernet".to_owned(),
                runs: 10,
                cpu_s: 0.000_001,
            }],
        },
        config: ConfigStatus {
            read_at: at,
            is_read: true,
            waiting: Vec::new(),
        },
    }
}

fn sink(name: &str) -> SinkStatus {
    SinkStatus {
        name: name.to_owned(),
        queued: 4,
        sent: 9,
        retries: 3,
        dropped: [("full".into(), 2)].into(),
        is_up: false,
        last_error: Some("connection refused".to_owned()),
    }
}

fn standing(prefix: &str) -> Standing {
    Standing {
        id: ulid::Ulid::nil(),
        kind: Kind::SynBlackhole,
        grade: Grade::Confirmed,
        confidence: 0.99,
        prefix: Some(prefix.parse().unwrap()),
        members: 16,
        since: Timestamp::UNIX_EPOCH,
        trials: 9,
        failed: 9,
        destinations_failed: 9,
        ok_witnesses: 2,
        is_told: true,
        told_prefix: Some(prefix.parse().unwrap()),
    }
}

fn series(alerts: Vec<Standing>) -> Vec<String> {
    let status = Status { alerts, ..status() };
    let text = Format::OpenMetrics.text(Arc::new(status));
    let lines = text.lines().map(str::to_owned);
    lines
        .filter(|line| line.starts_with("detector_suspected_blocking"))
        .collect()
}

#[test]
fn a_status_is_told_as_open_metrics() {
    let text = Format::OpenMetrics.text(Arc::new(status()));
    for line in [
        "# TYPE detector_packets counter",
        r#"detector_packets_total{direction="in"} 7"#,
        r#"detector_packets_skipped_total{reason="not_ip"} 3"#,
        r#"detector_packets_skipped_total{reason="truncated"} 0"#,
        r#"detector_lost_total{loss="prefix"} 0"#,
        r#"detector_marks_total{mark="too_soon"} 2"#,
        r#"detector_map_entries{map="prefixes"} 12"#,
        r#"detector_alerts_firing{kind="syn_blackhole"} 1"#,
        r#"detector_alerts_firing{kind="uplink_outage"} 0"#,
        r#"detector_alerts_total{kind="syn_blackhole",state="firing"} 1"#,
        r#"detector_suspected_blocking{prefix="198.18.16.0/20",kind="syn_blackhole",area="198.18.0.0/16"} 1"#,
        r#"detector_sink_up{sink="bus"} 0"#,
        r#"detector_sink_queue_length{sink="bus"} 4"#,
        r#"detector_sink_delivered_total{sink="bus"} 9"#,
        r#"detector_sink_retries_total{sink="bus"} 3"#,
        r#"detector_sink_dropped_total{sink="bus",reason="full"} 2"#,
        r#"detector_sink_dropped_total{sink="bus",reason="closed"} 0"#,
        r#"detector_build_info{version="0.1.0"} 1"#,
        r#"detector_xdp_attached{iface="wan0",mode="native"} 1"#,
        r#"detector_poll_duration_seconds_bucket{le="0.001"} 1"#,
        r#"detector_poll_duration_seconds_bucket{le="+Inf"} 2"#,
        "detector_poll_duration_seconds_count 2",
        "detector_poll_last_success_timestamp_seconds 1795000000.0",
        "detector_config_last_reload_successful 1",
        r#"detector_program_runs_total{program="xdp_ethernet"} 10"#,
        "process_cpu_seconds_total 1.5",
    ] {
        assert!(
            text.lines().any(|it| it == line),
            "{line} is not in\n{text}"
        );
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn the_older_format_has_types_under_the_names_of_samples() {
    let text = Format::Older.text(Arc::new(status()));
    let types = text.lines().filter_map(|it| it.strip_prefix("# TYPE "));
    let names: Vec<&str> = types.filter_map(|it| it.split(' ').next()).collect();
    for name in &names {
        let is_sampled = text.lines().any(|line| line.starts_with(name));
        assert!(is_sampled, "{name} has no sample");
    }
    assert_eq!(names.len(), families().count());
    assert!(text.contains("# TYPE detector_packets_total counter\n"));
    assert!(text.contains("# TYPE detector_build_info gauge\n"));
    assert!(!text.contains("EOF"));
}

#[test]
fn no_more_ranges_have_a_series_than_there_is_room_for() {
    let range =
        |number: usize| standing(&format!("198.{}.{}.0/24", 18 + number / 256, number % 256));
    let many = series((0..MOST_SERIES + 50).map(range).collect());
    assert_eq!(many.len(), MOST_SERIES + 1);
    assert!(many.contains(&"detector_suspected_blocking_series_dropped 50".to_owned()));
}

#[test]
fn a_range_has_one_series_as_it_was_told() {
    let untold = Standing {
        told_prefix: None,
        ..standing("198.18.32.0/24")
    };
    let shrinking = Standing {
        prefix: Some("198.18.24.0/22".parse().unwrap()),
        ..standing("198.18.16.0/20")
    };
    let told = series(vec![shrinking, untold, standing("198.18.16.0/20")]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("prefix=\"198.18.16.0/20\""), "{told:?}");
}

#[test]
fn sinks_of_one_name_have_one_series() {
    let status = Status {
        sinks: vec![sink("bus"), sink("bus"), sink("file")],
        ..status()
    };
    let text = Format::OpenMetrics.text(Arc::new(status));
    for (family, series) in [
        ("detector_sink_up{", 2),
        ("detector_sink_dropped_total{", 8),
    ] {
        let lines = text.lines().filter(|line| line.starts_with(family));
        assert_eq!(lines.count(), series, "{text}");
    }
}

#[test]
fn a_range_is_in_the_area_that_its_neighbours_are_in() {
    for (prefix, area) in [
        ("198.18.16.0/20", "198.18.0.0/16"),
        ("52.58.0.0/15", "52.58.0.0/15"),
        ("2001:db8:8010::/44", "2001:db8::/32"),
    ] {
        let told = series(vec![standing(prefix)]);
        assert!(told[0].contains(&format!("area=\"{area}\"")), "{told:?}");
    }
}

#[test]
fn whoever_asks_for_open_metrics_gets_it() {
    let prometheus = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
    assert_eq!(Format::accepted(prometheus), Format::OpenMetrics);
    assert_eq!(Format::accepted("*/*"), Format::Older);
    assert_eq!(Format::accepted(""), Format::Older);
}

#[test]
fn the_document_lists_every_family() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/METRICS.md");
    let text = fs::read_to_string(file).unwrap();
    let is_family =
        |line: &&str| line.starts_with("| `detector_") || line.starts_with("| `process_");
    let listed: Vec<&str> = text.lines().filter(is_family).collect();
    let rows: Vec<String> = families().map(row).collect();
    assert_eq!(
        listed,
        rows,
        "docs/METRICS.md should have\n{}",
        rows.join("\n")
    );
}

fn row(family: &'static Family) -> String {
    let (name, suffix, help) = (family.name, family.suffix(), family.help);
    let labels: Vec<String> = family.labels.iter().map(|it| format!("`{it}`")).collect();
    let (kind, labels) = (family.kind().as_str().to_owned(), labels.join(", "));
    format!("| `{name}{suffix}` | {kind} | {labels} | {help} |").replace("|  |", "| |")
}

#[test]
fn every_family_has_a_name_of_its_own_and_a_sentence() {
    let names: BTreeSet<_> = families().map(|family| family.name).collect();
    assert_eq!(names.len(), families().count());
    for family in families() {
        let (name, help) = (family.name, family.help);
        assert!(help.ends_with('.') && !help.contains('|'), "{name}: {help}");
    }
}
