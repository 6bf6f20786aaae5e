//! The programs in the kernel: load, attach, read. The only module that knows aya.

pub mod attach;
pub mod interfaces;
mod load;
pub mod maps;
mod pod;
pub mod privilege;
mod source;
pub mod test_run;

pub use load::{Kernel, Options, ProgramCost};
