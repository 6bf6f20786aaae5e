use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// Made by mmdb-writer 0.2.7 (PyPI): an IPv6 tree with IPv4 in it, type Test-ASN, where
/// 198.18.0.0/15 and `2001:db8::/32` are 64500 EXAMPLE-ONE, and 203.0.113.128/25 is 64501, in 32
/// bits, without an organization.
const ASN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/names/testdata/asn.mmdb");
/// Likewise, an IPv4 tree where 198.18.0.0/15 has a country.
const COUNTRY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/src/names/testdata/country.mmdb"
);

const AMAZON: &str = r#"{
  "syncToken": "1", "createDate": "2026-11-22-10-35-11",
  "prefixes": [
    {"ip_prefix": "198.18.0.0/16", "region": "eu-central-1", "service": "AMAZON", "network_border_group": "eu-central-1"},
    {"ip_prefix": "198.18.0.0/16", "region": "eu-central-1", "service": "EC2", "network_border_group": "eu-central-1"}
  ],
  "ipv6_prefixes": [
    {"ipv6_prefix": "2001:db8:8000::/36", "region": "us-east-1", "service": "S3", "network_border_group": "us-east-1"}
  ]
}"#;

const GOOGLE: &str = r#"{
  "syncToken": "1", "creationTime": "2026-11-22T10:35:11.1",
  "prefixes": [
    {"ipv4Prefix": "198.18.128.0/20", "service": "Google Cloud", "scope": "europe-west3"},
    {"ipv6Prefix": "2001:db8:4000::/44", "service": "Google Cloud", "scope": "us-west1"}
  ]
}"#;

const TABLE: &str = "\u{feff}# ours\r\n\r\n Prefix , Label\r\n198.18.7.0/24, the bench\r\n\
    2001:db8::/48,\"Example, Inc.\"\r\n";

fn net(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn names(files: &[&str], asn: Option<&str>) -> Result<Names, Failure> {
    let folder = TempDir::new().unwrap();
    let paths: Vec<PathBuf> = (0..files.len())
        .map(|number| folder.path().join(format!("labels-{number}")))
        .collect();
    for (path, text) in paths.iter().zip(files) {
        std::fs::write(path, text).unwrap();
    }
    Names::load(&paths, asn.map(Path::new))
}

fn share(name: &str, blocked: usize, observed: usize) -> Share {
    Share {
        name: name.to_owned(),
        blocked,
        observed,
    }
}

#[test]
fn every_format_is_told_by_its_content() {
    let names = names(&[AMAZON, GOOGLE, TABLE], None).unwrap();
    for (prefix, name) in [
        ("198.18.3.0/24", Some("amazon/eu-central-1")),
        ("2001:db8:8fff::/48", Some("amazon/us-east-1")),
        ("198.18.129.0/24", Some("google/europe-west3")),
        ("2001:db8:4000::/48", Some("google/us-west1")),
        ("198.18.7.0/24", Some("the bench")),
        ("2001:db8::/48", Some("Example, Inc.")),
        ("203.0.113.0/24", None),
        ("2001:db8:1::/48", None),
    ] {
        assert_eq!(names.of(&net(prefix)).as_deref(), name, "{prefix}");
    }
}

#[test]
fn a_label_inside_a_prefix_does_not_name_it() {
    let names = names(&["198.18.7.0/24,part\n198.18.9.128/25,half\n"], None).unwrap();
    for prefix in ["198.18.0.0/16", "198.18.6.0/23", "198.18.9.0/24"] {
        assert_eq!(names.of(&net(prefix)), None, "{prefix}");
    }
}

#[test]
fn of_two_labels_of_one_prefix_the_later_holds() {
    let names = names(&["198.18.0.0/15,old\n", "198.18.0.0/15,new\n"], None).unwrap();
    assert_eq!(names.of(&net("198.18.7.0/24")).as_deref(), Some("new"));
}

#[test]
fn a_system_names_what_no_label_does() {
    let names = names(&[TABLE], Some(ASN)).unwrap();
    for (prefix, name) in [
        ("198.18.7.0/24", Some("the bench")),
        ("198.19.0.0/24", Some("AS64500 EXAMPLE-ONE")),
        ("2001:db8:1::/48", Some("AS64500 EXAMPLE-ONE")),
        ("203.0.113.128/26", Some("AS64501")),
        // Half of it belongs to somebody, which names nothing.
        ("203.0.113.0/24", None),
        ("198.18.0.0/14", None),
        ("192.0.2.0/24", None),
        ("2001:db9::/48", None),
    ] {
        assert_eq!(names.of(&net(prefix)).as_deref(), name, "{prefix}");
    }
}

#[test]
fn shares_count_the_blocked_among_the_observed() {
    let names = names(&[AMAZON, GOOGLE], Some(ASN)).unwrap();
    let observed: Vec<IpNet> = (0..14)
        .map(|third| net(&format!("198.18.{third}.0/24")))
        .chain(["198.18.128.0/24", "198.18.129.0/24", "198.19.5.0/24"].map(net))
        .chain(["2001:db8:1::/48", "192.0.2.0/24"].map(net))
        .collect();
    let mut members = observed[..12].to_vec();
    members.extend(["198.18.128.0/24", "198.19.5.0/24", "192.0.2.0/24"].map(net));
    let shares = names.shares(&members, &observed);
    assert_eq!(
        shares,
        [
            share("amazon/eu-central-1", 12, 14),
            share("AS64500 EXAMPLE-ONE", 1, 2),
            share("google/europe-west3", 1, 2),
        ]
    );
    assert_eq!(
        shares[0].to_string(),
        "12 of 14 observed prefixes of amazon/eu-central-1"
    );
    assert_eq!(
        serde_json::to_string(&shares[1]).unwrap(),
        r#"{"name":"AS64500 EXAMPLE-ONE","blocked":1,"observed":2}"#
    );
}

#[test]
fn an_alert_tells_eight_shares_at_most_and_the_largest_of_them() {
    let hosts = |label: u8| (0..=label).map(move |host| net(&format!("198.18.{label}.{host}/32")));
    let table = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
        .map(|label| format!("198.18.{label}.0/24,{label}\n"))
        .concat();
    let members: Vec<IpNet> = (0..12).flat_map(hosts).collect();
    let shares = names(&[&table], None).unwrap().shares(&members, &members);
    let blocked: Vec<usize> = shares.iter().map(|share| share.blocked).collect();
    assert_eq!(blocked, [12, 11, 10, 9, 8, 7, 6, 5]);
}

#[test]
fn who_knows_nothing_names_nothing() {
    let prefix = net("198.18.7.0/24");
    let names = Names::default();
    assert_eq!(names.of(&prefix), None);
    let unread = std::iter::from_fn(|| -> Option<IpNet> { panic!("nothing to look up") });
    assert!(names.shares(&[prefix], unread).is_empty());
}

#[test]
fn a_bad_file_is_refused_with_its_place_and_the_cure() {
    let amazon = |old: &str, new: &str| AMAZON.replacen(old, new, 1);
    for (text, parts) in [
        (
            "198.18.0.0/15,a\n\n198.18.0.0,b\n".to_owned(),
            ["line 3: ", "198.51.100.0/24"],
        ),
        (
            "# x\n198.18.4.0/15,a\n".to_owned(),
            ["line 2: ", "write 198.18.0.0/15"],
        ),
        (
            "198.18.0.0/15 a\n".to_owned(),
            ["line 1: ", "write prefix,label"],
        ),
        (
            "198.18.0.0/15,\n".to_owned(),
            ["line 1: ", "write some words"],
        ),
        (
            amazon("198.18.0.0/16", "198.18.0.1/16"),
            ["line 4, column 33: ", "198.18.0.0/16"],
        ),
        (
            amazon("\"region\"", "\"reg\""),
            ["entry 198.18.0.0/16: ", "neither a region nor a scope"],
        ),
        (
            amazon("ip_prefix", "prefix"),
            ["line 4, column ", "missing field `ip_prefix`"],
        ),
        (
            amazon("prefixes", "ranges"),
            ["line 10, column 1: ", "missing field `prefixes`"],
        ),
        (
            AMAZON[..200].to_owned(),
            ["line 5, column 2: ", "as they are published"],
        ),
    ] {
        let failure = names(&["198.18.0.0/15,good", &text], None).unwrap_err();
        let said = failure.to_string();
        assert!(matches!(failure, Failure::Config(_)), "{said}");
        assert!(said.contains("labels-1: "), "{said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_file_of_another_kind_is_refused_with_the_cure() {
    let load = |labels: &str, asn: &str| {
        let labels: Vec<PathBuf> = labels.split_whitespace().map(PathBuf::from).collect();
        let asn = (!asn.is_empty()).then_some(Path::new(asn));
        Names::load(&labels, asn).unwrap_err().to_string()
    };
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/names.rs");
    for (said, cure) in [
        (load(ASN, ""), "given by --asn"),
        (load("/nonexistent/labels", ""), "give a file of labels"),
        (load("", COUNTRY), "of autonomous systems"),
        (load("", source), "of autonomous systems"),
        (load("", "/nonexistent/asn.mmdb"), "of autonomous systems"),
    ] {
        assert!(said.contains(cure), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_damaged_database_is_refused_or_names_somebody_but_does_no_harm() {
    let whole = std::fs::read(ASN).unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("damaged.mmdb");
    let prefixes = ["198.18.7.0/24", "203.0.113.0/24", "2001:db8::/48"].map(net);
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        std::fs::write(&path, &damaged).unwrap();
        if let Ok(names) = Names::load(&[], Some(&path)) {
            let shares = names.shares(&prefixes, prefixes);
            assert!(shares.len() <= prefixes.len());
        }
    }
}

/// Few enough bits that prefixes often contain one another.
fn prefixes() -> impl Strategy<Value = IpNet> {
    let bits = (any::<bool>(), 0_u8..64, 0_u8..=8);
    bits.prop_map(|(is_v4, bits, length)| {
        let text = if is_v4 {
            format!("{}.0.0.0/{length}", bits << 2)
        } else {
            format!("{:x}00::/{length}", bits << 2)
        };
        net(&text).trunc()
    })
}

proptest! {
    #[test]
    fn the_longest_label_that_contains_a_prefix_is_found(
        entries in proptest::collection::vec(prefixes(), 0..40),
        asked in proptest::collection::vec(prefixes(), 1..40),
    ) {
        let entries = entries.into_iter().enumerate();
        let entries: Vec<_> = entries.map(|(number, it)| (it, number.to_string())).collect();
        let mut labels = Labels::default();
        labels.add(entries.clone());
        for prefix in asked {
            let containing = entries.iter().filter(|(it, _)| it.contains(&prefix));
            // Of several that are equal, the last.
            let longest = containing.max_by_key(|(it, _)| it.prefix_len());
            prop_assert_eq!(labels.of(&prefix), longest.map(|(_, label)| label.as_str()));
        }
    }
}
