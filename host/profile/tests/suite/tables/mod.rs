//! Tables made of files, beside a naive reader of the rows that are not deleted.

mod avro;
mod broken;
mod deletes;
mod evolution;
mod kept;
mod nested;
mod random;

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray};
use bytes::Bytes;
use metahost_profile::{ColumnProfile, Deletes, Name, Options, Profile, Table, TableColumn, TableFile};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use proptest::prelude::*;
use roaring::RoaringTreemap;

use crate::made::{Leaf, Made, made};
use crate::oracle::check;
use crate::written::named;

const LOCATION: &str = "s3://bucket/table/data.parquet";

/// The ids that Iceberg keeps for the columns of position deletes.
const POSITION_IDS: [i32; 2] = [2_147_483_546, 2_147_483_545];

fn data(bytes: Bytes, deletes: Vec<Deletes>) -> TableFile {
    TableFile { ranges: named("data.parquet", bytes), location: LOCATION.to_owned(), deletes }
}

fn column(id: i32, path: &str, type_name: &str) -> TableColumn {
    let path = path.split('.').map(str::to_owned).collect();
    TableColumn { id: Some(id), path, type_name: type_name.to_owned(), initial_default: None }
}

fn with_default(column: TableColumn, default: impl Into<serde_json::Value>) -> TableColumn {
    TableColumn { initial_default: Some(default.into()), ..column }
}

fn ints(values: impl Into<Int32Array>) -> ArrayRef {
    Arc::new(values.into())
}

fn longs(values: impl Into<Int64Array>) -> ArrayRef {
    Arc::new(values.into())
}

fn texts(values: impl Into<StringArray>) -> ArrayRef {
    Arc::new(values.into())
}

/// Columns that may be null, whether they are or not.
fn rows<'a>(columns: impl IntoIterator<Item = (&'a str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

/// Columns as a Parquet file that is written as most are.
fn plain<'a>(columns: impl IntoIterator<Item = (&'a str, ArrayRef)>, ids: &[i32]) -> Bytes {
    written(&rows(columns), &WriterProperties::default(), ids)
}

/// The same as a file of which nothing is deleted.
fn file<'a>(columns: impl IntoIterator<Item = (&'a str, ArrayRef)>, ids: &[i32]) -> TableFile {
    data(plain(columns, ids), Vec::new())
}

/// Rows of position deletes: where a file lies, and which of its rows is deleted.
fn positions<'a>(deleted: impl IntoIterator<Item = (&'a str, u64)>) -> RecordBatch {
    let (paths, places): (Vec<&str>, Vec<i64>) =
        deleted.into_iter().map(|(path, place)| (path, place.cast_signed())).unzip();
    RecordBatch::try_from_iter([("file_path", texts(paths)), ("pos", longs(places))]).unwrap()
}

/// Position deletes of the data file.
fn by_position(deleted: &[u64]) -> Deletes {
    let rows = positions(deleted.iter().map(|place| (LOCATION, *place)));
    Deletes::Positions(named("positions.parquet", written(&rows, &WriterProperties::default(), &POSITION_IDS)))
}

fn by_vector(deleted: &[u64]) -> Deletes {
    let (file, offset, length) = puffin(&deleted.iter().copied().collect());
    Deletes::Vector { ranges: named("vector.puffin", file), offset, length }
}

/// A deletion vector as a blob of a Puffin file: the file, where the blob begins, how long it is.
fn puffin(positions: &RoaringTreemap) -> (Bytes, u64, u64) {
    let mut content = vec![0xd1, 0xd3, 0x39, 0x64];
    positions.serialize_into(&mut content).unwrap();
    let mut blob = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    blob.extend(&content);
    blob.extend(crc32fast::hash(&content).to_be_bytes());
    let file = [b"PFA1".as_slice(), &blob, b"what a footer says"].concat();
    (file.into(), 4, blob.len() as u64)
}

/// A column of a type that Iceberg has.
fn iceberg(rows: usize) -> impl Strategy<Value = Made> {
    made(rows).prop_filter("Iceberg has no such type", |made| made.types().is_some())
}

/// The schema of a table of such columns, nested types as metadata writes them; leaf `n` of all has the id `n + 1`.
fn schema(table: &[Made]) -> Vec<TableColumn> {
    let mut next = 0;
    let mut id = || {
        next += 1;
        next
    };
    let columns = table.iter().enumerate().map(|(place, made)| {
        let (own, type_name) = match made {
            Made::List(_) => {
                (0, format!(r#"{{"type":"list","element-id":{},"element":"long","element-required":false}}"#, id()))
            }
            Made::Struct(_) => (0, pair(id(), id())),
            Made::Items(_) => (0, format!(r#"{{"type":"list","element-id":999,"element":{}}}"#, pair(id(), id()))),
            flat => (id(), flat.types().unwrap().remove(0).1),
        };
        column(own, &format!("c{place}"), &type_name)
    });
    columns.collect()
}

fn pair(number: i32, text: i32) -> String {
    format!(
        r#"{{"type":"struct","fields":[{{"id":{number},"name":"number","required":false,"type":"int"}},
        {{"id":{text},"name":"text","required":false,"type":"string"}}]}}"#
    )
}

/// A file whose leaves have these ids, in their order; without ids if there are none.
fn written(batch: &RecordBatch, properties: &WriterProperties, ids: &[i32]) -> Bytes {
    let converted = ArrowSchemaConverter::new().convert(&batch.schema()).unwrap();
    let mut ids = ids.iter();
    let root = Arc::new(with_ids(converted.root_schema(), &mut ids));
    let options =
        ArrowWriterOptions::new().with_properties(properties.clone()).with_parquet_schema(SchemaDescriptor::new(root));
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut bytes, batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes.into()
}

fn with_ids(schema: &Type, ids: &mut std::slice::Iter<'_, i32>) -> Type {
    let info = schema.get_basic_info();
    match schema {
        Type::PrimitiveType { physical_type, type_length, scale, precision, .. } => {
            Type::primitive_type_builder(info.name(), *physical_type)
                .with_repetition(info.repetition())
                .with_converted_type(info.converted_type())
                .with_logical_type(info.logical_type_ref().cloned())
                .with_length(*type_length)
                .with_scale(*scale)
                .with_precision(*precision)
                .with_id(ids.next().copied())
                .build()
                .unwrap()
        }
        Type::GroupType { fields, .. } => {
            let first = ids.as_slice().first().copied();
            let fields: Vec<TypePtr> = fields.iter().map(|field| Arc::new(with_ids(field, ids))).collect();
            let builder = Type::group_type_builder(info.name())
                .with_converted_type(info.converted_type())
                .with_logical_type(info.logical_type_ref().cloned())
                .with_fields(fields);
            // The root is there once, and repeats nothing. Others have ids as leaves have, but none that a leaf has.
            let builder = if info.has_repetition() {
                builder.with_repetition(info.repetition()).with_id(first.map(|first| first + 1000))
            } else {
                builder
            };
            builder.build().unwrap()
        }
    }
}

/// Ids from one on, as many as there could be leaves.
fn all_ids() -> Vec<i32> {
    (1..100).collect()
}

fn leaves(table: &[Made]) -> Vec<Leaf> {
    table.iter().enumerate().flat_map(|(place, made)| made.leaves(&format!("c{place}"))).collect()
}

/// Every metric of every leaf is what a naive reader finds in the rows that are left.
fn compare(profile: &Profile, table: &[Made], left: &[usize]) {
    assert_eq!(profile.row_count, left.len() as u64);
    let leaves = leaves(&table.iter().map(|made| made.rows(left)).collect::<Vec<_>>());
    let names: Vec<&str> = profile.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, leaves.iter().map(|leaf| leaf.name.as_str()).collect::<Vec<_>>());
    profile.columns.iter().zip(&leaves).for_each(|(column, leaf)| check(column, leaf));
}

fn one_thread() -> Options {
    Options { threads: 1.try_into().unwrap(), ..Options::default() }
}

fn profiled(columns: Vec<TableColumn>, files: &[TableFile]) -> Profile {
    let mut table = Table::new(columns, one_thread()).unwrap();
    for file in files {
        table.add(file, &()).unwrap();
    }
    table.profile("table").unwrap()
}

fn found<'a>(profile: &'a Profile, name: &str) -> &'a ColumnProfile {
    profile.columns.iter().find(|column| column.name == name).unwrap()
}

/// A metric as it is told; nothing where it is not.
fn told(profile: &Profile, column: &str, name: Name) -> String {
    found(profile, column).metrics.get(&name).map(|metric| metric.value.to_string()).unwrap_or_default()
}

/// Values, nulls, minimum, maximum and sum of a column.
fn summary(profile: &Profile, column: &str) -> [String; 5] {
    [Name::ValuesCount, Name::NullCount, Name::Min, Name::Max, Name::Sum].map(|name| told(profile, column, name))
}
