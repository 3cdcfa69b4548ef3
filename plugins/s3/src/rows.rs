//! Rows of a Parquet file: only the columns asked for are read, a group of rows at a time. For inventories and Delta's
//! checkpoints, never for a table's data.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::buf::Reader;
use bytes::{Buf, Bytes};
use metahost_plugin_sdk::{Error, Result, protocol};
use parquet::errors::{ParquetError, Result as Parsed};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::record::Row;
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

use crate::schema::parquet::metadata;
use crate::store::{Piece, Store};

/// The columns of a group of rows that were read, by where they begin in the file.
struct Chunks(BTreeMap<u64, Bytes>);

impl Chunks {
    fn from(&self, start: u64) -> Parsed<Bytes> {
        let chunk = self.0.range(..=start).next_back();
        let rest = chunk.and_then(|(at, bytes)| {
            let skip = usize::try_from(start - at).ok()?;
            (skip <= bytes.len()).then(|| bytes.slice(skip..))
        });
        rest.ok_or_else(|| ParquetError::General(format!("byte {start} is in no column that was asked for")))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(at, bytes)| at + bytes.len() as u64)
    }
}

impl ChunkReader for Chunks {
    type T = Reader<Bytes>;

    fn get_read(&self, start: u64) -> Parsed<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Parsed<Bytes> {
        let bytes = self.from(start)?;
        let cut = || ParquetError::EOF(format!("a column ends before byte {start} + {length}"));
        if length <= bytes.len() { Ok(bytes.slice(..length)) } else { Err(cut()) }
    }
}

/// Gives every row, with those of the wanted columns that the file has.
pub fn each(
    store: &dyn Store,
    bucket: &str,
    key: &str,
    wanted: &[&str],
    take: &mut dyn FnMut(&Row) -> Result<()>,
) -> Result<()> {
    let gone = || protocol("the file is gone");
    let file = metadata(&|bytes| store.piece(bucket, key, Piece::Last(bytes))?.ok_or_else(gone))?;
    let schema = projection(&file, wanted).map_err(|error| unreadable(&error))?;
    for (at, group) in file.row_groups().iter().enumerate() {
        let chunks = Arc::new(chunks(store, bucket, key, group, wanted)?);
        let index = file.page_index_for_row_group(at);
        let properties = Arc::new(ReaderProperties::builder().build());
        let reader =
            SerializedRowGroupReader::new(chunks, group, index, properties).map_err(|error| unreadable(&error))?;
        for row in RowIter::from_row_group(Some(schema.clone()), &reader).map_err(|error| unreadable(&error))? {
            take(&row.map_err(|error| unreadable(&error))?)?;
        }
    }
    Ok(())
}

fn projection(file: &ParquetMetaData, wanted: &[&str]) -> Parsed<Type> {
    let root = file.file_metadata().schema_descr().root_schema();
    let fields = root.get_fields().iter().filter(|field| wanted.contains(&field.name())).cloned().collect();
    Type::group_type_builder(root.name()).with_fields(fields).build()
}

fn chunks(store: &dyn Store, bucket: &str, key: &str, group: &RowGroupMetaData, wanted: &[&str]) -> Result<Chunks> {
    let is_wanted = |path: &[String]| path.first().is_some_and(|top| wanted.contains(&top.as_str()));
    let mut chunks = BTreeMap::new();
    for column in group.columns().iter().filter(|column| is_wanted(column.column_path().parts())) {
        let (start, length) = column.byte_range();
        let bytes = store.piece(bucket, key, Piece::From(start, length))?.unwrap_or_default();
        chunks.insert(start, Bytes::from(bytes));
    }
    Ok(Chunks(chunks))
}

fn unreadable(error: &ParquetError) -> Error {
    protocol(format!("rows of the Parquet file can't be read: {error}"))
}
