//! Runs of the programs, and of what they are measured against, over many connections: what a packet costs.
//!
//! No packet leaves the machine; the maps change as they would on live traffic.

use std::time::Duration;

use aya::{
    TestRun as _,
    maps::{Array, MapData, ProgramArray},
    programs::{Program, ProgramError, ProgramFd, TcAttachType, TestRunOptions, XdpMode},
};
use detector_common::{drive::Drive, maps};
use nix::time::{ClockId, clock_gettime};

use super::{load::Programs, pod::Shared};
use crate::failure::Failure;

/// A program that drives others of its kind, and the map that says which.
type Driver = (&'static str, &'static str);
const XDP: Driver = ("drive_xdp", maps::DRIVEN_XDP);
const TC: Driver = ("drive_tc", maps::DRIVEN_TC);

impl Programs {
    /// Runs `frame` through `program`, `runs` times, each time as the next connection of `drive`; returns the
    /// time that took on the CPU, driver and kernel included.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses.
    pub fn drive(
        &mut self,
        program: &str,
        drive: Drive,
        frame: &[u8],
        runs: u32,
    ) -> Result<Duration, Failure> {
        let is_xdp = matches!(self.ebpf.program(program), Some(Program::Xdp(_)));
        let subject = self.verified(program, is_xdp)?;
        let (driver, target) = if is_xdp { XDP } else { TC };
        self.verified(driver, is_xdp)?;
        self.aim(drive, target, &subject)?;
        let mut options = TestRunOptions::new();
        options.data_in = Some(frame);
        options.repeat = runs;
        let begun = cpu_time()?;
        let result = if is_xdp {
            self.xdp(driver)?.test_run(options)
        } else {
            self.classifier(driver)?.test_run(options)
        };
        result.map_err(|error| Failure::Failed(format!("{program}: {error}")))?;
        Ok(cpu_time()?.saturating_sub(begun))
    }

    /// Attaches the flow counter to both hooks of `interface`, until this value is dropped.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses.
    pub fn attach_flow_counter(&mut self, interface: &str, mode: XdpMode) -> Result<(), Failure> {
        let failed = |error: ProgramError| Failure::Failed(format!("flow counter: {error}"));
        let program = self.xdp("flows_xdp")?;
        program.attach(interface, mode).map_err(failed)?;
        let program = self.classifier("flows_tc")?;
        let attached = program.attach(interface, TcAttachType::Egress);
        attached.map(|_link| ()).map_err(failed)
    }

    fn verified(&mut self, program: &str, is_xdp: bool) -> Result<ProgramFd, Failure> {
        let fd = if is_xdp {
            self.xdp(program)?.fd()
        } else {
            self.classifier(program)?.fd()
        };
        fd.map_err(|error| error.to_string())
            .and_then(|fd| fd.try_clone().map_err(|error| error.to_string()))
            .map_err(|error| Failure::Failed(format!("{program}: {error}")))
    }

    fn aim(
        &mut self,
        drive: Drive,
        target: &'static str,
        subject: &ProgramFd,
    ) -> Result<(), Failure> {
        let failed = |error| Failure::Failed(format!("driver: {error}"));
        let state = maps::DRIVE;
        let map = self.ebpf.map_mut(state).ok_or_else(|| missing(state))?;
        let mut map: Array<&mut MapData, Shared<Drive>> = map.try_into().map_err(failed)?;
        map.set(0, Shared(drive), 0).map_err(failed)?;
        let map = self.ebpf.map_mut(target).ok_or_else(|| missing(target))?;
        let mut map: ProgramArray<&mut MapData> = map.try_into().map_err(failed)?;
        map.set(0, subject, 0).map_err(failed)
    }
}

fn missing(name: &str) -> Failure {
    Failure::Failed(format!("the eBPF object holds no {name}"))
}

fn cpu_time() -> Result<Duration, Failure> {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map(Duration::from)
        .map_err(|errno| Failure::Failed(format!("thread clock: {errno}")))
}
