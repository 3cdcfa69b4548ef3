//! Starts, stops and describes the real servers that the tests run against: one instance of each per machine, on loopback.
//!
//! What a server needs to be installed, started and filled is in `servers/<name>.sh`; this crate decides when which step runs,
//! and never leaves two of one server. Servers outlive the process that started them.

mod bao;
mod home;
mod lock;
mod process;
mod room;
mod script;
mod server;
mod stamp;
mod status;
mod up;

pub use bao::{BaoCredentials, bao_credentials};
pub use home::{s3_credentials, stack_dir};
pub use server::Server;
pub use status::{State, Status, status};
pub use up::{Event, bench_load, down, replay_history, up, up_with};
