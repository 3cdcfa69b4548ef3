//! Tables cut into files that are written in different ways, some of their rows deleted: added, kept, merged, what is left is told.

use std::collections::BTreeSet;

use metahost_profile::{Options, Profile, Table, TableColumn, TableFile};
use parquet::file::properties::WriterProperties;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{by_position, by_vector, column, compare, data, iceberg, written};
use crate::made::{Made, batch};
use crate::written::properties;

/// A part of the table's rows: how many, how they are written, and which are deleted, by position and by vector.
type Part = (usize, WriterProperties, BTreeSet<usize>, BTreeSet<usize>);

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let rows = |rows: usize| prop::collection::btree_set(0..rows.max(1), 0..=rows / 2);
    let part = (0..30_usize).prop_flat_map(move |count| (Just(count), properties(), rows(count), rows(count)));
    vec(part, 1..4)
}

fn case() -> impl Strategy<Value = (Vec<Made>, Vec<Part>)> {
    parts().prop_flat_map(|parts| {
        let rows = parts.iter().map(|part| part.0).sum();
        (vec(iceberg(rows), 1..4), Just(parts))
    })
}

/// The leaves themselves, which have no ids.
fn columns(table: &[Made]) -> Vec<TableColumn> {
    let of = |(place, made): (usize, &Made)| {
        made.types().unwrap().into_iter().map(move |(name, type_name)| {
            let path = name.map_or_else(|| format!("c{place}"), |name| format!("c{place}.{name}"));
            TableColumn { id: None, ..column(0, &path, &type_name) }
        })
    };
    table.iter().enumerate().flat_map(of).collect()
}

/// The files, and the rows that are left of all of them.
fn files(table: &[Made], parts: &[Part]) -> (Vec<TableFile>, Vec<usize>) {
    let (whole, mut begun, mut left) = (batch(table), 0, Vec::new());
    let file_of = |(rows, properties, positions, vectors): &Part| {
        let part = whole.slice(begun, *rows);
        left.extend((0..*rows).filter(|row| !positions.contains(row) && !vectors.contains(row)).map(|row| begun + row));
        begun += rows;
        let places = |rows: &BTreeSet<usize>| rows.iter().map(|row| *row as u64).collect::<Vec<_>>();
        let mut deletes = Vec::new();
        deletes.extend((!positions.is_empty()).then(|| by_position(&places(positions))));
        deletes.extend((!vectors.is_empty()).then(|| by_vector(&places(vectors))));
        data(written(&part, properties, &[]), deletes)
    };
    let files = parts.iter().map(file_of).collect();
    (files, left)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_is_what_a_naive_reader_finds((table, parts) in case(), threads in 1..4_usize, cut in 0..4_usize) {
        let (columns, (files, left)) = (columns(&table), files(&table, &parts));
        let options = Options { threads: threads.try_into().unwrap(), ..Options::default() };
        let empty = || Table::new(columns.clone(), options.clone()).unwrap();
        let (mut whole, mut kept, mut first, mut second) = (empty(), empty(), empty(), empty());
        for (place, file) in files.iter().enumerate() {
            whole.add(file, &()).unwrap();
            let bytes = kept.to_bytes().unwrap();
            kept = Table::from_bytes(&bytes, columns.clone(), options.clone()).unwrap().unwrap();
            kept.add(file, &()).unwrap();
            if place < cut { first.add(file, &()).unwrap() } else { second.add(file, &()).unwrap() }
        }
        let profile = whole.profile("table").unwrap();
        compare(&profile, &table, &left);
        // As text, since NaN is not even equal to itself.
        let told = |profile: &Profile| serde_json::to_string(profile).unwrap();
        prop_assert_eq!(told(&kept.profile("table").unwrap()), told(&profile));
        first.merge(&second).unwrap();
        compare(&first.profile("table").unwrap(), &table, &left);
    }
}
