//! The contract of the events: what was written once must be readable for ever, and what can be written is documented.

use detector::event::schema::{keys, rows, schema};
use detector_tests::contract;
use serde_json::Value;

/// Lines as version 1 wrote them. They are added to, and never changed.
const GOLDEN: &str = include_str!("golden/detector-1.ndjson");
const DOCUMENT: &str = include_str!("../docs/ALERTS.md");

#[test]
fn what_was_written_once_is_of_the_schema_for_ever() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    for line in GOLDEN.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let complaint = schema.validate(&event).err().map(|error| error.to_string());
        assert_eq!(complaint, None, "{line}");
    }
}

#[test]
fn every_event_and_every_state_of_one_is_among_what_was_written() {
    for (name, keys) in keys() {
        let of_it = |line: &&str| line.contains(&format!("\"event\":\"{name}\""));
        let lines: Vec<&str> = GOLDEN.lines().filter(of_it).collect();
        for key in keys {
            let is_there = |line: &&str| line.contains(&format!("\"{}\":", key.name));
            assert!(lines.iter().any(is_there), "{name}: {}", key.path);
        }
    }
}

#[test]
fn a_key_that_the_schema_does_not_name_is_noticed() {
    for line in GOLDEN.lines() {
        assert_eq!(contract::check(line).err(), None);
        let more = line.replacen('{', "{\"colour\":1,", 1);
        assert!(contract::check(&more).is_err(), "{more}");
        let nested = line.replacen("\"evidence\":{", "\"evidence\":{\"colour\":1,", 1);
        assert!(
            nested == line || contract::check(&nested).is_err(),
            "{nested}"
        );
        let other = line.replacen("\"schema\":\"detector/1\"", "\"schema\":1", 1);
        assert!(contract::check(&other).is_err(), "{other}");
    }
}

/// `detector schema --keys EVENT` writes what belongs between the marks.
#[test]
fn every_key_is_documented_as_the_schema_describes_it() {
    for (name, keys) in keys() {
        let begin = format!("<!-- keys of {name}: begin -->\n");
        let (_, after) = DOCUMENT.split_once(&begin).unwrap();
        let (table, _) = after.split_once("<!-- end -->").unwrap();
        let documented = table.trim_start_matches("| key | type | meaning |\n|---|---|---|\n");
        assert_eq!(documented, rows(&keys), "{name}");
    }
}
