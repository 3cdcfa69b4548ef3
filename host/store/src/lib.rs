//! State between runs behind a small trait: what was written last time, cursors, the connectors' own values.
//! Holds bytes and decides nothing.

mod embedded;
mod error;
mod memory;
mod store;

pub use embedded::EmbeddedStore;
pub use error::{Error, ErrorKind};
pub use memory::MemoryStore;
pub use store::{Change, Space, Store};
