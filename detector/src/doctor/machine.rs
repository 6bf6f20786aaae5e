//! What the kernel says of itself, in files: its version, lockdown, memory; and the clock.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::finding::Finding;
use crate::figures::bytes;

/// The oldest kernel that was tested.
const OLDEST: (u32, u32) = (6, 1);
/// What a detector takes beside its tables.
const USER_SPACE: u64 = 64 << 20;

/// The files of a machine.
pub(super) struct Machine {
    root: PathBuf,
}

impl Machine {
    /// Those under `root`.
    pub(super) fn under(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Whether the kernel is new enough.
    pub(super) fn kernel(&self) -> Finding {
        let release = self.read("proc/sys/kernel/osrelease").unwrap_or_default();
        let (major, minor) = OLDEST;
        match version(&release) {
            Some(version) if version >= OLDEST => {
                Finding::fine("kernel", format!("Linux {release}"))
            }
            _ => Finding::wrong(
                "kernel",
                format!("Linux {release} is older than all that was tested"),
                format!("boot Linux {major}.{minor} or newer: the programs need its BPF features"),
            ),
        }
    }

    /// Whether the kernel is locked down, which these programs do not mind.
    pub(super) fn lockdown(&self) -> Finding {
        let levels = self
            .read("sys/kernel/security/lockdown")
            .unwrap_or_default();
        let level = levels.split(['[', ']']).nth(1).unwrap_or("none");
        let said = match level {
            "none" => "none".to_owned(),
            level => format!("{level}: the programs read packets only, which it allows"),
        };
        Finding::fine("lockdown", said)
    }

    /// Whether there is a file system for BPF objects; nothing of ours is in it without `--pin`.
    pub(super) fn bpf_file_system(&self) -> Finding {
        let mounts = self.read("proc/self/mounts").unwrap_or_default();
        let is_there = mounts
            .lines()
            .any(|line| line.split(' ').nth(2) == Some("bpf"));
        let said = if is_there {
            "is mounted"
        } else {
            "is not mounted; without --pin none is needed"
        };
        Finding::fine("BPF file system", said)
    }

    /// Whether tables of so many bytes fit into what this process may take, and into what is free.
    pub(super) fn memory(&self, tables: u64) -> Finding {
        let check = "memory";
        let size = bytes(tables);
        let cure = "make the tables smaller ([tables] in the configuration)";
        if let Some(limit) = self.memory_limit().filter(|it| *it < tables + USER_SPACE) {
            let said = format!(
                "the tables take {size}, and the control group allows {} in all",
                bytes(limit)
            );
            let cure = format!("raise its limit (MemoryMax of the unit), or {cure}");
            return if limit < tables {
                Finding::wrong(check, said, cure)
            } else {
                Finding::doubtful(check, said, cure)
            };
        }
        match self.memory_free() {
            Some(free) if free < tables + USER_SPACE => Finding::wrong(
                check,
                format!("the tables take {size}, and {} are free", bytes(free)),
                cure,
            ),
            _ => Finding::fine(check, format!("the tables take {size} of kernel memory")),
        }
    }

    /// The tightest limit of this process's control groups.
    fn memory_limit(&self) -> Option<u64> {
        let groups = self.read("proc/self/cgroup")?;
        let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
        let all = Path::new("sys/fs/cgroup").join(group);
        let limits = all
            .ancestors()
            .filter_map(|it| self.read(it.join("memory.max")));
        limits.filter_map(|limit| limit.parse().ok()).min()
    }

    fn memory_free(&self) -> Option<u64> {
        let text = self.read("proc/meminfo")?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("MemAvailable:"))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        kib.checked_mul(1 << 10)
    }

    fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        let text = fs::read_to_string(self.root.join(path)).ok()?;
        Some(text.trim().to_owned())
    }
}

/// Whether the clock can be right: it is not before this program was written to its file.
pub(super) fn clock(now: Timestamp, built_at: Option<Timestamp>) -> Finding {
    match built_at {
        Some(built_at) if now < built_at => Finding::doubtful(
            "clock",
            format!("shows {now:.0}, before this program was written"),
            "set the clock: events carry its time, though nothing is judged by it",
        ),
        _ => Finding::fine("clock", format!("shows {now:.0}")),
    }
}

fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|char: char| !char.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::doctor::finding::Grade;

    const TABLES: u64 = 63 << 20;

    fn machine(files: &[(&str, &str)]) -> (TempDir, Machine) {
        let root = TempDir::new().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let machine = Machine::under(root.path());
        (root, machine)
    }

    #[test]
    fn an_old_kernel_is_wrong() {
        for (release, grade) in [
            ("4.18.0-553.el8.x86_64\n", Grade::Wrong),
            ("6.0.19", Grade::Wrong),
            ("6.1.0-9-amd64", Grade::Fine),
            ("6.18.44", Grade::Fine),
            ("10.0", Grade::Fine),
            ("", Grade::Wrong),
        ] {
            let (_root, machine) = machine(&[("proc/sys/kernel/osrelease", release)]);
            let finding = machine.kernel();
            assert_eq!(finding.grade, grade, "{finding}");
            assert_eq!(finding.cure.is_some(), grade == Grade::Wrong);
        }
    }

    #[test]
    fn lockdown_is_told_and_harmless() {
        let file = (
            "sys/kernel/security/lockdown",
            "none integrity [confidentiality]\n",
        );
        let (_root, machine) = machine(&[file]);
        let finding = machine.lockdown();
        assert_eq!(finding.grade, Grade::Fine);
        assert!(finding.said.contains("confidentiality"), "{finding}");
    }

    #[test]
    fn a_missing_file_system_is_told_and_harmless() {
        let (_root, machine) = machine(&[("proc/self/mounts", "proc /proc proc rw 0 0\n")]);
        assert!(machine.bpf_file_system().said.contains("not mounted"));
    }

    #[test]
    fn a_limit_of_any_control_group_above_is_held_against_the_tables() {
        for (outer, inner, grade) in [
            ("max", "max", Grade::Fine),
            ("33554432", "max", Grade::Wrong),
            ("max", "33554432", Grade::Wrong),
            ("99999999", "max", Grade::Doubtful),
            ("999999999", "max", Grade::Fine),
        ] {
            let (_root, machine) = machine(&[
                ("proc/self/cgroup", "0::/system.slice/detector.service\n"),
                ("sys/fs/cgroup/system.slice/memory.max", outer),
                (
                    "sys/fs/cgroup/system.slice/detector.service/memory.max",
                    inner,
                ),
            ]);
            let finding = machine.memory(TABLES);
            assert_eq!(finding.grade, grade, "{finding}");
        }
    }

    #[test]
    fn tables_that_fit_into_no_memory_are_wrong() {
        let (_root, machine) =
            machine(&[("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:   70000 kB\n")]);
        assert_eq!(machine.memory(TABLES).grade, Grade::Wrong);
        assert_eq!(machine.memory(1 << 20).grade, Grade::Fine);
    }

    #[test]
    fn a_clock_before_the_program_is_doubted() {
        let built_at: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let grade = |now: &str| clock(now.parse().unwrap(), Some(built_at)).grade;
        assert_eq!(grade("1970-01-01T00:00:09Z"), Grade::Doubtful);
        assert_eq!(grade("2026-11-02T00:00:00Z"), Grade::Fine);
    }
}
