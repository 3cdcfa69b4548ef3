//! Files that are not what they claim to be: an error that names the file, never a panic, and a table as it was before.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use bytes::Bytes;
use metahost_profile::{ByteRanges, Deletes, ErrorKind, Table, TableFile};
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

use super::{LOCATION, column, data, one_thread, puffin, ranges, written};

fn rows() -> Bytes {
    let columns: [(&str, ArrayRef); 2] = [
        ("k", Arc::new((0..100).map(Some).collect::<Int64Array>())),
        ("t", Arc::new((0..100).map(|n| (n % 3 > 0).then(|| format!("t{n}"))).collect::<StringArray>())),
    ];
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(30)).build();
    written(
        &RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap(),
        &properties,
        &[1, 2],
    )
}

fn table() -> Table {
    let mut table = Table::new(vec![column(1, "k", "long"), column(2, "t", "string")], one_thread()).unwrap();
    table.add(&data(rows(), Vec::new()), &()).unwrap();
    table
}

fn position_deletes() -> Bytes {
    let columns: [(&str, ArrayRef); 2] = [
        ("file_path", Arc::new(StringArray::from(vec![LOCATION; 5]))),
        ("pos", Arc::new(Int64Array::from(vec![1, 2, 3, 5, 8]))),
    ];
    written(
        &RecordBatch::try_from_iter(columns).unwrap(),
        &WriterProperties::default(),
        &[2_147_483_546, 2_147_483_545],
    )
}

fn deletes(kind: usize, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Deletes {
    match kind {
        0 => Deletes::Positions(ranges("deletes.parquet", change(position_deletes().to_vec()))),
        1 => Deletes::Equality {
            ranges: ranges("deletes.parquet", change(rows().slice(..).to_vec())),
            field_ids: vec![1, 2],
        },
        _ => {
            let (bytes, offset, length) = puffin(&[1, 2, 70].into_iter().collect());
            Deletes::Vector { ranges: ranges("deletes.parquet", change(bytes.to_vec())), offset, length }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn deletes_that_were_cut_off_are_an_error_and_the_table_stays(kind in 0..3_usize, rest in any::<prop::sample::Index>()) {
        let mut table = table();
        let before = table.profile("table").unwrap();
        let cut = |bytes: Vec<u8>| {
            // A blob is over before its file is.
            let most = if kind == 2 { bytes.len() - "what a footer says".len() } else { bytes.len() };
            bytes[..rest.index(most)].to_vec()
        };
        let error = table.add(&data(rows(), vec![deletes(kind, cut)]), &()).unwrap_err().to_string();
        prop_assert!(error.contains("delete file: deletes.parquet") && error.contains(LOCATION), "{}", error);
        prop_assert_eq!(table.profile("table").unwrap(), before);
    }

    #[test]
    fn a_byte_of_deletes_that_changed_is_an_error_or_other_deletes(kind in 0..3_usize, place in any::<prop::sample::Index>(), bits in 1..=255_u8) {
        let mut table = table();
        let changed = |mut bytes: Vec<u8>| {
            let place = place.index(bytes.len());
            bytes[place] ^= bits;
            bytes
        };
        let (before, added) = (table.rows(), table.add(&data(rows(), vec![deletes(kind, changed)]), &()));
        match added {
            Err(error) => {
                prop_assert!(error.to_string().contains(LOCATION), "{}", error);
                prop_assert_eq!(table.rows(), before);
            }
            Ok(()) => prop_assert!((before..=before + 100).contains(&table.rows())),
        }
    }

    #[test]
    fn a_byte_of_data_that_changed_is_an_error_or_other_rows(place in any::<prop::sample::Index>(), bits in 1..=255_u8, kind in 0..4_usize) {
        let mut table = table();
        let (before, mut bytes) = (table.profile("table").unwrap(), rows().to_vec());
        let place = place.index(bytes.len());
        bytes[place] ^= bits;
        let deletes = if kind < 3 { vec![deletes(kind, |bytes| bytes)] } else { Vec::new() };
        if let Err(error) = table.add(&data(bytes.into(), deletes), &()) {
            prop_assert!(error.to_string().contains(LOCATION), "{}", error);
            prop_assert_eq!(table.profile("table").unwrap(), before);
        }
    }
}

#[test]
fn files_of_other_formats_are_told() {
    let mut table = table();
    for (bytes, kind, expected) in [
        (&b"ORC and more"[..], ErrorKind::Unsupported, "ORC is not read yet"),
        (b"a,b", ErrorKind::Format, "neither Parquet nor Avro"),
        (b"", ErrorKind::Format, "neither Parquet nor Avro"),
        (b"PAR1", ErrorKind::Format, LOCATION),
        (b"Obj\x01 and nothing", ErrorKind::Format, LOCATION),
    ] {
        let error = table.add(&data(Bytes::copy_from_slice(bytes), Vec::new()), &()).unwrap_err();
        assert!(error.to_string().contains(expected) && error.to_string().contains(LOCATION), "{error}");
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(table.rows(), 100);
}

#[test]
fn a_vector_that_lies_beyond_its_file_is_told() {
    let mut table = table();
    for (offset, length) in [(4, 1_000_000), (u64::MAX, 2), (0, 11), (4, 3)] {
        let vector =
            Deletes::Vector { ranges: ranges("deletes.puffin", puffin(&[1].into_iter().collect()).0), offset, length };
        let error = table.add(&data(rows(), vec![vector]), &()).unwrap_err().to_string();
        assert!(error.contains("deletion vector") && error.contains("delete file: deletes.puffin"), "{error}");
    }
}

/// A place that breaks off half-way.
struct Dropping(Bytes);

impl ByteRanges for Dropping {
    fn name(&self) -> &'static str {
        "dropping.parquet"
    }

    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, start: u64, length: usize) -> std::io::Result<Bytes> {
        let start = usize::try_from(start).unwrap();
        if (4..self.0.len() / 2).contains(&start) {
            return Err(std::io::Error::other("the connection was lost"));
        }
        Ok(self.0.slice(start..start + length))
    }

    fn at_once(&self) -> usize {
        10
    }
}

#[test]
fn what_could_not_be_read_is_told_and_the_table_stays() {
    let mut table = table();
    let file = TableFile { ranges: Arc::new(Dropping(rows())), location: LOCATION.to_owned(), deletes: Vec::new() };
    let error = table.add(&file, &()).unwrap_err();
    assert!(error.to_string().contains("the connection was lost") && error.to_string().contains("column: "), "{error}");
    assert!(error.may_be_retried(), "{error}");
    let like = Deletes::Equality { ranges: Arc::new(Dropping(rows())), field_ids: vec![1] };
    let error = table.add(&data(rows(), vec![like]), &()).unwrap_err();
    assert!(error.may_be_retried() && error.to_string().contains("delete file: dropping.parquet"), "{error}");
    assert_eq!(table.rows(), 100);
    table.add(&data(rows(), Vec::new()), &()).unwrap();
    assert_eq!(table.rows(), 200);
}
