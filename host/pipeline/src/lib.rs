//! One run of one source: events in, a report out. Filters, names, compares with what is there, writes parents first,
//! and accounts for every record. Knows no HTTP and no plugin.

mod account;
mod checkpoints;
mod compare;
mod error;
mod explain;
mod filter;
mod identity;
mod incoming;
mod ledger;
mod lineage;
mod marks;
mod profile;
mod reasons;
mod report;
mod run;
mod seen;
mod spool;
mod state;
mod writer;

pub use error::{Error, ErrorKind};
pub use explain::{EdgeExplanation, Explainer, Explanation, FieldWord, LookAlike, TwinName, Unexplained, WaitingEdge};
pub use filter::{Filters, Patterns};
pub use identity::{Evidence, Expected, IdentityRules, Layer};
pub use ledger::{Ledger, Row};
pub use lineage::{QueryOptions, QueryRules, Rows, Unread, Verdicts};
pub use metahost_profile::pushdown::CustomMetric;
pub use profile::{
    Budget, DataError, DataErrorKind, Depth, Details, Partition, ProfileOptions, ProfileRule, SampleMethod,
    SampleOptions, Spending, Statement, StatementAnswer, TableData, TestOptions, TestReport, Tests, Way, profile_table,
};
pub use reasons::{EdgeName, How, Reason};
pub use report::{CompleteMark, Failure, FailureKind, LeftOutRecord, RejectedRecord, Report, SkippedItem, UsedEdge};
pub use run::{Options, run};
pub use state::cursor;
