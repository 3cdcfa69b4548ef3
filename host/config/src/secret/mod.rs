//! Secrets: references to them, and how they are looked up. Values never reach an error, a log or a file.

mod aws;
mod credential;
mod local;
mod reference;
mod secrets;
mod unavailable;
mod vault;

pub use reference::{BadReference, SecretRef, TextOrRef};
pub use secrets::{Availability, Secrets, process_environment};

use unavailable::Unavailable;
