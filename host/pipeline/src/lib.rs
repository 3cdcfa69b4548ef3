//! One run of one source: events in, a report out. Filters, names, compares with what is there, writes parents first,
//! and accounts for every record. Knows no HTTP and no plugin.

mod account;
mod checkpoints;
mod compare;
mod error;
mod filter;
mod incoming;
mod ledger;
mod lineage;
mod marks;
mod report;
mod run;
mod seen;
mod spool;
mod state;
mod writer;

pub use error::{Error, ErrorKind};
pub use filter::{Filters, Patterns};
pub use ledger::{Ledger, Row};
pub use lineage::{Tally, Unread, Verdicts};
pub use report::{CompleteMark, Failure, FailureKind, LeftOutRecord, RejectedRecord, Report, SkippedItem};
pub use run::{Options, run};
pub use state::cursor;
