//! One run of one source: events in, a report out. Filters, names, compares with what is there, writes parents first,
//! and accounts for every record. Knows no HTTP and no plugin.

mod account;
mod compare;
mod error;
mod filter;
mod ledger;
mod marks;
mod report;
mod run;
mod state;
mod writer;

pub use error::{Error, ErrorKind};
pub use filter::{Filters, Patterns};
pub use ledger::{Ledger, Row};
pub use report::{CompleteMark, Failure, FailureKind, RejectedRecord, Report, SkippedItem};
pub use run::{Options, run};
pub use state::cursor;
