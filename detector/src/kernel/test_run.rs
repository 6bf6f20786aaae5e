//! The loaded programs over given frames (`BPF_PROG_TEST_RUN`), at a given time.
//!
//! No packet leaves the machine; the maps change as they would on live traffic.

use aya::{
    TestRun as _,
    maps::{Array, MapData},
    programs::{ProgramError, TestRunOptions, TestRunResult},
};
use detector_common::{maps, time::Nanos, wire::link::LinkLayer};

use super::{entry, load::Programs, pod::Shared};
use crate::failure::Failure;

/// An entry point to run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hook {
    /// XDP, ingress.
    Xdp,
    /// TC, ingress.
    TcIn,
    /// TC, egress.
    TcOut,
}

impl Programs {
    /// Runs one frame through `hook` at `now`, and returns the program's verdict on the packet.
    /// The object must have been loaded for test runs.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the kernel refuses the frame: below 14 bytes, and for TC an IP frame
    /// without its whole IP header, or one above a page.
    pub fn test_run(
        &mut self,
        hook: Hook,
        link: LinkLayer,
        frame: &[u8],
        now: Nanos,
    ) -> Result<u32, Failure> {
        let mut options = TestRunOptions::new();
        options.data_in = Some(frame);
        let result = self.run(hook, link, options, now)?;
        Ok(result.return_value)
    }

    /// The same, and writes to `after` what became of the frame: as many bytes as it says.
    ///
    /// # Errors
    /// As [`Self::test_run`], and where there is no room for it.
    pub fn test_run_into(
        &mut self,
        hook: Hook,
        link: LinkLayer,
        frame: &[u8],
        now: Nanos,
        after: &mut [u8],
    ) -> Result<(u32, usize), Failure> {
        let mut options = TestRunOptions::new();
        options.data_in = Some(frame);
        options.data_out = Some(after);
        let result = self.run(hook, link, options, now)?;
        Ok((result.return_value, result.data_size_out as usize))
    }

    fn run(
        &mut self,
        hook: Hook,
        link: LinkLayer,
        options: TestRunOptions<'_>,
        now: Nanos,
    ) -> Result<TestRunResult, Failure> {
        self.set_test_clock(now)?;
        let result = match hook {
            Hook::Xdp => self.xdp(entry::xdp_program(link))?.test_run(options),
            Hook::TcIn => self
                .classifier(entry::tc_ingress_program(link))?
                .test_run(options),
            Hook::TcOut => self
                .classifier(entry::egress_program(link))?
                .test_run(options),
        };
        result.map_err(|error| refused(&error))
    }

    fn set_test_clock(&mut self, now: Nanos) -> Result<(), Failure> {
        let map = self
            .ebpf
            .map_mut(maps::TEST_CLOCK)
            .ok_or_else(|| Failure::Failed("the eBPF object holds no test clock".to_owned()))?;
        let mut clock: Array<&mut MapData, Shared<Nanos>> = map
            .try_into()
            .map_err(|error| Failure::Failed(format!("test clock: {error}")))?;
        clock
            .set(0, Shared(now), 0)
            .map_err(|error| Failure::Failed(format!("test clock: {error}")))
    }
}

fn refused(error: &ProgramError) -> Failure {
    let cause = match error {
        ProgramError::SyscallError(error) => error.io_error.to_string(),
        other => other.to_string(),
    };
    Failure::Failed(format!("test run: {cause}"))
}
