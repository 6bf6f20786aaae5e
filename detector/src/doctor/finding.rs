//! One finding: what was looked at, how it is, and the cure.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::failure::Failure;

/// How it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Grade {
    /// It is as it should be.
    Fine,
    /// It works, but not as well as it could.
    Doubtful,
    /// It does not work.
    Wrong,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) check: String,
    /// How it is.
    pub(super) grade: Grade,
    /// In words.
    pub(super) said: String,
    /// What to do about it.
    pub(super) cure: Option<String>,
}

impl Finding {
    pub(super) fn fine(check: impl Into<String>, said: impl Into<String>) -> Self {
        Self {
            check: check.into(),
            grade: Grade::Fine,
            said: said.into(),
            cure: None,
        }
    }

    pub(super) fn doubtful(
        check: impl Into<String>,
        said: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            grade: Grade::Doubtful,
            cure: Some(cure.into()),
            ..Self::fine(check, said)
        }
    }

    pub(super) fn wrong(
        check: impl Into<String>,
        said: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self {
            grade: Grade::Wrong,
            ..Self::doubtful(check, said, cure)
        }
    }

    /// What keeps `run` from working is its own failure, with the cure in it.
    pub(super) fn of_failure(check: impl Into<String>, failure: &Failure) -> Self {
        let text = failure.to_string();
        let (said, cure) = text.split_once("; ").unwrap_or((&text, "see above"));
        Self::wrong(check, said, cure)
    }

    pub(super) fn of(check: impl Into<String>, looked: Result<impl Into<String>, Failure>) -> Self {
        match looked {
            Ok(said) => Self::fine(check, said),
            Err(failure) => Self::of_failure(check, &failure),
        }
    }
}

impl Display for Finding {
    fn fmt(&self, text: &mut Formatter<'_>) -> fmt::Result {
        let mark = match self.grade {
            Grade::Fine => "fine    ",
            Grade::Doubtful => "doubtful",
            Grade::Wrong => "WRONG   ",
        };
        writeln!(text, "{mark}  {}: {}", self.check, self.said)?;
        match &self.cure {
            Some(cure) => writeln!(text, "          cure: {cure}"),
            None => Ok(()),
        }
    }
}
