//! Data files and deletes in Avro say what those in Parquet do.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow_avro::writer::AvroWriter;
use bytes::Bytes;
use metahost_profile::{Deletes, Name, TableFile};
use parquet::file::properties::WriterProperties;

use super::{LOCATION, column, data, profiled, ranges, told, written};

fn avro(batch: &RecordBatch) -> Bytes {
    let mut bytes = Vec::new();
    let mut writer = AvroWriter::new(&mut bytes, batch.schema().as_ref().clone()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    bytes.into()
}

fn people() -> RecordBatch {
    let columns: [(&str, ArrayRef); 2] = [
        ("k", Arc::new(Int32Array::from(vec![Some(1), Some(2), None, Some(4)]))),
        ("name", Arc::new(StringArray::from(vec![Some("Ann"), None, Some("Zoë"), Some("Ann")]))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn positions() -> RecordBatch {
    let columns: [(&str, ArrayRef); 2] = [
        ("file_path", Arc::new(StringArray::from(vec![LOCATION, "elsewhere"]))),
        ("pos", Arc::new(Int64Array::from(vec![3, 0]))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn like() -> RecordBatch {
    let columns: [(&str, ArrayRef); 1] = [("k", Arc::new(Int32Array::from(vec![None, Some(7)])))];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

#[test]
fn rows_and_deletes_in_avro_are_as_in_parquet() {
    let parquet = |batch: &RecordBatch, ids: &[i32]| written(batch, &WriterProperties::default(), ids);
    let columns = || vec![column(1, "k", "long"), column(2, "name", "string"), column(3, "added", "int")];
    for is_avro in [false, true] {
        for has_avro_deletes in [false, true] {
            let bytes = if is_avro { avro(&people()) } else { parquet(&people(), &[1, 2]) };
            let at = if has_avro_deletes { avro(&positions()) } else { parquet(&positions(), &[]) };
            let like = if has_avro_deletes { avro(&like()) } else { parquet(&like(), &[1]) };
            let deletes = vec![
                Deletes::Positions(ranges("positions", at)),
                Deletes::Equality { ranges: ranges("like", like), field_ids: vec![1] },
            ];
            let file: TableFile = data(bytes, deletes);
            let profile = profiled(columns(), &[file]);
            let says = |column: &str, name| told(&profile, column, name);
            assert_eq!(profile.row_count, 2);
            assert_eq!((says("k", Name::Sum), says("k", Name::NullCount)), ("3".to_owned(), "0".to_owned()));
            assert_eq!(
                (says("name", Name::ValuesCount), says("name", Name::NullCount)),
                ("1".to_owned(), "1".to_owned())
            );
            assert_eq!(says("added", Name::NullCount), "2");
        }
    }
}
