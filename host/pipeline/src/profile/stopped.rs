//! Why a table has no profile, and what a run makes of that.

use super::data::{DataError, DataErrorKind};
use super::job::{End, Work};
use super::spent::Spent;

/// Why a table has no profile.
pub(crate) enum Stopped {
    UsedUp(&'static str),
    Unknown,
    Data(DataError),
}

/// Whether anything more may begin.
pub(crate) fn check(spent: &Spent) -> Result<(), Stopped> {
    spent.used_up().map_or(Ok(()), |what| Err(Stopped::UsedUp(what)))
}

impl Stopped {
    pub(crate) fn end(self, work: &Work) -> End {
        if matches!(&self, Self::UsedUp(_) | Self::Data(DataError { kind: DataErrorKind::OverBudget, .. })) {
            work.spent.add(|all| all.left_for_next_run += 1);
        }
        match self {
            Self::UsedUp(what) => End::LeftOut(format!("left for the next run: the budget of {what} is used up")),
            Self::Unknown => End::LeftOut("the source keeps no statistics of it".to_owned()),
            Self::Data(DataError { kind, message }) => match kind {
                DataErrorKind::OverBudget => End::LeftOut(format!("over `profile.query-seconds`: {message}")),
                DataErrorKind::Denied => End::Failed { reason: "access denied", message },
                DataErrorKind::Cancelled => End::Failed { reason: "cancelled", message },
                DataErrorKind::Failed => End::Failed { reason: "profile failed", message },
            },
        }
    }
}

impl From<DataError> for Stopped {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<metahost_profile::Error> for Stopped {
    fn from(error: metahost_profile::Error) -> Self {
        Self::Data(error.into())
    }
}

impl From<Stopped> for DataError {
    fn from(stopped: Stopped) -> Self {
        let of = |kind, message: String| Self { kind, message };
        match stopped {
            Stopped::UsedUp(what) => of(DataErrorKind::OverBudget, format!("the budget of {what} is used up")),
            Stopped::Unknown => of(DataErrorKind::Failed, "the source keeps no statistics of it".to_owned()),
            Stopped::Data(error) => error,
        }
    }
}
