//! The programs in the kernel: load, attach, read. The only module that knows aya.

pub mod attach;
mod constants;
mod counters;
mod descriptors;
mod entry;
pub mod helper;
pub mod interfaces;
mod load;
mod mapped;
pub mod maps;
pub mod needs;
mod once_free;
mod options;
pub mod pins;
mod pod;
mod prefixes;
pub mod privilege;
mod runs;
mod source;
mod table;
pub mod test_run;
mod verifier;
mod yardstick;

pub use counters::Counters;
pub use load::{Kernel, OBJECT, Programs};
pub use options::Options;
pub use verifier::ProgramCost;
