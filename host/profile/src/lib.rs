//! Rows in, profiles of their columns out, in one pass and in bounded memory. Opens no connection: bytes come by range through
//! [`ByteRanges`].

mod accumulate;
mod convert;
mod error;
mod kind;
mod leaves;
mod moment;
mod options;
mod parquet;
mod profile;
mod progress;
pub mod pushdown;
pub mod quality;
mod rows;
mod scalar;
pub mod show;
mod sketch;
mod summary;
mod table;
mod value;

pub use error::{Error, ErrorKind, Result};
pub use options::Options;
pub use parquet::{ByteRanges, FileRanges, profile as profile_parquet};
pub use profile::{
    Accuracy, CardinalityDistribution, ColumnProfile, Histogram, Measured, Metric, Name, Profile, Source, TopValue,
};
pub use progress::Progress;
pub use rows::{Format, Pieces, Rows, profile as profile_file};
pub use table::{Deletes, SampleRow, Table, TableColumn, TableFile};
pub use value::Value;
