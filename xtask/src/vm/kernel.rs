//! Kernels to boot: Debian's cloud kernels, unpacked, or files that somebody names. Boots none.

use std::{
    ffi::OsStr,
    fs, iter,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context as _, Result, ensure};

use crate::apt;

/// Packages of cloud kernels: small, and with everything that a virtual machine wants.
const FLAVOUR: &str = "-cloud-amd64";
const IMAGE: &str = "linux-image";
const PARTS: [&str; 2] = ["linux-binary", "linux-modules"];

/// A kernel as somebody asks for it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wanted {
    /// The newest of a release that the archive has.
    Release(String),
    /// Files that are there.
    Given { image: PathBuf, modules: PathBuf },
}

/// A kernel that can be booted.
#[derive(Debug)]
pub(crate) struct Kernel {
    /// What it is called in what is said of it.
    pub(crate) name: String,
    pub(crate) image: PathBuf,
    /// A folder with its modules, however deep.
    pub(crate) modules: PathBuf,
}

impl Wanted {
    /// What is supported: the oldest of Debian's that is, and the newest.
    pub(crate) fn usual() -> [Self; 2] {
        ["6.1", "6.12"].map(|release| Self::Release(release.to_owned()))
    }

    /// Its files: those that are named, or unpacked below `folder`.
    pub(crate) fn ensure(&self, folder: &Path) -> Result<Kernel> {
        match self {
            Self::Given { image, modules } => given(image, modules),
            Self::Release(release) => unpacked(release, folder),
        }
    }
}

impl FromStr for Wanted {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        if let Some((image, modules)) = text.split_once(':') {
            let (image, modules) = (image.into(), modules.into());
            return Ok(Self::Given { image, modules });
        }
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
        let is_release = text.split('.').count() == 2 && text.split('.').all(is_number);
        ensure!(
            is_release,
            "neither a release such as 6.1 nor VMLINUZ:MODULES"
        );
        Ok(Self::Release(text.to_owned()))
    }
}

fn given(image: &Path, modules: &Path) -> Result<Kernel> {
    for path in [image, modules] {
        ensure!(path.exists(), "{} is not there", path.display());
    }
    let name = image.file_name().unwrap_or(image.as_os_str());
    let name = name.to_string_lossy();
    Ok(Kernel {
        name: name.trim_start_matches("vmlinuz-").to_owned(),
        image: image.to_owned(),
        modules: modules.to_owned(),
    })
}

fn unpacked(release: &str, folder: &Path) -> Result<Kernel> {
    let package = apt::newest(&format!("{IMAGE}-{release}."), FLAVOUR).with_context(|| {
        format!(
            "apt knows no Linux {release}: name a source that has it, or --kernel VMLINUZ:MODULES"
        )
    })?;
    let folder = folder.join("kernels").join(&package);
    if !folder.exists() {
        let packages = packages(&package);
        let packages: Vec<_> = packages.iter().map(String::as_str).collect();
        apt::fetch(&packages, &folder)?;
    }
    let image = image_in(&folder).with_context(|| format!("{} holds no vmlinuz", folder.display()));
    Ok(Kernel {
        name: release.to_owned(),
        image: image?,
        modules: folder,
    })
}

/// Newer ones leave the image, and the modules, to packages of their own (Debian 14).
fn packages(package: &str) -> Vec<String> {
    let parts = PARTS.map(|part| package.replacen(IMAGE, part, 1));
    let parts = parts.into_iter().filter(|part| apt::offers(part));
    iter::once(package.to_owned()).chain(parts).collect()
}

/// In `/boot`, or beside the modules.
fn image_in(folder: &Path) -> Option<PathBuf> {
    let entries = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
    let beside = entries(folder.join("usr/lib/modules")).map(|it| it.path());
    let mut files = iter::once(folder.join("boot"))
        .chain(beside)
        .flat_map(entries)
        .map(|it| it.path());
    files.find(|path| {
        let name = path.file_name().and_then(OsStr::to_str);
        name.is_some_and(|name| name.starts_with("vmlinuz"))
    })
}

#[cfg(test)]
mod tests {
    use std::{env, process};

    use super::*;

    #[test]
    fn a_release_and_files_are_told_apart() {
        assert_eq!(
            "6.12".parse::<Wanted>().unwrap(),
            Wanted::Release("6.12".to_owned())
        );
        let given = Wanted::Given {
            image: "/boot/vmlinuz-6.9".into(),
            modules: "/lib/modules/6.9".into(),
        };
        assert_eq!(
            "/boot/vmlinuz-6.9:/lib/modules/6.9"
                .parse::<Wanted>()
                .unwrap(),
            given
        );
    }

    #[test]
    fn an_image_is_found_where_older_and_newer_packages_have_it() {
        for place in ["boot/vmlinuz-6.12", "usr/lib/modules/7.3/vmlinuz"] {
            let folder = env::temp_dir().join(format!("detector-image-{}", process::id()));
            let image = folder.join(place);
            fs::create_dir_all(image.parent().unwrap()).unwrap();
            fs::write(&image, "").unwrap();
            let found = image_in(&folder);
            fs::remove_dir_all(&folder).unwrap();
            assert_eq!(found, Some(image));
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in ["", "6", "6.", "6.1.2", "newest", "/boot/vmlinuz"] {
            assert!(text.parse::<Wanted>().is_err(), "{text}");
        }
    }
}
