//! The lab, tested: that it carries what it should, blocks what it should, and leaves nothing behind.

mod course;
mod fixture;
mod forging;
mod freezing;
mod hosting;
mod loss;
mod quic;
mod rebinding;
mod wire;

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use nix::sys::signal::Signal;

use crate::address::INTERNET_V4;
use crate::plan::hosts;
use crate::sniffer::Family;
use crate::{Detector, Lab, Namespace, Plan, Traffic};

use fixture::{lab, turn, visit};

const SECOND: Duration = Duration::from_secs(1);
/// One server a family, and the range around it that is blocked.
const VICTIMS: [(Family, &str, &str); 2] = [
    (Family::V4, "198.18.17.1:443", "198.18.16.0/20"),
    (Family::V6, "[2001:db8:8000:1::1]:443", "2001:db8:8000::/48"),
];

#[test]
fn clients_and_gateway_reach_servers_across_the_delay() {
    let Some((_turn, lab)) = lab() else { return };
    for server in [
        "198.18.7.9:443",
        "198.51.100.3:80",
        "[2001:db8:8000:5::9]:443",
    ] {
        for namespace in [&lab.clients, &lab.gateway] {
            let began = Instant::now();
            assert_eq!(visit(namespace, server, 3 * SECOND), Ok(2_000), "{server}");
            // One round trip for the handshake, one for the answer.
            let took = began.elapsed();
            assert!(took >= Duration::from_millis(2 * 45), "{server}: {took:?}");
        }
    }
    lab.close().unwrap();
}

#[test]
fn sixty_connections_a_second_are_all_answered() {
    let Some((_turn, lab)) = lab() else { return };
    let mut targets = hosts(INTERNET_V4, 24, 2, 443).unwrap();
    targets.extend(hosts("2001:db8:8000::/40".parse().unwrap(), 48, 2, 443).unwrap());
    let plan = Plan {
        connections_per_second: 60,
        limit: Some(600),
        ..Plan::to(targets)
    };
    let traffic = Traffic::start(&lab.clients, plan).unwrap();
    let counts = traffic
        .wait_until(|counts| counts.ended() == 600, 20 * SECOND)
        .unwrap();
    assert_eq!(counts.answered, 600, "{counts:?}");
    assert_eq!(traffic.stop().unwrap(), counts);
    lab.close().unwrap();
}

#[test]
fn silent_blocks_time_out_until_they_are_lifted() {
    let Some((_turn, lab)) = lab() else { return };
    let censor = lab.censor();
    for (_, server, range) in VICTIMS {
        let range: IpNet = range.parse().unwrap();
        let blocks = [
            censor.drop_range(range),
            censor.drop_return(range),
            censor.drop_data(range),
        ];
        for block in blocks.map(Result::unwrap) {
            assert_eq!(
                visit(&lab.clients, server, SECOND),
                Err(ErrorKind::TimedOut)
            );
            block.lift().unwrap();
        }
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
    }
}

#[test]
fn rejections_are_reported_and_can_be_lifted() {
    let Some((_turn, lab)) = lab() else { return };
    let censor = lab.censor();
    for (_, server, range) in VICTIMS {
        let range: IpNet = range.parse().unwrap();
        let began = Instant::now();
        let block = censor.reject_range(range).unwrap();
        assert_eq!(
            visit(&lab.clients, server, SECOND),
            Err(ErrorKind::ConnectionRefused)
        );
        block.lift().unwrap();
        assert!(began.elapsed() < SECOND);
        let block = censor.prohibit_range(range).unwrap();
        // An error that arrives within `connect` itself is only believed when the next SYN meets another.
        let prohibited = visit(&lab.clients, server, 3 * SECOND).unwrap_err();
        let reported = [ErrorKind::HostUnreachable, ErrorKind::PermissionDenied];
        assert!(reported.contains(&prohibited), "{server}: {prohibited:?}");
        drop(block);
        assert_eq!(visit(&lab.clients, server, 3 * SECOND), Ok(2_000));
    }
}

#[test]
fn a_detector_is_observed_from_its_first_line_to_its_end() {
    let Some(_turn) = turn() else { return };
    let namespace = Namespace::new("observed").unwrap();
    let script = r#"
        echo hello >&2
        echo '{"event":"interface","state":"attached"}'
        trap 'echo "{\"event\":\"last\"}"; exit 3' TERM
        while :; do :; done
    "#;
    let detector = Detector::start(&namespace, Path::new("sh"), &["-c", script]).unwrap();
    let attached = detector.attached(5 * SECOND).unwrap();
    let nothing_later = detector.wait_for_after(attached.at, SECOND / 100, |_| true);
    assert!(format!("{:#}", nothing_later.unwrap_err()).contains("interface"));
    detector.signal(Signal::SIGTERM).unwrap();
    assert_eq!(detector.exit(5 * SECOND).unwrap().code(), Some(3));
    assert_eq!(detector.events().last().unwrap()["event"], "last");
    assert_eq!(detector.log_lines(), ["hello"]);
}

#[test]
fn a_line_that_is_no_object_is_an_error() {
    let Some(_turn) = turn() else { return };
    let namespace = Namespace::new("observed").unwrap();
    let detector = Detector::start(&namespace, Path::new("echo"), &["[1]"]).unwrap();
    let error = detector.wait_for(5 * SECOND, |_| true).unwrap_err();
    assert!(error.to_string().contains("no event"), "{error}");
    assert!(detector.exit(5 * SECOND).is_err());
}

#[test]
fn five_labs_leave_nothing_behind() {
    let Some(_turn) = turn() else { return };
    let before = leftovers();
    for _ in 0..5 {
        let began = Instant::now();
        let lab = Lab::open().unwrap();
        assert!(began.elapsed() < 2 * SECOND, "{:?}", began.elapsed());
        let targets = hosts(INTERNET_V4, 24, 1, 443).unwrap();
        let traffic = Traffic::start(&lab.clients, Plan::to(targets)).unwrap();
        traffic
            .wait_until(|counts| counts.answered > 0, 5 * SECOND)
            .unwrap();
        drop(traffic);
        drop(lab);
    }
    assert_eq!(leftovers(), before);
}

/// What a lab could leave: descriptors, threads of its own, namespaces, and links in the host's namespace.
fn leftovers() -> (usize, Vec<String>, usize) {
    let links = Path::new("/sys/class/net").read_dir().unwrap().count();
    let descriptors = Path::new("/proc/self/fd").read_dir().unwrap().count();
    let tasks = Path::new("/proc/self/task").read_dir().unwrap();
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    (
        links,
        names.filter(|name| name.starts_with("lab-")).collect(),
        descriptors,
    )
}
