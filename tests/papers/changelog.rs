//! The changelog in Debian's form. What changed is told in the project's own, which lies beside it.

use jiff::{Timestamp, tz::TimeZone};

use crate::{NAME, VERSION};

pub(crate) fn changelog(maintainer: &str, date: Timestamp) -> String {
    let date = date
        .to_zoned(TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S %z");
    format!(
        "{NAME} ({VERSION}) unstable; urgency=medium\n\n  * Version {VERSION}; CHANGELOG.md has what changed.\n\n \
         -- {maintainer}  {date}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_ends_with_who_and_when_in_debians_form() {
        let text = changelog("A <a@example.org>", Timestamp::UNIX_EPOCH);
        let last = text.lines().last();
        let expected = " -- A <a@example.org>  Thu, 01 Jan 1970 00:00:00 +0000";
        assert_eq!(last, Some(expected));
    }
}
