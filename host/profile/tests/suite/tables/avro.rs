//! Data files and deletes in Avro say what those in Parquet do.

use arrow_array::RecordBatch;
use arrow_avro::writer::AvroWriter;
use bytes::Bytes;
use metahost_profile::{Deletes, Name};
use parquet::file::properties::WriterProperties;

use super::{LOCATION, column, data, ints, positions, profiled, rows, texts, told, written};
use crate::written::named;

fn avro(batch: &RecordBatch) -> Bytes {
    let mut bytes = Vec::new();
    let mut writer = AvroWriter::new(&mut bytes, batch.schema().as_ref().clone()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    bytes.into()
}

#[test]
fn rows_and_deletes_in_avro_are_as_in_parquet() {
    let people = rows([
        ("k", ints(vec![Some(1), Some(2), None, Some(4)])),
        ("name", texts(vec![Some("Ann"), None, Some("Zoë"), Some("Ann")])),
    ]);
    let (at, like) = (positions([(LOCATION, 3), ("elsewhere", 0)]), rows([("k", ints(vec![None, Some(7)]))]));
    let parquet = |batch: &RecordBatch, ids: &[i32]| written(batch, &WriterProperties::default(), ids);
    let columns = || vec![column(1, "k", "long"), column(2, "name", "string"), column(3, "added", "int")];
    for is_avro in [false, true] {
        for has_avro_deletes in [false, true] {
            let bytes = if is_avro { avro(&people) } else { parquet(&people, &[1, 2]) };
            let at = if has_avro_deletes { avro(&at) } else { parquet(&at, &[]) };
            let like = if has_avro_deletes { avro(&like) } else { parquet(&like, &[1]) };
            let deletes = vec![
                Deletes::Positions(named("positions", at)),
                Deletes::Equality { ranges: named("like", like), field_ids: vec![1] },
            ];
            let profile = profiled(columns(), &[data(bytes, deletes)]);
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
