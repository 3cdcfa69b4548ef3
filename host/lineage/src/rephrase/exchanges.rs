//! Rows that change tables with their partitions, and tables that change names with each other.

use sqlparser::tokenizer::TokenWithSpan;

use super::{Reader, all_of, insert};
use crate::loosen::word;

/// `ALTER TABLE t … PARTITION …` as an INSERT into the table that is given the rows. What an exchange gives back is what is
/// put aside: it is no source.
pub(super) fn partition(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    reader.take_all(&["ALTER", "TABLE"]).then_some(())?;
    reader.take_all(&["IF", "EXISTS"]);
    let table = reader.name()?;
    if reader.take_all(&["ON", "CLUSTER"]) {
        reader.at += 1;
    }
    let (from, to) = moved(&mut reader, table)?;
    Some(insert(to, &[], all_of(from)))
}

/// From which table to which an operation moves rows.
fn moved<'t>(
    reader: &mut Reader<'t>,
    table: &'t [TokenWithSpan],
) -> Option<(&'t [TokenWithSpan], &'t [TokenWithSpan])> {
    if reader.is("SWITCH") {
        return Some((table, after(reader, "TO")?));
    }
    if reader.take_all(&["MOVE", "PARTITION"]) {
        reader.seek(&["TO"]).then_some(())?;
        return reader.take_all(&["TO", "TABLE"]).then(|| reader.name()).flatten().map(|other| (table, other));
    }
    if reader.take("EXCHANGE") {
        reader.seek(&["WITH"]).then_some(())?;
        return reader.take_all(&["WITH", "TABLE"]).then(|| reader.name()).flatten().map(|other| (other, table));
    }
    if reader.take("APPEND") || reader.take_all(&["REPLACE", "PARTITION"]) {
        return Some((after(reader, "FROM")?, table));
    }
    reader.take_all(&["ATTACH", "PARTITION"]).then_some(())?;
    let part = Reader { ..*reader }.name();
    let bounded = |name: &[TokenWithSpan]| {
        let next = Reader { at: reader.at + name.len(), ..*reader };
        next.is("FOR") || next.is("DEFAULT")
    };
    match part {
        Some(name) if bounded(name) => Some((name, table)),
        _ => Some((after(reader, "FROM")?, table)),
    }
}

/// The name after a word.
fn after<'t>(reader: &mut Reader<'t>, text: &str) -> Option<&'t [TokenWithSpan]> {
    reader.seek(&[text]).then_some(())?;
    reader.at += 1;
    reader.name()
}

/// `EXCHANGE TABLES a AND b`, as other engines say it.
pub(super) fn tables(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    reader.take_all(&["EXCHANGE", "TABLES"]).then_some(())?;
    let one = reader.name()?;
    let two = reader.take("AND").then(|| reader.name()).flatten()?;
    let mut told = vec![word("ALTER"), word("TABLE")];
    told.extend_from_slice(one);
    told.extend([word("SWAP"), word("WITH")]);
    told.extend_from_slice(two);
    Some(told)
}
