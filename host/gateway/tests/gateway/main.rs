//! The gateway against real sockets: servers on loopback that answer what a test tells them to.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod aws;
mod bodies;
mod cassettes;
mod credentials;
mod databases;
mod grants;
mod limits;
mod logs;
mod proxies;
mod retries;
mod server;
mod setup;
mod sts;
mod tls;
