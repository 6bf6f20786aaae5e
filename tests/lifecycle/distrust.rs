//! Pins that are not to be trusted: each is refused in one line, and nothing is touched.

use std::{
    fs::{self, DirBuilder, Permissions},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown, symlink},
    path::Path,
};

use anyhow::{Context as _, Result, ensure};
use aya::maps::HashMap;
use nix::net::if_::if_nametoindex;

use crate::{
    foreign::{Foreign, THEIRS},
    link::{Link, NAME},
    pins::{Ground, ensure_same},
    stage::{end, refuse},
};

/// Makes a directory one that is not to be trusted.
pub(crate) type Spoil = fn(&Path) -> Result<()>;
/// Pins something in the folder of a version, given the indices of the interface and of its other end.
type Pin = fn(&Path, [u32; 2]) -> Result<()>;

pub(crate) fn a_directory_that_others_may_have_written_into_is_refused() -> Result<()> {
    let link = Link::new()?;
    let spoils: [(&str, Spoil); 4] = [
        ("symbolic link", |pins| {
            let aside = pins.with_file_name(format!("{}-aside", name(pins)?));
            fs::rename(pins, &aside)?;
            Ok(symlink(&aside, pins)?)
        }),
        ("belongs to user 65534", |pins| {
            Ok(chown(pins, Some(65_534), None)?)
        }),
        ("mode 0750", |pins| {
            Ok(fs::set_permissions(pins, Permissions::from_mode(0o750))?)
        }),
        ("mode 0711", |pins| {
            let version = pins.join("v1");
            Ok(fs::set_permissions(version, Permissions::from_mode(0o711))?)
        }),
    ];
    for (said, spoil) in spoils {
        let ground = Ground::new()?;
        let (detector, _attached) = ground.watch(&link.0, NAME, &[])?;
        end(&detector)?;
        spoil(ground.pins())?;
        ensure_refused(&link, &ground, said)?;
        clean(ground.pins())?;
    }
    Ok(())
}

pub(crate) fn a_place_that_holds_no_pins_is_refused() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    let pins = ground.state().join("pins");
    let pins = pins.to_str().context("no UTF-8")?;
    let told = refuse(&link.0, &["--wan", NAME, "--pin", pins], 69)?;
    for part in [pins, "BPF file system", "--pin DIR"] {
        ensure!(told.contains(part), "no {part}: {told}");
    }
    ensure!(!Path::new(pins).exists(), "it was made all the same");
    Ok(())
}

pub(crate) fn what_the_detector_did_not_pin_is_refused_and_stays() -> Result<()> {
    let link = Link::new()?;
    let far = link.0.run(|| Ok(if_nametoindex("far0")?))?;
    let wan = link.0.run(|| Ok(if_nametoindex(NAME)?))?;
    let foreign: [(&str, Pin); 6] = [
        ("somebody else's (theirs)", |version, [wan, _]| {
            Foreign::pinned(NAME, THEIRS, &version.join(format!("{wan}-generic")))
        }),
        ("another interface", |version, [wan, _]| {
            let path = version.join(format!("{wan}-generic"));
            Foreign::pinned("far0", "xdp_ethernet", &path)
        }),
        ("no link of this kind", |version, [_, far]| {
            Foreign::pinned("far0", "out_ethernet", &version.join(format!("{far}-out")))
        }),
        ("nothing of the detector's", |version, [_, _]| {
            Foreign::pinned("far0", "xdp_ethernet", &version.join("far0"))
        }),
        ("no link", |version, [wan, _]| {
            let map: HashMap<_, u32, u32> = HashMap::create(1, 0)?;
            Ok(map.pin(version.join(format!("{wan}-out")))?)
        }),
        ("symbolic link", |version, [wan, _]| {
            Ok(symlink("/sys/fs/bpf", version.join(format!("{wan}-out")))?)
        }),
    ];
    for (said, pin) in foreign {
        let ground = Ground::new()?;
        let version = ground.pins().join("v1");
        let mut ours = DirBuilder::new();
        ours.recursive(true).mode(0o700).create(&version)?;
        link.0.run(|| pin(&version, [wan, far]))?;
        ensure_refused(&link, &ground, said)?;
    }
    Ok(())
}

pub(crate) fn a_pin_in_the_place_of_another_is_refused() -> Result<()> {
    let (link, ground) = (Link::new()?, Ground::new()?);
    let (detector, attached) = ground.watch(&link.0, NAME, &[])?;
    end(&detector)?;
    let place = |hook: &str| {
        ground
            .pins()
            .join(format!("v1/{}-{hook}", attached["ifindex"]))
    };
    fs::rename(place("out"), place("in"))?;
    ensure_refused(&link, &ground, "other direction")
}

fn ensure_refused(link: &Link, ground: &Ground, said: &str) -> Result<()> {
    let before = [NAME, "far0"].map(|it| link.hooks(it));
    let pins = ground.links()?;
    let told = refuse(&link.0, &ground.arguments(NAME, &[])?, 69)?;
    let path = ground.pins().to_str().context("no UTF-8")?;
    for part in [path, said, "; "] {
        ensure!(told.contains(part), "no {part}: {told}");
    }
    for (before, interface) in before.into_iter().zip([NAME, "far0"]) {
        ensure_same(&before?, &link.hooks(interface)?)?;
    }
    ensure!(ground.links()? == pins, "{:?}", ground.links()?);
    Ok(())
}

fn name(path: &Path) -> Result<String> {
    let name = path.file_name().context("no name")?;
    Ok(name.to_string_lossy().into_owned())
}

/// Takes everything away, also what lies behind a symbolic link.
fn clean(pins: &Path) -> Result<()> {
    let real = fs::canonicalize(pins)?;
    if real != pins {
        fs::remove_file(pins)?;
    }
    Ok(fs::remove_dir_all(real)?)
}
