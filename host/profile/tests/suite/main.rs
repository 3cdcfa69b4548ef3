//! What profiles say is compared with what a naive reader of the same rows finds, for random tables and every way to write them.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    clippy::unwrap_used,
    reason = "a naive reader of small tables; what is the same must be the same, and a helper that fails is a test that fails"
)]

mod corrupt;
mod exact;
mod made;
mod oracle;
mod rest;
mod tables;
mod written;
