//! Random tables, cut into files, with random rows deleted in every way: what is told is what a naive reader finds in the rest.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;
use metahost_profile::{Deletes, Options, Profile, Table, TableColumn, TableFile};
use parquet::file::properties::WriterProperties;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{data, named, positions, vector};
use crate::made::{Made, batch, made};
use crate::oracle::check;
use crate::written::{file, properties};

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
        let made = made(rows).prop_filter("Iceberg has no such type", |made| made.types().is_some());
        (vec(made, 1..4), Just(parts))
    })
}

fn columns(table: &[Made]) -> Vec<TableColumn> {
    let of = |(place, made): (usize, &Made)| {
        made.types().unwrap().into_iter().map(move |(name, type_name)| TableColumn {
            id: None,
            path: core::iter::once(format!("c{place}")).chain(name.map(str::to_owned)).collect(),
            type_name,
            initial_default: None,
        })
    };
    table.iter().enumerate().flat_map(of).collect()
}

/// The files, and the rows that are left of all of them.
fn files(table: &[Made], parts: &[Part]) -> (Vec<TableFile>, Vec<usize>) {
    let (whole, mut begun, mut left) = (batch(table), 0, Vec::new());
    let file_of = |(rows, properties, positions, vectors): &Part| {
        let part: RecordBatch = whole.slice(begun, *rows);
        left.extend((0..*rows).filter(|row| !positions.contains(row) && !vectors.contains(row)).map(|row| begun + row));
        begun += rows;
        data(file(&part, properties), deletes(positions, vectors))
    };
    let files = parts.iter().map(file_of).collect();
    (files, left)
}

fn deletes(by_position: &BTreeSet<usize>, by_vector: &BTreeSet<usize>) -> Vec<Deletes> {
    let mut found = Vec::new();
    if !by_position.is_empty() {
        let rows: Vec<_> =
            by_position.iter().map(|row| ("s3://lake/data.parquet", i64::try_from(*row).unwrap())).collect();
        found.push(Deletes::Positions(named("positions.parquet", positions(&rows))));
    }
    if !by_vector.is_empty() {
        found.push(vector(&by_vector.iter().map(|row| *row as u64).collect::<Vec<_>>()));
    }
    found
}

fn compare(profile: &Profile, table: &[Made], rows: &[usize]) {
    assert_eq!(profile.row_count, rows.len() as u64);
    let leaves = table.iter().enumerate().flat_map(|(place, made)| made.rows(rows).leaves(&format!("c{place}")));
    let leaves: Vec<_> = leaves.collect();
    assert_eq!(profile.columns.len(), leaves.len());
    for (column, leaf) in profile.columns.iter().zip(&leaves) {
        assert_eq!(column.name, leaf.name);
        check(column, leaf);
    }
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
