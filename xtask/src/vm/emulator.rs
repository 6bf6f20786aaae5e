//! QEMU: found, or unpacked where it is missing, and how it is called. Knows no test.

use std::{
    fmt,
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::Result;

use super::{console, kernel::Kernel, nonce, verdict};
use crate::{apt, program, say};

const PROGRAM: &str = "qemu-system-x86_64";
const PACKAGE: &str = "qemu-system-x86";
/// Below the folder that packages are unpacked into.
const PROGRAMS: &str = "usr/bin";
/// Packages of Debian 12 still have some outside of `usr`, where a whole system has a link.
const LIBRARIES: [&str; 2] = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];
const FIRMWARE: [&str; 2] = ["usr/share/seabios", "usr/share/qemu"];
/// A machine that is no emulation boots in a moment.
const PROBE: Duration = Duration::from_secs(20);
/// Tells the guest to end at once, well.
const ONLY_BOOT: &str = "only-boot";

/// What executes the guest's instructions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Accelerator {
    Kvm,
    Tcg,
}

impl fmt::Display for Accelerator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Kvm => "KVM",
            Self::Tcg => "emulated",
        })
    }
}

/// The program, and the folder that it was unpacked into.
pub(crate) struct Emulator {
    program: PathBuf,
    unpacked: Option<PathBuf>,
}

impl Emulator {
    /// Finds it, or unpacks it below `folder`.
    pub(crate) fn ensure(folder: &Path) -> Result<Self> {
        if let Some(program) = program::find(PROGRAM) {
            return Ok(Self {
                program,
                unpacked: None,
            });
        }
        let unpacked = folder.join("qemu");
        if !unpacked.exists() {
            apt::unpack(&[PACKAGE], &unpacked)?;
        }
        let program = unpacked.join(PROGRAMS).join(PROGRAM);
        Ok(Self {
            program,
            unpacked: Some(unpacked),
        })
    }

    /// KVM where a machine comes up on it, and that is tried: where the device can be opened, the machine may still hang.
    pub(crate) fn accelerator(&self, kernel: &Kernel, archive: &Path) -> Result<Accelerator> {
        let opens = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/kvm")
            .is_ok();
        let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        if !opens
            || !processor
                .split_whitespace()
                .any(|flag| flag == "vmx" || flag == "svm")
        {
            return Ok(Accelerator::Tcg);
        }
        say::step("vm: trying KVM");
        let nonce = nonce();
        let mut machine = self.machine(kernel, archive, Accelerator::Kvm, &[&nonce, ONLY_BOOT]);
        let console = console::watch(&mut machine, PROBE)?;
        let comes_up = verdict::of(&console, &nonce, &[]).is_sound;
        Ok(if comes_up {
            Accelerator::Kvm
        } else {
            Accelerator::Tcg
        })
    }

    /// A machine that boots into `archive`, whose first process gets `arguments`. Two network cards of it are wired to
    /// each other, and to nothing else.
    pub(crate) fn machine(
        &self,
        kernel: &Kernel,
        archive: &Path,
        accelerator: Accelerator,
        arguments: &[&str],
    ) -> Command {
        let mut machine = Command::new(&self.program);
        if let Some(unpacked) = &self.unpacked {
            let libraries = LIBRARIES.map(|it| unpacked.join(it).display().to_string());
            machine.env("LD_LIBRARY_PATH", libraries.join(":"));
            for folder in FIRMWARE {
                machine.arg("-L").arg(unpacked.join(folder));
            }
        }
        machine.args(match accelerator {
            Accelerator::Kvm => ["-accel", "kvm", "-cpu", "host"],
            Accelerator::Tcg => ["-accel", "tcg,thread=multi", "-cpu", "Nehalem"],
        });
        machine.args([
            "-smp",
            "2",
            "-m",
            "2G",
            "-nodefaults",
            "-no-user-config",
            "-no-reboot",
        ]);
        machine.args(["-display", "none", "-monitor", "none", "-serial", "stdio"]);
        machine.args(["-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]);
        for card in ["a", "b"] {
            machine.args(["-netdev", &format!("hubport,id={card},hubid=1")]);
            // A card that joins segments on its own refuses native XDP.
            machine.args([
                "-device",
                &format!("virtio-net-pci,netdev={card},{WITHOUT_OFFLOADS}"),
            ]);
        }
        machine
            .arg("-kernel")
            .arg(&kernel.image)
            .arg("-initrd")
            .arg(archive);
        let line = format!("{COMMAND_LINE} -- {}", arguments.join(" "));
        machine.args(["-append", &line]).stdin(Stdio::null());
        machine
    }
}

const WITHOUT_OFFLOADS: &str = "romfile=,guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off";
/// Warnings and worse are shown; a panic ends the machine.
const COMMAND_LINE: &str = "console=ttyS0 panic=-1 loglevel=5 rdinit=/init";
