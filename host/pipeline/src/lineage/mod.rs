//! From the SQL of a run to edges: queries are gathered once each, read side by side when all tables are known, and what
//! they say of two tables becomes one edge. Never asks the catalog itself: the run does, for what is told to be missing.

mod edges;
mod read;
mod table_index;
mod verdicts;
mod view;

pub(crate) use edges::Edges;
pub(crate) use read::{Found, Reader, Reading};
pub(crate) use table_index::{Place, TableIndex};
pub use verdicts::{Tally, Unread, Verdicts};
pub(crate) use view::of_view;
