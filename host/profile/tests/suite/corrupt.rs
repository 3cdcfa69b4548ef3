//! Files that are not what they claim to be: an error that names the file and, where pages are meant, the column. Never a panic.

use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::Schema;
use bytes::Bytes;
use metahost_profile::{ErrorKind, Options, profile_parquet};
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

use crate::made::{Made, batch, table};
use crate::written::{file, properties, ranges};

fn numbers() -> Vec<Made> {
    vec![Made::Int((0..1000).map(Some).collect()), Made::Text((0..1000).map(|n| Some(format!("text {n}"))).collect())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_byte_that_changed_is_an_error_or_other_values(
        table in table(), properties in properties(), place in any::<prop::sample::Index>(), bits in 1..=255_u8
    ) {
        let mut bytes = file(&batch(&table), &properties).to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= bits;
        if let Err(error) = profile_parquet(&ranges(&bytes.into()), &Options::default(), &()) {
            let told = error.to_string();
            prop_assert!(told.contains("file: memory.parquet"), "{told}");
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_an_error(table in table(), properties in properties(), rest in any::<prop::sample::Index>()) {
        let bytes = file(&batch(&table), &properties);
        let cut = bytes.slice(..rest.index(bytes.len()));
        let error = profile_parquet(&ranges(&cut), &Options::default(), &()).unwrap_err();
        prop_assert!(error.to_string().contains("file: memory.parquet"), "{error}");
    }
}

#[test]
fn a_page_that_is_broken_names_its_column_and_row_group() {
    let mut bytes =
        file(&batch(&numbers()), &WriterProperties::builder().set_dictionary_enabled(false).build()).to_vec();
    // The first column's only page begins behind the four bytes of the file's mark.
    bytes[4..40].fill(0xff);
    let error = profile_parquet(&ranges(&bytes.into()), &Options::default(), &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Format);
    let told = error.to_string();
    for part in ["column: c0", "row group: 0", "file: memory.parquet"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn what_is_no_parquet_is_told() {
    for bytes in [&b""[..], b"PAR1", b"a,b\n1,2\n"] {
        let error = profile_parquet(&ranges(&Bytes::copy_from_slice(bytes)), &Options::default(), &()).unwrap_err();
        assert!(error.to_string().contains("file: memory.parquet"), "{error}");
    }
}

#[test]
fn a_file_without_columns_has_rows_at_most() {
    let options = RecordBatchOptions::new().with_row_count(Some(3));
    let empty = RecordBatch::try_new_with_options(Arc::new(Schema::empty()), Vec::new(), &options).unwrap();
    let bytes = file(&empty, &WriterProperties::builder().build());
    let profile = profile_parquet(&ranges(&bytes), &Options::default(), &()).unwrap();
    assert_eq!((profile.columns.len(), profile.column_count), (0, 0));
}

#[test]
fn a_column_that_is_not_there_is_told_with_those_that_are() {
    let bytes = file(&batch(&numbers()), &WriterProperties::builder().build());
    let options = Options { columns: vec!["c1".to_owned(), "c7".to_owned()], ..Options::default() };
    let error = profile_parquet(&ranges(&bytes), &options, &()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().starts_with("there is no column c7; there are c0, c1"), "{error}");
    let options = Options { columns: vec!["c1".to_owned()], ..Options::default() };
    let profile = profile_parquet(&ranges(&bytes), &options, &()).unwrap();
    assert_eq!(profile.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["c1"]);
}
