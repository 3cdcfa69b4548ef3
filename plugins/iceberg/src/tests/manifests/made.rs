//! What Trino does not write: version 3's bitmaps, equality deletes, version 1's manifests without a list. The files are Avro as
//! Iceberg's specification has it, written here.

use std::collections::BTreeMap;

use apache_avro::types::Value as Avro;
use apache_avro::{Codec, DeflateSettings, Schema, Writer};
use metahost_plugin_sdk::testing::ByHeart;
use serde_json::{Map, Value, json};

use super::{one, read, told};
use crate::tests::glue::at;

/// A field that may be NULL.
fn optional(id: i64, name: &str, kind: &Value) -> Value {
    json!({ "name": name, "type": ["null", kind], "default": null, "field-id": id })
}

/// A map by the ids of columns, as Iceberg writes it.
fn by_id(id: i64, name: &str, value: &str) -> Value {
    let pair = json!({ "type": "record", "name": format!("k{id}"), "fields": [
        { "name": "key", "type": "int", "field-id": id * 10 }, { "name": "value", "type": value, "field-id": id * 10 + 1 },
    ] });
    optional(id, name, &json!({ "type": "array", "logicalType": "map", "items": pair }))
}

fn needed(id: i64, name: &str, kind: &str) -> Value {
    json!({ "name": name, "type": kind, "field-id": id })
}

fn entry_schema() -> Value {
    let partition = json!({ "type": "record", "name": "r102", "fields": [optional(1000, "part", &json!("string"))] });
    json!({ "type": "record", "name": "manifest_entry", "fields": [
        needed(0, "status", "int"), optional(3, "sequence_number", &json!("long")),
        { "name": "data_file", "field-id": 2, "type": { "type": "record", "name": "r2", "fields": [
            optional(134, "content", &json!("int")), needed(100, "file_path", "string"), needed(101, "file_format", "string"),
            { "name": "partition", "type": partition, "field-id": 102 },
            needed(103, "record_count", "long"), needed(104, "file_size_in_bytes", "long"),
            by_id(109, "value_counts", "long"), by_id(110, "null_value_counts", "long"), by_id(137, "nan_value_counts", "long"),
            by_id(125, "lower_bounds", "bytes"), by_id(128, "upper_bounds", "bytes"),
            optional(135, "equality_ids", &json!({ "type": "array", "items": "int" })),
            optional(143, "referenced_data_file", &json!("string")), optional(144, "content_offset", &json!("long")),
            optional(145, "content_size_in_bytes", &json!("long")),
        ] } },
    ] })
}

fn list_schema() -> Value {
    json!({ "type": "record", "name": "manifest_file", "fields": [
        needed(500, "manifest_path", "string"), needed(501, "manifest_length", "long"), needed(502, "partition_spec_id", "int"),
        needed(517, "content", "int"), needed(515, "sequence_number", "long"),
    ] })
}

fn of_json(value: &Value) -> Avro {
    match value {
        Value::Null => Avro::Null,
        Value::Bool(value) => Avro::Boolean(*value),
        Value::Number(number) => Avro::Long(number.as_i64().unwrap()),
        Value::String(text) => Avro::String(text.clone()),
        Value::Array(items) => Avro::Array(items.iter().map(of_json).collect()),
        Value::Object(fields) => Avro::Map(fields.iter().map(|(name, value)| (name.clone(), of_json(value))).collect()),
    }
}

fn avro(schema: &Value, header: &BTreeMap<&str, String>, records: &[Value]) -> Vec<u8> {
    let schema = Schema::parse(schema).unwrap();
    let mut writer = Writer::with_codec(&schema, Vec::new(), Codec::Deflate(DeflateSettings::default())).unwrap();
    for (key, value) in header {
        writer.add_user_metadata((*key).to_owned(), value).unwrap();
    }
    for record in records {
        writer.append_value(of_json(record).resolve(&schema).unwrap()).unwrap();
    }
    writer.into_inner().unwrap()
}

/// A table of one snapshot, whose files are made.
pub struct Made {
    metadata: Value,
    manifests: Vec<Value>,
    store: ByHeart,
}

impl Made {
    pub fn new(version: u64, parts: &Value) -> Self {
        let schema = json!({ "schema-id": 0, "type": "struct", "fields": [
            { "id": 1, "name": "id", "required": false, "type": "long" },
            { "id": 2, "name": "score", "required": false, "type": "double" },
            { "id": 3, "name": "late", "required": false, "type": "string", "initial-default": "x" },
            { "id": 4, "name": "at", "required": false, "type": "timestamp" },
        ] });
        let metadata = json!({
            "format-version": version, "location": "s3://w/t", "current-schema-id": 0, "schemas": [schema],
            "default-spec-id": 0, "partition-specs": [{ "spec-id": 0, "fields": parts }, { "spec-id": 1, "fields": [] }],
            "current-snapshot-id": 7,
            "snapshots": [{ "snapshot-id": 7, "timestamp-ms": 70, "summary": { "operation": "append" },
                "manifest-list": "s3://w/t/list.avro" }],
        });
        Self { metadata, manifests: Vec::new(), store: ByHeart::new("the object store", "s3") }
    }

    /// A manifest of this content, partitioning and sequence number.
    pub fn with(mut self, content: u64, spec: u64, sequence: u64, entries: &[Value]) -> Self {
        let path = format!("s3://w/t/m{}.avro", self.manifests.len());
        let known = json!({ "type": "struct", "fields": [{ "id": 1, "type": "long" }, { "id": 2, "type": "double" }] });
        let header = BTreeMap::from([("schema", known.to_string()), ("partition-spec-id", spec.to_string())]);
        let bytes = avro(&entry_schema(), &header, entries);
        self.manifests.push(json!({ "manifest_path": path, "manifest_length": bytes.len(), "partition_spec_id": spec,
            "content": content, "sequence_number": sequence }));
        self.store = self.store.with(&at(&path), 200, bytes);
        self
    }

    pub fn done(self) -> (Value, ByHeart) {
        let list = avro(&list_schema(), &BTreeMap::new(), &self.manifests);
        (self.metadata, self.store.with(&at("s3://w/t/list.avro"), 200, list))
    }
}

/// A file that was added, with whatever else is told of it.
pub fn file(name: &str, part: Option<&str>, rows: u64, more: Value) -> Value {
    let mut file = json!({ "file_path": format!("s3://w/t/{name}"), "file_format": "PARQUET", "partition": { "part": part },
        "record_count": rows, "file_size_in_bytes": 100 });
    merge(&mut file, more);
    json!({ "status": 1, "data_file": file })
}

fn merge(into: &mut Value, more: Value) {
    let Value::Object(more) = more else { return };
    into.as_object_mut().unwrap().extend(more);
}

fn changed(mut entry: Value, more: Value) -> Value {
    merge(&mut entry, more);
    entry
}

fn pairs(values: &[(i64, Value)]) -> Value {
    values.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

fn identity() -> Value {
    json!([{ "name": "part", "transform": "identity", "source-id": 3, "field-id": 1000 }])
}

/// Files, each with its deletes: `a: b c`.
fn applied((metadata, store): &(Value, ByHeart)) -> Vec<String> {
    let (_, files) = one(metadata, store);
    let name = |url: &str| url.rsplit('/').next().unwrap().to_owned();
    let deletes = |file: &metahost_plugin_sdk::statistics::DataFile| {
        file.deletes.iter().map(|delete| name(&delete.url)).fold(String::new(), |all, name| all + " " + &name)
    };
    files.files.iter().map(|file| format!("{}:{}", name(&file.location), deletes(file))).collect()
}

#[test]
fn deletes_of_version_3_apply_by_time_partition_and_name() {
    let named = |name: &str| json!({ "content": 1, "referenced_data_file": format!("s3://w/t/{name}") });
    let mut bitmap = named("a1");
    merge(&mut bitmap, json!({ "content_offset": 4, "content_size_in_bytes": 40, "file_format": "PUFFIN" }));
    let equal = json!({ "content": 2, "equality_ids": [1, 9] });
    let made = Made::new(3, &identity())
        .with(
            0,
            0,
            1,
            &[
                file("a1", Some("a"), 10, Value::Null),
                file("b1", Some("b"), 10, Value::Null),
                changed(file("gone", Some("a"), 10, Value::Null), json!({ "status": 2 })),
            ],
        )
        .with(0, 0, 3, &[file("a3", Some("a"), 10, Value::Null), file("none", None, 10, Value::Null)])
        .with(
            0,
            0,
            4,
            &[changed(file("kept", Some("a"), 5, Value::Null), json!({ "status": 0, "sequence_number": 1 }))],
        )
        .with(
            1,
            0,
            2,
            &[
                file("bitmap", Some("a"), 3, bitmap),
                file("replaced", Some("a"), 3, named("a1")),
                file("of-a", Some("a"), 1, json!({ "content": 1 })),
            ],
        )
        .with(1, 0, 3, &[file("equal-in-a", Some("a"), 1, equal.clone())])
        .with(1, 1, 2, &[file("equal-everywhere", None, 1, equal)])
        .done();
    let wanted = [
        "a1: bitmap equal-in-a equal-everywhere",
        "a3:",
        "b1: equal-everywhere",
        "kept: of-a equal-in-a equal-everywhere",
        "none:",
    ];
    assert_eq!(applied(&made), wanted);
    let (stats, files) = one(&made.0, &made.1);
    assert_eq!(stats.rows, None, "what equality deletes take is in no metadata");
    let bitmap = &files.files[0].deletes[0];
    assert_eq!((bitmap.offset, bitmap.length, bitmap.bytes), (Some(4), Some(40), Some(100)));
    assert_eq!(files.files[0].deletes[1].field_ids, [1, 9], "also of columns that are gone");
    assert_eq!(files.columns[2].initial_default.as_deref(), Some("\"x\""));
}

#[test]
fn rows_that_bitmaps_and_positions_take_are_counted() {
    let counts = json!({ "value_counts": pairs(&[(1, json!(10))]), "null_value_counts": pairs(&[(1, json!(0))]) });
    let bitmap =
        json!({ "content": 1, "referenced_data_file": "s3://w/t/a", "content_offset": 4, "content_size_in_bytes": 9 });
    let elsewhere = json!({ "content": 1, "referenced_data_file": "s3://w/t/gone" });
    let made = Made::new(3, &json!([]))
        .with(0, 0, 1, &[file("a", None, 10, counts)])
        .with(1, 0, 2, &[file("bitmap", None, 4, bitmap), file("left-over", None, 4, elsewhere)])
        .done();
    let (stats, _) = one(&made.0, &made.1);
    assert_eq!((stats.rows, told(&stats, "id").as_str()), (Some(6), "10 0 ? ? ~"));
}

#[test]
fn a_count_that_one_file_lacks_is_not_told() {
    let counts = |values: u64, nulls: u64, nans: Option<u64>, bounds: Option<(f64, f64)>| {
        let mut file =
            json!({ "value_counts": pairs(&[(2, json!(values))]), "null_value_counts": pairs(&[(2, json!(nulls))]) });
        let bytes = |number: f64| pairs(&[(2, json!(number.to_le_bytes()))]);
        merge(
            &mut file,
            bounds.map_or(
                Value::Null,
                |(lower, upper)| json!({ "lower_bounds": bytes(lower), "upper_bounds": bytes(upper) }),
            ),
        );
        merge(&mut file, nans.map_or(Value::Null, |nans| json!({ "nan_value_counts": pairs(&[(2, json!(nans))]) })));
        file
    };
    let all = [
        counts(10, 2, Some(3), Some((-1.0, 2.5))),
        counts(5, 5, None, None),
        counts(4, 1, Some(3), None),
        counts(10, 0, Some(0), Some((f64::NEG_INFINITY, 1.0))),
    ];
    let entries = |files: &[Value]| -> Vec<Value> {
        files.iter().enumerate().map(|(at, more)| file(&at.to_string(), None, 10, more.clone())).collect()
    };
    let told_of = |files: &[Value]| {
        let made = Made::new(2, &json!([])).with(0, 0, 1, &entries(files)).done();
        let (stats, _) = one(&made.0, &made.1);
        let nans = stats.columns.iter().find(|stat| stat.column == ["score"]).and_then(|stat| stat.nans);
        (told(&stats, "score"), nans, told(&stats, "late"))
    };
    let whole = (r#"21 8 "-Infinity" "2.5""#.to_owned(), Some(6), "nothing".to_owned());
    assert_eq!(told_of(&all), whole, "files of NULL and NaN alone have no bounds");
    let without_nans = [all.as_slice(), &[counts(1, 0, None, Some((0.0, 0.0)))]].concat();
    assert_eq!(told_of(&without_nans), (r#"22 8 "-Infinity" "2.5""#.to_owned(), None, "nothing".to_owned()));
    let without_bounds = [all.as_slice(), &[counts(1, 0, Some(0), None)]].concat();
    assert_eq!(told_of(&without_bounds).0, "22 8 ? ?");
    let without_all = [all.as_slice(), &[Value::Object(Map::new())]].concat();
    assert_eq!(told_of(&without_all).0, "nothing");
}

#[test]
fn bounds_of_moments_in_orc_are_rounded() {
    let bytes = pairs(&[(4, json!(1_500_000_i64.to_le_bytes()))]);
    let count = |count: u64| pairs(&[(4, json!(count))]);
    let told_of = |format: &str| {
        let more = json!({ "file_format": format, "value_counts": count(3), "null_value_counts": count(1),
            "lower_bounds": bytes, "upper_bounds": bytes });
        let made = Made::new(2, &json!([])).with(0, 0, 1, &[file("a", None, 3, more)]).done();
        told(&one(&made.0, &made.1).0, "at")
    };
    let bounds = r#"2 1 "1970-01-01T00:00:01.5" "1970-01-01T00:00:01.5""#;
    assert_eq!([told_of("PARQUET"), told_of("ORC")], [bounds.to_owned(), format!("{bounds} ~")]);
}

#[test]
fn version_1_names_its_manifests_without_a_list() {
    let made = Made::new(1, &identity()).with(0, 1, 0, &[file("a", Some("x"), 3, Value::Null)]);
    let (mut metadata, store) = made.done();
    let snapshot = &mut metadata["snapshots"][0];
    snapshot.as_object_mut().unwrap().remove("manifest-list");
    snapshot["manifests"] = json!(["s3://w/t/m0.avro"]);
    let (stats, files) = one(&metadata, &store);
    assert_eq!((stats.rows, files.files[0].rows), (Some(3), Some(3)));
    assert_eq!(
        files.files[0].partition,
        [("part".to_owned(), "x".to_owned())],
        "the header says which partitioning it is"
    );
}

#[test]
fn what_iceberg_does_not_allow_is_named() {
    let kept = changed(file("a", None, 3, Value::Null), json!({ "status": 0 }));
    let strange = file("b", None, 3, json!({ "content": 9 }));
    let delete = file("c", None, 3, json!({ "content": 1 }));
    for (entry, words) in [
        (kept, "has no `sequence_number` (manifest s3://w/t/m0.avro)"),
        (strange, "s3://w/t/b has the content 9"),
        (delete, "and yet s3://w/t/c is a file of deletes"),
    ] {
        let (metadata, store) = Made::new(2, &json!([])).with(0, 0, 5, &[entry]).done();
        let (done, out) = read(&metadata, &store);
        done.unwrap();
        assert!(out.skipped[0].contains(words), "{words} is not in {:?}", out.skipped);
    }
}

#[test]
fn a_hundred_thousand_files_are_told_in_one_call() {
    let each = |manifest: u64| -> Vec<Value> {
        (0..5_000)
            .map(|at| {
                file(&format!("{manifest}-{at}"), Some("p"), 7, json!({ "value_counts": pairs(&[(1, json!(7))]) }))
            })
            .collect()
    };
    let made = (0..20).fold(Made::new(2, &identity()), |made, at| made.with(0, 0, 1, &each(at))).done();
    let (stats, files) = one(&made.0, &made.1);
    assert_eq!((files.files.len(), stats.rows), (100_000, Some(700_000)));
    assert!(files.files.is_sorted_by_key(|file| file.location.clone()));
}

#[test]
fn distinct_counts_of_the_nearest_snapshot_that_has_some_are_told() {
    let (mut metadata, store) = Made::new(2, &json!([])).with(0, 0, 1, &[file("a", None, 3, Value::Null)]).done();
    let older =
        |id: u64, parent: u64| json!({ "snapshot-id": id, "timestamp-ms": id * 10, "parent-snapshot-id": parent });
    let snapshots = metadata["snapshots"].as_array_mut().unwrap();
    snapshots[0]["parent-snapshot-id"] = json!(6);
    snapshots.extend([older(6, 5), older(5, 4), older(4, 6)]);
    let blob = |fields: Value, ndv: &str| json!({ "type": "apache-datasketches-theta-v1", "fields": fields, "properties": { "ndv": ndv } });
    let file = |id: u64, ndv: &str| {
        json!({ "snapshot-id": id, "statistics-path": "s3://w/t/s.stats",
        "blob-metadata": [blob(json!([1]), ndv), blob(json!([1, 2]), "99"), blob(json!([77]), "98")] })
    };
    let distinct = |metadata: &Value| {
        let (stats, _) = one(metadata, &store);
        let known = stats.columns.iter().filter_map(|stat| Some((stat.column.join("."), stat.distinct?)));
        known.collect::<Vec<_>>()
    };
    assert!(distinct(&metadata).is_empty(), "snapshots that go in a circle come to an end");
    metadata["statistics"] = json!([file(4, "1"), file(5, "2"), file(9, "3")]);
    assert_eq!(distinct(&metadata), [("id".to_owned(), 2.0)]);
    metadata["statistics"] = json!([file(7, "4"), file(5, "2")]);
    assert_eq!(distinct(&metadata), [("id".to_owned(), 4.0)]);
}
