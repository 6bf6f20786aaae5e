//! Values as people write them: prefixes, times and words, each with a complaint that names the cure.
//!
//! Must not know: which file they stand in, or what they are for.

use ipnet::IpNet;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize as _, Deserializer, de::Error as _};

use crate::sizes::ALLOWED;

/// Longest name or reason, in characters; an event with several of them stays a short line.
pub const MOST_CHARACTERS: usize = 200;

/// A prefix.
///
/// # Errors
/// A complaint where it is none, or where bits are set beyond its length.
pub fn prefix(text: &str) -> Result<IpNet, String> {
    let prefix: IpNet = text
        .parse()
        .map_err(|_why| format!("{text:?} is no prefix: write it like 198.51.100.0/24"))?;
    if prefix.trunc() == prefix {
        Ok(prefix)
    } else {
        let meant = prefix.trunc();
        Err(format!(
            "{prefix} has bits set beyond its length: write {meant}"
        ))
    }
}

/// A time, or a date for its first moment in UTC.
///
/// # Errors
/// A complaint where it is neither.
pub fn time(text: &str) -> Result<Timestamp, String> {
    let is_date = text.len() == "2027-01-01".len();
    let time = if is_date {
        midnight(text)
    } else {
        text.parse()
    };
    time.map_err(|_why| {
        format!("{text:?} is no time: write it like 2027-01-01T00:00:00Z or 2027-01-01")
    })
}

/// A name or a reason, on one line.
///
/// # Errors
/// A complaint where nothing is written, or too much.
pub fn words(text: &str) -> Result<String, String> {
    let words = text.trim();
    if words.is_empty() {
        Err("nothing is written there: write some words".to_owned())
    } else if words.chars().count() > MOST_CHARACTERS {
        Err(format!(
            "a text is too long: write at most {MOST_CHARACTERS} characters"
        ))
    } else if words.contains(char::is_control) {
        Err(format!("{words:?} has control characters: leave them out"))
    } else {
        Ok(words.to_owned())
    }
}

/// For serde: [`prefix`].
///
/// # Errors
/// The complaint.
pub fn read_prefix<'de, D: Deserializer<'de>>(from: D) -> Result<IpNet, D::Error> {
    prefix(&String::deserialize(from)?).map_err(D::Error::custom)
}

/// For serde: [`time`], also as one of TOML's own times.
///
/// # Errors
/// The complaint.
pub fn read_time<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = match toml::Value::deserialize(from)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(time) => time.to_string(),
        other => format!("a value of type {}", other.type_str()),
    };
    time(&text).map_err(D::Error::custom)
}

/// For serde: [`words`].
///
/// # Errors
/// The complaint.
pub fn read_words<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    words(&String::deserialize(from)?).map_err(D::Error::custom)
}

/// For serde: a number of entries that a table can have.
///
/// # Errors
/// A complaint where it is too small or too large.
pub fn read_size<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let size = i64::deserialize(from)?;
    let fits = u32::try_from(size).ok().filter(|it| ALLOWED.contains(it));
    fits.ok_or_else(|| {
        let (least, most) = (ALLOWED.start(), ALLOWED.end());
        D::Error::custom(format!("{size} is no size: write {least} to {most}"))
    })
}

fn midnight(date: &str) -> Result<Timestamp, jiff::Error> {
    let date: Date = date.parse()?;
    Ok(date.to_zoned(TimeZone::UTC)?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_network_and_its_length() {
        for good in [
            "198.51.100.0/24",
            "198.51.100.7/32",
            "2001:db8::/44",
            "0.0.0.0/0",
        ] {
            assert_eq!(prefix(good), Ok(good.parse().unwrap()));
        }
        for (bad, cure) in [
            ("198.51.100.0", "198.51.100.0/24"),
            ("198.51.100.0/33", "198.51.100.0/24"),
            ("", "198.51.100.0/24"),
            ("198.18.3.4/15", "write 198.18.0.0/15"),
            ("2001:db8::1/48", "write 2001:db8::/48"),
        ] {
            let complaint = prefix(bad).unwrap_err();
            assert!(complaint.contains(cure), "{complaint}");
        }
    }

    #[test]
    fn a_time_is_a_moment_or_the_beginning_of_a_day() {
        let new_year: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
        for good in [
            "2027-01-01",
            "2027-01-01T00:00:00Z",
            "2027-01-01T01:00:00+01:00",
        ] {
            assert_eq!(time(good), Ok(new_year), "{good}");
        }
        for bad in [
            "2027-01-01T00:00:00",
            "2027-02-30",
            "tomorrow",
            "",
            "1798761600",
        ] {
            assert!(time(bad).unwrap_err().contains("2027-01-01T00:00:00Z"));
        }
    }

    #[test]
    fn words_are_something_that_fits_in_a_line() {
        assert_eq!(words(" test bench "), Ok("test bench".to_owned()));
        assert_eq!(words(&"ä".repeat(200)), Ok("ä".repeat(200)));
        for bad in ["", "  ", "two\nlines", &"ä".repeat(201)] {
            assert!(words(bad).unwrap_err().contains(": "), "{bad:?}");
        }
    }
}
