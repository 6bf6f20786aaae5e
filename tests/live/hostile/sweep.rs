//! Somebody behind the gateway asks a million destinations that nobody has, as fast as can be, while networks are
//! blocked that are hardly asked for.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector_tests::{
    Flood,
    address::{WAN_INTERFACE, WAN_V4},
    frames::{Conversation, Frame},
    long::so_many,
    measured,
    memory::{Pages, map_bytes},
    sender::Sender,
};
use ipnet::{IpNet, Ipv4Net};
use nix::unistd::Pid;
use serde_json::Value;

use super::{entries, latest, looked_at, lost};
use crate::{alert::is_alert, area::V4, stage::Stage};

const TEST: &str =
    "sweep::blocked_networks_are_found_amid_a_sweep_and_none_of_their_counters_is_lost";
/// Blocked /24s.
const BLOCKED: u32 = 50;
/// The first of them: behind all that the clients of the lab visit.
const FIRST: Ipv4Addr = Ipv4Addr::new(198, 18, 64, 0);
/// Hosts in each that answered before.
const HOSTS: u32 = 4;
/// A host's first two SYNs are no failure yet.
const NOT_YET: u64 = 2;
const OPENINGS_PER_SECOND: u32 = 5_000;
/// What the sweep asks: each address of a /16, at so many ports.
const SWEPT: Ipv4Addr = Ipv4Addr::new(198, 19, 0, 0);
const DESTINATIONS: u32 = 1 << 20;
/// SYNs to each network, one a second: fewer than five minutes of them, which is as far as counts are told.
const SHORT: u16 = 16;
const LONG: u16 = 240;
/// How long the sweep goes on.
const SPAN: Duration = Duration::from_mins(10);
/// Of what is lost, how much may be told wrongly, in percent.
const TOLERANCE: u64 = 1;
/// What the detector may take of the machine, in MiB: its own, and the kernel's for its maps (docs/BENCHMARKS.md).
const OWN_MIB: u64 = 60;
const MAPS_MIB: u64 = 64;

/// The clients of the lab are served all the while.
pub(crate) fn blocked_networks_are_found_amid_a_sweep_and_none_of_their_counters_is_lost()
-> Result<()> {
    let stage = Stage::open(V4)?;
    let sender = Sender::open(&stage.lab.gateway, &stage.lab.censor)?;
    sender.send(&openings(), Some(OPENINGS_PER_SECOND))?;
    let began = Instant::now();
    let sweep = Flood::start(&stage.lab.gateway, WAN_INTERFACE, sweep(), None)?;
    let rounds = so_many(SHORT, LONG);
    ask_in_vain(&sender, rounds)?;
    check_counters(&latest(&stage.detector)?, rounds)?;
    let left = so_many(Duration::ZERO, SPAN).saturating_sub(began.elapsed());
    stage.stay(left, |event| event["state"] == "resolved")?;
    let (sent, span) = (sweep.stop()?, began.elapsed());
    let account = account(&looked_at(&stage.detector)?, sent)?;
    let memory = memory(stage.detector.pid())?;
    let found = found(&stage.end()?)?;
    measured(
        TEST,
        format_args!(
            "{found} of {BLOCKED} networks found, their counters exact, amid {sent} SYNs at {}/s; {account}; {memory}",
            sent / span.as_secs()
        ),
    );
    Ok(())
}

/// Each SYN to a host is a failure from the third on, and nothing is missing. The detector tells that of the fifty
/// prefixes that fare worst.
fn check_counters(status: &Value, rounds: u16) -> Result<()> {
    let expected = u64::from(rounds) - u64::from(HOSTS) * NOT_YET;
    let worst = status["worst"].as_array().context("no prefixes")?;
    let counted = |network: Ipv4Net| {
        let network = network.to_string();
        let own = worst.iter().find(|it| it["prefix"] == network);
        own.and_then(|it| it["failed"].as_u64())
    };
    let counts: Vec<_> = networks().map(|it| (it, counted(it))).collect();
    let is_exact = counts.iter().all(|(_, count)| *count == Some(expected));
    ensure!(is_exact, "not {expected} of each: {counts:?}");
    Ok(())
}

/// Whoever came is still there or is told as lost; whatever else was there is next to nothing.
fn account(status: &Value, sent: u64) -> Result<String> {
    let lost = lost(status, &["stranger", "flow", "unanswered", "candidate"]);
    let left = entries(status, "connections").context("no connections")?;
    let truth = sent.saturating_sub(left);
    let account = format!("{lost} of {truth} told as lost");
    ensure!(lost.abs_diff(truth) * 100 <= truth * TOLERANCE, "{account}");
    let mistaken = super::lost(status, &["flow", "unanswered", "prefix", "destination"]);
    ensure!(mistaken == 0, "what is known gave way: {}", status["lost"]);
    Ok(account)
}

/// With all tables full, it keeps to its budgets.
fn memory(detector: Pid) -> Result<String> {
    let own = Pages::of(detector)?.anonymous_kib;
    let maps = map_bytes(detector)? / 1_024;
    let memory = format!("{own} KiB of its own, {maps} KiB of maps");
    let within = own <= OWN_MIB * 1_024 && maps <= MAPS_MIB * 1_024;
    ensure!(maps > 0 && within, "{memory}");
    Ok(memory)
}

/// How many of the networks an alert claims that fires in the end; none claims anything else.
fn found(events: &[Value]) -> Result<usize> {
    let mut firing = BTreeMap::new();
    for alert in events.iter().filter(|event| is_alert(event)) {
        let range: IpNet = alert["prefix"].as_str().context("no range")?.parse()?;
        ensure!(alert["state"] != "resolved", "taken back: {alert}");
        ensure!(is_blocked(range), "an innocent range: {alert}");
        firing.insert(alert["id"].to_string(), range);
    }
    let claimed = |network: &Ipv4Net| firing.values().any(|it| it.contains(&IpNet::V4(*network)));
    let found = networks().filter(claimed).count();
    ensure!(
        found == BLOCKED as usize,
        "{found} of {BLOCKED}: {firing:?}"
    );
    Ok(found)
}

/// Whether nobody whom the lab's clients visit lies in it.
fn is_blocked(range: IpNet) -> bool {
    let visited = [V4.blocked, V4.healthy].concat();
    !visited
        .iter()
        .any(|it| it.contains(&range) || range.contains(it))
}

/// The 50 networks.
fn networks() -> impl Iterator<Item = Ipv4Net> {
    let first = FIRST.to_bits();
    (0..BLOCKED)
        .map(move |number| Ipv4Net::new_assert(Ipv4Addr::from_bits(first + (number << 8)), 24))
}

fn conversation(network: Ipv4Net, host: u32, port: u16) -> Conversation {
    let server = Ipv4Addr::from_bits(network.network().to_bits() + 1 + host);
    Conversation::new((WAN_V4, port).into(), SocketAddr::from((server, 443)))
}

/// A connection to each host that goes well, step by step.
fn openings() -> Vec<Frame> {
    let hosts = networks().flat_map(|network| (0..HOSTS).map(move |host| (network, host)));
    let mut talks: Vec<_> = hosts
        .map(|(network, host)| conversation(network, host, 9_999))
        .collect();
    let steps: [fn(&mut Conversation) -> Frame; 6] = [
        |talk| talk.syn(),
        Conversation::syn_ack,
        |talk| talk.request(300),
        |talk| talk.response(1_000),
        Conversation::client_fin,
        Conversation::server_fin,
    ];
    let each = steps.into_iter();
    each.flat_map(|step| talks.iter_mut().map(step).collect::<Vec<_>>())
        .collect()
}

/// Asks each network once a second, and never sooner, however late it is: two within a second are one attempt.
fn ask_in_vain(sender: &Sender, rounds: u16) -> Result<()> {
    for round in 0..rounds {
        let next = Instant::now() + Duration::from_secs(1);
        sender.send(&silence(round), None)?;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    Ok(())
}

/// A SYN to each network, from the port of this round, to the host whose turn it is.
fn silence(round: u16) -> Vec<Frame> {
    let host = u32::from(round) % HOSTS;
    let syn = |network| conversation(network, host, 10_000 + round).syn();
    networks().map(syn).collect()
}

/// One SYN, made over for each destination: what they differ in is where they go. Nobody checks the checksums.
pub(super) fn sweep() -> Vec<Frame> {
    let model = conversation(Ipv4Net::new_assert(SWEPT, 24), 0, 40_000).syn();
    let [address_at, port_at] = [16, 22].map(|offset| model.network_at + offset);
    let one = |number: u32| {
        let mut bytes = model.bytes.clone();
        let address = SWEPT.to_bits() + number % (1 << 16);
        let port = u16::try_from(1 + (number >> 16)).unwrap_or(u16::MAX);
        bytes[address_at..address_at + 4].copy_from_slice(&address.to_be_bytes());
        bytes[port_at..port_at + 2].copy_from_slice(&port.to_be_bytes());
        model.with_bytes(bytes)
    };
    (0..DESTINATIONS).map(one).collect()
}
