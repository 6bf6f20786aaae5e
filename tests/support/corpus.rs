//! Real captures made by others, what the detector says of them, and the labels that people gave them. The one
//! room of this crate that names verdicts: it holds them against the labels.

pub mod captures;
pub mod comparison;
pub mod expectation;
pub mod replay;
pub mod truth;
