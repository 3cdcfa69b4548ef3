//! Summaries of many values in bounded memory. Each merges with its like, and tells how far it may be off.

mod counted;
mod exact;
mod quantiles;
mod seen;
mod stored;

pub use counted::{Counted, Keyed};
pub use exact::Budget;
pub use quantiles::{Distribution, Quantiles};
pub use seen::{Estimate, Seen};
