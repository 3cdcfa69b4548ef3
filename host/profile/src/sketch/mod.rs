//! Summaries of many values in bounded memory. Each merges with its like, and tells how far it may be off.

mod counted;
mod quantiles;

pub(crate) use counted::MOST_KEPT;
pub use counted::{Counted, Estimate, Keyed, Seen};
pub use quantiles::{Distribution, Quantiles};
