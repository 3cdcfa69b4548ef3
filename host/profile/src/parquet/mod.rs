//! Parquet files, read by byte range, column by column, page by page. What is encoded by a dictionary is counted by its keys.

mod chunk;
mod leaf;
mod pages;
mod ranges;
mod scan;
mod sinks;

pub use leaf::Leaf;
pub use ranges::{ByteRanges, FileRanges, Stretch};
pub use scan::{File, Reading, profile};
