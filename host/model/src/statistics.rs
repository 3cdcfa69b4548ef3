//! Facts that sources already keep about tables, and where the data lies.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A fact about one column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnStat {
    /// The column by its names from the outermost in.
    pub column: Vec<String>,
    /// How many values, NULL not counted.
    pub values: Option<u64>,
    /// How many NULLs.
    pub nulls: Option<u64>,
    /// How many NaNs.
    pub nans: Option<u64>,
    /// How many different values.
    pub distinct: Option<f64>,
    /// The least value as text.
    pub lower: Option<String>,
    /// The greatest value as text.
    pub upper: Option<String>,
    /// Bytes stored.
    pub bytes: Option<u64>,
    /// False for estimates and truncated bounds.
    pub exact: bool,
}

/// A change of a table's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// "INSERT", "UPDATE", "DELETE", "WRITE".
    pub kind: String,
    /// When it was done.
    pub at: Timestamp,
    /// Rows that it touched.
    pub rows: Option<u64>,
}

/// Facts about a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableStat {
    /// How many rows.
    pub rows: Option<u64>,
    /// Bytes stored.
    pub bytes: Option<u64>,
    /// The snapshot they hold for.
    pub snapshot: Option<String>,
    /// When they were taken.
    pub taken_at: Option<Timestamp>,
    /// When the table was made.
    pub created_at: Option<Timestamp>,
    /// Facts about its columns.
    pub columns: Vec<ColumnStat>,
    /// Its changes, oldest first.
    pub operations: Vec<Operation>,
}

impl TableStat {
    /// Whether nothing is known of the table's rows.
    pub fn tells_nothing(&self) -> bool {
        self.rows.is_none() && self.bytes.is_none() && self.columns.is_empty() && self.operations.is_empty()
    }
}

/// How a file of deletes names the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are Iceberg's")]
pub enum DeleteKind {
    Position,
    Equality,
    DeletionVector,
}

/// Rows of a data file that no longer count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteFile {
    /// Where it lies.
    pub url: String,
    /// How long the file is.
    pub bytes: Option<u64>,
    /// How it names the rows.
    pub kind: DeleteKind,
    /// Ids of the columns of an equality delete.
    pub field_ids: Vec<i32>,
    /// Where in the file a bitmap begins.
    pub offset: Option<u64>,
    /// How long the bitmap is.
    pub length: Option<u64>,
}

/// One file of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataFile {
    /// Its name in the table's metadata.
    pub location: String,
    /// Where it can be read by range.
    pub url: String,
    /// "parquet", "orc", "avro", "csv", "json".
    pub format: String,
    /// How many rows.
    pub rows: Option<u64>,
    /// How long it is.
    pub bytes: Option<u64>,
    /// Partition column and value.
    pub partition: Vec<(String, String)>,
    /// Deletes that apply to it.
    pub deletes: Vec<DeleteFile>,
}

/// A leaf of the table's schema as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileColumn {
    /// Its id, where the format has ids.
    pub id: Option<i32>,
    /// Its names from the outermost in.
    pub column: Vec<String>,
    /// Its type, as the table's metadata writes it.
    pub kind: String,
    /// What rows have that are older than the column, as JSON.
    pub initial_default: Option<String>,
}

/// The files of one table at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileSet {
    /// The snapshot they belong to.
    pub snapshot: Option<String>,
    /// The credential slot to read them with.
    pub credential: Option<String>,
    /// Its columns.
    pub columns: Vec<FileColumn>,
    /// The files.
    pub files: Vec<DataFile>,
}
