//! Profiles of tables: chooses the cheapest way that tells what is wanted, keeps to a budget, and knows what was told before.
//! Knows no catalog: the run writes what comes of it.

mod columns;
mod convert;
mod data;
mod files;
mod find;
mod handed;
mod hidden;
mod job;
mod kept;
mod kept_files;
mod one;
mod options;
mod quality;
mod restrict;
mod spent;
mod stopped;

pub(crate) use columns::Schemas;
pub use data::{DataError, DataErrorKind, Statement, StatementAnswer, TableData};
pub(crate) use handed::{Handed, Place as HandedPlace};
pub(crate) use hidden::Hidden;
pub(crate) use job::{Done, End, Job, Work};
pub(crate) use kept::Kept;
pub use one::profile_table;
pub use options::{Budget, Depth, Details, Partition, ProfileOptions, ProfileRule, SampleMethod, SampleOptions};
pub(crate) use quality::{Judging, PLATFORM, TableTest};
pub use quality::{TestOptions, TestReport, Tests};
pub(crate) use spent::Spent;
pub use spent::{Spending, Way};
