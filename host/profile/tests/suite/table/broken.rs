//! Files that are broken: an error that names them, and a table that goes on as if they had not been.

use bytes::Bytes;
use metahost_profile::{Deletes, ErrorKind, Table, TableColumn, TableFile};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{column, data, longs, named, positions, profile, table, texts, vector, written};

fn columns() -> Vec<TableColumn> {
    vec![column(1, "id", "long"), column(2, "name", "string")]
}

fn rows(from: i64) -> Bytes {
    let names = (0..9).map(|n| (n % 4 != 0).then_some("text"));
    written(vec![(1, "id", longs((from..from + 9).map(Some))), (2, "name", texts(names))])
}

fn deletes() -> [Bytes; 3] {
    let Deletes::Vector { ranges, length, .. } = vector(&[1, 5, 8]) else { unreachable!() };
    let blob = ranges.read(4, usize::try_from(length).unwrap()).unwrap();
    let equal = written(vec![(1, "id", longs((0..6).map(Some))), (2, "name", texts((0..6).map(|_| Some("text"))))]);
    [positions(&[("s3://lake/data.parquet", 1), ("s3://lake/data.parquet", 7)]), blob, equal]
}

fn of(kind: usize, bytes: Bytes) -> Deletes {
    let length = bytes.len() as u64;
    let ranges = named("deletes", bytes);
    match kind {
        0 => Deletes::Positions(ranges),
        1 => Deletes::Vector { ranges, offset: 0, length },
        _ => Deletes::Equality { ranges, field_ids: vec![1, 2] },
    }
}

/// Adds a good file, one that may be broken, and another good one. An error leaves the table as it was before.
fn added(broken: &TableFile) -> Result<(), String> {
    let mut table: Table = table(&columns());
    table.add(&data(rows(0), vec![]), &()).unwrap();
    let before = table.to_bytes().unwrap();
    let failed = table.add(broken, &()).map_err(|error| error.to_string());
    if failed.is_err() {
        assert_eq!(table.to_bytes().unwrap(), before);
        table.add(&data(rows(5), vec![]), &()).unwrap();
        let good = profile(&columns(), &[data(rows(0), vec![]), data(rows(5), vec![])]);
        assert_eq!(table.profile("table").unwrap(), good);
    }
    failed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn deletes_of_which_a_byte_changed_are_an_error_or_other_deletes(kind in 0..3_usize, place in any::<Index>(), bits in 1..=255_u8) {
        let mut bytes = deletes()[kind].to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= bits;
        if let Err(told) = added(&data(rows(0), vec![of(kind, bytes.into())])) {
            prop_assert!(told.contains("file: s3://lake/data.parquet"), "{told}");
        } else {
            prop_assert!(kind != 1, "a checksum was not looked at");
        }
    }

    #[test]
    fn deletes_that_were_cut_off_are_an_error(kind in 0..3_usize, rest in any::<Index>()) {
        let bytes = deletes()[kind].clone();
        let told = added(&data(rows(0), vec![of(kind, bytes.slice(..rest.index(bytes.len())))])).unwrap_err();
        prop_assert!(told.contains("delete file: deletes") && told.contains("file: s3://lake/data.parquet"), "{told}");
    }

    #[test]
    fn data_that_was_cut_off_is_an_error(rest in any::<Index>()) {
        let bytes = rows(0);
        let told = added(&data(bytes.slice(..rest.index(bytes.len())), vec![vector(&[1])])).unwrap_err();
        prop_assert!(told.contains("file: s3://lake/data.parquet"), "{told}");
    }
}

#[test]
fn other_formats_are_told() {
    for (bytes, kind, expected) in [
        (&b"ORC and more"[..], ErrorKind::Unsupported, "ORC is not read"),
        (b"a,b\n1,2\n", ErrorKind::Format, "neither Parquet nor Avro"),
        (b"", ErrorKind::Format, "neither Parquet nor Avro"),
    ] {
        let mut table = table(&columns());
        let error = table.add(&data(Bytes::from_static(bytes), vec![]), &()).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(expected), "{error}");
    }
}
