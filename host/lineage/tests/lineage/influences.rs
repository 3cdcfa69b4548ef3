//! Columns that decide about rows, kept apart from those that get into the result.

use metahost_lineage::{Dialect, InfluenceKind};

use crate::{edges, read};

fn influences(sql: &str) -> Vec<(InfluenceKind, String)> {
    let found = read(Dialect::Trino, sql);
    let names = |influence: &metahost_lineage::Influence| {
        let all: Vec<String> =
            influence.sources.iter().map(|source| format!("{}.{}", source.table, source.column)).collect();
        (influence.kind, all.join(" "))
    };
    found.influences.iter().map(names).collect()
}

#[test]
fn filters_joins_groups_and_orders_are_told_apart() {
    let sql = "SELECT count(*) AS n FROM orders o JOIN customers c ON o.customer = c.id WHERE c.city = 'x' \
               GROUP BY o.placed HAVING max(o.total) > 1 ORDER BY c.name";
    assert_eq!(edges(&read(Dialect::Trino, sql).columns), "n <-");
    assert_eq!(
        influences(sql),
        [
            (InfluenceKind::Filter, "customers.city".to_owned()),
            (InfluenceKind::Filter, "orders.total".to_owned()),
            (InfluenceKind::Join, "customers.id orders.customer".to_owned()),
            (InfluenceKind::Group, "orders.placed".to_owned()),
            (InfluenceKind::Order, "customers.name".to_owned()),
        ]
    );
}

#[test]
fn the_alias_of_a_column_stands_for_what_it_is_made_from() {
    assert_eq!(
        influences("SELECT total + 1 AS t FROM orders ORDER BY t"),
        [(InfluenceKind::Order, "orders.total".to_owned())]
    );
}

#[test]
fn what_a_stepping_stone_used_counts_at_its_source() {
    let sql = "CREATE TABLE x AS SELECT id AS k FROM orders; INSERT INTO y SELECT 1 FROM x WHERE k > 1";
    assert_eq!(influences(sql), [(InfluenceKind::Filter, "orders.id".to_owned())]);
}
