//! What a pin holds: whether it is a link of the detector's, and whether its interface is still there.
//!
//! Changes nothing. Must not know: what becomes of it.

use std::{fs, path::Path};

use aya::programs::{
    links::{FdLink, LinkInfo, PinnedLink},
    loaded_programs,
};

use super::place::Place;

/// What our programs are called, whatever the version, by hook.
pub(in crate::kernel) const XDP: [&str; 2] = ["xdp_ethernet", "xdp_ip"];
const IN: [&str; 2] = ["in_ethernet", "in_ip"];
const OUT: [&str; 2] = ["out_ethernet", "out_ip"];
/// In place of the index of an interface that is no more.
const GONE: u32 = 0;
/// Where the kernel tells of a link what no call does: its interface, and its side.
const DESCRIPTORS: &str = "/proc/self/fdinfo";

/// Whether the pin at `path` is what belongs into `place`; if so, whether it is attached to its interface still.
///
/// # Errors
/// What it is instead, in words.
pub(super) fn is_attached(path: &Path, place: Place) -> Result<bool, String> {
    let link = link_at(path)?;
    let info = link.info().map_err(|error| error.to_string())?;
    if info.link_type().ok() != Some(place.hook.link_type()) {
        return Err("it is no link of this kind".to_owned());
    }
    let told = told(info.id()).ok_or("the kernel tells nothing of the link")?;
    if let Some(side) = place.hook.side()
        && !word(&told, "attach_type").is_some_and(|it| it.contains(side))
    {
        return Err("it is a link of the other direction".to_owned());
    }
    let index = word(&told, "ifindex").and_then(|it| it.parse::<u32>().ok());
    if index.is_none_or(|it| it != GONE && it != place.index) {
        return Err("it is a link of another interface".to_owned());
    }
    ensure_ours(&info, place)?;
    Ok(index != Some(GONE))
}

/// The link that is pinned there.
pub(super) fn link_at(path: &Path) -> Result<FdLink, String> {
    // The kernel says so of every other object, and of every other file.
    let pinned = PinnedLink::from_pin(path).map_err(|error| error.to_string())?;
    let link = FdLink::from(pinned);
    match link.info() {
        Ok(_) => Ok(link),
        Err(_refused) => Err("it is no link".to_owned()),
    }
}

/// By its program's name, where that is told: to root alone.
fn ensure_ours(info: &LinkInfo, place: Place) -> Result<(), String> {
    let program = loaded_programs()
        .filter_map(Result::ok)
        .find(|it| it.id() == info.program_id());
    let ours = match place.hook.side() {
        None => XDP,
        Some("(ingress)") => IN,
        Some(_) => OUT,
    };
    match program.as_ref().map(|it| it.name_as_str()) {
        None => Ok(()),
        Some(Some(name)) if ours.contains(&name) => Ok(()),
        Some(name) => Err(format!(
            "its program is somebody else's ({})",
            name.unwrap_or("without a name")
        )),
    }
}

/// What the kernel tells of the link with this number, of which a descriptor is open.
fn told(link: u32) -> Option<String> {
    let entries = fs::read_dir(DESCRIPTORS).ok()?;
    let texts = entries.filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok());
    let number = link.to_string();
    texts
        .into_iter()
        .find(|it| word(it, "link_id") == Some(&number))
}

fn word<'a>(told: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = told.lines().filter_map(|line| line.split_once(':'));
    lines.find_map(|(it, value)| (it == name).then_some(value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "pos:\t0\nflags:\t02000002\nlink_type:\ttcx\nlink_id:\t13\nprog_id:\t4\nifindex:\t7\n\
                        attach_type:\t47 (egress)\n";

    #[test]
    fn what_the_kernel_tells_of_a_link_is_found_by_name() {
        assert_eq!(word(TOLD, "link_id"), Some("13"));
        assert_eq!(word(TOLD, "ifindex"), Some("7"));
        assert_eq!(word(TOLD, "attach_type"), Some("47 (egress)"));
        assert_eq!(word(TOLD, "link"), None);
    }

    #[test]
    fn a_file_that_is_no_pin_is_none() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(link_at(file.path()).is_err());
    }
}
