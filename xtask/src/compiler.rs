//! What a Rust compiler on this machine is, and which of them can build the eBPF object.
//!
//! Owns the rule; does not link or install anything.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::program;

/// bpf-linker 0.10.3 reads what this LLVM writes.
const LLVM: &str = "22.";
const DISTRIBUTION: &str = "/usr/bin/rustc";

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compiler {
    pub(crate) release: String,
    pub(crate) sysroot: PathBuf,
    llvm: String,
    /// The one that bpf-linker would load.
    linker_llvm: String,
    has_source: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Choice {
    Install,
    Keep(Compiler),
    Link(Compiler),
}

/// The linked compiler stays while it works; else the first other one that would.
pub(crate) fn choose(
    linked: Option<Compiler>,
    others: impl IntoIterator<Item = Compiler>,
) -> Choice {
    if let Some(compiler) = linked.filter(Compiler::builds_bpf) {
        return Choice::Keep(compiler);
    }
    others
        .into_iter()
        .find(Compiler::builds_bpf)
        .map_or(Choice::Install, Choice::Link)
}

/// Every nightly that rustup has.
pub(crate) fn nightlies() -> impl Iterator<Item = Compiler> {
    let list = program::answer(program::command("rustup").args(["toolchain", "list"]));
    let names: Vec<_> = list.as_deref().map(nightly_names).unwrap_or_default();
    names
        .into_iter()
        .filter_map(|name| Compiler::of_rustup(&name))
}

impl Compiler {
    pub(crate) fn of_rustup(toolchain: &str) -> Option<Self> {
        let rustc = || {
            let mut command = program::command("rustup");
            command.args(["run", toolchain, "rustc"]);
            command
        };
        Self::ask(rustc)
    }

    pub(crate) fn of_distribution() -> Option<Self> {
        Self::ask(|| Command::new(DISTRIBUTION))
    }

    /// `core` has to be compiled for the BPF target, by the compiler it belongs to.
    pub(crate) fn builds_bpf(&self) -> bool {
        self.has_source && fits_linker(&self.llvm) && fits_linker(&self.linker_llvm)
    }

    fn ask(rustc: impl Fn() -> Command) -> Option<Self> {
        let version = program::answer(rustc().arg("-vV"))?;
        let sysroot = PathBuf::from(program::answer(rustc().args(["--print", "sysroot"]))?);
        let release = field(&version, "release")?.to_owned();
        let llvm = field(&version, "LLVM version")?.to_owned();
        let linker_llvm = if brings_llvm(&sysroot) {
            llvm.clone()
        } else {
            active_llvm()
        };
        let has_source = has_source(&sysroot, &release);
        Some(Self {
            release,
            sysroot,
            llvm,
            linker_llvm,
            has_source,
        })
    }
}

/// The distribution's compiler has its LLVM where bpf-linker does not look: it searches the
/// toolchain's own libraries, then those of the toolchain that cargo was called with.
pub(crate) fn active_fits_linker() -> bool {
    fits_linker(&active_llvm())
}

fn active_llvm() -> String {
    let version = program::answer(program::command("rustc").arg("-vV")).unwrap_or_default();
    field(&version, "LLVM version")
        .unwrap_or_default()
        .to_owned()
}

fn fits_linker(llvm: &str) -> bool {
    llvm.starts_with(LLVM)
}

fn brings_llvm(sysroot: &Path) -> bool {
    let files = fs::read_dir(sysroot.join("lib"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with("libLLVM"))
}

fn field<'a>(version: &'a str, name: &str) -> Option<&'a str> {
    version
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn nightly_names(list: &str) -> Vec<String> {
    let names = list
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| name.starts_with("nightly"))
        .map(str::to_owned)
        .collect()
}

fn has_source(sysroot: &Path, release: &str) -> bool {
    let library = sysroot.join("lib/rustlib/src/rust/library");
    // Cargo asks for this file first when it builds `core` itself.
    let real = library.join("Cargo.lock").canonicalize();
    real.is_ok_and(|lock| belongs_to(&lock, release))
}

/// Debian keeps the source in a directory named after its version, in a package of its own,
/// which can lag behind the compiler's. Rustup's component cannot.
fn belongs_to(lock: &Path, release: &str) -> bool {
    let directories = lock.iter().filter_map(|name| name.to_str());
    directories
        .filter_map(|name| name.strip_prefix("rustc-"))
        .all(|version| version == release)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiler(sysroot: &str, llvm: &str, has_source: bool) -> Compiler {
        let (sysroot, llvm) = (PathBuf::from(sysroot), llvm.to_owned());
        let linker_llvm = llvm.clone();
        Compiler {
            release: "1.96.0".to_owned(),
            sysroot,
            llvm,
            linker_llvm,
            has_source,
        }
    }

    #[test]
    fn a_link_that_works_is_kept() {
        let linked = compiler("/linked", "22.1.8", true);
        let nightly = compiler("/nightly", "22.1.4", true);
        assert_eq!(
            choose(Some(linked.clone()), [nightly]),
            Choice::Keep(linked)
        );
    }

    #[test]
    fn a_link_that_lost_its_source_is_replaced() {
        let linked = compiler("/linked", "22.1.8", false);
        let nightly = compiler("/nightly", "22.1.4", true);
        assert_eq!(
            choose(Some(linked), [nightly.clone()]),
            Choice::Link(nightly)
        );
    }

    #[test]
    fn the_first_usable_compiler_wins() {
        let sourceless = compiler("/nightly", "22.1.4", false);
        let old = compiler("/nightly-old", "20.1.0", true);
        let distribution = compiler("/usr", "22.1.8", true);
        let last = compiler("/last", "22.1.8", true);
        let found = [sourceless, old, distribution.clone(), last];
        assert_eq!(choose(None, found), Choice::Link(distribution));
    }

    #[test]
    fn a_compiler_whose_linker_would_load_another_llvm_is_passed_over() {
        let mut distribution = compiler("/usr", "22.1.8", true);
        distribution.linker_llvm = "23.1.0".to_owned();
        assert_eq!(choose(Some(distribution), []), Choice::Install);
    }

    #[test]
    fn without_a_usable_compiler_one_is_installed() {
        assert_eq!(
            choose(None, [compiler("/next", "23.0.0", true)]),
            Choice::Install
        );
        assert_eq!(choose(None, []), Choice::Install);
    }

    #[test]
    fn the_version_is_read_from_the_compiler() {
        let version = "rustc 1.96.0\nhost: x86_64\nrelease: 1.96.0\nLLVM version: 22.1.8";
        assert_eq!(field(version, "release"), Some("1.96.0"));
        assert_eq!(field(version, "LLVM version"), Some("22.1.8"));
        assert_eq!(field(version, "commit-date"), None);
    }

    #[test]
    fn only_nightlies_are_candidates() {
        let list = "stable-x86_64 (active, default)\nnightly-2026-05-20-x86_64\nbpf\n";
        assert_eq!(nightly_names(list), ["nightly-2026-05-20-x86_64"]);
    }

    #[test]
    fn the_source_of_another_version_does_not_count() {
        let debian = Path::new("/usr/src/rustc-1.96.0/library/Cargo.lock");
        assert!(belongs_to(debian, "1.96.0"));
        assert!(!belongs_to(debian, "1.95.0"));
        assert!(belongs_to(
            Path::new("/x/rustlib/src/rust/library/Cargo.lock"),
            "1.95.0"
        ));
    }
}
