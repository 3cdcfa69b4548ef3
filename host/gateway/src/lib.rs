//! All outbound HTTP of plugins and host, and their queries to databases: origins, credentials, limits, retries, record and replay.
//!
//! A [`Gateway`] is set up once a process. Each owner (a source, the catalog, the secret store) gets a [`Client`] from it
//! that works under the owner's [`Access`]:
//!
//! - **Origins.** Only granted origins are reached. What a name leads to is checked in the resolver, so that the address
//!   that was checked is the one that is dialled: loopback and private ranges need [`Access::allow_private`] unless the
//!   origin is itself an address or `localhost`; link-local addresses (cloud metadata) are never reached by name. Behind a
//!   proxy the proxy resolves names and only the allow-list applies.
//! - **Credentials.** A request names a slot and the gateway adds what belongs to it. A redirect to another origin is
//!   checked like a first request and loses credentials and cookies.
//! - **Repetition.** Only requests marked safe are repeated, on 429, 502, 503, 504, broken connections and time-outs. The
//!   one exception: a request whose token or temporary keys were refused is sent once more with new ones, as nobody has
//!   acted on it.
//! - **Queries.** A database is reached under the same origins, addresses, slots and limits. What is asked runs as a cursor in a
//!   transaction that only reads. Proxies are for HTTP alone.
//! - **Cassettes.** While recording, an exchange is one request or query of a caller with its final answer; token requests are
//!   not written down. Secrets are masked. Replaying asks the network nothing and fails on what was not recorded.
//!
//! It never knows of WebAssembly, of OpenMetadata or of the configuration file, and nobody else links an HTTP client.

mod access;
mod address;
mod authorize;
mod aws;
mod body;
mod call;
mod cassette;
mod client;
mod counters;
mod credential;
mod database;
mod error;
mod fault;
mod fields;
mod gateway;
mod limiter;
mod live;
mod login;
mod message;
mod oauth;
mod options;
mod origin;
mod redact;
mod redirect;
mod resume;
mod retry;
mod secret;
mod sigv4;
mod tokens;
mod transport;

pub use access::{Access, HttpLimits};
pub use aws::{AwsCredential, AwsIdentity, AwsKeys, AwsProfile, AwsRole, AwsToken};
pub use body::Body;
pub use bytes::Bytes;
pub use client::Client;
pub use counters::Counters;
pub use credential::Credential;
pub use database::{Query, Rows};
pub use error::{Error, ErrorKind, Result};
pub use gateway::Gateway;
pub use message::{Request, Response};
pub use options::{CassetteMode, GatewayOptions, ProxyOptions};
pub use origin::{Origin, OriginRule};
pub use secret::Secret;
