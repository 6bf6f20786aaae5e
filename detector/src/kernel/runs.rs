//! How often each program has run, and how long that took, where the kernel counts it.
//!
//! It counts while `kernel.bpf_stats_enabled` is set or somebody holds it on, which costs some 100 ns a packet: that is
//! the administrator's choice, and nothing here makes it.

use super::Programs;
use crate::status::ProgramRuns;

impl Programs {
    /// Every program that the kernel has counted runs of.
    pub fn runs(&self) -> Vec<ProgramRuns> {
        let programs = self.ebpf.programs();
        // What is not loaded has no figures.
        let infos = programs.filter_map(|(name, program)| Some((name, program.info().ok()?)));
        infos
            .filter(|(_, info)| info.run_count() > 0)
            .map(|(name, info)| ProgramRuns {
                name: name.to_owned(),
                runs: info.run_count(),
                cpu_s: info.run_time().as_secs_f64(),
            })
            .collect()
    }
}
