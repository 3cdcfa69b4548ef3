//! Tables made of files: deletes, schemas that changed, files that fail, profiles that are kept and put together.

mod broken;
mod deletes;
mod evolution;
mod kept;
mod random;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use bytes::Bytes;
use metahost_profile::{ByteRanges, Deletes, Name, Options, Profile, Table, TableColumn, TableFile};
use parquet::file::properties::WriterProperties;

use crate::written::file;

/// A file in memory that has a name.
pub struct Named(pub &'static str, pub Bytes);

impl ByteRanges for Named {
    fn name(&self) -> &str {
        self.0
    }

    fn length(&self) -> u64 {
        self.1.len() as u64
    }

    fn read(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let start = usize::try_from(start).unwrap();
        Ok(self.1.slice(start..start + length))
    }

    fn at_once(&self) -> usize {
        100
    }
}

pub fn named(name: &'static str, bytes: impl Into<Bytes>) -> Arc<dyn ByteRanges> {
    Arc::new(Named(name, bytes.into()))
}

/// A column of the table.
pub fn column(id: i32, path: &str, type_name: &str) -> TableColumn {
    let path = path.split('.').map(str::to_owned).collect();
    TableColumn { id: Some(id), path, type_name: type_name.to_owned(), initial_default: None }
}

/// A field with the id that Iceberg gives it.
pub fn field(id: i32, field: Field) -> Field {
    field.with_metadata(HashMap::from([("PARQUET:field_id".to_owned(), id.to_string())]))
}

/// Columns with their ids as a Parquet file of small row groups.
pub fn written(columns: Vec<(i32, &str, ArrayRef)>) -> Bytes {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(id, name, array)| field(*id, Field::new(*name, array.data_type().clone(), true)))
        .collect();
    let arrays = columns.into_iter().map(|(_, _, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap();
    file(&batch, &WriterProperties::builder().set_max_row_group_row_count(Some(4)).build())
}

pub fn longs(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

pub fn texts<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<StringArray>())
}

/// Position deletes.
pub fn positions(rows: &[(&str, i64)]) -> Bytes {
    let paths = texts(rows.iter().map(|(path, _)| Some(*path)));
    let positions = longs(rows.iter().map(|(_, position)| Some(*position)));
    written(vec![(2_147_483_546, "file_path", paths), (2_147_483_545, "pos", positions)])
}

/// A Puffin file's blob of these positions, behind some bytes that are of no interest.
pub fn vector(rows: &[u64]) -> Deletes {
    let mut content = vec![0xd1, 0xd3, 0x39, 0x64];
    rows.iter().copied().collect::<roaring::RoaringTreemap>().serialize_into(&mut content).unwrap();
    let mut bytes = b"PFA1".to_vec();
    bytes.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
    bytes.extend(&content);
    bytes.extend(crc32fast::hash(&content).to_be_bytes());
    let length = bytes.len() as u64 - 4;
    Deletes::Vector { ranges: named("deletes.puffin", bytes), offset: 4, length }
}

pub fn data(bytes: Bytes, deletes: Vec<Deletes>) -> TableFile {
    TableFile { ranges: named("data.parquet", bytes), location: "s3://lake/data.parquet".to_owned(), deletes }
}

pub fn table(columns: &[TableColumn]) -> Table {
    Table::new(columns.to_vec(), Options::default()).unwrap()
}

/// The profile of these files.
pub fn profile(columns: &[TableColumn], files: &[TableFile]) -> Profile {
    let mut table = table(columns);
    for file in files {
        table.add(file, &()).unwrap();
    }
    table.profile("table").unwrap()
}

/// A metric as text.
pub fn told(profile: &Profile, column: &str, name: Name) -> Option<String> {
    let column = profile.columns.iter().find(|found| found.name == column).unwrap();
    column.metrics.get(&name).map(|metric| metric.value.to_string())
}

/// Values, nulls, minimum, maximum and sum of a column.
pub fn summary(profile: &Profile, column: &str) -> [String; 5] {
    [Name::ValuesCount, Name::NullCount, Name::Min, Name::Max, Name::Sum]
        .map(|name| told(profile, column, name).unwrap_or_else(|| "-".to_owned()))
}
