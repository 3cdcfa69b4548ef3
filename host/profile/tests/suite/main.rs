//! What profiles say is compared with what a naive reader of the same rows finds, for random tables and every way to write them.

mod corrupt;
mod exact;
mod made;
mod oracle;
mod written;
