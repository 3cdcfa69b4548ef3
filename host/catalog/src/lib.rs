//! Where records land: an OpenMetadata server, the local catalog, JSON lines; one trait for all three.
//! Knows nothing of plugins, and decides nothing about what should be written: that is the pipeline's.

mod catalog;
mod clock;
mod error;
mod jsonl;
mod local;
mod openmetadata;
mod whole_file;

pub use catalog::{
    Catalog, EdgeWord, HeldService, Known, Outcome, Reference, Rejection, RunReport, RunState, TaggedColumns, Write,
};
pub use error::{Error, ErrorKind};
pub use jsonl::JsonLines;
pub use local::{Flow, Graph, Listed, LocalCatalog, Node, Noted, Shown, ShownTest};
pub use openmetadata::{OpenMetadata, Options as OpenMetadataOptions};
pub use whole_file::write_whole_file;
