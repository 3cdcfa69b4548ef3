//! Few values: everything is exact, whichever way it came.

use metahost_profile::{Options, Rows, profile_parquet};
use parquet::basic::Encoding;
use proptest::prelude::*;

use crate::made::{Made, batch, table};
use crate::oracle::check;
use crate::written::{encoded, file, properties, ranges};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn parquet_says_what_a_naive_reader_finds(table in table(), properties in properties(), threads in 1..4_usize) {
        let bytes = file(&batch(&table), &properties);
        let options = Options { threads: threads.try_into().unwrap(), ..Options::default() };
        let profile = profile_parquet(&ranges(&bytes), &options, &()).unwrap();
        compare(&profile.columns, &table);
    }

    #[test]
    fn rows_say_what_a_naive_reader_finds(table in table(), cut in 0..80_usize) {
        let batch = batch(&table);
        let mut rows = Rows::new(batch.schema(), &Options { top: Some(3), ..Options::default() }).unwrap();
        let cut = cut.min(batch.num_rows());
        rows.add(&batch.slice(0, cut)).unwrap();
        rows.add(&batch.slice(cut, batch.num_rows() - cut)).unwrap();
        compare(&rows.profile("rows").unwrap().columns, &table);
    }
}

fn compare(columns: &[metahost_profile::ColumnProfile], table: &[Made]) {
    let leaves: Vec<_> = table.iter().enumerate().flat_map(|(place, made)| made.leaves(&format!("c{place}"))).collect();
    let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, leaves.iter().map(|leaf| leaf.name.as_str()).collect::<Vec<_>>());
    columns.iter().zip(&leaves).for_each(|(column, leaf)| check(column, leaf));
}

#[test]
fn encodings_without_a_dictionary_are_read() {
    let numbers = [Made::Int((0..100).map(|n| (n % 7 != 0).then_some(n * n)).collect())];
    let texts = [Made::Text((0..100).map(|n| (n % 5 != 0).then(|| format!("text {n}"))).collect())];
    let reals = [Made::Real((0..100).map(|n| (n % 5 != 0).then(|| f64::from(n) / 3.0)).collect())];
    for (table, encoding) in [
        (&numbers, Encoding::DELTA_BINARY_PACKED),
        (&numbers, Encoding::BYTE_STREAM_SPLIT),
        (&reals, Encoding::BYTE_STREAM_SPLIT),
        (&texts, Encoding::DELTA_LENGTH_BYTE_ARRAY),
        (&texts, Encoding::DELTA_BYTE_ARRAY),
    ] {
        let bytes = file(&batch(table), &encoded(encoding));
        let profile = profile_parquet(&ranges(&bytes), &Options::default(), &()).unwrap();
        compare(&profile.columns, table);
    }
}
