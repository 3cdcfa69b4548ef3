//! Files that are not what they claim to be: an error that names the file, never a panic, and a table as it was before.

use std::sync::Arc;

use bytes::Bytes;
use metahost_profile::{ByteRanges, Deletes, Error, ErrorKind, Options, Table, TableColumn, TableFile};
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

use super::{
    LOCATION, POSITION_IDS, by_vector, column, data, longs, positions, profiled, puffin, rows, texts, written,
};
use crate::written::named;

fn columns() -> Vec<TableColumn> {
    vec![column(1, "k", "long"), column(2, "t", "string")]
}

fn hundred() -> Bytes {
    let names = (0..100).map(|n| (n % 3 > 0).then(|| format!("t{n}")));
    let rows = rows([("k", longs((0..100).collect::<Vec<_>>())), ("t", texts(names.collect::<Vec<_>>()))]);
    written(&rows, &WriterProperties::builder().set_max_row_group_row_count(Some(30)).build(), &[1, 2])
}

/// Adds a good file and one that may be broken: how many rows there are then. After an error the table goes on as if it had not met it.
fn added(broken: &TableFile) -> Result<u64, Error> {
    let good = || data(hundred(), Vec::new());
    let mut table = Table::new(columns(), Options::default()).unwrap();
    table.add(&good(), &()).unwrap();
    let before = table.to_bytes().unwrap();
    let Err(error) = table.add(broken, &()) else { return Ok(table.rows()) };
    assert!(error.to_string().contains(&format!("file: {LOCATION}")), "{error}");
    assert_eq!(table.to_bytes().unwrap(), before);
    table.add(&good(), &()).unwrap();
    assert_eq!(table.profile("table").unwrap(), profiled(columns(), &[good(), good()]));
    Err(error)
}

const KINDS: usize = 3;
const VECTOR: usize = 2;

/// Deletes of one of the kinds, the bytes of which were changed; of vectors those of the blob.
fn deletes(kind: usize, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Deletes {
    let changed = |bytes: Bytes| named("deletes.parquet", change(bytes.to_vec()));
    match kind {
        0 => {
            let rows = positions([1, 2, 3, 5, 8].map(|place| (LOCATION, place)));
            Deletes::Positions(changed(written(&rows, &WriterProperties::default(), &POSITION_IDS)))
        }
        1 => Deletes::Equality { ranges: changed(hundred()), field_ids: vec![1, 2] },
        _ => {
            let (file, offset, length) = puffin(&[1, 2, 70].into_iter().collect());
            let begin = usize::try_from(offset).unwrap();
            let blob = file.slice(begin..begin + usize::try_from(length).unwrap());
            Deletes::Vector { ranges: changed(blob), offset: 0, length }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn deletes_that_were_cut_off_are_an_error_and_the_table_stays(kind in 0..KINDS, rest in any::<prop::sample::Index>()) {
        let cut = |bytes: Vec<u8>| bytes[..rest.index(bytes.len())].to_vec();
        let error = added(&data(hundred(), vec![deletes(kind, cut)])).unwrap_err().to_string();
        prop_assert!(error.contains("delete file: deletes.parquet"), "{}", error);
    }

    #[test]
    fn a_byte_of_deletes_that_changed_is_an_error_or_other_deletes(kind in 0..KINDS, place in any::<prop::sample::Index>(), bits in 1..=255_u8) {
        let changed = |mut bytes: Vec<u8>| {
            let place = place.index(bytes.len());
            bytes[place] ^= bits;
            bytes
        };
        if let Ok(rows) = added(&data(hundred(), vec![deletes(kind, changed)])) {
            prop_assert!((100..=200).contains(&rows));
            prop_assert!(kind != VECTOR, "a checksum was not looked at");
        }
    }

    #[test]
    fn data_that_were_cut_off_are_an_error_and_the_table_stays(rest in any::<prop::sample::Index>(), kind in 0..=KINDS) {
        let bytes = hundred();
        let deletes = if kind < KINDS { vec![deletes(kind, |bytes| bytes)] } else { Vec::new() };
        prop_assert!(added(&data(bytes.slice(..rest.index(bytes.len())), deletes)).is_err());
    }

    #[test]
    fn a_byte_of_data_that_changed_is_an_error_or_other_rows(place in any::<prop::sample::Index>(), bits in 1..=255_u8, kind in 0..=KINDS) {
        let mut bytes = hundred().to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= bits;
        let deletes = if kind < KINDS { vec![deletes(kind, |bytes| bytes)] } else { Vec::new() };
        let _ = added(&data(bytes.into(), deletes));
    }
}

#[test]
fn files_of_other_formats_are_told() {
    for (bytes, kind, expected) in [
        (&b"ORC and more"[..], ErrorKind::Unsupported, "ORC is not read"),
        (b"a,b", ErrorKind::Format, "neither Parquet nor Avro"),
        (b"", ErrorKind::Format, "neither Parquet nor Avro"),
        (b"PAR1", ErrorKind::Format, LOCATION),
        (b"Obj\x01 and nothing", ErrorKind::Format, LOCATION),
    ] {
        let error = added(&data(Bytes::from_static(bytes), Vec::new())).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn a_vector_that_lies_beyond_its_file_is_told() {
    for (offset, length) in [(4, 1_000_000), (u64::MAX, 2), (0, 11), (4, 3)] {
        let Deletes::Vector { ranges, .. } = by_vector(&[1]) else { unreachable!() };
        let error = added(&data(hundred(), vec![Deletes::Vector { ranges, offset, length }])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Format, "{error}");
        let error = error.to_string();
        assert!(error.contains("deletion vector") && error.contains("delete file: vector.puffin"), "{error}");
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
    let dropping = || Arc::new(Dropping(hundred()));
    let file = TableFile { ranges: dropping(), location: LOCATION.to_owned(), deletes: Vec::new() };
    let error = added(&file).unwrap_err();
    assert!(error.to_string().contains("the connection was lost") && error.to_string().contains("column: "), "{error}");
    assert!(error.may_be_retried(), "{error}");
    let like = Deletes::Equality { ranges: dropping(), field_ids: vec![1] };
    let error = added(&data(hundred(), vec![like])).unwrap_err();
    assert!(error.may_be_retried() && error.to_string().contains("delete file: dropping.parquet"), "{error}");
}
