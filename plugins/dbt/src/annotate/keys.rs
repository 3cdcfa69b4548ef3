//! Constraints of an enforced contract as promises over columns and keys. Without a contract dbt applies none, so
//! none is reported.

use metahost_plugin_sdk::entities::{Constraint, KeyKind, TableKey};

use super::columns::{Columns, stronger};
use crate::artifacts::manifest::{self, Column, Node};
use crate::project::Project;
use crate::project::relation::parts;

/// What a contract promises about one column; the strongest of several.
pub fn promise(node: &Node, column: &Column) -> Option<Constraint> {
    if !node.contract.enforced {
        return None;
    }
    let own = column.constraints.iter().filter_map(|constraint| kind(&constraint.kind));
    let alone = |constraint: &&manifest::Constraint| matches!(constraint.columns.0.as_slice(), [one] if one.eq_ignore_ascii_case(&column.name));
    let of_model = node.constraints.iter().filter(alone).filter_map(|constraint| kind(&constraint.kind));
    own.chain(of_model).fold(None, |known, next| stronger(known, Some(next)))
}

fn kind(name: &str) -> Option<Constraint> {
    match name {
        "not_null" => Some(Constraint::NotNull),
        "unique" => Some(Constraint::Unique),
        "primary_key" => Some(Constraint::PrimaryKey),
        _ => None,
    }
}

/// Keys of a contract, and foreign keys whose table can't be told.
pub fn keys(project: &Project, node: &Node, names: Columns<'_>) -> (Vec<TableKey>, Vec<String>) {
    let (mut keys, mut unclear) = (Vec::new(), Vec::new());
    if !node.contract.enforced {
        return (keys, unclear);
    }
    let of_columns = node.columns.0.iter().flat_map(|(key, column)| {
        let name = if column.name.is_empty() { key } else { &column.name };
        column.constraints.iter().map(move |constraint| (constraint, vec![name.clone()]))
    });
    let of_model = node.constraints.iter().map(|constraint| (constraint, constraint.columns.0.clone()));
    for (constraint, columns) in of_model.chain(of_columns) {
        let columns: Vec<_> = columns.iter().map(|name| names.path(name).join(".")).collect();
        match key(project, constraint, &columns) {
            Ok(Some(key)) if !keys.iter().any(|known| same(known, &key)) => keys.push(key),
            Ok(_) => {}
            Err(reason) => unclear.push(reason),
        }
    }
    (keys, unclear)
}

fn same(a: &TableKey, b: &TableKey) -> bool {
    a.kind == b.kind && a.columns == b.columns && a.refers_to == b.refers_to
}

fn key(project: &Project, constraint: &manifest::Constraint, columns: &[String]) -> Result<Option<TableKey>, String> {
    let plain = |kind| TableKey { kind, columns: columns.to_vec(), refers_to: None, referred_columns: Vec::new() };
    match constraint.kind.as_str() {
        _ if columns.is_empty() => Ok(None),
        "primary_key" => Ok(Some(plain(KeyKind::Primary))),
        "unique" => Ok(Some(plain(KeyKind::Unique))),
        "foreign_key" => {
            let (table, referred_columns) = referred(project, constraint)
                .ok_or_else(|| format!("foreign key over {} names no table that can be read", columns.join(", ")))?;
            Ok(Some(TableKey { refers_to: Some(table), referred_columns, ..plain(KeyKind::Foreign) }))
        }
        _ => Ok(None),
    }
}

/// The table and columns a foreign key points to: `to` and `to_columns`, or before dbt 1.9 the expression
/// `schema.table (column)`.
fn referred(project: &Project, constraint: &manifest::Constraint) -> Option<(Vec<String>, Vec<String>)> {
    let naming = project.naming();
    let names = |columns: &[String]| columns.iter().map(|name| naming.column(name.trim())).collect::<Vec<_>>();
    if let Some(to) = constraint.to.as_deref() {
        return Some((table(project, to)?, names(&constraint.to_columns.0)));
    }
    let expression = constraint.expression.as_deref()?.trim();
    let expression = expression.strip_prefix("references ").unwrap_or(expression);
    let (to, columns) = expression.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    let columns: Vec<_> = columns.split(',').filter_map(|name| parts(name)?.pop()).collect();
    Some((table(project, to.trim())?, names(&columns)))
}

/// A relation as dbt wrote it, else the model of a `ref` that was not resolved.
fn table(project: &Project, to: &str) -> Option<Vec<String>> {
    if let Some(inner) = to.strip_prefix("ref(") {
        let name = inner.trim_end_matches(')').rsplit(',').next()?.trim().trim_matches(['\'', '"']);
        let model = project.nodes().find(|(id, node)| node.name == name && project.relation(id).is_some());
        return model.and_then(|(id, _)| project.relation(id).cloned());
    }
    let written = |(id, node): (&str, &Node)| {
        (node.relation_name.as_deref() == Some(to)).then(|| project.relation(id).cloned()).flatten()
    };
    project.nodes().chain(project.sources()).find_map(written).or_else(|| project.naming().path_of(to))
}
