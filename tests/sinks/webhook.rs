//! A webhook whose peer is well, dead, slow, picky, or somebody else.

use std::{
    collections::BTreeSet,
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use detector::sink::Pace;
use detector_tests::{harness::note, watched::Watched};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivatePkcs8KeyDer,
};
use tempfile::TempDir;

use crate::{
    http::{Request, Server},
    stage::{ensure_counted, number, offer, pace, start, start_with, status, wait_until},
};

pub(crate) fn an_event_has_its_identity_and_the_headers() -> Result<()> {
    let server = Server::start(|_| 200)?;
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("secret"), "Bearer 7\n")?;
    let sinks = start(
        folder.path(),
        &format!(
            "[[sink]]\ntype = \"webhook\"\nurl = \"http://{}/x\"\nheaders = {{ x-site = \"north\" }}\n\
             headers_from = {{ authorization = \"secret\" }}\n",
            server.address
        ),
    )?;
    offer(&sinks, 0..50);
    let requests = server.wait(|seen| seen.len() == 50)?;
    for (expected, request) in (0..).zip(&requests) {
        ensure!(number(&request.body)? == expected, "{request:?}");
        ensure!(request.headers["content-type"] == "application/json");
        ensure!(request.headers["x-site"] == "north");
        ensure!(request.headers["authorization"] == "Bearer 7");
    }
    ensure!(ids(&requests).len() == 50, "identities come twice");
    let status = wait_until(&sinks, "webhook", |it| it.sent == 50)?;
    ensure_counted(&status, 50)
}

/// Nobody listens for an hour in which 6,000 events come. It is compressed a thousandfold, as all waits are.
pub(crate) fn an_hour_without_the_peer_loses_no_beginning_and_no_end() -> Result<()> {
    const EVENTS: u64 = 6_000;
    const COMPRESSED_MINUTE: Duration = Duration::from_millis(60);
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let folder = TempDir::new()?;
    let sinks = start(
        folder.path(),
        &format!("[[sink]]\ntype = \"webhook\"\nurl = \"http://{address}\"\nqueue = 2500\n"),
    )?;
    let mut turning = BTreeSet::new();
    for minute in 0..60 {
        turning.extend(offer(
            &sinks,
            minute * EVENTS / 60..(minute + 1) * EVENTS / 60,
        ));
        std::thread::sleep(COMPRESSED_MINUTE);
    }
    // What came while an event was on its way had its place, until that came back.
    let down = wait_until(&sinks, "webhook", |it| it.queued == 2_500)?;
    ensure!(!down.is_up && down.sent == 0, "{down:?}");
    ensure!(down.dropped["full"] == EVENTS - 2_500, "{down:?}");
    ensure_counted(&down, EVENTS)?;
    let server = Server::listen(TcpListener::bind(address)?, |_| 200, Ok)?;
    let up = wait_until(&sinks, "webhook", |it| it.queued == 0)?;
    ensure!(up.is_up && up.sent == 2_500, "{up:?}");
    ensure_counted(&up, EVENTS)?;
    let numbers = numbers(&server.seen())?;
    ensure!(numbers.is_sorted(), "out of order");
    let arrived: BTreeSet<u64> = numbers.iter().copied().collect();
    ensure!(
        arrived.len() == 2_500 && turning.is_subset(&arrived),
        "a turn is lost"
    );
    Ok(())
}

/// While the server holds the first request, all else is taken, and the other sink has it.
pub(crate) fn nobody_waits_for_a_peer_that_does_not_answer() -> Result<()> {
    let (server, released) = holding()?;
    let folder = TempDir::new()?;
    let sinks = start(
        folder.path(),
        &format!(
            "[[sink]]\ntype = \"webhook\"\nurl = \"http://{}\"\nqueue = 1000\n\
             [[sink]]\ntype = \"file\"\npath = \"events\"\nqueue = 100000\n",
            server.address
        ),
    )?;
    let began = Instant::now();
    let turning = offer(&sinks, 0..2_000);
    note(&format!(
        "2000 events made and left for two sinks in {:?}",
        began.elapsed()
    ));
    wait_until(&sinks, "file", |it| it.sent == 2_000)?;
    let slow = status(&sinks, "webhook")?;
    ensure!(slow.sent == 0 && server.seen().is_empty(), "{slow:?}");
    ensure_counted(&slow, 2_000)?;
    released.update(|it| *it = true);
    let done = wait_until(&sinks, "webhook", |it| it.queued == 0)?;
    ensure_counted(&done, 2_000)?;
    let arrived: BTreeSet<u64> = numbers(&server.seen())?.into_iter().collect();
    ensure!(turning.is_subset(&arrived), "a turn is lost");
    Ok(())
}

pub(crate) fn an_event_that_is_not_wanted_holds_up_no_other() -> Result<()> {
    let server = Server::start(|request| {
        if request.body.contains("\"number\":77,") {
            400
        } else {
            200
        }
    })?;
    let folder = TempDir::new()?;
    let sinks = start(
        folder.path(),
        &format!(
            "[[sink]]\ntype = \"webhook\"\nurl = \"http://{}\"\nbody = \"ndjson\"\n",
            server.address
        ),
    )?;
    offer(&sinks, 0..500);
    let done = wait_until(&sinks, "webhook", |it| it.queued == 0)?;
    ensure!(done.sent == 499 && done.dropped["refused"] == 1, "{done:?}");
    let requests = server.seen();
    let mut arrived = Vec::new();
    for request in &requests {
        ensure!(request.headers["content-type"] == "application/x-ndjson");
        for line in request.body.lines() {
            arrived.push(number(line)?);
        }
    }
    let expected: Vec<u64> = (0..500).filter(|it| *it != 77).collect();
    ensure!(arrived == expected, "{arrived:?}");
    ensure!(requests.len() < 300, "not together: {}", requests.len());
    Ok(())
}

pub(crate) fn what_failed_is_sent_again_under_its_identity() -> Result<()> {
    let tried = Arc::new(Watched::new(Vec::new()));
    let (log, count) = (Arc::clone(&tried), AtomicU64::new(0));
    let server = Server::start(move |request| {
        log.update(|it| it.push(request.headers["detector-event-id"].clone()));
        if count.fetch_add(1, Ordering::Relaxed) < 5 {
            503
        } else {
            200
        }
    })?;
    let folder = TempDir::new()?;
    let sinks = start(
        folder.path(),
        &format!(
            "[[sink]]\ntype = \"webhook\"\nurl = \"http://{}\"\n",
            server.address
        ),
    )?;
    offer(&sinks, 0..1);
    let done = wait_until(&sinks, "webhook", |it| it.sent == 1)?;
    ensure!(done.is_up && done.last_error.is_some_and(|it| it.contains("503")));
    let tried = tried.read(Clone::clone);
    ensure!(
        tried.len() == 6 && tried.iter().all(|it| *it == tried[0]),
        "{tried:?}"
    );
    Ok(())
}

pub(crate) fn a_server_is_trusted_by_its_certificate_alone() -> Result<()> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &authority)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    let config = Arc::new(config);
    let server = Server::listen(
        TcpListener::bind("127.0.0.1:0")?,
        |_| 200,
        move |stream: TcpStream| {
            let connection = ServerConnection::new(Arc::clone(&config))?;
            Ok(StreamOwned::new(connection, stream))
        },
    )?;
    let folder = TempDir::new()?;
    std::fs::write(folder.path().join("ca.pem"), authority.pem())?;
    let sink = |name: &str| {
        let port = server.address.port();
        format!(
            "[[sink]]\ntype = \"webhook\"\nname = \"{name}\"\nurl = \"https://localhost:{port}/\"\n"
        )
    };
    let text = format!(
        "{}{}ca_file = \"ca.pem\"\n",
        sink("stranger"),
        sink("known")
    );
    let sinks = start(folder.path(), &text)?;
    offer(&sinks, 0..1);
    wait_until(&sinks, "known", |it| it.sent == 1)?;
    let stranger = wait_until(&sinks, "stranger", |it| !it.is_up)?;
    let why = stranger.last_error.context("no error")?;
    ensure!(stranger.sent == 0 && why.contains("certificate"), "{why}");
    ensure!(server.seen().len() == 1, "a stranger was told");
    Ok(())
}

/// The server answers only after the sinks have ended.
pub(crate) fn the_end_waits_a_short_time_only() -> Result<()> {
    let (server, released) = holding()?;
    let folder = TempDir::new()?;
    let text = format!(
        "[[sink]]\ntype = \"webhook\"\nurl = \"http://{}\"\n",
        server.address
    );
    let short = Pace {
        drain: Duration::from_millis(50),
        answer: Duration::from_hours(1),
        ..pace()
    };
    let sinks = start_with(folder.path(), &text, short)?;
    offer(&sinks, 0..9);
    sinks.finish()?;
    ensure!(server.seen().is_empty(), "it waited for an answer");
    released.update(|it| *it = true);
    server.wait(|seen| !seen.is_empty())?;
    Ok(())
}

/// A server that answers nobody until it is released.
fn holding() -> Result<(Server, Arc<Watched<bool>>)> {
    let released = Arc::new(Watched::new(false));
    let held = Arc::clone(&released);
    let server = Server::start(move |_| {
        held.wait(Duration::from_hours(1), |it| it.then_some(()));
        200
    })?;
    Ok((server, released))
}

fn numbers(requests: &[Request]) -> Result<Vec<u64>> {
    requests
        .iter()
        .map(|request| number(&request.body))
        .collect()
}

fn ids(requests: &[Request]) -> BTreeSet<&String> {
    requests
        .iter()
        .map(|it| &it.headers["detector-event-id"])
        .collect()
}
