//! `detector status`.

use detector_tests::served::{Served, nobody};
use serde_json::Value;
use tempfile::TempDir;

use crate::{run, text};

#[test]
fn without_a_detector_it_says_so_in_one_line() {
    let folder = TempDir::new().unwrap();
    let socket = nobody(folder.path());
    for command in [
        ["status"].as_slice(),
        &["status", "--json"],
        &["top", "--once"],
        &["export", "nft"],
    ] {
        let (code, out, said) =
            run(&[command, &["--status-socket", text(&socket)]].concat()).unwrap();
        assert_eq!(code, Some(69), "{said}");
        assert_eq!((out.as_str(), said.lines().count()), ("", 1), "{said}");
        for part in [text(&socket), "detector run", "--status-socket"] {
            assert!(said.contains(part), "no {part}: {said}");
        }
    }
}

#[test]
fn it_fits_eighty_columns_and_tells_what_matters() {
    let served = Served::new().unwrap();
    let (code, out, said) = run(&["status", "--status-socket", text(&served.socket())]).unwrap();
    assert_eq!(code, Some(0), "{said}");
    for part in [
        "gw1",
        "wan0",
        "native",
        "41,210",
        "65,536",
        "62 %",
        "63.2 MiB",
        "arp",
        "198.18.16.0/20",
        "confirmed",
        "3 losses",
    ] {
        assert!(out.contains(part), "no {part}:\n{out}");
    }
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
}

#[test]
fn json_is_what_the_detector_said() {
    let served = Served::new().unwrap();
    let (code, out, said) = run(&[
        "status",
        "--json",
        "--status-socket",
        text(&served.socket()),
    ])
    .unwrap();
    assert_eq!(code, Some(0), "{said}");
    let status: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(status["worst"][0]["prefix"], "198.18.16.0/24");
    assert_eq!(out.lines().count(), 1);
}

#[test]
fn what_is_no_status_is_said_to_be_none() {
    let folder = TempDir::new().unwrap();
    let socket = folder.path().join("other.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        std::io::Write::write_all(&mut stream, b"{\"hello\":1}\n").unwrap();
    });
    let (code, _, said) = run(&["status", "--status-socket", text(&socket)]).unwrap();
    other.join().unwrap();
    assert_eq!((code, said.lines().count()), (Some(69), 1), "{said}");
    assert!(said.contains("no status"), "{said}");
}
