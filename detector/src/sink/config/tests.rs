use super::*;

fn parse(text: &str) -> Result<SinkConfig, String> {
    toml::from_str(text).map_err(|error| error.message().to_owned())
}

#[test]
fn a_sink_is_its_type_and_what_that_needs() {
    let sink = parse("type = \"stdout\"").unwrap();
    assert_eq!(sink, SinkConfig::stdout());
    let sink = parse("type = \"journald\"\nname = \"j\"\nevents = [\"alert\"]").unwrap();
    assert_eq!((sink.name.as_str(), sink.events), ("j", vec![Topic::Alert]));
    assert_eq!(
        sink.target,
        Target::Journald("/run/systemd/journal/socket".into())
    );
    for (written, meant) in [
        ("unix:/dev/log", Address::Unix("/dev/log".into())),
        ("udp://[::1]:514", Address::Udp("[::1]:514".to_owned())),
        ("tcp://logs:601", Address::Tcp("logs:601".to_owned())),
    ] {
        let sink = parse(&format!("type = \"syslog\"\naddress = \"{written}\"")).unwrap();
        assert_eq!(sink.target, Target::Syslog(meant));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_cure() {
    for (text, cure) in [
        ("type = \"file\"", "path = "),
        ("type = \"webhook\"", "url = "),
        ("type = \"alertmanager\"", "peers = "),
        (
            "type = \"webhook\"\nurl = \"example.net\"",
            "https://example.net/events",
        ),
        ("type = \"syslog\"\naddress = \"logs\"", "udp://host:514"),
        ("type = \"stdout\"\npath = \"x\"", "leave it out"),
        (
            "type = \"alertmanager\"\npeers = [\"http://a\"]\nformat = \"ecs\"",
            "leave it out",
        ),
        (
            "type = \"alertmanager\"\npeers = [\"http://a\"]\nresend_s = 0",
            "1 to 3600",
        ),
        ("type = \"nats\"", "servers = "),
        (
            "type = \"nats\"\nservers = [\"http://a:4222\"]",
            "nats://host:4222",
        ),
        (
            "type = \"nats\"\nservers = [\"nats://me:secret@a\"]",
            "`credentials_file`",
        ),
        (
            "type = \"nats\"\nservers = [\"nats://a\"]\nsubject = \"detector.>\"",
            "detector.events",
        ),
        (
            "type = \"nats\"\nservers = [\"nats://a\"]\nurl = \"http://a\"",
            "leave it out",
        ),
        ("type = \"stdout\"\nqueue = 0", "1 to 1000000"),
        ("type = \"stdout\"\nname = \"\"", "write some words"),
        ("type = \"pigeon\"", "`journald`"),
        ("tpye = \"stdout\"", "`tpye`"),
        ("type = \"stdout\"\nevents = [\"flow\"]", "`heartbeat`"),
    ] {
        let complaint = parse(text).unwrap_err();
        assert!(complaint.contains(cure), "{text}: {complaint}");
    }
}

#[test]
fn what_is_written_back_means_the_same() {
    for text in [
        "type = \"stdout\"\nformat = \"ocsf\"\nqueue = 7",
        "type = \"file\"\npath = \"/x\"",
        "type = \"syslog\"\naddress = \"udp://[::1]:514\"",
        "type = \"webhook\"\nurl = \"https://example.net/x\"\nbody = \"ndjson\"\nca_file = \"ca.pem\"\n[headers]\na = \"b\"\n[headers_from]\nc = \"d\"",
        "type = \"alertmanager\"\npeers = [\"http://a\", \"http://b:1/x\"]\nresend_s = 5",
        "type = \"nats\"\nservers = [\"nats://a\", \"tls://[2001:db8::1]:4222\"]\nsubject = \"gw.1\"\ncredentials_file = \"c\"\nca_file = \"d\"",
    ] {
        let sink = parse(text).unwrap();
        let written = toml::to_string(&sink).unwrap();
        assert_eq!(parse(&written), Ok(sink), "{written}");
    }
}

#[test]
fn paths_are_meant_from_the_folder_of_the_file() {
    let there = |text: &str| parse(text).unwrap().meant_from(Path::new("/srv")).target;
    assert_eq!(
        there("type = \"file\"\npath = \"events.ndjson\""),
        Target::File("/srv/events.ndjson".into())
    );
    let hook =
        "type = \"webhook\"\nurl = \"http://a\"\nca_file = \"ca\"\nheaders_from = { k = \"v\" }";
    let Target::Webhook { http, .. } = there(hook) else {
        panic!("no webhook");
    };
    assert_eq!(http.ca_file, Some("/srv/ca".into()));
    assert_eq!(http.headers_from["k"], Path::new("/srv/v"));
    let nats = "type = \"nats\"\nservers = [\"nats://a\"]\nca_file = \"ca\"\ncredentials_file = \"/etc/me.creds\"";
    let Target::Nats(nats) = there(nats) else {
        panic!("no NATS");
    };
    assert_eq!(nats.ca_file, Some("/srv/ca".into()));
    assert_eq!(nats.credentials_file, Some("/etc/me.creds".into()));
}

#[test]
fn sinks_that_could_be_confused_are_refused() {
    let file = |name: &str| {
        parse(&format!(
            "type = \"file\"\nname = \"{name}\"\npath = \"/x\""
        ))
        .unwrap()
    };
    assert_eq!(ensure_distinct(&[file("a"), file("b")]), Ok(()));
    assert!(
        ensure_distinct(&[file("a"), file("a")])
            .unwrap_err()
            .contains("`name`")
    );
    let stdout = SinkConfig::stdout();
    let other = SinkConfig {
        name: "b".to_owned(),
        ..stdout.clone()
    };
    assert!(ensure_distinct(&[stdout, other]).is_err());
}
