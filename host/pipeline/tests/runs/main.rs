//! Whole runs of the pipeline against a catalog in memory that checks what it is sent.
#![expect(clippy::unwrap_used, clippy::struct_excessive_bools, reason = "a test's helpers fail as the test does")]

mod books;
mod catalog;
mod given;
mod identity;
mod lineage;
mod marks;
mod order;
mod query_log;
mod real;
mod references;
mod second_run;
mod trouble;
