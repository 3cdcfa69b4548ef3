//! From the SQL of a run to edges: queries are gathered once each, read side by side when all tables are known, and what
//! they say of two tables becomes one edge. Never asks the catalog itself: the run does, for what is told to be missing.

mod counted;
mod edges;
mod joins;
mod options;
mod query_log;
mod read;
mod rules;
mod table_index;
mod tally;
mod verdicts;
mod view;

pub(crate) use counted::Counted;
pub(crate) use edges::{Edges, add_untold, both};
pub use options::QueryOptions;
pub(crate) use query_log::{Logged, QueryLog, TableDay};
pub(crate) use read::{Flow, Found, Reader, Reading};
pub use rules::QueryRules;
pub(crate) use table_index::{Place, TableIndex};
pub(crate) use tally::{Tallies, Tally};
pub use verdicts::{Rows, Unread, Verdicts};
pub(crate) use view::of_view;
