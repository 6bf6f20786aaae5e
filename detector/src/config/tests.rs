use clap::Parser as _;
use tempfile::TempDir;

use super::*;
use crate::cli::{Cli, Command};
use crate::kind::Kind;

const WHOLE: &str = r#"
labels = ["ip-ranges.json", "/etc/detector/own.csv"]
asn = "asn.mmdb"

[[ignore]]
prefix = "198.18.16.0/20"
kind = "syn_blackhole"
reason = "test bench"
until = "2027-01-01T00:00:00Z"

[[ignore]]
prefix = "2001:db8::/44"
reason = "ours"
until = 2027-01-01

[[sink]]
type = "file"
path = "events.ndjson"
format = "ecs"
"#;

#[test]
fn every_key_is_read() {
    let config = Config::parse(WHOLE).unwrap();
    assert_eq!(config.labels.len(), 2);
    assert_eq!(config.asn, Some("asn.mmdb".into()));
    let until = "2027-01-01T00:00:00Z".parse().unwrap();
    let first = Rule {
        prefix: "198.18.16.0/20".parse().unwrap(),
        kind: Some(Kind::SynBlackhole),
        reason: "test bench".to_owned(),
        until,
    };
    let second = Rule {
        prefix: "2001:db8::/44".parse().unwrap(),
        kind: None,
        reason: "ours".to_owned(),
        until,
    };
    assert_eq!(config.ignore, [first, second]);
}

#[test]
fn every_kind_can_be_ignored_by_the_name_that_events_give_it() {
    for kind in Kind::ALL {
        let name = serde_json::to_string(&kind).unwrap();
        let text = WHOLE.replace(r#""syn_blackhole""#, &name);
        assert_eq!(Config::parse(&text).unwrap().ignore[0].kind, Some(kind));
    }
}

#[test]
fn a_file_without_a_key_says_nothing() {
    for text in ["", "# later\n"] {
        let config = Config::parse(text).unwrap();
        assert!(config.labels.is_empty() && config.asn.is_none() && config.ignore.is_empty());
    }
}

#[test]
fn paths_are_meant_from_the_folder_of_the_file() {
    let config = Config::parse(WHOLE).unwrap();
    let config = config.meant_from(Path::new("/srv"));
    let labels: [&Path; 2] = [
        Path::new("/srv/ip-ranges.json"),
        Path::new("/etc/detector/own.csv"),
    ];
    assert_eq!(config.labels, labels);
    assert_eq!(config.asn, Some("/srv/asn.mmdb".into()));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let rule = |line: &str| format!("[[ignore]]\nprefix = \"198.18.0.0/15\"\n{line}\n");
    for (text, place, named) in [
        (
            "labels = []\nlables = []\n".to_owned(),
            "line 2, column 1",
            "`lables`",
        ),
        (
            "  labels = \"one\"".to_owned(),
            "line 1, column 12",
            "sequence",
        ),
        ("# é\n[[ignore]\n".to_owned(), "line 2, column 10", "`]`"),
        (rule("reason = \"x\""), "line 1, column 1", "`until`"),
        (rule("until = 2027-01-01"), "line 1, column 1", "`reason`"),
        (
            rule("reason = \" \""),
            "line 3, column 10",
            "write some words",
        ),
        (
            rule("until = \"soon\""),
            "line 3, column 9",
            "2027-01-01T00:00:00Z",
        ),
        (
            rule("until = 2027-01-01T00:00:00"),
            "line 3, column 9",
            "2027-01-01T00:00:00Z",
        ),
        (
            rule("kind = \"dns\""),
            "line 3, column 8",
            "`syn_blackhole`",
        ),
        (
            "mode = \"auto\"\n[metrics]\nlisten = \"0.0.0.0:9736\"\n".to_owned(),
            "line 2, column 1",
            "write 127.0.0.1:9736, or allow_remote",
        ),
        (rule("knid = \"x\""), "line 3, column 1", "`knid`"),
        (
            "[[sink]]\ntype = \"stdout\"\n[[sink]]\ntype = \"file\"\n".to_owned(),
            "line 1, column 1",
            "sink 2: a sink of type \"file\" needs `path`",
        ),
        (
            "[[ignore]]\nprefix = \"198.18.3.0/15\"".to_owned(),
            "line 2, column 10",
            "198.18.0.0/15",
        ),
    ] {
        let complaint = Config::parse(&text).unwrap_err();
        assert!(complaint.starts_with(&format!("{place}: ")), "{complaint}");
        assert!(complaint.contains(named), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

#[test]
fn labels_of_the_file_and_of_the_command_line_are_both_used() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    write("one.csv", "198.18.0.0/15,one\n203.0.113.0/24,one\n");
    let two = write("two.csv", "203.0.113.0/24,two\n");
    let config = Config::of(&ConfigArgs {
        config: Some(write("detector.toml", "labels = [\"one.csv\"]")),
        labels: vec![two],
        asn: None,
    });
    let names = Settings::load(&config.unwrap()).unwrap().names;
    let of = |prefix: &str| names.of(&prefix.parse().unwrap());
    assert_eq!(of("198.18.7.0/24"), Some("one".to_owned()));
    assert_eq!(of("203.0.113.0/24"), Some("two".to_owned()));
}

#[test]
fn a_misspelt_or_misplaced_key_is_told_what_was_meant() {
    for (text, cure) in [
        ("lables = []\n", "did you mean `labels`?"),
        ("[tables]\nprefixs = 9000\n", "did you mean `prefixes`?"),
        (
            "[[sink]]\ntype = \"stdout\"\nquue = 9\n",
            "did you mean `queue`?",
        ),
        (
            "[tables]\nprefixes = 9000\nmode = \"auto\"\n",
            "its place is `mode`",
        ),
        ("prefixes = 9000\n", "its place is `tables.prefixes`"),
    ] {
        let complaint = Config::parse(text).unwrap_err();
        assert!(complaint.ends_with(cure), "{complaint}");
        assert!(!complaint.contains("expected"), "{complaint}");
    }
    let complaint = Config::parse("colour = 1\n").unwrap_err();
    assert!(complaint.contains("config explain"), "{complaint}");
}

#[test]
fn options_override_the_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("detector.toml");
    fs::write(
        &path,
        "wan = [\"wan0\"]\nmode = \"native\"\n[tables]\nprefixes = 4096\n",
    )
    .unwrap();
    let args = |options: &[&str]| {
        let file = ["detector", "run", "--config", path.to_str().unwrap()];
        let cli = Cli::try_parse_from(file.iter().chain(options)).unwrap();
        match cli.command {
            Command::Run(args) => Config::of_run(&args).unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let config = args(&[]);
    assert_eq!(
        (config.wan, config.mode),
        (vec!["wan0".to_owned()], Mode::Native)
    );
    assert_eq!(config.tables.prefixes, 4_096);
    let config = args(&["--wan", "wan1", "--mode", "generic"]);
    assert_eq!(
        (config.wan, config.mode),
        (vec!["wan1".to_owned()], Mode::Generic)
    );
}

#[test]
fn metrics_are_served_to_others_only_where_that_is_said() {
    let listen =
        |text: &str| Config::parse(&format!("[metrics]\n{text}")).map(|it| it.metrics.listen);
    for local in ["127.0.0.1:9736", "[::1]:9736"] {
        let given = listen(&format!("listen = \"{local}\""));
        assert_eq!(given, Ok(Some(local.parse().unwrap())));
    }
    let remote = "listen = \"192.0.2.1:9736\"\n";
    assert!(listen(remote).is_err());
    assert!(listen(&format!("{remote}allow_remote = true")).is_ok());
}

#[test]
fn what_is_shown_is_read_back_the_same() {
    let config = Config::parse(WHOLE).unwrap();
    let shown = toml::to_string_pretty(&config).unwrap();
    assert_eq!(Config::parse(&shown), Ok(config));
}

#[test]
fn every_key_is_explained() {
    for key in keys::keys() {
        assert!(key.meaning.ends_with('.'), "{key:?}");
    }
}
