//! Tables made of files, beside a naive reader of the rows that are not deleted.

mod avro;
mod broken;
mod deletes;
mod evolution;
mod kept;

use std::io;
use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use metahost_profile::{ByteRanges, ColumnProfile, Deletes, Name, Options, Profile, Table, TableColumn, TableFile};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};
use proptest::collection::vec;
use proptest::prelude::*;
use roaring::RoaringTreemap;

use crate::made::{Leaf, Made, made};
use crate::oracle::check;

/// A file in memory with a name.
struct Named(&'static str, Bytes);

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
        1000
    }
}

fn ranges(name: &'static str, bytes: impl Into<Bytes>) -> Arc<dyn ByteRanges> {
    Arc::new(Named(name, bytes.into()))
}

fn data(bytes: Bytes, deletes: Vec<Deletes>) -> TableFile {
    TableFile { ranges: ranges("data.parquet", bytes), location: LOCATION.to_owned(), deletes }
}

const LOCATION: &str = "s3://bucket/table/data.parquet";

fn column(id: i32, path: &str, type_name: &str) -> TableColumn {
    let path = path.split('.').map(str::to_owned).collect();
    TableColumn { id: Some(id), path, type_name: type_name.to_owned(), initial_default: None }
}

/// Columns of types that Iceberg has.
fn iceberg(rows: usize) -> impl Strategy<Value = Vec<Made>> {
    let column = made(rows)
        .prop_filter("Iceberg has no such type", |made| !matches!(made, Made::Unsigned(_) | Made::Widest(..)));
    vec(column, 1..5)
}

/// The schema of such a table; leaf `n` of all has the id `n + 1`.
fn schema(table: &[Made]) -> Vec<TableColumn> {
    let mut next = 0;
    let mut id = || {
        next += 1;
        next
    };
    let columns = table.iter().enumerate().map(|(place, made)| {
        let (own, type_name) = match made {
            Made::Int(_) => (id(), "long".to_owned()),
            Made::Bool(_) => (id(), "boolean".to_owned()),
            Made::Real(_) => (id(), "double".to_owned()),
            Made::Short(_) => (id(), "float".to_owned()),
            Made::Decimal(_, scale) => (id(), format!("decimal(38, {scale})")),
            Made::Date(_) => (id(), "date".to_owned()),
            Made::Moment(_) => (id(), "timestamptz".to_owned()),
            Made::Text(_) => (id(), "string".to_owned()),
            Made::Bytes(_) => (id(), "binary".to_owned()),
            Made::Fixed(_) => (id(), "fixed[5]".to_owned()),
            Made::List(_) => {
                (0, format!(r#"{{"type":"list","element-id":{},"element":"long","element-required":false}}"#, id()))
            }
            Made::Struct(_) => (0, pair(id(), id())),
            Made::Items(_) => (0, format!(r#"{{"type":"list","element-id":999,"element":{}}}"#, pair(id(), id()))),
            Made::Unsigned(_) | Made::Widest(..) => unreachable!("Iceberg has no such type"),
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
            let fields: Vec<TypePtr> = fields.iter().map(|field| Arc::new(with_ids(field, ids))).collect();
            let builder = Type::group_type_builder(info.name())
                .with_converted_type(info.converted_type())
                .with_logical_type(info.logical_type_ref().cloned())
                .with_fields(fields);
            // The root is there once, and repeats nothing.
            if info.has_repetition() { builder.with_repetition(info.repetition()) } else { builder }.build().unwrap()
        }
    }
}

/// Ids from one on, as many as there could be leaves.
fn all_ids() -> Vec<i32> {
    (1..100).collect()
}

/// The rows of a column that are kept.
fn kept(made: &Made, keep: &[bool]) -> Made {
    fn only<T: Clone>(values: &[T], keep: &[bool]) -> Vec<T> {
        values.iter().zip(keep).filter(|(_, keep)| **keep).map(|(value, _)| value.clone()).collect()
    }
    match made {
        Made::Int(values) => Made::Int(only(values, keep)),
        Made::Unsigned(values) => Made::Unsigned(only(values, keep)),
        Made::Bool(values) => Made::Bool(only(values, keep)),
        Made::Real(values) => Made::Real(only(values, keep)),
        Made::Short(values) => Made::Short(only(values, keep)),
        Made::Decimal(values, scale) => Made::Decimal(only(values, keep), *scale),
        Made::Widest(values, scale) => Made::Widest(only(values, keep), *scale),
        Made::Date(values) => Made::Date(only(values, keep)),
        Made::Moment(values) => Made::Moment(only(values, keep)),
        Made::Text(values) => Made::Text(only(values, keep)),
        Made::Bytes(values) => Made::Bytes(only(values, keep)),
        Made::Fixed(values) => Made::Fixed(only(values, keep)),
        Made::List(values) => Made::List(only(values, keep)),
        Made::Struct(values) => Made::Struct(only(values, keep)),
        Made::Items(values) => Made::Items(only(values, keep)),
    }
}

fn leaves(table: &[Made]) -> Vec<Leaf> {
    table.iter().enumerate().flat_map(|(place, made)| made.leaves(&format!("c{place}"))).collect()
}

/// Every metric of every leaf is what a naive reader finds.
fn compare(profile: &Profile, table: &[Made], rows: usize) {
    assert_eq!(profile.row_count, rows as u64);
    let leaves = leaves(table);
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
