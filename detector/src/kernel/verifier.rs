//! Having the kernel verify programs, one by one as they are wanted, and what each cost it.
//!
//! Must not know where they are attached.

use aya::programs::{Program, ProgramError, SchedClassifier, Xdp};
use nix::errno::Errno;

use super::{load::Programs, privilege};
use crate::failure::Failure;

/// What the verifier says of one program.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ProgramCost {
    /// Name of the entry point.
    pub name: String,
    /// Instructions the verifier walked, over all branches.
    pub verified_instructions: u32,
    /// Bytes of translated code.
    pub translated_bytes: u32,
}

impl Programs {
    /// The XDP program `name`, verified.
    pub(super) fn xdp(&mut self, name: &str) -> Result<&mut Xdp, Failure> {
        match self.ebpf.program_mut(name) {
            Some(Program::Xdp(program)) => {
                once(program.load(), name)?;
                Ok(program)
            }
            _ => Err(no_program(name)),
        }
    }

    /// The TC program `name`, verified.
    pub(super) fn classifier(&mut self, name: &str) -> Result<&mut SchedClassifier, Failure> {
        match self.ebpf.program_mut(name) {
            Some(Program::SchedClassifier(program)) => {
                once(program.load(), name)?;
                Ok(program)
            }
            _ => Err(no_program(name)),
        }
    }

    /// Verifies every program and says what each cost.
    ///
    /// # Errors
    /// [`Failure::Failed`] where the verifier refuses one.
    pub fn costs(&mut self) -> Result<Vec<ProgramCost>, Failure> {
        let mut costs = Vec::new();
        for (name, program) in self.ebpf.programs_mut() {
            costs.extend(cost(name, program)?);
        }
        costs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(costs)
    }
}

/// None of what is neither XDP nor TC.
fn cost(name: &str, program: &mut Program) -> Result<Option<ProgramCost>, Failure> {
    let loaded = match program {
        Program::Xdp(program) => program.load(),
        Program::SchedClassifier(program) => program.load(),
        _ => return Ok(None),
    };
    once(loaded, name)?;
    let info = program
        .info()
        .map_err(|error| Failure::Failed(format!("program {name}: {error}")))?;
    Ok(Some(ProgramCost {
        name: name.to_owned(),
        verified_instructions: info.verified_instruction_count().unwrap_or(0),
        translated_bytes: info.size_translated().unwrap_or(0),
    }))
}

fn no_program(name: &str) -> Failure {
    Failure::Failed(format!(
        "the eBPF object holds no program {name}; it was built from another version"
    ))
}

/// A second interface finds its program loaded already.
fn once(loaded: Result<(), ProgramError>, name: &str) -> Result<(), Failure> {
    match loaded {
        Ok(()) | Err(ProgramError::AlreadyLoaded) => Ok(()),
        Err(ProgramError::LoadError {
            io_error,
            verifier_log,
        }) => {
            tracing::debug!("verifier log of {name}: {verifier_log}");
            if io_error.raw_os_error() == Some(Errno::E2BIG as i32) && !privilege::is_trusted() {
                return Err(Failure::Permission(format!(
                    "program {name}: without CAP_PERFMON this kernel's verifier gives up; grant it as well"
                )));
            }
            Err(Failure::Unavailable(format!(
                "the kernel refuses program {name}: {io_error}; RUST_LOG=debug shows the \
                 verifier's log"
            )))
        }
        Err(error) => Err(Failure::Failed(format!("program {name}: {error}"))),
    }
}
