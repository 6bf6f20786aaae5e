//! Patience with a kernel that refuses: what fails now may work a second later, and is given up where it never does.
//!
//! Must not know: what was asked.

use tracing::warn;

use crate::failure::Failure;

/// Refusals in a row that are borne; what is asked is asked once a second, and whoever reads the status waits for five.
const MOST: u32 = 4;

/// Of one question that is asked again and again.
#[derive(Debug, Default)]
pub(super) struct Patience {
    refusals: u32,
}

impl Patience {
    /// The answer, or nothing where there is none this time. The first of a row is told.
    ///
    /// # Errors
    /// The refusal, where it is one too many.
    pub(super) fn with<T>(&mut self, answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match answer {
            Ok(answer) => {
                self.refusals = 0;
                Ok(Some(answer))
            }
            Err(failure) if self.refusals < MOST => {
                if self.refusals == 0 {
                    warn!("{failure}; it is tried again each second");
                }
                self.refusals += 1;
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal() -> Result<(), Failure> {
        Err(Failure::Failed("map LOSSES: device busy".to_owned()))
    }

    #[test]
    fn refusals_are_borne_until_there_are_too_many_in_a_row() {
        let mut patience = Patience::default();
        for _ in 0..3 {
            for _ in 0..MOST {
                assert_eq!(patience.with(refusal()).unwrap(), None);
            }
            assert_eq!(patience.with(Ok(())).unwrap(), Some(()));
        }
        for _ in 0..MOST {
            assert_eq!(patience.with(refusal()).unwrap(), None);
        }
        assert!(patience.with(refusal()).is_err());
    }
}
